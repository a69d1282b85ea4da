// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// reviewFor is for how long a newcomer waits, and for how long one who was refused can read so: less than
	// the life of a key, under which the account is made.
	reviewFor = 14 * 24 * time.Hour
	// maxNoteBytes bounds what a newcomer says of themselves.
	maxNoteBytes = 1000
	// reviewAgain is when a newcomer may ask again how it stands.
	reviewAgain = 10 * time.Second
)

// application is the data of a CredentialNewcomer: a sign-up that waits for the operator. All that makes the
// account is in it, so that whoever asked may close the page and sign in later.
type application struct {
	Key      []byte `json:"key"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Note     string `json:"note"`
	Password string `json:"password"` // hashed as an account's is
	Recovery []byte `json:"recovery"` // as Account.Recovery
	Refused  bool   `json:"refused,omitempty"`
	Network  uint16 `json:"network,omitempty"` // see networkOf
}

// Newcomer is a sign-up that waits for approval, or was refused, as the operator sees it.
type Newcomer struct {
	Username string
	Name     string
	Note     string
	Asked    chat.Millis
	Expires  chat.Millis
	Refused  bool
}

// newcomerID names the application for a username: nobody else applies for it meanwhile.
func newcomerID(username string) CredentialID {
	return sha256.Sum256([]byte("newcomer\x00" + chat.FoldName(username)))
}

// newcomer returns the application for a username; a zero Credential where there is none.
func (s *Service) newcomer(ctx context.Context, username string) (c Credential, a application, err error) {
	c, err = s.Vault.Credential(ctx, CredentialNewcomer, newcomerID(username))
	if isCode(err, chat.CodeNotFound) || err == nil && c.Expires <= s.millis() {
		return Credential{}, application{}, nil
	}
	if err == nil {
		err = json.Unmarshal(c.Data, &a)
	}
	if err != nil {
		return Credential{}, application{}, fmt.Errorf("newcomer: %w", err)
	}
	return c, a, nil
}

// answer tells a newcomer how it stands.
func (a application) answer() error {
	if a.Refused {
		return &chat.Error{Code: chat.CodeForbidden, Field: "review", Text: "the operator refused this sign-up"}
	}
	return &chat.Error{Code: chat.CodeReviewPending, Retry: chat.Millis(reviewAgain.Milliseconds()),
		Text: "this sign-up waits for the operator"}
}

// applied answers a sign-up that waits already, by its key, which nobody else has. Where newcomers wait no
// longer it goes on as any other, and takes the place of what waited.
//
// SIGNUP-5
func (s *Service) applied(ctx context.Context, req SignUp, by *admission) error {
	c, a, err := s.newcomer(ctx, req.Username)
	if err != nil || c.Version == 0 {
		return err
	}
	if !bytes.Equal(a.Key, req.Key[:]) {
		if by.review {
			return chat.Errorf(chat.CodeNameTaken, "somebody waits under this name")
		}
		return nil
	}
	if by.review {
		return a.answer()
	}
	by.waited = c
	return nil
}

// waits reports whether a sign-up was stored to wait under its key: its work was done.
func (s *Service) waits(ctx context.Context, req SignUp) bool {
	c, a, err := s.newcomer(ctx, req.Username)
	return err == nil && c.Version != 0 && bytes.Equal(a.Key, req.Key[:])
}

// apply lets a newcomer wait. It is stored with all that makes the account, and answered with
// chat.CodeReviewPending, as every retry is until the operator decides. It takes the place of what the same
// form asked for under another name.
//
// SIGNUP-5
func (s *Service) apply(ctx context.Context, req SignUp) (err error) {
	if len(req.Note) > maxNoteBytes {
		return &chat.Error{Code: chat.CodeTextTooLong, Field: "note", Text: "say it shorter"}
	}
	if !req.Client.Address.IsLoopback() {
		if err := s.buckets.take(bucket{"review", s.Limits.Review, place(req.Client.Address)}); err != nil {
			return err
		}
	}
	hash, err := s.hashes.hash(ctx, s.hashes.strangers, req.Password)
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	recovery := recoverySum(req.Recovery)
	a := application{Key: req.Key[:], Username: req.Username, Name: cmp.Or(cutText(req.Name, maxLabelBytes),
		req.Username), Note: cutText(req.Note, maxNoteBytes), Password: hash, Recovery: recovery[:]}
	if a.Network, err = s.networkOf(ctx, req.Client.Address); err != nil {
		return err
	}
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	changes, err := s.roomForNewcomer(ctx, req, a.Network)
	if err != nil {
		return err
	}
	now := s.millis()
	err = s.Store.Apply(ctx, append(changes, CredentialPut{Credential{Kind: CredentialNewcomer,
		ID: newcomerID(req.Username), Data: data, Created: now,
		Expires: now + chat.Millis(reviewFor.Milliseconds())}})...)
	if isCode(err, chat.CodeConflict) {
		return s.overtakenNewcomer(ctx, req)
	}
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	if s.Waits != nil {
		s.Waits()
	}
	return a.answer()
}

// overtakenNewcomer is the answer to who was not stored: somebody waits under the name by now, or who would
// have given way was decided upon meanwhile.
func (s *Service) overtakenNewcomer(ctx context.Context, req SignUp) error {
	c, _, err := s.newcomer(ctx, req.Username)
	switch {
	case err != nil:
		return err
	case c.Version != 0:
		return chat.Errorf(chat.CodeNameTaken, "somebody waits under this name")
	}
	return &chat.Error{Code: chat.CodeUnavailable, Retry: chat.Millis(reviewAgain.Milliseconds()),
		Text: "the queue of newcomers moved; use the same key again"}
}

// roomForNewcomer refuses more than may wait, and clears away what the same form asked for before, what has
// expired under the name, and who gives way.
func (s *Service) roomForNewcomer(ctx context.Context, req SignUp, network uint16) (out []Change, err error) {
	all, err := s.Vault.Credentials(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("sign up: %w", err)
	}
	var queue []waiting
	for _, c := range all {
		var a application
		if c.Kind != CredentialNewcomer {
			continue
		}
		if err := json.Unmarshal(c.Data, &a); err != nil {
			return nil, fmt.Errorf("sign up: %w", err)
		}
		switch {
		case bytes.Equal(a.Key, req.Key[:]), c.ID == newcomerID(req.Username) && c.Expires <= s.millis():
			out = append(out, CredentialTaken{Kind: c.Kind, ID: c.ID, Version: c.Version})
		case !a.Refused && c.Expires > s.millis():
			queue = append(queue, waiting{c, a.Network})
		}
	}
	most := crowd{maxNewcomers, maxFromNetwork}
	if req.Client.Address.IsLoopback() {
		most.each = most.all
	}
	gone, room := most.givesWay(queue, network)
	if !room {
		return nil, &chat.Error{Code: chat.CodeRateLimited, Retry: chat.Millis(time.Hour.Milliseconds()),
			Text: "as many newcomers wait as may"}
	}
	for _, w := range gone {
		out = append(out, CredentialTaken{Kind: w.c.Kind, ID: w.c.ID, Version: w.c.Version})
	}
	return out, nil
}

// Newcomers lists sign-ups that wait and those that were refused, the oldest first, for the console.
func (s *Service) Newcomers(ctx context.Context) ([]Newcomer, error) {
	all, err := s.Vault.Credentials(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("newcomers: %w", err)
	}
	var out []Newcomer
	for _, c := range all {
		var a application
		if c.Kind != CredentialNewcomer || c.Expires <= s.millis() {
			continue
		}
		if err := json.Unmarshal(c.Data, &a); err != nil {
			return nil, fmt.Errorf("newcomers: %w", err)
		}
		out = append(out, Newcomer{Username: a.Username, Name: a.Name, Note: a.Note, Asked: c.Created,
			Expires: c.Expires, Refused: a.Refused})
	}
	slices.SortFunc(out, func(a, b Newcomer) int {
		return cmp.Or(cmp.Compare(a.Asked, b.Asked), cmp.Compare(a.Username, b.Username))
	})
	return out, nil
}

// ShownNewcomers is Newcomers for an operator's device.
func (s *Service) ShownNewcomers(ctx context.Context, who chat.Actor) ([]Newcomer, error) {
	if err := mustOperate(who); err != nil {
		return nil, err
	}
	return s.Newcomers(ctx)
}

// DecideNewcomer is Decide for an operator's device.
func (s *Service) DecideNewcomer(ctx context.Context, who chat.Actor, username string, yes bool) error {
	if err := mustOperate(who); err != nil {
		return err
	}
	return s.decide(ctx, username, yes, chat.OperatorAct{Act: chat.ActLetIn})
}

// Decide lets a newcomer in or refuses, for whoever is at the console. Who was refused may be let in after
// all. It fails with chat.CodeNotFound where nobody waits under the name, and with chat.CodeNameTaken where
// somebody took it by an invitation meanwhile: the newcomer is asked for another then.
//
// SIGNUP-5
func (s *Service) Decide(ctx context.Context, username string, yes bool) error {
	return s.decide(ctx, username, yes, chat.OperatorAct{Act: chat.ActLetIn, Console: true})
}

// decide is Decide; told is what the account of who is let in reads of it.
func (s *Service) decide(ctx context.Context, username string, yes bool, told chat.OperatorAct) error {
	c, a, err := s.newcomer(ctx, username)
	if err != nil {
		return err
	}
	if c.Version == 0 {
		return chat.Errorf(chat.CodeNotFound, "nobody waits under this name")
	}
	if yes {
		return s.letIn(ctx, c, a, told)
	}
	a.Refused, a.Network = true, 0
	c.Expires = s.millis() + chat.Millis(reviewFor.Milliseconds())
	if c.Data, err = json.Marshal(a); err != nil {
		return fmt.Errorf("refuse a newcomer: %w", err)
	}
	if err := s.Store.Apply(ctx, CredentialPut{c}); err != nil {
		return fmt.Errorf("refuse a newcomer: %w", err)
	}
	s.Log.Info("a newcomer was refused")
	return nil
}

// letIn makes the account. What waited goes last, so that after a crash it is let in again, which ends the
// same.
func (s *Service) letIn(ctx context.Context, c Credential, a application, told chat.OperatorAct) error {
	if s.Full != nil {
		if err := s.Full(); err != nil {
			return err
		}
	}
	key := chat.Key(a.Key)
	account, err := s.Store.Account(ctx, Find{SignupKey: key})
	if isCode(err, chat.CodeNotFound) {
		account = Account{SignupKey: key, Password: a.Password, Recovery: [32]byte(a.Recovery),
			Created: s.millis()}
		if account.ID, err = s.Registry.NewAccount(ctx); err == nil {
			err = s.Store.Apply(ctx, AccountPut{account})
		}
	}
	if err != nil {
		return fmt.Errorf("let a newcomer in: %w", err)
	}
	if _, err = s.Registry.Profile(ctx, account.ID); isCode(err, chat.CodeNotFound) {
		err = s.nameNewcomer(ctx, account.ID, Registration{
			Key: key, Profile: chat.Profile{Name: a.Name, Username: a.Username}, Told: told,
		})
	}
	if err != nil {
		return fmt.Errorf("let a newcomer in: %w", err)
	}
	err = s.Store.Apply(ctx, CredentialTaken{Kind: c.Kind, ID: c.ID, Version: c.Version})
	if err != nil && !isCode(err, chat.CodeConflict) { // another operator was as fast
		return fmt.Errorf("let a newcomer in: %w", err)
	}
	s.Log.Info("a newcomer was let in")
	return nil
}

// nameNewcomer gives an account its name, and with the name its owner is told who let it in.
func (s *Service) nameNewcomer(ctx context.Context, id chat.AccountID, r Registration) error {
	device, err := s.Registry.NewDevice(ctx)
	if err != nil {
		return err
	}
	r.Who = chat.Actor{Account: id, Device: device, Scopes: chat.AllScopes}
	if err = s.Registry.RegisterMany(ctx, []Registration{r})[0]; err != nil {
		s.abandon(ctx, id, err)
	}
	return err
}
