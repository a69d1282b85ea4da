// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func testNames(b *bench) {
	b.add(created(1, 1), created(2, 1))
	claim := func(name, skeleton string, who engine.Owner) chat.Draft {
		return did(chat.AccountID(1).Log(), chat.KindProfile,
			chat.NameClaimed{Name: name, Skeleton: skeleton, Account: who.Account, Chat: who.Chat})
	}
	one, room := engine.Owner{Account: 1}, engine.Owner{Chat: 1}
	owner := func(name, skeleton string) engine.Owner {
		return must(b.Name(b.Context(), name, skeleton))(b)
	}
	b.add(claim("paul", "paui", one))
	b.refused(chat.CodeNameTaken, claim("paul", "other", room))
	b.refused(chat.CodeNameConfusable, claim("pau1", "paui", room))
	b.add(claim("news", "news", room))
	same(b, "who paul is", owner("paul", ""), one)
	same(b, "who looks like paul", owner("pau1", "paui"), one)
	same(b, "who news is", owner("news", "news"), room)
	same(b, "who nobody is", owner("nobody", "nobody"), engine.Owner{})
	same(b, "who no name is", owner("", ""), engine.Owner{})

	b.add(claim("paula", "pauia", one)) // frees paul
	same(b, "who paul is now", owner("paul", "paui"), engine.Owner{})
	b.add(claim("paul", "paui", room)) // frees news
	same(b, "who news is now", owner("news", "news"), engine.Owner{})
	b.add(claim("pauul", "paui", room)) // to another name of the same look
	b.add(claim("", "", room))
	same(b, "who pauul is now", owner("pauul", "paui"), engine.Owner{})
	b.refused(chat.CodeNameTaken, claim("paula", "x", room))
	same(b, "who paula is", owner("paula", ""), one)
}

func testRested(b *bench) {
	b.add(created(1, 1), created(2, 1))
	one, room := engine.Owner{Account: 1}, engine.Owner{Chat: 1}
	claim := func(name, look string, who engine.Owner) chat.Draft {
		return did(chat.AccountID(1).Log(), chat.KindProfile,
			chat.NameClaimed{Name: name, Skeleton: look, Account: who.Account, Chat: who.Chat})
	}
	rests := func(look string, who engine.Owner) chat.Pos {
		b.Helper()
		r := must(b.Rested(b.Context(), look))(b)
		same(b, "whose "+look+" was", r.Owner, who)
		return r.Pos
	}
	b.add(claim("paul", "paui", one))
	b.add(claim("paul", "paul", one)) // the same again
	rests("paui", engine.Owner{})
	b.add(claim("mina", "mina", one))
	at := rests("paul", one)
	if r := must(b.Rested(b.Context(), "paul"))(b); r.At == 0 || at == 0 {
		b.Errorf("when it was given up: %+v", r)
	}
	for i, v := range []chat.Pos{0, at + 1, at} {
		res := b.append(engine.Batch{Entries: []chat.Draft{claim("news", "news", room)},
			Cond: []engine.Cond{{Kind: engine.CondRested, Name: "paul", Value: uint64(v)}}})
		want := map[bool]chat.Code{true: chat.CodeConflict}[i < 2]
		same(b, fmt.Sprintf("the condition %d", v), chat.CodeOf(res[0].Err), want)
	}
	b.add(claim("paul2", "paul", room)) // whoever has it ends that it rests
	rests("paul", engine.Owner{})
	rests("news", room)
	for _, name := range []string{"aaa", "bbb", "ccc", ""} {
		b.add(claim(name, name, one))
	}
	for _, look := range []string{"mina", "aaa", "bbb", "ccc"} { // however many
		rests(look, one)
	}
	looks := func() (at []chat.Pos) {
		for _, r := range must(b.GivenUp(b.Context(), one))(b) {
			same(b, "whose it was", r.Owner, one)
			at = append(at, r.Pos)
		}
		return at
	}
	same(b, "what one gave up", looks(),
		[]chat.Pos{rests("mina", one), rests("aaa", one), rests("bbb", one), rests("ccc", one)})
	same(b, "what nobody gave up", len(must(b.GivenUp(b.Context(), engine.Owner{Chat: 2}))(b)), 0)

	b.add(claim("ddd", "ddd", one))
	late := claim("", "", one)
	late.At = must(b.Rested(b.Context(), "ccc"))(b).At + engine.NameRests
	b.add(late) // what has rested is forgotten when something else is given up
	for _, look := range []string{"mina", "aaa", "bbb", "ccc"} {
		rests(look, engine.Owner{})
	}
	same(b, "what one gave up last", looks(), []chat.Pos{rests("ddd", one)})
	rests("news", room)
}

