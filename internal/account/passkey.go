// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// MaxPasskeys is how many passkeys an account may have.
	MaxPasskeys = 10
	// challengeLives is for how long a challenge may be answered.
	challengeLives = 5 * time.Minute
	// handleBytes is the size of the name that authenticators know an account by.
	handleBytes = 32
	// maxAnswerBytes bounds what a page answers: the largest attestations known take a third of it.
	maxAnswerBytes = 24 << 10
	// maxKeyIDBytes is what the standard allows an authenticator to name a key by.
	maxKeyIDBytes = 1023
)

// passkey is the data of a CredentialPasskey. Nothing in it is secret.
type passkey struct {
	Party      string                            `json:"party"`  // the domain it was made for
	Handle     []byte                            `json:"handle"` // the random name of the account in it
	ID         []byte                            `json:"id"`
	Key        []byte                            `json:"key"` // the public half
	Count      uint32                            `json:"count"`
	Synced     bool                              `json:"synced"` // its maker may copy it to other devices
	Transports []protocol.AuthenticatorTransport `json:"transports,omitempty"`
	// Alone: it opens without the password too. A reset and a recovery take that away until it was used beside
	// the password, which only the owner knows then.
	Alone bool `json:"alone"`
}

// storedPasskey is one with the credential it is stored as.
type storedPasskey struct {
	Credential
	passkey
}

// Passkey is a passkey as its owner sees it.
type Passkey struct {
	ID      string
	Name    string
	Created chat.Millis
	Used    chat.Millis // 0 never
	Synced  bool        // its maker may copy it to other devices
	// Elsewhere: it was made for another domain than the server has now, and opens nothing here.
	Elsewhere bool
}

// passkeyID names a passkey by what its authenticator names it, so that none is stored twice.
func passkeyID(raw []byte) CredentialID { return sha256.Sum256(raw) }

// passkeysOf returns an account's passkeys, the first made first.
func (s *Service) passkeysOf(ctx context.Context, of chat.AccountID) ([]storedPasskey, error) {
	all, err := s.Vault.Credentials(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	var out []storedPasskey
	for _, c := range all {
		if c.Kind != CredentialPasskey {
			continue
		}
		p := storedPasskey{Credential: c}
		if err := json.Unmarshal(c.Data, &p.passkey); err != nil {
			return nil, fmt.Errorf("passkeys: %w", err)
		}
		out = append(out, p)
	}
	return out, nil
}

// put is what stores a passkey as it is now.
func (p *storedPasskey) put() (Change, error) {
	var err error
	if p.Data, err = json.Marshal(p.passkey); err != nil {
		return nil, fmt.Errorf("passkey: %w", err)
	}
	return CredentialPut{p.Credential}, nil
}

// holder is an account as the library wants to see it.
type holder struct {
	handle  []byte
	profile chat.Profile
	keys    []storedPasskey
}

// holderOf makes a holder of the passkeys that are for a domain; nil keys have a new handle.
func holderOf(party string, profile chat.Profile, all []storedPasskey) holder {
	h := holder{profile: profile}
	for _, k := range all {
		if k.Party == party {
			h.keys, h.handle = append(h.keys, k), k.Handle
		}
	}
	if h.handle == nil {
		h.handle = make([]byte, handleBytes)
		rand.Read(h.handle)
	}
	return h
}

// WebAuthnID implements webauthn.User.
func (h holder) WebAuthnID() []byte { return h.handle }

// WebAuthnName implements webauthn.User.
func (h holder) WebAuthnName() string { return h.profile.Username }

// WebAuthnDisplayName implements webauthn.User.
func (h holder) WebAuthnDisplayName() string { return h.profile.Name }

// WebAuthnCredentials implements webauthn.User.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(h.keys))
	for i, k := range h.keys {
		out[i] = webauthn.Credential{ID: k.passkey.ID, PublicKey: k.Key, Transport: k.Transports,
			Flags:         webauthn.CredentialFlags{BackupEligible: k.Synced},
			Authenticator: webauthn.Authenticator{SignCount: k.Count}}
	}
	return out
}

