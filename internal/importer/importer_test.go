// SPDX-License-Identifier: AGPL-3.0-or-later

package importer_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/importer"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/wire"
)

// yard is an engine with an owner of channels.
type yard struct {
	t     *testing.T
	store engine.Store
	e     *engine.Engine
	owner chat.AccountID
}

func newYard(t *testing.T) *yard {
	t.Helper()
	store := storetest.NewMemory()
	e, err := engine.Start(t.Context(), engine.Config{Store: store, Codec: wire.Codec{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		cfg := engine.CheckConfig{Store: store, Codec: wire.Codec{}, Rebuild: true}
		faults, err := engine.Check(context.Background(), cfg)
		if err != nil {
			t.Error(err)
		}
		for _, f := range faults {
			t.Error(f)
		}
	})
	y := &yard{t: t, store: store, e: e}
	y.owner = y.person("Sara").Account
	return y
}

// person makes an account, with the rights of the server's own hand.
func (y *yard) person(name string) chat.Actor {
	y.t.Helper()
	account, err := y.e.NewAccount(y.t.Context())
	if err != nil {
		y.t.Fatal(err)
	}
	who := chat.Actor{Account: account, Scopes: chat.AllScopes, Server: true}
	if _, err := y.e.Register(y.t.Context(), who, chat.Key{}, chat.Profile{Name: name}); err != nil {
		y.t.Fatal(err)
	}
	return who
}

// run imports a file and returns the report and the chat's lines: messages and service lines.
func (y *yard) run(path, name string) (importer.Report, []chat.Item) {
	y.t.Helper()
	h, report := y.into(path, importer.Target{Name: name})
	return report, y.lines(h)
}

// into imports a file and returns the chat it went to.
func (y *yard) into(path string, target importer.Target) (*engine.Handle, importer.Report) {
	y.t.Helper()
	ctx := y.t.Context()
	s, err := importer.Inspect(ctx, path, func(int64) {})
	if err != nil {
		y.t.Fatal(err)
	}
	h, err := importer.Into(ctx, y.e, y.owner, target, s)
	if err != nil {
		y.t.Fatal(err)
	}
	report, err := importer.Telegram(ctx, path, s, h, importer.Options{})
	if err != nil {
		y.t.Fatal(err)
	}
	return h, report
}

// lines reads the messages and service lines of a chat.
func (y *yard) lines(h *engine.Handle) (lines []chat.Item) {
	y.t.Helper()
	for after := chat.Seq(0); ; {
		got, err := h.Read(y.t.Context(), after, 500)
		if err != nil {
			y.t.Fatal(err)
		}
		if len(got.Items) == 0 {
			return lines
		}
		for _, it := range got.Items {
			after = it.Seq
			if it.Env.Kind == chat.KindMessage || it.Env.Kind == chat.KindService {
				lines = append(lines, it)
			}
		}
	}
}

// body decodes an item as it stands today.
func (y *yard) body(it chat.Item) chat.Body {
	y.t.Helper()
	body, err := wire.Codec{}.Decode(it.Env.Kind, it.Current())
	if err != nil {
		y.t.Fatal(err)
	}
	return body
}

// message decodes an item as it stands today.
func message(t *testing.T, it chat.Item) *chat.Message {
	t.Helper()
	body, err := wire.Codec{}.Decode(it.Env.Kind, it.Current())
	if err != nil {
		t.Fatal(err)
	}
	m, _ := body.(*chat.Message)
	return m
}

var ignoreKinds = cmpopts.IgnoreFields(importer.Report{}, "UnknownKinds")

func TestAnExportBecomesAChannelInItsOrder(t *testing.T) {
	y := newYard(t)
	report, items := y.run("testdata/small.json", "spring")
	want := importer.Report{Read: 6, Added: 6, Missing: 1}
	if d := cmp.Diff(want, report, ignoreKinds); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]int{"text:sparkle": 1}, report.UnknownKinds); d != "" {
		t.Error(d)
	}
	if len(items) != 6 || items[0].Env.Kind != chat.KindService {
		t.Fatalf("%d lines", len(items))
	}
	for i, it := range items {
		if it.Author != 0 {
			t.Errorf("item %d has an author: names of an export are labels", i)
		}
	}
	if two := message(t, items[1]); two.Imported.Author != "" {
		t.Errorf("the channel's own name stands as an author: %q", two.Imported.Author)
	}
	five := message(t, items[2])
	if five.Reply == nil || five.Reply.Seq != items[1].Seq {
		t.Errorf("the reply points to %+v, not to %d", five.Reply, items[1].Seq)
	}
	if items[1].At != 1710904200000 {
		t.Errorf("the original date is lost: %d", items[1].At)
	}
}

