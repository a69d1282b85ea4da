// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"reflect"
	"strings"
	"testing"
)

func TestMakingAGroup(t *testing.T) {
	f := Facts{People: map[AccountID]Party{2: {Person: Person{ID: 2}}, 3: {Person: Person{ID: 3}}}}
	cmd := Create{
		Chat: 9, Type: Group, Title: " دوستان ", About: "x", Name: "doostan", Invite: []AccountID{2, 1, 3, 2},
	}
	events := decided(t, f, cmd, KindChatCreated, KindChatInfo, KindMyChat,
		KindMyChat, KindInvitation, KindMyChat, KindInvitation, KindSpent)
	want := &Created{Type: Group, Title: "دوستان", About: "x", Owner: 1, Defaults: groupDefaults}
	if events[0].Log != ChatID(9).Log() || !reflect.DeepEqual(events[0].Body, want) {
		t.Errorf("%+v %+v", events[0], events[0].Body)
	}
	if m := standingOf(t, events, 1); m.Member.Role != RoleOwner || m.Member.Version != 1 {
		t.Errorf("%+v", m)
	}
	for _, a := range []AccountID{2, 3} {
		if m := standingOf(t, events, a); m.Member.Role != RoleInvited {
			t.Errorf("%+v", m)
		}
	}
	invitation := events[4].Body.(*Invitation)
	if invitation.Title != "دوستان" || invitation.By != 1 {
		t.Errorf("%+v", invitation)
	}

	f.People[3] = Party{Person: Person{ID: 3, Privacy: Privacy{RefuseInvites: true}}}
	refused(t, f, cmd, CodeInvitesRefused, "invite.2")
	f.People[3] = Party{Person: Person{ID: 3}, Blocked: true}
	refused(t, f, cmd, CodeInvitesRefused, "invite.2")
	delete(f.People, 3)
	refused(t, f, cmd, CodeNotFound, "invite.2")
}

func TestWhatNewChatsMayNotBe(t *testing.T) {
	for _, c := range []struct {
		name  string
		cmd   Create
		code  Code
		field string
	}{
		{"without a number", Create{Type: Group, Title: "t"}, CodeInternal, ""},
		{"of no type", Create{Chat: 9, Title: "t"}, CodeBadRequest, "type"},
		{"of an unknown type", Create{Chat: 9, Type: 9, Title: "t"}, CodeBadRequest, "type"},
		{"without a title", Create{Chat: 9, Type: Group}, CodeBadText, "title"},
		{"with a long title", Create{Chat: 9, Type: Channel, Title: strings.Repeat("t", 129)},
			CodeTextTooLong, "title"},
		{"with a long text", Create{Chat: 9, Type: Group, Title: "t", About: strings.Repeat("t", 256)},
			CodeTextTooLong, "about"},
		{"with a bad name", Create{Chat: 9, Type: Group, Title: "t", Name: "1x"}, CodeNameInvalid, "name"},
		{"with a reserved name", Create{Chat: 9, Type: Group, Title: "t", Name: "Supp0rt"}, CodeNameTaken, "name"},
		{"with a crowd", Create{Chat: 9, Type: Group, Title: "t", Invite: make([]AccountID, 201)},
			CodeTooMany, "invite"},
		{"imported by a client", Create{Chat: 9, Type: Channel, Title: "t", Imported: true}, CodeForbidden, ""},
		{"numbered by a client", Create{Chat: 9, Type: Channel, Title: "t", NumberBase: 5}, CodeForbidden, ""},
		{"with nobody", Create{Chat: 9, Type: Direct, Peer: 2}, CodeNotFound, "account"},
		{"saved for another", Create{Chat: 9, Type: Saved, Peer: 2}, CodeBadRequest, "account"},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, Facts{}, c.cmd, c.code, c.field) })
	}
	refused(t, inGroup(), Create{Chat: 7, Type: Group, Title: "t"}, CodeConflict, "")
	server := Actor{Account: 1, Scopes: AllScopes, Server: true}
	imported := Create{Chat: 9, Type: Channel, Title: "t", Imported: true, NumberBase: 5}
	events, err := Decide(Facts{}, server, imported, noon)
	if err != nil || !events[0].Body.(*Created).Imported || events[0].Body.(*Created).NumberBase != 5 {
		t.Errorf("%v %+v", err, events)
	}
}

