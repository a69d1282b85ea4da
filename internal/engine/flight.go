// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"errors"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
)

// keyID names one write of one device.
type keyID struct {
	device chat.DeviceID
	key    chat.Key
}

// flight is a command on its way. receipt and err are set before done is closed.
type flight struct {
	id   keyID
	slow *seat
	done chan struct{}
	landed
}

// landed is how a flight ended.
type landed struct {
	receipt Receipt
	err     error
}

// flights are the commands on their way, by key. A retry that overtakes its first try joins it: neither
// slow mode nor a ban that comes between may tell it that it was refused when it will have been stored.
type flights struct {
	mu     sync.Mutex
	byKey  map[keyID]*flight
	bySeat map[seat]*flight // only those whom slow mode binds
}

func newFlights() *flights {
	return &flights{byKey: make(map[keyID]*flight), bySeat: make(map[seat]*flight)}
}

// join returns the flight of a key, and whether it is a new one, which the caller must land.
func (f *flights) join(id keyID) (_ *flight, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if old, ok := f.byKey[id]; ok {
		return old, false
	}
	one := &flight{id: id, done: make(chan struct{})}
	f.byKey[id] = one
	return one, true
}

// slow lets a message of somebody in slow mode go, or returns the one that is on its way: the store does not
// know of that one yet.
func (f *flights) slow(one *flight, at seat) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	if busy := f.bySeat[at]; busy != nil {
		return busy
	}
	f.bySeat[at], one.slow = one, &at
	return nil
}

// land ends a flight. A caller that gave up is no reason for who joined it to believe in a refusal.
func (f *flights) land(one *flight, how landed) {
	if errors.Is(how.err, context.Canceled) || errors.Is(how.err, context.DeadlineExceeded) {
		how.err = &chat.Error{Code: chat.CodeUnavailable, Text: "given up; use the same key again", Err: how.err}
	}
	f.mu.Lock()
	delete(f.byKey, one.id)
	if one.slow != nil {
		delete(f.bySeat, *one.slow)
	}
	f.mu.Unlock()
	one.landed = how
	close(one.done)
}
