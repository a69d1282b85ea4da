// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"bytes"
	"net/http"
	"strings"
)

// sniffBytes is how much of a content is looked at to judge what it is.
const sniffBytes = 4096

// octets is the type of what is not known, and of what browsers are never to take for something they run.
const octets = "application/octet-stream"

// magics are contents that begin with what no other does, and where in them that stands.
var magics = []struct {
	at   int
	mark string
	mime string
}{
	{0, "\xff\xd8\xff", "image/jpeg"},
	{0, "\x89PNG\r\n\x1a\n", "image/png"},
	{0, "GIF87a", "image/gif"},
	{0, "GIF89a", "image/gif"},
	{0, "fLaC", "audio/flac"},
	{0, "ID3", "audio/mpeg"},
	{0, "%PDF-", "application/pdf"},
	{0, "PK\x03\x04", "application/zip"},
	{0, "PK\x05\x06", "application/zip"},
	{0, "Rar!\x1a\x07", "application/vnd.rar"},
	{0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"},
	{0, "\x1f\x8b\x08", "application/gzip"},
}

// Sniff says what a content is by its first bytes. Names and what clients say do not matter. What a browser
// could run, such as HTML, SVG and scripts, is told as what it is, and is served as octets (Safe).
func Sniff(head []byte) string {
	for _, m := range magics {
		if len(head) >= m.at+len(m.mark) && string(head[m.at:m.at+len(m.mark)]) == m.mark {
			return m.mime
		}
	}
	for _, look := range []func([]byte) string{riff, isoMedia, ebml, ogg, mpegAudio, markup} {
		if mime := look(head); mime != "" {
			return mime
		}
	}
	mime, _, _ := strings.Cut(http.DetectContentType(head), ";")
	switch kind, _, _ := strings.Cut(mime, "/"); kind {
	case "image", "video", "audio":
		return octets // of a kind that we do not look for ourselves, such as icons
	}
	return mime
}

func riff(head []byte) string {
	if len(head) < 16 || string(head[:4]) != "RIFF" {
		return ""
	}
	switch string(head[8:12]) {
	case "WEBP":
		return "image/webp"
	case "WAVE":
		return "audio/wav"
	case "AVI ":
		return "video/x-msvideo"
	}
	return ""
}

// brands are the kinds of what begins with an ftyp box, by its major brand.
var brands = map[string]string{
	"heic": "image/heic", "heix": "image/heic", "heim": "image/heic", "heis": "image/heic", "mif1": "image/heic",
	"hevc": "image/heic", "avif": "image/avif", "avis": "image/avif", "qt  ": "video/quicktime",
	"M4A ": "audio/mp4", "M4B ": "audio/mp4", "M4P ": "audio/mp4",
}

func isoMedia(head []byte) string {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return ""
	}
	if mime, ok := brands[string(head[8:12])]; ok {
		return mime
	}
	return "video/mp4"
}

func ebml(head []byte) string {
	if !bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")) {
		return ""
	}
	start := head[:min(len(head), 64)]
	switch {
	case bytes.Contains(start, []byte("webm")):
		return "video/webm"
	case bytes.Contains(start, []byte("matroska")):
		return "video/x-matroska"
	}
	return ""
}

// ogg looks into the first page, which says of the first stream what it is.
func ogg(head []byte) string {
	if len(head) < 36 || string(head[:4]) != "OggS" {
		return ""
	}
	first := head[28:36]
	if bytes.HasPrefix(first, []byte("\x80theora")) || bytes.HasPrefix(first, []byte("fishead")) {
		return "video/ogg"
	}
	return "audio/ogg"
}

// mpegAudio knows the first frame of MP3 and AAC without a container.
func mpegAudio(head []byte) string {
	if len(head) < 4 || head[0] != 0xff {
		return ""
	}
	switch {
	case head[1]&0xf6 == 0xf0:
		return "audio/aac"
	case head[1]&0xe6 == 0xe2 && head[2]>>4 != 0xf && head[2]>>4 != 0 && head[2]&0x0c != 0x0c:
		return "audio/mpeg"
	}
	return ""
}

// markup knows what browsers would show as a page, wherever white space and comments let it begin.
func markup(head []byte) string {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\f\x00"))
	if !bytes.HasPrefix(text, []byte("<")) {
		return ""
	}
	switch {
	case bytes.Contains(text, []byte("<svg")):
		return "image/svg+xml"
	case bytes.HasPrefix(text, []byte("<?xml")):
		return "text/xml"
	}
	return "text/html"
}

// shown are the types that browsers show or play and that hold nothing that runs.
var shown = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "image/avif": true,
	"video/mp4": true, "video/webm": true, "video/ogg": true, "video/quicktime": true, "video/x-matroska": true,
	"audio/mpeg": true, "audio/ogg": true, "audio/mp4": true, "audio/flac": true, "audio/wav": true,
	"audio/aac": true, "audio/webm": true,
}

// Safe returns the type that a content is served as, and whether it may be shown where it is: what a browser
// could run is octets to be saved, whatever it is.
func Safe(mime string) (as string, inline bool) {
	switch {
	case shown[mime]:
		return mime, true
	case mime == "application/pdf", mime == "application/zip", mime == "application/gzip",
		mime == "application/vnd.rar", mime == "application/x-7z-compressed", mime == "image/heic":
		return mime, false
	}
	return octets, false
}
