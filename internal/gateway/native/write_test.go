// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"fmt"
	"net"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// SEND-2 SEND-3 LIM-3
func TestABurstFromOneConnectionIsKeptWholeAndInOrder(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		c := h.dialMany(h.users(2))
		room := group(c[0], c[1])
		const many = 2000
		receipts := make(chan *zolalv1.Receipt, many)
		var want []string
		for i := range many {
			text := fmt.Sprintf("message %d", i)
			want = append(want, text)
			req := &zolalv1.SendRequest{Chat: room, Key: key(), Text: text}
			check(t, c[0].Start("Messages/Send", req, func(payload []byte, err error) {
				r := new(zolalv1.Receipt)
				if err == nil {
					err = proto.Unmarshal(payload, r)
				}
				if err != nil {
					t.Error(err)
				}
				receipts <- r
			}))
		}
		last := uint32(0)
		for range many {
			r := <-receipts
			if r.GetSeq() <= last || r.GetRepeated() {
				t.Fatalf("seq %d after %d, repeated %v", r.GetSeq(), last, r.GetRepeated())
			}
			last = r.GetSeq()
		}
		c[1].hear(room, want...)
		c[0].hear(room, want...)
	})
}

// SEND-1
func TestARetriedWriteAnswersWithItsFirstPlaceAndIsHeardOnce(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(2))
	room := group(c[0], c[1])
	req := &zolalv1.SendRequest{Chat: room, Key: key(), Text: "once"}
	first := ask[zolalv1.Receipt](c[0], "Messages/Send", req)
	say(c[0], room, "between")
	for range 3 {
		again := ask[zolalv1.Receipt](c[0], "Messages/Send", req)
		if !again.GetRepeated() || again.GetSeq() != first.GetSeq() {
			t.Errorf("first %v, again %v", first, again)
		}
	}
	say(c[0], room, "end")
	c[1].hear(room, "once", "between", "end")
	for _, bad := range [][]byte{nil, {1, 2, 3}, make([]byte, 17)} {
		code := c[0].refused("Messages/Send", &zolalv1.SendRequest{Chat: room, Key: bad, Text: "x"})
		if code != zolalv1.ErrorCode_KEY_INVALID {
			t.Errorf("key %x: %s", bad, code)
		}
	}
	old := zolal.NewKey(time.Now().Add(-31 * 24 * time.Hour))
	if code := c[0].refused("Messages/Send", &zolalv1.SendRequest{Chat: room, Key: old, Text: "x"}); code !=
		zolalv1.ErrorCode_KEY_EXPIRED {
		t.Errorf("an old key: %s", code)
	}
	early := zolal.NewKey(time.Now().Add(72 * time.Hour))
	if code := c[0].refused("Messages/Send", &zolalv1.SendRequest{Chat: room, Key: early, Text: "x"}); code !=
		zolalv1.ErrorCode_KEY_INVALID {
		t.Errorf("a key from the future: %s", code)
	}
}

// LIM-4 UPD-3 SYNC-4
func TestAReaderThatStopsHoldsUpNobodyAndCatchesUp(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		u := h.users(3)
		c := h.dialMany(u[:2])
		lazy := h.dial(u[2], zolal.WebSocket)
		room := group(c[0], c[1], lazy)
		check(t, lazy.Close())
		stuck := h.greeted(u[2]) // reads nothing more
		check(t, stuck.Conn.(*net.TCPConn).SetReadBuffer(64<<10))
		body := pad(4000)
		sent := 0
		entries := func(got []*zolalv1.Update) (n int) {
			for _, u := range got {
				n += len(u.GetChat().GetEntries())
			}
			return n
		}
		say(c[0], room, "begin")
		c[1].wait("the beginning", func(got []*zolalv1.Update) bool {
			have, _ := texts(got, room)
			sent = entries(got)
			return len(have) > 0
		})
		for h.hub.Stats().Overflows == 0 {
			for range 20 {
				req := &zolalv1.SendRequest{Chat: room, Key: key(), Text: body}
				check(t, c[0].Start("Messages/Send", req, func([]byte, error) {}))
				sent++
			}
			// The other reader sets the pace; the one that has stopped does not.
			c[1].wait("all messages", func(got []*zolalv1.Update) bool { return entries(got) >= sent })
		}
		// Now it reads: first what the network still held, then one word to sync.
		seen, resync := map[uint32]bool{}, false
		last := uint32(0)
		for !resync {
			_, payload, err := stuck.next()
			check(t, err)
			f := new(zolalv1.ServerFrame)
			check(t, proto.Unmarshal(payload, f))
			for _, u := range f.GetUpdates().GetUpdates() {
				resync = resync || u.GetResync().GetDropped() > 0
				for _, e := range u.GetChat().GetEntries() {
					if seen[e.GetSeq()] || e.GetSeq() < last {
						t.Fatalf("entry %d after %d", e.GetSeq(), last)
					}
					seen[e.GetSeq()], last = true, e.GetSeq()
				}
			}
		}
		stuck.ask(1, "Messages/Read", &zolalv1.ReadRequest{Chat: room, After: last, Limit: 10})
		r := new(zolalv1.ReadResponse)
		check(t, proto.Unmarshal(stuck.answer().GetPayload(), r))
		if len(r.GetEntries()) == 0 || r.GetEntries()[0].GetSeq() != last+1 {
			t.Errorf("after entry %d the log goes on with %v", last, r.GetEntries())
		}
	})
}

