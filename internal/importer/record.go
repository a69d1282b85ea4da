// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zolal-im/zolal/internal/chat"
)

// record is one line of an export, with the names that Telegram Desktop gives its fields. Unknown fields of
// newer versions end in Rest.
type record struct {
	ID       int64  `json:"id"`
	Type     string `json:"type"`
	Date     string `json:"date"` // local time of the exporting machine, without zone
	DateUnix string `json:"date_unixtime"`
	Edited   string `json:"edited"`
	EditUnix string `json:"edited_unixtime"`

	From      *string  `json:"from"` // null for deleted accounts
	FromID    anything `json:"from_id"`
	Actor     *string  `json:"actor"`
	ActorID   anything `json:"actor_id"`
	Author    string   `json:"author"`
	Action    string   `json:"action"`
	Forwarded *string  `json:"forwarded_from"`
	ViaBot    string   `json:"via_bot"`
	ReplyTo   int64    `json:"reply_to_message_id"`
	ReplyPeer anything `json:"reply_to_peer_id"` // of another chat: the number means nothing here

	RawText  jsontext.Value `json:"text"`
	Entities runs           `json:"text_entities"`

	Photo     string   `json:"photo"`
	PhotoSize int64    `json:"photo_file_size"`
	File      string   `json:"file"`
	FileName  string   `json:"file_name"`
	FileSize  int64    `json:"file_size"`
	MediaType string   `json:"media_type"`
	MIME      string   `json:"mime_type"`
	Emoji     string   `json:"sticker_emoji"`
	Seconds   number32 `json:"duration_seconds"`
	Width     number32 `json:"width"`
	Height    number32 `json:"height"`

	Rest map[string]jsontext.Value `json:",embed"`

	Text runs `json:"-"` // RawText, where Entities do not say the same and more

	at     chat.Millis // the line before's where the source gives no date
	digest uint64      // see the functions of these names; set when it is taken
	old    uint64

	withFiles uint64   // the digest of the line where it came with its files
	files     bool     // the export has them
	carried   *carried // what became of its media, once that is known
	elsewhere bool     // what it replies to stands in another chat
}

// mends reports whether the line may change what was imported of it before. Service lines stay what they
// said first.
func (r *record) mends() bool { return r.Type == "message" }

// same reports whether the line has not changed since it was imported under a digest. One that came without
// its files has changed once they are there; one that had them stays as it is where they are not.
func (r *record) same(digest uint64) bool {
	return digest == r.withFiles || !r.files && (digest == r.digest || digest == r.old)
}

// anything is a scalar that older versions wrote as a number and newer ones as a string.
type anything string

// UnmarshalJSON takes strings and numbers; anything else is left out.
func (a *anything) UnmarshalJSON(raw []byte) error {
	switch jsontext.Value(raw).Kind() {
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*a = anything(s)
	case '0':
		*a = anything(raw)
	}
	return nil
}

// number32 is a measure of media; values out of range or of another kind count as unknown.
type number32 uint32

// UnmarshalJSON takes numbers from 0 to 2³²−1.
func (n *number32) UnmarshalJSON(raw []byte) error {
	if v, err := strconv.ParseFloat(string(raw), 64); err == nil && v >= 0 && v < 1<<32 {
		*n = number32(v)
	}
	return nil
}

// runs is a text as a list of formatted runs.
type runs []textRun

// textRun is one run of a text.
type textRun struct {
	Type      string   `json:"type"`
	Text      string   `json:"text"`
	Href      string   `json:"href"`
	Language  string   `json:"language"`
	Document  string   `json:"document_id"`
	Collapsed bool     `json:"collapsed"`
	UserID    anything `json:"user_id"`
}

