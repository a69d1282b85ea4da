// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// resetLives is for how long the link of a reset may be used.
const resetLives = 48 * time.Hour

// Reset is what an operator asks for: with an empty password a one-time link by which the owner sets one.
type Reset struct {
	Username string
	Password string
	Factor   bool // the second factor goes too: it is lost with the rest
}

// ResetLink is the secret of a one-time link, and when it ends. It is empty where a password was given.
type ResetLink struct {
	Secret  string
	Expires chat.Millis
}

// Reset takes an account's password away, signs out its devices, and makes a one-time link by which the owner
// sets another, in the place of any earlier link. The operator never learns the password, unless by giving
// it: then it is in force at once and there is no link. Its owner reads of each, and of second factors that
// are taken away, in the account's log, before it is done.
func (s *Service) Reset(ctx context.Context, req Reset) (ResetLink, error) {
	account, profile, err := s.byName(ctx, req.Username)
	if err != nil {
		return ResetLink{}, fmt.Errorf("reset: %w", err)
	}
	if account.ID == 0 {
		return ResetLink{}, chat.Errorf(chat.CodeNotFound, "no account has this username")
	}
	var link ResetLink
	var more []Change
	act, reason := chat.ActGivePassword, ReasonGiven
	account.Password = ""
	if req.Password != "" {
		q := s.hashes.known // whoever may type at the console
		if err := s.hashes.checkPassword(ctx, q, req.Password, profile.Username, profile.Name); err != nil {
			return ResetLink{}, err
		}
		if account.Password, err = s.hashes.hash(ctx, q, req.Password); err != nil {
			return ResetLink{}, fmt.Errorf("reset: %w", err)
		}
	} else {
		act, reason = chat.ActResetLink, ReasonReset
		link.Secret, link.Expires = newResetSecret(), s.millis()+chat.Millis(resetLives.Milliseconds())
		more = append(more, CredentialPut{Credential{Kind: CredentialReset, ID: sha256.Sum256([]byte(link.Secret)),
			Account: account.ID, Created: s.millis(), Expires: link.Expires}})
	}
	weaker, err := s.humbled(ctx, account.ID)
	if err != nil {
		return ResetLink{}, fmt.Errorf("reset: %w", err)
	}
	more = append(more, weaker...)
	told := telling{notices: []chat.DeviceNotice{atConsole(reason)},
		acts: []chat.OperatorAct{{Act: act, Console: true}}}
	any, err := s.hasFactors(ctx, account.ID)
	if err != nil {
		return ResetLink{}, fmt.Errorf("reset: %w", err)
	}
	if req.Factor && any {
		more = append(more, noFactor(account.ID))
		told.notices = append(told.notices, atConsole(ReasonFactors))
		told.acts = append(told.acts, chat.OperatorAct{Act: chat.ActRemoveFactors, Console: true})
	}
	// Whoever lost the password asks for the operator's help, so the recovery code is lost too, or may be.
	account.RecoveryChecked = 0
	err = s.change(ctx, changing{account: account, reason: ReasonReset, told: told, more: more})
	if err != nil {
		return ResetLink{}, fmt.Errorf("reset: %w", err)
	}
	return link, nil
}

