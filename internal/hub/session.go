// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"context"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Sink carries the frames of one session to its client. Calls to TryWrite and Write never overlap.
type Sink interface {
	// TryWrite writes what can be written without waiting and returns how much that was; fewer bytes than
	// given, without an error, mean that the client is slow now. A sink that cannot write without waiting
	// returns 0.
	TryWrite(p []byte) (int, error)
	// Write writes everything, waiting at most as long as a slow client may take.
	Write(p []byte) (int, error)
	// Close ends the connection; whoever reads from it learns of it. It may be called more than once.
	Close()
}

// Identity is whose session it is.
type Identity struct {
	Account chat.AccountID
	Device  chat.DeviceID
	Privacy chat.Privacy
}

// Session is one live connection. The zero Session is for Hub.Open, so that a gateway can hold it inside a
// record of its own.
type Session struct {
	hub     *Hub
	sink    Sink          // nil: frames are taken with Take
	wake    chan struct{} // with a nil sink: holds one element when there are frames to take
	cut     func()        // with a nil sink: see CutBy
	next    *Session      // of the same account
	account chat.AccountID
	device  chat.DeviceID

	mu      sync.Mutex
	queue   []*Frame
	bytes   int32 // of updates in queue
	answers int32 // bytes of answers in queue
	dropped uint32
	epoch   uint32 // of the loop, when it was last written to with updates
	state   state
	away    bool          // nobody looks at the device, see SetAway; guarded by Hub.mu
	room    chan struct{} // closed when answers leave, or when the session ends; nil: nobody waits
}

type state uint8

const (
	busy      state = 1 << iota // in the list of ready sessions or with a writer
	later                       // waits for the next tick
	finishing                   // nothing is queued any more; closes when the queue is empty
	ended
)

// Open begins a session whose frames are written to sink; hello is the first of them. With a nil sink the
// frames are taken with Take instead. The account is online from here on; a session of no account gets
// answers and nothing else. A session more than an account may have ends the oldest one. It fails with
// chat.CodeUnavailable when the hub is closing.
func (h *Hub) Open(s *Session, who Identity, sink Sink, hello *Frame) error {
	s.hub, s.sink, s.account, s.device = h, sink, who.Account, who.Device
	if sink == nil {
		s.wake = make(chan struct{}, 1)
	}
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return chat.Errorf(chat.CodeUnavailable, "the server is stopping")
	}
	if hello != nil {
		s.Answer(hello)
	}
	var came bool
	var surplus *Session
	if who.Account != 0 {
		came, surplus = h.enter(s, who.Privacy)
		came = came && !h.accounts[who.Account].privacy.HideLastSeen
	}
	h.mu.Unlock()
	if surplus != nil {
		h.finish(surplus, GoingAway{Code: "replaced"})
	}
	if came {
		h.cfg.Bus.Publish(Presence{Account: who.Account, Online: true})
	}
	return nil
}

// Leave ends a session: its connection is gone. It may be called more than once.
func (h *Hub) Leave(s *Session) {
	h.mu.Lock()
	h.exit(s)
	h.mu.Unlock()
	s.end()
}

// CutBy says how a connection is ended from which frames are taken, where it does not end by itself in time;
// before Open. Without it nothing is held open.
func (s *Session) CutBy(cut func()) { s.cut = cut }

// Account returns whose session it is.
func (s *Session) Account() chat.AccountID { return s.account }

// Device returns the device of the session.
func (s *Session) Device() chat.DeviceID { return s.device }

// Answer queues an answer and has it written at once, together with whatever else waits.
func (s *Session) Answer(f *Frame) {
	s.mu.Lock()
	if s.state&(finishing|ended) != 0 {
		s.mu.Unlock()
		return
	}
	s.queue = append(s.queue, f)
	s.answers += int32(len(f.Data))
	wake := s.begin()
	s.mu.Unlock()
	if wake {
		s.hub.ready.add(s)
	}
}

// begin reports whether the caller has to put the session into the list of ready ones. s.mu is held.
func (s *Session) begin() bool {
	if s.sink == nil {
		select {
		case s.wake <- struct{}{}:
		default:
		}
		return false
	}
	if s.state&busy != 0 {
		return false
	}
	s.state |= busy
	return true
}

// Crowded reports whether Wait would not return at once.
func (s *Session) Crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state&(finishing|ended) != 0 || s.answers > int32(s.hub.cfg.AnswerBytes)
}