// UnmarshalJSON takes a plain string, one run, or a list of both.
func (t *runs) UnmarshalJSON(raw []byte) error {
	switch jsontext.Value(raw).Kind() {
	case 'n':
		return nil
	case '"':
		run := textRun{Type: "plain"}
		if err := json.Unmarshal(raw, &run.Text); err != nil {
			return err
		}
		*t = runs{run}
		return nil
	case '{':
		*t = make(runs, 1)
		return json.Unmarshal(raw, &(*t)[0], lenient())
	}
	var parts []jsontext.Value
	if err := json.Unmarshal(raw, &parts, lenient()); err != nil {
		return err
	}
	*t = make(runs, len(parts))
	for i, part := range parts {
		run := &(*t)[i]
		var err error
		if part.Kind() == '"' {
			run.Type = "plain"
			err = json.Unmarshal(part, &run.Text, lenient())
		} else {
			err = json.Unmarshal(part, run, lenient())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func lenient() json.Options {
	return json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
}

// parse decodes one line and refuses one without number or type, or with a date that cannot be read. Lines
// of kinds that the exporter does not support have no date at all: they take that of the line before.
func parse(raw jsontext.Value, before chat.Millis) (*record, error) {
	rec := &record{}
	if err := json.Unmarshal(raw, rec, lenient()); err != nil {
		return nil, err
	}
	if rec.ID == 0 {
		return nil, &shapeError{"a message has no id"}
	}
	if rec.Type == "" {
		return nil, &shapeError{fmt.Sprintf("message %d has no type", rec.ID)}
	}
	if len(rec.Entities) == 0 && len(rec.RawText) > 0 {
		if err := json.Unmarshal(rec.RawText, &rec.Text, lenient()); err != nil {
			return nil, &shapeError{fmt.Sprintf("message %d has a text of the wrong kind", rec.ID)}
		}
	}
	rec.RawText = nil
	if rec.ID >= NumberBase {
		return nil, &shapeError{fmt.Sprintf("message %d has a number out of range", rec.ID)}
	}
	rec.at = before
	if rec.DateUnix != "" || rec.Date != "" {
		var err error
		if rec.at, err = moment(rec.DateUnix, rec.Date); err != nil {
			return nil, &shapeError{fmt.Sprintf("message %d: %s", rec.ID, err)}
		}
	}
	return rec, nil
}

// moment reads a time: the Unix time where there is one, else the local time of an unknown zone as UTC.
func moment(unix, local string) (chat.Millis, error) {
	if unix != "" {
		s, err := strconv.ParseInt(unix, 10, 64)
		if err != nil || s < 0 || s > 1<<40 {
			return 0, fmt.Errorf("not a Unix time: %q", unix)
		}
		return chat.Millis(s * 1000), nil
	}
	t, err := time.Parse("2006-01-02T15:04:05", local)
	if err != nil || t.Year() < 1970 {
		return 0, fmt.Errorf("not a time: %q", local)
	}
	return chat.Millis(t.UnixMilli()), nil
}

// line makes the entry of a record. place tells where an earlier number went, 0 if it is not here. The
// kinds that have no counterpart here are returned too.
func (r *record) line(place func(int64) chat.Seq) (chat.Import, []string) {
	at := r.at
	from := &chat.Imported{Number: r.ID, Digest: r.digest, ViaBot: r.ViaBot}
	if r.files {
		from.Digest = r.withFiles
	}
	if r.Edited != "" || r.EditUnix != "" {
		from.Edited, _ = moment(r.EditUnix, r.Edited)
	}
	if r.Type != "message" {
		s, left := r.service(from)
		return chat.Import{At: at, Service: s}, append(r.unknownType(), left...)
	}
	if r.From != nil {
		from.Author = *r.From
	}
	from.AuthorID = string(r.FromID)
	m := &chat.Message{Imported: from, Signature: r.Author}
	var unknown []string
	m.Text, m.Entities, unknown = r.words().join()
	if r.ReplyTo != 0 {
		m.Reply = r.reply(place)
	}
	if r.Forwarded != nil {
		m.Forward = &chat.Forward{Name: *r.Forwarded}
	} else if _, ok := r.Rest["forwarded_from_id"]; ok {
		m.Forward = &chat.Forward{}
	}
	var media []string
	m.Attachments, media = r.attachments()
	if m.Text == "" && len(m.Attachments) == 0 {
		// A line that shows nothing still takes its place: deep links and counts stay right.
		m.Attachments = []chat.Attachment{{Kind: "empty"}}
	}
	return chat.Import{At: at, Message: m}, slices.Concat(unknown, media, r.leftOut())
}

// words is the text of the line.
func (r *record) words() runs {
	if len(r.Entities) > 0 {
		return r.Entities
	}
	return r.Text
}

// reply points to the line replied to. One that is not here keeps its number, should a later import bring it.
func (r *record) reply(place func(int64) chat.Seq) *chat.Reply {
	if r.elsewhere {
		return &chat.Reply{}
	}
	if seq := place(r.ReplyTo); seq != 0 {
		return &chat.Reply{Seq: seq}
	}
	return &chat.Reply{Number: r.ReplyTo}
}

func (r *record) unknownType() []string {
	if r.Type == "service" {
		return nil
	}
	return []string{"type:" + r.Type}
}

// service keeps what a service line says, as plain values by the names of the source. What is no plain value
// is left out and named.
func (r *record) service(from *chat.Imported) (s *chat.ServiceLine, left []string) {
	if r.Actor != nil {
		from.Author = *r.Actor
	}
	from.AuthorID = string(r.ActorID)
	s = &chat.ServiceLine{Action: r.Action, Values: map[string]string{}, Imported: from}
	if s.Action == "" {
		s.Action = r.Type
	}
	text, _, _ := r.words().join()
	values := map[string]string{"text": text, "from": deref(r.From), "from_id": string(r.FromID)}
	if r.Seconds != 0 {
		values["duration_seconds"] = strconv.FormatUint(uint64(r.Seconds), 10)
	}
	for key, raw := range r.Rest {
		v := plainValue(raw)
		if _, ok := unneeded[key]; !ok && v == "" && says(raw) {
			left = append(left, "field:"+key)
		}
		values[key] = v
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if v := values[key]; v != "" && len(s.Values) < maxValues {
			s.Values[key] = v
		}
	}
	return s, left
}

// maxValues bounds the plain values of a service line.
const maxValues = 40

// plainValue writes a scalar, or a list of scalars, as text; objects are left out.
func plainValue(raw jsontext.Value) string {
	switch raw.Kind() {
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s, lenient()); err == nil {
			return s
		}
	case '0', 't', 'f':
		return string(raw)
	case '[':
		var list []jsontext.Value
		if err := json.Unmarshal(raw, &list, lenient()); err != nil {
			return ""
		}
		var parts []string
		for _, one := range list {
			if one.Kind() == '"' || one.Kind() == '0' {
				parts = append(parts, plainValue(one))
			}
		}
		return strings.Join(parts, ", ")
	}
	return ""
}