func TestADirectChatBelongsToItsTwo(t *testing.T) {
	f := Facts{Person: Person{ID: 5}}
	for peer, pair := range map[AccountID][]AccountID{5: {1, 5}} {
		events := decided(t, f, Create{Chat: 9, Type: Direct, Peer: peer}, KindChatCreated, KindMyChat)
		if c := events[0].Body.(*Created); !reflect.DeepEqual(c.Accounts, pair) || c.Owner != 0 {
			t.Errorf("%+v", c)
		}
		m := standingOf(t, events, 1)
		if m.Peer != peer || m.Member.Role != RoleMember || m.Member.Account != 1 {
			t.Errorf("%+v", m)
		}
	}
	f.Blocked = true
	refused(t, f, Create{Chat: 9, Type: Direct, Peer: 5}, CodeCannotWrite, "")
	f.Blocked, f.Person.Deleted = false, true
	refused(t, f, Create{Chat: 9, Type: Direct, Peer: 5}, CodeNotFound, "account")
	f.Person.Deleted, f.Direct = false, 4
	refused(t, f, Create{Chat: 9, Type: Direct, Peer: 5}, CodeConflict, "")
	saved := decided(t, Facts{}, Create{Chat: 9, Type: Direct, Peer: 1}, KindChatCreated, KindMyChat)
	if c := saved[0].Body.(*Created); c.Type != Saved || !reflect.DeepEqual(c.Accounts, []AccountID{1, 1}) {
		t.Errorf("%+v", c)
	}
	refused(t, Facts{Direct: 4}, Create{Chat: 9, Type: Saved, Peer: 1}, CodeConflict, "")
}

func TestTheOtherOfADirectChatMayOpenItToo(t *testing.T) {
	f := Facts{Chat: Chat{ID: 9, Type: Direct, Members: 1, Peers: [2]AccountID{1, 5}}}
	m := standingOf(t, decided(t, f, Join{}, KindMyChat), 1)
	if m.Peer != 5 || m.Member.Role != RoleMember {
		t.Errorf("%+v", m)
	}
	f.Blocked = true
	refused(t, f, Join{}, CodeCannotWrite, "")
	f.Blocked, f.Chat.Peers = false, [2]AccountID{4, 5}
	refused(t, f, Join{}, CodeForbidden, "")
}

func TestEachSettingNeedsItsRight(t *testing.T) {
	yes, title, name, slow, defaults := true, "new", "new_name", uint32(30), GrantSend
	all := Group.AdminGrants()
	for _, c := range []struct {
		name    string
		change  InfoChange
		enough  Member
		lacking Member
	}{
		{"title", InfoChange{Title: &title}, Member{Role: RoleMember}, Member{Role: RoleMember, Grants: GrantInfo}},
		{"about", InfoChange{About: &title}, Member{Role: RoleAdmin, Grants: GrantInfo}, Member{}},
		{"name", InfoChange{Name: &name}, Member{Role: RoleOwner}, Member{Role: RoleAdmin, Grants: all}},
		{"defaults", InfoChange{Defaults: &defaults}, Member{Role: RoleAdmin, Grants: GrantBan},
			Member{Role: RoleAdmin, Grants: all &^ GrantBan}},
		{"slow mode", InfoChange{SlowSeconds: &slow}, Member{Role: RoleAdmin, Grants: GrantBan},
			Member{Role: RoleMember}},
		{"signatures", InfoChange{Signatures: &yes}, Member{Role: RoleAdmin, Grants: GrantInfo},
			Member{Role: RoleMember}},
		{"history", InfoChange{HistoryHidden: &yes}, Member{Role: RoleAdmin, Grants: GrantInfo},
			Member{Role: RoleMember}},
		{"approval", InfoChange{JoinApproval: &yes}, Member{Role: RoleAdmin, Grants: GrantInfo},
			Member{Role: RoleAdmin, Grants: all &^ GrantInfo}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := inGroup()
			f.Actor = c.enough
			e := decided(t, f, SetInfo{c.change}, KindChatInfo, KindStaffDeed)[0]
			if !reflect.DeepEqual(e.Body, &c.change) {
				t.Errorf("%+v", e.Body)
			}
			f.Actor = c.lacking
			events, err := Decide(f, reza, SetInfo{c.change}, noon)
			switch CodeOf(err) {
			case CodeForbidden, CodeRestricted, CodeNotMember:
			default:
				t.Errorf("%v %v", events, err)
			}
			f.Actor, f.Chat.Type = Member{Role: RoleMember}, Direct
			refused(t, f, SetInfo{c.change}, CodeForbidden, "")
		})
	}
}

