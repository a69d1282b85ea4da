// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// MediaKind is what a message carries beside its text; the numbers are those of zolal.v1.MediaKind.
type MediaKind uint8

// Kinds of media.
const (
	MediaPhoto MediaKind = iota + 1
	MediaVideo
	MediaGIF // a video without sound
	MediaVoice
	MediaAudio
	MediaFile
	MediaLocation
	MediaContact

	mediaEnd
)

// Hash is the SHA-256 of a content, by which it is kept.
type Hash [32]byte

// FileID names a finished upload.
type FileID string

// AlbumID is what adjacent messages of one author share that are shown as one; the zero AlbumID is none.
type AlbumID [16]byte

// Media is what a message carries. It says everything that another node and a rebuild need.
type Media struct {
	Kind      MediaKind
	Hash      Hash // zero for a location and a contact
	Size      int64
	MIME      string // judged by the content
	Name      string
	Width     uint32 // pixels
	Height    uint32
	Duration  uint32 // milliseconds
	Waveform  []byte
	Thumbhash []byte
	Spoiler   bool
	Poster    *Poster
	Location  *Location
	Contact   *SharedContact
	Title     string // of music
	Performer string
}

// Poster is a small image beside a medium: the still of a video, the cover of music.
type Poster struct {
	Hash   Hash
	Size   int64
	MIME   string
	Width  uint32
	Height uint32
}

// Location is a place on Earth, in degrees.
type Location struct {
	Latitude  float64
	Longitude float64
	Accuracy  uint32 // metres; 0 unknown
	Title     string
	Address   string
}

// SharedContact is somebody's card.
type SharedContact struct {
	Account AccountID // 0: nobody of this server
	Name    string
	Phone   string
}

// Upload is a finished upload as rules know it: what the server found in the content.
type Upload struct {
	ID     FileID
	Hash   Hash
	Size   int64
	MIME   string
	Name   string
	Width  uint32 // of an image
	Height uint32
	// Photo says that the whole image was decoded and holds nothing but the image: it may be sent as a photo.
	Photo     bool
	Thumbhash []byte // of a photo
}

// NewMedia is what a message shall carry, as its author asks: an upload of the author's own, and what the
// server cannot see in it.
type NewMedia struct {
	Kind      MediaKind
	File      FileID
	Name      string // in place of the one it was uploaded under
	Width     uint32 // of a video
	Height    uint32
	Duration  uint32
	Waveform  []byte
	Thumbhash []byte
	Spoiler   bool
	Poster    FileID
	Location  *Location
	Contact   *SharedContact
	Title     string
	Performer string
}

// fits says for each kind of content which types it takes; nil: any.
var fits = [mediaEnd][]string{
	MediaPhoto: {"image/jpeg", "image/png", "image/webp"},
	MediaVideo: {"video/mp4", "video/webm", "video/quicktime", "video/ogg", "video/x-matroska"},
	MediaGIF:   {"video/mp4", "video/webm", "image/gif"},
	// A recording without pictures stands in the same containers as one with them.
	MediaVoice: {"audio/ogg", "audio/webm", "audio/mp4", "audio/mpeg", "video/webm", "video/mp4"},
	MediaAudio: {"audio/mpeg", "audio/ogg", "audio/mp4", "audio/flac", "audio/wav", "audio/aac", "audio/webm",
		"video/mp4", "video/webm", "video/ogg"},
}

// sounding are the kinds that are heard alone, whatever their container could hold.
func (k MediaKind) sounding() bool { return k == MediaVoice || k == MediaAudio }

// Content reports whether media of the kind have a content, that is a file.
func (k MediaKind) Content() bool { return k >= MediaPhoto && k <= MediaFile }

// grouped reports whether media of the kind may stand in an album.
func (k MediaKind) grouped() bool {
	return k == MediaPhoto || k == MediaVideo || k == MediaAudio || k == MediaFile
}

// Hashes are the contents a message refers to, each once.
func (m *Media) Hashes() []Poster {
	if m == nil || m.Hash == (Hash{}) {
		return nil
	}
	all := []Poster{{Hash: m.Hash, Size: m.Size, MIME: m.MIME, Width: m.Width, Height: m.Height}}
	if m.Poster != nil && m.Poster.Hash != m.Hash {
		all = append(all, *m.Poster)
	}
	return all
}

