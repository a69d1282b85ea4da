// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// entitiesFrom reads entities out of arbitrary bytes, five bytes each.
func entitiesFrom(raw []byte) []Entity {
	var out []Entity
	for len(raw) >= 5 && len(out) < MaxEntities+2 {
		e := Entity{
			Kind:   EntityKind(raw[0] % 23),
			Offset: uint32(binary.LittleEndian.Uint16(raw[1:]) % 64),
			Length: uint32(binary.LittleEndian.Uint16(raw[3:]) % 64),
		}
		switch e.Kind {
		case EntityTextLink:
			e.Value = [...]string{"https://a.ir", "example.com", "javascript:x"}[raw[1]%3]
		case EntityTextMention:
			e.Account = AccountID(raw[1] % 3)
		case EntityCustomEmoji:
			e.Value = "123"
		}
		out = append(out, e)
		raw = raw[5:]
	}
	return out
}

// wellFormed fails unless entities are as they are stored: inside the text, cutting no character, sorted and
// nested, nothing in code, no quote in a quote and no link in a link.
func wellFormed(t interface{ Fatalf(string, ...any) }, text string, entities []Entity) {
	units := utf16.Encode([]rune(text))
	if len(entities) > MaxEntities {
		t.Fatalf("%d entities", len(entities))
	}
	for i, e := range entities {
		if e.Length == 0 || uint64(e.Offset)+uint64(e.Length) > uint64(len(units)) {
			t.Fatalf("%v lies outside %q", e, text)
		}
		if splits(units, uint64(e.Offset)) || splits(units, uint64(e.end())) {
			t.Fatalf("%v cuts a character of %q", e, text)
		}
		for _, o := range entities[:i] {
			if o.Offset > e.Offset || o.Offset == e.Offset && o.Length < e.Length {
				t.Fatalf("%v before %v", o, e)
			}
			if !e.overlaps(o) {
				continue
			}
			same := e.Kind.layer() == o.Kind.layer() && (e.Kind.layer() != layerStyle || e.Kind == o.Kind)
			mono := e.Kind.layer() == layerMono && o.Kind.layer() > layerMono || o.Kind.layer() == layerMono
			if same || mono || !o.contains(e) {
				t.Fatalf("%v and %v do not nest in %q", o, e, text)
			}
		}
	}
}

var seeds = []string{
	"", " ", "hello", "سلام @reza_1 و #خبر", "a\r\nb\rc\u2028d", "😀👨‍👩‍👧‍👦",
	"see https://a.ir/x_(y)). ok", "\x00",
	"a@b.co +98 912 345 6789 $TON /start@x_bot", "\u200b\u2060", "\xff\xfe", strings.Repeat("ب ", 300),
	"‏می‌خواهم‏ example.com", "http://http://http://", "@@@@####$$$$////++++", "a.a.a.a.a.ir:99999999/",
}

func FuzzCompose(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, []byte{1, 0, 0, 4, 0, 2, 2, 0, 9, 0, 6, 1, 0, 3, 0, 8, 0, 0, 6, 0, 17, 0, 0, 5, 0})
	}
	f.Fuzz(func(t *testing.T, text string, raw []byte) {
		entities := entitiesFrom(raw)
		out, kept, err := Compose(text, entities)
		if err != nil {
			switch CodeOf(err) {
			case CodeBadText, CodeTextTooLong, CodeBadEntity, CodeTooMany:
				return
			}
			t.Fatalf("code of %v", err)
		}
		bad := !utf8.ValidString(out) || strings.ContainsFunc(out, forbiddenInText)
		if bad || out == "" || Len16(out) > MaxText {
			t.Fatalf("stored %q", out)
		}
		wellFormed(t, out, kept)
		again, same, err := Compose(out, kept)
		if err != nil || again != out || !slices.Equal(kept, same) {
			t.Fatalf("composed again:\n%q %v\n%q %v (%v)", out, kept, again, same, err)
		}
	})
}

