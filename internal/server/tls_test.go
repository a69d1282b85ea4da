// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// handshake connects to a configuration as a client that trusts one authority, at a time.
func handshake(t *testing.T, server *tls.Config, name string, ca []byte, at time.Time) error {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		t.Fatal("no certificate in the authority's file")
	}
	a, b := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer a.Close()
		_ = tls.Server(a, server).Handshake() // the client tells what went wrong
	}()
	client := tls.Client(b, &tls.Config{RootCAs: roots, ServerName: name, Time: func() time.Time { return at }})
	err := client.Handshake()
	b.Close()
	<-done
	return err
}

func readFileOf(t *testing.T, parts ...string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestTheAuthorityOfOurOwnServesItsNamesAndNoOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ca")
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	l, err := openLocal(dir, []string{"zolal.lan", "192.168.1.5"}, clock)
	if err != nil {
		t.Fatal(err)
	}
	ca := readFileOf(t, dir, "ca.pem")
	for _, name := range []string{"zolal.lan", "192.168.1.5"} {
		if err := handshake(t, l.config(), name, ca, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := handshake(t, l.config(), "bank.example", ca, now); err == nil {
		t.Error("it serves a name it was not made for")
	}
	if info, err := os.Stat(filepath.Join(dir, "ca-key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info.Mode(), err)
	}

	// A later start is the same authority; a leaf is renewed long before its end.
	again, err := openLocal(dir, []string{"192.168.1.5"}, clock)
	if err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(1, 0, 0)
	for _, l := range []*local{l, again} {
		if err := handshake(t, l.config(), "192.168.1.5", ca, now); err != nil {
			t.Errorf("a year later: %v", err)
		}
	}
	_, err = openLocal(dir, []string{"other.lan"}, clock)
	if err == nil || !strings.Contains(err.Error(), "move that directory away") {
		t.Errorf("a name it was not made for: %v", err)
	}
	h := &health{core: &core{}, certs: l}
	if w := h.certificateConditions(now); w != nil {
		t.Errorf("warned nine years early: %v", w)
	}
	w := h.certificateConditions(now.AddDate(8, 11, 20))
	if len(w) != 1 || !strings.Contains(w[0].Text, "expires on 2036-11-23") {
		t.Errorf("not warned: %v", w)
	}
}

func TestAnAuthorityOfOurOwnCannotPoseAsOthersEvenWithItsKey(t *testing.T) {
	for made, others := range map[string][]string{
		"zolal.lan":   {"bank.example", "lan", "192.168.1.5", "2001:db8::1"},
		"192.168.1.5": {"bank.example", "192.168.1.6", "2001:db8::1"},
	} {
		dir := filepath.Join(t.TempDir(), "ca")
		l, err := openLocal(dir, []string{made}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		ca := readFileOf(t, dir, "ca.pem")
		if err := handshake(t, l.config(), made, ca, time.Now()); err != nil {
			t.Errorf("%s: %v", made, err)
		}
		for _, other := range others {
			thief := &local{cert: l.cert, key: l.key, names: []string{other}, now: time.Now}
			if err := handshake(t, thief.config(), other, ca, time.Now()); err == nil {
				t.Errorf("a stolen key of %s vouches for %s", made, other)
			}
		}
	}
}

func TestCertificateFilesAreReadAgainWhenTheyChange(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	clock := func() time.Time { return now }
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	// Two authorities of our own serve as two certificates; their own certificates do for a server.
	install := func(name string) []byte {
		l, err := openLocal(filepath.Join(dir, name), []string{"zolal.lan"}, clock)
		if err != nil {
			t.Fatal(err)
		}
		for file, part := range map[string]string{cert: "ca.pem", key: "ca-key.pem"} {
			if err := os.WriteFile(file, readFileOf(t, l.dir, part), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return l.cert.Raw
	}
	first := install("one")
	f, err := openFiles(cert, key, clock)
	if err != nil {
		t.Fatal(err)
	}
	serves := func() []byte {
		c, err := f.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Certificate[0]
	}
	if string(serves()) != string(first) {
		t.Error("another certificate than the file's")
	}
	second := install("two")
	later := now.Add(time.Minute)
	for _, file := range []string{cert, key} {
		if err := os.Chtimes(file, later, later); err != nil {
			t.Fatal(err)
		}
	}
	now = later
	if string(serves()) != string(second) {
		t.Error("the new certificate is not served")
	}
	// Half a replacement changes nothing.
	if err := os.WriteFile(key, []byte("in the middle of"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if string(serves()) != string(second) {
		t.Error("a broken pair took the certificate away")
	}
	if _, err := openFiles(cert, key, clock); err == nil || !strings.Contains(err.Error(), "tls.cert") {
		t.Errorf("a broken pair at the start: %v", err)
	}
}
