// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// another makes one more operator.
func (c *court) another(name string) chat.Actor {
	c.t.Helper()
	who := c.person(name)
	who.Operator = true
	return who
}

// REP-8
func TestAnOperatorNeitherSeesNorDecidesTheirOwnCase(t *testing.T) {
	for name, file := range map[string]func(c *court, ana, ben chat.Actor) chat.Report{
		"a channel of theirs": func(c *court, ana, ben chat.Actor) chat.Report {
			return chat.Report{Chat: c.room(chat.Channel, c.operator, ana)}
		},
		"a post of a channel they are an admin of": func(c *court, ana, ben chat.Actor) chat.Report {
			room := c.room(chat.Channel, ben, ana, c.operator)
			c.must(ben, room.Log(), chat.SetMember{Account: c.operator.Account, Role: chat.RoleAdmin})
			return chat.Report{Chat: room, Seqs: []chat.Seq{c.say(ben, room, "buy!").Seq}}
		},
		"their post of before in a channel": func(c *court, ana, ben chat.Actor) chat.Report {
			room := c.room(chat.Channel, ben, ana, c.operator)
			grants := chat.Channel.AdminGrants()
			c.must(ben, room.Log(), chat.SetMember{Account: c.operator.Account, Role: chat.RoleAdmin, Grants: grants})
			bad := c.say(c.operator, room, "buy!").Seq
			c.must(ben, room.Log(), chat.SetMember{Account: c.operator.Account, Role: chat.RoleMember})
			return chat.Report{Chat: room, Seqs: []chat.Seq{bad}}
		},
		"their message beside one of another": func(c *court, ana, ben chat.Actor) chat.Report {
			room := c.room(chat.Group, ben, ana, c.operator)
			seqs := []chat.Seq{c.say(c.operator, room, "an insult").Seq, c.say(ben, room, "another").Seq}
			return chat.Report{Chat: room, Seqs: seqs}
		},
		"somebody in a group they are an admin of": func(c *court, ana, ben chat.Actor) chat.Report {
			room := c.room(chat.Group, ana, ben, c.operator)
			c.must(ana, room.Log(), chat.SetMember{Account: c.operator.Account, Role: chat.RoleAdmin})
			return chat.Report{Chat: room, Seqs: []chat.Seq{c.say(ben, room, "an insult").Seq}}
		},
		"their account": func(c *court, ana, ben chat.Actor) chat.Report {
			c.room(chat.Group, c.operator, ana)
			return chat.Report{Account: c.operator.Account}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCourt(t)
			ana, ben, other := c.person("ana_a"), c.person("ben_b"), c.another("other_o")
			r := file(c, ana, ben)
			n := c.report(ana, r)
			c.ownCase(n, r.Chat, ana)
			made, err := c.Judge(t.Context(), other, chat.Judge{
				Reports: []chat.Seq{n}, Account: ana.Account, Act: chat.ActWarn, Reason: "false_reports",
			}, 0, c.key())
			if err != nil {
				t.Fatalf("another operator: %v", err)
			}
			if _, err := c.Appeal(t.Context(), ana, made, "it was so", c.key()); err != nil {
				t.Fatal(err)
			}
			if list, err := c.Cases(t.Context(), c.operator, false, 0, 1); err != nil || len(list.Appeals) != 0 {
				t.Errorf("the appeal is shown: %+v, %v", list.Appeals, err)
			}
			for _, act := range []chat.Act{chat.ActReverse, chat.ActUphold} {
				_, err := c.judge(chat.Judge{Decision: made, Act: act}, 0)
				codeIs(t, err, chat.CodeForbidden)
			}
			if list, err := c.Cases(t.Context(), other, true, 0, 1); err != nil || len(list.Reports) != 1 {
				t.Errorf("another operator sees %+v, %v", list, err)
			}
		})
	}
}

