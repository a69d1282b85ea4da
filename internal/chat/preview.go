// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"strings"
)

// Preview is what a message shows of the page that one of its links leads to, as the server found it there.
type Preview struct {
	URL         string // as the author wrote it, with its scheme
	Site        string
	Title       string
	Description string
	Image       *Poster
	Thumbhash   []byte
}

// Clean makes what a page says of itself fit to be shown: one line each, and not endless.
func (p Preview) Clean() Preview {
	line := func(s string, most uint32) string { return strings.TrimSpace(shorten(oneLine(s), most)) }
	p.Site, p.Title = line(p.Site, MaxMediaLabel), line(p.Title, MaxPreviewTitle)
	p.Description = line(p.Description, MaxPreviewText)
	return p
}

// Says reports whether there is anything to show.
func (p Preview) Says() bool { return p.Title != "" || p.Description != "" || p.Image != nil }

func (p *Preview) address() string {
	if p == nil {
		return ""
	}
	return p.URL
}

// AsMedia is the image of a preview as something that is fetched; nil where there is none.
func (p *Preview) AsMedia() *Media {
	if p == nil || p.Image == nil {
		return nil
	}
	i := p.Image
	return &Media{Kind: MediaPhoto, Hash: i.Hash, Size: i.Size, MIME: i.MIME, Width: i.Width, Height: i.Height}
}

// contents are all that a message refers to, each once.
func (m *Message) contents() []Poster {
	all := m.Media.Hashes()
	if m.Preview != nil && m.Preview.Image != nil {
		all = append(all, *m.Preview.Image)
	}
	return all
}

// previewed gives a message the preview its author asked for, where the server knows it: never what a client
// says of a page. It stands beside words alone, shows a link of the message, and is not shown to a stranger
// who has not accepted.
//
// PREVIEW-2
func (d *decision) previewed(m *Message, url string) *Preview {
	if url == "" || d.Card == nil || m.Media != nil || d.pending() || !m.leadsTo(url) {
		return nil
	}
	p := d.Card.Clean()
	if p.URL = url; !p.Says() {
		return nil
	}
	return &p
}

// leadsTo reports whether a message has a link to an address.
func (m *Message) leadsTo(url string) bool {
	return slices.ContainsFunc(m.Entities, func(e Entity) bool {
		switch e.Kind {
		case EntityURL:
			return bare(Slice16(m.Text, e.Offset, e.Length)) == bare(url)
		case EntityTextLink:
			return bare(e.Value) == bare(url)
		}
		return false
	})
}

// bare is an address as people write it, without what is understood.
func bare(url string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "http://"), "/")
}
