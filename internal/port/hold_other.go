// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build !linux

package port

import "net"

// hold finds a free port and lets it go: elsewhere a port that is bound cannot be listened on by another.
func hold() (address string, release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	return l.Addr().String(), func() {}, l.Close()
}
