// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"testing"

	"pgregory.net/rapid"
)

// toStranger is a direct chat of reza (1), who opened it, with 5, who does not know him.
func toStranger() Facts {
	return Facts{
		Chat:  Chat{ID: 9, Type: Direct, Members: 1, Peers: [2]AccountID{1, 5}},
		Actor: Member{Account: 1, Role: RoleMember, Version: 1, Joined: 1},
		Day:   Day{Born: noon - 40*DayLength},
	}
}

// fromStranger is what 5 wrote to reza.
func fromStranger() Facts {
	return Facts{
		Chat:   Chat{ID: 9, Type: Direct, Members: 1, Peers: [2]AccountID{1, 5}},
		Actor:  Member{Account: 1, Role: RoleApproached, Version: 1},
		Target: Member{Account: 5, Role: RoleMember, Version: 1, Joined: 1},
		Head:   Head{Seq: 4, Ord: 2}, Known: true,
	}
}

func TestTheFirstMessageToAStrangerIsARequest(t *testing.T) {
	for _, cmd := range []Command{Send{Text: "hi"}, ForwardMessage{Message: &Message{Text: "hi"}}} {
		f := toStranger()
		if n := NeedsOf(f.Chat, 1, cmd); n.Target != 5 || !n.Head || !n.Stranger || !n.Day {
			t.Errorf("%T needs %+v", cmd, n)
		}
		events := decided(t, f, cmd, KindMessage, KindMyChat, KindSpent)
		m := standingOf(t, events, 5)
		if m.Peer != 1 || m.Member.Role != RoleApproached || m.Member.Version != 1 || m.Member.Joined != 0 {
			t.Errorf("%+v", m)
		}
		if !events[0].Env.Silent {
			t.Error("a request makes a sound")
		}
		if s := events[2].Body.(*Spent); *s != (Spent{Strangers: 1}) || events[2].Log != AccountID(1).Log() {
			t.Errorf("it used %+v", s)
		}
		f.Target, f.Head.Ord = Member{Account: 5, Role: RoleApproached, Version: 1}, 1
		if again := decided(t, f, cmd, KindMessage); !again[0].Env.Silent {
			t.Error("the second message makes a sound")
		}
		f.Head.Ord = MaxUnanswered
		refused(t, f, cmd, CodeRequestPending, "")
		f.Chat.Members, f.Target.Role = 2, RoleMember
		if n := NeedsOf(f.Chat, 1, cmd); n.Target != 0 || n.Head || n.Day {
			t.Errorf("%T between two who talk needs %+v", cmd, n)
		}
		if said := decided(t, f, cmd, KindMessage); said[0].Env.Silent {
			t.Error("a message between two who talk makes no sound")
		}
	}
	f := toStranger()
	f.Blocked = true
	refused(t, f, Send{Text: "hi"}, CodeCannotWrite, "")
}

func TestADeletedRequestIsOneAgainAndItsSenderLearnsNothing(t *testing.T) {
	gone := toStranger()
	gone.Target, gone.Head = Member{Account: 5, Version: 2, From: 4}, Head{Seq: 3, Ord: 2}
	there := gone
	there.Target = Member{Account: 5, Role: RoleApproached, Version: 1}
	// What the sender sees of both is one message, without anything used.
	decided(t, there, Send{Text: "x"}, KindMessage)
	m := standingOf(t, decided(t, gone, Send{Text: "x"}, KindMessage, KindMyChat), 5)
	if m.Member.Role != RoleApproached || m.Member.From != 4 || m.Member.Version != 3 {
		t.Errorf("%+v", m)
	}
	gone.Head.Ord, there.Head.Ord = MaxUnanswered, MaxUnanswered
	refused(t, gone, Send{Text: "x"}, CodeRequestPending, "")
	refused(t, there, Send{Text: "x"}, CodeRequestPending, "")
	gone.Refs = map[Seq]Ref{2: message(1, "x")}
	refused(t, gone, SetPin{Target: 2}, CodeRequestPending, "")
}