// newResetSecret makes 192 random bits.
func newResetSecret() string {
	var raw [24]byte
	rand.Read(raw[:])
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// voidWays ends ways in that a change of the password overtakes: the link of a reset, sign-ins that wait, and
// identities at the organisation's provider: whoever knew the old password may have linked their own.
// A suspension, which may be lifted, leaves the links and the identities: whoever has no password appeals by
// them.
func voidWays(of chat.AccountID, reason string) Change {
	kinds := []CredentialKind{CredentialAsking, CredentialWebAuth}
	if reason != ReasonSuspended {
		kinds = append(kinds, CredentialReset, CredentialIdentity)
	}
	return CredentialsGone{Account: of, Kinds: kinds}
}

// Redeem is the use of the link of a reset.
type Redeem struct {
	Secret      string
	NewPassword string
	Code        string // of the second factor
	Passkey     []byte // the answer to BeginPasskeyRedeem, in the place of a code
	Client      Client
}

// Redeem sets a password for who holds the link of a reset, and makes a device. The link is used up by that
// and by nothing less: a weak password may be tried again. It fails with chat.CodeNotFound for a link that
// never was, was used, was replaced or ended, which cannot be told apart.
//
// AUTH-9
func (s *Service) Redeem(ctx context.Context, req Redeem) (Session, error) {
	link, account, profile, err := s.linkOf(ctx, req.Secret, req.Client)
	if err != nil {
		return Session{}, err
	}
	done, err := s.hashes.turn(account.ID, 0)
	if err != nil {
		return Session{}, err
	}
	defer done()
	if account.Password, err = s.checkAndHash(ctx, req.NewPassword, profile); err != nil {
		return Session{}, err
	}
	if err := s.checkFactor(ctx, account.ID, shownFactor{code: req.Code, passkey: req.Passkey}); err != nil {
		return Session{}, err
	}
	return s.redeemed(ctx, account, link, profile, req.Client)
}

// linkOf finds the link of a reset by its secret, and whose it is, if they may use it.
func (s *Service) linkOf(ctx context.Context, secret string, from Client) (
	link Credential, account Account, profile chat.Profile, err error) {
	if link, account, err = s.resetOf(ctx, secret, from); err != nil {
		return link, account, profile, err
	}
	if account.Suspended != "" {
		return link, account, profile, chat.Errorf(chat.CodeSuspended, "suspended: %s", account.Suspended)
	}
	if profile, err = s.Registry.Profile(ctx, account.ID); err != nil {
		return link, account, profile, fmt.Errorf("redeem: %w", err)
	}
	return link, account, profile, nil
}

// resetOf finds the link of a reset by its secret, and the account, suspended or not. Guesses are limited.
func (s *Service) resetOf(ctx context.Context, secret string, from Client) (
	link Credential, account Account, err error) {
	limit := bucket{"fail", s.Limits.Failure, place(from.Address)}
	if err := s.buckets.take(limit); err != nil {
		return link, account, err
	}
	link, err = s.Vault.Credential(ctx, CredentialReset, sha256.Sum256([]byte(secret)))
	switch {
	case isCode(err, chat.CodeNotFound), err == nil && link.Expires <= s.millis():
		return link, account, chat.Errorf(chat.CodeNotFound, "the link was used, replaced, or ended")
	case err != nil:
		return link, account, fmt.Errorf("redeem: %w", err)
	}
	s.buckets.give(limit)
	if account, err = s.Store.Account(ctx, Find{ID: link.Account}); err != nil {
		return link, account, fmt.Errorf("redeem: %w", err)
	}
	return link, account, nil
}

// checkAndHash makes the hash of a new password of somebody who has shown something first.
func (s *Service) checkAndHash(ctx context.Context, password string, of chat.Profile) (string, error) {
	q := s.hashes.known
	if err := s.hashes.checkPassword(ctx, q, password, of.Username, of.Name); err != nil {
		return "", err
	}
	hash, err := s.hashes.hash(ctx, q, password)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// redeemed uses the link up, stores the password and makes a device, in one step: of two who hold the link
// one gets in.
func (s *Service) redeemed(ctx context.Context, a Account, link Credential, p chat.Profile, c Client) (
	Session, error) {
	taken := CredentialTaken{Kind: link.Kind, ID: link.ID, Version: link.Version}
	device, token, err := s.newDevice(ctx, a.ID, c)
	if err != nil {
		return Session{}, fmt.Errorf("redeem: %w", err)
	}
	err = s.putDevice(ctx, device, ReasonResetUsed, taken, AccountPut{a})
	if isCode(err, chat.CodeConflict) {
		return Session{}, chat.Errorf(chat.CodeNotFound, "the link was used, replaced, or ended")
	}
	if err != nil {
		return Session{}, fmt.Errorf("redeem: %w", err)
	}
	return session(a, device, token, p), nil
}
