// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/search"
)

// IndexName is the name of the index of messages in a data directory. It is a projection: whoever removes the
// file, with what stands beside it, loses nothing but the time it takes to make it again.
const IndexName = "search.db"

// indexSchema is raised whenever the tables, or the words that are made of a message, become others: an index
// of before is made again.
const indexSchema = 2

// Words are folded by chat.SearchWords, so the tokenizer parts at spaces only: beside letters beyond ASCII,
// which are always part of a word, it is told of "_", which may be in one, and "@", with which an author
// and a kind begin. Where in a text a word stands is not kept: texts are read again before they are shown.
// The documents' words are: taking a document out needs them, and only so do they leave the disk at once
// (secure-delete).
const indexTables = `
CREATE TABLE mark (id INTEGER PRIMARY KEY CHECK (id = 1), incarnation BLOB, pos INTEGER, chain BLOB) STRICT;
CREATE TABLE docs (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, words TEXT NOT NULL) STRICT;
CREATE TABLE rooms (id INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE doc_words USING fts5(words, content='', detail=none, columnsize=0, prefix='2 3 4',
	tokenize="ascii tokenchars '_@'");
CREATE VIRTUAL TABLE room_words USING fts5(words, content='', detail=none, columnsize=0, prefix='2 3 4',
	tokenize="ascii tokenchars '_@'");
INSERT INTO doc_words(doc_words, rank) VALUES ('secure-delete', 1);
INSERT INTO room_words(room_words, rank) VALUES ('secure-delete', 1)`

// indexReaders is how many searches look into the index at the same time.
const indexReaders = 2

// Index is the search.Index of one data directory, in a database of its own: what it writes burdens neither
// the commits nor the backups of the store. A commit of it is not synced; a crash may take the last ones
// away, with the mark that tells of them.
type Index struct {
	path        string
	log         *slog.Logger
	erasedAfter time.Duration
	readers     chan *conn
	closed      chan struct{}
	erased      chan struct{}
	done        sync.WaitGroup

	mu     sync.Mutex // of the writing connection
	writer *conn
}

var _ search.Index = (*Index)(nil)

// OpenIndex opens the index of a directory, and makes a new one where there is none, where it is of another
// version, or where it cannot be read.
func OpenIndex(dir string, cfg Config) (*Index, error) {
	x := &Index{path: filepath.Join(dir, IndexName), log: cfg.Log, erasedAfter: cfg.erasedAfter,
		readers: make(chan *conn, indexReaders), closed: make(chan struct{}), erased: make(chan struct{}, 1)}
	if x.log == nil {
		x.log = slog.New(slog.DiscardHandler)
	}
	if x.erasedAfter == 0 {
		x.erasedAfter = erasedAfter
	}
	err := x.dial()
	if err != nil {
		x.log.Warn("the index of messages is made again", "err", err)
		err = errors.Join(RemoveIndex(dir), x.dial())
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", x.path, err)
	}
	ask(x.erased) // a crash may have left something in the write-ahead log
	x.done.Go(x.forget)
	return x, nil
}

// RemoveIndex removes the index of a directory that nobody has open.
func RemoveIndex(dir string) error {
	var errs []error
	for _, name := range []string{IndexName, IndexName + "-wal", IndexName + "-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, onFile("remove the index", err))
		}
	}
	return errors.Join(errs...)
}

