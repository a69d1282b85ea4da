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

func TestAConnectionOnWhichDataStopsWithoutAnEndIsGivenUp(t *testing.T) {
	for _, by := range []zolal.Transport{zolal.WebSocket, zolal.Stream, zolal.Poll} {
		t.Run(string(by), func(t *testing.T) {
			t.Parallel()
			host := testenv.Memory(t)
			proxy := testenv.NewProxy(t, host.Address(0))
			c := guest(t, proxy.Address(), "swallowed", zolal.Options{
				Transports: []zolal.Transport{by}, Patience: 500 * time.Millisecond,
			})
			chat := notes(t, c)
			say(t, c, chat, "یک")
			proxy.SwallowLive()
			// Without a limit on silence the answer would never come: nothing ends the connection.
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if r, err := c.Text(ctx, chat, "دو"); err != nil || r.GetOrd() != 2 {
				t.Fatalf("after the silence: %v, %v", r, err)
			}
		})
	}
}

func TestAStreamWithoutEvenAHeartbeatIsGivenUp(t *testing.T) {
	t.Parallel()
	host := testenv.Memory(t)
	proxy := testenv.NewProxy(t, host.Address(0))
	c := guest(t, proxy.Address(), "silent_stream", zolal.Options{
		Transports: []zolal.Transport{zolal.Stream}, Silence: 2 * time.Second,
	})
	chat := notes(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
	defer cancel()
	heard := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- c.Follow(ctx, chat, 0, func(e *zolalv1.Entry) error {
			if e.GetEnvelope().GetCounted() {
				close(heard)
			}
			return nil
		})
	}()
	proxy.SwallowLive()
	other := signInAs(t, host.Address(0), "silent_stream")
	say(t, other, chat, "می‌شنوی؟")
	select {
	case <-heard:
	case err := <-ended:
		t.Fatalf("nothing was heard: %v", err)
	}
	cancel()
	<-ended
}

// signInAs connects another device of a guest.
func signInAs(t *testing.T, address, name string) *zolal.Client {
	t.Helper()
	o := zolal.Options{Info: &zolalv1.ClientInfo{Device: name + " 2", Client: "test"}}
	s, err := zolal.SignIn(t.Context(), address, o, &zolalv1.SignInRequest{
		Username: name, Password: "correct horse battery 7",
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Token = s.GetToken()
	c, err := zolal.Dial(t.Context(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAClientClimbsBackToTheBetterTransportAndLosesNothing(t *testing.T) {
	t.Parallel()
	host := testenv.Memory(t)
	proxy := testenv.NewProxy(t, host.Address(0))
	proxy.Set(testenv.NoSockets)
	c := guest(t, proxy.Address(), "climber", zolal.Options{Patience: time.Second, Climb: 50 * time.Millisecond})
	if got := c.Transport(); got != zolal.Stream {
		t.Fatalf("connected by %s", got)
	}
	chat := notes(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	got := make(chan uint32, 10_000)
	ended := make(chan error, 1)
	go func() {
		ended <- c.Follow(ctx, chat, 0, func(e *zolalv1.Entry) error {
			if e.GetEnvelope().GetCounted() {
				got <- e.GetOrd()
			}
			return nil
		})
	}()
	proxy.Open(testenv.Pass)
	sent := uint32(0)
	for c.Transport() != zolal.WebSocket || sent == 0 {
		say(t, c, chat, "بالا")
		sent++
		select {
		case <-ctx.Done():
			t.Fatal("it stays below")
		case <-time.After(time.Millisecond):
		}
	}
	say(t, c, chat, "رسیدم")
	for want := uint32(1); want <= sent+1; want++ {
		if ord := <-got; ord != want {
			t.Fatalf("message %d came as number %d", ord, want)
		}
	}
	cancel()
	<-ended
}

// CONN-8
func TestAClientComesBackToAServerThatRestartsWhenItWasAskedToAndNotBefore(t *testing.T) {
	t.Parallel()
	host := testenv.Unhurried(t)
	c := guest(t, host.Address(0), "patient_back", zolal.Options{})
	chat := notes(t, c)
	left := make(chan time.Time, 1)
	var retry time.Duration
	c.OnUpdate(func(u *zolalv1.Update) {
		if away := u.GetGoingAway(); away != nil {
			retry = time.Duration(away.GetRetryMs()) * time.Millisecond
			left <- time.Now()
		}
	})
	if err := host.Restart(); err != nil {
		t.Fatal(err)
	}
	var at time.Time
	select {
	case at = <-left:
	case <-time.After(time.Minute):
		t.Fatal("the server went without a word")
	}
	say(t, c, chat, "برگشتم")
	if took := time.Since(at); retry <= 0 || took < retry {
		t.Fatalf("back after %s; the server asked for %s", took, retry)
	}
}

func TestAClientWhoseClockIsWrongByDaysSendsAndKeepsItsAddresses(t *testing.T) {
	t.Parallel()
	address := testenv.FreeAddress(t)
	testenv.MemoryAt(t, address, "http://"+address, "http://127.0.0.2:1")
	for name, off := range map[string]time.Duration{
		"slow_clock": -50 * 24 * time.Hour, "fast_clock": 50 * 24 * time.Hour,
	} {
		journal := &zolal.MemoryJournal{}
		o := zolal.Options{Journal: journal, Now: func() time.Time { return time.Now().Add(off) }}
		c := guestIn(t, address, name, &o)
		if d := time.Until(c.Now()).Abs(); d > time.Minute {
			t.Errorf("%s: the server's time is missed by %s", name, d)
		}
		chat := notes(t, c)
		say(t, c, chat, "سلام")
		if list, err := journal.Get("addresses"); err != nil || len(list) == 0 {
			t.Errorf("%s: the addresses were not believed: %v", name, err)
		}
		c.Close()
		again, err := zolal.Dial(t.Context(), address, o)
		if err != nil {
			t.Fatal(err)
		}
		if r := say(t, again, chat, "دوباره"); r.GetOrd() != 2 {
			t.Errorf("%s: %v", name, r)
		}
		again.Close()
	}
}
