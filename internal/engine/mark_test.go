// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func TestReactionsAreCountedAndTold(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room := b.room(chat.Group, ana, ben)
	said := b.say(ana, room, "well?")
	pos, err := b.Pos(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := b.Follow(pos)
	defer f.Close()
	h := b.open(ben, room.Log(), chat.RightReact)
	tally, err := h.React(t.Context(), said.Seq, []string{"❤️"})
	if err != nil || len(tally.Reactions) != 1 || !tally.Reactions[0].Mine {
		t.Fatalf("got %+v, %v", tally, err)
	}
	g, err := f.Next(t.Context(), 10)
	if err != nil || len(g.Marks) != 1 || g.Marks[0] != (engine.MarkChange{Chat: room, Seq: said.Seq}) {
		t.Fatalf("followers hear %+v, %v", g, err)
	}
	page, err := b.open(ana, room.Log(), chat.RightRead).Page(t.Context(), engine.PageQuery{Limit: 1})
	if err != nil || page.Items[0].Tally == nil || page.Items[0].Tally.Reactions[0].Count != 1 {
		t.Fatalf("the page shows %+v, %v", page.Items, err)
	}
	for _, bad := range [][]string{{""}, {"\xff"}, {"buy at scam.example"}, {"👍\n"}, {"a", "b", "c", "d"}} {
		if _, err := h.React(t.Context(), said.Seq, bad); err == nil {
			t.Errorf("reaction %q was taken", bad)
		}
	}
	_, err = h.React(t.Context(), 999, []string{"❤️"})
	codeIs(t, err, chat.CodeTargetGone)
	reactors, err := b.open(ana, room.Log(), chat.RightRead).Reactors(t.Context(), said.Seq, 0, 10)
	if err != nil || len(reactors) != 1 || reactors[0].Account != ben.Account {
		t.Fatalf("reactors %+v, %v", reactors, err)
	}
}

func TestAViewCountsOncePerAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		people := b.people(3)
		room := b.room(chat.Channel, people[0], people[1:]...)
		post := b.say(people[0], room, "news")
		for range 5 {
			for _, who := range people {
				h := b.open(who, room.Log(), chat.RightRead)
				if err := h.View(t.Context(), []chat.Seq{post.Seq, post.Seq, 999}); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(4 * time.Second) // the bubble's clock: lets the views be written
		}
		tallies, err := b.open(people[1], room.Log(), chat.RightRead).Tallies(t.Context(), []chat.Seq{post.Seq})
		if err != nil || len(tallies) != 1 || tallies[0].Views != 3 {
			t.Fatalf("tallies %+v, %v", tallies, err)
		}
	})
}

// await waits for a condition, with a deadline.
func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("no %s in time", what)
		case <-tick.C:
		}
	}
}
