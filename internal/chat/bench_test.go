// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"strings"
	"testing"
)

// messages are of the size people write, 60 to 150 characters.
var messages = [...]struct{ name, text string }{
	{"plain", "سلام، امروز ساعت پنج همان جای همیشگی هم را ببینیم؟ اگر دیر شد خبر می‌دهم"},
	{"dots", "I was there. You were not. So it goes. Anyway, tell me when you are back in town, ok? See you..."},
	{"links", "ببین https://example.org/a/b?c=d و به @reza_1 هم بگو #خبر example.com/x"},
	{"long", strings.Repeat("متنی بلند با نقطه. و ادامه‌ی آن ", 100)},
}

func BenchmarkDecideSend(b *testing.B) {
	for _, m := range messages {
		b.Run(m.name, func(b *testing.B) {
			f, cmd := inGroup(), Send{Text: m.text}
			b.ReportAllocs()
			for b.Loop() {
				_ = NeedsOf(f.Chat, 1, cmd)
				if _, err := Decide(f, reza, cmd, noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLink(b *testing.B) {
	e := Entry{Log: 1, Seq: 1, Body: []byte(messages[0].text)}
	for b.Loop() {
		e.Chain = Link(e.Chain, &e)
	}
}
