// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// onDisk reports which files of a directory hold a text.
func onDisk(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			found = append(found, f.Name())
		}
	}
	return found
}

func TestSupersededTextLeavesTheDisk(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Config{})
	long := strings.Repeat("very secret and very long ", 1000) // needs pages of its own
	stored := add(t, s,
		said(1, key(1), "first version of it"), said(1, key(2), long), said(1, key(3), "stays as it is"))
	seal := func(i int) string { return string(stored[i].Entries[0].Seal[:]) }
	if err := s.Checkpoint(t.Context()); err != nil { // into the database, not only the log
		t.Fatal(err)
	}
	if len(onDisk(t, dir, "first version of it")) == 0 || len(onDisk(t, dir, "very secret")) == 0 {
		t.Fatal("what was stored is not on disk")
	}
	add(t, s, said(1, key(4), "second version of it", chat.Superseded{Target: 1}))
	add(t, s, said(1, key(5), "third version of it", chat.Superseded{Target: 1}))
	add(t, s, said(1, key(6), "", chat.Superseded{Target: 2, Redact: true}))
	draft := func(n int, text string) {
		b := said(1, key(n), text, chat.DraftSet{Account: 1, Draft: chat.DraftText{Chat: 1, Text: text}})
		b.Entries[0].Log = chat.AccountID(1).Log()
		add(t, s, b)
	}
	draft(7, "a draft nobody sent")
	draft(8, "the draft after it")
	if err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{
		"first version", "second version", "very secret", "a draft nobody sent", seal(0), seal(1),
	} {
		if files := onDisk(t, dir, gone); len(files) > 0 {
			t.Errorf("%q is still in %v", gone, files)
		}
	}
	for _, kept := range []string{"third version of it", "stays as it is", "the draft after it", seal(2)} {
		if len(onDisk(t, dir, kept)) == 0 {
			t.Errorf("%q is gone", kept)
		}
	}
	sound(t, s)
}

func TestErasedTextLeavesTheDiskByItself(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Config{erasedAfter: time.Millisecond})
	add(t, s, said(1, key(1), "to be forgotten"))
	add(t, s, said(1, key(2), "", chat.Superseded{Target: 1, Redact: true}))
	deadline := time.After(time.Minute)
	for again := time.Tick(time.Millisecond); len(onDisk(t, dir, "to be forgotten")) > 0; {
		select {
		case <-again:
		case <-deadline:
			t.Fatalf("it is still in %v", onDisk(t, dir, "to be forgotten"))
		}
	}
}

func TestErasedTextThatACrashLeftLeavesTheDisk(t *testing.T) {
	before, dir := t.TempDir(), t.TempDir()
	s := open(t, before, Config{erasedAfter: time.Hour})
	add(t, s, said(1, key(1), "to be forgotten"))
	add(t, s, said(1, key(2), "", chat.Superseded{Target: 1, Redact: true}))
	for _, name := range []string{DatabaseName, DatabaseName + "-wal"} { // as a crash leaves them
		b, err := os.ReadFile(filepath.Join(before, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir, Config{erasedAfter: time.Millisecond})
	deadline := time.After(30 * time.Second)
	for again := time.Tick(time.Millisecond); len(onDisk(t, dir, "to be forgotten")) > 0; {
		select {
		case <-again:
		case <-deadline:
			t.Fatalf("it is still in %v", onDisk(t, dir, "to be forgotten"))
		}
	}
}

func TestASnapshotIsWhole(t *testing.T) {
	s := unsynced(t)
	for i := range 50 {
		add(t, s, said(1, key(i+1), fmt.Sprint("message ", i)))
	}
	add(t, s, said(1, key(51), "", chat.Superseded{Target: 1, Redact: true}))
	dir := t.TempDir()
	stop, written := make(chan struct{}), make(chan int)
	go func() { // others go on writing
		n := 0
		for {
			select {
			case <-stop:
				written <- n
				return
			default:
				n++
				if _, err := s.NextID(t.Context(), 1); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	err := s.Snapshot(t.Context(), filepath.Join(dir, DatabaseName))
	close(stop)
	if n := <-written; n == 0 {
		t.Error("nothing was written meanwhile")
	}
	if err != nil {
		t.Fatal(err)
	}
	if files := onDisk(t, dir, "message 0"); len(files) > 0 {
		t.Errorf("what was erased is in %v", files)
	}
	copied := open(t, dir, Config{unsynced: true})
	sound(t, copied)
	if got := texts(t, copied, 1); len(got) != 51 || got[49] != "message 49" {
		t.Errorf("the copy holds %q", got)
	}
	if err := s.Snapshot(t.Context(), filepath.Join(dir, DatabaseName)); err == nil {
		t.Error("a snapshot overwrote a file")
	}
}
