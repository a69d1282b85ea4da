// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/zolal-im/zolal/internal/chat"
)

// quiet ignores progress.
func quiet(int64) {}

func TestMenderTurnsHexEscapesIntoJSON(t *testing.T) {
	in := `{"a\x1F":"\\x1F \x07\" \x", "b": 1, "c":"\\\x00"} \x1F`
	want := `{"a\u001F":"\\x1F \u0007\" \u00", "b": 1, "c":"\\\u0000"} \x1F`
	for name, src := range map[string]io.Reader{
		"at once":         strings.NewReader(in),
		"byte by byte":    iotest.OneByteReader(strings.NewReader(in)),
		"halves":          iotest.HalfReader(strings.NewReader(in)),
		"data with error": iotest.DataErrReader(strings.NewReader(in)),
	} {
		for _, size := range []int{16, 4096} {
			m := &mender{src: bufio.NewReaderSize(src, size)}
			got, err := io.ReadAll(m)
			if err != nil || string(got) != want {
				t.Errorf("%s: got %s, %v", name, got, err)
			}
			src = strings.NewReader(in)
		}
	}
}

func FuzzMenderNeverChangesJSON(f *testing.F) {
	f.Add(`{"a": "\u001f\"", "b": [1, "x"]}`)
	f.Fuzz(func(t *testing.T, in string) {
		if strings.Contains(in, `\x`) {
			return // mended on purpose
		}
		got, err := io.ReadAll(&mender{src: bufio.NewReader(strings.NewReader(in))})
		if err != nil || string(got) != in {
			t.Fatalf("%q became %q, %v", in, got, err)
		}
	})
}

