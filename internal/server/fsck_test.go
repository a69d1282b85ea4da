// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
)

// openTestCore opens a core on an empty directory.
func openTestCore(t *testing.T, change ...func(*Config)) *core {
	t.Helper()
	cfg := Default()
	cfg.Data, cfg.Backup.Keep = t.TempDir(), 0
	for _, f := range change {
		f(&cfg)
	}
	c, err := openCore(t.Context(), cfg, commandTail)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// holding is a store whose snapshots take until their context ends or they are let go.
type holding struct {
	Store
	begun chan string
	let   chan struct{}
}

// Snapshot implements Store.
func (h holding) Snapshot(ctx context.Context, file string) error {
	if err := h.Store.Snapshot(ctx, file); err != nil {
		return err
	}
	h.begun <- file
	select {
	case <-h.let:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// withHolding makes the store of a configuration one whose snapshots are held.
func withHolding(h *holding) func(*Config) {
	h.begun, h.let = make(chan string), make(chan struct{})
	return func(cfg *Config) {
		before := *cfg
		cfg.OpenStore = func(ctx context.Context, dir string) (Store, error) {
			s, err := before.openStore(ctx, dir, nil)
			if err != nil {
				return nil, err
			}
			h.Store = s
			return *h, nil
		}
	}
}

// copies are what checks have left in a data directory.
func copies(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, copyPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestFsckTellsWhatProjectionsShouldBeAndRebuildMendsThem(t *testing.T) {
	c := openTestCore(t)
	ctx := t.Context()
	id, err := c.engine.NewAccount(ctx)
	if err != nil {
		t.Fatal(err)
	}
	who := chat.Actor{Account: id, Scopes: chat.AllScopes, Server: true}
	if _, err := c.engine.Register(ctx, who, chat.Key{}, chat.Profile{Name: "Sara"}); err != nil {
		t.Fatal(err)
	}
	fsck := func(q Fsck) FsckReport {
		t.Helper()
		r, err := c.fsck(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		if left := copies(t, c.dir.path); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		return r
	}
	if r := fsck(Fsck{}); len(r.Problems) > 0 {
		t.Fatal("a whole store has problems:", r.Problems)
	}
	err = c.store.Rebuild(ctx, func(e chat.Entry) ([]chat.Change, error) {
		changes, err := engine.Project(wire.Codec{}, e)
		return slices.DeleteFunc(changes, func(c chat.Change) bool { _, is := c.(chat.ProfileSet); return is }), err
	})
	if err != nil {
		t.Fatal(err)
	}
	lost := func(lines []string) bool {
		return slices.ContainsFunc(lines, func(s string) bool { return strings.Contains(s, "people 1: ") })
	}
	for _, serving := range []bool{false, true, false} {
		c.serving = serving
		if r := fsck(Fsck{}); !lost(r.Problems) || len(r.Mended) > 0 || r.Rebuilt {
			t.Errorf("a check says %+v", r)
		}
	}
	if r := fsck(Fsck{Rebuild: true}); len(r.Problems) > 0 || !lost(r.Mended) || !r.Rebuilt {
		t.Errorf("a rebuild says %+v", r)
	}
	if r := fsck(Fsck{}); len(r.Problems) > 0 {
		t.Errorf("after the rebuild: %+v", r)
	}
}

func TestAStopEndsACheckAndItsCopyGoes(t *testing.T) {
	var h holding
	cfg := Default()
	cfg.Data, cfg.Backup.Keep = t.TempDir(), 0
	withHolding(&h)(&cfg)
	c, err := Reach(t.Context(), cfg, true)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := c.Fsck(context.Background(), Fsck{})
		done <- err
	}()
	if file := <-h.begun; !fileExists(file) || len(copies(t, cfg.Data)) != 1 {
		t.Errorf("%s is not a copy", file)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if left := copies(t, cfg.Data); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := <-done; err == nil {
		t.Error("a check that was stopped found nothing wrong")
	}
}

func TestWhatAKilledProcessLeftGoesAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	files := map[string]bool{ // whether it stays
		"fsck-123/zolal.db": false,
		"backups/zolal-20260104T033000Z.tar.zst.partial":    false,
		"backups/zolal-20260104T033000Z.tar.zst.partial.db": false,
		"backups/zolal-20260103T033000Z.tar.zst":            true,
		"backups/mine.partial":                              true,
		"before-restore-1/zolal.db":                         true,
	}
	for name := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openTestCore(t, func(cfg *Config) { cfg.Data = dir })
	for name, stays := range files {
		if fileExists(filepath.Join(dir, name)) != stays {
			t.Errorf("%s: stays is not %v", name, stays)
		}
	}
	if left := copies(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOneBackupIsMadeAtATime(t *testing.T) {
	var h holding
	c := openTestCore(t, withHolding(&h))
	out := filepath.Join(c.cfg.Backup.Dir, c.backupName())
	if err := os.Mkdir(c.cfg.Backup.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := c.backupNow(context.Background(), BackupNow{Out: out})
		done <- err
	}()
	<-h.begun
	for _, other := range []string{out, filepath.Join(t.TempDir(), "other")} {
		if _, err := c.backupNow(t.Context(), BackupNow{Out: other}); chat.CodeOf(err) != chat.CodeUnavailable {
			t.Errorf("a second one ended with %v", err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.nightlyBackup(ended); err == nil {
		t.Error("the nightly one did not wait")
	}
	if !fileExists(out + partialSuffix) {
		t.Error("the nightly one removed what the first is writing")
	}
	close(h.let)
	if err := <-done; err != nil || !fileExists(out) {
		t.Errorf("the first one ended with %v", err)
	}
}
