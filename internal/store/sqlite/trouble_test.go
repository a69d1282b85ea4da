// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// refusedWith fails unless opening dir fails with a code and words that name the remedy.
func refusedWith(t *testing.T, dir string, want chat.Code, remedy string) {
	t.Helper()
	s, err := Open(t.Context(), dir, Config{})
	if err == nil {
		t.Fatal("it opened", s.Close())
	}
	if chat.CodeOf(err) != want || !strings.Contains(err.Error(), remedy) {
		t.Errorf("it failed with %v: %v", chat.CodeOf(err), err)
	}
}

func TestASecondStoreOnTheSameDirectoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	refusedWith(t, dir, chat.CodeUnavailable, fmt.Sprintf("process %d", os.Getpid()))
	refusedWith(t, dir, chat.CodeUnavailable, "--data")
	add(t, s, said(1, key(1), "still there"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, Config{}) // the lock file is there and nobody holds it, as after a crash
}

func TestALockedDatabaseIsNamed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Config{})
	other, err := dial(s.path, "busy_timeout=0")
	if err != nil {
		t.Fatal(err)
	}
	if err := other.exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Append(t.Context(), []engine.Batch{said(1, key(1), "x")})
	if chat.CodeOf(err) != chat.CodeUnavailable || !strings.Contains(err.Error(), "other program") {
		t.Errorf("append ended with %v", err)
	}
	if err := errors.Join(other.exec("ROLLBACK"), other.close()); err != nil {
		t.Fatal(err)
	}
	if add(t, s, said(1, key(1), "x"))[0].Repeated {
		t.Error("an append that failed was stored")
	}
}

func TestADamagedDatabaseIsNamed(t *testing.T) {
	dir := t.TempDir()
	junk := []byte(strings.Repeat("no database ", 999))
	if err := os.WriteFile(filepath.Join(dir, DatabaseName), junk, 0o600); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, dir, chat.CodeInternal, "restore a backup")
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.writer.conn.exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, dir, chat.CodeVersionUnsupported, "install the newer zolal")
}

func TestADirectoryThatCannotBeUsedIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, file, chat.CodeInternal, "data directory")
	for cause, want := range map[error]chat.Code{
		syscall.ENOSPC:   chat.CodeDiskFull,
		syscall.EDQUOT:   chat.CodeDiskFull,
		syscall.EROFS:    chat.CodeReadOnly,
		fs.ErrPermission: chat.CodeReadOnly,
		syscall.EIO:      chat.CodeInternal,
	} {
		err := onFile("make", &fs.PathError{Op: "open", Path: "x", Err: cause})
		if chat.CodeOf(err) != want {
			t.Errorf("%v has code %v, not %v", cause, chat.CodeOf(err), want)
		}
	}
}

func TestTheDatabaseIsOursAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	s := open(t, dir, Config{})
	add(t, s, said(1, key(1), "x"))
	for _, name := range []string{".", DatabaseName, DatabaseName + "-wal", lockName} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v (%v)", name, info.Mode(), err)
		}
	}
}

