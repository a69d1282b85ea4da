// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// forgetMarks drops the marks on an entry that was redacted.
func (w *writer) forgetMarks(log chat.LogID, seq chat.Seq) error {
	for _, text := range [...]string{
		"DELETE FROM reactions WHERE log = ? AND seq = ?",
		"DELETE FROM tallies WHERE log = ? AND seq = ?",
		"DELETE FROM views WHERE log = ? AND seq = ?",
	} {
		if err := w.conn.exec(text, log, seq); err != nil {
			return err
		}
	}
	return nil
}

// markable reports whether there is an entry to leave a mark on.
func (c *conn) markable(log chat.LogID, seq chat.Seq) (bool, error) {
	return c.one(`SELECT 1 FROM entries AS e WHERE e.log = ?1 AND e.seq = ?2 AND NOT EXISTS (
		SELECT 1 FROM overlays AS o WHERE o.log = ?1 AND o.target = ?2 AND o.redacted)`, func(*row) {}, log, seq)
}

// React implements engine.Marks. The tally is kept beside the reactions, so that a page need not count.
func (s *Store) React(ctx context.Context, log chat.LogID, seq chat.Seq, who engine.Reactor,
) (t chat.Tally, err error) {
	err = s.do(ctx, "react", func(w *writer) error {
		there, err := w.conn.markable(log, seq)
		if err != nil {
			return err
		}
		if !there {
			return chat.Errorf(chat.CodeTargetGone, "%s has no entry %d to react to", log, seq)
		}
		if err := w.react(log, seq, who); err != nil {
			return err
		}
		tallies, err := w.conn.tallies(log, []chat.Seq{seq}, who.Account)
		t = chat.Tally{Seq: seq}
		if len(tallies) > 0 {
			t = tallies[0]
		}
		return err
	})
	if err != nil {
		return chat.Tally{}, err
	}
	return t, nil
}

// react replaces the reactions of an account and moves the tally by the difference.
func (w *writer) react(log chat.LogID, seq chat.Seq, who engine.Reactor) error {
	var had []string
	err := w.conn.query("DELETE FROM reactions WHERE log = ? AND seq = ? AND account = ? RETURNING emoji",
		func(r *row) error {
			had = append(had, r.text())
			return nil
		}, log, seq, who.Account)
	if err != nil {
		return err
	}
	for _, emoji := range had {
		err := w.conn.exec("UPDATE tallies SET count = count - 1 WHERE log = ? AND seq = ? AND emoji = ?",
			log, seq, emoji)
		if err != nil {
			return err
		}
	}
	for _, emoji := range ascending(who.Emojis) {
		err := w.conn.exec("INSERT INTO reactions VALUES (?, ?, ?, ?)", log, seq, who.Account, emoji)
		if err != nil {
			return err
		}
		err = w.conn.exec("INSERT INTO tallies VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
			log, seq, emoji)
		if err != nil {
			return err
		}
	}
	return w.conn.exec("DELETE FROM tallies WHERE log = ? AND seq = ? AND count = 0", log, seq)
}

// Reactors implements engine.Marks.
func (s *Store) Reactors(ctx context.Context, log chat.LogID, seq chat.Seq, after chat.AccountID, limit int,
) (who []engine.Reactor, err error) {
	err = s.read(ctx, "reactors", func(c *conn) error {
		return c.query(`SELECT account, emoji FROM reactions WHERE log = ?1 AND seq = ?2 AND account IN (
			SELECT DISTINCT account FROM reactions WHERE log = ?1 AND seq = ?2 AND account > ?3
			ORDER BY account LIMIT ?4) ORDER BY account, emoji`, func(r *row) error {
			account, emoji := num[chat.AccountID](r), r.text()
			if len(who) == 0 || who[len(who)-1].Account != account {
				who = append(who, engine.Reactor{Account: account})
			}
			last := &who[len(who)-1]
			last.Emojis = append(last.Emojis, emoji)
			return nil
		}, log, seq, after, max(limit, 0))
	})
	return who, err
}

