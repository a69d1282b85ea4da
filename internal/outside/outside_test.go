// SPDX-License-Identifier: AGPL-3.0-or-later

package outside

import (
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestOnlyPublicAddressesArePublic(t *testing.T) {
	for _, a := range strings.Fields(`0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255
		127.0.0.1 127.9.9.9
		169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.168.1.1 198.18.0.1
		198.51.100.7 203.0.113.9
		224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
		:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1
		2002:7f00:1:: 2002:c0a8:101:: 2001::1 2001:db8::1 100::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1
		ff02::1`) {
		if Public(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as public", a)
		}
	}
	for _, a := range strings.Fields(`1.1.1.1 8.8.8.8 93.184.216.34 172.32.0.1 192.169.0.1 100.128.0.1
		2606:4700::1111 2a00:1450::200e 64:ff9b::808:808 2002:808:808:: ::ffff:8.8.8.8`) {
		if !Public(netip.MustParseAddr(a)) {
			t.Errorf("%s does not count as public", a)
		}
	}
}

func TestAnAddressThatCanOnlyBeAnAttemptIsRefusedUnasked(t *testing.T) {
	for _, a := range strings.Fields(`http://push.example.org/a ftp://push.example.org push.example.org
		https:///a https://127.0.0.1/a https://[::1]/a https://[::ffff:10.0.0.1]/a https://169.254.169.254/latest
		https://10.0.0.1 https://push.example.org:22/a https://user@push.example.org/a
		https://push.example.org/a#b`) {
		if (Config{}).CheckURL(a) == nil {
			t.Errorf("%s is not refused", a)
		}
	}
	for _, a := range strings.Fields(`https://push.example.org/a https://push.example.org:443/a?b=c
		https://8.8.8.8/a`) {
		if err := (Config{}).CheckURL(a); err != nil {
			t.Errorf("%s is refused: %v", a, err)
		}
	}
}

// serve runs a server on this machine that counts who got through to it.
func serve(t *testing.T, h http.HandlerFunc) (*httptest.Server, *x509.CertPool, *int) {
	reached := new(int)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*reached++
		h(w, r)
	}))
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, roots, reached
}

func TestANameThatLeadsToThisMachineReachesNobody(t *testing.T) {
	s, roots, reached := serve(t, func(http.ResponseWriter, *http.Request) {})
	c := NewClient(Config{Roots: roots, Within: 5 * time.Second})
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		_, err := c.Get("https://" + host + port + "/")
		if !errors.Is(err, ErrPrivate) && host != "[::1]" || err == nil { // a machine may have no IPv6
			t.Errorf("%s ended with %v", host, err)
		}
	}
	if *reached != 0 {
		t.Errorf("%d requests got through", *reached)
	}
}

func TestRedirectsAreNotFollowedAndAnswersAreCutShort(t *testing.T) {
	s, roots, reached := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
	})
	c := NewClient(Config{Roots: roots, Loopback: true, Body: 100})
	if _, err := c.Get(s.URL + "/away"); !errors.Is(err, errRedirect) || *reached != 1 {
		t.Errorf("a redirect ended with %v after %d requests", err, *reached)
	}
	resp, err := c.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || len(body) != 100 {
		t.Errorf("%d bytes were read, %v", len(body), err)
	}
	if _, err := c.Get("http" + strings.TrimPrefix(s.URL, "https")); !errors.Is(err, ErrPrivate) {
		t.Errorf("plain HTTP ended with %v", err)
	}
}

func TestAServiceThatNeverAnswersIsGivenUp(t *testing.T) {
	hold := make(chan struct{})
	s, roots, _ := serve(t, func(http.ResponseWriter, *http.Request) { <-hold })
	defer close(hold)
	c := NewClient(Config{Roots: roots, Loopback: true, Within: 50 * time.Millisecond})
	if _, err := c.Get(s.URL); err == nil {
		t.Error("it was waited for")
	}
}
