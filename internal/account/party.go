// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"net/url"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/zolal-im/zolal/internal/chat"
)

// RelyingParty says for which domain passkeys are made, and whose pages may ask for them. The zero one is of
// a server that has no passkeys: browsers make them only for a domain reached by HTTPS, and for localhost.
type RelyingParty struct {
	ID   string // the domain
	Name string // what browsers show beside it
	// Origins are the pages, such as https://chat.example.org. Local adds those of localhost at any port: what
	// forwards a port to this machine chooses its own.
	Origins []string
	Local   bool
}

// may fails with chat.CodePasskeyUnavailable where the server has no passkeys.
func (p RelyingParty) may() error {
	if p.ID == "" {
		return chat.Errorf(chat.CodePasskeyUnavailable,
			"passkeys need a domain with HTTPS, or localhost; this server has neither")
	}
	return nil
}

// allows reports whether a page may ask for passkeys.
func (p RelyingParty) allows(origin string) bool {
	if slices.Contains(p.Origins, strings.ToLower(origin)) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && p.Local && u.Hostname() == localhost &&
		(u.Scheme == "http" || u.Scheme == "https")
}

const localhost = "localhost"

// ceremony is what the library checks the answer of a page by; an empty origin is for questions, which name
// none.
func (p RelyingParty) ceremony(origin string) (*webauthn.WebAuthn, error) {
	if err := p.may(); err != nil {
		return nil, err
	}
	switch {
	case origin == "":
		origin = "https://" + p.ID
	case !p.allows(origin):
		return nil, chat.Errorf(chat.CodePasskeyUnavailable,
			"passkeys of this server are not for the page they were asked from")
	}
	return webauthn.New(&webauthn.Config{
		RPID: p.ID, RPDisplayName: p.Name, RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation, // which make of device it is, nobody needs to know
		// Managers of passwords answer extensions that nobody asked for; they are not read.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
}
