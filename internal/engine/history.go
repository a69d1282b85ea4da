// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxOwned bounds the chats of an account among which the one of a history is looked for.
const maxOwned = 1 << 16

// Waiting is an imported message whose reply waits for a line that was not there when it came.
type Waiting struct {
	Seq     chat.Seq
	Message *chat.Message // as it stands today
}

// MadeFor returns the chats the actor owns that were made for a history, the oldest first; for the server's
// own hand. What a chat was made for stands in its first entry, which nothing supersedes: no projection is
// needed to find it again.
func (e *Engine) MadeFor(ctx context.Context, actor chat.Actor, source string) ([]chat.Chat, error) {
	if !actor.Server {
		return nil, chat.Errorf(chat.CodeForbidden, "only the server itself imports")
	}
	rows, _, _, err := e.store.List(ctx, ListQuery{Account: actor.Account, Limit: maxOwned})
	if err != nil {
		return nil, fmt.Errorf("chats made for a history: %w", err)
	}
	var made []chat.Chat
	for _, row := range rows {
		if !row.Chat.Imported || row.Chat.Deleted || row.Me.Role != chat.RoleOwner {
			continue
		}
		first, err := e.store.Get(ctx, row.Chat.ID.Log(), []chat.Seq{1})
		if err != nil {
			return nil, fmt.Errorf("chats made for a history: %w", err)
		}
		if len(first) == 0 {
			continue
		}
		body, err := e.bodyOf(first[0])
		if err != nil {
			return nil, err
		}
		if c, ok := body.(*chat.Created); ok && c.Source == source {
			made = append(made, row.Chat)
		}
	}
	slices.SortFunc(made, func(a, b chat.Chat) int { return cmp.Compare(a.ID, b.ID) })
	return made, nil
}

// Waiting returns the messages after a seq whose replies wait, of one page of the log, and where the next
// page begins; 0 at the end. It is for the server's own hand.
func (h *Handle) Waiting(ctx context.Context, after chat.Seq) (found []Waiting, next chat.Seq, err error) {
	page, err := h.own(ctx, after)
	if err != nil || len(page) == 0 {
		return nil, 0, err
	}
	for _, it := range page {
		if it.Env.Kind != chat.KindMessage {
			continue
		}
		body, err := h.engine.bodyOf(it)
		if err != nil {
			return nil, 0, err
		}
		if m, ok := body.(*chat.Message); ok && m.Reply != nil && m.Reply.Number != 0 {
			found = append(found, Waiting{Seq: it.Seq, Message: m})
		}
	}
	return found, page[len(page)-1].Seq, nil
}

// own reads a page of the log for the server's own hand.
func (h *Handle) own(ctx context.Context, after chat.Seq) ([]chat.Item, error) {
	if !h.actor.Server {
		return nil, chat.Errorf(chat.CodeForbidden, "only the server itself imports")
	}
	items, err := h.engine.store.Read(ctx, h.log, after, maxRead)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", h.log, err)
	}
	return items, nil
}
