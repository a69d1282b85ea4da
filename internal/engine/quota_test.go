// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// dayBed is a bed in which an account may store little in a day, with a clock that a test moves.
func dayBed(t *testing.T) (*bed, *atomic.Int64) {
	t.Helper()
	ahead, begun := new(atomic.Int64), time.Now()
	return newBed(t, func(c *engine.Config) {
		c.DayBytes = 20_000
		c.Now = func() time.Time { return begun.Add(time.Duration(ahead.Load())) }
	}), ahead
}

// fill has somebody write until the day's share is used up.
func (b *bed) fill(who chat.Actor, room chat.ChatID) error {
	b.t.Helper()
	text := chat.Send{Text: strings.Repeat("long ", 200)}
	until := time.Now().Add(time.Minute)
	for time.Now().Before(until) {
		if _, err := b.do(who, room.Log(), text); err != nil {
			return err
		}
	}
	b.t.Fatal("nothing is refused")
	return nil
}

// ADMIN-3
func TestAnAccountStoresItsShareOfADayAndNoMore(t *testing.T) {
	b, ahead := dayBed(t)
	ana, ben := b.person("ana_first"), b.person("ben_second")
	room := b.room(chat.Group, ana, ben)
	first := b.say(ana, room, "one")
	err := b.fill(ana, room)
	coded, _ := err.(*chat.Error)
	day := chat.Millis(24 * time.Hour / time.Millisecond)
	if chat.CodeOf(err) != chat.CodeQuotaUsedUp || coded == nil || coded.Retry <= 0 || coded.Retry > day {
		t.Fatalf("beyond the share: %#v", err)
	}
	// What frees room, and what others do, goes on.
	b.must(ana, room.Log(), chat.Delete{Targets: []chat.Seq{first.Seq}})
	b.must(ana, ana.Account.Log(), chat.SetBlock{Account: ben.Account, Blocked: true})
	b.say(ben, room, "still here")
	for name, cmd := range map[string]chat.Command{
		"edit": chat.Edit{Target: first.Seq + 1, Text: "2"}, "draft": chat.SetDraft{Text: "not yet"},
	} {
		if _, err := b.do(ana, room.Log(), cmd); chat.CodeOf(err) != chat.CodeQuotaUsedUp {
			t.Errorf("%s: %v", name, err)
		}
	}
	ahead.Store(int64(coded.Retry) * int64(time.Millisecond))
	b.say(ana, room, "another day")
}

func TestTheDayIsCountedAgainAfterARestart(t *testing.T) {
	b, _ := dayBed(t)
	ana := b.person("ana_first")
	room := b.room(chat.Group, ana)
	if err := b.fill(ana, room); chat.CodeOf(err) != chat.CodeQuotaUsedUp {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again := newBed(t, func(c *engine.Config) { c.Store, c.DayBytes = b.store, 20_000 })
	again.keys = 1 << 20 // others than before
	before := len(again.texts(ana, room))
	if err := again.fill(ana, room); chat.CodeOf(err) != chat.CodeQuotaUsedUp {
		t.Errorf("after a restart: %v", err)
	}
	// Until the day is counted something gets through; a whole share of a thousand times this text does not.
	if more := len(again.texts(ana, room)) - before; more > before {
		t.Errorf("%d texts before and %d after the restart", before, more)
	}
}

func TestARetryIsAnsweredWhenTheShareIsUsedUp(t *testing.T) {
	b, _ := dayBed(t)
	ana := b.person("ana_first")
	room := b.room(chat.Group, ana)
	h, key := b.open(ana, room.Log(), chat.RightSend), b.key()
	first, err := h.Do(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.fill(ana, room); chat.CodeOf(err) != chat.CodeQuotaUsedUp {
		t.Fatal(err)
	}
	again, err := h.Do(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil || again.Seq != first.Seq || !again.Repeated {
		t.Errorf("the retry got %+v (%v), want the place %d", again, err, first.Seq)
	}
}
