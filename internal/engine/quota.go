// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// entryBytes is what an entry costs besides its body: its row, its places in indexes, what it does to
	// projections.
	entryBytes = 200
	dayMillis  = chat.Millis(24 * time.Hour / time.Millisecond)
	// quotaChunk is how many entries are read at once, quotaStep how far one look back goes.
	quotaChunk = 1000
	quotaStep  = 1 << 14
)

// quota counts what each account has stored today, so that nobody fills the disk before its operator hears
// of it. A write looks a number up and a commit adds to it, in memory; after a start the day is counted again
// from the entries, beside what is written meanwhile. What is on its way to disk is not counted yet: the
// queue that bounds it is short. Engines that share a store each count what goes through them.
type quota struct {
	limit int64 // bytes a day; 0: none
	now   func() chat.Millis

	mu   sync.RWMutex
	day  chat.Millis // where the counted day begins
	used map[chat.AccountID]int64
}

func newQuota(limit int64, now func() chat.Millis) *quota {
	return &quota{limit: limit, now: now, used: make(map[chat.AccountID]int64)}
}

// dayOf is where the day of a time begins, in UTC.
func dayOf(at chat.Millis) chat.Millis { return at - at%dayMillis }

// check refuses an account that has stored its share of today.
//
// ADMIN-3
func (q *quota) check(account chat.AccountID) error {
	if q.limit == 0 {
		return nil
	}
	now := q.now()
	q.mu.RLock()
	used := q.used[account]
	if q.day != dayOf(now) {
		used = 0
	}
	q.mu.RUnlock()
	if used < q.limit {
		return nil
	}
	return &chat.Error{Code: chat.CodeQuotaUsedUp, Retry: dayOf(now) + dayMillis - now,
		Text: "the account has stored its share of today"}
}

// note counts entries of an account.
func (q *quota) note(account chat.AccountID, entries []chat.Entry) {
	if q.limit == 0 || len(entries) == 0 {
		return
	}
	today := dayOf(q.now())
	sum := int64(0)
	for _, e := range entries {
		if dayOf(e.At) == today {
			sum += int64(len(e.Body)) + entryBytes
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if today != q.day {
		q.day = today
		clear(q.used)
	}
	q.used[account] += sum
}

// countToday counts what was stored before this engine began, up to a position, since the day began. Lines
// that came from elsewhere, and what the server wrote by itself, are nobody's.
func (e *Engine) countToday(ctx context.Context, end chat.Pos) {
	pos, err := e.PosBefore(ctx, dayOf(e.now()))
	for err == nil && pos < end {
		var entries []chat.Entry
		if entries, _, err = e.store.Feed(ctx, pos, quotaChunk); err != nil || len(entries) == 0 {
			break
		}
		for i := range entries {
			if entries[i].Device != 0 && entries[i].Pos <= end {
				e.quota.note(entries[i].Author, entries[i:i+1])
			}
		}
		pos = entries[len(entries)-1].Pos
	}
	if err != nil && ctx.Err() == nil {
		e.log.Warn("what accounts stored today is counted from now on", "err", err)
	}
}

// PosBefore finds a place in the commit order before everything that was stored since a time, and not far
// before it.
func (e *Engine) PosBefore(ctx context.Context, at chat.Millis) (chat.Pos, error) {
	pos, err := e.Pos(ctx)
	for err == nil && pos > 0 {
		pos -= min(pos, quotaStep)
		var entries []chat.Entry
		if entries, _, err = e.store.Feed(ctx, pos, 64); err == nil && storedBefore(entries, at) {
			break
		}
	}
	return pos, err
}

// storedBefore reports whether entries were stored before a time. Lines that came from elsewhere keep the
// time they were written at, which tells nothing of when they were stored.
func storedBefore(entries []chat.Entry, at chat.Millis) bool {
	for _, e := range entries {
		if e.Device != 0 {
			return e.At < at
		}
	}
	return false
}
