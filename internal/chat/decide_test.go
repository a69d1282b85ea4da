// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// reza is the actor of most tests; he is a plain member of group 7, which has everything by default.
var reza = Actor{Account: 1, Device: 11, Scopes: AllScopes}

func inGroup() Facts {
	return Facts{
		Chat:  Chat{ID: 7, Type: Group, Title: "دوستان", Defaults: MemberGrants, Members: 3},
		Actor: Member{Account: 1, Role: RoleMember, Version: 4},
		Refs:  map[Seq]Ref{},
	}
}

func inChannel(role Role, grants Grants) Facts {
	f := inGroup()
	f.Chat.Type, f.Chat.Defaults = Channel, GrantReact
	f.Actor.Role, f.Actor.Grants = role, grants
	return f
}

func message(author AccountID, text string) Ref {
	return Ref{Kind: KindMessage, Author: author, At: noon - 5000, Body: &Message{Text: text}}
}

// decided fails unless the command becomes events of these kinds, and returns them.
func decided(t *testing.T, f Facts, cmd Command, kinds ...Kind) []Event {
	t.Helper()
	events, err := Decide(f, reza, cmd, noon)
	if err != nil {
		t.Fatalf("%T: %v", cmd, err)
	}
	var got []Kind
	for _, e := range events {
		got = append(got, e.Env.Kind)
	}
	if !slices.Equal(got, kinds) {
		t.Fatalf("%T became kinds %v, want %v", cmd, got, kinds)
	}
	return events
}

// refused fails unless the command is refused with the code and field.
func refused(t *testing.T, f Facts, cmd Command, code Code, field string) *Error {
	t.Helper()
	events, err := Decide(f, reza, cmd, noon)
	e, ok := err.(*Error)
	if !ok || e.Code != code || e.Field != field || events != nil {
		t.Fatalf("%T: %v of %q (%d events), want %v of %q", cmd, err, fieldOf(err), len(events), code, field)
		return &Error{}
	}
	return e
}

func fieldOf(err error) string {
	if e, ok := err.(*Error); ok {
		return e.Field
	}
	return ""
}

func sent(t *testing.T, events []Event) *Message {
	t.Helper()
	m, ok := events[0].Body.(*Message)
	if !ok {
		t.Fatalf("a %T", events[0].Body)
	}
	return m
}

func TestAMessageIsCountedAndSaysWhoWroteIt(t *testing.T) {
	e := decided(t, inGroup(), Send{Text: " سلام ", Silent: true}, KindMessage)[0]
	want := Event{
		Log: ChatID(7).Log(), At: noon, Author: 1,
		Env: Envelope{Kind: KindMessage, Counted: true, Silent: true}, Body: &Message{Text: "سلام"},
	}
	if !reflect.DeepEqual(e, want) {
		t.Errorf("got %+v\nwant %+v", e, want)
	}
}

func TestSlowModeTellsHowLongToWaitAndSparesTheStaff(t *testing.T) {
	f := inGroup()
	f.Chat.SlowSeconds, f.LastSent = 30, noon-10_000
	if e := refused(t, f, Send{Text: "x"}, CodeSlowMode, ""); e.Retry != 20_000 {
		t.Errorf("retry in %d", e.Retry)
	}
	refused(t, f, ForwardMessage{Message: &Message{Text: "x"}}, CodeSlowMode, "")
	f.LastSent = noon - 30_000
	decided(t, f, Send{Text: "x"}, KindMessage)
	f.LastSent, f.Actor.Role = noon, RoleAdmin
	decided(t, f, Send{Text: "x"}, KindMessage)
}

