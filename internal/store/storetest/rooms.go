// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Facts implements engine.Rooms.
func (m *Memory) Facts(ctx context.Context, room chat.ChatID, actor, target chat.AccountID,
) (chat.Facts, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "facts"); err != nil {
		return chat.Facts{}, err
	}
	f := chat.Facts{Chat: m.chat(room)}
	if actor != 0 {
		f.Actor = m.member(room, actor)
	}
	if target != 0 {
		f.Target = m.member(room, target)
	}
	other := target
	if f.Chat.Type == chat.Direct {
		other = f.Chat.Peer(actor)
	}
	if actor != 0 && other != 0 {
		f.Blocked = m.proj.blocked(actor, other) || m.proj.people[other].Deleted
	}
	if f.Chat.SlowSeconds > 0 {
		f.LastSent = m.lastSent(room.Log(), actor)
	}
	return f, nil
}

// member returns a standing, that of nobody where there is none.
func (m *Memory) member(room chat.ChatID, who chat.AccountID) chat.Member {
	row := m.proj.members[inChat(room, who)].Member
	row.Account = who
	return row
}

// lastSent is the time of the last counted entry of an account in a log.
func (m *Memory) lastSent(log chat.LogID, who chat.AccountID) chat.Millis {
	for seq := m.heads[log].Seq; seq > 0; seq-- {
		if e, ok := m.at(log, seq); ok && e.Author == who && e.Env.Counted {
			return e.At
		}
	}
	return 0
}

// Lately implements engine.Rooms.
func (m *Memory) Lately(
	ctx context.Context, room chat.ChatID, author chat.AccountID, limit int,
) (seqs []chat.Seq, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "lately"); err != nil {
		return nil, err
	}
	for seq := m.heads[room.Log()].Seq; seq > 0 && len(seqs) < limit; seq-- {
		if e, ok := m.at(room.Log(), seq); ok && e.Author == author && e.Env.Counted {
			seqs = append(seqs, seq)
		}
	}
	return seqs, nil
}

// Members implements engine.Rooms.
func (m *Memory) Members(ctx context.Context, q engine.MemberQuery) ([]chat.Member, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "members"); err != nil {
		return nil, err
	}
	var found []chat.Member
	for k, row := range m.proj.members {
		fits := row.Role.In()
		if len(q.Roles) > 0 {
			fits = slices.Contains(q.Roles, row.Role)
		}
		if q.Restricted {
			fits = fits && row.Role == chat.RoleMember && row.Taken(q.At) != 0
		}
		if k.a == uint32(q.Chat) && fits && row.Account > q.After && m.named(row.Account, q.Prefix) {
			found = append(found, row.Member)
		}
	}
	slices.SortFunc(found, byAccount)
	return found[:min(len(found), max(q.Limit, 0))], nil
}

func byAccount(a, b chat.Member) int { return cmp.Compare(a.Account, b.Account) }

// named reports whether a word of the account's name or its username begins with the folded prefix.
func (m *Memory) named(who chat.AccountID, prefix string) bool {
	if prefix == "" {
		return true
	}
	p := m.proj.people[who].Profile
	for _, tail := range append(chat.SearchTails(p.Name), chat.SearchFold(p.Username)) {
		if strings.HasPrefix(tail, prefix) {
			return true
		}
	}
	return false
}

// Audience implements engine.Rooms.
func (m *Memory) Audience(ctx context.Context, room chat.ChatID) (engine.Audience, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "audience"); err != nil {
		return engine.Audience{}, err
	}
	a := engine.Audience{Facts: m.proj.chats[room].Facts, Pos: m.pos}
	for k, row := range m.proj.members {
		if k.a == uint32(room) && row.Role.Reads() {
			a.Accounts = append(a.Accounts, row.Account)
			if row.From > 1 {
				if a.From == nil {
					a.From = make(map[chat.AccountID]chat.Seq)
				}
				a.From[row.Account] = row.From
			}
		}
	}
	slices.Sort(a.Accounts)
	return a, nil
}

