// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readVectors reads a file of testdata/vectors; the README there explains it.
func readVectors(t *testing.T, name string, to any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../testdata/vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

type entityJSON struct {
	Kind    EntityKind `json:"kind"`
	Offset  uint32     `json:"offset"`
	Length  uint32     `json:"length"`
	Value   string     `json:"value"`
	Account AccountID  `json:"account"`
}

func entitiesOf(in []entityJSON) []Entity {
	var out []Entity
	for _, e := range in {
		out = append(out, Entity(e))
	}
	return out
}

func TestTextsAreComposedAsInTheVectors(t *testing.T) {
	var cases []struct {
		Name     string       `json:"name"`
		Text     string       `json:"text"`
		Entities []entityJSON `json:"entities"`
		Out      string       `json:"out"`
		Kept     []entityJSON `json:"kept"`
		Code     string       `json:"code"`
		Field    string       `json:"field"`
	}
	readVectors(t, "text/compose.json", &cases)
	if len(cases) < 60 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			out, kept, err := Compose(c.Text, entitiesOf(c.Entities))
			if c.Code != "" {
				e, ok := err.(*Error)
				if !ok || e.Code.String() != c.Code || e.Field != c.Field {
					t.Fatalf("%v, want %s of %s", err, c.Code, c.Field)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if out != c.Out || !slices.Equal(kept, entitiesOf(c.Kept)) {
				t.Errorf("\ngot  %q %v\nwant %q %v", out, kept, c.Out, c.Kept)
			}
		})
	}
}

func TestTextsAreSearchedAsInTheVectors(t *testing.T) {
	var cases []struct {
		Name  string `json:"name"`
		Text  string `json:"text"`
		Found []struct {
			Kind   EntityKind `json:"kind"`
			Text   string     `json:"text"`
			Offset *uint32    `json:"offset"`
		} `json:"found"`
	}
	readVectors(t, "text/detect.json", &cases)
	if len(cases) < 30 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			var want []Entity
			for _, f := range c.Found {
				offset := Len16(c.Text[:max(0, strings.Index(c.Text, f.Text))])
				if f.Offset != nil {
					offset = *f.Offset
				}
				want = append(want, Entity{Kind: f.Kind, Offset: offset, Length: Len16(f.Text)})
			}
			got := Detect(c.Text)
			if !slices.Equal(got, want) {
				t.Errorf("%q\ngot  %v\nwant %v", c.Text, describe(c.Text, got), describe(c.Text, want))
			}
		})
	}
}

func describe(text string, entities []Entity) []string {
	var out []string
	for _, e := range entities {
		raw, _ := json.Marshal(e)
		out = append(out, string(raw)+Slice16(text, e.Offset, e.Length))
	}
	return out
}

func TestNamesAreJudgedAsInTheVectors(t *testing.T) {
	var cases []struct {
		Name string `json:"name"`
		Code string `json:"code"`
		Fold string `json:"fold"`
		Look string `json:"look"`
	}
	readVectors(t, "names.json", &cases)
	if len(cases) < 40 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		code := ""
		if err := CheckName(c.Name); err != nil {
			code = CodeOf(err).String()
		}
		if code != c.Code || FoldName(c.Name) != c.Fold || Skeleton(c.Name) != c.Look {
			t.Errorf("%q: %q, %q, %q, want %q, %q, %q", c.Name, code, FoldName(c.Name), Skeleton(c.Name),
				c.Code, c.Fold, c.Look)
		}
	}
}

func TestTextsFoldForSearchAsInTheVectors(t *testing.T) {
	var cases []struct{ Text, Fold string }
	readVectors(t, "search.json", &cases)
	if len(cases) < 30 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		if got := SearchFold(c.Text); got != c.Fold {
			t.Errorf("%q: %q, want %q", c.Text, got, c.Fold)
		}
		if got := SearchFold(c.Fold); got != c.Fold {
			t.Errorf("%q folds again to %q", c.Fold, got)
		}
	}
}
