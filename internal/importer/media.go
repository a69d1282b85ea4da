// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"cmp"
	"path"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/zolal-im/zolal/internal/chat"
)

// mediaKinds gives our word for each media_type of the source.
var mediaKinds = map[string]string{
	"animation":     "animation",
	"audio_file":    "audio",
	"sticker":       "sticker",
	"video_file":    "video",
	"video_message": "round",
	"voice_message": "voice",
}

// objectKinds gives our word for each field that holds something other than a file, and the field inside
// that names it best.
var objectKinds = []struct{ field, kind, name string }{
	{"poll", "poll", "question"},
	{"contact_information", "contact", "first_name"},
	{"contact_vcard", "contact", ""},
	{"location_information", "location", ""},
	{"live_location_period_seconds", "location", ""},
	{"place_name", "venue", ""},
	{"game_title", "game", ""},
	{"invoice_information", "invoice", "title"},
	{"giveaway_information", "giveaway", ""},
	{"giveaway_results", "giveaway", ""},
	{"todo_list", "list", "title"},
	{"story_expires", "story", ""},
	{"story_id", "story", ""},
	{"paid_media_count", "paid", ""},
	{"dice", "dice", "emoji"},
}

// attachments lists what a message carried besides its text. The media themselves are not here.
func (r *record) attachments() (list []chat.Attachment, unknown []string) {
	base := chat.Attachment{
		Width: uint32(r.Width), Height: uint32(r.Height), Seconds: uint32(r.Seconds),
		Emoji: r.Emoji, MIME: r.MIME,
	}
	if r.Photo != "" {
		photo := base
		photo.Kind, photo.Bytes = "photo", max(r.PhotoSize, 0)
		list = append(list, photo)
	}
	if r.File != "" || r.MediaType != "" {
		file := base
		file.Kind, file.Bytes = "file", max(r.FileSize, 0)
		file.Name = cmp.Or(r.FileName, fileName(r.File))
		if r.MediaType != "" {
			file.Kind = mediaKinds[r.MediaType]
		}
		if file.Kind == "" {
			file.Kind = "file"
			unknown = append(unknown, "media:"+r.MediaType)
		}
		list = append(list, file)
	}
	seen := map[string]bool{}
	for _, o := range objectKinds {
		raw, ok := r.Rest[o.field]
		if !ok || seen[o.kind] || raw.Kind() == 'n' {
			continue
		}
		seen[o.kind] = true
		list = append(list, chat.Attachment{Kind: o.kind, Name: objectName(raw, o.name)})
	}
	return list, unknown
}

// fileName is the last part of a path inside an export; where the file was left out, the exporter writes a
// sentence in parentheses instead, which names nothing.
func fileName(file string) string {
	if file == "" || strings.HasPrefix(file, "(") {
		return ""
	}
	return path.Base(file)
}

// objectName reads the text that names an object best. Some objects are JSON inside a string.
func objectName(raw jsontext.Value, field string) string {
	if raw.Kind() == '"' {
		var inner string
		if err := json.Unmarshal(raw, &inner, lenient()); err != nil {
			return ""
		}
		if v := jsontext.Value(inner); field == "" || !v.IsValid() || v.Kind() != '{' {
			return inner
		}
		raw = jsontext.Value(inner)
	}
	if raw.Kind() != '{' || field == "" {
		return plainValue(raw)
	}
	var object map[string]jsontext.Value
	if err := json.Unmarshal(raw, &object, lenient()); err != nil {
		return ""
	}
	v := object[field]
	if v.Kind() == '{' || v.Kind() == '[' {
		var text runs
		if err := json.Unmarshal(v, &text, lenient()); err == nil {
			joined, _, _ := text.join()
			return joined
		}
	}
	return plainValue(v)
}
