// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

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

// Actor is who asks. The zero Actor is nobody; an Actor with the zero Device is the operator at the console.
type Actor struct {
	Account AccountID
	Device  DeviceID
	Scopes  Scopes
}
