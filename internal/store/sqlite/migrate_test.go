// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// update writes the fixture of the newest schema again: only until that schema is released.
var update = flag.Bool("update", false, "write testdata/upgrade of the newest schema")

const upgrades = "testdata/upgrade"

// TestEveryPastSchemaIsBroughtUpToDate opens a database of each schema that ever was. Each fixture is the
// whole database as SQL; it holds what fillFixture puts in.
func TestEveryPastSchemaIsBroughtUpToDate(t *testing.T) {
	newest := newestSchema(t)
	if *update {
		writeFixture(t, newest)
	}
	for n := 1; n <= newest; n++ {
		t.Run(fmt.Sprintf("schema %d", n), func(t *testing.T) {
			fresh := unsynced(t)
			batches := fillFixture(t, fresh)
			s := open(t, past(t, n, otherwise(n)...), Config{unsynced: true, Project: projecting(batches)})
			sound(t, s)
			checkFixture(t, s)
			rebuilt(t, s, batches)
			if got, want := schema(t, s), schema(t, fresh); got != want {
				t.Errorf("the schema is\n%s\nand a new one is\n%s", got, want)
			}
		})
	}
}

func newestSchema(t *testing.T) int {
	t.Helper()
	steps, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	return len(steps) + len(new(upgrade).goSteps())
}

