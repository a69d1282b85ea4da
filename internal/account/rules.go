// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"

	"github.com/zolal-im/zolal/internal/chat"
)

// secretRules names the rules of sign-up in the store, once the operator has set them.
const secretRules = "account/signup"

// Ways of sign-up.
const (
	SignupClosed = "closed" // nobody, not even with a pass
	SignupInvite = "invite" // who holds a pass
	SignupOpen   = "open"   // anybody
)

// The rules of sign-up stay within these.
const (
	// DefaultWork is what opening sets: some seconds of a telephone, while its owner types.
	DefaultWork = 20_000
	// MaxWork keeps the check of one answer within some milliseconds.
	MaxWork = 100_000
	// MaxMemberPasses is the most that one member may ever be allowed to let in.
	MaxMemberPasses = 100
)

// Rules say who may sign up. They are durable: once the operator has set them, settings change them no more.
type Rules struct {
	// Version grows by one with every change; 0 where the operator never set them.
	Version uint32 `json:"version"`
	Mode    string `json:"mode"` // SignupClosed, SignupInvite or SignupOpen
	// Work is what open sign-up costs the program that asks, in rounds of a hash for each of some hundred
	// tries; 0: nothing.
	Work uint32 `json:"work"`
	// Members is how many people each member may let in by passes in the end, see Service.allowance; 0: none.
	Members uint32 `json:"members"`
	// Local lets programs on this machine sign up without a pass, where Config.LocalSignup does.
	Local bool `json:"local,omitempty"`
	// Review makes newcomers without a pass wait for the operator where sign-up is open.
	Review bool `json:"review,omitempty"`
	// Changed is when they were set.
	Changed chat.Millis `json:"changed_ms"`
}

// RulesChange sets the rules where their version is still Version. Confirmed says that whoever opens sign-up
// was told what that entails.
type RulesChange struct {
	Version   uint32 `json:"version"`
	Mode      string `json:"mode"`
	Work      uint32 `json:"work"`
	Members   uint32 `json:"members"`
	Confirmed bool   `json:"confirmed"`
	// Local and Review are as in Rules; nil: as they were, and false where the rules are set for the first time.
	Local  *bool `json:"local,omitempty"`
	Review *bool `json:"review,omitempty"`
}

// Rules returns the rules of sign-up. It reads the store every time, so that a switch holds everywhere at
// once.
func (s *Service) Rules(ctx context.Context) (Rules, error) {
	r, _, err := s.storedRules(ctx)
	return r, err
}

// ShownRules is Rules for an operator's device.
func (s *Service) ShownRules(ctx context.Context, who chat.Actor) (Rules, error) {
	if err := mustOperate(who); err != nil {
		return Rules{}, err
	}
	return s.Rules(ctx)
}

// storedRules returns the rules with the bytes they are stored as; nil where settings still say them.
func (s *Service) storedRules(ctx context.Context) (Rules, []byte, error) {
	raw, err := s.Store.Secret(ctx, secretRules)
	if isCode(err, chat.CodeNotFound) {
		mode := s.Signup
		if mode == "" {
			mode = SignupInvite
		}
		return Rules{Mode: mode}, nil, nil
	}
	if err != nil {
		return Rules{}, nil, fmt.Errorf("rules of sign-up: %w", err)
	}
	var r Rules
	if err := json.Unmarshal(raw, &r); err != nil {
		return Rules{}, nil, fmt.Errorf("rules of sign-up: %w", err)
	}
	return r, raw, nil
}

// SetRules is ChangeRules for an operator's device. It fails with chat.CodeForbidden for anybody else.
func (s *Service) SetRules(ctx context.Context, who chat.Actor, c RulesChange) (Rules, error) {
	if err := mustOperate(who); err != nil {
		return Rules{}, err
	}
	return s.ChangeRules(ctx, c)
}

