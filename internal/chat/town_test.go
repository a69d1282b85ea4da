// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// town is the smallest world in which commands can follow one another: it keeps what Project says and
// nothing else, and checks every batch against what must never happen.
type town struct {
	chats    map[ChatID]*Chat
	members  map[ChatID]map[AccountID]Member
	links    map[string]InviteLink
	requests map[ChatID]map[AccountID]JoinRequest
	blocked  map[[2]AccountID]bool
	refuses  map[AccountID]bool
	used     map[linkUse]bool
	refs     map[ChatID]map[Seq]Ref
	heads    map[LogID]Seq
	ords     map[LogID]Ord
	spent    map[AccountID][]Spending
	asked    map[ChatID]map[AccountID]bool // who has said yes to being in: asked, accepted, or made it
	now      Millis
}

// linkUse is somebody who has come in by a link.
type linkUse struct {
	token string
	by    AccountID
}

func newTown() *town {
	return &town{
		chats: map[ChatID]*Chat{}, members: map[ChatID]map[AccountID]Member{}, links: map[string]InviteLink{},
		requests: map[ChatID]map[AccountID]JoinRequest{}, blocked: map[[2]AccountID]bool{},
		refuses: map[AccountID]bool{}, used: map[linkUse]bool{}, refs: map[ChatID]map[Seq]Ref{},
		heads: map[LogID]Seq{},
		asked: map[ChatID]map[AccountID]bool{}, now: noon, ords: map[LogID]Ord{},
		spent: map[AccountID][]Spending{},
	}
}

// facts are what an engine would know.
func (w *town) facts(room ChatID, actor AccountID, n Needs) Facts {
	f := Facts{
		Actor: w.members[room][actor], Target: w.members[room][n.Target], Refs: w.refs[room],
		Head: Head{Seq: w.heads[room.Log()], Ord: w.ords[room.Log()]}, Blocked: w.blocks(actor, n.Target),
		People: map[AccountID]Party{}, Known: w.knows(n.Target, actor),
		Day: Day{Born: noon, Spent: w.spent[actor]}, Files: faces(),
	}
	if c := w.chats[room]; c != nil {
		f.Chat = *c
		if c.Type == Direct {
			f.Blocked = w.blocks(c.Peers[0], c.Peers[1])
		}
	}
	if n.Target != 0 {
		f.Person = w.person(n.Target)
	}
	owning := n.Owning || n.Offered && f.Actor.Offered()
	for _, m := range w.members[room] {
		switch {
		case owning && m.Role == RoleOwner:
			f.Owning.Owner = m
		case owning && m.Offered():
			f.Owning.Offered = m
		}
	}
	for _, a := range n.People {
		f.People[a] = Party{w.person(a), w.blocks(actor, a), w.knows(a, actor)}
	}
	if l, ok := w.links[n.Token]; ok && n.Token != "" {
		f.Link = l
		if w.used[linkUse{n.Token, actor}] {
			f.Link.Uses--
		}
	}
	for id, c := range w.chats {
		if n.Direct && c.Peers == [2]AccountID{min(actor, n.Target), max(actor, n.Target)} {
			f.Direct = id
		}
	}
	return f
}

func (w *town) blocks(a, b AccountID) bool {
	return w.blocked[[2]AccountID{a, b}] || w.blocked[[2]AccountID{b, a}]
}

// knows reports whether one of two came into their direct chat.
func (w *town) knows(a, other AccountID) bool {
	for id, c := range w.chats {
		if c.Type == Direct && c.Peers == [2]AccountID{min(a, other), max(a, other)} {
			return w.members[id][a].Joined != 0
		}
	}
	return false
}

func (w *town) person(a AccountID) Person {
	return Person{ID: a, Profile: Profile{Name: "n"}, Privacy: Privacy{RefuseInvites: w.refuses[a]}}
}

