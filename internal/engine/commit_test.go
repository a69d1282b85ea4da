// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// failing makes calls of Append fail, before or after they have persisted.
type failing struct {
	before, after, full atomic.Int32  // how many more calls fail
	gate                chan struct{} // if set, Append waits for it
}

func (f *failing) plan(op string) storetest.Fault {
	if op != "append" {
		return storetest.Sound
	}
	if f.gate != nil {
		<-f.gate
	}
	switch {
	case f.before.Add(-1) >= 0:
		return storetest.FailBefore
	case f.after.Add(-1) >= 0:
		return storetest.FailAfter
	case f.full.Add(-1) >= 0:
		return storetest.FullDisk
	}
	return storetest.Sound
}

func failingBed(t testing.TB, change ...func(*engine.Config)) (*bed, *failing) {
	f := &failing{}
	b := newBed(t, append(change, func(c *engine.Config) {
		c.Store = &storetest.Faulty{Store: c.Store, Plan: f.plan}
	})...)
	return b, f
}

func TestAFullDiskIsNamedAndLosesNothing(t *testing.T) {
	b, f := failingBed(t)
	ana := b.person("ana_a")
	room := b.room(chat.Group, ana)
	h, key, early := b.open(ana, room.Log(), chat.RightSend), b.key(), b.key()
	if _, err := h.Do(t.Context(), chat.Send{Text: "one"}, early); err != nil {
		t.Fatal(err)
	}
	f.full.Store(2)
	_, err := h.Do(t.Context(), chat.Send{Text: "two"}, key)
	codeIs(t, err, chat.CodeDiskFull)
	if r, err := h.Do(t.Context(), chat.Send{Text: "one"}, early); err != nil || !r.Repeated {
		t.Fatalf("what was stored before: %+v, %v", r, err)
	}
	if _, err := h.Do(t.Context(), chat.Send{Text: "two"}, key); err != nil {
		t.Fatal(err)
	}
	if got := b.texts(ana, room); fmt.Sprint(got) != "[one two]" {
		t.Fatalf("the chat holds %q", got)
	}
}

func TestAFailedAppendIsAskedAgainAndNothingDoubles(t *testing.T) {
	for _, name := range []string{"before", "after"} {
		t.Run(name+" persisting", func(t *testing.T) {
			b, f := failingBed(t)
			ana := b.person("ana_a")
			room := b.room(chat.Group, ana)
			fails := map[string]*atomic.Int32{"before": &f.before, "after": &f.after}[name]
			var last chat.Seq
			for i := range 5 {
				fails.Store(2)
				r := b.say(ana, room, fmt.Sprint(i))
				if r.Seq <= last {
					t.Fatalf("message %d has seq %d after %d", i, r.Seq, last)
				}
				last = r.Seq
			}
			if got := b.texts(ana, room); fmt.Sprint(got) != "[0 1 2 3 4]" {
				t.Fatalf("the chat holds %q", got)
			}
		})
	}
}

func TestWhenTheStoreStaysSickNothingIsClaimed(t *testing.T) {
	b, f := failingBed(t)
	ana := b.person("ana_a")
	room := b.room(chat.Group, ana)
	h, key := b.open(ana, room.Log(), chat.RightSend), b.key()
	f.before.Store(1000)
	_, err := h.Do(t.Context(), chat.Send{Text: "lost?"}, key)
	codeIs(t, err, chat.CodeUnavailable)
	f.before.Store(0)
	if _, err := h.Do(t.Context(), chat.Send{Text: "lost?"}, key); err != nil {
		t.Fatal(err)
	}
	if got := b.texts(ana, room); fmt.Sprint(got) != "[lost?]" {
		t.Fatalf("the chat holds %q", got)
	}
}

func TestAMessageThatPersistedThoughEveryAppendFailedIsReported(t *testing.T) {
	b, f := failingBed(t)
	ana := b.person("ana_a")
	room := b.room(chat.Group, ana)
	f.after.Store(1000)
	if r := b.say(ana, room, "there"); !r.Repeated || r.Seq == 0 {
		t.Fatalf("got %+v", r)
	}
	f.after.Store(0)
}

