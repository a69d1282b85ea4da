// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"reflect"
	"slices"
	"testing"
)

// public is a public group or channel that the actor is not in.
func public(kind ChatType) Facts {
	f := inGroup()
	f.Chat.Type, f.Chat.Name, f.Actor, f.Head = kind, "public_name", Member{}, Head{Seq: 40, Ord: 30}
	return f
}

// standingOf returns the standing that events give an account, as its own log has it.
func standingOf(t *testing.T, events []Event, a AccountID) *MyChat {
	t.Helper()
	for _, e := range events {
		if m, ok := e.Body.(*MyChat); ok && e.Log == a.Log() {
			return m
		}
	}
	t.Fatalf("no standing of %d in %+v", a, events)
	return nil
}

func TestJoiningAPublicChat(t *testing.T) {
	m := standingOf(t, decided(t, public(Group), Join{}, KindMember, KindMyChat, KindRead), 1)
	want := &MyChat{
		Chat: 7, Type: Group, Member: Member{Account: 1, Role: RoleMember, Version: 1, Joined: noon},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v", m)
	}
	decided(t, public(Channel), Join{}, KindMyChat, KindRead)
	private := public(Group)
	private.Chat.Name = ""
	refused(t, private, Join{}, CodeForbidden, "")
	refused(t, inGroup(), Join{}, CodeAlreadyMember, "")
	refused(t, public(Direct), Join{}, CodeForbidden, "")
	gone := public(Group)
	gone.Chat.Deleted = true
	refused(t, gone, Join{}, CodeChatDeleted, "")
	refused(t, Facts{}, Join{}, CodeNotFound, "")
}

func TestJoiningByLink(t *testing.T) {
	f := public(Group)
	f.Chat.Name = ""
	f.Link = InviteLink{Token: "t", Limit: 2, Uses: 1, Expires: noon + 1}
	if m := standingOf(t, decided(t, f, Join{Token: "t"}, KindMember, KindMyChat, KindRead), 1); m.Token != "t" {
		t.Errorf("the link is forgotten: %+v", m)
	}
	refused(t, f, Join{Token: "other"}, CodeNotFound, "invite")
	for code, spoil := range map[Code]func(*InviteLink){
		CodeInviteExpired: func(l *InviteLink) { l.Expires = noon },
		CodeInviteUsedUp:  func(l *InviteLink) { l.Uses = 2 },
	} {
		spoilt := f
		spoil(&spoilt.Link)
		refused(t, spoilt, Join{Token: "t"}, code, "invite")
	}
	f.Link.Revoked = true
	refused(t, f, Join{Token: "t"}, CodeInviteExpired, "invite")
}

func TestJoiningWhereOneAsksFirst(t *testing.T) {
	byChat, byLink := public(Channel), public(Channel)
	byChat.Chat.JoinApproval = true
	byLink.Link = InviteLink{Token: "t", Approval: true}
	for _, c := range []struct {
		f   Facts
		cmd Join
	}{{byChat, Join{}}, {byLink, Join{Token: "t"}}} {
		events := decided(t, c.f, c.cmd, KindJoinRequest, KindMyChat)
		request := events[0].Body.(*JoinRequest)
		if events[0].Log != ChatID(7).Staff() || request.Account != 1 || request.Token != c.cmd.Token {
			t.Errorf("%+v", events[0])
		}
		if m := standingOf(t, events, 1); m.Member.Role != RoleRequested || m.Token != c.cmd.Token {
			t.Errorf("%+v", m)
		}
		c.f.Actor = Member{Account: 1, Role: RoleRequested, Version: 1}
		decided(t, c.f, c.cmd)
		decided(t, c.f, Leave{}, KindMyChat, KindJoinRequest)
	}
}

func TestWhoComesInHasReadWhatWasSaidBefore(t *testing.T) {
	want := ReadMark{Chat: 7, Seq: 40, Ord: 30}
	events := decided(t, public(Channel), Join{}, KindMyChat, KindRead)
	if e := events[1]; e.Log != AccountID(1).Log() || *e.Body.(*ReadMark) != want {
		t.Errorf("%+v", e)
	}
	f := inChannel(RoleAdmin, GrantInvite)
	f.Target, f.Head = Member{Account: 2, Role: RoleRequested, Version: 3}, Head{Seq: 40, Ord: 30}
	events = decided(t, f, DecideRequest{Account: 2, Accept: true}, KindMyChat, KindRead, KindJoinRequest)
	if e := events[1]; e.Log != AccountID(2).Log() || e.Author != 0 || *e.Body.(*ReadMark) != want {
		t.Errorf("%+v", e)
	}
}

