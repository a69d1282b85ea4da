// SPDX-License-Identifier: AGPL-3.0-or-later

package importer_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/importer"
	"github.com/zolal-im/zolal/internal/media"
)

// folder is an export with what lies beside it.
type folder struct {
	t   *testing.T
	dir string
}

func newFolder(t *testing.T) *folder { return &folder{t, t.TempDir()} }

func (f *folder) path() string { return filepath.Join(f.dir, "result.json") }

func (f *folder) put(name string, content []byte) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// says writes the export: a private group of messages, numbered from 1.
func (f *folder) says(messages ...string) {
	f.t.Helper()
	var lines []string
	for i, m := range messages {
		lines = append(lines, fmt.Sprintf(`{"id": %d, "type": "message", "date_unixtime": "%d", "from": "سارا",
			"from_id": "user5", %s}`, i+1, 1710904200+i, m))
	}
	f.put("result.json", []byte(`{"name": "کوه", "type": "private_group", "id": 77, "messages": [`+
		strings.Join(lines, ",")+`]}`))
}

// picture is a photo with a place in it.
func picture(t *testing.T, shade uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range img.Pix {
		img.Set(i%40, i/40%30, color.RGBA{shade, uint8(i), 90, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	exif := append([]byte{0xFF, 0xE1, 0, 22}, "Exif\x00\x00GPS 35.7 51.4"...)
	exif = append(exif, 0)
	return append(append(bytes.Clone(raw[:2]), exif...), raw[2:]...)
}

var (
	film  = append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), bytes.Repeat([]byte{7}, 300)...)
	sound = append([]byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"+
		"\x00\x00\x01\x13OpusHead\x01"), bytes.Repeat([]byte{9}, 300)...)
)

// shop keeps files as a server does.
type shop struct {
	*media.Service
	owner chat.AccountID
	kept  int
}

// Keep implements importer.Files.
func (s *shop) Keep(ctx context.Context, from *os.File, name string, photo bool) (chat.Upload, error) {
	s.kept++
	info, err := from.Stat()
	if err != nil {
		return chat.Upload{}, err
	}
	return s.Adopt(ctx, s.owner, media.NewUpload{Length: info.Size(), Name: name, Photo: photo}, from)
}

func (y *yard) shop(change ...func(*media.Config)) *shop {
	y.t.Helper()
	store, ok := y.store.(media.Store)
	if !ok {
		y.t.Fatal("the store keeps no media")
	}
	cfg := media.Config{Dir: y.t.TempDir(), Store: store}
	for _, c := range change {
		c(&cfg)
	}
	s, err := media.Open(cfg)
	if err != nil {
		y.t.Fatal(err)
	}
	y.t.Cleanup(s.Close)
	return &shop{Service: s, owner: y.owner}
}

// with imports the folder, into the chat that was made for it.
func (y *yard) with(f *folder, o importer.Options) (importer.Report, []*chat.Message) {
	y.t.Helper()
	ctx := y.t.Context()
	s, err := importer.Inspect(ctx, f.path(), func(int64) {})
	if err != nil {
		y.t.Fatal(err)
	}
	h, err := importer.Into(ctx, y.e, y.owner, importer.Target{}, s)
	if err != nil {
		y.t.Fatal(err)
	}
	report, err := importer.Telegram(ctx, f.path(), s, h, o)
	if err != nil {
		y.t.Fatal(err)
	}
	var all []*chat.Message
	for _, it := range y.lines(h) {
		all = append(all, message(y.t, it))
	}
	return report, all
}

