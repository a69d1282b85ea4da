// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// named has somebody take a name at a time; empty: none.
func (b *bed) named(who chat.Actor, name string, at time.Time) error {
	b.t.Helper()
	cmd := chat.SetProfile{Profile: chat.Profile{Name: "x", Username: name}}
	_, err := b.open(who, who.Account.Log(), chat.RightSend).Do(b.t.Context(), cmd, b.keyAt(at))
	return err
}

// retryOf is for how long a refusal says to wait.
func retryOf(err error) chat.Millis {
	var coded *chat.Error
	if errors.As(err, &coded) {
		return coded.Retry
	}
	return 0
}

// NAME-1
func TestANameThatWasGivenUpIsNobodyElsesForThirtyDays(t *testing.T) {
	ahead, begun := new(atomic.Int64), time.Now()
	now := func() time.Time { return begun.Add(time.Duration(ahead.Load())) }
	b := newBed(t, func(c *engine.Config) { c.Now = now })
	ana, eve := b.person("paul_a"), b.person("eve_e")
	if err := b.named(ana, "other_one", now()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"paul_a", "PAUL_A", "pauI_a"} { // the last but looks like it
		codeIs(t, b.named(eve, name, now()), chat.CodeNameResting)
		codeIs(t, b.CheckName(t.Context(), name), chat.CodeNameResting)
	}
	_, err := b.ResolveName(t.Context(), eve, "paul_a")
	codeIs(t, err, chat.CodeNotFound)
	if err := b.named(ana, "paul_a", now()); err != nil { // its owner takes it back
		t.Fatal(err)
	}
	if err := b.named(ana, "", now()); err != nil {
		t.Fatal(err)
	}
	ahead.Add(int64(30*24*time.Hour - time.Minute))
	codeIs(t, b.named(eve, "paul_a", now()), chat.CodeNameResting)
	ahead.Add(int64(2 * time.Minute))
	if err := b.named(eve, "paul_a", now()); err != nil {
		t.Errorf("after thirty days: %v", err)
	}
	codeIs(t, b.named(ana, "paul_a", now()), chat.CodeNameTaken)
}

