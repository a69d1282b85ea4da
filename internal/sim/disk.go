// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// errDisk is what a sick disk says.
var errDisk = errors.New("the disk does not answer")

// disk is a node's way to the store. It takes time to append, and sometimes fails before or after it has
// persisted; while it is sick, or after its node has crashed, everything fails. What it does depends on the
// seed and on how many appends came before, not on when goroutines run.
type disk struct {
	engine.Store
	dice *rand.Rand // used by Append alone, which is called by one at a time

	mu       sync.Mutex
	healthy  bool // no faults at all
	sick     bool
	dead     bool // the node is gone; nothing more reaches the store
	appends  int
	failures int
}

func (k *disk) set(change func(*disk)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change(k)
}

// state returns whether calls fail now, and whether they may.
func (k *disk) state() (fails, may bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sick || k.dead, !k.healthy
}

// Append implements engine.Log.
func (k *disk) Append(ctx context.Context, batches []engine.Batch) ([]engine.Result, error) {
	delay := time.Duration(k.dice.IntN(30))*time.Millisecond + time.Duration(1+k.dice.IntN(998))
	before, after := k.dice.IntN(40) == 0, k.dice.IntN(40) == 0
	time.Sleep(delay) // between the lines of the world's grid
	fails, may := k.state()
	k.set(func(k *disk) { k.appends++ })
	if fails || may && before {
		k.set(func(k *disk) { k.failures++ })
		return nil, errDisk
	}
	results, err := k.Store.Append(ctx, batches)
	if may && after {
		k.set(func(k *disk) { k.failures++ })
		return nil, errDisk
	}
	return results, err
}

// down returns an error while nothing can be read.
func (k *disk) down() error {
	if fails, _ := k.state(); fails {
		return errDisk
	}
	return nil
}

// Read implements engine.Log.
func (k *disk) Read(ctx context.Context, log chat.LogID, after chat.Seq, limit int) ([]chat.Item, error) {
	if err := k.down(); err != nil {
		return nil, err
	}
	return k.Store.Read(ctx, log, after, limit)
}

// Page implements engine.Log.
func (k *disk) Page(ctx context.Context, log chat.LogID, before chat.Seq, limit int) (
	[]chat.Item, chat.Head, error) {
	if err := k.down(); err != nil {
		return nil, chat.Head{}, err
	}
	return k.Store.Page(ctx, log, before, limit)
}

// Get implements engine.Log.
func (k *disk) Get(ctx context.Context, log chat.LogID, seqs []chat.Seq) ([]chat.Item, error) {
	if err := k.down(); err != nil {
		return nil, err
	}
	return k.Store.Get(ctx, log, seqs)
}

// Heads implements engine.Log.
func (k *disk) Heads(ctx context.Context, logs []chat.LogID) ([]chat.Head, error) {
	if err := k.down(); err != nil {
		return nil, err
	}
	return k.Store.Heads(ctx, logs)
}

// Feed implements engine.Log.
func (k *disk) Feed(ctx context.Context, after chat.Pos, limit int) ([]chat.Entry, chat.Pos, error) {
	if err := k.down(); err != nil {
		return nil, 0, err
	}
	return k.Store.Feed(ctx, after, limit)
}

// Find implements engine.Log.
func (k *disk) Find(ctx context.Context, device chat.DeviceID, key chat.Key) (chat.Entry, bool, error) {
	if err := k.down(); err != nil {
		return chat.Entry{}, false, err
	}
	return k.Store.Find(ctx, device, key)
}

// Facts implements engine.Rooms.
func (k *disk) Facts(ctx context.Context, room chat.ChatID, actor, target chat.AccountID) (
	chat.Facts, error) {
	if err := k.down(); err != nil {
		return chat.Facts{}, err
	}
	return k.Store.Facts(ctx, room, actor, target)
}

// List implements engine.Users.
func (k *disk) List(ctx context.Context, q engine.ListQuery) ([]engine.ListRow, int, chat.Pos, error) {
	if err := k.down(); err != nil {
		return nil, 0, 0, err
	}
	return k.Store.List(ctx, q)
}

// NextID implements engine.Users. A node that is gone must not use up numbers.
func (k *disk) NextID(ctx context.Context, kind engine.IDKind) (uint32, error) {
	if err := k.down(); err != nil {
		return 0, err
	}
	return k.Store.NextID(ctx, kind)
}

// React implements engine.Marks.
func (k *disk) React(ctx context.Context, log chat.LogID, seq chat.Seq, who engine.Reactor) (
	chat.Tally, error) {
	if err := k.down(); err != nil {
		return chat.Tally{}, err
	}
	return k.Store.React(ctx, log, seq, who)
}

// SetTicks implements engine.Marks.
func (k *disk) SetTicks(ctx context.Context, ticks []engine.Tick) error {
	if err := k.down(); err != nil {
		return err
	}
	return k.Store.SetTicks(ctx, ticks)
}
