// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestWhatIsMovedAsideTwiceInASecondIsKeptTwice(t *testing.T) {
	dir := t.TempDir()
	now := func() time.Time { return time.Unix(1_800_000_000, 0) }
	for _, text := range []string{"first", "second", "third"} {
		if err := os.WriteFile(filepath.Join(dir, "zolal.db"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		aside, err := moveAside(dir, now)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(aside, "zolal.db")); err != nil || string(got) != text {
			t.Errorf("%s holds %q, %v", filepath.Base(aside), got, err)
		}
	}
}
