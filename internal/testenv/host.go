// SPDX-License-Identifier: AGPL-3.0-or-later

// Package testenv gives tests a whole server, or two over one store, or the real binary, and a cast of
// clients that talk to each other through the public client as people's programs do. Whatever a test does,
// the invariants are checked when its server closes.
package testenv

import (
	"fmt"
	"os"
	"testing"
)

// Need fails a test on a machine that lacks what it needs. A test that is left out without a word shows
// nothing, so only TESTS_MAY_SKIP=1 in the environment lets it be skipped.
func Need(t *testing.T, have bool, what string, args ...any) {
	t.Helper()
	if have {
		return
	}
	if os.Getenv("TESTS_MAY_SKIP") == "1" {
		t.Skip("missing here: " + fmt.Sprintf(what, args...))
	}
	t.Fatal("missing here: " + fmt.Sprintf(what, args...) + "; TESTS_MAY_SKIP=1 leaves this test out")
}

// Host is what a script plays against.
type Host interface {
	// Address returns where the n-th client connects; with several servers they take turns.
	Address(n int) string
	// Restart stops the server in good order and starts it again at the same address.
	Restart() error
	// Crash ends the server without warning and starts it again at the same address.
	Crash() error
	// Hush names what must not stand in the server's log, which is looked through when it closes.
	Hush(words ...string)
}
