// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// drain follows until a position and checks that nothing is missing, doubled or out of order.
func drain(t *testing.T, e *engine.Engine, until chat.Pos) []engine.Growth {
	t.Helper()
	f := e.Follow(0)
	defer f.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all []engine.Growth
	last := map[chat.LogID]chat.Seq{}
	for at := chat.Pos(0); at < until; {
		g, err := f.Next(ctx, 7)
		if err != nil {
			t.Fatalf("at %d of %d: %v", at, until, err)
		}
		for _, entry := range g.Entries {
			if entry.Pos <= at {
				t.Fatalf("position %d after %d", entry.Pos, at)
			}
			at = entry.Pos
			if entry.Seq != last[entry.Log]+1 {
				t.Fatalf("%s/%d after %d", entry.Log, entry.Seq, last[entry.Log])
			}
			last[entry.Log] = entry.Seq
		}
		all = append(all, g)
	}
	return all
}

func TestFollowersGetEverythingOnceAndInOrder(t *testing.T) {
	b, f := failingBed(t)
	people := b.people(4)
	room := b.room(chat.Group, people[0], people[1:]...)
	live := make(chan []engine.Growth)
	start := make(chan chat.Pos, 1)
	go func() {
		live <- drain(t, b.Engine, <-start)
	}()
	for i := range 60 {
		switch i % 20 {
		case 5:
			f.before.Store(1)
		case 15:
			f.after.Store(1) // the committer does not learn of it; the feed does
		}
		b.say(people[i%4], room, fmt.Sprint(i))
	}
	end, err := b.Pos(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	start <- end
	<-live
	drain(t, b.Engine, end) // and again, from what is kept or stored
}

func TestAFollowerThatFellFarBehindReadsTheStore(t *testing.T) {
	b := newBed(t, func(c *engine.Config) { c.TailBytes = 64 << 10 })
	ana := b.person("ana_a")
	room := b.room(chat.Group, ana)
	late := b.Follow(0)
	defer late.Close()
	text := strings.Repeat("ز", 500)
	for range 200 { // more than is kept in memory
		h := b.open(ana, room.Log(), chat.RightSend)
		if _, err := h.Begin(t.Context(), chat.Send{Text: text}, b.key()); err != nil {
			t.Fatal(err)
		}
	}
	b.say(ana, room, "last")
	end, err := b.Pos(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var at chat.Pos
	for at < end {
		g, err := late.Next(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		if g.Entries[0].Pos != at+1 {
			t.Fatalf("position %d after %d", g.Entries[0].Pos, at)
		}
		at = g.Pos
	}
}

func TestAnotherEnginesEntriesAreFoundWithoutAnyHint(t *testing.T) {
	one, two := twoEngines(t)
	ana, ben := one.person("ana_a"), one.person("ben_b")
	room := one.room(chat.Group, ana, ben)
	var wg sync.WaitGroup
	for _, s := range []struct {
		b   *bed
		who chat.Actor
	}{{one, ana}, {two, ben}} {
		wg.Go(func() {
			for i := range 50 {
				s.b.say(s.who, room, fmt.Sprint(i))
			}
		})
	}
	wg.Wait()
	end, err := one.Pos(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	drain(t, one.Engine, end)
	drain(t, two.Engine, end)
}

func TestAudienceAndStandingsGiveWhoIsInAtEveryEntry(t *testing.T) {
	b := newBed(t)
	people := b.people(6)
	room := b.room(chat.Group, people[0], people[1:4]...)
	base, err := b.Audience(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	in := map[chat.AccountID]bool{}
	for _, a := range base.Accounts {
		in[a] = true
	}
	b.must(people[0], room.Log(), chat.SetMember{Account: people[1].Account, Role: chat.RoleBanned})
	b.must(people[2], room.Log(), chat.Leave{})
	for _, who := range people[4:] {
		if _, err := b.Join(t.Context(), who, engine.JoinBy{Chat: room}, b.key()); err != nil {
			t.Fatal(err)
		}
	}
	end, err := b.Pos(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range drain(t, b.Engine, end) {
		for _, s := range g.Standings {
			if s.Chat == room && s.Pos > base.Pos {
				in[s.Account] = s.In
			}
		}
	}
	maps.DeleteFunc(in, func(_ chat.AccountID, here bool) bool { return !here })
	now, err := b.Audience(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(in)); !slices.Equal(got, now.Accounts) {
		t.Fatalf("standings give %v, the store %v", got, now.Accounts)
	}
}

func TestAClosedFollowerReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, func(c *engine.Config) { c.Store = storetest.NewMemory() })
		f := b.Follow(0)
		done := make(chan error)
		go func() {
			_, err := f.Next(t.Context(), 1)
			done <- err
		}()
		synctest.Wait()
		f.Close()
		codeIs(t, <-done, chat.CodeUnavailable)
	})
}
