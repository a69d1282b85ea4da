// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"errors"
	"syscall"
)

// turnReads is how often a polled connection is read in one turn, so that others have theirs.
const turnReads = 16

// errLater says that a polled connection has nothing to read now, or has had its turn.
var errLater = errors.New("nothing more to read in this turn")

// turn reads what a polled connection has sent and handles it. Then the connection waits for more, or is
// forgotten. It reports whether the worker has still its place, which it gives up where it has to wait.
//
// A descriptor is closed by whoever has the turn, and by nobody else; so none is closed, and used again for
// another connection, while the poller or a worker knows it.
func (c *conn) turn() (kept bool) {
	in := c.in
	if in == nil {
		in = newIntake(c)
	}
	in.reads, in.drained = 0, false
	err := c.survive(in)
	kept = !c.lent
	if err == errLater {
		c.lent = false
		if c.in = in.rest(); c.park() {
			return kept
		}
		in = c.in // nil: it may be another connection's by now
	} else {
		c.refuseFraming(err)
		kept = !c.lent
	}
	if in != nil {
		in.release()
	}
	c.g.forget(c)
	return kept
}

// early is the first turn of a polled connection of which something was read before.
func (c *conn) early(b []byte) {
	c.in = newIntake(c)
	c.in.preload(b)
	c.lent = true
	c.turn()
}

// survive is read. A mistake of ours that it meets ends this connection, and no other.
func (c *conn) survive(in *intake) (err error) {
	defer func() {
		if v := recover(); v != nil {
			c.g.panicked(v)
			err = panickedError{}
		}
	}()
	return c.read(in)
}

// park has the connection wait for bytes; after that it belongs to whoever gets its next turn.
func (c *conn) park() bool {
	if c.lanes != nil && c.lanes.idle() {
		c.lanes = nil
	}
	return c.g.epoll.wait(c)
}

// yield gives the place of a worker up because the connection has to wait for something else than its
// client: a goroutine of its own goes on with it, and others are read.
func (c *conn) yield() {
	if c.polled && !c.lent {
		c.lent = true
		c.g.epoll.lend()
	}
}

// idle reports whether nothing is under way. Nothing can begin meanwhile: only the reader begins.
func (l *lanes) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.running && len(l.slots) == 0 && len(l.waits) == 0
}

// sever ends a connection whoever is reading it, so that the reader learns of it and closes it.
func (c *conn) sever() {
	if !c.polled {
		c.nc.Close()
		return
	}
	// Where it fails the connection is gone already, and its reader is told that.
	_ = c.raw.Control(func(fd uintptr) { _ = syscall.Shutdown(int(fd), syscall.SHUT_RDWR) })
}
