// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what a search looks at.
const (
	maxWordLetters = 64 // letters of a word that count
	maxSearchWords = 16 // words of a query that count
	maxSearchRun   = 3  // neighbouring words of a query that may be written as one in a text
	minPrefix      = 2  // letters of the last word from which on it stands for every word it begins
)

// halfSpace is the zero-width non-joiner, which divides a Persian word and joins its parts.
const halfSpace = '\u200c'

// SearchWord is a word of a text as searches compare it, and where it stands, in UTF-16 units.
type SearchWord struct {
	Text       string
	Start, End uint32
}

// gap is what parts a run of letters from the one before, the widest there is.
type gap uint8

const (
	gapNone  gap = iota
	gapHalf      // a half-space
	gapSpace     // white space
	gapMark      // anything else, and at the beginning
)

// part is a run of letters, and what stands before it.
type part struct {
	SearchWord
	gap gap
}

// before and behind are the parts of Persian words that people write with a half-space, with a space, or
// with neither; all folded.
var (
	before = [...]string{"می", "نمی", "بی"}
	behind = [...]string{"ها", "های", "هایی", "هایم", "هایت", "هایش", "هایمان", "هایشان", "ای", "ام", "ات",
		"اش", "ایم", "اید", "اند", "تر", "ترین"}
)

// SearchWords returns the words by which a text is found: each run of letters, and runs that belong
// together, written as one. So what is written with a half-space is found with one, without, and with a
// space.
func SearchWords(text string) []SearchWord {
	parts := searchParts(text)
	var words []SearchWord
	for i, p := range parts {
		words = append(words, p.SearchWord)
		for j := i + 1; j < len(parts) && parts[j].gap == gapHalf; j++ {
			whole := p.gap != gapHalf && (j+1 == len(parts) || parts[j+1].gap != gapHalf)
			if whole || j-i < maxSearchRun {
				words = append(words, joined(parts[i:j+1]))
			}
		}
		if i > 0 && p.gap == gapSpace && (slices.Contains(before[:], parts[i-1].Text) ||
			slices.Contains(behind[:], p.Text)) {
			words = append(words, joined(parts[i-1:i+1]))
		}
	}
	return words
}

// joined writes neighbouring parts as one word.
func joined(parts []part) SearchWord {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return SearchWord{cutWord(b.String()), parts[0].Start, parts[len(parts)-1].End}
}

func cutWord(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxWordLetters {
			return s[:i]
		}
	}
	return s
}

// searchParts cuts a text into runs of letters, folded as SearchFold does.
func searchParts(text string) []part {
	var parts []part
	var b strings.Builder
	var at, start, end uint32
	apart := gapMark
	flush := func() {
		if b.Len() > 0 {
			word := SearchWord{cutWord(b.String()), start, end}
			parts = append(parts, part{word, apart})
			b.Reset()
			apart = gapNone
		}
	}
	for _, r := range text {
		units := width16(r)
		switch to, kind := foldRune(r); {
		case r == halfSpace:
			flush()
			apart = max(apart, gapHalf)
		case kind == foldsAway && b.Len() > 0:
			end = at + units
		case kind == foldsAway:
		case kind == foldsApart:
			flush()
			if apart = max(apart, gapSpace); !unicode.IsSpace(r) {
				apart = gapMark
			}
		default:
			if b.Len() == 0 {
				start = at
			}
			end = at + units
			b.WriteRune(to)
		}
		at += units
	}
	flush()
	return parts
}

// SearchTerm is one way in which a word of a query may stand in a text.
type SearchTerm struct {
	Text   string
	Prefix bool // every word that begins so
}

// SearchTerms is what a query asks for: of every word, one of its terms has to be in the text.
type SearchTerms [][]SearchTerm

// SearchQuery reads a query. Neighbouring words may be written as one in what is found; the last word may be
// the beginning of one. Nothing in it has another meaning than its letters.
func SearchQuery(text string) SearchTerms {
	parts := searchParts(text)
	parts = parts[:min(len(parts), maxSearchWords)]
	var terms SearchTerms
	for i := range parts {
		var ways []SearchTerm
		for length := 1; length <= min(maxSearchRun, len(parts)); length++ {
			for from := max(0, i-length+1); from <= i && from+length <= len(parts); from++ {
				word := joined(parts[from : from+length]).Text
				last := from+length == len(parts) && utf8.RuneCountInString(word) >= minPrefix
				ways = append(ways, SearchTerm{word, last})
			}
		}
		terms = append(terms, ways)
	}
	return terms
}

// meets reports whether a word of a text is what a term says.
func (t SearchTerm) meets(word string) bool {
	return word == t.Text || t.Prefix && strings.HasPrefix(word, t.Text)
}

// SearchRange is where a found word stands in a text, in UTF-16 units.
type SearchRange struct{ Start, End uint32 }

// Match reports whether a text has every word of a query, and where, ascending and without overlaps. A query
// without words is in every text, nowhere.
func (t SearchTerms) Match(text string) ([]SearchRange, bool) {
	met := make([]bool, len(t))
	var found []SearchRange
	for _, w := range SearchWords(text) {
		hit := false
		for i, ways := range t {
			for _, way := range ways {
				if way.meets(w.Text) {
					met[i], hit = true, true
				}
			}
		}
		if hit {
			found = append(found, SearchRange{w.Start, w.End})
		}
	}
	if slices.Contains(met, false) {
		return nil, false
	}
	return merged(found), true
}

// merged makes ranges ascend without overlaps.
func merged(ranges []SearchRange) []SearchRange {
	slices.SortFunc(ranges, func(a, b SearchRange) int { return int(int64(a.Start) - int64(b.Start)) })
	var out []SearchRange
	for _, r := range ranges {
		if n := len(out); n > 0 && r.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, r.End)
			continue
		}
		out = append(out, r)
	}
	return out
}