// ROOM-1
func TestSlowModeTakesAnAlbumForOneMessage(t *testing.T) {
	f := inGroup()
	f.Chat.SlowSeconds, f.LastSent, f.AlbumSent = 30, noon-1_000, 9
	album := AlbumID{1}
	copied := &Message{Album: AlbumID{2}, Media: &Media{Kind: MediaPhoto}}
	decided(t, f, ForwardMessage{Message: copied, Album: album}, KindMessage)
	refused(t, f, ForwardMessage{Message: copied}, CodeSlowMode, "")
	refused(t, f, ForwardMessage{Message: &Message{Text: "x"}, Album: album}, CodeSlowMode, "")
	f.AlbumSent = MaxAlbum
	refused(t, f, ForwardMessage{Message: copied, Album: album}, CodeSlowMode, "")
	f.AlbumSent = 0
	refused(t, f, ForwardMessage{Message: copied, Album: album}, CodeSlowMode, "")
}

func TestLinksNeedTheirOwnRight(t *testing.T) {
	f := inGroup()
	f.Chat.Defaults &^= GrantLinks
	refused(t, f, Send{Text: "see example.com"}, CodeForbidden, "")
	marked := []Entity{{Kind: EntityTextLink, Length: 1, Value: "https://a.ir"}}
	refused(t, f, Send{Text: "x", Entities: marked}, CodeForbidden, "")
	refused(t, f, ForwardMessage{Message: &Message{Text: "x", Entities: marked}}, CodeForbidden, "")
	decided(t, f, Send{Text: "no link, a@b.co"}, KindMessage)
	f.Actor.Grants, f.Actor.Until = GrantLinks, noon+70
	if e := refused(t, f, Send{Text: "see example.com"}, CodeRestricted, ""); e.Retry != 70 {
		t.Errorf("retry in %d", e.Retry)
	}
}

func TestMentionsAreResolvedByTheTextAlone(t *testing.T) {
	f := inGroup()
	f.Names = map[string]AccountID{"sara_1": 2}
	cmd := Send{Text: "@Sara_1 و @nobody1", Entities: []Entity{{Kind: EntityMention, Length: 7, Account: 9}}}
	if names := NeedsOf(f.Chat, reza.Account, cmd).Names; !slices.Equal(names, []string{"sara_1", "nobody1"}) {
		t.Fatalf("names needed: %v", names)
	}
	m := sent(t, decided(t, f, cmd, KindMessage))
	if len(m.Entities) != 2 || m.Entities[0].Account != 2 || m.Entities[1].Account != 0 {
		t.Errorf("resolved to %v", m.Entities)
	}
}

func TestRepliesNameTheAuthorInGroupsOnly(t *testing.T) {
	for kind, author := range map[ChatType]AccountID{Group: 2, Channel: 0, Direct: 0, Saved: 0} {
		f := inGroup()
		f.Chat.Type, f.Actor.Role = kind, RoleOwner
		f.Refs[5] = message(2, "text")
		m := sent(t, decided(t, f, Send{Text: "x", Reply: &Reply{Seq: 5, Author: 9}}, KindMessage))
		if m.Reply.Author != author || m.Reply.Seq != 5 {
			t.Errorf("type %d: %+v", kind, m.Reply)
		}
	}
}

func TestAReplyNeedsATargetThatIsThereAndMayBeSeen(t *testing.T) {
	f := inGroup()
	f.Refs[5] = message(2, "text")
	f.Refs[6] = Ref{Kind: KindMessage, Redacted: true}
	f.Refs[7] = Ref{Kind: KindEdit, Body: &Message{Text: "x"}}
	for _, seq := range []Seq{0, 4, 6, 7} {
		refused(t, f, Send{Text: "x", Reply: &Reply{Seq: seq}}, CodeTargetGone, "reply.seq")
	}
	f.Actor.From = 6
	refused(t, f, Send{Text: "x", Reply: &Reply{Seq: 5}}, CodeTargetGone, "reply.seq")
}