func FuzzDetect(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		units := utf16.Encode([]rune(text))
		var end uint32
		for _, e := range Detect(text) {
			if e.Offset < end || e.Length == 0 || int(e.end()) > len(units) || e.Kind.layer() != layerLink {
				t.Fatalf("%v in %q", e, text)
			}
			if splits(units, uint64(e.Offset)) || splits(units, uint64(e.end())) {
				t.Fatalf("%v cuts a character of %q", e, text)
			}
			end = e.end()
		}
	})
}

func TestCrossingStylesAlwaysEndUpNested(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab .😀ی\n@")), 1, 40, -1).Draw(t, "text")
		units := utf16.Encode([]rune(text))
		n := rapid.IntRange(0, 12).Draw(t, "n")
		var entities []Entity
		for range n {
			from := rapid.IntRange(0, len(units)).Draw(t, "from")
			to := rapid.IntRange(from, len(units)).Draw(t, "to")
			if splits(units, uint64(from)) || splits(units, uint64(to)) {
				continue
			}
			entities = append(entities, Entity{
				Kind:   EntityKind(rapid.IntRange(1, 20).Draw(t, "kind")),
				Offset: uint32(from), Length: uint32(to - from), Value: "https://a.ir", Account: 5,
			})
		}
		slices.Reverse(entities)
		first := normalise(text, entities)
		wellFormed(t, text, first)
		if again := normalise(text, first); !slices.Equal(first, again) {
			t.Fatalf("%v becomes %v", first, again)
		}
		slices.Reverse(entities)
		if other := normalise(text, entities); !slices.Equal(first, other) {
			t.Fatalf("the order in which they are sent matters: %v, %v", first, other)
		}
		covered := func(entities []Entity, at uint32) bool {
			return slices.ContainsFunc(entities, func(e Entity) bool {
				return e.Kind == EntityBold && e.Offset <= at && at < e.end()
			})
		}
		mono := func(at uint32) bool {
			return slices.ContainsFunc(first, func(e Entity) bool {
				return e.Kind.layer() == layerMono && e.Offset <= at && at < e.end()
			})
		}
		for at := range uint32(len(units)) {
			white := strings.ContainsRune(" \n", rune(units[at]))
			if covered(first, at) != covered(entities, at) && !white && !mono(at) {
				t.Fatalf("boldness at %d is lost: %v, %v", at, entities, first)
			}
		}
	})
}

// TestTimeIsLinearInTheText allows hundreds of times what it takes; quadratic time takes longer still.
// Whatever else the machine is busy with, it is not so in each of several tries.
func TestTimeIsLinearInTheText(t *testing.T) {
	for _, unit := range []string{
		"a.", "@", "#", "a@", "a@a.", "http://", "+1", "+1 ", "/a", "$A", "(", "https://a.ir/(", "a-", ".", "😀",
		"x ",
		"@aaaaa", "#a#", "a.b/", "\u200c", "[", "www.", "::", "/", "+", "a+",
	} {
		text := strings.Repeat(unit, 100_000/len(unit))
		took := time.Duration(math.MaxInt64)
		for try := 0; try < 4 && took > 5*time.Second; try++ {
			start := time.Now()
			Detect(text)
			took = min(took, time.Since(start))
		}
		if took > 5*time.Second {
			t.Errorf("%d bytes of %q took %v", len(text), unit, took)
		}
	}
}

func TestOffsetsCountUTF16(t *testing.T) {
	const text = "aی😀b"
	if Len16(text) != 5 {
		t.Errorf("length %d", Len16(text))
	}
	for _, c := range []struct {
		offset, length uint32
		want           string
	}{
		{0, 1, "a"}, {1, 1, "ی"}, {2, 2, "😀"}, {4, 1, "b"}, {0, 5, text}, {3, 2, "b"}, {9, 1, ""}, {4, 9, "b"},
		{1, 0, ""},
	} {
		if got := Slice16(text, c.offset, c.length); got != c.want {
			t.Errorf("%d+%d: %q, want %q", c.offset, c.length, got, c.want)
		}
	}
}