func TestSettingsAreCheckedAndOnlyNewsIsWritten(t *testing.T) {
	f := inGroup()
	f.Actor.Role = RoleOwner
	f.Chat.About = "about"
	pad, same, empty, long, bad := " تازه ", "دوستان", "", strings.Repeat("x", 300), "1x"
	slow, defaults := uint32(3601), GrantBan
	news := SetInfo{InfoChange{Title: &pad, About: &f.Chat.About}}
	e := decided(t, f, news, KindChatInfo, KindStaffDeed)[0]
	if c := e.Body.(*InfoChange); c.About != nil || *c.Title != "تازه" {
		t.Errorf("%+v", c)
	}
	decided(t, f, SetInfo{InfoChange{Title: &same, Name: &empty}})
	decided(t, f, SetInfo{InfoChange{About: &empty}}, KindChatInfo, KindStaffDeed)
	for _, c := range []struct {
		change InfoChange
		code   Code
		field  string
	}{
		{InfoChange{}, CodeBadRequest, "change"},
		{InfoChange{Title: &empty}, CodeBadText, "title"},
		{InfoChange{Title: &long}, CodeTextTooLong, "title"},
		{InfoChange{About: &long}, CodeTextTooLong, "about"},
		{InfoChange{Name: &bad}, CodeNameInvalid, "name"},
		{InfoChange{SlowSeconds: &slow}, CodeBadRequest, "slow_seconds"},
		{InfoChange{Defaults: &defaults}, CodeBadRequest, "defaults"},
	} {
		refused(t, f, SetInfo{c.change}, c.code, c.field)
	}
	if pad != " تازه " {
		t.Error("the command was changed under the caller's hands")
	}
}

func TestOnlyTheOwnerEndsAChat(t *testing.T) {
	f := inGroup()
	refused(t, f, DeleteChat{}, CodeForbidden, "")
	f.Actor.Role = RoleOwner
	decided(t, f, DeleteChat{}, KindChatDeleted)
	f.Chat.Type = Direct
	refused(t, f, DeleteChat{}, CodeForbidden, "")
	f.Chat.Type, f.Chat.Deleted = Group, true
	refused(t, f, DeleteChat{}, CodeChatDeleted, "")
}

func TestOnesOwnStateIsWrittenToOnesOwnLog(t *testing.T) {
	f := inGroup()
	f.Person, f.Read = Person{ID: 2, Profile: Profile{Name: "Sara", Username: "sara_1"}}, ReadMark{Seq: 5}
	f.Me.Privacy = Privacy{Unfindable: true, HideReads: true}
	yes, rank, long := true, uint32(3), Millis(1<<62)
	for _, c := range []struct {
		cmd  Command
		kind Kind
		body Body
	}{
		{MarkRead{Seq: 6, Ord: 4}, KindRead, &ReadMark{Chat: 7, Seq: 6, Ord: 4}},
		{SetDraft{Text: " نیمه ", Reply: 3}, KindDraft, &DraftText{Chat: 7, Text: " نیمه ", Reply: 3, At: noon}},
		{SetDraft{Reply: 3, Quote: " از آن "}, KindDraft,
			&DraftText{Chat: 7, Reply: 3, Quote: " از آن ", At: noon}},
		{SetDraft{Text: "x", Quote: "of nothing"}, KindDraft, &DraftText{Chat: 7, Text: "x", At: noon}},
		{SetDraft{}, KindDraft, &DraftText{Chat: 7, At: noon}},
		{SetPrefs{Prefs{Chat: 99, Archived: &yes, PinRank: &rank, MutedUntil: &long}}, KindPrefs,
			&Prefs{Chat: 7, Archived: &yes, PinRank: &rank, MutedUntil: &long}},
		{SetBlock{Account: 2, Blocked: true}, KindBlock, &Block{Account: 2, Blocked: true}},
		{SetPrivacy{Privacy: Privacy{HideReads: true}}, KindPrivacy, &Privacy{HideReads: true}},
		{SetPrivacy{Privacy: Privacy{HideTyping: true}, KeepUnfindable: true, KeepQuiet: true},
			KindPrivacy, &Privacy{HideTyping: true, Unfindable: true}},
		{SetContact{Account: 2, Name: " خواهرم "}, KindContact,
			&Contact{Account: 2, Name: "خواهرم", SeenName: "Sara", SeenUsername: "sara_1"}},
		{SetPersonal{Token: "t"}, KindPersonal, &PersonalLink{Token: "t"}},
		{SetPersonal{}, KindPersonal, &PersonalLink{Removed: true}},
		{SetProfile{Profile: Profile{Name: " رضا ", Username: "reza_1", About: " x "}}, KindProfile,
			&Profile{Name: "رضا", Username: "reza_1", About: "x"}},
	} {
		e := decided(t, f, c.cmd, c.kind)[0]
		want := Event{Log: AccountID(1).Log(), At: noon, Author: 1, Env: Envelope{Kind: c.kind}, Body: c.body}
		if !reflect.DeepEqual(e, want) {
			t.Errorf("got %+v %+v\nwant %+v", e, e.Body, want)
		}
	}
	decided(t, f, MarkRead{Seq: 5, Ord: 9})
	decided(t, f, MarkRead{Seq: 4, Ord: 9})
}