// mayCarry checks that the actor may send media here now. What waits for a stranger carries none, so that
// nobody is shown a picture by whom they do not know.
func (d *decision) mayCarry() error {
	if err := d.may(RightSendMedia); err != nil {
		return err
	}
	if d.pending() {
		return &Error{Code: CodeRequestPending, Field: "media", Text: "no media before it is accepted"}
	}
	return nil
}

// media makes of what an author asks for what is stored: of the content it says what the server found.
//
// MEDIA-4
func (d *decision) media(n *NewMedia) (*Media, error) {
	if n == nil {
		return nil, nil
	}
	if err := d.mayCarry(); err != nil {
		return nil, err
	}
	return d.carry(*n)
}

// carry is media, where it is known that the actor may.
func (d *decision) carry(n NewMedia) (*Media, error) {
	m := &Media{Kind: n.Kind, Spoiler: n.Spoiler, Title: MediaLabel(n.Title), Performer: MediaLabel(n.Performer)}
	var err error
	switch {
	case n.Kind == MediaLocation:
		m.Location, err = placed(n.Location)
		m.Spoiler, m.Title, m.Performer = false, "", ""
	case n.Kind == MediaContact:
		m.Contact, err = d.card(n.Contact)
		m.Spoiler, m.Title, m.Performer = false, "", ""
	case n.Kind.Content():
		err = d.content(m, &n)
	default:
		err = fieldError(CodeBadRequest, "media.kind", "no such kind of media")
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Carried makes the media of a line that comes from elsewhere, with uploads that the server itself has taken
// in. It refuses as for a message that somebody sends; whether somebody may send is asked elsewhere.
func Carried(n NewMedia, files map[FileID]Upload) (*Media, error) {
	d := &decision{Facts: Facts{Files: files}}
	return d.carry(n)
}

// content fills in what has a file.
func (d *decision) content(m *Media, n *NewMedia) error {
	switch {
	case len(n.Waveform) > MaxWaveform:
		return fieldError(CodeTooMany, "media.waveform", "too many levels")
	case len(n.Thumbhash) > MaxThumbhash:
		return fieldError(CodeTooLarge, "media.thumbhash", "too long")
	}
	f, ok := d.Files[n.File]
	if !ok {
		return fieldError(CodeFileGone, "media.file", "no such upload, or it ended")
	}
	if types := fits[n.Kind]; types != nil && !slices.Contains(types, f.MIME) {
		return &Error{Code: CodeMediaRefused, Field: "media.kind", Text: "the content is " + f.MIME}
	}
	if n.Kind == MediaPhoto && !f.Photo {
		return fieldError(CodeMediaRefused, "media.file", "it was not uploaded as a photo, or is none")
	}
	m.Hash, m.Size, m.MIME, m.Width, m.Height = f.Hash, f.Size, f.MIME, f.Width, f.Height
	if n.Kind.sounding() {
		m.MIME = strings.Replace(m.MIME, "video/", "audio/", 1)
		m.Waveform = slices.Clone(n.Waveform)
	}
	if m.Name = FileName(n.Name); m.Name == "" {
		m.Name = FileName(f.Name)
	}
	if n.Kind == MediaPhoto || n.Kind == MediaVoice || n.Kind == MediaGIF {
		m.Name = "" // nobody chose it to be read
	}
	if m.Width == 0 && !n.Kind.sounding() {
		m.Width, m.Height = min(n.Width, MaxSide), min(n.Height, MaxSide)
	}
	if n.Kind != MediaPhoto && n.Kind != MediaFile {
		m.Duration = n.Duration
	}
	if n.Kind != MediaAudio {
		m.Title, m.Performer = "", ""
	}
	if m.Thumbhash = slices.Clone(n.Thumbhash); len(m.Thumbhash) == 0 {
		m.Thumbhash = slices.Clone(f.Thumbhash)
	}
	return d.poster(m, n)
}

// poster fills in the small image beside a medium.
func (d *decision) poster(m *Media, n *NewMedia) error {
	if n.Poster == "" || n.Kind == MediaPhoto || n.Kind == MediaVoice {
		return nil
	}
	f, ok := d.Files[n.Poster]
	switch {
	case !ok:
		return fieldError(CodeFileGone, "media.poster", "no such upload, or it ended")
	case !f.Photo:
		return fieldError(CodeMediaRefused, "media.poster", "it was not uploaded as a photo, or is none")
	}
	m.Poster = &Poster{Hash: f.Hash, Size: f.Size, MIME: f.MIME, Width: f.Width, Height: f.Height}
	if len(m.Thumbhash) == 0 {
		m.Thumbhash = slices.Clone(f.Thumbhash)
	}
	return nil
}

func placed(l *Location) (*Location, error) {
	switch {
	case l == nil:
		return nil, fieldError(CodeBadRequest, "media.location", "a location says where")
	case !within(l.Latitude, 90) || !within(l.Longitude, 180):
		return nil, fieldError(CodeBadRequest, "media.location", "not on Earth")
	}
	return &Location{Latitude: l.Latitude, Longitude: l.Longitude, Accuracy: min(l.Accuracy, MaxAccuracy),
		Title: MediaLabel(l.Title), Address: MediaLabel(l.Address)}, nil
}

func within(v, end float64) bool { return !math.IsNaN(v) && v >= -end && v <= end }

// card checks a contact that is handed on: an account is one that is there for the actor.
func (d *decision) card(c *SharedContact) (*SharedContact, error) {
	if c == nil {
		return nil, fieldError(CodeBadRequest, "media.contact", "a card says whose it is")
	}
	out := &SharedContact{Account: c.Account, Name: MediaLabel(c.Name), Phone: phoneOf(c.Phone)}
	if c.Account != 0 {
		p, ok := d.People[c.Account]
		if !ok || p.Person.Deleted {
			return nil, fieldError(CodeNotFound, "media.contact", "no such account")
		}
		if out.Name == "" {
			out.Name = p.Person.Profile.Name
		}
	}
	if out.Name == "" {
		return nil, fieldError(CodeBadRequest, "media.contact", "a card has a name")
	}
	return out, nil
}

// phoneOf keeps of a telephone number what one dials.
func phoneOf(s string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' || r == ' ' || r == '-' || r == '(' || r == ')' {
			return r
		}
		return -1
	}, s)
	return strings.TrimSpace(kept[:min(len(kept), MaxPhone)])
}