func TestARequestIsAcceptedByAWordOrByWritingBack(t *testing.T) {
	f := fromStranger()
	m := standingOf(t, decided(t, f, AnswerInvitation{Accept: true}, KindAccepted, KindMyChat), 1)
	want := Member{Account: 1, Role: RoleMember, Joined: noon, Version: 2}
	if m.Member != want || m.Before != RoleApproached {
		t.Errorf("%+v", m)
	}
	m = standingOf(t, decided(t, f, Send{Text: "who is it?"}, KindMessage, KindMyChat), 1)
	if m.Member.Role != RoleMember || m.Member.Joined != noon {
		t.Errorf("%+v", m)
	}
	for _, cmd := range []Command{SetDraft{Text: "I"}, MarkRead{Seq: 3, Ord: 1}} {
		if _, err := Decide(f, reza, cmd, noon); err != nil {
			t.Errorf("%T: %v", cmd, err)
		}
	}
	refused(t, f, Join{}, CodeAlreadyMember, "")
	f.Blocked = true
	refused(t, f, AnswerInvitation{Accept: true}, CodeCannotWrite, "")
	refused(t, f, Send{Text: "x"}, CodeCannotWrite, "")
	f.Actor.Role = RoleNone
	refused(t, f, AnswerInvitation{Accept: true}, CodeNotFound, "")
}

func TestWhoDeletesADirectChatOrARequestSeesNothingOfBeforeAgain(t *testing.T) {
	f := fromStranger()
	for _, cmd := range []Command{AnswerInvitation{}, Leave{}} {
		m := standingOf(t, decided(t, f, cmd, KindMyChat, KindRead), 1)
		if m.Member != (Member{Account: 1, Version: 2, From: 5}) {
			t.Errorf("%T: %+v", cmd, m.Member)
		}
		for _, c := range Project(Event{Log: AccountID(1).Log(), Env: Envelope{Kind: KindMyChat}}.Entry(), m) {
			if _, bumps := c.(FactsBumped); bumps {
				t.Error("the sender can tell from the facts version")
			}
		}
	}
	f.Actor.Role, f.Actor.Joined, f.Chat.Members = RoleMember, 77, 2
	m := standingOf(t, decided(t, f, Leave{}, KindMyChat, KindRead), 1)
	if m.Member != (Member{Account: 1, Version: 2, From: 5, Joined: 77}) {
		t.Errorf("%+v", m.Member)
	}
	f.Actor = m.Member
	refused(t, f, Leave{}, CodeNotMember, "")
	// A word of the other brings it back as it was, without what was before.
	f = toStranger()
	f.Target, f.Known = Member{Account: 5, Version: 2, From: 5, Joined: 77}, true
	back := standingOf(t, decided(t, f, Send{Text: "hi"}, KindMessage, KindMyChat), 5)
	if back.Member != (Member{Account: 5, Role: RoleMember, Version: 3, From: 5, Joined: 77}) {
		t.Errorf("%+v", back.Member)
	}
}