// ChangeRules sets the rules of sign-up, for whoever is at the console. It fails with chat.CodeConflict where
// they changed since Version, and with chat.CodeBadRequest for rules that cannot be, or where sign-up is to
// be opened without a word of confirmation.
func (s *Service) ChangeRules(ctx context.Context, c RulesChange) (Rules, error) {
	now, raw, err := s.storedRules(ctx)
	if err != nil {
		return Rules{}, err
	}
	if err := checkRules(now, c); err != nil {
		return Rules{}, err
	}
	r := Rules{Version: now.Version + 1, Mode: c.Mode, Work: c.Work, Members: c.Members, Local: now.Local,
		Review: now.Review, Changed: s.millis()}
	if c.Local != nil {
		r.Local = *c.Local
	}
	if c.Review != nil {
		r.Review = *c.Review
	}
	next, err := json.Marshal(r)
	if err != nil {
		return Rules{}, fmt.Errorf("set the rules of sign-up: %w", err)
	}
	if err := s.Store.Apply(ctx, SecretPut{Name: secretRules, Old: raw, New: next}); err != nil {
		return Rules{}, fmt.Errorf("set the rules of sign-up: %w", err)
	}
	s.Log.Info("the rules of sign-up changed", "mode", r.Mode, "work", r.Work, "members", r.Members,
		"review", r.Review)
	return r, nil
}

func checkRules(now Rules, c RulesChange) error {
	bad := func(field, text string) error {
		return &chat.Error{Code: chat.CodeBadRequest, Field: field, Text: text}
	}
	switch {
	case c.Version != now.Version:
		return chat.Errorf(chat.CodeConflict, "the rules of sign-up were changed meanwhile")
	case c.Mode != SignupClosed && c.Mode != SignupInvite && c.Mode != SignupOpen:
		return bad("mode", "say closed, invite or open")
	case c.Work > MaxWork:
		return bad("work", fmt.Sprintf("at most %d", MaxWork))
	case c.Members > MaxMemberPasses:
		return bad("members", fmt.Sprintf("at most %d", MaxMemberPasses))
	case c.Mode == SignupOpen && now.Mode != SignupOpen && !c.Confirmed:
		return bad("confirmed", "whoever opens sign-up is to be told first what that entails")
	}
	return nil
}

// mustOperate refuses everybody but the operator's devices that may manage.
func mustOperate(who chat.Actor) error {
	if err := mayManage(who); err != nil {
		return err
	}
	if !who.Operator {
		return chat.Errorf(chat.CodeForbidden, "for the operator alone")
	}
	return nil
}

// Entrance is how strangers at an address find the server.
type Entrance struct {
	SetupNeeded bool   // there is no operator: only the set-up link signs up
	Mode        string // as in Rules, for this address
	Work        bool   // open sign-up takes the answer of a Challenge
	Review      bool   // and waits for the operator
}

// Open reports whether strangers need no pass.
func (e Entrance) Open() bool { return !e.SetupNeeded && e.Mode == SignupOpen }

// Status says how strangers at an address find the server.
func (s *Service) Status(ctx context.Context, from netip.Addr) (Entrance, error) {
	has, err := s.hasOperator(ctx)
	if err != nil {
		return Entrance{}, err
	}
	r, err := s.rulesFor(ctx, from)
	open := r.Mode == SignupOpen
	return Entrance{SetupNeeded: !has, Mode: r.Mode, Work: open && r.Work > 0, Review: open && r.Review}, err
}

// LocalNow reports whether programs on this machine sign up without a pass by these rules.
func (s *Service) LocalNow(r Rules) bool {
	return s.LocalSignup && (r.Version == 0 || r.Local && r.Mode == SignupInvite)
}

// rulesFor are the rules as they hold for an address: until the operator sets them, and where they say so, a
// server for its own machine that goes by invitation is open to programs there. An address nobody knows is
// not this machine's.
func (s *Service) rulesFor(ctx context.Context, from netip.Addr) (Rules, error) {
	r, err := s.Rules(ctx)
	if err == nil && s.LocalNow(r) && from.IsLoopback() {
		r.Mode, r.Work, r.Review = SignupOpen, 0, false
	}
	return r, err
}
