// SPDX-License-Identifier: AGPL-3.0-or-later

package port

import (
	"net"
	"testing"
)

func TestAPortThatTheSystemChoosesIsNeverAHeldOne(t *testing.T) {
	held := map[string]bool{}
	for range 200 {
		address, release, err := Hold()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(release)
		if held[address] {
			t.Fatalf("%s was given twice", address)
		}
		held[address] = true
	}
	for range 2000 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		if held[l.Addr().String()] {
			t.Fatalf("%s is held, and was given to another", l.Addr())
		}
	}
}
