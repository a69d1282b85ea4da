// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func testNumbers(b *bench) {
	b.add(said(1, 1, "a"), said(2, 1, "b"), did(chat.ChatID(1).Log(), chat.KindPin))
	stored := b.add(said(1, 2, "c"))[0]
	same(b, "seq and ord", [2]uint32{uint32(stored.Seq), uint32(stored.Ord)}, [2]uint32{3, 2})
	same(b, "the log", seqs(b.items(chat.ChatID(1).Log())), []chat.Seq{1, 2, 3})
	h := b.head(chat.ChatID(1).Log())
	same(b, "the head", h, chat.Head{
		Log: chat.ChatID(1).Log(), Seq: 3, Ord: 2, Pos: stored.Pos, Chain: stored.Chain,
	})
	empty := chat.ChatID(9).Log()
	same(b, "the head of nothing", b.head(empty), chat.Head{Log: empty})
}

func testRepeatedKey(b *bench) {
	log, k := chat.ChatID(1).Log(), b.key()
	batch := engine.Batch{
		Device: 7, Key: k, Entries: []chat.Draft{said(1, 1, "a"), said(2, 1, "b")},
		Cond: []engine.Cond{{Kind: engine.CondHead, Log: log, Value: 0}},
	}
	results := b.append(batch, batch)
	first := results[0].Entries[0]
	if results[0].Repeated || !results[1].Repeated || results[1].Err != nil {
		b.Errorf("the same key twice in a call gave %+v", results)
	}
	same(b, "the primary entry's key", first.Key, k)
	same(b, "the second entry's key", results[0].Entries[1].Key, chat.Key{})
	b.add(said(1, 2, "c"))
	for range 2 { // its condition does not hold any more, which no longer matters
		again := b.append(batch)[0]
		if !again.Repeated || again.Err != nil || len(again.Entries) != 1 {
			b.Fatalf("a repeated key gave %+v", again)
		}
		same(b, "the earlier place", again.Entries[0], first)
	}
	found, ok, err := b.Find(b.Context(), 7, k)
	if err != nil || !ok {
		b.Fatalf("find: %v, %v", ok, err)
	}
	same(b, "what Find found", found, first)
	same(b, "the log", seqs(b.items(log)), []chat.Seq{1, 2})
}

func testKeyOfDevice(b *bench) {
	k := b.key()
	for device := range chat.DeviceID(3) {
		r := b.append(engine.Batch{Device: device + 1, Key: k, Entries: []chat.Draft{said(1, 1, "a")}})[0]
		if r.Repeated || r.Err != nil || r.Entries[0].Seq != chat.Seq(device)+1 {
			b.Errorf("device %d got %+v", device+1, r)
		}
	}
	for range 2 {
		if r := b.append(engine.Batch{Device: 1, Entries: []chat.Draft{said(1, 1, "a")}})[0]; r.Repeated {
			b.Error("without a key, a batch counted as repeated")
		}
	}
	if _, ok, err := b.Find(b.Context(), 1, chat.Key{}); ok || err != nil {
		b.Errorf("the zero key was found: %v, %v", ok, err)
	}
}

func testConditions(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(created(1, 1))
	try := func(want chat.Code, conds ...engine.Cond) {
		b.Helper()
		before := b.head(log)
		r := b.append(engine.Batch{Cond: conds, Entries: []chat.Draft{said(1, 1, "x")}})[0]
		b.code(fmt.Sprint(conds), r.Err, want)
		if want != 0 {
			same(b, "the head after a refusal", b.head(log), before)
		}
	}
	facts := func(v uint64) engine.Cond { return engine.Cond{Kind: engine.CondFacts, Log: log, Value: v} }
	head := func(v uint64) engine.Cond { return engine.Cond{Kind: engine.CondHead, Log: log, Value: v} }
	try(0, facts(1), head(1))
	try(chat.CodeConflict, facts(1), head(1))
	try(chat.CodeConflict, facts(2))
	try(0, engine.Cond{}, head(2))
	b.add(did(log, chat.KindChatInfo, chat.FactsBumped{Chat: 1}))
	try(chat.CodeConflict, facts(1))
	try(0, facts(2))
	try(0, engine.Cond{Kind: engine.CondHead, Log: chat.AccountID(5).Log(), Value: 0})
	try(0, engine.Cond{Kind: engine.CondFacts, Log: chat.ChatID(9).Log(), Value: 0})
	try(chat.CodeBadRequest, engine.Cond{Kind: 99})
}

