// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/zolal-im/zolal/internal/chat"
)

// What a challenge was made for; an answer to it is good for nothing else.
const (
	purposeAdd    = "add"    // a new passkey, for a device that is signed in
	purposeSecond = "second" // beside what opens an account, for that account
	purposeAlone  = "alone"  // in the place of a name and a password: for whoever answers
)

// challenge is the data of a CredentialWebAuth: what a browser was asked, and for what. It is as the library
// made it, which checks the answer against it.
type challenge struct {
	Purpose string               `json:"purpose"`
	Account chat.AccountID       `json:"account,omitempty"`
	Device  chat.DeviceID        `json:"device,omitempty"` // which asked, of purposeAdd
	Session webauthn.SessionData `json:"session"`
}

// Question is what a page hands to its browser: the options of navigator.credentials.create or get, as JSON,
// and until when the answer is taken.
type Question struct {
	Options string
	Expires chat.Millis
}

func errNoQuestion() error {
	return chat.Errorf(chat.CodeNotFound, "no question waits here, or it waited too long")
}

func errWrongKey() error {
	return chat.Errorf(chat.CodeFactorWrong, "no passkey that opens this, or the answer came too late")
}

// challengeID names a challenge by itself: the answer says which it is to.
func challengeID(text string) CredentialID {
	return sha256.Sum256([]byte("zolal passkey challenge " + text))
}

