// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/port"
)

// authority is an ACME authority (RFC 8555): Let's Encrypt's own, as made for tests. It comes back to the
// names it is asked to vouch for.
type authority struct {
	t       *testing.T
	program string
	config  string
	root    string // file with the certificate of its pages
	listen  string // where it is reached, while the way there is open
	behind  string // where it listens
	manage  string
	names   string // address of the DNS it asks
	said    journal
	cut     func() // closes the way to it, as when it is down
}

// acmePorts are where a server under test listens: HTTPS and plain HTTP. Every name leads to this machine.
type acmePorts struct{ https, http string }

func newAuthority(t *testing.T, ports acmePorts) *authority {
	t.Helper()
	program, err := filepath.Abs("../../bin/tools/pebble")
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		t.Fatal("missing here: an ACME authority; make bin/tools/pebble builds it")
	}
	dir := t.TempDir()
	pages, err := openLocal(filepath.Join(dir, "pages"), []string{"127.0.0.1"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, program: program, config: filepath.Join(dir, "pebble.json"),
		root: filepath.Join(dir, "pages", "ca.pem"), names: newNames(t),
		listen: freeAddress(t), behind: freeAddress(t), manage: freeAddress(t)}
	leaf, err := pages.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, raw []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	raw, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": a.behind, "managementListenAddress": a.manage, "keyAlgorithm": "ecdsa",
		"certificate": write("cert.pem", pemOf("CERTIFICATE", leaf.Certificate[0])),
		"privateKey":  write("key.pem", pemOf("PRIVATE KEY", key)),
		"httpPort":    portNumber(portOf(ports.http)), "tlsPort": portNumber(portOf(ports.https)),
		"retryAfter": map[string]int{"authz": 1, "order": 1},
		// Less than an hour counts as nearly over: such a certificate is due for renewal from its first minute.
		"profiles": map[string]any{"default": map[string]any{"description": "short", "validityPeriod": 45 * 60}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	write("pebble.json", raw)
	a.start()
	a.open()
	return a
}

// start begins the authority, which ends with the test.
func (a *authority) start() {
	a.t.Helper()
	cmd := exec.Command(a.program, "-strict", "-config", a.config, "-dnsserver", a.names)
	cmd.Env = []string{"PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0"}
	cmd.Stdout, cmd.Stderr = &a.said, &a.said
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for _, address := range []string{a.behind, a.manage} {
		inTime(a.t, "the authority does not answer", func() bool {
			c, err := net.DialTimeout("tcp", address, time.Second)
			if err == nil {
				c.Close()
			}
			return err == nil
		})
	}
}

// open makes the way to the authority, until it is cut. An authority that ends would forget everybody.
func (a *authority) open() {
	a.t.Helper()
	l, err := net.Listen("tcp", a.listen)
	if err != nil {
		a.t.Fatal(err)
	}
	var mu sync.Mutex
	ends := []io.Closer{l}
	a.cut = sync.OnceFunc(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range ends {
			c.Close()
		}
	})
	a.t.Cleanup(a.cut)
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", a.behind)
			if err != nil {
				near.Close()
				continue
			}
			mu.Lock()
			ends = append(ends, near, far)
			mu.Unlock()
			for _, way := range [][2]net.Conn{{far, near}, {near, far}} {
				go func() {
					_, _ = io.Copy(way[0], way[1]) // however it ends, the other way ends too
					far.Close()
					near.Close()
				}()
			}
		}
	}()
}

// trusted is what people who trust the authority have.
func (a *authority) trusted() []byte {
	a.t.Helper()
	pages := x509.NewCertPool()
	pages.AppendCertsFromPEM(readFileOf(a.t, a.root))
	c := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pages}}}
	resp, err := c.Get("https://" + a.manage + "/roots/0")
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return raw
}

