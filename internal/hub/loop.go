// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// perWrite is how much time a hub grants itself for each session it writes to: about four times what a write
// takes, so that writing keeps a quarter of one core busy and no more.
const perWrite = 40 * time.Microsecond

// frameBytes is about how much one frame of a run of entries holds.
const frameBytes = 32 << 10

// loop is the state of the one goroutine that decides who gets what, and when.
type loop struct {
	hub     *Hub
	growth  chan Growth
	arrived chan loaded
	rooms   rooms
	pos     chat.Pos // up to here the feed has been seen

	epoch   uint32        // grows with every tick that had something to do
	tick    time.Duration // between two ticks now: longer where that saves writes
	timer   *time.Timer   // of the next tick; runs only while there was activity
	armed   bool
	held    []*room    // with entries that wait for their time
	later   []*Session // written to in this epoch, with more to write
	begun   []*Session // ready, not yet handed to the writers
	written int        // sessions written to in this epoch
	merged  int        // pushes that needed no write of their own
	hearers []*account // scratch of spread
}

// loaded is what a loader brings.
type loaded struct {
	room     chat.ChatID
	audience Audience
	tallies  []chat.Tally // instead of an audience
}

func (l *loop) start(h *Hub) {
	l.hub = h
	l.growth = make(chan Growth, 1)
	l.arrived = make(chan loaded, 16)
	l.rooms.start(h)
	l.tick = h.cfg.Tick
	l.epoch = 1 // sessions begin with 0: never written to
	l.timer = time.NewTimer(time.Hour)
	l.timer.Stop()
}

func (l *loop) run() {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	defer l.timer.Stop()
	for {
		select {
		case g := <-l.growth:
			l.grow(g)
		case s := <-l.hub.told:
			l.tell(s)
		case a := <-l.arrived:
			l.arrive(a)
		case <-l.timer.C:
			l.armed = false
			l.next()
		case <-second.C:
			l.rooms.evict()
			l.count()
			l.hub.settle()
		case <-l.hub.ctx.Done():
			return
		}
		l.release()
	}
}

// release hands the sessions that became ready to the writers, and has the next tick come where there was
// something to do.
func (l *loop) release() {
	if len(l.begun) > 0 {
		l.written += len(l.begun)
		l.hub.ready.add(l.begun...)
		clear(l.begun)
		l.begun = l.begun[:0]
	}
	if !l.armed && (l.written > 0 || len(l.held) > 0 || len(l.later) > 0) {
		l.armed = true
		l.timer.Reset(l.tick)
	}
}

// next begins another epoch: what was held leaves if its time has come, and sessions that were written to in
// the last one may be written to again.
func (l *loop) next() {
	l.pace()
	l.epoch++
	now := time.Now()
	held := l.held
	l.held = nil
	for _, r := range held {
		if now.Before(r.next) {
			l.held = append(l.held, r)
			continue
		}
		r.held = false
		l.deliver(r, now)
	}
	waiting := l.later
	l.later = nil
	for _, s := range waiting {
		s.mu.Lock()
		s.state &^= later
		if len(s.queue) > 0 || s.dropped > 0 {
			l.ready(s)
		}
		s.mu.Unlock()
	}
}

// pace chooses how long the next epoch is. It grows where writing takes more than its share and longer epochs
// have been saving writes, and shrinks again when neither holds: waiting that joins nothing helps nobody.
func (l *loop) pace() {
	cost := time.Duration(l.written) * perWrite
	switch {
	case cost > l.tick && l.merged >= l.written/2:
		l.tick = min(2*l.tick, max(l.hub.cfg.Hold, l.hub.cfg.Tick))
	case cost < l.tick/2 || l.merged < l.written/8:
		l.tick = max(l.tick/2, l.hub.cfg.Tick)
	}
	l.written, l.merged = 0, 0
}

// ready marks a session as one to write to now. s.mu is held.
func (l *loop) ready(s *Session) {
	s.epoch = l.epoch
	if s.sink == nil {
		s.begin()
	} else if s.begin() {
		l.begun = append(l.begun, s)
	}
}

// give queues a frame for every session of an account and reports for how many. Hub.mu is held.
func (l *loop) give(a *account, f *Frame) int {
	n := 0
	for s := a.sessions; s != nil; s = s.next {
		n += l.hand(s, f)
	}
	return n
}

// hand queues a frame for one session and has it written in this epoch, or in the next where it was already
// written to.
func (l *loop) hand(s *Session, f *Frame) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.push(f) {
		return 0
	}
	switch {
	case s.state&(busy|later) != 0:
		l.merged++
	case s.epoch == l.epoch && s.sink != nil:
		s.state |= later
		l.later = append(l.later, s)
	default:
		l.ready(s)
	}
	return 1
}

// grow takes a stretch of the commit order.
func (l *loop) grow(g Growth) {
	for _, p := range g.Privacy {
		l.hub.setPrivacy(p)
	}
	for _, b := range g.Blocks {
		l.part(b.Account, b.Other)
		l.part(b.Other, b.Account)
	}
	next := 0 // standing
	touched := make([]*room, 0, 8)
	for i := 0; i < len(g.Entries); {
		e := &g.Entries[i]
		for ; next < len(g.Standings) && g.Standings[next].Pos <= e.Pos; next++ {
			l.stand(g.Standings[next])
		}
		if e.Env.Kind == chat.KindMember {
			l.depart(e, g.Standings[next:])
		}
		switch e.Log.Kind() {
		case chat.ChatLog:
			if r := l.enter(e); r != nil && (len(touched) == 0 || touched[len(touched)-1] != r) {
				touched = append(touched, r)
			}
			i++
		case chat.UserLog:
			i += l.own(g.Entries[i:])
		default:
			i++ // staff logs are read, not followed
		}
	}
	for ; next < len(g.Standings); next++ {
		l.stand(g.Standings[next])
	}
	l.pos = max(l.pos, g.Pos)
	l.rooms.reached(l.pos, l.open)
	now := time.Now()
	for _, r := range touched {
		l.offer(r, now)
	}
	for _, s := range g.Signals {
		l.hub.cfg.Bus.Publish(s)
	}
}

// batchReach is how many positions after the entry that tells of a departure the one may stand that makes it
// so; both are of one batch.
const batchReach = 4

// depart applies a departure before the entry that tells of it, so that whoever is removed does not get it.
//
// UPD-4
func (l *loop) depart(e *chat.Entry, standings []Standing) {
	for _, s := range standings {
		if s.Pos > e.Pos+batchReach {
			return
		}
		if s.Chat == e.Log.Chat() && !s.In {
			l.stand(s)
		}
	}
}

// own delivers the entries at the start of a list that belong to one user log, and returns how many they are.
func (l *loop) own(entries []chat.Entry) int {
	n := 1
	for n < len(entries) && entries[n].Log == entries[0].Log {
		n++
	}
	h := l.hub
	h.mu.Lock()
	a := h.accounts[entries[0].Log.Account()]
	h.mu.Unlock()
	if a == nil {
		return n
	}
	f := h.encode(UserTail{Entries: entries[:n]})
	if f == nil {
		return n
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stats.deliveries.Add(uint64(l.give(a, f) * n))
	return n
}
