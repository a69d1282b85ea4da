// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestTextsAreFoundAsInTheVectors(t *testing.T) {
	var cases []struct {
		Text, Query string
		Found       []string
		Missed      bool
	}
	readVectors(t, "words.json", &cases)
	if len(cases) < 40 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		ranges, ok := SearchQuery(c.Query).Match(c.Text)
		if ok == c.Missed {
			t.Errorf("%q in %q: found is %t", c.Query, c.Text, ok)
			continue
		}
		units := utf16.Encode([]rune(c.Text))
		var got []string
		for _, r := range ranges {
			got = append(got, string(utf16.Decode(units[r.Start:r.End])))
		}
		if !slices.Equal(got, c.Found) {
			t.Errorf("%q in %q: found %q, not %q", c.Query, c.Text, got, c.Found)
		}
	}
}

// TestAQueryFindsWhereItWasTakenFrom: whatever run of whole words of a text is asked for, the text has it.
func TestAQueryFindsWhereItWasTakenFrom(t *testing.T) {
	for _, text := range []string{
		"می‌خواهم به کتاب‌خانه‌های تهران بروم", "Ünïcode, straße & co_op 12۳٤",
		"a b c d e f g h i j k l m n o p q r",
		"‌نیم‌فاصله در آغاز‌ و پایان‌", strings.Repeat("بلند", 100), "𝒳 emoji 😀 between",
		"می خواهم بی نهایت کتاب ها",
	} {
		words := strings.Fields(text)
		for i := range words {
			for j := i + 1; j <= len(words); j++ {
				q := strings.Join(words[i:j], " ")
				if _, ok := SearchQuery(q).Match(text); !ok {
					t.Errorf("%q is not found in %q", q, text)
				}
			}
		}
	}
}

func FuzzSearchMatchNeverPointsOutsideTheText(f *testing.F) {
	f.Add("می‌خواهم", "می خو")
	f.Add("a😀b", "b")
	f.Fuzz(func(t *testing.T, text, query string) {
		text = strings.ToValidUTF8(text, "")
		units := uint32(len(utf16.Encode([]rune(text))))
		ranges, _ := SearchQuery(query).Match(text)
		last := uint32(0)
		for _, r := range ranges {
			if r.Start < last || r.End <= r.Start || r.End > units {
				t.Fatal(fmt.Sprint(ranges, units))
			}
			last = r.End
		}
	})
}
