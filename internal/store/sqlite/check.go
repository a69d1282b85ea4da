// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxWrong bounds what Check returns: beyond it, more of the same helps nobody.
const maxWrong = 100

// checks are the rules that a statement can find broken and no walk over the entries does: its text gives one
// line for each breach.
var checks = [...]string{
	`SELECT format('chat %d counts %d members and has %d', c.chat, c.members, n) FROM (
		SELECT c.chat, c.members, (SELECT count(*) FROM members AS m WHERE m.chat = c.chat
			AND m.role BETWEEN 1 AND 3) AS n FROM chats AS c) AS c WHERE c.members <> n`,
	`SELECT format('the tally of %s on %d/%d entry %d is %d and should be %d', emoji, log >> 32,
		log & 0xffffffff, seq, sum(tallied), sum(given)) FROM (
		SELECT log, seq, emoji, count AS tallied, 0 AS given FROM tallies UNION ALL
		SELECT log, seq, emoji, 0, 1 FROM reactions) GROUP BY log, seq, emoji HAVING sum(tallied) <> sum(given)`,
	`SELECT format('%d entries of account %d in block %d of %d/%d, summed up as %d', sum(n), author, block,
		log >> 32, log & 0xffffffff, sum(summed)) FROM (
		SELECT log, author, block, 0 AS n, entries AS summed FROM written UNION ALL
		SELECT log, author, block, n, 0 FROM (` + sumAll + `))
		GROUP BY log, author, block HAVING sum(n) <> sum(summed)`,
	`SELECT format('%d/%d has a head at %d and no entries', h.log >> 32, h.log & 0xffffffff, h.seq)
		FROM heads AS h WHERE NOT EXISTS (SELECT 1 FROM entries AS e WHERE e.log = h.log)`,
}

// Check implements engine.Upkeep. It reads the pages of the database once, and what rules compare.
func (s *Store) Check(ctx context.Context) (wrong []string, err error) {
	say := func(line string) {
		if len(wrong) < maxWrong {
			wrong = append(wrong, line)
		}
	}
	err = s.read(ctx, "check", func(c *conn) error {
		err := c.longQuery(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", maxWrong), func(r *row) error {
			if line := r.text(); line != "ok" {
				say("the database is damaged: " + line)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, text := range checks {
			err := c.longQuery(ctx, text, func(r *row) error {
				say(r.text())
				return ctx.Err()
			})
			if err != nil {
				return err
			}
		}
		return c.checkWords(ctx, say)
	})
	return wrong, err
}

// checkWords compares the words that people are found by with their names. They are in no dump: each store
// finds people in its own way.
func (c *conn) checkWords(ctx context.Context, say func(string)) error {
	type word struct {
		tail string
		of   chat.AccountID
	}
	words, missing := map[word]bool{}, map[word]bool{}
	err := c.query("SELECT tail, account FROM words", func(r *row) error {
		words[word{r.text(), num[chat.AccountID](r)}] = true
		return nil
	})
	if err != nil {
		return err
	}
	err = c.query("SELECT account, name, username FROM people", func(r *row) error {
		of := num[chat.AccountID](r)
		for _, tail := range tails(chat.Profile{Name: r.text(), Username: r.text()}) {
			missing[word{tail, of}] = true
		}
		return ctx.Err()
	})
	for w := range words {
		if !missing[w] {
			say(fmt.Sprintf("account %d is found by a word that is not in its name", w.of))
		}
		delete(missing, w)
	}
	for w := range missing {
		say(fmt.Sprintf("account %d is not found by a word of its name", w.of))
	}
	return err
}
