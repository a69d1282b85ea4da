// SPDX-License-Identifier: AGPL-3.0-or-later

// Package sqlite keeps everything durable in one SQLite database (modernc.org/sqlite, no cgo): the default
// store, for one process on one machine. It implements engine.Store and account.Store; what those promise
// is said there and tested by storetest.
//
// # On disk
//
// A data directory holds zolal.db with its write-ahead log, and the file zolal.db.lock that whoever has the
// store open holds locked, so that a second one on the same directory is refused. The schema is in
// migrations/. Every commit is synced before it is reported (WAL, synchronous=FULL). Deleted content is
// overwritten in the database (secure_delete) and leaves the write-ahead log when that is truncated, a few
// seconds later.
//
// # Who runs what
//
// One goroutine owns the one writing connection and gathers the calls that wait for it into one commit; a
// call whose rules fail is rolled back alone. Reads have connections of their own and each sees one
// snapshot. Another goroutine copies the write-ahead log back, mostly beside the writer. Close ends both.
package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// DatabaseName is the name of the database file in a data directory.
const DatabaseName = "zolal.db"

const (
	// readers is how many reads run at the same time; more would only wait for a core.
	readers = 4
	// Caches of pages, in KiB. The writer's holds the ends of the indexes of a thousand busy logs.
	writerCache = 32 << 10
	readerCache = 8 << 10
	// busyMillis is how long we wait for another program's lock before we say so.
	busyMillis = 2000
)

// Config says what a Store is opened with; zero values mean their defaults.
type Config struct {
	// Log is told of what goes wrong in the background, and how far an upgrade is. Default: nowhere.
	Log *slog.Logger
	// Project gives what an entry does to projections. A store of an earlier program, which made of the
	// same entries other projections, has them made again by it when it is opened. Default: they stay.
	Project func(chat.Entry) ([]chat.Change, error)
	// Before is called before a store of an older schema is brought up to date; an error of it ends Open, and
	// nothing was changed. Default: nothing is done before.
	Before func(ctx context.Context, old Older) error

	// unsynced leaves out the sync of commits: for tests that crash nothing.
	unsynced bool
	// erasedAfter is for how long an erased body stays in the write-ahead log. Default: erasedAfter.
	erasedAfter time.Duration
	upgrade     upgradeHooks
}

// Older is a store of before that is about to be brought up to date.
type Older struct {
	From, To    int64 // schemas
	Bytes       int64 // of the database
	Incarnation chat.Incarnation
	// Snapshot is Store.Snapshot of the store as it is, for the version that wrote it.
	Snapshot func(ctx context.Context, file string) error
}

// Store is the SQLite store of one data directory.
type Store struct {
	path        string
	unsynced    bool
	erasedAfter time.Duration
	lock        *os.File
	log         *slog.Logger
	writer      *writer
	readers     chan *conn
	all         []*conn // every reader

	jobs    chan *job     // unbuffered: a job is taken or it is not
	between chan *job     // to be run between transactions
	large   chan struct{} // wishes for a checkpoint; see watchWAL
	erased  chan struct{}
	closed  chan struct{}
	once    sync.Once
	done    sync.WaitGroup
	closing error
}

var (
	_ engine.Store  = (*Store)(nil)
	_ account.Store = (*Store)(nil)
)

// Open opens the store of a directory, making both where they are not there yet, and brings its schema up to
// date. It fails with CodeUnavailable where another server or program holds the directory, CodeReadOnly or
// CodeDiskFull where the disk refuses, CodeVersionUnsupported where a newer server wrote it, and
// CodeInternal where the database is damaged. It reads no more than a few pages, whatever is stored, unless
// the schema is of before: then it may take minutes, and ends with ctx.
func Open(ctx context.Context, dir string, cfg Config) (*Store, error) {
	s := &Store{
		path:        filepath.Join(dir, DatabaseName),
		unsynced:    cfg.unsynced,
		erasedAfter: cmp.Or(cfg.erasedAfter, erasedAfter),
		log:         cfg.Log,
		readers:     make(chan *conn, readers),
		jobs:        make(chan *job),
		between:     make(chan *job),
		large:       make(chan struct{}, 1),
		erased:      make(chan struct{}, 1),
		closed:      make(chan struct{}),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.open(ctx, dir, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", s.path, err), s.release())
	}
	// A crash may have left erased bodies in the write-ahead log, which nobody remembers.
	ask(s.erased)
	s.done.Go(s.write)
	s.done.Go(s.checkpoints)
	return s, nil
}

func (s *Store) open(ctx context.Context, dir string, cfg Config) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return onFile("make the data directory", err)
	}
	var err error
	if s.lock, err = lock(dir); err != nil {
		return err
	}
	// SQLite would make the file readable by everybody.
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return onFile("make the database", err)
	}
	if err := f.Close(); err != nil {
		return onFile("make the database", err)
	}
	u := &upgrade{path: s.path, log: s.log, project: cfg.Project, before: cfg.Before, hooks: cfg.upgrade}
	if s.writer, err = openWriter(ctx, u, s.unsynced); err != nil {
		return err
	}
	for range readers {
		c, err := dial(s.path, readPragmas()...)
		if err != nil {
			return err
		}
		s.all = append(s.all, c)
		s.readers <- c
	}
	return nil
}

func readPragmas() []string {
	return []string{
		fmt.Sprintf("busy_timeout=%d", busyMillis), "query_only=ON", "temp_store=MEMORY",
		fmt.Sprintf("cache_size=-%d", readerCache),
	}
}

// Close ends the goroutines, waits for reads that run, and gives the directory back. Calls after it fail
// with CodeUnavailable.
func (s *Store) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.done.Wait()
		for range s.all {
			<-s.readers
		}
		s.closing = s.release()
	})
	return s.closing
}

// release closes whatever is open. The writer goes last: closing the last connection empties the
// write-ahead log.
func (s *Store) release() error {
	var errs []error
	for _, c := range s.all {
		errs = append(errs, c.close())
	}
	if s.writer != nil && s.writer.conn != nil {
		errs = append(errs, s.writer.conn.close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

func errClosed() error { return chat.Errorf(chat.CodeUnavailable, "the store is closed") }

// read runs fn on a connection that sees one snapshot from its first statement on.
func (s *Store) read(ctx context.Context, op string, fn func(*conn) error) error {
	select {
	case <-s.closed:
		return fmt.Errorf("%s: %w", op, errClosed())
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", op, ctx.Err())
	default:
	}
	select {
	case <-s.closed:
		return fmt.Errorf("%s: %w", op, errClosed())
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", op, ctx.Err())
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		if err := c.snapshot(fn); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		return nil
	}
}

func (c *conn) snapshot(fn func(*conn) error) error {
	if err := c.exec("BEGIN"); err != nil {
		return err
	}
	return errors.Join(fn(c), c.exec("COMMIT"))
}
