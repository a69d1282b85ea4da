// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// derivedSince is the first schema whose program makes of the entries the projections that this one makes.
// Raise it with a step of the schema whenever they come to be made otherwise: a store of before then makes
// all of them again when it is opened, so that nothing has to know what each of them was before.
const derivedSince = 15

// derive makes the projections again where a program of before made them otherwise. It is one transaction,
// which also notes that it is done: whatever ends it, the next start begins it anew. An entry that stands
// against it keeps nobody out: the projections stay as they are, for fsck to say what is wrong.
func (w *writer) derive(ctx context.Context, u *upgrade) error {
	since, err := w.derived(u)
	if err != nil || since >= derivedSince || u.project == nil {
		return err
	}
	if err := u.room(w.size()); err != nil {
		return err
	}
	u.told = time.Now()
	u.log.Warn("making the projections again; the old ones stay until it is done")
	err = w.deriveAll(ctx, u)
	switch {
	case err == nil:
		u.log.Warn("the projections are made")
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("making the projections again was interrupted, and changed nothing: %w", ctx.Err())
	case fatal(err):
		return err
	default:
		u.log.Error("the projections cannot be made again and stay as they were: run zolal fsck", "error", err)
		return nil
	}
}

// derived is the schema that the projections of a store are made for; an empty store has none to make.
func (w *writer) derived(u *upgrade) (since int, err error) {
	if u.fresh {
		return derivedSince, w.conn.exec("INSERT INTO meta VALUES ('derived', ?)", derivedSince)
	}
	_, err = w.conn.one("SELECT value FROM meta WHERE name = 'derived'", func(r *row) { since = int(r.int()) })
	return since, err
}

func (w *writer) deriveAll(ctx context.Context, u *upgrade) error {
	if err := w.begin(); err != nil {
		return err
	}
	err := w.rebuild(ctx, u.project, u.tellDerived)
	if err == nil {
		err = w.conn.exec("INSERT INTO meta VALUES ('derived', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
			derivedSince)
	}
	if err == nil {
		err = w.commit(w.conn)
	}
	if err != nil {
		w.bulk.discard()
		_ = w.conn.exec("ROLLBACK") // fails where the database did it itself
	}
	return err
}

// tellDerived says now and then how far the projections are.
func (u *upgrade) tellDerived(done, all chat.Pos) {
	u.tell("making the projections again", "entries", done, "of_entries", all)
}

// size is how many bytes the database has.
func (w *writer) size() (bytes int64, err error) {
	var pages, each int64
	_, err = w.conn.one("PRAGMA page_count", func(r *row) { pages = r.int() })
	_, again := w.conn.one("PRAGMA page_size", func(r *row) { each = r.int() })
	return pages * each, errors.Join(err, again)
}
