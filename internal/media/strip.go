// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"bytes"
	"encoding/binary"
)

// Out of a photo goes everything that is not the picture: where and with what it was made, comments, and
// whatever stands behind its end. Each function returns false for what it does not understand.

// stripJPEG returns a JPEG without its metadata, and how it said that it is turned (1: it is not). Kept are
// the colour profile and what decoders need.
func stripJPEG(raw []byte) (out []byte, turned int, ok bool) {
	if len(raw) < 4 || raw[0] != 0xff || raw[1] != 0xd8 {
		return nil, 0, false
	}
	out, turned = append(make([]byte, 0, len(raw)), 0xff, 0xd8), 1
	for at := 2; at+4 <= len(raw); {
		if raw[at] != 0xff {
			return nil, 0, false
		}
		mark := raw[at+1]
		switch {
		case mark == 0xff: // padding
			at++
			continue
		case mark == 0xd9:
			return append(out, 0xff, 0xd9), turned, true
		case mark == 0x01 || mark >= 0xd0 && mark <= 0xd7:
			at += 2
			continue
		}
		size := int(binary.BigEndian.Uint16(raw[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(raw) {
			return nil, 0, false
		}
		segment := raw[at+4 : end]
		if mark == 0xe1 {
			if t := orientation(segment); t != 0 {
				turned = t
			}
		}
		if keptJPEG(mark, segment) {
			out = append(out, raw[at:end]...)
		}
		at = end
		if mark == 0xda {
			next := scanEnd(raw, at)
			out = append(out, raw[at:next]...)
			if at = next; at >= len(raw) { // cut off: decoders take what there is
				return append(out, 0xff, 0xd9), turned, true
			}
		}
	}
	return append(out, 0xff, 0xd9), turned, true
}

// keptJPEG reports whether a segment belongs to the picture: tables and frames, JFIF, the colour profile, and
// what Adobe says of the colours.
func keptJPEG(mark byte, segment []byte) bool {
	switch mark {
	case 0xe0:
		return bytes.HasPrefix(segment, []byte("JFIF\x00")) && len(segment) <= 14
	case 0xe2:
		return bytes.HasPrefix(segment, []byte("ICC_PROFILE\x00"))
	case 0xee:
		return bytes.HasPrefix(segment, []byte("Adobe")) && len(segment) <= 12
	}
	return (mark < 0xe0 || mark > 0xef) && mark != 0xfe
}

// scanEnd returns where the data of a scan ends: at the next marker that is not part of it.
func scanEnd(raw []byte, at int) int {
	for ; at+1 < len(raw); at++ {
		if raw[at] == 0xff && raw[at+1] != 0 && (raw[at+1] < 0xd0 || raw[at+1] > 0xd7) && raw[at+1] != 0xff {
			return at
		}
	}
	return len(raw)
}

// orientation reads how a picture is turned out of an Exif segment; 0 where it does not say.
func orientation(segment []byte) int {
	tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(tiff[:2]) {
	case "II":
	case "MM":
		order = binary.BigEndian
	default:
		return 0
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	n := int64(order.Uint16(tiff[at:]))
	for i := range n {
		field := at + 2 + 12*i
		if field+12 > int64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[field:]) == 0x0112 {
			if v := int(order.Uint16(tiff[field+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
	}
	return 0
}

// keptPNG are the chunks that belong to the picture.
var keptPNG = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "cHRM": true, "gAMA": true,
	"iCCP": true, "sRGB": true, "sBIT": true, "bKGD": true, "pHYs": true, "cICP": true,
}

// stripPNG returns a PNG without its metadata; of an animated one the still is left.
func stripPNG(raw []byte) ([]byte, bool) {
	const start = "\x89PNG\r\n\x1a\n"
	if !bytes.HasPrefix(raw, []byte(start)) {
		return nil, false
	}
	out := append(make([]byte, 0, len(raw)), start...)
	for at := len(start); at+12 <= len(raw); {
		size := int64(binary.BigEndian.Uint32(raw[at:]))
		end := int64(at) + 12 + size
		if end > int64(len(raw)) {
			return nil, false
		}
		name := string(raw[at+4 : at+8])
		if keptPNG[name] {
			out = append(out, raw[at:end]...)
		}
		if name == "IEND" {
			return out, true
		}
		at = int(end)
	}
	return nil, false
}

// stripWebP returns a WebP without its metadata and takes the word that there is some out of its header.
func stripWebP(raw []byte) ([]byte, bool) {
	if len(raw) < 12 || string(raw[:4]) != "RIFF" || string(raw[8:12]) != "WEBP" {
		return nil, false
	}
	whole := min(int64(len(raw)), int64(binary.LittleEndian.Uint32(raw[4:]))+8)
	out := append(make([]byte, 0, len(raw)), raw[:12]...)
	for at := int64(12); at+8 <= whole; {
		size := int64(binary.LittleEndian.Uint32(raw[at+4:]))
		end := at + 8 + size
		if end > whole {
			return nil, false
		}
		switch name := string(raw[at : at+4]); name {
		case "VP8X":
			if size < 10 {
				return nil, false
			}
			from := len(out)
			out = append(out, raw[at:end]...)
			out[from+8] &^= 0x08 | 0x04 | 0x02 // Exif, XMP, animation
		case "VP8 ", "VP8L", "ALPH", "ICCP":
			out = append(out, raw[at:end]...)
			if size%2 == 1 {
				out = append(out, 0)
			}
		}
		at = end + size%2
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, true
}
