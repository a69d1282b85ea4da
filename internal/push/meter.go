// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import (
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// maxMeters bounds memory; beyond it the meters are thrown away, which can only be generous.
const maxMeters = 1 << 16

// meters count what has this server speak to a host that somebody named.
type meters struct {
	of  engine.Allowance
	now func() time.Time

	mu    sync.Mutex
	until map[chat.AccountID]time.Time // when all that was taken has grown back
}

func newMeters(of engine.Allowance, now func() time.Time) *meters {
	return &meters{of: of, now: now, until: make(map[chat.AccountID]time.Time)}
}

// take lets an account do it once more, or says when.
func (m *meters) take(who chat.AccountID) error {
	if m.of.Burst == 0 {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	full := m.until[who]
	if full.Before(now) {
		full = now
	}
	full = full.Add(m.of.Every)
	if over := full.Sub(now) - time.Duration(m.of.Burst)*m.of.Every; over > 0 {
		return &chat.Error{Code: chat.CodeRateLimited, Text: "too many subscriptions or tests",
			Retry: chat.Millis(over.Milliseconds()) + 1}
	}
	if len(m.until) >= maxMeters {
		clear(m.until)
	}
	m.until[who] = full
	return nil
}