func TestAQuoteIsFoundInTheOriginal(t *testing.T) {
	f := inGroup()
	f.Refs[5] = message(2, "یک 😀 دو سه دو")
	for _, c := range []struct {
		quote  string
		offset uint32
		at     uint32
		code   Code
		field  string
	}{
		{"دو", 6, 6, 0, ""},
		{"دو", 12, 12, 0, ""},
		{"دو", 1, 6, 0, ""},
		{"چهار", 0, 0, CodeBadRequest, "reply.quote"},
		{strings.Repeat("x", MaxQuote+1), 0, 0, CodeTextTooLong, "reply.quote"},
	} {
		cmd := Send{Text: "x", Reply: &Reply{Seq: 5, Quote: c.quote, QuoteOffset: c.offset}}
		if c.code != 0 {
			refused(t, f, cmd, c.code, c.field)
			continue
		}
		m := sent(t, decided(t, f, cmd, KindMessage))
		if m.Reply.QuoteOffset != c.at || m.Reply.Quote != c.quote {
			t.Errorf("%q at %d: found at %d", c.quote, c.offset, m.Reply.QuoteOffset)
		}
	}
	f.Refs[6] = Ref{Kind: KindService, Body: &ServiceLine{Action: "x"}}
	refused(t, f, Send{Text: "x", Reply: &Reply{Seq: 6, Quote: "x"}}, CodeBadRequest, "reply.quote")
	marked := Reply{Seq: 5, Quote: "دو", QuoteOffset: 6, QuoteEntities: []Entity{
		{Kind: EntityBold, Length: 2}, {Kind: EntityTextLink, Length: 2, Value: "https://a.ir"},
	}}
	m := sent(t, decided(t, f, Send{Text: "x", Reply: &marked}, KindMessage))
	if !slices.Equal(m.Reply.QuoteEntities, []Entity{{Kind: EntityBold, Length: 2}}) {
		t.Errorf("a quote keeps %v", m.Reply.QuoteEntities)
	}
}

func TestPostsAreSignedWhereTheChannelSays(t *testing.T) {
	f := inChannel(RoleAdmin, GrantPost)
	f.Me.Profile.Name = "رضا"
	if m := sent(t, decided(t, f, Send{Text: "x"}, KindMessage)); m.Signature != "" {
		t.Errorf("signed %q", m.Signature)
	}
	f.Chat.Signatures = true
	if !NeedsOf(f.Chat, 1, Send{Text: "x"}).Me {
		t.Error("the name of the writer is not asked for")
	}
	if m := sent(t, decided(t, f, Send{Text: "x"}, KindMessage)); m.Signature != "رضا" {
		t.Errorf("signed %q", m.Signature)
	}
}

func TestAnEditKeepsWhatIsNotText(t *testing.T) {
	f := inGroup()
	before := &Message{
		Text: "old", Reply: &Reply{Seq: 2, Author: 3}, Signature: "s", Imported: &Imported{Number: 9, Digest: 5},
		Attachments: []Attachment{{Kind: "photo"}},
	}
	f.Refs[5] = Ref{Kind: KindMessage, Author: 1, Body: before}
	e := decided(t, f, Edit{Target: 5, Text: "new"}, KindEdit)[0]
	want := *before
	want.Text = "new"
	if !reflect.DeepEqual(e.Body, &want) || e.Env != (Envelope{Kind: KindEdit, Silent: true, Target: 5}) {
		t.Errorf("got %+v %+v", e.Env, e.Body)
	}
	decided(t, f, Edit{Target: 5, Text: " old "})
}

