// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/zolal-im/zolal/internal/chat"
)

// migrations are the schema, one step a file. A step that was released is never changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// goSteps are the steps that SQL cannot take.
func goSteps() []*goose.Migration {
	return []*goose.Migration{goose.NewGoMigration(2, &goose.GoFunc{RunTx: seal}, nil)}
}

// migrate brings the schema of the database up to date. Each step is a transaction, so a crash leaves a
// whole schema behind, and the next start goes on from it.
func migrate(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return coded(err)
	}
	defer func() { err = errors.Join(err, coded(db.Close())) }()
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	// The provider logs nothing by itself and has no state outside the database.
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps, goose.WithGoMigrations(goSteps()...))
	if err != nil {
		return fmt.Errorf("migrate: %w", coded(err))
	}
	now, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", coded(err))
	}
	if now > newest {
		return chat.Errorf(chat.CodeVersionUnsupported,
			"the database has schema %d and this zolal knows %d: install the newer zolal again", now, newest)
	}
	if now == newest {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", coded(err))
	}
	return nil
}