// past makes a data directory of a schema, from its fixture.
func past(t *testing.T, schema int, more ...string) (dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(upgrades, fmt.Sprintf("%05d.sql", schema)))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	c, err := dial(filepath.Join(dir, DatabaseName))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range append(strings.Split(string(text), ";\n"), more...) {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if err := c.exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// otherwise are projections as the program of a schema may have made them, where it made others of the same
// entries: a link was counted as used whenever somebody asked or came in by it.
func otherwise(schema int) []string {
	if schema >= derivedSince {
		return nil
	}
	made := []string{"UPDATE links SET uses = 2"}
	if schema >= 3 { // who used them was not asked before
		made = append(made, "DELETE FROM link_uses")
	}
	return made
}

// projecting gives the changes of entries that were stored one to a batch.
func projecting(batches []engine.Batch) func(chat.Entry) ([]chat.Change, error) {
	return func(e chat.Entry) ([]chat.Change, error) { return batches[e.Pos-1].Entries[0].Changes, nil }
}

// rebuilt fails the test if the projections of a fixture are not what its entries make.
func rebuilt(t *testing.T, s *Store, batches []engine.Batch) {
	t.Helper()
	before := dump(t, s)
	if err := s.Rebuild(t.Context(), projecting(batches)); err != nil {
		t.Fatal(err)
	}
	if after := dump(t, s); after != before {
		t.Errorf("the projections were\n%s\nand are rebuilt as\n%s", before, after)
	}
	sound(t, s)
}

// dump is everything a store says of its projections.
func dump(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	err := s.Dump(t.Context(), func(table string, values ...any) error {
		fmt.Fprintln(&b, table, values)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// fillFixture stores one of each kind of thing.
func fillFixture(t *testing.T, s *Store) []engine.Batch {
	room := chat.Chat{ID: 1, Type: chat.Group, Title: "گروه"}
	member := func(who chat.AccountID) chat.Change {
		return chat.MemberSet{Chat: 1, Member: chat.Member{Account: who, Role: chat.RoleMember, Version: 1}}
	}
	profile := chat.ProfileSet{Account: 1, Profile: chat.Profile{Name: "Ali Reza", Username: "alireza"}}
	batches := []engine.Batch{
		said(1, key(1), "first", chat.ChatAdded{Chat: room}, member(1), member(2), profile,
			chat.NameClaimed{Name: "alireza", Skeleton: "aireza", Account: 1}),
		said(1, key(2), "to be edited", chat.Mentioned{Account: 2}),
		said(1, key(3), "edited", chat.Superseded{Target: 2}),
		said(1, key(4), "", chat.PinSet{Target: 1, Pinned: true}, chat.SourceSet{Number: 70, Digest: 1},
			chat.BlockSet{Account: 1, Block: chat.Block{Account: 9, Blocked: true}},
			chat.DraftSet{Account: 2, Draft: chat.DraftText{Chat: 1, Text: "unsent"}},
			chat.LinkSet{Chat: 1, Link: chat.InviteLink{Token: "t", Limit: 3}},
			chat.LinkUsed{Chat: 1, Token: "t", Account: 2},
			chat.ReadSet{Account: 2, Mark: chat.ReadMark{Chat: 1, Seq: 1, Ord: 1}}),
	}
	add(t, s, batches...)
	who := engine.Reactor{Account: 2, Emojis: []string{"👍"}}
	if _, err := s.React(t.Context(), room.ID.Log(), 1, who); err != nil {
		t.Fatal(err)
	}
	return batches
}

// checkFixture finds what fillFixture stored.
func checkFixture(t *testing.T, s *Store) {
	t.Helper()
	if got := fmt.Sprint(texts(t, s, 1)); got != "[first edited edited ]" {
		t.Errorf("the chat holds %s", got)
	}
	rows, _, _, err := s.List(t.Context(), engine.ListQuery{Account: 2, Limit: 9})
	if err != nil || len(rows) != 1 {
		t.Fatalf("the list is %v, %v", rows, err)
	}
	r := rows[0]
	got := fmt.Sprint(r.Chat.Title, r.Chat.Members, r.Unread, r.Draft.Text, r.Pinned, r.Read.Seq)
	if want := fmt.Sprint("گروه", 2, 3, "unsent", []chat.Seq{1}, 1); got != want {
		t.Errorf("the row is %s, not %s", got, want)
	}
	tallies, err := s.Tallies(t.Context(), chat.ChatID(1).Log(), []chat.Seq{1}, 2)
	if err != nil || len(tallies) != 1 || !tallies[0].Reactions[0].Mine {
		t.Errorf("tallies are %v, %v", tallies, err)
	}
	if r := add(t, s, said(1, key(2), "to be edited")); !r[0].Repeated || r[0].Entries[0].Seq != 2 {
		t.Errorf("a key of before gave %+v", r)
	}
}

// schema is everything the database was told to create, but for what is goose's own.
func schema(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	for _, line := range lines(t, s, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
		AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY name`) {
		b.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
	}
	return b.String()
}

// lines are the rows of a query for one text.
func lines(t *testing.T, s *Store, text string) []string {
	t.Helper()
	var out []string
	c := <-s.readers
	defer func() { s.readers <- c }()
	err := c.query(text, func(r *row) error {
		out = append(out, r.text())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// writeFixture writes a filled database of the newest schema as SQL.
func writeFixture(t *testing.T, version int) {
	s := unsynced(t)
	fillFixture(t, s)
	var out []string
	out = append(out, lines(t, s, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
		AND name NOT LIKE 'sqlite%' ORDER BY type = 'index', rowid`)...)
	for _, table := range lines(t, s, `SELECT name FROM sqlite_schema WHERE type = 'table'
		AND name NOT LIKE 'sqlite%' ORDER BY rowid`) {
		names := lines(t, s, "SELECT 'quote(' || name || ')' FROM pragma_table_info('"+table+"')")
		columns := strings.Join(names, " || ',' || char(10) || '  ' || ")
		for _, values := range lines(t, s, "SELECT "+columns+" FROM "+table) {
			out = append(out, "INSERT INTO "+table+" VALUES ("+values+")")
		}
	}
	name := filepath.Join(upgrades, fmt.Sprintf("%05d.sql", version))
	if err := os.MkdirAll(upgrades, 0o755); err != nil {
		t.Fatal(err)
	}
	text := "-- SPDX-License-Identifier: AGPL-3.0-or-later\n-- A whole database of one schema.\n\n" +
		strings.Join(out, ";\n") + ";\n"
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