// pose stores a challenge, in the place of an earlier one of the same ID.
func (s *Service) pose(ctx context.Context, id CredentialID, options any, c challenge) (Question, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Question{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		return Question{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	until := s.millis() + chat.Millis(challengeLives.Milliseconds())
	stored := Credential{Kind: CredentialWebAuth, ID: id, Account: c.Account, Data: data, Created: s.millis(),
		Expires: until}
	before, err := s.Vault.Credential(ctx, CredentialWebAuth, id)
	if err == nil {
		stored.Version = before.Version
	} else if !isCode(err, chat.CodeNotFound) {
		return Question{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	if err := s.Store.Apply(ctx, CredentialPut{stored}); err != nil {
		return Question{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return Question{Options: string(text), Expires: until}, nil
}

// challengeAt returns a challenge that can still be answered, or chat.CodeNotFound.
func (s *Service) challengeAt(ctx context.Context, id CredentialID) (Credential, challenge, error) {
	stored, err := s.Vault.Credential(ctx, CredentialWebAuth, id)
	if isCode(err, chat.CodeNotFound) || err == nil && stored.Expires <= s.millis() {
		return Credential{}, challenge{}, errNoQuestion()
	}
	var c challenge
	if err == nil {
		err = json.Unmarshal(stored.Data, &c)
	}
	if err != nil {
		return Credential{}, challenge{}, fmt.Errorf("challenge: %w", err)
	}
	return stored, c, nil
}

// BeginPasskeyAlone asks for a passkey of whatever account. No name is given, so nothing can be learned from
// the question.
//
// AUTH-14
func (s *Service) BeginPasskeyAlone(ctx context.Context, from Client) (Question, error) {
	w, err := s.Party.ceremony("")
	if err != nil {
		return Question{}, err
	}
	if err := s.buckets.take(bucket{"passkey", s.Limits.Ask, place(from.Address)}); err != nil {
		return Question{}, err
	}
	made, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Question{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return s.pose(ctx, challengeID(session.Challenge), made.Response,
		challenge{Purpose: purposeAlone, Session: *session})
}

// BeginPasskeySecond asks for a passkey beside the password, for who knows it, or beside a ticket: it answers
// a wrong one, and a name that nobody has, as SignIn does. The ticket is not used up by it. Who is suspended
// is asked too: SignIn refuses them before it looks at an answer, and an appeal takes it. It fails with
// chat.CodeNotFound where the account has no passkey.
//
// AUTH-14
func (s *Service) BeginPasskeySecond(ctx context.Context, req SignIn) (Question, error) {
	account, profile, done, err := s.provenOrSent(ctx, req)
	if err != nil {
		return Question{}, err
	}
	defer done()
	return s.askSecond(ctx, account.ID, profile)
}

// provenOrSent finds the account of who knows its password or comes from the provider that signs it in.
func (s *Service) provenOrSent(ctx context.Context, req SignIn) (
	account Account, profile chat.Profile, done func(), err error) {
	if req.Ticket == "" {
		return s.proven(ctx, req)
	}
	v, err := s.visitor(ctx, req)
	switch {
	case err != nil:
		return account, profile, nil, err
	case v.link.Account == 0 && req.Password != "":
		return s.proven(ctx, req)
	case v.link.Account == 0:
		return account, profile, nil, unknownIdentity()
	}
	if account, err = s.Store.Account(ctx, Find{ID: v.link.Account}); err == nil {
		profile, err = s.Registry.Profile(ctx, account.ID)
	}
	if err != nil {
		return account, profile, nil, fmt.Errorf("sign in: %w", err)
	}
	return account, profile, func() {}, nil
}

// BeginPasskeyRedeem asks for a passkey beside the link of a reset, whether it is to be redeemed or shown by
// who is suspended.
func (s *Service) BeginPasskeyRedeem(ctx context.Context, secret string, from Client) (Question, error) {
	_, account, err := s.resetOf(ctx, secret, from)
	if err != nil {
		return Question{}, err
	}
	profile, err := s.Registry.Profile(ctx, account.ID)
	if err != nil {
		return Question{}, fmt.Errorf("redeem: %w", err)
	}
	return s.askSecond(ctx, account.ID, profile)
}

// askSecond asks for a passkey of one account, of those made for the present domain.
func (s *Service) askSecond(ctx context.Context, of chat.AccountID, profile chat.Profile) (Question, error) {
	w, err := s.Party.ceremony("")
	if err != nil {
		return Question{}, err
	}
	all, err := s.passkeysOf(ctx, of)
	if err != nil {
		return Question{}, err
	}
	h := holderOf(s.Party.ID, profile, all)
	if len(h.keys) == 0 {
		return Question{}, chat.Errorf(chat.CodeNotFound, "the account has no passkey for this domain")
	}
	if err := s.buckets.take(bucket{"question", s.Limits.Ask, number(uint32(of))}); err != nil {
		return Question{}, err
	}
	made, session, err := w.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return Question{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return s.pose(ctx, challengeID(session.Challenge), made.Response,
		challenge{Purpose: purposeSecond, Account: of, Session: *session})
}

// answered reads the answer to a challenge of a purpose, and uses the challenge up, whether the answer is
// right or wrong.
func (s *Service) answered(ctx context.Context, purpose string, answer []byte) (
	challenge, *protocol.ParsedCredentialAssertionData, error) {
	if len(answer) > maxAnswerBytes {
		return challenge{}, nil, errWrongKey()
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return challenge{}, nil, errWrongKey()
	}
	stored, c, err := s.challengeAt(ctx, challengeID(parsed.Response.CollectedClientData.Challenge))
	if isCode(err, chat.CodeNotFound) || err == nil && c.Purpose != purpose {
		return challenge{}, nil, errWrongKey()
	}
	if err != nil {
		return challenge{}, nil, err
	}
	err = s.Store.Apply(ctx, CredentialTaken{Kind: stored.Kind, ID: stored.ID, Version: stored.Version})
	if isCode(err, chat.CodeConflict) {
		return challenge{}, nil, errWrongKey() // somebody else was first
	}
	if err != nil {
		return challenge{}, nil, fmt.Errorf("passkey: %w", err)
	}
	return c, parsed, nil
}

// checkPasskey checks the answer to the question for an account's second factor. Used so, beside what only
// the owner has, a passkey opens alone again.
func (s *Service) checkPasskey(ctx context.Context, of chat.AccountID, answer []byte) error {
	c, parsed, err := s.answered(ctx, purposeSecond, answer)
	if err != nil {
		return err
	}
	if c.Account != of {
		return errWrongKey()
	}
	_, err = s.usePasskey(ctx, of, c, parsed)
	return err
}

// usePasskey verifies an answer and notes the use. Two uses of one passkey at the same time both count.
func (s *Service) usePasskey(ctx context.Context, of chat.AccountID, c challenge,
	parsed *protocol.ParsedCredentialAssertionData) (key storedPasskey, err error) {
	w, err := s.Party.ceremony(parsed.Response.CollectedClientData.Origin)
	if err != nil {
		return key, err
	}
	for range 3 {
		all, err := s.passkeysOf(ctx, of)
		if err != nil {
			return key, err
		}
		h := holderOf(s.Party.ID, chat.Profile{}, all)
		i := h.find(parsed.RawID)
		if i < 0 {
			return key, errWrongKey()
		}
		key = h.keys[i]
		used, err := verified(w, h, c, parsed)
		if err != nil {
			return key, errWrongKey()
		}
		if used.Authenticator.CloneWarning {
			return key, s.cloned(ctx, of)
		}
		key.Count, key.Used = used.Authenticator.SignCount, s.millis()
		key.Alone = key.Alone || c.Purpose == purposeSecond
		put, err := key.put()
		if err != nil {
			return key, err
		}
		if err = s.Store.Apply(ctx, put); err == nil {
			key.Version++
			return key, nil
		}
		if !isCode(err, chat.CodeConflict) {
			return key, fmt.Errorf("passkey: %w", err)
		}
	}
	return key, errWrongKey()
}

// find returns the place of a passkey by what its authenticator names it; -1: there is none.
func (h holder) find(raw []byte) int {
	for i, k := range h.keys {
		if string(k.passkey.ID) == string(raw) {
			return i
		}
	}
	return -1
}

// verified is the library's check of an answer.
func verified(w *webauthn.WebAuthn, h holder, c challenge, parsed *protocol.ParsedCredentialAssertionData) (
	*webauthn.Credential, error) {
	if c.Purpose == purposeSecond {
		return w.ValidateLogin(h, c.Session, parsed)
	}
	return w.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		if string(handle) != string(h.handle) {
			return nil, errors.New("of another account")
		}
		return h, nil
	}, c.Session, parsed)
}

// cloned refuses a passkey whose counter went back, which a copy of it explains, and tells the owner.
func (s *Service) cloned(ctx context.Context, of chat.AccountID) error {
	if err := s.Registry.Notice(ctx, of, chat.DeviceNotice{Reason: ReasonPasskeyCopied}); err != nil {
		return fmt.Errorf("passkey: %w", err)
	}
	return errWrongKey()
}

// SignInByPasskey makes a device for who has a passkey and showed to it who they are, by a finger or a PIN:
// two factors in one. It fails with chat.CodeFactorWrong for every answer that opens nothing, whatever the
// reason, and with chat.CodePasswordRequired for a passkey that needs the password beside it once, since the
// account was reset.
//
// AUTH-14
func (s *Service) SignInByPasskey(ctx context.Context, answer []byte, from Client) (Session, error) {
	key, account, err := s.alone(ctx, answer, from)
	if err != nil {
		return Session{}, err
	}
	if account.Suspended != "" {
		return Session{}, chat.Errorf(chat.CodeSuspended, "suspended: %s", account.Suspended)
	}
	profile, err := s.Registry.Profile(ctx, account.ID)
	if err != nil {
		return Session{}, fmt.Errorf("passkey: %w", err)
	}
	return s.enter(ctx, entering{account: account, profile: profile, client: from, passkey: &key})
}

// alone finds the account that a passkey opens by itself, suspended or not, and notes the use.
func (s *Service) alone(ctx context.Context, answer []byte, from Client) (
	key storedPasskey, account Account, err error) {
	limit := bucket{"fail", s.Limits.Failure, place(from.Address)}
	if err := s.buckets.take(limit); err != nil {
		return key, account, err
	}
	c, parsed, err := s.answered(ctx, purposeAlone, answer)
	if err != nil {
		return key, account, err
	}
	owner, err := s.Vault.Credential(ctx, CredentialPasskey, passkeyID(parsed.RawID))
	if isCode(err, chat.CodeNotFound) {
		return key, account, errWrongKey()
	}
	if err != nil {
		return key, account, fmt.Errorf("passkey: %w", err)
	}
	if key, err = s.usePasskey(ctx, owner.Account, c, parsed); err != nil {
		return key, account, err
	}
	s.buckets.give(limit)
	if account, err = s.Store.Account(ctx, Find{ID: key.Account}); err != nil {
		return key, account, fmt.Errorf("passkey: %w", err)
	}
	// Who has no password lives by the word of an operator, or of the organisation's provider.
	if !key.Alone || account.Password == "" {
		return key, account, chat.Errorf(chat.CodePasswordRequired,
			"the account was reset; the password is needed once beside this passkey")
	}
	return key, account, nil
}