// apply keeps what the changes of an entry say.
func (w *town) apply(e Event, changes []Change) {
	w.heads[e.Log]++
	seq := w.heads[e.Log]
	w.ords[e.Log] += Ord(one(e.Env.Counted))
	if e.Log.Kind() == ChatLog {
		room := e.Log.Chat()
		if w.refs[room] == nil {
			w.refs[room] = map[Seq]Ref{}
		}
		w.refs[room][seq] = Ref{Kind: e.Env.Kind, Author: e.Author, At: e.At, Body: e.Body}
	}
	for _, c := range changes {
		switch c := c.(type) {
		case ChatAdded:
			room := c.Chat
			w.chats[room.ID] = &room
			w.members[room.ID] = map[AccountID]Member{}
		case ChatPatched:
			room := w.chats[c.Chat]
			*room = c.Info.Apply(*room)
			room.Wide, room.Deleted = room.Wide || c.Wide, room.Deleted || c.Deleted
		case FactsBumped:
			w.chats[c.Chat].Facts++
		case MemberSet:
			before := w.members[c.Chat][c.Member.Account]
			if c.Member.Version <= before.Version {
				break
			}
			w.members[c.Chat][c.Member.Account] = c.Member
			w.chats[c.Chat].Members += uint32(one(c.Member.Role.In()) - one(before.Role.In()))
		case Superseded:
			r := w.refs[e.Log.Chat()][c.Target]
			r.Body, r.Redacted = e.Body, c.Redact
			if c.Redact {
				r.Body = nil
			}
			w.refs[e.Log.Chat()][c.Target] = r
		case PhotoSet:
			if room := w.chats[e.Log.Chat()]; e.Log.Kind() == ChatLog {
				room.Photo = &PlacedPhoto{Photo: c.Photo, Seq: seq}
			}
		case PhotoErased:
			if room := w.chats[e.Log.Chat()]; e.Log.Kind() == ChatLog {
				if room.Photo != nil && room.Photo.Seq <= c.Target {
					room.Photo = nil
				}
				r := w.refs[room.ID][c.Target]
				r.Body = nil
				w.refs[room.ID][c.Target] = r
			}
		case LinkSet:
			c.Link.Uses = w.links[c.Link.Token].Uses
			w.links[c.Link.Token] = c.Link
		case LinkUsed:
			use := linkUse{c.Token, c.Account}
			if w.used[use] {
				break
			}
			w.used[use] = true
			l := w.links[c.Token]
			l.Uses++
			w.links[c.Token] = l
		case RequestSet:
			if w.requests[c.Chat] == nil {
				w.requests[c.Chat] = map[AccountID]JoinRequest{}
			}
			w.requests[c.Chat][c.Request.Account] = c.Request
			if c.Request.Decided {
				delete(w.requests[c.Chat], c.Request.Account)
			}
		case SpentAdded:
			w.spent[c.Account] = append(w.spent[c.Account], Spending{c.At, c.Spent})
		case BlockSet:
			w.blocked[[2]AccountID{c.Account, c.Block.Account}] = c.Block.Blocked
		case PrivacySet:
			w.refuses[c.Account] = c.Privacy.RefuseInvites
		}
	}
}

// owner returns who owns a chat, so that what only owners do comes up; otherwise nobody does.
func (w *town) owner(room ChatID, otherwise AccountID) AccountID {
	return w.first(room, otherwise, func(m Member) bool { return m.Role == RoleOwner })
}

// first returns the first account whose standing is such.
func (w *town) first(room ChatID, otherwise AccountID, such func(Member) bool) (found AccountID) {
	for a, m := range w.members[room] {
		if such(m) && (found == 0 || a < found) {
			found = a
		}
	}
	return cmp.Or(found, otherwise)
}

