// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Admin is the server as whoever runs it sees it. Nothing that it answers with is about a person.
type Admin interface {
	Status(ctx context.Context) (*zolalv1.ServerStatus, error)
	// BackUp begins a backup; chat.CodeUnavailable while one is made.
	BackUp(ctx context.Context) error
}

func adminMethods() []method {
	return []method{
		patient(call("Admin/Status", chat.ScopeManage, serverStatus)),
		operating(call("Admin/BackUp", chat.ScopeManage, backUp)),
	}
}

// operates refuses everybody but operators.
//
// ADMIN-1
func (c *caller) operates() error {
	if !c.operator || c.cfg.Admin == nil {
		return chat.Errorf(chat.CodeForbidden, "only who runs the server may ask this")
	}
	return nil
}

func serverStatus(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.ServerStatus, error) {
	if err := c.operates(); err != nil {
		return nil, err
	}
	return c.cfg.Admin.Status(ctx)
}

func backUp(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.Empty, error) {
	if err := c.operates(); err != nil {
		return nil, err
	}
	return &zolalv1.Empty{}, c.cfg.Admin.BackUp(ctx)
}
