// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// People implements engine.Users.
func (s *Store) People(ctx context.Context, accounts []chat.AccountID) (people []chat.Person, err error) {
	err = s.read(ctx, "people", func(c *conn) error {
		return c.query(`SELECT a.account, a.name, a.username, a.about, a.hide_last_seen, a.hide_typing,
			a.hide_reads, a.hide_forwards, a.refuse_invites, a.unfindable, a.quiet_contacts, a.photo_for,
			a.deleted, s.at,
			`+photoOfPerson+` FROM json_each(?1) AS j CROSS JOIN people AS a ON a.account = j.value
			LEFT JOIN seen AS s ON s.account = a.account`, func(r *row) error {
			people = append(people, chat.Person{
				ID:      num[chat.AccountID](r),
				Profile: chat.Profile{Name: r.text(), Username: r.text(), About: r.text()},
				Privacy: chat.Privacy{
					HideLastSeen: r.bool(), HideTyping: r.bool(), HideReads: r.bool(), HideForwards: r.bool(),
					RefuseInvites: r.bool(), Unfindable: r.bool(), QuietContacts: r.bool(),
					Photo: num[chat.PhotoAudience](r),
				},
				Deleted:  r.bool(),
				LastSeen: num[chat.Millis](r),
				Photo:    unpack(r.text()),
			})
			return nil
		}, list(ascending(accounts)))
	})
	return people, err
}

// Blocked implements engine.Users.
func (s *Store) Blocked(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) (blocked []chat.AccountID, err error) {
	text, args := "SELECT other FROM blocks WHERE account = ?1 ORDER BY other", []any{account}
	if len(others) > 0 {
		text = `SELECT j.value FROM json_each(?2) AS j
			WHERE EXISTS (SELECT 1 FROM blocks WHERE account = ?1 AND other = j.value)
			OR EXISTS (SELECT 1 FROM blocks WHERE account = j.value AND other = ?1)`
		args = append(args, list(ascending(others)))
	}
	err = s.read(ctx, "blocked", func(c *conn) error {
		return c.query(text, func(r *row) error {
			blocked = append(blocked, num[chat.AccountID](r))
			return nil
		}, args...)
	})
	return blocked, err
}

// Invitations implements engine.Users.
func (s *Store) Invitations(ctx context.Context, account chat.AccountID) (to []chat.Invitation, err error) {
	err = s.read(ctx, "invitations", func(c *conn) error {
		return c.query(`SELECT m.chat, e.author FROM members AS m LEFT JOIN entries AS e ON e.pos = m.pos
			WHERE m.account = ? AND m.role = ? ORDER BY m.chat`,
			func(r *row) error {
				to = append(to, chat.Invitation{Chat: num[chat.ChatID](r), By: num[chat.AccountID](r)})
				return nil
			}, account, chat.RoleInvited)
	})
	return to, err
}

// Held implements engine.Users.
func (s *Store) Held(ctx context.Context, account chat.AccountID) (held chat.Holdings, err error) {
	err = s.read(ctx, "held", func(c *conn) error {
		_, err := c.one(`SELECT count(*), count(*) FILTER (WHERE m.role = ?2)
			FROM members AS m CROSS JOIN chats AS c ON c.chat = m.chat
			WHERE m.account = ?1 AND m.role BETWEEN 1 AND 3 AND c.type IN (?3, ?4) AND NOT c.deleted`,
			func(r *row) { held = chat.Holdings{In: num[uint32](r), Owned: num[uint32](r)} },
			account, chat.RoleOwner, chat.Group, chat.Channel)
		return err
	})
	return held, err
}

