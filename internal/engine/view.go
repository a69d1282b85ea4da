// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// shownItems shows items in place, as chat.Entry.Shown says. Every read of entries and every follower gets
// them through Shown.
func shownItems(items []chat.Item, kind chat.ChatType) []chat.Item {
	for i := range items {
		items[i].Entry = items[i].Entry.Shown(kind)
	}
	return items
}

// shownRow hides of a row what its account may not see. How far others have read is hidden further from who
// hides the same.
func shownRow(row ListRow) ListRow {
	floor := floorOf(row.Chat, row.Me)
	if row.Last != nil {
		last := *row.Last
		last.Entry = last.Entry.Shown(row.Chat.Type)
		row.Last = &last
		if last.Seq <= floor {
			row.Last = nil
		}
	}
	row.Pinned = slices.DeleteFunc(row.Pinned, func(s chat.Seq) bool { return s <= floor })
	row.Chat.Photo = published(row.Chat.Photo, row.Chat.Public())
	if !ticked(row.Chat) {
		row.PeerRead = 0
	}
	return row
}

// ticked reports whether the members of a chat see how far others have read.
func ticked(c chat.Chat) bool { return c.Close() }

// shownPeople hides of people, in place, photos that are not for the viewer, what the switches of either side
// hide, and what a block between the two hides: who hides, does not see. Presence is for those who talk with
// each other, and for those in near, of whom the caller knows that they share a small group; strangers get
// none. Nobody's switches are shown to others.
func (e *Engine) shownPeople(ctx context.Context, people []chat.Person, viewer chat.Person,
	near []chat.AccountID) ([]chat.Person, error) {
	ids := make([]chat.AccountID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	apart, err := e.apart(ctx, viewer.ID, ids)
	if err != nil {
		return nil, err
	}
	if err := e.shownPhotos(ctx, people, viewer.ID); err != nil {
		return nil, err
	}
	talking, err := e.talking(ctx, viewer.ID, ids)
	if err != nil {
		return nil, err
	}
	for i := range people {
		p := &people[i]
		if p.ID == viewer.ID {
			continue
		}
		_, blocked := slices.BinarySearch(apart, p.ID)
		_, talks := slices.BinarySearch(talking, p.ID)
		p.Unseen = blocked || viewer.Privacy.HideLastSeen || p.Privacy.HideLastSeen ||
			!talks && !slices.Contains(near, p.ID)
		if p.Unseen {
			p.LastSeen = 0
		}
		p.Privacy = chat.Privacy{}
	}
	return people, nil
}

// apart returns those of the accounts, ascending, with whom an account has a block, either way round.
func (e *Engine) apart(ctx context.Context, account chat.AccountID, others []chat.AccountID) (
	[]chat.AccountID, error) {
	if len(others) == 0 {
		return nil, nil
	}
	apart, err := e.store.Blocked(ctx, account, others...)
	if err != nil {
		return nil, fmt.Errorf("blocks: %w", err)
	}
	return apart, nil
}

// talking returns those of the others, ascending, with whom an account is in a direct chat that both are in.
func (e *Engine) talking(ctx context.Context, account chat.AccountID, others []chat.AccountID) (
	[]chat.AccountID, error) {
	if len(others) == 0 {
		return nil, nil
	}
	talking, err := e.store.Talking(ctx, account, others...)
	if err != nil {
		return nil, fmt.Errorf("who talk: %w", err)
	}
	return talking, nil
}

// People returns accounts as the actor may see them, ascending. Those in near share a small group with the
// actor, as the caller knows.
func (e *Engine) People(ctx context.Context, actor chat.Actor, ids []chat.AccountID,
	near ...chat.AccountID) ([]chat.Person, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	hides, err := e.privacyOf(ctx, actor.Account)
	if err != nil {
		return nil, err
	}
	people, err := e.store.People(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return e.shownPeople(ctx, people, chat.Person{ID: actor.Account, Privacy: hides}, near)
}

// Privacies returns the switches of accounts, for the hub, which obeys them: not an answer to anybody.
func (e *Engine) Privacies(ctx context.Context, ids []chat.AccountID) (
	map[chat.AccountID]chat.Privacy, error) {
	people, err := e.store.People(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	switches := make(map[chat.AccountID]chat.Privacy, len(people))
	for _, p := range people {
		switches[p.ID] = p.Privacy
	}
	return switches, nil
}

// privacyOf returns the switches of an account.
func (e *Engine) privacyOf(ctx context.Context, account chat.AccountID) (chat.Privacy, error) {
	all, err := e.Privacies(ctx, []chat.AccountID{account})
	return all[account], err
}

// Audience returns everyone who is in a chat, for the hub: not an answer to anybody.
func (e *Engine) Audience(ctx context.Context, room chat.ChatID) (Audience, error) {
	a, err := e.store.Audience(ctx, room)
	if err != nil {
		return Audience{}, fmt.Errorf("audience of %s: %w", room.Log(), err)
	}
	return a, nil
}

// readFeed reads the commit order as followers may see it.
func (e *Engine) readFeed(ctx context.Context, after chat.Pos, limit int) (chunk, error) {
	entries, next, err := e.store.Feed(ctx, after, limit)
	if err != nil {
		return chunk{}, fmt.Errorf("feed: %w", err)
	}
	c := chunk{from: after, to: next}
	for _, entry := range entries {
		var changes []chat.Change
		if entry.Env.Kind == chat.KindMyChat {
			if changes, err = e.project(entry); err != nil {
				return chunk{}, err
			}
		}
		kind := chat.ChatType(0)
		if entry.Log.Kind() == chat.ChatLog {
			if kind, err = e.chatKind(ctx, entry.Log.Chat()); err != nil {
				return chunk{}, err
			}
		}
		c.add(entry.Shown(kind), changes)
	}
	return c, nil
}

// project returns the changes of a stored entry.
func (e *Engine) project(entry chat.Entry) ([]chat.Change, error) { return Project(e.codec, entry) }

// Project returns the changes of a stored entry, as Store.Rebuild takes them (I7).
func Project(codec Codec, entry chat.Entry) ([]chat.Change, error) {
	var body chat.Body
	// An empty body was erased, or there is none; but switches that are all off encode to nothing as well.
	if len(entry.Body) > 0 || entry.Env.Kind == chat.KindPrivacy {
		var err error
		if body, err = codec.Decode(entry.Env.Kind, entry.Body); err != nil {
			return nil, fmt.Errorf("decode %s/%d: %w", entry.Log, entry.Seq, err)
		}
	}
	return chat.Project(entry, body), nil
}
