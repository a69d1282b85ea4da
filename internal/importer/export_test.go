// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"os"
	"path/filepath"
	"testing"
)

// RealExports lists the private exports. They are no part of the repository: where they are not, neither is
// the test that reads them.
func RealExports(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("ZOLAL_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	files, err := filepath.Glob(filepath.Join(dir, "data/telegram/*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("the private exports are not here")
	}
	return files
}
