// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"context"
	"errors"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Fault is what goes wrong with one call.
type Fault uint8

// The faults. The first two are a pair: the caller cannot tell one from the other, and must end with the same
// state after both. The last two are lies, which no store may tell: tests plant them to show that they are
// noticed.
const (
	Sound      Fault = iota
	FailBefore       // the call fails and nothing was stored
	FailAfter        // the call fails and everything was stored
	Slow             // the call takes as long as Faulty.Wait does
	FullDisk         // the call is refused with CodeDiskFull
	ReadOnly         // the call is refused with CodeReadOnly
	Drop             // Append reports what it did not store
	Double           // Append stores everything once more, without its keys and conditions
)

// ErrFault is what FailBefore and FailAfter fail with.
var ErrFault = errors.New("the disk does not answer")

// Faulty wraps a store and breaks calls as Plan says. Reads can only be slow or fail.
type Faulty struct {
	engine.Store
	// Plan names the fault of the next call of an operation: append, react, views, ticks, seen, id, compact,
	// read, page, feed, facts, list. It may be called from many goroutines.
	Plan func(op string) Fault
	// Wait is how a slow call waits; it is needed where Plan says Slow.
	Wait func(context.Context)
}

// breaks runs a call of the store as the plan says.
func breaks[T any](ctx context.Context, f *Faulty, op string, call func() (T, error)) (T, error) {
	var none T
	switch f.Plan(op) {
	case FailBefore:
		return none, ErrFault
	case FailAfter:
		if _, err := call(); err != nil {
			return none, err
		}
		return none, ErrFault
	case FullDisk:
		return none, chat.Errorf(chat.CodeDiskFull, "the disk is full")
	case ReadOnly:
		return none, chat.Errorf(chat.CodeReadOnly, "the disk is read-only")
	case Slow:
		f.Wait(ctx)
	}
	return call()
}