func TestDecidingARequest(t *testing.T) {
	f := inChannel(RoleAdmin, GrantInvite)
	f.Target = Member{Account: 2, Role: RoleRequested, Version: 3}
	events := decided(t, f, DecideRequest{Account: 2, Accept: true}, KindMyChat, KindRead, KindJoinRequest)
	m := standingOf(t, events, 2)
	if m.Member.Role != RoleMember || m.Member.Version != 4 || events[0].Author != 0 {
		t.Errorf("%+v by %d", m, events[0].Author)
	}
	if r := events[2].Body.(*JoinRequest); !r.Decided || !r.Accepted || r.Account != 2 {
		t.Errorf("%+v", r)
	}
	events = decided(t, f, DecideRequest{Account: 2}, KindMyChat, KindJoinRequest)
	if m := standingOf(t, events, 2); m.Member.Role != RoleNone {
		t.Errorf("%+v", m)
	}
	f.Target.Role = RoleNone
	refused(t, f, DecideRequest{Account: 2, Accept: true}, CodeNotFound, "account")
	f.Actor.Grants = GrantBan
	refused(t, f, DecideRequest{Account: 2, Accept: true}, CodeForbidden, "")
}

func TestHistoryThatIsHiddenBeginsWithTheJoining(t *testing.T) {
	f := public(Group)
	f.Chat.HistoryHidden = true
	if m := standingOf(t, decided(t, f, Join{}, KindMember, KindMyChat, KindRead), 1); m.Member.From != 41 {
		t.Errorf("history from %d", m.Member.From)
	}
	f.Chat.HistoryHidden, f.Actor = false, Member{Account: 1, From: 9, Version: 2}
	if m := standingOf(t, decided(t, f, Join{}, KindMember, KindMyChat, KindRead), 1); m.Member.From != 0 {
		t.Errorf("history from %d", m.Member.From)
	}
}

func TestARestrictionIsNotShedByLeaving(t *testing.T) {
	f := public(Group)
	f.Actor = Member{Account: 1, Role: RoleMember, Grants: GrantSend, Until: noon + 1000, Version: 5}
	left := standingOf(t, decided(t, f, Leave{}, KindMember, KindMyChat), 1).Member
	if left.Role != RoleNone || left.Grants != GrantSend || left.Until != noon+1000 {
		t.Errorf("left as %+v", left)
	}
	f.Actor = left
	back := standingOf(t, decided(t, f, Join{}, KindMember, KindMyChat, KindRead), 1).Member
	if back.Grants != GrantSend || back.Until != noon+1000 || back.Version != 7 {
		t.Errorf("back as %+v", back)
	}
	f.Actor.Until = noon
	back = standingOf(t, decided(t, f, Join{}, KindMember, KindMyChat, KindRead), 1).Member
	if back.Grants != 0 || back.Until != 0 {
		t.Errorf("back after its end as %+v", back)
	}
	f.Actor = Member{Account: 1, Role: RoleAdmin, Grants: GrantBan, Version: 5}
	if left := standingOf(t, decided(t, f, Leave{}, KindMember, KindMyChat), 1).Member; left.Grants != 0 {
		t.Errorf("an admin leaves with %b taken", left.Grants)
	}
}

func TestTheSizeAtWhichAGroupGrowsWide(t *testing.T) {
	f := public(Group)
	f.Chat.Members = SmallGroup - 1
	decided(t, f, Join{}, KindMember, KindMyChat, KindRead)
	f.Chat.Members = SmallGroup
	events := decided(t, f, Join{}, KindMyChat, KindRead, KindChatWide)
	if events[2].Log != ChatID(7).Log() {
		t.Errorf("%+v", events[2])
	}
	f.Chat.Wide = true
	decided(t, f, Join{}, KindMyChat, KindRead)
	f.Chat.Members = MaxGroup
	refused(t, f, Join{}, CodeChatFull, "")
	f.Chat.Type, f.Chat.Wide = Channel, false
	decided(t, f, Join{}, KindMyChat, KindRead)
}

