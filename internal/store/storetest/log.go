// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// Read implements engine.Log.
func (m *Memory) Read(ctx context.Context, log chat.LogID, after chat.Seq, limit int) ([]chat.Item, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "read"); err != nil {
		return nil, err
	}
	h := m.heads[log]
	var items []chat.Item
	for seq := max(after, h.Floor) + 1; seq <= h.Seq && len(items) < limit; seq++ {
		if it, ok := m.item(log, seq); ok {
			items = append(items, it)
		}
	}
	return items, nil
}

// Page implements engine.Log.
func (m *Memory) Page(ctx context.Context, log chat.LogID, before chat.Seq, limit int,
) ([]chat.Item, chat.Head, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "page"); err != nil {
		return nil, chat.Head{}, err
	}
	h := m.head(log)
	if before == 0 || before > h.Seq {
		before = h.Seq + 1
	}
	var items []chat.Item
	for seq := before - 1; seq > h.Floor && len(items) < limit; seq-- {
		if it, ok := m.item(log, seq); ok {
			items = append(items, it)
		}
	}
	slices.Reverse(items)
	return items, h, nil
}

// Get implements engine.Log.
func (m *Memory) Get(ctx context.Context, log chat.LogID, seqs []chat.Seq) ([]chat.Item, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "get"); err != nil {
		return nil, err
	}
	var items []chat.Item
	for _, seq := range ascending(seqs) {
		if it, ok := m.item(log, seq); ok {
			items = append(items, it)
		}
	}
	return items, nil
}

// Changes implements engine.Log.
func (m *Memory) Changes(ctx context.Context, log chat.LogID, after chat.Seq, limit int) ([]chat.Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "changes"); err != nil {
		return nil, err
	}
	type change struct{ by, target chat.Seq }
	var found []change
	for at, o := range m.proj.overlays {
		if at.log == log && o.by > after {
			found = append(found, change{o.by, at.seq})
		}
	}
	slices.SortFunc(found, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.target, b.target))
	})
	var targets []chat.Seq
	for _, c := range found[:min(len(found), max(limit, 0)+1)] {
		targets = append(targets, c.target)
	}
	return targets, nil
}

// Heads implements engine.Log.
func (m *Memory) Heads(ctx context.Context, logs []chat.LogID) ([]chat.Head, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "heads"); err != nil {
		return nil, err
	}
	heads := make([]chat.Head, len(logs))
	for i, log := range logs {
		heads[i] = m.head(log)
	}
	return heads, nil
}

// Feed implements engine.Log.
func (m *Memory) Feed(ctx context.Context, after chat.Pos, limit int) ([]chat.Entry, chat.Pos, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "feed"); err != nil {
		return nil, 0, err
	}
	if limit <= 0 {
		return nil, m.pos, nil
	}
	next := after
	var entries []chat.Entry
	for pos := after + 1; pos <= m.pos && len(entries) < limit; pos++ {
		if e, ok := m.entries[pos]; ok {
			entries = append(entries, e)
			next = pos
		}
	}
	return entries, next, nil
}

// Find implements engine.Log.
func (m *Memory) Find(ctx context.Context, device chat.DeviceID, key chat.Key) (chat.Entry, bool, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "find"); err != nil {
		return chat.Entry{}, false, err
	}
	e, ok := m.byKey(device, key)
	return e, ok, nil
}

// ascending returns what is in s, sorted and once.
func ascending[T cmp.Ordered](s []T) []T {
	out := slices.Clone(s)
	slices.Sort(out)
	return slices.Compact(out)
}
