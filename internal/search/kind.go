// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import "github.com/zolal-im/zolal/internal/chat"

// Kind is what is looked for by what it carries, as people look through what was shared in a chat.
type Kind uint8

// The kinds, as the wire numbers them.
const (
	KindPictures Kind = iota + 1 // photos and videos
	KindGIFs
	KindFiles
	KindLinks
	KindVoice
	KindMusic
	lastKind = KindMusic
)

// Word is the word by which a kind stands in an index. No text has it, since folding takes "@" away, and no
// author: those begin with a digit.
func (k Kind) Word() string {
	return [lastKind + 1]string{"", "@pictures", "@gifs", "@files", "@links", "@voice", "@music"}[k]
}

// kindsOf returns what a message is found as: its medium, and that there is a link in it.
func kindsOf(m *chat.Message) (kinds []Kind) {
	if m.Media != nil {
		switch m.Media.Kind {
		case chat.MediaPhoto, chat.MediaVideo:
			kinds = append(kinds, KindPictures)
		case chat.MediaGIF:
			kinds = append(kinds, KindGIFs)
		case chat.MediaFile:
			kinds = append(kinds, KindFiles)
		case chat.MediaVoice:
			kinds = append(kinds, KindVoice)
		case chat.MediaAudio:
			kinds = append(kinds, KindMusic)
		}
	}
	if m.Links() {
		kinds = append(kinds, KindLinks)
	}
	return kinds
}
