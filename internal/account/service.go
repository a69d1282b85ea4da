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
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

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
	// chat.CodeNameTaken, chat.CodeNameInvalid, chat.CodeNameConfusable, chat.CodeNameResting or
	// chat.CodeBadText.
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

// Registration is the first profile of one of many new accounts, and what it reads in the same step.
type Registration struct {
	Who     chat.Actor
	Key     chat.Key
	Profile chat.Profile
	Told    chat.OperatorAct // that an operator made it or let it in; its Act is 0 where neither
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
	// Pending names a sign-in that waits for an old device, until PendingUntil: there is no device yet, and the
	// token opens nothing.
	Pending      string
	PendingUntil chat.Millis
	Code         string // in answers of Ask: leads to Pending where it is typed; see AskedByCode
}

// SignUp is what a new account gives. Key makes a retry return the same account.
type SignUp struct {
	Key      chat.Key
	Username string
	Name     string
	Password string
	Recovery []byte // 32 bytes, or empty: no recovery code
	Setup    string // the one-time set-up secret: makes the operator
	Pass     string // the secret of a Pass
	Work     *Work  // the answer to a Challenge, or nil
	Note     string // what a newcomer says to the operator, where newcomers wait
	Client   Client
}

// SignIn is a username and a password. Proof is a token of an earlier session on the same device: who has
// one is not locked out by the guesses of others.
type SignIn struct {
	Username string
	Password string
	Proof    string
	Code     string // of the second factor, or one of its backup codes
	Passkey  []byte // the answer to BeginPasskeySecond, in the place of a code
	Recovery []byte // 32 bytes; in the place of a second factor
	Ticket   string // see Service.Ticket: with a dot and the secret behind it
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

// PasswordChange replaces a password; other devices are signed out unless KeepDevices.
type PasswordChange struct {
	Old, New    string
	KeepDevices bool
}

// Config is what a Service is made of. Store, Vault, Registry, NoteAct and Log are required.
type Config struct {
	Store    Store
	Vault    Vault // of the same store
	Registry Registry
	Log      *slog.Logger
	// Now is the clock; time.Now where nil.
	Now func() time.Time
	// Passes is where passes are kept; required too.
	Passes PassStore
	// Signup is the way of sign-up until the operator sets Rules: one of SignupClosed, SignupInvite (where
	// empty) and SignupOpen. LocalSignup opens it until then to those whose address is this machine's.
	Signup      string
	LocalSignup bool
	// IdentityFor is how long a device lives that the organisation's provider signed in.
	IdentityFor time.Duration
	// Welcome tells somebody what groups at the provider open here, and returns those it told of; nil: nobody is
	// told anything.
	Welcome func(ctx context.Context, account chat.AccountID, groups []string) (told []string)
	// NoteAct tells accounts, each in its own log, what an operator did; under a key once. Required.
	NoteAct func(ctx context.Context, act chat.OperatorAct, key chat.Key, accounts ...chat.AccountID) error
	// Waits is called when a sign-up was stored that waits for the operator; nil: nobody wants to know.
	Waits func()
	// DeletesIn is for how long an account that its owner wishes deleted can still be kept; a week where zero.
	DeletesIn time.Duration
	// Erasing does the engine's part of deleting accounts; required where any is deleted.
	Erasing Erasing
	// Full refuses new accounts, with chat.CodeDiskFull, where little room is left; nil: there is room.
	Full func() error
	// Limits bound guessing and flooding; the zero Limits are none.
	Limits Limits
	// Cost is what a password costs to check; the zero Cost is the recommended one. Tests that make many
	// accounts take a lower one.
	Cost Cost
	// Issuer is what an authenticator shows beside an account; "Zolal" where empty.
	Issuer string
	// Party says for which domain passkeys are made.
	Party RelyingParty
	// MediaKey is the secret under which media tokens are made.
	MediaKey []byte
	// Limited fails with chat.CodeLimited where a decision of the operator keeps an account from reaching
	// anybody new; nil: nobody is kept from it.
	Limited func(ctx context.Context, who chat.AccountID) error
	// Official reports whether a build of a client is one this server serves itself, and with which version.
	Official func(client, build string) (version string, is bool)
}

// Service is the one implementation of accounts. Its methods may be called from many goroutines.
//
// Goroutines: one that keeps time (last uses, expiries) and one for each call of Revocations; Close ends
// and waits for all of them.
type Service struct {
	Config
	hashes  *hasher
	buckets *buckets
	use     *uses
	ended   *ended
	deeds   deeds
	hasOp   atomic.Bool // an operator exists: never undone
	setup   sync.Mutex  // held while a set-up link is used
	retry   sync.Mutex  // held while a retried sign-up changes its device
	passes  sync.Mutex  // held while a pass is made
	tokens  sync.Mutex  // held while a token is made

	stop context.CancelFunc
	done sync.WaitGroup
}

// New starts a Service; Close it.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.DeletesIn == 0 {
		cfg.DeletesIn = deletesIn
	}
	if cfg.Official == nil {
		cfg.Official = func(string, string) (string, bool) { return "", false }
	}
	if cfg.Limited == nil {
		cfg.Limited = func(context.Context, chat.AccountID) error { return nil }
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Service{
		Config:  cfg,
		hashes:  newHasher(cfg.Cost, cfg.Limits.Hashing),
		buckets: newBuckets(cfg.Now),
		use:     newUses(),
		ended:   newEnded(ctx),
		stop:    stop,
	}
	s.done.Go(func() { s.keepTime(ctx) })
	return s
}

// Close ends the goroutines and stores when devices were last used.
func (s *Service) Close() {
	s.stop()
	s.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	s.flushUses(ctx)
}

// millis is the present time.
func (s *Service) millis() chat.Millis { return chat.Millis(s.Now().UnixMilli()) }

// isCode reports whether err is a chat.Error of a code.
func isCode(err error, code chat.Code) bool { return errors.Is(err, &chat.Error{Code: code}) }
