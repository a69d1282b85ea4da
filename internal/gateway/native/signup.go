// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// signupMethods are those of who may sign up.
//
// SIGNUP-1
func signupMethods() []method {
	return []method{
		anybody(call("Accounts/Challenge", 0, challenge)),
		anybody(call("Accounts/ShowPass", 0, showPass)),
		anybody(call("Accounts/CheckSetup", 0, checkSetup)),
		call("Accounts/Signup", chat.ScopeManage, signupRules),
		operating(ordered(call("Accounts/SetSignup", chat.ScopeManage, setSignup))),
		operating(ordered(call("Accounts/CreatePass", chat.ScopeManage, createPass))),
		call("Accounts/Passes", chat.ScopeManage, passes),
		operating(ordered(call("Accounts/RevokePass", chat.ScopeManage, revokePass))),
	}
}

// SIGNUP-4
func challenge(ctx context.Context, c *caller, r *zolalv1.ChallengeRequest) (
	*zolalv1.SignupChallenge, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	w, err := c.cfg.Accounts.Challenge(ctx, key)
	if err != nil {
		return nil, err
	}
	return &zolalv1.SignupChallenge{
		Salt: w.Salt, Nonce: w.Nonce, Rounds: w.Rounds, Prefix: w.Prefix, ExpiresMs: int64(w.Expires), Seal: w.Seal,
	}, nil
}

// workIn reads an answer; nil where there is none.
func workIn(w *zolalv1.SignupWork) *account.Work {
	if w == nil {
		return nil
	}
	c := w.GetChallenge()
	return &account.Work{
		Challenge: account.Challenge{
			Salt: c.GetSalt(), Nonce: c.GetNonce(), Rounds: c.GetRounds(), Prefix: c.GetPrefix(),
			Expires: chat.Millis(c.GetExpiresMs()), Seal: c.GetSeal(),
		},
		Counter: w.GetCounter(),
	}
}

// SIGNUP-2
func showPass(ctx context.Context, c *caller, r *zolalv1.ShowPassRequest) (*zolalv1.ShownPass, error) {
	p, err := c.cfg.Accounts.ShowPass(ctx, r.GetPass(), c.from)
	if err != nil {
		return nil, err
	}
	return &zolalv1.ShownPass{Name: p.Name, Operator: p.Operator, ExpiresMs: int64(p.Expires)}, nil
}

// SIGNUP-6
func checkSetup(ctx context.Context, c *caller, r *zolalv1.CheckSetupRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.CheckSetup(ctx, r.GetSetup(), c.from)
}

func (c *caller) rulesOut(r account.Rules) *zolalv1.SignupRules {
	return &zolalv1.SignupRules{
		Version: r.Version, Mode: r.Mode, Work: r.Work, Members: r.Members, ChangedMs: int64(r.Changed),
		DefaultWork: account.DefaultWork, Review: r.Review, Local: c.cfg.Accounts.LocalNow(r),
	}
}

func signupRules(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.SignupRules, error) {
	r, err := c.cfg.Accounts.ShownRules(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return c.rulesOut(r), nil
}

func setSignup(ctx context.Context, c *caller, r *zolalv1.SetSignupRequest) (*zolalv1.SignupRules, error) {
	rules, err := c.cfg.Accounts.SetRules(ctx, c.actor, account.RulesChange{
		Version: r.GetVersion(), Mode: r.GetMode(), Work: r.GetWork(), Members: r.GetMembers(),
		Confirmed: r.GetConfirmed(), Review: r.Review,
	})
	if err != nil {
		return nil, err
	}
	return c.rulesOut(rules), nil
}

func passOut(p account.Pass) *zolalv1.Pass {
	return &zolalv1.Pass{
		Id: p.ID, Maker: uint32(p.Maker), Label: p.Label, Limit: p.Limit, Used: p.Used,
		CreatedMs: int64(p.Created), ExpiresMs: int64(p.Expires), RevokedMs: int64(p.Revoked),
	}
}

// SIGNUP-3
func createPass(ctx context.Context, c *caller, r *zolalv1.CreatePassRequest) (*zolalv1.CreatedPass, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	p, secret, err := c.cfg.Accounts.CreatePass(ctx, c.actor, account.NewPass{
		Key: key, Label: r.GetLabel(), Limit: r.GetLimit(), Expires: chat.Millis(r.GetExpiresMs()),
	})
	if err != nil {
		return nil, err
	}
	return &zolalv1.CreatedPass{Pass: passOut(p), Secret: secret}, nil
}

func passes(ctx context.Context, c *caller, r *zolalv1.PassesRequest) (*zolalv1.PassesResponse, error) {
	if r.GetAll() {
		if err := c.mayOperate(ctx); err != nil {
			return nil, err
		}
	}
	list, err := c.cfg.Accounts.ListPasses(ctx, c.actor, account.PassQuery{All: r.GetAll(), After: r.GetAfter()})
	if err != nil {
		return nil, err
	}
	out := &zolalv1.PassesResponse{Allowed: c.actor.Operator}
	for _, p := range list {
		out.Passes = append(out.Passes, passOut(p))
	}
	if c.actor.Operator {
		return out, nil
	}
	left, err := c.cfg.Accounts.PassesLeft(ctx, c.actor)
	if chat.CodeOf(err) == chat.CodeForbidden {
		return out, nil
	}
	out.Left, out.Allowed = left, true
	return out, err
}

func revokePass(ctx context.Context, c *caller, r *zolalv1.RevokePassRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.RevokePass(ctx, c.actor, r.GetId())
}
