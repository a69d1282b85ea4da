// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// tableAbout accounts for a table: what it is kept for, how long, and what each column holds. A table or
// column of the schema without a line fails a test, so nothing is stored that nobody has accounted for.
type tableAbout struct {
	name, why, kept string
	columns         string // a line each: the column, and what it holds
}

// column returns what a column holds.
func (t tableAbout) column(name string) string {
	for line := range strings.Lines(t.columns) {
		if c, what, _ := strings.Cut(strings.TrimSpace(line), " "); c == name {
			return strings.TrimSpace(what)
		}
	}
	return ""
}

// StoredGroup is tables of the database that belong together.
type StoredGroup struct {
	Title  string
	Tables []StoredTable
}

// StoredTable says what a table is kept for, how long, and what its columns hold.
type StoredTable struct {
	Name, Why, Kept string
	Columns         []StoredColumn
}

// StoredColumn says what a column holds.
type StoredColumn struct{ Name, What string }

// StoredData describes every table of the schema in a language, "fa" or else English.
func StoredData(lang string) []StoredGroup {
	var out []StoredGroup
	for _, g := range aboutGroups() {
		title, about := g.title, g.about
		if lang == "fa" {
			title, about = g.faTitle, g.fa
		}
		group := StoredGroup{Title: title}
		for _, a := range about {
			t := StoredTable{Name: a.name, Why: a.why, Kept: a.kept}
			for line := range strings.Lines(strings.TrimSpace(a.columns)) {
				name, what, _ := strings.Cut(strings.TrimSpace(line), " ")
				t.Columns = append(t.Columns, StoredColumn{name, what})
			}
			group.Tables = append(group.Tables, t)
		}
		out = append(out, group)
	}
	return out
}

// DataTables describes every table of the schema in Markdown: what is stored, why, and for how long. It makes
// a database in dir, an empty directory, to read the schema from.
func DataTables(ctx context.Context, dir string) (string, error) {
	schema, err := schemaIn(ctx, dir)
	if err != nil {
		return "", err
	}
	return dataTables(schema, abouts())
}

// dataTables fails for a table or column that is in one of the two alone.
func dataTables(schema []tableColumns, about []tableAbout) (string, error) {
	schema = slices.Clone(schema)
	var b strings.Builder
	for _, a := range about {
		i := slices.IndexFunc(schema, func(t tableColumns) bool { return t.name == a.name })
		if i < 0 {
			return "", fmt.Errorf("there is no table %s any more: take it out of abouts.go", a.name)
		}
		fmt.Fprintf(&b, "### `%s`\n\n**Why**: %s. **How long**: %s.\n\n| column | what |\n|---|---|\n",
			a.name, a.why, a.kept)
		for _, c := range schema[i].columns {
			what := a.column(c)
			if what == "" {
				return "", fmt.Errorf("nothing says what %s.%s is for: add a line to abouts.go", a.name, c)
			}
			fmt.Fprintf(&b, "| `%s` | %s |\n", c, what)
		}
		b.WriteString("\n")
		schema = slices.Delete(schema, i, i+1)
	}
	if len(schema) > 0 {
		return "", fmt.Errorf("nothing says what %s is for: add it to abouts.go", schema[0].name)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// tableColumns is a table as the database has it.
type tableColumns struct {
	name    string
	columns []string
}

// schemaIn makes a database of today's schema and reads it back.
func schemaIn(ctx context.Context, dir string) (list []tableColumns, err error) {
	s, err := Open(ctx, dir, Config{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.read(ctx, "schema", func(c *conn) error {
		return c.query(`SELECT t.name, c.name FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
			WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_sch%' ORDER BY t.name, c.cid`,
			func(r *row) error {
				table, column := r.text(), r.text()
				if n := len(list); n == 0 || list[n-1].name != table {
					list = append(list, tableColumns{name: table})
				}
				last := &list[len(list)-1]
				last.columns = append(last.columns, column)
				return nil
			})
	})
	return list, err
}