// SYNC-1 SYNC-2 SYNC-3
func TestOneRequestCatchesUpWithWhatMovedWhileAway(t *testing.T) {
	h := serve(t)
	u := h.users(2)
	a, b := h.dial(u[0], zolal.WebSocket), h.dial(u[1], zolal.WebSocket)
	var rooms []uint32
	for range 5 {
		rooms = append(rooms, group(a, b))
	}
	first := ask[zolalv1.SyncResponse](b, "Sync/Sync", &zolalv1.SyncRequest{Limit: 3})
	if len(first.GetChats()) != 3 || !first.GetMore() || first.GetState() == nil || first.GetTotalChats() != 5 {
		t.Fatalf("first: %v", first)
	}
	rest := ask[zolalv1.SyncResponse](b, "Sync/Sync", &zolalv1.SyncRequest{Limit: 3, Skip: 3})
	if len(rest.GetChats()) != 2 || rest.GetMore() {
		t.Fatalf("rest: %v", rest)
	}
	check(t, b.Close())
	say(a, rooms[1], "one")
	say(a, rooms[3], "two")
	say(a, rooms[3], "three")
	b = h.dial(u[1], zolal.WebSocket)
	then := ask[zolalv1.SyncResponse](b, "Sync/Sync", &zolalv1.SyncRequest{
		Limit: 1000, Pos: first.GetPos(), UserSeq: first.GetUserHead().GetSeq(),
		Incarnation: first.GetIncarnation(),
	})
	if then.GetIncarnationChanged() || then.GetState() != nil || len(then.GetChats()) != 2 {
		t.Fatalf("then: %v", then)
	}
	top := then.GetChats()[0]
	m := new(zolalv1.Message)
	check(t, proto.Unmarshal(top.GetLast().GetBody(), m))
	if top.GetChat().GetId() != rooms[3] || top.GetUnread() != 2 || m.GetText() != "three" ||
		top.GetLastAuthor().GetId() != uint32(u[0].Account) || !top.GetLastAuthor().GetOnline() {
		t.Errorf("the top chat is %v", top)
	}
	other := ask[zolalv1.SyncResponse](b, "Sync/Sync", &zolalv1.SyncRequest{
		Limit: 1000, Pos: first.GetPos(), UserSeq: 1, Incarnation: key(),
	})
	if !other.GetIncarnationChanged() || other.GetState() == nil || len(other.GetChats()) != 5 {
		t.Errorf("after a restore: %v", other)
	}
}

// SYNC-5
func TestTheLastCommonEntryIsFoundByItsChain(t *testing.T) {
	h := serve(t)
	a := h.dial(h.users(1)[0], zolal.WebSocket)
	room := group(a)
	one, two := say(a, room, "one"), say(a, room, "two")
	samples := []*zolalv1.Sample{
		{Seq: two.GetSeq(), Chain: make([]byte, 8)}, {Seq: one.GetSeq(), Chain: one.GetChain()},
	}
	req := &zolalv1.CommonRequest{Chat: room, Samples: samples}
	got := ask[zolalv1.CommonResponse](a, "Sync/Common", req)
	if got.GetSeq() != one.GetSeq() {
		t.Errorf("common at %d", got.GetSeq())
	}
}