func TestLeaving(t *testing.T) {
	refused(t, public(Group), Leave{}, CodeNotMember, "")
	for role, code := range map[Role]Code{RoleOwner: CodeOwnerCannotLeave, RoleBanned: CodeBanned} {
		f := inGroup()
		f.Actor.Role = role
		refused(t, f, Leave{}, code, "")
	}
	f := inGroup()
	f.Actor.Role = RoleInvited
	decided(t, f, Leave{}, KindMyChat)
	f.Chat.Deleted, f.Actor.Role = true, RoleOwner
	decided(t, f, Leave{}, KindMyChat)
	f = inGroup()
	f.Chat.Type = Saved
	refused(t, f, Leave{}, CodeForbidden, "")
}

func TestNobodyIsAddedOnlyInvited(t *testing.T) {
	f := inGroup()
	f.Person = Person{ID: 2}
	events := decided(t, f, Invite{Account: 2}, KindMyChat, KindInvitation, KindSpent)
	if m := standingOf(t, events, 2); m.Member.Role != RoleInvited || m.Member.Role.In() {
		t.Errorf("%+v", m)
	}
	want := &Invitation{Chat: 7, By: 1, Title: "دوستان", Type: Group}
	if !reflect.DeepEqual(events[1].Body, want) || events[1].Log != AccountID(2).Log() {
		t.Errorf("%+v", events[1])
	}
	for _, e := range events {
		if e.Log.Kind() != UserLog {
			t.Errorf("others see the invitation: %+v", e)
		}
	}

	f.Target = Member{Account: 2, Role: RoleInvited, Version: 1}
	decided(t, f, Invite{Account: 2})
	f.Target.Role = RoleMember
	refused(t, f, Invite{Account: 2}, CodeAlreadyMember, "account")
	f.Target.Role = RoleBanned
	refused(t, f, Invite{Account: 2}, CodeForbidden, "account")
	f.Target.Until = noon - 1
	f.Known = true
	decided(t, f, Invite{Account: 2}, KindMyChat, KindInvitation)
	f.Target = Member{}
	for _, spoil := range []func(*Facts){
		func(f *Facts) { f.Person.Privacy.RefuseInvites = true }, func(f *Facts) { f.Blocked = true },
	} {
		spoilt := f
		spoil(&spoilt)
		refused(t, spoilt, Invite{Account: 2}, CodeInvitesRefused, "account")
	}
	f.Person = Person{}
	refused(t, f, Invite{Account: 2}, CodeNotFound, "account")
	f.Actor.Grants = GrantInvite
	refused(t, f, Invite{Account: 2}, CodeRestricted, "")
}

func TestInvitingSomebodyWhoAskedLetsThemIn(t *testing.T) {
	f := inChannel(RoleAdmin, GrantInvite)
	f.Target, f.Person = Member{Account: 2, Role: RoleRequested, Version: 1}, Person{ID: 2}
	events := decided(t, f, Invite{Account: 2}, KindMyChat, KindRead, KindJoinRequest)
	if m := standingOf(t, events, 2); m.Member.Role != RoleMember {
		t.Errorf("%+v", m)
	}
	member := inGroup()
	member.Target, member.Person = f.Target, f.Person
	refused(t, member, Invite{Account: 2}, CodeForbidden, "")
}

func TestAnInvitationIsAnsweredByTheInvited(t *testing.T) {
	f := inGroup()
	f.Actor = Member{Account: 1, Role: RoleInvited, Version: 1}
	accepted := decided(t, f, AnswerInvitation{Accept: true}, KindMember, KindMyChat, KindRead)
	if c := accepted[0].Body.(*MemberChange); c.Before != RoleInvited || c.Member.Role != RoleMember {
		t.Errorf("%+v", c)
	}
	decided(t, f, AnswerInvitation{}, KindMyChat)
	decided(t, f, Join{}, KindMember, KindMyChat, KindRead)
	refused(t, f, Send{Text: "x"}, CodeNotMember, "")
	refused(t, inGroup(), AnswerInvitation{Accept: true}, CodeNotFound, "")
	f.Chat.Deleted = true
	refused(t, f, AnswerInvitation{Accept: true}, CodeChatDeleted, "")
	decided(t, f, AnswerInvitation{}, KindMyChat)
}

