// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"slices"
	"strings"
	"testing"
)

// TestToDeleteAnAccountNoTableIsLookedThrough asks the database how it would find what goes.
func TestToDeleteAnAccountNoTableIsLookedThrough(t *testing.T) {
	s := unsynced(t)
	for _, text := range slices.Concat(erasing(), dropping()) {
		steps := 0
		err := s.read(t.Context(), "plan", func(c *conn) error {
			return c.query("EXPLAIN QUERY PLAN "+text, func(r *row) error {
				r.int()
				r.int()
				r.int()
				how := r.text()
				if steps++; strings.HasPrefix(how, "SCAN") {
					t.Errorf("%s: %s", text, how)
				}
				return nil
			}, 1)
		})
		if err != nil || steps == 0 {
			t.Errorf("%s: %d steps, %v", text, steps, err)
		}
	}
}