func TestWhatLiesBesideAnExportComesWithIt(t *testing.T) {
	y := newYard(t)
	f := newFolder(t)
	f.put("photos/a.jpg", picture(t, 1))
	f.put("video_files/film.mp4", film)
	f.put("video_files/film.mp4_thumb.jpg", picture(t, 2))
	f.put("voice_messages/v.ogg", sound)
	f.put("files/page.html", []byte("<!doctype html><script>alert(1)</script>"))
	f.put("photos/no.jpg", []byte("this is no picture"))
	f.says(
		`"photo": "photos/a.jpg", "width": 40, "height": 30, "text": "قله", "media_spoiler": true`,
		`"file": "video_files/film.mp4", "thumbnail": "video_files/film.mp4_thumb.jpg", "media_type": "video_file",
		 "mime_type": "video/mp4", "duration_seconds": 12, "width": 640, "height": 360, "text": ""`,
		`"file": "voice_messages/v.ogg", "media_type": "voice_message", "duration_seconds": 3, "text": ""`,
		`"file": "files/page.html", "file_name": "صفحه.html", "mime_type": "image/png", "text": ""`,
		`"photo": "photos/no.jpg", "text": ""`,
		`"location_information": {"latitude": 35.8, "longitude": 51.4}, "place_name": "توچال", "text": ""`,
		`"contact_information": {"first_name": "رضا", "last_name": "کیانی", "phone_number": "+98 21"}, "text": ""`,
		`"location_information": null, "live_location_period_seconds": 900, "text": ""`,
		`"location_information": {"latitude": 400, "longitude": 51.4}, "text": ""`,
	)
	report, all := y.with(f, importer.Options{Files: y.shop()})
	if report.Added != 9 || report.Files != 5 || report.Missing != 0 || len(report.UnknownKinds) != 0 {
		t.Errorf("%+v", report)
	}
	kinds := make([]chat.MediaKind, len(all))
	for i, m := range all {
		if m.Media != nil {
			kinds[i] = m.Media.Kind
		}
		if (m.Media == nil) != (len(m.Attachments) == 1) {
			t.Errorf("%d: media %+v and %d words for them", i+1, m.Media, len(m.Attachments))
		}
	}
	want := []chat.MediaKind{chat.MediaPhoto, chat.MediaVideo, chat.MediaVoice, chat.MediaFile, chat.MediaFile,
		chat.MediaLocation, chat.MediaContact, 0, 0}
	if d := cmp.Diff(want, kinds); d != "" {
		t.Fatal(d)
	}
	photo, video, voice, page := all[0].Media, all[1].Media, all[2].Media, all[3].Media
	if all[0].Text != "قله" || !photo.Spoiler || photo.Width != 40 || photo.MIME != "image/jpeg" {
		t.Errorf("the photo came as %+v", photo)
	}
	if video.Poster == nil || video.Poster.Width != 40 || video.Duration != 12000 || video.Width != 640 {
		t.Errorf("the video came as %+v", video)
	}
	if voice.MIME != "audio/ogg" || voice.Duration != 3000 {
		t.Errorf("the voice came as %+v", voice)
	}
	// What the source calls an image is judged by its content.
	if page.Name != "صفحه.html" || strings.HasPrefix(page.MIME, "image/") {
		t.Errorf("the page came as %+v", page)
	}
	if at := all[5].Media.Location; at.Latitude != 35.8 || at.Title != "توچال" {
		t.Errorf("the place came as %+v", at)
	}
	if who := all[6].Media.Contact; who.Name != "رضا کیانی" || who.Phone != "+98 21" || who.Account != 0 {
		t.Errorf("the card came as %+v", who)
	}
}

func TestAnImportedPhotoSaysNotWhereItWasMade(t *testing.T) {
	y := newYard(t)
	f, s := newFolder(t), y.shop()
	f.put("photos/a.jpg", picture(t, 1))
	f.says(`"photo": "photos/a.jpg", "text": ""`)
	_, all := y.with(f, importer.Options{Files: s})
	if all[0].Media == nil || all[0].Media.Hash == (chat.Hash{}) {
		t.Fatal("the photo did not come")
	}
	u, err := s.Adopt(t.Context(), y.owner, media.NewUpload{Length: int64(len(picture(t, 1)))},
		bytes.NewReader(picture(t, 1)))
	if err != nil || u.Hash == all[0].Media.Hash || !bytes.Contains(picture(t, 1), []byte("GPS 35.7")) {
		t.Errorf("it was kept as it was (%v)", err)
	}
}