func TestWhoMayEditWhat(t *testing.T) {
	own, other := message(1, "x"), message(2, "x")
	forwarded := Ref{Kind: KindMessage, Author: 1, Body: &Message{Text: "x", Forward: &Forward{Name: "s"}}}
	imported := Ref{Kind: KindMessage, Body: &Message{Text: "x", Imported: &Imported{Number: 1}}}
	direct := inGroup()
	direct.Chat.Type = Direct
	blocked := direct
	blocked.Blocked = true
	outside := inGroup()
	outside.Actor = Member{}
	muted := inGroup()
	muted.Actor.Grants = GrantSend
	for _, c := range []struct {
		name  string
		f     Facts
		ref   Ref
		code  Code
		field string
	}{
		{"own, group", inGroup(), own, 0, ""},
		{"another's, group", inGroup(), other, CodeNotAuthor, "target"},
		{"own while muted", muted, own, CodeRestricted, ""},
		{"own, direct", direct, own, 0, ""},
		{"own, blocked", blocked, own, CodeCannotWrite, ""},
		{"another's, direct", direct, other, CodeNotAuthor, "target"},
		{"own post", inChannel(RoleAdmin, GrantPost), own, 0, ""},
		{"another's post", inChannel(RoleAdmin, GrantPost), other, CodeNotAuthor, "target"},
		{"another's post with the grant", inChannel(RoleAdmin, GrantEditAny), other, 0, ""},
		{"own post with only the other grant", inChannel(RoleAdmin, GrantEditAny), own, 0, ""},
		{"imported post with the grant", inChannel(RoleOwner, 0), imported, 0, ""},
		{"imported line in a group", inGroup(), imported, CodeNotAuthor, "target"},
		{"subscriber", inChannel(RoleMember, 0), other, CodeNotAuthor, "target"},
		{"forwarded", inGroup(), forwarded, CodeForbidden, "target"},
		{"outside", outside, other, CodeNotMember, ""},
		{"a service line", inChannel(RoleOwner, 0), Ref{Kind: KindService, Body: &ServiceLine{}},
			CodeBadRequest, "target"},
		{"an edit", inGroup(), Ref{Kind: KindEdit, Author: 1, Body: &Message{}}, CodeBadRequest, "target"},
		{"redacted", inGroup(), Ref{Kind: KindMessage, Author: 1, Redacted: true}, CodeTargetGone, "target"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.f.Refs = map[Seq]Ref{5: c.ref}
			if c.code == 0 {
				kinds := []Kind{KindEdit}
				if c.ref.Author != 1 {
					kinds = append(kinds, KindStaffDeed)
				}
				decided(t, c.f, Edit{Target: 5, Text: "new"}, kinds...)
			} else {
				refused(t, c.f, Edit{Target: 5, Text: "new"}, c.code, c.field)
			}
		})
	}
	outside.Refs = nil
	refused(t, outside, Edit{Target: 5, Text: "x"}, CodeNotMember, "")
}

func TestWhoMayDeleteWhat(t *testing.T) {
	own, other := message(1, "x"), message(2, "x")
	direct := inGroup()
	direct.Chat.Type, direct.Blocked = Direct, true
	muted := inGroup()
	muted.Actor.Grants = GrantSend
	for _, c := range []struct {
		name string
		f    Facts
		ref  Ref
		code Code
	}{
		{"own, group", inGroup(), own, 0},
		{"own while muted", muted, own, 0},
		{"another's, group", inGroup(), other, CodeForbidden},
		{"another's, direct, even blocked", direct, other, 0},
		{"own, direct", direct, own, 0},
		{"own post", inChannel(RoleAdmin, GrantPost), own, 0},
		{"another's post", inChannel(RoleAdmin, GrantPost), other, CodeForbidden},
		{"another's post with the grant", inChannel(RoleAdmin, GrantDeleteAny), other, 0},
		{"own post with only the other grant", inChannel(RoleAdmin, GrantDeleteAny), own, 0},
		{"subscriber", inChannel(RoleMember, 0), other, CodeForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.f.Refs = map[Seq]Ref{5: c.ref}
			if c.code == 0 {
				kinds := []Kind{KindDelete}
				if c.f.Chat.Type == Channel {
					kinds = append(kinds, KindStaffDeed)
				}
				e := decided(t, c.f, Delete{Targets: []Seq{5}}, kinds...)[0]
				if e.Body != nil || e.Env.Target != 5 || e.Env.Counted {
					t.Errorf("%+v", e)
				}
			} else {
				refused(t, c.f, Delete{Targets: []Seq{5}}, c.code, "")
			}
		})
	}
}

