// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"net"
	"os"
)

// tellSupervisor tells systemd, or whoever else speaks sd_notify(3), how the server is: READY=1 or
// STOPPING=1. Where nobody wants to know, as the environment says, it does nothing. An address that begins
// with @ is an abstract one, to package net as to sd_notify.
func tellSupervisor(state string) error {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte(state))
	return err
}
