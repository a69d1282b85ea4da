// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"io"
	"net"
	"sync"
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
}

// NewProxy forwards to a server until the test ends.
func NewProxy(t *testing.T, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, target: target, conns: map[net.Conn]bool{}}
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

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		mode := p.mode
		if mode != Refuse {
			p.conns[c] = true
		}
		p.mu.Unlock()
		if mode == Refuse {
			c.Close()
			continue
		}
		p.owned.Go(func() { p.serve(c, mode) })
	}
}

// page is what a captive portal says to everything, with the status of a success.
const page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n" +
	"<html>please log in</html>"

func (p *Proxy) serve(c net.Conn, mode Mode) {
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
		io.Copy(c, up)
		c.Close()
	})
	var from io.Reader = c
	if mode == NoSockets {
		from = &socketless{Conn: c}
	}
	io.Copy(up, from)
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
