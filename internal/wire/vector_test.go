// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

var update = flag.Bool("update", false, "write what the fold gives into the vectors; read the difference")

// vector is one file of testdata/vectors/fold or own; testdata/vectors/README.md explains it.
type vector struct {
	Name    string            `json:"name"`
	Me      chat.AccountID    `json:"me"`
	Read    chat.Seq          `json:"read,omitempty"`
	Entries []json.RawMessage `json:"entries"`
	State   json.RawMessage   `json:"state"`
}

// bodies has an example of the message that bodies of a kind are.
var bodies = map[zolalv1.Kind]proto.Message{
	zolalv1.Kind_KIND_CHAT_CREATED:  &zolalv1.ChatCreated{},
	zolalv1.Kind_KIND_MESSAGE:       &zolalv1.Message{},
	zolalv1.Kind_KIND_EDIT:          &zolalv1.Message{},
	zolalv1.Kind_KIND_DELETE:        &zolalv1.Redaction{},
	zolalv1.Kind_KIND_MEMBER:        &zolalv1.MemberChange{},
	zolalv1.Kind_KIND_CHAT_INFO:     &zolalv1.ChatInfoChange{},
	zolalv1.Kind_KIND_SERVICE:       &zolalv1.ServiceLine{},
	zolalv1.Kind_KIND_PROFILE:       &zolalv1.Profile{},
	zolalv1.Kind_KIND_MY_CHAT:       &zolalv1.MyChat{},
	zolalv1.Kind_KIND_READ:          &zolalv1.ReadMark{},
	zolalv1.Kind_KIND_DRAFT:         &zolalv1.Draft{},
	zolalv1.Kind_KIND_CHAT_PREFS:    &zolalv1.ChatPrefs{},
	zolalv1.Kind_KIND_BLOCK:         &zolalv1.Block{},
	zolalv1.Kind_KIND_PRIVACY:       &zolalv1.Privacy{},
	zolalv1.Kind_KIND_DEVICE:        &zolalv1.DeviceNotice{},
	zolalv1.Kind_KIND_INVITATION:    &zolalv1.Invitation{},
	zolalv1.Kind_KIND_SPENT:         &zolalv1.Spent{},
	zolalv1.Kind_KIND_CONTACT:       &zolalv1.Contact{},
	zolalv1.Kind_KIND_PERSONAL_LINK: &zolalv1.PersonalLink{},
	zolalv1.Kind_KIND_ACCOUNT_PHOTO: &zolalv1.Photo{},
	zolalv1.Kind_KIND_CHAT_PHOTO:    &zolalv1.Photo{},

	zolalv1.Kind_KIND_ACCOUNT_DELETED: &zolalv1.AccountDeleted{},
}

// bodyOf returns an empty message of the type that bodies of a kind have; nil if the kind has none.
func bodyOf(kind zolalv1.Kind) proto.Message {
	m, ok := bodies[kind]
	if !ok {
		return nil
	}
	return m.ProtoReflect().New().Interface()
}

// encodeBodies replaces the JSON form of bodies in the JSON form of an entry or overlay by their bytes.
func encodeBodies(t *testing.T, fields map[string]json.RawMessage, kind zolalv1.Kind) {
	t.Helper()
	if raw, ok := fields["body"]; ok && raw[0] == '{' {
		m := bodyOf(kind)
		if m == nil {
			t.Fatalf("kind %v has no body", kind)
		}
		if err := protojson.Unmarshal(raw, m); err != nil {
			t.Fatalf("body of %v: %v", kind, err)
		}
		b, err := Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		fields["body"] = quote(base64.StdEncoding.EncodeToString(b))
	}
	if raw, ok := fields["overlay"]; ok {
		var overlay map[string]json.RawMessage
		unjson(t, raw, &overlay)
		encodeBodies(t, overlay, kind)
		fields["overlay"] = tojson(t, overlay)
	}
}

