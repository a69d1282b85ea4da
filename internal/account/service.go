// SPDX-License-Identifier: AGPL-3.0-or-later

// Package account knows who is asking: sign-up, sign-in, recovery, devices and their tokens, and the limits
// that keep guessing slow.
//
// Contract with its neighbours. Gateways turn a token into a [chat.Actor] with Service.Authenticate and pass
// every other call through; they read no store. The hub follows Service.Revocations and closes sessions of
// ended tokens. Of the engine it needs only [Registry]: numbers, names and notices in user logs. Secrets
// (password hashes, tokens, the server's own keys) live in a [Store] and nowhere else; tokens and recovery
// authenticators are stored hashed.
//
// Order of a sign-up: first the private half (Store), then the profile entry that claims the name
// (Registry). A crash between leaves an account without a name, which nobody can sign in to and which a
// retry under the same key completes.
package account

import (
	"context"
	"net/netip"

	"github.com/zolal-im/zolal/internal/chat"
)

// Registry is the part of the engine that accounts stand on. Register and Notice append to user logs
// through the engine's one write path.
type Registry interface {
	// NewAccount and NewDevice return numbers never given before.
	NewAccount(ctx context.Context) (chat.AccountID, error)
	NewDevice(ctx context.Context) (chat.DeviceID, error)
	// Register appends the first profile of an account under (device, key) and so claims its username,
	// and answers with the profile as stored: for a repeated key the earlier one. It fails with
	// chat.CodeNameTaken, chat.CodeNameInvalid, chat.CodeNameConfusable or chat.CodeBadText.
	Register(ctx context.Context, who chat.Actor, key chat.Key, profile chat.Profile) (chat.Profile, error)
	// RegisterMany registers accounts that are all new; errs has one element for each.
	RegisterMany(ctx context.Context, many []Registration) (errs []error)
	// Notice appends a device notice to the account's log.
	Notice(ctx context.Context, account chat.AccountID, notice chat.DeviceNotice) error
	// CheckName reports with a coded error why nobody may claim a username now; nil: it is free.
	CheckName(ctx context.Context, username string) error
	// ByName returns the account of a username, or chat.CodeNotFound.
	ByName(ctx context.Context, username string) (chat.AccountID, error)
	// Profile returns an account's profile, or chat.CodeNotFound where it never registered.
	Profile(ctx context.Context, account chat.AccountID) (chat.Profile, error)
}

// Registration is one of many new accounts.
type Registration struct {
	Who     chat.Actor
	Key     chat.Key
	Profile chat.Profile
}

// Client says which program asks, and from where. The address is used for limits alone: it is never
// stored and never logged.
type Client struct {
	Device  string // "Firefox on Linux"
	Name    string // "zolal-web"
	Version string
	Build   string
	Address netip.Addr
}

// Session is a signed-in device. Token is filled only in the answer that created it.
type Session struct {
	Account  chat.AccountID
	Device   chat.DeviceID
	Token    string
	Profile  chat.Profile // filled in answers of SignUp, SignIn and Recover
	Operator bool
	Scopes   chat.Scopes
	Expires  chat.Millis // 0 never
}

// SignUp is what a new account gives. Key makes a retry return the same account.
type SignUp struct {
	Key      chat.Key
	Username string
	Name     string
	Password string
	Recovery []byte // 32 bytes, or empty: no recovery code
	Setup    string // the one-time set-up secret: makes the operator
	Client   Client
}

// SignIn is a username and a password. Proof is a token of an earlier session on the same device: who has
// one is not locked out by the guesses of others.
type SignIn struct {
	Username string
	Password string
	Proof    string
	Client   Client
}

// Recovery gives back an account whose password is lost, and signs out all its devices.
type Recovery struct {
	Username    string
	Secret      []byte // 32 bytes
	NewPassword string
	Client      Client
}

// TokenRequest asks for a scoped token.
type TokenRequest struct {
	Name    string
	Scopes  []string // "read", "send", "manage"
	Expires chat.Millis
}

// API is what gateways call. *Service is the only implementation; it is split here where open calls,
// which need no token, end.
type API interface {
	Open
	Own
	// Authenticate turns a token into who asks: chat.CodeUnauthenticated, chat.CodeRevoked (expired) or
	// chat.CodeSuspended otherwise. It is cheap enough to call for every request.
	Authenticate(ctx context.Context, token string) (chat.Actor, Session, error)
	// Revocations gives devices whose tokens stopped being valid, from now on, on whatever node that
	// happened, at most 5 s late, until ctx ends; then the channel is closed.
	Revocations(ctx context.Context) <-chan Revocation
}

// Open are the calls that need no token.
type Open interface {
	SignUp(ctx context.Context, req SignUp) (Session, error)
	SignIn(ctx context.Context, req SignIn) (Session, error)
	Recover(ctx context.Context, req Recovery) (Session, error)
	CheckUsername(ctx context.Context, username string, from netip.Addr) error // nil: free
	// Status says whether the server still has no operator, and whether strangers may sign up.
	Status(ctx context.Context) (setupNeeded, openSignup bool, err error)
}

// Own are the calls of an account about itself. Those that end devices need chat.ScopeManage.
type Own interface {
	SignOut(ctx context.Context, who chat.Actor) error
	Devices(ctx context.Context, who chat.Actor) ([]chat.Device, error)
	// Revoke ends a device, or with 0 every other one.
	Revoke(ctx context.Context, who chat.Actor, device chat.DeviceID) error
	SetPassword(ctx context.Context, who chat.Actor, change PasswordChange) error
	SetRecovery(ctx context.Context, who chat.Actor, password string, recovery []byte) error
	CreateToken(ctx context.Context, who chat.Actor, req TokenRequest) (Session, error)
}

// PasswordChange replaces a password; other devices are signed out unless KeepDevices.
type PasswordChange struct {
	Old, New    string
	KeepDevices bool
}
