// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxWrong bounds what Check returns: beyond it, more of the same helps nobody.
const maxWrong = 100

// checks are the rules that a statement can find broken: its text gives one line for each breach.
var checks = [...]string{
	`SELECT format('key %s leads to another''s %d/%d entry %d', hex(k.key), k.log >> 32,
		k.log & 0xffffffff, k.seq)
		FROM keys AS k LEFT JOIN entries AS e ON e.log = k.log AND e.seq = k.seq
		WHERE e.key IS NOT k.key OR e.device IS NOT k.device`,
	`SELECT format('chat %d counts %d members and has %d', c.chat, c.members, n) FROM (
		SELECT c.chat, c.members, (SELECT count(*) FROM members AS m WHERE m.chat = c.chat
			AND m.role BETWEEN 1 AND 3) AS n FROM chats AS c) AS c WHERE c.members <> n`,
	`SELECT format('the tally of %s on %d/%d entry %d is %d and should be %d', emoji, log >> 32,
		log & 0xffffffff, seq, sum(tallied), sum(given)) FROM (
		SELECT log, seq, emoji, count AS tallied, 0 AS given FROM tallies UNION ALL
		SELECT log, seq, emoji, 0, 1 FROM reactions) GROUP BY log, seq, emoji HAVING sum(tallied) <> sum(given)`,
	`SELECT format('%d/%d entry %d was superseded and still has its body', e.log >> 32,
		e.log & 0xffffffff, e.seq)
		FROM overlays AS o CROSS JOIN entries AS e ON e.log = o.log AND e.seq = o.target WHERE e.body IS NOT NULL`,
	`SELECT format('%d entries of account %d in block %d of %d/%d, summed up as %d', sum(n), author, block,
		log >> 32, log & 0xffffffff, sum(summed)) FROM (
		SELECT log, author, block, 0 AS n, entries AS summed FROM written UNION ALL
		SELECT log, author, block, n, 0 FROM (` + sumAll + `))
		GROUP BY log, author, block HAVING sum(n) <> sum(summed)`,
	`SELECT format('%d/%d entry %d has no head', e.log >> 32, e.log & 0xffffffff, e.seq)
		FROM entries AS e WHERE e.seq = 1 AND NOT EXISTS (SELECT 1 FROM heads AS h WHERE h.log = e.log)`,
}

// Check implements engine.Upkeep. It reads everything once: the pages of the database, then every log.
func (s *Store) Check(ctx context.Context) (wrong []string, err error) {
	say := func(line string) {
		if len(wrong) < maxWrong {
			wrong = append(wrong, line)
		}
	}
	err = s.read(ctx, "check", func(c *conn) error {
		err := c.query(fmt.Sprintf("PRAGMA integrity_check(%d)", maxWrong), func(r *row) error {
			if line := r.text(); line != "ok" {
				say("the database is damaged: " + line)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, text := range checks {
			err := c.query(text, func(r *row) error {
				say(r.text())
				return ctx.Err()
			})
			if err != nil {
				return err
			}
		}
		return c.checkLogs(ctx, say)
	})
	return wrong, err
}

// checkLogs walks every log from its floor to its head.
func (c *conn) checkLogs(ctx context.Context, say func(string)) error {
	heads := map[chat.LogID]chat.Head{}
	err := c.query("SELECT "+headColumns+" FROM heads AS h", func(r *row) error {
		h := readHead(r)
		heads[h.Log] = h
		return nil
	})
	if err != nil {
		return err
	}
	walk := &logWalk{heads: heads, say: say}
	err = c.query("SELECT "+entryColumns+" FROM entries AS e ORDER BY e.log, e.seq", func(r *row) error {
		e := readEntry(r)
		walk.next(e)
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	walk.end()
	for log, h := range heads {
		say(fmt.Sprintf("%s has a head at %d and no entries", log, h.Seq))
	}
	return nil
}

// logWalk compares each entry with the one before it and the last of a log with its head.
type logWalk struct {
	heads map[chat.LogID]chat.Head // of logs not met yet
	head  chat.Head                // of the log being walked
	prev  chat.Entry
	say   func(string)
}

func (w *logWalk) next(e chat.Entry) {
	if e.Log != w.prev.Log {
		w.end()
		w.head = w.heads[e.Log]
		delete(w.heads, e.Log)
		w.prev = chat.Entry{Log: e.Log}
	}
	prev := w.prev
	w.prev = e
	if e.Seq <= w.head.Floor && e.Seq != prev.Seq+1 {
		return // what was compacted away below the floor
	}
	if e.Seq != prev.Seq+1 {
		if prev.Seq >= w.head.Floor || e.Seq != w.head.Floor+1 {
			w.say(fmt.Sprintf("%s goes from entry %d to %d", e.Log, prev.Seq, e.Seq))
		}
		return
	}
	ord := prev.Ord
	if e.Env.Counted {
		ord++
	}
	if e.Ord != ord {
		w.say(fmt.Sprintf("%s entry %d has ord %d, not %d", e.Log, e.Seq, e.Ord, ord))
	}
	if len(e.Body) > 0 && e.Chain != chat.Link(prev.Chain, &e) {
		w.say(fmt.Sprintf("%s entry %d breaks the chain", e.Log, e.Seq))
	}
}

func (w *logWalk) end() {
	if e, h := w.prev, w.head; e.Seq != h.Seq || e.Ord != h.Ord || e.Chain != h.Chain || e.Pos != h.Pos {
		w.say(fmt.Sprintf("the head of %s is not its last entry", e.Log))
	}
}
