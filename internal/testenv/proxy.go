// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Mode is how a Proxy treats what passes through it.
type Mode int

// The modes.
const (
	Pass      Mode = iota
	Refuse         // closes connections at once
	Swallow        // accepts and reads, and nothing ever comes out
	Page           // answers everything with a web page of its own, as a captive portal does
	NoSockets      // passes plain HTTP, and closes connections that ask for a WebSocket
)

// Proxy stands between clients and a server on loopback, as a network with a mind of its own does.
type Proxy struct {
	listener net.Listener
	target   string
	owned    sync.WaitGroup

	mu    sync.Mutex
	mode  Mode
	conns map[net.Conn]bool
	deaf  *atomic.Bool // of the connections made since it was replaced
}

// NewProxy forwards to a server until the test ends.
func NewProxy(t *testing.T, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, target: target, conns: map[net.Conn]bool{}, deaf: new(atomic.Bool)}
	p.owned.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.Set(Refuse)
		p.owned.Wait()
	})
	return p
}

// Address is where clients connect.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Set changes the mode and breaks what is connected.
func (p *Proxy) Set(m Mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = m
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}

// Open changes the mode for what connects from now on, and leaves what is connected alone.
func (p *Proxy) Open(m Mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = m
}

// SwallowLive lets nothing more through what is connected, in either direction, and closes none of it. What
// connects later passes.
func (p *Proxy) SwallowLive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf.Store(true)
	p.deaf = new(atomic.Bool)
}

// sieve passes what is read on until its connection is to be swallowed.
type sieve struct {
	io.Reader
	deaf *atomic.Bool
}

// Read reads, and keeps to itself what comes too late.
func (s sieve) Read(b []byte) (int, error) {
	for {
		n, err := s.Reader.Read(b)
		if err != nil || !s.deaf.Load() {
			return n, err
		}
	}
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		mode, deaf := p.mode, p.deaf
		if mode != Refuse {
			p.conns[c] = true
		}
		p.mu.Unlock()
		if mode == Refuse {
			c.Close()
			continue
		}
		p.owned.Go(func() { p.serve(c, mode, deaf) })
	}
}

// page is what a captive portal says to everything, with the status of a success.
const page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n" +
	"<html>please log in</html>"

func (p *Proxy) serve(c net.Conn, mode Mode, deaf *atomic.Bool) {
	defer func() {
		c.Close()
		p.mu.Lock()
		delete(p.conns, c)
		p.mu.Unlock()
	}()
	switch mode {
	case Swallow:
		io.Copy(io.Discard, c)
		return
	case Page:
		buf := make([]byte, 4096)
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
			if _, err := io.WriteString(c, page); err != nil {
				return
			}
		}
	}
	up, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil {
		return
	}
	defer up.Close()
	p.mu.Lock()
	p.conns[up] = true
	p.mu.Unlock()
	var back sync.WaitGroup
	back.Go(func() {
		io.Copy(c, sieve{up, deaf})
		c.Close()
	})
	var from io.Reader = c
	if mode == NoSockets {
		from = &socketless{Conn: c}
	}
	io.Copy(up, sieve{from, deaf})
	up.Close()
	back.Wait()
	p.mu.Lock()
	delete(p.conns, up)
	p.mu.Unlock()
}

// socketless ends a connection whose first request asks for a WebSocket.
type socketless struct {
	net.Conn
	seen bool
}

// Read looks at the first bytes.
func (s *socketless) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if !s.seen && n > 11 {
		s.seen = true
		if string(b[:11]) == "GET /api/ws" {
			return 0, io.EOF
		}
	}
	return n, err
}