func quote(s string) json.RawMessage { return json.RawMessage(`"` + s + `"`) }

func unjson(t *testing.T, raw []byte, to any) {
	t.Helper()
	if err := json.Unmarshal(raw, to); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
}

func tojson(t *testing.T, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// recordOf reads one entry of a vector as it would come over the wire.
func recordOf(t *testing.T, log chat.LogID, raw json.RawMessage) chat.Record {
	t.Helper()
	var fields map[string]json.RawMessage
	var peek struct {
		Envelope json.RawMessage `json:"envelope"`
	}
	unjson(t, raw, &fields)
	unjson(t, raw, &peek)
	var env zolalv1.Envelope
	if err := protojson.Unmarshal(peek.Envelope, &env); err != nil {
		t.Fatal(err)
	}
	encodeBodies(t, fields, env.GetKind())
	var m zolalv1.Entry
	if err := protojson.Unmarshal(tojson(t, fields), &m); err != nil {
		t.Fatal(err)
	}
	travelled, err := Marshal(&m)
	if err != nil {
		t.Fatal(err)
	}
	m.Reset()
	if err := Unmarshal(travelled, &m); err != nil {
		t.Fatal(err)
	}
	return decode(t, log, &m)
}

func decode(t *testing.T, log chat.LogID, m *zolalv1.Entry) chat.Record {
	t.Helper()
	e, err := EntryIn(log, m)
	if err != nil {
		t.Fatal(err)
	}
	rec := chat.Record{Entry: e, Body: decodeBody(t, e.Env.Kind, e.Body)}
	if o := m.GetOverlay(); o != nil {
		rec.Version = &chat.Version{
			By: chat.Seq(o.GetBy()), Edited: chat.Millis(o.GetAtMs()), Redacted: o.GetRedacted(),
			Now: decodeBody(t, e.Env.Kind, o.GetBody()),
		}
	}
	return rec
}

func decodeBody(t *testing.T, kind chat.Kind, raw []byte) chat.Body {
	t.Helper()
	body, err := Codec{}.Decode(kind, raw)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// bodyJSON is the JSON form of a body, null if there is none.
func bodyJSON(t *testing.T, kind chat.Kind, body chat.Body) json.RawMessage {
	t.Helper()
	if body == nil {
		return json.RawMessage("null")
	}
	raw, err := Codec{}.Encode(body)
	if err != nil {
		t.Fatal(err)
	}
	m := bodyOf(zolalv1.Kind(kind))
	if err := Unmarshal(raw, m); err != nil {
		t.Fatal(err)
	}
	return protoJSON(t, m)
}

// protoJSON is the JSON form of a message without the white space that protojson varies on purpose.
func protoJSON(t *testing.T, m proto.Message) json.RawMessage {
	t.Helper()
	raw, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func kindName(kind chat.Kind) any {
	if name, ok := zolalv1.Kind_name[int32(kind)]; ok {
		return name
	}
	return kind
}

func typeName(t chat.ChatType) string {
	name := zolalv1.ChatType(t).String()
	if t == 0 {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(name, "CHAT_TYPE_"))
}

// headJSON, settingsJSON, lineJSON and roomJSON are the state of a fold vector.
type headJSON struct {
	Seq chat.Seq `json:"seq"`
	Ord chat.Ord `json:"ord"`
}

type settingsJSON struct {
	Type          string      `json:"type"`
	Title         string      `json:"title"`
	About         string      `json:"about"`
	Name          string      `json:"name"`
	Defaults      chat.Grants `json:"defaults"`
	SlowSeconds   uint32      `json:"slowSeconds"`
	Signatures    bool        `json:"signatures"`
	HistoryHidden bool        `json:"historyHidden"`
	JoinApproval  bool        `json:"joinApproval"`
	Wide          bool        `json:"wide"`
	Deleted       bool        `json:"deleted"`
	Imported      bool        `json:"imported"`
	NumberBase    int64       `json:"numberBase"`
	Created       chat.Millis `json:"created"`
	Members       uint32      `json:"members"`
	Photo         *photoJSON  `json:"photo,omitempty"`
}

type photoJSON struct {
	Hash      string      `json:"hash"`
	Thumbhash string      `json:"thumbhash"`
	Seq       chat.Seq    `json:"seq"`
	At        chat.Millis `json:"at"`
}

func photoOf(p *chat.PlacedPhoto) *photoJSON {
	if p == nil {
		return nil
	}
	return &photoJSON{fmt.Sprintf("%x", p.Hash), fmt.Sprintf("%x", p.Thumbhash), p.Seq, p.At}
}

type lineJSON struct {
	Seq      chat.Seq        `json:"seq"`
	At       chat.Millis     `json:"at"`
	Author   chat.AccountID  `json:"author"`
	Kind     any             `json:"kind"`
	Counted  bool            `json:"counted"`
	Silent   bool            `json:"silent"`
	By       chat.Seq        `json:"by"`
	Edited   chat.Millis     `json:"edited"`
	Redacted bool            `json:"redacted"`
	Body     json.RawMessage `json:"body"`
}

type roomJSON struct {
	Head     headJSON     `json:"head"`
	Gap      bool         `json:"gap"`
	Chat     settingsJSON `json:"chat"`
	Pinned   []chat.Seq   `json:"pinned"`
	Lines    []lineJSON   `json:"lines"`
	Unread   uint32       `json:"unread"`
	Speaking []chat.Seq   `json:"speaking"`
}

func roomOf(t *testing.T, v vector, room chat.Room) json.RawMessage {
	t.Helper()
	c := room.Chat
	out := roomJSON{
		Head: headJSON{room.Head, room.Ord}, Gap: room.Gap,
		Chat: settingsJSON{
			typeName(c.Type), c.Title, c.About, c.Name, c.Defaults, c.SlowSeconds, c.Signatures, c.HistoryHidden,
			c.JoinApproval, c.Wide, c.Deleted, c.Imported, c.NumberBase, c.Created, c.Members, photoOf(c.Photo),
		},
		Pinned: append([]chat.Seq{}, room.Pinned...), Lines: []lineJSON{}, Speaking: []chat.Seq{},
	}
	for _, l := range room.Lines {
		out.Lines = append(out.Lines, lineJSON{
			l.Seq, l.At, l.Author, kindName(l.Env.Kind), l.Env.Counted, l.Env.Silent, l.By, l.Edited, l.Redacted,
			bodyJSON(t, l.Env.Kind, l.Current()),
		})
	}
	var speaking []chat.Seq
	out.Unread, speaking = room.Unread(v.Me, v.Read)
	out.Speaking = append(out.Speaking, speaking...)
	return tojson(t, out)
}

type ownChatJSON struct {
	Type   string          `json:"type"`
	Peer   chat.AccountID  `json:"peer"`
	Member json.RawMessage `json:"member"`
	Read   json.RawMessage `json:"read"`
	Draft  json.RawMessage `json:"draft"`
	Prefs  json.RawMessage `json:"prefs"`
}

type ownJSON struct {
	Head        chat.Seq                    `json:"head"`
	Gap         bool                        `json:"gap"`
	Profile     json.RawMessage             `json:"profile"`
	Privacy     json.RawMessage             `json:"privacy"`
	Blocked     []chat.AccountID            `json:"blocked"`
	Invitations []json.RawMessage           `json:"invitations"`
	Contacts    []json.RawMessage           `json:"contacts,omitempty"`
	Personal    json.RawMessage             `json:"personal,omitempty"`
	Photos      []*photoJSON                `json:"photos,omitempty"`
	Chats       map[chat.ChatID]ownChatJSON `json:"chats"`
}

func ownOf(t *testing.T, _ vector, own chat.Own) json.RawMessage {
	t.Helper()
	out := ownJSON{
		Head: own.Head, Gap: own.Gap, Profile: protoJSON(t, ProfileOut(&own.Profile)),
		Privacy: protoJSON(t, PrivacyOut(&own.Privacy)), Blocked: append([]chat.AccountID{}, own.Blocked...),
		Invitations: []json.RawMessage{}, Chats: map[chat.ChatID]ownChatJSON{},
	}
	if own.Personal != (chat.PersonalLink{}) {
		out.Personal = protoJSON(t, PersonalOut(&own.Personal))
	}
	for i := range own.Contacts {
		out.Contacts = append(out.Contacts, protoJSON(t, ContactOut(&own.Contacts[i])))
	}
	for i := range own.Photos {
		out.Photos = append(out.Photos, photoOf(&own.Photos[i]))
	}
	for i := range own.Invitations {
		out.Invitations = append(out.Invitations, protoJSON(t, InvitationOut(&own.Invitations[i])))
	}
	for id, c := range own.Chats {
		out.Chats[id] = ownChatJSON{
			typeName(c.Type), c.Peer, protoJSON(t, MemberOut(c.Member)), protoJSON(t, ReadMarkOut(&c.Read)),
			protoJSON(t, DraftOut(&c.Draft)), protoJSON(t, PrefsOut(&c.Prefs)),
		}
	}
	return tojson(t, out)
}

// folding is how one kind of log folds, and how what it adds up to is written.
type folding[S any] struct {
	dir   string
	log   chat.LogID
	fold  func(S, chat.Record) S
	state func(*testing.T, vector, S) json.RawMessage
}

// runVectors folds every vector of a folder and compares what it adds up to.
func runVectors[S any](t *testing.T, f folding[S]) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("../../testdata/vectors", f.dir, "*.json"))
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d vectors in %s (%v)", len(paths), f.dir, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var v vector
			unjson(t, raw, &v)
			var s S
			for _, e := range v.Entries {
				s = f.fold(s, recordOf(t, f.log, e))
			}
			got := f.state(t, v, s)
			if *update {
				v.State = got
				rewrite(t, path, v)
				return
			}
			if want := compact(t, v.State); !bytes.Equal(want, got) {
				t.Errorf("%s\nwant %s\ngot  %s", v.Name, want, got)
			}
		})
	}
}

