// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"slices"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func TestTwoPeopleTalk(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room, err := b.OpenDirect(t.Context(), ana, ben.Account, b.key())
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.OpenDirect(t.Context(), ben, ana.Account, b.key())
	if err != nil || again != room {
		t.Fatalf("the other side opened %d, %v; want %d", again, err, room)
	}
	first := b.say(ana, room, "salaam")
	b.must(ben, room.Log(), chat.Send{Text: "khubi?", Reply: &chat.Reply{Seq: first.Seq, Quote: "laam"}})
	b.must(ana, room.Log(), chat.Edit{Target: first.Seq, Text: "salaam!"})
	if got, want := b.texts(ben, room), []string{"salaam!", "khubi?"}; !slices.Equal(got, want) {
		t.Fatalf("ben sees %q, want %q", got, want)
	}
	res, err := b.Sync(t.Context(), ana, engine.SyncQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Chats) != 1 || res.Chats[0].Unread != 1 || res.State == nil || len(res.People) != 2 {
		t.Fatalf("ana syncs %+v", res)
	}
}

func TestARetryReturnsTheSamePlace(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	room := b.room(chat.Group, ana, ben)
	h := b.open(ben, room.Log(), chat.RightSend)
	key := b.key()
	first, err := h.Do(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil {
		t.Fatal(err)
	}
	b.must(ana, room.Log(), chat.SetMember{Account: ben.Account, Role: chat.RoleBanned})
	second, err := h.Do(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil {
		t.Fatalf("a retry after the ban: %v", err)
	}
	if second.Seq != first.Seq || !second.Repeated || second.Chain != first.Chain {
		t.Fatalf("a retry got %+v, first %+v", second, first)
	}
	_, err = h.Do(t.Context(), chat.Send{Text: "twice"}, b.key())
	codeIs(t, err, chat.CodeBanned)
}
