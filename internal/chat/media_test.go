// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"math"
	"strings"
	"testing"
)

// photoUpload and bookUpload are uploads of account 1.
func uploadsOfOne() map[FileID]Upload {
	return map[FileID]Upload{
		"photo": {ID: "photo", Hash: Hash{1}, Size: 10, MIME: "image/jpeg", Width: 40, Height: 30, Photo: true,
			Name: "IMG.jpg"},
		"raw":  {ID: "raw", Hash: Hash{2}, Size: 11, MIME: "image/jpeg", Width: 40, Height: 30, Name: "raw.jpg"},
		"book": {ID: "book", Hash: Hash{3}, Size: 12, MIME: "application/pdf", Name: "کتاب.pdf"},
		"song": {ID: "song", Hash: Hash{4}, Size: 13, MIME: "video/webm", Name: "song.webm"},
		"page": {ID: "page", Hash: Hash{5}, Size: 14, MIME: "image/svg+xml", Name: "x.svg"},
	}
}

// sendMedia decides a message with media in a group, by a member.
func sendMedia(n *NewMedia, album AlbumID, change func(*Facts)) (*Message, error) {
	f := Facts{
		Chat:  Chat{ID: 1, Type: Group, Defaults: MemberGrants, Members: 3},
		Actor: Member{Account: 1, Role: RoleMember}, Files: uploadsOfOne(),
	}
	if change != nil {
		change(&f)
	}
	events, err := Decide(f, Actor{Account: 1, Scopes: ScopeSend}, Send{Media: n, Album: album}, noon)
	if err != nil {
		return nil, err
	}
	return events[0].Body.(*Message), nil
}

// MEDIA-5
func TestMediaAreWhatTheServerFound(t *testing.T) {
	for _, c := range []struct {
		name string
		ask  NewMedia
		want Code
		mime string
	}{
		{"a photo", NewMedia{Kind: MediaPhoto, File: "photo", Width: 9, Height: 9}, 0, "image/jpeg"},
		{"an image that still says where", NewMedia{Kind: MediaPhoto, File: "raw"}, CodeMediaRefused, ""},
		{"the same as a file", NewMedia{Kind: MediaFile, File: "raw"}, 0, "image/jpeg"},
		{"a page as a photo", NewMedia{Kind: MediaPhoto, File: "page"}, CodeMediaRefused, ""},
		{"a book as a video", NewMedia{Kind: MediaVideo, File: "book"}, CodeMediaRefused, ""},
		{"a voice", NewMedia{Kind: MediaVoice, File: "song", Waveform: []byte{1, 2}}, 0, "audio/webm"},
		{"too long a waveform", NewMedia{Kind: MediaVoice, File: "song", Waveform: make([]byte, 101)},
			CodeTooMany, ""},
		{"too long a ThumbHash", NewMedia{Kind: MediaPhoto, File: "photo", Thumbhash: make([]byte, 33)},
			CodeTooLarge, ""},
		{"nothing that is there", NewMedia{Kind: MediaFile, File: "other"}, CodeFileGone, ""},
		{"no kind", NewMedia{File: "book"}, CodeBadRequest, ""},
		{"a kind to come", NewMedia{Kind: 99, File: "book"}, CodeBadRequest, ""},
		{"a poster", NewMedia{Kind: MediaVideo, File: "song", Poster: "photo"}, 0, "video/webm"},
		{"a poster that is no photo", NewMedia{Kind: MediaVideo, File: "song", Poster: "raw"},
			CodeMediaRefused, ""},
		{"a place", NewMedia{Kind: MediaLocation, Location: &Location{Latitude: 35.7, Longitude: 51.4}}, 0, ""},
		{"no place on Earth", NewMedia{Kind: MediaLocation, Location: &Location{Latitude: 91}}, CodeBadRequest, ""},
		{"no place at all", NewMedia{Kind: MediaLocation, Location: &Location{Longitude: math.NaN()}},
			CodeBadRequest, ""},
		{"a card without a name", NewMedia{Kind: MediaContact, Contact: &SharedContact{Phone: "+98 21"}},
			CodeBadRequest, ""},
		{"a card of nobody", NewMedia{Kind: MediaContact, Contact: &SharedContact{Account: 9, Name: "x"}},
			CodeNotFound, ""},
	} {
		m, err := sendMedia(&c.ask, AlbumID{}, nil)
		if CodeOf(err) != c.want {
			t.Errorf("%s ended with %v, not with %v", c.name, err, c.want)
		}
		if err == nil && (m.Media.MIME != c.mime || m.Media.Kind != c.ask.Kind) {
			t.Errorf("%s is stored as %+v", c.name, m.Media)
		}
	}
	m, err := sendMedia(&NewMedia{Kind: MediaPhoto, File: "photo", Width: 9}, AlbumID{7}, nil)
	if err != nil || m.Media.Width != 40 || m.Media.Hash != (Hash{1}) || m.Media.Name != "" ||
		m.Album != (AlbumID{7}) {
		t.Errorf("a photo is stored as %+v, %v", m, err)
	}
	if _, err := sendMedia(nil, AlbumID{7}, nil); CodeOf(err) != CodeBadText {
		t.Errorf("an album of nothing: %v", err)
	}
	_, err = sendMedia(&NewMedia{Kind: MediaLocation, Location: &Location{}}, AlbumID{7}, nil)
	if CodeOf(err) != CodeBadRequest {
		t.Errorf("a place in an album: %v", err)
	}
}

// MEDIA-4
func TestWhoMayWriteMayStillBeKeptFromSendingMedia(t *testing.T) {
	photo := &NewMedia{Kind: MediaPhoto, File: "photo"}
	for name, c := range map[string]struct {
		change func(*Facts)
		want   Code
	}{
		"by default": {func(f *Facts) { f.Chat.Defaults &^= GrantMedia }, CodeForbidden},
		"personally": {func(f *Facts) { f.Actor.Grants = GrantMedia }, CodeRestricted},
		"before a stranger accepts": {func(f *Facts) {
			f.Chat = Chat{ID: 1, Type: Direct, Members: 1, Peers: [2]AccountID{1, 2}}
		}, CodeRequestPending},
	} {
		if _, err := sendMedia(photo, AlbumID{}, c.change); CodeOf(err) != c.want {
			t.Errorf("%s: %v, not %v", name, err, c.want)
		}
	}
}

func TestNamesOfFilesHideNothing(t *testing.T) {
	for name, want := range map[string]string{
		"photo_\u202egpj.exe":            "photo_gpj.exe",
		"../../etc/passwd":               "passwd",
		`C:\temp\x.doc`:                  "x.doc",
		"a\nb\tc.txt":                    "a b c.txt",
		"  .hidden ":                     "hidden",
		"نامه\u200cها.pdf":               "نامه\u200cها.pdf",
		"\u2066x\u2069\x00\x7f\ufeff":    "x",
		"a\xffb":                         "ab",
		strings.Repeat("x", 300) + ".7z": strings.Repeat("x", 125) + ".7z",
	} {
		if got := FileName(name); got != want {
			t.Errorf("%q is %q, not %q", name, got, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("photo_\u202egpj.exe")
	f.Add(strings.Repeat("😀", 100) + ".tar.gz")
	f.Fuzz(func(t *testing.T, name string) {
		got := FileName(name)
		if Len16(got) > MaxFileName || strings.ContainsFunc(got, turns) || strings.ContainsAny(got, "/\\\n\x00") {
			t.Errorf("%q becomes %q", name, got)
		}
		if FileName(got) != got {
			t.Errorf("%q is cleaned again to %q", got, FileName(got))
		}
	})
}