func TestDeletingPassesOverWhatIsGoneAndKeepsImportedNumbers(t *testing.T) {
	f := inChannel(RoleOwner, 0)
	f.Refs[3] = message(1, "x")
	f.Refs[4] = Ref{Kind: KindMessage, Redacted: true}
	f.Refs[5] = Ref{Kind: KindMessage, Body: &Message{Text: "x", Imported: &Imported{Number: 77, Digest: 5}}}
	f.Refs[6] = Ref{Kind: KindService, Body: &ServiceLine{Action: "x", Imported: &Imported{Number: 78}}}
	f.Refs[7] = Ref{Kind: KindChatInfo, Author: 1, Body: &InfoChange{}}
	events := decided(t, f, Delete{Targets: []Seq{3, 3, 4, 5, 6, 99}},
		KindDelete, KindDelete, KindDelete, KindStaffDeed)
	if !reflect.DeepEqual(events[1].Body, &Redaction{Number: 77}) || events[2].Env.Target != 6 {
		t.Errorf("%+v", events)
	}
	refused(t, f, Delete{Targets: []Seq{4, 99}}, CodeTargetGone, "targets")
	refused(t, f, Delete{}, CodeBadRequest, "targets")
	refused(t, f, Delete{Targets: make([]Seq, MaxTargets+1)}, CodeTooMany, "targets")
	refused(t, f, Delete{Targets: []Seq{7}}, CodeBadRequest, "targets")
}

func TestAForwardShowsItsSourceAsFarAsItMayBeShown(t *testing.T) {
	sara := Person{ID: 2, Profile: Profile{Name: "سارا"}}
	hiding := sara
	hiding.Privacy.HideForwards = true
	text := &Message{Text: "x", Reply: &Reply{Seq: 1}, Signature: "s"}
	first := &Forward{Name: "first", Chat: 3, Seq: 4}
	imported := &Message{Text: "x", Imported: &Imported{Author: "Ali", Number: 5}}
	for _, c := range []struct {
		name string
		cmd  ForwardMessage
		want *Forward
	}{
		{"a person", ForwardMessage{Source: Chat{ID: 9, Type: Group}, Author: sara, Message: text},
			&Forward{Name: "سارا", Account: 2, At: noon}},
		{"a person who hides", ForwardMessage{Source: Chat{ID: 9, Type: Direct}, Author: hiding, Message: text},
			&Forward{Name: "سارا", At: noon}},
		{"a private channel", ForwardMessage{
			Source: Chat{ID: 9, Type: Channel, Title: "خبر"}, Seq: 4, Message: text},
			&Forward{Name: "خبر", At: noon, Signed: "s"}},
		{"a public channel", ForwardMessage{
			Source: Chat{ID: 9, Type: Channel, Title: "خبر", Name: "khabar"}, Seq: 4, Author: sara, Message: text},
			&Forward{Name: "خبر", Chat: 9, Seq: 4, At: noon, Signed: "s"}},
		{"an imported line", ForwardMessage{Source: Chat{ID: 9, Type: Group}, Message: imported},
			&Forward{Name: "Ali", At: noon}},
		{"what was forwarded before", ForwardMessage{
			Source: Chat{ID: 9, Type: Group}, Author: sara,
			Message: &Message{Text: "x", Forward: first}}, first},
		{"a hidden source", ForwardMessage{
			Source: Chat{ID: 9, Type: Group}, Author: sara, Message: text, HideSource: true}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cmd.At = noon
			m := sent(t, decided(t, inGroup(), c.cmd, KindMessage))
			if !reflect.DeepEqual(m, &Message{Text: "x", Forward: c.want}) {
				t.Errorf("%+v, forward %+v", m, m.Forward)
			}
		})
	}
	refused(t, inGroup(), ForwardMessage{}, CodeTargetGone, "seqs")
}

