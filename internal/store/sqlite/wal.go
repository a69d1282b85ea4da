// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// walHigh is the size of the write-ahead log at which it is copied back into the database. The larger it
	// is, the longer the writer waits at the end of a copy; how often that happens costs little.
	walHigh = 8 << 20
	// walLow is what the file shrinks to once it was copied back whole.
	walLow = 8 << 20
	// erasedAfter is for how long an erased body stays in the write-ahead log; see Config.
	erasedAfter = 5 * time.Second
	// walPatience is for how long truncating waits for a read that still needs the log, in milliseconds.
	walPatience = 20
)

// walRest is the least time between two checkpoints of a large log: a long read may keep it from shrinking.
const walRest = 50 * time.Millisecond

// watchWAL asks for a checkpoint when the log is large or holds what was erased. The writer never does one
// by itself in the middle of work: a checkpoint of a large log takes many times as long as a commit.
func (s *Store) watchWAL() {
	if s.writer.erased {
		ask(s.erased)
	}
	if info, err := os.Stat(s.path + "-wal"); err == nil && info.Size() >= walHigh {
		ask(s.large)
	}
}

// ask leaves a wish that is there already as it is.
func ask(wish chan struct{}) {
	select {
	case wish <- struct{}{}:
	default:
	}
}

// checkpoints copies the write-ahead log back until the store is closed: most of it beside the writer, and
// the rest, which has to be complete before the log begins anew, between two of its transactions.
func (s *Store) checkpoints() {
	var later <-chan time.Time
	var last time.Time
	for {
		var err error
		select {
		case <-s.closed:
			return
		case <-s.erased:
			if later == nil {
				later = time.After(s.erasedAfter)
			}
		case <-s.large:
			if time.Since(last) >= walRest {
				err = s.checkpoint(context.Background(), false)
				last = time.Now()
			}
		case <-later:
			later = nil
			if err = s.checkpoint(context.Background(), true); err != nil {
				later = time.After(s.erasedAfter)
			}
		}
		if err != nil && chat.CodeOf(err) != chat.CodeUnavailable {
			s.log.Warn("checkpoint failed; trying again later", "err", err)
		}
	}
}

// Checkpoint copies the whole write-ahead log into the database and empties it: nothing that was erased is
// left in either. It waits a moment for running reads and fails with CodeUnavailable where they take longer.
func (s *Store) Checkpoint(ctx context.Context) error {
	if err := s.checkpoint(ctx, true); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

func (s *Store) checkpoint(ctx context.Context, truncate bool) error {
	bulk := func(c *conn) error { return c.exec("PRAGMA wal_checkpoint(PASSIVE)") }
	if err := s.beside(bulk); err != nil {
		return err
	}
	j := &job{done: make(chan struct{}), run: func(w *writer) error { return w.finish(truncate) }}
	return s.hand(ctx, s.between, j)
}

// beside runs fn on a connection of its own.
func (s *Store) beside(fn func(*conn) error) error {
	c, err := dial(s.path, fmt.Sprintf("busy_timeout=%d", busyMillis))
	if err != nil {
		return err
	}
	err = fn(c)
	if closing := c.close(); err == nil {
		err = closing
	}
	return err
}

// finish completes a checkpoint while nobody writes.
func (w *writer) finish(truncate bool) error {
	if w.conn == nil {
		return chat.Errorf(chat.CodeUnavailable, "the database is not open")
	}
	if !truncate {
		return w.conn.exec("PRAGMA wal_checkpoint(PASSIVE)")
	}
	if err := w.conn.exec(fmt.Sprintf("PRAGMA busy_timeout=%d", walPatience)); err != nil {
		return err
	}
	busy := false
	_, err := w.conn.one("PRAGMA wal_checkpoint(TRUNCATE)", func(r *row) { busy = r.bool() })
	if back := w.conn.exec(fmt.Sprintf("PRAGMA busy_timeout=%d", busyMillis)); err == nil {
		err = back
	}
	if err != nil {
		return err
	}
	if busy {
		return chat.Errorf(chat.CodeUnavailable, "reads still need the write-ahead log")
	}
	w.erased = false
	return nil
}
