// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// standard are the look-ups of a server that nobody configured.
func standard(c *engine.Config) {
	c.Lookups = engine.Lookups{
		Account: engine.Allowance{Burst: 300, Every: 5 * time.Minute},
		Network: engine.Allowance{Burst: 3000, Every: 30 * time.Second},
	}
}

// asks reports whether a name was looked up at all, found or not.
func (b *bed) asks(who chat.Actor, name string) bool {
	b.t.Helper()
	_, err := b.ResolveName(b.t.Context(), who, name)
	switch code := chat.CodeOf(err); code {
	case 0, chat.CodeNotFound:
		return true
	case chat.CodeRateLimited:
		return false
	default:
		b.t.Fatalf("%s: %v", name, err)
		return false
	}
}

// FIND-1
func TestTenThousandLookUpsAreCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, standard)
		spy := b.person("spy_spy")
		spy.Operator = true // whose account is as any other (R20)
		b.person("name7777")
		answered := 0
		for i := range 10_000 {
			if b.asks(spy, fmt.Sprintf("name%d", i)) {
				answered++
			}
		}
		if answered != 300 {
			t.Errorf("%d of 10,000 look-ups at once were answered", answered)
		}
		_, err := b.ResolveName(t.Context(), spy, "name7777")
		var refusal *chat.Error
		if !errors.As(err, &refusal) || refusal.Code != chat.CodeRateLimited || refusal.Retry <= 0 {
			t.Fatalf("who is there is answered with %v", err)
		}
		time.Sleep(time.Duration(refusal.Retry) * time.Millisecond)
		if !b.asks(spy, "name7777") {
			t.Error("the time that was told is not enough")
		}
		for i, end := 0, time.Now().Add(24*time.Hour); time.Now().Before(end); i++ {
			if b.asks(spy, fmt.Sprintf("more%d", i)) {
				answered++
			}
			time.Sleep(10 * time.Second)
		}
		if answered > 600 {
			t.Errorf("%d look-ups in a day, as patient as one likes", answered)
		}
	})
}

// FIND-1
func TestOrdinaryLookUpsAreNotCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, standard)
		ana, ben, eve := b.person("ana_a"), b.person("ben_b"), b.person("eve_e")
		room := b.room(chat.Group, ana, ben)
		for day := range 30 {
			for i := range 150 { // a word typed letter by letter is several
				if !b.asks(ana, fmt.Sprintf("day%d_%d", day, i)) {
					t.Fatalf("cut off on day %d after %d", day, i)
				}
			}
			time.Sleep(24 * time.Hour)
		}
		for i := range 400 {
			b.asks(ana, fmt.Sprintf("tired%d", i))
		}
		if b.asks(ana, "eve_e") {
			t.Error("the allowance is not used up, and the rest shows nothing")
		}
		for range 1000 { // whom one has met, and what one has asked before, costs nothing
			if !b.asks(ana, "ben_b") || !b.asks(ana, "ana_a") || !b.asks(ana, "day3_1") {
				t.Fatal("somebody met, or asked for before, is cut off")
			}
		}
		if _, err := b.OpenDirect(t.Context(), ana, ben.Account, b.key()); err != nil {
			t.Errorf("a chat with somebody met: %v", err)
		}
		b.must(ana, room.Log(), chat.Send{Text: "still here"})
		_, err := b.OpenDirect(t.Context(), ana, eve.Account, b.key())
		codeIs(t, err, chat.CodeRateLimited)
	})
}

// FIND-1
func TestFiveHundredAccountsOfOneNetworkShareItsLookUps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, standard)
		far := netip.MustParsePrefix("192.0.2.9/32")
		answered := 0
		for i := range 500 {
			spy := b.person(fmt.Sprintf("spy%dx", i))
			spy.Network = netip.MustParsePrefix("2001:db8:1:2::/64")
			for k := range 20 {
				if b.asks(spy, fmt.Sprintf("name%d", i*20+k)) {
					answered++
				}
			}
		}
		if answered != 3000 {
			t.Errorf("500 accounts behind one address were answered %d of 10,000 look-ups", answered)
		}
		pupil := b.person("pupil_1")
		pupil.Network = netip.MustParsePrefix("2001:db8:1:2::/64")
		if !b.asks(pupil, "name0") {
			t.Error("what others there have looked up costs the network again")
		}
		pupil.Network = far
		if !b.asks(pupil, "name9999") {
			t.Error("another network is cut off too")
		}
	})
}

