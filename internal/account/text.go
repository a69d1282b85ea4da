// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"crypto/sha256"
	"strings"
	"unicode"
	"unicode/utf8"
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

// recoverySum is what is stored of a login authenticator. It has at least 128 random bits, so a plain hash
// cannot be guessed back.
func recoverySum(secret []byte) [32]byte {
	if len(secret) == 0 {
		return [32]byte{}
	}
	return sha256.Sum256(secret)
}
