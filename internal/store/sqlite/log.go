// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"database/sql/driver"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// Columns of an entry, as readEntry reads them.
const entryColumns = "e.pos, e.log, e.seq, e.ord, e.at, e.author, e.device, e.key, e.kind, e.flags, " +
	"e.target, e.expires, e.chain, e.body, e.seal"

// Columns of an item and what they are read from, as readItem reads them: the entry, its overlay, and the
// entry that made the overlay and holds today's body. After itemTables comes a condition on e.
const (
	itemColumns = entryColumns + ", o.by_seq, o.at, o.redacted, b.body"
	itemTables  = "entries AS e LEFT JOIN overlays AS o ON o.log = e.log AND o.target = e.seq " +
		"LEFT JOIN entries AS b ON b.log = o.log AND b.seq = o.by_seq AND NOT o.redacted"
	// aboveFloor leaves out what was compacted away; ?1 is the log.
	aboveFloor = "e.log = ?1 AND e.seq > coalesce((SELECT floor FROM heads WHERE log = ?1), 0)"
)

func readEntry(r *row) chat.Entry {
	e := chat.Entry{
		Pos: num[chat.Pos](r), Log: num[chat.LogID](r), Seq: num[chat.Seq](r), Ord: num[chat.Ord](r),
		At: num[chat.Millis](r), Author: num[chat.AccountID](r), Device: num[chat.DeviceID](r),
	}
	copy(e.Key[:], r.blob())
	e.Env.Kind = num[chat.Kind](r)
	e.Env.SetFlags(num[uint8](r))
	e.Env.Target, e.Env.Expires = num[chat.Seq](r), num[chat.Millis](r)
	copy(e.Chain[:], r.blob())
	e.Body = r.blob()
	copy(e.Seal[:], r.blob())
	return e
}

func readItem(r *row) chat.Item {
	it := chat.Item{Entry: readEntry(r)}
	if by := num[chat.Seq](r); by != 0 {
		it.Overlay = &chat.Overlay{By: by, At: num[chat.Millis](r), Redacted: r.bool(), Body: r.blob()}
	}
	return it
}

// readHead reads headColumns.
func readHead(r *row) chat.Head {
	h := chat.Head{
		Log: num[chat.LogID](r), Seq: num[chat.Seq](r), Ord: num[chat.Ord](r), Pos: num[chat.Pos](r),
		Floor: num[chat.Seq](r),
	}
	copy(h.Chain[:], r.blob())
	return h
}

// items runs a query of itemColumns.
func (c *conn) items(text string, args ...any) ([]chat.Item, error) {
	var items []chat.Item
	err := c.query(text, func(r *row) error {
		items = append(items, readItem(r))
		return nil
	}, args...)
	return items, err
}

// Read implements engine.Log.
func (s *Store) Read(ctx context.Context, log chat.LogID, after chat.Seq, limit int,
) (items []chat.Item, err error) {
	err = s.read(ctx, "read", func(c *conn) error {
		items, err = c.items("SELECT "+itemColumns+" FROM "+itemTables+" WHERE "+aboveFloor+
			" AND e.seq > ?2 ORDER BY e.seq LIMIT ?3", log, after, max(limit, 0))
		return err
	})
	return items, err
}

// Page implements engine.Log.
func (s *Store) Page(ctx context.Context, log chat.LogID, before chat.Seq, limit int,
) (items []chat.Item, head chat.Head, err error) {
	below := int64(before)
	if before == 0 {
		below = 1 << 32
	}
	err = s.read(ctx, "page", func(c *conn) error {
		items, err = c.items("SELECT "+itemColumns+" FROM "+itemTables+" WHERE "+aboveFloor+
			" AND e.seq < ?2 ORDER BY e.seq DESC LIMIT ?3", log, below, max(limit, 0))
		if err != nil {
			return err
		}
		slices.Reverse(items)
		head, err = c.head(log)
		return err
	})
	return items, head, err
}

