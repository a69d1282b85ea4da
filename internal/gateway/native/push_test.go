// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"strings"
	"testing"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// PUSH-11
func TestANotificationSaysWhatItsReaderMaySeeAndCallsPeopleAsTheyDo(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(3))
	ana, ben, eve := c[0], c[1], c[2]
	room := ask[zolalv1.ChatInfo](ana, "Chats/CreateGroup", &zolalv1.CreateChatRequest{
		Key: key(), Title: "دوستان", Name: "the_friends"}).GetId()
	ask[zolalv1.JoinResponse](ben, "Chats/Join", &zolalv1.JoinRequestRequest{Key: key(), Chat: room})
	sent := say(ana, room, "سلام به همه")
	look := func(seq uint32) *zolalv1.PushLook {
		return ask[zolalv1.PushLook](ben, "Push/Look", &zolalv1.PushLookRequest{Chat: room, Seq: seq})
	}
	one := look(sent.GetSeq())
	if !one.GetWaits() || one.GetTitle() != "دوستان" || one.GetText() != "سلام به همه" || one.GetUnread() != 1 ||
		one.GetAuthor() == "" || one.GetType() != zolalv1.ChatType_CHAT_TYPE_GROUP {
		t.Errorf("ben sees %v", one)
	}
	ask[zolalv1.Receipt](ben, "People/SetContact", &zolalv1.SetContactRequest{
		Key: key(), Account: uint32(ana.user.Account), Name: "خواهرم"})
	if got := look(sent.GetSeq()).GetAuthor(); got != "خواهرم" {
		t.Errorf("ben calls ana %q", got)
	}
	hidden := ask[zolalv1.Receipt](ana, "Messages/Send", &zolalv1.SendRequest{Chat: room, Key: key(),
		Text: "قاتل باغبان است", Entities: []*zolalv1.Entity{
			{Kind: zolalv1.EntityKind_ENTITY_KIND_SPOILER, Offset: 5, Length: 6}}})
	if got := look(hidden.GetSeq()).GetText(); got != "قاتل ▒▒▒ است" {
		t.Errorf("what was hidden shows as %q", got)
	}
	long := say(ana, room, strings.Repeat("😀", 300))
	if got := look(long.GetSeq()).GetText(); chat.Len16(got) > shownText || !strings.HasSuffix(got, "…") {
		t.Errorf("a long text has %d units", chat.Len16(got))
	}
	ask[zolalv1.ReadMark](ben, "Sync/MarkRead", &zolalv1.MarkReadRequest{
		Chat: room, Seq: hidden.GetSeq(), Key: key()})
	if got := look(hidden.GetSeq()); got.GetWaits() || got.GetText() != "" {
		t.Errorf("what was read shows as %v", got)
	}
	// Who is not in it learns nothing, though the group is public.
	if got := ask[zolalv1.PushLook](eve, "Push/Look", &zolalv1.PushLookRequest{
		Chat: room, Seq: long.GetSeq()}); got.GetWaits() || got.GetTitle() != "" {
		t.Errorf("a stranger sees %v", got)
	}
}

// PUSH-12
func TestANotificationOfAnOfferSaysWhichChatToWhomItIsOfferedUntilTheyLooked(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(3))
	ana, ben, eve := c[0], c[1], c[2]
	room := ask[zolalv1.ChatInfo](ana, "Chats/CreateGroup", &zolalv1.CreateChatRequest{
		Key: key(), Title: "دوستان", Name: "the_friends"}).GetId()
	ask[zolalv1.JoinResponse](ben, "Chats/Join", &zolalv1.JoinRequestRequest{Key: key(), Chat: room})
	ask[zolalv1.Receipt](ana, "Chats/SetMember", &zolalv1.SetMemberRequest{Chat: room, Key: key(),
		Account: uint32(ben.user.Account), Role: zolalv1.Role_ROLE_ADMIN})
	look := func(c *client) *zolalv1.PushLook {
		return ask[zolalv1.PushLook](c, "Push/Look", &zolalv1.PushLookRequest{Chat: room, Offer: true})
	}
	silent := func(who string, got *zolalv1.PushLook) {
		t.Helper()
		if got.GetWaits() || got.GetTitle() != "" {
			t.Errorf("%s sees %v", who, got)
		}
	}
	silent("ben, to whom nothing is offered,", look(ben))
	owner := chat.Actor{Account: ana.user.Account, Device: ana.user.Device, Scopes: chat.AllScopes}
	at, err := h.engine.Open(t.Context(), owner, chat.ChatID(room).Log(), chat.RightOwn)
	if err == nil {
		_, err = at.Do(t.Context(), chat.Transfer{Account: ben.user.Account}, chat.Key(key()))
	}
	if err != nil {
		t.Fatal(err)
	}
	one := look(ben)
	if !one.GetWaits() || one.GetTitle() != "دوستان" || one.GetType() != zolalv1.ChatType_CHAT_TYPE_GROUP ||
		one.GetAuthor() != "" || one.GetText() != "" {
		t.Errorf("ben sees %v", one)
	}
	silent("who offers it", look(ana))
	silent("a stranger", look(eve))
	seen := false
	ask[zolalv1.Receipt](ben, "Sync/SetPrefs", &zolalv1.SetPrefsRequest{Key: key(),
		Prefs: &zolalv1.ChatPrefs{Chat: room, MarkedUnread: &seen}})
	silent("ben, who has looked,", look(ben))
}

