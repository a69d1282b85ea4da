// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxJobs bounds how many calls share a commit, so that none waits long for the others.
const maxJobs = 64

// job is one call that writes. It is answered when its commit is synced.
type job struct {
	run  func(*writer) error
	sure bool // fails only with the database: takes back by itself what has to be
	err  error
	done chan struct{}
}

// writer owns the writing connection. Only the goroutine of Store.write touches it.
type writer struct {
	path string
	sync string // FULL: NORMAL would lose commits when the power goes
	conn *conn  // nil after a failure that could not be mended; opened again at the next job

	pos     chat.Pos    // of the last entry, as the running job has read it
	horizon chat.Millis // likewise: of the keys that are remembered
	bulk    bulks
	// erased says that bodies were erased since the write-ahead log was truncated.
	erased bool
	// commit is replaced by tests that make it fail before or after the fact.
	commit func(*conn) error
}

func openWriter(ctx context.Context, u *upgrade, unsynced bool) (*writer, error) {
	w := &writer{path: u.path, sync: "FULL", bulk: newBulks()}
	w.commit = func(c *conn) error { return c.exec("COMMIT") }
	if unsynced {
		w.sync = "OFF"
	}
	if err := w.dial(); err != nil {
		return w, err
	}
	if err := u.run(ctx); err != nil {
		return w, err
	}
	if err := w.derive(ctx, u); err != nil {
		return w, err
	}
	if err := w.begin(); err != nil {
		return w, err
	}
	err := w.conn.exec(`INSERT INTO meta VALUES ('incarnation', randomblob(16)), ('horizon', 0)
		ON CONFLICT DO NOTHING`)
	return w, errors.Join(err, w.conn.exec("COMMIT"))
}

// dial opens the connection.
func (w *writer) dial() (err error) {
	w.conn, err = dial(w.path,
		fmt.Sprintf("busy_timeout=%d", busyMillis), "journal_mode=WAL", "synchronous="+w.sync, "secure_delete=ON",
		"wal_autocheckpoint=0", fmt.Sprintf("journal_size_limit=%d", walLow), "temp_store=MEMORY",
		fmt.Sprintf("cache_size=-%d", writerCache))
	return err
}

// write serves jobs until the store is closed.
func (s *Store) write() {
	for {
		select {
		case <-s.closed:
			return
		case j := <-s.between:
			j.err = j.run(s.writer)
			close(j.done)
		case j := <-s.jobs:
			s.writer.serve(s.gather(j))
			s.watchWAL()
		}
	}
}

// gather takes the jobs that wait as well.
func (s *Store) gather(first *job) []*job {
	group := []*job{first}
	for len(group) < maxJobs {
		select {
		case j := <-s.jobs:
			group = append(group, j)
		default:
			return group
		}
	}
	return group
}

// do has a job done and committed. Once a job is taken its fate is waited for, whatever becomes of ctx.
func (s *Store) do(ctx context.Context, op string, run func(*writer) error) error {
	return s.doJob(ctx, op, &job{run: run, done: make(chan struct{})})
}

func (s *Store) doJob(ctx context.Context, op string, j *job) error {
	if err := s.hand(ctx, s.jobs, j); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

func (s *Store) hand(ctx context.Context, to chan<- *job, j *job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case to <- j:
	case <-s.closed:
		return errClosed()
	case <-ctx.Done():
		return ctx.Err()
	}
	<-j.done
	return j.err
}

// serve runs jobs in one transaction and answers each.
func (w *writer) serve(group []*job) {
	err := w.transaction(group)
	for _, j := range group {
		if j.err == nil {
			j.err = err
		}
		close(j.done)
	}
}

// transaction runs every job and commits. A job whose rules fail is taken back alone. When the database
// fails, all fail: it may have rolled everything back, and what came after would be stored by itself.
func (w *writer) transaction(group []*job) error {
	if w.conn == nil {
		if err := w.dial(); err != nil {
			return err
		}
	}
	if err := w.begin(); err != nil {
		return w.abandon(err)
	}
	for _, j := range group {
		var err error
		if j.sure || len(group) == 1 {
			err = j.run(w)
		} else {
			err = w.alone(j.run)
		}
		switch {
		case err == nil:
		case fatal(err) || j.sure:
			return w.abandon(err)
		case len(group) == 1:
			w.bulk.discard()
			return errors.Join(err, w.conn.exec("ROLLBACK"))
		default:
			w.bulk.discard()
			j.err = err
		}
	}
	if err := w.commit(w.conn); err != nil {
		return w.abandon(err)
	}
	return nil
}

func (w *writer) begin() error { return w.conn.exec("BEGIN IMMEDIATE") }

// load reads where the commit order ends and which keys are remembered.
func (w *writer) load() error {
	_, err := w.conn.one("SELECT max(pos), (SELECT value FROM meta WHERE name = 'horizon') FROM entries",
		func(r *row) { w.pos, w.horizon = num[chat.Pos](r), num[chat.Millis](r) })
	return err
}

// alone runs a part of a transaction so that its failure leaves the rest. SQLite then keeps a copy of every
// page the part changes, which costs as much again as changing it: what is sure to succeed does without.
func (w *writer) alone(run func(*writer) error) error {
	if err := w.conn.exec("SAVEPOINT alone"); err != nil {
		return err
	}
	err := run(w)
	if err == nil {
		return w.conn.exec("RELEASE alone")
	}
	if fatal(err) {
		return err
	}
	if failed := errors.Join(w.conn.exec("ROLLBACK TO alone"), w.conn.exec("RELEASE alone")); failed != nil {
		return failed
	}
	return err
}

// fatal reports an error of the database, not of a rule.
func fatal(err error) bool {
	var e *sqlite.Error
	var step *outOfStep
	return errors.As(err, &e) || errors.As(err, &step)
}

// abandon ends a transaction that failed. Unless the error says that nothing was stored, the fate of the
// commit is unknown: the connection is opened again, so that what the next job finds is what is on disk.
func (w *writer) abandon(err error) error {
	w.bulk.discard()
	_ = w.conn.exec("ROLLBACK") // fails where the database did it itself
	if definite(err) {
		return err
	}
	closing := w.conn.close()
	w.conn = nil
	if again := w.dial(); again != nil {
		w.conn = nil
		return errors.Join(err, closing, again)
	}
	return errors.Join(err, closing)
}

// flush inserts what was gathered.
func (w *writer) flush() error { return w.bulk.flush(w.conn, w.pos) }
