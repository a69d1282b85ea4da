// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func TestKeysTooOldOrFromTheFutureAreRefusedByName(t *testing.T) {
	b := newBed(t)
	ana := b.person("ana_a")
	room := b.room(chat.Group, ana)
	h := b.open(ana, room.Log(), chat.RightSend)
	for _, c := range []struct {
		age  time.Duration
		code chat.Code
	}{
		{31 * 24 * time.Hour, chat.CodeKeyExpired},
		{29 * 24 * time.Hour, 0},
		{-23 * time.Hour, 0},
		{-25 * time.Hour, chat.CodeKeyInvalid},
	} {
		_, err := h.Do(t.Context(), chat.Send{Text: "x"}, b.keyAt(time.Now().Add(-c.age)))
		codeIs(t, err, c.code)
	}
	_, err := h.Do(t.Context(), chat.Send{Text: "x"}, chat.Key{})
	codeIs(t, err, chat.CodeKeyInvalid)
}

// twoEngines are two engines over one store that tell each other nothing.
func twoEngines(t *testing.T) (a, b *bed) {
	a = newBed(t, func(c *engine.Config) { c.Shared = true; c.Poll = 10 * time.Millisecond })
	e, err := engine.Start(t.Context(), engine.Config{
		Store: a.store, Codec: wireCodec, Shared: true, Poll: 10 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return a, &bed{t: t, store: a.store, Engine: e, keys: 1 << 32}
}

func TestNobodyWritesAfterARemovalThroughAnyEngine(t *testing.T) {
	one, two := twoEngines(t)
	ana, ben := one.person("ana_a"), one.person("ben_b")
	room := one.room(chat.Group, ana, ben)
	two.say(ben, room, "warms the cache")
	kick := one.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleBanned})
	h := two.open(ben, room.Log(), chat.RightSend)
	_, err := h.Do(t.Context(), chat.Send{Text: "still here?"}, two.key())
	codeIs(t, err, chat.CodeBanned)
	if _, err = h.Read(t.Context(), 0, 100); chat.CodeOf(err) != chat.CodeBanned {
		t.Fatalf("reading after the ban at %d: %v", kick.Seq, err)
	}
}

func TestMessagesRacingARemovalStandBeforeItOrNowhere(t *testing.T) {
	one, two := twoEngines(t)
	ana, ben := one.person("ana_a"), one.person("ben_b")
	for round := range 10 {
		room := one.room(chat.Group, ana, ben)
		two.say(ben, room, "warm")
		var wg sync.WaitGroup
		start := make(chan struct{})
		var sent []engine.Receipt
		wg.Go(func() {
			<-start
			for i := range 20 {
				h, err := two.Open(t.Context(), ben, room.Log(), chat.RightSend)
				if err != nil {
					t.Error(err)
					return
				}
				r, err := h.Do(t.Context(), chat.Send{Text: fmt.Sprint(i)}, two.key())
				if err != nil {
					codeIs(t, err, chat.CodeBanned)
					return
				}
				sent = append(sent, r)
			}
		})
		close(start)
		ban := one.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleBanned})
		wg.Wait()
		for _, r := range sent {
			if r.Pos > ban.Pos {
				t.Fatalf("round %d: a message at %d after the ban at %d", round, r.Pos, ban.Pos)
			}
		}
	}
}

