// SPDX-License-Identifier: AGPL-3.0-or-later

package push_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/outside"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/testenv/pushservice"
	"github.com/zolal-im/zolal/internal/wire"
)

// bed is an engine over a store in memory, a service that wakes its devices, and a push service.
type bed struct {
	t     *testing.T
	store *storetest.Memory
	maker *pushservice.Service
	cfg   push.Config
	*engine.Engine
	*push.Service
	keys  uint64
	ahead atomic.Int64

	mu   sync.Mutex
	here map[chat.DeviceID]bool // connected
}

func newBed(t *testing.T, change ...func(*push.Config)) *bed {
	t.Helper()
	b := &bed{t: t, store: storetest.NewMemory(), maker: pushservice.Start()}
	b.here = map[chat.DeviceID]bool{}
	var err error
	stand := engine.Config{Store: b.store, Codec: wire.Codec{}}
	if b.Engine, err = engine.Start(t.Context(), stand); err != nil {
		t.Fatal(err)
	}
	key, err := push.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(b.maker.Root())
	b.cfg = push.Config{
		Engine: b.Engine, Store: b.store, Codec: wire.Codec{}, Key: key, Contact: "operator@example.org",
		Outside: outside.Config{Loopback: true, Roots: roots}, Gap: time.Millisecond, Backoff: time.Millisecond,
		Now: func() time.Time { return time.Now().Add(time.Duration(b.ahead.Load())) },
		Connected: func(_ chat.AccountID, d chat.DeviceID) bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.here[d]
		},
	}
	for _, c := range change {
		c(&b.cfg)
	}
	b.begin()
	t.Cleanup(func() {
		b.Service.Close()
		b.maker.Close()
		if err := b.Engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// begin starts the service that wakes.
func (b *bed) begin() {
	b.t.Helper()
	var err error
	if b.Service, err = push.Start(b.t.Context(), b.cfg); err != nil {
		b.t.Fatal(err)
	}
}

// connected says whether a device has a connection from here on.
func (b *bed) connected(d chat.DeviceID, is bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.here[d] = is
}

func (b *bed) key() chat.Key {
	b.keys++
	var k chat.Key
	binary.BigEndian.PutUint64(k[:], uint64(time.Now().UnixMilli())<<16)
	binary.BigEndian.PutUint64(k[8:], b.keys)
	return k
}

// person makes an account with a device of the same number.
func (b *bed) person(n int) chat.Actor {
	b.t.Helper()
	who := chat.Actor{Account: chat.AccountID(n), Device: chat.DeviceID(n), Scopes: chat.AllScopes}
	profile := chat.Profile{Name: "Somebody", Username: fmt.Sprintf("somebody_%d", n)}
	if _, err := b.Register(b.t.Context(), who, b.key(), profile); err != nil {
		b.t.Fatal(err)
	}
	b.device(who.Account, n)
	return who
}

// device adds a device to an account.
func (b *bed) device(of chat.AccountID, n int) chat.Actor {
	b.t.Helper()
	d := chat.DeviceID(n)
	if err := b.store.AddDevice(b.t.Context(), of, d); err != nil {
		b.t.Fatal(err)
	}
	return chat.Actor{Account: of, Device: d, Scopes: chat.AllScopes}
}

// subscribe gives a device a browser.
func (b *bed) subscribe(who chat.Actor, q push.Settings) *pushservice.Browser {
	b.t.Helper()
	browser, err := b.maker.Browser()
	if err == nil {
		err = b.Subscribe(b.t.Context(), who, push.Subscription{
			Endpoint: browser.Endpoint, Key: browser.Key, Secret: browser.Secret, Settings: q})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return browser
}

// room makes a public group or channel of the first, whom the others join.
func (b *bed) room(kind chat.ChatType, name string, people ...chat.Actor) chat.ChatID {
	b.t.Helper()
	r, err := b.Create(b.t.Context(), people[0], engine.NewChat{Type: kind, Title: "Room", Name: name}, b.key())
	for _, p := range people[1:] {
		if err == nil {
			_, err = b.Join(b.t.Context(), p, engine.JoinBy{Chat: r.Log.Chat()}, b.key())
		}
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return r.Log.Chat()
}

// say sends a message and returns its number.
func (b *bed) say(who chat.Actor, room chat.ChatID, m chat.Send) chat.Seq {
	b.t.Helper()
	h, err := b.Open(b.t.Context(), who, room.Log(), chat.RightSend)
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := h.Do(b.t.Context(), m, b.key())
	if err != nil {
		b.t.Fatal(err)
	}
	return r.Seq
}

func hello() chat.Send { return chat.Send{Text: "سلام"} }

// until waits for a condition, which may change whenever anything is pushed.
func (b *bed) until(what string, ok func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.t.Fatalf("never: %s", what)
		}
	}
	if _, _, err := b.maker.Count(); err != nil {
		b.t.Error(err)
	}
}

// gets waits until a browser has got exactly these payloads, and nothing is under way that could bring more.
func (b *bed) gets(to *pushservice.Browser, want ...string) {
	b.t.Helper()
	texts := func() (got []string) {
		all, _ := to.Got()
		for _, p := range all {
			got = append(got, string(p.Payload))
		}
		return got
	}
	b.until(fmt.Sprint(want), func() bool { return len(texts()) >= len(want) && b.Idle() })
	if got := texts(); fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("it got %q, not %q", got, want)
	}
}

func came(room chat.ChatID, seq chat.Seq) string {
	return fmt.Sprintf(`{"v":1,"chat":%d,"seq":%d}`, room, seq)
}

func called(room chat.ChatID, seq chat.Seq) string {
	return fmt.Sprintf(`{"v":1,"chat":%d,"seq":%d,"mention":true}`, room, seq)
}

func read(room chat.ChatID, seq chat.Seq) string {
	return fmt.Sprintf(`{"v":1,"chat":%d,"read":%d}`, room, seq)
}