// ownCase fails unless the operator neither sees nor decides a report, whatever chat the client names.
func (c *court) ownCase(n chat.Seq, room chat.ChatID, reporter chat.Actor) {
	c.t.Helper()
	list, err := c.Cases(c.t.Context(), c.operator, false, 0, 1)
	if err != nil || len(list.Reports) != 0 || list.More {
		c.t.Errorf("it is listed: %+v, %v", list, err)
	}
	_, err = c.Case(c.t.Context(), c.operator, n)
	codeIs(c.t, err, chat.CodeForbidden)
	for _, at := range []chat.ChatID{0, room} {
		for _, j := range []chat.Judge{
			{Act: chat.ActDismiss}, {Act: chat.ActTakeDown},
			{Act: chat.ActSuspend, Account: reporter.Account, Reason: "false_reports"},
		} {
			j.Reports = []chat.Seq{n}
			if _, err := c.judge(j, at); at != 0 || j.Act != chat.ActTakeDown {
				codeIs(c.t, err, chat.CodeForbidden)
			}
		}
	}
	if len(c.suspended) > 0 {
		c.t.Errorf("%v are suspended", c.suspended)
	}
}

// REP-8
func TestWhoRanAChatWhenItWasReportedHasNoSayOnceTheyDoNot(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Channel, ben, ana, c.operator)
	c.must(ben, room.Log(), chat.SetMember{Account: c.operator.Account, Role: chat.RoleAdmin})
	n := c.report(ana, chat.Report{Chat: room})
	c.must(c.operator, room.Log(), chat.Leave{})
	c.ownCase(n, room, ana)
	v, err := c.Case(t.Context(), c.another("other_o"), n)
	if err != nil || v.Owner != ben.Account || len(v.Body.Staff) != 0 {
		t.Errorf("another operator sees %+v, %v", v, err)
	}
}

// promoteAsBefore makes an admin as it was done while chats had any number of them.
func (b *bed) promoteAsBefore(by chat.Actor, room chat.ChatID, who chat.Actor) {
	b.t.Helper()
	f, err := b.store.Facts(b.t.Context(), room, by.Account, who.Account)
	if err != nil {
		b.t.Fatal(err)
	}
	cmd := chat.SetMember{Account: who.Account, Role: chat.RoleAdmin}
	events, err := chat.Decide(f, by, cmd, chat.Millis(time.Now().UnixMilli()))
	if err != nil {
		b.t.Fatal(err)
	}
	var batch engine.Batch
	for _, ev := range events {
		body, err := wireCodec.Encode(ev.Body)
		if err != nil {
			b.t.Fatal(err)
		}
		batch.Entries = append(batch.Entries, chat.Draft{
			Log: ev.Log, At: ev.At, Author: ev.Author, Env: ev.Env, Body: body,
			Changes: chat.Project(ev.Entry(), ev.Body),
		})
	}
	if stored, err := b.store.Append(b.t.Context(), []engine.Batch{batch}); err != nil || stored[0].Err != nil {
		b.t.Fatal(err, stored)
	}
}

// ROOM-6
func TestAChatHasSoManyAdminsAndKeepsThoseOfBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := failingBed(t)
		ana, people := b.person("ana_a"), b.people(chat.MaxAdmins+3)
		room := b.room(chat.Group, ana, people...)
		h := b.open(ana, room.Log(), chat.RightSend)
		run := func(who chat.Actor, may chat.Grants) error {
			cmd := chat.SetMember{Account: who.Account, Role: chat.RoleAdmin, Grants: may}
			_, err := h.Do(t.Context(), cmd, b.key())
			return err
		}
		for _, who := range people[:chat.MaxAdmins-1] {
			codeIs(t, run(who, 0), 0)
		}
		// Two at once, where one fits.
		f.gate = make(chan struct{})
		ends := make(chan error, 2)
		for _, who := range people[chat.MaxAdmins-1:][:2] {
			cmd, key := chat.SetMember{Account: who.Account, Role: chat.RoleAdmin}, b.key()
			go func() {
				_, err := h.Do(t.Context(), cmd, key)
				ends <- err
			}()
		}
		synctest.Wait()
		close(f.gate)
		if one, two := chat.CodeOf(<-ends), chat.CodeOf(<-ends); one+two != chat.CodeTooMany {
			t.Errorf("of two at once: %v, %v", one, two)
		}
		codeIs(t, run(people[0], chat.GrantBan), 0)
		// A store of before has more of them.
		late := people[chat.MaxAdmins+1:]
		b.promoteAsBefore(ana, room, late[0])
		codeIs(t, run(late[1], 0), chat.CodeTooMany)
		codeIs(t, run(late[0], chat.GrantBan), 0)
		b.must(ana, room.Log(), chat.Transfer{Account: late[0].Account})
		b.must(late[0], room.Log(), chat.AnswerOffer{Accept: true})
		staff, err := b.store.Members(t.Context(), engine.MemberQuery{
			Chat: room, Roles: []chat.Role{chat.RoleAdmin}, Limit: 100,
		})
		if err != nil || len(staff) != chat.MaxAdmins+1 {
			t.Errorf("%d admins, %v", len(staff), err)
		}
	})
}

