// SPDX-License-Identifier: AGPL-3.0-or-later

package importer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/importer"
	"github.com/zolal-im/zolal/internal/wire"
)

// export writes an export of a kind of chat with a number.
func export(t *testing.T, kind string, id int64, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "result.json")
	text := fmt.Sprintf("{\"name\": \"Garden\", \"type\": %q, \"id\": %d, \"messages\": [\n%s\n]}",
		kind, id, strings.Join(lines, ",\n"))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// says is a line of text; more are fields of it, each with a comma before.
func says(number int64, text, more string) string {
	return fmt.Sprintf(`{"id": %d, "type": "message", "date": "2024-03-20T06:40:00", "from": "Ali", `+
		`"from_id": "user5", "text": %q%s}`, number, text, more)
}

func replies(number, to int64) string {
	return says(number, "re", fmt.Sprintf(`, "reply_to_message_id": %d`, to))
}

// replyOf returns what the message of a number replies to, as it stands today.
func (y *yard) replyOf(h *engine.Handle, number int64) *chat.Reply {
	y.t.Helper()
	for _, it := range y.lines(h) {
		if m := message(y.t, it); m != nil && m.Imported != nil && m.Imported.Number == number {
			return m.Reply
		}
	}
	y.t.Fatalf("no message %d", number)
	return nil
}

// numbered returns the text of the message a deep link of that number leads to; empty: to none.
func (y *yard) numbered(h *engine.Handle, number int64) string {
	y.t.Helper()
	page, err := h.Page(y.t.Context(), engine.PageQuery{Number: number, Limit: 1})
	if chat.CodeOf(err) == chat.CodeNotFound {
		return ""
	}
	if err != nil || len(page.Items) != 1 {
		y.t.Fatalf("number %d: %d items, %v", number, len(page.Items), err)
	}
	return message(y.t, page.Items[0]).Text
}

func TestAPrivateExportIsNotPublished(t *testing.T) {
	for _, kind := range []string{"personal_chat", "private_group", "private_supergroup", "private_channel"} {
		t.Run(kind, func(t *testing.T) {
			y := newYard(t)
			path := export(t, kind, 10001, says(1, "secret", ""), says(2, "more", ""))
			first, _ := y.into(path, importer.Target{})
			if first.Chat().Name != "" {
				t.Errorf("it has the public name %q", first.Chat().Name)
			}
			stranger := y.person("Stranger")
			_, err := y.e.Open(t.Context(), stranger, first.Chat().ID.Log(), chat.RightRead)
			if err == nil {
				t.Error("a stranger reads it")
			}
			_, err = y.e.ResolveName(t.Context(), stranger, "import_10001")
			if chat.CodeOf(err) != chat.CodeNotFound {
				t.Errorf("a stranger finds it by name: %v", err)
			}
			// Again, and after the projections were made anew.
			err = y.store.Rebuild(t.Context(), func(e chat.Entry) ([]chat.Change, error) {
				return engine.Project(wire.Codec{}, e)
			})
			if err != nil {
				t.Fatal(err)
			}
			second, report := y.into(path, importer.Target{})
			if second.Chat().ID != first.Chat().ID || report.Unchanged != 2 || report.Added != 0 {
				t.Errorf("again: chat %d after %d, %+v", second.Chat().ID, first.Chat().ID, report)
			}
			// The export of the same number of somebody else goes elsewhere.
			y.owner = stranger.Account
			if theirs, _ := y.into(path, importer.Target{}); theirs.Chat().ID == first.Chat().ID {
				t.Error("somebody else imported into the chat")
			}
		})
	}
}

