// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"golang.org/x/sys/unix"

	"github.com/zolal-im/zolal/internal/chat"
)

// migrations are the schema, one step a file. A step that was released is never changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// goSteps are the steps that SQL cannot take.
func (u *upgrade) goSteps() []*goose.Migration {
	return []*goose.Migration{goose.NewGoMigration(2, &goose.GoFunc{RunTx: u.seal}, nil)}
}

// tellEvery is how often an upgrade says how far it is.
const tellEvery = 5 * time.Second

// rewriteShare is how much space rewriting every entry takes, in hundredths of the database: for a million
// entries it was measured as 105.
const rewriteShare = 120

// upgrade brings the schema of a database up to date. Each step is a transaction, so whatever ends it leaves
// a whole schema behind, and the next start goes on from it. What it tells are warnings: nobody is served
// meanwhile, which whoever watches the log must not miss.
type upgrade struct {
	path    string
	log     *slog.Logger
	project func(chat.Entry) ([]chat.Change, error)
	before  func(context.Context, Older) error
	fresh   bool // there was no database yet
	newest  int64
	told    time.Time
	hooks   upgradeHooks
}

// upgradeHooks are what tests put in the place of the clock and the disk; zero values mean what is real.
type upgradeHooks struct {
	// seen is called as often as there may be something to tell.
	seen func()
	// every is how often there is. Default: tellEvery.
	every time.Duration
	// free tells the free bytes of the disk of a directory. Default: freeBytes.
	free func(dir string) (int64, error)
}

func (u *upgrade) run(ctx context.Context) (err error) {
	db, err := sql.Open("sqlite", dsn(u.path))
	if err != nil {
		return coded(err)
	}
	defer func() { err = errors.Join(err, coded(db.Close())) }()
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	// The provider logs nothing by itself and has no state outside the database.
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps, goose.WithGoMigrations(u.goSteps()...))
	if err != nil {
		return fmt.Errorf("migrate: %w", coded(err))
	}
	now, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", coded(err))
	}
	if now > newest {
		return chat.Errorf(chat.CodeVersionUnsupported,
			"the database has schema %d and this zolal knows %d: install the newer zolal again", now, newest)
	}
	if now == newest {
		return nil
	}
	u.fresh, u.newest, u.told = now == 0, newest, time.Now()
	if now > 0 {
		if err := u.prepare(ctx, now); err != nil {
			return fmt.Errorf("before the upgrade from schema %d to %d: %w", now, newest, err)
		}
		u.log.Warn("upgrading the store; the old state stays until it is done", "schema", now, "to", newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("the upgrade from schema %d to %d was interrupted, and the step it was in changed "+
				"nothing: %w", now, newest, ctx.Err())
		}
		return fmt.Errorf("migrate: %w", coded(err))
	}
	if now > 0 {
		u.log.Warn("the store is upgraded", "schema", newest)
	}
	return nil
}

// prepare lets whoever opens the store keep it as it was.
func (u *upgrade) prepare(ctx context.Context, now int64) error {
	if u.before == nil {
		return nil
	}
	old := Older{From: now, To: u.newest, Snapshot: func(ctx context.Context, file string) error {
		return snapshotOf(ctx, u.path, file)
	}}
	c, err := dial(u.path, readPragmas()...)
	if err != nil {
		return err
	}
	_, err = c.one("SELECT value FROM meta WHERE name = 'incarnation'", func(r *row) {
		copy(old.Incarnation[:], r.blob())
	})
	if err = errors.Join(err, c.close()); err != nil {
		return err
	}
	for _, end := range []string{"", "-wal"} {
		if info, err := os.Stat(u.path + end); err == nil {
			old.Bytes += info.Size()
		}
	}
	return u.before(ctx, old)
}

// tell says now and then how far something is.
func (u *upgrade) tell(what string, howFar ...any) {
	if u.hooks.seen != nil {
		u.hooks.seen()
	}
	if time.Since(u.told) < cmp.Or(u.hooks.every, tellEvery) {
		return
	}
	u.told = time.Now()
	u.log.Warn(what, howFar...)
}

// room refuses what rewrites a database of so many bytes where the disk has no room for it: the write-ahead
// log grows by each page that changes, and cannot be copied back before the end.
func (u *upgrade) room(size int64, err error) error {
	if err != nil {
		return err
	}
	need := size * rewriteShare / 100
	ask := u.hooks.free
	if ask == nil {
		ask = freeBytes
	}
	free, err := ask(filepath.Dir(u.path))
	if err != nil {
		return onFile("ask for free space", err)
	}
	if info, err := os.Stat(u.path + "-wal"); err == nil {
		free += info.Size() // it is written over
	}
	if free < need {
		return chat.Errorf(chat.CodeDiskFull, "the upgrade needs %d MiB of free space and there are %d",
			need>>20, free>>20)
	}
	return nil
}

func freeBytes(dir string) (int64, error) {
	var disk unix.Statfs_t
	err := unix.Statfs(dir, &disk)
	return int64(disk.Bavail) * int64(disk.Bsize), err
}
