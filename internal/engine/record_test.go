// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// REP-3
func TestWhoIsReportedReadsThatTheOperatorSawWhatWasDecidedAboutThem(t *testing.T) {
	c := newCourt(t)
	ana, ben, kay := c.person("ana_a"), c.person("ben_b"), c.person("kay_k")
	room := c.room(chat.Group, ana, ben, kay)
	look := func(n chat.Seq) {
		t.Helper()
		before := len(c.acts(ben)) + len(c.acts(ana))
		if _, err := c.Case(t.Context(), c.operator, n); err != nil {
			t.Fatal(err)
		}
		if len(c.acts(ben))+len(c.acts(ana)) == before {
			t.Errorf("nobody was told that report %d was looked at", n)
		}
	}
	look(c.report(kay, chat.Report{Account: ben.Account}))
	if got := c.told(ben); got != "look-record" {
		t.Errorf("ben reads %q", got)
	}
	if a := c.acts(ben)[0].Act; a.Reason != "" || a.Chat != 0 || a.Decision != 0 || a.Console {
		t.Errorf("ben reads more than that: %+v", a)
	}
	look(c.report(kay, chat.Report{Chat: room})) // its owner's decisions are shown
	if got := c.told(ana); got != "look-record" {
		t.Errorf("ana reads %q", got)
	}
	// What he wrote is shown, and with it what was decided about him: that is one look.
	look(c.report(kay, chat.Report{Chat: room, Seqs: []chat.Seq{c.say(ben, room, "x").Seq}}))
	if got := c.told(ben); got != "look-record look" {
		t.Errorf("ben reads %q", got)
	}
	// Another's words bring him before the operator.
	said := c.say(kay, room, "look what he did").Seq
	look(c.report(kay, chat.Report{Account: ben.Account, Chat: room, Seqs: []chat.Seq{said}}))
	if got := c.told(ben); got != "look-record look look-record" {
		t.Errorf("ben reads %q", got)
	}
	if got := c.told(kay); got != "" {
		t.Errorf("who reported reads %q", got)
	}
}

// REP-6
func TestAnAppealOfTheSuspendedTakesNoKeyOfTheServers(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	c.room(chat.Group, ana, ben)
	n := c.report(ana, chat.Report{Account: ben.Account})
	c.ruled(chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActSuspend}, 0)
	foreseen := chat.NamedKey(chat.Millis(time.Now().UnixMilli()), "console: list")
	for range 2 { // a retry is answered as the first try
		if err := c.AppealSuspended(t.Context(), ben.Account, "let me in", foreseen.For(ana.Account)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.NoteAct(t.Context(), chat.OperatorAct{Act: chat.ActList}, foreseen, ana.Account); err != nil {
		t.Fatal(err)
	}
	if got := c.told(ana); got != "list" {
		t.Errorf("ana reads %q: somebody took the key of what she should be told", got)
	}
	codeIs(t, c.AppealSuspended(t.Context(), ben.Account, "again", c.key()), chat.CodeConflict)
	codeIs(t, c.AppealSuspended(t.Context(), ana.Account, "what for?", c.key()), chat.CodeNotFound)
}
