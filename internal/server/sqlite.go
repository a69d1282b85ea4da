// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"log/slog"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/sqlite"
	"github.com/zolal-im/zolal/internal/wire"
)

// databaseName is the file of the store in a data directory.
const databaseName = sqlite.DatabaseName

// openStore opens the store of a data directory.
func (c *Config) openStore(ctx context.Context, dir string) (Store, error) {
	if c.OpenStore != nil {
		return c.OpenStore(ctx, dir)
	}
	return openSQLite(ctx, dir, c.Log)
}

// openSQLite opens the store that a server has unless it is given another.
func openSQLite(ctx context.Context, dir string, log *slog.Logger) (Store, error) {
	project := func(e chat.Entry) ([]chat.Change, error) { return engine.Project(wire.Codec{}, e) }
	s, err := sqlite.Open(ctx, dir, sqlite.Config{Log: log, Project: project})
	if err != nil {
		return nil, err // never a nil *sqlite.Store in a Store
	}
	return s, nil
}
