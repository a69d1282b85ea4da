// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	caYears    = 10
	leafDays   = 90
	renewLocal = 30 * 24 * time.Hour // before its end a leaf is replaced
)

// local is an authority of our own, for networks without a way out. People install DIR/ca.pem once. It is
// constrained to the names it was made for: whoever steals its key cannot pose as anyone else to those who
// trust it.
type local struct {
	calm
	dir   string
	names []string
	now   func() time.Time
	cert  *x509.Certificate
	key   crypto.Signer

	mu   sync.Mutex
	leaf *tls.Certificate
}

func openLocal(dir string, names []string, now func() time.Time) (*local, error) {
	l := &local{dir: dir, names: names, now: now}
	for _, n := range names {
		if _, err := netip.ParseAddr(n); err != nil && strings.ContainsAny(n, "/:* ") {
			return nil, &BadConfigError{Where: "tls.local", Err: fmt.Errorf("%q is no name and no address", n)}
		}
	}
	err := l.load()
	if errors.Is(err, os.ErrNotExist) {
		err = l.create()
	}
	if err != nil {
		return nil, &BadConfigError{Where: "tls.local", Err: err}
	}
	if _, err := l.get(nil); err != nil {
		return nil, &BadConfigError{Where: "tls.local", Err: err}
	}
	return l, nil
}

func (l *local) config() *tls.Config                  { return tlsConfig(l.get) }
func (l *local) redirect(h http.Handler) http.Handler { return h }
func (l *local) close()                               {}

// expires is the end of the authority: its leaves are renewed without anybody's help.
func (l *local) expires() (time.Time, time.Duration) { return l.cert.NotAfter, warnBefore }

// load reads the authority that an earlier start made.
func (l *local) load() error {
	certPEM, err := os.ReadFile(filepath.Join(l.dir, "ca.pem"))
	if err != nil {
		return err
	}
	keyPEM, err := os.ReadFile(filepath.Join(l.dir, "ca-key.pem"))
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return err
	}
	l.cert = pair.Leaf
	l.key = pair.PrivateKey.(crypto.Signer)
	for _, name := range l.names {
		if !l.permits(name) {
			return fmt.Errorf("the authority in %s was not made for %q; move that directory away to make another, "+
				"and give people its new ca.pem", l.dir, name)
		}
	}
	return nil
}

// permits reports whether the authority may vouch for a name.
func (l *local) permits(name string) bool {
	if ip := net.ParseIP(name); ip != nil {
		return slices.ContainsFunc(l.cert.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(ip) })
	}
	return slices.ContainsFunc(l.cert.PermittedDNSDomains, func(d string) bool {
		return name == d || strings.HasSuffix(name, "."+d)
	})
}

// create makes the authority. The key is written first: a certificate without its key would be useless.
func (l *local) create() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := l.now()
	template := &x509.Certificate{
		SerialNumber:                serial(),
		Subject:                     pkix.Name{CommonName: "Zolal authority of " + l.names[0]},
		NotBefore:                   now.Add(-24 * time.Hour), // clocks in closed networks differ
		NotAfter:                    now.AddDate(caYears, 0, 0),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true,
	}
	for _, name := range l.names {
		if ip := net.ParseIP(name); ip != nil {
			if four := ip.To4(); four != nil {
				ip = four
			}
			whole := net.CIDRMask(8*len(ip), 8*len(ip))
			template.PermittedIPRanges = append(template.PermittedIPRanges, &net.IPNet{IP: ip, Mask: whole})
		} else {
			template.PermittedDNSDomains = append(template.PermittedDNSDomains, name)
		}
	}
	// A kind of name that nothing is permitted of would otherwise be free.
	if len(template.PermittedDNSDomains) == 0 {
		template.ExcludedDNSDomains = []string{""}
	}
	if len(template.PermittedIPRanges) == 0 {
		for _, all := range []string{"0.0.0.0/0", "::/0"} {
			_, network, err := net.ParseCIDR(all)
			if err != nil {
				return err
			}
			template.ExcludedIPRanges = append(template.ExcludedIPRanges, network)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	if err := writeDurably(filepath.Join(l.dir, "ca-key.pem"), pemOf("PRIVATE KEY", keyDER)); err != nil {
		return err
	}
	if err := writeDurably(filepath.Join(l.dir, "ca.pem"), pemOf("CERTIFICATE", der)); err != nil {
		return err
	}
	return l.load()
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return n
}

// get returns a leaf that lives long enough, and makes a new one where it does not. Leaves live in memory
// only: a restart makes another.
func (l *local) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if l.leaf != nil && now.Add(renewLocal).Before(l.leaf.Leaf.NotAfter) {
		return l.leaf, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	end := now.AddDate(0, 0, leafDays)
	if end.After(l.cert.NotAfter) {
		end = l.cert.NotAfter
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		// Not a name of ours, and with a space: what looks like a host here is held to the constraints by some.
		Subject:     pkix.Name{CommonName: "Zolal server"},
		NotBefore:   now.Add(-24 * time.Hour),
		NotAfter:    end,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range l.names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, l.cert, key.Public(), l.key)
	if err != nil {
		return nil, fmt.Errorf("sign a certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	l.leaf = &tls.Certificate{Certificate: [][]byte{der, l.cert.Raw}, PrivateKey: key, Leaf: leaf}
	return l.leaf, nil
}
