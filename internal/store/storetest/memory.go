// SPDX-License-Identifier: AGPL-3.0-or-later

// Package storetest says what a store is. Memory is the reference: an engine.Store and account.Store kept
// in maps, written to be read, computing by definition what other stores keep ready. Suite holds any store
// to the duties written beside the interfaces and to doing as Memory does. Faulty wraps a store and breaks
// its promises on order.
//
// Memory starts no goroutine. One lock guards it; nothing is called while it is held but the function given
// to Rebuild and Dump.
package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
)

// place is where an entry stands in a log.
type place struct {
	log chat.LogID
	seq chat.Seq
}

// keyID names one write of one device.
type keyID struct {
	device chat.DeviceID
	key    chat.Key
}

// Memory is a complete store in memory.
type Memory struct {
	mu sync.RWMutex

	// Entries and heads are what everything else follows from.
	entries map[chat.Pos]chat.Entry
	places  map[place]chat.Pos
	heads   map[chat.LogID]chat.Head // without Facts
	pos     chat.Pos                 // of the last entry

	keys    map[keyID]place
	horizon chat.Millis // keys made before it are forgotten

	proj    *projections
	marks   *marks
	secrets *secrets
	files   map[chat.FileID]media.File
	blobs   map[chat.Hash]media.Blob

	ids         map[engine.IDKind]uint32
	incarnation chat.Incarnation
	closed      bool
}

var _ engine.Store = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	m := &Memory{
		entries: map[chat.Pos]chat.Entry{},
		places:  map[place]chat.Pos{},
		heads:   map[chat.LogID]chat.Head{},
		keys:    map[keyID]place{},
		proj:    newProjections(),
		marks:   newMarks(),
		secrets: newSecrets(),
		files:   map[chat.FileID]media.File{},
		blobs:   map[chat.Hash]media.Blob{},
		ids:     map[engine.IDKind]uint32{},
	}
	m.incarnation = randomIncarnation()
	return m
}

// randomIncarnation cannot fail: crypto/rand ends the process rather than return too little.
func randomIncarnation() (in chat.Incarnation) {
	rand.Read(in[:])
	return in
}

// Fork returns a copy that shares nothing that is written: a backup, or a disk as a crash leaves it.
func (m *Memory) Fork() *Memory {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return &Memory{
		entries:     maps.Clone(m.entries),
		places:      maps.Clone(m.places),
		heads:       maps.Clone(m.heads),
		pos:         m.pos,
		keys:        maps.Clone(m.keys),
		horizon:     m.horizon,
		proj:        m.proj.clone(),
		marks:       m.marks.clone(),
		secrets:     m.secrets.clone(),
		files:       maps.Clone(m.files),
		blobs:       maps.Clone(m.blobs),
		ids:         maps.Clone(m.ids),
		incarnation: m.incarnation,
	}
}

// ready refuses calls after Close and of ended contexts. The caller holds the lock.
func (m *Memory) ready(ctx context.Context, op string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if m.closed {
		return fmt.Errorf("%s: %w", op, chat.Errorf(chat.CodeUnavailable, "the store is closed"))
	}
	return nil
}

// Append implements engine.Log. Batches are applied in order, each seeing those before it.
func (m *Memory) Append(ctx context.Context, batches []engine.Batch) ([]engine.Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "append"); err != nil {
		return nil, err
	}
	results := make([]engine.Result, len(batches))
	for i := range batches {
		results[i] = m.store(&batches[i])
	}
	return results, nil
}

// store decides the fate of one batch. The key comes first: what was stored stays stored, whatever has
// happened since.
func (m *Memory) store(b *engine.Batch) engine.Result {
	if e, ok := m.byKey(b.Device, b.Key); ok {
		return engine.Result{Entries: []chat.Entry{e}, Repeated: true}
	}
	if len(b.Entries) == 0 {
		return engine.Result{Err: chat.Errorf(chat.CodeBadRequest, "a batch without entries")}
	}
	for _, c := range b.Cond {
		if err := m.holds(c); err != nil {
			return engine.Result{Err: err}
		}
	}
	t := &txn{Memory: m, undo: new(undo), pos: m.pos}
	stored := make([]chat.Entry, len(b.Entries))
	for i := range b.Entries {
		e, err := t.add(b, i)
		if err != nil {
			t.undo.rollback()
			return engine.Result{Err: err}
		}
		stored[i] = e
	}
	m.pos = t.pos
	return engine.Result{Entries: stored}
}

