// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// Follower gives everything the store grows by, once and in commit order, and word of marks. It is for one
// goroutine; Close may be called from another.
type Follower struct {
	tail   *tail
	pos    chat.Pos
	marks  map[MarkChange]struct{} // guarded by tail.mu
	closed chan struct{}
}

// Follow gives what grew after a position, in commit order; Engine.Pos is where to begin from. Close it.
func (e *Engine) Follow(after chat.Pos) *Follower {
	f := &Follower{
		tail: e.tail, pos: after,
		marks: make(map[MarkChange]struct{}), closed: make(chan struct{}),
	}
	e.tail.mu.Lock()
	e.tail.followers[f] = struct{}{}
	e.tail.mu.Unlock()
	return f
}

// Next waits until something grew and returns about limit entries of it at most, shared: read only. After
// an error it can be called again and goes on where it was. It ends with CodeUnavailable after Close.
func (f *Follower) Next(ctx context.Context, limit int) (Growth, error) {
	for {
		g, ok, grew := f.take(limit)
		if !ok {
			c, err := f.tail.feed(ctx, f.pos, limit)
			if err != nil {
				return Growth{}, fmt.Errorf("follow: %w", err)
			}
			f.pos = c.to
			if len(c.entries) > 0 {
				g.Entries, g.Standings, g.Pos = c.entries, c.standings, c.to
				return g, nil
			}
		}
		f.pos = max(f.pos, g.Pos)
		if len(g.Entries) > 0 || len(g.Marks) > 0 {
			return g, nil
		}
		select {
		case <-grew:
		case <-f.closed:
			return Growth{}, chat.Errorf(chat.CodeUnavailable, "the follower is closed")
		case <-ctx.Done():
			return Growth{}, ctx.Err()
		}
	}
}

// take returns what memory has for the follower, whether that is all there is, and what is closed at the
// next growth.
func (f *Follower) take(limit int) (g Growth, ok bool, grew <-chan struct{}) {
	t := f.tail
	t.mu.Lock()
	defer t.mu.Unlock()
	g, ok = t.after(f.pos, limit)
	for m := range f.marks {
		g.Marks = append(g.Marks, m)
	}
	clear(f.marks)
	return g, ok, t.grew
}

// Close ends the follower; a Next that waits returns. It may be called once.
func (f *Follower) Close() {
	close(f.closed)
	f.tail.mu.Lock()
	delete(f.tail.followers, f)
	f.tail.mu.Unlock()
}
