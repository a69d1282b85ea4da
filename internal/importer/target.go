// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// NumberBase is what messages without a number of their own add to their seq in an imported chat. It is
// above every number of a source, whatever a later import brings, and leaves the seq to be read.
const NumberBase = 10_000_000_000

// Target says where an export goes, and what to make where nothing is there yet.
type Target struct {
	Name string        // public name; empty: the chat that was made for this history before, or a new one
	Type chat.ChatType // Channel or Group; 0: as the export says
}

// Find returns the chat of the target, nil where it is still to be made. It must be the owner's and must
// have been made for an import: an export never mixes into a chat that people made.
func Find(ctx context.Context, e *engine.Engine, owner chat.AccountID, t Target, s Summary) (
	*engine.Handle, error) {
	actor := hand(owner)
	name := t.Name
	if name == "" {
		h, err := again(ctx, e, actor, s)
		if h != nil || err != nil {
			return h, err
		}
		if name = s.publicName(); name == "" {
			return nil, nil
		}
	}
	found, err := e.ResolveName(ctx, actor, name)
	switch {
	case err == nil:
		return existing(ctx, e, actor, found)
	case chat.CodeOf(err) != chat.CodeNotFound:
		return nil, fmt.Errorf("import into %s: %w", name, err)
	}
	return nil, nil
}

// Into finds the chat of the target, or makes it with the owner's account. It has a public name only where
// the target says one or the history was public: what was private is never published unasked.
func Into(ctx context.Context, e *engine.Engine, owner chat.AccountID, t Target, s Summary) (
	*engine.Handle, error) {
	h, err := Find(ctx, e, owner, t, s)
	if h != nil || err != nil {
		return h, err
	}
	if t.Name == "" {
		t.Name = s.publicName()
	}
	if t.Type == 0 {
		t.Type = chat.Group
		if strings.HasSuffix(s.Type, "channel") {
			t.Type = chat.Channel
		}
	}
	actor := hand(owner)
	made, err := e.Create(ctx, actor, engine.NewChat{
		Type: t.Type, Title: s.Title(), Name: t.Name, Imported: true, NumberBase: NumberBase, Source: s.source(),
	}, chat.Key{})
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", t.Name, err)
	}
	return e.Open(ctx, actor, made.Log, chat.RightRead)
}

// hand is the server's own hand in the name of the owner. Device 0 and its keys are the server's.
func hand(owner chat.AccountID) chat.Actor {
	return chat.Actor{Account: owner, Scopes: chat.AllScopes, Server: true}
}

// again finds the chat that was made for this history before. Where the history is private and the chat has
// become public, whoever imports has to say that more shall be published.
func again(ctx context.Context, e *engine.Engine, actor chat.Actor, s Summary) (*engine.Handle, error) {
	made, err := e.MadeFor(ctx, actor, s.source())
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	public := ""
	for _, room := range made {
		if room.Name == "" || s.public() {
			return e.Open(ctx, actor, room.ID.Log(), chat.RightRead)
		}
		public = room.Name
	}
	if public != "" {
		return nil, chat.Errorf(chat.CodeForbidden, "the export is private, and the chat it went to before is "+
			"public under the name %s; import into that name to publish more of it", public)
	}
	return nil, nil
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

// Title is what the chat is called: as at the source, shortened where need be.
func (s Summary) Title() string {
	name := strings.Join(strings.Fields(s.Name), " ")
	if name == "" {
		name = "Telegram"
	}
	return chat.Slice16(name, 0, chat.MaxTitle)
}

// public reports whether everybody could read the history where it comes from.
func (s Summary) public() bool { return strings.HasPrefix(s.Type, "public_") }

// publicName is the name of a public history where whoever imports says none.
func (s Summary) publicName() string {
	if !s.public() {
		return ""
	}
	return "import_" + strconv.FormatInt(s.ID, 10)
}

// source identifies a history in all its exports. It stays the same when a channel or group becomes public or
// private. An export that does not say its number goes by its name.
func (s Summary) source() string {
	kind := strings.TrimPrefix(strings.TrimPrefix(s.Type, "public_"), "private_")
	if s.ID == 0 {
		return "telegram:" + kind + ":" + s.Title()
	}
	return "telegram:" + kind + ":" + strconv.FormatInt(s.ID, 10)
}

// peer is how replies name the history itself, where they say in which chat their message stands.
func (s Summary) peer() string {
	kind := "channel"
	switch s.Type {
	case "personal_chat", "bot_chat", "saved_messages":
		kind = "user"
	case "private_group":
		kind = "chat"
	}
	return kind + strconv.FormatInt(s.ID, 10)
}
