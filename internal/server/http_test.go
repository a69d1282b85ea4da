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
)

func TestForwardedAddressesAreBelievedOfTrustedProxiesOnly(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	var got string
	h := behindProxies(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.RemoteAddr
	}))
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
