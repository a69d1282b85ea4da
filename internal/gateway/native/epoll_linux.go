// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// epollBatch is how many connections are found readable in one call of the kernel, at most.
	epollBatch = 128
	// epollOnce: a connection is told to be readable once, and then belongs to a worker until it is armed again.
	epollOnce = syscall.EPOLLIN | syscall.EPOLLRDHUP | 1<<30 // EPOLLONESHOT, negative in package syscall
)

// epoll waits for the bytes of all connections that can be read without waiting, so that an idle one has
// neither a goroutine nor a stack. Connections that are readable are read by a few workers.
type epoll struct {
	file  *os.File // the kernel's list of descriptors; itself waited for by Go's own poller
	raw   syscall.RawConn
	fd    int
	jobs  chan *conn
	slots chan struct{}
	stop  chan struct{}
	log   *slog.Logger
	dead  atomic.Bool // finds nothing readable any more
	owned sync.WaitGroup

	mu    sync.Mutex
	conns []*conn // by descriptor
}

// newEpoll begins a poller that reads at most so many connections at once.
func newEpoll(readers int, log *slog.Logger) (*epoll, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("wait for connections: %w", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return nil, fmt.Errorf("wait for connections: %w", err)
	}
	e := &epoll{
		file: os.NewFile(uintptr(fd), "connections"), fd: fd,
		jobs: make(chan *conn), slots: make(chan struct{}, readers), stop: make(chan struct{}),
		log: log,
	}
	if e.raw, err = e.file.SyscallConn(); err != nil {
		e.file.Close()
		return nil, fmt.Errorf("wait for connections: %w", err)
	}
	e.owned.Go(e.run)
	return e, nil
}

// take takes a connection over, for its first turn. It reports false where that cannot be.
func (e *epoll) take(c *conn) bool {
	if err := c.raw.Control(func(fd uintptr) { c.fd = int32(fd) }); err != nil || e.dead.Load() {
		return false
	}
	e.mu.Lock()
	for int(c.fd) >= len(e.conns) {
		e.conns = append(e.conns, nil)
	}
	e.conns[c.fd] = c
	e.mu.Unlock()
	c.polled = true
	return true
}

// wait has a connection wait for bytes; whatever came meanwhile is told at once, and then it has another
// reader. It reports false where it cannot wait and still has this one.
func (e *epoll) wait(c *conn) bool {
	op := syscall.EPOLL_CTL_MOD
	if !c.known {
		op, c.known = syscall.EPOLL_CTL_ADD, true
	}
	c.parked.Store(true)
	return e.control(op, c) == nil && !e.dead.Load() || !c.parked.CompareAndSwap(true, false)
}

// drop forgets a connection, before its descriptor is closed.
func (e *epoll) drop(c *conn) {
	e.mu.Lock()
	e.conns[c.fd] = nil
	e.mu.Unlock()
	_ = e.control(syscall.EPOLL_CTL_DEL, c) // where it fails it was not there
}

func (e *epoll) control(op int, c *conn) error {
	return syscall.EpollCtl(e.fd, op, int(c.fd), &syscall.EpollEvent{Events: epollOnce, Fd: c.fd})
}

// run hands connections that have become readable to workers. While all are busy the rest stays with the
// kernel.
func (e *epoll) run() {
	events := make([]syscall.EpollEvent, epollBatch)
	var n int
	var failed error
	look := func(fd uintptr) bool {
		n, failed = syscall.EpollWait(int(fd), events, 0)
		return n > 0 || failed != nil && failed != syscall.EINTR
	}
	for {
		err := e.raw.Read(look)
		if err == nil && failed != syscall.EINTR {
			err = failed
		}
		if err != nil {
			e.fail(err)
			return
		}
		for i := range n {
			if c := e.readable(events[i].Fd); c != nil && !e.hand(c) {
				return
			}
		}
	}
}

// fail ends the connections that wait, unless the poller was closed: nothing would be read of them, and each
// would have to find that out by its silence. Those in a turn end after it, and new ones have a reader each.
func (e *epoll) fail(err error) {
	select {
	case <-e.stop:
		return
	default:
	}
	e.log.Error("connections can no longer be waited for; they end", "error", err)
	e.dead.Store(true)
	e.mu.Lock()
	known := len(e.conns)
	e.mu.Unlock()
	for fd := range known {
		if c := e.readable(int32(fd)); c != nil {
			c.g.forget(c)
		}
	}
}

// readable takes a connection for a turn.
func (e *epoll) readable(fd int32) *conn {
	e.mu.Lock()
	c := e.conns[fd]
	e.mu.Unlock()
	if c == nil || !c.parked.CompareAndSwap(true, false) {
		return nil
	}
	return c
}

// hand gives a connection to a worker, waiting for one where all are busy.
func (e *epoll) hand(c *conn) bool {
	select {
	case e.jobs <- c:
		return true
	default:
	}
	select {
	case <-e.stop:
		return false
	case e.jobs <- c:
	case e.slots <- struct{}{}:
		e.owned.Go(func() { e.work(c) })
	}
	return true
}

// work reads connections, one after the other, until it has none for a while or has lost its place.
func (e *epoll) work(c *conn) {
	idle := time.NewTimer(poolIdle)
	defer idle.Stop()
	for c.turn() {
		idle.Reset(poolIdle)
		select {
		case c = <-e.jobs:
			continue
		case <-idle.C:
		case <-e.stop:
		}
		e.lend()
		return
	}
}

// lend gives the place of a worker to another one.
func (e *epoll) lend() { <-e.slots }

// close ends the workers. No connection has a turn after that, and none is added.
func (e *epoll) close() {
	close(e.stop)
	_ = e.file.SetReadDeadline(time.Now()) // wakes run
	e.owned.Wait()
	e.file.Close()
}