// freeAddress is an address of this machine where nobody listens, kept while the test runs.
func freeAddress(t *testing.T) string {
	t.Helper()
	address, release, err := port.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return address
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// acmeBed is a server that gets its certificate from an authority.
type acmeBed struct {
	*authority
	ports acmePorts
	log   *journal
	late  time.Duration // by how much its clock is ahead
	mu    sync.Mutex
}

func newACMEBed(t *testing.T) *acmeBed {
	t.Helper()
	b := &acmeBed{ports: acmePorts{freeAddress(t), freeAddress(t)}, log: &journal{}}
	b.authority = newAuthority(t, b.ports)
	return b
}

// newDomain is one that no other test asks for: what keeps certificates works on a name once in a process,
// and lets a name whose renewal failed rest, whichever server asks.
func newDomain() string { return "chat-" + strings.ToLower(rand.Text()) + ".example.org" }

// settings are those of the server for a domain.
func (b *acmeBed) settings(domain, dir string) func(*Config) {
	return func(c *Config) {
		c.Data, c.Domain, c.Listen, c.TLS.Redirect = dir, domain, b.ports.https, b.ports.http
		c.TLS.ACME, c.TLS.ACMERoot = "https://"+b.listen+"/dir", b.root
		c.Log = slog.New(slog.NewTextHandler(b.log, nil))
		c.Now = func() time.Time {
			b.mu.Lock()
			defer b.mu.Unlock()
			return time.Now().Add(b.late)
		}
	}
}

func (b *acmeBed) setLate(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.late = d
}

// serve starts a server; it ends with the test, or when it is told to.
func (b *acmeBed) serve(settings func(*Config)) (s *Server, stop func()) {
	b.t.Helper()
	cfg := Default()
	cfg.Backup.Keep, cfg.Disk = 0, DiskConfig{}
	settings(&cfg)
	s, err := Start(b.t.Context(), cfg)
	if err != nil {
		b.t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		if err := s.Stop(context.Background()); err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(stop)
	return s, stop
}

// served is the certificate that somebody gets who wants a name and trusts the authority; nil: none.
func (b *acmeBed) served(name string, trusted []byte) *x509.Certificate {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(trusted)
	conn, err := tls.Dial("tcp", b.ports.https, &tls.Config{RootCAs: roots, ServerName: name})
	if err != nil {
		return nil
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0]
}

// renew does what is done every ten minutes, until something came of it.
func (b *acmeBed) renew(s *Server, what string, done func() bool) {
	b.t.Helper()
	if err := s.certs.(*acme).cache.RenewManagedCertificates(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	inTime(b.t, what, done)
}

// warnings are what the operator reads of the certificate.
func warnings(t *testing.T, s *Server) (all []Condition) {
	t.Helper()
	for _, c := range s.health.conditions(t.Context()) {
		if strings.HasPrefix(c.Code, "certificate_") {
			all = append(all, c)
		}
	}
	return all
}

func TestACertificateForADomainComesRenewsItselfAndOutlivesItsAuthority(t *testing.T) {
	t.Parallel()
	b := newACMEBed(t)
	name := newDomain()
	settings, trusted := b.settings(name, t.TempDir()), b.trusted()
	s, stop := b.serve(settings)
	var first, second *x509.Certificate
	inTime(t, "no certificate comes", func() bool { first = b.served(name, trusted); return first != nil })
	if b.served("other.example.org", trusted) != nil || b.said.has("other.example.org") {
		t.Error("it serves a name that is not its own, or asks for it")
	}
	if got := warnings(t, s); len(got) != 0 {
		t.Errorf("a new certificate is warned of: %v", got)
	}
	b.renew(s, "it does not renew itself", func() bool {
		second = b.served(name, trusted)
		return second != nil && !second.Equal(first)
	})

	b.cut()
	b.renew(s, "nothing is said of a renewal that failed", func() bool { return s.certs.trouble() != "" })
	if !b.log.has("the certificate was not renewed") {
		t.Error("the log does not tell of it")
	}
	if got := b.served(name, trusted); got == nil || !got.Equal(second) {
		t.Error("without its authority it does not serve what it has")
	}
	if got := warnings(t, s); len(got) != 0 {
		t.Errorf("a first try that failed is warned of, though the certificate lives long enough: %v", got)
	}
	b.setLate(36 * time.Minute) // of 45: less than two ninths are left
	got := warnings(t, s)
	if len(got) != 1 || got[0].Code != condCertEnds || !strings.Contains(got[0].Detail, "refused") {
		t.Errorf("a certificate that nobody renews is warned of as %v", got)
	}
	b.setLate(46 * time.Minute)
	if got := warnings(t, s); len(got) != 1 || got[0].Code != condCertOver {
		t.Errorf("a certificate that has ended is warned of as %v", got)
	}
	b.setLate(0)

	stop()
	_, stop = b.serve(settings)
	inTime(t, "after a restart it does not serve what it had", func() bool {
		got := b.served(name, trusted)
		return got != nil && got.Equal(second)
	})
	stop()
	b.open()
	b.serve(settings)
	inTime(t, "it does not go on with an authority that is back", func() bool {
		got := b.served(name, trusted)
		return got != nil && !got.Equal(second)
	})
}

func TestANameThatLeadsElsewhereGetsNoCertificateAndTheOperatorReadsWhy(t *testing.T) {
	t.Parallel()
	b, name := newACMEBed(t), "elsewhere."+newDomain()
	s, _ := b.serve(b.settings(name, t.TempDir()))
	inTime(t, "nothing is said of a name that leads elsewhere", func() bool { return s.certs.trouble() != "" })
	got := warnings(t, s)
	if len(got) != 1 || got[0].Code != condCertNone || !strings.Contains(got[0].Detail, "127.0.0.2") {
		t.Errorf("it is warned of as %v", got)
	}
	if !b.log.has("no certificate yet") || b.served(name, b.trusted()) != nil {
		t.Error("the log says nothing of it, or a certificate came")
	}
}

func TestAStartThatFailsAsksNoAuthorityForACertificate(t *testing.T) {
	t.Parallel()
	b, name := newACMEBed(t), newDomain()
	taken, err := net.Listen("tcp", b.ports.https)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.Backup.Keep = 0
	b.settings(name, t.TempDir())(&cfg)
	s, err := Start(t.Context(), cfg)
	if err == nil {
		_ = s.Stop(t.Context())
		t.Fatal("it starts on a port that is taken")
	}
	taken.Close()
	b.serve(b.settings(name, t.TempDir()))
	trusted := b.trusted()
	inTime(t, "no certificate comes", func() bool { return b.served(name, trusted) != nil })
	// Orders are counted and not requests: this authority refuses one of twenty, as a real one may.
	if n := b.said.count("Added order"); n != 1 {
		t.Errorf("the authority was asked for %d certificates", n)
	}
}

func TestPlainHTTPLeadsToTheDomain(t *testing.T) {
	w := httptest.NewRecorder()
	s := &Server{core: &core{cfg: Config{Domain: "chat.example.org"}}}
	s.toHTTPS(w, httptest.NewRequest(http.MethodGet, "http://chat.example.org/chat/7?a=b", nil))
	if got := w.Header().Get("Location"); w.Code != 308 || got != "https://chat.example.org/chat/7?a=b" {
		t.Errorf("plain HTTP leads to %d %s", w.Code, got)
	}
}

func TestARootOfAnAuthorityThatIsNotThereStopsTheStart(t *testing.T) {
	cfg := Config{Data: t.TempDir(), Domain: "chat.example.org"}
	cfg.TLS.ACMERoot = filepath.Join(cfg.Data, "none.pem")
	if _, err := openACME(cfg, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a root that is not there is passed over")
	}
}

func TestHowLongBeforeItsEndACertificateIsWarnedOf(t *testing.T) {
	const day = 24 * time.Hour
	for life, want := range map[time.Duration]time.Duration{
		398 * day: 20 * day, 90 * day: 20 * day, 45 * day: 10 * day, 6 * day: 32 * time.Hour,
	} {
		if got := warnAhead(life); got != want {
			t.Errorf("one of %v: %v ahead, want %v", life, got, want)
		}
		// Renewal is tried in the last third of its life; nobody is warned of one that is about to be renewed.
		if got := warnAhead(life); got >= life/3 {
			t.Errorf("one of %v is warned of before it could be renewed", life)
		}
	}
}
