// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"strings"
	"testing"
)

func TestEveryColumnIsAccountedFor(t *testing.T) {
	text, err := DataTables(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	schema, err := schemaIn(t.Context(), t.TempDir())
	if err != nil || len(schema) < 30 {
		t.Fatalf("the schema has %d tables, %v", len(schema), err)
	}
	for _, table := range schema {
		_, part, found := strings.Cut(text, "### `"+table.name+"`\n")
		part, _, _ = strings.Cut(part, "\n### ")
		for _, c := range table.columns {
			if !found || !strings.Contains(part, "| `"+c+"` | ") {
				t.Errorf("the page says nothing of %s.%s", table.name, c)
			}
		}
	}
}

func TestWhatIsAccountedForIsThere(t *testing.T) {
	schema, err := schemaIn(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]bool{}
	for _, table := range schema {
		for _, c := range table.columns {
			columns[table.name+"."+c] = true
		}
	}
	for _, a := range abouts() {
		if a.why == "" || a.kept == "" {
			t.Errorf("of %s it does not say why, or for how long", a.name)
		}
		for line := range strings.Lines(a.columns) {
			c, what, _ := strings.Cut(strings.TrimSpace(line), " ")
			if c != "" && (what == "" || !columns[a.name+"."+c]) {
				t.Errorf("%s.%s is described and not there, or not described", a.name, c)
			}
		}
	}
}

func TestATableOrColumnThatNobodyAccountsForIsAFault(t *testing.T) {
	schema := []tableColumns{{"blocks", []string{"account", "other"}}}
	about := []tableAbout{{"blocks", "why", "long", "account who\n other whom"}}
	if text, err := dataTables(schema, about); err != nil || !strings.Contains(text, "| `other` | whom |") {
		t.Errorf("%s, %v", text, err)
	}
	for name, c := range map[string]struct {
		schema []tableColumns
		about  []tableAbout
	}{
		"a column": {[]tableColumns{{"blocks", []string{"account", "other", "since"}}}, about},
		"a table":  {append([]tableColumns{{"spies", []string{"who"}}}, schema...), about},
		"no table": {nil, about},
	} {
		if _, err := dataTables(c.schema, c.about); err == nil {
			t.Errorf("%s that nobody accounts for is passed over", name)
		}
	}
}
