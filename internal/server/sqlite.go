// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"log/slog"

	"github.com/zolal-im/zolal/internal/store/sqlite"
)

// databaseName is the file of the store in a data directory.
const databaseName = sqlite.DatabaseName

// openSQLite opens the store that a server has unless it is given another.
func openSQLite(log *slog.Logger) func(context.Context, string) (Store, error) {
	return func(ctx context.Context, dir string) (Store, error) {
		s, err := sqlite.Open(ctx, dir, sqlite.Config{Log: log})
		if err != nil {
			return nil, err // never a nil *sqlite.Store in a Store
		}
		return s, nil
	}
}
