// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"slices"
	"testing"
	"time"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestACursorComesBackFromTheJournalUpToWhereItsCallerStands(t *testing.T) {
	c := &Client{o: Options{}, journal: &MemoryJournal{}}
	at := &cursor{seq: 0, life: "one"}
	for seq := uint32(1); seq <= 9; seq++ {
		at.seq = seq
		at.samples = append(at.samples, &zolalv1.Sample{Seq: seq, Chain: []byte{byte(seq)}})
	}
	if err := c.save(7, at, true); err != nil {
		t.Fatal(err)
	}
	got, err := c.cursorAt(7, 5)
	if err != nil || got.seq != 5 || got.life != "one" || len(got.samples) != 5 ||
		got.samples[4].GetChain()[0] != 5 {
		t.Fatalf("%+v, %v", got, err)
	}
	if none, err := c.cursorAt(8, 5); err != nil || none.life != "" || len(none.samples) != 0 {
		t.Fatalf("of another chat: %+v, %v", none, err)
	}
}

func TestWhatWasSentIsKeptForThirtyDaysAndNotWithoutBound(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	journal := &MemoryJournal{}
	c := &Client{o: Options{Now: func() time.Time { return now }}, journal: journal}
	c.outbox = newOutbox(c)
	send := func() {
		t.Helper()
		c.outbox.last = max(c.outbox.last+1, now.UnixNano())
		it := &item{name: outboxName(c.outbox.last), req: &zolalv1.SendRequest{Chat: 1}}
		if err := c.outbox.keep(it, &zolalv1.Receipt{Chat: 1, Seq: 5, Chain: []byte{5}}); err != nil {
			t.Fatal(err)
		}
	}
	for range maxSent + 10 {
		send()
	}
	kept, err := c.outbox.sentItems()
	if err != nil || len(kept) != maxSent || kept[0].seq != 5 || kept[0].req.GetChat() != 1 {
		t.Fatalf("%d kept, %v", len(kept), err)
	}
	now = now.Add(keepSent + time.Second)
	send()
	if names, err := journal.Keys("sent/"); err != nil || len(names) != 1 {
		t.Fatalf("a month later: %d, %v", len(names), err)
	}
}

func TestQuestionsForTheCommonPastHoldBothEndsAndAsMuchAsFits(t *testing.T) {
	for _, span := range [][2]int{{0, 1}, {5, 7}, {0, 64}, {3, 1000}} {
		places := spread(span[0], span[1])
		if len(places) != min(maxSamples, span[1]-span[0]) || places[0] != span[0] ||
			places[len(places)-1] != span[1]-1 || !slices.IsSorted(places) {
			t.Errorf("%v: %v", span, places)
		}
	}
}
