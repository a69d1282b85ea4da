// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/search"
	"github.com/zolal-im/zolal/internal/store/sqlite"
)

// indexedCore is a core with an index that has seen a message.
func indexedCore(t *testing.T) *core {
	t.Helper()
	c := openTestCore(t)
	ctx := t.Context()
	who := chat.Actor{Account: 1, Scopes: chat.AllScopes, Server: true}
	if _, err := c.engine.Register(ctx, who, chat.Key{}, chat.Profile{Name: "Sara"}); err != nil {
		t.Fatal(err)
	}
	r, err := c.engine.Create(ctx, who, engine.NewChat{Type: chat.Group, Title: "Room"}, chat.Key{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.engine.Open(ctx, who, r.Log, chat.RightSend)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Do(ctx, chat.Send{Text: "کتاب"}, chat.Key{}); err != nil {
		t.Fatal(err)
	}
	if err := c.startSearch(ctx); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(20 * time.Second)
	for again := time.Tick(time.Millisecond); ; {
		if p, err := c.search.Progress(ctx); err == nil && !p.Behind() {
			return c
		}
		select {
		case <-again:
		case <-deadline:
			t.Fatal("the message is not indexed")
		}
	}
}

func TestFsckFindsAnIndexThatIsNotWhatTheEntriesMakeAndRebuildMendsIt(t *testing.T) {
	c := indexedCore(t)
	ctx := t.Context()
	check := func(q Fsck) (lines []string) {
		t.Helper()
		r, err := c.fsck(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		return append(r.Problems, r.Mended...)
	}
	if lines := check(Fsck{}); len(lines) > 0 {
		t.Fatal("a sound index has problems:", lines)
	}
	mark, err := c.index.Mark(ctx)
	if err != nil {
		t.Fatal(err)
	}
	doc := search.Doc{Chat: 1, Seq: 2, Edited: true, Words: []string{"other"}}
	if err := c.index.Apply(ctx, search.Batch{Docs: []search.Doc{doc}, Mark: mark}); err != nil {
		t.Fatal(err)
	}
	if lines := check(Fsck{}); len(lines) != 1 || !strings.HasPrefix(lines[0], "I7: the index") {
		t.Errorf("a check says %q", lines)
	}
	if err := c.closeSearch(); err != nil { // a rebuild has the directory to itself
		t.Fatal(err)
	}
	c.search, c.index = nil, nil
	if lines := check(Fsck{Rebuild: true}); len(lines) != 1 {
		t.Errorf("a rebuild says %q", lines)
	}
	if fileExists(filepath.Join(c.dir.path, sqlite.IndexName)) {
		t.Error("the index is still there")
	}
	if lines := check(Fsck{}); len(lines) > 0 {
		t.Errorf("after the rebuild: %q", lines)
	}
}

// SEARCH-6
func TestWhereSearchingIsOffNothingOfTheIndexStays(t *testing.T) {
	c := indexedCore(t)
	if err := c.closeSearch(); err != nil {
		t.Fatal(err)
	}
	c.search, c.index, c.cfg.NoSearch = nil, nil, true
	if err := c.startSearch(t.Context()); err != nil || c.search != nil {
		t.Fatal("it searches all the same:", err)
	}
	left, err := filepath.Glob(filepath.Join(c.dir.path, sqlite.IndexName+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
}
