// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestSecurityTxtSaysWhereHolesAreReportedTo(t *testing.T) {
	var years atomic.Int32 // that have passed; the server's own goroutines ask for the time too
	s := quietServer(t, func(c *Config) {
		c.Now = func() time.Time {
			return time.Date(2026+int(years.Load()), 11, 23, 12, 0, 0, 0, time.UTC)
		}
		if err := setContact(c, "security@example.org, https://example.org/report, tel:+98-21-1"); err != nil {
			t.Fatal(err)
		}
	})
	code, body := page(t, s, "/.well-known/security.txt")
	want := "Contact: mailto:security@example.org\nContact: https://example.org/report\n" +
		"Contact: tel:+98-21-1\nExpires: 2027-11-18T00:00:00Z\nPreferred-Languages: fa, en\n"
	if code != http.StatusOK || body != want {
		t.Errorf("%d\n%swant\n%s", code, body, want)
	}
	years.Store(1) // a server that runs for long goes on being right
	w := httptest.NewRecorder()
	// Another with a domain, which opens no ports: the one that runs reads its own settings.
	named := &Server{core: &core{cfg: s.cfg}}
	named.cfg.Domain = "chat.example.org"
	named.serveSecurity(w, httptest.NewRequest(http.MethodGet, securityPath, nil))
	for _, line := range []string{"Expires: 2028-11-17T00:00:00Z\n",
		"Canonical: https://chat.example.org/.well-known/security.txt\n"} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("a year later %q is missing in\n%s", line, w.Body)
		}
	}
	if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("its type is %q", got)
	}
}

func TestWithoutAContactThereIsNoSecurityTxt(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	if code, body := page(t, s, "/.well-known/security.txt"); code != http.StatusNotFound {
		t.Errorf("%d %s", code, body)
	}
}

func TestAContactIsAnAddressThatSomebodyCanUse(t *testing.T) {
	for _, v := range []string{"http://example.org/report", "example.org", "nobody", "javascript:alert(1)",
		"https:///x", "a@b\nContact: mailto:x@y"} {
		if _, _, err := Load(Sources{Flags: map[string]string{"operator.contact": v}}); err == nil {
			t.Errorf("%q is taken for a contact", v)
		}
	}
}
