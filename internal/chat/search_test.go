// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"testing"
)

func TestSearchFoldTreatsPersianAsAReaderDoes(t *testing.T) {
	for _, c := range [][2]string{
		{"علي كريمي", "علی کریمی"},
		{"می‌خواهم", "میخواهم"},
		{"مُحَمَّد", "محمد"},
		{"سال ۱۴۰۳", "سال 1403"},
		{"Ali  Reza!", "ALI-reza"},
		{"آرش", "ارش"},
	} {
		if a, b := SearchFold(c[0]), SearchFold(c[1]); a != b {
			t.Errorf("%q folds to %q, %q to %q", c[0], a, c[1], b)
		}
	}
	if a, b := SearchFold("reza_90"), SearchFold("reza 90"); a == b {
		t.Errorf("an underscore is part of a word, but both fold to %q", a)
	}
}

func TestSearchTailsBeginAtEveryWord(t *testing.T) {
	got := SearchTails(" Ali Reza  Moradi ")
	want := []string{"ali reza moradi", "reza moradi", "moradi"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := SearchTails(" ! "); got != nil {
		t.Errorf("got %q of no words", got)
	}
}