// FileName makes the name of a file fit to be shown and to be saved under: one line, no path, and nothing
// that turns its direction or hides its end, such as "photo_gpj.exe" shown backward.
func FileName(name string) string {
	name = oneLine(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Trim(name, " .")
	if Len16(name) <= MaxFileName {
		return name
	}
	// The end says what it is: it is kept.
	end := ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 && len(name)-i <= 16 {
		end = name[i:]
	}
	return strings.TrimRight(shorten(strings.TrimSuffix(name, end), MaxFileName-Len16(end)), " .") + end
}

// shorten keeps whole characters of a text, so many UTF-16 code units at most.
func shorten(s string, most uint32) string {
	for i, r := range s {
		n := uint32(utf16.RuneLen(r))
		if n > most {
			return s[:i]
		}
		most -= n
	}
	return s
}

// MediaLabel makes words that came with media fit to be shown.
func MediaLabel(s string) string {
	return strings.TrimSpace(shorten(oneLine(s), MaxMediaLabel))
}

// oneLine makes of words one line of UTF-8 without control characters and without marks that embed or
// override directions.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case turns(r) || forbiddenInText(r) || r == unicode.ReplacementChar || r >= 0xE0000 && r <= 0xE007F:
			return -1
		case unicode.Is(unicode.Cf, r) && r != 0x200C && r != 0x200D:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}

// turns reports characters that embed, override or isolate directions.
func turns(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C
}

// albumOf checks that a medium may stand in an album.
func albumOf(id AlbumID, m *Media) (AlbumID, error) {
	if id != (AlbumID{}) && (m == nil || !m.Kind.grouped()) {
		return AlbumID{}, fieldError(CodeBadRequest, "album", "nothing of an album")
	}
	return id, nil
}
