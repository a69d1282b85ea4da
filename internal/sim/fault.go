// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"context"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Faults are the faults that the judge must see. A test plants each.
func Faults() []Fault {
	return []Fault{
		{Name: "acknowledge before commit", Breaks: "I1", Store: hastily},
		{Name: "acknowledge a read mark that is not written", Breaks: "I1", Store: bend(forgetReads)},
		{Name: "crash loses the tail", Breaks: "I1", Crash: loseTail, Step: remember},
		{Name: "report the number of the entry before", Breaks: "I2", Seen: "I3", Store: renumber(-1)},
		{Name: "skip a number", Breaks: "I2", Seen: "I1", Store: renumber(+1)},
		{Name: "mix up the results of one commit", Breaks: "I3", Store: bend(rotate)},
		{Name: "forget keys", Breaks: "I3", Store: bend(keyless)},
		{Name: "a client takes a new key for every try", Breaks: "I3", FreshKeys: true},
		{Name: "rights before the key", Breaks: "I3", Store: blindly},
		{Name: "decide upon old facts", Breaks: "rights", Store: bend(unconditioned)},
		{Name: "deliver to who has left", Breaks: "leak", StaleAudience: true},
		{Name: "tell an edit of hidden history", Breaks: "leak", Unveiled: true},
		{Name: "send user logs to everybody", Breaks: "leak", WrongUser: true},
		{Name: "show the authors of a channel", Breaks: "R11", Entry: unhidden},
		{Name: "a client takes what comes as the next", Breaks: "I5", DeafToGaps: true},
		{Name: "the feed leaves something out", Breaks: "follower", Store: leakily},
		{Name: "a restored server passes for the one before", Breaks: "I12", SameIncarnation: true},
		{Name: "drop an edit from a read", Breaks: "I6", Seen: "I2", Store: tamper(dropEdits)},
		{Name: "deliver other bytes than were stored", Breaks: "I8", Entry: encodedAgain},
		{Name: "serve a deleted message", Breaks: "erasure", Store: undying},
		{Name: "unread off by one", Breaks: "unread", Store: miscount},
		{Name: "who joins has read nothing", Breaks: "unread", Store: bend(joinsUnread)},
		{Name: "an edit leaves the old text on disk", Breaks: "erasure", Store: bend(without(supersedes))},
		{Name: "a projection lacks what its log says", Breaks: "I7", Store: bend(without(pins))},
	}
}

// appending does an Append in another way.
type appending func(context.Context, engine.Store, []engine.Batch) ([]engine.Result, error)

// bent is a store whose Append is bent.
type bent struct {
	engine.Store
	world  *world
	append appending
}

// Append implements engine.Log.
func (b *bent) Append(ctx context.Context, batches []engine.Batch) ([]engine.Result, error) {
	if !b.world.begun.Load() {
		return b.Store.Append(ctx, batches)
	}
	return b.append(ctx, b.Store, batches)
}

// bend makes a fault of a bent Append. It begins once everybody is signed up.
func bend(append appending) func(*world, engine.Store) engine.Store {
	return func(w *world, s engine.Store) engine.Store { return &bent{Store: s, world: w, append: append} }
}

// renumber changes the numbers that Append reports.
func renumber(by int) func(*world, engine.Store) engine.Store {
	return bend(func(ctx context.Context, s engine.Store, batches []engine.Batch) ([]engine.Result, error) {
		results, err := s.Append(ctx, batches)
		for _, r := range results {
			for i := range r.Entries {
				r.Entries[i].Seq = chat.Seq(int(r.Entries[i].Seq) + by)
			}
		}
		return results, err
	})
}

// rotate gives each batch the result of its neighbour.
func rotate(ctx context.Context, s engine.Store, batches []engine.Batch) ([]engine.Result, error) {
	results, err := s.Append(ctx, batches)
	if len(results) > 1 {
		results = append(results[1:], results[0])
	}
	return results, err
}

// edited returns batches with every batch changed; the batches given are the engine's and stay as they are.
func edited(batches []engine.Batch, change func(*engine.Batch)) []engine.Batch {
	batches = slices.Clone(batches)
	for i := range batches {
		batches[i].Entries = slices.Clone(batches[i].Entries)
		change(&batches[i])
	}
	return batches
}

// keyless stores batches without their keys, so that no retry finds them.
func keyless(ctx context.Context, s engine.Store, batches []engine.Batch) ([]engine.Result, error) {
	return s.Append(ctx, edited(batches, func(b *engine.Batch) { b.Key = chat.Key{} }))
}

// unconditioned stores batches whatever has changed since they were decided.
func unconditioned(ctx context.Context, s engine.Store, batches []engine.Batch) ([]engine.Result, error) {
	return s.Append(ctx, edited(batches, func(b *engine.Batch) { b.Cond = nil }))
}

// without stores entries without some of their changes.
func without(drop func(chat.Change) bool) appending {
	return func(ctx context.Context, s engine.Store, batches []engine.Batch) ([]engine.Result, error) {
		return s.Append(ctx, edited(batches, func(b *engine.Batch) {
			for i := range b.Entries {
				b.Entries[i].Changes = slices.DeleteFunc(slices.Clone(b.Entries[i].Changes), drop)
			}
		}))
	}
}

func supersedes(c chat.Change) bool {
	_, ok := c.(chat.Superseded)
	return ok
}

func pins(c chat.Change) bool {
	_, ok := c.(chat.PinSet)
	return ok
}

// joinsUnread lets people in without a mark of what was said before.
func joinsUnread(ctx context.Context, s engine.Store, batches []engine.Batch) ([]engine.Result, error) {
	return s.Append(ctx, edited(batches, func(b *engine.Batch) {
		b.Entries = append(b.Entries[:1:1], slices.DeleteFunc(b.Entries[1:], func(e chat.Draft) bool {
			return e.Env.Kind == chat.KindRead
		})...)
	}))
}

