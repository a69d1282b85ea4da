// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// SignupRules say who may sign up.
type SignupRules = account.Rules

// SetSignup changes the rules of sign-up.
type SetSignup = account.RulesChange

// DefaultWork is the work that open sign-up asks for unless it is said otherwise.
const DefaultWork = account.DefaultWork

// SignupShown answers what the rules are.
type SignupShown struct {
	SignupRules
	// Local says that programs on this machine sign up without a pass now.
	Local bool `json:"local"`
}

// CreateInvite asks for a link that lets people sign up.
type CreateInvite struct {
	Label string      `json:"label"`
	Uses  uint32      `json:"uses"`   // 0: any number
	For   chat.Millis `json:"for_ms"` // 0: for ever
}

// Invite is a link that lets people sign up; Link is filled only where it was just made.
type Invite struct {
	ID      string      `json:"id"`
	Link    string      `json:"link,omitempty"`
	By      string      `json:"by,omitempty"` // username of the member who made it
	Label   string      `json:"label"`
	Uses    uint32      `json:"uses"`
	Used    uint32      `json:"used"`
	Created chat.Millis `json:"created_ms"`
	Expires chat.Millis `json:"expires_ms"`
	Revoked chat.Millis `json:"revoked_ms"`
	Over    string      `json:"over,omitempty"` // why it lets in nobody: revoked, expired, used_up
}

// ListInvites asks for invites made before the one named After.
type ListInvites struct {
	After string `json:"after"`
}

// InviteList answers ListInvites, the newest first; Next is where to go on, empty at the end.
type InviteList struct {
	Invites []Invite `json:"invites"`
	Next    string   `json:"next"`
}

// RevokeInvite ends an invite.
type RevokeInvite struct {
	ID string `json:"id"`
}

// Signup tells the rules of sign-up.
func (c *Console) Signup(ctx context.Context) (SignupShown, error) {
	return ask[Nothing, SignupShown](ctx, c, "/signup/show", Nothing{})
}

// SetSignup changes the rules of sign-up.
func (c *Console) SetSignup(ctx context.Context, q SetSignup) (SignupRules, error) {
	return ask[SetSignup, SignupRules](ctx, c, "/signup/set", q)
}

// CreateInvite makes a link that lets people sign up.
func (c *Console) CreateInvite(ctx context.Context, q CreateInvite) (Invite, error) {
	return ask[CreateInvite, Invite](ctx, c, "/invite/create", q)
}

// Invites lists invites.
func (c *Console) Invites(ctx context.Context, q ListInvites) (InviteList, error) {
	return ask[ListInvites, InviteList](ctx, c, "/invite/list", q)
}

// RevokeInvite ends an invite.
func (c *Console) RevokeInvite(ctx context.Context, q RevokeInvite) error {
	_, err := ask[RevokeInvite, Nothing](ctx, c, "/invite/revoke", q)
	return err
}

func (c *core) showSignup(ctx context.Context, _ Nothing) (SignupShown, error) {
	r, err := c.accounts.Rules(ctx)
	return SignupShown{SignupRules: r, Local: c.accounts.LocalNow(r)}, err
}

func (c *core) setSignup(ctx context.Context, q SetSignup) (SignupRules, error) {
	if q.Local != nil && *q.Local && !c.cfg.localSignup() {
		return SignupRules{}, &Trouble{What: "programs on this machine need an invitation here like everybody",
			Remedy: "That changes only on a server for this machine alone: without domain, public and signup in " +
				"its settings, and listening on a loopback address."}
	}
	return c.accounts.ChangeRules(ctx, q)
}

// Newcomer is a sign-up that waits for the operator, or was refused.
type Newcomer struct {
	Username string      `json:"username"`
	Name     string      `json:"name"`
	Note     string      `json:"note"`
	Asked    chat.Millis `json:"asked_ms"`
	Expires  chat.Millis `json:"expires_ms"`
	Refused  bool        `json:"refused"`
}

// NewcomerList lists sign-ups that wait, the oldest first.
type NewcomerList struct {
	Newcomers []Newcomer `json:"newcomers"`
}

// DecideNewcomer lets somebody in, or refuses.
type DecideNewcomer struct {
	Username string `json:"username"`
	Accept   bool   `json:"accept"`
}

// Newcomers lists sign-ups that wait.
func (c *Console) Newcomers(ctx context.Context) (NewcomerList, error) {
	return ask[Nothing, NewcomerList](ctx, c, "/signup/newcomers", Nothing{})
}

// DecideNewcomer lets somebody in, or refuses.
func (c *Console) DecideNewcomer(ctx context.Context, q DecideNewcomer) error {
	_, err := ask[DecideNewcomer, Nothing](ctx, c, "/signup/decide", q)
	return err
}

func (c *core) listNewcomers(ctx context.Context, _ Nothing) (NewcomerList, error) {
	list, err := c.accounts.Newcomers(ctx)
	out := NewcomerList{Newcomers: []Newcomer{}}
	for _, n := range list {
		out.Newcomers = append(out.Newcomers, Newcomer(n))
	}
	return out, err
}

func (c *core) decideNewcomer(ctx context.Context, q DecideNewcomer) (Nothing, error) {
	return Nothing{}, c.accounts.Decide(ctx, q.Username, q.Accept)
}

func (c *core) createInvite(ctx context.Context, q CreateInvite) (Invite, error) {
	p := account.NewPass{Label: q.Label, Limit: q.Uses}
	if q.For > 0 {
		p.Expires = chat.Millis(c.cfg.Now().UnixMilli()) + q.For
	}
	made, secret, err := c.accounts.ConsolePass(ctx, p)
	if err != nil {
		return Invite{}, err
	}
	out := c.inviteOut(made)
	home := c.cfg.reached()
	if c.home != nil {
		home = c.home()
	}
	out.Link = home + "/#invite=" + secret
	return out, nil
}

func (c *core) inviteOut(p account.Pass) Invite {
	over := map[chat.Code]string{
		chat.CodePassRevoked: "revoked", chat.CodeInviteExpired: "expired", chat.CodeInviteUsedUp: "used_up",
	}[chat.CodeOf(p.Over(chat.Millis(c.cfg.Now().UnixMilli())))]
	return Invite{ID: p.ID, Label: p.Label, Uses: p.Limit, Used: p.Used, Created: p.Created, Expires: p.Expires,
		Revoked: p.Revoked, Over: over}
}

// invitePart is how many invites are listed at once.
const invitePart = 200

func (c *core) listInvites(ctx context.Context, q ListInvites) (InviteList, error) {
	list, err := c.accounts.ConsolePasses(ctx, account.PassQuery{All: true, After: q.After, Limit: invitePart})
	out := InviteList{Invites: []Invite{}}
	for _, p := range list {
		i := c.inviteOut(p)
		if p.Maker != 0 {
			profile, err := registry{c.engine}.Profile(ctx, p.Maker)
			if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
				return out, err
			}
			i.By = profile.Username
		}
		out.Invites = append(out.Invites, i)
	}
	if len(list) == invitePart {
		out.Next = list[len(list)-1].ID
	}
	return out, err
}

func (c *core) revokeInvite(ctx context.Context, q RevokeInvite) (Nothing, error) {
	return Nothing{}, c.accounts.ConsoleRevoke(ctx, q.ID)
}