func TestNothingInAChannelTellsASubscriberWhoRunsIt(t *testing.T) {
	f := inChannel(RoleOwner, 0)
	f.Person, f.Target = Person{ID: 2}, Member{Account: 2, Role: RoleMember, Version: 3}
	f.Refs[5], f.Files = message(1, "x"), faces()
	asked, outside, admin := f, f, f
	asked.Target.Role, outside.Target, admin.Target.Role = RoleRequested, Member{}, RoleAdmin
	yes := true
	for _, c := range []struct {
		f   Facts
		cmd Command
	}{
		{f, Send{Text: "x", Reply: &Reply{Seq: 5}}}, {f, Edit{Target: 5, Text: "new"}},
		{f, Delete{Targets: []Seq{5}}},
		{f, SetPin{Target: 5}}, {f, SetInfo{InfoChange{Signatures: &yes}}}, {f, DeleteChat{}},
		{f, SetPhoto{Room: true, File: "face"}},
		{f, SetMember{Account: 2, Role: RoleBanned}}, {f, SetMember{Account: 2, Role: RoleAdmin}},
		{admin, Transfer{2}},
		{f, SetMember{Account: 2}}, {f, SetMember{Account: 2, Role: RoleMember, Grants: GrantReact}},
		{asked, DecideRequest{2, true}}, {asked, DecideRequest{2, false}}, {outside, Invite{2}},
		{Facts{Me: f.Me, People: map[AccountID]Party{2: {Person: Person{ID: 2}}}},
			Create{Chat: 7, Type: Channel, Title: "t", Name: "name_of_it", Invite: []AccountID{2}}},
	} {
		events, err := Decide(c.f, reza, c.cmd, noon)
		if err != nil || len(events) == 0 {
			t.Fatalf("%#v: %v", c.cmd, err)
		}
		for _, e := range events {
			shown := Entry{Log: e.Log, Author: e.Author, Device: 11, Key: Key{1}}.Shown(Channel)
			switch {
			case e.Log.Kind() == ChatLog && (shown.Author != 0 || shown.Device != 0 || !shown.Key.IsZero()):
				t.Errorf("%T: the chat log shows %+v", c.cmd, shown)
			case e.Log.Kind() == UserLog && e.Log.Account() != 1 && shown.Author != 0:
				t.Errorf("%T: the log of %d shows %d", c.cmd, e.Log.Account(), shown.Author)
			}
			if e.Log.Kind() != StaffLog && e.Log != AccountID(1).Log() && names(reflect.ValueOf(e.Body), 1) {
				t.Errorf("%T: the body names the owner: %+v", c.cmd, e.Body)
			}
		}
	}
}

// names reports whether an account number occurs anywhere in a value.
func names(v reflect.Value, a AccountID) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && names(v.Elem(), a)
	case reflect.Struct:
		for i := range v.NumField() {
			if names(v.Field(i), a) {
				return true
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if names(v.Index(i), a) {
				return true
			}
		}
	case reflect.Uint32:
		return v.Type() == reflect.TypeFor[AccountID]() && AccountID(v.Uint()) == a
	}
	return false
}

// setting is one act of one person upon account 2, and what comes of it.
type setting struct {
	name   string
	actor  Role
	grants Grants
	target Member
	cmd    SetMember
	want   Member
	code   Code
	field  string
}

