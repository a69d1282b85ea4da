// SPDX-License-Identifier: AGPL-3.0-or-later

package search_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/search"
	"github.com/zolal-im/zolal/internal/store/sqlite"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/wire"
)

// bed is an engine over a store in memory, and a service with an index on disk.
type bed struct {
	t     *testing.T
	dir   string
	store engine.Store
	index *sqlite.Index
	*engine.Engine
	*search.Service
	keys uint64
	full atomic.Bool // there is no room for the index
}

func newBed(t *testing.T, change ...func(*search.Config)) *bed {
	t.Helper()
	b := &bed{t: t, dir: t.TempDir(), store: storetest.NewMemory()}
	b.start(change...)
	t.Cleanup(b.stop)
	return b
}

func (b *bed) start(change ...func(*search.Config)) {
	b.t.Helper()
	var err error
	stand := engine.Config{Store: b.store, Codec: wire.Codec{}}
	if b.Engine, err = engine.Start(b.t.Context(), stand); err != nil {
		b.t.Fatal(err)
	}
	if b.index, err = sqlite.OpenIndex(b.dir, sqlite.Config{}); err != nil {
		b.t.Fatal(err)
	}
	cfg := search.Config{
		Engine: b.Engine, Index: b.index, Codec: wire.Codec{}, Rest: time.Microsecond, Patience: 20 * time.Second,
		Full: func() error {
			if b.full.Load() {
				return errors.New("there is no room")
			}
			return nil
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	if b.Service, err = search.Start(b.t.Context(), cfg); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) stop() {
	b.Service.Close()
	if err := errors.Join(b.index.Close(), b.Engine.Close()); err != nil {
		b.t.Error(err)
	}
}

func (b *bed) key() chat.Key {
	b.keys++
	var k chat.Key
	binary.BigEndian.PutUint64(k[:], uint64(time.Now().UnixMilli())<<16)
	binary.BigEndian.PutUint64(k[8:], b.keys)
	return k
}

func (b *bed) person(n int) chat.Actor {
	b.t.Helper()
	who := chat.Actor{Account: chat.AccountID(n), Device: chat.DeviceID(n), Scopes: chat.AllScopes}
	profile := chat.Profile{Name: "Somebody", Username: fmt.Sprintf("somebody_%d", n)}
	if _, err := b.Register(b.t.Context(), who, b.key(), profile); err != nil {
		b.t.Fatal(err)
	}
	return who
}

func (b *bed) room(owner chat.Actor, name string) chat.ChatID {
	b.t.Helper()
	group := engine.NewChat{Type: chat.Group, Title: "Room", Name: name}
	r, err := b.Create(b.t.Context(), owner, group, b.key())
	if err != nil {
		b.t.Fatal(err)
	}
	return r.Log.Chat()
}

// do carries out a command and returns its place, 0 where it is refused.
func (b *bed) do(who chat.Actor, room chat.ChatID, cmd chat.Command) chat.Seq {
	b.t.Helper()
	h, err := b.Open(b.t.Context(), who, room.Log(), chat.RightSend)
	if err != nil {
		return 0
	}
	r, err := h.Do(b.t.Context(), cmd, b.key())
	if err != nil {
		return 0
	}
	return r.Seq
}

// texts are those of every message found, by chat and seq.
func (b *bed) texts(who chat.Actor, ask search.Ask) map[[2]uint32]string {
	b.t.Helper()
	all := map[[2]uint32]string{}
	for {
		found, err := b.Messages(b.t.Context(), who, ask)
		if err != nil {
			b.t.Fatal(err)
		}
		if found.Progress.Behind() {
			b.t.Fatal("what was written is not indexed")
		}
		for _, hit := range found.Hits {
			all[[2]uint32{uint32(hit.Chat), uint32(hit.Item.Seq)}] = text(b.t, hit.Item)
		}
		if found.Next == (search.Place{}) {
			return all
		}
		ask.Before = found.Next
	}
}

func text(t *testing.T, it chat.Item) string {
	t.Helper()
	body, err := wire.Codec{}.Decode(it.Env.Kind, it.Current())
	if err != nil {
		t.Fatal(err)
	}
	return body.(*chat.Message).Text
}

// read is what somebody reads of a chat that has the words, by reading all of it.
func (b *bed) read(who chat.Actor, room chat.ChatID, ask search.Ask, into map[[2]uint32]string) {
	b.t.Helper()
	h, err := b.Open(b.t.Context(), who, room.Log(), chat.RightRead)
	if err != nil {
		return
	}
	page, err := h.Page(b.t.Context(), engine.PageQuery{Limit: 200})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, it := range page.Items {
		if it.Env.Kind != chat.KindMessage || it.Overlay != nil && it.Overlay.Redacted {
			continue
		}
		said := text(b.t, it)
		link := strings.Contains(said, "example.org")
		if _, ok := chat.SearchQuery(ask.Text).Match(said); ok && (link || ask.Kind != search.KindLinks) {
			into[[2]uint32{uint32(room), uint32(it.Seq)}] = said
		}
	}
}

// TestEverybodyFindsExactlyWhatTheyMayRead plays a small town by chance: whatever joined, left, was banned,
// hidden, edited or deleted, searching finds what reading every chat would.
//
// SEARCH-1 SEARCH-2
func TestEverybodyFindsExactlyWhatTheyMayRead(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 2))
	b := newBed(t)
	var people []chat.Actor
	for i := range 4 {
		people = append(people, b.person(i+1))
	}
	var rooms []chat.ChatID
	in := map[chat.ChatID]map[chat.AccountID]bool{}
	for i := range 3 {
		room := b.room(people[i], fmt.Sprintf("room_no%d", i))
		rooms, in[room] = append(rooms, room), map[chat.AccountID]bool{people[i].Account: true}
	}
	words := strings.Fields("سلام کتاب می‌روم hello Helium دنیا example.org")
	say := func() string { return words[r.IntN(len(words))] + " " + words[r.IntN(len(words))] }
	queries := []string{"سل", "کتاب", "میروم", "hel", "دنیا"}
	for step := range 300 {
		n := r.IntN(3)
		room, who, other := rooms[n], people[r.IntN(4)], people[r.IntN(4)]
		target := chat.Seq(1 + r.IntN(40))
		switch r.IntN(12) {
		case 0:
			if _, err := b.Join(t.Context(), who, engine.JoinBy{Chat: room}, b.key()); err == nil {
				in[room][who.Account] = true
			}
		case 1:
			if b.do(who, room, chat.Leave{}) != 0 {
				delete(in[room], who.Account)
			}
		case 2:
			ban := chat.SetMember{Account: other.Account, Role: chat.RoleBanned}
			if b.do(people[n], room, ban) != 0 {
				delete(in[room], other.Account)
			}
		case 3:
			hidden := r.IntN(2) == 0
			b.do(people[n], room, chat.SetInfo{Change: chat.InfoChange{HistoryHidden: &hidden}})
		case 4, 5:
			b.do(who, room, chat.Edit{Target: target, Text: say()})
		case 6:
			b.do(who, room, chat.Delete{Targets: []chat.Seq{target}})
		default:
			b.do(who, room, chat.Send{Text: say()})
		}
		if step%20 != 19 {
			continue
		}
		ask := search.Ask{Text: queries[r.IntN(len(queries))], Limit: 1 + r.IntN(20)}
		if r.IntN(2) == 0 {
			ask.Kind = search.KindLinks
			ask.Text = []string{"", ask.Text}[r.IntN(2)]
		}
		for _, p := range people {
			want := map[[2]uint32]string{}
			for _, room := range rooms {
				if in[room][p.Account] {
					b.read(p, room, ask, want)
				}
			}
			got := b.texts(p, ask)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("seed %d, step %d, %+v by %d:\n%v\nnot\n%v", seed, step, ask, p.Account, got, want)
			}
		}
	}
	b.sums()
}

