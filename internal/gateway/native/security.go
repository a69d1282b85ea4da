// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func securityMethods() []method {
	return []method{
		call("Security/State", chat.ScopeManage, securityState),
		ordered(call("Security/CheckRecovery", chat.ScopeManage, checkRecovery)),
		ordered(call("Security/Vouch", chat.ScopeManage, vouch)),
		guessed(call("Security/Redeem", 0, redeem)),
		ordered(call("Security/BeginFactor", chat.ScopeManage, beginFactor)),
		ordered(call("Security/EnableFactor", chat.ScopeManage, enableFactor)),
		ordered(call("Security/DisableFactor", chat.ScopeManage, disableFactor)),
		ordered(call("Security/NewBackupCodes", chat.ScopeManage, newBackupCodes)),
		anybody(call("Security/Ask", 0, askIn)),
		anybody(call("Security/Await", 0, awaitIn)),
		call("Security/Asked", chat.ScopeManage, asked),
		ordered(call("Security/Answer", chat.ScopeManage, answerAsking)),
		ordered(call("Security/SetApproval", chat.ScopeManage, setApproval)),
	}
}

// AUTH-7
func securityState(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.SecurityState, error) {
	p, err := c.cfg.Accounts.Protection(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	list, err := c.cfg.Engine.Notices(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.SecurityState{
		RecoverySet: p.RecoverySet, RecoveryCheckedMs: int64(p.RecoveryChecked), WaitsMs: int64(p.Waits),
		Factor: p.Factor, BackupCodes: uint32(p.BackupCodes), Approval: p.Approval, DeletesMs: int64(p.Deletes),
	}
	for _, a := range p.Asking {
		out.Asking = append(out.Asking, askingOut(a))
	}
	for _, n := range list {
		out.Notices = append(out.Notices, &zolalv1.SecurityNotice{
			Seq: uint32(n.Seq), AtMs: int64(n.At), Notice: wire.DeviceNoticeOut(&n.DeviceNotice),
		})
	}
	return out, nil
}

// AUTH-8
func checkRecovery(ctx context.Context, c *caller, r *zolalv1.CheckRecoveryRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.CheckRecovery(ctx, c.actor, r.GetRecovery())
}

func vouch(ctx context.Context, c *caller, r *zolalv1.VouchRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.Vouch(ctx, c.actor, chat.DeviceID(r.GetDevice()))
}

func redeem(ctx context.Context, c *caller, r *zolalv1.RedeemRequest) (*zolalv1.Session, error) {
	return session(c.cfg.Accounts.Redeem(ctx, account.Redeem{
		Secret: r.GetSecret(), NewPassword: r.GetNewPassword(), Code: r.GetCode(),
		Passkey: []byte(r.GetPasskey()), Client: c.client(r.GetClient()),
	}))
}

// AUTH-10
func beginFactor(ctx context.Context, c *caller, r *zolalv1.PasswordRequest) (*zolalv1.NewFactor, error) {
	f, err := c.cfg.Accounts.BeginFactor(ctx, c.actor, r.GetPassword())
	if err != nil {
		return nil, err
	}
	return &zolalv1.NewFactor{Secret: f.Secret, Address: f.Address}, nil
}

func enableFactor(ctx context.Context, c *caller, r *zolalv1.EnableFactorRequest) (
	*zolalv1.BackupCodes, error) {
	return backupCodes(c.cfg.Accounts.EnableFactor(ctx, c.actor, r.GetCode()))
}

func disableFactor(ctx context.Context, c *caller, r *zolalv1.PasswordRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.DisableFactor(ctx, c.actor, r.GetPassword())
}

func newBackupCodes(ctx context.Context, c *caller, r *zolalv1.PasswordRequest) (
	*zolalv1.BackupCodes, error) {
	return backupCodes(c.cfg.Accounts.NewBackupCodes(ctx, c.actor, r.GetPassword()))
}

func backupCodes(codes []string, err error) (*zolalv1.BackupCodes, error) {
	if err != nil {
		return nil, err
	}
	return &zolalv1.BackupCodes{Codes: codes}, nil
}

func askIn(ctx context.Context, c *caller, r *zolalv1.AskRequest) (*zolalv1.Session, error) {
	return session(c.cfg.Accounts.Ask(ctx, c.client(r.GetClient())))
}

func awaitIn(ctx context.Context, c *caller, r *zolalv1.AwaitRequest) (*zolalv1.Session, error) {
	return session(c.cfg.Accounts.Await(ctx, r.GetPending(), r.GetToken(), c.client(nil)))
}

func asked(ctx context.Context, c *caller, r *zolalv1.AskedRequest) (*zolalv1.Asking, error) {
	var a account.Asking
	var err error
	if r.GetCode() != "" {
		a, err = c.cfg.Accounts.AskedByCode(ctx, c.actor, r.GetCode(), c.from)
	} else {
		a, err = c.cfg.Accounts.Asked(ctx, c.actor, r.GetPending())
	}
	if err != nil {
		return nil, err
	}
	return askingOut(a), nil
}

func askingOut(a account.Asking) *zolalv1.Asking {
	return &zolalv1.Asking{Pending: a.ID, Device: wire.DeviceOut(a.Device), UntilMs: int64(a.Expires)}
}

func answerAsking(ctx context.Context, c *caller, r *zolalv1.AnswerAskingRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.Answer(ctx, c.actor, r.GetPending(), r.GetYes())
}

func setApproval(ctx context.Context, c *caller, r *zolalv1.SetApprovalRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.SetApproval(ctx, c.actor, r.GetPassword(), r.GetOn())
}
