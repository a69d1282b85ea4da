// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// sealStep is how many entries are read at a time.
	sealStep = 2048
	// sealRows is how many entries a statement seals: a statement for each would cost twice the time.
	sealRows = 64
)

// sealer takes step 2 of the schema: every entry gets a seal, and every log is linked again, for the chains
// of before told what erased bodies had said. Of a body that is gone already nothing is known: what its entry
// is given stands for it from now on. Digests of imported lines that were redacted go as well.
type sealer struct {
	upgrade *upgrade
	tx      *sql.Tx
	many    *sql.Stmt // for sealRows entries
	one     *sql.Stmt
	chains  map[chat.LogID]chat.Chain
	args    []any
}

// seal is one transaction, whatever it takes: a program of before finds its own schema or is refused, never
// something between.
func (u *upgrade) seal(ctx context.Context, tx *sql.Tx) error {
	s := &sealer{upgrade: u, tx: tx, chains: map[chat.LogID]chat.Chain{}}
	if err := s.run(ctx); err != nil {
		return fmt.Errorf("seal: %w", coded(err))
	}
	return nil
}

func (s *sealer) run(ctx context.Context) (err error) {
	var last chat.Pos
	if err := s.tx.QueryRowContext(ctx, "SELECT coalesce(max(pos), 0) FROM entries").Scan(&last); err != nil {
		return err
	}
	if err := s.upgrade.room(s.size(ctx)); err != nil {
		return err
	}
	for _, text := range []string{
		"PRAGMA secure_delete=ON",
		`UPDATE sources SET digest = 0 WHERE EXISTS (SELECT 1 FROM overlays AS o
			WHERE o.log = 1 << 32 | sources.chat AND o.target = sources.seq AND o.redacted)`,
		"ALTER TABLE entries ADD COLUMN seal BLOB",
	} {
		if _, err := s.tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	if s.many, err = s.tx.PrepareContext(ctx, sealText(sealRows)); err != nil {
		return err
	}
	if s.one, err = s.tx.PrepareContext(ctx, sealText(1)); err != nil {
		return err
	}
	for after, more := chat.Pos(0), true; more; {
		entries, err := unsealed(ctx, s.tx, after)
		if err != nil {
			return err
		}
		if err := s.sealAll(ctx, entries); err != nil {
			return err
		}
		if more = len(entries) > 0; more {
			after = entries[len(entries)-1].Pos
			s.upgrade.tell("upgrading the store", "step", 2, "of", s.upgrade.newest,
				"entries", after, "of_entries", last)
		}
	}
	return s.heads(ctx)
}

// size is how many bytes the database has.
func (s *sealer) size(ctx context.Context) (int64, error) {
	var pages, each int64
	err := errors.Join(s.tx.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages),
		s.tx.QueryRowContext(ctx, "PRAGMA page_size").Scan(&each))
	return pages * each, err
}

// sealText is the statement that seals so many entries.
func sealText(entries int) string {
	rows := strings.TrimSuffix(strings.Repeat("(?,?,?),", entries), ",")
	return "WITH s(pos, seal, chain) AS (VALUES " + rows + ") UPDATE entries SET seal = s.seal, " +
		"chain = s.chain FROM s WHERE entries.pos = s.pos"
}

// sealAll seals and links entries that follow each other.
func (s *sealer) sealAll(ctx context.Context, entries []chat.Entry) error {
	for len(entries) > 0 {
		statement, n := s.one, 1
		if len(entries) >= sealRows {
			statement, n = s.many, sealRows
		}
		s.args = s.args[:0]
		for i := range entries[:n] {
			e := &entries[i]
			rand.Read(e.Seal[:])
			s.chains[e.Log] = chat.Link(s.chains[e.Log], e)
			s.args = append(s.args, value(e.Pos), value(e.Seal), value(s.chains[e.Log]))
		}
		if _, err := statement.ExecContext(ctx, s.args...); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

// heads gives every log the chain of its last entry.
func (s *sealer) heads(ctx context.Context) error {
	for log, c := range s.chains {
		_, err := s.tx.ExecContext(ctx, "UPDATE heads SET chain = ? WHERE log = ?", value(c), value(log))
		if err != nil {
			return err
		}
	}
	return nil
}

// unsealed reads what is linked of the entries after a position.
func unsealed(ctx context.Context, tx *sql.Tx, after chat.Pos) (entries []chat.Entry, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT pos, log, seq, ord, at, kind, flags, target, expires, body
		FROM entries WHERE pos > ? ORDER BY pos LIMIT ?`, value(after), sealStep)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e chat.Entry
		var flags uint8
		if err := rows.Scan(&e.Pos, &e.Log, &e.Seq, &e.Ord, &e.At, &e.Env.Kind, &flags, &e.Env.Target,
			&e.Env.Expires, &e.Body); err != nil {
			return nil, err
		}
		e.Env.SetFlags(flags)
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
