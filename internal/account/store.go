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
	// RecoveryChecked is when the owner last showed that the recovery code was kept; 0: not since it was made.
	RecoveryChecked chat.Millis
	// Approval makes a sign-in with the password wait until an old device, or the recovery code, approves it.
	Approval bool
	Pass     string // the ID of the Pass it came by; empty: without one
}

// Device is one signed-in session or one scoped token.
type Device struct {
	ID       chat.DeviceID
	Account  chat.AccountID
	Name     string
	Client   string // with Version and Build a Program
	Version  string
	Build    string
	Token    TokenHash // unique
	Scopes   chat.Scopes
	Created  chat.Millis
	LastUsed chat.Millis
	Expires  chat.Millis // 0 never
	// Vouched is when an older device or the recovery code vouched for it; 0: never. See Service.settled.
	Vouched chat.Millis
}

// CredentialKind says what a Credential is for.
type CredentialKind uint8

// The kinds of credentials.
const (
	CredentialReset   CredentialKind = 1 // the one-time link of an operator's reset
	CredentialTOTP    CredentialKind = 2 // codes that change every half minute
	CredentialBackup  CredentialKind = 3 // a one-time code in the place of those
	CredentialAsking  CredentialKind = 4 // a sign-in that waits for an old device
	CredentialPasskey CredentialKind = 5
	CredentialWebAuth CredentialKind = 6 // the challenge that a passkey is about to answer
	CredentialCode    CredentialKind = 7 // the code of a CredentialAsking, which a person types; of no account

	CredentialIdentity CredentialKind = 20 // whose account an identity at the provider is; see Identity
	CredentialTicket   CredentialKind = 21 // what the provider just said of somebody
	CredentialNewcomer CredentialKind = 22 // a sign-up that waits for the operator; of no account yet
	CredentialDeletion CredentialKind = 23 // an account that will be deleted; of no account
)

// CredentialID names a credential within its kind. Where that is a secret, it is a hash of it.
type CredentialID [32]byte

// Credential is what an account is authenticated by beside its password, its recovery code and its tokens.
type Credential struct {
	Kind CredentialKind
	ID   CredentialID // unique within the kind
	// Account is 0 while nobody has said whose it is: a sign-in that no device has answered yet.
	Account chat.AccountID
	Version uint32 // see CredentialPut
	Name    string
	Data    []byte // what the kind needs, as JSON
	Created chat.Millis
	Used    chat.Millis // 0 never
	Expires chat.Millis // 0 never
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

// AccountGone removes an account, its devices and its credentials, without revocations, when it was last
// online, how far it read in the chats it is or was in, and what it called its passes: for sign-ups that
// failed, and for accounts that were deleted.
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

// Program is what a client says that it is.
type Program struct{ Client, Version, Build string }

// DeviceRuns records which programs devices run by now: what signed in may have been updated since.
type DeviceRuns struct{ What map[chat.DeviceID]Program }

// DeviceVouched records that something vouched for a device; where it is gone, nothing happens.
type DeviceVouched struct {
	Device chat.DeviceID
	At     chat.Millis
}

// SecretPut stores (New) or removes (nil New) a named secret of the server where its present value is Old;
// nil Old: where there is none. Apply fails with chat.CodeConflict otherwise.
type SecretPut struct {
	Name     string
	Old, New []byte
}

// RevocationsPruned forgets revocations made before a time.
type RevocationsPruned struct{ Before chat.Millis }

// CredentialPut creates a credential (Version 0) or replaces the one stored with that Version; the stored one
// then has the next Version. Apply fails with chat.CodeConflict where another Version is stored.
type CredentialPut struct{ Credential Credential }

// CredentialTaken removes one credential, which must be there with the Version: of two who use what is good
// once, one gets it and the other chat.CodeConflict.
type CredentialTaken struct {
	Kind    CredentialKind
	ID      CredentialID
	Version uint32
}

// CredentialsGone removes the credentials of an account that are of one of the kinds.
type CredentialsGone struct {
	Account chat.AccountID
	Kinds   []CredentialKind
}

// CredentialsPruned forgets credentials that expired before a time.
type CredentialsPruned struct{ Before chat.Millis }

func (AccountPut) change()        {}
func (AccountGone) change()       {}
func (DevicePut) change()         {}
func (DevicesGone) change()       {}
func (DeviceUsed) change()        {}
func (DeviceRuns) change()        {}
func (DeviceVouched) change()     {}
func (SecretPut) change()         {}
func (RevocationsPruned) change() {}
func (CredentialPut) change()     {}
func (CredentialTaken) change()   {}
func (CredentialsGone) change()   {}
func (CredentialsPruned) change() {}

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

// Vault is the part of the store that holds credentials; they change by Store.Apply, under its duties.
type Vault interface {
	Credential(ctx context.Context, kind CredentialKind, id CredentialID) (Credential, error)
	// Credentials returns what an account has, ascending by kind, then as they were made.
	Credentials(ctx context.Context, account chat.AccountID) ([]Credential, error)
}
