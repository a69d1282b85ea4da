// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Reasons of device notices and of revocations.
const (
	ReasonSignedIn  = "signed_in"
	ReasonSignedOut = "signed_out"
	ReasonRevoked   = "revoked"
	ReasonPassword  = "password"
	ReasonRecovery  = "recovery"
	ReasonExpired   = "expired"
	ReasonSuspended = "suspended" // of the account itself: with a colon and the public reason code behind it
	ReasonReset     = "reset"     // by the operator, who made a link or gave a password
	ReasonReplaced  = "replaced"  // too many devices: the one unused for longest
	ReasonToken     = "token"     // a scoped token was made
	ReasonLifted    = "lifted"    // the operator lifted a suspension
	ReasonGiven     = "given"     // the operator gave the account a password
	ReasonFactors   = "factors"   // the operator took its second factors away
	ReasonOperator  = "operator"  // the account was made an operator

	// Of notices alone: what a device did to the account.
	ReasonVouched     = "vouched"      // an older device said that this one is the owner's
	ReasonRecoverySet = "recovery_set" // another recovery code
	ReasonRecoveryOff = "recovery_off" // no recovery code any more
	ReasonRecoveryHad = "recovery_had" // the recovery code was entered to show that it was kept
	ReasonResetUsed   = "reset_used"   // signed in by the link of the operator's reset
	ReasonFactorOn    = "factor_on"    // a second factor
	ReasonFactorOff   = "factor_off"   // no second factor any more
	ReasonBackupSet   = "backup_set"   // other backup codes of the second factor
	ReasonBackupUsed  = "backup_used"  // one of them was used
	ReasonLinked      = "linked"       // a device came that another one approved
	ReasonAsking      = "asking"       // a sign-in with the password waits for a device to approve it
	ReasonRefused     = "refused"      // a device refused one
	ReasonApprovalOn  = "approval_on"  // sign-ins with the password wait for a device
	ReasonApprovalOff = "approval_off" // and no longer
	ReasonIdentity    = "identity"     // an identity at the organisation's provider was linked
	ReasonUnlinked    = "unlinked"     // and no longer is

	ReasonPasskeyOn     = "passkey_on"     // a passkey
	ReasonPasskeyOff    = "passkey_off"    // one passkey less
	ReasonPasskeyCopied = "passkey_copied" // a passkey was refused whose counter went back
)

// SignIn makes a device for who knows the password and has the second factor, where there is one; the
// recovery code counts in its place. An unknown username and a wrong password cannot be told apart, by
// answer or by time: both are chat.CodePasswordWrong. Guessing is limited per address and per account; a
// device that was signed in before has a limit of its own, which others cannot use up.
func (s *Service) SignIn(ctx context.Context, req SignIn) (Session, error) {
	if req.Ticket != "" {
		return s.signInByTicket(ctx, req)
	}
	account, profile, done, err := s.proven(ctx, req)
	if err != nil {
		return Session{}, err
	}
	defer done()
	if account.Suspended != "" {
		return Session{}, chat.Errorf(chat.CodeSuspended, "suspended: %s", account.Suspended)
	}
	vouched, err := s.second(ctx, account, req)
	if err != nil {
		return Session{}, err
	}
	return s.enter(ctx, entering{account: account, profile: profile, client: req.Client, vouched: vouched})
}

// wrongSignIn is the answer to every sign-in that opens nothing.
func wrongSignIn() *chat.Error {
	return chat.Errorf(chat.CodePasswordWrong, "wrong username or password")
}

// entering is somebody who showed whose they are.
type entering struct {
	account Account // as it was when they did
	profile chat.Profile
	client  Client
	vouched bool           // by the recovery code
	passkey *storedPasskey // by which alone they came, or nil
}