func testPublic(b *bench) {
	room := func(id chat.ChatID, kind chat.ChatType, name string, members ...chat.AccountID) {
		changes := []chat.Change{chat.ChatAdded{Chat: chat.Chat{ID: id, Type: kind, Facts: 1}},
			chat.ChatPatched{Chat: id, Info: chat.InfoChange{Name: &name}}}
		for _, m := range members {
			changes = append(changes, joined(id, m, 1))
		}
		b.add(did(id.Log(), chat.KindChatCreated, changes...))
	}
	listed := func(q engine.PublicQuery) (ids []chat.ChatID) {
		b.Helper()
		for _, row := range must(b.Public(b.Context(), q))(b) {
			same(b, "whose standing it is", row.Me.Account, q.Account)
			same(b, "whether one is in", row.Me.Role.In(), row.Chat.ID != 3 && row.Chat.ID != 7)
			ids = append(ids, row.Chat.ID)
		}
		return ids
	}
	room(1, chat.Channel, "one", 1)
	room(2, chat.Channel, "two", 1, 2, 3)
	room(3, chat.Channel, "three", 2)
	room(4, chat.Channel, "", 1, 2, 3, 4) // private
	room(5, chat.Group, "five", 1, 2)
	room(6, chat.Channel, "six", 1)
	room(7, chat.Channel, "seven")
	q := engine.PublicQuery{Type: chat.Channel, Account: 1, Limit: 10}
	same(b, "the channels", listed(q), []chat.ChatID{2, 6, 3, 1, 7})
	same(b, "the groups", listed(engine.PublicQuery{Type: chat.Group, Account: 1, Limit: 10}), []chat.ChatID{5})
	q.Limit = 2
	same(b, "a page", listed(q), []chat.ChatID{2, 6})
	q.After = engine.PublicPlace{Members: 1, Chat: 6}
	same(b, "the next", listed(q), []chat.ChatID{3, 1})
	q.After.Chat = 1
	same(b, "the last", listed(q), []chat.ChatID{7})

	q.After, q.Limit = engine.PublicPlace{}, 10
	b.add(did(chat.ChatID(6).Log(), chat.KindMember, joined(6, 2, 1), joined(6, 3, 1), joined(6, 4, 1)))
	private := ""
	b.add(did(chat.ChatID(2).Log(), chat.KindChatInfo,
		chat.ChatPatched{Chat: 2, Info: chat.InfoChange{Name: &private}}))
	b.add(did(chat.ChatID(3).Log(), chat.KindChatDeleted, chat.ChatPatched{Chat: 3, Deleted: true}))
	same(b, "the channels now", listed(q), []chat.ChatID{6, 1, 7})
	b.add(said(1, 1, "first"), said(1, 1, "second"))
	before := must(b.Public(b.Context(), q))(b)
	b.add(deleted(1, before[1].Last))
	after := must(b.Public(b.Context(), q))(b)
	same(b, "the last of nothing", before[0].Last, chat.Seq(0))
	same(b, "what was said last", []chat.Seq{before[1].Last, after[1].Last}, []chat.Seq{3, 2})
	same(b, "when", after[1].At, chat.Millis(1_000))

	// Whoever deletes what they write makes nobody's list slow: so far back nothing is looked for.
	var gone []chat.Draft
	for range engine.PublicDepth {
		gone = append(gone, said(1, 1, "more"))
	}
	b.add(gone...)
	head := must(b.Public(b.Context(), q))(b)[1].Last
	// Each of these takes one message away and is one more entry behind what is left.
	const most = engine.PublicDepth/2 - 1
	for i := range chat.Seq(most) {
		b.add(deleted(1, head-i))
	}
	same(b, "the last within reach", must(b.Public(b.Context(), q))(b)[1].Last, head-most)
	b.add(deleted(1, head-most))
	deep := must(b.Public(b.Context(), q))(b)
	same(b, "what is out of reach", deep[1].Last, chat.Seq(0))
}

