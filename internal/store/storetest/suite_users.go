// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// row returns one chat of an account's list.
func (b *bench) row(room chat.ChatID, who chat.AccountID) engine.ListRow {
	b.Helper()
	rows, _, _, err := b.List(b.Context(), engine.ListQuery{Account: who, Only: room, Limit: 1})
	if err != nil || len(rows) != 1 {
		b.Fatalf("the row of chat %d: %v, %v", room, rows, err)
	}
	return rows[0]
}

// read moves an account's read mark.
func read(who chat.AccountID, room chat.ChatID, seq chat.Seq, ord chat.Ord) chat.Draft {
	mark := chat.ReadMark{Chat: room, Seq: seq, Ord: ord}
	return did(who.Log(), chat.KindRead, chat.ReadSet{Account: who, Mark: mark})
}

func testUnread(b *bench) {
	b.add(created(1, 1, 2)) // seq 1, not counted
	for i := range 6 {      // seqs 2 to 7, ords 1 to 6, by 1 and 2 in turn
		b.add(said(1, chat.AccountID(1+i%2), fmt.Sprint(i)))
	}
	unread := func(want uint32) {
		b.Helper()
		same(b, "unread", b.row(1, 1).Unread, want)
	}
	unread(3)
	b.add(read(1, 1, 4, 3)) // left: 5 by 2, 6 by 1, 7 by 2
	unread(2)
	b.add(read(1, 1, 3, 2)) // never back
	unread(2)
	b.add(edited(1, 5, "new"))
	unread(2)
	b.add(deleted(1, 5))
	unread(1)
	b.add(deleted(1, 6)) // one's own, already left out
	unread(1)
	b.add(deleted(1, 3)) // before the mark
	unread(1)
	same(b, "the mark", b.row(1, 1).Read, chat.ReadMark{Chat: 1, Seq: 4, Ord: 3})
	b.add(said(1, 2, "hi @1", chat.Mentioned{Account: 1}))
	same(b, "mentions", b.row(1, 1).Mentions, 1)
	same(b, "the last message", string(b.row(1, 1).Last.Body), "hi @1")
	b.add(read(1, 1, 99, 99))
	unread(0)
	same(b, "mentions read", b.row(1, 1).Mentions, 0)
	b.add(said(1, 2, "unnamed"))
	target := b.head(chat.ChatID(1).Log()).Seq
	edit := edited(1, target, "now @3")
	edit.Changes = append(edit.Changes, chat.Mentioned{Account: 3, Target: target})
	b.add(edit)
	same(b, "mentioned by an edit", b.row(1, 3).Mentions, 1)
	b.add(read(3, 1, target, 0))
	same(b, "read as the message is", b.row(1, 3).Mentions, 0)
	same(b, "unread of a stranger", b.row(1, 9).Unread, 5)
}

