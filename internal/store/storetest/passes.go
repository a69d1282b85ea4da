// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// applyPass makes the changes of passes.
func (s *secrets) applyPass(u *undo, change account.Change) error {
	switch c := change.(type) {
	case account.PassPut:
		for _, p := range s.passes {
			if p.ID == c.Pass.ID || p.Secret == c.Pass.Secret {
				return chat.Errorf(chat.CodeConflict, "the pass %s is there", p.ID)
			}
		}
		put(u, s.passes, c.Pass.ID, c.Pass)
	case account.PassUsed:
		p, ok := s.passes[c.ID]
		if !ok || p.Revoked != 0 || p.Limit != 0 && p.Used >= p.Limit {
			return chat.Errorf(chat.CodeConflict, "the pass %s is over", c.ID)
		}
		p.Used++
		put(u, s.passes, c.ID, p)
	case account.PassUnused:
		if p, ok := s.passes[c.ID]; ok && p.Used > 0 {
			p.Used--
			put(u, s.passes, c.ID, p)
		}
	case account.PassRevoked:
		if p, ok := s.passes[c.ID]; ok && p.Revoked == 0 {
			p.Revoked = c.At
			put(u, s.passes, c.ID, p)
		}
	default:
		return chat.Errorf(chat.CodeInternal, "change %T is unknown", change)
	}
	return nil
}

// Pass implements account.PassStore.
func (m *Memory) Pass(ctx context.Context, find account.PassFind) (account.Pass, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "pass"); err != nil {
		return account.Pass{}, err
	}
	for _, p := range m.secrets.passes {
		if find.ID == p.ID || find.ID == "" && find.Secret == p.Secret {
			return p, nil
		}
	}
	return account.Pass{}, notFound("pass")
}

// Passes implements account.PassStore.
func (m *Memory) Passes(ctx context.Context, q account.PassQuery) ([]account.Pass, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "passes"); err != nil {
		return nil, err
	}
	newer := func(a, b account.Pass) int {
		return cmp.Or(cmp.Compare(b.Created, a.Created), cmp.Compare(b.ID, a.ID))
	}
	last, after := m.secrets.passes[q.After]
	var list []account.Pass
	for _, p := range m.secrets.passes {
		if (q.All || p.Maker == q.Maker) && (q.After == "" || after && newer(last, p) < 0) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, newer)
	return list[:min(len(list), max(q.Limit, 0))], nil
}
