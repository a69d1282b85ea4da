// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func testContacts(b *bench) {
	log := chat.AccountID(1).Log()
	keep := func(c chat.Contact) {
		e := did(log, chat.KindContact, chat.ContactSet{Account: 1, Contact: c})
		e.Body = []byte(c.Name + "-")
		b.add(e)
	}
	nine := chat.Contact{Account: 9, Name: "خواهر", SeenName: "Sara", SeenUsername: "sara_1"}
	four, six := chat.Contact{Account: 4, SeenName: "R"}, chat.Contact{Account: 6, Name: "'x'"}
	for _, c := range []chat.Contact{{Account: 9, Name: "old"}, four, six, nine} {
		keep(c)
	}
	b.add(did(chat.AccountID(2).Log(), chat.KindContact, chat.ContactSet{Account: 2, Contact: nine}))
	type query struct {
		who, after chat.AccountID
		limit      int
	}
	list := func(what string, q query, total int, want ...chat.Contact) {
		b.Helper()
		got, n, err := b.Contacts(b.Context(), q.who, q.after, q.limit)
		if err != nil {
			b.Fatal(err)
		}
		same(b, what, got, want)
		same(b, what+": total", n, total)
	}
	list("all", query{1, 0, 9}, 3, four, six, nine)
	list("a part", query{1, 4, 1}, 3, six)
	list("another's", query{2, 0, 9}, 1, nine)
	list("nobody's", query{7, 0, 9}, 0)
	same(b, "the replaced body", b.items(log)[0].Body, nil)
	same(b, "the body that stands", string(b.items(log)[3].Body), nine.Name+"-")
	keep(chat.Contact{Account: 9, Removed: true})
	list("without the removed one", query{1, 0, 9}, 2, four, six)
	same(b, "the body of the removed one", b.items(log)[3].Body, nil)
	keep(chat.Contact{Account: 9, Name: "again"})
	list("back again", query{1, 6, 9}, 3, chat.Contact{Account: 9, Name: "again"})
}

func testPersonal(b *bench) {
	set := func(who chat.AccountID, token string) chat.Draft {
		l := chat.PersonalLink{Token: token, Removed: token == ""}
		return did(who.Log(), chat.KindPersonal, chat.PersonalSet{Account: who, Link: l})
	}
	leads := func(what, token string, want chat.AccountID) {
		b.Helper()
		same(b, what, must(b.Personal(b.Context(), 0, token))(b).Account, want)
	}
	of := func(what string, who chat.AccountID, want engine.PersonalOwner) {
		b.Helper()
		same(b, what, must(b.Personal(b.Context(), who, ""))(b), want)
	}
	of("before there is one", 1, engine.PersonalOwner{})
	b.add(set(1, "one"), set(2, "two"))
	leads("a link", "one", 1)
	leads("an unknown one", "none", 0)
	b.refused(chat.CodeConflict, set(2, "one"))
	leads("the link of who asked for another's", "two", 2)
	b.add(set(1, "new"))
	leads("a replaced link", "one", 0)
	of("the new one", 1, engine.PersonalOwner{Account: 1, Link: chat.PersonalLink{Token: "new"}})
	b.add(set(1, ""), set(2, ""))
	leads("a link that was taken down", "new", 0)
	of("taken down", 1, engine.PersonalOwner{Account: 1, Link: chat.PersonalLink{Removed: true}})
	b.add(set(2, "new"))
	leads("a token that is free again", "new", 2)
}
