// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
)

// TestTheTailIsCompleteHoweverCommitsAndReadsInterleave lets the feed be read at every moment between a
// commit's being on disk and the committer's telling of it, with groups larger than one read, and with
// appends of unknown fate.
func TestTheTailIsCompleteHoweverCommitsAndReadsInterleave(t *testing.T) {
	for seed := range uint64(40) {
		dice := rand.New(rand.NewPCG(seed, 1))
		var stored []chat.Entry
		tl := newTail(Config{Log: slog.New(slog.DiscardHandler), TailBytes: 1 << 30}, 0)
		tl.feed = func(_ context.Context, after chat.Pos, limit int) (chunk, error) {
			c := chunk{from: after, to: after}
			for _, e := range stored[after:min(len(stored), int(after)+limit)] {
				c.add(e, nil)
				c.to = e.Pos
			}
			return c, nil
		}
		read := func() {
			for range dice.IntN(3) {
				tl.catchUp(t.Context())
			}
		}
		for range 8 {
			group, results := []*job{{}}, make([]Result, 1)
			for range 1 + dice.IntN(2*feedLimit) {
				e := chat.Entry{Log: chat.ChatLog.ID(1), Pos: chat.Pos(len(stored) + 1)}
				stored = append(stored, e)
				results[0].Entries = append(results[0].Entries, e)
			}
			group[0].plan.batch.Entries = make([]chat.Draft, len(results[0].Entries))
			read()
			if dice.IntN(5) == 0 {
				tl.lost()
			} else {
				tl.committed(group, results)
			}
			read()
		}
		for tl.catchUp(t.Context()) {
		}
		var at chat.Pos
		for at < chat.Pos(len(stored)) {
			g, ok := tl.after(at, 100)
			if !ok || len(g.Entries) == 0 {
				t.Fatalf("seed %d: nothing after %d of %d", seed, at, len(stored))
			}
			for _, e := range g.Entries {
				if at++; e.Pos != at {
					t.Fatalf("seed %d: position %d where %d belongs", seed, e.Pos, at)
				}
			}
		}
	}
}