func compact(t *testing.T, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var lineStart = regexp.MustCompile(`([\[,])(\{"seq":\d+,"at":)`)

// rewrite stores a vector with one entry, and one line of its state, to a line.
func rewrite(t *testing.T, path string, v vector) {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  \"name\": %s,\n  \"me\": %d,\n", tojson(t, v.Name), v.Me)
	if v.Read != 0 {
		fmt.Fprintf(&b, "  \"read\": %d,\n", v.Read)
	}
	b.WriteString("  \"entries\": [\n")
	for i, e := range v.Entries {
		fmt.Fprintf(&b, "    %s%s\n", compact(t, e), comma(i, len(v.Entries)))
	}
	b.WriteString("  ],\n  \"state\": ")
	state := string(compact(t, v.State))
	for _, field := range []string{`,"chat":{`, `,"pinned":`, `,"profile":`, `,"privacy":`, `,"chats":{`} {
		state = strings.Replace(state, field, ",\n    "+field[1:], 1)
	}
	state = strings.Replace(state, `,"lines":[`, ",\n    \"lines\":[", 1)
	state = lineStart.ReplaceAllString(state, "$1\n      $2")
	b.WriteString(state + "\n}\n")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}

func TestChatLogsFoldAsInTheVectors(t *testing.T) {
	runVectors(t, folding[chat.Room]{"fold", chat.ChatID(7).Log(), chat.Fold, roomOf})
}

func TestUserLogsFoldAsInTheVectors(t *testing.T) {
	runVectors(t, folding[chat.Own]{"own", chat.AccountID(1).Log(), chat.FoldOwn, ownOf})
}
