// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/wire"
)

var wireCodec = wire.Codec{}

// bed is an engine over a store in memory, and people who use it.
type bed struct {
	t     testing.TB
	store engine.Store
	*engine.Engine
	keys uint64
}

func newBed(t testing.TB, change ...func(*engine.Config)) *bed {
	t.Helper()
	cfg := engine.Config{Store: storetest.NewMemory(), Codec: wireCodec}
	for _, c := range change {
		c(&cfg)
	}
	e, err := engine.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	b := &bed{t: t, store: cfg.Store, Engine: e}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		faults, err := engine.Check(context.Background(), engine.CheckConfig{
			Store: cfg.Store, Codec: wireCodec, Rebuild: !benchmarking(t),
		})
		if err != nil {
			t.Errorf("check: %v", err)
		}
		for _, f := range faults {
			t.Error(f)
		}
	})
	return b
}

// benchmarking reports whether a bed is a benchmark's, which may be large.
func benchmarking(t testing.TB) bool {
	_, is := t.(*testing.B)
	return is
}

// key makes a fresh key of this moment.
func (b *bed) key() chat.Key { return b.keyAt(time.Now()) }

func (b *bed) keyAt(at time.Time) chat.Key {
	b.keys++
	var k chat.Key
	binary.BigEndian.PutUint64(k[:], uint64(at.UnixMilli())<<16)
	binary.BigEndian.PutUint64(k[8:], b.keys)
	return k
}

// person signs up an account.
func (b *bed) person(name string) chat.Actor {
	b.t.Helper()
	account, err := b.NewAccount(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	device, err := b.NewDevice(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	who := chat.Actor{Account: account, Device: device, Scopes: chat.AllScopes}
	_, err = b.Register(b.t.Context(), who, b.key(), chat.Profile{Name: name, Username: name})
	if err != nil {
		b.t.Fatalf("register %s: %v", name, err)
	}
	return who
}

// personAt signs up an account with a key of a time.
func (b *bed) personAt(at time.Time) chat.Actor {
	b.t.Helper()
	who := chat.Actor{Account: 1, Device: 1, Scopes: chat.AllScopes}
	profile := chat.Profile{Name: "Old", Username: "old_one"}
	if _, err := b.Register(b.t.Context(), who, b.keyAt(at), profile); err != nil {
		b.t.Fatal(err)
	}
	return who
}

// people signs up n accounts.
func (b *bed) people(n int) []chat.Actor {
	b.t.Helper()
	all := make([]chat.Actor, n)
	for i := range all {
		all[i] = b.person(fmt.Sprintf("person%dx", i))
	}
	return all
}

// room makes a public chat that everybody joins.
func (b *bed) room(kind chat.ChatType, owner chat.Actor, members ...chat.Actor) chat.ChatID {
	b.t.Helper()
	b.keys++
	r, err := b.Create(b.t.Context(), owner, engine.NewChat{
		Type: kind, Title: "A room", Name: fmt.Sprintf("room%dy", b.keys),
	}, b.key())
	if err != nil {
		b.t.Fatal(err)
	}
	room := r.Log.Chat()
	for _, m := range members {
		if _, err := b.Join(b.t.Context(), m, engine.JoinBy{Chat: room}, b.key()); err != nil {
			b.t.Fatal(err)
		}
	}
	return room
}

// open gives a handle or fails the test.
func (b *bed) open(who chat.Actor, log chat.LogID, right chat.Right) *engine.Handle {
	b.t.Helper()
	h, err := b.Open(b.t.Context(), who, log, right)
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}

// do runs a command that may fail.
func (b *bed) do(who chat.Actor, log chat.LogID, cmd chat.Command) (engine.Receipt, error) {
	b.t.Helper()
	return b.open(who, log, chat.RightSend).Do(b.t.Context(), cmd, b.key())
}

// must runs a command that may not fail.
func (b *bed) must(who chat.Actor, log chat.LogID, cmd chat.Command) engine.Receipt {
	b.t.Helper()
	r, err := b.do(who, log, cmd)
	if err != nil {
		b.t.Fatalf("%T: %v", cmd, err)
	}
	return r
}

// say sends a text.
func (b *bed) say(who chat.Actor, room chat.ChatID, text string) engine.Receipt {
	b.t.Helper()
	return b.must(who, room.Log(), chat.Send{Text: text})
}

// texts reads what an actor sees of a chat, as it stands today.
func (b *bed) texts(who chat.Actor, room chat.ChatID) []string {
	b.t.Helper()
	page, err := b.open(who, room.Log(), chat.RightRead).Page(b.t.Context(), engine.PageQuery{Limit: 200})
	if err != nil {
		b.t.Fatal(err)
	}
	var texts []string
	for _, it := range page.Items {
		if it.Env.Kind != chat.KindMessage || len(it.Current()) == 0 {
			continue
		}
		body, err := wireCodec.Decode(it.Env.Kind, it.Current())
		if err != nil {
			b.t.Fatal(err)
		}
		texts = append(texts, body.(*chat.Message).Text)
	}
	return texts
}

// codeIs fails the test unless err has the code.
func codeIs(t testing.TB, err error, want chat.Code) {
	t.Helper()
	if chat.CodeOf(err) != want {
		t.Fatalf("got %v, want code %v", err, want)
	}
}