func testDirect(b *bench) {
	open := func(room chat.ChatID, x, y chat.AccountID) chat.Draft {
		return did(room.Log(), chat.KindChatCreated,
			chat.ChatAdded{Chat: chat.Chat{ID: room, Type: chat.Direct, Peers: [2]chat.AccountID{x, y}}},
			chat.DirectOpened{A: x, B: y, Chat: room})
	}
	b.add(open(1, 3, 8))
	b.refused(chat.CodeConflict, open(2, 3, 8))
	b.refused(chat.CodeConflict, open(2, 8, 3))
	b.add(open(2, 3, 3))
	for _, c := range []struct {
		x, y chat.AccountID
		want chat.ChatID
	}{{3, 8, 1}, {8, 3, 1}, {3, 3, 2}, {8, 8, 0}} {
		same(b, fmt.Sprint(c), must(b.Direct(b.Context(), c.x, c.y))(b), c.want)
	}
}

func testMembers(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(created(1, 1, 2, 3, 4, 5))
	b.add(did(log, chat.KindMember, standing(1, 2, chat.RoleAdmin, 3)))
	b.add(did(log, chat.KindMember, standing(1, 2, chat.RoleBanned, 2))) // arrives late
	b.add(did(log, chat.KindMember, standing(1, 3, chat.RoleBanned, 2)))
	b.add(did(log, chat.KindMember, standing(1, 4, chat.RoleInvited, 2)))
	b.refused(chat.CodeNotFound, did(log, chat.KindMember, joined(9, 1, 1)))
	f := must(b.Facts(b.Context(), 1, 2, 9))(b)
	same(b, "the actor", f.Actor, chat.Member{Account: 2, Role: chat.RoleAdmin, Version: 3})
	same(b, "the stranger", f.Target, chat.Member{Account: 9})
	same(b, "how many are in", f.Chat.Members, 3)
	list := func(q engine.MemberQuery) []chat.AccountID {
		var who []chat.AccountID
		for _, m := range must(b.Members(b.Context(), q))(b) {
			who = append(who, m.Account)
		}
		return who
	}
	same(b, "who is in", list(engine.MemberQuery{Chat: 1, Limit: 9}), []chat.AccountID{1, 2, 5})
	same(b, "a part", list(engine.MemberQuery{Chat: 1, After: 1, Limit: 1}), []chat.AccountID{2})
	same(b, "who is out", list(engine.MemberQuery{
		Chat: 1, Roles: []chat.Role{chat.RoleBanned, chat.RoleInvited}, Limit: 9,
	}), []chat.AccountID{3, 4})
	for who, until := range map[chat.AccountID]chat.Millis{1: 500, 5: 0} {
		b.add(did(log, chat.KindMember, chat.MemberSet{Chat: 1, Member: chat.Member{
			Account: who, Role: chat.RoleMember, Grants: chat.GrantSend, Until: until, Version: 2, Note: "why",
		}}))
	}
	b.add(did(log, chat.KindMember, chat.MemberSet{Chat: 1, Member: chat.Member{ // who runs it is not restricted
		Account: 2, Role: chat.RoleAdmin, Grants: chat.GrantBan, Version: 4,
	}}))
	held := func(at chat.Millis, after chat.AccountID) engine.MemberQuery {
		return engine.MemberQuery{Chat: 1, After: after, Limit: 9, Restricted: true, At: at}
	}
	same(b, "who is restricted", list(held(499, 0)), []chat.AccountID{1, 5})
	same(b, "who still is", list(held(500, 0)), []chat.AccountID{5})
	same(b, "a part of them", list(held(499, 1)), []chat.AccountID{5})
	same(b, "why", must(b.Facts(b.Context(), 1, 5, 0))(b).Actor.Note, "why")
	a := must(b.Audience(b.Context(), 1))(b)
	same(b, "the audience", a.Accounts, []chat.AccountID{1, 2, 5})
	same(b, "from whom history is hidden", a.From, nil)
	same(b, "its facts version", a.Facts, b.facts(1))
	same(b, "its position", a.Pos, b.head(log).Pos)
	b.add(did(log, chat.KindMember, chat.MemberSet{Chat: 1, Member: chat.Member{
		Account: 5, Role: chat.RoleMember, Version: 9, From: 7,
	}}))
	a = must(b.Audience(b.Context(), 1))(b)
	same(b, "from whom history is hidden now", a.From, map[chat.AccountID]chat.Seq{5: 7})
	same(b, "who is invited", must(b.Invitations(b.Context(), 4))(b), []chat.Invitation{{Chat: 1, By: 1}})
	same(b, "who is not", must(b.Invitations(b.Context(), 1))(b), nil)
}

