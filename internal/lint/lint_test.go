// SPDX-License-Identifier: AGPL-3.0-or-later

package lint

import (
	"os"
	"testing"
)

// TestTheTreeKeepsTheHouseRules runs every rule over the whole repository.
func TestTheTreeKeepsTheHouseRules(t *testing.T) {
	tree, err := Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Files) < 20 || tree.Module == "" {
		t.Fatalf("read %d files of module %q: not the repository", len(tree.Files), tree.Module)
	}
	for _, rule := range Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, f := range rule.Check(tree) {
				t.Error(f)
			}
		})
	}
}
