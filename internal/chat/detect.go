// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"strings"
	"unicode"
)

// Detect returns what a reader can act on in a text: addresses of pages and of mail, mentions, hashtags,
// cashtags, commands and phone numbers. The ranges are sorted and do not overlap. Its time is linear in the
// length of the text.
func Detect(text string) []Entity {
	if !strings.ContainsAny(text, "@#$/.+") {
		return nil
	}
	r := takeApart(text)
	r.mail = strings.Contains(text, "@")
	var found []Entity
	for i := 0; i < len(r.at); {
		kind, to := detectAt(r, i)
		if to <= i {
			i++
			continue
		}
		found = append(found, r.entity(kind, i, to))
		i = to
	}
	return found
}

// detectAt tells what begins at a character and where it ends; 0 if nothing does.
func detectAt(r runes, i int) (EntityKind, int) {
	before := r.peek(i - 1)
	switch c := r.at[i]; c {
	case '@':
		return EntityMention, mentionAt(r, i, before)
	case '#':
		return EntityHashtag, hashtagAt(r, i, before)
	case '$':
		return EntityCashtag, cashtagAt(r, i, before)
	case '/':
		return EntityBotCommand, commandAt(r, i, before)
	case '+':
		return EntityPhone, phoneAt(r, i, before)
	default:
		if !hostRune(c) || addressRune(before) {
			return 0, 0
		}
	}
	if to := schemeURL(r, i); to > 0 {
		return EntityURL, to
	}
	if r.mail {
		if to := emailAt(r, i); to > 0 {
			return EntityEmail, to
		}
	}
	if before == '/' || before == '#' || before == '$' {
		return 0, 0
	}
	if to := domainAt(r, i); to > 0 {
		return EntityURL, restOfURL(r, to)
	}
	return 0, 0
}

// word reports a Latin letter, a digit or an underscore: what names are made of.
func word(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

func latin(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c rune) bool { return c >= '0' && c <= '9' }

// letterLike reports a character of a word in any script.
func letterLike(c rune) bool {
	return word(c) || c > 0x7F && (unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c))
}

// hostRune reports what a host name begins with; addressRune what may stand inside an address, so that none
// begins after it.
func hostRune(c rune) bool { return letterLike(c) && c != '_' }
func addressRune(c rune) bool {
	return letterLike(c) || c != 0 && strings.ContainsRune("@.-%+", c)
}

// while returns the end of the run of characters that satisfy ok.
func (r runes) while(i int, ok func(rune) bool) int {
	for i < len(r.at) && ok(r.at[i]) {
		i++
	}
	return i
}

func mentionAt(r runes, i int, before rune) int {
	if letterLike(before) || before == '@' || before == '/' {
		return 0
	}
	to := r.while(i+1, word)
	n := to - i - 1
	if n < MinName || n > MaxName || !latin(r.at[i+1]) || letterLike(r.peek(to)) {
		return 0
	}
	return to
}

// maxHashtag is the longest hashtag in characters, as in Telegram.
const maxHashtag = 256

func hashtagAt(r runes, i int, before rune) int {
	if letterLike(before) || before == '#' || before == '/' || before == '&' {
		return 0
	}
	letters := false
	to := r.while(i+1, func(c rune) bool {
		letters = letters || unicode.IsLetter(c)
		return letterLike(c) || c == zwnj || c == 0xB7
	})
	for to > i+1 && (r.at[to-1] == zwnj || r.at[to-1] == 0xB7) {
		to--
	}
	if !letters || to-i-1 > maxHashtag || r.peek(to) == '#' {
		return 0
	}
	if r.peek(to) == '@' {
		// A hashtag of one channel, as in #news@channel.
		if end := mentionAt(r, to, 0); end > 0 {
			return end
		}
	}
	return to
}

func cashtagAt(r runes, i int, before rune) int {
	if letterLike(before) || before == '$' {
		return 0
	}
	to := r.while(i+1, func(c rune) bool { return c >= 'A' && c <= 'Z' })
	if n := to - i - 1; n < 1 || n > 8 || letterLike(r.peek(to)) || r.peek(to) == '$' {
		return 0
	}
	return to
}

func commandAt(r runes, i int, before rune) int {
	if letterLike(before) || before != 0 && strings.ContainsRune("/<>.:@-?=&%#+~", before) {
		return 0
	}
	to := r.while(i+1, word)
	if n := to - i - 1; n < 1 || n > 64 || !latin(r.at[i+1]) {
		return 0
	}
	if r.peek(to) == '@' {
		end := r.while(to+1, word)
		if n := end - to - 1; n < 3 || n > MaxName {
			return 0
		}
		to = end
	}
	if next := r.peek(to); letterLike(next) || next == '/' || next == '<' || next == '>' {
		return 0
	}
	return to
}

