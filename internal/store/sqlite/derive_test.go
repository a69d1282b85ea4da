// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// earlier is a store of the schema before the newest projections, and what its entries do to them.
func earlier(t *testing.T) (dir string, project func(chat.Entry) ([]chat.Change, error)) {
	t.Helper()
	return past(t, derivedSince-1, otherwise(derivedSince-1)...), projecting(fillFixture(t, unsynced(t)))
}

// linkRows are the links of a store and who used them.
func linkRows(t *testing.T, dir string) string {
	t.Helper()
	c, err := dial(filepath.Join(dir, DatabaseName))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	err = c.query(`SELECT format('%s used %d times, by %s', token, uses,
		(SELECT group_concat(account) FROM link_uses)) FROM links`, func(r *row) error {
		b.WriteString(r.text())
		return nil
	})
	if err := errors.Join(err, c.close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestProjectionsAreMadeAgainOnceAndByInterruptionNotAtAll(t *testing.T) {
	dir, project := earlier(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Open(ctx, dir, Config{Project: project, upgrade: upgradeHooks{seen: cancel}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "was interrupted") {
		t.Fatalf("an interrupted start says %v", err)
	}
	if got := linkRows(t, dir); got != "t used 2 times, by " {
		t.Errorf("after an interruption: %s", got)
	}
	asked := 0
	for _, first := range []bool{true, false} {
		var log strings.Builder
		s := open(t, dir, Config{
			Log: slog.New(slog.NewTextHandler(&log, nil)),
			Project: func(e chat.Entry) ([]chat.Change, error) {
				asked++
				return project(e)
			},
			upgrade: upgradeHooks{every: time.Nanosecond},
		})
		sound(t, s)
		if told := strings.Contains(log.String(), "entries=4 of_entries=4"); told != first {
			t.Errorf("the log says:\n%s", &log)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := linkRows(t, dir); got != "t used 1 times, by 2" || asked != 4 {
			t.Errorf("after %d entries were asked for: %s", asked, got)
		}
	}
}

func TestAnEntryThatStandsAgainstItsProjectionKeepsNobodyOut(t *testing.T) {
	dir, project := earlier(t)
	var log strings.Builder
	s := open(t, dir, Config{
		Log: slog.New(slog.NewTextHandler(&log, nil)),
		Project: func(e chat.Entry) ([]chat.Change, error) {
			if e.Pos == 4 {
				return []chat.Change{chat.LinkUsed{Chat: 1, Token: "unknown", Account: 2}}, nil
			}
			return project(e)
		},
	})
	sound(t, s)
	checkFixture(t, s)
	if !strings.Contains(log.String(), "run zolal fsck") {
		t.Errorf("the log says:\n%s", &log)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := linkRows(t, dir); got != "t used 2 times, by " {
		t.Errorf("what could not be made again: %s", got)
	}
	open(t, dir, Config{Project: project})
	if got := linkRows(t, dir); got != "t used 1 times, by 2" {
		t.Errorf("the next start made %s", got)
	}
}

func TestWithoutRoomProjectionsAreNotMadeAgain(t *testing.T) {
	dir, project := earlier(t)
	_, err := Open(t.Context(), dir, Config{Project: project, upgrade: upgradeHooks{
		free: func(string) (int64, error) { return 1 << 10, nil },
	}})
	if chat.CodeOf(err) != chat.CodeDiskFull || linkRows(t, dir) != "t used 2 times, by " {
		t.Errorf("without room: %v, %s", err, linkRows(t, dir))
	}
}
