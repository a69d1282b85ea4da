// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// large is a store of schema 1 whose upgrade takes a few steps and more pages than a cache holds.
func large(t *testing.T) (dir string) {
	t.Helper()
	const entries = 4*sealStep + 1
	return past(t, 1, fmt.Sprintf(`INSERT INTO entries (log, seq, ord, at, author, device, kind, flags, target,
		expires, chain, body) WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < %d)
		SELECT 1 << 32 | 7, n, 0, 1000, 1, 1, 1, 0, 0, 0, randomblob(8), randomblob(500) FROM n`, entries),
		fmt.Sprintf("INSERT INTO heads SELECT log, seq, ord, pos, 0, chain FROM entries WHERE seq = %d", entries))
}

// content is everything an upgrade of the entries may change.
func content(t *testing.T, dir string) string {
	t.Helper()
	c, err := dial(filepath.Join(dir, DatabaseName))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, text := range []string{
		"SELECT group_concat(name) FROM pragma_table_info('entries')", "SELECT hex(chain) FROM entries",
		"SELECT hex(chain) FROM heads", "SELECT max(version_id) FROM goose_db_version",
	} {
		err := c.query(text, func(r *row) error {
			fmt.Fprintln(&b, r.value())
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAnInterruptedUpgradeChangesNothingAndTheNextStartGoesOn(t *testing.T) {
	dir := large(t)
	before := content(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	steps := 0
	_, err := Open(ctx, dir, Config{upgrade: upgradeHooks{seen: func() {
		if steps++; steps == 2 {
			cancel()
		}
	}}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "was interrupted") {
		t.Errorf("an interrupted upgrade says %v", err)
	}
	if steps != 2 || content(t, dir) != before {
		t.Errorf("an upgrade interrupted at its step %d changed something", steps)
	}
	s := open(t, dir, Config{})
	sound(t, s)
	checkFixture(t, s)
}

func TestAnUpgradeCutOffByACrashChangesNothingAndTheNextStartGoesOn(t *testing.T) {
	dir, crashed := large(t), t.TempDir()
	before := content(t, dir)
	var log strings.Builder
	steps := 0
	s := open(t, dir, Config{
		Log: slog.New(slog.NewTextHandler(&log, nil)),
		upgrade: upgradeHooks{every: time.Nanosecond, seen: func() {
			if steps++; steps != 3 {
				return
			}
			// What a disk holds when the process is killed here.
			for _, end := range []string{"", "-wal"} {
				copyFile(t, filepath.Join(crashed, DatabaseName+end), filepath.Join(dir, DatabaseName+end))
			}
		}},
	})
	sound(t, s)
	want := fmt.Sprintf("upgrading the store\" step=2 of=%d entries=%d ", newestSchema(t), sealStep)
	if !strings.Contains(log.String(), want) {
		t.Errorf("no %q in the log:\n%s", want, &log)
	}
	if info, err := os.Stat(filepath.Join(crashed, DatabaseName+"-wal")); err != nil || info.Size() < 1<<20 {
		t.Fatalf("the crash left no half of the upgrade: %v", err)
	}
	if content(t, crashed) != before {
		t.Error("an upgrade that was cut off changed something")
	}
	s = open(t, crashed, Config{})
	sound(t, s)
	checkFixture(t, s)
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAnUpgradeWithoutRoomIsRefusedAndChangesNothing(t *testing.T) {
	dir := large(t)
	before := content(t, dir)
	_, err := Open(t.Context(), dir, Config{upgrade: upgradeHooks{
		free: func(string) (int64, error) { return 1 << 20, nil },
	}})
	if chat.CodeOf(err) != chat.CodeDiskFull || !strings.Contains(err.Error(), "MiB of free space") {
		t.Errorf("an upgrade without room says %v", err)
	}
	if content(t, dir) != before {
		t.Error("an upgrade that was refused changed something")
	}
	sound(t, open(t, dir, Config{}))
}

func TestBeforeAnUpgradeTheStoreCanBeKeptAsItWas(t *testing.T) {
	dir, kept := large(t), t.TempDir()
	before := content(t, dir)
	s := open(t, dir, Config{Before: func(ctx context.Context, old Older) error {
		if old.From != 1 || old.To != int64(newestSchema(t)) || old.Bytes == 0 {
			t.Errorf("told of an upgrade %+v", old)
		}
		return old.Snapshot(ctx, filepath.Join(kept, DatabaseName))
	}})
	sound(t, s)
	if content(t, kept) != before {
		t.Error("what was kept is not what was there")
	}
	called := false
	s = open(t, kept, Config{Before: func(context.Context, Older) error { called = true; return nil }})
	sound(t, s)
	if !called {
		t.Error("what was kept is not of the old schema")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, kept, Config{Before: func(context.Context, Older) error {
		t.Error("told of an upgrade of a store that is up to date")
		return nil
	}})
}

func TestAnUpgradeBeforeWhichTheStoreCannotBeKeptChangesNothing(t *testing.T) {
	dir := large(t)
	before := content(t, dir)
	refusal := errors.New("no room for a backup")
	_, err := Open(t.Context(), dir, Config{Before: func(context.Context, Older) error { return refusal }})
	if !errors.Is(err, refusal) {
		t.Errorf("it says %v", err)
	}
	if content(t, dir) != before {
		t.Error("it changed something")
	}
	sound(t, open(t, dir, Config{}))
}