func TestLinksAreCountedWhereOneIsNew(t *testing.T) {
	link := "see https://a.ir"
	for _, c := range []struct {
		name string
		set  func(*Facts)
		want bool
	}{
		{"to a stranger", func(f *Facts) { f.Head.Ord = 1; f.Target.Role = RoleApproached }, true},
		{"to somebody who knows one", func(f *Facts) { f.Known = true; f.Target.Role = RoleMember }, false},
		{"in a public group just joined", func(f *Facts) {
			f.Chat = Chat{ID: 9, Type: Group, Name: "pub_lic"}
		}, true},
		{"in a public group joined yesterday", func(f *Facts) {
			f.Chat, f.Actor.Joined = Chat{ID: 9, Type: Group, Name: "pub_lic"}, noon-DayLength
		}, false},
		{"by an admin of it", func(f *Facts) {
			f.Chat, f.Actor.Role = Chat{ID: 9, Type: Group, Name: "pub_lic"}, RoleAdmin
		}, false},
		{"in a private group of few", func(f *Facts) {
			f.Chat = Chat{ID: 9, Type: Group, Members: MaxCircle}
		}, false},
		{"in a private group of many", func(f *Facts) {
			f.Chat = Chat{ID: 9, Type: Group, Members: MaxCircle + 1}
		}, true},
		{"in one joined yesterday", func(f *Facts) {
			f.Chat, f.Actor.Joined = Chat{ID: 9, Type: Group, Members: MaxCircle + 1}, noon-DayLength
		}, false},
		{"by an admin of one", func(f *Facts) {
			f.Chat, f.Actor.Role = Chat{ID: 9, Type: Group, Members: MaxCircle + 1}, RoleAdmin
		}, false},
		{"in a channel", func(f *Facts) {
			f.Chat = Chat{ID: 9, Type: Channel, Members: MaxCircle + 1}
			f.Actor.Role, f.Actor.Grants = RoleAdmin, GrantPost
		}, false},
		{"in saved messages", func(f *Facts) { f.Chat = Chat{ID: 9, Type: Saved} }, false},
	} {
		f := toStranger()
		f.Actor.Joined = noon - 5
		c.set(&f)
		f.Chat.Defaults = MemberGrants
		f.Refs = map[Seq]Ref{2: message(1, "x")}
		for _, cmd := range []Command{
			Send{Text: link}, Edit{Target: 2, Text: link},
			ForwardMessage{Message: &Message{Text: link, Entities: []Entity{{Kind: EntityURL, Length: 12}}}},
		} {
			if n := NeedsOf(f.Chat, 1, cmd); c.want && !n.Day {
				t.Errorf("%s, %T needs %+v", c.name, cmd, n)
			}
			events, err := Decide(f, reza, cmd, noon)
			if err != nil {
				t.Fatalf("%s, %T: %v", c.name, cmd, err)
			}
			s, _ := events[len(events)-1].Body.(*Spent)
			if c.want != (s != nil && s.Links == 1) {
				t.Errorf("%s, %T: it used %+v", c.name, cmd, s)
			}
		}
		if events, err := Decide(f, reza, Send{Text: "no link"}, noon); err != nil ||
			events[len(events)-1].Env.Kind == KindSpent {
			t.Errorf("%s: without a link: %v", c.name, err)
		}
	}
}

// STR-5
func TestLinksAreCountedOfNewcomersInCrowdsAndOfStrangersAlone(t *testing.T) {
	link := Message{Text: "https://a.ir", Entities: []Entity{{Kind: EntityURL, Length: 12}}}
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		f.Chat.ID, f.Chat.Type, f.Chat.Deleted, f.Chat.SlowSeconds = 9, Direct, false, 0
		if rapid.Bool().Draw(t, "in a group") {
			f.Chat.Type, f.Chat.Defaults = Group, MemberGrants
			f.Actor.Role = rapid.SampledFrom([]Role{RoleMember, RoleAdmin, RoleOwner}).Draw(t, "as")
			f.Actor.Grants, f.Actor.Until = 0, 0
			f.Actor.Joined = noon - rapid.SampledFrom([]Millis{0, DayLength - 1, DayLength}).Draw(t, "for")
		}
		cmd := ForwardMessage{Message: &link}
		events, err := Decide(f, reza, cmd, noon)
		if err != nil {
			return
		}
		links := uint32(0)
		for _, e := range events {
			if s, ok := e.Body.(*Spent); ok {
				links += s.Links
			}
		}
		here := f.Chat.Type == Group && f.Actor.Role == RoleMember && noon-f.Actor.Joined < DayLength &&
			(f.Chat.Public() || f.Chat.Members > MaxCircle)
		there := f.Chat.OneSided() && f.Actor.Role.In() && !f.Target.Role.In() && !f.Known
		switch want := here || there; {
		case (links == 1) != want:
			t.Fatalf("%d were counted of %+v in %+v", links, f.Actor, f.Chat)
		case want && !NeedsOf(f.Chat, 1, cmd).Day:
			t.Fatalf("decided without the day: %+v", f.Chat)
		}
	})
}