// UPD-2
func TestWhatIsFleetingReachesThoseItConcerns(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(4))
	room := group(c[0], c[1])
	stranger := c[2]
	signals := func(c *client, ok func(*zolalv1.Signal) bool) {
		t.Helper()
		c.wait("a signal", func(got []*zolalv1.Update) bool {
			for _, u := range got {
				if u.GetSignal() != nil && ok(u.GetSignal()) {
					return true
				}
			}
			return false
		})
	}
	me, you := uint32(c[0].user.Account), uint32(c[1].user.Account)
	// What is fleeting passes to those whom the hub knows to be in; a message that arrived shows that it does.
	say(c[0], room, "you are in")
	c[1].wait("the first message", func(got []*zolalv1.Update) bool {
		for _, u := range got {
			if u.GetChat().GetChat() == room {
				return true
			}
		}
		return false
	})
	// Typing.
	ask[zolalv1.Empty](c[0], "Sync/Typing", &zolalv1.TypingRequest{Chat: room})
	signals(c[1], func(s *zolalv1.Signal) bool {
		return s.GetTyping().GetChat() == room && s.GetTyping().GetAccount() == me
	})
	if code := stranger.refused("Sync/Typing", &zolalv1.TypingRequest{Chat: room}); code == 0 {
		t.Error("a stranger types")
	}
	// Reads and reactions.
	sent := say(c[0], room, "read me")
	ask[zolalv1.ReadMark](c[1], "Sync/MarkRead", &zolalv1.MarkReadRequest{
		Chat: room, Seq: sent.GetSeq(), Key: key(),
	})
	signals(c[0], func(s *zolalv1.Signal) bool {
		return s.GetRead().GetSeq() == sent.GetSeq() && s.GetRead().GetAccount() == you
	})
	ask[zolalv1.ReactResponse](c[1], "Messages/React", &zolalv1.ReactRequest{
		Chat: room, Seq: sent.GetSeq(), Emojis: []string{"👍"},
	})
	signals(c[0], func(s *zolalv1.Signal) bool {
		t := s.GetTally().GetTallies()
		return len(t) == 1 && t[0].GetSeq() == sent.GetSeq() && t[0].GetReactions()[0].GetEmoji() == "👍"
	})
	// Presence, only of people one shares a small chat with.
	direct := ask[zolalv1.ChatInfo](c[0], "Chats/OpenDirect", &zolalv1.OpenDirectRequest{
		Key: key(), Account: uint32(c[3].user.Account),
	})
	say(c[0], direct.GetId(), "hello")
	say(c[3], direct.GetId(), "who is it?") // before that c[0] is a stranger, to whom nothing is shown
	check(t, c[3].Close())
	watched := ask[zolalv1.WatchResponse](c[0], "Sync/Watch", &zolalv1.WatchRequest{
		Accounts: []uint32{you, uint32(stranger.user.Account), uint32(c[3].user.Account)},
	})
	people := watched.GetPeople()
	if len(people) != 2 || people[0].GetAccount() != you || !people[0].GetOnline() {
		t.Errorf("watched: %v", watched)
	}
	ask[zolalv1.Receipt](c[1], "Sync/SetPrivacy", &zolalv1.SetPrivacyRequest{
		Key: key(), Privacy: &zolalv1.Privacy{HideLastSeen: true},
	})
	signals(c[0], func(s *zolalv1.Signal) bool {
		return s.GetPresence().GetAccount() == you && !s.GetPresence().GetOnline()
	})
}

