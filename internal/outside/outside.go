// SPDX-License-Identifier: AGPL-3.0-or-later

// Package outside speaks HTTP to hosts that people named, such as push services, without becoming their way
// into this network: whatever a name resolves to, only public addresses are connected to, redirects are not
// followed, and what an answer may cost is bounded.
//
// The address is judged when the connection is made, after the name was resolved, so that a name which
// resolves to one address for a check and to another for the call gains nothing. Proxies of the environment
// are not used: they would resolve names themselves.
package outside

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrPrivate is why an address is not connected to.
var ErrPrivate = errors.New("the address is not a public one")

// errRedirect is why an answer that leads elsewhere is no answer.
var errRedirect = errors.New("redirects are not followed")

// Config bounds what a client does. The zero Config is the strictest.
type Config struct {
	Within  time.Duration // of one call, everything included; default 10 s
	Body    int64         // bytes read of an answer; default 64 KiB
	PerHost int           // connections to one host; default 8
	// Loopback lets tests speak to this machine as well, on any port.
	Loopback bool
	Roots    *x509.CertPool // instead of those that the system trusts
}

// NewClient returns a client that reaches public hosts alone, by HTTPS on its usual port.
func NewClient(cfg Config) *http.Client {
	if cfg.Within == 0 {
		cfg.Within = 10 * time.Second
	}
	if cfg.Body == 0 {
		cfg.Body = 64 << 10
	}
	if cfg.PerHost == 0 {
		cfg.PerHost = 8
	}
	dialer := &net.Dialer{Timeout: cfg.Within, ControlContext: cfg.control}
	t := &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxConnsPerHost: cfg.PerHost,
		MaxIdleConnsPerHost: cfg.PerHost, MaxIdleConns: 8 * cfg.PerHost, IdleConnTimeout: time.Minute,
		TLSHandshakeTimeout: cfg.Within, MaxResponseHeaderBytes: 16 << 10,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.Roots},
	}
	return &http.Client{
		Transport: bounded{t, cfg}, Timeout: cfg.Within,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect },
	}
}

// control judges the address that a name was resolved to.
func (c Config) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s address %q: %w", network, address, err)
	}
	if c.Loopback && to.Addr().Unmap().IsLoopback() {
		return nil
	}
	if !Public(to.Addr()) || to.Port() != 443 {
		return ErrPrivate
	}
	return nil
}

// bounded refuses what is not HTTPS and cuts answers short.
type bounded struct {
	http.RoundTripper
	cfg Config
}

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" {
		return nil, ErrPrivate
	}
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = cut{io.LimitReader(resp.Body, b.cfg.Body), resp.Body}
	}
	return resp, err
}

// cut is the beginning of a body.
type cut struct {
	io.Reader
	io.Closer
}

// CheckURL refuses, without asking anybody, an address that can only be a mistake or an attempt: not HTTPS,
// with a user, on another port, or with a literal address that is not public. Names are judged when they are
// resolved.
func (c Config) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return errors.New("not an https address")
	}
	ip, literal := netip.ParseAddr(u.Hostname())
	if c.Loopback && literal == nil && ip.IsLoopback() {
		return nil
	}
	if p := u.Port(); p != "" && p != "443" || literal == nil && !Public(ip) {
		return ErrPrivate
	}
	return nil
}

// reserved are networks that are nobody's in public, beside those that package netip knows.
var reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10")

// carriers are networks whose addresses hold another one, and where in it.
var carriers = map[netip.Prefix]int{
	netip.MustParsePrefix("64:ff9b::/96"):   12, // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"): 12,
	netip.MustParsePrefix("2002::/16"):      2, // 6to4
}

func prefixes(all ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(all))
	for i, p := range all {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

// Public reports whether an address is one that anybody in the internet reaches: not this machine, not a
// private network, not a link's own, not a carrier's, not a multicast or reserved one, in either form of IP.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for p, at := range carriers {
		if raw := ip.As16(); p.Contains(ip) {
			return Public(netip.AddrFrom4([4]byte(raw[at : at+4])))
		}
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}
