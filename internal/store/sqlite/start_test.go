// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/server"
	"github.com/zolal-im/zolal/internal/store/sqlite"
)

// oldStore is a data directory with a store of the first schema.
func oldStore(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	text, err := os.ReadFile("testdata/upgrade/00001.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.DatabaseName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), string(text)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAnUpgradeOfTheStoreIsToldInTheLogAndOneThatIsStoppedIsNoFault(t *testing.T) {
	flags := map[string]string{"data": oldStore(t), "listen": "127.0.0.1:0"}
	cfg, _, err := server.Load(server.Sources{Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = server.Start(stopped, cfg)
	var told *server.Trouble
	if !errors.As(err, &told) || !strings.Contains(told.What, "told to stop before") {
		t.Fatalf("a start that is stopped says %v", err)
	}
	s, err := server.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"the old state stays until it is done", "the store is upgraded"} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("no %q in the log:\n%s", line, &log)
		}
	}
}
