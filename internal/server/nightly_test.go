// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheNightlyBackupComesAtItsTimeOfDay(t *testing.T) {
	at := 3*time.Hour + 30*time.Minute
	day := func(h, m int) time.Time { return time.Date(2026, 11, 23, h, m, 0, 0, time.UTC) }
	for _, c := range []struct {
		now, newest time.Time
		want        time.Duration
	}{
		{day(2, 0), time.Time{}, 90 * time.Minute},
		{day(3, 30), time.Time{}, 24 * time.Hour},
		{day(4, 0), time.Time{}, 23*time.Hour + 30*time.Minute},
		{day(12, 0), day(3, 30), 15*time.Hour + 30*time.Minute},
		{day(12, 0), day(3, 30).AddDate(0, 0, -1), overdueDelay}, // it was off in the night
		{day(3, 25), day(3, 30).AddDate(0, 0, -3), 5 * time.Minute},
	} {
		if got := untilBackup(c.now, c.newest, at); got != c.want {
			t.Errorf("at %v with one of %v: in %v, want %v", c.now, c.newest, got, c.want)
		}
	}
}

func TestEveryNightABackupIsMadeByItself(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // the clock of the bubble goes on when everybody waits
		cfg := Default()
		cfg.Data, cfg.Backup.Keep, cfg.Backup.Dir = dir, 3, filepath.Join(dir, "elsewhere")
		c, err := openCore(t.Context(), cfg, commandTail)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); c.nightly(ctx) }()
		start := time.Now()
		<-time.After(4*24*time.Hour + 12*time.Hour)
		cancel()
		<-done
		var want []string
		for night := 2; night <= 4; night++ {
			at := time.Date(start.Year(), start.Month(), start.Day()+night, 3, 30, 0, 0, time.Local)
			want = append(want, backupPrefix+at.UTC().Format(backupTime)+backupSuffix)
		}
		names, err := listBackups(cfg.Backup.Dir)
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("there are %q, %v; want %q", names, err, want)
		}
		s, err := c.backupStatus(ctx, Nothing{})
		if err != nil || s.Count != 3 || s.Newest != want[2] {
			t.Errorf("the status says %+v, %v", s, err)
		}
		if err := c.close(); err != nil {
			t.Error(err)
		}
		made := Default()
		made.Data = filepath.Join(dir, "restored")
		if _, err := Restore(t.Context(), filepath.Join(cfg.Backup.Dir, want[2]), made, false); err != nil {
			t.Errorf("it cannot be restored: %v", err)
		}
	})
}

func TestPruningKeepsTheNewestAndTouchesNothingElse(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{
		"zolal-20260101T033000Z.tar.zst", "zolal-20260102T033000Z.tar.zst", "zolal-20260103T033000Z.tar.zst",
		"zolal-20260104T033000Z.tar.zst.partial", "zolal-20260104T033000Z.tar.zst.partial.db",
		"my-own.tar.zst", "zolal-before-upgrade.tar.zst", "notes.partial",
	} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := prune(dir, 2); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := []string{"my-own.tar.zst", "notes.partial", "zolal-20260102T033000Z.tar.zst",
		"zolal-20260103T033000Z.tar.zst", "zolal-before-upgrade.tar.zst"}
	if !slices.Equal(left, want) {
		t.Errorf("left: %v", left)
	}
}