func TestPinningNeedsAMessageThatIsThere(t *testing.T) {
	f := inGroup()
	f.Refs[5], f.Refs[6] = message(2, "x"), Ref{Kind: KindMessage, Redacted: true}
	e := decided(t, f, SetPin{Target: 5}, KindPin, KindStaffDeed)[0]
	if e.Env != (Envelope{Kind: KindPin, Target: 5}) || e.Body != nil {
		t.Errorf("%+v", e)
	}
	if e = decided(t, f, SetPin{Target: 5, Unpin: true}, KindUnpin, KindStaffDeed)[0]; !e.Env.Silent {
		t.Error("unpinning is heard")
	}
	refused(t, f, SetPin{Target: 6}, CodeTargetGone, "target")
	f.Refs[7] = Ref{Kind: KindMember, Body: &MemberChange{}}
	refused(t, f, SetPin{Target: 7}, CodeBadRequest, "target")
}

func TestScopesNarrowEveryCommand(t *testing.T) {
	for i := range opEnd {
		if handlers[i].decide == nil {
			continue
		}
		if handlers[i].scope == 0 {
			t.Errorf("command %d needs no scope", i)
		}
	}
	for scope, cmd := range map[Scopes]Command{ScopeSend: Send{Text: "x"}, ScopeManage: Leave{}} {
		_, err := Decide(inGroup(), Actor{Account: 1, Scopes: AllScopes &^ scope}, cmd, noon)
		if CodeOf(err) != CodeScopeMissing {
			t.Errorf("%T with a token that lacks its scope: %v", cmd, err)
		}
		if _, err := Decide(inGroup(), Actor{Account: 1, Scopes: scope}, cmd, noon); err != nil {
			t.Errorf("%T with just its scope: %v", cmd, err)
		}
	}
}

func TestTheOperatorHasNoMoreRightsThanAnyoneElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		cmd := rapid.SampledFrom([]Command{
			Send{Text: "x"}, SetPin{Target: 1}, Delete{Targets: []Seq{1}}, Leave{}, Join{}, DeleteChat{},
			Invite{Account: f.Target.Account}, SetMember{Account: f.Target.Account, Role: RoleBanned},
			Transfer{Account: f.Target.Account}, AnswerOffer{Accept: true},
			Import{Message: &Message{Text: "x", Imported: &Imported{}}},
		}).Draw(t, "command")
		f.Refs = map[Seq]Ref{1: message(2, "x")}
		plain, err := Decide(f, reza, cmd, noon)
		boss := reza
		boss.Operator = true
		events, bossErr := Decide(f, boss, cmd, noon)
		if !reflect.DeepEqual(plain, events) || CodeOf(err) != CodeOf(bossErr) {
			t.Fatalf("%T: %v, and as operator %v", cmd, err, bossErr)
		}
	})
}

func TestCommandsThatAreNoneAreRefused(t *testing.T) {
	if _, err := Decide(inGroup(), reza, nil, noon); CodeOf(err) != CodeUnknownMethod {
		t.Errorf("no command: %v", err)
	}
	if _, err := Decide(inGroup(), reza, &Send{Text: "x"}, noon); CodeOf(err) != CodeInternal {
		t.Errorf("a pointer to a command: %v", err)
	}
}

// garbled fills what a command did not ask for with something else.
func garbled(f Facts, n Needs) Facts {
	if n.Target == 0 {
		f.Target, f.Person = Member{Account: 3, Role: RoleOwner, Version: 77}, Person{ID: 3, Deleted: true}
	}
	if n.People == nil {
		f.People = map[AccountID]Party{2: {Blocked: true}}
	}
	if n.Refs == nil {
		f.Refs = map[Seq]Ref{1: {Kind: KindMessage, Redacted: true}}
	}
	if n.Names == nil {
		f.Names = map[string]AccountID{"reza_1": 99}
	}
	if n.Inside == nil {
		f.Inside = map[AccountID]bool{1: true, 99: true}
	}
	if n.Token == "" {
		f.Link = InviteLink{Token: "other", Revoked: true}
	}
	if !n.Asked {
		f.Asked = JoinRequest{Token: "other"}
	}
	if !n.Me {
		f.Me = Person{ID: 1, Profile: Profile{Name: "garbled"}, Deleted: true}
	}
	if !n.Direct {
		f.Direct = 55
	}
	if !n.Head {
		f.Head = Head{Seq: 99_999}
	}
	if !n.Held {
		f.Held = Holdings{MaxRooms, MaxOwned}
	}
	if n.Known == 0 {
		f.Contact, f.Contacts = Contact{Account: 3, Name: "other"}, MaxContacts
	}
	if !n.Owning {
		f.Owning = Owning{Owner: Member{Account: 4, Role: RoleOwner}, Offered: Member{Account: 3, Role: RoleAdmin}}
	}
	if !n.Stranger {
		f.Known = !f.Known
	}
	if !n.Day {
		f.Day = Day{Born: noon, Spent: []Spending{{noon, Spent{99, 99, 99}}}}
	}
	if !n.Photos {
		f.Photos = append(f.Photos, PlacedPhoto{Seq: 77})
	}
	if !n.Admins {
		f.Admins = MaxAdmins
	}
	if !n.Linked {
		f.Linked = !f.Linked
	}
	if n.Known == 0 {
		f.Seen = Hash{7}
	}
	if !n.Read {
		f.Read = ReadMark{Seq: 99_999}
	}
	return f
}

