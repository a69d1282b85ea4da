// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"errors"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// dump is a whole dump, one line a row.
func dump(b *bench) []string {
	b.Helper()
	rows, err := dumpOf(b.Store)
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

func testReactions(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(said(1, 1, "x"), said(1, 1, "y"))
	react := func(seq chat.Seq, who chat.AccountID, emojis ...string) chat.Tally {
		b.Helper()
		return must(b.React(b.Context(), log, seq, engine.Reactor{Account: who, Emojis: emojis}))(b)
	}
	react(1, 5, "👍", "❤", "👍")
	react(1, 6, "👍")
	got := react(1, 7, "🔥")
	want := chat.Tally{Seq: 1, Reactions: []chat.ReactionCount{
		{Emoji: "👍", Count: 2}, {Emoji: "❤", Count: 1}, {Emoji: "🔥", Count: 1, Mine: true},
	}}
	same(b, "the tally", got, want)
	react(1, 5, "🔥") // in place of both
	react(1, 6)
	want = chat.Tally{Seq: 1, Reactions: []chat.ReactionCount{{Emoji: "🔥", Count: 2, Mine: true}}}
	tallies := must(b.Tallies(b.Context(), log, []chat.Seq{2, 1, 1}, 5))(b)
	same(b, "tallies", tallies, []chat.Tally{want})
	want.Reactions[0].Mine = false
	same(b, "for nobody", must(b.Tallies(b.Context(), log, []chat.Seq{1}, 0))(b), []chat.Tally{want})
	reactors := must(b.Reactors(b.Context(), log, 1, 0, 9))(b)
	fire := []string{"🔥"}
	same(b, "who", reactors, []engine.Reactor{{Account: 5, Emojis: fire}, {Account: 7, Emojis: fire}})
	same(b, "a part", must(b.Reactors(b.Context(), log, 1, 5, 1))(b), reactors[1:])
	react(1, 5)
	react(1, 7)
	same(b, "nothing left", must(b.Tallies(b.Context(), log, []chat.Seq{1}, 5))(b), nil)
	_, err := b.React(b.Context(), log, 9, engine.Reactor{Account: 1, Emojis: []string{"👍"}})
	b.code("reacting to nothing", err, chat.CodeTargetGone)
}

func testViewsAndTicks(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(said(1, 1, "x"), said(1, 1, "y"))
	b.add(deleted(1, 2))
	for range 2 {
		views := []engine.ViewCount{{Log: log, Seq: 1, Views: 3}, {Log: log, Seq: 2, Views: 1}}
		views = append(views, engine.ViewCount{Log: log, Seq: 9, Views: 1})
		if err := b.AddViews(b.Context(), views); err != nil {
			b.Fatal(err)
		}
	}
	tallies := must(b.Tallies(b.Context(), log, []chat.Seq{1, 2, 9}, 0))(b)
	same(b, "views", tallies, []chat.Tally{{Seq: 1, Views: 6}})
	tick := func(who chat.AccountID, seq chat.Seq) {
		if err := b.SetTicks(b.Context(), []engine.Tick{{Chat: 1, Account: who, Seq: seq}}); err != nil {
			b.Fatal(err)
		}
	}
	peer := func(who chat.AccountID) chat.Seq { return must(b.PeerTick(b.Context(), 1, who))(b) }
	same(b, "without ticks", peer(1), 0)
	tick(1, 7)
	tick(2, 5)
	tick(2, 3)
	tick(3, 4)
	same(b, "read by others", [3]chat.Seq{peer(1), peer(2), peer(9)}, [3]chat.Seq{5, 7, 7})
	same(b, "readers", must(b.Readers(b.Context(), 1, 5))(b), []chat.AccountID{1, 2})
	same(b, "readers of what nobody has read", must(b.Readers(b.Context(), 1, 8))(b), nil)
	same(b, "readers in another chat", must(b.Readers(b.Context(), 2, 1))(b), nil)
	b.add(did(chat.AccountID(4).Log(), chat.KindProfile, chat.ProfileSet{Account: 4}))
	for _, at := range []chat.Millis{50, 20} {
		if err := b.Seen(b.Context(), map[chat.AccountID]chat.Millis{4: at, 5: at}); err != nil {
			b.Fatal(err)
		}
	}
	people := must(b.People(b.Context(), []chat.AccountID{4, 5}))(b)
	same(b, "last seen", people, []chat.Person{{ID: 4, LastSeen: 50}})
}

// recorder keeps the changes of every entry, in place of decoding bodies.
type recorder map[string][]chat.Change

func placeName(e chat.Entry) string { return fmt.Sprintf("%s %d", e.Log, e.Seq) }

func (r recorder) add(b *bench, drafts ...chat.Draft) {
	b.Helper()
	for i, e := range b.add(drafts...) {
		r[placeName(e)] = drafts[i].Changes
	}
}

func (r recorder) project(e chat.Entry) ([]chat.Change, error) { return r[placeName(e)], nil }

func testRebuild(b *bench) {
	r := recorder{}
	r.add(b, created(1, 1, 2), created(2, 1))
	r.add(b, said(1, 1, "x", chat.Mentioned{Account: 2}), said(1, 2, "y"))
	r.add(b, edited(1, 2, "xx"))
	r.add(b, deleted(1, 3), did(chat.ChatID(1).Log(), chat.KindPin, chat.PinSet{Target: 2, Pinned: true}))
	r.add(b, read(1, 1, 3, 2), read(1, 1, 4, 2))
	r.add(b, did(chat.AccountID(1).Log(), chat.KindProfile,
		chat.NameClaimed{Name: "n", Skeleton: "n", Account: 1}))
	if err := b.Compact(b.Context(), chat.AccountID(1).Log(), 2, []chat.Seq{1}); err != nil {
		b.Fatal(err)
	}
	who := engine.Reactor{Account: 2, Emojis: []string{"👍"}}
	if _, err := b.React(b.Context(), chat.ChatID(1).Log(), 2, who); err != nil {
		b.Fatal(err)
	}
	before, row := dump(b), b.row(1, 1)
	for range 2 {
		if err := b.Rebuild(b.Context(), r.project); err != nil {
			b.Fatal(err)
		}
		same(b, "the dump", dump(b), before)
		same(b, "a row", b.row(1, 1), row)
	}
	tallies := must(b.Tallies(b.Context(), chat.ChatID(1).Log(), []chat.Seq{2}, 2))(b)
	same(b, "how many have marks", len(tallies), 1)
	same(b, "the next number", b.add(said(1, 1, "z"))[0].Seq, 7)
}

func testRebuildFails(b *bench) {
	r := recorder{}
	r.add(b, created(1, 1, 2))
	r.add(b, said(1, 1, "x", chat.Mentioned{Account: 2}))
	before := dump(b)
	broken := errors.New("broken")
	err := b.Rebuild(b.Context(), func(e chat.Entry) ([]chat.Change, error) {
		if e.Seq == 2 {
			return nil, broken
		}
		return r.project(e)
	})
	if !errors.Is(err, broken) {
		b.Errorf("rebuild ended with %v", err)
	}
	same(b, "the dump", dump(b), before)
	err = b.Rebuild(b.Context(), func(e chat.Entry) ([]chat.Change, error) {
		return []chat.Change{chat.FactsBumped{Chat: 99}}, nil
	})
	b.code("a change that cannot be made", err, chat.CodeNotFound)
	same(b, "the dump", dump(b), before)
	same(b, "the next number", b.add(said(1, 1, "y", chat.FactsBumped{Chat: 1}))[0].Seq, 3)
	same(b, "the facts", b.facts(1), 2)
}

func testPruneKeys(b *bench) {
	k1, k2 := b.key(), b.key()
	send := func(k chat.Key) engine.Result {
		return b.append(engine.Batch{Device: 1, Key: k, Entries: []chat.Draft{said(1, 1, "x")}})[0]
	}
	send(k1)
	send(k2)
	if err := b.PruneKeys(b.Context(), k2.Made()); err != nil {
		b.Fatal(err)
	}
	if _, ok, err := b.Find(b.Context(), 1, k1); ok || err != nil {
		b.Errorf("the older key is found: %v, %v", ok, err)
	}
	if !send(k2).Repeated {
		b.Error("the younger key is forgotten")
	}
	if first, again := send(k1), send(k1); first.Repeated || again.Repeated {
		b.Error("the older key is remembered")
	}
	before := dump(b)
	if err := b.Rebuild(b.Context(), recorder{}.project); err != nil {
		b.Fatal(err)
	}
	same(b, "the dump after a rebuild", dump(b), before)
}

func testIncarnation(b *bench) {
	get := func() chat.Incarnation { return must(b.Incarnation(b.Context()))(b) }
	first := get()
	if first == (chat.Incarnation{}) || get() != first {
		b.Errorf("incarnation %x, then %x", first, get())
	}
	next := must(b.Renew(b.Context()))(b)
	if next == first || get() != next {
		b.Errorf("renewed to %x, is %x, was %x", next, get(), first)
	}
}

func testClosed(b *bench) {
	if err := b.Close(); err != nil {
		b.Fatal(err)
	}
	b.closed = true
	_, err := b.Append(b.Context(), []engine.Batch{{Entries: []chat.Draft{said(1, 1, "x")}}})
	b.code("append", err, chat.CodeUnavailable)
	_, err = b.Heads(b.Context(), []chat.LogID{1})
	b.code("heads", err, chat.CodeUnavailable)
	_, err = b.Facts(b.Context(), 1, 1, 1)
	b.code("facts", err, chat.CodeUnavailable)
}
