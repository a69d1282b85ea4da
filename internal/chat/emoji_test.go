// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"encoding/json"
	"os"
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
	source, err := os.ReadFile("../../web/src/ui/composer/signs/list.json")
	if err != nil {
		t.Fatal(err)
	}
	var groups map[string]string
	if err := json.Unmarshal(source, &groups); err != nil {
		t.Fatal(err)
	}
	offered := 0
	for _, row := range groups {
		for sign := range strings.FieldsSeq(row) {
			plain, toned := strings.CutSuffix(sign, "*")
			forms := []string{plain}
			if first, size := utf8.DecodeRuneInString(plain); toned {
				rest := strings.TrimPrefix(plain[size:], "\ufe0f")
				for tone := rune(0x1f3fb); tone <= 0x1f3ff; tone++ {
					forms = append(forms, string(first)+string(tone)+rest)
				}
			}
			for _, form := range forms {
				if offered++; !IsEmoji(form) {
					t.Errorf("%q is offered and refused", form)
				}
			}
		}
	}
	if offered < 3000 {
		t.Errorf("the picker offers %d", offered)
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