// UPD-2 STR-1
func TestAStrangerIsToldNothingUntilItIsAccepted(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(2))
	ana, ben := c[0], c[1]
	room := ask[zolalv1.ChatInfo](ana, "Chats/OpenDirect", &zolalv1.OpenDirectRequest{
		Key: key(), Account: uint32(ben.user.Account),
	}).GetId()
	sent := say(ana, room, "hello")
	// Each types and reads; neither hears of it, nor where the other is.
	for i, one := range c {
		ask[zolalv1.Empty](one, "Sync/Typing", &zolalv1.TypingRequest{Chat: room})
		ask[zolalv1.ReadMark](one, "Sync/MarkRead", &zolalv1.MarkReadRequest{
			Chat: room, Seq: sent.GetSeq(), Key: key(),
		})
		other := uint32(c[1-i].user.Account)
		watch := &zolalv1.WatchRequest{Accounts: []uint32{other}}
		if near := ask[zolalv1.WatchResponse](one, "Sync/Watch", watch).GetPeople(); len(near) > 0 {
			t.Errorf("it watches %v", near)
		}
		p := ask[zolalv1.Person](one, "Accounts/Person", &zolalv1.PersonRequest{Account: other})
		if p.GetOnline() || p.GetLastSeenMs() != 0 {
			t.Errorf("the other is %v", p)
		}
	}
	info := ask[zolalv1.ChatInfo](ben, "Chats/Get", &zolalv1.ChatRequest{Chat: room})
	if info.GetMe().GetRole() != zolalv1.Role_ROLE_APPROACHED || info.GetStranger() == nil {
		t.Errorf("ben sees %v", info)
	}
	// What comes next comes after all that was told before.
	last := say(ana, room, "are you there?").GetSeq()
	ana.wait("her own message", func(got []*zolalv1.Update) (there bool) {
		for _, u := range got {
			if u.GetSignal() != nil {
				t.Fatalf("a signal to a stranger: %v", u)
			}
			for _, e := range u.GetChat().GetEntries() {
				there = there || e.GetSeq() == last
			}
		}
		return there
	})
	ask[zolalv1.Receipt](ben, "Chats/AnswerInvitation", &zolalv1.AnswerRequest{
		Chat: room, Key: key(), Accept: true,
	})
	ana.wait("the acceptance, and what was read before it", func(got []*zolalv1.Update) bool {
		accepted, read := false, false
		for _, u := range got {
			read = read || u.GetSignal().GetRead().GetSeq() == sent.GetSeq()
			for _, e := range u.GetChat().GetEntries() {
				accepted = accepted || e.GetEnvelope().GetKind() == zolalv1.Kind_KIND_ACCEPTED
			}
		}
		return accepted && read
	})
	p := ask[zolalv1.Person](ana, "Accounts/Person", &zolalv1.PersonRequest{Account: uint32(ben.user.Account)})
	if !p.GetOnline() {
		t.Error("who accepted is not shown")
	}
	again := say(ana, room, "thanks")
	ask[zolalv1.ReadMark](ben, "Sync/MarkRead", &zolalv1.MarkReadRequest{
		Chat: room, Seq: again.GetSeq(), Key: key(),
	})
	ana.wait("the read mark", func(got []*zolalv1.Update) bool {
		for _, u := range got {
			if r := u.GetSignal().GetRead(); r.GetSeq() == again.GetSeq() {
				return true
			}
		}
		return false
	})
}

// UPD-2
func TestWhoMayNotWriteIsNotShownAsWriting(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(2))
	direct := ask[zolalv1.ChatInfo](c[0], "Chats/OpenDirect", &zolalv1.OpenDirectRequest{
		Key: key(), Account: uint32(c[1].user.Account),
	})
	ask[zolalv1.Empty](c[0], "Sync/Typing", &zolalv1.TypingRequest{Chat: direct.GetId()})
	ask[zolalv1.Receipt](c[1], "Sync/SetBlock", &zolalv1.SetBlockRequest{
		Key: key(), Block: &zolalv1.Block{Account: uint32(c[0].user.Account), Blocked: true},
	})
	code := c[0].refused("Sync/Typing", &zolalv1.TypingRequest{Chat: direct.GetId()})
	if code != zolalv1.ErrorCode_CANNOT_WRITE {
		t.Errorf("typing to who blocked me: %s", code)
	}
}

