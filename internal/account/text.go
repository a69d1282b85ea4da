// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"crypto/sha256"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/zolal-im/zolal/internal/chat"
)

// cutText keeps at most limit bytes of printable text, whole characters only.
func cutText(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) && r != '\u200c' { // Persian needs the non-joiner
			return -1
		}
		return r
	}, s)
	for len(s) > limit {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// shownName makes a person's shown name of what somebody is called elsewhere, which has other bounds: it is
// cut between characters as people see them.
func shownName(s string) string {
	s = strings.TrimSpace(cutText(strings.ToValidUTF8(s, ""), len(s)))
	end, units := 0, 0
	for i, r := range s {
		if units > 0 && !joins(s[:i], r) {
			end = i
		}
		if units += utf16.RuneLen(r); units > chat.MaxPersonName {
			return strings.TrimSpace(s[:end])
		}
	}
	return s
}

// joins reports whether a rune belongs to the character that ends before it: marks, parts of an emoji, and
// the second half of a flag.
func joins(before string, r rune) bool {
	const joiner = '\u200d'
	last, _ := utf8.DecodeLastRuneInString(before)
	switch {
	case unicode.Is(unicode.M, r), r == joiner, last == joiner, r == '\u200c',
		r >= 0x1f3fb && r <= 0x1f3ff, r >= 0xe0020 && r <= 0xe007f:
		return true
	case isFlagHalf(r):
		n := 0
		for _, c := range before {
			if n++; !isFlagHalf(c) {
				n = 0
			}
		}
		return n%2 == 1
	}
	return false
}

func isFlagHalf(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// recoverySum is what is stored of a login authenticator. It has at least 128 random bits, so a plain hash
// cannot be guessed back.
func recoverySum(secret []byte) [32]byte {
	if len(secret) == 0 {
		return [32]byte{}
	}
	return sha256.Sum256(secret)
}
