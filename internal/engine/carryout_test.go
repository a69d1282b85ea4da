// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// REP-4
func TestADecisionGivenAgainAfterItsReversalSuspendsNobody(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	c.room(chat.Group, ana, ben)
	suspend := chat.Judge{Reports: []chat.Seq{c.report(ana, chat.Report{Account: ben.Account})},
		Account: ben.Account, Act: chat.ActSuspend, Reason: "abuse"}
	key := c.key()
	again := func() chat.Seq {
		made, err := c.Judge(t.Context(), c.operator, suspend, 0, key)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	made := again()
	back := c.key()
	reverse := func() {
		j := chat.Judge{Act: chat.ActReverse, Decision: made}
		if _, err := c.Judge(t.Context(), c.operator, j, 0, back); err != nil {
			t.Fatal(err)
		}
	}
	reverse()
	if again() != made || c.suspended[ben.Account] != "" {
		t.Errorf("given again, it suspends for %q", c.suspended[ben.Account])
	}
	if got := c.told(ben); got != "suspend reverse" {
		t.Errorf("ben reads %q", got)
	}
	suspend.Reports = []chat.Seq{c.report(ana, chat.Report{Account: ben.Account})}
	c.ruled(suspend, 0)
	reverse() // a late retry of the reversal of the first
	if c.suspended[ben.Account] != "abuse" {
		t.Error("a reversal given again lifts another suspension")
	}
}

// REP-4
func TestReversingOneOfTwoDecisionsLeavesWhatTheOtherSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t)
		ana, ben := c.person("ana_a"), c.person("ben_b")
		room := c.room(chat.Group, ana, ben)
		var said, made []chat.Seq
		for range 4 {
			said = append(said, c.say(ben, room, "x").Seq)
		}
		day := 24 * time.Hour
		for i, j := range []chat.Judge{
			{Act: chat.ActSuspend, Reason: "abuse"}, {Act: chat.ActSuspend, Reason: "spam"},
			{Act: chat.ActLimit, Until: chat.Millis(time.Now().Add(9 * day).UnixMilli())},
			{Act: chat.ActLimit, Until: chat.Millis(time.Now().Add(3 * day).UnixMilli())},
		} {
			j.Reports = []chat.Seq{c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{said[i]}})}
			j.Account = ben.Account
			made = append(made, c.ruled(j, 0))
			if i == 1 && c.suspended[ben.Account] != "spam" {
				t.Errorf("suspended for %q", c.suspended[ben.Account])
			}
		}
		reverse := func(i int) { c.ruled(chat.Judge{Act: chat.ActReverse, Decision: made[i]}, 0) }
		reverse(1)
		if c.suspended[ben.Account] != "abuse" {
			t.Errorf("one of two taken back, suspended for %q", c.suspended[ben.Account])
		}
		reverse(0)
		if got, is := c.suspended[ben.Account]; is {
			t.Errorf("both taken back, suspended for %q", got)
		}
		ends := func() chat.Millis {
			t.Helper()
			state, _, err := c.State(t.Context(), ben)
			if err != nil {
				t.Fatal(err)
			}
			return state.Limit.Until
		}
		long := ends()
		reverse(2)
		if short := ends(); short == 0 || short >= long {
			t.Errorf("the longer of two limits taken back, it ends at %d, not before %d", short, long)
		}
		reverse(3)
		if ends() != 0 {
			t.Error("both taken back, a limit is left")
		}
	})
}

// REP-4
func TestAMessageThatAnotherDecisionTookDownIsNotGivenBack(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Group, ana, ben)
	one, two := c.say(ben, room, "one").Seq, c.say(ben, room, "two").Seq
	var made []chat.Seq
	first := c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{one}})
	second := c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{one, two}})
	for i, seqs := range [][]chat.Seq{{one}, {one, two}} {
		j := chat.Judge{Reports: []chat.Seq{[]chat.Seq{first, second}[i]}, Act: chat.ActTakeDown, Seqs: seqs}
		made = append(made, c.ruled(j, room))
	}
	c.ruled(chat.Judge{Act: chat.ActReverse, Decision: made[1]}, 0)
	returned := func() (words []string) {
		for _, text := range c.texts(ben, c.service(ben)) {
			if text == "one" || text == "two" {
				words = append(words, text)
			}
		}
		return words
	}
	if got := returned(); len(got) != 1 || got[0] != "two" {
		t.Errorf("given back: %q", got)
	}
	c.ruled(chat.Judge{Act: chat.ActReverse, Decision: made[0]}, 0)
	if got := returned(); len(got) != 2 || got[1] != "one" {
		t.Errorf("given back in the end: %q", got)
	}
}

// REP-4
func TestADecisionThatIsToldIsCarriedOutThoughWhoAskedIsGone(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	c.room(chat.Group, ana, ben)
	n := c.report(ana, chat.Report{Account: ben.Account})
	ctx, cancel := context.WithCancel(t.Context())
	c.beforeSuspending = cancel
	j := chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActSuspend, Reason: "abuse"}
	if _, err := c.Judge(ctx, c.operator, j, 0, c.key()); err != nil || c.heard(ben) != "suspended" {
		t.Errorf("ben hears %q, %v", c.heard(ben), err)
	}
}