func TestImportingAgainDoublesNothing(t *testing.T) {
	y := newYard(t)
	_, first := y.run("testdata/small.json", "spring")
	report, second := y.run("testdata/small.json", "spring")
	if d := cmp.Diff(importer.Report{Read: 6, Unchanged: 6}, report, ignoreKinds); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(first, second); d != "" {
		t.Errorf("the log has changed: %s", d)
	}
}

func TestALaterExportAddsEditsAndTellsWhatVanished(t *testing.T) {
	y := newYard(t)
	y.run("testdata/small.json", "spring")
	raw, err := os.ReadFile("testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(raw), "مبارک", "خجسته")
	from, to := strings.Index(text, `  {"id": 6`), strings.Index(text, `  {"id": 7`)
	text = text[:from] + text[to:]
	text = strings.Replace(text, "\n ]\n}", `,
  {"id": 9, "type": "message", "date": "2024-04-01T00:00:00", "date_unixtime": "1711917000", "from": "چشمه",
   "from_id": "channel1000000007", "reply_to_message_id": 6, "text": "new", "text_entities": []}
 ]
}`, 1)
	path := filepath.Join(t.TempDir(), "later.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	report, items := y.run(path, "spring")
	want := importer.Report{Read: 6, Added: 1, Updated: 1, Unchanged: 4, Vanished: 1}
	if d := cmp.Diff(want, report, ignoreKinds); d != "" {
		t.Error(d)
	}
	if got := message(t, items[1]); !strings.Contains(got.Text, "خجسته") || items[1].Overlay == nil {
		t.Errorf("message 2 is not edited: %q", got.Text)
	}
	last := message(t, items[len(items)-1])
	if last.Text != "new" || last.Reply.Seq != items[3].Seq {
		t.Errorf("the new message: %+v", last)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	y := newYard(t)
	y.run("testdata/small.json", "spring")
	h, err := importer.Into(t.Context(), y.e, y.owner, importer.Target{Name: "spring"}, importer.Summary{})
	if err != nil {
		t.Fatal(err)
	}
	fresh := importer.Target{Name: "stream"}
	other, err := importer.Into(t.Context(), y.e, y.owner, fresh, importer.Summary{})
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []*engine.Handle{h, other} {
		before, err := to.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		report, err := importer.Telegram(t.Context(), "testdata/small.json", importer.Summary{}, to,
			importer.Options{DryRun: true})
		if err != nil || report.Unchanged+report.Added != 6 {
			t.Fatalf("%+v, %v", report, err)
		}
		after, err := to.Head(t.Context())
		if err != nil || after.Seq != before.Seq {
			t.Fatalf("the head went from %d to %d, %v", before.Seq, after.Seq, err)
		}
	}
}

func TestAChatThatPeopleMadeIsNotImportedInto(t *testing.T) {
	y := newYard(t)
	who := chat.Actor{Account: y.owner, Scopes: chat.AllScopes, Server: true}
	_, err := y.e.Create(t.Context(), who, engine.NewChat{
		Type: chat.Channel, Title: "Ours", Name: "ours_channel",
	}, chat.Key{})
	if err != nil {
		t.Fatal(err)
	}
	target := importer.Target{Name: "ours_channel"}
	if _, err = importer.Into(t.Context(), y.e, y.owner, target, importer.Summary{}); chat.CodeOf(err) !=
		chat.CodeForbidden {
		t.Fatalf("got %v", err)
	}
}

func TestRealExportsComeInAndComeInOnlyOnce(t *testing.T) {
	files := importer.RealExports(t)
	y := newYard(t)
	for i, path := range files {
		name := "export_" + strings.Repeat("ab", i+1)
		report, items := y.run(path, name)
		if report.Failed != 0 || report.Added != report.Read || len(items) != report.Added {
			t.Errorf("%s: %+v, %d items", filepath.Base(path), report, len(items))
		}
		again, _ := y.run(path, name)
		if again.Unchanged != report.Read || again.Added+again.Updated+again.Vanished != 0 {
			t.Errorf("%s again: %+v", filepath.Base(path), again)
		}
	}
	// Several exports of one history, in any order, each more than once.
	added := 0
	for _, path := range slices.Concat(files, files) {
		if !strings.Contains(path, "pachum") {
			continue
		}
		report, items := y.run(path, "one_history")
		added += report.Added
		if len(items) != added || report.Added+report.Unchanged != report.Read || report.Vanished != 0 {
			t.Errorf("%s: %+v, %d lines after %d added", filepath.Base(path), report, len(items), added)
		}
	}
}