// forgetReads acknowledges read marks and stores none.
func forgetReads(ctx context.Context, s engine.Store, batches []engine.Batch) ([]engine.Result, error) {
	var kept []engine.Batch
	results := make([]engine.Result, len(batches))
	var at []int
	for i, b := range batches {
		if b.Entries[0].Env.Kind == chat.KindRead {
			results[i].Entries = []chat.Entry{{Log: b.Entries[0].Log, Seq: 1}}
			results[i].Repeated = true
			continue
		}
		kept, at = append(kept, b), append(at, i)
	}
	stored, err := s.Append(ctx, kept)
	for i, r := range stored {
		results[at[i]] = r
	}
	return results, err
}

// hastily answers before it has stored, and stores a little later; a crash may come in between.
func hastily(w *world, s engine.Store) engine.Store {
	return bend(func(ctx context.Context, s engine.Store, batches []engine.Batch) ([]engine.Result, error) {
		results, err := w.truth.Fork().Append(ctx, batches)
		go func() {
			timer := time.NewTimer(20*time.Millisecond + 333)
			defer timer.Stop()
			select {
			case <-timer.C:
				_, _ = s.Append(context.WithoutCancel(ctx), batches)
			case <-w.ctx.Done():
			}
		}()
		return results, err
	})(w, s)
}

// loseTail takes back the last entries on disk when the only server crashes: they were never synced.
func loseTail(w *world) {
	if len(w.nodes) == 1 && w.past != nil {
		w.truth = w.past
	}
	w.past = nil
}

// remember keeps what was on disk a while ago.
func remember(w *world) {
	if w.past == nil || w.report.Events%50 == 0 {
		w.past = w.truth.Fork()
	}
}

// unhidden names who wrote an entry.
func unhidden(w *world, e chat.Entry) chat.Entry {
	items, err := w.truth.Get(w.ctx, e.Log, []chat.Seq{e.Seq})
	if err == nil && len(items) > 0 {
		e.Author = items[0].Author
	}
	return e
}

// encodedAgain gives a body in other bytes that mean the same: with a field that nobody knows.
func encodedAgain(_ *world, e chat.Entry) chat.Entry {
	if len(e.Body) > 0 {
		e.Body = append(slices.Clip(e.Body), 0xf8, 0x07, 0x01)
	}
	return e
}

// leaky leaves an entry out of the feed now and then.
type leaky struct {
	engine.Store
	reads int
}

func leakily(_ *world, s engine.Store) engine.Store { return &leaky{Store: s} }

// Feed implements engine.Log.
func (l *leaky) Feed(ctx context.Context, after chat.Pos, limit int) ([]chat.Entry, chat.Pos, error) {
	entries, next, err := l.Store.Feed(ctx, after, limit)
	if l.reads++; l.reads%5 == 0 && len(entries) > 1 {
		entries = slices.Delete(entries, 0, 1)
	}
	return entries, next, err
}

// undead remembers what was said and says it again after it was deleted.
type undead struct {
	engine.Store
	world *world
}

func undying(w *world, s engine.Store) engine.Store { return &undead{Store: s, world: w} }

// Append implements engine.Log.
func (u *undead) Append(ctx context.Context, batches []engine.Batch) ([]engine.Result, error) {
	results, err := u.Store.Append(ctx, batches)
	for _, r := range results {
		for _, e := range r.Entries {
			if len(e.Body) > 0 {
				u.world.said[e.Pos] = e.Body
			}
		}
	}
	return results, err
}

// Read implements engine.Log.
func (u *undead) Read(ctx context.Context, log chat.LogID, after chat.Seq, limit int) ([]chat.Item, error) {
	items, err := u.Store.Read(ctx, log, after, limit)
	for i := range items {
		if items[i].Overlay != nil && items[i].Overlay.Redacted {
			items[i].Body, items[i].Overlay = u.world.said[items[i].Pos], nil
		}
	}
	return items, err
}

// blind finds no key.
type blind struct{ engine.Store }

func blindly(_ *world, s engine.Store) engine.Store { return blind{s} }

// Find implements engine.Log.
func (blind) Find(context.Context, chat.DeviceID, chat.Key) (chat.Entry, bool, error) {
	return chat.Entry{}, false, nil
}

// miscounting counts one unread too many, now and then.
type miscounting struct{ engine.Store }

func miscount(_ *world, s engine.Store) engine.Store { return miscounting{s} }

// List implements engine.Users.
func (m miscounting) List(ctx context.Context, q engine.ListQuery) ([]engine.ListRow, int, chat.Pos, error) {
	rows, total, pos, err := m.Store.List(ctx, q)
	for i := range rows {
		if rows[i].Unread > 2 {
			rows[i].Unread++
		}
	}
	return rows, total, pos, err
}

// tampered is a store whose reads are tampered with.
type tampered struct {
	engine.Store
	items func([]chat.Item) []chat.Item
}

func tamper(items func([]chat.Item) []chat.Item) func(*world, engine.Store) engine.Store {
	return func(_ *world, s engine.Store) engine.Store { return &tampered{Store: s, items: items} }
}

// Read implements engine.Log.
func (t *tampered) Read(ctx context.Context, log chat.LogID, after chat.Seq, limit int) ([]chat.Item, error) {
	items, err := t.Store.Read(ctx, log, after, limit)
	return t.items(items), err
}

// dropEdits leaves out edits.
func dropEdits(items []chat.Item) []chat.Item {
	return slices.DeleteFunc(items, func(it chat.Item) bool { return it.Env.Kind == chat.KindEdit })
}
