// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
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

// Append implements engine.Log.
func (s *Store) Append(ctx context.Context, batches []engine.Batch) ([]engine.Result, error) {
	a := &appending{batches: batches}
	err := s.doJob(ctx, "append", &job{run: a.run, sure: true, done: make(chan struct{})})
	if err == nil {
		return a.results, nil
	}
	if !definite(err) {
		return nil, err
	}
	return s.refused(ctx, batches, err)
}

// refused is what becomes of every batch when the disk takes nothing: what was stored before is still known.
func (s *Store) refused(ctx context.Context, batches []engine.Batch, why error) ([]engine.Result, error) {
	results := make([]engine.Result, len(batches))
	for i, b := range batches {
		e, stored, err := s.Find(ctx, b.Device, b.Key)
		switch {
		case err != nil:
			return nil, errors.Join(why, err)
		case stored:
			results[i] = engine.Result{Entries: []chat.Entry{e}, Repeated: true}
		default:
			results[i].Err = why
		}
	}
	return results, nil
}

// appending is one call of Append. What it knows is read in its own transaction: nothing is remembered from
// one call to the next, so nothing remembered can be wrong.
type appending struct {
	*writer
	batches []engine.Batch
	results []engine.Result
	stored  map[keyID]place // keys that were stored before, or by an earlier batch of this call
	heads   map[chat.LogID]chat.Head
	dirty   map[chat.LogID]struct{} // heads yet to be written
	facts   map[chat.ChatID]uint64  // as read; emptied by whatever may change them
	seals   []byte                  // random, for the bodies yet to be placed
}

func (a *appending) run(w *writer) error {
	a.writer = w
	a.results = make([]engine.Result, 0, len(a.batches))
	a.stored, a.heads = map[keyID]place{}, map[chat.LogID]chat.Head{}
	a.dirty, a.facts = map[chat.LogID]struct{}{}, map[chat.ChatID]uint64{}
	if err := errors.Join(w.load(), a.lookUp(), a.loadHeads()); err != nil {
		return err
	}
	drafts := 0
	for i := range a.batches {
		drafts += len(a.batches[i].Entries)
	}
	a.seals = make([]byte, drafts*len(chat.Seal{}))
	rand.Read(a.seals) // never fails
	for i := range a.batches {
		r, err := a.batch(&a.batches[i])
		if err != nil {
			return err
		}
		a.results = append(a.results, r)
	}
	for log := range a.dirty {
		h := a.heads[log]
		w.bulk.heads.add(int64(log), int64(h.Seq), int64(h.Ord), int64(h.Pos), int64(h.Floor), h.Chain[:])
	}
	return w.flush()
}

// lookUp finds the keys that were stored before.
func (a *appending) lookUp() error {
	var keys []driver.Value
	for i := range a.batches {
		if b := &a.batches[i]; !b.Key.IsZero() && b.Key.Made() >= a.horizon {
			keys = append(keys, b.Key[:], int64(b.Device))
		}
	}
	return a.conn.among(keysAmong, 2, keys, func(r *row) error {
		k := keyID{key: chat.Key(r.blob()), device: num[chat.DeviceID](r)}
		a.stored[k] = place{num[chat.LogID](r), num[chat.Seq](r)}
		return nil
	})
}

// loadHeads reads the heads of all logs that the call touches, and the facts versions of their chats.
func (a *appending) loadHeads() error {
	var logs []driver.Value
	want := func(log chat.LogID) {
		if _, ok := a.heads[log]; !ok {
			a.heads[log] = chat.Head{Log: log}
			logs = append(logs, int64(log))
		}
	}
	for i := range a.batches {
		for j := range a.batches[i].Entries {
			want(a.batches[i].Entries[j].Log)
		}
		for _, c := range a.batches[i].Cond {
			want(c.Log)
		}
	}
	return a.conn.among(headsAmong, 1, logs, func(r *row) error {
		log := num[chat.LogID](r)
		h := readHead(r)
		h.Log = log
		if log.Kind() == chat.ChatLog {
			a.facts[log.Chat()] = num[uint64](r)
		}
		a.heads[log] = h
		return nil
	})
}

const (
	keysAmong = "WITH w (k, d) AS (%s) " +
		"SELECT key, device, log, seq FROM w CROSS JOIN keys ON key = k AND device = d"

	headColumns = "h.log, h.seq, h.ord, h.pos, h.floor, h.chain"
	// headsAmong gives a row for each log, also for one that is empty, with the facts version of its chat.
	headsAmong = "WITH w (l) AS (%s) SELECT w.l, " + headColumns + ", c.facts FROM w " +
		"LEFT JOIN heads AS h ON h.log = w.l LEFT JOIN chats AS c ON c.chat = w.l & 0xffffffff AND w.l >> 32 = 1"
)

