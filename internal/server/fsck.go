// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

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
		return c.withContents(ctx, c.rebuildAll)
	}
	return c.withContents(ctx, c.checkCopy)
}

// rebuildAll makes the projections again, and the index that stands on them.
func (c *core) rebuildAll(ctx context.Context) (FsckReport, error) {
	report, err := c.rebuild(ctx)
	if err != nil {
		return report, err
	}
	mended, err := c.mendIndex(ctx)
	report.Mended = append(report.Mended, mended...)
	return report, err
}

// withContents adds to what is wrong with a store what is wrong with the media beside it.
func (c *core) withContents(ctx context.Context, check func(context.Context) (FsckReport, error)) (
	FsckReport, error) {
	report, err := check(ctx)
	if err != nil {
		return report, err
	}
	more, err := c.checkContents(ctx)
	report.Problems = append(report.Problems, more...)
	return report, err
}

// rebuild makes the projections again, and where that mended anything checks what it made.
func (c *core) rebuild(ctx context.Context) (FsckReport, error) {
	before, err := check(ctx, c.store, true)
	before.Rebuilt = true
	if err != nil || len(before.Problems) == 0 {
		return before, err
	}
	report, err := check(ctx, c.store, true)
	report.Rebuilt = true
	for _, p := range before.Problems {
		if !slices.Contains(report.Problems, p) {
			report.Mended = append(report.Mended, p)
		}
	}
	return report, err
}

// checkCopy checks a snapshot, since nothing may be appended while a check runs, and since what projections
// should be is found out by making them again.
func (c *core) checkCopy(ctx context.Context) (report FsckReport, err error) {
	dir, err := os.MkdirTemp(c.dir.path, copyPrefix+"*")
	if err != nil {
		return report, dataTrouble(c.cfg.Data, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := c.store.Snapshot(ctx, filepath.Join(dir, databaseName)); err != nil {
		return report, dataTrouble(c.cfg.Data, err)
	}
	store, err := c.cfg.openStore(ctx, dir, nil)
	if err != nil {
		return report, fmt.Errorf("open a snapshot: %w", err)
	}
	report, err = check(ctx, store, true)
	if err == nil {
		var wrong []string
		wrong, err = c.checkIndex(ctx, store)
		report.Problems = append(report.Problems, wrong...)
	}
	return report, errors.Join(err, store.Close())
}

// check looks at a whole store. With rebuild it makes the projections again in place, to compare them.
func check(ctx context.Context, store Store, rebuild bool) (FsckReport, error) {
	report := FsckReport{Problems: []string{}}
	cfg := engine.CheckConfig{Store: store, Codec: wire.Codec{}, Rebuild: rebuild}
	faults, err := engine.Check(ctx, cfg)
	if err != nil {
		return report, fmt.Errorf("check: %w", err)
	}
	for _, f := range faults {
		report.Problems = append(report.Problems, f.String())
	}
	return report, nil
}
