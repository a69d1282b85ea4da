// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"cmp"
	"strings"
	"testing"
)

func TestEveryPlantedFaultIsCaught(t *testing.T) {
	faults := Faults()
	if len(faults) < 22 {
		t.Fatalf("%d faults are planted", len(faults))
	}
	for _, f := range faults {
		t.Run(f.Name, func(t *testing.T) {
			sign, other := cmp.Or(f.Seen, f.Breaks)+": ", error(nil)
			for seed := uint64(1); seed <= 40; seed++ {
				report, err := play(t, Config{Seed: seed, Steps: 400, Fault: f})
				if err != nil && strings.Contains(err.Error(), sign) {
					t.Logf("breaks %s; caught after %d events: %v", f.Breaks, report.Events, err)
					return
				}
				other = cmp.Or(other, err)
			}
			t.Errorf("breaks %s, and nobody named it; at most %v", f.Breaks, other)
		})
	}
}

func TestTheSameSeedGivesTheSameRun(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		one, err := play(t, Config{Seed: seed, Steps: 200})
		if err != nil {
			t.Fatal(err)
		}
		two, err := play(t, Config{Seed: seed, Steps: 200})
		if err != nil {
			t.Fatal(err)
		}
		if one != two {
			t.Errorf("seed %d gave\n%+v and\n%+v", seed, one, two)
		}
	}
}
