// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
)

// Fsck asks for a check, or for projections made again from entries.
type Fsck struct {
	Rebuild bool `json:"rebuild,omitempty"`
}

// FsckReport says what is wrong; nothing is, where Problems is empty.
type FsckReport struct {
	Problems []string `json:"problems"`
	Mended   []string `json:"mended,omitempty"` // what a rebuild found and put right
	Rebuilt  bool     `json:"rebuilt,omitempty"`
}

// fsck checks the store against the invariants. A rebuild needs the directory to itself: a server remembers
// what projections said.
func (c *core) fsck(ctx context.Context, q Fsck) (FsckReport, error) {
	switch {
	case q.Rebuild && c.serving:
		return FsckReport{}, &Trouble{What: "projections cannot be rebuilt below a running server",
			Remedy: "Stop it (systemctl stop zolal), rebuild, and start it again."}
	case q.Rebuild:
		return c.rebuild(ctx)
	case c.serving:
		return c.checkCopy(ctx)
	}
	return check(ctx, c.store)
}

// rebuild makes the projections again, then checks what it made.
func (c *core) rebuild(ctx context.Context) (FsckReport, error) {
	before, err := engine.Check(ctx, engine.CheckConfig{Store: c.store, Codec: wire.Codec{}, Rebuild: true})
	if err != nil {
		return FsckReport{}, fmt.Errorf("rebuild: %w", err)
	}
	report, err := check(ctx, c.store)
	report.Rebuilt = true
	left := map[string]bool{}
	for _, p := range report.Problems {
		left[p] = true
	}
	for _, f := range before {
		if s := f.String(); !left[s] {
			report.Mended = append(report.Mended, s)
		}
	}
	return report, err
}

// checkCopy checks a snapshot, since nothing may be appended while a check runs.
func (c *core) checkCopy(ctx context.Context) (report FsckReport, err error) {
	dir, err := os.MkdirTemp(c.dir.path, "fsck-*")
	if err != nil {
		return report, dataTrouble(c.cfg.Data, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := c.store.Snapshot(ctx, filepath.Join(dir, databaseName)); err != nil {
		return report, dataTrouble(c.cfg.Data, err)
	}
	store, err := c.cfg.OpenStore(ctx, dir)
	if err != nil {
		return report, fmt.Errorf("open a snapshot: %w", err)
	}
	report, err = check(ctx, store)
	return report, errors.Join(err, store.Close())
}

func check(ctx context.Context, store Store) (FsckReport, error) {
	report := FsckReport{Problems: []string{}}
	faults, err := engine.Check(ctx, engine.CheckConfig{Store: store, Codec: wire.Codec{}})
	if err != nil {
		return report, fmt.Errorf("check: %w", err)
	}
	for _, f := range faults {
		report.Problems = append(report.Problems, f.String())
	}
	return report, nil
}