func settingsOfOthers() []setting {
	admin := Member{Account: 2, Role: RoleAdmin, Grants: GrantPin, Version: 3}
	member := Member{Account: 2, Role: RoleMember, Version: 3, Joined: 9, From: 5}
	banned := Member{Account: 2, Role: RoleBanned, Version: 3}
	invited := Member{Account: 2, Role: RoleInvited, Version: 3}
	all := Group.AdminGrants()
	return []setting{
		{"promote", RoleOwner, 0, member, SetMember{Role: RoleAdmin, Grants: GrantPin, Title: " ناظم "},
			Member{Role: RoleAdmin, Grants: GrantPin, Title: "ناظم", Joined: 9, From: 5}, 0, ""},
		{"an admin promotes with what they have", RoleAdmin, GrantPromote | GrantPin, member,
			SetMember{Role: RoleAdmin, Grants: GrantPin},
			Member{Role: RoleAdmin, Grants: GrantPin, Joined: 9, From: 5}, 0, ""},
		{"an admin promotes with what they lack", RoleAdmin, GrantPromote, member,
			SetMember{Role: RoleAdmin, Grants: GrantPin}, Member{}, CodeForbidden, "grants"},
		{"an admin without the right to promote", RoleAdmin, all &^ GrantPromote, member,
			SetMember{Role: RoleAdmin}, Member{}, CodeForbidden, ""},
		{"a right admins do not have here", RoleOwner, 0, member,
			SetMember{Role: RoleAdmin, Grants: GrantPost}, Member{}, CodeBadRequest, "grants"},
		{"admin until a date", RoleOwner, 0, member, SetMember{Role: RoleAdmin, Until: noon + 1}, Member{},
			CodeBadRequest, "until_ms"},
		{"promote somebody who is not in", RoleOwner, 0, invited, SetMember{Role: RoleAdmin}, Member{},
			CodeForbidden, "account"},
		{"demote", RoleOwner, 0, admin, SetMember{Role: RoleMember}, Member{Role: RoleMember}, 0, ""},
		{"an admin demotes an admin", RoleAdmin, all, admin, SetMember{Role: RoleMember}, Member{}, CodeForbidden,
			"account"},
		{"an admin bans an admin", RoleAdmin, all, admin, SetMember{Role: RoleBanned}, Member{}, CodeForbidden,
			"account"},
		{"an admin bans the owner", RoleAdmin, all, Member{Account: 2, Role: RoleOwner, Version: 3},
			SetMember{Role: RoleBanned}, Member{}, CodeForbidden, "account"},
		{"the owner bans an admin", RoleOwner, 0, admin,
			SetMember{Role: RoleBanned, Until: noon + 9, Reason: "spam"},
			Member{Role: RoleBanned, Until: noon + 9}, 0, ""},
		{"restrict", RoleAdmin, GrantBan, member, SetMember{Role: RoleMember, Grants: GrantSend, Until: noon + 9},
			Member{Role: RoleMember, Grants: GrantSend, Until: noon + 9, Joined: 9, From: 5}, 0, ""},
		{"restrict what is no right of members", RoleAdmin, GrantBan, member,
			SetMember{Role: RoleMember, Grants: GrantBan}, Member{}, CodeBadRequest, "grants"},
		{"restrict without the right", RoleAdmin, GrantPromote, member,
			SetMember{Role: RoleMember, Grants: GrantSend}, Member{}, CodeForbidden, ""},
		{"until yesterday", RoleAdmin, GrantBan, member, SetMember{Role: RoleBanned, Until: noon}, Member{},
			CodeBadRequest, "until_ms"},
		{"for no published reason", RoleAdmin, GrantBan, member,
			SetMember{Role: RoleBanned, Reason: "i felt like it"}, Member{}, CodeBadRequest, "reason"},
		{"remove", RoleAdmin, GrantBan, member, SetMember{}, Member{}, 0, ""},
		{"unban", RoleAdmin, GrantBan, banned, SetMember{}, Member{}, 0, ""},
		{"take back an invitation", RoleAdmin, GrantBan, invited, SetMember{}, Member{}, 0, ""},
		{"add by setting", RoleOwner, 0, Member{Account: 2}, SetMember{Role: RoleMember}, Member{}, CodeForbidden,
			"account"},
		{"ban a stranger", RoleAdmin, GrantBan, Member{Account: 2}, SetMember{Role: RoleBanned},
			Member{Role: RoleBanned}, 0, ""},
		{"make an owner", RoleOwner, 0, member, SetMember{Role: RoleOwner}, Member{}, CodeBadRequest, "role"},
		{"make somebody invited", RoleOwner, 0, member, SetMember{Role: RoleInvited}, Member{},
			CodeBadRequest, "role"},
		{"a member sets", RoleMember, 0, Member{Account: 2}, SetMember{Role: RoleBanned}, Member{}, CodeForbidden,
			"account"},
	}
}

func TestSettingTheStandingOfOthers(t *testing.T) {
	for _, c := range settingsOfOthers() {
		t.Run(c.name, func(t *testing.T) {
			f := inGroup()
			f.Actor.Role, f.Actor.Grants, f.Target, f.Person = c.actor, c.grants, c.target, Person{ID: 2}
			c.cmd.Account = 2
			if c.code != 0 {
				refused(t, f, c.cmd, c.code, c.field)
				return
			}
			events, err := Decide(f, reza, c.cmd, noon)
			if err != nil {
				t.Fatal(err)
			}
			c.want.Account, c.want.Version = 2, c.target.Version+1
			m := standingOf(t, events, 2)
			if m.Member != c.want || m.Before != c.target.Role || m.Reason != c.cmd.Reason {
				t.Errorf("%+v", m)
			}
			in := c.target.Role.In() || c.want.Role.In()
			log := ChatID(7).Staff()
			if in {
				log = ChatID(7).Log()
			}
			notice := events[0].Body.(*MemberChange)
			if events[0].Log != log || notice.Member != c.want || notice.Reason != c.cmd.Reason {
				t.Errorf("told in %v: %+v", events[0].Log, notice)
			}
		})
	}
}

