// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build unix

package native

import (
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/zolal-im/zolal/internal/wire"
)

// rawOf returns a way to read and write a connection without waiting, nil where there is none: a connection
// with TLS has state of its own.
func rawOf(nc net.Conn) syscall.RawConn {
	if s, ok := nc.(*net.TCPConn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			return raw
		}
	}
	if s, ok := nc.(*net.UnixConn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

func (in *intake) init() { in.attempt = in.tryRead }

// fillRaw is fill without a buffer while nothing has come: the goroutine waits for bytes, then borrows one. A
// polled connection is not waited for.
func (in *intake) fillRaw(need int) error {
	if in.c.polled && (in.drained || in.reads == turnReads) {
		return errLater
	}
	in.reads++
	if in.buf != nil {
		in.room(need)
	}
	in.err = nil
	if err := in.c.raw.Read(in.attempt); err != nil {
		return err
	}
	return in.err
}

// tryRead reads once; false means: wait until there is something.
func (in *intake) tryRead(fd uintptr) bool {
	borrowed := in.buf == nil
	in.room(1)
	n, err := syscall.Read(int(fd), in.buf[in.to:])
	switch {
	case n > 0:
		// A read that takes less than there was room for has taken all; what comes later is told again.
		in.drained = n < len(in.buf)-in.to
		in.to += n
		return true
	case err == syscall.EAGAIN || err == syscall.EINTR:
		if borrowed {
			in.release()
		}
		if !in.c.polled {
			return false
		}
		in.err = errLater
	case err != nil:
		in.err = err
	default:
		in.err = io.EOF
	}
	return true
}

// TryWrite writes what the kernel takes now.
func (c *conn) TryWrite(p []byte) (int, error) {
	c.out.Lock()
	defer c.out.Unlock()
	return c.tryWrite(p)
}

// tryWrite is TryWrite. c.out is held.
func (c *conn) tryWrite(p []byte) (int, error) {
	if c.raw == nil {
		return 0, nil
	}
	var n int
	var failed error
	err := c.raw.Write(func(fd uintptr) bool {
		n, failed = syscall.Write(int(fd), p)
		return true
	})
	switch {
	case err != nil:
		return 0, err
	case errors.Is(failed, syscall.EAGAIN), errors.Is(failed, syscall.EINTR):
		return 0, nil
	case failed != nil:
		return 0, failed
	}
	return n, nil
}

// Write writes everything within the time that a slow client may take.
//
// LIM-4
func (c *conn) Write(p []byte) (int, error) {
	c.out.Lock()
	defer c.out.Unlock()
	c.nc.SetWriteDeadline(time.Now().Add(wire.WriteLimit))
	n, err := c.nc.Write(p)
	c.nc.SetWriteDeadline(time.Time{})
	return n, err
}