func TestAHotChatLosesNothingAndKeepsOrder(t *testing.T) {
	b := newBed(t)
	people := b.people(8)
	room := b.room(chat.Group, people[0], people[1:]...)
	const each = 50
	var wg sync.WaitGroup
	receipts := make([][]engine.Receipt, len(people))
	for i, who := range people {
		keys := make([]chat.Key, each)
		for k := range keys {
			keys[k] = b.key()
		}
		h := b.open(who, room.Log(), chat.RightSend)
		wg.Go(func() {
			var pending []*engine.Pending
			for k := range each {
				p, err := h.Begin(t.Context(), chat.Send{Text: fmt.Sprintf("%d.%d", i, k)}, keys[k])
				if err != nil {
					t.Error(err)
					return
				}
				pending = append(pending, p)
			}
			for _, p := range pending {
				r, err := p.Wait(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				receipts[i] = append(receipts[i], r)
			}
		})
	}
	wg.Wait()
	seen := map[chat.Seq]bool{}
	for i, rs := range receipts {
		var last chat.Seq
		for _, r := range rs {
			if r.Seq <= last || seen[r.Seq] {
				t.Fatalf("person %d: seq %d after %d, seen %v", i, r.Seq, last, seen[r.Seq])
			}
			last, seen[r.Seq] = r.Seq, true
		}
	}
	if len(seen) != each*len(people) {
		t.Fatalf("%d places for %d messages", len(seen), each*len(people))
	}
}

func TestABurstKeepsItsOrderThroughAConflict(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room := b.room(chat.Group, ana, ben)
	h := b.open(ben, room.Log(), chat.RightSend)
	b.say(ben, room, "warm")
	var pending []*engine.Pending
	for i := range 200 {
		if i%20 == 10 { // every change of settings makes what was decided before it conflict
			title := fmt.Sprintf("title %d", i)
			if _, err := b.open(ana, room.Log(), chat.RightInfo).Begin(t.Context(),
				chat.SetInfo{Change: chat.InfoChange{Title: &title}}, b.key()); err != nil {
				t.Fatal(err)
			}
		}
		p, err := h.Begin(t.Context(), chat.Send{Text: fmt.Sprint(i)}, b.key())
		if err != nil {
			t.Fatal(err)
		}
		pending = append(pending, p)
	}
	var last chat.Seq
	for i, p := range pending {
		r, err := p.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.Seq <= last {
			t.Fatalf("message %d has seq %d after %d", i, r.Seq, last)
		}
		last = r.Seq
	}
}

func TestARetryThatOvertakesItsFirstTryJoinsIt(t *testing.T) {
	b, f := failingBed(t)
	ana := b.person("ana_a")
	room := b.room(chat.Group, ana)
	h, key := b.open(ana, room.Log(), chat.RightSend), b.key()
	f.gate = make(chan struct{})
	p1, err := h.Begin(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil {
		t.Fatal(err)
	}
	p2, err := h.Begin(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil {
		t.Fatal(err)
	}
	close(f.gate)
	r1, err1 := p1.Wait(t.Context())
	r2, err2 := p2.Wait(t.Context())
	if err1 != nil || err2 != nil || r1.Seq != r2.Seq || r1.Repeated || !r2.Repeated {
		t.Fatalf("got %+v %v and %+v %v", r1, err1, r2, err2)
	}
}

func TestAFullQueueSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, f := failingBed(t, func(c *engine.Config) { c.QueueBytes, c.QueueWait = 16<<10, time.Second })
		ana := b.person("ana_a")
		room := b.room(chat.Group, ana)
		h := b.open(ana, room.Log(), chat.RightSend)
		f.gate = make(chan struct{})
		var pending []*engine.Pending
		var err error
		for err == nil {
			var p *engine.Pending
			if p, err = h.Begin(t.Context(), chat.Send{Text: "more"}, b.key()); err == nil {
				pending = append(pending, p)
			}
		}
		codeIs(t, err, chat.CodeUnavailable)
		if len(pending) == 0 || len(pending) > 16 {
			t.Fatalf("%d batches fit into 16 KiB", len(pending))
		}
		close(f.gate)
		for _, p := range pending {
			if _, err := p.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestCloseCommitsWhatWasAccepted(t *testing.T) {
	b, f := failingBed(t)
	ana := b.person("ana_a")
	room := b.room(chat.Group, ana)
	h := b.open(ana, room.Log(), chat.RightSend)
	f.gate = make(chan struct{})
	var pending []*engine.Pending
	for range 20 {
		p, err := h.Begin(t.Context(), chat.Send{Text: "accepted"}, b.key())
		if err != nil {
			t.Fatal(err)
		}
		pending = append(pending, p)
	}
	go close(f.gate)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range pending {
		if _, err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Do(t.Context(), chat.Send{Text: "late"}, b.key())
	codeIs(t, err, chat.CodeUnavailable)
}

func TestARetryDecidedAgainInTheQueueStillFindsItsKey(t *testing.T) {
	mem := storetest.NewMemory()
	b, f := failingBed(t, func(c *engine.Config) { c.Store, c.Shared = mem, true })
	other, err := engine.Start(t.Context(), engine.Config{Store: mem, Codec: wireCodec, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room := b.room(chat.Group, ana, ben)
	anas, bens := b.open(ana, room.Log(), chat.RightSend), b.open(ben, room.Log(), chat.RightSend)
	key := b.key()
	first, err := bens.Do(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil {
		t.Fatal(err)
	}
	begin := func(h *engine.Handle, text string, key chat.Key) *engine.Pending {
		t.Helper()
		p, err := h.Begin(t.Context(), chat.Send{Text: text}, key)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	f.gate = make(chan struct{})
	begin(anas, "keeps the committer busy", b.key())
	retry := begin(bens, "once", key)
	elsewhere := &bed{t: t, store: mem, Engine: other, keys: 1 << 32}
	elsewhere.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleBanned})
	if _, err := anas.Members(t.Context(), engine.MemberQuery{Limit: 1}); err != nil { // learns of the ban
		t.Fatal(err)
	}
	begin(anas, "knows of the ban, so that the retry is decided again", b.key())
	close(f.gate)
	if r, err := retry.Wait(t.Context()); err != nil || r.Seq != first.Seq || !r.Repeated {
		t.Fatalf("the retry got %+v, %v", r, err)
	}
}
