// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// maxMeters bounds memory; beyond it the meters are thrown away, which can only be generous.
const maxMeters = 1 << 16

// meters count searches by account.
type meters struct {
	of  engine.Allowance
	now func() time.Time

	mu    sync.Mutex
	spent map[chat.AccountID]spent
}

type spent struct {
	n  float64
	at time.Time
}

func newMeters(of engine.Allowance, now func() time.Time) *meters {
	return &meters{of: of, now: now, spent: make(map[chat.AccountID]spent)}
}

// take lets somebody search once more, or says when.
//
// SEARCH-4
func (m *meters) take(who chat.Actor) error {
	if m.of.Burst == 0 || who.Server {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	s := m.spent[who.Account]
	if !s.at.IsZero() {
		s.n = max(0, s.n-float64(now.Sub(s.at))/float64(m.of.Every))
	}
	s.at = now
	if over := s.n + 1 - float64(m.of.Burst); over > 0 {
		wait := chat.Millis(over*float64(m.of.Every)/float64(time.Millisecond)) + 1
		return &chat.Error{Code: chat.CodeRateLimited, Text: "too many searches", Retry: wait}
	}
	s.n++
	if len(m.spent) >= maxMeters {
		clear(m.spent)
	}
	m.spent[who.Account] = s
	return nil
}
