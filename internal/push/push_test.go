// SPDX-License-Identifier: AGPL-3.0-or-later

package push_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/outside"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/testenv/pushservice"
)

// PUSH-3 PUSH-4
func TestAMessageWakesADeviceWithoutAConnectionAndSaysNothingOfItself(t *testing.T) {
	b := newBed(t)
	sara, reza := b.person(1), b.person(2)
	room := b.room(chat.Group, "the_room", sara, reza)
	own, other := b.subscribe(sara, push.Settings{}), b.subscribe(reza, push.Settings{})
	first := b.say(sara, room, hello())
	b.gets(other, came(room, first))
	second := b.say(reza, room, chat.Send{Text: strings.Repeat("رازی دراز ", 100)})
	b.gets(own, came(room, second))
	b.gets(other, came(room, first)) // nobody is woken by what they wrote
	one, _ := own.Got()
	two, _ := other.Got()
	if one[0].Size != two[0].Size {
		t.Errorf("pushes have %d and %d bytes: their lengths tell something", one[0].Size, two[0].Size)
	}
	if one[0].Topic == two[0].Topic || len(one[0].Topic) != 32 {
		t.Errorf("the topics %q and %q tell who is in one chat", one[0].Topic, two[0].Topic)
	}
	if one[0].Subject != "mailto:operator@example.org" || one[0].Urgency != "high" || one[0].TTL == "0" {
		t.Errorf("the push service was told %+v", one[0])
	}
}

// PUSH-3
func TestWhoIsConnectedIsLeftAloneUnlessTheConnectionWasAlreadyLost(t *testing.T) {
	b := newBed(t, func(c *push.Config) { c.Again = time.Minute })
	sara, reza := b.person(1), b.person(2)
	phone := b.device(reza.Account, 20)
	room := b.room(chat.Group, "the_room", sara, reza)
	laptop, pocket := b.subscribe(reza, push.Settings{}), b.subscribe(phone, push.Settings{})
	b.connected(reza.Device, true)
	first := b.say(sara, room, hello())
	b.until("the phone is woken", func() bool { got, _ := pocket.Got(); return len(got) == 1 })
	// It looked connected, and was not: a minute later the server knows.
	b.connected(reza.Device, false)
	b.ahead.Store(int64(time.Minute))
	mina := b.person(3)
	b.subscribe(mina, push.Settings{})
	b.say(sara, b.room(chat.Group, "another", sara, mina), hello()) // has the queue look at the clock
	b.gets(laptop, came(room, first))
	b.gets(pocket, came(room, first))
}

// PUSH-5
func TestWhatADeviceIsWokenFor(t *testing.T) {
	const hour = chat.Millis(3_600_000)
	const ever, always = chat.Millis(1 << 60), chat.NotifyAlways
	night := push.Settings{QuietFrom: 23 * 60, QuietUntil: 7 * 60, UTCMinutes: 210}
	noon := push.Settings{QuietFrom: 12 * 60, QuietUntil: 13 * 60}
	for _, c := range []struct {
		name    string
		q       push.Settings
		kind    chat.ChatType
		muted   chat.Millis
		mention bool
		now     chat.Millis
		want    bool
	}{
		{"anything", push.Settings{}, chat.Direct, 0, false, 0, true},
		{"what the server says", push.Settings{}, chat.Service, 0, false, 0, true},
		{"a muted chat", push.Settings{}, chat.Group, ever, false, 0, false},
		{"a mention in it", push.Settings{}, chat.Group, ever, true, 0, true},
		{"that, unwanted", push.Settings{NoMentions: true}, chat.Group, ever, true, 0, false},
		{"a mention that nothing stops", push.Settings{NoMentions: true}, chat.Group, 0, true, 0, true},
		{"groups off", push.Settings{NoGroups: true}, chat.Group, 0, false, 0, false},
		{"groups off, a channel", push.Settings{NoGroups: true}, chat.Channel, 0, false, 0, true},
		{"groups off, a mention", push.Settings{NoGroups: true}, chat.Group, 0, true, 0, true},
		{"channels off", push.Settings{NoChannels: true}, chat.Channel, 0, false, 0, false},
		{"people off", push.Settings{NoDirect: true}, chat.Direct, 0, false, 0, false},
		{"people off, one of them wanted", push.Settings{NoDirect: true}, chat.Direct, always, false, 0, true},
		{"groups off, one of them wanted", push.Settings{NoGroups: true}, chat.Group, always, false, 0, true},
		{"one wanted, at night", night, chat.Direct, always, false, 20 * hour, false},
		{"saved messages, wanted", push.Settings{}, chat.Saved, always, true, 0, false},
		{"saved messages", push.Settings{}, chat.Saved, 0, true, 0, false},
		{"23:00 in Tehran", night, chat.Direct, 0, true, 19*hour + hour/2, false},
		{"06:59 in Tehran", night, chat.Direct, 0, true, 27*hour + hour/2 - 60_000, false},
		{"07:00 in Tehran", night, chat.Direct, 0, false, 27*hour + hour/2, true},
		{"22:59 in Tehran", night, chat.Direct, 0, false, 19*hour + hour/2 - 60_000, true},
		{"12:00", noon, chat.Direct, 0, false, 12 * hour, false},
		{"13:00", noon, chat.Direct, 0, false, 13 * hour, true},
	} {
		if got := c.q.Wants(c.kind, c.muted, c.mention, c.now+1000*24*hour); got != c.want {
			t.Errorf("%s: woken %v", c.name, got)
		}
	}
}

