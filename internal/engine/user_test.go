// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// kinds counts the entries of a user log by kind.
func (b *bed) kinds(who chat.Actor) map[chat.Kind]int {
	b.t.Helper()
	n := map[chat.Kind]int{}
	h := b.open(who, who.Account.Log(), chat.RightRead)
	for after := chat.Seq(0); ; {
		res, err := h.Read(b.t.Context(), after, 500)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, it := range res.Items {
			n[it.Env.Kind]++
			after = it.Seq
		}
		if after >= res.Head.Seq {
			return n
		}
	}
}

func TestANotedReadMarkKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		ana, ben := b.person("ana_a"), b.person("ben_b")
		room := b.room(chat.Group, ana, ben)
		var last chat.Seq
		began := time.Now()
		for range 5 {
			last = b.say(ana, room, "x").Seq
			if err := b.NoteRead(t.Context(), ben, room, last); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("it waited %v", waited)
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if n := b.kinds(ben)[chat.KindRead]; n != 3 { // one of them by joining
			t.Errorf("%d read entries", n)
		}
		if mark, err := b.MarkRead(t.Context(), ben, room, last); err != nil || mark.Seq != last {
			t.Errorf("read up to %+v of %d, %v", mark, last, err)
		}
		if err := b.NoteRead(t.Context(), b.person("eve_e"), room, last); err == nil {
			t.Error("somebody from outside noted that")
		}
	})
}

func TestReadMarksBecomeOneEntryInTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		ana, ben := b.person("ana_a"), b.person("ben_b")
		room := b.room(chat.Group, ana, ben)
		var last chat.Seq
		for i := range 10 {
			last = b.say(ana, room, fmt.Sprint(i)).Seq
		}
		first := last - 9
		mark, err := b.MarkRead(t.Context(), ben, room, first)
		if err != nil || mark.Seq != first {
			t.Fatalf("the first mark: %+v, %v", mark, err)
		}
		began := time.Now()
		var wg sync.WaitGroup
		for seq := first + 1; seq <= last; seq++ {
			wg.Go(func() {
				mark, err := b.MarkRead(t.Context(), ben, room, seq)
				if err != nil || mark.Seq < seq {
					t.Errorf("mark %d: %+v, %v", seq, mark, err)
				}
			})
		}
		wg.Wait()
		if waited := time.Since(began); waited != 2*time.Second {
			t.Errorf("the trailing marks waited %v", waited)
		}
		if n := b.kinds(ben)[chat.KindRead]; n != 3 { // one of them by joining
			t.Errorf("%d read entries", n)
		}
		if mark, err := b.MarkRead(t.Context(), ben, room, first); err != nil || mark.Seq != last {
			t.Errorf("going back: %+v, %v", mark, err)
		}
		page, err := b.open(ana, room.Log(), chat.RightRead).Page(t.Context(), engine.PageQuery{Limit: 1})
		if err != nil || page.PeerRead != last {
			t.Errorf("ana sees read up to %d, %v", page.PeerRead, err)
		}
	})
}

func TestAReadMarkThatWaitsIsWrittenAtClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		ana, ben := b.person("ana_a"), b.person("ben_b")
		room := b.room(chat.Group, ana, ben)
		one, two := b.say(ana, room, "1"), b.say(ana, room, "2")
		if _, err := b.MarkRead(t.Context(), ben, room, one.Seq); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			_, err := b.MarkRead(t.Context(), ben, room, two.Seq)
			done <- err
		}()
		synctest.Wait()
		b.Close()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		rows, _, _, err := b.store.List(t.Context(), engine.ListQuery{Account: ben.Account, Limit: 1})
		if err != nil || rows[0].Read.Seq != two.Seq || rows[0].Unread != 0 {
			t.Fatalf("row %+v, %v", rows, err)
		}
	})
}