// sums compares the index with what the entries make of it.
func (b *bed) sums() {
	b.t.Helper()
	want, mark, err := search.Expected(b.t.Context(), b.store, wire.Codec{})
	if err != nil {
		b.t.Fatal(err)
	}
	got, err := b.index.Sum(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	if now, err := b.index.Mark(b.t.Context()); err != nil || now.Pos != mark.Pos || got != want {
		b.t.Errorf("the index is %v at %d and should be %v at %d (%v)", got, now.Pos, want, mark.Pos, err)
	}
}

// SEARCH-3
func TestASearchSaysThatNotAllIsIndexedYet(t *testing.T) {
	b := newBed(t, func(c *search.Config) { c.Patience = time.Millisecond })
	sara := b.person(1)
	room := b.room(sara, "")
	ask := search.Ask{Text: "کتاب", Limit: 10}
	until := func(behind bool, hits int) {
		t.Helper()
		deadline := time.After(20 * time.Second)
		for again := time.Tick(time.Millisecond); ; {
			found, err := b.Messages(t.Context(), sara, ask)
			if err != nil {
				t.Fatal(err)
			}
			p := found.Progress
			if p.Behind() == behind && len(found.Hits) == hits && (p.Percent() < 100) == behind {
				return
			}
			select {
			case <-again:
			case <-deadline:
				t.Fatalf("it says %+v", found)
			}
		}
	}
	b.do(sara, room, chat.Send{Text: "کتاب اول"})
	until(false, 1)
	b.full.Store(true)
	b.do(sara, room, chat.Send{Text: "کتاب دوم"})
	until(true, 1)
	// What was left out is made up for after a restart, and nothing twice.
	b.stop()
	b.full.Store(false)
	b.start()
	until(false, 2)
	b.sums()
}

func TestAnIndexOfAnotherHistoryIsMadeAgain(t *testing.T) {
	b := newBed(t)
	sara := b.person(1)
	room := b.room(sara, "")
	b.do(sara, room, chat.Send{Text: "پیش از آن"})
	if got := b.texts(sara, search.Ask{Text: "پیش", Limit: 10}); len(got) != 1 {
		t.Fatalf("found %v", got)
	}
	for name, other := range map[string]func(){
		"renewed":      func() { b.incarnate() },
		"another past": func() { b.store = storetest.NewMemory() },
	} {
		b.stop()
		other()
		b.start()
		if name == "another past" {
			sara = b.person(1)
			room = b.room(sara, "")
		}
		word := strings.Fields(name)[0]
		b.do(sara, room, chat.Send{Text: word})
		if got := b.texts(sara, search.Ask{Text: word, Limit: 10}); len(got) != 1 {
			t.Errorf("%s: found %v", name, got)
		}
		b.sums()
	}
}

func (b *bed) incarnate() {
	if _, err := b.store.Renew(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// SEARCH-4
func TestSearchesHaveTheirLimits(t *testing.T) {
	now := time.Now()
	b := newBed(t, func(c *search.Config) {
		c.Account, c.Now = engine.Allowance{Burst: 3, Every: time.Second}, func() time.Time { return now }
	})
	sara, reza := b.person(1), b.person(2)
	ask := search.Ask{Text: "کتاب", Limit: 10}
	for range 3 {
		if _, err := b.Messages(t.Context(), sara, ask); err != nil {
			t.Fatal(err)
		}
	}
	var limited *chat.Error
	_, err := b.Public(t.Context(), sara, "کتاب", 10)
	if !errors.As(err, &limited) || limited.Code != chat.CodeRateLimited || limited.Retry < 1 ||
		limited.Retry > 1001 {
		t.Errorf("one too many is answered by %v", err)
	}
	if _, err := b.Messages(t.Context(), reza, ask); err != nil {
		t.Error("another account is limited too:", err)
	}
	now = now.Add(time.Duration(limited.Retry) * time.Millisecond)
	if _, err := b.Messages(t.Context(), sara, ask); err != nil {
		t.Error("after the wait:", err)
	}
	now = now.Add(time.Hour)
	for _, c := range []struct {
		ask  search.Ask
		code chat.Code
	}{
		{search.Ask{Text: strings.Repeat("ا", 500), Limit: 10}, 0},
		{search.Ask{Text: strings.Repeat("ا", 501), Limit: 10}, chat.CodeTextTooLong},
		{search.Ask{Text: "a", Limit: 51}, chat.CodeBadRequest},
		{search.Ask{Text: "a"}, chat.CodeBadRequest},
		{search.Ask{Limit: 1}, chat.CodeBadRequest},
	} {
		now = now.Add(time.Minute)
		if _, err := b.Messages(t.Context(), sara, c.ask); chat.CodeOf(err) != c.code {
			t.Errorf("%.20q of %d: %v", c.ask.Text, c.ask.Limit, err)
		}
	}
	sara.Scopes = chat.ScopeSend
	if _, err := b.Messages(t.Context(), sara, ask); chat.CodeOf(err) != chat.CodeScopeMissing {
		t.Error("a token that may not read searches:", err)
	}
}

// SEARCH-5
func TestWhoIsNotPublicIsNotFound(t *testing.T) {
	b := newBed(t)
	sara, reza := b.person(1), b.person(2)
	room := b.room(sara, "room_one")
	names := func() (found []string) {
		t.Helper()
		rows, err := b.Public(t.Context(), reza, "room", 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			found = append(found, row.Chat.Name)
		}
		return found
	}
	if got := names(); !slices.Equal(got, []string{"room_one"}) {
		t.Errorf("found %v", got)
	}
	b.do(sara, room, chat.SetMember{Account: reza.Account, Role: chat.RoleBanned})
	if got := names(); len(got) > 0 {
		t.Errorf("who was banned finds %v", got)
	}
	none := ""
	b.do(sara, room, chat.SetInfo{Change: chat.InfoChange{Name: &none}})
	reza = b.person(3)
	if got := names(); len(got) > 0 {
		t.Errorf("a private chat is found: %v", got)
	}
	// People are not found by a beginning of their names, whoever they are.
	if rows, err := b.Public(t.Context(), reza, "somebody", 10); err != nil || len(rows) > 0 {
		t.Errorf("people are found: %v %v", rows, err)
	}
}