// TestAFullDiskLosesNothing bounds the pages of the database, which SQLite reports as it does a full disk.
func TestAFullDiskLosesNothing(t *testing.T) {
	s := unsynced(t)
	add(t, s, said(1, key(1), "kept"))
	pages := 0
	if _, err := s.writer.conn.one("PRAGMA page_count", func(r *row) { pages = int(r.int()) }); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		t.Helper()
		err := s.hand(t.Context(), s.between, &job{done: make(chan struct{}), run: func(w *writer) error {
			_, err := w.conn.one(fmt.Sprintf("PRAGMA max_page_count=%d", n), func(*row) {})
			return err
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(pages + 2)
	big := strings.Repeat("x", 50_000)
	batches := []engine.Batch{said(1, key(1), "kept"), said(1, key(2), big), said(2, key(3), "y")}
	results, err := s.Append(t.Context(), batches)
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Err != nil || !results[0].Repeated {
		t.Errorf("what was stored before gave %+v", results[0])
	}
	for _, r := range results[1:] {
		if chat.CodeOf(r.Err) != chat.CodeDiskFull || r.Entries != nil {
			t.Errorf("a full disk gave %+v", r)
		}
	}
	_, err = s.React(t.Context(), chat.ChatID(1).Log(), 1, engine.Reactor{Account: 1, Emojis: []string{big}})
	if chat.CodeOf(err) != chat.CodeDiskFull {
		t.Errorf("a reaction on a full disk ended with %v", err)
	}
	if got := fmt.Sprint(texts(t, s, 1)); got != "[kept]" {
		t.Errorf("the chat holds %s", got)
	}
	limit(pages + 1000)
	if r := add(t, s, said(1, key(2), big)); r[0].Repeated || r[0].Entries[0].Seq != 2 {
		t.Errorf("after there was room again: %+v", r[0])
	}
	sound(t, s)
}

func TestAReadOnlyDiskLosesNothing(t *testing.T) {
	s := unsynced(t)
	add(t, s, said(1, key(1), "kept"))
	readOnly := func(on string) {
		t.Helper()
		err := s.hand(t.Context(), s.between, &job{done: make(chan struct{}), run: func(w *writer) error {
			return w.conn.exec("PRAGMA query_only=" + on)
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	readOnly("ON")
	results, err := s.Append(t.Context(), []engine.Batch{said(1, key(1), "kept"), said(1, key(2), "refused")})
	if err != nil {
		t.Fatal(err)
	}
	if !results[0].Repeated || chat.CodeOf(results[1].Err) != chat.CodeReadOnly {
		t.Errorf("a read-only disk gave %+v", results)
	}
	if _, err := s.NextID(t.Context(), engine.ChatIDs); chat.CodeOf(err) != chat.CodeReadOnly {
		t.Errorf("a number on a read-only disk: %v", err)
	}
	if got := fmt.Sprint(texts(t, s, 1)); got != "[kept]" {
		t.Errorf("the chat holds %s", got)
	}
	readOnly("OFF")
	add(t, s, said(1, key(2), "stored"))
	sound(t, s)
}

// TestACommitThatFailsIsAskedAgain makes the commit fail before and after the fact. In both cases the call
// fails, and the same keys then lead to one entry each.
func TestACommitThatFailsIsAskedAgain(t *testing.T) {
	broken := errors.New("the disk does not answer")
	for _, c := range []struct {
		name   string
		commit func(*conn) error
		stored bool
	}{
		{"before", func(*conn) error { return broken }, false},
		{"after", func(c *conn) error { return errors.Join(c.exec("COMMIT"), broken) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := unsynced(t)
			add(t, s, said(1, key(1), "one"))
			sound := s.writer.commit
			s.writer.commit = c.commit
			_, err := s.Append(t.Context(), []engine.Batch{said(1, key(2), "two"), said(1, key(3), "three")})
			if !errors.Is(err, broken) {
				t.Fatalf("append ended with %v", err)
			}
			s.writer.commit = sound
			results := add(t, s, said(1, key(2), "two"), said(1, key(3), "three"), said(1, key(4), "four"))
			for i, r := range results {
				if want := c.stored && i < 2; r.Repeated != want || r.Entries[0].Seq != chat.Seq(i+2) {
					t.Errorf("batch %d gave %+v", i, r)
				}
			}
			if got := fmt.Sprint(texts(t, s, 1)); got != "[one two three four]" {
				t.Errorf("the chat holds %s", got)
			}
		})
	}
}

// TestARuleThatFailsTakesOnlyItsOwnCallBack runs calls in one transaction.
func TestARuleThatFailsTakesOnlyItsOwnCallBack(t *testing.T) {
	s := unsynced(t)
	add(t, s, said(1, key(1), "one"))
	refused := chat.Errorf(chat.CodeConflict, "no")
	append1 := &appending{batches: []engine.Batch{said(1, key(2), "two")}}
	append2 := &appending{batches: []engine.Batch{said(1, key(3), "three")}}
	jobs := []*job{
		{run: append1.run, done: make(chan struct{})},
		{run: func(w *writer) error {
			return errors.Join(w.conn.exec("INSERT INTO seen VALUES (1, 1)"), refused)
		}, done: make(chan struct{})},
		{run: append2.run, done: make(chan struct{})},
	}
	group := &job{done: make(chan struct{}), run: func(w *writer) error { w.serve(jobs); return nil }}
	if err := s.hand(t.Context(), s.between, group); err != nil {
		t.Fatal(err)
	}
	if jobs[0].err != nil || jobs[2].err != nil || !errors.Is(jobs[1].err, refused) {
		t.Errorf("the calls ended with %v, %v, %v", jobs[0].err, jobs[1].err, jobs[2].err)
	}
	if got := fmt.Sprint(texts(t, s, 1)); got != "[one two three]" {
		t.Errorf("the chat holds %s", got)
	}
	people, err := s.People(t.Context(), []chat.AccountID{1})
	if err != nil || len(people) != 0 {
		t.Errorf("people are %v, %v", people, err)
	}
	seen, err := dumpCount(s, "seen")
	if err != nil || seen != 0 {
		t.Errorf("the refused call left %d rows (%v)", seen, err)
	}
}

func dumpCount(s *Store, table string) (n int64, err error) {
	c := <-s.readers
	defer func() { s.readers <- c }()
	_, err = c.one("SELECT count(*) FROM "+table, func(r *row) { n = r.int() })
	return n, err
}