// among runs a statement over lists of values: %s in its text becomes VALUES of so many columns.
func (c *conn) among(text string, columns int, vals []driver.Value, each func(*row) error) error {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + ")"
	for _, n := range sizes {
		for len(vals) >= n*columns {
			list := "VALUES " + strings.TrimSuffix(strings.Repeat(row+",", n), ",")
			args := make([]any, n*columns)
			for i := range args {
				args[i] = vals[i]
			}
			if err := c.query(fmt.Sprintf(text, list), each, args...); err != nil {
				return err
			}
			vals = vals[n*columns:]
		}
	}
	return nil
}

// batch decides the fate of one batch. The error is of the database and ends the transaction.
func (a *appending) batch(b *engine.Batch) (engine.Result, error) {
	if at, ok := a.stored[keyID{b.Device, b.Key}]; ok {
		return a.repeated(at)
	}
	if len(b.Entries) == 0 {
		return engine.Result{Err: chat.Errorf(chat.CodeBadRequest, "a batch without entries")}, nil
	}
	for _, c := range b.Cond {
		if err := a.holds(c); err != nil {
			return refusal(err)
		}
	}
	sure, err := a.sure(b)
	if err != nil {
		return engine.Result{}, err
	}
	defer a.doubt(b)
	if sure {
		stored, err := a.place(b)
		return engine.Result{Entries: stored}, err
	}
	stored, err := a.careful(b)
	if err != nil {
		return refusal(err)
	}
	return engine.Result{Entries: stored}, nil
}

// doubt forgets facts that a batch may have changed.
func (a *appending) doubt(b *engine.Batch) {
	for i := range b.Entries {
		for _, change := range b.Entries[i].Changes {
			switch change.(type) {
			case chat.Mentioned, chat.MediaUsed, chat.ReadSet, chat.SourceSet, chat.Superseded, chat.DraftSet:
			default:
				clear(a.facts)
				return
			}
		}
	}
}

// refusal tells a rule that was broken from a database that fails.
func refusal(err error) (engine.Result, error) {
	if fatal(err) {
		return engine.Result{}, err
	}
	return engine.Result{Err: err}, nil
}

// repeated returns the entry of a key, which may wait among what was gathered.
func (a *appending) repeated(at place) (engine.Result, error) {
	if err := a.flush(); err != nil {
		return engine.Result{}, err
	}
	var e chat.Entry
	found, err := a.conn.one("SELECT "+entryColumns+" FROM entries AS e WHERE log = ? AND seq = ?",
		func(r *row) { e = readEntry(r) }, at.log, at.seq)
	if err == nil && !found {
		err = chat.Errorf(chat.CodeInternal, "the entry %d of %s, which a key leads to, is missing", at.seq, at.log)
	}
	if err != nil {
		return engine.Result{}, err
	}
	return engine.Result{Entries: []chat.Entry{e}, Repeated: true}, nil
}

// holds checks a condition.
func (a *appending) holds(c engine.Cond) error {
	var now uint64
	switch c.Kind {
	case engine.CondNone:
		return nil
	case engine.CondFacts:
		var err error
		if now, err = a.factsOf(c.Log.Chat()); err != nil {
			return err
		}
	case engine.CondHead:
		now = uint64(a.heads[c.Log].Seq)
	case engine.CondRested:
		_, err := a.conn.one("SELECT pos FROM rested WHERE skeleton = ?",
			func(r *row) { now = num[uint64](r) }, c.Name)
		if err != nil {
			return err
		}
	default:
		return chat.Errorf(chat.CodeBadRequest, "condition %d is unknown", c.Kind)
	}
	if now != c.Value {
		return chat.Errorf(chat.CodeConflict, "condition on %s: is %d, not %d", c.Log, now, c.Value)
	}
	return nil
}

// factsOf returns the facts version of a chat, 0 where there is none.
func (a *appending) factsOf(room chat.ChatID) (uint64, error) {
	if v, ok := a.facts[room]; ok {
		return v, nil
	}
	var v uint64
	_, err := a.conn.one("SELECT facts FROM chats WHERE chat = ?", func(r *row) { v = num[uint64](r) }, room)
	if err == nil {
		a.facts[room] = v
	}
	return v, err
}

// careful stores a batch whose changes can fail, so that all of it can be taken back.
func (a *appending) careful(b *engine.Batch) ([]chat.Entry, error) {
	if err := a.flush(); err != nil {
		return nil, err
	}
	pos, erased := a.pos, a.erased
	before := make([]chat.Head, len(b.Entries))
	for i := range b.Entries {
		before[i] = a.heads[b.Entries[i].Log]
	}
	var stored []chat.Entry
	err := a.alone(func(*writer) (err error) {
		if stored, err = a.place(b); err != nil {
			return err
		}
		return a.flush()
	})
	if err == nil || fatal(err) {
		return stored, err
	}
	a.bulk.discard()
	a.pos, a.erased = pos, erased
	for _, h := range slices.Backward(before) {
		a.heads[h.Log] = h
		if h.Seq == 0 {
			delete(a.dirty, h.Log)
		}
	}
	delete(a.stored, keyID{b.Device, b.Key})
	return nil, err
}

