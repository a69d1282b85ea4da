// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the package if a test leaves a goroutine behind: each has an owner that waits for it. The
// exceptions are not ours but certmagic's: the limiter of its requests, one for the process, which nothing
// ends, and what keeps a lock file fresh, which ends some seconds after the lock.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/caddyserver/certmagic.(*RingBufferRateLimiter).loop"),
		goleak.IgnoreAnyFunction("github.com/caddyserver/certmagic.keepLockfileFresh"))
}