// Of the many who ran a chat each has no say, also the last of them.
//
// REP-8
func TestOfManyWhoRanAChatNoneHasASay(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Channel, ben, ana)
	run := func(who chat.Actor) {
		c.must(ben, room.Log(), chat.Invite{Account: who.Account})
		c.must(who, room.Log(), chat.AnswerInvitation{Accept: true})
		c.promoteAsBefore(ben, room, who)
	}
	for i := range 205 {
		run(c.person(fmt.Sprintf("clerk_%d", i)))
	}
	last := c.another("last_l")
	run(last)
	n := c.report(ana, chat.Report{Chat: room})
	c.must(last, room.Log(), chat.Leave{})
	_, err := c.Case(t.Context(), last, n)
	codeIs(t, err, chat.CodeForbidden)
	v, err := c.Case(t.Context(), c.another("other_o"), n)
	if err != nil || v.Owner != ben.Account {
		t.Errorf("another operator sees %+v, %v", v, err)
	}
}

// REP-8
func TestAnOperatorsQuarrelOfTwoIsForAnother(t *testing.T) {
	c := newCourt(t)
	ana := c.person("ana_a")
	room, err := c.OpenDirect(t.Context(), ana, c.operator.Account, c.key())
	if err != nil {
		t.Fatal(err)
	}
	bad := c.say(ana, room, "an insult").Seq
	n := c.report(c.operator, chat.Report{Chat: room, Seqs: []chat.Seq{bad}})
	c.ownCase(n, room, ana)
}

