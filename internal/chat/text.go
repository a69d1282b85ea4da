// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Compose makes a text and what its author marked in it fit to be stored: line ends are "\n", white space at
// both ends is gone, entities lie inside the text, are nested and sorted, and what can be seen in the text
// itself (addresses, mentions, hashtags, commands, numbers) is marked. Entities of those kinds that the
// author sends are passed over: only the text decides.
//
// The codes are CodeBadText (not UTF-8, empty, or forbidden characters), CodeTextTooLong, CodeBadEntity and
// CodeTooMany.
func Compose(text string, entities []Entity) (string, []Entity, error) {
	text, chosen, err := place(text, entities, MaxText)
	if err != nil {
		return "", nil, err
	}
	chosen = normalise(text, chosen)
	if len(chosen) > MaxEntities {
		return "", nil, fieldError(CodeTooMany, "entities", "too many entities")
	}
	seen := unhindered(Detect(text), chosen)
	if len(seen) == 0 {
		return text, chosen, nil
	}
	if all := normalise(text, slices.Concat(chosen, seen)); len(all) <= MaxEntities {
		return text, all, nil
	}
	// Too much was seen: what the author chose goes first.
	return text, chosen, nil
}

// place cleans a text and moves to their new place what its author chose to mark.
func place(text string, entities []Entity, limit uint32) (string, []Entity, error) {
	if err := checkEntities(text, entities); err != nil {
		return "", nil, err
	}
	text, moved, err := cleanText(text, limit)
	if err != nil {
		return "", nil, err
	}
	var chosen []Entity
	for _, e := range entities {
		if e = moved.apply(e); e.Kind.chosen() && e.Length > 0 {
			chosen = append(chosen, e)
		}
	}
	return text, chosen, nil
}

// cleanText returns the text as it is stored, and where its parts have moved.
func cleanText(text string, limit uint32) (string, shift, error) {
	var moved shift
	if err := checkText(text, limit); err != nil {
		return "", moved, err
	}
	text, moved.gone = joinLines(text)
	trimmed := strings.TrimLeftFunc(text, trimmable)
	moved.front = Len16(text[:len(text)-len(trimmed)])
	trimmed = strings.TrimRightFunc(trimmed, trimmable)
	moved.length = Len16(trimmed)
	switch {
	case !strings.ContainsFunc(trimmed, visible):
		return "", moved, fieldError(CodeBadText, "text", "the text is empty")
	case moved.length > limit:
		return "", moved, &Error{Code: CodeTextTooLong, Field: "text", Text: "the text is too long"}
	}
	return trimmed, moved, nil
}

// checkText refuses what is no text. Its bound on bytes keeps work small before anything is counted: three
// bytes make a UTF-16 code unit, and as much again may be white space.
func checkText(text string, limit uint32) error {
	switch {
	case len(text) > 2*3*int(limit):
		return &Error{Code: CodeTextTooLong, Field: "text", Text: "the text is too long"}
	case !utf8.ValidString(text):
		return fieldError(CodeBadText, "text", "the text is not UTF-8")
	case strings.ContainsFunc(text, forbiddenInText):
		return fieldError(CodeBadText, "text", "the text holds control characters")
	}
	return nil
}

// forbiddenInText reports control characters other than those that make lines, and code points that are no
// characters. Marks of direction are allowed: mixed text needs them.
func forbiddenInText(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	}
	return unicode.IsControl(r) || noncharacter(r)
}

func noncharacter(r rune) bool { return r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE }

// trimmable is white space, and what looks like nothing at the ends of a text. The marks that shape Persian
// words (ZWNJ, ZWJ) and set direction are not touched.
func trimmable(r rune) bool {
	return unicode.IsSpace(r) || r == 0x200B || r == 0x2060 || r == 0xFEFF || r == 0x180E
}

// visible reports whether a character leaves ink: a message of invisible ones is empty.
func visible(r rune) bool {
	switch r {
	case 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0, 0x034F, 0x17B4, 0x17B5:
		return false
	}
	return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Cc, unicode.Mn)
}

// shift says how parts of a text move when it is cleaned.
type shift struct {
	gone   []uint32 // UTF-16 offsets of the characters that joinLines took away
	front  uint32   // trimmed from the front after that
	length uint32   // what is left
}

// at returns where an offset has moved to.
func (s shift) at(offset uint32) uint32 {
	var before uint32
	for _, g := range s.gone {
		if g >= offset {
			break
		}
		before++
	}
	offset -= before
	if offset < s.front {
		return 0
	}
	return min(offset-s.front, s.length)
}

func (s shift) apply(e Entity) Entity {
	from, to := s.at(e.Offset), s.at(e.Offset+e.Length)
	e.Offset, e.Length = from, to-from
	return e
}

// joinLines makes every line end "\n" and returns the offsets of what it took away.
func joinLines(text string) (string, []uint32) {
	if !strings.ContainsAny(text, "\r\u2028\u2029") {
		return text, nil
	}
	var b strings.Builder
	var gone []uint32
	var at uint32
	for i, r := range text {
		switch {
		case r == '\r' && strings.HasPrefix(text[i+1:], "\n"):
			gone = append(gone, at)
		case r == '\r' || r == 0x2028 || r == 0x2029:
			b.WriteByte('\n')
		default:
			b.WriteRune(r)
		}
		at += width16(r)
	}
	return b.String(), gone
}

// CheckDraft checks an unsent text, which keeps its white space and may be half written.
func CheckDraft(text string, entities []Entity) ([]Entity, error) {
	if err := checkText(text, MaxText); err != nil {
		return nil, err
	}
	if Len16(text) > 2*MaxText {
		return nil, fieldError(CodeTextTooLong, "text", "the draft is too long")
	}
	if err := checkEntities(text, entities); err != nil {
		return nil, err
	}
	return entities, nil
}