func TestAContactIsWrittenOnceAndTakesAnotherPlaceWhereThereIsRoom(t *testing.T) {
	f := inGroup()
	f.Person = Person{ID: 2, Profile: Profile{Name: "Sara", Username: "sara_1"}}
	f.Contacts = MaxContacts
	refused(t, f, SetContact{Account: 2}, CodeTooMany, "account")
	f.Contact = Contact{Account: 2, Name: "s", SeenName: "Sara", SeenUsername: "sara_1"}
	decided(t, f, SetContact{Account: 2, Name: "s"})
	decided(t, f, SetContact{Account: 2, Name: "other"}, KindContact)
	f.Person.Profile.Name = "Sara R."
	e := decided(t, f, SetContact{Account: 2, Name: "s"}, KindContact)[0]
	want := &Contact{Account: 2, Name: "s", SeenName: "Sara R.", SeenUsername: "sara_1"}
	if !reflect.DeepEqual(e.Body, want) {
		t.Errorf("got %+v, want %+v", e.Body, want)
	}
	f.Person = Person{} // gone, or not to be found any more: the row can go all the same
	e = decided(t, f, SetContact{Account: 2, Remove: true}, KindContact)[0]
	if !reflect.DeepEqual(e.Body, &Contact{Account: 2, Removed: true}) {
		t.Errorf("removed as %+v", e.Body)
	}
	f.Contact = Contact{}
	decided(t, f, SetContact{Account: 2, Remove: true})
}