func one(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// do decides a command and keeps what it becomes, after checking it.
func (w *town) do(room ChatID, actor AccountID, cmd Command) ([]Event, error) {
	var settings Chat
	if c := w.chats[room]; c != nil {
		settings = *c
	}
	facts := w.facts(room, actor, NeedsOf(settings, actor, cmd))
	who := Actor{Account: actor, Scopes: AllScopes}
	events, err := Decide(facts, who, cmd, w.now)
	if err != nil {
		return nil, err
	}
	if broken := w.judge(room, actor, cmd, events); broken != "" {
		return events, fmt.Errorf("%T by %d became what it must not: %s", cmd, actor, broken)
	}
	for _, e := range events {
		w.apply(e, Project(e.Entry(), e.Body))
	}
	return events, nil
}

// judge says what is wrong with events, before they are kept; empty if nothing is.
func (w *town) judge(room ChatID, actor AccountID, cmd Command, events []Event) string {
	if w.asked[room] == nil {
		w.asked[room] = map[AccountID]bool{}
	}
	switch c := cmd.(type) {
	case Join, Create, Send:
		w.asked[room][actor] = true
	case AnswerInvitation:
		w.asked[room][actor] = w.asked[room][actor] || c.Accept
	case SetContact:
		with := w.chats[room] != nil && w.chats[room].Peer(actor) == c.Account && !c.Remove
		w.asked[room][actor] = w.asked[room][actor] || with
	}
	kind := ChatType(0)
	if c := w.chats[room]; c != nil {
		kind = c.Type
	}
	for _, e := range events {
		if kind == Channel && e.Log.Kind() == ChatLog && e.Env.Kind == KindMember {
			return "a member shows in the log of a channel"
		}
		if kind == Channel && e.Log.Kind() == UserLog && e.Log.Account() != actor && e.Author != 0 {
			return "somebody who runs a channel shows in a subscriber's log"
		}
		switch e.Body.(type) {
		case *Photo:
			if e.Log != actor.Log() && e.Log != room.Log() {
				return "a photo stands in the log of another"
			}
		case *Contact, *PersonalLink, *Privacy:
			if e.Log != actor.Log() {
				return "what is one's own stands in another's log"
			}
		}
		if e.Env.Kind == KindChatPhoto || e.Env.Kind == KindChatPhotoRemoved {
			m := w.members[room][actor]
			byAll := kind == Group && m.Role == RoleMember && w.chats[room].Defaults.Has(GrantInfo)
			if m.Role != RoleOwner && (m.Role != RoleAdmin || !m.Grants.Has(GrantInfo)) && !byAll {
				return "a photo of a chat was changed without the right"
			}
		}
		if i, ok := e.Body.(*Invitation); ok && i.By != 0 && i.Type == Channel {
			return "an invitation to a channel names who invites"
		}
		if m, ok := e.Body.(*MyChat); ok {
			if broken := w.judgeMove(m, actor, cmd, events); broken != "" {
				return broken
			}
		}
	}
	return ""
}

// judgeMove says what is wrong with a change of standing.
func (w *town) judgeMove(m *MyChat, actor AccountID, cmd Command, events []Event) string {
	before, after := w.members[m.Chat][m.Member.Account], m.Member
	_, offers := cmd.(Transfer)
	_, transfer := cmd.(AnswerOffer)
	_, created := cmd.(Create)
	told := before // anew, of the owner: nothing of it changed
	told.Account, told.Version = after.Account, after.Version
	same := before.Role == RoleOwner && told == after
	bumped := slices.ContainsFunc(Project(Entry{Env: Envelope{Kind: KindMyChat}}, m), func(c Change) bool {
		_, ok := c.(FactsBumped)
		return ok
	})
	switch {
	case after.Version != before.Version+1:
		return "the version does not follow"
	case m.Before != before.Role:
		return "it misremembers the role before"
	case after.Role.In() && !before.Role.In() && !w.asked[m.Chat][after.Account]:
		return "somebody is in who never asked to be (R10)"
	case after.Role == RoleApproached && (m.Type != Direct || w.knows(after.Account, actor)):
		return "somebody is approached who knows who writes"
	case after.Account != actor && !transfer && !same && before.Role.Staff() &&
		standing(w.members[m.Chat][actor].Role) <= standing(before.Role):
		return "somebody acts on their equal or better"
	case after.Role == RoleOwner && !same && !transfer && !created:
		return "an owner out of nowhere"
	case after.Grants.Has(GrantOwn) && !(offers && w.members[m.Chat][actor].Role == RoleOwner):
		return "a chat is offered by somebody else than its owner"
	case after.Role == RoleAdmin && after.Grants&^(w.chats[m.Chat].Type.AdminGrants()|GrantOwn) != 0:
		return "an admin has a right that is not one"
	case after.Role == RoleAdmin && !transfer && w.members[m.Chat][actor].Role == RoleAdmin &&
		!w.members[m.Chat][actor].Grants.Has(after.Grants):
		return "an admin gave more than they have"
	case before.Role.In() != bumped && after.Role != RoleBanned:
		return fmt.Sprintf("facts bumped: %v, from %d to %d", bumped, before.Role, after.Role)
	}
	if before.Offered() != after.Offered() {
		if broken := w.judgeOffer(m, events); broken != "" {
			return broken
		}
	}
	shown := slices.ContainsFunc(events, func(e Event) bool {
		c, ok := e.Body.(*MemberChange)
		return ok && c.Member == after && e.Env.Kind == KindMember && e.Log == m.Chat.Log()
	})
	room := w.chats[m.Chat]
	if created || room == nil {
		return ""
	}
	wider := slices.ContainsFunc(events, func(e Event) bool { return e.Env.Kind == KindChatWide })
	want := room.Type == Group && !room.Wide && !wider && !room.Deleted && (before.Role.In() || after.Role.In())
	owning := (before.Grants^after.Grants)&^GrantOwn == 0
	if _, set := cmd.(SetMember); !set && before.Role == after.Role && owning {
		want = false // an offer, or its end
	}
	if shown != want {
		return fmt.Sprintf("shown in the chat: %v, want %v", shown, want)
	}
	return ""
}

// judgeOffer says what is wrong with an offer of a chat that begins or ends: however it does, its owner's
// devices are told to look, and whom it is made to has the chat marked.
func (w *town) judgeOffer(m *MyChat, events []Event) string {
	marked := !m.Member.Role.In()
	var owner bool
	for _, e := range events {
		switch b := e.Body.(type) {
		case *MyChat:
			owner = owner || w.members[m.Chat][b.Member.Account].Role == RoleOwner
		case *Prefs:
			if e.Log == m.Member.Account.Log() && b.MarkedUnread != nil {
				marked = *b.MarkedUnread == m.Member.Offered()
			}
		}
	}
	switch {
	case !owner:
		return "an offer began or ended and its owner is not told"
	case !marked:
		return "an offer began or ended and the mark of its chat did not"
	}
	return ""
}

// settled says what is wrong with the town between commands.
func (w *town) settled() string {
	for a, all := range w.spent {
		for what := range allowances {
			var used uint32
			for _, s := range all {
				used += s.Spent.Of(what)
			}
			if used > Allowed(what, w.now-noon) {
				return fmt.Sprintf("%d used %d of %v within a day", a, used, what)
			}
		}
	}
	for id, c := range w.chats {
		var in uint32
		owners := 0
		for _, m := range w.members[id] {
			if m.Role.In() {
				in++
			}
			if m.Role == RoleOwner {
				owners++
			}
		}
		if in != c.Members {
			return fmt.Sprintf("chat %d counts %d members and has %d", id, c.Members, in)
		}
		if owners != 1 && !c.Deleted && (c.Type == Group || c.Type == Channel) {
			return fmt.Sprintf("chat %d has %d owners", id, owners)
		}
		for a := range w.requests[id] {
			if w.members[id][a].Role != RoleRequested {
				return fmt.Sprintf("a request of %d to chat %d is open, and they are not asking", a, id)
			}
		}
		for a, m := range w.members[id] {
			if _, open := w.requests[id][a]; m.Role == RoleRequested && !open {
				return fmt.Sprintf("%d asked to join chat %d and nobody sees it", a, id)
			}
		}
	}
	return ""
}

// draws make commands that are sensible often enough to get somewhere.
type draws struct {
	*rand.Rand
	now Millis
}

func pick[T any](d draws, from ...T) T { return from[d.IntN(len(from))] }

func (d draws) someone() AccountID { return AccountID(1 + d.IntN(4)) }
func (d draws) seq() Seq           { return Seq(d.IntN(25)) }
func (d draws) yes() bool          { return d.IntN(2) == 0 }

func (d draws) text() string {
	return pick(d, "hi", "see https://a.ir", "@reza_1", " ", "سلام")
}

func (d draws) grants() Grants {
	return pick[Grants](d, 0, 1, 1, 31, 16, 32, 1024, 2048, 3184, 3568, 1<<13)
}

func (d draws) until() Millis {
	return pick(d, 0, d.now-1, d.now+5_000, d.now+50_000)
}

func (d draws) token() string { return pick(d, "", "t1", "t2") }

func (d draws) change() Command {
	yes, g := d.yes(), d.grants()
	name := pick(d, "", "public_name")
	return SetInfo{pick(d, InfoChange{JoinApproval: &yes}, InfoChange{HistoryHidden: &yes},
		InfoChange{Name: &name}, InfoChange{Defaults: &g}, InfoChange{Signatures: &yes})}
}

func (d draws) create() Command {
	return Create{
		Chat: ChatID(1 + d.IntN(4)), Title: "t", Peer: d.someone(), Type: ChatType(d.IntN(6)),
		Invite: []AccountID{d.someone()},
	}
}

func (d draws) standing() Command {
	return SetMember{
		Account: d.someone(), Role: Role(d.IntN(7)), Grants: d.grants(),
		Until: d.until(),
	}
}

// commands has one line for each, or two for those that lead on.
var commands = [...]func(draws) Command{
	func(d draws) Command { return Send{Text: d.text(), Reply: &Reply{Seq: d.seq()}} },
	func(d draws) Command { return Send{Text: d.text()} },
	func(d draws) Command { return Edit{Target: d.seq(), Text: d.text()} },
	func(d draws) Command { return Delete{Targets: []Seq{d.seq(), d.seq()}} },
	func(d draws) Command { return SetPin{Target: d.seq(), Unpin: d.yes()} },
	draws.change, draws.create, draws.create,
	func(d draws) Command { return Join{Token: d.token()} },
	func(draws) Command { return Join{} },
	func(draws) Command { return Leave{} },
	func(d draws) Command { return Invite{Account: d.someone()} },
	func(d draws) Command { return Invite{Account: d.someone()} },
	func(d draws) Command { return AnswerInvitation{Accept: d.yes()} },
	func(draws) Command { return AnswerInvitation{Accept: true} },
	draws.standing,
	func(d draws) Command { return SetMember{Account: d.someone(), Role: RoleAdmin, Grants: d.grants()} },
	func(d draws) Command { return SetMember{Account: d.someone(), Role: RoleMember, Grants: GrantSend} },
	func(d draws) Command { return Transfer{Account: d.someone()} },
	func(d draws) Command { return AnswerOffer{Accept: d.yes()} },
	func(d draws) Command { return CreateLink{Token: "t1", Approval: d.yes()} },
	func(d draws) Command { return CreateLink{Token: "t2", Limit: 1} },
	func(d draws) Command { return RevokeLink{Token: d.token()} },
	func(d draws) Command { return DecideRequest{Account: d.someone(), Accept: d.yes()} },
	func(d draws) Command { return DecideRequest{Account: d.someone(), Accept: d.yes()} },
	func(draws) Command { return MarkRead{Seq: 1, Ord: 1} },
	func(d draws) Command {
		return pick[Command](d, SetBlock{Account: d.someone()}, SetBlock{Account: d.someone(), Blocked: true},
			SetPrivacy{Privacy: Privacy{RefuseInvites: d.IntN(3) == 0}}, SetDraft{Text: "x"},
			SetProfile{Profile: Profile{Name: "n"}}, SetPersonal{Token: d.token()},
			SetContact{Account: d.someone(), Name: d.text(), Remove: d.yes()})
	},
	func(d draws) Command { return SetPhoto{Room: true, File: "face"} },
	func(d draws) Command { return RemovePhoto{Room: true, Seq: pick(d, 0, d.seq())} },
	func(d draws) Command { // the server's own, which nobody else does
		return pick[Command](d, EraseMessages{Targets: []Seq{d.seq()}}, EraseAccount{Rests: []string{"n"}})
	},
	func(d draws) Command {
		if d.IntN(20) == 0 {
			return DeleteChat{}
		}
		return Send{Text: "hi"}
	},
}

func TestWhateverPeopleDoTheTownStaysSound(t *testing.T) {
	done, codes := map[string]int{}, map[Code]int{}
	for seed := range uint64(300) {
		w, d := newTown(), draws{Rand: rand.New(rand.NewPCG(seed, 1))}
		for step := range 400 {
			d.now = w.now
			cmd := commands[d.IntN(len(commands))](d)
			room := ChatID(1 + d.IntN(4))
			if c, ok := cmd.(Create); ok {
				room = c.Chat
			}
			actor := d.someone()
			if d.IntN(3) == 0 {
				actor = w.owner(room, actor)
			}
			switch c := cmd.(type) { // of what needs two to agree, one would hardly ever find the other
			case Transfer:
				actor = w.owner(room, actor)
				cmd = Transfer{w.first(room, c.Account, func(m Member) bool { return m.Role == RoleAdmin })}
			case AnswerOffer:
				actor = w.first(room, actor, func(m Member) bool { return m.Grants.Has(GrantOwn) })
			}
			_, err := w.do(room, actor, cmd)
			if _, ok := cmd.(EraseMessages); ok && err == nil {
				t.Fatalf("seed %d, step %d: somebody erased what others wrote", seed, step)
			}
			if err == nil {
				done[fmt.Sprintf("%T", cmd)]++
			} else if e, ok := err.(*Error); !ok || e.Code == CodeInternal {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
			codes[CodeOf(err)]++
			if broken := w.settled(); broken != "" {
				t.Fatalf("seed %d, step %d: after %#v by %d in %d: %s", seed, step, cmd, actor, room, broken)
			}
			w.now += 1000
		}
	}
	for _, cmd := range []Command{
		Send{}, Edit{}, Delete{}, SetPin{}, SetInfo{}, Create{}, Join{}, Leave{}, Invite{}, AnswerInvitation{},
		SetMember{}, Transfer{}, AnswerOffer{}, CreateLink{}, RevokeLink{}, DecideRequest{}, DeleteChat{},
		SetBlock{}, MarkRead{}, SetContact{}, SetPersonal{},
		SetPhoto{}, RemovePhoto{},
	} {
		if done[fmt.Sprintf("%T", EraseAccount{})] > 0 {
			t.Fatal("somebody deleted an account by a command")
		}
		if done[fmt.Sprintf("%T", cmd)] < 10 {
			t.Errorf("%T hardly ever succeeded (%v): the test does not reach it", cmd, done)
		}
	}
	for _, code := range []Code{
		CodeForbidden, CodeNotMember, CodeBanned, CodeRestricted, CodeCannotWrite, CodeInvitesRefused,
		CodeTargetGone, CodeNotAuthor, CodeOwnerCannotLeave, CodeAlreadyMember, CodeInviteExpired, CodeInviteUsedUp,
		CodeChatDeleted, CodeRequestPending, CodeDailyLimit,
	} {
		if codes[code] == 0 {
			t.Errorf("%v never came up", code)
		}
	}
}
