// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// Incarnation implements engine.Upkeep.
func (m *Memory) Incarnation(ctx context.Context) (chat.Incarnation, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.incarnation, m.ready(ctx, "incarnation")
}

// Renew implements engine.Upkeep.
func (m *Memory) Renew(ctx context.Context) (chat.Incarnation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "renew"); err != nil {
		return chat.Incarnation{}, err
	}
	m.incarnation = randomIncarnation()
	return m.incarnation, nil
}

// PruneKeys implements engine.Upkeep.
func (m *Memory) PruneKeys(ctx context.Context, before chat.Millis) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "prune keys"); err != nil {
		return err
	}
	m.horizon = max(m.horizon, before)
	for id := range m.keys {
		if id.key.Made() < m.horizon {
			delete(m.keys, id)
		}
	}
	return nil
}

// Close implements engine.Upkeep. Calls after it fail with CodeUnavailable.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// positions are those of all entries, in commit order.
func (m *Memory) positions() []chat.Pos {
	all := make([]chat.Pos, 0, len(m.entries))
	for pos := range m.entries {
		all = append(all, pos)
	}
	slices.Sort(all)
	return all
}

// Rebuild implements engine.Upkeep. Where it fails, everything is as it was.
func (m *Memory) Rebuild(ctx context.Context, project func(chat.Entry) ([]chat.Change, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "rebuild"); err != nil {
		return err
	}
	proj, keys := m.proj, m.keys
	m.proj, m.keys = newProjections(), map[keyID]place{}
	t := &txn{Memory: m, undo: new(undo), pos: m.pos}
	for _, pos := range m.positions() {
		if err := t.again(m.entries[pos], project); err != nil {
			t.undo.rollback()
			m.proj, m.keys = proj, keys
			return fmt.Errorf("rebuild: %w", err)
		}
	}
	return nil
}

// again applies an entry that is stored already.
func (t *txn) again(e chat.Entry, project func(chat.Entry) ([]chat.Change, error)) error {
	if !e.Key.IsZero() && e.Key.Made() >= t.horizon {
		t.keys[keyID{e.Device, e.Key}] = place{e.Log, e.Seq}
	}
	changes, err := project(e)
	if err != nil {
		return fmt.Errorf("%s entry %d: %w", e.Log, e.Seq, err)
	}
	for _, c := range changes {
		if err := t.apply(&e, c); err != nil {
			return fmt.Errorf("%s entry %d: %w", e.Log, e.Seq, err)
		}
	}
	return nil
}

// Check implements engine.Upkeep.
func (m *Memory) Check(ctx context.Context) ([]string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "check"); err != nil {
		return nil, err
	}
	var wrong []string
	members := map[chat.ChatID]uint32{}
	for k, row := range m.proj.members {
		if row.Role.In() {
			members[chat.ChatID(k.a)]++
		}
	}
	for id, room := range m.proj.chats {
		if room.Members != members[id] {
			wrong = append(wrong,
				fmt.Sprintf("chat %d counts %d members and has %d", id, room.Members, members[id]))
		}
	}
	slices.Sort(wrong)
	return wrong, nil
}