// quotable are the kinds a quote keeps of its original.
var quotable = [...]bool{
	EntityBold: true, EntityItalic: true, EntityUnderline: true, EntityStrikethrough: true,
	EntitySpoiler: true, EntityCustomEmoji: true,
}

// composeQuote cleans a quote. A quote is part of a text: it is neither trimmed nor searched for addresses.
func composeQuote(quote string, entities []Entity) (string, []Entity, error) {
	if err := checkText(quote, MaxQuote); err != nil {
		return "", nil, err
	}
	if Len16(quote) > MaxQuote {
		return "", nil, fieldError(CodeTextTooLong, "reply.quote", "the quote is too long")
	}
	if err := checkEntities(quote, entities); err != nil {
		return "", nil, err
	}
	var kept []Entity
	for _, e := range entities {
		if int(e.Kind) < len(quotable) && quotable[e.Kind] && e.Length > 0 {
			kept = append(kept, e)
		}
	}
	return quote, normalise(quote, kept), nil
}

// findQuote returns where a quote begins in the original: at the offset the writer gave, else where it is
// found first, because the original may have been edited before the quote.
func findQuote(original, quote string, offset uint32) (uint32, bool) {
	if Slice16(original, offset, Len16(quote)) == quote {
		return offset, true
	}
	i := strings.Index(original, quote)
	if i < 0 {
		return 0, false
	}
	return Len16(original[:i]), true
}

// cleanLine makes a title or a name fit to be stored: one line that can be seen.
func cleanLine(s string, limit uint32, field string) (string, error) {
	s, err := cleanOptional(s, limit, field)
	if err == nil && s == "" {
		err = fieldError(CodeBadText, field, "it is empty")
	}
	return s, err
}

// CleanLabel trims the label of a link, which may be empty. It fails with CodeTextTooLong or CodeBadText.
func CleanLabel(s string) (string, error) { return cleanOptional(s, MaxLinkLabel, "label") }

// cleanOptional is cleanLine for what may be empty.
func cleanOptional(s string, limit uint32, field string) (string, error) {
	switch {
	case len(s) > 2*3*int(limit):
		return "", fieldError(CodeTextTooLong, field, "too long")
	case !utf8.ValidString(s):
		return "", fieldError(CodeBadText, field, "not UTF-8")
	}
	s = strings.TrimFunc(s, edgeOfLine)
	switch {
	case s == "":
		return "", nil
	case strings.ContainsFunc(s, forbiddenInLine):
		return "", fieldError(CodeBadText, field, "it holds characters that names may not hold")
	case !strings.ContainsFunc(s, visible):
		return "", fieldError(CodeBadText, field, "nothing of it can be seen")
	case !balanced(s):
		return "", fieldError(CodeBadText, field, "its marks of direction are not closed")
	case hidden(s):
		return "", fieldError(CodeBadText, field, "it holds characters that cannot be seen")
	case Len16(s) > limit:
		return "", fieldError(CodeTextTooLong, field, "too long")
	}
	return s, nil
}

// cleanAbout makes a description fit to be stored: it may have lines and may be empty.
func cleanAbout(s string) (string, error) {
	if strings.TrimFunc(s, trimmable) == "" && utf8.ValidString(s) {
		return "", nil
	}
	out, _, err := cleanText(s, MaxAbout)
	if err == nil && !balanced(out) {
		err = fieldError(CodeBadText, "about", "its marks of direction are not closed")
	}
	if e, ok := err.(*Error); ok {
		e.Field = "about"
	}
	return out, err
}

const (
	zwnj = 0x200C
	zwj  = 0x200D
)

// edgeOfLine is what goes from both ends of a name: white space and everything that shows nothing there.
func edgeOfLine(r rune) bool {
	return trimmable(r) || r == zwnj || r == zwj || r == 0x200E || r == 0x200F
}

// forbiddenInLine is what no name may hold: control characters, line ends, overrides of direction (which
// would turn around what stands beside the name) and characters without ink that only serve to imitate.
func forbiddenInLine(r rune) bool {
	switch {
	case r >= 0x202A && r <= 0x202E, r == 0x2028, r == 0x2029:
		return true
	case r == 0x200B, r == 0x2060, r == 0xFEFF, r == 0x180E, r == 0x00AD, r == 0x034F:
		return true
	case r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x2800:
		return true
	case r >= 0x2061 && r <= 0x2064, r >= 0x206A && r <= 0x206F, r >= 0xFFF9 && r <= 0xFFFB:
		return true
	}
	return unicode.IsControl(r) || noncharacter(r)
}

// balanced reports whether every isolate is closed and nothing else is, so that a name cannot change the
// direction of what follows it.
func balanced(s string) bool {
	depth := 0
	for _, r := range s {
		switch r {
		case 0x2066, 0x2067, 0x2068:
			depth++
		case 0x2069:
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

// hidden reports a joiner or non-joiner that joins nothing: ZWNJ belongs between Arabic or Indic letters,
// ZWJ also inside emoji; doubled or elsewhere they only make one name look like another.
func hidden(s string) bool {
	var before rune
	rest := []rune(s)
	for i, r := range rest {
		if r != zwnj && r != zwj {
			before = r
			continue
		}
		if i+1 >= len(rest) || !joins(before) || !joins(rest[i+1]) {
			return true
		}
		before = r
	}
	return false
}

// joins reports whether a joiner beside the character has an effect.
func joins(r rune) bool {
	if r == zwnj || r == zwj {
		return false
	}
	return r > 0x24F && !unicode.IsSpace(r)
}
