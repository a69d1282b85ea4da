// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func photoOut(p *chat.Photo) *zolalv1.Photo {
	return &zolalv1.Photo{
		Hash: hashOut(p.Hash), Size: uint64(p.Size), Mime: p.MIME, Width: p.Width, Height: p.Height,
		Thumbhash: p.Thumbhash,
	}
}

func photoIn(p *zolalv1.Photo) *chat.Photo {
	return &chat.Photo{
		Hash: hashIn(p.GetHash()), Size: int64(p.GetSize()), MIME: p.GetMime(), Width: p.GetWidth(),
		Height: p.GetHeight(), Thumbhash: p.GetThumbhash(),
	}
}

// PlacedPhotoOut encodes a photo as somebody sees it who may; nil where there is none.
func PlacedPhotoOut(p *chat.PlacedPhoto) *zolalv1.Photo {
	if p == nil {
		return nil
	}
	out := photoOut(&p.Photo)
	out.Seq, out.AtMs, out.Public = uint32(p.Seq), int64(p.At), p.Public
	return out
}

// PhotosOut encodes photos.
func PhotosOut(in []chat.PlacedPhoto) (out []*zolalv1.Photo) {
	for i := range in {
		out = append(out, PlacedPhotoOut(&in[i]))
	}
	return out
}

// audienceOut names an audience only where it is not everybody: then what is as ever encodes to nothing.
func audienceOut(a chat.PhotoAudience) *zolalv1.PhotoAudience {
	if a == chat.PhotoEverybody {
		return nil
	}
	return zolalv1.PhotoAudience(a).Enum()
}

// audienceIn decodes an audience; one that does not exist becomes one that is nobody.
func audienceIn(a zolalv1.PhotoAudience) chat.PhotoAudience {
	if a < 0 || a > 254 {
		return 255
	}
	return chat.PhotoAudience(a)
}
