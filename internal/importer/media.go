// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
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

// Files takes in the files of an export.
type Files interface {
	// Keep takes in the content of a file under a name and tells what it is. As a photo, it becomes one that
	// holds nothing but the picture, where it is one. What cannot be kept is chat.CodeTooLarge.
	Keep(ctx context.Context, from *os.File, name string, photo bool) (chat.Upload, error)
}

// carriedKinds gives the kind of what a message carries for our words of media.
var carriedKinds = map[string]chat.MediaKind{
	"photo": chat.MediaPhoto, "animation": chat.MediaGIF, "audio": chat.MediaAudio, "file": chat.MediaFile,
	"video": chat.MediaVideo, "round": chat.MediaVideo, "voice": chat.MediaVoice,
}

// carry gives a line the media that its record names: what lies in the export, a place, a card. What is not
// there stays named among the attachments, so that readers see what is missing.
func (r *run) carry(ctx context.Context, rec *record, m *chat.Message) error {
	if m == nil {
		return nil
	}
	if rec.carried == nil {
		var err error
		rec.carried, err = r.carriedBy(ctx, rec, m.Attachments)
		if err != nil {
			return err
		}
	}
	if c := rec.carried; c.media != nil {
		m.Media = c.media
		m.Attachments = slices.DeleteFunc(m.Attachments, func(a chat.Attachment) bool {
			return a.Kind == c.kind || c.media.Location != nil && a.Kind == "venue" // says the same
		})
	}
	return nil
}

// carried is what became of the media of a record.
type carried struct {
	media *chat.Media
	kind  string // of the attachment that it stands for
	file  bool   // a file came with it, or would
	lost  bool   // a file is named and is not there
}

func (r *run) carriedBy(ctx context.Context, rec *record, all []chat.Attachment) (*carried, error) {
	for _, a := range all {
		kind := carriedKinds[a.Kind]
		if kind != 0 {
			m, err := r.contentOf(ctx, rec, kind, a)
			comes := m != nil || r.options.DryRun && rec.files
			return &carried{media: m, kind: a.Kind, file: comes, lost: !comes}, err
		}
		if n := rec.placeOrCard(a.Kind); n != nil {
			// One that names no place on Earth, or nobody, stays a word.
			if m, err := chat.Carried(*n, nil); err == nil {
				return &carried{media: m, kind: a.Kind}, nil
			}
		}
	}
	return &carried{}, nil
}

// contentOf takes in the file of a record; nil where it is not in the export or too large to be kept.
func (r *run) contentOf(ctx context.Context, rec *record, kind chat.MediaKind, a chat.Attachment) (
	*chat.Media, error) {
	path := rec.File
	if kind == chat.MediaPhoto {
		path = rec.Photo
	}
	main, err := r.keep(ctx, path, a.Name, kind == chat.MediaPhoto)
	if main == nil || err != nil {
		return nil, err
	}
	files := map[chat.FileID]chat.Upload{main.ID: *main}
	n := chat.NewMedia{
		Kind: kind, File: main.ID, Width: a.Width, Height: a.Height, Duration: min(a.Seconds, maxSeconds) * 1000,
		Title: rec.text("title"), Performer: rec.text("performer"), Spoiler: rec.text("media_spoiler") == "true",
	}
	poster, err := r.keep(ctx, rec.text("thumbnail"), "", true)
	if err != nil {
		return nil, err
	}
	if poster != nil && poster.Photo {
		n.Poster, files[poster.ID] = poster.ID, *poster
	}
	m, err := chat.Carried(n, files)
	if chat.CodeOf(err) == chat.CodeMediaRefused {
		// The content is not what the source called it: it comes as a file.
		n.Kind, n.Poster = chat.MediaFile, ""
		m, err = chat.Carried(n, files)
	}
	if err != nil {
		return nil, fmt.Errorf("media of message %d: %w", rec.ID, err)
	}
	return m, nil
}

// maxSeconds is the longest that a medium may say it lasts; in milliseconds it fits.
const maxSeconds = math.MaxUint32 / 1000

// keep takes in one file of the export; nil where there is none. Nothing outside the directory of the export
// is ever opened, whatever a path says and whatever a link in it points to.
func (r *run) keep(ctx context.Context, path, name string, photo bool) (*chat.Upload, error) {
	if !included(path) || r.options.Files == nil || r.options.DryRun {
		return nil, nil
	}
	f, err := r.root.Open(filepath.FromSlash(path))
	if err != nil {
		return nil, nil // not there, or not to be read: readers see that it is missing
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil, nil
	}
	if name == "" {
		name = fileName(path)
	}
	u, err := r.options.Files.Keep(ctx, f, name, photo)
	if chat.CodeOf(err) == chat.CodeTooLarge {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("take in %s: %w", path, err)
	}
	return &u, nil
}

// included reports whether a path names a file of the export.
func included(path string) bool { return path != "" && !strings.HasPrefix(path, "(") }

// hasFiles reports whether the export has a file for the record.
func (r *run) hasFiles(rec *record) bool {
	if r.options.Files == nil {
		return false
	}
	for _, path := range []string{rec.Photo, rec.File} {
		if !included(path) || rec.MediaType == "sticker" {
			continue
		}
		info, err := r.root.Stat(filepath.FromSlash(path))
		if err == nil && info.Mode().IsRegular() && info.Size() > 0 {
			return true
		}
	}
	return false
}

// placeOrCard is a place or a card that a record names, as somebody would send it.
func (r *record) placeOrCard(kind string) *chat.NewMedia {
	switch kind {
	case "location", "venue":
		var at struct {
			Latitude  float64 `json:"latitude"`
			Longitude float64 `json:"longitude"`
		}
		if !r.object("location_information", &at) {
			return nil
		}
		return &chat.NewMedia{Kind: chat.MediaLocation, Location: &chat.Location{
			Latitude: at.Latitude, Longitude: at.Longitude, Title: r.text("place_name"), Address: r.text("address")}}
	case "contact":
		var who struct {
			First string `json:"first_name"`
			Last  string `json:"last_name"`
			Phone string `json:"phone_number"`
		}
		if !r.object("contact_information", &who) {
			return nil
		}
		return &chat.NewMedia{Kind: chat.MediaContact, Contact: &chat.SharedContact{
			Name: strings.TrimSpace(who.First + " " + who.Last), Phone: who.Phone}}
	}
	return nil
}

// object reads a field that holds an object, and reports whether it does.
func (r *record) object(field string, into any) bool {
	raw := r.Rest[field]
	return raw.Kind() == '{' && json.Unmarshal(raw, into, lenient()) == nil
}

// text is a plain value among the fields of a record that have no place of their own.
func (r *record) text(field string) string { return plainValue(r.Rest[field]) }

// attachments lists what a message carried besides its text.
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
