// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// warnBefore is how long before a certificate ends its operator is warned, at most.
const warnBefore = 20 * 24 * time.Hour

// warnAhead is how long before its end the operator of a certificate is warned that lives for so long: when
// it should have been renewed for a while, which is done in the last third of its life. So one of ninety days
// warns twenty days ahead, and one of six days does not warn all its life.
func warnAhead(life time.Duration) time.Duration { return min(warnBefore, life/9*2) }

// certificates gives the certificate of each handshake.
type certificates interface {
	// config is for a listener; nil: plain HTTP.
	config() *tls.Config
	// expires is when the certificate in use ends; the zero time where there is none. ahead is how long before
	// that its operator is warned.
	expires() (end time.Time, ahead time.Duration)
	// trouble is what kept the last try to get a certificate from it; empty where it came.
	trouble() string
	// begin gets what certificates there are to get. The listeners are open by then.
	begin(context.Context) error
	// redirect wraps the handler of the plain HTTP address.
	redirect(http.Handler) http.Handler
	close()
}

// openCertificates chooses the one way the configuration names.
func openCertificates(cfg Config, log *slog.Logger) (certificates, error) {
	switch {
	case cfg.Domain != "":
		return openACME(cfg, log)
	case cfg.TLS.Cert != "":
		return openFiles(cfg.TLS.Cert, cfg.TLS.Key, cfg.Now)
	case len(cfg.TLS.Local) > 0:
		return openLocal(filepath.Join(cfg.Data, "ca"), cfg.TLS.Local, cfg.Now)
	}
	return plain{}, nil
}

// calm is what ways have in common that ask nobody for certificates.
type calm struct{}

func (calm) trouble() string             { return "" }
func (calm) begin(context.Context) error { return nil }

// plain is no TLS at all: on localhost, or behind a proxy.
type plain struct{ calm }

func (plain) config() *tls.Config                  { return nil }
func (plain) expires() (time.Time, time.Duration)  { return time.Time{}, 0 }
func (plain) redirect(h http.Handler) http.Handler { return h }
func (plain) close()                               {}

// tlsConfig is what all ways have in common.
func tlsConfig(get func(*tls.ClientHelloInfo) (*tls.Certificate, error), protos ...string) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: get,
		NextProtos:     append([]string{"h2", "http/1.1"}, protos...),
	}
}

// files serves a certificate from two files and reads them again when they change, so that a renewal by
// another program needs no restart.
type files struct {
	calm
	cert, key string
	now       func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	stamp   [2]time.Time // of the files as read
	looked  time.Time
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = 2 * time.Second

func openFiles(cert, key string, now func() time.Time) (*files, error) {
	f := &files{cert: cert, key: key, now: now}
	if err := f.read(); err != nil {
		return nil, &BadConfigError{Where: "tls.cert, tls.key", Err: err}
	}
	return f, nil
}

func (f *files) config() *tls.Config { return tlsConfig(f.get) }

func (f *files) expires() (time.Time, time.Duration) {
	c, err := f.get(nil)
	if err != nil || c.Leaf == nil {
		return time.Time{}, 0
	}
	return c.Leaf.NotAfter, warnAhead(c.Leaf.NotAfter.Sub(c.Leaf.NotBefore))
}

func (f *files) redirect(h http.Handler) http.Handler { return h }
func (f *files) close()                               {}

func (f *files) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); now.Sub(f.looked) >= lookEvery || now.Before(f.looked) {
		f.looked = now
		if f.changed() {
			// A pair that does not fit yet is in the middle of being replaced; the old one serves on.
			if err := f.read(); err != nil && f.current == nil {
				return nil, err
			}
		}
	}
	return f.current, nil
}

func (f *files) stamps() (s [2]time.Time) {
	for i, name := range []string{f.cert, f.key} {
		if info, err := os.Stat(name); err == nil {
			s[i] = info.ModTime()
		}
	}
	return s
}

func (f *files) changed() bool { return f.stamps() != f.stamp }

