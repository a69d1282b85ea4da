// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"fmt"
	"os"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// open opens a store that must open, and closes it with the test.
func open(t testing.TB, dir string, cfg Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// unsynced opens an empty store for tests that crash nothing.
func unsynced(t *testing.T) *Store { return open(t, t.TempDir(), Config{unsynced: true}) }

// copies opens copies of an empty store for tests that need many: to make its schema takes longer, and much
// longer under the race detector.
func copies(t *testing.T) func(*testing.T) *Store {
	t.Helper()
	empty := t.TempDir()
	s, err := Open(t.Context(), empty, Config{unsynced: true})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) *Store {
		t.Helper()
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(empty)); err != nil {
			t.Fatal(err)
		}
		return open(t, dir, Config{unsynced: true})
	}
}

func TestStoreDoesItsDuties(t *testing.T) {
	fresh := copies(t)
	storetest.Suite(t, func(t *testing.T) engine.Store { return fresh(t) })
}

func TestStoreKeepsSecrets(t *testing.T) {
	fresh := copies(t)
	storetest.SecretSuite(t, func(t *testing.T) storetest.SecretStore { return fresh(t) })
}

func TestStoreKeepsFiles(t *testing.T) {
	fresh := copies(t)
	storetest.FileSuite(t, func(t *testing.T) storetest.FileStore { return fresh(t) })
}

// key makes the n-th client key.
func key(n int) chat.Key { return chat.Key{2: 1, 4: byte(n >> 8), 5: byte(n), 15: 1} }

// said is a counted message under a key.
func said(room chat.ChatID, k chat.Key, text string, changes ...chat.Change) engine.Batch {
	return engine.Batch{Device: 1, Key: k, Entries: []chat.Draft{{
		Log: room.Log(), At: 1_000, Author: 1, Body: []byte(text), Changes: changes,
		Env: chat.Envelope{Kind: chat.KindMessage, Counted: true},
	}}}
}

// add stores batches, none of which may fail.
func add(t testing.TB, s engine.Log, batches ...engine.Batch) []engine.Result {
	t.Helper()
	results, err := s.Append(t.Context(), batches)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Err != nil {
			t.Fatalf("batch %d: %v", i, r.Err)
		}
	}
	return results
}

// texts are the bodies of a chat as they stand today.
func texts(t testing.TB, s engine.Log, room chat.ChatID) []string {
	t.Helper()
	items, err := s.Read(t.Context(), room.Log(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, it := range items {
		out = append(out, string(it.Current()))
	}
	return out
}

// sound fails the test if the store finds anything wrong with itself.
func sound(t testing.TB, s *Store) {
	t.Helper()
	wrong, err := engine.Check(t.Context(), engine.CheckConfig{Store: s})
	if err != nil || len(wrong) > 0 {
		t.Errorf("check: %q, %v", wrong, err)
	}
}

func TestWhatWasStoredIsThereAgain(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	room := chat.Chat{ID: 1, Type: chat.Group}
	first := add(t, s, said(1, key(1), "one", chat.ChatAdded{Chat: room}), said(1, key(2), "two"))
	incarnation, err := s.Incarnation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.NextID(t.Context(), engine.ChatIDs)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, dir, Config{})
	again := add(t, s, said(1, key(2), "two"), said(1, key(3), "three"))
	was, is := first[1].Entries[0], again[0].Entries[0]
	if !again[0].Repeated || is.Seq != 2 || is.Chain != was.Chain {
		t.Errorf("a repeated key gave %+v", again[0])
	}
	if e := again[1].Entries[0]; e.Seq != 3 || e.Ord != 3 || e.Pos <= first[1].Entries[0].Pos {
		t.Errorf("the next entry is %+v", e)
	}
	if got, err := s.Incarnation(t.Context()); err != nil || got != incarnation {
		t.Errorf("the incarnation is %x, was %x (%v)", got, incarnation, err)
	}
	if next, err := s.NextID(t.Context(), engine.ChatIDs); err != nil || next <= id {
		t.Errorf("number %d follows %d (%v)", next, id, err)
	}
	if got := fmt.Sprint(texts(t, s, 1)); got != "[one two three]" {
		t.Errorf("the chat holds %s", got)
	}
	sound(t, s)
}
