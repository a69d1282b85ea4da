// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func organisationMethods() []method {
	return []method{
		call("Organisations/Mine", chat.ScopeManage, membership),
		ordered(call("Organisations/Unlink", chat.ScopeManage, unlink)),
	}
}

// OIDC-2
func membership(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.Membership, error) {
	m, err := c.cfg.Accounts.Membership(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return &zolalv1.Membership{Provider: c.cfg.Provider, Linked: m.Linked, Password: m.Password,
		EndsMs: int64(m.Ends)}, nil
}

// OIDC-3
func unlink(ctx context.Context, c *caller, r *zolalv1.PasswordRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.Unlink(ctx, c.actor, r.GetPassword())
}
