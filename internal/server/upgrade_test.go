// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/store/sqlite"
)

func TestWhoGoesBackAndOnAgainWithinASecondHasABackupOfEach(t *testing.T) {
	var at atomic.Int64
	at.Store(1_790_000_000_000)
	c := openTestCore(t, func(cfg *Config) {
		cfg.Now = func() time.Time { return time.UnixMilli(at.Load()) }
		cfg.Backup.Keep = 7
	})
	old := sqlite.Older{From: 1, To: 2, Incarnation: c.engine.Incarnation(), Snapshot: c.store.Snapshot}
	for range 2 {
		if err := c.backUpBefore(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		at.Add(1)
	}
	if kept := upgradeBackups(c.cfg.Backup.Dir); len(kept) != 2 {
		t.Errorf("kept are %q", kept)
	}
	at.Add(-1)
	err := c.backUpBefore(t.Context(), old)
	if err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("over one that is there: %v", err)
	}
}