// PUSH-5
func TestAMutedChatWakesNobodyButWhomItMentions(t *testing.T) {
	b := newBed(t)
	sara, reza := b.person(1), b.person(2)
	room := b.room(chat.Group, "the_room", sara, reza)
	browser := b.subscribe(reza, push.Settings{})
	forEver := chat.Millis(1 << 60)
	b.say(reza, room, hello())
	h, err := b.Open(t.Context(), reza, room.Log(), chat.RightRead)
	if err == nil {
		_, err = h.Do(t.Context(), chat.SetPrefs{Prefs: chat.Prefs{MutedUntil: &forEver}}, b.key())
	}
	if err != nil {
		t.Fatal(err)
	}
	b.say(sara, room, hello())
	b.say(sara, room, chat.Send{Text: "آرام", Silent: true})
	seq := b.say(sara, room, chat.Send{Text: "@somebody_2 سلام"})
	b.gets(browser, called(room, seq))
}

// PUSH-7
func TestReadingAnywhereClearsEverywhereAndOnceReadNobodyIsWoken(t *testing.T) {
	b := newBed(t)
	sara, reza := b.person(1), b.person(2)
	tablet, pad := b.device(reza.Account, 20), b.device(reza.Account, 21)
	room := b.room(chat.Group, "the_room", sara, reza)
	phone := b.subscribe(tablet, push.Settings{Clears: true})
	apple := b.subscribe(pad, push.Settings{}) // may show nothing never
	seq := b.say(sara, room, hello())
	b.gets(phone, came(room, seq))
	b.gets(apple, came(room, seq))
	if _, err := b.MarkRead(t.Context(), reza, room, seq); err != nil {
		t.Fatal(err)
	}
	b.gets(phone, came(room, seq), read(room, seq))
	b.gets(apple, came(room, seq))
	got, _ := phone.Got()
	if got[0].Topic != got[1].Topic {
		t.Error("what could not be delivered is not replaced by its having been read")
	}
	// Nobody is told again of what they know.
	later := b.say(sara, room, hello())
	b.gets(apple, came(room, seq), came(room, later))
	b.gets(phone, came(room, seq), read(room, seq), came(room, later))
}