// Public implements engine.Names.
func (m *Memory) Public(ctx context.Context, q engine.PublicQuery) ([]engine.PublicRow, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "public"); err != nil {
		return nil, err
	}
	after := func(c chat.Chat) bool {
		a := q.After
		return a == (engine.PublicPlace{}) || c.Members < a.Members || c.Members == a.Members && c.ID < a.Chat
	}
	var rows []engine.PublicRow
	for room, c := range m.proj.chats {
		if c.Type != q.Type || c.Name == "" || c.Deleted || !after(c) {
			continue
		}
		row := engine.PublicRow{Chat: m.chat(room), Me: m.member(room, q.Account)}
		last := m.heads[room.Log()].Seq
		for seq := last; seq > 0 && last-seq < engine.PublicDepth && row.Last == 0; seq-- {
			if it, ok := m.item(room.Log(), seq); ok && counts(it) {
				row.Last, row.At = seq, it.At
			}
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b engine.PublicRow) int {
		return cmp.Or(cmp.Compare(b.Chat.Members, a.Chat.Members), cmp.Compare(b.Chat.ID, a.Chat.ID))
	})
	return rows[:min(len(rows), max(q.Limit, 0))], nil
}

// Name implements engine.Rooms.
func (m *Memory) Name(ctx context.Context, name, skeleton string) (engine.Owner, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "name"); err != nil {
		return engine.Owner{}, err
	}
	if row, ok := m.proj.names[name]; ok && name != "" {
		return row.owner, nil
	}
	if had, ok := m.proj.skeletons[skeleton]; ok && skeleton != "" {
		return m.proj.names[had].owner, nil
	}
	return engine.Owner{}, nil
}

// Rested implements engine.Names.
func (m *Memory) Rested(ctx context.Context, skeleton string) (engine.Rested, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "rested"); err != nil {
		return engine.Rested{}, err
	}
	return m.proj.rested[skeleton], nil
}

// GivenUp implements engine.Names.
func (m *Memory) GivenUp(ctx context.Context, owner engine.Owner) ([]engine.Rested, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "given up"); err != nil {
		return nil, err
	}
	var list []engine.Rested
	for _, look := range slices.Sorted(maps.Keys(m.proj.rested)) {
		if r := m.proj.rested[look]; r.Owner == owner {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b engine.Rested) int { return cmp.Compare(a.Pos, b.Pos) })
	return list, nil
}

// Direct implements engine.Rooms.
func (m *Memory) Direct(ctx context.Context, a, b chat.AccountID) (chat.ChatID, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "direct"); err != nil {
		return 0, err
	}
	return m.proj.directs[direct(a, b)], nil
}

// Links implements engine.Rooms.
func (m *Memory) Links(ctx context.Context, room chat.ChatID, token string, besides chat.AccountID,
) ([]chat.InviteLink, chat.ChatID, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "links"); err != nil {
		return nil, 0, err
	}
	if token != "" {
		row, ok := m.proj.links[token]
		if !ok {
			return nil, 0, nil
		}
		return []chat.InviteLink{m.proj.without(row.InviteLink, besides)}, row.room, nil
	}
	var links []chat.InviteLink
	for _, row := range m.proj.links {
		if row.room == room {
			links = append(links, m.proj.without(row.InviteLink, besides))
		}
	}
	slices.SortFunc(links, func(a, b chat.InviteLink) int {
		return cmp.Or(cmp.Compare(a.Created, b.Created), cmp.Compare(a.Token, b.Token))
	})
	return links, room, nil
}

// without is a link as it would be had an account never come in by it.
func (p *projections) without(l chat.InviteLink, who chat.AccountID) chat.InviteLink {
	if _, used := p.linkUses[linkUse{l.Token, who}]; used {
		l.Uses--
	}
	return l
}

// Requests implements engine.Rooms.
func (m *Memory) Requests(ctx context.Context, room chat.ChatID, by chat.AccountID,
) ([]chat.JoinRequest, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "requests"); err != nil {
		return nil, err
	}
	var requests []chat.JoinRequest
	for k, r := range m.proj.requests {
		if k.a == uint32(room) && (by == 0 || r.Account == by) {
			requests = append(requests, r)
		}
	}
	slices.SortFunc(requests, func(a, b chat.JoinRequest) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Account, b.Account))
	})
	return requests, nil
}

// Pinned implements engine.Rooms.
func (m *Memory) Pinned(ctx context.Context, room chat.ChatID, limit int) ([]chat.Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "pinned"); err != nil {
		return nil, err
	}
	return m.pinned(room, limit), nil
}

func (m *Memory) pinned(room chat.ChatID, limit int) []chat.Seq {
	type pin struct{ by, target chat.Seq }
	var pins []pin
	for at, by := range m.proj.pins {
		if at.log == room.Log() {
			pins = append(pins, pin{by, at.seq})
		}
	}
	slices.SortFunc(pins, func(a, b pin) int {
		return cmp.Or(cmp.Compare(b.by, a.by), cmp.Compare(b.target, a.target))
	})
	var seqs []chat.Seq
	for _, p := range pins[:min(len(pins), max(limit, 0))] {
		seqs = append(seqs, p.target)
	}
	return seqs
}
