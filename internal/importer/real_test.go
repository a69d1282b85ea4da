// SPDX-License-Identifier: AGPL-3.0-or-later

package importer_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/importer"
)

// told is what one line of an export says, read by other means than the importer's, or what its entry says.
type told struct {
	Number  int64
	Service string // its action
	At      chat.Millis
	Edited  chat.Millis
	Author  string
	Text    string
	Marks   map[int]string // kinds of formatting at each place of the text that is no blank, and values
	Reply   int64          // number of the line replied to, where that is here
	Replies bool
	Forward string
	Media   int
}

// kindsThere gives our kind for each run of the exports, as the documentation of the format has them.
func kindsThere() map[string]chat.EntityKind {
	return map[string]chat.EntityKind{
		"bold": chat.EntityBold, "italic": chat.EntityItalic, "underline": chat.EntityUnderline,
		"strikethrough": chat.EntityStrikethrough, "spoiler": chat.EntitySpoiler, "code": chat.EntityCode,
		"pre": chat.EntityPre, "text_link": chat.EntityTextLink, "link": chat.EntityURL, "email": chat.EntityEmail,
		"phone": chat.EntityPhone, "mention": chat.EntityMention, "hashtag": chat.EntityHashtag,
		"cashtag": chat.EntityCashtag, "bot_command": chat.EntityBotCommand, "blockquote": chat.EntityBlockquote,
		"custom_emoji": chat.EntityCustomEmoji, "bank_card": chat.EntityBankCard,
	}
}

// textThere joins the runs of a text.
func textThere(v any, kinds map[string]chat.EntityKind) (text string, entities []chat.Entity) {
	list, ok := v.([]any)
	if !ok {
		text, _ = v.(string)
		return text, nil
	}
	at := 0
	for _, one := range list {
		run, ok := one.(map[string]any)
		if !ok {
			run = map[string]any{"text": one, "type": "plain"}
		}
		part, _ := run["text"].(string)
		kind, _ := run["type"].(string)
		n := len(utf16.Encode([]rune(part)))
		e := chat.Entity{Kind: kinds[kind], Offset: uint32(at), Length: uint32(n)}
		text, at = text+part, at+n
		if run["collapsed"] == true {
			e.Kind = chat.EntityExpandableBlockquote
		}
		switch e.Kind {
		case chat.EntityTextLink:
			e.Value, _ = run["href"].(string)
		case chat.EntityCustomEmoji: // where the export gives a path instead of its id, it is a plain emoji here
			e.Value, _ = run["document_id"].(string)
			if _, err := strconv.ParseUint(e.Value, 10, 64); err != nil {
				continue
			}
		}
		if e.Kind != 0 && n > 0 {
			entities = append(entities, e)
		}
	}
	return text, entities
}

// marks tells of each place of a text how it is formatted: joined or cut, formatting is the same there.
// Blanks are left out, because formatting ends before them.
func marks(text string, entities []chat.Entity) map[int]string {
	units := utf16.Encode([]rune(text))
	at := map[int][]string{}
	for _, e := range entities {
		for i := int(e.Offset); i < int(e.Offset+e.Length); i++ {
			if !unicode.IsSpace(rune(units[i])) {
				at[i] = append(at[i], fmt.Sprintf("%d %s", e.Kind, e.Value))
			}
		}
	}
	all := map[int]string{}
	for i, kinds := range at {
		slices.Sort(kinds)
		all[i] = strings.Join(kinds, ", ")
	}
	return all
}

func timeThere(t *testing.T, line map[string]any, field string) chat.Millis {
	t.Helper()
	if unix, ok := line[field+"_unixtime"].(string); ok {
		s, err := strconv.ParseInt(unix, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return chat.Millis(s * 1000)
	}
	local, ok := line[field].(string)
	if !ok {
		return 0
	}
	at, err := time.Parse("2006-01-02T15:04:05", local)
	if err != nil {
		t.Fatal(err)
	}
	return chat.Millis(at.UnixMilli())
}

// exported reads an export with another decoder than the importer.
func exported(t *testing.T, path string) (all []told) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw = regexp.MustCompile(`\\x([0-9A-Fa-f]{2})`).ReplaceAll(raw, []byte(`\u00$1`))
	var top struct {
		ID       int64            `json:"id"`
		Messages []map[string]any `json:"messages"`
	}
	if err := json.Unmarshal(raw, &top); err != nil {
		t.Fatal(err)
	}
	here := map[int64]bool{}
	for _, line := range top.Messages {
		here[int64(line["id"].(float64))] = true
	}
	kinds := kindsThere()
	before := chat.Millis(0)
	for _, line := range top.Messages {
		one := told{Number: int64(line["id"].(float64)), At: timeThere(t, line, "date")}
		if one.At == 0 {
			one.At = before
		}
		before = one.At
		author := "from"
		if line["type"] == "message" {
			source := line["text"]
			if list, ok := line["text_entities"].([]any); ok && len(list) > 0 {
				source = list
			}
			text, entities := textThere(source, kinds)
			one.Text, one.Marks = text, marks(text, entities)
			one.Edited = timeThere(t, line, "edited")
			one.Forward, _ = line["forwarded_from"].(string)
			if to, ok := line["reply_to_message_id"].(float64); ok {
				one.Replies = true
				if line["reply_to_peer_id"] == nil && here[int64(to)] {
					one.Reply = int64(to)
				}
			}
			for _, field := range []string{"photo", "file"} {
				if line[field] != nil {
					one.Media++
				}
			}
		} else {
			author = "actor"
			if one.Service, _ = line["action"].(string); one.Service == "" {
				one.Service, _ = line["type"].(string)
			}
		}
		if one.Author, _ = line[author].(string); line[author+"_id"] == "channel"+strconv.FormatInt(top.ID, 10) &&
			one.Service == "" {
			one.Author = "" // the channel speaks as itself
		}
		all = append(all, one)
	}
	return all
}

// imported tells the same of the entries of a chat.
func (y *yard) imported(items []chat.Item) (all []told) {
	numbers := map[chat.Seq]int64{}
	for _, it := range items {
		one := told{At: it.At}
		var from *chat.Imported
		switch body := y.body(it).(type) {
		case *chat.Message:
			from = body.Imported
			one.Text, one.Marks = body.Text, marks(body.Text, body.Entities)
			if one.Replies = body.Reply != nil; one.Replies {
				one.Reply = numbers[body.Reply.Seq]
			}
			if body.Forward != nil {
				one.Forward = body.Forward.Name
			}
			for _, a := range body.Attachments {
				switch a.Kind {
				case "photo", "animation", "audio", "sticker", "video", "round", "voice", "file":
					one.Media++
				}
			}
		case *chat.ServiceLine:
			from = body.Imported
			one.Service = body.Action
		}
		one.Number, one.Author, one.Edited = from.Number, from.Author, from.Edited
		if one.Service != "" {
			one.Edited = 0
		}
		numbers[it.Seq] = from.Number
		all = append(all, one)
	}
	return all
}

func TestRealExportsSayHereWhatTheySaidThere(t *testing.T) {
	for _, path := range importer.RealExports(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			y := newYard(t)
			h, _ := y.into(path, importer.Target{})
			reader := h
			if h.Chat().Name != "" { // public: anybody reads it
				found, err := y.e.Open(t.Context(), y.person("Reader"), h.Chat().ID.Log(), chat.RightRead)
				if err != nil {
					t.Fatal(err)
				}
				reader = found
			}
			if d := cmp.Diff(exported(t, path), y.imported(y.lines(reader))); d != "" {
				t.Error(d)
			}
		})
	}
}