func testFates(b *bench) {
	k := b.key()
	results := b.append(
		engine.Batch{Entries: []chat.Draft{created(1, 1)}},
		engine.Batch{Entries: []chat.Draft{said(1, 1, "bad"), edited(1, 9, "x")}, Device: 1, Key: k},
		engine.Batch{},
		engine.Batch{Entries: []chat.Draft{created(1, 1)}},
		engine.Batch{Entries: []chat.Draft{said(1, 1, "good")}, Device: 1, Key: k},
	)
	want := []chat.Code{0, chat.CodeTargetGone, chat.CodeBadRequest, chat.CodeConflict, 0}
	for i, r := range results {
		b.code(fmt.Sprintf("batch %d", i), r.Err, want[i])
		if r.Err != nil && r.Entries != nil {
			b.Errorf("batch %d failed and has entries", i)
		}
	}
	if results[4].Repeated {
		b.Error("a key that failed counts as used")
	}
	same(b, "the log", seqs(b.items(chat.ChatID(1).Log())), []chat.Seq{1, 2})
	same(b, "the good one", string(b.items(chat.ChatID(1).Log())[1].Body), "good")
}

func testWholeBatch(b *bench) {
	b.add(created(1, 1), created(2, 1))
	before := dump(b)
	b.refused(chat.CodeTargetGone,
		said(1, 1, "x", chat.Mentioned{Account: 3}),
		did(chat.AccountID(1).Log(), chat.KindMyChat, standing(1, 1, chat.RoleBanned, 5)),
		said(2, 1, "y", chat.NameClaimed{Name: "n", Skeleton: "n", Chat: 2}),
		did(chat.ChatID(2).Log(), chat.KindChatInfo, chat.ChatPatched{Chat: 2, Deleted: true}),
		deleted(2, 77))
	same(b, "what is stored", dump(b), before)
	same(b, "a head", b.head(chat.AccountID(1).Log()), chat.Head{Log: chat.AccountID(1).Log()})
	for i, e := range b.add(said(1, 1, "x"), did(chat.AccountID(1).Log(), chat.KindRead), said(2, 1, "y")) {
		same(b, "seq", e.Seq, []chat.Seq{2, 1, 2}[i])
	}
}

func testSharedBodies(b *bench) {
	body := []byte("first")
	d := said(1, 1, "")
	d.Body = body
	b.add(d)
	copy(body, "XXXXX")
	same(b, "the body", string(b.items(chat.ChatID(1).Log())[0].Body), "first")
	empty := said(1, 1, "")
	empty.Body = []byte{}
	b.add(empty)
	if got := b.items(chat.ChatID(1).Log())[1].Body; got != nil {
		b.Errorf("an empty body came back as %#v", got)
	}
}

func testChain(b *bench) {
	k := b.key()
	b.append(engine.Batch{Device: 3, Key: k, Entries: []chat.Draft{said(1, 1, "a")}})
	silent := said(1, 2, "b")
	silent.Env.Silent, silent.Env.Expires, silent.At = true, 9_999, -5
	b.add(silent, said(1, 3, ""))
	links := func() []chat.Item {
		b.Helper()
		items := b.items(chat.ChatID(1).Log())
		var prev chat.Chain
		for _, it := range items {
			if want := chat.Link(prev, &it.Entry); it.Chain != want {
				b.Errorf("entry %d has chain %x, not %x", it.Seq, it.Chain, want)
			}
			prev = it.Chain
		}
		same(b, "the head's chain", b.head(chat.ChatID(1).Log()).Chain, prev)
		return items
	}
	links()
	b.add(edited(1, 2, "c"))
	b.add(edited(1, 2, "d"), deleted(1, 1))
	for _, it := range links() {
		gone := it.Seq == 1 || it.Seq == 2 || it.Seq == 4
		if gone != (it.Body == nil && it.Seal != (chat.Seal{})) {
			b.Errorf("entry %d has body %q and seal %x", it.Seq, it.Body, it.Seal)
		}
	}
}

// testSeals guesses an erased body by all that is left of it in the store.
func testSeals(b *bench) {
	b.add(said(1, 1, "1234"), said(1, 1, "1234"))
	before := b.items(chat.ChatID(1).Log())
	if before[0].Seal == before[1].Seal || before[0].Seal == (chat.Seal{}) {
		b.Errorf("the seals are %x and %x", before[0].Seal, before[1].Seal)
	}
	b.add(deleted(1, 1))
	left := b.items(chat.ChatID(1).Log())[0].Entry
	guess := left
	guess.Body = []byte("1234")
	if left.Chain != before[0].Chain || chat.Link(chat.Chain{}, &guess) == left.Chain {
		b.Error("what is left tells that a guess is right")
	}
}