// enter makes the device of who showed whose they are, or lets it wait where old devices approve new ones.
func (s *Service) enter(ctx context.Context, e entering) (Session, error) {
	if e.account.Approval && !e.vouched {
		if waits, session, err := s.askFor(ctx, e.account, newWait{client: e.client}); waits || err != nil {
			return session, err
		}
	}
	if !e.vouched {
		if err := s.mayArrive(e.account.ID); err != nil {
			return Session{}, err
		}
	}
	device, token, err := s.newDevice(ctx, e.account.ID, e.client)
	if err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	why := ReasonSignedIn
	if e.vouched {
		device.Vouched, why = device.Created, ReasonRecovery
	}
	if err := s.putDevice(ctx, device, why); err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	if err := s.stillOpens(ctx, e, device); err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	return session(e.account, device, token, e.profile), nil
}

// second asks for what an account wants beside its password. The recovery code stands for all of it, and
// gives the device its say at once: whoever has it could take the account anyway.
func (s *Service) second(ctx context.Context, a Account, req SignIn) (vouched bool, err error) {
	if len(req.Recovery) > 0 {
		limit := bucket{"fail", s.Limits.Failure, place(req.Client.Address)}
		if err := s.buckets.take(limit); err != nil {
			return false, err
		}
		if !isRecovery(a, req.Recovery) {
			return false, chat.Errorf(chat.CodeRecoveryWrong, "wrong recovery code")
		}
		s.buckets.give(limit)
		return true, nil
	}
	known := s.knownDevice(ctx, req.Proof, a.ID)
	return false, s.checkFactor(ctx, a.ID, shownFactor{req.Code, req.Passkey, known})
}

// proven finds the account whose password somebody knows. Its turn in the queue of passwords lasts until
// done.
func (s *Service) proven(ctx context.Context, req SignIn) (
	account Account, profile chat.Profile, done func(), err error) {
	wrong := wrongSignIn()
	if len(req.Password) > maxPasswordBytes {
		return account, profile, nil, wrong
	}
	if account, profile, err = s.byName(ctx, req.Username); err != nil {
		return account, profile, nil, fmt.Errorf("sign in: %w", err)
	}
	limits, q, done, err := s.guessing(ctx, req, account.ID)
	if err != nil {
		return account, profile, nil, err
	}
	// Looked up for every name, so that the time tells nothing.
	_, waits, err := s.newcomer(ctx, req.Username)
	if err != nil {
		done()
		return account, profile, nil, err
	}
	hash := account.Password
	if account.ID == 0 {
		hash = waits.Password
	}
	ok, err := s.hashes.verify(ctx, q, hash, req.Password)
	if err == nil && ok && account.ID == 0 {
		err = waits.answer()
	}
	if err != nil {
		s.buckets.give(limits...)
		err = fmt.Errorf("sign in: %w", err)
	} else if !ok {
		err = wrong
	}
	if err != nil {
		done()
		return account, profile, nil, err
	}
	s.buckets.give(limits...)
	return account, profile, done, nil
}

// stillOpens takes a new device back where what it came by was replaced or removed while it was checked: the
// change ended every device there was, and this one came after. A change that is stored later ends it by
// itself.
func (s *Service) stillOpens(ctx context.Context, e entering, device Device) error {
	opens, err := s.opens(ctx, e)
	if err == nil && opens {
		return nil
	}
	gone := DevicesGone{Account: e.account.ID, Only: []chat.DeviceID{device.ID}, Reason: ReasonPassword}
	if ended := s.end(ctx, gone); ended != nil {
		return ended
	}
	switch {
	case err != nil:
		return err
	case e.passkey != nil:
		return errWrongKey()
	}
	return wrongSignIn()
}

// opens reports whether what somebody came by is still there.
func (s *Service) opens(ctx context.Context, e entering) (bool, error) {
	if e.passkey == nil {
		now, err := s.Store.Account(ctx, Find{ID: e.account.ID})
		return now.Password == e.account.Password, err
	}
	all, err := s.passkeysOf(ctx, e.account.ID)
	return slices.ContainsFunc(all, func(k storedPasskey) bool {
		return k.Credential.ID == e.passkey.Credential.ID && k.Alone
	}), err
}

