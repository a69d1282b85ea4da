// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// listed are the rows of one page.
func (b *bed) listed(who chat.Actor, kind chat.ChatType) []engine.PublicRow {
	b.t.Helper()
	page, err := b.Directory(b.t.Context(), who, engine.PublicAsk{Type: kind, Limit: 50})
	if err != nil {
		b.t.Fatal(err)
	}
	return page.Rows
}

// sees are the chats of one page.
func (b *bed) sees(who chat.Actor, kind chat.ChatType) (rooms []chat.ChatID) {
	b.t.Helper()
	for _, row := range b.listed(who, kind) {
		rooms = append(rooms, row.Chat.ID)
	}
	return rooms
}

// DIR-1 DIR-3
func TestOnlyWhatIsPublicIsListedAndNothingThatTheReaderMayNotSee(t *testing.T) {
	c := newCourt(t)
	ana, ben, eve := c.person("ana_a"), c.person("ben_b"), c.person("eve_e")
	small, large := c.room(chat.Channel, ana), c.room(chat.Channel, ana, ben)
	group := c.room(chat.Group, ana, eve)
	private, err := c.Create(t.Context(), ana, engine.NewChat{Type: chat.Channel, Title: "private"}, c.key())
	if err != nil {
		t.Fatal(err)
	}
	sees := func(who chat.Actor, kind chat.ChatType, want ...chat.ChatID) {
		t.Helper()
		if got := c.sees(who, kind); !slices.Equal(got, want) {
			t.Errorf("%d sees %v, not %v; %v is private", who.Account, got, want, private.Log)
		}
	}
	sees(eve, chat.Channel, large, small)
	sees(eve, chat.Group, group)
	// When something was said last is for who may read it.
	c.say(ana, group, "hello")
	at := func(who chat.Actor) chat.Millis { return c.listed(who, chat.Group)[0].At }
	if at(ben) == 0 || at(ben) != at(eve) {
		t.Errorf("the last message is of %d, of %d for a member", at(ben), at(eve))
	}
	hidden := true
	c.must(ana, group.Log(), chat.SetInfo{Change: chat.InfoChange{HistoryHidden: &hidden}})
	if at(ben) != 0 || at(eve) == 0 {
		t.Errorf("with a hidden history: %d, and %d for a member", at(ben), at(eve))
	}
	// Who is banned is shown nothing of it.
	c.must(ana, group.Log(), chat.SetMember{Account: eve.Account, Role: chat.RoleBanned})
	sees(eve, chat.Group)
	sees(ben, chat.Group, group)
	// A name that was taken down takes the chat with it, for its members too, and brings it back.
	n := c.report(ben, chat.Report{Chat: large})
	made := c.ruled(chat.Judge{Reports: []chat.Seq{n}, Act: chat.ActTakeDown}, large)
	sees(ben, chat.Channel, small)
	c.ruled(chat.Judge{Act: chat.ActReverse, Decision: made}, 0)
	sees(ben, chat.Channel, large, small)
	none := ""
	c.must(ana, large.Log(), chat.SetInfo{Change: chat.InfoChange{Name: &none}})
	c.must(ana, small.Log(), chat.DeleteChat{})
	sees(ana, chat.Channel)
}

// DIR-1 DIR-4
func TestThePagesOfTheDirectoryAreAskedForAsOftenAsSearches(t *testing.T) {
	b := newBed(t, func(c *engine.Config) { c.Directory = engine.Allowance{Burst: 2, Every: time.Hour} })
	ana, ben := b.person("ana_a"), b.person("ben_b")
	ask := func(who chat.Actor, ask engine.PublicAsk) error {
		_, err := b.Directory(t.Context(), who, ask)
		return err
	}
	page := engine.PublicAsk{Type: chat.Group, Limit: 1}
	blind := ana
	blind.Scopes = chat.ScopeSend
	codeIs(t, ask(blind, page), chat.CodeScopeMissing)
	for _, wrong := range []engine.PublicAsk{
		{Type: chat.Group}, {Type: chat.Group, Limit: 51}, {Type: chat.Direct, Limit: 1}, {Limit: 1},
	} {
		codeIs(t, ask(ana, wrong), chat.CodeBadRequest)
	}
	for range 2 {
		if err := ask(ana, page); err != nil {
			t.Fatal(err)
		}
	}
	err := ask(ana, page)
	codeIs(t, err, chat.CodeRateLimited)
	if retryOf(err) == 0 {
		t.Error("it does not say when to ask again")
	}
	if err := ask(ben, page); err != nil {
		t.Error(err)
	}
}
