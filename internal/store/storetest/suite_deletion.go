// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func testErasedAccount(b *bench) {
	log := chat.AccountID(1).Log()
	profile := func(who chat.AccountID, name string) chat.Draft {
		d := did(who.Log(), chat.KindProfile,
			chat.ProfileSet{Account: who, Profile: chat.Profile{Name: "Sara", Username: name}},
			chat.NameClaimed{Name: name, Skeleton: name, Account: who})
		d.Body = []byte("a profile")
		return d
	}
	standing := did(log, chat.KindMyChat, chat.MemberSet{Chat: 7,
		Member: chat.Member{Account: 1, Role: 1, Version: 1}})
	standing.Body = []byte("a standing")
	b.add(
		did(chat.ChatID(7).Log(), chat.KindChatCreated, chat.ChatAdded{Chat: chat.Chat{
			ID: 7, Type: chat.Direct, Peers: [2]chat.AccountID{1, 2}}}, chat.DirectOpened{A: 1, B: 2, Chat: 7}),
		profile(1, "first"), profile(1, "sara"), profile(2, "reza"), standing,
		did(log, chat.KindContact, chat.ContactSet{Account: 1, Contact: chat.Contact{Account: 2, Name: "x"}}),
		did(log, chat.KindPersonal, chat.PersonalSet{Account: 1, Link: chat.PersonalLink{Token: "t"}}),
		did(log, chat.KindBlock, chat.BlockSet{Account: 1, Block: chat.Block{Account: 3, Blocked: true}}),
		did(log, chat.KindDraft, chat.DraftSet{Account: 1, Draft: chat.DraftText{Chat: 7, Text: "unsent"}}),
	)
	byWords := func() int {
		return len(must(b.Members(b.Context(), engine.MemberQuery{Chat: 7, Prefix: "sar", Limit: 9}))(b))
	}
	same(b, "who is found by words", byWords(), 1)
	before := must(b.Facts(b.Context(), 7, 2, 1))(b)
	b.add(did(log, chat.KindAccountDeleted, chat.AccountErased{Account: 1, Rests: []chat.RestedName{
		{Name: "sara", Skeleton: "sara"}, {Name: "sara_old", Skeleton: "sara_old"}}}))
	known := must(b.People(b.Context(), []chat.AccountID{1}))(b)
	same(b, "who is known", known, []chat.Person{{ID: 1, Deleted: true}})
	same(b, "who is found by words afterwards", byWords(), 0)
	same(b, "a personal link", must(b.Personal(b.Context(), 0, "t"))(b), engine.PersonalOwner{})
	same(b, "the name", must(b.Name(b.Context(), "sara", "sara"))(b), engine.Owner{})
	for _, name := range []string{"sara", "sara_old"} {
		row := must(b.Rested(b.Context(), name))(b)
		same(b, "whose name rests", row.Account, 1)
		same(b, "the name that rests", row.Name, name)
	}
	same(b, "one that rested before", must(b.Rested(b.Context(), "first"))(b).Account, 0)
	same(b, "whom it blocked", len(must(b.Blocked(b.Context(), 1))(b)), 0)
	after := must(b.Facts(b.Context(), 7, 2, 1))(b)
	if !after.Blocked || before.Blocked || after.Chat.Facts != before.Chat.Facts+1 {
		b.Errorf("the direct chat was %+v and is %+v", before, after)
	}
	for _, it := range must(b.Read(b.Context(), log, 0, 100))(b) {
		kept := it.Env.Kind.KeptWhenErased() || it.Env.Kind == chat.KindAccountDeleted
		if kept != (len(it.Body) > 0) {
			b.Errorf("an entry of kind %d says %q", it.Env.Kind, it.Body)
		}
	}
	b.add(did(log, chat.KindAccountDeleted, chat.AccountErased{Account: 1}))
	for _, name := range []string{"sara", "sara_old"} {
		same(b, "the name that has rested", must(b.Rested(b.Context(), name))(b).Account, 0)
	}
	testForgottenTicks(b)
}

// testForgottenTicks looks at how far people read when the account of one of them is gone.
func testForgottenTicks(b *bench) {
	ticks := []engine.Tick{{Chat: 7, Account: 1, Seq: 3}, {Chat: 7, Account: 2, Seq: 2}}
	if err := b.SetTicks(b.Context(), ticks); err != nil {
		b.Fatal(err)
	}
	accounts, ok := b.Store.(account.Store)
	if !ok {
		return
	}
	if err := accounts.Apply(b.Context(), account.AccountGone{Account: 1}); err != nil {
		b.Fatal(err)
	}
	same(b, "who has read", must(b.Readers(b.Context(), 7, 1))(b), []chat.AccountID{2})
}
