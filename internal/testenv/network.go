// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"errors"
	"net"
	"sync"
	"time"
)

// Network is the way from one client to its servers; a test can cut it.
type Network struct {
	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

// errCut is what a dial over a cut network returns, in the shape of a dial that nobody answers.
var errCut = errors.New("the network is cut")

// Dial opens a connection unless the network is cut.
func (n *Network) Dial(network, address string) (net.Conn, error) {
	n.mu.Lock()
	cut := n.cut
	n.mu.Unlock()
	if cut {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errCut}
	}
	c, err := net.DialTimeout(network, address, 5*time.Second)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cut {
		c.Close()
		return nil, &net.OpError{Op: "dial", Net: network, Err: errCut}
	}
	if n.conns == nil {
		n.conns = make(map[net.Conn]bool)
	}
	w := &watched{Conn: c, n: n}
	n.conns[w] = true
	return w, nil
}

// watched is a connection that its network can close.
type watched struct {
	net.Conn
	n *Network
}

// Close closes and forgets the connection.
func (w *watched) Close() error {
	w.n.mu.Lock()
	delete(w.n.conns, w)
	w.n.mu.Unlock()
	return w.Conn.Close()
}

// Cut breaks every connection and refuses new ones until Mend.
func (n *Network) Cut() {
	n.mu.Lock()
	n.cut = true
	conns := n.conns
	n.conns = nil
	n.mu.Unlock()
	for c := range conns {
		c.(*watched).Conn.Close()
	}
}

// Mend lets connections through again.
func (n *Network) Mend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = false
}