func TestNobodySetsTheirOwnStanding(t *testing.T) {
	f := inGroup()
	f.Actor.Role, f.Target = RoleOwner, f.Actor
	f.Target.Role = RoleOwner
	refused(t, f, SetMember{Account: 1, Role: RoleMember}, CodeForbidden, "account")
	f.Target = Member{Account: 2, Role: RoleMember, Version: 1}
	decided(t, f, SetMember{Account: 2, Role: RoleMember})
}

// ROOM-5
func TestAChatIsOfferedToOneAdminAtATime(t *testing.T) {
	f := inGroup()
	f.Actor.Role, f.Actor.Title = RoleOwner, "boss"
	f.Target = Member{Account: 2, Role: RoleMember, Grants: GrantSend, Version: 6}
	f.Person = Person{ID: 2}
	refused(t, f, Transfer{Account: 2}, CodeForbidden, "account")
	f.Target.Role = RoleAdmin
	f.Chat.Name, f.Case.Reports = "public_name", []ReportState{{Report: 1, Chat: f.Chat.ID}}
	if !NeedsOf(f.Chat, 1, Transfer{Account: 2}).Case {
		t.Error("it does not ask what waits")
	}
	refused(t, f, Transfer{Account: 2}, CodeForbidden, "chat")
	f.Chat.Name, f.Case.Reports = "", nil
	events := decided(t, f, Transfer{Account: 2}, KindStaffMember, KindMyChat, KindPrefs, KindMyChat)
	offered := standingOf(t, events, 2).Member
	if offered.Role != RoleAdmin || !offered.Grants.Has(GrantOwn) || offered.Version != 7 {
		t.Errorf("it is offered to %+v", offered)
	}
	f.Owning.Offered = Member{Account: 3, Role: RoleAdmin, Grants: GrantOwn | GrantPin, Version: 2}
	events = decided(t, f, Transfer{Account: 2}, KindStaffMember, KindMyChat, KindPrefs,
		KindStaffMember, KindMyChat, KindPrefs, KindMyChat)
	if before := standingOf(t, events, 3).Member; before.Grants != GrantPin || before.Role != RoleAdmin {
		t.Errorf("to whom it was offered before is %+v", before)
	}
	f.Target = offered
	decided(t, f, Transfer{Account: 2}) // it is offered already
	f.Target.Grants &^= GrantOwn
	refused(t, f, Transfer{Account: 1}, CodeBadRequest, "account")
	f.Person.Deleted = true
	refused(t, f, Transfer{Account: 2}, CodeNotFound, "account")
	f.Target.Role = RoleInvited
	refused(t, f, Transfer{Account: 2}, CodeNotFound, "account")
	f.Actor.Role = RoleAdmin
	refused(t, f, Transfer{Account: 2}, CodeForbidden, "")
}

// ROOM-5
func TestAChatIsItsNewOwnersOnceTheyTakeIt(t *testing.T) {
	f := inGroup()
	f.Actor = Member{Account: 1, Role: RoleAdmin, Grants: GrantPin, Version: 4}
	f.Owning.Owner = Member{Account: 2, Role: RoleOwner, Title: "boss", Version: 6}
	refused(t, f, AnswerOffer{Accept: true}, CodeNotFound, "")
	f.Actor.Grants |= GrantOwn
	if n := NeedsOf(f.Chat, 1, AnswerOffer{Accept: true}); !n.Owning || !n.Held {
		t.Errorf("it asks for %+v", n)
	}
	events := decided(t, f, AnswerOffer{Accept: true},
		KindMember, KindStaffMember, KindMyChat, KindPrefs, KindMember, KindMyChat)
	owner, admin := standingOf(t, events, 1).Member, standingOf(t, events, 2).Member
	if owner.Role != RoleOwner || owner.Grants != 0 || owner.Version != 5 {
		t.Errorf("the new one is %+v", owner)
	}
	want := Member{Account: 2, Role: RoleAdmin, Grants: Group.AdminGrants(), Version: 7, Title: "boss"}
	if admin != want {
		t.Errorf("the old one is %+v", admin)
	}
	events = decided(t, f, AnswerOffer{}, KindStaffMember, KindMyChat, KindPrefs, KindMyChat)
	declined, told := standingOf(t, events, 1).Member, standingOf(t, events, 2).Member
	if declined.Role != RoleAdmin || declined.Grants != GrantPin {
		t.Errorf("who does not want it is %+v", declined)
	}
	// Its owner is told to look again, and stays what they are.
	if told != (Member{Account: 2, Role: RoleOwner, Version: 7, Title: "boss"}) {
		t.Errorf("the owner is %+v", told)
	}
	f.Held.Owned = MaxOwned
	refused(t, f, AnswerOffer{Accept: true}, CodeTooMany, "")
	decided(t, f, AnswerOffer{}, KindStaffMember, KindMyChat, KindPrefs, KindMyChat)
	f.Held.Owned = 0
	f.Chat.Name, f.Case.Reports = "public_name", []ReportState{{Report: 1, Chat: f.Chat.ID}}
	no, yes := NeedsOf(f.Chat, 1, AnswerOffer{}), NeedsOf(f.Chat, 1, AnswerOffer{Accept: true})
	if no.Case || no.Held || !yes.Case {
		t.Error("it asks what waits or is owned to decline, or does not to accept")
	}
	refused(t, f, AnswerOffer{Accept: true}, CodeForbidden, "chat")
	decided(t, f, AnswerOffer{}, KindStaffMember, KindMyChat, KindPrefs, KindMyChat)
	f.Actor.Role = RoleMember
	refused(t, f, AnswerOffer{Accept: true}, CodeNotFound, "")
	f.Chat.Deleted = true
	refused(t, f, AnswerOffer{Accept: true}, CodeChatDeleted, "")
}