// REP-8
func TestAnOperatorsOwnCasesTakeNoPlaceInTheList(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Group, ben, ana, c.operator)
	var theirs []chat.Seq
	for _, word := range []string{"one", "two", "three"} {
		said := c.say(ben, room, word).Seq
		theirs = append(theirs, c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{said}}))
		c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{c.say(c.operator, room, word).Seq}})
	}
	var got []chat.Seq
	before, more := chat.Seq(0), true
	for more {
		list, err := c.Cases(t.Context(), c.operator, false, before, 2)
		if err != nil || len(list.Reports) == 0 {
			t.Fatalf("a page of %+v, %v", list, err)
		}
		for _, r := range list.Reports {
			got, before = append([]chat.Seq{r.Report}, got...), r.Report
		}
		more = list.More && len(got) < len(theirs)
	}
	if len(got) != 3 || got[0] != theirs[0] || got[2] != theirs[2] {
		t.Errorf("they read %v, not %v", got, theirs)
	}
	v, err := c.Case(t.Context(), c.operator, theirs[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range v.Others {
		if o.Account == c.operator.Account {
			t.Error("beside a case stands one of their own")
		}
	}
}

// REP-4
func TestNothingIsTakenDownUnderAReportOfAnotherChat(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room, other := c.room(chat.Channel, ana, ben), c.room(chat.Channel, ben, ana)
	about := c.report(ben, chat.Report{Chat: room})
	person := c.report(ben, chat.Report{Account: ana.Account})
	for _, reports := range [][]chat.Seq{{about}, {person}, {about, person}} {
		_, err := c.judge(chat.Judge{Reports: reports, Act: chat.ActTakeDown}, other)
		codeIs(t, err, chat.CodeBadRequest)
	}
	_, err := c.judge(chat.Judge{Reports: []chat.Seq{about, person}, Act: chat.ActTakeDown}, room)
	codeIs(t, err, chat.CodeBadRequest)
	if name := c.open(ben, other.Log(), chat.RightRead).Chat().Name; name == "" {
		t.Error("its name is gone")
	}
	console := chat.Actor{Server: true, Scopes: chat.AllScopes}
	down := chat.Judge{Reports: []chat.Seq{person}, Act: chat.ActTakeDown, Reason: "abuse"}
	_, err = c.Judge(t.Context(), console, down, other, chat.Key{})
	codeIs(t, err, chat.CodeBadRequest)
	c.ruled(chat.Judge{Reports: []chat.Seq{about}, Act: chat.ActTakeDown}, room)
}

// REP-4 ROOM-5
func TestGivingAChatAwayEscapesNoDecision(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Channel, ana, ben)
	hand := func(from, to chat.Actor) error {
		if err := c.tries(from, room, chat.Transfer{Account: to.Account}); err != nil {
			return err
		}
		return c.tries(to, room, chat.AnswerOffer{Accept: true})
	}
	codeIs(t, hand(ana, ben), chat.CodeForbidden) // a subscriber
	c.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleAdmin})
	inside, err := func() (chat.Seq, error) {
		r := chat.Report{Chat: room, Desk: chat.DeskAdmins, Reason: "spam"}
		n, _, err := c.Report(t.Context(), ben, r, c.key())
		return n, err
	}()
	if err != nil || inside == 0 {
		t.Fatal(err)
	}
	c.must(ana, room.Log(), chat.Transfer{Account: ben.Account}) // and is reported before it is taken
	n := c.report(ben, chat.Report{Chat: room})
	codeIs(t, c.tries(ben, room, chat.AnswerOffer{Accept: true}), chat.CodeForbidden)
	c.must(ben, room.Log(), chat.AnswerOffer{})
	codeIs(t, hand(ana, ben), chat.CodeForbidden)

	// What is private may be handed on, for a refusal would tell who reported it. The report remembers.
	c.must(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: new(string)}})
	if err := hand(ana, ben); err != nil {
		t.Fatal(err)
	}
	c.must(ana, room.Log(), chat.Leave{})
	suspend := chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActSuspend, Reason: "fraud"}
	v, err := c.Case(t.Context(), c.operator, n)
	if err != nil || v.Owner != ana.Account {
		t.Errorf("shown as its owner is %d, %v", v.Owner, err)
	}
	suspend.Account = ana.Account
	c.ruled(suspend, 0)
	if c.suspended[ana.Account] != "fraud" || len(c.suspended) != 1 {
		t.Errorf("%v are suspended", c.suspended)
	}
}

// ROOM-5
func TestWhoWasHandedAChatMayHandItBack(t *testing.T) {
	c := newCourt(t)
	ana, ben := c.person("ana_a"), c.person("ben_b")
	room := c.room(chat.Channel, ana, ben)
	c.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleAdmin})
	for _, hands := range [][2]chat.Actor{{ana, ben}, {ben, ana}} {
		c.must(hands[0], room.Log(), chat.Transfer{Account: hands[1].Account})
		c.must(hands[1], room.Log(), chat.AnswerOffer{Accept: true})
	}
	c.must(ben, room.Log(), chat.Leave{})
}

