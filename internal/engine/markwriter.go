// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Bounds of what the writer of marks holds.
const (
	viewLife     = 24 * time.Hour // a generation of viewers; two are kept
	viewersHeld  = 1 << 20        // viewers of a generation, at about 40 bytes each
	pendingMarks = 1 << 16        // ticks, and viewed entries, that wait to be written
)

// viewer is one account that saw one entry.
type viewer struct {
	chat    chat.ChatID
	seq     chat.Seq
	account chat.AccountID
}

// viewed is an entry whose views are counted.
type viewed struct {
	chat chat.ChatID
	seq  chat.Seq
}

// markWriter gathers ticks and views and writes them: ticks as soon as the last write is over, views every
// few seconds. Who saw what is remembered for a day or two, in memory alone, so that nobody is counted twice
// and no diary is kept.
type markWriter struct {
	engine *Engine
	gap    time.Duration

	mu        sync.Mutex
	ticks     map[seat]chat.Seq
	views     map[viewed]uint32
	seen, was map[viewer]struct{} // this generation and the one before
	turn      time.Time           // when this generation ends

	wake chan struct{}
}

func newMarkWriter(e *Engine) *markWriter {
	return &markWriter{
		engine: e, gap: e.cfg.ViewGap, wake: make(chan struct{}, 1),
		ticks: make(map[seat]chat.Seq), views: make(map[viewed]uint32),
		seen: make(map[viewer]struct{}), turn: e.cfg.Now().Add(viewLife),
	}
}

// tick takes note of how far somebody has read.
func (w *markWriter) tick(room chat.ChatID, who chat.AccountID, seq chat.Seq) {
	w.mu.Lock()
	at := seat{room, who}
	if _, held := w.ticks[at]; held || len(w.ticks) < pendingMarks {
		w.ticks[at] = max(w.ticks[at], seq)
	}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// view counts entries as seen, each once for an account.
func (w *markWriter) view(room chat.ChatID, seqs []chat.Seq, who chat.AccountID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := w.engine.cfg.Now(); now.After(w.turn) || len(w.seen) >= viewersHeld {
		w.was, w.seen, w.turn = w.seen, make(map[viewer]struct{}), now.Add(viewLife)
	}
	for _, seq := range seqs {
		v := viewer{room, seq, who}
		_, now := w.seen[v]
		_, before := w.was[v]
		if now || before || len(w.views) >= pendingMarks {
			continue
		}
		w.seen[v] = struct{}{}
		w.views[viewed{room, seq}]++
	}
}

// run writes until ctx ends, and then what is left.
func (w *markWriter) run(ctx context.Context) {
	ticker := time.NewTicker(w.gap)
	defer ticker.Stop()
	for {
		select {
		case <-w.wake:
			w.writeTicks(context.Background())
		case <-ticker.C:
			w.writeViews(context.Background())
		case <-ctx.Done():
			w.writeTicks(context.Background())
			w.writeViews(context.Background())
			return
		}
	}
}

func (w *markWriter) writeTicks(ctx context.Context) {
	w.mu.Lock()
	pending := w.ticks
	w.ticks = make(map[seat]chat.Seq)
	w.mu.Unlock()
	if len(pending) == 0 {
		return
	}
	ticks := make([]Tick, 0, len(pending))
	for at, seq := range pending {
		ticks = append(ticks, Tick{Chat: at.chat, Account: at.account, Seq: seq})
	}
	if err := w.engine.store.SetTicks(ctx, ticks); err != nil {
		// The read marks themselves are safe; the next one brings its tick along.
		w.engine.log.Warn("ticks not written", "count", len(ticks), "error", err)
		return
	}
	for _, t := range ticks {
		w.engine.tail.mark(MarkChange{Chat: t.Chat, Seq: t.Seq, Reader: t.Account})
	}
}

func (w *markWriter) writeViews(ctx context.Context) {
	w.mu.Lock()
	pending := w.views
	w.views = make(map[viewed]uint32)
	w.mu.Unlock()
	if len(pending) == 0 {
		return
	}
	counts := make([]ViewCount, 0, len(pending))
	for v, n := range pending {
		counts = append(counts, ViewCount{Log: v.chat.Log(), Seq: v.seq, Views: n})
	}
	if err := w.engine.store.AddViews(ctx, counts); err != nil {
		w.engine.log.Warn("views not written", "entries", len(counts), "error", err)
		return
	}
	for v := range pending {
		w.engine.tail.mark(MarkChange{Chat: v.chat, Seq: v.seq})
	}
}
