// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// named has somebody take a name at a time; empty: none.
func (b *bed) named(who chat.Actor, name string, at time.Time) error {
	b.t.Helper()
	cmd := chat.SetProfile{Profile: chat.Profile{Name: "x", Username: name}}
	_, err := b.open(who, who.Account.Log(), chat.RightSend).Do(b.t.Context(), cmd, b.keyAt(at))
	return err
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
	b := newBed(t)
	eve, ana := b.person("first_f"), b.person("ana_a")
	for _, name := range []string{"second_s", "third_t", "fourth_r", "fifth_v"} {
		if err := b.named(eve, name, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"second_s", "third_t", "fourth_r"} {
		codeIs(t, b.named(ana, name, time.Now()), chat.CodeNameResting)
	}
	if err := b.named(ana, "first_f", time.Now()); err != nil {
		t.Errorf("the oldest: %v", err)
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