// guessing chooses what a failed sign-in is counted by, and where it waits, until done. Accounts are counted
// by their name, so that one that does not exist is limited the same.
//
// AUTH-16
func (s *Service) guessing(ctx context.Context, req SignIn, account chat.AccountID) (
	limits []bucket, q *queue, done func(), err error) {
	strangers := []bucket{
		{"fail", s.Limits.Failure, place(req.Client.Address)},
		{"account", s.Limits.Account, chat.FoldName(req.Username)},
	}
	known := s.knownDevice(ctx, req.Proof, account)
	own := known.limits("device", s.Limits.Device, account)
	if known.id == 0 {
		own = [][]bucket{strangers}
	} else if known.ended {
		own = append(own, strangers)
	}
	n, err := s.buckets.takeFirst(own...)
	if err != nil {
		return nil, nil, nil, err
	}
	limits = own[n]
	q, done = s.hashes.strangers, func() {}
	if known.id != 0 && (n < len(own)-1 || !known.ended) {
		q = s.hashes.known
		if done, err = s.hashes.turn(account, known.id); err != nil {
			s.buckets.give(limits...)
			return nil, nil, nil, err
		}
	}
	return limits, q, done, nil
}

// endedEvery is how often each device that ended may guess when all of its account that ended have guessed
// too often together: many old tokens are no licence for as many guesses, and none locks another out.
const endedEvery = 10 * time.Minute

// knownBy is the device that somebody is known by; the zero knownBy: none.
type knownBy struct {
	id    chat.DeviceID
	ended bool
}

// limits are what the guesses of a known device are counted by, the first that is not used up: of one that
// lives by itself, and of those that ended together with all others, and then each a little by itself.
func (k knownBy) limits(what string, each Rate, account chat.AccountID) [][]bucket {
	own := bucket{what, each, number(uint32(k.id))}
	if !k.ended {
		return [][]bucket{{own}}
	}
	return [][]bucket{
		{{what + " ended", each, number(uint32(account))}},
		{{what + " ended alone", Rate{Burst: 1, Every: endedEvery}, number(uint32(k.id))}},
	}
}

// knownDevice finds the device of an earlier session's token: one that lives, or that ended without its
// owner throwing it out. Many of those ends come with an attack, just when the owner's devices must not be
// taken for strangers; thieves' devices that ended beside them gain few guesses.
func (s *Service) knownDevice(ctx context.Context, proof string, account chat.AccountID) knownBy {
	hash, ok := hashToken(proof)
	if !ok || account == 0 {
		return knownBy{}
	}
	if device, owner, err := s.Store.DeviceByToken(ctx, hash); err == nil {
		if owner.ID == account {
			return knownBy{id: device.ID}
		}
		return knownBy{}
	}
	r, err := s.Store.Revoked(ctx, hash)
	if err != nil || r.Account != account || !staysKnown(r.Reason) {
		return knownBy{}
	}
	return knownBy{id: r.Device, ended: true}
}

// staysKnown reports whether a device that ended for a reason is still one its account knows.
func staysKnown(reason string) bool {
	switch reason {
	case ReasonSignedOut, ReasonExpired, ReasonPassword, ReasonRecovery, ReasonReset, ReasonReplaced:
		return true
	}
	return false
}

