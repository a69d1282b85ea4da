// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// secretPass names the key that the secrets of passes are made with.
	secretPass = "account/pass"
	// maxPasses is how many good passes one account, or the console, may have.
	maxPasses = 1000 // and twice as many with those that are over, so that all of a member's can be counted
	// memberPassFor is for how long a member's pass is good at most.
	memberPassFor = 30 * 24 * time.Hour
	// passEvery is how long an account grows for each person more that it may let in.
	passEvery = 48 * time.Hour
)

// Pass lets people sign up where strangers may not. Whoever holds its secret, as a link, may; what is stored
// is the hash of it.
type Pass struct {
	ID      string         // eight letters and digits, to name it by; opens nothing
	Secret  TokenHash      // unique
	Maker   chat.AccountID // 0: the console
	Label   string         // for its maker and the operator
	Limit   uint32         // how many may sign up with it; 0: any number
	Used    uint32         // how many did
	Created chat.Millis
	Expires chat.Millis // 0 never
	Revoked chat.Millis // 0 not
}

// PassFind selects one pass: by its ID, or where that is empty by its secret.
type PassFind struct {
	ID     string
	Secret TokenHash
}

// PassQuery selects passes: those of one maker, or of all.
type PassQuery struct {
	Maker chat.AccountID
	All   bool
	After string // the ID of the last one seen; empty: from the newest on
	Limit int
}

// PassStore keeps passes, under the duties of Store; they change by Store.Apply.
type PassStore interface {
	// Pass returns a pass, or chat.CodeNotFound.
	Pass(ctx context.Context, find PassFind) (Pass, error)
	// Passes returns passes, the newest first and those of one time by descending ID.
	Passes(ctx context.Context, q PassQuery) ([]Pass, error)
}

// PassPut stores a new pass. Apply fails with chat.CodeConflict where another has its ID or its Secret.
type PassPut struct{ Pass Pass }

// PassUsed counts one use. Apply fails with chat.CodeConflict where there is no such pass, or it is revoked
// or used up: of two who race for the last use one fails.
type PassUsed struct{ ID string }

// PassUnused gives a use back, of a pass that has one.
type PassUnused struct{ ID string }

// PassRevoked ends a pass that has not been revoked yet; otherwise it changes nothing.
type PassRevoked struct {
	ID string
	At chat.Millis
}

func (PassPut) change()     {}
func (PassUsed) change()    {}
func (PassUnused) change()  {}
func (PassRevoked) change() {}

// Over reports with a coded error why nobody may sign up with a pass any more; nil: they may.
func (p *Pass) Over(now chat.Millis) error {
	switch {
	case p.Revoked != 0:
		return &chat.Error{Code: chat.CodePassRevoked, Field: "pass", Text: "the invitation was withdrawn"}
	case p.Expires != 0 && p.Expires <= now:
		return &chat.Error{Code: chat.CodeInviteExpired, Field: "pass", Text: "the invitation has expired"}
	case p.Limit != 0 && p.Used >= p.Limit:
		return &chat.Error{Code: chat.CodeInviteUsedUp, Field: "pass", Text: "the invitation is used up"}
	}
	return nil
}

// NewPass is what a pass is made of. A retry under the same key returns the same pass and the same secret.
type NewPass struct {
	Key     chat.Key
	Label   string
	Limit   uint32
	Expires chat.Millis
}

// CreatePass makes a pass for the actor. The operator may make any; a member's is bounded in uses and time,
// and by the allowance. It fails with chat.CodeForbidden where members may make none, with chat.CodeLimited
// while a decision keeps the account from reaching anybody new, and with chat.CodeTooMany past the allowance.
func (s *Service) CreatePass(ctx context.Context, who chat.Actor, q NewPass) (Pass, string, error) {
	if err := mayManage(who); err != nil {
		return Pass{}, "", err
	}
	s.passes.Lock() // two at once would each find the allowance unused
	defer s.passes.Unlock()
	if known, token, err := s.madePass(ctx, who.Account, q.Key); err == nil || !isCode(err, chat.CodeNotFound) {
		return known, token, err
	}
	if !who.Operator {
		if err := s.boundPass(ctx, who, &q); err != nil {
			return Pass{}, "", err
		}
	}
	return s.makePass(ctx, who.Account, q)
}