// FIND-1 FIND-4
func TestNumbersAndClaimedNamesAreLookUpsToo(t *testing.T) {
	acts := map[string]func(context.Context, *bed, chat.Actor, chat.Actor) error{
		"open a chat": func(ctx context.Context, b *bed, who, whom chat.Actor) error {
			_, err := b.OpenDirect(ctx, who, whom.Account, b.key())
			return err
		},
		"block": func(_ context.Context, b *bed, who, whom chat.Actor) error {
			_, err := b.do(who, who.Account.Log(), chat.SetBlock{Account: whom.Account, Blocked: true})
			return err
		},
		"make a contact": func(_ context.Context, b *bed, who, whom chat.Actor) error {
			_, err := b.do(who, who.Account.Log(), chat.SetContact{Account: whom.Account})
			return err
		},
		"invite at once": func(ctx context.Context, b *bed, who, whom chat.Actor) error {
			_, err := b.Create(ctx, who, engine.NewChat{
				Type: chat.Group, Title: "x", Invite: []chat.AccountID{whom.Account},
			}, b.key())
			return err
		},
		"invite": func(ctx context.Context, b *bed, who, whom chat.Actor) error {
			r, err := b.Create(ctx, who, engine.NewChat{Type: chat.Group, Title: "x"}, b.key())
			if err != nil {
				return err
			}
			_, err = b.do(who, r.Log, chat.Invite{Account: whom.Account})
			return err
		},
		"ban beforehand": func(ctx context.Context, b *bed, who, whom chat.Actor) error {
			r, err := b.Create(ctx, who, engine.NewChat{Type: chat.Group, Title: "x"}, b.key())
			if err != nil {
				return err
			}
			_, err = b.do(who, r.Log, chat.SetMember{Account: whom.Account, Role: chat.RoleBanned})
			return err
		},
		"claim a name": func(_ context.Context, b *bed, who, whom chat.Actor) error {
			profile := chat.Profile{Name: "x", Username: fmt.Sprintf("person%dx", whom.Account-1)}
			_, err := b.do(who, who.Account.Log(), chat.SetProfile{Profile: profile})
			if chat.CodeOf(err) == chat.CodeNameTaken {
				err = nil
			}
			return err
		},
		"name a chat": func(ctx context.Context, b *bed, who, whom chat.Actor) error {
			_, err := b.Create(ctx, who, engine.NewChat{
				Type: chat.Group, Title: "x", Name: fmt.Sprintf("person%dx", whom.Account-1),
			}, b.key())
			if chat.CodeOf(err) == chat.CodeNameTaken {
				err = nil
			}
			return err
		},
	}
	for what, act := range acts {
		t.Run(what, func(t *testing.T) {
			b := newBed(t, func(c *engine.Config) {
				c.Lookups.Account = engine.Allowance{Burst: 5, Every: time.Hour}
			})
			people := b.people(8)
			spy := b.person("spy_spy")
			for i, whom := range people {
				err := act(t.Context(), b, spy, whom)
				if i < 5 && err != nil {
					t.Errorf("stranger %d: %v", i, err)
				}
				if i >= 5 {
					codeIs(t, err, chat.CodeRateLimited)
				}
			}
			if err := act(t.Context(), b, spy, people[0]); chat.CodeOf(err) == chat.CodeRateLimited {
				t.Errorf("the same person once more: %v", err)
			}
		})
	}
}

func TestOnesOwnNameIsNoLookUp(t *testing.T) {
	b := newBed(t, func(c *engine.Config) {
		c.Lookups.Account = engine.Allowance{Burst: 1, Every: time.Hour}
	})
	ana := b.person("ana_ana")
	name := "town_square"
	r, err := b.Create(t.Context(), ana, engine.NewChat{Type: chat.Group, Title: "x", Name: name}, b.key())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		profile := chat.Profile{Name: fmt.Sprint("Ana ", i), Username: "Ana_Ana"}
		b.must(ana, ana.Account.Log(), chat.SetProfile{Profile: profile})
		b.must(ana, r.Log, chat.SetInfo{Change: chat.InfoChange{Name: &name, Title: &profile.Name}})
	}
}

// FIND-1
func TestARetryAfterTheLastLookUpIsAnsweredAsTheFirstTry(t *testing.T) {
	b := newBed(t, func(c *engine.Config) {
		c.Lookups.Account = engine.Allowance{Burst: 1, Every: time.Hour}
	})
	ana, key := b.person("ana_ana"), b.key()
	made := engine.NewChat{Type: chat.Group, Title: "x", Name: "town_square"}
	first, err := b.Create(t.Context(), ana, made, key)
	if err != nil {
		t.Fatal(err)
	}
	made.Name = "village_square"
	_, err = b.Create(t.Context(), ana, made, b.key())
	codeIs(t, err, chat.CodeRateLimited)
	again, err := b.Create(t.Context(), ana, made, key)
	if err != nil || !again.Repeated || again.Log != first.Log {
		t.Errorf("the retry got %+v, %v", again, err)
	}
}
