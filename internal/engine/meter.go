// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxMeters bounds memory; beyond it the meters are thrown away, which can only be generous.
const maxMeters = 1 << 16

// Meter bounds how often accounts ask for what costs the server or others much: a search, a page that a link
// leads to, a push to a host that somebody named.
type Meter struct {
	of  Allowance
	now func() time.Time

	mu    sync.Mutex
	until map[chat.AccountID]time.Time // when all that was taken has grown back
}

// NewMeter makes a Meter; a zero Allowance lets everybody as often as wanted.
func NewMeter(of Allowance, now func() time.Time) *Meter {
	return &Meter{of: of, now: now, until: make(map[chat.AccountID]time.Time)}
}

// Take lets an account do it once more, or says when with chat.CodeRateLimited.
func (m *Meter) Take(who chat.AccountID) error {
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
		return &chat.Error{Code: chat.CodeRateLimited, Text: "too often",
			Retry: chat.Millis(over.Milliseconds()) + 1}
	}
	if len(m.until) >= maxMeters {
		clear(m.until)
	}
	m.until[who] = full
	return nil
}
