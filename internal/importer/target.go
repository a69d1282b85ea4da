// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"context"
	"fmt"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Target says where an export goes: a public name, and what to make where nothing has it yet.
type Target struct {
	Name string
	Type chat.ChatType // Channel or Group; 0: as the export says
}

// Into finds the chat of the target, or makes it with the owner's account. A chat that exists must be the
// owner's and must have been made for an import: an export never mixes into a chat that people made.
func Into(ctx context.Context, e *engine.Engine, owner chat.AccountID, t Target, s Summary) (
	*engine.Handle, error) {
	// Device 0 is the server's own hand; its keys are its own too.
	actor := chat.Actor{Account: owner, Scopes: chat.AllScopes, Server: true}
	found, err := e.ResolveName(ctx, actor, t.Name)
	switch {
	case err == nil:
		return existing(ctx, e, actor, found)
	case chat.CodeOf(err) != chat.CodeNotFound:
		return nil, fmt.Errorf("import into %s: %w", t.Name, err)
	}
	if t.Type == 0 {
		t.Type = chat.Group
		if strings.HasSuffix(s.Type, "channel") {
			t.Type = chat.Channel
		}
	}
	made, err := e.Create(ctx, actor, engine.NewChat{
		Type: t.Type, Title: title(s), Name: t.Name, Imported: true, NumberBase: s.base(),
	}, chat.Key{})
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", t.Name, err)
	}
	return e.Open(ctx, actor, made.Log, chat.RightRead)
}

func existing(ctx context.Context, e *engine.Engine, actor chat.Actor, found engine.Found) (
	*engine.Handle, error) {
	if found.Chat == nil {
		return nil, chat.Errorf(chat.CodeNameTaken, "the name belongs to an account; choose another")
	}
	h, err := e.Open(ctx, actor, found.Chat.Chat.ID.Log(), chat.RightRead)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	switch {
	case h.Me().Role != chat.RoleOwner:
		return nil, chat.Errorf(chat.CodeForbidden, "the chat belongs to somebody else; choose another name")
	case !h.Chat().Imported:
		return nil, chat.Errorf(chat.CodeForbidden,
			"the chat was not made by an import; choose another name, and a new chat is made")
	}
	return h, nil
}

// title is what the chat is called: as at the source, shortened where need be.
func title(s Summary) string {
	name := strings.Join(strings.Fields(s.Name), " ")
	if name == "" {
		name = "Telegram"
	}
	return chat.Slice16(name, 0, chat.MaxTitle)
}

// base is what to add to the seq of a message that has no number of its own, so that the first one written
// here has a greater one than the last imported: that one stands behind the chat's creation and all lines.
func (s Summary) base() int64 {
	return max(s.Greatest-int64(s.Messages)-1, 0)
}
