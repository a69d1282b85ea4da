// SPDX-License-Identifier: AGPL-3.0-or-later

package push_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/testenv/pushservice"
)

// offered, over and must are what is said of offers, and what is done that makes them.
func offered(room chat.ChatID, n uint32) string {
	return fmt.Sprintf(`{"v":1,"chat":%d,"offer":%d}`, room, n)
}

func over(room chat.ChatID, n uint32) string {
	return fmt.Sprintf(`{"v":1,"chat":%d,"over":%d}`, room, n)
}

func (b *bed) must(who chat.Actor, room chat.ChatID, cmd chat.Command) {
	b.t.Helper()
	h, err := b.Open(b.t.Context(), who, room.Log(), chat.RightRead)
	if err == nil {
		_, err = h.Do(b.t.Context(), cmd, b.key())
	}
	if err != nil {
		b.t.Fatalf("%T: %v", cmd, err)
	}
}

// standing is the version of somebody's own in a chat.
func (b *bed) standing(who chat.Actor, room chat.ChatID) uint32 {
	b.t.Helper()
	due, _, err := b.Due(b.t.Context(), who.Account, room)
	if err != nil {
		b.t.Fatal(err)
	}
	return due.Standing
}

// staffed is a room of the first in which the others are admins.
func (b *bed) staffed(kind chat.ChatType, name string, people ...chat.Actor) chat.ChatID {
	b.t.Helper()
	room := b.room(kind, name, people...)
	for _, p := range people[1:] {
		b.must(people[0], room, chat.SetMember{Account: p.Account, Role: chat.RoleAdmin})
	}
	return room
}

// PUSH-12
func TestAChatThatIsOfferedWakesWhomItIsOfferedToAndNobodyElse(t *testing.T) {
	b := newBed(t)
	sara, reza, mina := b.person(1), b.person(2), b.person(3)
	room := b.staffed(chat.Channel, "the_room", sara, reza, mina)
	muted, loud := chat.Millis(1<<60), chat.Millis(0)
	b.must(reza, room, chat.SetPrefs{Prefs: chat.Prefs{MutedUntil: &muted}})
	const day = 24 * 60
	minute := time.Now().UTC().Hour()*60 + time.Now().UTC().Minute()
	night := push.Settings{QuietFrom: uint16((minute + day - 60) % day), QuietUntil: uint16((minute + 60) % day)}
	phone := b.subscribe(reza, push.Settings{NoChannels: true})
	left := map[string]*pushservice.Browser{
		"another admin":         b.subscribe(mina, push.Settings{}),
		"the owner":             b.subscribe(sara, push.Settings{}),
		"who wants no mentions": b.subscribe(b.device(reza.Account, 20), push.Settings{NoMentions: true}),
		"who sleeps":            b.subscribe(b.device(reza.Account, 21), night),
	}

	b.must(sara, room, chat.Transfer{Account: reza.Account})
	// As a mention does, it gets through a mute and what is switched off.
	n := b.standing(reza, room)
	b.gets(phone, offered(room, n))
	for who, browser := range left {
		if got, _ := browser.Got(); len(got) > 0 {
			t.Errorf("%s is woken by %s", who, got[0].Payload)
		}
	}

	// What is said there has a topic of its own: neither takes the place of the other.
	b.must(reza, room, chat.SetPrefs{Prefs: chat.Prefs{MutedUntil: &loud}})
	b.must(reza, room, chat.AnswerOffer{})
	tablet := b.subscribe(b.device(reza.Account, 23), push.Settings{})
	b.must(sara, room, chat.Transfer{Account: reza.Account})
	b.gets(tablet, offered(room, n+2))
	seq := b.say(sara, room, hello())
	b.gets(tablet, offered(room, n+2), came(room, seq))
	if got, _ := tablet.Got(); got[0].Topic == got[1].Topic || got[0].Topic == "" {
		t.Error("an offer and a message have one topic")
	}
}

