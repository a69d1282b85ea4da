// SPDX-License-Identifier: AGPL-3.0-or-later

package port

import (
	"context"
	"errors"
	"net"
	"runtime"
	"syscall"
	"testing"
)

// noSharing asks for an address as whoever got a port from the system does: for itself alone.
func noSharing(address string) error {
	var lc net.ListenConfig
	lc.Control = func(_, _ string, c syscall.RawConn) error {
		var failed error
		err := c.Control(func(fd uintptr) {
			failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 0)
		})
		return errors.Join(err, failed)
	}
	l, err := lc.Listen(context.Background(), "tcp", address)
	if err == nil {
		err = l.Close()
	}
	return err
}

func TestAHeldAddressIsThereForAServerThatComesBackAndForNobodyElse(t *testing.T) {
	address, release, err := Hold()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for range 3 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			t.Fatal("somebody answers where nobody listens")
		}
		if err := noSharing(address); runtime.GOOS == "linux" && !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatalf("while its server is away the address is given to another: %v", err)
		}
		serve(t, address)
	}
}

// serve is one life of a server that somebody talks to; the connection is closed by the client, so that
// nothing of it rests at the address.
func serve(t *testing.T, address string) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := s.Read(make([]byte, 1)); err == nil {
		t.Error("a closed connection says something")
	}
	s.Close()
}
