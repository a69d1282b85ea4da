// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import "testing"

func TestWhileNoBackupIsToBeSeenNobodyKnowsWhatTheyNeed(t *testing.T) {
	c := openTestCore(t, func(cfg *Config) { cfg.Backup.Keep = 7 })
	if oldest, err := c.oldestNeeded(); err == nil {
		t.Errorf("the oldest of none is of %s", oldest)
	}
	c.cfg.Backup.Keep = 0
	if oldest, err := c.oldestNeeded(); err != nil || !oldest.IsZero() {
		t.Errorf("where none is wanted: %s, %v", oldest, err)
	}
}