// NAME-1
func TestWhoTakesNamesAndGivesThemUpKeepsThreeFromOthers(t *testing.T) {
	ahead, begun := new(atomic.Int64), time.Now()
	now := func() time.Time { return begun.Add(time.Duration(ahead.Load())) }
	b := newBed(t, func(c *engine.Config) { c.Now = now })
	eve, ana := b.person("first_f"), b.person("ana_a")
	for _, name := range []string{"second_s", "third_t", "fourth_r"} {
		ahead.Add(int64(time.Hour))
		if err := b.named(eve, name, now()); err != nil {
			t.Fatal(err)
		}
	}
	err := b.named(eve, "fifth_v", now())
	codeIs(t, err, chat.CodeNameTooOften)
	if wait := retryOf(err); wait != chat.Millis((30*24-2)*time.Hour/time.Millisecond) {
		t.Errorf("it waits %d, not until the first has rested", wait)
	}
	for _, name := range []string{"FOURTH_R", "third_t", "second_s", ""} { // as it is, taken back, and none
		if err := b.named(eve, name, now()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	codeIs(t, b.named(eve, "fifth_v", now()), chat.CodeNameTooOften)
	for _, name := range []string{"first_f", "second_s", "third_t", "fourth_r"} {
		codeIs(t, b.named(ana, name, now()), chat.CodeNameResting)
	}
	ahead.Add(int64(30 * 24 * time.Hour))
	if err := b.named(eve, "fifth_v", now()); err != nil {
		t.Errorf("after thirty days: %v", err)
	}
}

// Of many at once no more get by than one after the other.
//
// NAME-1
func TestManyRenamesAtOnceGiveUpNoMoreThanThreeNames(t *testing.T) {
	b := newBed(t)
	eve := b.person("first_f")
	h := b.open(eve, eve.Account.Log(), chat.RightSend)
	var all []*engine.Pending
	for i := range 8 {
		cmd := chat.SetProfile{Profile: chat.Profile{Name: "x", Username: fmt.Sprintf("hoard_%c", 'a'+i)}}
		p, err := h.Begin(t.Context(), cmd, b.key())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	done := 0
	for _, p := range all {
		if _, err := p.Wait(t.Context()); err == nil {
			done++
		} else {
			codeIs(t, err, chat.CodeNameTooOften)
		}
	}
	if done != engine.MaxRested {
		t.Errorf("%d names were taken", done)
	}
}

// Nothing is asked of who keeps their name, and nothing twice of who takes another.
//
// NAME-1
func TestWhoKeepsTheirNameIsNotAskedWhatRests(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	b := newBed(t, func(c *engine.Config) {
		c.Store = &storetest.Faulty{Store: c.Store, Plan: func(op string) storetest.Fault {
			mu.Lock()
			defer mu.Unlock()
			asked[op]++
			return storetest.Sound
		}}
	})
	ana := b.person("ana_a")
	room := b.room(chat.Channel, ana)
	public := func(name, about string) {
		b.must(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: &name, About: &about}})
	}
	profile := func(name, about string) {
		p := chat.Profile{Name: "x", Username: name, About: about}
		b.must(ana, ana.Account.Log(), chat.SetProfile{Profile: p})
	}
	public("our_news", "")
	public("our_news", "a text") // what the engine remembers of the chat has the name from here on
	for _, c := range []struct {
		what   string
		do     func()
		rested bool
	}{
		{"another bio", func() { profile("Ana_A", "something") }, false},
		{"another text", func() { public("OUR_news", "something") }, false},
		{"another name", func() { profile("ana_b", "") }, true},
		{"another public name", func() { public("your_news", "") }, true},
	} {
		mu.Lock()
		clear(asked)
		mu.Unlock()
		c.do()
		mu.Lock()
		if asked["name"] != 1 || asked["rested"] > 0 != c.rested || asked["given up"] > 0 != c.rested {
			t.Errorf("for %s the store is asked %v", c.what, asked)
		}
		mu.Unlock()
	}
}

// AUTH-6, NAME-1
func TestADeviceWithoutASayGivesNoNameUp(t *testing.T) {
	b := newBed(t)
	sara := b.person("sara_s")
	room, plain := b.room(chat.Channel, sara), b.room(chat.Channel, sara)
	news := "our_news"
	call := func(who chat.Actor, room chat.ChatID, c chat.InfoChange) error {
		_, err := b.do(who, room.Log(), chat.SetInfo{Change: c})
		return err
	}
	thief, other, none, first := sara, "other_news", "", "first_name"
	for room, name := range map[chat.ChatID]*string{room: &news, plain: &none} {
		if err := call(sara, room, chat.InfoChange{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	thief.Waits = 5000
	for _, err := range []error{
		b.named(thief, "sara_other", time.Now()), b.named(thief, "", time.Now()),
		call(thief, room, chat.InfoChange{Name: &other}), call(thief, room, chat.InfoChange{Name: &none}),
	} {
		codeIs(t, err, chat.CodeLoginTooYoung)
		if wait := retryOf(err); wait != 5000 {
			t.Errorf("it waits %d", wait)
		}
	}
	for i, err := range []error{ // what takes no name from where it leads
		b.named(thief, "Sara_S", time.Now()), call(thief, plain, chat.InfoChange{Name: &first}),
		call(thief, room, chat.InfoChange{Name: &news, Title: &other}), b.named(sara, "sara_other", time.Now()),
	} {
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// NAME-1
func TestAPublicNameOfAChatThatWasGivenUpRestsToo(t *testing.T) {
	b := newBed(t)
	sara, eve := b.person("sara_s"), b.person("eve_e")
	room, other := b.room(chat.Channel, sara), b.room(chat.Channel, eve)
	call := func(who chat.Actor, room chat.ChatID, name string) error {
		_, err := b.do(who, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: &name}})
		return err
	}
	for _, name := range []string{"our_news", "our_paper"} {
		if err := call(sara, room, name); err != nil {
			t.Fatal(err)
		}
	}
	codeIs(t, call(eve, other, "our_news"), chat.CodeNameResting)
	codeIs(t, b.named(eve, "our_news", time.Now()), chat.CodeNameResting)
	_, err := b.Create(t.Context(), eve, engine.NewChat{Type: chat.Group, Title: "x", Name: "our_news"}, b.key())
	codeIs(t, err, chat.CodeNameResting)
	if err := call(sara, room, "our_news"); err != nil { // the chat takes it back
		t.Error(err)
	}
	if err := b.named(sara, "our_paper", time.Now()); err != nil { // and so does who gave it up
		t.Error(err)
	}
}

// Every name of a deleted account rests, not the last alone.
//
// NAME-1, DEL-3
func TestAllNamesOfADeletedAccountRest(t *testing.T) {
	b := newBed(t)
	ana := b.person("ana_a")
	for _, name := range []string{"second_s", "third_t"} {
		p := chat.Profile{Name: "x", Username: name}
		b.must(ana, ana.Account.Log(), chat.SetProfile{Profile: p})
	}
	if err := b.EraseAccount(t.Context(), ana.Account, false); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ana_a", "second_s", "third_t"} {
		codeIs(t, b.CheckName(t.Context(), name), chat.CodeNameResting)
	}
	if err := b.ForgetAccount(t.Context(), ana.Account); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ana_a", "second_s", "third_t"} {
		if err := b.CheckName(t.Context(), name); err != nil {
			t.Errorf("when it is forgotten %s is %v", name, err)
		}
	}
}