func (f *files) read() error {
	stamp := f.stamps()
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return err
	}
	f.current, f.stamp = &pair, stamp
	return nil
}

// acme obtains and renews certificates by itself. It calls out only where a domain is set.
type acme struct {
	domain string
	failed atomic.Pointer[string] // what kept the last try from its certificate
	magic  *certmagic.Config
	cache  *certmagic.Cache
	issuer *certmagic.ACMEIssuer
}

func openACME(cfg Config, log *slog.Logger) (*acme, error) {
	a := &acme{domain: cfg.Domain}
	quiet := zap.NewNop() // its lines hold addresses; what matters is told below
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil },
		Logger:           quiet,
	})
	a.magic = certmagic.New(a.cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: filepath.Join(cfg.Data, "certificates")},
		Logger:  quiet,
		OnEvent: func(_ context.Context, event string, data map[string]any) error {
			a.tell(log, event, data)
			return nil
		},
	})
	template := certmagic.ACMEIssuer{CA: certmagic.LetsEncryptProductionCA, Email: cfg.TLS.Email, Agreed: true,
		Logger: quiet}
	if cfg.TLS.ACME != "" {
		template.CA = cfg.TLS.ACME
	}
	if cfg.TLS.ACMERoot != "" {
		pem, err := os.ReadFile(cfg.TLS.ACMERoot)
		template.TrustedRoots = x509.NewCertPool()
		if err != nil || !template.TrustedRoots.AppendCertsFromPEM(pem) {
			a.cache.Stop()
			return nil, &BadConfigError{Where: "tls.acme_root", Err: cmp.Or(err, errors.New("no certificate in it"))}
		}
	}
	if _, port, err := net.SplitHostPort(cfg.Listen); err == nil {
		template.AltTLSALPNPort = portNumber(port)
	}
	if _, port, err := net.SplitHostPort(cfg.TLS.Redirect); err == nil {
		template.AltHTTPPort = portNumber(port)
	}
	a.issuer = certmagic.NewACMEIssuer(a.magic, template)
	a.magic.Issuers = []certmagic.Issuer{a.issuer}
	return a, nil
}

// begin asks the authority where there is something to ask for. It comes back to ports 80 and 443, which
// certmagic would open itself, in the way of our listeners, were they not open.
func (a *acme) begin(ctx context.Context) error {
	if err := a.magic.ManageAsync(ctx, []string{a.domain}); err != nil {
		return fmt.Errorf("certificate for the domain: %w", err)
	}
	return nil
}

// tell says what came of a try to get a certificate.
func (a *acme) tell(log *slog.Logger, event string, data map[string]any) {
	renewal := data["renewal"] == true
	switch event {
	case "cert_obtained":
		a.failed.Store(nil)
		log.Info("certificate obtained", "renewal", renewal)
	case "cert_failed":
		text := fmt.Sprint(data["error"])
		a.failed.Store(&text)
		if renewal {
			log.Warn("the certificate was not renewed; the one there is serves on, trying again", "err", text)
		} else {
			log.Warn("no certificate yet; trying again", "err", text)
		}
	}
}

func (a *acme) trouble() string {
	if text := a.failed.Load(); text != nil {
		return *text
	}
	return ""
}

func portNumber(s string) int {
	n, err := net.LookupPort("tcp", s)
	if err != nil {
		return 0
	}
	return n
}

func (a *acme) config() *tls.Config { return tlsConfig(a.magic.GetCertificate, "acme-tls/1") }

func (a *acme) expires() (time.Time, time.Duration) {
	for _, c := range a.cache.AllMatchingCertificates(a.domain) {
		if c.Leaf != nil {
			return c.Leaf.NotAfter, warnAhead(c.Lifetime())
		}
	}
	return time.Time{}, 0
}

func (a *acme) redirect(h http.Handler) http.Handler { return a.issuer.HTTPChallengeHandler(h) }
func (a *acme) close()                               { a.cache.Stop() }
