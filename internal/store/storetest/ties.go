// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// Knowing implements engine.Circle.
func (m *Memory) Knowing(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) ([]chat.AccountID, error) {
	return m.tied(ctx, "knowing", account, others, func(_, other chat.Member) bool {
		_, listed := m.proj.contacts[pair{uint32(other.Account), uint32(account)}]
		return listed || other.Joined != 0
	})
}

// Talking implements engine.Circle.
func (m *Memory) Talking(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) ([]chat.AccountID, error) {
	return m.tied(ctx, "talking", account, others, func(me, other chat.Member) bool {
		return me.Role.In() && other.Role.In()
	})
}

// tied returns those of the others, ascending, whose standings in their direct chat with an account are so;
// where they have none, both are of nobody.
func (m *Memory) tied(ctx context.Context, what string, account chat.AccountID, others []chat.AccountID,
	so func(me, other chat.Member) bool) (found []chat.AccountID, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, what); err != nil {
		return nil, err
	}
	others = slices.Clone(others)
	slices.Sort(others)
	for _, other := range slices.Compact(others) {
		room := m.proj.directs[direct(account, other)]
		if so(m.member(room, account), m.member(room, other)) {
			found = append(found, other)
		}
	}
	return found, nil
}

// Spent implements engine.Circle.
func (m *Memory) Spent(ctx context.Context, account chat.AccountID, after chat.Millis,
) (spent []chat.Spending, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "spent"); err != nil {
		return nil, err
	}
	var ids []spentID
	for k := range m.proj.spent {
		if k.account == account && k.at > after {
			ids = append(ids, k)
		}
	}
	slices.SortFunc(ids, func(a, b spentID) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.pos, b.pos))
	})
	for _, k := range ids {
		spent = append(spent, m.proj.spent[k])
	}
	return spent, nil
}