// Wait waits until the answers in the queue are few enough for another request: back-pressure on a client
// that asks and does not read. It fails when ctx or the session ends.
//
// LIM-3
func (s *Session) Wait(ctx context.Context) error {
	for {
		s.mu.Lock()
		switch {
		case s.state&(finishing|ended) != 0:
			s.mu.Unlock()
			return chat.Errorf(chat.CodeUnavailable, "the session has ended")
		case s.answers <= int32(s.hub.cfg.AnswerBytes):
			s.mu.Unlock()
			return nil
		}
		room := s.waiting()
		s.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// waiting returns what is closed at the next change of the queue. s.mu is held.
func (s *Session) waiting() <-chan struct{} {
	if s.room == nil {
		s.room = make(chan struct{})
	}
	return s.room
}

func (s *Session) changed() {
	if s.room != nil {
		close(s.room)
		s.room = nil
	}
}

// push queues an update, or drops every update for one Resync where there is no more room. It reports
// whether there is something new to write. s.mu is held.
//
// UPD-3
func (s *Session) push(f *Frame) bool {
	if s.state&(finishing|ended) != 0 {
		return false
	}
	if s.dropped > 0 {
		// What comes after the overflow and before its Resync is written, the client reads with the rest.
		s.dropped += uint32(f.Updates)
		return false
	}
	if int(s.bytes)+len(f.Data) <= s.hub.cfg.QueueBytes {
		s.queue = append(s.queue, f)
		s.bytes += int32(len(f.Data))
		return true
	}
	kept := s.queue[:0:0]
	for _, q := range s.queue {
		if q.Updates == 0 {
			kept = append(kept, q)
		}
		s.dropped += uint32(q.Updates)
	}
	s.queue, s.bytes = kept, 0
	s.dropped += uint32(f.Updates)
	s.hub.stats.overflows.Add(1)
	return true
}

// resync queues the Resync of an overflow. It is encoded without the lock.
func (s *Session) resync() {
	s.mu.Lock()
	dropped := s.dropped
	s.dropped = 0
	s.mu.Unlock()
	if dropped == 0 {
		return
	}
	if f := s.hub.encode(Resync{Dropped: dropped}); f != nil {
		s.mu.Lock()
		s.queue = append(s.queue, f)
		s.mu.Unlock()
	}
}

// take removes frames of at most limit bytes (at least one) from the queue. s.mu is held.
func (s *Session) take(limit int) []*Frame {
	n, size := 0, 0
	for n < len(s.queue) && (n == 0 || size+len(s.queue[n].Data) <= limit) {
		size += len(s.queue[n].Data)
		n++
	}
	out := s.queue[:n:n]
	for _, f := range out {
		if f.Updates > 0 {
			s.bytes = max(0, s.bytes-int32(len(f.Data)))
		} else {
			s.answers -= int32(len(f.Data))
		}
	}
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil
	}
	if n > 0 {
		s.changed()
	}
	return out
}

// Ready gives one element when there is something to take; for sessions without a sink.
func (s *Session) Ready() <-chan struct{} { return s.wake }

// Take returns what waits, at most about limit bytes, and whether the session is over after that; for
// sessions without a sink. More may wait than it returned.
func (s *Session) Take(limit int) (frames []*Frame, over bool) {
	s.resync()
	s.mu.Lock()
	defer s.mu.Unlock()
	frames = s.take(limit)
	if len(s.queue) > 0 || s.dropped > 0 {
		s.begin()
	}
	return frames, s.state&(finishing|ended) != 0 && len(s.queue) == 0
}

// Finish queues the last frame of a session; its sink is closed once that is written.
func (s *Session) Finish(last *Frame) {
	s.mu.Lock()
	if s.state&(finishing|ended) != 0 {
		s.mu.Unlock()
		return
	}
	if last != nil {
		s.queue = append(s.queue, last)
	}
	s.state |= finishing
	wake := s.begin()
	s.changed()
	s.mu.Unlock()
	if wake {
		s.hub.ready.add(s)
	}
}

// end drops what waits; the connection is gone.
func (s *Session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state |= ended
	s.queue, s.bytes, s.answers, s.dropped = nil, 0, 0, 0
	s.changed()
	if s.sink == nil {
		s.begin()
	}
}

// abort closes the connection of a session whatever waits.
func (s *Session) abort() {
	s.end()
	switch {
	case s.sink != nil:
		s.sink.Close()
	case s.cut != nil:
		s.cut()
	}
}

// drained waits until nothing waits in the queue, at most for d, and reports whether that is so. Of what was
// taken nobody knows whether it was written, so a session that can be cut off is waited for until it leaves.
func (s *Session) drained(d time.Duration) bool {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	for {
		s.mu.Lock()
		if s.state&ended != 0 || (len(s.queue) == 0 && s.state&busy == 0 && s.cut == nil) {
			s.mu.Unlock()
			return true
		}
		room := s.waiting()
		s.mu.Unlock()
		select {
		case <-room:
		case <-t.C:
			return false
		}
	}
}