// ROOM-5
func TestAnOfferIsNobodysToGiveBesideTheOwner(t *testing.T) {
	f := inGroup()
	f.Actor.Role, f.Person = RoleOwner, Person{ID: 2}
	f.Target = Member{Account: 2, Role: RoleAdmin, Grants: GrantPin | GrantOwn, Version: 6}
	refused(t, f, SetMember{Account: 2, Role: RoleAdmin, Grants: GrantOwn}, CodeBadRequest, "grants")
	events := decided(t, f, SetMember{Account: 2, Role: RoleAdmin, Grants: GrantPin},
		KindMember, KindStaffMember, KindMyChat, KindPrefs, KindMyChat)
	if taken := standingOf(t, events, 2).Member; taken.Grants != GrantPin {
		t.Errorf("with other rights, it leaves %+v", taken)
	}
	refused(t, f, AnswerOffer{}, CodeNotFound, "")
	f.Owning = Owning{f.Actor, f.Target}
	events = decided(t, f, AnswerOffer{}, KindStaffMember, KindMyChat, KindPrefs, KindMyChat)
	if taken := standingOf(t, events, 2).Member; taken.Grants != GrantPin {
		t.Errorf("taken back, it leaves %+v", taken)
	}
	refused(t, f, AnswerOffer{Accept: true}, CodeNotFound, "")
}

