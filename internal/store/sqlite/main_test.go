// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain lets random tests be short under the race detector: races are not found by more of the same.
func TestMain(m *testing.M) {
	flag.Parse()
	if underRace {
		if err := flag.Set("rapid.checks", "1"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}
