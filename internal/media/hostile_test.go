// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// picture is an image of two halves, so that turning it shows.
func picture(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			if x >= w/2 {
				c = color.RGBA{0, 0, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a segment that says how a picture is turned, and where it was made.
func exif(turned byte) []byte {
	tiff := "II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00" + string([]byte{turned, 0, 0, 0}) +
		"\x00\x00\x00\x00GPS 35.7 51.4"
	body := "Exif\x00\x00" + tiff
	return append([]byte{0xff, 0xe1, 0, byte(len(body) + 2)}, body...)
}

// chunk is one of a PNG.
func chunk(name, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(out, name+body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(name+body)))
}

// MEDIA-5
func TestAPhotoKeepsNothingButThePicture(t *testing.T) {
	const secret, script = "GPS", "<script>alert(1)</script>"
	plain := jpegOf(t, picture(40, 20))
	comment := append([]byte{0xff, 0xfe, 0, byte(len(secret) + 2)}, secret...)
	said := append(exif(1), comment...)
	turned := slices.Insert(slices.Clone(plain), 2, exif(6)...)
	drawn, words := pngOf(t, picture(40, 20)), chunk("tEXt", "where\x00"+secret)
	for name, raw := range map[string][]byte{
		"JPEG":        append(slices.Insert(slices.Clone(plain), 2, said...), script+secret...),
		"turned JPEG": append(turned, script...),
		"PNG":         append(slices.Insert(slices.Clone(drawn), 33, words...), script...),
	} {
		p, err := makePhoto(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bytes.Contains(p.raw, []byte(secret)) || bytes.Contains(p.raw, []byte("script")) {
			t.Errorf("%s keeps what is not the picture", name)
		}
		img, _, err := decode(p.raw)
		if err != nil || img.Bounds().Dx() != int(p.width) || len(p.thumbs[320]) == 0 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wide := name != "turned JPEG"
		if (p.width == 40) != wide || (p.height == 20) != wide {
			t.Errorf("%s is %d by %d", name, p.width, p.height)
		}
		// Turned by a quarter to the right, the left half is above.
		if r, _, b, _ := img.At(2, 2).RGBA(); r < b {
			t.Errorf("%s is turned the wrong way", name)
		}
	}
}

// MEDIA-5
func TestHostileImagesAreNoPhotosAndCostLittle(t *testing.T) {
	// A few bytes that say they become a picture of 65,000 by 65,000.
	ihdr := "\x00\x00\xfd\xe8\x00\x00\xfd\xe8\x08\x06\x00\x00\x00"
	bomb := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", ihdr)...)
	bomb = append(append(bomb, chunk("IDAT", strings.Repeat("\x00", 100))...), chunk("IEND", "")...)
	cut := jpegOf(t, picture(400, 300))
	lying := pngOf(t, picture(8, 8))
	binary.BigEndian.PutUint32(lying[16:], 4000)
	for name, raw := range map[string][]byte{
		"nothing": nil, "a bomb": bomb, "a cut picture": cut[:len(cut)/2], "words": []byte("GIF89a and no picture"),
		"a picture that lies about its size": lying, "SVG": []byte("<svg xmlns='x'><script/></svg>"),
		"too many bytes":   append(jpegOf(t, picture(8, 8)), make([]byte, maxPhotoBytes)...),
		"a moving picture": []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
	} {
		allocated := testing.AllocsPerRun(1, func() {
			if _, err := makePhoto(raw); !errors.Is(err, errNoPhoto) {
				t.Errorf("%s: %v", name, err)
			}
		})
		if allocated > 100_000 {
			t.Errorf("%s takes %v allocations", name, allocated)
		}
	}
}

// scanned is a grey progressive JPEG whose scans after the first change nothing, and cost a few bytes each
// however large it is.
func scanned(side, scans int) []byte {
	segment := func(mark byte, body ...byte) []byte {
		return append([]byte{0xff, mark, 0, byte(len(body) + 2)}, body...)
	}
	blocks := (side / 8) * (side / 8)
	big := func(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
	raw := append([]byte{0xff, 0xd8}, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)...)
	raw = append(raw, segment(0xc2, slices.Concat([]byte{8}, big(side), big(side), []byte{1, 1, 0x11, 0})...)...)
	// One code each, a bit of zero: no change of the brightness, and 2^14 blocks and more that are as they were.
	code := append([]byte{1}, make([]byte, 15)...)
	raw = append(raw, segment(0xc4, slices.Concat([]byte{0x00}, code, []byte{0})...)...)
	raw = append(raw, segment(0xc4, slices.Concat([]byte{0x10}, code, []byte{0xe0})...)...)
	raw = append(append(raw, segment(0xda, 1, 1, 0, 0, 0, 0)...), make([]byte, blocks/8+1)...)
	runs := blocks>>14 + 1
	for range scans - 1 {
		raw = append(append(raw, segment(0xda, 1, 1, 0, 1, 63, 0)...), make([]byte, runs*15/8+1)...)
	}
	return append(raw, 0xff, 0xd9)
}

// MEDIA-5
func TestAPictureOfManyScansIsRefusedBeforeItIsDecoded(t *testing.T) {
	for _, c := range []struct {
		side, scans int
		fits        bool
	}{{512, 60, true}, {2048, 20, true}, {4096, 49, false}, {2048, 2000, false}} {
		raw := scanned(c.side, c.scans)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := decode(raw)
		runtime.ReadMemStats(&after)
		if c.fits != (err == nil) || err != nil && !errors.Is(err, errNoPhoto) {
			t.Errorf("%d scans of %d pixels in %d bytes: %v", c.scans, c.side, len(raw), err)
		}
		// Its coefficients alone take four times its pixels.
		if took := after.TotalAlloc - before.TotalAlloc; !c.fits && took > uint64(c.side*c.side) {
			t.Errorf("%d scans of %d pixels took %d bytes before they were refused", c.scans, c.side, took)
		}
	}
	// What a camera puts beside the picture are a small one or two, whose scans are counted with it.
	small := scanned(64, 10)
	full := slices.Concat(scanned(2048, 10), small, small)
	if _, _, err := decode(full); err != nil {
		t.Errorf("a picture with others behind it: %v", err)
	}
}

// MEDIA-5 MEDIA-9
func TestContentsAreJudgedByTheirBytesAndNothingThatRunsIsShown(t *testing.T) {
	for _, c := range []struct {
		head, mime string
		inline     bool
	}{
		{"\xff\xd8\xff\xe0", "image/jpeg", true},
		{"\x89PNG\r\n\x1a\n", "image/png", true},
		{"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", true},
		{"\x00\x00\x00\x18ftypmp42xxxx", "video/mp4", true},
		{"\x00\x00\x00\x18ftypheicxxxx", "image/heic", false},
		{"\x00\x00\x00\x18ftypM4A xxxx", "audio/mp4", true},
		{"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x82\x84webm", "video/webm", true},
		{"OggS\x00\x02" + strings.Repeat("\x00", 22) + "OpusHead", "audio/ogg", true},
		{"ID3\x03", "audio/mpeg", true},
		{"%PDF-1.7", "application/pdf", false},
		{"<!doctype html><html>", "text/html", false},
		{"\xef\xbb\xbf \n<svg onload=alert(1)>", "image/svg+xml", false},
		{"<?xml version='1.0'?><!-- --><svg/>", "image/svg+xml", false},
		{"<?xml version='1.0'?><x/>", "text/xml", false},
		{"just words", "text/plain", false},
		{"", "text/plain", false},
	} {
		mime := Sniff([]byte(c.head))
		as, inline := Safe(mime)
		if mime != c.mime || inline != c.inline {
			t.Errorf("%.12q is %s, shown %v", c.head, mime, inline)
		}
		if inline && as != mime || strings.Contains(as, "html") || strings.Contains(as, "svg") ||
			strings.HasPrefix(as, "text/") {
			t.Errorf("%.12q is served as %s", c.head, as)
		}
	}
}

// FuzzPhoto holds that what is kept of an image is an image of the size it is said to have, and has nothing
// behind its end.
func FuzzPhoto(f *testing.F) {
	f.Add(slices.Insert(jpegOf(f, picture(9, 5)), 2, exif(8)...))
	f.Add(append(pngOf(f, picture(9, 5)), "tail"...))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00" +
		"\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		Sniff(raw[:min(len(raw), sniffBytes)])
		if len(raw) > 1<<16 {
			return
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(raw)); err == nil && c.Width*c.Height > 1<<20 {
			return // decoded in other tests
		}
		p, err := makePhoto(raw)
		if err != nil {
			return
		}
		img, _, err := decode(p.raw)
		if err != nil || img.Bounds().Dx() != int(p.width) || img.Bounds().Dy() != int(p.height) {
			t.Errorf("a photo of %d by %d: %v", p.width, p.height, err)
		}
		again, err := makePhoto(p.raw)
		if err != nil || !bytes.Equal(again.raw, p.raw) {
			t.Errorf("a photo made of a photo is another: %v", err)
		}
	})
}