// PUSH-8
func TestASubscriptionThatIsGoneIsRemovedAndAServiceInTroubleIsAskedAgain(t *testing.T) {
	b := newBed(t)
	sara, reza, mina, omid := b.person(1), b.person(2), b.person(3), b.person(4)
	room := b.room(chat.Group, "the_room", sara, reza, mina, omid)
	gone, busy := b.subscribe(reza, push.Settings{}), b.subscribe(mina, push.Settings{})
	refused := b.subscribe(omid, push.Settings{})
	tries := make(chan struct{}, 2)
	b.maker.Answer(func(to *pushservice.Browser) (int, string) {
		switch to {
		case gone:
			return http.StatusGone, ""
		case refused:
			return http.StatusForbidden, ""
		}
		select {
		case tries <- struct{}{}:
			return http.StatusTooManyRequests, "0"
		default:
			return 0, ""
		}
	})
	seq := b.say(sara, room, hello())
	b.gets(busy, came(room, seq))
	b.until("the ended subscription is removed", func() bool {
		_, has, err := b.Subscription(t.Context(), reza)
		return err == nil && !has
	})
	if _, has, err := b.Subscription(t.Context(), omid); err != nil || !has {
		t.Errorf("a refusal ended a subscription, or %v", err)
	}
	if st := b.Stats(); st.Gone != 1 || st.Refused != 1 || st.Failed != 2 || st.Taken != 1 {
		t.Errorf("counted are %+v", st)
	}
}

func TestAPushServiceThatIsAwayHoldsUpNobodyElse(t *testing.T) {
	b := newBed(t)
	sara, reza, mina := b.person(1), b.person(2), b.person(3)
	room := b.room(chat.Group, "the_room", sara, reza, mina)
	away := pushservice.Start()
	dead, err := away.Browser()
	if err != nil {
		t.Fatal(err)
	}
	away.Close()
	if err := b.Subscribe(t.Context(), reza, push.Subscription{Endpoint: dead.Endpoint, Key: dead.Key,
		Secret: dead.Secret}); err != nil {
		t.Fatal(err)
	}
	browser := b.subscribe(mina, push.Settings{})
	var want []string
	for range 5 {
		want = append(want, came(room, b.say(sara, room, hello())))
		b.until("it came", func() bool { got, _ := browser.Got(); return len(got) == len(want) })
	}
	outcome, status, err := b.Test(t.Context(), reza, "abc")
	if outcome != push.Unreachable || status != 0 || err != nil {
		t.Errorf("a test ends with %v, %v, %v", outcome, status, err)
	}
}

// PUSH-1 PUSH-2
func TestWhatNoBrowserGivesIsRefused(t *testing.T) {
	b := newBed(t, func(c *push.Config) { c.Outside = outside.Config{} })
	who := b.person(1)
	browser, err := b.maker.Browser()
	if err != nil {
		t.Fatal(err)
	}
	good := push.Subscription{Endpoint: "https://push.example.org/a", Key: browser.Key, Secret: browser.Secret}
	for field, change := range map[string]func(*push.Subscription){
		"a plain address":     func(s *push.Subscription) { s.Endpoint = "http://push.example.org/a" },
		"this machine":        func(s *push.Subscription) { s.Endpoint = browser.Endpoint },
		"a private network":   func(s *push.Subscription) { s.Endpoint = "https://[fd00::1]/a" },
		"another port":        func(s *push.Subscription) { s.Endpoint = "https://push.example.org:22/a" },
		"a long address":      func(s *push.Subscription) { s.Endpoint += strings.Repeat("a", 1024) },
		"a key off the curve": func(s *push.Subscription) { s.Key = bytes.Repeat([]byte{4}, 65) },
		"a short secret":      func(s *push.Subscription) { s.Secret = s.Secret[:15] },
		"a minute too many":   func(s *push.Subscription) { s.Settings.QuietUntil = 24 * 60 },
		"no time zone":        func(s *push.Subscription) { s.Settings.UTCMinutes = -2000 },
	} {
		s := good
		change(&s)
		if err := b.Subscribe(t.Context(), who, s); chat.CodeOf(err) != chat.CodeBadRequest {
			t.Errorf("%s ends with %v", field, err)
		}
	}
	for n := range push.MaxSubscriptions + 1 {
		s := good
		s.Endpoint += strings.Repeat("b", n)
		err := b.Subscribe(t.Context(), b.device(who.Account, 100+n), s)
		full := chat.CodeOf(err) == chat.CodeTooMany
		if full != (n == push.MaxSubscriptions) || !full && err != nil {
			t.Errorf("subscription %d ends with %v", n+1, err)
		}
	}
}

