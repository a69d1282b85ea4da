// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"math/rand/v2"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// TestUnreadIsTheSameWithSums writes a chat of several blocks, as one account after another, and compares
// what is unread after every place with the reference, which counts.
func TestUnreadIsTheSameWithSums(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	s, m := unsynced(t), storetest.NewMemory()
	both := func(b engine.Batch) {
		t.Helper()
		add(t, s, b)
		add(t, m, b)
	}
	slow := uint32(10)
	both(said(1, key(1), "", chat.ChatAdded{Chat: chat.Chat{ID: 1, Type: chat.Group, SlowSeconds: slow}}))
	compare := func() {
		t.Helper()
		for who := range chat.AccountID(4) {
			q := engine.ListQuery{Account: who + 1, Only: 1, Limit: 1}
			got, _, _, err := s.List(t.Context(), q)
			want, _, _, err2 := m.List(t.Context(), q)
			if err != nil || err2 != nil || got[0].Unread != want[0].Unread {
				t.Fatalf("account %d read %v: unread is %d, not %d (%v, %v)",
					who+1, want[0].Read, got[0].Unread, want[0].Unread, err, err2)
			}
			f, err := s.Facts(t.Context(), 1, who+1, 0)
			g, err2 := m.Facts(t.Context(), 1, who+1, 0)
			if err != nil || err2 != nil || f.LastSent != g.LastSent {
				t.Fatalf("account %d wrote last at %d, not %d (%v, %v)", who+1, f.LastSent, g.LastSent, err, err2)
			}
		}
	}
	marks := [5]chat.ReadMark{}
	for i := range 5 * blockSize {
		b := said(1, key(i+2), "x")
		e := &b.Entries[0]
		e.Author, e.At, e.Env.Counted = chat.AccountID(1+random.IntN(3)), chat.Millis(i), random.IntN(5) > 0
		if random.IntN(10) == 0 {
			e.Changes = []chat.Change{chat.Superseded{Target: chat.Seq(1 + i), Redact: random.IntN(2) == 0}}
		}
		both(b)
		if random.IntN(4) == 0 {
			who := chat.AccountID(1 + random.IntN(4))
			at := marks[who].Seq + chat.Seq(random.IntN(int(chat.Seq(i)+2-marks[who].Seq)+1))
			if items, err := m.Get(t.Context(), chat.ChatID(1).Log(), []chat.Seq{at}); err == nil && len(items) > 0 {
				marks[who] = chat.ReadMark{Chat: 1, Seq: at, Ord: items[0].Ord}
				read := said(1, chat.Key{}, "", chat.ReadSet{Account: who, Mark: marks[who]})
				read.Entries[0].Log, read.Entries[0].Env = who.Log(), chat.Envelope{Kind: chat.KindRead}
				both(read)
			}
		}
		if i%7 == 0 || i%blockSize < 3 {
			compare()
		}
	}
	sound(t, s)
	rows, err := dumpCount(s, "written")
	if err != nil || rows == 0 {
		t.Errorf("nothing was summed up (%v)", err)
	}
	none := func(chat.Entry) ([]chat.Change, error) { return nil, nil }
	if err := s.Rebuild(t.Context(), none); err != nil {
		t.Fatal(err)
	}
	sound(t, s)
	if again, err := dumpCount(s, "written"); err != nil || again != rows {
		t.Errorf("a rebuild summed up %d rows, not %d (%v)", again, rows, err)
	}
}
