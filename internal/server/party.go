// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/zolal-im/zolal/internal/account"
)

// party says for which domain passkeys are made: that of the first address by HTTPS which is a name, the
// server's domain before all others. Pages of that domain and below it may ask for them. A server that only
// its own machine reaches makes them for localhost. Whoever changes that address loses the passkeys that were
// made for it.
func (c *Config) party() account.RelyingParty {
	p := account.RelyingParty{Name: cmp.Or(c.Name, "Zolal")}
	for _, a := range c.secureAddresses() {
		u, err := url.Parse(strings.ToLower(a))
		if err != nil || !isName(u.Hostname()) {
			continue
		}
		if p.ID == "" {
			p.ID = u.Hostname()
		}
		u.Host = strings.TrimSuffix(u.Host, ":443")
		if u.Hostname() == p.ID || strings.HasSuffix(u.Hostname(), "."+p.ID) {
			p.Origins = append(p.Origins, u.String())
		}
	}
	if p.ID == "" && !c.Public && len(c.Address) == 0 && isLoopback(c.Listen) {
		p.ID, p.Local = "localhost", true
	}
	return p
}

// secureAddresses are the addresses by HTTPS that settings tell of.
func (c *Config) secureAddresses() (out []string) {
	_, port, _ := net.SplitHostPort(c.Listen)
	names := c.TLS.Local
	if c.Domain != "" {
		out = append(out, "https://"+c.Domain)
		names = []string{c.Domain}
	}
	for _, name := range names {
		out = append(out, "https://"+net.JoinHostPort(name, port))
	}
	for _, a := range c.Address {
		if strings.HasPrefix(strings.ToLower(a), "https://") {
			out = append(out, a)
		}
	}
	return out
}

// isName tells a name of the domain system, as browsers write it, from an address.
func isName(host string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil && host != "" && strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") == "" &&
		!strings.HasPrefix(host, ".")
}