// PUSH-12
func TestAnOfferThatWasSeenOrIsOverIsClearedEverywhere(t *testing.T) {
	b := newBed(t)
	sara, reza, mina := b.person(1), b.person(2), b.person(3)
	no := false
	b.subscribe(mina, push.Settings{})
	for i, end := range []struct {
		how string
		by  func(room chat.ChatID)
	}{
		{how: "seen", by: func(room chat.ChatID) {
			b.must(reza, room, chat.SetPrefs{Prefs: chat.Prefs{MarkedUnread: &no}})
		}},
		{how: "declined", by: func(room chat.ChatID) { b.must(reza, room, chat.AnswerOffer{}) }},
		{how: "taken", by: func(room chat.ChatID) { b.must(reza, room, chat.AnswerOffer{Accept: true}) }},
		{how: "taken back", by: func(room chat.ChatID) { b.must(sara, room, chat.AnswerOffer{}) }},
		{how: "offered to another", by: func(room chat.ChatID) {
			b.must(sara, room, chat.Transfer{Account: mina.Account})
		}},
		{how: "made a member", by: func(room chat.ChatID) {
			b.must(sara, room, chat.SetMember{Account: reza.Account, Role: chat.RoleMember})
		}},
		{how: "left", by: func(room chat.ChatID) { b.must(reza, room, chat.Leave{}) }},
		{how: "removed", by: func(room chat.ChatID) {
			b.must(sara, room, chat.SetMember{Account: reza.Account})
		}},
		{how: "deleted", by: func(room chat.ChatID) { b.must(sara, room, chat.DeleteChat{}) }},
	} {
		room := b.staffed(chat.Group, fmt.Sprintf("room_%d", i), sara, reza, mina)
		tablet := b.device(reza.Account, 20+i)
		phone := b.subscribe(tablet, push.Settings{Clears: true})
		b.must(sara, room, chat.Transfer{Account: reza.Account})
		n := b.standing(reza, room)
		b.gets(phone, offered(room, n))
		end.by(room)
		last := b.standing(reza, room)
		switch end.how {
		case "left", "removed":
			last = n + 1
		case "deleted":
			last = n
		}
		b.gets(phone, offered(room, n), over(room, last))
		if got, _ := phone.Got(); len(got) == 2 && got[0].Topic != got[1].Topic {
			t.Errorf("%s: what could not be delivered is not replaced by its end", end.how)
		}
		if err := b.Unsubscribe(t.Context(), tablet); err != nil {
			t.Fatal(err)
		}
	}
}

// PUSH-12
func TestAnOfferThatIsOverWhenItsTurnComesWakesNobody(t *testing.T) {
	b := newBed(t)
	sara, reza := b.person(1), b.person(2)
	room := b.staffed(chat.Group, "the_room", sara, reza)
	phone := b.subscribe(reza, push.Settings{})
	b.connected(reza.Device, true)
	b.must(sara, room, chat.Transfer{Account: reza.Account})
	b.until("it waits for the connection to be looked at again", func() bool { return b.Stats().Waiting == 1 })
	b.must(sara, room, chat.AnswerOffer{})
	b.connected(reza.Device, false)
	b.ahead.Store(int64(2 * time.Minute))
	b.must(sara, room, chat.Transfer{Account: reza.Account})
	n := b.standing(reza, room)
	b.gets(phone, offered(room, n)) // the second alone
}

// PUSH-7 PUSH-12
func TestWhatIsOverWhileItsPushIsUnderWayIsCleared(t *testing.T) {
	// Each begins what is told, and returns what ends it, and what is pushed of the two.
	for what, begin := range map[string]func(b *bed, sara, reza chat.Actor, room chat.ChatID) (
		end func(), told, gone string){
		"an offer": func(b *bed, sara, reza chat.Actor, room chat.ChatID) (func(), string, string) {
			b.must(sara, room, chat.Transfer{Account: reza.Account})
			n := b.standing(reza, room)
			return func() { b.must(sara, room, chat.AnswerOffer{}) }, offered(room, n), over(room, n)
		},
		"a message": func(b *bed, sara, reza chat.Actor, room chat.ChatID) (func(), string, string) {
			seq := b.say(sara, room, hello())
			return func() {
				if _, err := b.MarkRead(b.t.Context(), reza, room, seq); err != nil {
					b.t.Fatal(err)
				}
			}, came(room, seq), read(room, seq)
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBed(t)
			sara, reza, mina := b.person(1), b.person(2), b.person(3)
			room := b.staffed(chat.Group, "the_room", sara, reza)
			other := b.room(chat.Group, "other_room", sara, mina)
			phone := b.subscribe(reza, push.Settings{Clears: true})
			after := b.subscribe(mina, push.Settings{})
			var under atomic.Bool
			on := make(chan struct{})
			goOn := sync.OnceFunc(func() { close(on) })
			t.Cleanup(goOn)
			b.maker.Answer(func(to *pushservice.Browser) (int, string) {
				if to == phone {
					under.Store(true)
					<-on
				}
				return 0, ""
			})
			end, told, gone := begin(b, sara, reza, room)
			b.until("it is being pushed", under.Load)
			end()
			b.say(sara, other, hello())
			b.until("what came after the end was pushed", func() bool {
				got, _ := after.Got()
				return len(got) == 1
			})
			goOn()
			b.gets(phone, told, gone)
		})
	}
}