// ConsolePass makes a pass for whoever is at the console.
func (s *Service) ConsolePass(ctx context.Context, q NewPass) (Pass, string, error) {
	q.Key = s.newKey()
	s.passes.Lock()
	defer s.passes.Unlock()
	return s.makePass(ctx, 0, q)
}

// boundPass holds a member to what members may.
func (s *Service) boundPass(ctx context.Context, who chat.Actor, q *NewPass) error {
	if err := s.Limited(ctx, who.Account); err != nil {
		return err
	}
	left, err := s.PassesLeft(ctx, who)
	if err != nil {
		return err
	}
	q.Limit = max(1, q.Limit)
	if q.Limit > left {
		return &chat.Error{Code: chat.CodeTooMany, Field: "limit",
			Text: fmt.Sprintf("this account may let in %d more for now", left)}
	}
	latest := s.millis() + chat.Millis(memberPassFor.Milliseconds())
	if q.Expires == 0 || q.Expires > latest {
		q.Expires = latest
	}
	return nil
}

// PassesLeft is how many more people a member may let in by new passes. It fails with chat.CodeForbidden
// where members may let in nobody.
func (s *Service) PassesLeft(ctx context.Context, who chat.Actor) (uint32, error) {
	r, err := s.Rules(ctx)
	if err != nil {
		return 0, err
	}
	if r.Members == 0 || r.Mode == SignupClosed {
		return 0, chat.Errorf(chat.CodeForbidden, "members of this server invite nobody")
	}
	account, err := s.Store.Account(ctx, Find{ID: who.Account})
	if err != nil {
		return 0, fmt.Errorf("passes: %w", err)
	}
	given, err := s.Passes.Passes(ctx, PassQuery{Maker: who.Account, Limit: 2 * maxPasses})
	if err != nil {
		return 0, fmt.Errorf("passes: %w", err)
	}
	now, all := s.millis(), uint32(0)
	for _, p := range given {
		if p.Over(now) == nil {
			all += p.Limit
		} else {
			all += p.Used
		}
	}
	may := r.allowance(now - account.Created)
	return may - min(may, all), nil
}

// allowance is how many people a member of some age may have let in: one more every two days, so that
// accounts made in bulk cannot let in the next ones.
func (r Rules) allowance(age chat.Millis) uint32 {
	return uint32(min(int64(r.Members), max(0, int64(age)/passEvery.Milliseconds())))
}

// passNames are what a pass is called and opened by. Both follow from the maker and the key, so that a retry
// finds its pass; the key is not stored, so from what is stored the secret cannot be made again.
func (s *Service) passNames(ctx context.Context, maker chat.AccountID, key chat.Key) (
	id, token string, err error) {
	secret, err := s.ownSecret(ctx, secretPass)
	if err != nil {
		return "", "", err
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("zolal pass 1" + number(uint32(maker))))
	m.Write(key[:])
	sum := m.Sum(nil)
	id = strings.ToLower(base32.StdEncoding.EncodeToString(sum[16:21]))
	return id, base64.RawURLEncoding.EncodeToString(sum[:16]), nil
}

// passTokenLength is that of 16 bytes in base64.
const passTokenLength = 22

// madePass finds the pass that was made under a key.
func (s *Service) madePass(ctx context.Context, maker chat.AccountID, key chat.Key) (Pass, string, error) {
	_, token, err := s.passNames(ctx, maker, key)
	if err != nil {
		return Pass{}, "", err
	}
	p, err := s.Passes.Pass(ctx, PassFind{Secret: sha256.Sum256([]byte(token))})
	if err != nil {
		return Pass{}, "", fmt.Errorf("pass: %w", err)
	}
	return p, token, nil
}

