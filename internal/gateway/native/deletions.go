// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func deletionMethods() []method {
	return []method{
		ordered(call("Deletions/Begin", chat.ScopeManage, beginDeletion)),
		ordered(call("Deletions/Cancel", chat.ScopeManage, cancelDeletion)),
		call("Deletions/State", chat.ScopeManage, deletionState),
	}
}

// DEL-1
func beginDeletion(ctx context.Context, c *caller, r *zolalv1.DeletionRequest) (*zolalv1.Deletion, error) {
	return deletionOut(c.cfg.Accounts.Delete(ctx, c.actor, account.DeletionRequest{
		Password: r.GetPassword(), Code: r.GetCode(), Passkey: []byte(r.GetPasskey()),
		Messages: r.GetEraseMessages(),
	}))
}

// DEL-2
func cancelDeletion(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.KeepAccount(ctx, c.actor)
}

// DEL-1
func deletionState(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.Deletion, error) {
	return deletionOut(c.cfg.Accounts.Deletion(ctx, c.actor))
}

func deletionOut(d account.Deletion, err error) (*zolalv1.Deletion, error) {
	if err != nil {
		return nil, err
	}
	out := &zolalv1.Deletion{DueMs: int64(d.Due), EraseMessages: d.Messages, LastOperator: d.LastOperator,
		AfterMs: int64(d.After)}
	for _, room := range d.Owned {
		out.Owned = append(out.Owned, &zolalv1.OwnedChat{Chat: uint32(room.Chat), Title: room.Title})
	}
	return out, nil
}
