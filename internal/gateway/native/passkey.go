// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func passkeyMethods() []method {
	return []method{
		call("Passkeys/List", chat.ScopeManage, passkeys),
		ordered(call("Passkeys/Begin", chat.ScopeManage, beginPasskey)),
		ordered(call("Passkeys/Add", chat.ScopeManage, addPasskey)),
		ordered(call("Passkeys/Rename", chat.ScopeManage, renamePasskey)),
		ordered(call("Passkeys/Remove", chat.ScopeManage, removePasskey)),
		anybody(call("Passkeys/BeginAlone", 0, beginAlone)),
		anybody(call("Passkeys/SignIn", 0, passkeySignIn)),
		guessed(call("Passkeys/BeginSecond", 0, beginSecond)),
		anybody(call("Passkeys/BeginRedeem", 0, beginRedeem)),
	}
}

func passkeys(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.PasskeyList, error) {
	list, err := c.cfg.Accounts.Passkeys(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.PasskeyList{}
	for _, k := range list {
		out.Passkeys = append(out.Passkeys, &zolalv1.Passkey{Id: k.ID, Name: k.Name, CreatedMs: int64(k.Created),
			UsedMs: int64(k.Used), Synced: k.Synced, Elsewhere: k.Elsewhere})
	}
	return out, nil
}

// question encodes what a browser is asked.
func question(q account.Question, err error) (*zolalv1.PasskeyQuestion, error) {
	if err != nil {
		return nil, err
	}
	return &zolalv1.PasskeyQuestion{Options: q.Options, UntilMs: int64(q.Expires)}, nil
}

// AUTH-13
func beginPasskey(ctx context.Context, c *caller, r *zolalv1.PasswordRequest) (
	*zolalv1.PasskeyQuestion, error) {
	return question(c.cfg.Accounts.BeginPasskey(ctx, c.actor, r.GetPassword()))
}

func addPasskey(ctx context.Context, c *caller, r *zolalv1.AddPasskeyRequest) (*zolalv1.BackupCodes, error) {
	return backupCodes(c.cfg.Accounts.AddPasskey(ctx, c.actor, r.GetName(), []byte(r.GetAnswer())))
}

func renamePasskey(ctx context.Context, c *caller, r *zolalv1.RenamePasskeyRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.RenamePasskey(ctx, c.actor, r.GetId(), r.GetName())
}

func removePasskey(ctx context.Context, c *caller, r *zolalv1.RemovePasskeyRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.RemovePasskey(ctx, c.actor, r.GetId(), r.GetPassword())
}

// AUTH-14
func beginAlone(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.PasskeyQuestion, error) {
	return question(c.cfg.Accounts.BeginPasskeyAlone(ctx, c.client(nil)))
}

func passkeySignIn(ctx context.Context, c *caller, r *zolalv1.PasskeySignInRequest) (
	*zolalv1.Session, error) {
	return session(c.cfg.Accounts.SignInByPasskey(ctx, []byte(r.GetAnswer()), c.client(r.GetClient())))
}

func beginSecond(ctx context.Context, c *caller, r *zolalv1.SignInRequest) (*zolalv1.PasskeyQuestion, error) {
	return question(c.cfg.Accounts.BeginPasskeySecond(ctx, c.signIn(r)))
}

func beginRedeem(ctx context.Context, c *caller, r *zolalv1.RedeemRequest) (*zolalv1.PasskeyQuestion, error) {
	return question(c.cfg.Accounts.BeginPasskeyRedeem(ctx, r.GetSecret(), c.client(nil)))
}
