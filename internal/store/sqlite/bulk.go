// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
)

// bulk gathers rows of one table and inserts many with one statement, which costs a tenth of inserting each.
// Every row is sure to be insertable, so statements say OR FAIL: SQLite then keeps no journal to take a
// half-done statement back, and a row that cannot be stored ends the transaction all the same.
type bulk struct {
	head, tail string
	columns    int
	rows       []driver.Value
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
			if err := c.insert(b.texts[n], rest[:n*b.columns]); err != nil {
				return fmt.Errorf("%s: %w", firstWords(b.head), err)
			}
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

func (c *conn) insert(text string, vals []driver.Value) error {
	s, err := c.prepared(text)
	if err != nil {
		return err
	}
	c.args = c.args[:0]
	for i, v := range vals {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	_, err = s.(driver.StmtExecContext).ExecContext(context.Background(), c.args)
	return coded(err)
}

// bulks are the tables that the common entries write to.
type bulks struct {
	entries, keys, heads, mentions, reads, sources *bulk

	// bound are the sources gathered, to be asked before the table.
	bound map[sourceID]int64
}

func newBulks() bulks {
	return bulks{
		entries:  newBulk(14, "INSERT OR FAIL INTO entries", ""),
		keys:     newBulk(4, "INSERT OR FAIL INTO keys", ""),
		mentions: newBulk(3, "INSERT OR IGNORE INTO mentions", ""),
		reads: newBulk(4, "INSERT INTO reads",
			"ON CONFLICT DO UPDATE SET seq = excluded.seq, ord = excluded.ord WHERE excluded.seq > seq"),
		sources: newBulk(4, "INSERT INTO sources", "ON CONFLICT DO UPDATE SET digest = excluded.digest"),
		heads: newBulk(6, "INSERT INTO heads",
			"ON CONFLICT DO UPDATE SET seq = excluded.seq, ord = excluded.ord, pos = excluded.pos, "+
				"chain = excluded.chain"),
		bound: map[sourceID]int64{},
	}
}

func (b *bulks) each() []*bulk {
	return []*bulk{b.entries, b.keys, b.mentions, b.reads, b.sources, b.heads}
}

func (b *bulks) flush(c *conn) error {
	for _, one := range b.each() {
		if err := one.flush(c); err != nil {
			return err
		}
	}
	clear(b.bound)
	return nil
}

func (b *bulks) discard() {
	for _, one := range b.each() {
		one.discard()
	}
	clear(b.bound)
}