// UPD-2
func TestABlockHidesHowFarTheOtherHasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		ana, ben := b.person("ana_a"), b.person("ben_b")
		room, err := b.OpenDirect(t.Context(), ana, ben.Account, b.key())
		if err != nil {
			t.Fatal(err)
		}
		read := func(seq chat.Seq) (seen chat.Seq) {
			if _, err := b.MarkRead(t.Context(), ana, room, seq); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			page, err := b.open(ben, room.Log(), chat.RightRead).Page(t.Context(), engine.PageQuery{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			return page.PeerRead
		}
		b.say(ana, room, "hello")
		first, second := b.say(ben, room, "one"), b.say(ben, room, "two")
		if got := read(first.Seq); got != first.Seq {
			t.Fatalf("before, ben sees %d", got)
		}
		b.must(ana, ana.Account.Log(), chat.SetBlock{Account: ben.Account, Blocked: true})
		time.Sleep(time.Minute) // no two marks count as one
		if got := read(second.Seq); got != first.Seq {
			t.Errorf("ben sees that ana, who blocks him, has read %d", got)
		}
	})
}

func TestWhoHidesReadsSeesNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t)
		ana, ben := b.person("ana_a"), b.person("ben_b")
		room, err := b.OpenDirect(t.Context(), ana, ben.Account, b.key())
		if err != nil {
			t.Fatal(err)
		}
		peerRead := func(who chat.Actor) chat.Seq {
			page, err := b.open(who, room.Log(), chat.RightRead).Page(t.Context(), engine.PageQuery{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			return page.PeerRead
		}
		hide := func(who chat.Actor, hidden bool) {
			b.must(who, who.Account.Log(), chat.SetPrivacy{Privacy: chat.Privacy{HideReads: hidden}})
		}
		read := func(who chat.Actor, seq chat.Seq) {
			if _, err := b.MarkRead(t.Context(), who, room, seq); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		hide(ben, true)
		said := b.say(ana, room, "seen?")
		read(ben, said.Seq)
		if got := peerRead(ana); got != 0 {
			t.Errorf("ana sees %d of ben, who hides it", got)
		}
		answer := b.say(ben, room, "no")
		read(ana, answer.Seq)
		if got := peerRead(ben); got != 0 {
			t.Errorf("ben hides, and sees %d of ana", got)
		}
		hide(ben, false)
		if got := peerRead(ben); got != answer.Seq {
			t.Errorf("ben shows, and sees %d of ana", got)
		}
	})
}