// UPD-4
func TestARemovedMemberHearsOfItAndNothingAfter(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(3))
	room := group(c[0], c[1], c[2])
	say(c[0], room, "to all")
	c[1].hear(room, "to all")
	ask[zolalv1.Receipt](c[0], "Chats/SetMember", &zolalv1.SetMemberRequest{
		Chat: room, Key: key(), Account: uint32(c[1].user.Account), Role: zolalv1.Role_ROLE_BANNED,
	})
	say(c[0], room, "behind his back")
	c[2].hear(room, "to all", "behind his back")
	c[1].hear(room, "to all")
	c[1].wait("word of it", func(got []*zolalv1.Update) bool {
		for _, u := range got {
			for _, e := range u.GetUser().GetEntries() {
				m := new(zolalv1.MyChat)
				if e.GetEnvelope().GetKind() == zolalv1.Kind_KIND_MY_CHAT && proto.Unmarshal(e.GetBody(), m) == nil &&
					m.GetChat() == room && m.GetMember().GetRole() == zolalv1.Role_ROLE_BANNED {
					return true
				}
			}
		}
		return false
	})
	c[1].mu.Lock()
	defer c[1].mu.Unlock()
	for _, u := range c[1].got {
		for _, e := range u.GetChat().GetEntries() {
			if k := e.GetEnvelope().GetKind(); k == zolalv1.Kind_KIND_MEMBER {
				m := new(zolalv1.MemberChange)
				check(t, proto.Unmarshal(e.GetBody(), m))
				if m.GetMember().GetRole() == zolalv1.Role_ROLE_BANNED {
					t.Error("he got the entry that removed him")
				}
			}
		}
	}
}

func TestASubscriberOfAChannelSeesNobody(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(3))
	made := ask[zolalv1.ChatInfo](c[0], "Chats/CreateChannel", &zolalv1.CreateChatRequest{
		Key: key(), Title: "news", Name: "the_news",
	})
	for _, s := range c[1:] {
		ask[zolalv1.JoinResponse](s, "Chats/Join", &zolalv1.JoinRequestRequest{Key: key(), Chat: made.GetId()})
	}
	say(c[0], made.GetId(), "hello")
	c[1].hear(made.GetId(), "hello")
	c[1].mu.Lock()
	defer c[1].mu.Unlock()
	for _, u := range c[1].got {
		for _, e := range u.GetChat().GetEntries() {
			if e.GetAuthor() != 0 || len(e.GetKey()) != 0 {
				t.Errorf("an entry of a channel shows %v", e)
			}
		}
	}
	if code := c[1].refused("Chats/Members", &zolalv1.MembersRequest{Chat: made.GetId(), Limit: 10}); code !=
		zolalv1.ErrorCode_FORBIDDEN {
		t.Errorf("members: %s", code)
	}
}

func TestWhatAsksForTooMuchOfSyncIsRefusedByName(t *testing.T) {
	h := serve(t)
	c := h.dial(h.users(1)[0], zolal.WebSocket)
	for _, limit := range []uint32{0, 1001} {
		got := c.refused("Sync/Sync", &zolalv1.SyncRequest{Limit: limit})
		if got != zolalv1.ErrorCode_BAD_REQUEST {
			t.Errorf("a sync of %d chats: %s", limit, got)
		}
	}
	all := make([]uint32, wire.MaxWatched)
	ask[zolalv1.WatchResponse](c, "Sync/Watch", &zolalv1.WatchRequest{Accounts: all})
	one := &zolalv1.WatchRequest{Accounts: append(all, 1)}
	if got := c.refused("Sync/Watch", one); got != zolalv1.ErrorCode_TOO_MANY {
		t.Errorf("one too many watched: %s", got)
	}
}

// An older client says nothing of switches that it does not know: they stay as they are.
//
// FIND-2
func TestSwitchesThatAnOlderClientDoesNotKnowStayAsTheyAre(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(1))[0]
	yes, no := true, false
	for _, step := range []struct {
		set               *zolalv1.Privacy
		unfindable, quiet bool
	}{
		{&zolalv1.Privacy{Unfindable: &yes}, true, false},
		{&zolalv1.Privacy{HideReads: true}, true, false},
		{&zolalv1.Privacy{QuietContacts: &yes}, true, true},
		{nil, true, true},
		{&zolalv1.Privacy{Unfindable: &no, QuietContacts: &no}, false, false},
	} {
		ask[zolalv1.Receipt](c, "Sync/SetPrivacy", &zolalv1.SetPrivacyRequest{Key: key(), Privacy: step.set})
		got := ask[zolalv1.UserState](c, "Accounts/Me", &zolalv1.Empty{}).GetPrivacy()
		if got.GetUnfindable() != step.unfindable || got.GetQuietContacts() != step.quiet {
			t.Errorf("after %v the switches are %v", step.set, got)
		}
	}
}