// PUSH-11
func TestTheNumberOnTheIconIsWhatWaitsInChatsThatAreNotMuted(t *testing.T) {
	h := serve(t)
	c := h.dialMany(h.users(2))
	ana, ben := c[0], c[1]
	total := func(r *zolalv1.PushLookRequest) uint32 {
		t.Helper()
		look := ask[zolalv1.PushLook](ben, "Push/Look", r)
		if look.Total == nil {
			t.Fatal("it is not said")
		}
		return look.GetTotal()
	}
	var rooms []uint32
	var last uint32
	for _, name := range []string{"mountain", "river_bank", "old_desert"} {
		room := ask[zolalv1.ChatInfo](ana, "Chats/CreateGroup", &zolalv1.CreateChatRequest{
			Key: key(), Title: name, Name: name}).GetId()
		ask[zolalv1.JoinResponse](ben, "Chats/Join", &zolalv1.JoinRequestRequest{Key: key(), Chat: room})
		say(ana, room, "one")
		last = say(ana, room, "two").GetSeq()
		rooms = append(rooms, room)
	}
	nothing := &zolalv1.PushLookRequest{}
	if got := total(nothing); got != 6 {
		t.Errorf("in three chats %d wait, want 6", got)
	}
	mute := func(room uint32, until int64) {
		ask[zolalv1.Receipt](ben, "Sync/SetPrefs", &zolalv1.SetPrefsRequest{Key: key(),
			Prefs: &zolalv1.ChatPrefs{Chat: room, MutedUntilMs: &until}})
	}
	mute(rooms[0], 1<<62)
	mute(rooms[1], -1) // notifies in any case
	if got := total(&zolalv1.PushLookRequest{Chat: rooms[0], Seq: last}); got != 4 {
		t.Errorf("one of them muted, %d wait, want 4", got)
	}
	ask[zolalv1.ReadMark](ben, "Sync/MarkRead", &zolalv1.MarkReadRequest{Chat: rooms[1], Seq: last, Key: key()})
	if got := total(&zolalv1.PushLookRequest{Chat: rooms[1], Seq: last}); got != 2 {
		t.Errorf("one of them read, %d wait, want 2", got)
	}
	ask[zolalv1.Receipt](ben, "Chats/Leave", &zolalv1.ChatChangeRequest{Key: key(), Chat: rooms[2]})
	if got := total(nothing); got != 0 {
		t.Errorf("one of them left, %d wait, want 0", got)
	}
	// Who writes for the first time waits among the requests, and is not counted by the page either.
	dana := h.dialMany(h.users(1))[0]
	direct := ask[zolalv1.ChatInfo](dana, "Chats/OpenDirect", &zolalv1.OpenDirectRequest{Key: key(),
		Account: uint32(ben.user.Account)}).GetId()
	say(dana, direct, "salam")
	if got := total(nothing); got != 0 {
		t.Errorf("of a stranger %d wait, want 0", got)
	}
}

// PUSH-13
func TestADeviceThatNobodyLooksAtIsAwayUntilSomebodyDoes(t *testing.T) {
	h := serve(t)
	by := map[string]zolal.Transport{"socket": zolal.WebSocket, "stream": zolal.Stream, "poll": zolal.Poll}
	for name, transport := range by {
		user := h.users(1)[0]
		c := h.dial(user, transport)
		attends := func() bool { return h.hub.Attends(user.Account, user.Device) }
		away := func(is bool) { ask[zolalv1.Empty](c, "Push/Away", &zolalv1.PushAwayRequest{Away: is}) }
		if !attends() {
			t.Errorf("%s: connected, and it is away", name)
		}
		away(true)
		if attends() {
			t.Errorf("%s: it said that it is away, and is not", name)
		}
		h.dial(user, transport)
		if attends() {
			t.Errorf("%s: a connection that takes over brought it back", name)
		}
		away(false)
		if !attends() {
			t.Errorf("%s: it is still away", name)
		}
	}
}
