// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"testing"
	"time"
)

func TestTheIndexLeavesTheMachineToThoseWhoWrite(t *testing.T) {
	const took = 100 * time.Millisecond
	if got := rest(took, 0); got < took {
		t.Errorf("while nobody writes it rests %s after %s of work: more than half of a core", got, took)
	}
	if got := rest(took, 2*batchEntries); got < 9*took {
		t.Errorf("while much is written it rests %s after %s of work: more than a tenth of a core", got, took)
	}
}