func testEndedContext(b *bench) {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	k := b.key()
	batch := engine.Batch{Device: 1, Key: k, Entries: []chat.Draft{said(1, 1, "a")}}
	if _, err := b.Append(ctx, []engine.Batch{batch}); err == nil {
		b.Error("append took an ended context")
	}
	if _, err := b.Read(ctx, 1, 0, 1); err == nil {
		b.Error("read took an ended context")
	}
	if r := b.append(batch)[0]; r.Repeated {
		b.Error("an append with an ended context was stored")
	}
}

func testPages(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(created(1, 1))
	for i := range 9 {
		b.add(said(1, 1, fmt.Sprint(i)))
	}
	for _, c := range []struct {
		before chat.Seq
		limit  int
		want   []chat.Seq
	}{
		{0, 3, []chat.Seq{8, 9, 10}},
		{8, 3, []chat.Seq{5, 6, 7}},
		{2, 3, []chat.Seq{1}},
		{1, 3, nil},
		{99, 2, []chat.Seq{9, 10}},
		{0, 0, nil},
	} {
		items, h, err := b.Page(b.Context(), log, c.before, c.limit)
		if err != nil {
			b.Fatal(err)
		}
		same(b, fmt.Sprintf("page before %d", c.before), seqs(items), c.want)
		same(b, "its head", h, b.head(log))
	}
	got := must(b.Get(b.Context(), log, []chat.Seq{7, 3, 99, 3, 0}))(b)
	same(b, "what Get gives", seqs(got), []chat.Seq{3, 7})
}

// testSnapshot writes and reads at the same time: a page must end at its head.
func testSnapshot(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(created(1, 1))
	ctx, cancel := context.WithCancel(b.Context())
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for ctx.Err() == nil {
				items, h, err := b.Page(ctx, log, 0, 5)
				if err != nil {
					continue // the context ended in the middle
				}
				last := items[len(items)-1]
				if last.Seq != h.Seq || last.Ord != h.Ord || last.Chain != h.Chain || h.Facts != uint64(h.Seq) {
					b.Errorf("a page ends at %d (ord %d) and its head is %+v", last.Seq, last.Ord, h)
				}
				a, err := b.Audience(ctx, 1)
				if err == nil && uint64(len(a.Accounts)) != a.Facts {
					b.Errorf("an audience of %d is of facts %d", len(a.Accounts), a.Facts)
				}
			}
		})
	}
	for i := range 200 {
		b.add(said(1, 1, "x", chat.FactsBumped{Chat: 1}, joined(1, chat.AccountID(i+2), 1)))
	}
	cancel()
	readers.Wait()
}

func testRead(b *bench) {
	log := chat.ChatID(1).Log()
	for i := range 7 {
		b.add(said(1, 1, fmt.Sprint(i)), said(2, 1, "other"))
	}
	read := func(after chat.Seq, limit int) []chat.Seq {
		return seqs(must(b.Read(b.Context(), log, after, limit))(b))
	}
	same(b, "from the start", read(0, 3), []chat.Seq{1, 2, 3})
	same(b, "from the middle", read(5, 3), []chat.Seq{6, 7})
	same(b, "from the end", read(7, 3), nil)
	same(b, "from beyond", read(70, 3), nil)
	same(b, "with no limit", read(0, 0), nil)
	heads := must(b.Heads(b.Context(), []chat.LogID{chat.ChatID(2).Log(), log, log}))(b)
	same(b, "heads", [3]chat.LogID{heads[0].Log, heads[1].Log, heads[2].Log},
		[3]chat.LogID{chat.ChatID(2).Log(), log, log})
}

func testChanges(b *bench) {
	log := chat.ChatID(1).Log()
	for range 6 {
		b.add(said(1, 1, "x"))
	}
	b.add(edited(1, 5, "a")) // 7
	b.add(edited(1, 2, "b")) // 8
	b.add(edited(1, 5, "c")) // 9
	b.add(deleted(1, 1))     // 10
	changes := func(after chat.Seq, limit int) []chat.Seq {
		return must(b.Changes(b.Context(), log, after, limit))(b)
	}
	same(b, "all changes", changes(0, 10), []chat.Seq{2, 5, 1})
	same(b, "changes since 8", changes(8, 10), []chat.Seq{5, 1})
	same(b, "changes since 10", changes(10, 10), nil)
	same(b, "one more than the limit", changes(0, 1), []chat.Seq{2, 5})
}