func TestNeedsNameAllThatDecideLooksAt(t *testing.T) {
	yes := true
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		f.Refs = map[Seq]Ref{1: message(1, "quote"), 2: message(2, "x")}
		f.Names, f.Link = map[string]AccountID{"reza_1": 5}, InviteLink{Token: "t"}
		f.Direct, f.Read = 0, ReadMark{Seq: 3}
		a := f.Target.Account
		cmd := rapid.SampledFrom([]Command{
			Send{Text: "@reza_1"}, Send{Text: "https://a.ir"}, Send{Text: "x", Reply: &Reply{Seq: 1, Quote: "quote"}},
			ForwardMessage{Message: &Message{}}, Edit{Target: 1, Text: "@reza_1"},
			Delete{Targets: []Seq{1, 2}}, SetPin{Target: 2}, Edit{Target: 1, Text: "see a.ir"},
			SetInfo{InfoChange{Signatures: &yes}}, Create{Chat: 9, Type: Group, Title: "t", Invite: []AccountID{a}},
			Create{Chat: 9, Type: Direct, Peer: a}, DeleteChat{}, Join{Token: "t"}, Join{}, Leave{}, Invite{a},
			AnswerInvitation{true}, AnswerInvitation{}, SetMember{Account: a, Role: RoleBanned},
			SetMember{Account: a, Role: RoleAdmin}, Transfer{a}, AnswerOffer{true}, AnswerOffer{},
			CreateLink{Token: "new"}, RevokeLink{"t"},
			DecideRequest{a, true}, MarkRead{Seq: 4}, SetDraft{Text: "x"}, SetPrefs{Prefs{Archived: &yes}},
			SetBlock{Account: a}, SetPrivacy{}, SetPrivacy{KeepUnfindable: true, KeepQuiet: true, KeepPhoto: true},
			SetProfile{Profile: Profile{Name: "n"}}, NoteDevice{}, SetContact{Account: a, Name: "n"},
			SetContact{Account: a, Remove: true}, SetPersonal{Token: "t"},
			Import{Message: &Message{Text: "x", Imported: &Imported{}}},
			SetPhoto{File: "f"}, SetPhoto{Room: true, File: "f"}, RemovePhoto{}, RemovePhoto{Room: true, Seq: 3},
			RemovePhoto{Room: true}, EraseMessages{Targets: []Seq{1, 2}}, EraseAccount{Rests: []string{"n"}},
		}).Draw(t, "command")
		if _, ok := cmd.(Create); ok {
			f.Chat = Chat{}
		}
		events, err := Decide(f, reza, cmd, noon)
		other, otherErr := Decide(garbled(f, NeedsOf(f.Chat, reza.Account, cmd)), reza, cmd, noon)
		if !reflect.DeepEqual(events, other) || CodeOf(err) != CodeOf(otherErr) {
			t.Fatalf("%#v looks at what it did not ask for:\n%+v %v\n%+v %v", cmd, events, err, other, otherErr)
		}
	})
}