// PUSH-2
func TestSubscriptionsAndTestsOfAnAccountAreCounted(t *testing.T) {
	b := newBed(t, func(c *push.Config) { c.Account = engine.Allowance{Burst: 2, Every: time.Hour} })
	who := b.person(1)
	b.subscribe(who, push.Settings{})
	b.subscribe(who, push.Settings{})
	if _, _, err := b.Test(t.Context(), who, "a"); chat.CodeOf(err) != chat.CodeRateLimited {
		t.Errorf("a third ends with %v", err)
	}
	b.ahead.Store(int64(time.Hour))
	if outcome, _, err := b.Test(t.Context(), who, "a"); outcome != push.Taken || err != nil {
		t.Errorf("an hour later a test ends with %v, %v", outcome, err)
	}
}

// PUSH-9
func TestATestSaysWhatBecameOfIt(t *testing.T) {
	b := newBed(t)
	who := b.person(1)
	is := func(want push.Outcome, wantStatus int) {
		t.Helper()
		got, status, err := b.Test(t.Context(), who, "r4nd0m")
		if got != want || status != wantStatus || err != nil {
			t.Errorf("a test ends with %v, %v, %v", got, status, err)
		}
	}
	is(push.None, 0)
	b.connected(who.Device, true) // whoever tests is here
	browser := b.subscribe(who, push.Settings{QuietFrom: 0, QuietUntil: 1439})
	is(push.Taken, 201)
	b.gets(browser, `{"v":1,"test":"r4nd0m"}`)
	b.maker.Answer(func(*pushservice.Browser) (int, string) { return http.StatusForbidden, "" })
	is(push.Refused, 403)
	b.maker.Answer(func(*pushservice.Browser) (int, string) { return http.StatusNotFound, "" })
	is(push.Gone, 404)
	is(push.None, 0)
	for _, id := range []string{"", "a b", `"`, strings.Repeat("a", 33)} {
		if _, _, err := b.Test(t.Context(), who, id); chat.CodeOf(err) != chat.CodeBadRequest {
			t.Errorf("the id %q ends with %v", id, err)
		}
	}
}

// PUSH-3
func TestWhoIsNoMemberAnyMoreIsNotWokenAndAnEndedDeviceNeverIs(t *testing.T) {
	b := newBed(t)
	sara, reza, mina := b.person(1), b.person(2), b.person(3)
	old := b.device(mina.Account, 30)
	room := b.room(chat.Group, "the_room", sara, reza, mina)
	left, stays, ended := b.subscribe(reza, push.Settings{}), b.subscribe(mina, push.Settings{}),
		b.subscribe(old, push.Settings{})
	first := b.say(sara, room, hello())
	b.gets(left, came(room, first))
	b.gets(ended, came(room, first))
	h, err := b.Open(t.Context(), reza, room.Log(), chat.RightRead)
	if err == nil {
		_, err = h.Do(t.Context(), chat.Leave{}, b.key())
	}
	if err == nil {
		err = b.store.EndDevice(t.Context(), mina.Account, old.Device)
	}
	if err != nil {
		t.Fatal(err)
	}
	second := b.say(sara, room, hello())
	b.gets(stays, came(room, first), came(room, second))
	b.gets(left, came(room, first))
	b.gets(ended, came(room, first))
}

func TestSubscriptionsOutliveARestart(t *testing.T) {
	b := newBed(t)
	sara, reza := b.person(1), b.person(2)
	room := b.room(chat.Channel, "the_channel", sara, reza)
	browser := b.subscribe(reza, push.Settings{})
	b.Service.Close()
	b.begin()
	seq := b.say(sara, room, hello())
	b.gets(browser, came(room, seq))
	if got, _ := browser.Got(); got[0].Urgency != "normal" {
		t.Errorf("a post of a channel is %s", got[0].Urgency)
	}
	if err := b.Unsubscribe(t.Context(), reza); err != nil {
		t.Fatal(err)
	}
	if _, has, err := b.Subscription(t.Context(), reza); has || err != nil {
		t.Errorf("it is still there, or %v", err)
	}
}
