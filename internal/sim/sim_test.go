// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
)

func TestMain(m *testing.M) {
	flag.Uint64("seed", 0, "play this seed; 0: those of the ordinary run")
	flag.Int("seeds", 0, "play this many seeds")
	flag.Int("steps", 0, "steps of each")
	flag.Parse()
	os.Exit(m.Run())
}

// setting returns a number from the command line, or the standard.
func setting(t *testing.T, name string, standard uint64) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(flag.Lookup(name).Value.String(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		return standard
	}
	return n
}

// play runs a world in a bubble.
func play(t *testing.T, cfg Config) (report Report, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		report, err = Run(t.Context(), cfg)
	})
	return report, err
}

func TestNobodyNeedsHints(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		if _, err := play(t, Config{Seed: seed, Steps: 300, NoHints: true}); err != nil {
			t.Error(err)
		}
	}
}

func TestSimulation(t *testing.T) {
	first, seeds := setting(t, "seed", 1), setting(t, "seeds", 40)
	if setting(t, "seed", 0) != 0 && setting(t, "seeds", 0) == 0 {
		seeds = 1
	}
	steps := int(setting(t, "steps", 1000))
	for seed := first; seed < first+seeds; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			report, err := play(t, Config{Seed: seed, Steps: steps})
			t.Logf("%+v", report)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
