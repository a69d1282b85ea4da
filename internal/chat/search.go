// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"strings"
	"unicode"
)

// letters maps the letters that a reader takes for one another in a search to one of them: Arabic yeh and kaf
// to Persian, alef with hamza or madda to plain alef, Persian and Arabic digits to Latin ones. Zero removes.
var letters = map[rune]rune{
	'ي': 'ی', 'ى': 'ی', 'ئ': 'ی', 'ك': 'ک', 'ة': 'ه', 'ۀ': 'ه', 'ؤ': 'و', 'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا',
	'\u200c': 0, '\u200d': 0, '\u200e': 0, '\u200f': 0, 'ـ': 0,
}

// folding is what becomes of a letter in a search.
type folding uint8

const (
	foldsTo    folding = iota // another form of it
	foldsAway                 // it is not there
	foldsApart                // it stands between words
)

// foldRune returns the form of a letter that searches compare.
func foldRune(r rune) (rune, folding) {
	if to, ok := letters[r]; ok {
		r = to
	}
	switch {
	case r == 0 || unicode.In(r, unicode.Mn, unicode.Cf):
		return 0, foldsAway
	case r >= '۰' && r <= '۹':
		r = r - '۰' + '0'
	case r >= '٠' && r <= '٩':
		r = r - '٠' + '0'
	case !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '_':
		return 0, foldsApart
	}
	return unicode.ToLower(r), foldsTo
}

// SearchFold returns s as searches compare it: lower case, one form for letters and digits that look or read
// alike in Persian, no diacritics, no joiners, words separated by one space.
func SearchFold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		to, kind := foldRune(r)
		switch kind {
		case foldsAway:
		case foldsApart:
			space = b.Len() > 0
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(to)
		}
	}
	return b.String()
}

// SearchTails returns every end of the folded s that begins at a word, so that "the start of a word of s"
// is "the start of one of these".
func SearchTails(s string) []string {
	s = SearchFold(s)
	var tails []string
	for s != "" {
		tails = append(tails, s)
		i := strings.IndexByte(s, ' ')
		if i < 0 {
			break
		}
		s = s[i+1:]
	}
	return tails
}
