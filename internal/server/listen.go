// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// socketLimit is the longest path of a Unix socket; longer ones go round by a descriptor of their directory.
const socketLimit = 100

// listenSocket listens on the admin socket of a data directory this process holds. Only its owner may use
// it: whoever can, is the operator.
func listenSocket(dir string) (net.Listener, error) {
	name := filepath.Join(dir, socketName)
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) { // left by a crash
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	var l net.Listener
	err := bySocketPath(dir, func(path string) (err error) {
		l, err = net.Listen("unix", path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // the path may be of a descriptor that is closed by then
	if err := os.Chmod(name, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	return l, nil
}

// dialSocket connects to the admin socket of a data directory.
func dialSocket(ctx context.Context, dir string) (conn net.Conn, err error) {
	err = bySocketPath(dir, func(path string) (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, "unix", path)
		return err
	})
	return conn, err
}

// bySocketPath gives use a path to the socket that is short enough for the system.
func bySocketPath(dir string, use func(path string) error) error {
	name := filepath.Join(dir, socketName)
	if len(name) <= socketLimit {
		return use(name)
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return use(fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), socketName))
}
