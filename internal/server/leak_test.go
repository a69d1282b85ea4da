// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the package if a test leaves a goroutine behind: each has an owner that waits for it. The
// one exception is not ours: the limiter of certmagic's requests, one for the process, which nothing ends.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/caddyserver/certmagic.(*RingBufferRateLimiter).loop"))
}
