// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	"modernc.org/sqlite"
)

// conn is one connection with its prepared statements, used by one goroutine at a time. It drives the driver
// itself: database/sql would add a pool we do not want and a third of the time of a small query.
type conn struct {
	raw   driver.Conn
	stmts map[string]driver.Stmt
	args  []driver.NamedValue // reused from call to call
}

// dial opens the database file and runs pragmas.
func dial(path string, pragmas ...string) (*conn, error) {
	raw, err := new(sqlite.Driver).Open(dsn(path))
	if err != nil {
		return nil, coded(err)
	}
	c := &conn{raw: raw, stmts: map[string]driver.Stmt{}}
	for _, p := range pragmas {
		if err := c.exec("PRAGMA " + p); err != nil {
			return nil, errors.Join(fmt.Errorf("pragma %s: %w", p, err), c.close())
		}
	}
	return c, nil
}

// dsn writes a path so that no character of it is taken for a parameter.
func dsn(path string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}

// prepared returns the statement of a text, which must come from a bounded set.
func (c *conn) prepared(text string) (driver.Stmt, error) {
	if s, ok := c.stmts[text]; ok {
		return s, nil
	}
	s, err := c.raw.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", firstWords(text), coded(err))
	}
	c.stmts[text] = s
	return s, nil
}

// firstWords names a statement in an error, without its values.
func firstWords(text string) string {
	words := strings.Fields(text)
	return strings.Join(words[:min(len(words), 5)], " ")
}

// exec runs a statement without rows.
func (c *conn) exec(text string, args ...any) error {
	_, err := c.affect(text, args...)
	return err
}

// affect runs a statement and returns how many rows it changed.
func (c *conn) affect(text string, args ...any) (int64, error) {
	s, err := c.prepared(text)
	if err != nil {
		return 0, err
	}
	r, err := s.(driver.StmtExecContext).ExecContext(context.Background(), c.bind(args))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", firstWords(text), coded(err))
	}
	return r.RowsAffected()
}

// bind turns arguments into what the driver knows. Every integer type of ours is an int64 there.
func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for _, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: len(c.args) + 1, Value: value(a)})
	}
	return c.args
}

// query calls each row of a statement. The row is only valid during the call; an error of it ends the query
// and is returned as it is.
func (c *conn) query(text string, each func(*row) error, args ...any) error {
	return c.longQuery(context.Background(), text, each, args...)
}

// longQuery is query for what may take minutes: the end of ctx interrupts it.
func (c *conn) longQuery(ctx context.Context, text string, each func(*row) error, args ...any) error {
	s, err := c.prepared(text)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, c.bind(args))
	if err != nil {
		return fmt.Errorf("%s: %w", firstWords(text), coded(err))
	}
	r := &row{vals: make([]driver.Value, len(rows.Columns()))}
	for {
		if err = rows.Next(r.vals); err != nil {
			break
		}
		r.next = 0
		if err := each(r); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	if closed := rows.Close(); err == io.EOF {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("%s: %w", firstWords(text), coded(err))
	}
	return nil
}

// one is query for at most one row; it reports whether there was one.
func (c *conn) one(text string, each func(*row), args ...any) (bool, error) {
	found := false
	err := c.query(text, func(r *row) error {
		found = true
		each(r)
		return nil
	}, args...)
	return found, err
}

// row is read from the left, a column at a time.
type row struct {
	vals []driver.Value
	next int
}

func (r *row) value() driver.Value {
	r.next++
	return r.vals[r.next-1]
}

// int reads an integer, NULL as 0.
func (r *row) int() int64 {
	v, _ := r.value().(int64)
	return v
}

func (r *row) bool() bool { return r.int() != 0 }

// text reads a string, NULL as the empty one.
func (r *row) text() string {
	v, _ := r.value().(string)
	return v
}

// blob reads bytes of its own, NULL and empty ones as nil.
func (r *row) blob() []byte {
	v, _ := r.value().([]byte)
	if len(v) == 0 {
		return nil
	}
	return v
}

// num reads an integer of one of our types.
func num[T ~int64 | ~uint64 | ~uint32 | ~uint8](r *row) T { return T(r.int()) }

// opt reads an integer that may be missing.
func opt[T ~int64 | ~uint32](r *row) *T {
	v, ok := r.value().(int64)
	if !ok {
		return nil
	}
	t := T(v)
	return &t
}

// optBool reads a truth that may be missing.
func optBool(r *row) *bool {
	v, ok := r.value().(int64)
	if !ok {
		return nil
	}
	t := v != 0
	return &t
}
