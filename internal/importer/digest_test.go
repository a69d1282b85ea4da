// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"context"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// told is a chat that says it holds lines under these digests.
type told map[int64]engine.Source

func (told) Head(context.Context) (chat.Head, error) { return chat.Head{}, nil }

func (t told) Sources(context.Context, []int64) (map[int64]engine.Source, error) { return t, nil }

func (told) Waiting(context.Context, chat.Seq) ([]engine.Waiting, chat.Seq, error) {
	return nil, 0, nil
}

func (told) Import(context.Context, chat.Seq, []chat.Import) error { return nil }

// unchanged imports the small export into a chat that holds its lines under digests.
func unchanged(t *testing.T, of func(*record) uint64) int {
	t.Helper()
	chat := told{}
	err := scan(t.Context(), "testdata/small.json", quiet, func(r *record) error {
		chat[r.ID] = engine.Source{Seq: 1, Digest: of(r)}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	summary, err := Inspect(t.Context(), "testdata/small.json", quiet)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Key: []byte("ours"), DryRun: true}
	report, err := Telegram(t.Context(), "testdata/small.json", summary, chat, o)
	if err != nil {
		t.Fatal(err)
	}
	return report.Unchanged
}

func TestADigestTellsNothingWithoutItsKey(t *testing.T) {
	if n := unchanged(t, keyed("ours")); n != 6 {
		t.Errorf("%d lines are the same under our key", n)
	}
	// One is a service line, which is never mended.
	if n := unchanged(t, keyed("a guess")); n != 1 {
		t.Errorf("%d lines are the same under another key", n)
	}
}

func TestLinesImportedBeforeDigestsHadAKeyAreKnownAgain(t *testing.T) {
	if n := unchanged(t, oldDigest); n != 6 {
		t.Errorf("%d of 6 lines are the same", n)
	}
	r := &record{ID: 1, Type: "message", at: 1000, Text: runs{{Type: "plain", Text: "hello"}}}
	if got := oldDigest(r); got != 0x88b37a7a1a436704 {
		t.Errorf("the old digest is %#x", got)
	}
}

func keyed(key string) func(*record) uint64 {
	return func(r *record) uint64 {
		bare, _ := digest(r, []byte(key))
		return bare
	}
}