func testFeed(b *bench) {
	begin := func() chat.Pos {
		entries, pos, err := b.Feed(b.Context(), 0, 0)
		if err != nil || entries != nil {
			b.Fatalf("feed with limit 0 gave %v, %v", entries, err)
		}
		return pos
	}
	start := begin()
	var want []string
	for i := range 5 {
		for _, e := range b.add(said(chat.ChatID(1+i%2), 1, "x"), did(chat.AccountID(1).Log(), chat.KindRead)) {
			want = append(want, fmt.Sprintf("%s %d", e.Log, e.Seq))
		}
	}
	var got []string
	pos, last := start, start
	for {
		entries, next, err := b.Feed(b.Context(), pos, 3)
		if err != nil {
			b.Fatal(err)
		}
		if len(entries) == 0 {
			same(b, "the pos at the end", next, pos)
			break
		}
		for _, e := range entries {
			got = append(got, fmt.Sprintf("%s %d", e.Log, e.Seq))
			if e.Pos <= last {
				b.Errorf("pos %d follows %d", e.Pos, last)
			}
			last = e.Pos
		}
		same(b, "the pos to go on from", next, last)
		pos = next
	}
	same(b, "the feed", got, want)
	same(b, "the pos to begin from", begin(), last)
}

func testSuperseded(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(said(1, 1, "first"), said(1, 1, "second"))
	b.add(edited(1, 1, "better"))
	b.add(edited(1, 1, "best"))
	b.add(deleted(1, 2))
	items := b.items(log)
	same(b, "the overlay", items[0].Overlay, &chat.Overlay{By: 4, At: 2_000, Body: []byte("best")})
	same(b, "the redaction", items[1].Overlay, &chat.Overlay{By: 5, At: 2_000, Redacted: true})
	same(b, "today's text", string(items[0].Current()), "best")
	same(b, "the older version", items[2].Body, nil)
	same(b, "the newer version", string(items[3].Body), "best")
	entries, _, err := b.Feed(b.Context(), 0, 100)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		for _, gone := range []string{"first", "second", "better"} {
			if bytes.Contains(e.Body, []byte(gone)) {
				b.Errorf("entry %d still holds %q", e.Seq, gone)
			}
		}
	}
	same(b, "how many entries are left", len(items), 5)
}

func testDeletionStays(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(said(1, 1, "x"), said(1, 1, "y"))
	b.add(deleted(1, 1))
	b.refused(chat.CodeTargetGone, edited(1, 1, "again"))
	b.refused(chat.CodeTargetGone, deleted(1, 1))
	b.refused(chat.CodeTargetGone, edited(1, 99, "nothing"))
	b.refused(chat.CodeTargetGone, edited(1, 4, "itself"))
	b.refused(chat.CodeTargetGone, did(log, chat.KindPin, chat.PinSet{Target: 1, Pinned: true}))
	same(b, "the log", seqs(b.items(log)), []chat.Seq{1, 2, 3})
}

func testRedaction(b *bench) {
	log := chat.ChatID(1).Log()
	b.add(created(1, 1, 2))
	b.add(said(1, 1, "hello @two", chat.Mentioned{Account: 2}))
	b.add(did(log, chat.KindPin, chat.PinSet{Target: 2, Pinned: true}))
	who := engine.Reactor{Account: 2, Emojis: []string{"👍"}}
	if _, err := b.React(b.Context(), log, 2, who); err != nil {
		b.Fatal(err)
	}
	row := b.row(1, 2)
	same(b, "mentions and pins", [2]int{int(row.Mentions), len(row.Pinned)}, [2]int{1, 1})
	b.add(deleted(1, 2))
	row = b.row(1, 2)
	same(b, "mentions and pins after", [2]int{int(row.Mentions), len(row.Pinned)}, [2]int{0, 0})
	same(b, "tallies", must(b.Tallies(b.Context(), log, []chat.Seq{2}, 2))(b), nil)
	_, err := b.React(b.Context(), log, 2, who)
	b.code("a reaction to what is gone", err, chat.CodeTargetGone)
}