// head returns where a log stands, with the facts version of its chat.
func (c *conn) head(log chat.LogID) (chat.Head, error) {
	h := chat.Head{Log: log}
	_, err := c.one("SELECT "+headColumns+" FROM heads AS h WHERE h.log = ?",
		func(r *row) { h = readHead(r) }, log)
	if err != nil || log.Kind() != chat.ChatLog {
		return h, err
	}
	_, err = c.one("SELECT facts FROM chats WHERE chat = ?",
		func(r *row) { h.Facts = num[uint64](r) }, log.Chat())
	return h, err
}

// Get implements engine.Log.
func (s *Store) Get(ctx context.Context, log chat.LogID, seqs []chat.Seq) (items []chat.Item, err error) {
	err = s.read(ctx, "get", func(c *conn) error {
		items, err = c.items("SELECT "+itemColumns+" FROM json_each(?2) AS j CROSS JOIN "+itemTables+
			" WHERE "+aboveFloor+" AND e.seq = j.value", log, list(ascending(seqs)))
		return err
	})
	return items, err
}

// Changes implements engine.Log.
func (s *Store) Changes(ctx context.Context, log chat.LogID, after chat.Seq, limit int,
) (targets []chat.Seq, err error) {
	err = s.read(ctx, "changes", func(c *conn) error {
		return c.query(`SELECT target FROM overlays WHERE log = ? AND by_seq > ? ORDER BY by_seq, target LIMIT ?`,
			func(r *row) error {
				targets = append(targets, num[chat.Seq](r))
				return nil
			}, log, after, max(limit, 0)+1)
	})
	return targets, err
}

// Heads implements engine.Log.
func (s *Store) Heads(ctx context.Context, logs []chat.LogID) (heads []chat.Head, err error) {
	err = s.read(ctx, "heads", func(c *conn) error {
		heads, err = c.heads(logs)
		return err
	})
	return heads, err
}

// heads reads many heads in one query, with the facts of chats.
func (c *conn) heads(logs []chat.LogID) ([]chat.Head, error) {
	if len(logs) == 1 {
		h, err := c.head(logs[0])
		return []chat.Head{h}, err
	}
	found := make(map[chat.LogID]chat.Head, len(logs))
	var vals []driver.Value
	for _, log := range logs {
		vals = append(vals, int64(log))
	}
	err := c.among(headsAmong, 1, vals, func(r *row) error {
		log := num[chat.LogID](r)
		h := readHead(r)
		h.Log, h.Facts = log, num[uint64](r)
		found[log] = h
		return nil
	})
	heads := make([]chat.Head, len(logs))
	for i, log := range logs {
		heads[i] = found[log]
	}
	return heads, err
}

// Feed implements engine.Log.
func (s *Store) Feed(ctx context.Context, after chat.Pos, limit int,
) (entries []chat.Entry, next chat.Pos, err error) {
	err = s.read(ctx, "feed", func(c *conn) error {
		if limit <= 0 {
			next, err = c.lastPos()
			return err
		}
		next = after
		return c.query("SELECT "+entryColumns+" FROM entries AS e WHERE e.pos > ? ORDER BY e.pos LIMIT ?",
			func(r *row) error {
				e := readEntry(r)
				entries, next = append(entries, e), e.Pos
				return nil
			}, after, limit)
	})
	return entries, next, err
}

// lastPos is where the commit order ends. The last entry of a log is never deleted, so it does not go back.
func (c *conn) lastPos() (pos chat.Pos, err error) {
	_, err = c.one("SELECT max(pos) FROM entries", func(r *row) { pos = num[chat.Pos](r) })
	return pos, err
}

// Find implements engine.Log.
func (s *Store) Find(ctx context.Context, device chat.DeviceID, key chat.Key,
) (e chat.Entry, ok bool, err error) {
	if key.IsZero() {
		return e, false, nil
	}
	err = s.read(ctx, "find", func(c *conn) error {
		ok, err = c.one("SELECT "+entryColumns+" FROM keys AS k CROSS JOIN entries AS e "+
			"ON e.log = k.log AND e.seq = k.seq WHERE k.key = ? AND k.device = ?",
			func(r *row) { e = readEntry(r) }, key, device)
		return err
	})
	return e, ok, err
}
