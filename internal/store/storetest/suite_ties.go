// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// testTies makes three direct chats: 1 approached 2, 1 and 3 talk, 4 knew 1 and left.
func testTies(b *bench) {
	seat := func(room chat.ChatID, who chat.AccountID, role chat.Role, when chat.Millis) chat.Change {
		return chat.MemberSet{Chat: room, Member: chat.Member{Account: who, Role: role, Version: 1, Joined: when}}
	}
	for i, other := range []chat.Change{
		seat(1, 2, chat.RoleApproached, 0), seat(2, 3, chat.RoleMember, 5), seat(3, 4, chat.RoleNone, 5),
	} {
		room := chat.ChatID(i + 1)
		peer := chat.AccountID(i + 2)
		b.add(did(room.Log(), chat.KindChatCreated,
			chat.ChatAdded{Chat: chat.Chat{ID: room, Type: chat.Direct, Peers: [2]chat.AccountID{1, peer}}},
			chat.DirectOpened{A: 1, B: peer, Chat: room}, seat(room, 1, chat.RoleMember, 3), other))
	}
	all := []chat.AccountID{9, 4, 3, 2, 3, 1}
	same(b, "who knows 1", must(b.Knowing(b.Context(), 1, all...))(b), []chat.AccountID{3, 4})
	same(b, "who knows 2", must(b.Knowing(b.Context(), 2, all...))(b), []chat.AccountID{1})
	same(b, "who talks with 1", must(b.Talking(b.Context(), 1, all...))(b), []chat.AccountID{3})
	same(b, "who talks with 2", must(b.Talking(b.Context(), 2, all...))(b), nil)
	same(b, "nobody asked about", must(b.Talking(b.Context(), 1))(b), nil)
	b.add(did(chat.AccountID(9).Log(), chat.KindContact,
		chat.ContactSet{Account: 9, Contact: chat.Contact{Account: 1, Name: "my friend"}}))
	same(b, "a contact knows", must(b.Knowing(b.Context(), 1, all...))(b), []chat.AccountID{3, 4, 9})
	same(b, "but is not known for that", must(b.Knowing(b.Context(), 9, all...))(b), nil)
	list := func(who chat.AccountID) int {
		rows, _, _, err := b.List(b.Context(), engine.ListQuery{Account: who, Limit: 9})
		if err != nil {
			b.Fatal(err)
		}
		return len(rows)
	}
	same(b, "a request is in the list", list(2), 1)
	same(b, "a chat that was left is not", list(4), 0)
	hearers := must(b.Audience(b.Context(), 1))(b)
	same(b, "who was approached hears", hearers.Accounts, []chat.AccountID{1, 2})
	same(b, "and does not count", must(b.Facts(b.Context(), 1, 1, 2))(b).Chat.Members, 1)
}

func testSpent(b *bench) {
	used := func(who chat.AccountID, at chat.Millis, s chat.Spent) chat.Draft {
		return did(who.Log(), chat.KindSpent, chat.SpentAdded{Account: who, At: at, Spent: s})
	}
	b.add(used(1, 100, chat.Spent{Strangers: 1}), used(2, 150, chat.Spent{Rooms: 1}),
		used(1, 200, chat.Spent{Links: 2, Strangers: 1}))
	same(b, "all", must(b.Spent(b.Context(), 1, 0))(b), []chat.Spending{
		{At: 100, Spent: chat.Spent{Strangers: 1}}, {At: 200, Spent: chat.Spent{Strangers: 1, Links: 2}},
	})
	same(b, "after a time", must(b.Spent(b.Context(), 1, 100))(b), []chat.Spending{
		{At: 200, Spent: chat.Spent{Strangers: 1, Links: 2}},
	})
	same(b, "of somebody else", must(b.Spent(b.Context(), 3, 0))(b), nil)
}
