// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// newcomerMethods are those of sign-ups that wait for the operator.
//
// SIGNUP-5
func newcomerMethods() []method {
	return []method{
		operating(call("Newcomers/List", chat.ScopeManage, listNewcomers)),
		operating(ordered(call("Newcomers/Decide", chat.ScopeManage, decideNewcomer))),
	}
}

func listNewcomers(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.NewcomersResponse, error) {
	list, err := c.cfg.Accounts.ShownNewcomers(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.NewcomersResponse{}
	for _, n := range list {
		out.Newcomers = append(out.Newcomers, &zolalv1.Newcomer{
			Username: n.Username, Name: n.Name, Note: n.Note,
			AskedMs: int64(n.Asked), ExpiresMs: int64(n.Expires), Refused: n.Refused})
	}
	return out, nil
}

func decideNewcomer(ctx context.Context, c *caller, r *zolalv1.DecideNewcomerRequest) (
	*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.DecideNewcomer(ctx, c.actor, r.GetUsername(), r.GetAccept())
}
