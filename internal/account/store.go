// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
)

// TokenHash is the SHA-256 of a token. Tokens are 32 random bytes, so a plain hash cannot be guessed back.
type TokenHash [32]byte

// Account is the private half of an account; its public half is the profile in its user log. An account
// without a profile is an unfinished sign-up: harmless, and finished by a retry under the same key.
type Account struct {
	ID chat.AccountID
	// Version grows by one with every change; see AccountPut.
	Version   uint32
	SignupKey chat.Key // unique unless zero
	Password  string   // argon2id in PHC form; empty: no password signs in
	// Recovery is the SHA-256 of the login authenticator that the client derives from its recovery code;
	// zero: no recovery code.
	Recovery  [32]byte
	Created   chat.Millis
	Operator  bool
	Suspended string // public reason code; empty: not suspended
}

// Device is one signed-in session or one scoped token.
type Device struct {
	ID       chat.DeviceID
	Account  chat.AccountID
	Name     string
	Client   string
	Version  string
	Build    string
	Token    TokenHash // unique
	Scopes   chat.Scopes
	Created  chat.Millis
	LastUsed chat.Millis
	Expires  chat.Millis // 0 never
}

// Revocation says that the token of a device stopped being valid. N numbers them in commit order from 1,
// with gaps allowed.
type Revocation struct {
	N       uint64
	Device  chat.DeviceID
	Account chat.AccountID
	Token   TokenHash
	Reason  string // signed_out, revoked, password, recovery, suspended, expired
	At      chat.Millis
}

// Change is one step of an Apply. The set is closed.
type Change interface{ change() }

// AccountPut creates an account (Version 0) or replaces the one stored with that Version; the stored one
// then has the next Version. Apply fails with chat.CodeConflict where another Version is stored, where an
// account of Version 0 exists already, or where another account has the SignupKey.
type AccountPut struct{ Account Account }

// AccountGone removes an account and its devices, without revocations: for sign-ups that failed.
type AccountGone struct{ Account chat.AccountID }

// DevicePut creates a device, or replaces the one with the same ID. Apply fails with chat.CodeConflict where
// another device has the Token.
type DevicePut struct{ Device Device }

// DevicesGone removes devices of an account and records a Revocation for each: those of Only, or where Only
// is empty all but Keep. What is not there is passed over.
type DevicesGone struct {
	Account chat.AccountID
	Only    []chat.DeviceID
	Keep    chat.DeviceID
	Reason  string
	At      chat.Millis
}

// DeviceUsed records when devices were last used; a later time that is stored stays.
type DeviceUsed struct{ At map[chat.DeviceID]chat.Millis }

// SecretPut stores (New) or removes (nil New) a named secret of the server where its present value is Old;
// nil Old: where there is none. Apply fails with chat.CodeConflict otherwise.
type SecretPut struct {
	Name     string
	Old, New []byte
}

// RevocationsPruned forgets revocations made before a time.
type RevocationsPruned struct{ Before chat.Millis }

func (AccountPut) change()        {}
func (AccountGone) change()       {}
func (DevicePut) change()         {}
func (DevicesGone) change()       {}
func (DeviceUsed) change()        {}
func (SecretPut) change()         {}
func (RevocationsPruned) change() {}

// Find selects one account: by its number, or where that is 0 by the key it signed up with.
type Find struct {
	ID        chat.AccountID
	SignupKey chat.Key
}

// Store keeps what accounts are authenticated by. None of it is a projection: fsck --rebuild leaves it
// alone, and a backup contains it.
//
// Apply is atomic and durable when it returns nil (as engine.Log.Append); its changes take effect in their
// order, and an Apply may hold tens of thousands of them. Reads see every Apply that returned before they
// began. A Store may be called from many goroutines. What is not there is a *chat.Error of
// chat.CodeNotFound; disk trouble is chat.CodeDiskFull or chat.CodeReadOnly, and nothing was applied then.
type Store interface {
	Apply(ctx context.Context, changes ...Change) error
	Account(ctx context.Context, find Find) (Account, error)
	// Accounts returns at most limit accounts with greater numbers, ascending.
	Accounts(ctx context.Context, after chat.AccountID, limit int) ([]Account, error)
	// DeviceByToken returns the device of a token and its account, both of one snapshot.
	DeviceByToken(ctx context.Context, token TokenHash) (Device, Account, error)
	// Devices returns the devices of an account, ascending by number.
	Devices(ctx context.Context, account chat.AccountID) ([]Device, error)
	// Revoked returns the revocation of a token, while it is remembered.
	Revoked(ctx context.Context, token TokenHash) (Revocation, error)
	Secret(ctx context.Context, name string) ([]byte, error)
	// Revocations returns at most limit revocations with N > after, ascending; with limit 0 none but the
	// greatest N ever given, to begin from.
	Revocations(ctx context.Context, after uint64, limit int) (list []Revocation, last uint64, err error)
}
