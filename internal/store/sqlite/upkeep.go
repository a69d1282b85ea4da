// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// Incarnation implements engine.Upkeep.
func (s *Store) Incarnation(ctx context.Context) (in chat.Incarnation, err error) {
	err = s.read(ctx, "incarnation", func(c *conn) error {
		_, err := c.one("SELECT value FROM meta WHERE name = 'incarnation'",
			func(r *row) { copy(in[:], r.blob()) })
		return err
	})
	return in, err
}

// Renew implements engine.Upkeep.
func (s *Store) Renew(ctx context.Context) (in chat.Incarnation, err error) {
	err = s.do(ctx, "renew", func(w *writer) error {
		_, err := w.conn.one("UPDATE meta SET value = randomblob(16) WHERE name = 'incarnation' RETURNING value",
			func(r *row) { copy(in[:], r.blob()) })
		return err
	})
	return in, err
}

// projections are the tables that Rebuild empties and fills again.
var projections = [...]string{
	"keys", "chats", "members", "names", "directs", "overlays", "pins", "mentions", "links", "link_uses",
	"requests", "people", "words", "written", "blocks", "drafts", "prefs", "reads", "sources",
	"contacts", "personal_links", "reports", "decisions", "acts", "spent", "media_refs", "photos", "rested",
}

// rebuildStep is how many entries are read at a time; their bodies are in memory meanwhile.
const rebuildStep = 1000

// Rebuild implements engine.Upkeep. It is one transaction: a crash leaves everything as it was. Nothing else
// is written meanwhile.
func (s *Store) Rebuild(ctx context.Context, project func(chat.Entry) ([]chat.Change, error)) error {
	return s.do(ctx, "rebuild", func(w *writer) error {
		return w.rebuild(ctx, project, func(_, _ chat.Pos) {})
	})
}

// rebuild makes the projections again in the transaction that runs, and tells how far it is.
func (w *writer) rebuild(ctx context.Context, project func(chat.Entry) ([]chat.Change, error),
	tell func(done, all chat.Pos)) error {
	if err := w.load(); err != nil {
		return err
	}
	for _, table := range projections {
		if err := w.conn.exec("DELETE FROM " + table); err != nil {
			return err
		}
	}
	for after := chat.Pos(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		next, err := w.again(after, project)
		if err != nil {
			return err
		}
		if next == after {
			return w.conn.exec("INSERT INTO written " + sumAll)
		}
		after = next
		tell(after, w.pos)
	}
}

// again applies the entries after a position and returns the position of the last.
func (w *writer) again(after chat.Pos, project func(chat.Entry) ([]chat.Change, error)) (chat.Pos, error) {
	entries := make([]chat.Entry, 0, rebuildStep)
	err := w.conn.query("SELECT "+entryColumns+" FROM entries AS e WHERE e.pos > ? ORDER BY e.pos LIMIT ?",
		func(r *row) error {
			entries = append(entries, readEntry(r))
			return nil
		}, after, rebuildStep)
	if err != nil {
		return after, err
	}
	for i := range entries {
		e := &entries[i]
		if !e.Key.IsZero() {
			w.remember(e)
		}
		changes, err := project(*e)
		if err != nil {
			return after, fmt.Errorf("%s entry %d: %w", e.Log, e.Seq, err)
		}
		for _, c := range changes {
			if err := w.apply(e, c); err != nil {
				return after, fmt.Errorf("%s entry %d: %w", e.Log, e.Seq, err)
			}
		}
		after = e.Pos
	}
	return after, w.flush()
}

// dumped are the tables of a dump with their columns, in the order that storetest documents.
var dumped = [...]struct{ table, columns, order string }{
	{"acts", "a.account, " + actColumns, "1, 2"},
	{"blocks", "account, other", "1, 2"},
	{"chats", chatColumns + ", NULL", "1"},
	{"contacts", "account, other, name, seen_name, seen_username, " +
		"iif(seen_photo = X'', printf('%064d', 0), lower(hex(seen_photo))), 0", "1, 2"},
	{"decisions", decisionColumns, "1"},
	{"directs", "a, b, chat", "1, 2"},
	{"drafts", "account, chat, text, entities, reply, quote, at", "1, 2"},
	{"keys", "lower(hex(key)), device, log, seq", "key, 2"},
	{"link_uses", "token, account", "1, 2"},
	{"links", linkColumns, "1"},
	{"media_refs", "lower(hex(hash)), log, seq, author, size", "hash, 2, 3"},
	{"members", "m.chat, " + memberColumns, "1, 2"},
	{"mentions", "account, log, seq", "1, 2, 3"},
	{"names", "name, skeleton, account, chat", "1"},
	{"overlays", "log, target, by_seq, at, redacted", "1, 2"},
	{"people", "account, name, username, about, hide_last_seen, hide_typing, hide_reads, hide_forwards, " +
		"refuse_invites, unfindable, quiet_contacts, photo_for, deleted", "1"},
	{"personal_links", "account, coalesce(token, ''), token IS NULL", "1"},
	{"photos", "log, seq, at, lower(hex(hash)), size, mime, width, height, lower(hex(thumbhash))", "1, 2"},
	{"pins", "log, target, by_seq", "1, 2"},
	{"prefs", "account, chat, muted_until, archived, pin_rank, marked_unread", "1, 2"},
	{"reads", "account, chat, seq, ord", "1, 2"},
	{"reports", reportColumns, "1, 2"},
	{"requests", "chat, account, at, token, 0, 0", "1, 2"},
	{"rested", "skeleton, name, account, chat, by, at", "1"},
	{"sources", "chat, number, seq, digest", "1, 2"},
	{"spent", "account, at, strangers, links, rooms", "1, 2, 3, 4, 5"},
}

// Dump implements engine.Upkeep.
func (s *Store) Dump(ctx context.Context, each func(table string, values ...any) error) error {
	return s.read(ctx, "dump", func(c *conn) error {
		for _, d := range dumped {
			text := fmt.Sprintf("SELECT %s FROM %s AS %c ORDER BY %s", d.columns, d.table, d.table[0], d.order)
			err := c.query(text, func(r *row) error {
				values := make([]any, len(r.vals))
				for i, v := range r.vals {
					values[i] = v
				}
				return each(d.table, values...)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
