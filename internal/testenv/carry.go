// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// mediaVerbs are the words about photos and files.
func mediaVerbs() map[string]func(*stage, *line) error {
	return map[string]func(*stage, *line) error{
		"uploads": uploads,  // sara uploads photo|"name.ext" [half] as alias
		"resumes": resumes,  // sara resumes alias (from beyond the beginning, to the end)
		"cancels": cancels,  // sara cancels alias
		"sends":   sends,    // sara sends chat photo|file|voice|… alias ["caption"] [album WORD] [as message]
		"fetches": fetches,  // reza fetches message [part] (and gets what was uploaded)
		"copies":  copies,   // reza copies message as address (with this device's token in it)
		"visited": visited,  // mina visited address (by nobody: as anybody who has the address)
		"peeks":   peeks,    // mina peeks message (at its public address, as nobody)
		"grouped": together, // reza grouped message message … (they are one album)
	}
}

// bundle is something that was uploaded, or is being.
type bundle struct {
	id      string
	upload  zolal.Upload
	content []byte
	hash    []byte // of a photo of an account or a chat
}

// webPage is what a browser would run if it took a content for it.
const webPage = "<!doctype html><html><script>alert(1)</script></html>"

// contentOf makes bytes that differ by name: a small photo that says where it was made and has a page behind
// its end, or a file. Files named both are two things at once, beginning as what the rest of the name says.
func contentOf(name string) ([]byte, error) {
	sum := sha256.Sum256([]byte(name))
	switch {
	case name == "both.gif":
		return []byte("GIF89a/*" + string(sum[:]) + "*/=alert(1)//" + webPage), nil
	case name == "both.html":
		return []byte(webPage + "\xff\xd8\xff\xe0" + string(sum[:])), nil
	case !strings.HasPrefix(name, "photo") && name != "both.jpg":
		return bytes.Repeat(sum[:], 40_000), nil
	}
	img := image.NewRGBA(image.Rect(0, 0, 96, 64))
	for i := range img.Pix {
		img.Pix[i] = sum[i%len(sum)]
	}
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		return nil, err
	}
	b.WriteString(webPage)
	if name == "both.jpg" {
		return b.Bytes(), nil
	}
	const exif = "\xff\xe1\x00\x1dExif\x00\x00II*\x00\x08\x00\x00\x00GPS 35.7 51.4"
	return slices.Insert(b.Bytes(), 2, []byte(exif)...), nil
}

func uploads(s *stage, l *line) error {
	words, as := alias(l.words)
	d, err := s.device(l)
	if err != nil {
		return err
	}
	raw, err := contentOf(words[0])
	if err != nil {
		return err
	}
	u := zolal.Upload{
		Content: bytes.NewReader(raw), Size: int64(len(raw)), Name: words[0],
		Photo: strings.HasPrefix(words[0], "photo"), Chunk: int64(len(raw)+1) / 2,
	}
	id, err := d.client.BeginUpload(s.ctx, u)
	if err != nil {
		return err
	}
	s.bundles[as] = bundle{id: id, upload: u, content: raw}
	if slices.Contains(words, "half") {
		return s.half(d, id, u)
	}
	_, err = d.client.FinishUpload(s.ctx, id, u)
	return err
}

// half sends the first half of an upload and no more.
func (s *stage) half(d *device, id string, u zolal.Upload) error {
	ctx, cut := context.WithCancel(s.ctx)
	defer cut()
	u.Progress = func(at int64) {
		if at > 0 {
			cut()
		}
	}
	if _, err := d.client.FinishUpload(ctx, id, u); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("an upload that was cut ended with %w", err)
	}
	return nil
}

func (s *stage) bundle(name string) (bundle, error) {
	b, ok := s.bundles[name]
	if !ok {
		return b, fmt.Errorf("nothing was uploaded as %s", name)
	}
	return b, nil
}

func resumes(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	b, err := s.bundle(l.words[0])
	if err != nil {
		return err
	}
	first := int64(-1)
	b.upload.Progress = func(at int64) {
		if first < 0 {
			first = at
		}
	}
	if _, err := d.client.FinishUpload(s.ctx, b.id, b.upload); err != nil {
		return err
	}
	if first < b.upload.Chunk {
		return fmt.Errorf("it began again at %d", first)
	}
	return nil
}

func cancels(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	b, err := s.bundle(l.words[0])
	if err != nil {
		return err
	}
	return d.client.CancelUpload(s.ctx, b.id)
}

func sends(s *stage, l *line) error {
	words, as := alias(l.words)
	if len(words) < 3 {
		return fmt.Errorf("sends chat kind alias [\"caption\"] [album WORD] [as message]")
	}
	id, err := s.chat(words[0])
	if err != nil {
		return err
	}
	b, err := s.bundle(words[2])
	if err != nil {
		return err
	}
	kind := zolalv1.MediaKind(zolalv1.MediaKind_value["MEDIA_KIND_"+strings.ToUpper(words[1])])
	req := &zolalv1.SendRequest{Chat: id, Media: &zolalv1.NewMedia{Kind: kind, File: b.id}}
	rest := words[3:]
	if n := len(rest); n >= 2 && rest[n-2] == "album" {
		sum := sha256.Sum256([]byte(rest[n-1]))
		req.Album, rest = sum[:16], rest[:n-2]
	}
	if len(rest) > 0 {
		req.Text = rest[0]
	}
	if err := s.send(l, req, as, true); err != nil {
		return err
	}
	n := s.notes[as]
	n.carries = words[2]
	s.notes[as] = n
	return nil
}

