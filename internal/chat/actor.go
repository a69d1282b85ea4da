// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"net/netip"
	"slices"
)

// Scopes are what a token may be used for, as bits. A session that a person signed in to has all of them.
type Scopes uint8

// The scopes.
const (
	ScopeRead   Scopes = 1 << iota // read chats and people
	ScopeSend                      // write and react in chats, mark as read
	ScopeManage                    // everything else: chats, members, devices, the account itself

	AllScopes = ScopeRead | ScopeSend | ScopeManage
)

// Has reports whether all of want is allowed.
func (s Scopes) Has(want Scopes) bool { return s&want == want }

// scopeWords are the names of the scopes in the contract, in the order of their bits.
func scopeWords() []string { return []string{"read", "send", "manage"} }

// Words are the names of the scopes.
func (s Scopes) Words() (words []string) {
	for i, w := range scopeWords() {
		if s.Has(1 << i) {
			words = append(words, w)
		}
	}
	return words
}

// ScopeOf returns the scope of a name.
func ScopeOf(word string) (s Scopes, ok bool) {
	i := slices.Index(scopeWords(), word)
	if i < 0 {
		return 0, false
	}
	return 1 << i, true
}

// Actor is who asks. The zero Actor is nobody; an Actor with the zero Device is the operator at the console.
type Actor struct {
	Account AccountID
	Device  DeviceID
	Scopes  Scopes
	// Operator may run the server. It gives no right in any chat (R20).
	Operator bool
	// Network is where the actor asks from, for limits alone: it is neither stored nor logged. The zero Prefix
	// is not known.
	Network netip.Prefix
	// Waits is for how long the actor's device has no say yet, where whoever asks found that out: for what gives
	// a name up. 0: it has.
	Waits Millis
	// Server is the server's own hand, for what no client may do: imports and notices about devices.
	Server bool
}

// May reports with CodeScopeMissing that the actor's token is too narrow for what needs the scope.
func (a Actor) May(scope Scopes) error {
	if a.Scopes.Has(scope) {
		return nil
	}
	return Errorf(CodeScopeMissing, "the token is not for this")
}
