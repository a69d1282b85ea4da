// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"os"
	"path/filepath"
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

func TestTheOldestBackupMayBeOneBeforeAnUpgrade(t *testing.T) {
	dir := t.TempDir()
	at := func(names ...string) string {
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		oldest, err := oldestBackup(dir)
		if err != nil {
			t.Fatal(err)
		}
		return oldest.Format(time.DateTime)
	}
	for _, step := range []struct{ add, want string }{
		{"notes", "0001-01-01 00:00:00"},
		{"before-upgrade-20260105T000000.250Z.tar.zst", "2026-01-05 00:00:00"},
		{"zolal-20260103T033000Z.tar.zst", "2026-01-03 03:30:00"},
		{"before-upgrade-20260101T000000Z.tar.zst", "2026-01-01 00:00:00"},
	} {
		if got, _, _ := strings.Cut(at(step.add), "."); got != step.want {
			t.Errorf("with %s: %s", step.add, got)
		}
	}
}