// dial opens the connections and sees that the tables are there and of this version.
func (x *Index) dial() error {
	f, err := os.OpenFile(x.path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite would let everybody read it
	if err != nil {
		return onFile("make the index", err)
	}
	if err := f.Close(); err != nil {
		return onFile("make the index", err)
	}
	x.writer, err = dial(x.path, fmt.Sprintf("busy_timeout=%d", busyMillis), "journal_mode=WAL",
		"synchronous=NORMAL", "secure_delete=ON", fmt.Sprintf("journal_size_limit=%d", walLow),
		"temp_store=MEMORY", fmt.Sprintf("cache_size=-%d", readerCache))
	if err == nil {
		err = x.begin()
	}
	for range indexReaders {
		if err != nil {
			break
		}
		var c *conn
		if c, err = dial(x.path, readPragmas()...); err == nil {
			x.readers <- c
		}
	}
	if err != nil {
		return errors.Join(err, x.release())
	}
	return nil
}

// begin makes the tables of a new database and refuses one of another version.
func (x *Index) begin() error {
	var schema int64
	if _, err := x.writer.one("PRAGMA user_version", func(r *row) { schema = r.int() }); err != nil {
		return err
	}
	switch schema {
	case indexSchema:
		return nil
	case 0:
		return x.write(func(c *conn) error {
			for text := range strings.SplitSeq(indexTables, ";\n") {
				if err := c.exec(text); err != nil {
					return err
				}
			}
			return c.exec(fmt.Sprintf("PRAGMA user_version=%d", indexSchema))
		})
	}
	return fmt.Errorf("it is of version %d, not %d", schema, indexSchema)
}

// write runs fn in one transaction.
func (x *Index) write(fn func(*conn) error) error {
	if err := x.writer.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := fn(x.writer); err != nil {
		return errors.Join(err, x.writer.exec("ROLLBACK"))
	}
	return x.writer.exec("COMMIT")
}

// Close implements search.Index.
func (x *Index) Close() error {
	close(x.closed)
	x.done.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.release()
}

// release closes whatever is open, the writer last: closing the last connection empties the write-ahead log.
func (x *Index) release() error {
	var errs []error
	for range cap(x.readers) {
		select {
		case c := <-x.readers:
			errs = append(errs, c.close())
		default:
		}
	}
	if x.writer != nil {
		errs = append(errs, x.writer.close())
		x.writer = nil
	}
	return errors.Join(errs...)
}

// forget empties the write-ahead log a while after something was erased, until the index is closed.
func (x *Index) forget() {
	var later <-chan time.Time
	for {
		select {
		case <-x.closed:
			return
		case <-x.erased:
			if later == nil {
				later = time.After(x.erasedAfter)
			}
		case <-later:
			later = nil
			if err := x.truncate(); err != nil {
				later = time.After(x.erasedAfter)
			}
		}
	}
}

func (x *Index) truncate() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	busy := false
	_, err := x.writer.one("PRAGMA wal_checkpoint(TRUNCATE)", func(r *row) { busy = r.bool() })
	if err == nil && busy {
		err = chat.Errorf(chat.CodeUnavailable, "searches still need the write-ahead log")
	}
	return err
}

// read runs fn on a connection that sees one snapshot.
func (x *Index) read(ctx context.Context, op string, fn func(*conn) error) error {
	select {
	case <-x.closed:
		return fmt.Errorf("%s: %w", op, errClosed())
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", op, ctx.Err())
	case c := <-x.readers:
		defer func() { x.readers <- c }()
		if err := c.snapshot(fn); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		return nil
	}
}

// Mark implements search.Index.
func (x *Index) Mark(ctx context.Context) (m search.Mark, err error) {
	err = x.read(ctx, "mark", func(c *conn) error {
		_, err := c.one("SELECT incarnation, pos, chain FROM mark", func(r *row) {
			copy(m.Incarnation[:], r.blob())
			m.Pos = num[chat.Pos](r)
			copy(m.Chain[:], r.blob())
		})
		return err
	})
	return m, err
}

// Reset implements search.Index. What it erases leaves the write-ahead log as after Apply.
func (x *Index) Reset(context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	defer ask(x.erased)
	return x.write(func(c *conn) error {
		for _, text := range [...]string{
			"INSERT INTO doc_words(doc_words) VALUES ('delete-all')", "DELETE FROM docs",
			"INSERT INTO room_words(room_words) VALUES ('delete-all')", "DELETE FROM rooms", "DELETE FROM mark",
		} {
			if err := c.exec(text); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sum implements search.Index.
func (x *Index) Sum(ctx context.Context) (sum search.Sum, err error) {
	err = x.read(ctx, "sum", func(c *conn) error {
		return c.longQuery(ctx, "SELECT id, words FROM docs", func(r *row) error {
			id, words := r.int(), r.text()
			if author, rest, _ := strings.Cut(words, " "); isAuthor(author) {
				words = rest
			}
			sum.Add(roomOf(id), seqOf(id), words)
			return nil
		})
	})
	return sum, err
}

// Check returns what is wrong with the database of the index, one line each.
func (x *Index) Check(ctx context.Context) (wrong []string, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	err = x.writer.longQuery(ctx, "PRAGMA integrity_check(10)", func(r *row) error {
		if line := r.text(); line != "ok" {
			wrong = append(wrong, line)
		}
		return nil
	})
	for _, table := range [...]string{"doc_words", "room_words"} {
		text := fmt.Sprintf("INSERT INTO %s(%s) VALUES ('integrity-check')", table, table)
		if bad := x.writer.exec(text); err == nil && bad != nil {
			wrong = append(wrong, table+": "+bad.Error())
		}
	}
	return wrong, err
}
