// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// pollEvery is how often ends on other nodes are looked for; with the time a hub takes it stays under
	// the 5 s that is promised.
	pollEvery = 2 * time.Second
	// tickEvery is how often expiries are looked at.
	tickEvery = time.Second
	// flushEvery is how often last uses are stored.
	flushEvery = time.Minute
	// revocationsKept is for how long an ended token is told from an unknown one.
	revocationsKept = 30 * 24 * time.Hour
	// maxUses bounds the last uses that wait to be stored.
	maxUses = 50_000
	// maxRevocations is how many are read at a time.
	maxRevocations = 1000
)

// ended wakes those who wait for revocations made in this process.
type ended struct {
	ctx context.Context // of the Service

	mu   sync.Mutex
	more chan struct{} // closed and replaced at every revocation
}

func newEnded(ctx context.Context) *ended { return &ended{ctx: ctx, more: make(chan struct{})} }

func (e *ended) wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.more)
	e.more = make(chan struct{})
}

func (e *ended) next() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.more
}

// Revocations gives devices whose tokens stopped being valid, from now on and on whatever node that
// happened, at most pollEvery late, until ctx or the Service ends; then the channel is closed. Where the
// reader is slow nothing is lost: they wait in the store.
func (s *Service) Revocations(ctx context.Context) (<-chan Revocation, error) {
	_, after, err := s.Store.Revocations(ctx, 0, 0)
	if err != nil {
		return nil, err
	}
	out := make(chan Revocation)
	s.done.Go(func() {
		defer close(out)
		for s.forward(ctx, &after, out) {
		}
	})
	return out, nil
}

// forward sends what ended since, then waits for more; false when it is over.
func (s *Service) forward(ctx context.Context, after *uint64, out chan<- Revocation) bool {
	more := s.ended.next()
	list, last, err := s.Store.Revocations(ctx, *after, maxRevocations)
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("revocations cannot be read; trying again", "err", err)
	}
	for _, r := range list {
		select {
		case out <- r:
		case <-ctx.Done():
			return false
		case <-s.ended.ctx.Done():
			return false
		}
	}
	if err == nil {
		*after = last
	}
	if len(list) == maxRevocations {
		return true
	}
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	select {
	case <-more:
	case <-timer.C:
	case <-ctx.Done():
		return false
	case <-s.ended.ctx.Done():
		return false
	}
	return true
}

// uses holds when devices were last used and what they run until that is stored, and which of them expire.
type uses struct {
	mu      sync.Mutex
	last    map[chat.DeviceID]chat.Millis
	expires map[chat.DeviceID]Device
	now     map[chat.DeviceID]Program // what runs there, where that is not what is stored
}

func newUses() *uses {
	return &uses{last: map[chat.DeviceID]chat.Millis{}, expires: map[chat.DeviceID]Device{},
		now: map[chat.DeviceID]Program{}}
}

func (u *uses) note(d Device, now chat.Millis) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.last) < maxUses {
		u.last[d.ID] = now
	}
	if d.Expires != 0 && len(u.expires) < maxUses {
		u.expires[d.ID] = d
	}
}

func (u *uses) run(id chat.DeviceID, p, stored Program) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.now, id)
	if p != stored && len(u.now) < maxUses {
		u.now[id] = p
	}
}

func (u *uses) runs(id chat.DeviceID) (Program, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	p, ok := u.now[id]
	return p, ok
}

func (u *uses) at(id chat.DeviceID) chat.Millis {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.last[id]
}

// take empties what waits to be stored.
func (u *uses) take() (map[chat.DeviceID]chat.Millis, map[chat.DeviceID]Program) {
	u.mu.Lock()
	defer u.mu.Unlock()
	last, now := u.last, u.now
	u.last, u.now = map[chat.DeviceID]chat.Millis{}, map[chat.DeviceID]Program{}
	return last, now
}

// due takes the devices that expired.
func (u *uses) due(now chat.Millis) []Device {
	u.mu.Lock()
	defer u.mu.Unlock()
	var out []Device
	for id, d := range maps.Clone(u.expires) {
		if d.Expires <= now {
			out = append(out, d)
			delete(u.expires, id)
		}
	}
	return out
}

// keepTime stores last uses now and then and ends tokens that expire, so that their open connections end.
// A token that expired while nobody used it needs no ending: Authenticate refuses it.
func (s *Service) keepTime(ctx context.Context) {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	flush := time.NewTicker(flushEvery)
	defer flush.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, d := range s.use.due(s.millis()) {
				gone := DevicesGone{Account: d.Account, Only: []chat.DeviceID{d.ID}, Reason: ReasonExpired}
				if err := s.end(ctx, gone); err != nil && !isCode(err, chat.CodeNotFound) {
					s.Log.Warn("an expired token cannot be ended", "device", d.ID, "err", err)
				}
			}
		case <-flush.C:
			s.flushUses(ctx)
		}
	}
}

// flushUses stores last uses and forgets old revocations. Losing last uses is harmless.
func (s *Service) flushUses(ctx context.Context) {
	if err := s.Store.Apply(ctx, CredentialsPruned{Before: s.millis()}); err != nil {
		s.Log.Warn("expired credentials were not forgotten", "err", err)
	}
	last, now := s.use.take()
	if len(last) == 0 {
		return
	}
	before := s.millis() - chat.Millis(revocationsKept.Milliseconds())
	err := s.Store.Apply(ctx, DeviceUsed{At: last}, DeviceRuns{What: now}, RevocationsPruned{Before: before})
	if err != nil {
		s.Log.Warn("last uses of devices were not stored", "err", err)
	}
}
