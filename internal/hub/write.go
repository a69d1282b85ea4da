// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import "sync"

// chunk is how much goes out in one write at most, in bytes, unless a single frame is longer.
const chunk = 64 << 10

// rounds is how many writes a writer makes for one session before others have their turn.
const rounds = 4

// ready is the list of sessions that have something to write now. Each session is in it at most once (its
// busy state says so), so it is bounded by their number.
type ready struct {
	mu     sync.Mutex
	more   sync.Cond
	list   []*Session
	closed bool
}

func (r *ready) add(s ...*Session) {
	if len(s) == 0 {
		return
	}
	r.mu.Lock()
	r.list = append(r.list, s...)
	r.mu.Unlock()
	if len(s) == 1 {
		r.more.Signal()
	} else {
		r.more.Broadcast()
	}
}

// get moves some sessions into to, waiting for the first. It reports false when the list is closed.
func (r *ready) get(to []*Session) ([]*Session, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.list) == 0 && !r.closed {
		r.more.Wait()
	}
	n := min(len(r.list), cap(to))
	to = append(to[:0], r.list[:n]...)
	if r.list = r.list[n:]; len(r.list) == 0 {
		r.list = nil
	}
	return to, !r.closed
}

func (r *ready) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.more.Broadcast()
}

// write is one writer: it takes sessions that are ready and writes what they are due, waiting for none.
func (h *Hub) write() {
	batch := make([]*Session, 0, 32)
	buf := make([]byte, 0, chunk)
	for {
		var open bool
		if batch, open = h.ready.get(batch); !open {
			return
		}
		for i, s := range batch {
			buf = h.flush(s, buf)
			batch[i] = nil
		}
	}
}

// flush writes the queue of a session. buf is the writer's own and comes back emptied.
func (h *Hub) flush(s *Session, buf []byte) []byte {
	for range rounds {
		var last, idle bool
		if buf, last, idle = s.pack(buf[:0]); idle {
			if last {
				s.sink.Close()
			}
			return buf
		}
		n, err := s.sink.TryWrite(buf)
		h.wrote(n)
		if err != nil {
			s.abort()
			return buf
		}
		if n < len(buf) {
			h.slow(s, append([]byte(nil), buf[n:]...))
			return buf
		}
		if cap(buf) > 2*chunk {
			buf = make([]byte, 0, chunk)
		}
	}
	h.ready.add(s)
	return buf
}

func (h *Hub) wrote(n int) {
	h.stats.writes.Add(1)
	h.stats.bytes.Add(uint64(n))
}

// pack appends the next frames of the queue to buf. Where there are none the session is idle again, and last
// says that its sink shall be closed now.
func (s *Session) pack(buf []byte) (_ []byte, last, idle bool) {
	s.resync()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state&ended != 0 {
		return buf, false, true
	}
	frames := s.take(chunk)
	if len(frames) == 0 && s.dropped == 0 {
		s.state &^= busy
		s.changed()
		return buf, s.state&finishing != 0, true
	}
	for _, f := range frames {
		buf = append(buf, f.Data...)
	}
	return buf, false, false
}

// slow hands a session to a goroutine of its own until it has caught up. Its sink bounds how long a write may
// take; a client that is slower loses the connection, and with it nothing that the logs do not have.
//
// LIM-4
func (h *Hub) slow(s *Session, rest []byte) {
	h.stats.slow.Add(1)
	h.owned.Go(func() {
		for {
			n, err := s.sink.Write(rest)
			h.wrote(n)
			if err != nil {
				s.abort()
				return
			}
			var last, idle bool
			if rest, last, idle = s.pack(rest[:0]); idle {
				if last {
					s.sink.Close()
				}
				return
			}
		}
	})
}
