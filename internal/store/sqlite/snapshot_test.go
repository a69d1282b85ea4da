// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/sqlite"
)

func TestASnapshotIsWholeWhileOthersWrite(t *testing.T) {
	ctx := t.Context()
	s, err := sqlite.Open(ctx, t.TempDir(), sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(ctx context.Context, n int) error {
		// Two rows of one Apply: a copy has both or neither.
		a := account.AccountPut{Account: account.Account{ID: chat.AccountID(n)}}
		d := account.DevicePut{Device: account.Device{ID: chat.DeviceID(n), Account: chat.AccountID(n),
			Token: account.TokenHash{byte(n), byte(n >> 8), 1}}}
		return s.Apply(ctx, a, d)
	}
	for n := range 50 {
		if err := put(ctx, n+1); err != nil {
			t.Fatal(err)
		}
	}
	writing, stop := context.WithCancel(ctx)
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 51; writing.Err() == nil; n++ {
			if err := put(ctx, n); err != nil {
				t.Errorf("write beside a snapshot: %v", err)
				return
			}
		}
	})
	dir := t.TempDir()
	file := filepath.Join(dir, sqlite.DatabaseName)
	err = s.Snapshot(ctx, file)
	stop()
	writer.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info.Mode(), err)
	}
	c, err := sqlite.Open(ctx, dir, sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	accounts, err := c.Accounts(ctx, 0, 1_000_000)
	if err != nil || len(accounts) < 50 {
		t.Fatalf("%d accounts in the copy, %v", len(accounts), err)
	}
	for _, a := range accounts {
		if list, err := c.Devices(ctx, a.ID); err != nil || len(list) != 1 {
			t.Fatalf("account %d of the copy has %d devices, %v", a.ID, len(list), err)
		}
	}
	if wrong, err := engine.Check(ctx, engine.CheckConfig{Store: c}); err != nil || len(wrong) > 0 {
		t.Errorf("%v, %v", wrong, err)
	}
}

func TestASnapshotIsNeverWrittenOverAFileAndLeavesNoneWhereItFails(t *testing.T) {
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(file, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Snapshot(t.Context(), file); err == nil {
		t.Error("a file was overwritten")
	}
	if raw, err := os.ReadFile(file); err != nil || string(raw) != "dear" {
		t.Errorf("it holds %q now, %v", raw, err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	other := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Snapshot(over, other); err == nil {
		t.Error("a snapshot that was given up is one")
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("a snapshot that failed left a file")
	}
}
