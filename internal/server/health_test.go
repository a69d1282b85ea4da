// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// journal is a log that a test reads while a server writes it.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) has(word string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Contains(j.text.String(), word)
}

func (j *journal) count(word string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Count(j.text.String(), word)
}

// inTime waits for a condition.
func inTime(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(30 * time.Second); !holds(); <-tick.C {
		if time.Now().After(until) {
			t.Fatal(what)
		}
	}
}

// quietServer starts a server on a directory of its own, or on one that a change names.
func quietServer(t *testing.T, change func(*Config)) *Server {
	t.Helper()
	cfg := Default()
	cfg.Data, cfg.Listen, cfg.Backup.Keep = t.TempDir(), "127.0.0.1:0", 0
	cfg.Disk = DiskConfig{} // the disk of whoever runs the tests may be as full as it likes
	change(&cfg)
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// page gets a page of a server whose certificate nobody vouches for.
func page(t *testing.T, s *Server, path string) (int, string) {
	t.Helper()
	scheme := "http://"
	if s.certs.config() != nil {
		scheme = "https://"
	}
	c := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	resp, err := c.Get(scheme + s.Addr() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// pairUntil writes a certificate with its key that ends at a time.
func pairUntil(t *testing.T, end time.Time) TLSConfig {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial(), NotBefore: end.AddDate(0, 0, -90), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := TLSConfig{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
	err = errors.Join(os.WriteFile(c.Cert, pemOf("CERTIFICATE", der), 0o600),
		os.WriteFile(c.Key, pemOf("PRIVATE KEY", keyDER), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTwentyDaysBeforeACertificateEndsTheOperatorIsWarned(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	authority := filepath.Join(t.TempDir(), "data")
	local := func(at time.Time) func(*Config) {
		return func(c *Config) {
			c.Data, c.TLS.Local = authority, []string{"127.0.0.1"}
			c.Now = func() time.Time { return at }
		}
	}
	_, err := openLocal(filepath.Join(authority, "ca"), []string{"127.0.0.1"}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	files := func(days int) func(*Config) {
		pair := pairUntil(t, now.AddDate(0, 0, days).Add(-time.Minute))
		return func(c *Config) { c.TLS, c.Now = pair, func() time.Time { return now } }
	}
	for name, c := range map[string]struct {
		change func(*Config)
		warn   string
	}{
		"files, 21 days":     {files(21), ""},
		"files, 20 days":     {files(20), "the certificate expires on 2026-12-13"},
		"files, ended":       {files(0), "the certificate has expired"},
		"authority, 21 days": {local(now.AddDate(caYears, 0, -21)), ""},
		"authority, 20 days": {local(now.AddDate(caYears, 0, -20)), "the certificate expires on 2036-11-23"},
	} {
		t.Run(name, func(t *testing.T) {
			log := &journal{}
			s := quietServer(t, func(cfg *Config) {
				c.change(cfg)
				cfg.Log = slog.New(slog.NewTextHandler(log, nil))
			})
			code, body := page(t, s, "/readyz")
			var ready Ready
			if err := json.Unmarshal([]byte(body), &ready); err != nil {
				t.Fatal(err)
			}
			if code != 200 || !ready.OK || strings.Join(ready.Warnings, "; ") != c.warn {
				t.Errorf("/readyz: %d %s", code, body)
			}
			if c.warn != "" {
				inTime(t, "the log does not warn", func() bool { return log.has(c.warn) })
			} else if log.has("the certificate") {
				t.Error("the log warns too early")
			}
			if _, body := page(t, s, "/metrics"); !strings.Contains(body, "\nzolal_certificate_expires_seconds ") {
				t.Error("the metrics do not tell of the certificate")
			}
		})
	}
}

func TestCausesOfTroubleAreToldToTheOperatorAlone(t *testing.T) {
	log := &journal{}
	s := quietServer(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(log, nil)) })
	was := s.dir.path
	s.dir.path = filepath.Join(was, "gone") // as when somebody moves it away
	code, body := page(t, s, "/readyz")
	if code != http.StatusServiceUnavailable || !strings.Contains(body, "directory cannot be written") ||
		strings.Contains(body, was) || strings.Contains(body, "no such file") {
		t.Errorf("/readyz says %d %s", code, body)
	}
	if !log.has("no such file") {
		t.Error("the log does not tell the cause")
	}
	s.dir.path = was
	w := httptest.NewRecorder()
	s.admin.http.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "no such file") {
		t.Errorf("the admin socket says %d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	s.admin.http.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "zolal_connections 0") {
		t.Errorf("the admin socket has no metrics: %d", w.Code)
	}
}

func TestAServerThatStopsIsNotReady(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	if code, body := page(t, s, "/readyz"); code != http.StatusOK {
		t.Errorf("before: %d %s", code, body)
	}
	s.health.stopping()
	if code, body := page(t, s, "/readyz"); code != http.StatusServiceUnavailable ||
		!strings.Contains(body, "the server stops") {
		t.Errorf("while it stops: %d %s", code, body)
	}
}

func TestMetricsAreReadOnlyFromWhereTheSettingSays(t *testing.T) {
	for _, c := range []struct {
		allow, from string
		header      http.Header
		want        int
	}{
		{"", "127.0.0.1:5", nil, 200},
		{"", "[::1]:5", nil, 200},
		{"", "[::ffff:127.0.0.1]:5", nil, 200},
		{"", "192.0.2.1:5", nil, 403},
		{"", "127.0.0.1:5", http.Header{"X-Forwarded-For": {"127.0.0.1"}}, 403},
		{"", "127.0.0.1:5", http.Header{"Forwarded": {"for=127.0.0.1"}}, 403},
		{"", "127.0.0.1:5", http.Header{"Via": {"1.1 proxy"}}, 403},
		{"192.0.2.0/24", "192.0.2.1:5", nil, 200},
		{"192.0.2.0/24", "127.0.0.1:5", nil, 403},
		{"none", "127.0.0.1:5", nil, 403},
	} {
		given := map[string]string{"trusted_proxies": "10.0.0.0/8"}
		if c.allow != "" {
			given["metrics.allow"] = c.allow
		}
		cfg, _, err := Load(Sources{Flags: given})
		if err != nil {
			t.Fatal(err)
		}
		h := behindProxies([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
			slog.New(slog.DiscardHandler), within(cfg.Metrics, http.HandlerFunc(serveAlive)))
		r, w := httptest.NewRequest(http.MethodGet, "/metrics", nil), httptest.NewRecorder()
		r.RemoteAddr = c.from
		for k, v := range c.header {
			r.Header[k] = v
		}
		if h.ServeHTTP(w, r); w.Code != c.want {
			t.Errorf("allow %q, from %s with %v: %d, want %d", c.allow, c.from, c.header, w.Code, c.want)
		}
	}
}