func TestAChannelShowsNobodyToItsSubscribers(t *testing.T) {
	b := newBed(t)
	ana, ben, cyd := b.person("ana_a"), b.person("ben_b"), b.person("cyd_c")
	f := b.Follow(0)
	defer f.Close()
	room := b.room(chat.Channel, ana, ben)
	b.must(ana, room.Log(), chat.Send{Text: "thanks @ana_a, @ben_b, @cyd_c and you", Entities: []chat.Entity{
		{Kind: chat.EntityTextMention, Offset: 34, Length: 3, Account: ben.Account},
	}})
	for _, who := range []chat.Actor{ana, ben, cyd} { // cyd reads without joining
		res, err := b.open(who, room.Log(), chat.RightRead).Read(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range res.Items {
			if it.Author != 0 || it.Device != 0 || !it.Key.IsZero() {
				t.Fatalf("%d sees %+v", who.Account, it.Entry)
			}
			if named := accountsIn(t, it); len(named) > 0 {
				t.Fatalf("%d sees that %v are in the channel", who.Account, named)
			}
		}
	}
	pos, err := b.Pos(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for at := chat.Pos(0); at < pos; {
		g, err := f.Next(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range g.Entries {
			if e.Device != 0 || e.Log == room.Log() && (e.Author != 0 || !e.Key.IsZero()) {
				t.Fatalf("followers see %+v", e)
			}
		}
		at = g.Pos
	}
	h := b.open(ben, room.Log(), chat.RightRead)
	_, err = h.Members(t.Context(), engine.MemberQuery{Limit: 10})
	codeIs(t, err, chat.CodeForbidden)
	res, err := b.Sync(t.Context(), ben, engine.SyncQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(res.People, func(p chat.Person) bool { return p.ID == ana.Account }) {
		t.Fatalf("a subscriber's sync names the owner: %+v", res.People)
	}
}

// accountsIn are the accounts that a message mentions.
func accountsIn(t *testing.T, it chat.Item) (named []chat.AccountID) {
	t.Helper()
	if it.Env.Kind != chat.KindMessage {
		return nil
	}
	body, err := wireCodec.Decode(it.Env.Kind, it.Current())
	if err != nil {
		t.Fatal(err)
	}
	m := body.(*chat.Message)
	for _, e := range m.Entities {
		if e.Account != 0 {
			named = append(named, e.Account)
		}
	}
	return named
}

func TestPrivateLogsAreTheirOwners(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	r, err := b.Create(t.Context(), ana, engine.NewChat{Type: chat.Group, Title: "Private"}, b.key())
	if err != nil {
		t.Fatal(err)
	}
	for log, code := range map[chat.LogID]chat.Code{
		ana.Account.Log():         chat.CodeForbidden,
		r.Log:                     chat.CodeNotMember,
		r.Log.Chat().Staff():      chat.CodeNotMember,
		chat.LedgerLog.ID(1):      chat.CodeNotFound,
		chat.ChatID(999999).Log(): chat.CodeNotFound,
	} {
		_, err := b.Open(t.Context(), ben, log, chat.RightRead)
		if chat.CodeOf(err) != code {
			t.Errorf("open %s: %v, want %v", log, err, code)
		}
	}
}

func TestHiddenHistoryStaysHidden(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room := b.room(chat.Group, ana)
	yes := true
	old := b.say(ana, room, "before ben")
	b.must(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{HistoryHidden: &yes}})
	if _, err := b.Join(t.Context(), ben, engine.JoinBy{Chat: room}, b.key()); err != nil {
		t.Fatal(err)
	}
	b.say(ana, room, "after")
	if got := b.texts(b.person("cyd_c"), room); len(got) > 0 {
		t.Fatalf("somebody who has not joined sees %q", got)
	}
	h := b.open(ben, room.Log(), chat.RightRead)
	if got := b.texts(ben, room); !slices.Equal(got, []string{"after"}) {
		t.Fatalf("a page shows %q", got)
	}
	if items, err := h.Get(t.Context(), []chat.Seq{old.Seq}); err != nil || len(items) != 0 {
		t.Fatalf("get gives %v, %v", items, err)
	}
	if res, err := h.Read(t.Context(), 0, 100); err != nil || res.Items[0].Seq <= old.Seq {
		t.Fatalf("read gives %+v, %v", res.Items, err)
	}
	_, err := b.do(ben, room.Log(), chat.Send{Text: "re", Reply: &chat.Reply{Seq: old.Seq}})
	codeIs(t, err, chat.CodeTargetGone)
	saved, err := b.OpenDirect(t.Context(), ben, ben.Account, b.key())
	if err != nil {
		t.Fatal(err)
	}
	_, errs := b.Forward(t.Context(), ben, engine.Forward{
		From: room, Seqs: []chat.Seq{old.Seq}, To: saved, Keys: []chat.Key{b.key()},
	})
	codeIs(t, errs[0], chat.CodeTargetGone)
}

// UPD-5
func TestWhatIsSaidLaterOfHiddenHistoryStaysHidden(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room := b.room(chat.Group, ana)
	yes := true
	old := b.say(ana, room, "before ben")
	b.must(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{HistoryHidden: &yes}})
	if _, err := b.Join(t.Context(), ben, engine.JoinBy{Chat: room}, b.key()); err != nil {
		t.Fatal(err)
	}
	edit := b.must(ana, room.Log(), chat.Edit{Target: old.Seq, Text: "before ben, edited"})
	b.must(ana, room.Log(), chat.SetPin{Target: old.Seq})
	h := b.open(ben, room.Log(), chat.RightRead)
	read, err := h.Read(t.Context(), edit.Seq-1, 1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Get(t.Context(), []chat.Seq{edit.Seq})
	if err != nil {
		t.Fatal(err)
	}
	page, err := h.Page(t.Context(), engine.PageQuery{Before: edit.Seq + 1, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, items := range [][]chat.Item{read.Items, got, page.Items} {
		if len(items) != 1 || items[0].Seq != edit.Seq || len(items[0].Body) > 0 {
			t.Errorf("the edit of what is hidden is shown as %+v", items)
		}
	}
	if changes, err := h.Changes(t.Context(), 0); err != nil || len(changes.Targets) > 0 {
		t.Errorf("changes name %v, %v", changes.Targets, err)
	}
	row, err := h.Row(t.Context())
	if err != nil || len(row.Pinned) > 0 {
		t.Errorf("a row pins %v, %v", row.Pinned, err)
	}
	res, err := b.Sync(t.Context(), ben, engine.SyncQuery{Limit: 9})
	if err != nil || len(res.Chats[0].Pinned) > 0 {
		t.Errorf("a list pins %v, %v", res.Chats[0].Pinned, err)
	}
	a, err := b.Audience(t.Context(), room)
	if err != nil || a.From[ben.Account] <= old.Seq || a.From[ana.Account] != 0 {
		t.Errorf("the hub is told to hide %v, %v", a.From, err)
	}
}

// slowed makes a member of a group in slow mode.
func (b *bed) slowed() (member chat.Actor, room chat.ChatID) {
	b.t.Helper()
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room = b.room(chat.Group, ana, ben)
	slow := uint32(60)
	b.must(ana, room.Log(), chat.SetInfo{Change: chat.InfoChange{SlowSeconds: &slow}})
	return ben, room
}

func TestSlowModeHoldsForMessagesOnTheirWay(t *testing.T) {
	b := newBed(t)
	ben, room := b.slowed()
	h := b.open(ben, room.Log(), chat.RightSend)
	var stored, refused int
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range 10 {
		key := b.key()
		wg.Go(func() {
			_, err := h.Do(t.Context(), chat.Send{Text: fmt.Sprint(i)}, key)
			mu.Lock()
			defer mu.Unlock()
			switch chat.CodeOf(err) {
			case 0:
				stored++
			case chat.CodeSlowMode:
				refused++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if stored != 1 || refused != 9 {
		t.Fatalf("%d stored, %d refused", stored, refused)
	}
}

// ROOM-1
func TestSlowModeTakesAnAlbumThatIsSentAtOnceForOneMessage(t *testing.T) {
	b := newBed(t)
	ben, room := b.slowed()
	h := b.open(ben, room.Log(), chat.RightSend)
	photo := &chat.Message{Album: chat.AlbumID{1}, Media: &chat.Media{Kind: chat.MediaPhoto}}
	b.must(ben, room.Log(), chat.ForwardMessage{Message: photo, Album: chat.AlbumID{2}})
	var stored, refused atomic.Int32
	var wg sync.WaitGroup
	for range chat.MaxAlbum + 1 {
		key := b.key()
		wg.Go(func() {
			_, err := h.Do(t.Context(), chat.ForwardMessage{Message: photo, Album: chat.AlbumID{2}}, key)
			switch chat.CodeOf(err) {
			case 0:
				stored.Add(1)
			case chat.CodeSlowMode:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if stored.Load() != chat.MaxAlbum-1 || refused.Load() != 2 {
		t.Fatalf("%d stored, %d refused", stored.Load(), refused.Load())
	}
	last, err := b.store.Lately(t.Context(), room, ben.Account, 1)
	if err != nil {
		t.Fatal(err)
	}
	b.must(ben, room.Log(), chat.Delete{Targets: last})
	_, err = h.Do(t.Context(), chat.ForwardMessage{Message: photo, Album: chat.AlbumID{2}}, b.key())
	if chat.CodeOf(err) != chat.CodeSlowMode {
		t.Errorf("one more, as one was deleted: %v", err)
	}
	_, err = h.Do(t.Context(), chat.ForwardMessage{Message: photo, Album: chat.AlbumID{3}}, b.key())
	if chat.CodeOf(err) != chat.CodeSlowMode {
		t.Errorf("another album at once: %v", err)
	}
}

func TestTwoWhoOpenTheirChatAtOnceGetOne(t *testing.T) {
	one, two := twoEngines(t)
	for i := range 10 {
		ana, ben := one.person("ana"+strings.Repeat("x", i+3)), one.person("ben"+strings.Repeat("x", i+3))
		rooms := make([]chat.ChatID, 2)
		var wg sync.WaitGroup
		for side, s := range []struct {
			b    *bed
			who  chat.Actor
			peer chat.AccountID
		}{{one, ana, ben.Account}, {two, ben, ana.Account}} {
			key := s.b.key()
			wg.Go(func() {
				room, err := s.b.OpenDirect(t.Context(), s.who, s.peer, key)
				if err != nil {
					t.Error(err)
				}
				rooms[side] = room
			})
		}
		wg.Wait()
		if rooms[0] != rooms[1] || rooms[0] == 0 {
			t.Fatalf("two chats of two: %v", rooms)
		}
	}
}

func TestWhoOpensAChatShowsInNoListBeforeTheFirstMessage(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	listed := func(who chat.Actor) (unread []uint32) {
		t.Helper()
		res, err := b.Sync(t.Context(), who, engine.SyncQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range res.Chats {
			unread = append(unread, row.Unread)
		}
		return unread
	}
	near := func(who, whom chat.Actor) bool {
		t.Helper()
		close, err := b.Near(t.Context(), who, []chat.AccountID{whom.Account})
		if err != nil {
			t.Fatal(err)
		}
		return len(close) > 0
	}
	room, err := b.OpenDirect(t.Context(), ana, ben.Account, b.key())
	if err != nil {
		t.Fatal(err)
	}
	if len(listed(ana)) != 1 || len(listed(ben)) != 0 || near(ana, ben) || near(ben, ana) {
		t.Fatalf("opened: %v, %v, near %t, %t", listed(ana), listed(ben), near(ana, ben), near(ben, ana))
	}
	_, err = b.do(ben, room.Log(), chat.Send{Text: "who is it?"})
	codeIs(t, err, chat.CodeNotMember)
	b.must(ben, ben.Account.Log(), chat.SetBlock{Account: ana.Account, Blocked: true})
	_, err = b.do(ana, room.Log(), chat.Send{Text: "hello"})
	codeIs(t, err, chat.CodeCannotWrite)
	if len(listed(ben)) != 0 {
		t.Fatal("a blocked account brought its chat to who blocks it")
	}
	b.must(ben, ben.Account.Log(), chat.SetBlock{Account: ana.Account})
	b.say(ana, room, "hello")
	b.say(ana, room, "are you there?")
	if got := listed(ben); !slices.Equal(got, []uint32{2}) || near(ana, ben) || near(ben, ana) {
		t.Fatalf("said: %v, near %t, %t", got, near(ana, ben), near(ben, ana))
	}
	b.say(ben, room, "I am")
	if !near(ana, ben) || !near(ben, ana) {
		t.Fatal("who talk with each other are not near")
	}
}

func TestFirstMessagesThatRaceBringTheOtherInOnce(t *testing.T) {
	one, two := twoEngines(t)
	ana, ben := one.person("ana_a"), one.person("ben_b")
	room, err := one.OpenDirect(t.Context(), ana, ben.Account, one.key())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var waits atomic.Int32
	for i := range 20 {
		b := []*bed{one, two}[i%2]
		key, h := b.key(), b.open(ana, room.Log(), chat.RightSend)
		wg.Go(func() {
			switch _, err := h.Do(t.Context(), chat.Send{Text: "hi"}, key); chat.CodeOf(err) {
			case 0:
			case chat.CodeRequestPending:
				waits.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	key := two.key()
	wg.Go(func() {
		if again, err := two.OpenDirect(t.Context(), ben, ana.Account, key); err != nil || again != room {
			t.Error(again, err)
		}
	})
	wg.Wait()
	items, err := one.store.Read(t.Context(), ben.Account.Log(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	came := 0
	for _, it := range items {
		if it.Env.Kind == chat.KindMyChat {
			came++
		}
	}
	// Either ben opened it first, or he was approached, and opening it accepted nothing.
	want := 20
	if row, err := two.open(ben, room.Log(), chat.RightRead).Row(t.Context()); err != nil {
		t.Fatal(err)
	} else if row.Me.Role == chat.RoleApproached {
		want = chat.MaxUnanswered
	}
	if texts := two.texts(ben, room); came != 1 || len(texts) != want || int(waits.Load()) != 20-want {
		t.Fatalf("ben came in %d times and sees %d messages; %d wait", came, len(texts), waits.Load())
	}
}

func TestABlockEndsADirectChatThroughAnyEngine(t *testing.T) {
	one, two := twoEngines(t)
	ana, ben := one.person("ana_a"), one.person("ben_b")
	room, err := one.OpenDirect(t.Context(), ana, ben.Account, one.key())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.OpenDirect(t.Context(), ben, ana.Account, two.key()); err != nil {
		t.Fatal(err)
	}
	two.say(ben, room, "hello")
	one.must(ana, ana.Account.Log(), chat.SetBlock{Account: ben.Account, Blocked: true})
	_, err = two.do(ben, room.Log(), chat.Send{Text: "hello?"})
	codeIs(t, err, chat.CodeCannotWrite)
	one.must(ana, ana.Account.Log(), chat.SetBlock{Account: ben.Account})
	two.say(ben, room, "thanks")
}

func TestABlockHidesEachFromTheOther(t *testing.T) {
	b := newBed(t)
	ana, ben, cyd := b.person("ana_a"), b.person("ben_b"), b.person("cyd_c")
	b.room(chat.Group, cyd, ana, ben)
	if err := b.Seen(t.Context(), map[chat.AccountID]chat.Millis{ana.Account: 5, ben.Account: 6}); err != nil {
		t.Fatal(err)
	}
	sees := func(who, whom chat.Actor) (near, unseen bool, seen chat.Millis) {
		t.Helper()
		close, err := b.Near(t.Context(), who, []chat.AccountID{whom.Account})
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Person(t.Context(), who, whom.Account)
		if err != nil {
			t.Fatal(err)
		}
		return len(close) > 0, p.Unseen, p.LastSeen
	}
	if near, unseen, seen := sees(ben, ana); !near || unseen || seen != 5 {
		t.Fatalf("before: %t, %t, %d", near, unseen, seen)
	}
	b.must(ana, ana.Account.Log(), chat.SetBlock{Account: ben.Account, Blocked: true})
	for _, c := range [][2]chat.Actor{{ben, ana}, {ana, ben}} {
		if near, unseen, seen := sees(c[0], c[1]); near || !unseen || seen != 0 {
			t.Errorf("after, %d sees of %d: %t, %t, %d", c[0].Account, c[1].Account, near, unseen, seen)
		}
	}
	if near, unseen, seen := sees(cyd, ana); !near || unseen || seen != 5 {
		t.Errorf("a third sees %t, %t, %d", near, unseen, seen)
	}
}

func TestNumbersOfAccountsNameOnlyWhoWasMet(t *testing.T) {
	b := newBed(t)
	ana, ben, cyd, dee := b.person("ana_a"), b.person("ben_b"), b.person("cyd_c"), b.person("dee_d")
	b.room(chat.Group, ana, ben)
	b.room(chat.Channel, ana, cyd, dee)
	gone := b.room(chat.Group, dee, ben)
	b.must(ben, gone.Log(), chat.Leave{})
	for _, c := range []struct {
		who, whom chat.Actor
		met       bool
	}{
		{ana, ana, true}, {ben, ana, true}, {ana, cyd, true}, {cyd, ana, false}, {cyd, dee, false},
		{dee, ben, true}, {ben, dee, false}, {ben, cyd, false},
	} {
		p, err := b.Person(t.Context(), c.who, c.whom.Account)
		if c.met != (err == nil && p.ID == c.whom.Account) {
			t.Errorf("%d asks for %d: %+v, %v", c.who.Account, c.whom.Account, p, err)
		}
		if !c.met {
			codeIs(t, err, chat.CodeNotFound)
		}
	}
	_, err := b.Person(t.Context(), ana, 999)
	codeIs(t, err, chat.CodeNotFound)
}

func TestALinkLetsInAsManyAsItSays(t *testing.T) {
	b := newBed(t)
	people := b.people(8)
	r, err := b.Create(t.Context(), people[0], engine.NewChat{Type: chat.Group, Title: "Private"}, b.key())
	if err != nil {
		t.Fatal(err)
	}
	h := b.open(people[0], r.Log, chat.RightLinks)
	link, err := h.CreateLink(t.Context(), chat.InviteLink{Limit: 3}, b.key())
	if err != nil {
		t.Fatal(err)
	}
	if len(link.Token) != 22 {
		t.Fatalf("token %q", link.Token)
	}
	var in, out int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, who := range people[1:] {
		key := b.key()
		wg.Go(func() {
			_, err := b.Join(context.Background(), who, engine.JoinBy{Token: link.Token}, key)
			mu.Lock()
			defer mu.Unlock()
			switch chat.CodeOf(err) {
			case 0:
				in++
			case chat.CodeInviteUsedUp:
				out++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if in != 3 || out != 4 {
		t.Fatalf("%d in, %d refused", in, out)
	}
	links, err := h.Links(t.Context())
	if err != nil || len(links) != 1 || links[0].Uses != 3 {
		t.Fatalf("links %+v, %v", links, err)
	}
}

func TestComingBackByALinkUsesItNoMore(t *testing.T) {
	b := newBed(t)
	people := b.people(4)
	room := b.room(chat.Group, people[0])
	h := b.open(people[0], room.Log(), chat.RightLinks)
	link, err := h.CreateLink(t.Context(), chat.InviteLink{Limit: 2}, b.key())
	if err != nil {
		t.Fatal(err)
	}
	join := func(who chat.Actor) error {
		_, err := b.Join(t.Context(), who, engine.JoinBy{Token: link.Token}, b.key())
		return err
	}
	for range 3 {
		for _, who := range people[1:3] {
			if err := join(who); err != nil {
				t.Fatal(err)
			}
		}
		if err := join(people[3]); chat.CodeOf(err) != chat.CodeInviteUsedUp {
			t.Fatalf("a third person was told %v", err)
		}
		b.must(people[1], room.Log(), chat.Leave{})
		b.must(people[0], room.Log(), chat.SetMember{Account: people[2].Account, Role: chat.RoleNone})
	}
	links, err := h.Links(t.Context())
	if err != nil || len(links) != 1 || links[0].Uses != 2 {
		t.Fatalf("links %+v, %v", links, err)
	}
	b.must(people[0], room.Log(), chat.RevokeLink{Token: link.Token})
	if err := join(people[1]); chat.CodeOf(err) != chat.CodeInviteExpired {
		t.Fatalf("by a revoked link: %v", err)
	}
}

func TestAskingByALinkUsesItUpOnlyWhenLetIn(t *testing.T) {
	b := newBed(t)
	people := b.people(4)
	room := b.room(chat.Group, people[0])
	yes := true
	b.must(people[0], room.Log(), chat.SetInfo{Change: chat.InfoChange{JoinApproval: &yes}})
	h := b.open(people[0], room.Log(), chat.RightLinks)
	link, err := h.CreateLink(t.Context(), chat.InviteLink{Limit: 1}, b.key())
	if err != nil {
		t.Fatal(err)
	}
	uses := func() uint32 {
		t.Helper()
		links, err := h.Links(t.Context())
		if err != nil || len(links) != 1 {
			t.Fatal(links, err)
		}
		return links[0].Uses
	}
	for _, who := range people[1:] {
		joined, err := b.Join(t.Context(), who, engine.JoinBy{Token: link.Token}, b.key())
		if err != nil || !joined.Requested {
			t.Fatal(joined, err)
		}
	}
	b.must(people[1], room.Log(), chat.Leave{})
	b.must(people[0], room.Log(), chat.DecideRequest{Account: people[2].Account})
	if n := uses(); n != 0 {
		t.Fatalf("%d uses, and nobody came in", n)
	}
	// Who asked while the link was good is let in by the answer, whatever has become of the link.
	b.must(people[0], room.Log(), chat.RevokeLink{Token: link.Token})
	b.must(people[0], room.Log(), chat.DecideRequest{Account: people[3].Account, Accept: true})
	if n := uses(); n != 1 {
		t.Fatalf("%d uses, and one came in", n)
	}
}

func TestForwardsKeepTheSourceTheyMay(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	group, news := b.room(chat.Group, ana, ben), b.room(chat.Channel, ana, ben)
	said, post := b.say(ana, group, "mine"), b.say(ana, news, "news")
	forward := func(from chat.ChatID, seq chat.Seq, hide bool) *chat.Forward {
		t.Helper()
		rs, errs := b.Forward(t.Context(), ben, engine.Forward{
			From: from, Seqs: []chat.Seq{seq}, To: group, Keys: []chat.Key{b.key()}, HideSource: hide,
		})
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		items, err := b.open(ben, group.Log(), chat.RightRead).Get(t.Context(), []chat.Seq{rs[0].Seq})
		if err != nil {
			t.Fatal(err)
		}
		body, err := wireCodec.Decode(chat.KindMessage, items[0].Body)
		if err != nil {
			t.Fatal(err)
		}
		return body.(*chat.Message).Forward
	}
	if f := forward(group, said.Seq, false); f == nil || f.Account != ana.Account {
		t.Errorf("with source: %+v", f)
	}
	if f := forward(group, said.Seq, true); f != nil {
		t.Errorf("without source: %+v", f)
	}
	if f := forward(news, post.Seq, false); f == nil || f.Chat != news || f.Account != 0 || f.Seq != post.Seq {
		t.Errorf("of a channel: %+v", f)
	}
	b.must(ana, ana.Account.Log(), chat.SetPrivacy{Privacy: chat.Privacy{HideForwards: true}})
	if f := forward(group, said.Seq, false); f == nil || f.Account != 0 || !strings.Contains(f.Name, "ana") {
		t.Errorf("of somebody who hides: %+v", f)
	}
}

func TestOnlyMembersAreMentioned(t *testing.T) {
	b := newBed(t)
	ana, ben, cyd := b.person("ana_a"), b.person("ben_b"), b.person("cyd_c")
	room := b.room(chat.Group, ana, ben)
	b.must(ana, room.Log(), chat.Send{Text: "you two, @ben_b and @cyd_c", Entities: []chat.Entity{
		{Kind: chat.EntityTextMention, Length: 3, Account: cyd.Account},
		{Kind: chat.EntityTextMention, Offset: 4, Length: 3, Account: ben.Account},
	}})
	if _, err := b.Join(t.Context(), cyd, engine.JoinBy{Chat: room}, b.key()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who  chat.Actor
		want uint32
	}{{ben, 1}, {cyd, 0}} {
		res, err := b.Sync(t.Context(), c.who, engine.SyncQuery{Limit: 1})
		if err != nil || res.Chats[0].Mentions != c.want {
			t.Errorf("account %d has %d mentions, %v; want %d", c.who.Account, res.Chats[0].Mentions, err, c.want)
		}
	}
}

func TestAnAccountOwnsSoManyChatsAndNoMore(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	var last chat.ChatID
	create := func() error {
		r, err := b.Create(t.Context(), ana, engine.NewChat{Type: chat.Group, Title: "one more"}, b.key())
		last = r.Log.Chat()
		return err
	}
	for range chat.MaxOwned {
		if err := create(); err != nil {
			t.Fatal(err)
		}
	}
	full := last
	codeIs(t, create(), chat.CodeTooMany)
	theirs := b.room(chat.Group, ben, ana)
	b.must(ben, theirs.Log(), chat.SetMember{Account: ana.Account, Role: chat.RoleAdmin})
	_, err := b.do(ben, theirs.Log(), chat.Transfer{Account: ana.Account})
	codeIs(t, err, chat.CodeTooMany)
	b.must(ana, full.Log(), chat.DeleteChat{})
	if err := create(); err != nil {
		t.Fatalf("in the place of one that was deleted: %v", err)
	}
}
