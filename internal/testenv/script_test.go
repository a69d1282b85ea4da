// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/testenv"
)

// hosts are what every conversation is played against.
var hosts = map[string]func(*testing.T) testenv.Host{
	"memory": testenv.Memory,
	"sqlite": testenv.SQLite,
	"twins":  testenv.Twins,
	"binary": func(t *testing.T) testenv.Host { return testenv.Binary(t) },
}

func TestConversationsGoTheSameWayEverywhere(t *testing.T) {
	scripts, err := filepath.Glob("../../testdata/script/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for name, open := range hosts {
		if testing.Short() && name != "memory" {
			continue
		}
		for _, path := range scripts {
			if name == "twins" && filepath.Base(path) == "signals.txt" {
				continue // a signal is no entry: without hints there is none
			}
			t.Run(name+"/"+strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
				t.Parallel()
				testenv.RunScript(t, path, open(t))
			})
		}
	}
}

// TestDeletedAccountsAreGoneForEverybody plays against a server that keeps them for a second.
func TestDeletedAccountsAreGoneForEverybody(t *testing.T) {
	testenv.RunScript(t, "../../testdata/script/memory/deletion.txt", testenv.Leaving(t))
}

// TestWhoGotHoldOfALinkFloodsNoPrivateGroupWithLinks plays what takes a real server many sign-ups.
func TestWhoGotHoldOfALinkFloodsNoPrivateGroupWithLinks(t *testing.T) {
	testenv.RunScript(t, "../../testdata/script/memory/flood.txt", testenv.Memory(t))
}

// TestACrowdOfNewcomersKeepsItselfOut plays what takes a real server minutes of hashing.
func TestACrowdOfNewcomersKeepsItselfOut(t *testing.T) {
	testenv.RunScript(t, "../../testdata/script/memory/crowd.txt", testenv.Memory(t))
}
