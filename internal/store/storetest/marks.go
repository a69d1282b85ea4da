// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// reactorID is one account on one entry.
type reactorID struct {
	place
	account chat.AccountID
}

// marks are what is neither an entry nor follows from one.
type marks struct {
	reactions map[reactorID][]string // sorted, never empty
	views     map[place]uint32
	ticks     map[pair]chat.Seq // chat, account
	seen      map[chat.AccountID]chat.Millis
}

func newMarks() *marks {
	return &marks{
		reactions: map[reactorID][]string{},
		views:     map[place]uint32{},
		ticks:     map[pair]chat.Seq{},
		seen:      map[chat.AccountID]chat.Millis{},
	}
}

func (k *marks) clone() *marks {
	return &marks{
		reactions: maps.Clone(k.reactions),
		views:     maps.Clone(k.views),
		ticks:     maps.Clone(k.ticks),
		seen:      maps.Clone(k.seen),
	}
}

// forget drops the marks on an entry that was redacted.
func (k *marks) forget(u *undo, at place) {
	remove(u, k.views, at)
	for id := range k.reactions {
		if id.place == at {
			remove(u, k.reactions, id)
		}
	}
}

func (k *marks) tally(at place, viewer chat.AccountID) chat.Tally {
	counts, mine := map[string]uint32{}, map[string]bool{}
	for id, emojis := range k.reactions {
		if id.place != at {
			continue
		}
		for _, e := range emojis {
			counts[e]++
			mine[e] = mine[e] || id.account == viewer && viewer != 0
		}
	}
	t := chat.Tally{Seq: at.seq, Views: k.views[at]}
	for e, n := range counts {
		t.Reactions = append(t.Reactions, chat.ReactionCount{Emoji: e, Count: n, Mine: mine[e]})
	}
	slices.SortFunc(t.Reactions, func(a, b chat.ReactionCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Emoji, b.Emoji))
	})
	return t
}

func (k *marks) peerTick(room chat.ChatID, except chat.AccountID) chat.Seq {
	var last chat.Seq
	for id, seq := range k.ticks {
		if id.a == uint32(room) && id.b != uint32(except) {
			last = max(last, seq)
		}
	}
	return last
}

func (k *marks) readers(room chat.ChatID, seq chat.Seq) []chat.AccountID {
	var who []chat.AccountID
	for id, at := range k.ticks {
		if id.a == uint32(room) && at >= seq {
			who = append(who, chat.AccountID(id.b))
		}
	}
	slices.Sort(who)
	return who
}

// markable reports whether there is an entry to leave a mark on.
func (m *Memory) markable(at place) bool {
	_, ok := m.places[at]
	return ok && !m.proj.overlays[at].redacted
}

// React implements engine.Marks.
func (m *Memory) React(ctx context.Context, log chat.LogID, seq chat.Seq, who engine.Reactor,
) (chat.Tally, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "react"); err != nil {
		return chat.Tally{}, err
	}
	at := place{log, seq}
	if !m.markable(at) {
		return chat.Tally{}, chat.Errorf(chat.CodeTargetGone, "%s has no entry %d to react to", log, seq)
	}
	delete(m.marks.reactions, reactorID{at, who.Account})
	if len(who.Emojis) > 0 {
		m.marks.reactions[reactorID{at, who.Account}] = ascending(who.Emojis)
	}
	return m.marks.tally(at, who.Account), nil
}

// Reactors implements engine.Marks.
func (m *Memory) Reactors(ctx context.Context, log chat.LogID, seq chat.Seq, after chat.AccountID, limit int,
) ([]engine.Reactor, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "reactors"); err != nil {
		return nil, err
	}
	var who []engine.Reactor
	for id, emojis := range m.marks.reactions {
		if id.place == (place{log, seq}) && id.account > after {
			who = append(who, engine.Reactor{Account: id.account, Emojis: slices.Clone(emojis)})
		}
	}
	slices.SortFunc(who, func(a, b engine.Reactor) int { return cmp.Compare(a.Account, b.Account) })
	return who[:min(len(who), max(limit, 0))], nil
}

// Tallies implements engine.Marks.
func (m *Memory) Tallies(ctx context.Context, log chat.LogID, seqs []chat.Seq, viewer chat.AccountID,
) ([]chat.Tally, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "tallies"); err != nil {
		return nil, err
	}
	var tallies []chat.Tally
	for _, seq := range ascending(seqs) {
		if t := m.marks.tally(place{log, seq}, viewer); t.Views > 0 || len(t.Reactions) > 0 {
			tallies = append(tallies, t)
		}
	}
	return tallies, nil
}

// AddViews implements engine.Marks.
func (m *Memory) AddViews(ctx context.Context, views []engine.ViewCount) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "add views"); err != nil {
		return err
	}
	for _, v := range views {
		if at := (place{v.Log, v.Seq}); v.Views > 0 && m.markable(at) {
			m.marks.views[at] += v.Views
		}
	}
	return nil
}

// SetTicks implements engine.Marks.
func (m *Memory) SetTicks(ctx context.Context, ticks []engine.Tick) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "set ticks"); err != nil {
		return err
	}
	for _, t := range ticks {
		k := inChat(t.Chat, t.Account)
		m.marks.ticks[k] = max(m.marks.ticks[k], t.Seq)
	}
	return nil
}

// PeerTick implements engine.Marks.
func (m *Memory) PeerTick(ctx context.Context, room chat.ChatID, except chat.AccountID) (chat.Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "peer tick"); err != nil {
		return 0, err
	}
	return m.marks.peerTick(room, except), nil
}

// Readers implements engine.Marks.
func (m *Memory) Readers(ctx context.Context, room chat.ChatID, seq chat.Seq) ([]chat.AccountID, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "readers"); err != nil {
		return nil, err
	}
	return m.marks.readers(room, seq), nil
}

// Seen implements engine.Marks.
func (m *Memory) Seen(ctx context.Context, seen map[chat.AccountID]chat.Millis) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "seen"); err != nil {
		return err
	}
	for who, at := range seen {
		m.marks.seen[who] = max(m.marks.seen[who], at)
	}
	return nil
}