func testList(b *bench) {
	b.add(created(1, 1), created(2, 1, 2), created(3, 1), created(4, 2))
	list := func(q engine.ListQuery) (rooms []chat.ChatID, total int, pos chat.Pos) {
		b.Helper()
		rows, total, pos, err := b.List(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range rows {
			rooms = append(rooms, r.Chat.ID)
		}
		return rooms, total, pos
	}
	check := func(what string, q engine.ListQuery, total int, want ...chat.ChatID) {
		b.Helper()
		rooms, n, _ := list(q)
		same(b, what, rooms, want)
		same(b, what+": total", n, total)
	}
	check("as created", engine.ListQuery{Account: 1, Limit: 9}, 3, 3, 2, 1)
	b.add(said(1, 1, "x"))
	check("after a message", engine.ListQuery{Account: 1, Limit: 9}, 3, 1, 3, 2)
	_, _, pos := list(engine.ListQuery{Account: 1, Limit: 9})
	check("since then", engine.ListQuery{Account: 1, Since: pos, Limit: 9}, 0)
	b.add(said(2, 2, "y"), said(4, 2, "z"))
	check("since a message", engine.ListQuery{Account: 1, Since: pos, Limit: 9}, 1, 2)
	b.add(did(chat.AccountID(1).Log(), chat.KindMyChat, joined(4, 1, 1)))
	check("since joining", engine.ListQuery{Account: 1, Since: pos, Limit: 9}, 2, 4, 2)
	check("a part", engine.ListQuery{Account: 1, Skip: 1, Limit: 2}, 4, 2, 1)
	check("beyond", engine.ListQuery{Account: 1, Skip: 9, Limit: 2}, 4)
	b.add(did(chat.ChatID(2).Log(), chat.KindMember, standing(2, 1, chat.RoleNone, 2)))
	check("after leaving", engine.ListQuery{Account: 1, Limit: 9}, 3, 4, 1, 3)
	check("only one", engine.ListQuery{Account: 1, Only: 3, Limit: 9}, 1, 3)
	check("one that was left", engine.ListQuery{Account: 1, Only: 2, Limit: 9}, 1, 2)
	check("one that never was", engine.ListQuery{Account: 1, Only: 77, Limit: 9}, 0)
	check("with another", engine.ListQuery{Account: 1, With: 2, Limit: 9}, 1, 4)
	check("with one who was in it too", engine.ListQuery{Account: 2, With: 1, Limit: 9}, 2, 2, 4)
	check("only one, with another", engine.ListQuery{Account: 1, Only: 1, With: 2, Limit: 9}, 0)
	check("with nobody known", engine.ListQuery{Account: 1, With: 9, Limit: 9}, 0)
	_, _, pos = list(engine.ListQuery{Account: 1})
	_, last, err := b.Feed(b.Context(), 0, 0)
	if err != nil || pos != last {
		b.Errorf("the list is of %d, the feed at %d (%v)", pos, last, err)
	}
	testListRow(b)
}

func testHeld(b *bench) {
	saved := chat.ChatAdded{Chat: chat.Chat{ID: 4, Type: chat.Saved}}
	ended := chat.ChatPatched{Chat: 3, Deleted: true}
	b.add(created(1, 1, 2), created(2, 1), created(3), did(chat.ChatID(4).Log(), chat.KindChatCreated, saved))
	b.add(did(chat.ChatID(2).Log(), chat.KindMember, standing(2, 1, chat.RoleOwner, 2)),
		did(chat.ChatID(3).Log(), chat.KindMember, standing(3, 1, chat.RoleOwner, 1)),
		did(chat.ChatID(4).Log(), chat.KindMember, standing(4, 1, chat.RoleOwner, 1)))
	held := func(what string, who chat.AccountID, in, owned uint32) {
		b.Helper()
		same(b, what, must(b.Held(b.Context(), who))(b), chat.Holdings{In: in, Owned: owned})
	}
	held("but saved messages", 1, 3, 2)
	held("another's", 2, 1, 0)
	b.add(did(chat.ChatID(3).Log(), chat.KindChatDeleted, ended))
	held("but deleted ones", 1, 2, 1)
	b.add(did(chat.ChatID(1).Log(), chat.KindMember, standing(1, 1, chat.RoleNone, 2)))
	held("but those left", 1, 1, 1)
	held("of nobody", 9, 0, 0)
}

// testListRow looks at one row in full.
func testListRow(b *bench) {
	muted, rank := chat.Millis(5), uint32(1)
	user := chat.AccountID(2).Log()
	b.add(did(chat.ChatID(4).Log(), chat.KindPin, chat.PinSet{Target: 2, Pinned: true}))
	b.add(did(chat.ChatID(4).Log(), chat.KindPin, chat.PinSet{Target: 1, Pinned: true}))
	b.add(edited(4, 2, "edited"))
	b.add(did(user, chat.KindPrefs, chat.PrefsSet{Account: 2, Prefs: chat.Prefs{Chat: 4, MutedUntil: &muted}}))
	b.add(did(user, chat.KindPrefs, chat.PrefsSet{Account: 2, Prefs: chat.Prefs{Chat: 4, PinRank: &rank}}))
	if err := b.SetTicks(b.Context(), []engine.Tick{{Chat: 4, Account: 1, Seq: 2}}); err != nil {
		b.Fatal(err)
	}
	log := chat.ChatID(4).Log()
	row := b.row(4, 2)
	head := b.head(log)
	last := must(b.Get(b.Context(), log, []chat.Seq{2}))(b)[0]
	want := engine.ListRow{
		Chat:     chat.Chat{ID: 4, Type: chat.Group, Facts: 1, Members: 2},
		Me:       chat.Member{Account: 2, Role: chat.RoleMember, Version: 1},
		Head:     head,
		Last:     &last,
		Read:     chat.ReadMark{Chat: 4},
		Draft:    chat.DraftText{Chat: 4},
		Prefs:    chat.Prefs{Chat: 4, MutedUntil: &muted, PinRank: &rank},
		PeerRead: 2,
		Pinned:   []chat.Seq{1, 2},
	}
	same(b, "the row", row, want)
	same(b, "its last message", string(last.Current()), "edited")
	same(b, "pinned", must(b.Pinned(b.Context(), 4, 1))(b), []chat.Seq{1})
}

func testDrafts(b *bench) {
	b.add(created(1, 1))
	log := chat.AccountID(1).Log()
	keep := func(d chat.DraftText) {
		e := did(log, chat.KindDraft, chat.DraftSet{Account: 1, Draft: d})
		e.Body = []byte(d.Text + "-")
		b.add(e)
		same(b, "the draft", b.row(1, 1).Draft, d)
	}
	draft := func(text string) {
		link := chat.Entity{Kind: chat.EntityTextLink, Offset: 1, Length: 2, Value: "https://x/\"", Account: 4}
		d := chat.DraftText{Chat: 1, Text: text, Reply: 3, At: 7, Entities: []chat.Entity{link}}
		keep(d)
	}
	draft("first 'draft'")
	draft("second")
	items := b.items(log)
	same(b, "the first", items[0].Body, nil)
	same(b, "the second", string(items[1].Body), "second-")
	keep(chat.DraftText{Chat: 1, Reply: 3, At: 8}) // to answer something is a draft
	keep(chat.DraftText{Chat: 1, Reply: 3, Quote: "part", At: 8})
	e := did(log, chat.KindDraft, chat.DraftSet{Account: 1, Draft: chat.DraftText{Chat: 1, At: 9}})
	e.Body = nil
	b.add(e)
	same(b, "no draft", b.row(1, 1).Draft, chat.DraftText{Chat: 1})
	for _, it := range b.items(log) {
		if it.Body != nil {
			b.Errorf("entry %d still holds %q", it.Seq, it.Body)
		}
	}
}

func testSources(b *bench) {
	b.add(created(1, 1), created(2, 1))
	bound := func(room chat.ChatID, s chat.SourceSet) chat.Draft { return said(room, 0, "x", s) }
	b.add(bound(1, chat.SourceSet{Number: 70, Digest: 1 << 63}))
	b.add(bound(1, chat.SourceSet{Number: -5, Digest: 2}))
	b.add(bound(2, chat.SourceSet{Number: 70, Digest: 3}))
	b.refused(chat.CodeConflict, bound(1, chat.SourceSet{Number: 70, Digest: 1 << 63}))
	b.add(did(chat.ChatID(1).Log(), chat.KindEdit, chat.SourceSet{Number: 70, Digest: 9, Target: 2}))
	same(b, "sources", must(b.Source(b.Context(), 1, []int64{70, -5, 8, 70}))(b),
		map[int64]engine.Source{70: {Seq: 2, Digest: 9}, -5: {Seq: 3, Digest: 2}})
	same(b, "of another chat", must(b.Source(b.Context(), 2, []int64{70}))(b),
		map[int64]engine.Source{70: {Seq: 2, Digest: 3}})
}

func testFirstAt(b *bench) {
	log := chat.ChatID(1).Log()
	for i := range 40 {
		d := said(1, 1, "x")
		d.At, d.Env.Counted = chat.Millis(i/2*100), i%3 > 0
		b.add(d)
	}
	first := func(at chat.Millis) chat.Seq { return must(b.FirstAt(b.Context(), log, at))(b) }
	items := b.items(log)
	for at := chat.Millis(-50); at < 2_100; at += 25 {
		var want chat.Seq
		for _, it := range items {
			if it.Env.Counted && it.At >= at {
				want = it.Seq
				break
			}
		}
		same(b, fmt.Sprintf("first at %d", at), first(at), want)
	}
	same(b, "in an empty log", must(b.FirstAt(b.Context(), chat.ChatID(9).Log(), 0))(b), 0)
}

func testNextID(b *bench) {
	for _, kind := range []engine.IDKind{engine.AccountIDs, engine.DeviceIDs, engine.ChatIDs} {
		var last uint32
		for range 40 {
			id := must(b.NextID(b.Context(), kind))(b)
			if id <= last {
				b.Errorf("number %d follows %d", id, last)
			}
			last = id
		}
		if last != 40 {
			b.Errorf("40 numbers end at %d: they should be dense", last)
		}
	}
}

func testCompact(b *bench) {
	who := chat.AccountID(1)
	log, k := who.Log(), b.key()
	b.add(created(1, 1))
	b.append(engine.Batch{Device: 1, Key: k, Entries: []chat.Draft{read(1, 1, 1, 0)}})
	for i := range 6 {
		b.add(read(1, 1, chat.Seq(i+2), 0))
	}
	compact := func(floor chat.Seq, erase ...chat.Seq) error { return b.Compact(b.Context(), log, floor, erase) }
	b.code("a floor above the head", compact(8), chat.CodeBadRequest)
	b.code("erasing above the floor", compact(5, 6), chat.CodeBadRequest)
	b.code("a chat log", b.Compact(b.Context(), chat.ChatID(1).Log(), 1, nil), chat.CodeBadRequest)
	b.code("a floor", compact(5, 1, 2, 3), 0)
	b.code("a lower floor", compact(4), 0)
	same(b, "the head", b.head(log).Floor, 5)
	same(b, "reading", seqs(must(b.Read(b.Context(), log, 0, 99))(b)), []chat.Seq{6, 7})
	items, _, err := b.Page(b.Context(), log, 0, 99)
	if err != nil {
		b.Fatal(err)
	}
	same(b, "a page", seqs(items), []chat.Seq{6, 7})
	same(b, "getting", seqs(must(b.Get(b.Context(), log, []chat.Seq{2, 4, 6}))(b)), []chat.Seq{6})
	again := b.append(engine.Batch{Device: 1, Key: k, Entries: []chat.Draft{read(1, 1, 1, 0)}})[0]
	if !again.Repeated || len(again.Entries) != 1 || again.Entries[0].Seq != 1 {
		b.Errorf("a key below the floor gave %+v", again)
	}
	b.code("everything", compact(7, 1, 2, 3, 4, 5, 6, 7), 0)
	same(b, "the next number", b.add(read(1, 1, 30, 0))[0].Seq, 8)
	same(b, "the mark", b.row(1, 1).Read.Seq, 30)
	var kept []chat.Seq
	entries, _, err := b.Feed(b.Context(), 0, 99)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		if e.Log == log {
			kept = append(kept, e.Seq)
		}
	}
	same(b, "what is left", kept, []chat.Seq{1, 7, 8})
}

func testNotices(b *bench) {
	log := chat.AccountID(1).Log()
	notice := func(of chat.AccountID) chat.Draft { return did(of.Log(), chat.KindDevice) }
	b.add(created(1, 1))
	b.add(notice(1), notice(2))
	b.add(read(1, 1, 1, 0))
	b.add(notice(1))
	b.add(notice(1))
	b.code("a floor", b.Compact(b.Context(), log, 3, []chat.Seq{1}), 0)
	of := func(who chat.AccountID, limit int) (got []chat.Seq) {
		b.Helper()
		for _, e := range must(b.Notices(b.Context(), who, limit))(b) {
			if e.Log != who.Log() || e.Env.Kind != chat.KindDevice {
				b.Errorf("%s/%d is no notice to %d", e.Log, e.Seq, who)
			}
			got = append(got, e.Seq)
		}
		return got
	}
	same(b, "all but the erased", of(1, 9), []chat.Seq{3, 4})
	same(b, "the last", of(1, 1), []chat.Seq{4})
	same(b, "another's", of(2, 9), []chat.Seq{1})
	same(b, "none", of(1, 0), nil)
}
