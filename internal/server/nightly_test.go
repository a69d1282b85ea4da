// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
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