// makePass stores a pass. The caller holds the lock.
func (s *Service) makePass(ctx context.Context, maker chat.AccountID, q NewPass) (Pass, string, error) {
	now := s.millis()
	label, err := chat.CleanLabel(q.Label)
	switch {
	case err != nil:
		return Pass{}, "", err
	case q.Key.IsZero():
		return Pass{}, "", &chat.Error{Code: chat.CodeKeyInvalid, Text: "a pass needs a key", Field: "key"}
	case q.Limit > chat.MaxLinkUses:
		return Pass{}, "", &chat.Error{Code: chat.CodeBadRequest, Text: "too many uses", Field: "limit"}
	case q.Expires != 0 && q.Expires <= now:
		return Pass{}, "", &chat.Error{Code: chat.CodeBadRequest, Text: "it is past", Field: "expires_ms"}
	}
	if err := s.fewPasses(ctx, maker); err != nil {
		return Pass{}, "", err
	}
	id, token, err := s.passNames(ctx, maker, q.Key)
	if err != nil {
		return Pass{}, "", err
	}
	p := Pass{ID: id, Secret: sha256.Sum256([]byte(token)), Maker: maker, Label: label, Limit: q.Limit,
		Created: now, Expires: q.Expires}
	if err := s.Store.Apply(ctx, PassPut{p}); err != nil {
		return Pass{}, "", fmt.Errorf("make a pass: %w", err)
	}
	return p, token, nil
}

// fewPasses refuses a maker whose good passes are too many.
func (s *Service) fewPasses(ctx context.Context, maker chat.AccountID) error {
	list, err := s.Passes.Passes(ctx, PassQuery{Maker: maker, Limit: 2 * maxPasses})
	if err != nil {
		return fmt.Errorf("make a pass: %w", err)
	}
	now, good := s.millis(), 0
	for _, p := range list {
		if p.Over(now) == nil {
			good++
		}
	}
	if good >= maxPasses || len(list) == 2*maxPasses && maker != 0 {
		return chat.Errorf(chat.CodeTooMany, "at most %d invitations at a time", maxPasses)
	}
	return nil
}

// ListPasses lists the actor's passes, or for the operator everybody's, the newest first.
func (s *Service) ListPasses(ctx context.Context, who chat.Actor, q PassQuery) ([]Pass, error) {
	if err := mayManage(who); err != nil {
		return nil, err
	}
	q.Maker, q.All = who.Account, who.Operator && q.All
	list, err := s.passesOf(ctx, q)
	if err != nil || !q.All {
		return list, err
	}
	return list, s.noteListed(ctx, who, list)
}

// ConsolePasses lists passes for whoever is at the console.
func (s *Service) ConsolePasses(ctx context.Context, q PassQuery) ([]Pass, error) {
	list, err := s.passesOf(ctx, q)
	if err != nil {
		return nil, err
	}
	return list, s.noteListed(ctx, chat.Actor{Server: true}, list)
}

// noteListed tells members, once in a day, that an operator sees their passes; before they are shown.
func (s *Service) noteListed(ctx context.Context, who chat.Actor, list []Pass) error {
	var makers []chat.AccountID
	for _, p := range list {
		if p.Maker != 0 && p.Maker != who.Account && !slices.Contains(makers, p.Maker) {
			makers = append(makers, p.Maker)
		}
	}
	day := chat.Millis(s.Now().UTC().Truncate(24 * time.Hour).UnixMilli())
	act := chat.OperatorAct{Act: chat.ActListInvitations, Console: who.Server}
	key := chat.NamedKey(day, fmt.Sprintf("%s, console %t", act.Act, who.Server))
	return s.NoteAct(ctx, act, key, makers...)
}

// passesOf reads passes.
func (s *Service) passesOf(ctx context.Context, q PassQuery) ([]Pass, error) {
	q.Limit = min(cmp.Or(max(0, q.Limit), 200), maxPasses)
	list, err := s.Passes.Passes(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("passes: %w", err)
	}
	return list, nil
}

// RevokePass ends one of the actor's passes, or for the operator any. One that is not the actor's is not
// there for them.
func (s *Service) RevokePass(ctx context.Context, who chat.Actor, id string) error {
	if err := mayManage(who); err != nil {
		return err
	}
	p, err := s.Passes.Pass(ctx, PassFind{ID: id})
	if err == nil && p.Maker != who.Account && !who.Operator {
		err = chat.Errorf(chat.CodeNotFound, "there is no such pass")
	}
	if err != nil {
		return fmt.Errorf("revoke a pass: %w", err)
	}
	return s.revokePass(ctx, who, p)
}