func TestTitlesAndNamesAreOneVisibleLine(t *testing.T) {
	for _, c := range []struct {
		in, out string
		code    Code
	}{
		{"  دوستان \n", "دوستان", 0},
		{"می‌خواهم", "می‌خواهم", 0},
		{"\u2067سلام\u2069 x", "\u2067سلام\u2069 x", 0},
		{"👨‍👩‍👧 خانواده", "👨‍👩‍👧 خانواده", 0},
		{"‌‌سلام‌", "سلام", 0},
		{strings.Repeat("ی", MaxTitle), strings.Repeat("ی", MaxTitle), 0},
		{strings.Repeat("ی", MaxTitle+1), "", CodeTextTooLong},
		{strings.Repeat("ی", 100_000), "", CodeTextTooLong},
		{"", "", CodeBadText},
		{" \u200b\u200c ", "", CodeBadText},
		{"a\nb", "", CodeBadText},
		{"a\tb", "", CodeBadText},
		{"a\x00b", "", CodeBadText},
		{"a\u202eb", "", CodeBadText},
		{"a\u2067b", "", CodeBadText},
		{"a\u2069b", "", CodeBadText},
		{"ad\u200bmin", "", CodeBadText},
		{"ad\u200cmin", "", CodeBadText},
		{"سل\u200c\u200cام", "", CodeBadText},
		{"a\u00adb", "", CodeBadText},
		{"\u3164", "", CodeBadText},
		{"\xff", "", CodeBadText},
	} {
		out, err := cleanLine(c.in, MaxTitle, "title")
		if out != c.out || CodeOf(err) != c.code {
			t.Errorf("%q: %q, %v; want %q, %v", c.in, out, err, c.out, c.code)
		}
		if err != nil && err.(*Error).Field != "title" {
			t.Errorf("%q blames %q", c.in, err.(*Error).Field)
		}
	}
}

func TestDescriptionsMayBeEmptyAndHaveLines(t *testing.T) {
	for _, c := range []struct {
		in, out string
		code    Code
	}{
		{"", "", 0}, {" \n ", "", 0}, {" a\nb ", "a\nb", 0}, {"a\u2067b", "", CodeBadText},
		{"\xff", "", CodeBadText}, {strings.Repeat("a", MaxAbout+1), "", CodeTextTooLong},
	} {
		out, err := cleanAbout(c.in)
		if err == nil && out != c.out || CodeOf(err) != c.code {
			t.Errorf("%q: %q, %v", c.in, out, err)
		}
		if err != nil && err.(*Error).Field != "about" {
			t.Errorf("%q blames %q", c.in, err.(*Error).Field)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"reza_1", "admin", "@zolal", "", "rnrnrn", "vvvvv", "\xff", "رضا"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		fold, look := FoldName(name), Skeleton(name)
		if !strings.HasPrefix(fold, "@") && FoldName(fold) != fold {
			t.Fatalf("%q folds to %q and that to %q", name, fold, FoldName(fold))
		}
		if Skeleton(fold) != look && !strings.HasPrefix(fold, "@") {
			t.Fatalf("%q looks like %q, folded like %q", name, look, Skeleton(fold))
		}
		if CheckName(name) != nil {
			return
		}
		odd := strings.ContainsFunc(name, func(r rune) bool { return !word(r) })
		if len(name) < MinName || len(name) > MaxName || odd {
			t.Fatalf("%q is a name", name)
		}
		if Reserved(name) {
			t.Fatalf("%q is reserved and given out", name)
		}
	})
}

func FuzzImported(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, []byte{1, 0, 0, 4, 0, 8, 0, 0, 6, 0})
	}
	f.Fuzz(func(t *testing.T, text string, raw []byte) {
		in := &Message{
			Text: text, Entities: entitiesFrom(raw), Imported: &Imported{Author: text, Number: 1},
			Reply: &Reply{Quote: text, QuoteEntities: entitiesFrom(raw)}, Forward: &Forward{Name: text},
			Attachments: []Attachment{{Kind: "photo", Name: text}},
		}
		if err := (Import{Message: in}).Valid(); err != nil {
			if CodeOf(err) != CodeTextTooLong {
				t.Fatal(err)
			}
			return
		}
		out := importedMessage(in)
		for _, s := range []string{
			out.Text, out.Imported.Author, out.Reply.Quote, out.Forward.Name, out.Attachments[0].Name,
		} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Fatalf("stored %q", s)
			}
		}
		if len(out.Entities) <= MaxEntities {
			wellFormed(t, out.Text, out.Entities)
		}
	})
}