// Tallies implements engine.Marks.
func (s *Store) Tallies(ctx context.Context, log chat.LogID, seqs []chat.Seq, viewer chat.AccountID,
) (tallies []chat.Tally, err error) {
	err = s.read(ctx, "tallies", func(c *conn) error {
		tallies, err = c.tallies(log, seqs, viewer)
		return err
	})
	return tallies, err
}

func (c *conn) tallies(log chat.LogID, seqs []chat.Seq, viewer chat.AccountID) ([]chat.Tally, error) {
	var tallies []chat.Tally
	err := c.query(`SELECT j.value, v.views, t.emoji, t.count, r.account IS NOT NULL AND ?3 <> 0
		FROM json_each(?2) AS j
		LEFT JOIN views AS v ON v.log = ?1 AND v.seq = j.value
		LEFT JOIN tallies AS t ON t.log = ?1 AND t.seq = j.value
		LEFT JOIN reactions AS r ON r.log = ?1 AND r.seq = j.value AND r.account = ?3 AND r.emoji = t.emoji
		WHERE v.views IS NOT NULL OR t.count IS NOT NULL
		ORDER BY j.value, t.count DESC, t.emoji`, func(r *row) error {
		seq, views := num[chat.Seq](r), num[uint32](r)
		if len(tallies) == 0 || tallies[len(tallies)-1].Seq != seq {
			tallies = append(tallies, chat.Tally{Seq: seq, Views: views})
		}
		last := &tallies[len(tallies)-1]
		if emoji := r.text(); emoji != "" {
			last.Reactions = append(last.Reactions,
				chat.ReactionCount{Emoji: emoji, Count: num[uint32](r), Mine: r.bool()})
		}
		return nil
	}, log, list(ascending(seqs)), viewer)
	return tallies, err
}

// AddViews implements engine.Marks.
func (s *Store) AddViews(ctx context.Context, views []engine.ViewCount) error {
	return s.do(ctx, "add views", func(w *writer) error {
		for _, v := range views {
			there, err := w.conn.markable(v.Log, v.Seq)
			if err != nil {
				return err
			}
			if v.Views == 0 || !there {
				continue
			}
			err = w.conn.exec(`INSERT INTO views VALUES (?, ?, ?)
				ON CONFLICT DO UPDATE SET views = views + excluded.views`, v.Log, v.Seq, v.Views)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// SetTicks implements engine.Marks.
func (s *Store) SetTicks(ctx context.Context, ticks []engine.Tick) error {
	return s.do(ctx, "set ticks", func(w *writer) error {
		for _, t := range ticks {
			err := w.conn.exec(`INSERT INTO ticks VALUES (?, ?, ?)
				ON CONFLICT DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq`, t.Chat, t.Account, t.Seq)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// PeerTick implements engine.Marks.
func (s *Store) PeerTick(ctx context.Context, room chat.ChatID, except chat.AccountID,
) (seq chat.Seq, err error) {
	err = s.read(ctx, "peer tick", func(c *conn) error {
		_, err := c.one("SELECT seq FROM ticks WHERE chat = ? AND account <> ? ORDER BY seq DESC LIMIT 1",
			func(r *row) { seq = num[chat.Seq](r) }, room, except)
		return err
	})
	return seq, err
}

// Readers implements engine.Marks.
func (s *Store) Readers(ctx context.Context, room chat.ChatID, seq chat.Seq,
) (who []chat.AccountID, err error) {
	err = s.read(ctx, "readers", func(c *conn) error {
		return c.query("SELECT account FROM ticks WHERE chat = ? AND seq >= ? ORDER BY account",
			func(r *row) error {
				who = append(who, num[chat.AccountID](r))
				return nil
			}, room, seq)
	})
	return who, err
}

// Seen implements engine.Marks.
func (s *Store) Seen(ctx context.Context, seen map[chat.AccountID]chat.Millis) error {
	return s.do(ctx, "seen", func(w *writer) error {
		for who, at := range seen {
			err := w.conn.exec("INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
				who, at)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
