// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// shelf keeps bytes for engines that come one after the other, or stand side by side.
type shelf struct {
	mu   sync.Mutex
	kept []byte
	puts int
}

func (s *shelf) Load(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept, nil
}

func (s *shelf) Save(_ context.Context, was, now []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !bytes.Equal(s.kept, was) {
		return chat.Errorf(chat.CodeConflict, "something else is kept")
	}
	s.kept, s.puts = now, s.puts+1
	return nil
}

// now is what is kept and how often it was written, when nobody is writing any more.
func (s *shelf) now() (kept []byte, puts int) {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept, s.puts
}

// restarted closes an engine and starts another over its store.
func (b *bed) restarted(change ...func(*engine.Config)) *bed {
	b.t.Helper()
	if err := b.Close(); err != nil {
		b.t.Fatal(err)
	}
	return newBed(b.t, append(change, func(c *engine.Config) { c.Store = b.store })...)
}

// spends looks names up until it is cut off, and tells how many were answered.
func (b *bed) spends(who chat.Actor, word string) (answered int) {
	b.t.Helper()
	for b.asks(who, fmt.Sprintf("%s%d", word, answered)) {
		answered++
	}
	return answered
}

// FIND-1
func TestARestartFillsNoAllowanceOfLookUps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &shelf{}
		keep := func(c *engine.Config) { c.Keep = kept }
		home := netip.MustParsePrefix("192.0.2.9/32")
		b := newBed(t, standard, keep)
		spy, ana := b.person("spy_spy"), b.person("ana_ana")
		spies := b.people(10)
		spy.Network = netip.MustParsePrefix("198.51.100.7/32")
		if n := b.spends(spy, "name"); n != 300 {
			t.Fatalf("%d at once", n)
		}
		for i, s := range spies { // who use up what their network has
			s.Network = home
			b.spends(s, fmt.Sprintf("word%d_", i))
		}
		b = b.restarted(standard, keep)
		if b.asks(spy, "name9999") {
			t.Error("a restart fills what an account has spent")
		}
		pupil := ana
		pupil.Network = home
		if b.asks(pupil, "name9999") {
			t.Error("a restart fills what a network has spent")
		}
		if pupil.Network = netip.MustParsePrefix("203.0.113.5/32"); !b.asks(pupil, "name9999") {
			t.Error("somebody else is cut off")
		}
		time.Sleep(51 * time.Minute)
		b = b.restarted(standard, keep)
		if n := b.spends(spy, "later"); n != 10 {
			t.Errorf("%d have grown back in 51 minutes", n)
		}
		held, _ := kept.now()
		if bytes.Contains(held, []byte("192.0.2.9")) || bytes.Contains(held, []byte("name")) {
			t.Error("an address or a name is kept")
		}
		time.Sleep(48 * time.Hour)
		b.spends(ana, "one")
		b.restarted(standard, keep)
		if held, _ = kept.now(); len(held) > 100 {
			t.Errorf("what has grown back is kept: %s", held)
		}
	})
}

// FIND-1
func TestWhatIsSpentOfLookUpsIsKeptNowAndThenAndByServersSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &shelf{}
		keep := func(c *engine.Config) { c.Keep = kept }
		b := newBed(t, standard, keep)
		other := newBed(t, standard, keep, func(c *engine.Config) { c.Store, c.Shared = b.store, true })
		spy, two := b.person("spy_spy"), b.person("two_two")
		b.spends(spy, "name")
		other.spends(two, "name")
		time.Sleep(time.Minute)
		if _, puts := kept.now(); puts != 2 {
			t.Errorf("written %d times", puts)
		}
		// A crash: nothing is written when it ends, and a third server finds what both had kept.
		third := newBed(t, standard, keep, func(c *engine.Config) { c.Store, c.Shared = b.store, true })
		if third.asks(spy, "name999") || third.asks(two, "name999") {
			t.Error("what was spent at one of two servers is not kept")
		}
		time.Sleep(time.Hour)
		if _, puts := kept.now(); puts > 3 {
			t.Errorf("written %d times while nobody asks", puts)
		}
	})
}

// FIND-1
func TestOfWhatIsSpentOfLookUpsTheMostIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &shelf{}
		b := newBed(t, standard, func(c *engine.Config) { c.Keep = kept })
		spy := b.person("spy_spy")
		b.spends(spy, "name")
		for i := range 3000 {
			b.asks(chat.Actor{Account: chat.AccountID(1000 + i), Scopes: chat.AllScopes}, "name1")
		}
		b = b.restarted(standard, func(c *engine.Config) { c.Keep = kept })
		if held, _ := kept.now(); len(held) > 100_000 {
			t.Errorf("%d bytes are kept", len(held))
		}
		if b.asks(spy, "name9999") {
			t.Error("who spent the most is forgotten")
		}
	})
}