// ROOM-5
func TestHoweverAnOfferEndsItsOwnerLooksAgain(t *testing.T) {
	offered := Member{Account: 2, Role: RoleAdmin, Grants: GrantPin | GrantOwn, Version: 6, Joined: 1}
	owner := Member{Account: 1, Role: RoleOwner, Version: 3, Joined: 1}
	looks := func(events []Event, what string) {
		t.Helper()
		if told := standingOf(t, events, 1).Member; told.Role != RoleOwner || told.Version != 4 {
			t.Errorf("%s: the owner is told %+v", what, told)
		}
	}
	f := inGroup()
	f.Actor = offered
	f.Actor.Account = 2
	if !NeedsOf(f.Chat, 2, Leave{}).Offered {
		t.Error("who leaves is not asked whether the chat is offered to them")
	}
	by := Actor{Account: 2, Device: 2, Scopes: AllScopes}
	f.Owning = Owning{Owner: owner, Offered: offered}
	events, err := Decide(f, by, Leave{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	looks(events, "the admin leaves")

	f = inGroup()
	f.Actor, f.Target, f.Person = owner, offered, Person{ID: 2}
	gone := []Kind{KindMember, KindStaffMember, KindMyChat, KindMyChat}
	stays := []Kind{KindMember, KindStaffMember, KindMyChat, KindPrefs, KindMyChat}
	looks(decided(t, f, SetMember{Account: 2}, gone...), "removed")
	looks(decided(t, f, SetMember{Account: 2, Role: RoleBanned}, gone...), "banned")
	looks(decided(t, f, SetMember{Account: 2, Role: RoleMember}, stays...), "made a member")
	f.Target.Grants = GrantPin // who is not offered it is nothing to look at
	decided(t, f, SetMember{Account: 2, Role: RoleMember}, KindMember, KindStaffMember, KindMyChat)
}

func TestLinksAreMadeAndRevokedByThoseWhoMayInvite(t *testing.T) {
	f := inGroup()
	refused(t, f, CreateLink{Token: "t"}, CodeForbidden, "")
	f.Actor.Role, f.Actor.Grants = RoleAdmin, GrantInvite
	e := decided(t, f, CreateLink{Token: "t", Label: " دوستان ", Limit: 5, Expires: noon + 1}, KindInviteLink)[0]
	want := &InviteLink{Token: "t", Label: "دوستان", Limit: 5, Expires: noon + 1, Creator: 1, Created: noon}
	if e.Log != ChatID(7).Staff() || !reflect.DeepEqual(e.Body, want) {
		t.Errorf("%+v", e)
	}
	refused(t, f, CreateLink{Token: "t", Expires: noon}, CodeBadRequest, "expires_ms")
	refused(t, f, CreateLink{Token: "t", Limit: MaxLinkUses + 1}, CodeBadRequest, "limit")
	refused(t, f, CreateLink{Token: "t", Limit: 1, Approval: true}, CodeBadRequest, "limit")
	refused(t, f, CreateLink{}, CodeInternal, "")
	refused(t, f, RevokeLink{Token: "t"}, CodeNotFound, "token")
	f.Link = InviteLink{Token: "t", Label: "l", Uses: 3}
	e = decided(t, f, RevokeLink{Token: "t"}, KindInviteLink)[0]
	if !reflect.DeepEqual(e.Body, &InviteLink{Token: "t", Label: "l", Revoked: true}) {
		t.Errorf("%+v", e.Body)
	}
	f.Link.Revoked = true
	decided(t, f, RevokeLink{Token: "t"})
}

func TestReasonsAreAClosedList(t *testing.T) {
	if !slices.Contains(Reasons(), "spam") || len(Reasons()) > 20 {
		t.Errorf("%v", Reasons())
	}
}

// ROOM-6
func TestAChatHasSoManyAdminsAndNoMore(t *testing.T) {
	f := inGroup()
	f.Actor.Role, f.Target = RoleOwner, Member{Role: RoleMember, Version: 2}
	f.Admins = MaxAdmins - 1
	promote := SetMember{Account: 2, Role: RoleAdmin}
	decided(t, f, promote, KindMember, KindStaffMember, KindMyChat)
	f.Admins = MaxAdmins
	refused(t, f, promote, CodeTooMany, "role")
	f.Target.Role = RoleAdmin
	promote.Grants = GrantBan
	decided(t, f, promote, KindMember, KindStaffMember, KindMyChat)
	decided(t, f, SetMember{Account: 2, Role: RoleMember}, KindMember, KindStaffMember, KindMyChat)
}

func TestAnAccountIsInAndOwnsSoManyChatsAndNoMore(t *testing.T) {
	asks := public(Group)
	asks.Actor = Member{Role: RoleOwner}
	asks.Target = Member{Role: RoleRequested, Version: 1}
	invited := public(Group)
	invited.Actor = Member{Account: 1, Role: RoleInvited, Version: 1}
	owner := inGroup()
	owner.Actor.Role, owner.Target, owner.Person = RoleOwner, Member{Role: RoleAdmin, Version: 2}, Person{ID: 2}
	for _, c := range []struct {
		f     Facts
		cmd   Command
		full  Holdings
		field string
	}{
		{public(Channel), Join{}, Holdings{In: MaxRooms}, ""},
		{invited, AnswerInvitation{Accept: true}, Holdings{In: MaxRooms}, ""},
		{asks, DecideRequest{Account: 2, Accept: true}, Holdings{In: MaxRooms}, ""},
		{Facts{}, Create{Chat: 9, Type: Group, Title: "t"}, Holdings{In: MaxRooms}, ""},
		{Facts{}, Create{Chat: 9, Type: Channel, Title: "t"}, Holdings{Owned: MaxOwned}, ""},
		{owner, Transfer{Account: 2}, Holdings{Owned: MaxOwned}, "account"},
	} {
		if n := NeedsOf(c.f.Chat, 1, c.cmd); !n.Held {
			t.Errorf("%T needs %+v", c.cmd, n)
		}
		c.f.Held = c.full
		refused(t, c.f, c.cmd, CodeTooMany, c.field)
		c.f.Held = Holdings{max(c.full.In, 1) - 1, max(c.full.Owned, 1) - 1}
		if _, err := Decide(c.f, reza, c.cmd, noon); err != nil {
			t.Errorf("%T with room for one: %v", c.cmd, err)
		}
	}
}
