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

func TestEveryTableAndColumnIsAccountedForInPersianToo(t *testing.T) {
	english, persian := StoredData("en"), StoredData("fa")
	if len(english) != len(persian) || len(english) < 8 {
		t.Fatalf("%d groups in English, %d in Persian", len(english), len(persian))
	}
	for i, g := range english {
		fa := persian[i]
		if !isPersian(fa.Title) || len(g.Tables) != len(fa.Tables) {
			t.Fatalf("%s has %d tables, in Persian %q %d", g.Title, len(g.Tables), fa.Title, len(fa.Tables))
		}
		for k, table := range g.Tables {
			other := fa.Tables[k]
			if other.Name != table.Name || !isPersian(other.Why) || !isPersian(other.Kept) {
				t.Errorf("%s is in Persian %+v", table.Name, other)
				continue
			}
			said := map[string]string{}
			for _, c := range other.Columns {
				said[c.Name] = c.What
			}
			if len(said) != len(table.Columns) {
				t.Errorf("%s: %d columns in English, %d in Persian", table.Name, len(table.Columns), len(said))
			}
			for _, c := range table.Columns {
				if !isPersian(said[c.Name]) {
					t.Errorf("of %s.%s it says in Persian %q", table.Name, c.Name, said[c.Name])
				}
			}
		}
	}
}

func isPersian(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r >= 'آ' && r <= 'ی' })
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