// ROOM-5
func TestAnOfferIsSeenByWhoRunsTheChatAndEndsWithAnother(t *testing.T) {
	b := newBed(t)
	ana, ben, kay, mia := b.person("ana_a"), b.person("ben_b"), b.person("kay_k"), b.person("mia_m")
	room := b.room(chat.Group, ana, ben, kay, mia)
	for _, who := range []chat.Actor{ben, kay} {
		b.must(ana, room.Log(), chat.SetMember{Account: who.Account, Role: chat.RoleAdmin})
	}
	offered := func(reader chat.Actor) (to chat.AccountID) {
		t.Helper()
		h := b.open(reader, room.Log(), chat.RightMembers)
		list, err := h.Members(t.Context(), engine.MemberQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list.Members {
			if m.Grants.Has(chat.GrantOwn) {
				to += m.Account
			}
		}
		return to
	}
	head := func() chat.Seq {
		t.Helper()
		at, err := b.open(ana, room.Log(), chat.RightRead).Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return at.Seq
	}
	said := head()
	b.must(ana, room.Log(), chat.Transfer{Account: ben.Account})
	b.must(ana, room.Log(), chat.Transfer{Account: kay.Account}) // now, and not ben any more
	for _, reader := range []chat.Actor{ana, ben, kay} {
		if got := offered(reader); got != kay.Account {
			t.Errorf("account %d reads that it is offered to %d", reader.Account, got)
		}
	}
	if got := offered(mia); got != 0 {
		t.Errorf("a member reads that it is offered to %d", got)
	}
	if head() != said {
		t.Error("members read of the offer in the chat")
	}
	_, err := b.do(ben, room.Log(), chat.AnswerOffer{Accept: true})
	codeIs(t, err, chat.CodeNotFound)
	b.must(kay, room.Log(), chat.AnswerOffer{})
	_, err = b.do(kay, room.Log(), chat.AnswerOffer{Accept: true})
	codeIs(t, err, chat.CodeNotFound)

	// Of an offer that is taken at the moment in which it is taken back, one comes first.
	b.must(ana, room.Log(), chat.Transfer{Account: kay.Account})
	ends := make(chan error, 2)
	try := func(who chat.Actor, cmd chat.Command) {
		h, key := b.open(who, room.Log(), chat.RightSend), b.key()
		go func() {
			_, err := h.Do(t.Context(), cmd, key)
			ends <- err
		}()
	}
	try(kay, chat.AnswerOffer{Accept: true})
	try(ana, chat.SetMember{Account: kay.Account, Role: chat.RoleAdmin})
	if one, two := <-ends, <-ends; (one == nil) == (two == nil) {
		t.Errorf("of two at once: %v, %v", one, two)
	}
}

// ROOM-5
func TestHoweverAnOfferEndsItsOwnerIsToldAndItWaitsForNobody(t *testing.T) {
	b := newBed(t)
	ana, other := b.person("ana_a"), b.person("other_o")
	for _, end := range []struct {
		how string
		by  func(ben chat.Actor, room chat.ChatID)
		out bool // the owner has nothing to look at any more
	}{
		{how: "leaves", by: func(ben chat.Actor, room chat.ChatID) { b.must(ben, room.Log(), chat.Leave{}) }},
		{how: "removed", by: func(ben chat.Actor, room chat.ChatID) {
			b.must(ana, room.Log(), chat.SetMember{Account: ben.Account})
		}},
		{how: "banned", by: func(ben chat.Actor, room chat.ChatID) {
			b.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleBanned})
		}},
		{how: "demoted", by: func(ben chat.Actor, room chat.ChatID) {
			b.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleMember})
		}},
		{how: "other_rights", by: func(ben chat.Actor, room chat.ChatID) {
			b.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleAdmin})
		}},
		{how: "declined", by: func(ben chat.Actor, room chat.ChatID) {
			b.must(ben, room.Log(), chat.AnswerOffer{})
		}},
		{how: "taken_back", by: func(_ chat.Actor, room chat.ChatID) {
			b.must(ana, room.Log(), chat.AnswerOffer{})
		}},
		{how: "to_another", by: func(_ chat.Actor, room chat.ChatID) {
			b.must(ana, room.Log(), chat.Transfer{Account: other.Account})
		}},
		{how: "account_ends", by: func(ben chat.Actor, _ chat.ChatID) {
			if err := b.EraseAccount(t.Context(), ben.Account, false); err != nil {
				t.Error(err)
			}
		}},
		{how: "chat_ends", out: true, by: func(_ chat.Actor, room chat.ChatID) {
			b.must(ana, room.Log(), chat.DeleteChat{})
		}},
	} {
		for _, kind := range []chat.ChatType{chat.Group, chat.Channel} {
			ben := b.person(fmt.Sprintf("ben_%s_%d", end.how, kind))
			room := b.room(kind, ana, ben, other)
			for _, who := range []chat.Actor{ben, other} {
				b.must(ana, room.Log(), chat.SetMember{Account: who.Account, Role: chat.RoleAdmin})
			}
			b.must(ana, room.Log(), chat.Transfer{Account: ben.Account})
			if due, _, err := b.Due(t.Context(), ben.Account, room); err != nil || !due.Offer {
				t.Fatalf("%s: it does not wait: %+v, %v", end.how, due, err)
			}
			before := b.kinds(ana)[chat.KindMyChat]
			end.by(ben, room)
			if told := b.kinds(ana)[chat.KindMyChat] - before; (told == 1) == end.out {
				t.Errorf("%s: the owner was told %d times", end.how, told)
			}
			due, in, err := b.Due(t.Context(), ben.Account, room)
			if err != nil || due.Offer {
				t.Errorf("%s: it waits still: %+v, %v, %v", end.how, due, in, err)
			}
		}
	}
}

