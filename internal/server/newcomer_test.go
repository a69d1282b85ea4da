// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// door is a queue of newcomers, and what operators are told of it.
type door struct {
	t      *testing.T
	store  *storetest.Memory
	clock  time.Time
	queue  []account.Newcomer
	told   []string
	refuse error
}

func newDoor(t *testing.T) *door {
	return &door{t: t, store: storetest.NewMemory(), clock: time.UnixMilli(10_000_000)}
}

// greeter is one server, or the same after a restart.
func (d *door) greeter() *greeter {
	return &greeter{keep: d.store, now: func() time.Time { return d.clock }, log: slog.New(slog.DiscardHandler),
		list: func(context.Context) ([]account.Newcomer, error) { return d.queue, nil },
		tell: func(_ context.Context, waiting int, at chat.Millis) error {
			if d.told = append(d.told, fmt.Sprintf("%d wait at %d", waiting, at)); d.refuse != nil {
				return d.refuse
			}
			return nil
		}}
}

// comes lets somebody wait.
func (d *door) comes() {
	d.clock = d.clock.Add(time.Second)
	d.queue = append(d.queue, account.Newcomer{Asked: chat.Millis(d.clock.UnixMilli())})
}

// hears looks and compares what operators were told meanwhile.
func (d *door) hears(g *greeter, want ...string) {
	d.t.Helper()
	d.told = nil
	for range 3 {
		if err := g.step(d.t.Context()); err != nil && d.refuse == nil {
			d.t.Fatal(err)
		}
	}
	if !slices.Equal(d.told, want) {
		d.t.Errorf("operators were told %q, not %q", d.told, want)
	}
}

// SIGNUP-5
func TestOperatorsAreToldOfNewcomersOnceInAnHour(t *testing.T) {
	d := newDoor(t)
	g := d.greeter()
	d.hears(g)
	d.comes()
	d.hears(g, "1 wait at 10001000")
	d.hears(d.greeter()) // after a restart
	for range 50 {
		d.comes()
	}
	d.hears(g)
	d.clock = d.clock.Add(newcomersEvery)
	d.hears(g, "51 wait at 13651000")
	d.clock = d.clock.Add(newcomersEvery)
	d.hears(d.greeter()) // they were told of all of those
	d.comes()
	d.queue[len(d.queue)-1].Refused = true
	d.hears(g)
	d.queue = nil
	d.comes()
	d.hears(g, "1 wait at 17253000")
}

// SIGNUP-5
func TestWordOfNewcomersThatCannotBeToldIsToldLaterUnderItsName(t *testing.T) {
	d := newDoor(t)
	d.comes()
	d.refuse = errors.New("the disk is full")
	at := "1 wait at 10001000"
	d.hears(d.greeter(), at, at, at)
	d.refuse = nil
	d.clock = d.clock.Add(time.Minute)
	d.hears(d.greeter(), at) // the same message, also after a restart
	d.hears(d.greeter())
}
