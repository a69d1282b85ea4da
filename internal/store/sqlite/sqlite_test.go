// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"testing"

	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// openIn opens a store that must open.
func openIn(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStoreDoesItsDuties(t *testing.T) {
	storetest.Suite(t, func(t *testing.T) engine.Store {
		s, err := Open(t.Context(), t.TempDir(), Config{unsynced: true})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