func testMemberSearch(b *bench) {
	b.add(created(1, 1, 2, 3))
	for who, p := range map[chat.AccountID]chat.Profile{
		1: {Name: "Ali Reza Moradi", Username: "Reza_90"},
		2: {Name: "علي كريمي"},
		3: {Name: "Alina"},
		4: {Name: "Ali from elsewhere"},
	} {
		b.add(did(who.Log(), chat.KindProfile, chat.ProfileSet{Account: who, Profile: p}))
	}
	search := func(text string, after chat.AccountID, want ...chat.AccountID) {
		b.Helper()
		var who []chat.AccountID
		q := engine.MemberQuery{Chat: 1, Prefix: chat.SearchFold(text), After: after, Limit: 2}
		for _, m := range must(b.Members(b.Context(), q))(b) {
			who = append(who, m.Account)
		}
		same(b, text, who, want)
	}
	search("al", 0, 1, 3)
	search("al", 1, 3)
	search("reza mo", 0, 1)
	search("REZA_9", 0, 1)
	search("کری", 0, 2)
	search("lina", 0)
	search("%", 0, 1, 2) // nothing to search for: everybody
	b.add(did(chat.AccountID(1).Log(), chat.KindProfile,
		chat.ProfileSet{Account: 1, Profile: chat.Profile{Name: "Sara"}}))
	search("reza", 0)
	search("sara", 0, 1)
	people := must(b.People(b.Context(), []chat.AccountID{9, 3, 1, 3}))(b)
	if len(people) != 2 || people[0].ID != 1 || people[0].Profile.Name != "Sara" || people[1].ID != 3 {
		b.Errorf("people are %+v", people)
	}
}

func testBlocking(b *bench) {
	b.add(did(chat.ChatID(1).Log(), chat.KindChatCreated,
		chat.ChatAdded{Chat: chat.Chat{ID: 1, Type: chat.Direct, Peers: [2]chat.AccountID{3, 8}, Facts: 1}},
		chat.DirectOpened{A: 3, B: 8, Chat: 1}))
	block := func(who, whom chat.AccountID, yes bool) {
		b.Helper()
		b.add(did(who.Log(), chat.KindBlock,
			chat.BlockSet{Account: who, Block: chat.Block{Account: whom, Blocked: yes}}))
	}
	blocked := func(room chat.ChatID, actor, target chat.AccountID) bool {
		return must(b.Facts(b.Context(), room, actor, target))(b).Blocked
	}
	block(8, 3, true)
	block(8, 5, true) // they have no chat
	same(b, "the facts version", b.facts(1), 2)
	same(b, "blocked, seen by each", [2]bool{blocked(1, 3, 0), blocked(1, 8, 0)}, [2]bool{true, true})
	same(b, "blocked elsewhere", [2]bool{blocked(9, 5, 8), blocked(9, 5, 3)}, [2]bool{true, false})
	same(b, "whom 8 blocks", must(b.Blocked(b.Context(), 8))(b), []chat.AccountID{3, 5})
	same(b, "whom 3 blocks", must(b.Blocked(b.Context(), 3))(b), nil)
	same(b, "with whom 3 has a block", must(b.Blocked(b.Context(), 3, 9, 8, 5, 8))(b), []chat.AccountID{8})
	same(b, "with whom 8 has a block", must(b.Blocked(b.Context(), 8, 9, 5, 3, 8))(b), []chat.AccountID{3, 5})
	block(8, 3, false)
	same(b, "the facts version after", b.facts(1), 3)
	same(b, "blocked after", blocked(1, 3, 0), false)
}

func testSlowMode(b *bench) {
	slow := uint32(30)
	b.add(created(1, 1, 2))
	first := said(1, 1, "x")
	first.At = 5_000
	b.add(first)
	pin := did(chat.ChatID(1).Log(), chat.KindPin)
	pin.At = 6_000
	b.add(pin, said(1, 2, "y"))
	same(b, "without slow mode", must(b.Facts(b.Context(), 1, 1, 0))(b).LastSent, 0)
	b.add(did(chat.ChatID(1).Log(), chat.KindChatInfo,
		chat.ChatPatched{Chat: 1, Info: chat.InfoChange{SlowSeconds: &slow}}))
	same(b, "with slow mode", must(b.Facts(b.Context(), 1, 1, 0))(b).LastSent, 5_000)
	same(b, "of one who never wrote", must(b.Facts(b.Context(), 1, 7, 0))(b).LastSent, 0)
	for i := range 150 {
		b.add(said(1, []chat.AccountID{2, 2, 1}[i%3], "z"))
	}
	lately := must(b.Lately(b.Context(), 1, 1, 60))(b)
	same(b, "what 1 wrote lately", lately[:3], []chat.Seq{lately[0], lately[0] - 3, lately[0] - 6})
	same(b, "all of it", len(lately), 51)
	same(b, "the first", lately[50], 2)
	same(b, "a part of it", must(b.Lately(b.Context(), 1, 1, 4))(b), lately[:4])
	same(b, "what nobody wrote", must(b.Lately(b.Context(), 1, 7, 4))(b), nil)
}

