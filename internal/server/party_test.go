// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"strings"
	"testing"
)

func TestPasskeysAreForTheFirstSecureNameOfAServer(t *testing.T) {
	config := func(change func(c *Config)) Config {
		c := Default()
		c.Listen = "0.0.0.0:8443"
		change(&c)
		return c
	}
	for name, row := range map[string]struct {
		config  Config
		id      string
		origins string
		local   bool
	}{
		"a domain": {config(func(c *Config) { c.Domain, c.Listen = "chat.example.org", ":443" }),
			"chat.example.org", "https://chat.example.org https://chat.example.org", false},
		"a domain at a port of its own": {config(func(c *Config) { c.Domain = "chat.example.org" }),
			"chat.example.org", "https://chat.example.org https://chat.example.org:8443", false},
		"behind a proxy, with an address below it and one elsewhere": {config(func(c *Config) {
			c.Address = []string{"http://chat.lan", "https://192.0.2.1", "https://Chat.example.org",
				"https://m.chat.example.org:444", "https://mirror.example.net", "https://notchat.example.org"}
		}), "chat.example.org", "https://chat.example.org https://m.chat.example.org:444", false},
		"an authority of our own": {config(func(c *Config) { c.TLS.Local = []string{"192.0.2.1", "chat.lan"} }),
			"chat.lan", "https://chat.lan:8443", false},
		"by plain HTTP": {config(func(c *Config) { c.Address = []string{"http://chat.example.org"} }),
			"", "", false},
		"without addresses": {config(func(*Config) {}), "", "", false},
		"this machine":      {config(func(c *Config) { c.Listen = "127.0.0.1:8080" }), "localhost", "", true},
		"this machine, but others reach it": {config(func(c *Config) {
			c.Listen, c.Public = "127.0.0.1:8080", true
		}), "", "", false},
		"this machine, behind a proxy by plain HTTP": {config(func(c *Config) {
			c.Listen, c.Address = "127.0.0.1:8080", []string{"http://192.0.2.1"}
		}), "", "", false},
		"a name that is none": {config(func(c *Config) { c.TLS.Local = []string{"*.lan"} }), "", "", false},
	} {
		p := row.config.party()
		if p.ID != row.id || strings.Join(p.Origins, " ") != row.origins || p.Local != row.local {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