func TestInspectTellsWhatAnExportIs(t *testing.T) {
	got, err := Inspect(context.Background(), "testdata/small.json", quiet)
	want := Summary{Name: "چشمه", Type: "public_channel", ID: 1000000007, Messages: 6, Greatest: 8}
	if err != nil || got != want {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestBrokenFilesAreRefusedWithTheirLine(t *testing.T) {
	whole, err := os.ReadFile("testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	text := string(whole)
	lines := strings.Split(text, "\n")
	for name, c := range map[string]struct {
		text string
		line int
		says string
	}{
		"cut short":     {strings.Join(lines[:12], "\n"), 12, "ends too early"},
		"a stray comma": {strings.Replace(text, `"id": 5, `, `"id": 5,, `, 1), 15, ""},
		"no messages":   {`{"name": "x"}`, 1, "no list of messages"},
		"whole account": {"{\n\"chats\": {}}", 2, "whole account"},
		"not an object": {"[]", 1, ""},
		"empty":         {"", 1, "ends too early"},
		"trailing":      {text + "\nx", len(lines) - 1, ""},
		"no id":         {strings.Replace(text, `"id": 5, `, ``, 1), 15, "no id"},
		"out of range":  {strings.Replace(text, `"id": 5, `, `"id": 10000000000, `, 1), 15, "out of range"},
		"a wrong kind":  {strings.Replace(text, `"id": 5, `, `"id": "five", `, 1), 15, "/id"},
		"no text": {strings.Replace(text, `"text": "bell:\x07 done", "text_entities": [{"type": "plain", `+
			`"text": "bell:\x07 done"}]`, `"text": 5`, 1), 15, "of the wrong kind"},
		"no date": {strings.Replace(text, `2024-03-21T09:00:00", "date_unixtime": "1710999000`, "soon", 1), 26,
			"not a time"},
		"second list":     {strings.Replace(text, "\n ]\n}", "\n ],\n \"messages\": []\n}", 1), 30, "two lists"},
		"\\x out of text": {strings.Replace(text, `"id": 5`, `\x1F"id": 5`, 1), 15, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "export.json")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Inspect(context.Background(), path, quiet)
			var broken *FileError
			if !errors.As(err, &broken) {
				t.Fatalf("not refused as a file: %v", err)
			}
			if broken.Line != c.line || !strings.Contains(broken.Reason, c.says) {
				t.Errorf("line %d: %s; want line %d: …%s…", broken.Line, broken.Reason, c.line, c.says)
			}
		})
	}
}

// lines parses a fixture and makes its entries; numbers are places.
func lines(t *testing.T, path string) map[int64]chat.Import {
	t.Helper()
	all := map[int64]chat.Import{}
	err := scan(context.Background(), path, quiet, func(r *record) error {
		line, _ := r.line(func(n int64) chat.Seq {
			if _, ok := all[n]; ok {
				return chat.Seq(n)
			}
			return 0
		})
		all[r.ID] = line
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLinesKeepWhatTheSourceSaid(t *testing.T) {
	all := lines(t, "testdata/small.json")
	if s := all[1].Service; s == nil || s.Action != "create_channel" || s.Values["title"] != "چشمه" {
		t.Errorf("service line: %+v", s)
	}
	two := all[2]
	if two.At != 1710904200000 || two.Message.Text != "سال نو مبارک 🎉 کارت" {
		t.Errorf("message 2: %d %q", two.At, two.Message.Text)
	}
	want := []chat.Entity{
		{Kind: chat.EntityBold, Offset: 7, Length: 5},
		{Kind: chat.EntityTextLink, Offset: 16, Length: 4, Value: "https://example.org/a"},
	}
	if d := cmp.Diff(want, two.Message.Entities); d != "" {
		t.Errorf("entities count UTF-16 code units: %s", d)
	}
	five := all[5].Message
	if five.Text != "bell:\a done" || five.Reply.Seq != 2 || five.Imported.Author != "" ||
		five.Imported.AuthorID != "user77" || five.Imported.Edited != 1710995700000 ||
		five.Imported.ViaBot != "@gif" || five.Imported.Number != 5 {
		t.Errorf("message 5: %+v, %+v", five, five.Imported)
	}
	six := all[6].Message
	photo := chat.Attachment{Kind: "photo", Bytes: 5000000000, Width: 640, Height: 480}
	if six.Forward.Name != "رود" || six.Reply.Seq != 0 ||
		!cmp.Equal(six.Attachments, []chat.Attachment{photo}) {
		t.Errorf("message 6: %+v", six)
	}
	seven := all[7]
	if seven.At != 1546336800000 || seven.Message.Imported.AuthorID != "4294967999" ||
		seven.Message.Text != "quoted!" ||
		seven.Message.Entities[0].Kind != chat.EntityExpandableBlockquote {
		t.Errorf("message 7: %+v", seven.Message)
	}
	if a := all[8].Message.Attachments; len(a) != 1 || a[0].Kind != "poll" || a[0].Name != "آب یا چای؟" {
		t.Errorf("message 8: %+v", a)
	}
}

func TestRealExportsAreReadWhole(t *testing.T) {
	for _, path := range RealExports(t) {
		s, err := Inspect(context.Background(), path, quiet)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			continue
		}
		if n := len(lines(t, path)); n != s.Messages || n == 0 {
			t.Errorf("%s: %d lines of %d messages", filepath.Base(path), n, s.Messages)
		}
	}
}

// seeds are lines and files to begin with: those of the fixture, and shapes that older programs wrote.
func seeds(f *testing.F) []string {
	f.Helper()
	whole, err := os.ReadFile("testdata/small.json")
	if err != nil {
		f.Fatal(err)
	}
	return []string{
		string(whole), `{"messages": []}`, `{"name": null, "type": null, "id": null, "messages": [{"id": 1}]}`,
		`{"id": 3, "messages": [{"id": -999999999, "type": "unsupported"}, {"id": 2, "type": "service",` +
			` "date": "2020-01-01T00:00:00", "actor": null, "action": "invite_members", "members": ["a", null]}]}`,
		`{"messages": [{"id": 9, "type": "message", "date_unixtime": "1", "text": ["a", {"type": "pre"}],` +
			` "poll": {"question": [{"type": "bold", "text": "?"}]}, "reactions": [{"type": "emoji", "count": 2}],` +
			` "reply_to_message_id": 4, "reply_to_peer_id": "user1", "location_information": null}]}`,
	}
}

// FuzzInspect: whatever a file holds, it is read or refused as a file, and what is read makes entries or
// says why not.
func FuzzInspect(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		path := filepath.Join(t.TempDir(), "export.json")
		if err := os.WriteFile(path, []byte(in), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Inspect(context.Background(), path, quiet)
		var broken *FileError
		if err != nil {
			if !errors.As(err, &broken) || broken.Line < 1 {
				t.Fatalf("refused otherwise than as a file: %v", err)
			}
			return
		}
		count := 0
		err = scan(context.Background(), path, quiet, func(r *record) error {
			count++
			line, _ := r.line(func(int64) chat.Seq { return 0 })
			_ = line.Valid()
			_, _ = digest(r, nil)
			return nil
		})
		if err != nil || count != s.Messages {
			t.Fatalf("the second reading: %d lines of %d, %v", count, s.Messages, err)
		}
	})
}

// FuzzParse does the same for one line, without the file around it.
func FuzzParse(f *testing.F) {
	f.Add(`{"id": 2, "type": "message", "date": "2024-03-20T06:40:00", "text": ["a", {"text": "b"}]}`)
	f.Add(`{"id": 1, "type": "service", "actor": null, "action": "phone_call", "duration_seconds": 7}`)
	f.Add(`{"id": 3, "type": "message", "contact_vcard": "x", "dice": {"emoji": "y"}, "width": 1e40}`)
	f.Fuzz(func(t *testing.T, in string) {
		value := jsontext.Value(in)
		if !value.IsValid() {
			return // the decoder before it takes JSON alone
		}
		rec, err := parse(value, 7)
		if err != nil {
			return
		}
		line, _ := rec.line(func(int64) chat.Seq { return 1 })
		if (line.Message == nil) == (line.Service == nil) {
			t.Fatalf("%s became neither or both", in)
		}
	})
}
