// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// gate bounds, in bytes, what is on its way to the store (I11). Who does not fit waits in line, so that
// nobody is overtaken for ever and the writes of one connection keep their order.
type gate struct {
	wait time.Duration

	mu      sync.Mutex
	size    int
	used    int
	waiting []*waiter
}

type waiter struct {
	weight int
	in     chan struct{} // closed when there is room
}

func newGate(size int, wait time.Duration) *gate { return &gate{size: size, wait: wait} }

// enter takes room, or fails with CodeUnavailable where there is none in time. A weight beyond the whole
// gate counts as the whole gate.
func (g *gate) enter(ctx context.Context, weight int) error {
	weight = min(weight, g.size)
	g.mu.Lock()
	if len(g.waiting) == 0 && g.used+weight <= g.size {
		g.used += weight
		g.mu.Unlock()
		return nil
	}
	w := &waiter{weight: weight, in: make(chan struct{})}
	g.waiting = append(g.waiting, w)
	g.mu.Unlock()

	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case <-w.in:
		return nil
	case <-ctx.Done():
		g.abandon(w)
		return ctx.Err()
	case <-timer.C:
		g.abandon(w)
		busy := chat.Errorf(chat.CodeUnavailable, "too much is waiting to be stored")
		busy.Retry = chat.Millis(g.wait.Milliseconds())
		return busy
	}
}

// abandon leaves the line; room that was given meanwhile is given back.
func (g *gate) abandon(w *waiter) {
	g.mu.Lock()
	if i := slices.Index(g.waiting, w); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	} else {
		g.used -= w.weight
	}
	g.admit()
	g.mu.Unlock()
}

// leave gives room back.
func (g *gate) leave(weight int) {
	g.mu.Lock()
	g.used -= min(weight, g.size)
	g.admit()
	g.mu.Unlock()
}

// admit lets in whoever fits, in order. The caller holds the lock.
func (g *gate) admit() {
	n := 0
	for _, w := range g.waiting {
		if g.used+w.weight > g.size {
			break
		}
		g.used += w.weight
		close(w.in)
		n++
	}
	g.waiting = slices.Delete(g.waiting, 0, n)
}