// ROOM-5
func TestAnOfferThatWasSeenOnOneDeviceWaitsOnNone(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room := b.room(chat.Group, ana, ben)
	b.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleAdmin})
	waits := func(want bool) {
		t.Helper()
		if due, _, err := b.Due(t.Context(), ben.Account, room); err != nil || due.Offer != want {
			t.Errorf("it waits: %v, %v", due.Offer, err)
		}
	}
	no, yes := false, true
	b.must(ben, room.Log(), chat.SetPrefs{Prefs: chat.Prefs{MarkedUnread: &yes}})
	waits(false) // a mark of one's own is no offer
	b.must(ana, room.Log(), chat.Transfer{Account: ben.Account})
	waits(true)
	b.must(ben, room.Log(), chat.SetPrefs{Prefs: chat.Prefs{MarkedUnread: &no}})
	waits(false)
	b.must(ana, room.Log(), chat.AnswerOffer{})
	b.must(ana, room.Log(), chat.Transfer{Account: ben.Account})
	waits(true) // each anew
}

// REP-3
func TestWhoStandsInAListOfCasesReadsSoOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCourt(t)
		ana, ben, kay := c.person("ana_a"), c.person("ben_b"), c.person("kay_k")
		room := c.room(chat.Group, kay, ana, ben)
		n := c.report(ana, chat.Report{Chat: room, Seqs: []chat.Seq{c.say(ben, room, "an insult").Seq}})
		c.report(ana, chat.Report{Chat: room})
		look := func(who chat.Actor, closed bool) {
			t.Helper()
			if _, err := c.Cases(t.Context(), who, closed, 0, 10); err != nil {
				t.Fatal(err)
			}
		}
		other := c.another("other_o")
		for range 3 {
			look(c.operator, false)
			look(other, false)
		}
		if c.told(ben) != "list" || c.told(kay) != "list" || c.told(ana) != "" {
			t.Errorf("ben reads %q, kay %q, ana %q", c.told(ben), c.told(kay), c.told(ana))
		}
		if act := c.acts(ben)[0].Act; act.Reason != "" || act.Chat != 0 || act.Console {
			t.Errorf("it says %+v: that it was a list of reports is nobody's to know", act)
		}
		time.Sleep(24 * time.Hour)
		look(c.operator, true) // in which nobody is
		look(chat.Actor{Server: true, Scopes: chat.AllScopes}, false)
		if c.told(ben) != "list list" || !c.acts(ben)[1].Act.Console {
			t.Errorf("the day after ben reads %q", c.told(ben))
		}
		made := c.ruled(chat.Judge{Reports: []chat.Seq{n}, Account: ben.Account, Act: chat.ActWarn}, 0)
		if _, err := c.Appeal(t.Context(), ben, made, "a reason", c.key()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		look(c.operator, false)
		if c.told(ben) != "list list warn list" {
			t.Errorf("with an open appeal ben reads %q", c.told(ben))
		}
	})
}
