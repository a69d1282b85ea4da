// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/search"
	"github.com/zolal-im/zolal/internal/store/sqlite"
	"github.com/zolal-im/zolal/internal/wire"
)

// startSearch begins to keep the index of messages up to date and to answer searches, or removes the index
// where the operator wants none: what people wrote stands then in one place alone.
func (c *core) startSearch(ctx context.Context) (err error) {
	if c.cfg.NoSearch {
		if err := sqlite.RemoveIndex(c.dir.path); err != nil {
			return dataTrouble(c.cfg.Data, err)
		}
		return nil
	}
	if c.index, err = sqlite.OpenIndex(c.dir.path, sqlite.Config{Log: c.log}); err != nil {
		return dataTrouble(c.cfg.Data, err)
	}
	c.search, err = search.Start(ctx, search.Config{
		Engine: c.engine, Index: c.index, Codec: wire.Codec{}, Now: c.cfg.Now, Log: c.log,
		Account: engine.Allowance(c.cfg.Limits.Search), Full: c.disk.refuse,
	})
	return err
}

func (c *core) closeSearch() error {
	if c.search != nil {
		c.search.Close()
	}
	if c.index != nil {
		return c.index.Close()
	}
	return nil
}

// mendIndex removes an index that is not what the entries make of it: the next server makes it again. It
// tells what was wrong.
func (c *core) mendIndex(ctx context.Context) ([]string, error) {
	wrong, err := c.checkIndex(ctx, c.store)
	if err == nil && len(wrong) > 0 {
		err = sqlite.RemoveIndex(c.dir.path)
	}
	return wrong, err
}

// checkIndex compares the index of messages with the store it was made of, where it has seen all of it, and
// tells what is wrong.
func (c *core) checkIndex(ctx context.Context, store engine.Store) (wrong []string, err error) {
	x := c.index
	if x == nil {
		if !fileExists(filepath.Join(c.dir.path, sqlite.IndexName)) {
			return nil, nil
		}
		if x, err = sqlite.OpenIndex(c.dir.path, sqlite.Config{Log: c.log}); err != nil {
			return nil, err
		}
		defer x.Close()
	}
	wrong, err = x.Check(ctx)
	if err != nil {
		return wrong, fmt.Errorf("check the index: %w", err)
	}
	want, seen, err := search.Expected(ctx, store, wire.Codec{})
	if err != nil {
		return wrong, fmt.Errorf("check the index: %w", err)
	}
	mark, err := x.Mark(ctx)
	if err != nil || mark.Pos != seen.Pos || mark.Chain != seen.Chain {
		return wrong, err // not all of it yet, or already more: the rest tells nothing
	}
	got, err := x.Sum(ctx)
	if after, _ := x.Mark(ctx); err == nil && got != want && after == mark {
		wrong = append(wrong, fmt.Sprintf("I7: the index of messages has %d documents, not the %d of the entries, "+
			"or other words", got.Docs, want.Docs))
	}
	return wrong, err
}