// place gives every draft of a batch its place and applies its changes. Only the first entry carries the
// key, since a key names one place.
func (a *appending) place(b *engine.Batch) ([]chat.Entry, error) {
	stored := make([]chat.Entry, len(b.Entries))
	for i := range b.Entries {
		d, e := &b.Entries[i], &stored[i]
		h := a.heads[d.Log]
		a.pos++
		*e = chat.Entry{
			Log: d.Log, Seq: h.Seq + 1, Ord: h.Ord, Pos: a.pos,
			At: d.At, Author: d.Author, Device: b.Device, Env: d.Env,
		}
		if len(d.Body) > 0 {
			e.Body = d.Body
			a.seals = a.seals[copy(e.Seal[:], a.seals):]
		}
		if e.Env.Counted {
			e.Ord++
		}
		if i == 0 && !b.Key.IsZero() {
			e.Key = b.Key
			if a.remember(e) {
				a.stored[keyID{b.Device, b.Key}] = place{e.Log, e.Seq}
			}
		}
		e.Chain = chat.Link(h.Chain, e)
		a.heads[d.Log] = chat.Head{
			Log: d.Log, Seq: e.Seq, Ord: e.Ord, Pos: e.Pos, Floor: h.Floor, Chain: e.Chain,
		}
		a.dirty[d.Log] = struct{}{}
		if e.Seq%blockSize == 0 && e.Log.Kind() == chat.ChatLog {
			a.bulk.full = append(a.bulk.full, block{e.Log, e.Seq/blockSize - 1})
		}
		a.bulk.entries.add(int64(e.Log), int64(e.Seq), int64(e.Ord), int64(e.At), int64(e.Author),
			int64(e.Device), value(e.Key), int64(e.Env.Kind), int64(e.Env.Flags()), int64(e.Env.Target),
			int64(e.Env.Expires), e.Chain[:], value(e.Body), value(e.Seal))
		for _, c := range d.Changes {
			if err := a.apply(e, c); err != nil {
				return nil, err
			}
		}
	}
	return stored, nil
}

// remember gathers the key of an entry, unless it was made too long ago to be remembered.
func (w *writer) remember(e *chat.Entry) bool {
	if e.Key.Made() < w.horizon {
		return false
	}
	w.bulk.keys.add(e.Key[:], int64(e.Device), int64(e.Log), int64(e.Seq))
	return true
}

// sourceID is a message number of an imported history.
type sourceID struct {
	room   chat.ChatID
	number int64
}

// blockSize is how many entries of a chat's log a row of the table written sums up. Smaller ones cost more
// rows, larger ones longer scans of what is not summed up yet.
const blockSize = 64

// block names a full block of a log, from 0.
type block struct {
	log chat.LogID
	n   chat.Seq
}

// sumAll is what the table written holds.
const sumAll = `SELECT e.log, e.author, (e.seq - 1) / 64 AS block, count(*) AS n FROM entries AS e
	CROSS JOIN heads AS h ON h.log = e.log WHERE e.flags & 1 AND e.log >> 32 = 1 AND e.seq <= h.seq / 64 * 64
	GROUP BY 1, 2, 3`

// sumUp counts who wrote how much in a block, once all of its entries are stored.
func (c *conn) sumUp(b block) error {
	return c.exec(`INSERT INTO written SELECT log, author, ?2, count(*) FROM entries
		WHERE log = ?1 AND seq > ?2 * 64 AND seq <= ?2 * 64 + 64 AND flags & 1 GROUP BY author`, b.log, b.n)
}

// boundTo returns the seq a number is bound to, 0 if it is free.
func (w *writer) boundTo(id sourceID) (chat.Seq, error) {
	if seq, ok := w.bulk.bound[id]; ok {
		return chat.Seq(seq), nil
	}
	var seq chat.Seq
	_, err := w.conn.one("SELECT seq FROM sources WHERE chat = ? AND number = ?",
		func(r *row) { seq = num[chat.Seq](r) }, id.room, id.number)
	return seq, err
}

// bindSource gathers a source, unless its number is bound to another entry.
func (w *writer) bindSource(e *chat.Entry, c chat.SourceSet) error {
	id, seq := sourceID{e.Log.Chat(), c.Number}, cmp.Or(c.Target, e.Seq)
	now, err := w.boundTo(id)
	if err != nil {
		return err
	}
	if now != 0 && now != seq {
		return chat.Errorf(chat.CodeConflict, "number %d is bound to entry %d", c.Number, now)
	}
	w.bulk.bound[id] = int64(seq)
	w.bulk.sources.add(int64(id.room), id.number, int64(seq), int64(c.Digest))
	return nil
}