func testLinks(b *bench) {
	log := chat.ChatID(1).Staff()
	b.add(created(1, 1), created(2, 1))
	set := func(l chat.InviteLink) chat.Draft {
		return did(log, chat.KindInviteLink, chat.LinkSet{Chat: 1, Link: l})
	}
	use := func(room chat.ChatID, token string, who chat.AccountID) chat.Draft { // at 2,000
		return did(room.Log(), chat.KindMember, chat.LinkUsed{Chat: room, Token: token, Account: who})
	}
	uses := func(token string, besides chat.AccountID) uint32 {
		links, _, err := b.Links(b.Context(), 0, token, besides)
		if err != nil || len(links) != 1 {
			b.Fatalf("the link %s: %v, %v", token, links, err)
		}
		return links[0].Uses
	}
	twice := chat.InviteLink{Token: "twice", Limit: 2, Created: 20, Creator: 1, Label: "l", Approval: true}
	b.add(set(twice), set(chat.InviteLink{Token: "soon", Expires: 2_001, Created: 10}))
	b.add(set(chat.InviteLink{Token: "late", Expires: 2_000, Created: 10}))
	b.add(use(1, "twice", 5))
	b.add(set(twice)) // its uses stay
	b.add(use(1, "twice", 5), use(1, "twice", 6), use(1, "soon", 5))
	b.refused(chat.CodeInviteUsedUp, use(1, "twice", 7))
	b.add(use(1, "twice", 6)) // who came in by it before may come again
	used := [3]uint32{uses("twice", 0), uses("twice", 5), uses("twice", 7)}
	same(b, "how many used it, and how many besides 5 and 7", used, [3]uint32{2, 1, 2})
	b.refused(chat.CodeInviteExpired, use(1, "late", 5))
	b.refused(chat.CodeInviteExpired, use(1, "unknown", 5))
	b.refused(chat.CodeInviteExpired, use(2, "soon", 5))
	b.refused(chat.CodeConflict, did(log, chat.KindInviteLink, chat.LinkSet{Chat: 2, Link: twice}))
	twice.Revoked, twice.Limit, twice.Uses = true, 9, 0
	b.add(set(twice))
	b.refused(chat.CodeInviteExpired, use(1, "twice", 5))
	links, room, err := b.Links(b.Context(), 1, "", 0)
	if err != nil || room != 1 || len(links) != 3 {
		b.Fatalf("links of chat 1: %v, %v, %v", links, room, err)
	}
	same(b, "their order", [3]string{links[0].Token, links[1].Token, links[2].Token},
		[3]string{"late", "soon", "twice"})
	twice.Uses = 2
	same(b, "the one used twice", links[2], twice)
	links, room, err = b.Links(b.Context(), 0, "soon", 0)
	if err != nil || room != 1 || len(links) != 1 || links[0].Uses != 1 {
		b.Errorf("the link soon: %v, %v, %v", links, room, err)
	}
	links, room, err = b.Links(b.Context(), 1, "unknown", 0)
	if err != nil || room != 0 || links != nil {
		b.Errorf("the unknown link: %v, %v, %v", links, room, err)
	}
}

func testRequests(b *bench) {
	log := chat.ChatID(1).Staff()
	b.add(created(1, 1))
	set := func(r chat.JoinRequest) {
		b.add(did(log, chat.KindJoinRequest, chat.RequestSet{Chat: 1, Request: r}))
	}
	r5, r4 := chat.JoinRequest{Account: 5, At: 10, Token: "t"}, chat.JoinRequest{Account: 4, At: 20}
	set(r4)
	set(r5)
	set(chat.JoinRequest{Account: 6, At: 10})
	set(chat.JoinRequest{Account: 6, Decided: true, Accepted: true})
	same(b, "requests", must(b.Requests(b.Context(), 1, 0))(b), []chat.JoinRequest{r5, r4})
	same(b, "of another chat", must(b.Requests(b.Context(), 2, 0))(b), nil)
	same(b, "of one", must(b.Requests(b.Context(), 1, 4))(b), []chat.JoinRequest{r4})
	same(b, "of one in another chat", must(b.Requests(b.Context(), 2, 4))(b), nil)
	same(b, "one that is decided", must(b.Requests(b.Context(), 1, 6))(b), nil)
}