// Recover sets a new password for who holds the recovery code, signs out every device and makes a new one.
// The authenticator has at least 128 random bits, so guesses are limited by address alone: nobody can lock
// an account's owner out.
func (s *Service) Recover(ctx context.Context, req Recovery) (Session, error) {
	account, profile, err := s.recoverable(ctx, req.Username, req.Secret, req.Client)
	if err != nil {
		return Session{}, err
	}
	if account.Suspended != "" {
		return Session{}, chat.Errorf(chat.CodeSuspended, "suspended: %s", account.Suspended)
	}
	done, err := s.hashes.turn(account.ID, 0)
	if err != nil {
		return Session{}, err
	}
	defer done()
	q := s.hashes.known // by the recovery code
	if err := s.hashes.checkPassword(ctx, q, req.NewPassword, profile.Username, profile.Name); err != nil {
		return Session{}, err
	}
	if account.Password, err = s.hashes.hash(ctx, q, req.NewPassword); err != nil {
		return Session{}, fmt.Errorf("recover: %w", err)
	}
	account.RecoveryChecked = s.millis()
	humbled, err := s.humbled(ctx, account.ID)
	if err != nil {
		return Session{}, fmt.Errorf("recover: %w", err)
	}
	device, token, err := s.newDevice(ctx, account.ID, req.Client)
	if err != nil {
		return Session{}, fmt.Errorf("recover: %w", err)
	}
	if err := s.recovered(ctx, account, device, humbled); err != nil {
		return Session{}, fmt.Errorf("recover: %w", err)
	}
	return session(account, device, token, profile), nil
}

// recoverable finds the account of who holds its recovery code, suspended or not. Guesses are limited.
func (s *Service) recoverable(ctx context.Context, username string, secret []byte, from Client) (
	account Account, profile chat.Profile, err error) {
	if len(secret) != recoveryBytes {
		return account, profile, &chat.Error{Code: chat.CodeBadRequest, Text: "not 32 bytes", Field: "recovery"}
	}
	limit := bucket{"fail", s.Limits.Failure, place(from.Address)}
	if err := s.buckets.take(limit); err != nil {
		return account, profile, err
	}
	if account, profile, err = s.byName(ctx, username); err != nil {
		return account, profile, fmt.Errorf("recover: %w", err)
	}
	if !isRecovery(account, secret) {
		return account, profile, chat.Errorf(chat.CodeRecoveryWrong, "wrong username or recovery code")
	}
	s.buckets.give(limit)
	return account, profile, nil
}

// recovered stores an account with its new password and the one device that it has from then on. It keeps an
// account that was to be deleted, as every sign-in does.
func (s *Service) recovered(ctx context.Context, account Account, device Device, more []Change) error {
	wrong := chat.Errorf(chat.CodeRecoveryWrong, "wrong username or recovery code")
	told := telling{notices: []chat.DeviceNotice{{Device: s.shown(device), Reason: ReasonRecovery}}}
	told, more, err := s.kept(ctx, device, told, append(more, DevicePut{device}))
	if isCode(err, chat.CodePasswordWrong) {
		return wrong
	}
	if err != nil {
		return err
	}
	err = s.change(ctx, changing{account: account, reason: ReasonRecovery, told: told, more: more})
	if isCode(err, chat.CodeConflict) {
		err = s.overtaken(ctx, account.ID, err, wrong)
	}
	return err
}

// byName finds an account and its profile; nobody is the zero Account, not an error.
func (s *Service) byName(ctx context.Context, username string) (Account, chat.Profile, error) {
	id, err := s.Registry.ByName(ctx, username)
	var account Account
	var profile chat.Profile
	if err == nil {
		account, err = s.Store.Account(ctx, Find{ID: id})
	}
	if err == nil {
		profile, err = s.Registry.Profile(ctx, id)
	}
	switch chat.CodeOf(err) {
	case 0:
		return account, profile, nil
	case chat.CodeNotFound, chat.CodeBadRequest, chat.CodeNameInvalid:
		return Account{}, chat.Profile{}, nil
	}
	return Account{}, chat.Profile{}, err
}

// sameName compares usernames as the engine does.
func sameName(a, b string) bool { return chat.FoldName(a) == chat.FoldName(b) }

// session is the answer that carries a new token.
func session(a Account, d Device, token string, p chat.Profile) Session {
	return Session{Account: a.ID, Device: d.ID, Token: token, Profile: p, Operator: operates(a, d),
		Scopes: d.Scopes, Expires: d.Expires}
}

// operates reports whether a device speaks for the operator: a token that may not manage does not.
func operates(a Account, d Device) bool { return a.Operator && d.Scopes.Has(chat.ScopeManage) }
