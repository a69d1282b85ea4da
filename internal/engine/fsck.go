// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// Fault is something a store says that contradicts an invariant. It holds no content.
type Fault struct {
	Invariant string // I1–I12, or "store" for what the database itself found
	Log       chat.LogID
	Seq       chat.Seq
	Text      string
}

// String writes a fault on one line.
func (f Fault) String() string {
	return fmt.Sprintf("%s: %s/%d: %s", f.Invariant, f.Log, f.Seq, f.Text)
}

// CheckConfig says what to check and how far.
type CheckConfig struct {
	Store Store
	Codec Codec // nil: bodies stay closed, so what follows from them is not compared
	// Rebuild compares the projections with what they are rebuilt as, by rebuilding them in place (I7).
	// Where they are right, that changes nothing.
	Rebuild bool
}

// maxFaults bounds how many faults one check reports.
const maxFaults = 1000

// checkRead is how many entries a check reads at a time.
const checkRead = 1000

// Check walks every entry of a store in commit order and reports what contradicts the invariants: places
// (I2), keys (I3), chains, bodies (I8) and those that should have been erased, heads, projections (I7) and
// the incarnation (I12). Nothing may be appended meanwhile. It costs one read per keyed entry and memory for
// each log and each superseded entry.
func Check(ctx context.Context, cfg CheckConfig) ([]Fault, error) {
	c := &check{store: cfg.Store, codec: cfg.Codec, logs: make(map[chat.LogID]*logCheck)}
	lines, err := c.store.Check(ctx)
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	for _, line := range lines {
		c.fault("store", 0, 0, "%s", line)
	}
	steps := []func(context.Context) error{c.incarnation, c.walk, c.heads, c.overlays}
	if cfg.Rebuild {
		steps = append(steps, c.rebuild)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return c.faults, fmt.Errorf("check: %w", err)
		}
	}
	return c.faults, nil
}

type check struct {
	store  Store
	codec  Codec
	faults []Fault
	pos    chat.Pos
	logs   map[chat.LogID]*logCheck
}

// logCheck is what a check knows of a log when it has come to one of its entries.
type logCheck struct {
	floor chat.Seq
	last  chat.Entry
	// over are the entries that later ones superseded, each with all that did, in their order.
	over map[chat.Seq][]superseding
}

type superseding struct {
	by     chat.Seq
	redact bool
}

func (c *check) fault(invariant string, log chat.LogID, seq chat.Seq, format string, args ...any) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, Fault{invariant, log, seq, fmt.Sprintf(format, args...)})
	}
}

// incarnation looks whether a restored store could be told from this one.
func (c *check) incarnation(ctx context.Context) error {
	in, err := c.store.Incarnation(ctx)
	if err != nil {
		return fmt.Errorf("incarnation: %w", err)
	}
	if in == (chat.Incarnation{}) {
		c.fault("I12", 0, 0, "the store has no incarnation")
	}
	return nil
}

// walk looks at every entry.
func (c *check) walk(ctx context.Context) error {
	for {
		entries, next, err := c.store.Feed(ctx, c.pos, checkRead)
		if err != nil {
			return fmt.Errorf("feed: %w", err)
		}
		if len(entries) == 0 {
			return nil
		}
		for _, e := range entries {
			if err := c.entry(ctx, e); err != nil {
				return err
			}
		}
		c.pos = next
	}
}

func (c *check) entry(ctx context.Context, e chat.Entry) error {
	l, err := c.logOf(ctx, e.Log)
	if err != nil {
		return err
	}
	if e.Pos <= c.pos {
		c.fault("I2", e.Log, e.Seq, "position %d comes after %d", e.Pos, c.pos)
	}
	c.pos = e.Pos
	c.place(l, e)
	if err := c.key(ctx, e); err != nil {
		return err
	}
	var changes []chat.Change
	if c.codec != nil {
		if changes, err = Project(c.codec, e); err != nil {
			c.fault("I8", e.Log, e.Seq, "body cannot be decoded")
		}
	}
	for _, change := range changes {
		if s, ok := change.(chat.Superseded); ok {
			l.over[s.Target] = append(l.over[s.Target], superseding{e.Seq, s.Redact})
		}
	}
	l.last = e
	return nil
}

func (c *check) logOf(ctx context.Context, log chat.LogID) (*logCheck, error) {
	if l, ok := c.logs[log]; ok {
		return l, nil
	}
	heads, err := c.store.Heads(ctx, []chat.LogID{log})
	if err != nil {
		return nil, fmt.Errorf("head of %s: %w", log, err)
	}
	l := &logCheck{floor: heads[0].Floor, over: make(map[chat.Seq][]superseding)}
	c.logs[log] = l
	return l, nil
}

