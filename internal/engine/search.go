// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxReach bounds the chats that one search looks into: more than anybody may be in.
const maxReach = 2 * chat.MaxRooms

// Reach is a chat that an actor may search now: what is above the floor. It narrows a search; what is found
// is read through a handle all the same.
type Reach struct {
	Chat  chat.ChatID
	Floor chat.Seq
	Last  chat.Millis // of the last message there is
}

// Reach returns the chats that the actor is in and may read, that of the newest message first. Public chats
// that they have not joined are none of them.
//
// SEARCH-2
func (e *Engine) Reach(ctx context.Context, actor chat.Actor) ([]Reach, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	rows, _, _, err := e.store.List(ctx, ListQuery{Account: actor.Account, Limit: maxReach})
	if err != nil {
		return nil, fmt.Errorf("reach: list: %w", err)
	}
	reach := make([]Reach, 0, len(rows))
	for _, row := range rows {
		if !row.Me.Role.Reads() || row.Chat.Deleted || row.Last == nil {
			continue
		}
		floor := floorOf(row.Chat, row.Me)
		if row.Last.Seq > floor {
			reach = append(reach, Reach{row.Chat.ID, floor, row.Last.At})
		}
	}
	slices.SortStableFunc(reach, func(a, b Reach) int { return cmp.Compare(b.Last, a.Last) })
	return reach, nil
}

// Reach returns what the actor may search of the handle's chat, which may be a public one that they look at
// from outside.
func (h *Handle) Reach(ctx context.Context) (Reach, error) {
	if err := h.mayNow(ctx, chat.RightRead); err != nil {
		return Reach{}, fmt.Errorf("reach of %s: %w", h.log, err)
	}
	return Reach{Chat: h.room, Floor: h.floor()}, nil
}

// Settings returns a chat's settings, for the index of public chats: not an answer to anybody.
func (e *Engine) Settings(ctx context.Context, room chat.ChatID) (chat.Chat, error) {
	f, err := e.freshFacts(ctx, room, 0, 0)
	return f.Chat, err
}

// EntryAt returns the entry of a position in commit order, for whoever keeps a projection elsewhere and has
// to know whether it is one of this store. It reports whether there is one.
func (e *Engine) EntryAt(ctx context.Context, pos chat.Pos) (chat.Entry, bool, error) {
	if pos == 0 {
		return chat.Entry{}, false, nil
	}
	entries, _, err := e.store.Feed(ctx, pos-1, 1)
	if err != nil {
		return chat.Entry{}, false, fmt.Errorf("entry at %d: %w", pos, err)
	}
	if len(entries) == 0 || entries[0].Pos != pos {
		return chat.Entry{}, false, nil
	}
	return entries[0], true, nil
}
