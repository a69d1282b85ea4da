// SPDX-License-Identifier: AGPL-3.0-or-later

package port

import (
	"fmt"
	"net/netip"
	"syscall"
)

// hold binds a port without listening on it. Linux gives such a port to nobody who asks for any port, for a
// listener or for a connection of its own, and yet lets one who names it listen, if both sockets may share
// their address; Go's listeners may. Whoever connects while nobody listens is refused.
func hold() (address string, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, fmt.Errorf("socket: %w", err)
	}
	release = func() { _ = syscall.Close(fd) }
	defer func() {
		if err != nil {
			release()
		}
	}()
	if err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return "", nil, fmt.Errorf("share the address: %w", err)
	}
	host := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: host.As4()}); err != nil {
		return "", nil, fmt.Errorf("bind: %w", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return "", nil, fmt.Errorf("name of the socket: %w", err)
	}
	bound, ok := name.(*syscall.SockaddrInet4)
	if !ok {
		return "", nil, fmt.Errorf("the socket is bound to a %T", name)
	}
	return netip.AddrPortFrom(host, uint16(bound.Port)).String(), release, nil
}
