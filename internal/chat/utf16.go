// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "unicode/utf8"

// Len16 returns the length of a text in UTF-16 code units.
func Len16(s string) uint32 {
	var n uint32
	for _, r := range s {
		n += width16(r)
	}
	return n
}

// width16 is how many UTF-16 code units a character takes.
func width16(r rune) uint32 {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// Slice16 returns the part of a text from offset on, length long, both in UTF-16 code units. What lies
// outside the text is left out; a character that is cut in two belongs to the part where it begins.
func Slice16(s string, offset, length uint32) string {
	from := byteAt(s, offset)
	return s[from : from+byteAt(s[from:], length)]
}

// byteAt returns the byte where the UTF-16 offset is reached, or the length of the text.
func byteAt(s string, offset uint32) int {
	var at uint32
	for i, r := range s {
		if at >= offset {
			return i
		}
		at += width16(r)
	}
	return len(s)
}

// runes is a text taken apart: its characters, and where each begins.
type runes struct {
	at     []rune
	offset []uint32 // UTF-16; one more than there are characters, the last is the length
	mail   bool     // there is an @ somewhere
}

// takeApart splits a valid text.
func takeApart(s string) runes {
	n := utf8.RuneCountInString(s)
	r := runes{at: make([]rune, 0, n), offset: make([]uint32, 0, n+1)}
	var at uint32
	for _, c := range s {
		r.at = append(r.at, c)
		r.offset = append(r.offset, at)
		at += width16(c)
	}
	r.offset = append(r.offset, at)
	return r
}

// peek returns a character, 0 outside the text.
func (r runes) peek(i int) rune {
	if i < 0 || i >= len(r.at) {
		return 0
	}
	return r.at[i]
}

// span is the entity over characters from up to but not including to.
func (r runes) entity(kind EntityKind, from, to int) Entity {
	return Entity{Kind: kind, Offset: r.offset[from], Length: r.offset[to] - r.offset[from]}
}
