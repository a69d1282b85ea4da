// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func TestTheStatusTellsWhatTheOperatorNeedsToKnow(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var ahead atomic.Int64
	clock := func() time.Time { return now.Add(time.Duration(ahead.Load())) }
	disks := &fakeDisks{free: map[string]uint64{"data": 50e9, "backups": 4e9}}
	s := quietServer(t, func(c *Config) {
		c.Data, c.Backup.Keep, c.Now = filepath.Join(t.TempDir(), "data"), 7, clock
		c.TLS = pairUntil(t, now.AddDate(0, 0, 60))
		c.Disk = DiskConfig{Warn: Mark{Bytes: 5e9}, room: disks.room}
	})
	for _, name := range []string{"parvaneh", "golnaz"} {
		if _, err := s.addUser(t.Context(), AddUser{Username: name}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.nightlyBackup(t.Context()); err != nil {
		t.Fatal(err)
	}
	ahead.Store(int64(time.Hour))
	cfg := Default()
	cfg.Data = s.dir.path
	console, err := Reach(t.Context(), cfg, false)
	if err != nil {
		t.Fatal(err)
	}
	defer console.Close()
	got, err := console.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !got.OK || !got.Serving || got.Accounts != 2 || got.Entries < 2 || got.UptimeSeconds != 3600 ||
		got.StoreBytes == 0 || !got.CertificateExpires.Equal(now.AddDate(0, 0, 60)) {
		t.Errorf("the status is %+v", got)
	}
	if got.Backup == nil || got.Backup.Count != 1 || got.Backup.AgeSeconds != 3600 {
		t.Errorf("of the backups it says %+v", got.Backup)
	}
	full := []string{"the disk of the backups is running full"}
	if !slices.Equal(got.Warnings, full) || len(got.Details) != 1 {
		t.Errorf("it warns of %q, with %q", got.Warnings, got.Details)
	}
	if len(got.Disks) != 2 || got.Disks[0].FreeBytes != 50e9 || got.Disks[1].FreeBytes != 4e9 {
		t.Errorf("of the disks it says %+v", got.Disks)
	}
	ahead.Store(int64(4 * 24 * time.Hour))
	warns := func(want string) {
		t.Helper()
		if got, err := console.Status(t.Context()); err != nil || !slices.Contains(got.Warnings, want) {
			t.Errorf("it warns of %q (%v), not that %s", got.Warnings, err, want)
		}
	}
	warns("the newest nightly backup is 4 days old")
	if err := os.RemoveAll(filepath.Join(s.dir.path, backupsInData)); err != nil {
		t.Fatal(err)
	}
	warns("no nightly backup was made yet")
}

func TestTheStatusSaysHowFastTheStoreGrows(t *testing.T) {
	var p pace
	start := time.Now()
	rate := func(at time.Time, entries uint64) float64 {
		got, _ := p.since(paceSample{at: at, entries: entries})
		return got
	}
	if got := rate(start, 10); got != 0 {
		t.Errorf("before anything is known it grows %v a minute", got)
	}
	for i := range 100 {
		p.note(paceSample{start.Add(time.Duration(i) * paceEvery), uint64(i * 20), time.Duration(i) * time.Second})
	}
	// The last five minutes alone count: from the 70th sample on.
	if got := rate(start.Add(100*paceEvery), 2000); got != 120 {
		t.Errorf("it grows %v a minute, want 120", got)
	}
	if got := rate(start.Add(100*paceEvery), 0); got != 0 {
		t.Errorf("a store that was rewound grows %v a minute", got)
	}
	_, cpu := p.since(paceSample{start.Add(100 * paceEvery), 2000, 100 * time.Second})
	if cpu != 10 { // a second of ten
		t.Errorf("it keeps %v%% of a core busy, want 10", cpu)
	}
}

func TestTheStatusOfAServerThatCannotWorkSaysSo(t *testing.T) {
	s := quietServer(t, func(*Config) {})
	s.health.stopping()
	got, err := s.status(t.Context(), Nothing{})
	if err != nil || got.OK || !slices.Contains(got.Problems, "the server stops") {
		t.Errorf("%+v, %v", got, err)
	}
	if got.Backup != nil {
		t.Error("it tells of backups that are not made")
	}
}