// phoneAt finds numbers in their international form, which begins with a plus. Without it any long number
// would be one. A bracket belongs to the number only with its other half: what one opens and does not close,
// or closes and did not open, is of the sentence around it.
func phoneAt(r runes, i int, before rune) int {
	if letterLike(before) || before == '+' {
		return 0
	}
	digits, to := 0, i+1 // of the number so far
	last, more, open := i+1, 0, false
	for j := i + 1; j < len(r.at); j++ {
		c, next := r.at[j], r.peek(j+1)
		if digit(c) {
			last, more = j+1, more+1
			if !open {
				digits, to, more = digits+more, last, 0
			}
			continue
		}
		goesOn := digit(next) || next == '(' || next == ' '
		if !strings.ContainsRune(" -()", c) || digits == 0 || !goesOn || j-last > 1 {
			break
		}
		if c == '(' && open || c == ')' && !open {
			break
		}
		open = c == '(' || open && c != ')'
	}
	if digits < 7 || digits > 15 || r.at[i+1] == '0' || letterLike(r.peek(to)) {
		return 0
	}
	return to
}

// schemeURL finds an address that says it is one.
func schemeURL(r runes, i int) int {
	if c := r.at[i] | 0x20; c != 'h' && c != 'z' {
		return 0
	}
	for _, scheme := range [...]string{"https://", "http://", "zolal://"} {
		if !r.hasFold(i, scheme) {
			continue
		}
		host := i + len(scheme)
		to := r.while(host, func(c rune) bool { return letterLike(c) || c == '.' || c == '-' })
		for to > host && (r.at[to-1] == '.' || r.at[to-1] == '-') {
			to--
		}
		if to == host || r.peek(to) == '@' {
			return 0
		}
		return restOfURL(r, to)
	}
	return 0
}

// hasFold reports whether a word of small Latin letters and signs stands at i, in letters of either case.
func (r runes) hasFold(i int, s string) bool {
	if i+len(s) > len(r.at) {
		return false
	}
	for k, c := range []byte(s) {
		have := r.at[i+k]
		if have >= 'A' && have <= 'Z' {
			have += 'a' - 'A'
		}
		if have != rune(c) {
			return false
		}
	}
	return true
}

// trailing are the signs that end a sentence, not an address.
const trailing = ".,:;!?'\"…،؛؟*_~"

// restOfURL returns where an address ends whose host ends at to: after its port, path, query and fragment,
// without the punctuation of the sentence it stands in.
func restOfURL(r runes, to int) int {
	if r.peek(to) == ':' {
		if end := r.while(to+1, digit); end > to+1 && end <= to+6 {
			to = end
		}
	}
	if c := r.peek(to); c != '/' && c != '?' && c != '#' {
		return to
	}
	end := r.while(to, inURL)
	return trimURL(r, to, end)
}

// inURL reports a character that may stand in a path.
func inURL(c rune) bool {
	if unicode.IsSpace(c) || unicode.IsControl(c) || c == 0x200B || c == 0xFEFF {
		return false
	}
	return !strings.ContainsRune("<>\"«»“”‘’`{}|\\^", c)
}

// trimURL takes punctuation and closing brackets that nothing in the path opens off the end.
func trimURL(r runes, from, end int) int {
	open := map[rune]int{}
	for _, c := range r.at[from:end] {
		open[c]++
	}
	for end > from {
		c := r.at[end-1]
		switch {
		case strings.ContainsRune(trailing, c):
		case c == ')' && open[')'] > open['(']:
		case c == ']' && open[']'] > open['[']:
		default:
			return end
		}
		open[c]--
		end--
	}
	return end
}

// domainAt returns where a host name with a known ending ends, 0 if none begins at i.
func domainAt(r runes, i int) int {
	to := r.while(i, func(c rune) bool { return letterLike(c) || c == '.' || c == '-' })
	if r.peek(to) == '@' {
		return 0
	}
	for to > i && (r.at[to-1] == '.' || r.at[to-1] == '-') {
		to--
	}
	if !slices.Contains(r.at[i:to], '.') {
		return 0
	}
	labels := strings.Split(string(r.at[i:to]), ".")
	if slices.ContainsFunc(labels, badLabel) || !knownEnding(labels[len(labels)-1]) {
		return 0
	}
	return to
}

// badLabel reports what is no part of a host name.
func badLabel(label string) bool {
	return label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") ||
		strings.Contains(label, "_")
}

// emailAt finds an address of mail.
func emailAt(r runes, i int) int {
	at := r.while(i, func(c rune) bool { return word(c) || c == '.' || c == '%' || c == '+' || c == '-' })
	if at == i || at-i > 64 || r.peek(at) != '@' || r.at[at-1] == '.' {
		return 0
	}
	to := r.while(at+1, func(c rune) bool { return latin(c) || digit(c) || c == '.' || c == '-' })
	if letterLike(r.peek(to)) {
		return 0
	}
	for to > at+1 && (r.at[to-1] == '.' || r.at[to-1] == '-') {
		to--
	}
	labels := strings.Split(string(r.at[at+1:to]), ".")
	end := labels[len(labels)-1]
	if len(labels) < 2 || slices.ContainsFunc(labels, badLabel) {
		return 0
	}
	if len(end) < 2 || strings.ContainsFunc(end, digit) {
		return 0
	}
	return to
}