// holds checks a condition.
func (m *Memory) holds(c engine.Cond) error {
	var now uint64
	switch c.Kind {
	case engine.CondNone:
		return nil
	case engine.CondFacts:
		now = m.proj.chats[c.Log.Chat()].Facts
	case engine.CondHead:
		now = uint64(m.heads[c.Log].Seq)
	case engine.CondRested:
		now = uint64(m.proj.rested[c.Name].Pos)
	default:
		return chat.Errorf(chat.CodeBadRequest, "condition %d is unknown", c.Kind)
	}
	if now != c.Value {
		return chat.Errorf(chat.CodeConflict, "condition on %s: is %d, not %d", c.Log, now, c.Value)
	}
	return nil
}

// txn is one batch being applied.
type txn struct {
	*Memory
	undo *undo
	pos  chat.Pos
}

// add gives the i-th draft of a batch its place and applies its changes. Only the first entry of a batch
// carries the key, since a key names one place.
func (t *txn) add(b *engine.Batch, i int) (chat.Entry, error) {
	d := &b.Entries[i]
	head := t.heads[d.Log]
	e := chat.Entry{
		Log: d.Log, Seq: head.Seq + 1, Ord: head.Ord, Pos: t.pos + 1,
		At: d.At, Author: d.Author, Device: b.Device, Env: d.Env,
	}
	if len(d.Body) > 0 {
		e.Body = slices.Clone(d.Body)
		rand.Read(e.Seal[:])
	}
	if i == 0 {
		e.Key = b.Key
	}
	if e.Env.Counted {
		e.Ord++
	}
	e.Chain = chat.Link(head.Chain, &e)
	t.pos = e.Pos

	put(t.undo, t.entries, e.Pos, e)
	put(t.undo, t.places, place{e.Log, e.Seq}, e.Pos)
	put(t.undo, t.heads, e.Log, chat.Head{
		Log: e.Log, Seq: e.Seq, Ord: e.Ord, Pos: e.Pos, Floor: head.Floor, Chain: e.Chain,
	})
	if !e.Key.IsZero() && e.Key.Made() >= t.horizon {
		put(t.undo, t.keys, keyID{e.Device, e.Key}, place{e.Log, e.Seq})
	}
	for _, c := range d.Changes {
		if err := t.apply(&e, c); err != nil {
			return chat.Entry{}, err
		}
	}
	return e, nil
}

// byKey returns the entry stored under a key.
func (m *Memory) byKey(device chat.DeviceID, key chat.Key) (chat.Entry, bool) {
	if key.IsZero() {
		return chat.Entry{}, false
	}
	at, ok := m.keys[keyID{device, key}]
	if !ok {
		return chat.Entry{}, false
	}
	return m.entries[m.places[at]], true
}

// at returns the entry at a place.
func (m *Memory) at(log chat.LogID, seq chat.Seq) (chat.Entry, bool) {
	pos, ok := m.places[place{log, seq}]
	return m.entries[pos], ok
}

// item returns the entry at a place with its overlay. What was compacted away is not there.
func (m *Memory) item(log chat.LogID, seq chat.Seq) (chat.Item, bool) {
	e, ok := m.at(log, seq)
	if !ok || seq <= m.heads[log].Floor {
		return chat.Item{}, false
	}
	it := chat.Item{Entry: e}
	if o, ok := m.proj.overlays[place{log, seq}]; ok {
		it.Overlay = &chat.Overlay{By: o.by, At: o.at, Redacted: o.redacted}
		if !o.redacted {
			by, _ := m.at(log, o.by)
			it.Overlay.Body = by.Body
		}
	}
	return it, true
}

// head returns where a log stands, with the facts version of its chat.
func (m *Memory) head(log chat.LogID) chat.Head {
	h := m.heads[log]
	h.Log = log
	if log.Kind() == chat.ChatLog {
		h.Facts = m.proj.chats[log.Chat()].Facts
	}
	return h
}
