// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
)

// bulk gathers rows of one table and inserts many with one statement, which costs a tenth of inserting each.
//
// SQLite keeps a copy of every page that a statement changes, to take it back half-done, unless the statement
// cannot fail that way: hence OR FAIL and OR REPLACE, no rowid of our own, and few upserts. It is as dear as
// the insert itself. A row that cannot be stored after all ends the transaction.
type bulk struct {
	head, tail string
	columns    int
	rows       []driver.Value
	last       int64 // rowid of the last row inserted
	texts      map[int]string
}

// sizes are how many rows a statement may have: few, so that each is prepared once.
var sizes = [...]int{64, 8, 1}

func newBulk(columns int, head, tail string) *bulk {
	b := &bulk{head: head, tail: tail, columns: columns, texts: map[int]string{}}
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + ")"
	for _, n := range sizes {
		b.texts[n] = head + " VALUES " + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + " " + tail
	}
	return b
}

// add takes one row, as the driver knows values.
func (b *bulk) add(vals ...driver.Value) { b.rows = append(b.rows, vals...) }

// flush inserts what was gathered.
func (b *bulk) flush(c *conn) error {
	rest := b.rows
	for _, n := range sizes {
		for len(rest) >= n*b.columns {
			id, err := c.insert(b.texts[n], rest[:n*b.columns])
			if err != nil {
				return fmt.Errorf("%s: %w", firstWords(b.head), err)
			}
			b.last = id
			rest = rest[n*b.columns:]
		}
	}
	b.discard()
	return nil
}

// discard forgets what was gathered, and the bodies it points to.
func (b *bulk) discard() {
	clear(b.rows)
	b.rows = b.rows[:0]
}

func (c *conn) insert(text string, vals []driver.Value) (rowid int64, err error) {
	s, err := c.prepared(text)
	if err != nil {
		return 0, err
	}
	c.args = c.args[:0]
	for i, v := range vals {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	r, err := s.(driver.StmtExecContext).ExecContext(context.Background(), c.args)
	if err != nil {
		return 0, coded(err)
	}
	return r.LastInsertId()
}

// bulks are the tables that the common entries write to.
type bulks struct {
	entries, keys, heads, mentions, reads, sources *bulk

	// full are the blocks whose last entry is gathered.
	full []block
	// bound are the sources gathered, to be asked before the table.
	bound map[sourceID]int64
}

func newBulks() bulks {
	return bulks{
		entries: newBulk(14, "INSERT OR FAIL INTO entries (log, seq, ord, at, author, device, key, kind, flags, "+
			"target, expires, chain, body, seal)", ""),
		keys:     newBulk(4, "INSERT OR FAIL INTO keys", ""),
		mentions: newBulk(3, "INSERT OR IGNORE INTO mentions", ""),
		reads: newBulk(4, "INSERT INTO reads",
			"ON CONFLICT DO UPDATE SET seq = excluded.seq, ord = excluded.ord WHERE excluded.seq > seq"),
		sources: newBulk(4, "INSERT INTO sources", "ON CONFLICT DO UPDATE SET digest = excluded.digest"),
		heads:   newBulk(6, "INSERT OR REPLACE INTO heads", ""),
		bound:   map[sourceID]int64{},
	}
}

func (b *bulks) each() []*bulk {
	return []*bulk{b.entries, b.keys, b.mentions, b.reads, b.sources, b.heads}
}

// flush inserts everything gathered. SQLite gives each entry the row number after the greatest, which is the
// pos we told: pos is that of the last.
func (b *bulks) flush(c *conn, pos chat.Pos) error {
	entries := len(b.entries.rows) > 0
	for _, one := range b.each() {
		if err := one.flush(c); err != nil {
			return err
		}
	}
	clear(b.bound)
	for _, f := range b.full {
		if err := c.sumUp(f); err != nil {
			return err
		}
	}
	b.full = b.full[:0]
	if entries && b.entries.last != int64(pos) {
		return &outOfStep{told: pos, got: chat.Pos(b.entries.last)}
	}
	return nil
}

// outOfStep says that an entry got another row number than we told: somebody else writes, or the database is
// damaged. It ends the transaction.
type outOfStep struct{ told, got chat.Pos }

// Error implements error.
func (e *outOfStep) Error() string {
	return fmt.Sprintf("an entry was stored at position %d, not %d", e.got, e.told)
}

func (b *bulks) discard() {
	for _, one := range b.each() {
		one.discard()
	}
	b.full = b.full[:0]
	clear(b.bound)
}
