// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"net"
	"sync"
)

// wires are the connections of a server that a crash breaks.
type wires struct {
	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
}

// listen begins to watch the connections of a listener.
func (l *wires) listen(from net.Listener) net.Listener {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listener = from
	return &watchedListener{from, l}
}

// tear closes the listener and every connection, without a word to the other side.
func (l *wires) tear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listener != nil {
		l.listener.Close()
	}
	for c := range l.open {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0) // what is queued is lost too
		}
		c.Close()
	}
	clear(l.open)
}

type watchedListener struct {
	net.Listener
	wires *wires
}

// Accept implements net.Listener.
func (w *watchedListener) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w.wires.mu.Lock()
	defer w.wires.mu.Unlock()
	w.wires.open[c] = true
	return &wire{c, w.wires}, nil
}

// wire is a connection that a crash breaks.
type wire struct {
	net.Conn
	wires *wires
}

// Close closes and forgets the connection.
func (l *wire) Close() error {
	l.wires.mu.Lock()
	delete(l.wires.open, l.Conn)
	l.wires.mu.Unlock()
	return l.Conn.Close()
}
