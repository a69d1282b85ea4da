// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// sealStep is how many entries are sealed at a time.
const sealStep = 1000

// seal is step 2 of the schema: every entry gets a seal, and every log is linked again, for the chains of
// before told what erased bodies had said. Of a body that is gone already nothing is known: what its entry is
// given stands for it from now on. Digests of imported lines that were redacted go as well.
func seal(ctx context.Context, tx *sql.Tx) error {
	for _, text := range []string{
		"PRAGMA secure_delete=ON",
		`UPDATE sources SET digest = 0 WHERE EXISTS (SELECT 1 FROM overlays AS o
			WHERE o.log = 1 << 32 | sources.chat AND o.target = sources.seq AND o.redacted)`,
		"ALTER TABLE entries ADD COLUMN seal BLOB",
	} {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("seal: %w", coded(err))
		}
	}
	chains := map[chat.LogID]chat.Chain{}
	for after, more := chat.Pos(0), true; more; {
		entries, err := unsealed(ctx, tx, after)
		if err != nil {
			return fmt.Errorf("seal: %w", coded(err))
		}
		for i := range entries {
			e := &entries[i]
			rand.Read(e.Seal[:])
			chains[e.Log] = chat.Link(chains[e.Log], e)
			_, err := tx.ExecContext(ctx, "UPDATE entries SET seal = ?, chain = ? WHERE pos = ?",
				value(e.Seal), value(chains[e.Log]), value(e.Pos))
			if err != nil {
				return fmt.Errorf("seal: %w", coded(err))
			}
			after = e.Pos
		}
		more = len(entries) > 0
	}
	for log, c := range chains {
		_, err := tx.ExecContext(ctx, "UPDATE heads SET chain = ? WHERE log = ?", value(c), value(log))
		if err != nil {
			return fmt.Errorf("seal: %w", coded(err))
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
