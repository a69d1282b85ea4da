// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"log/slog"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Limits of one read of the feed, and of what waits for one follower.
const (
	feedLimit = 512
	markLimit = 4096 // marks that wait for one follower; more are lost, as signals may be
)

// chunk is a stretch of the commit order, (from, to], complete.
type chunk struct {
	from, to  chat.Pos
	entries   []chat.Entry
	standings []Standing
	bytes     int
}

// tail keeps the last stretch of the commit order in memory, so that followers that keep up read no store.
//
// Commits reach it in one of two ways. A healthy tail is given them by the committer, without a read. After
// an append of unknown fate, and always where other engines share the store, what the committer knows is not
// the whole of the commit order; then its goroutine reads the feed, woken by commits and once every poll
// interval, so that a lost hint delays and never loses (I5).
type tail struct {
	feed func(ctx context.Context, after chat.Pos, limit int) (chunk, error)
	log  *slog.Logger

	mu        sync.Mutex
	chunks    []chunk // contiguous: the from of each is the to of the one before
	bytes     int
	limit     int // of bytes
	end       chat.Pos
	trusting  bool // commits are pushed as they come
	shared    bool // never trusting: what the committer knows is not all
	hintless  bool
	skipped   uint64
	grew      chan struct{} // closed and replaced when chunks or marks grow
	followers map[*Follower]struct{}

	wake chan struct{}
}

func newTail(cfg Config, end chat.Pos) *tail {
	return &tail{
		log: cfg.Log, limit: cfg.TailBytes, end: end, trusting: !cfg.Shared && !cfg.Hintless,
		shared: cfg.Shared || cfg.Hintless, hintless: cfg.Hintless,
		grew: make(chan struct{}), wake: make(chan struct{}, 1),
		followers: make(map[*Follower]struct{}),
	}
}

// committed takes over what a group has stored. Repeated keys are no growth.
func (t *tail) committed(group []*job, results []Result) {
	if c, ok := chunkOf(group, results); ok {
		t.mu.Lock()
		switch {
		case !t.trusting:
			t.skipped++
		case c.to > t.end: // the feed may have been read since they were stored, up to anywhere among them
			c = c.beyond(t.end)
			c.from = t.end
			t.push(c)
		}
		trusting := t.trusting
		t.mu.Unlock()
		if !trusting {
			t.hint()
		}
	}
}

// lost says that entries may have been stored that the committer does not know of.
func (t *tail) lost() {
	t.mu.Lock()
	t.trusting = false
	t.skipped++
	t.mu.Unlock()
	t.hint()
}

// hint wakes the goroutine to read the feed.
func (t *tail) hint() {
	if t.hintless {
		return
	}
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// run reads the feed when woken and every poll interval, until ctx ends.
func (t *tail) run(ctx context.Context, poll time.Duration) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.wake:
		case <-ticker.C:
		}
		for t.catchUp(ctx) {
		}
	}
}

// catchUp appends one read of the feed and reports whether there may be more.
func (t *tail) catchUp(ctx context.Context) bool {
	t.mu.Lock()
	end, skipped := t.end, t.skipped
	t.mu.Unlock()
	c, err := t.feed(ctx, end, feedLimit)
	if err != nil {
		if ctx.Err() == nil {
			t.log.Warn("feed not read; asking again", "error", err)
		}
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.end != end { // the committer was faster
		return true
	}
	if len(c.entries) == 0 {
		// Nothing was committed unseen since before the read, so what is pushed from here on is complete.
		if t.skipped == skipped {
			t.trusting = !t.shared
			return false
		}
		return true
	}
	t.push(c)
	return true
}

// push adds a chunk and drops old ones beyond the bound. The caller holds the lock.
func (t *tail) push(c chunk) {
	t.chunks = append(t.chunks, c)
	t.bytes += c.bytes
	t.end = c.to
	for t.bytes > t.limit && len(t.chunks) > 1 {
		t.bytes -= t.chunks[0].bytes
		t.chunks[0] = chunk{}
		t.chunks = t.chunks[1:]
	}
	t.announce()
}

// announce wakes who waits for growth. The caller holds the lock.
func (t *tail) announce() {
	close(t.grew)
	t.grew = make(chan struct{})
}

// mark tells every follower of a changed mark.
func (t *tail) mark(m MarkChange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for f := range t.followers {
		if len(f.marks) < markLimit {
			f.marks[m] = struct{}{}
		}
	}
	t.announce()
}

// after returns the growth after a position as far as it is in memory, false where the feed must be read,
// and what is closed at the next growth. The caller holds the lock.
func (t *tail) after(pos chat.Pos, limit int) (g Growth, ok bool) {
	if pos >= t.end {
		return Growth{Pos: pos}, true
	}
	if len(t.chunks) == 0 || pos < t.chunks[0].from {
		return Growth{}, false
	}
	g.Pos = pos
	first := sort.Search(len(t.chunks), func(i int) bool { return t.chunks[i].to > pos })
	for _, c := range t.chunks[first:] {
		if len(g.Entries) > 0 && len(g.Entries)+len(c.entries) > limit {
			break
		}
		c = c.beyond(g.Pos)
		if len(g.Entries) == 0 { // one chunk is shared, several are joined
			g.Entries, g.Standings = slices.Clip(c.entries), slices.Clip(c.standings)
		} else {
			g.Entries, g.Standings = append(g.Entries, c.entries...), append(g.Standings, c.standings...)
		}
		g.Pos = c.to
	}
	return g, true
}

// beyond returns the part of a chunk after a position.
func (c chunk) beyond(pos chat.Pos) chunk {
	if pos <= c.from {
		return c
	}
	e := sort.Search(len(c.entries), func(i int) bool { return c.entries[i].Pos > pos })
	s := sort.Search(len(c.standings), func(i int) bool { return c.standings[i].Pos > pos })
	c.entries, c.standings = c.entries[e:], c.standings[s:]
	return c
}

// chunkOf makes a chunk of what a group stored, as followers may see it.
func chunkOf(group []*job, results []Result) (c chunk, ok bool) {
	for i, r := range results {
		if r.Err != nil || r.Repeated {
			continue
		}
		p := group[i].plan
		for k, e := range r.Entries {
			c.add(e.Shown(p.kind), p.batch.Entries[k].Changes)
		}
	}
	if len(c.entries) == 0 {
		return chunk{}, false
	}
	sort.Slice(c.entries, func(i, k int) bool { return c.entries[i].Pos < c.entries[k].Pos })
	sort.SliceStable(c.standings, func(i, k int) bool { return c.standings[i].Pos < c.standings[k].Pos })
	c.from, c.to = c.entries[0].Pos-1, c.entries[len(c.entries)-1].Pos
	return c, true
}

// add appends an entry and who comes or goes with it.
func (c *chunk) add(e chat.Entry, changes []chat.Change) {
	c.entries = append(c.entries, e)
	c.bytes += jobOverhead/4 + len(e.Body)
	for _, change := range changes {
		if m, ok := change.(chat.MemberSet); ok {
			c.standings = append(c.standings, Standing{
				Chat: m.Chat, Account: m.Member.Account, In: m.Member.Role.Reads(), From: m.Member.From, Pos: e.Pos,
			})
		}
	}
}