func TestWhatOnesOwnStateMayNotBe(t *testing.T) {
	f := inGroup()
	f.Person = Person{ID: 2}
	much, negative := uint32(MaxPinnedChats+1), NotifyAlways-1
	for _, c := range []struct {
		cmd   Command
		code  Code
		field string
	}{
		{SetDraft{Text: "\x00"}, CodeBadText, "text"},
		{SetDraft{Text: strings.Repeat("x", 10_000)}, CodeTextTooLong, "text"},
		{SetDraft{Reply: 3, Quote: strings.Repeat("x", MaxQuote+1)}, CodeTextTooLong, "reply.quote"},
		{SetDraft{Reply: 3, Quote: "\x00"}, CodeBadText, "text"},
		{SetDraft{Text: "x", Entities: []Entity{{Kind: EntityBold, Length: 2}}}, CodeBadEntity, "entities.0"},
		{SetPrefs{}, CodeBadRequest, "prefs"},
		{SetPrefs{Prefs{PinRank: &much}}, CodeTooMany, "prefs.pin_rank"},
		{SetPrefs{Prefs{MutedUntil: &negative}}, CodeBadRequest, "prefs.muted_until_ms"},
		{SetBlock{Account: 1}, CodeBadRequest, "account"},
		{SetBlock{}, CodeNotFound, "account"},
		{SetContact{Account: 1}, CodeBadRequest, "account"},
		{SetContact{}, CodeNotFound, "account"},
		{SetContact{Account: 2, Name: "\x00"}, CodeBadText, "name"},
		{SetContact{Account: 2, Name: strings.Repeat("x", 65)}, CodeTextTooLong, "name"},
		{SetProfile{}, CodeBadText, "name"},
		{SetProfile{Profile: Profile{Name: strings.Repeat("x", 65)}}, CodeTextTooLong, "name"},
		{SetProfile{Profile: Profile{Name: "x", Username: "bad name"}}, CodeNameInvalid, "name"},
		{SetProfile{Profile: Profile{Name: "x", About: strings.Repeat("x", 256)}}, CodeTextTooLong, "about"},
		{NoteDevice{}, CodeForbidden, ""},
		{EraseAccount{Rests: []string{"reza_1"}}, CodeForbidden, ""},
		{EraseMessages{Targets: []Seq{1}}, CodeForbidden, ""},
	} {
		refused(t, f, c.cmd, c.code, c.field)
	}
	f.Person = Person{}
	refused(t, f, SetBlock{Account: 2}, CodeNotFound, "account")
	refused(t, f, SetContact{Account: 2}, CodeNotFound, "account")
	out := inGroup()
	out.Actor.Role = RoleInvited
	yes := true
	for _, cmd := range []Command{MarkRead{Seq: 1}, SetDraft{Text: "x"}, SetPrefs{Prefs{Archived: &yes}}} {
		refused(t, out, cmd, CodeNotMember, "")
		refused(t, Facts{}, cmd, CodeNotFound, "")
	}
}

func TestOnlyTheServerImports(t *testing.T) {
	f := inChannel(RoleOwner, 0)
	f.Chat.Imported = true
	line := &Message{Text: "متن\x01", Imported: &Imported{Author: "Ali", Number: 7, Edited: 6}}
	refused(t, f, Import{Message: line}, CodeForbidden, "")
	server := Actor{Scopes: AllScopes, Server: true}
	events, err := Decide(f, server, Import{At: 1_500_000_000_000, Message: line}, noon)
	want := Event{
		Log: ChatID(7).Log(), At: 1_500_000_000_000, Env: Envelope{Kind: KindMessage, Counted: true, Silent: true},
		Body: &Message{Text: "متن ", Imported: &Imported{Author: "Ali", Number: 7, Edited: 6}},
	}
	if err != nil || len(events) != 1 || !reflect.DeepEqual(events[0], want) {
		t.Errorf("%v %+v", err, events)
	}
	service := Import{At: 5, Service: &ServiceLine{Action: "pin_message", Imported: &Imported{Number: 8}}}
	if events, err = Decide(f, server, service, noon); err != nil || events[0].Env.Counted {
		t.Errorf("%v %+v", err, events)
	}
	f.Refs[5] = Ref{Kind: KindMessage, Body: &Message{Text: "x", Imported: &Imported{Number: 7}}}
	f.Refs[6] = message(1, "written here")
	mend := Import{At: 5, Message: line, Target: 5}
	events, err = Decide(f, server, mend, noon)
	if err != nil || events[0].Env.Kind != KindEdit || events[0].At != line.Imported.Edited {
		t.Errorf("%v %+v", err, events)
	}
	mine := inGroup()
	for _, c := range []struct {
		f    Facts
		cmd  Import
		code Code
	}{
		{f, Import{}, CodeBadRequest}, {f, Import{Message: line, Service: service.Service}, CodeBadRequest},
		{f, Import{Message: &Message{Text: "x"}}, CodeBadRequest},
		{f, Import{Message: line, Target: 6}, CodeBadRequest},
		{f, Import{Message: line, Target: 99}, CodeTargetGone}, {mine, Import{Message: line}, CodeForbidden},
		{f, Import{Service: service.Service, Target: 5}, CodeBadRequest},
		{Facts{}, Import{Message: line}, CodeNotFound},
	} {
		if _, err := Decide(c.f, server, c.cmd, noon); CodeOf(err) != c.code {
			t.Errorf("%+v: %v, want %v", c.cmd, err, c.code)
		}
	}
}