// carried is what a message is shown with, by somebody.
func (s *stage) carried(l *line, n note) (*zolalv1.Message, error) {
	resp := new(zolalv1.GetResponse)
	err := s.call(l, "Messages/Get", &zolalv1.GetRequest{Chat: n.chat, Seqs: []uint32{n.seq}}, resp)
	if err != nil {
		return nil, err
	}
	if len(resp.GetEntries()) != 1 {
		return nil, fmt.Errorf("the message is not shown")
	}
	e := resp.GetEntries()[0]
	raw := e.GetBody()
	if o := e.GetOverlay(); o != nil {
		raw = o.GetBody()
	}
	m := new(zolalv1.Message)
	return m, proto.Unmarshal(raw, m)
}

func fetches(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	part := "original"
	if len(l.words) > 1 {
		part = l.words[1]
	}
	body, _, err := d.client.Fetch(s.ctx, zolal.MediaPath(n.chat, n.seq, part), 0)
	if err != nil {
		return err
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	m, err := s.carried(l, n)
	if err != nil {
		return err
	}
	return s.is(n, m, part, raw)
}

// is compares what was fetched with what was uploaded.
func (s *stage) is(n note, m *zolalv1.Message, part string, raw []byte) error {
	sum := sha256.Sum256(raw)
	b := s.bundles[n.carries]
	switch {
	case bytes.Contains(raw, []byte("GPS")):
		return fmt.Errorf("it says where it was made")
	case b.upload.Photo && bytes.Contains(raw, []byte(webPage)):
		return fmt.Errorf("it has more in it than the picture")
	case part != "original":
		_, err := jpeg.DecodeConfig(bytes.NewReader(raw))
		return err
	case !bytes.Equal(sum[:], m.GetMedia().GetHash()):
		return fmt.Errorf("it is not what the message names")
	case n.carries != "" && !b.upload.Photo && !bytes.Equal(raw, b.content):
		return fmt.Errorf("it is not what was uploaded")
	}
	return nil
}

// copies notes the address of a medium as a page of this device has it.
func copies(s *stage, l *line) error {
	words, as := alias(l.words)
	d, err := s.device(l)
	if err != nil {
		return err
	}
	n, err := s.note(words[0])
	if err != nil {
		return err
	}
	access := new(zolalv1.MediaAccess)
	if err := s.call(l, "Files/Access", &zolalv1.AccessRequest{}, access); err != nil {
		return err
	}
	s.host.Hush(access.GetToken())
	s.links[as] = d.client.Address() + zolal.MediaPath(n.chat, n.seq, "original") + "?key=" + access.GetToken()
	return nil
}

// visited fetches an address until it answers as the line says, for as long as a right that ended may still
// be believed.
func visited(s *stage, l *line) error {
	var last error
	deadline := time.Now().Add(5 * time.Second)
	for {
		last = s.get(s.links[l.words[0]])
		if (last == nil) == (l.fails == "") || time.Now().After(deadline) {
			return last
		}
	}
}

func peeks(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	if n.hash == nil {
		m, err := s.carried(&line{actor: l.actor}, n)
		if err != nil {
			return err
		}
		n.hash = m.GetMedia().GetHash()
		s.notes[l.words[0]] = n
	}
	return s.get(d.client.Address() + zolal.PublicMediaPath(n.hash, "original"))
}

// cached holds that a browser shows again what is private only after it asked.
func cached(resp *http.Response) error {
	how := resp.Header.Get("Cache-Control")
	if public := strings.Contains(resp.Request.URL.Path, "/public/"); !public && how != "private, no-cache" {
		return fmt.Errorf("what is private may be kept: %s", how)
	}
	return nil
}

// harmless holds that a browser runs nothing of a content, whatever it is besides, and shows it only as what
// it begins as.
func harmless(resp *http.Response, raw []byte) error {
	kind, how := "application/octet-stream", "attachment"
	switch {
	case bytes.HasPrefix(raw, []byte("GIF8")):
		kind, how = "image/gif", "inline"
	case bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		kind, how = "image/jpeg", "inline"
	}
	h := resp.Header
	shown, _, _ := strings.Cut(h.Get("Content-Disposition"), ";")
	if h.Get("Content-Type") != kind || shown != how || h.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none'") {
		return fmt.Errorf("what begins with %.8q is served as %v", raw, h)
	}
	return nil
}

// get fetches an address as nobody. What it got before it asks for as a browser does that has kept it.
func (s *stage) get(address string) error {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("If-None-Match", s.tags[address])
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusNotModified:
		return cached(resp)
	case resp.StatusCode == http.StatusOK:
		s.tags[address] = resp.Header.Get("ETag")
		return errors.Join(cached(resp), harmless(resp, raw))
	}
	e := new(zolalv1.Error)
	if err := protojson.Unmarshal(raw, e); err != nil {
		return err
	}
	return &zolal.Error{Code: e.GetCode(), Text: e.GetMessage()}
}

func together(s *stage, l *line) error {
	var album []byte
	for i, word := range l.words {
		n, err := s.note(word)
		if err != nil {
			return err
		}
		m, err := s.carried(l, n)
		if err != nil {
			return err
		}
		if i == 0 {
			album = m.GetAlbum()
		}
		if len(album) == 0 || !bytes.Equal(album, m.GetAlbum()) {
			return fmt.Errorf("%s is of album %x, not %x", word, m.GetAlbum(), album)
		}
	}
	return nil
}
