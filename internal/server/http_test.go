// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/account"
)

func TestForwardedAddressesAreBelievedOfTrustedProxiesOnly(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	var got string
	var log bytes.Buffer
	h := behindProxies(trusted, slog.New(slog.NewTextHandler(&log, nil)),
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }))
	for _, c := range []struct{ from, header, want string }{
		{"192.0.2.1:5", "1.2.3.4", "192.0.2.1:5"},
		{"10.0.0.1:5", "1.2.3.4", "1.2.3.4:5"},
		{"10.0.0.1:5", "9.9.9.9, 1.2.3.4", "1.2.3.4:5"},
		{"10.0.0.1:5", "9.9.9.9, 1.2.3.4, 10.0.0.7", "1.2.3.4:5"},
		{"10.0.0.1:5", "10.0.0.9, 10.0.0.7", "10.0.0.9:5"},
		{"10.0.0.1:5", "nonsense", "10.0.0.1:5"},
		{"10.0.0.1:5", "9.9.9.9, nonsense, 10.0.0.7", "10.0.0.7:5"},
		{"10.0.0.1:5", "", "10.0.0.1:5"},
		{"[::1]:5", "2001:db8::7", "[2001:db8::7]:5"},
		{"[::ffff:10.0.0.1]:5", "1.2.3.4", "1.2.3.4:5"},
		{"[::1]:5", "", "[::1]:5"},
		{"[::1]:5", "nonsense", ""},
		{"127.0.0.1:5", "", "127.0.0.1:5"},
		{"127.0.0.1:5", "127.0.0.1", ""},
		{"127.0.0.1:5", "1.2.3.4", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.from
		if c.header != "" {
			r.Header.Set("X-Forwarded-For", c.header)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s with %q is %s, want %s", c.from, c.header, got, c.want)
		}
	}
	if n := strings.Count(log.String(), "remedy="); n != 1 {
		t.Errorf("the log tells %d times what to do:\n%s", n, &log)
	}
}

// A proxy on this machine connects from this machine, whoever is behind it.
func TestThroughAProxyOnThisMachineStrangersAreNotLocal(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	url := "http://" + s.Addr()
	ask := func(path, body string, header ...string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range header {
			r.Header.Set(h, "192.0.2.7")
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(raw), " ", "")
	}
	_, _, err := s.accounts.AddUser(t.Context(), account.NewUser{Username: "the_boss_1", Operator: true})
	if err != nil {
		t.Fatal(err)
	}
	const stranger = `{"key":"AZAAAAAAcACAAAAAAAAAAQ==","username":"stranger_1","password":"correct horse 7"}`
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if got := ask("/api/Accounts/Server", "", header); strings.Contains(got, `"openSignup":true`) {
			t.Errorf("with %s sign-up is open: %s", header, got)
		}
		if got := ask("/api/Accounts/SignUp", stranger, header); !strings.Contains(got, "SIGNUP_CLOSED") {
			t.Errorf("with %s a stranger signed up: %s", header, got)
		}
	}
	if got := ask("/api/Accounts/Server", ""); !strings.Contains(got, `"openSignup":true`) {
		t.Errorf("sign-up is closed at this machine: %s", got)
	}
	if got := ask("/api/Accounts/SignUp", stranger); strings.Contains(got, "SIGNUP_CLOSED") {
		t.Errorf("nobody signs up at this machine: %s", got)
	}
}

func TestTheLogOfNetHTTPHoldsNoAddress(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for _, line := range []string{
		"http: TLS handshake error from 192.0.2.17:49152: EOF\n",
		"http: panic serving [2001:db8::1]:4711: runtime error\n",
		"http: TLS handshake error from [fe80::1%eth0]:80: remote error\n",
	} {
		if _, err := io.WriteString(discreet{log}, line); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"192.0", "2001", "fe80", "4711", "49152"} {
		if strings.Contains(b.String(), part) {
			t.Errorf("%q is in the log:\n%s", part, &b)
		}
	}
	if !strings.Contains(b.String(), "handshake error from [address]: EOF") {
		t.Errorf("the rest is lost:\n%s", &b)
	}
}