// Passkeys lists the passkeys of the actor's account, the first made first.
func (s *Service) Passkeys(ctx context.Context, who chat.Actor) ([]Passkey, error) {
	if err := mayManage(who); err != nil {
		return nil, err
	}
	if err := s.deeds.done(ctx, who.Account); err != nil {
		return nil, err
	}
	all, err := s.passkeysOf(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	out := make([]Passkey, len(all))
	for i, k := range all {
		out[i] = Passkey{ID: base64.RawURLEncoding.EncodeToString(k.Credential.ID[:]), Name: k.Name,
			Created: k.Created, Used: k.Used, Synced: k.Synced, Elsewhere: k.Party != s.Party.ID}
	}
	return out, nil
}

// BeginPasskey asks a browser for a new passkey, which AddPasskey takes. It asks for the password as every
// change of what protects the account does, and takes the place of an earlier question. It fails with
// chat.CodeTooMany where the account has as many as it may.
//
// AUTH-13
func (s *Service) BeginPasskey(ctx context.Context, who chat.Actor, password string) (Question, error) {
	w, err := s.Party.ceremony("")
	if err != nil {
		return Question{}, err
	}
	if _, err := s.confirm(ctx, who, password); err != nil {
		return Question{}, err
	}
	all, err := s.fewPasskeys(ctx, who.Account)
	if err != nil {
		return Question{}, err
	}
	profile, err := s.Registry.Profile(ctx, who.Account)
	if err != nil {
		return Question{}, fmt.Errorf("begin a passkey: %w", err)
	}
	h := holderOf(s.Party.ID, profile, all)
	made, session, err := w.BeginRegistration(h,
		webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		}))
	if err != nil {
		return Question{}, fmt.Errorf("begin a passkey: %w", err)
	}
	// One question of an account: of two answers at the same time the second finds its question gone.
	return s.pose(ctx, numberID(who.Account), made.Response, challenge{Purpose: purposeAdd, Session: *session,
		Account: who.Account, Device: who.Device})
}

// fewPasskeys returns an account's passkeys where there is room for one more.
func (s *Service) fewPasskeys(ctx context.Context, of chat.AccountID) ([]storedPasskey, error) {
	all, err := s.passkeysOf(ctx, of)
	if err == nil && len(all) >= MaxPasskeys {
		err = chat.Errorf(chat.CodeTooMany, "an account has at most %d passkeys", MaxPasskeys)
	}
	return all, err
}

