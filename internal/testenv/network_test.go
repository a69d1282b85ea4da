// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"context"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// guest signs up over an address and returns a connected client.
func guest(t *testing.T, address, name string, o zolal.Options) *zolal.Client {
	t.Helper()
	return guestIn(t, address, name, &o)
}

// notes opens a client's saved messages.
func notes(t *testing.T, c *zolal.Client) uint32 {
	t.Helper()
	me := new(zolalv1.UserState)
	if err := c.Call(t.Context(), "Accounts/Me", &zolalv1.Empty{}, me); err != nil {
		t.Fatal(err)
	}
	info := new(zolalv1.ChatInfo)
	req := &zolalv1.OpenDirectRequest{Key: c.NewKey(), Account: me.GetAccount()}
	if err := c.Call(t.Context(), "Chats/OpenDirect", req, info); err != nil {
		t.Fatal(err)
	}
	return info.GetId()
}

// say sends a text and waits for its receipt.
func say(t *testing.T, c *zolal.Client, chat uint32, text string) *zolalv1.Receipt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := c.Text(ctx, chat, text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return r
}

func TestABlockedAddressGivesWayToTheNextWithNothingLost(t *testing.T) {
	t.Parallel()
	address := testenv.FreeAddress(t)
	first, second := testenv.NewProxy(t, address), testenv.NewProxy(t, address)
	testenv.MemoryAt(t, address, "http://"+first.Address(), "http://"+second.Address())
	c := guest(t, first.Address(), "mover_one", zolal.Options{Patience: time.Second})
	chat := notes(t, c)
	say(t, c, chat, "یک")
	got := make(chan uint32, 10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	followed := make(chan error, 1)
	go func() {
		followed <- c.Follow(ctx, chat, 0, func(e *zolalv1.Entry) error {
			if e.GetEnvelope().GetCounted() {
				got <- e.GetOrd()
			}
			return nil
		})
	}()
	first.Set(testenv.Swallow)
	say(t, c, chat, "دو")
	if c.Address() != "http://"+second.Address() {
		t.Errorf("still at %s, which is blocked", c.Address())
	}
	second.Set(testenv.Refuse)
	first.Set(testenv.Pass)
	say(t, c, chat, "سه")
	for want := uint32(1); want <= 3; want++ {
		if ord := <-got; ord != want {
			t.Fatalf("message %d came as number %d", ord, want)
		}
	}
	cancel()
	<-followed
}

func TestWhereSocketsAreBlockedOrSwallowedMessagesPassAllTheSame(t *testing.T) {
	t.Parallel()
	host := testenv.Memory(t)
	proxy := testenv.NewProxy(t, host.Address(0))
	proxy.Set(testenv.NoSockets)
	journal := &zolal.MemoryJournal{}
	c := guest(t, proxy.Address(), "socketless", zolal.Options{Patience: time.Second, Journal: journal})
	if got := c.Transport(); got != zolal.Stream {
		t.Fatalf("connected by %s", got)
	}
	chat := notes(t, c)
	say(t, c, chat, "از میان")
	c.Close()
	// The next client remembers what passed here and does not try the socket first.
	keys, err := journal.Keys("transport/")
	if err != nil || len(keys) != 1 {
		t.Fatalf("remembered %v, %v", keys, err)
	}
	polled := guest(t, proxy.Address(), "patient_one", zolal.Options{Transports: []zolal.Transport{zolal.Poll}})
	other := notes(t, polled)
	say(t, polled, other, "نظرسنجی")
}

func TestACaptivePortalAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	host := testenv.Memory(t)
	proxy := testenv.NewProxy(t, host.Address(0))
	c := guest(t, proxy.Address(), "traveller", zolal.Options{Patience: time.Second})
	chat := notes(t, c)
	proxy.Set(testenv.Page)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if r, err := c.Text(ctx, chat, "در هتل"); err == nil {
		t.Fatalf("a portal's page acknowledged: %v", r)
	}
	if c.Unsent() != 1 {
		t.Fatalf("%d messages in the outbox", c.Unsent())
	}
	proxy.Set(testenv.Pass)
	if r := say(t, c, chat, "پس از هتل"); r.GetOrd() != 2 {
		t.Errorf("the kept message is not before it: %v", r)
	}
}