// broken is breaks for calls that give only an error.
func broken(ctx context.Context, f *Faulty, op string, call func() error) error {
	_, err := breaks(ctx, f, op, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

// Append implements engine.Log.
func (f *Faulty) Append(ctx context.Context, batches []engine.Batch) ([]engine.Result, error) {
	fault := f.Plan("append")
	switch fault {
	case FullDisk:
		return f.refuse(ctx, batches, chat.CodeDiskFull)
	case ReadOnly:
		return f.refuse(ctx, batches, chat.CodeReadOnly)
	case Drop:
		return f.drop(ctx, batches)
	case Double:
		again := make([]engine.Batch, len(batches))
		for i, b := range batches {
			b.Key, b.Cond = chat.Key{}, nil
			again[i] = b
		}
		if _, err := f.Store.Append(ctx, again); err != nil {
			return nil, err
		}
		return f.Store.Append(ctx, batches)
	}
	once := &Faulty{Plan: func(string) Fault { return fault }, Wait: f.Wait}
	return breaks(ctx, once, "append", func() ([]engine.Result, error) { return f.Store.Append(ctx, batches) })
}

// refuse answers each batch as a store does whose disk takes nothing: what was stored before is known.
func (f *Faulty) refuse(ctx context.Context, batches []engine.Batch, code chat.Code,
) ([]engine.Result, error) {
	results := make([]engine.Result, len(batches))
	for i, b := range batches {
		e, ok, err := f.Find(ctx, b.Device, b.Key)
		switch {
		case err != nil:
			return nil, err
		case ok:
			results[i] = engine.Result{Entries: []chat.Entry{e}, Repeated: true}
		default:
			results[i].Err = chat.Errorf(code, "the disk takes nothing")
		}
	}
	return results, nil
}

// drop makes up the places that the batches would have had.
func (f *Faulty) drop(ctx context.Context, batches []engine.Batch) ([]engine.Result, error) {
	results := make([]engine.Result, len(batches))
	heads := map[chat.LogID]chat.Head{}
	for i, b := range batches {
		for _, d := range b.Entries {
			h, ok := heads[d.Log]
			if !ok {
				now, err := f.Heads(ctx, []chat.LogID{d.Log})
				if err != nil {
					return nil, err
				}
				h = now[0]
			}
			e := chat.Entry{
				Log: d.Log, Seq: h.Seq + 1, Ord: h.Ord, Pos: h.Pos + 1, At: d.At, Author: d.Author,
				Device: b.Device, Env: d.Env, Body: d.Body,
			}
			if d.Env.Counted {
				e.Ord++
			}
			e.Chain = chat.Link(h.Chain, &e)
			h.Seq, h.Ord, h.Pos, h.Chain = e.Seq, e.Ord, e.Pos, e.Chain
			heads[d.Log] = h
			results[i].Entries = append(results[i].Entries, e)
		}
	}
	return results, nil
}

// React implements engine.Marks.
func (f *Faulty) React(ctx context.Context, log chat.LogID, seq chat.Seq, who engine.Reactor,
) (chat.Tally, error) {
	return breaks(ctx, f, "react", func() (chat.Tally, error) { return f.Store.React(ctx, log, seq, who) })
}

// AddViews implements engine.Marks.
func (f *Faulty) AddViews(ctx context.Context, views []engine.ViewCount) error {
	return broken(ctx, f, "views", func() error { return f.Store.AddViews(ctx, views) })
}

// SetTicks implements engine.Marks.
func (f *Faulty) SetTicks(ctx context.Context, ticks []engine.Tick) error {
	return broken(ctx, f, "ticks", func() error { return f.Store.SetTicks(ctx, ticks) })
}

// Seen implements engine.Marks.
func (f *Faulty) Seen(ctx context.Context, seen map[chat.AccountID]chat.Millis) error {
	return broken(ctx, f, "seen", func() error { return f.Store.Seen(ctx, seen) })
}

// NextID implements engine.Users.
func (f *Faulty) NextID(ctx context.Context, kind engine.IDKind) (uint32, error) {
	return breaks(ctx, f, "id", func() (uint32, error) { return f.Store.NextID(ctx, kind) })
}

// Held implements engine.Users.
func (f *Faulty) Held(ctx context.Context, account chat.AccountID) (chat.Holdings, error) {
	return breaks(ctx, f, "held", func() (chat.Holdings, error) { return f.Store.Held(ctx, account) })
}

// Name implements engine.Names.
func (f *Faulty) Name(ctx context.Context, name, skeleton string) (engine.Owner, error) {
	return breaks(ctx, f, "name", func() (engine.Owner, error) { return f.Store.Name(ctx, name, skeleton) })
}

// Rested implements engine.Names.
func (f *Faulty) Rested(ctx context.Context, skeleton string) (engine.Rested, error) {
	return breaks(ctx, f, "rested", func() (engine.Rested, error) { return f.Store.Rested(ctx, skeleton) })
}

// GivenUp implements engine.Names.
func (f *Faulty) GivenUp(ctx context.Context, owner engine.Owner) ([]engine.Rested, error) {
	return breaks(ctx, f, "given up", func() ([]engine.Rested, error) { return f.Store.GivenUp(ctx, owner) })
}

// Knowing implements engine.Circle.
func (f *Faulty) Knowing(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) ([]chat.AccountID, error) {
	return breaks(ctx, f, "knowing", func() ([]chat.AccountID, error) {
		return f.Store.Knowing(ctx, account, others...)
	})
}

// Spent implements engine.Circle.
func (f *Faulty) Spent(ctx context.Context, account chat.AccountID, after chat.Millis,
) ([]chat.Spending, error) {
	return breaks(ctx, f, "spent", func() ([]chat.Spending, error) { return f.Store.Spent(ctx, account, after) })
}

// Compact implements engine.Upkeep.
func (f *Faulty) Compact(ctx context.Context, log chat.LogID, floor chat.Seq, erase []chat.Seq) error {
	return broken(ctx, f, "compact", func() error { return f.Store.Compact(ctx, log, floor, erase) })
}

// Read implements engine.Log.
func (f *Faulty) Read(ctx context.Context, log chat.LogID, after chat.Seq, limit int) ([]chat.Item, error) {
	return breaks(ctx, f, "read", func() ([]chat.Item, error) { return f.Store.Read(ctx, log, after, limit) })
}

// Page implements engine.Log.
func (f *Faulty) Page(ctx context.Context, log chat.LogID, before chat.Seq, limit int,
) (items []chat.Item, h chat.Head, err error) {
	err = broken(ctx, f, "page", func() error {
		items, h, err = f.Store.Page(ctx, log, before, limit)
		return err
	})
	return items, h, err
}

// Feed implements engine.Log.
func (f *Faulty) Feed(ctx context.Context, after chat.Pos, limit int,
) (entries []chat.Entry, next chat.Pos, err error) {
	err = broken(ctx, f, "feed", func() error {
		entries, next, err = f.Store.Feed(ctx, after, limit)
		return err
	})
	return entries, next, err
}

// Facts implements engine.Rooms.
func (f *Faulty) Facts(ctx context.Context, room chat.ChatID, actor, target chat.AccountID,
) (chat.Facts, error) {
	return breaks(ctx, f, "facts", func() (chat.Facts, error) { return f.Store.Facts(ctx, room, actor, target) })
}

// List implements engine.Users.
func (f *Faulty) List(ctx context.Context, q engine.ListQuery,
) (rows []engine.ListRow, total int, pos chat.Pos, err error) {
	err = broken(ctx, f, "list", func() error {
		rows, total, pos, err = f.Store.List(ctx, q)
		return err
	})
	return rows, total, pos, err
}
