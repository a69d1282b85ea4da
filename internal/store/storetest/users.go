// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// List implements engine.Users.
func (m *Memory) List(ctx context.Context, q engine.ListQuery) ([]engine.ListRow, int, chat.Pos, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "list"); err != nil {
		return nil, 0, 0, err
	}
	type moved struct {
		room chat.ChatID
		pos  chat.Pos
	}
	var found []moved
	for id := range m.proj.chats {
		row := m.proj.members[inChat(id, q.Account)]
		last := max(row.pos, m.heads[id.Log()].Pos)
		wanted := row.Role.Reads() && q.Only == 0 || q.Only == id
		if q.With != 0 && m.proj.members[inChat(id, q.With)].Version == 0 {
			continue
		}
		if wanted && last > q.Since {
			found = append(found, moved{id, last})
		}
	}
	slices.SortFunc(found, func(a, b moved) int {
		return cmp.Or(cmp.Compare(b.pos, a.pos), cmp.Compare(a.room, b.room))
	})
	total := len(found)
	found = found[min(total, max(q.Skip, 0)):]
	var rows []engine.ListRow
	for _, f := range found[:min(len(found), max(q.Limit, 0))] {
		rows = append(rows, m.listRow(f.room, q.Account))
	}
	return rows, total, m.pos, nil
}

func (m *Memory) listRow(room chat.ChatID, who chat.AccountID) engine.ListRow {
	k, log := inChat(room, who), room.Log()
	row := engine.ListRow{
		Chat:     m.chat(room),
		Me:       m.member(room, who),
		Head:     m.head(log),
		Read:     m.proj.reads[k],
		PeerRead: m.marks.peerTick(room, who),
		Draft:    m.proj.drafts[k].DraftText,
		Prefs:    m.proj.prefs[k],
		Pinned:   m.pinned(room, engine.ListPins),
	}
	row.Read.Chat, row.Draft.Chat, row.Prefs.Chat = room, room, room
	row.Unread = m.unread(row.Head, who, row.Read)
	for id := range m.proj.mentions {
		if id.account == who && id.log == log && id.seq > row.Read.Seq {
			row.Mentions++
		}
	}
	for seq := row.Head.Seq; seq > 0 && row.Last == nil; seq-- {
		if it, ok := m.item(log, seq); ok && counts(it) {
			row.Last = &it
		}
	}
	return row
}

// counts reports whether somebody else's item is one to read.
func counts(it chat.Item) bool {
	return it.Env.Counted && (it.Overlay == nil || !it.Overlay.Redacted)
}

// unread is the subtraction that defines it: what was counted since the read mark, less what is one's own or
// redacted after it.
func (m *Memory) unread(head chat.Head, who chat.AccountID, read chat.ReadMark) uint32 {
	n := int64(head.Ord) - int64(read.Ord)
	for seq := read.Seq + 1; seq <= head.Seq; seq++ {
		it, ok := m.item(head.Log, seq)
		if ok && it.Env.Counted && (it.Author == who || !counts(it)) {
			n--
		}
	}
	return uint32(max(n, 0))
}

// People implements engine.Users.
func (m *Memory) People(ctx context.Context, accounts []chat.AccountID) ([]chat.Person, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "people"); err != nil {
		return nil, err
	}
	var people []chat.Person
	for _, a := range ascending(accounts) {
		if who, ok := m.proj.people[a]; ok {
			who.LastSeen = m.marks.seen[a]
			who.Photo = m.portrait(a.Log())
			people = append(people, who)
		}
	}
	return people, nil
}

// Blocked implements engine.Users.
func (m *Memory) Blocked(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) ([]chat.AccountID, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "blocked"); err != nil {
		return nil, err
	}
	var blocked []chat.AccountID
	if len(others) > 0 {
		for _, other := range others {
			if m.proj.blocked(account, other) {
				blocked = append(blocked, other)
			}
		}
		slices.Sort(blocked)
		return slices.Compact(blocked), nil
	}
	for k := range m.proj.blocks {
		if k.a == uint32(account) {
			blocked = append(blocked, chat.AccountID(k.b))
		}
	}
	slices.Sort(blocked)
	return blocked, nil
}

