// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func hashOut(h chat.Hash) []byte {
	if h == (chat.Hash{}) {
		return nil
	}
	return h[:]
}

func hashIn(raw []byte) (h chat.Hash) {
	if len(raw) == len(h) {
		copy(h[:], raw)
	}
	return h
}

func albumOut(a chat.AlbumID) []byte {
	if a == (chat.AlbumID{}) {
		return nil
	}
	return a[:]
}

func albumIn(raw []byte) (a chat.AlbumID) {
	copy(a[:], raw)
	return a
}

// AlbumIn decodes the id of an album as a client made it: 16 bytes, or none.
func AlbumIn(raw []byte) (chat.AlbumID, error) {
	if n := len(raw); n != 0 && n != len(chat.AlbumID{}) {
		return chat.AlbumID{}, &chat.Error{Code: chat.CodeBadRequest, Field: "album", Text: "an album has 16 bytes"}
	}
	return albumIn(raw), nil
}

func mediaOut(m *chat.Media) *zolalv1.Media {
	if m == nil {
		return nil
	}
	out := &zolalv1.Media{
		Kind: zolalv1.MediaKind(m.Kind), Hash: hashOut(m.Hash), Size: uint64(m.Size), Mime: m.MIME, Name: m.Name,
		Width: m.Width, Height: m.Height, DurationMs: m.Duration, Waveform: m.Waveform, Thumbhash: m.Thumbhash,
		Spoiler: m.Spoiler, Location: locationOut(m.Location), Contact: cardOut(m.Contact), Title: m.Title,
		Performer: m.Performer,
	}
	out.Poster = posterOut(m.Poster)
	return out
}

func mediaIn(m *zolalv1.Media) *chat.Media {
	if m == nil {
		return nil
	}
	out := &chat.Media{
		Kind: small[chat.MediaKind](m.GetKind()), Hash: hashIn(m.GetHash()), Size: int64(m.GetSize()),
		MIME: m.GetMime(), Name: m.GetName(), Width: m.GetWidth(), Height: m.GetHeight(),
		Duration: m.GetDurationMs(), Waveform: m.GetWaveform(), Thumbhash: m.GetThumbhash(),
		Spoiler: m.GetSpoiler(), Location: locationIn(m.GetLocation()), Contact: cardIn(m.GetContact()),
		Title: m.GetTitle(), Performer: m.GetPerformer(),
	}
	out.Poster = posterIn(m.GetPoster())
	return out
}

func posterOut(p *chat.Poster) *zolalv1.Poster {
	if p == nil {
		return nil
	}
	return &zolalv1.Poster{
		Hash: hashOut(p.Hash), Size: uint64(p.Size), Mime: p.MIME, Width: p.Width, Height: p.Height,
	}
}

func posterIn(p *zolalv1.Poster) *chat.Poster {
	if p == nil {
		return nil
	}
	return &chat.Poster{
		Hash: hashIn(p.GetHash()), Size: int64(p.GetSize()), MIME: p.GetMime(), Width: p.GetWidth(),
		Height: p.GetHeight(),
	}
}

// PreviewOut encodes what a link shows of its page.
func PreviewOut(p *chat.Preview) *zolalv1.LinkPreview {
	if p == nil {
		return nil
	}
	return &zolalv1.LinkPreview{
		Url: p.URL, Site: p.Site, Title: p.Title, Description: p.Description, Image: posterOut(p.Image),
		Thumbhash: p.Thumbhash,
	}
}

func previewIn(p *zolalv1.LinkPreview) *chat.Preview {
	if p == nil {
		return nil
	}
	return &chat.Preview{
		URL: p.GetUrl(), Site: p.GetSite(), Title: p.GetTitle(), Description: p.GetDescription(),
		Image: posterIn(p.GetImage()), Thumbhash: p.GetThumbhash(),
	}
}

func locationOut(l *chat.Location) *zolalv1.Location {
	if l == nil {
		return nil
	}
	return &zolalv1.Location{
		Latitude: l.Latitude, Longitude: l.Longitude, Accuracy: l.Accuracy, Title: l.Title, Address: l.Address,
	}
}

func locationIn(l *zolalv1.Location) *chat.Location {
	if l == nil {
		return nil
	}
	return &chat.Location{
		Latitude: l.GetLatitude(), Longitude: l.GetLongitude(), Accuracy: l.GetAccuracy(), Title: l.GetTitle(),
		Address: l.GetAddress(),
	}
}

func cardOut(c *chat.SharedContact) *zolalv1.SharedContact {
	if c == nil {
		return nil
	}
	return &zolalv1.SharedContact{Account: uint32(c.Account), Name: c.Name, Phone: c.Phone}
}

func cardIn(c *zolalv1.SharedContact) *chat.SharedContact {
	if c == nil {
		return nil
	}
	return &chat.SharedContact{Account: chat.AccountID(c.GetAccount()), Name: c.GetName(), Phone: c.GetPhone()}
}

// NewMediaIn decodes what a message shall carry; nil where it carries nothing. Rules check it.
func NewMediaIn(m *zolalv1.NewMedia) *chat.NewMedia {
	if m == nil {
		return nil
	}
	return &chat.NewMedia{
		Kind: small[chat.MediaKind](m.GetKind()), File: chat.FileID(m.GetFile()), Name: m.GetName(),
		Width: m.GetWidth(), Height: m.GetHeight(), Duration: m.GetDurationMs(), Waveform: m.GetWaveform(),
		Thumbhash: m.GetThumbhash(), Spoiler: m.GetSpoiler(), Poster: chat.FileID(m.GetPoster()),
		Location: locationIn(m.GetLocation()), Contact: cardIn(m.GetContact()), Title: m.GetTitle(),
		Performer: m.GetPerformer(),
	}
}