// place checks seq, ord and chain against the entry before. Below the floor of a user log entries may be
// missing; where the entry before is missing, the chain cannot be computed.
func (c *check) place(l *logCheck, e chat.Entry) {
	want := l.last.Seq + 1
	if e.Seq != want && (e.Seq < want || e.Seq > l.floor+1) {
		c.fault("I2", e.Log, e.Seq, "entry %d was expected here", want)
	}
	if e.Seq != want {
		return
	}
	ord := l.last.Ord
	if e.Env.Counted {
		ord++
	}
	if e.Ord != ord {
		c.fault("I2", e.Log, e.Seq, "ord is %d, not %d", e.Ord, ord)
	}
	if e.Chain != chat.Link(l.last.Chain, &e) {
		c.fault("chain", e.Log, e.Seq, "the chain is broken")
	}
}

// key checks that the key of an entry leads to it, if it is remembered.
func (c *check) key(ctx context.Context, e chat.Entry) error {
	if e.Key.IsZero() {
		return nil
	}
	found, ok, err := c.store.Find(ctx, e.Device, e.Key)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	if ok && (found.Log != e.Log || found.Seq != e.Seq) {
		c.fault("I3", e.Log, e.Seq, "its key leads to %s/%d", found.Log, found.Seq)
	}
	return nil
}

// heads checks that every head is the last entry of its log.
func (c *check) heads(ctx context.Context) error {
	logs := make([]chat.LogID, 0, len(c.logs))
	for log := range c.logs {
		logs = append(logs, log)
	}
	slices.Sort(logs)
	for part := range slices.Chunk(logs, checkRead) {
		heads, err := c.store.Heads(ctx, part)
		if err != nil {
			return fmt.Errorf("heads: %w", err)
		}
		for _, h := range heads {
			last := c.logs[h.Log].last
			if h.Seq != last.Seq || h.Ord != last.Ord || h.Pos != last.Pos || h.Chain != last.Chain {
				c.fault("I2", h.Log, h.Seq, "the head is not the last entry, %d", last.Seq)
			}
		}
	}
	return nil
}

// overlays checks that what was superseded shows as it stands today and that its old bodies are gone.
func (c *check) overlays(ctx context.Context) error {
	for log, l := range c.logs {
		var seqs []chat.Seq
		for target, over := range l.over {
			seqs = append(seqs, target)
			for _, s := range over {
				seqs = append(seqs, s.by)
			}
		}
		slices.Sort(seqs)
		for part := range slices.Chunk(slices.Compact(seqs), checkRead) {
			items, err := c.store.Get(ctx, log, part)
			if err != nil {
				return fmt.Errorf("get of %s: %w", log, err)
			}
			if len(items) != len(part) {
				c.fault("I2", log, part[0], "%d superseded entries are not there", len(part)-len(items))
			}
			for _, it := range items {
				c.overlay(l, it)
			}
		}
	}
	return nil
}

func (c *check) overlay(l *logCheck, it chat.Item) {
	if target := it.Env.Target; it.Env.Kind == chat.KindEdit {
		over := l.over[target]
		if last := over[len(over)-1]; last.by != it.Seq && len(it.Body) > 0 {
			c.fault("erasure", it.Log, it.Seq, "the body of a superseded edit is still there")
		}
	}
	over := l.over[it.Seq]
	if len(over) == 0 {
		return
	}
	last := over[len(over)-1]
	if len(it.Body) > 0 {
		c.fault("erasure", it.Log, it.Seq, "the superseded body is still there")
	}
	switch o := it.Overlay; {
	case o == nil:
		c.fault("I7", it.Log, it.Seq, "superseded by %d, and does not show it", last.by)
	case o.By != last.by || o.Redacted != last.redact:
		c.fault("I7", it.Log, it.Seq, "shows %d as today's version, not %d", o.By, last.by)
	case o.Redacted && len(o.Body) > 0:
		c.fault("erasure", it.Log, it.Seq, "a redacted body is still shown")
	}
}

// rebuild compares the projections with what they are rebuilt as.
func (c *check) rebuild(ctx context.Context) error {
	before, err := c.dump(ctx)
	if err != nil {
		return err
	}
	err = c.store.Rebuild(ctx, func(e chat.Entry) ([]chat.Change, error) { return Project(c.codec, e) })
	if err != nil {
		c.fault("I7", 0, 0, "rebuild: %v", err)
		return nil
	}
	after, err := c.dump(ctx)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	tell := func(rows, others map[dumped]bool, what string) {
		for row := range rows {
			if text := row.name + what; !others[row] && !told[row.name] {
				told[row.name] = true
				c.fault("I7", 0, 0, "%s", text)
			}
		}
	}
	tell(after, before, ": the row is missing or another than the entries make")
	tell(before, after, ": the row is there and no entry makes it")
	return nil
}

// dumped is a row of a projection: its table with the numbers it begins with, and a hash of all of it, for
// faults hold no content.
type dumped struct {
	name string
	hash [sha256.Size]byte
}

func (c *check) dump(ctx context.Context) (map[dumped]bool, error) {
	rows := make(map[dumped]bool)
	err := c.store.Dump(ctx, func(table string, values ...any) error {
		name := table
		for _, v := range values[:min(2, len(values))] {
			n, ok := v.(int64)
			if !ok {
				break
			}
			name += fmt.Sprintf(" %d", n)
		}
		rows[dumped{name, sha256.Sum256(fmt.Appendf(nil, "%#v", values))}] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("dump: %w", err)
	}
	return rows, nil
}
