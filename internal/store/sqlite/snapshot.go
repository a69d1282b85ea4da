// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Snapshot writes a consistent copy of the whole store into a new file, while others go on reading and
// writing. The copy is on disk when it returns; a copy that failed is removed again. It holds only what the
// store holds now: no free pages, nothing that was erased. Writers are not held up, but the write-ahead log
// cannot shrink meanwhile.
func (s *Store) Snapshot(ctx context.Context, file string) error {
	// It runs on a connection of its own; holding a reader keeps Close waiting for it.
	return s.read(ctx, "snapshot", func(*conn) error {
		return intoFile(file, func() error {
			return s.beside(func(c *conn) error { return c.vacuumInto(ctx, file) })
		})
	})
}

// snapshotOf is Snapshot of a database that nobody has open but its writer, of whatever schema.
func snapshotOf(ctx context.Context, path, file string) error {
	return intoFile(file, func() error {
		c, err := dial(path, fmt.Sprintf("busy_timeout=%d", busyMillis), "temp_store=MEMORY")
		if err != nil {
			return err
		}
		return errors.Join(c.vacuumInto(ctx, file), c.close())
	})
}

// intoFile makes a new file, has it filled, and sees to it that it is on disk or gone.
func intoFile(file string, fill func() error) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return onFile("make the file", err)
	}
	err = fill()
	if err == nil {
		err = onFile("sync the file", f.Sync())
	}
	if closing := f.Close(); err == nil {
		err = onFile("close the file", closing)
	}
	if err == nil {
		err = syncDir(filepath.Dir(file))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}

// vacuumInto can be interrupted: a large store takes minutes.
func (c *conn) vacuumInto(ctx context.Context, file string) error {
	s, err := c.prepared("VACUUM INTO ?")
	if err != nil {
		return err
	}
	_, err = s.(driver.StmtExecContext).ExecContext(ctx, c.bind([]any{dsn(file)}))
	return coded(err)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return onFile("sync the directory", err)
	}
	return onFile("sync the directory", errors.Join(d.Sync(), d.Close()))
}