// ConsoleRevoke ends a pass for whoever is at the console.
func (s *Service) ConsoleRevoke(ctx context.Context, id string) error {
	if id == "" {
		return chat.Errorf(chat.CodeNotFound, "there is no such pass")
	}
	p, err := s.Passes.Pass(ctx, PassFind{ID: id})
	if err != nil {
		return fmt.Errorf("revoke a pass: %w", err)
	}
	return s.revokePass(ctx, chat.Actor{Server: true}, p)
}

// revokePass ends a pass that has not been ended yet. A member whose pass an operator ends is told before.
func (s *Service) revokePass(ctx context.Context, who chat.Actor, p Pass) error {
	if p.Revoked != 0 {
		return nil
	}
	var told telling
	if p.Maker != 0 && p.Maker != who.Account {
		told.acts = []chat.OperatorAct{{Act: chat.ActRevokeInvitation, Console: who.Server}}
	}
	if err := s.deed(ctx, p.Maker, told, PassRevoked{ID: p.ID, At: s.millis()}); err != nil {
		return fmt.Errorf("revoke a pass: %w", err)
	}
	return nil
}

// Shown is a pass as whoever holds its link sees it: good, or else with an error that says why not.
type Shown struct {
	Name     string // of who made it; empty: the console
	Operator bool   // made by the operator
	Expires  chat.Millis
}

// ShowPass says what a link is to whoever holds it. Guesses are limited per address.
func (s *Service) ShowPass(ctx context.Context, token string, from netip.Addr) (Shown, error) {
	p, maker, err := s.goodPass(ctx, token, from)
	if err != nil {
		return Shown{}, err
	}
	out := Shown{Operator: p.Maker == 0 || maker.Operator, Expires: p.Expires}
	if p.Maker != 0 {
		profile, err := s.Registry.Profile(ctx, p.Maker)
		if err != nil && !isCode(err, chat.CodeNotFound) {
			return Shown{}, fmt.Errorf("pass: %w", err)
		}
		out.Name = profile.Name
	}
	return out, nil
}

// goodPass finds the pass of a link, if people may sign up with it now. It fails with chat.CodeNotFound for a
// secret that never was, which counts as a guess, and as Pass.Over does.
func (s *Service) goodPass(ctx context.Context, token string, from netip.Addr) (Pass, Account, error) {
	fail := bucket{"fail", s.Limits.Failure, place(from)}
	if err := s.buckets.take(fail); err != nil {
		return Pass{}, Account{}, err
	}
	unknown := &chat.Error{Code: chat.CodeNotFound, Field: "pass", Text: "there is no such invitation"}
	if len(token) != passTokenLength {
		return Pass{}, Account{}, unknown
	}
	p, err := s.Passes.Pass(ctx, PassFind{Secret: sha256.Sum256([]byte(token))})
	if isCode(err, chat.CodeNotFound) {
		return Pass{}, Account{}, unknown
	}
	s.buckets.give(fail)
	if err != nil {
		return Pass{}, Account{}, fmt.Errorf("pass: %w", err)
	}
	if err := p.Over(s.millis()); err != nil {
		return Pass{}, Account{}, err
	}
	maker, err := s.standingMaker(ctx, p)
	return p, maker, err
}

// standingMaker is who made a pass, and still may: a member's passes end with a suspension, and while members
// may let in nobody.
func (s *Service) standingMaker(ctx context.Context, p Pass) (Account, error) {
	r, err := s.Rules(ctx)
	if err != nil {
		return Account{}, err
	}
	if r.Mode == SignupClosed {
		return Account{}, chat.Errorf(chat.CodeSignupClosed, "this server does not take sign-ups")
	}
	if p.Maker == 0 {
		return Account{}, nil
	}
	maker, err := s.Store.Account(ctx, Find{ID: p.Maker})
	if err != nil && !isCode(err, chat.CodeNotFound) {
		return Account{}, fmt.Errorf("pass: %w", err)
	}
	if err != nil || maker.Suspended != "" || r.Members == 0 && !maker.Operator {
		return Account{}, &chat.Error{Code: chat.CodePassRevoked, Field: "pass",
			Text: "whoever made the invitation may invite nobody any more"}
	}
	return maker, nil
}