func TestAPublicExportHasANameAndIsFoundAlsoUnderAnother(t *testing.T) {
	y := newYard(t)
	path := export(t, "public_supergroup", 44, says(1, "hello", ""))
	h, _ := y.into(path, importer.Target{})
	if h.Chat().Name != "import_44" || h.Chat().Type != chat.Group {
		t.Errorf("made %q, type %d", h.Chat().Name, h.Chat().Type)
	}
	name := "the_garden"
	if _, err := h.Do(t.Context(), chat.SetInfo{Change: chat.InfoChange{Name: &name}}, chat.Key{}); err != nil {
		t.Fatal(err)
	}
	again, report := y.into(path, importer.Target{})
	if again.Chat().ID != h.Chat().ID || report.Unchanged != 1 {
		t.Errorf("again: chat %d after %d, %+v", again.Chat().ID, h.Chat().ID, report)
	}
}

func TestAPrivateExportIsNotAddedUnaskedToAChatThatIsPublicByNow(t *testing.T) {
	y := newYard(t)
	path := export(t, "private_group", 7, says(1, "hello", ""))
	y.into(path, importer.Target{Name: "our_group"})
	s, err := importer.Inspect(t.Context(), path, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	_, err = importer.Into(t.Context(), y.e, y.owner, importer.Target{}, s)
	if chat.CodeOf(err) != chat.CodeForbidden || !strings.Contains(err.Error(), "our_group") {
		t.Errorf("got %v", err)
	}
	if _, report := y.into(path, importer.Target{Name: "our_group"}); report.Unchanged != 1 {
		t.Errorf("by its name: %+v", report)
	}
}

// SYNC-6
func TestNumbersStayUnambiguousWhilePeopleTalkBetweenImports(t *testing.T) {
	y := newYard(t)
	one := []string{says(1, "first", ""), says(216, "last", "")}
	h, _ := y.into(export(t, "public_channel", 9, one...), importer.Target{})
	receipt, err := h.Do(t.Context(), chat.Send{Text: "written here"}, chat.Key{})
	if err != nil {
		t.Fatal(err)
	}
	native := h.Chat().NumberBase + int64(receipt.Seq)
	later := make([]string, 0, 400)
	for n := int64(217); n <= 600; n++ {
		later = append(later, says(n, fmt.Sprintf("line %d", n), ""))
	}
	y.into(export(t, "public_channel", 9, append(one, later...)...), importer.Target{})
	for number, want := range map[int64]string{
		1: "first", 216: "last", 286: "line 286", 600: "line 600", 601: "", native: "written here",
	} {
		if got := y.numbered(h, number); got != want {
			t.Errorf("number %d leads to %q, want %q", number, got, want)
		}
	}
}

func TestARepliedLineThatComesLaterIsFound(t *testing.T) {
	y := newYard(t)
	h, _ := y.into(export(t, "private_supergroup", 8, replies(20, 10), replies(30, 99), replies(40, 41),
		says(41, "after its reply", "")), importer.Target{})
	if r := y.replyOf(h, 20); r.Seq != 0 || r.Number != 10 {
		t.Errorf("it waits for nothing: %+v", r)
	}
	if r := y.replyOf(h, 40); r.Seq == 0 {
		t.Error("a line further down in the export is not found")
	}
	_, report := y.into(export(t, "private_supergroup", 8, says(10, "the question", "")), importer.Target{})
	if d := cmp.Diff(importer.Report{Read: 1, Added: 1, Linked: 1}, report, ignoreKinds); d != "" {
		t.Error(d)
	}
	lines := y.lines(h)
	if r := y.replyOf(h, 20); r.Seq != lines[len(lines)-1].Seq || r.Number != 0 {
		t.Errorf("the reply points to %+v, not to %d", r, lines[len(lines)-1].Seq)
	}
	if at := lines[0].Overlay.At; at != 0 {
		t.Errorf("a message that nobody edited counts as edited at %d", at)
	}
	if r := y.replyOf(h, 30); r.Seq != 0 || r.Number != 99 {
		t.Errorf("what still waits: %+v", r)
	}
	_, report = y.into(export(t, "private_supergroup", 8, replies(20, 10), says(10, "the question", "")),
		importer.Target{})
	if report.Unchanged != 2 || report.Linked != 0 {
		t.Errorf("once more: %+v", report)
	}
}

func TestAReplyIntoAnotherChatDoesNotPointToALineOfItsNumberHere(t *testing.T) {
	y := newYard(t)
	h, report := y.into(export(t, "personal_chat", 10001, says(1, "here", ""),
		says(2, "away", `, "reply_to_message_id": 1, "reply_to_peer_id": "user777000"`),
		says(3, "at home", `, "reply_to_message_id": 1, "reply_to_peer_id": "user10001"`)), importer.Target{})
	if r := y.replyOf(h, 2); !cmp.Equal(r, &chat.Reply{}) {
		t.Errorf("it is not shown as a reply to something that is not here: %+v", r)
	}
	if r := y.replyOf(h, 3); r.Seq != y.lines(h)[0].Seq {
		t.Errorf("a reply into this very chat: %+v", r)
	}
	if report.Linked != 0 {
		t.Errorf("%+v", report)
	}
}

func TestWhatWasDeletedHereStaysDeletedWhateverTheSourceSays(t *testing.T) {
	y := newYard(t)
	service := func(actor string) string {
		return fmt.Sprintf(`{"id": 3, "type": "service", "date": "2024-03-20T06:41:00", "actor": %q,
			"action": "pin_message", "text": ""}`, actor)
	}
	h, _ := y.into(export(t, "public_channel", 9, says(1, "one", ""), says(2, "two", ""), service("Ali")),
		importer.Target{})
	at := y.lines(h)[0].Seq
	if _, err := h.Do(t.Context(), chat.Delete{Targets: []chat.Seq{at}}, chat.Key{}); err != nil {
		t.Fatal(err)
	}
	sources, err := h.Sources(t.Context(), []int64{1})
	if d := cmp.Diff(map[int64]engine.Source{1: {Seq: at}}, sources); d != "" || err != nil {
		t.Errorf("what is kept of a deleted line tells what it said: %s (%v)", d, err)
	}
	_, report := y.into(export(t, "public_channel", 9, says(1, "one changed", ""), says(2, "two changed", ""),
		service("Ali Renamed"), says(4, "four", "")), importer.Target{})
	want := importer.Report{Read: 4, Added: 1, Updated: 1, Unchanged: 2}
	if d := cmp.Diff(want, report, ignoreKinds); d != "" {
		t.Error(d)
	}
	if lines := y.lines(h); !lines[0].Overlay.Redacted || message(t, lines[1]).Text != "two changed" {
		t.Errorf("%+v, %+v", lines[0].Overlay, lines[1].Overlay)
	}
}

func TestWhatDoesNotComeIsNamedInTheReport(t *testing.T) {
	y := newYard(t)
	h, report := y.into(export(t, "private_group", 3,
		says(1, "liked", `, "reactions": [{"type": "emoji", "count": 2, "emoji": "x"}], "media_spoiler": true`),
		says(2, "button", `, "inline_bot_buttons": [[{"type": "url", "text": "x"}]], "reactions": []`),
		says(3, "of tomorrow", `, "tomorrow": {"a": 1}`),
		`{"id": 4, "type": "service", "date": "2024-03-20T06:41:00", "actor": "Ali", "action": "phone_call",
			"duration_seconds": 75, "discard_reason": "hangup", "secret": {"a": 1}, "text": ""}`), importer.Target{})
	want := map[string]int{
		"field:reactions": 1, "field:inline_bot_buttons": 1, "field:tomorrow": 1, "field:secret": 1,
	}
	if d := cmp.Diff(want, report.UnknownKinds); d != "" {
		t.Error(d)
	}
	line, _ := y.body(y.lines(h)[3]).(*chat.ServiceLine)
	if line.Values["duration_seconds"] != "75" || line.Values["discard_reason"] != "hangup" {
		t.Errorf("the service line: %+v", line)
	}
}