func TestNothingOutsideAnExportIsTaken(t *testing.T) {
	y := newYard(t)
	f := newFolder(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("not for readers"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(f.dir, "link")); err != nil {
		t.Fatal(err)
	}
	f.put("dir/file", []byte("x"))
	up, err := filepath.Rel(f.dir, secret)
	if err != nil {
		t.Fatal(err)
	}
	f.says(`"file": "`+up+`", "text": ""`, `"file": "`+secret+`", "text": ""`, `"file": "link", "text": ""`,
		`"file": "dir", "text": ""`, `"file": "dir/none", "text": ""`, `"photo": "dir/../../x", "text": ""`,
		`"file": "(File not included. Change data exporting settings to download.)", "text": ""`)
	s := y.shop()
	report, all := y.with(f, importer.Options{Files: s})
	if report.Missing != 7 || report.Files != 0 || s.kept != 0 {
		t.Errorf("%+v, %d files were taken", report, s.kept)
	}
	for i, m := range all {
		if m.Media != nil || len(m.Attachments) != 1 {
			t.Errorf("%d carries %+v, and says of it %v", i+1, m.Media, m.Attachments)
		}
	}
}

func TestFilesComeWithALaterExportAndStayWithOneThatHasNone(t *testing.T) {
	y := newYard(t)
	f, s := newFolder(t), y.shop()
	line := `"photo": "photos/a.jpg", "photo_file_size": 900, "text": "قله"`
	f.says(line)
	if report, all := y.with(f, importer.Options{Files: s}); report.Missing != 1 || all[0].Media != nil {
		t.Fatalf("%+v", report)
	}
	f.put("photos/a.jpg", picture(t, 1))
	dry, _ := y.with(f, importer.Options{Files: s, DryRun: true})
	if dry.Updated != 1 || dry.Files != 1 || s.kept != 0 {
		t.Errorf("a dry run: %+v, %d files were taken", dry, s.kept)
	}
	report, all := y.with(f, importer.Options{Files: s})
	if report.Updated != 1 || report.Files != 1 || all[0].Media == nil || len(all[0].Attachments) != 0 {
		t.Fatalf("%+v", report)
	}
	if report, _ := y.with(f, importer.Options{Files: s}); report.Unchanged != 1 || s.kept != 1 {
		t.Errorf("again: %+v, %d files were taken", report, s.kept)
	}
	if err := os.RemoveAll(filepath.Join(f.dir, "photos")); err != nil {
		t.Fatal(err)
	}
	if report, all := y.with(f, importer.Options{Files: s}); report.Unchanged != 1 || all[0].Media == nil {
		t.Errorf("without its files: %+v", report)
	}
	f.says(strings.ReplaceAll(line, "قله", "پناهگاه"))
	report, all = y.with(f, importer.Options{Files: s})
	if report.Updated != 1 || all[0].Text != "پناهگاه" || all[0].Media == nil || len(all[0].Attachments) != 0 {
		t.Errorf("mended without its files: %+v, %+v", report, all[0])
	}
}

func TestAnImportIsNoPartOfTheShareOfADay(t *testing.T) {
	y := newYard(t)
	f := newFolder(t)
	s := y.shop(func(c *media.Config) { c.DayBytes, c.Max = 700, 1000 })
	f.put("files/a", bytes.Repeat([]byte("a"), 600))
	f.put("files/b", bytes.Repeat([]byte("b"), 600))
	f.put("files/c", bytes.Repeat([]byte("c"), 1001))
	f.says(`"file": "files/a", "text": ""`, `"file": "files/b", "text": ""`, `"file": "files/c", "text": ""`)
	report, _ := y.with(f, importer.Options{Files: s})
	if report.Files != 2 || report.Missing != 1 || report.Failed != 0 {
		t.Errorf("%+v", report)
	}
	if _, err := s.Begin(t.Context(), y.owner, media.NewUpload{Length: 700}); err != nil {
		t.Errorf("the owner's own upload: %v", err)
	}
}