// Invitations implements engine.Users.
func (m *Memory) Invitations(ctx context.Context, account chat.AccountID) ([]chat.Invitation, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "invitations"); err != nil {
		return nil, err
	}
	var to []chat.Invitation
	for k, row := range m.proj.members {
		if k.b == uint32(account) && row.Role == chat.RoleInvited {
			to = append(to, chat.Invitation{Chat: chat.ChatID(k.a), By: m.entries[row.pos].Author})
		}
	}
	slices.SortFunc(to, func(a, b chat.Invitation) int { return cmp.Compare(a.Chat, b.Chat) })
	return to, nil
}

// Held implements engine.Users.
func (m *Memory) Held(ctx context.Context, account chat.AccountID) (held chat.Holdings, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "held"); err != nil {
		return held, err
	}
	for k, row := range m.proj.members {
		c := m.proj.chats[chat.ChatID(k.a)]
		if row.Account != account || !row.Role.In() || c.Deleted || c.Type != chat.Group && c.Type != chat.Channel {
			continue
		}
		held.In++
		if row.Role == chat.RoleOwner {
			held.Owned++
		}
	}
	return held, nil
}

// Source implements engine.Users.
func (m *Memory) Source(ctx context.Context, room chat.ChatID, numbers []int64,
) (map[int64]engine.Source, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "source"); err != nil {
		return nil, err
	}
	found := map[int64]engine.Source{}
	for _, n := range numbers {
		if s, ok := m.proj.sources[sourceID{room, n}]; ok {
			found[n] = s
		}
	}
	return found, nil
}

// NextID implements engine.Users.
func (m *Memory) NextID(ctx context.Context, kind engine.IDKind) (uint32, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "next id"); err != nil {
		return 0, err
	}
	m.ids[kind]++
	return m.ids[kind], nil
}

// FirstAt implements engine.Users.
func (m *Memory) FirstAt(ctx context.Context, log chat.LogID, at chat.Millis) (chat.Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "first at"); err != nil {
		return 0, err
	}
	h := m.heads[log]
	for seq := h.Floor + 1; seq <= h.Seq; seq++ {
		if e, ok := m.at(log, seq); ok && e.Env.Counted && e.At >= at {
			return seq, nil
		}
	}
	return 0, nil
}

// Compact implements engine.Upkeep.
func (m *Memory) Compact(ctx context.Context, log chat.LogID, floor chat.Seq, erase []chat.Seq) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "compact"); err != nil {
		return err
	}
	h := m.heads[log]
	if err := compactable(log, h, floor, erase); err != nil {
		return err
	}
	for _, seq := range erase {
		e, ok := m.at(log, seq)
		_, remembered := m.keys[keyID{e.Device, e.Key}]
		if ok && seq != h.Seq && !remembered {
			delete(m.entries, e.Pos)
			delete(m.places, place{log, seq})
		}
	}
	if floor > h.Floor {
		h.Floor = floor
		m.heads[log] = h
	}
	return nil
}

// compactable refuses what would lose entries that nothing superseded: of other logs, above the floor, or
// above the head.
func compactable(log chat.LogID, h chat.Head, floor chat.Seq, erase []chat.Seq) error {
	switch {
	case log.Kind() != chat.UserLog:
		return chat.Errorf(chat.CodeBadRequest, "%s is no user log", log)
	case floor > h.Seq:
		return chat.Errorf(chat.CodeBadRequest, "%s ends at %d, before the floor %d", log, h.Seq, floor)
	case len(erase) > 0 && slices.Max(erase) > floor:
		return chat.Errorf(chat.CodeBadRequest, "entry %d of %s is above the floor", slices.Max(erase), log)
	}
	return nil
}

// Notices implements engine.Notices.
func (m *Memory) Notices(ctx context.Context, who chat.AccountID, limit int) ([]chat.Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "notices"); err != nil {
		return nil, err
	}
	var all []chat.Entry
	for _, pos := range m.positions() {
		if e := m.entries[pos]; e.Log == who.Log() && e.Env.Kind == chat.KindDevice {
			all = append(all, e)
		}
	}
	return all[max(0, len(all)-max(limit, 0)):], nil
}