// AddPasskey stores the passkey that a browser made. Where it is the account's first second factor, it
// returns backup codes, which are shown this once. It fails with chat.CodeNotFound where no question of the
// device waits, with chat.CodeFactorWrong for an answer that is none, and with chat.CodeConflict for a
// passkey that is stored already.
//
// AUTH-13
func (s *Service) AddPasskey(ctx context.Context, who chat.Actor, name string, answer []byte) (
	[]string, error) {
	if err := mayManage(who); err != nil {
		return nil, err
	}
	if err := s.Settled(ctx, who); err != nil {
		return nil, err
	}
	limit := bucket{"device", s.Limits.Device, number(uint32(who.Device))}
	if err := s.buckets.take(limit); err != nil {
		return nil, err
	}
	key, asked, err := s.madePasskey(ctx, who, answer)
	if err != nil {
		return nil, err
	}
	s.buckets.give(limit)
	all, err := s.fewPasskeys(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	_, _, totp, err := s.factorOf(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	if key.Name = strings.TrimSpace(label(name)); key.Name == "" {
		return nil, &chat.Error{Code: chat.CodeBadText, Field: "name", Text: "a passkey needs a name"}
	}
	put, err := key.put()
	if err != nil {
		return nil, err
	}
	changes := []Change{CredentialTaken{Kind: asked.Kind, ID: asked.ID, Version: asked.Version}, put}
	var codes []string
	if !totp && len(all) == 0 {
		var more []Change
		codes, more = s.newBackup(who.Account)
		changes = append(changes, more...)
	}
	if err := s.announced(ctx, who, ReasonPasskeyOn, changes...); err != nil {
		return nil, fmt.Errorf("add a passkey: %w", err)
	}
	return codes, nil
}

// madePasskey reads the passkey that a browser made for the question of a device.
func (s *Service) madePasskey(ctx context.Context, who chat.Actor, answer []byte) (
	key storedPasskey, asked Credential, err error) {
	asked, c, err := s.challengeAt(ctx, numberID(who.Account))
	if err != nil {
		return key, asked, err
	}
	if c.Device != who.Device {
		return key, asked, errNoQuestion()
	}
	if len(answer) > maxAnswerBytes {
		return key, asked, errWrongKey()
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return key, asked, errWrongKey()
	}
	w, err := s.Party.ceremony(parsed.Response.CollectedClientData.Origin)
	if err != nil {
		return key, asked, err
	}
	made, err := w.CreateCredential(holder{handle: c.Session.UserID}, c.Session, parsed)
	if err != nil || len(made.ID) > maxKeyIDBytes {
		return key, asked, errWrongKey()
	}
	id := passkeyID(made.ID)
	switch _, err := s.Vault.Credential(ctx, CredentialPasskey, id); {
	case err == nil:
		return key, asked, chat.Errorf(chat.CodeConflict, "this passkey is stored already")
	case !isCode(err, chat.CodeNotFound):
		return key, asked, fmt.Errorf("add a passkey: %w", err)
	}
	return storedPasskey{
		Credential{Kind: CredentialPasskey, ID: id, Account: who.Account, Created: s.millis()},
		passkey{Party: s.Party.ID, Handle: c.Session.UserID, ID: made.ID, Key: made.PublicKey,
			Count: made.Authenticator.SignCount, Synced: made.Flags.BackupEligible,
			Transports: made.Transport, Alone: true},
	}, asked, nil
}

// ownPasskey finds a passkey of the actor's account by its public name, and returns the others beside it.
func (s *Service) ownPasskey(ctx context.Context, who chat.Actor, id string) (
	key storedPasskey, others []storedPasskey, err error) {
	all, err := s.passkeysOf(ctx, who.Account)
	if err != nil {
		return key, nil, err
	}
	raw, _ := base64.RawURLEncoding.DecodeString(id)
	i := slices.IndexFunc(all, func(k storedPasskey) bool { return slices.Equal(k.Credential.ID[:], raw) })
	if i < 0 {
		return key, nil, chat.Errorf(chat.CodeNotFound, "no such passkey")
	}
	return all[i], slices.Delete(slices.Clone(all), i, i+1), nil
}

// RenamePasskey gives a passkey another name.
func (s *Service) RenamePasskey(ctx context.Context, who chat.Actor, id, name string) error {
	if err := mayManage(who); err != nil {
		return err
	}
	key, _, err := s.ownPasskey(ctx, who, id)
	if err != nil {
		return err
	}
	if key.Name = strings.TrimSpace(label(name)); key.Name == "" {
		return &chat.Error{Code: chat.CodeBadText, Field: "name", Text: "a passkey needs a name"}
	}
	if err := s.Store.Apply(ctx, CredentialPut{key.Credential}); err != nil {
		return fmt.Errorf("rename a passkey: %w", err)
	}
	return nil
}

// RemovePasskey takes a passkey away, and with the last second factor its backup codes.
//
// AUTH-13
func (s *Service) RemovePasskey(ctx context.Context, who chat.Actor, id, password string) error {
	if _, err := s.confirm(ctx, who, password); err != nil {
		return err
	}
	key, others, err := s.ownPasskey(ctx, who, id)
	if err != nil {
		return err
	}
	_, _, totp, err := s.factorOf(ctx, who.Account)
	if err != nil {
		return err
	}
	changes := []Change{CredentialTaken{Kind: key.Kind, ID: key.Credential.ID, Version: key.Version}}
	if !totp && len(others) == 0 {
		changes = append(changes, CredentialsGone{Account: who.Account, Kinds: []CredentialKind{CredentialBackup}})
	}
	if err := s.announced(ctx, who, ReasonPasskeyOff, changes...); err != nil {
		return fmt.Errorf("remove a passkey: %w", err)
	}
	return nil
}

// humbled makes every passkey of an account open beside the password alone, until each was used so: after a
// reset, a recovery or a change of the password nobody knows whose they are.
func (s *Service) humbled(ctx context.Context, of chat.AccountID) ([]Change, error) {
	all, err := s.passkeysOf(ctx, of)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, k := range all {
		if !k.Alone {
			continue
		}
		k.Alone = false
		put, err := k.put()
		if err != nil {
			return nil, err
		}
		out = append(out, put)
	}
	return out, nil
}