// A name leads somewhere as a link does, unless it is of somebody who is there.
//
// STR-5
func TestNamesOfOthersCountAsLinksDo(t *testing.T) {
	group := toStranger()
	group.Chat = Chat{ID: 9, Type: Group, Name: "pub_lic", Defaults: MemberGrants}
	group.Actor.Joined = noon - 5
	group.Names, group.Inside = map[string]AccountID{"mina_1": 7}, map[AccountID]bool{7: true, 8: false}
	group.Refs = map[Seq]Ref{2: message(1, "x"), 3: message(1, "@reza_1")}
	was := group.Refs[3]
	was.Body = &Message{Text: "@reza_1", Entities: []Entity{{Kind: EntityMention, Length: 7}}}
	group.Refs[3] = was
	was.Body = &Message{Text: "so", Entities: []Entity{{Kind: EntityTextMention, Length: 2, Account: 8}}}
	group.Refs[4] = was
	talk := toStranger()
	talk.Head.Ord, talk.Target.Role = 1, RoleApproached
	by := func(a AccountID) []Entity { return []Entity{{Kind: EntityTextMention, Length: 2, Account: a}} }
	named := func(a AccountID) ForwardMessage {
		return ForwardMessage{Message: &Message{Text: "@some_1", Entities: []Entity{
			{Kind: EntityMention, Length: 7, Account: a}}}}
	}
	for i, c := range []struct {
		f     Facts
		cmd   Command
		count bool
	}{
		{group, Send{Text: "see @shop_1"}, true},
		{group, Send{Text: "hi @mina_1"}, false},
		{group, Send{Text: "@mina_1 @shop_1"}, true},
		{group, Send{Text: "hi", Entities: by(7)}, false},
		{group, Send{Text: "hi", Entities: by(8)}, true},
		{group, Edit{Target: 2, Text: "see @shop_1"}, true},
		{group, Edit{Target: 3, Text: "see @shop_1"}, false},         // counted when it was written
		{group, Edit{Target: 4, Text: "hi", Entities: by(8)}, false}, // so was this
		{group, Edit{Target: 4, Text: "hi", Entities: by(9)}, true},
		{group, named(7), false},
		{group, named(8), true},
		{group, named(0), true},
		{talk, Send{Text: "see @shop_1"}, true},
		{talk, Send{Text: "hi", Entities: by(1)}, false},
		{talk, Send{Text: "hi", Entities: by(8)}, true},
	} {
		if n := NeedsOf(c.f.Chat, 1, c.cmd); c.count && !n.Day {
			t.Errorf("%d: %T needs %+v", i, c.cmd, n)
		}
		events, err := Decide(c.f, reza, c.cmd, noon)
		if err != nil {
			t.Fatalf("%d: %T: %v", i, c.cmd, err)
		}
		s, _ := events[len(events)-1].Body.(*Spent)
		if c.count != (s != nil && s.Links == 1) {
			t.Errorf("%d: %T used %+v", i, c.cmd, s)
		}
	}
}