func TestSyncSendsWhatMovedAndNothingElse(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	var rooms []chat.ChatID
	for _, kind := range []chat.ChatType{chat.Group, chat.Group, chat.Channel} {
		rooms = append(rooms, b.room(kind, ana, ben))
	}
	first, err := b.Sync(t.Context(), ben, engine.SyncQuery{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	if first.State == nil || first.State.Profile.Username != "ben_b" || len(first.Chats) != 3 || first.More {
		t.Fatalf("the first sync: %+v", first)
	}
	b.say(ana, rooms[1], "hello")
	b.must(ben, rooms[2].Log(), chat.SetDraft{Text: "not yet"})
	q := engine.SyncQuery{
		Incarnation: first.Incarnation, Pos: first.Pos, UserSeq: first.UserHead.Seq, Limit: 100,
	}
	next, err := b.Sync(t.Context(), ben, q)
	if err != nil {
		t.Fatal(err)
	}
	if next.State != nil || len(next.Chats) != 1 || next.Chats[0].Chat.ID != rooms[1] ||
		next.Chats[0].Unread != 1 || len(next.Items) != 1 || next.Items[0].Env.Kind != chat.KindDraft {
		t.Fatalf("the next sync: %+v", next)
	}
	q.Incarnation[0]++
	if other, err := b.Sync(t.Context(), ben, q); err != nil || !other.Changed || other.State == nil ||
		len(other.Chats) != 3 {
		t.Fatalf("after a restore: %+v, %v", other, err)
	}
}

func TestTheStateSaysWhatTheLogAddsUpTo(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	group, channel := b.room(chat.Group, ana), b.room(chat.Channel, ana)
	said := b.say(ana, group, "x")
	for _, room := range []chat.ChatID{group, channel} {
		b.must(ana, room.Log(), chat.Invite{Account: ben.Account})
	}
	b.must(ana, group.Log(), chat.SetDraft{Reply: said.Seq})
	state, _, err := b.State(t.Context(), ben)
	if err != nil {
		t.Fatal(err)
	}
	var own chat.Own
	items, err := b.open(ben, ben.Account.Log(), chat.RightRead).Read(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items.Items {
		body, err := wireCodec.Decode(it.Env.Kind, it.Body)
		if err != nil {
			t.Fatal(err)
		}
		own = chat.FoldOwn(own, chat.Record{Entry: it.Entry, Body: body})
	}
	if !slices.Equal(state.Invitations, own.Invitations) || len(own.Invitations) != 2 ||
		own.Invitations[0].By != ana.Account || own.Invitations[1].By != 0 {
		t.Errorf("the state says %+v, the log %+v", state.Invitations, own.Invitations)
	}
	row, err := b.open(ana, group.Log(), chat.RightRead).Row(t.Context())
	if err != nil || row.Draft.Reply != said.Seq {
		t.Errorf("the draft is %+v, %v", row.Draft, err)
	}
}

func TestChatsComeInPagesTheMostRecentFirst(t *testing.T) {
	b := newBed(t)
	ana := b.person("ana_a")
	for range 25 {
		b.room(chat.Group, ana)
	}
	var seen []chat.ChatID
	for q := (engine.SyncQuery{Limit: 10}); ; {
		res, err := b.Sync(t.Context(), ana, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range res.Chats {
			seen = append(seen, row.Chat.ID)
		}
		q.Skip += len(res.Chats)
		if !res.More {
			break
		}
	}
	if len(seen) != 25 || !slices.IsSortedFunc(seen, func(a, b chat.ChatID) int { return int(b) - int(a) }) {
		t.Fatalf("saw %v", seen)
	}
}

func TestALongUserLogIsCompactedAndSaysTheSame(t *testing.T) {
	var now time.Time
	b := newBed(t, func(c *engine.Config) { c.Now = func() time.Time { return now } })
	now = time.Now().Add(-60 * 24 * time.Hour) // entries whose keys are forgotten by the time they are compacted
	ana := b.personAt(now)
	room, err := b.OpenDirect(t.Context(), ana, ana.Account, b.keyAt(now))
	if err != nil {
		t.Fatal(err)
	}
	for i := range engine.MaxNotices + 10 {
		notice := chat.DeviceNotice{Device: chat.Device{ID: chat.DeviceID(i + 1)}, Reason: "vouched"}
		if err := b.Notice(t.Context(), ana.Account, notice); err != nil {
			t.Fatal(err)
		}
	}
	h := b.open(ana, room.Log(), chat.RightSend)
	var last *engine.Pending
	for i := range 2600 {
		if last, err = h.Begin(t.Context(), chat.SetDraft{Text: fmt.Sprint(i)}, b.keyAt(now)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := last.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = time.Now()
	if err := b.store.PruneKeys(t.Context(), chat.Millis(now.Add(-32*24*time.Hour).UnixMilli())); err != nil {
		t.Fatal(err)
	}
	before, err := b.Sync(t.Context(), ana, engine.SyncQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	log := ana.Account.Log()
	await(t, "a floor", func() bool {
		heads, err := b.store.Heads(t.Context(), []chat.LogID{log})
		return err == nil && heads[0].Floor > 0
	})
	after, err := b.Sync(t.Context(), ana, engine.SyncQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if after.Chats[0].Draft.Text != "2599" || after.UserHead.Seq != before.UserHead.Seq {
		t.Fatalf("after compaction: %+v", after)
	}
	old, err := b.Sync(t.Context(), ana, engine.SyncQuery{Pos: after.Pos, UserSeq: 10, Limit: 10})
	if err != nil || old.State == nil {
		t.Fatalf("a cursor below the floor: %+v, %v", old, err)
	}
	entries, _, err := b.store.Feed(t.Context(), 0, 5000)
	if err != nil || len(entries) > 1000 {
		t.Fatalf("%d entries are left, %v", len(entries), err)
	}
	told, err := b.Notices(t.Context(), ana)
	if err != nil || len(told) != engine.MaxNotices || told[0].Device.ID != 11 || told[0].Seq >= told[1].Seq {
		t.Errorf("notices after compaction: %+v, %v", told, err)
	}
	ana.Scopes = chat.ScopeRead | chat.ScopeSend
	if _, err := b.Notices(t.Context(), ana); chat.CodeOf(err) != chat.CodeScopeMissing {
		t.Errorf("a token that may not manage reads notices: %v", err)
	}
}
