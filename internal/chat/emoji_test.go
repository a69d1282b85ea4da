// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestAnEmojiIsOnePictureAndNothingElse(t *testing.T) {
	for _, good := range []string{
		"👍", "👍🏽", "❤️", "❤", "☪️", "🇮🇷", "1️⃣", "#⃣", "👨‍👩‍👧‍👦", "❤️‍🔥", "🏳️‍🌈",
		"🧑🏻‍❤️‍💋‍🧑🏼", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
	} {
		if !IsEmoji(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []string{
		"", "a", "7", "#", "سلام", "buy at scam.example", "👍👍", "👍 ", "\n", "👍\n", "🇮", "🇮🇷🇮",
		"👍\u200d", "\u200d👍",
		"\ufe0f", "🏽", "👍a", "1️", "\xff", "👍\xff", "🏴\U000E0068\U000E0069\U000E007F",
		strings.Repeat("👍\u200d", 9) + "👍",
		"❤️️", "<b>",
	} {
		if IsEmoji(bad) {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestEveryEmojiOfThePickerIsTaken(t *testing.T) {
	source, err := os.ReadFile("../../web/src/ui/composer/emoji.ts")
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, row := range regexp.MustCompile(`'([^'\n]*[^\x00-\x7f][^'\n]*)'`).FindAllSubmatch(source, -1) {
		for emoji := range strings.FieldsSeq(string(row[1])) {
			if taken++; !IsEmoji(emoji) {
				t.Errorf("%q is offered and refused", emoji)
			}
		}
	}
	if taken < 100 {
		t.Errorf("the picker offers %d", taken)
	}
}

func FuzzAnEmojiHoldsNoWords(f *testing.F) {
	for _, seed := range []string{"👍", "1️⃣", "🇮🇷", "👨‍👩‍👧‍👦", "a", "👍\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !IsEmoji(text) {
			return
		}
		if !utf8.ValidString(text) || len(text) > maxEmoji {
			t.Fatalf("%q", text)
		}
		words := func(r rune) bool { // the sign of information is a letter to Unicode
			return unicode.IsLetter(r) && r != 0x2139 || unicode.IsSpace(r)
		}
		if strings.ContainsFunc(text, words) {
			t.Fatalf("%q holds a letter or a space", text)
		}
		if text[0] >= 'A' && text[0] <= 0x7f {
			t.Fatalf("%q begins with a letter", text)
		}
	})
}
