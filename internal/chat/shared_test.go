// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shared opens a file of the private test data, or skips where it is not there.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("ZOLAL_SHARED")
	if dir == "" {
		dir = "../../../shared/data"
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("no private test data here")
	}
	return path
}

func TestPersianSentencesAreStoredAsTheyAre(t *testing.T) {
	f, err := os.Open(shared(t, "persian/modern_ud_sentences.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	n, marked := 0, 0
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		n++
		out, entities, err := Compose(text, nil)
		if err != nil || out != text {
			t.Fatalf("%q became %q (%v)", text, out, err)
		}
		for _, e := range entities {
			marked++
			t.Logf("%d %q in %q", e.Kind, Slice16(out, e.Offset, e.Length), out)
		}
		if fold := SearchFold(text); SearchFold(fold) != fold {
			t.Errorf("%q folds twice differently", text)
		}
	}
	if n < 4000 || marked > n/100 {
		t.Errorf("%d sentences, %d things found in them that are hardly there", n, marked)
	}
}

// telegramKinds are the kinds that Telegram finds in a text by itself, as its exports call them.
var telegramKinds = map[string]EntityKind{
	"link": EntityURL, "email": EntityEmail, "mention": EntityMention, "hashtag": EntityHashtag,
	"cashtag": EntityCashtag, "bot_command": EntityBotCommand,
}

type piece struct{ Type, Text string }

func TestDetectionAgreesWithTelegram(t *testing.T) {
	paths, err := filepath.Glob(filepath.Dir(shared(t, "telegram/S6_old2020_numeric_from_id.json")) + "/*.json")
	if err != nil {
		t.Fatal(err)
	}
	agreed, differ := 0, 0
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var export struct {
			Messages []struct {
				ID   int64
				Text json.RawMessage
			}
		}
		if err := json.Unmarshal(raw, &export); err != nil {
			t.Logf("%s: %v", filepath.Base(path), err)
			continue
		}
		for _, m := range export.Messages {
			text, want, styled := piecesOf(m.Text)
			if text == "" || styled {
				continue
			}
			var got []piece
			for _, e := range Detect(text) {
				for name, kind := range telegramKinds {
					if kind == e.Kind {
						got = append(got, piece{name, Slice16(text, e.Offset, e.Length)})
					}
				}
			}
			if slices.Equal(got, want) {
				agreed += len(want)
				continue
			}
			differ++
			t.Logf("%s %d:\ngot  %q\nwant %q", filepath.Base(path), m.ID, got, want)
		}
	}
	// Exports flatten what is bold and a link at once, and one of them was made up.
	if agreed < 100 || differ > agreed/20 {
		t.Errorf("%d found alike, %d messages differ", agreed, differ)
	}
}

// piecesOf takes a text of an export apart; styled says that its author marked some of it by hand.
func piecesOf(raw json.RawMessage) (text string, found []piece, styled bool) {
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		json.Unmarshal(raw, &text)
		return text, nil, false
	}
	for _, part := range parts {
		var p piece
		if json.Unmarshal(part, &p.Text) == nil {
			text += p.Text
			continue
		}
		json.Unmarshal(part, &p)
		text += p.Text
		if _, ok := telegramKinds[p.Type]; ok {
			found = append(found, p)
		} else if p.Type != "bold" && p.Type != "italic" && p.Type != "blockquote" && p.Type != "underline" {
			styled = true
		}
	}
	return text, found, styled
}
