// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/sqlite"
	"github.com/zolal-im/zolal/internal/wire"
)

// databaseName is the file of the store in a data directory.
const databaseName = sqlite.DatabaseName

// beforeUpgrade is told of a store of before, while it is still that.
type beforeUpgrade = func(context.Context, sqlite.Older) error

// openStore opens the store of a directory; before is called where that brings an older one up to date, nil:
// nothing is.
func (c *Config) openStore(ctx context.Context, dir string, before beforeUpgrade) (Store, error) {
	if c.OpenStore != nil {
		return c.OpenStore(ctx, dir)
	}
	project := func(e chat.Entry) ([]chat.Change, error) { return engine.Project(wire.Codec{}, e) }
	s, err := sqlite.Open(ctx, dir, sqlite.Config{Log: c.Log, Project: project, Before: before})
	if err != nil {
		return nil, err // never a nil *sqlite.Store in a Store
	}
	return s, nil
}
