// SPDX-License-Identifier: AGPL-3.0-or-later

package push_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the package if a test leaves a goroutine behind: each has an owner that waits for it.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