func TestADaysAllowanceIsRefusedWithTheTimeOfTheNext(t *testing.T) {
	f := toStranger()
	f.Day = Day{Born: noon - 1000}
	limit := Allowed(AllowStrangers, 1000)
	for i := range Millis(limit) {
		f.Day.Spent = append(f.Day.Spent, Spending{noon - 900 + i, Spent{Strangers: 1}})
	}
	// Older than a day comes first: more is allowed then.
	if e := refused(t, f, Send{Text: "x"}, CodeDailyLimit, "strangers"); e.Retry != DayLength-1000 {
		t.Errorf("again in %d ms", e.Retry)
	}
	f.Day.Spent[0].At = noon - DayLength + 5
	if e := refused(t, f, Send{Text: "x"}, CodeDailyLimit, "strangers"); e.Retry != 5 {
		t.Errorf("again in %d ms", e.Retry)
	}
	f.Day.Spent[0].At = noon - DayLength
	decided(t, f, Send{Text: "x"}, KindMessage, KindMyChat, KindSpent)
	f.Day.Spent[0].At, f.Day.Free = noon, true
	decided(t, f, Send{Text: "x"}, KindMessage, KindMyChat)
	f.Day.Free, f.Person, f.Chat = false, Person{ID: 5}, Chat{ID: 8, Type: Group, Defaults: MemberGrants}
	f.Actor.Role = RoleOwner
	refused(t, f, Invite{Account: 5}, CodeDailyLimit, "strangers")
	f.Known = true
	decided(t, f, Invite{Account: 5}, KindMyChat, KindInvitation)
	group := Create{Chat: 9, Type: Group, Title: "t", Invite: []AccountID{5}}
	f.Chat, f.People = Chat{}, map[AccountID]Party{5: {Person: Person{ID: 5}}}
	refused(t, f, group, CodeDailyLimit, "strangers")
	f.Day.Spent = []Spending{{noon, Spent{Rooms: Allowed(AllowRooms, 1000)}}}
	refused(t, f, group, CodeDailyLimit, "rooms")
	if _, err := Decide(f, Actor{Account: 1, Scopes: AllScopes, Server: true}, group, noon); err != nil {
		t.Errorf("the server's own hand: %v", err)
	}
}

func TestAllowancesGrowWithAge(t *testing.T) {
	for what := range allowances {
		last := uint32(0)
		for _, days := range []Millis{-1, 0, 1, 7, 30, 4000} {
			n := Allowed(what, days*DayLength)
			if n < last || n == 0 {
				t.Errorf("%v of %d days: %d after %d", what, days, n, last)
			}
			last = n
		}
		if Allowed(what, DayLength-1) >= Allowed(what, 30*DayLength) {
			t.Errorf("%v does not grow", what)
		}
	}
	if got := Allowance(9).String(); got != "unknown allowance" {
		t.Error(got)
	}
}

func TestWhoIsPutOnTheListWaitsNoMore(t *testing.T) {
	f := fromStranger()
	f.Person = Person{ID: 5, Profile: Profile{Name: "n"}}
	if n := NeedsOf(Chat{}, 1, SetContact{Account: 5}); !n.Waiting || n.Target != 5 {
		t.Errorf("it needs %+v", n)
	}
	m := standingOf(t, decided(t, f, SetContact{Account: 5}, KindContact, KindAccepted, KindMyChat), 1)
	if m.Member != (Member{Account: 1, Role: RoleMember, Joined: noon, Version: 2}) {
		t.Errorf("%+v", m)
	}
	// So for somebody who has been on the list, and waits all the same: a block was in the way.
	f.Contact = Contact{Account: 5, SeenName: "n"}
	decided(t, f, SetContact{Account: 5}, KindContact, KindAccepted, KindMyChat)
	f.Blocked = true
	decided(t, f, SetContact{Account: 5, Name: "other"}, KindContact)
	f.Blocked = false
	decided(t, f, SetContact{Account: 5, Remove: true}, KindContact)
	f.Person.ID = 6
	decided(t, f, SetContact{Account: 6}, KindContact) // whose chat it is not
	f.Person.ID, f.Actor.Role, f.Contact = 5, RoleNone, Contact{}
	decided(t, f, SetContact{Account: 5}, KindContact) // the request was deleted: nothing waits
}