// Source implements engine.Users.
func (s *Store) Source(ctx context.Context, room chat.ChatID, numbers []int64,
) (found map[int64]engine.Source, err error) {
	found = map[int64]engine.Source{}
	err = s.read(ctx, "source", func(c *conn) error {
		return c.query(`SELECT s.number, s.seq, s.digest FROM json_each(?2) AS j
			CROSS JOIN sources AS s ON s.chat = ?1 AND s.number = j.value`, func(r *row) error {
			found[r.int()] = engine.Source{Seq: num[chat.Seq](r), Digest: num[uint64](r)}
			return nil
		}, room, list(numbers))
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// NextID implements engine.Users.
func (s *Store) NextID(ctx context.Context, kind engine.IDKind) (id uint32, err error) {
	err = s.do(ctx, "next id", func(w *writer) error {
		_, err := w.conn.one(`INSERT INTO ids VALUES (?, 1)
			ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last`,
			func(r *row) { id = num[uint32](r) }, kind)
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// FirstAt implements engine.Users. Times in a log hardly ever go back, so it halves the log again and again:
// an index by time would cost every append.
func (s *Store) FirstAt(ctx context.Context, log chat.LogID, at chat.Millis) (first chat.Seq, err error) {
	err = s.read(ctx, "first at", func(c *conn) error {
		h, err := c.head(log)
		if err != nil {
			return err
		}
		low, high := int64(h.Floor)+1, int64(h.Seq)
		for low <= high {
			middle := (low + high) / 2
			var seq int64
			var then chat.Millis
			found, err := c.one(`SELECT seq, at FROM entries WHERE log = ? AND seq >= ? AND flags & 1
				ORDER BY seq LIMIT 1`, func(r *row) { seq, then = r.int(), num[chat.Millis](r) }, log, middle)
			switch {
			case err != nil:
				return err
			case !found:
				high = middle - 1
			case then >= at:
				first, high = chat.Seq(seq), middle-1
			default:
				low = seq + 1
			}
		}
		return nil
	})
	return first, err
}

// Notices implements engine.Notices. The kind is written out: only then the index of notices serves.
func (s *Store) Notices(ctx context.Context, who chat.AccountID, limit int) (all []chat.Entry, err error) {
	err = s.read(ctx, "notices", func(c *conn) error {
		return c.query("SELECT "+entryColumns+" FROM entries AS e WHERE e.log = ? AND e.kind = 47 "+
			"ORDER BY e.seq DESC LIMIT ?", func(r *row) error {
			all = append(all, readEntry(r))
			return nil
		}, who.Log(), max(limit, 0))
	})
	slices.Reverse(all)
	return all, err
}

// Compact implements engine.Upkeep.
func (s *Store) Compact(ctx context.Context, log chat.LogID, floor chat.Seq, erase []chat.Seq) error {
	return s.do(ctx, "compact", func(w *writer) error {
		h, err := w.conn.head(log)
		if err != nil {
			return err
		}
		switch {
		case log.Kind() != chat.UserLog:
			return chat.Errorf(chat.CodeBadRequest, "%s is no user log", log)
		case floor > h.Seq:
			return chat.Errorf(chat.CodeBadRequest, "%s ends at %d, before the floor %d", log, h.Seq, floor)
		case len(erase) > 0 && slices.Max(erase) > floor:
			return chat.Errorf(chat.CodeBadRequest, "entry %d of %s is above the floor", slices.Max(erase), log)
		}
		w.erased = true
		if err := w.conn.exec(`DELETE FROM entries WHERE log = ?1 AND seq <> ?2
			AND seq IN (SELECT value FROM json_each(?3)) AND (key IS NULL OR NOT EXISTS (
				SELECT 1 FROM keys AS k WHERE k.key = entries.key AND k.device = entries.device))`,
			log, h.Seq, list(erase)); err != nil {
			return err
		}
		return w.conn.exec("UPDATE heads SET floor = max(floor, ?) WHERE log = ?", floor, log)
	})
}

// PruneKeys implements engine.Upkeep. Keys begin with the time they were made, so the old ones are a range.
func (s *Store) PruneKeys(ctx context.Context, before chat.Millis) error {
	return s.do(ctx, "prune keys", func(w *writer) error {
		if err := w.load(); err != nil {
			return err
		}
		if before <= w.horizon {
			return nil
		}
		if err := w.conn.exec("UPDATE meta SET value = ? WHERE name = 'horizon'", before); err != nil {
			return err
		}
		return w.conn.exec("DELETE FROM keys WHERE key < ?", firstKey(before))
	})
}

// firstKey is the least key made at a time, or all ones beyond the times that a key can tell.
func firstKey(at chat.Millis) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(min(max(at, 0), 1<<48-1)))
	return b[2:]
}
