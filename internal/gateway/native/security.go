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
		Secret: r.GetSecret(), NewPassword: r.GetNewPassword(), Client: c.client(r.GetClient()),
	}))
}
