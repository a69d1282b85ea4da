// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// faces are uploads that can stand beside a name, and such as cannot.
func faces() map[FileID]Upload {
	face := Upload{Hash: Hash{9}, Size: 1000, MIME: "image/jpeg", Width: 640, Height: 640, Photo: true}
	raw, huge, heavy, tiny := face, face, face, face
	raw.Photo, huge.Width, heavy.Size, tiny.Height = false, MaxPhotoSide+1, MaxPhotoBytes+1, MinPhotoSide-1
	return map[FileID]Upload{"face": face, "raw": raw, "huge": huge, "heavy": heavy, "tiny": tiny}
}

// PHOTO-1
func TestAPhotoIsOneOfOnesOwnUploadsWithinBounds(t *testing.T) {
	f := inGroup()
	f.Files = faces()
	for file, code := range map[FileID]Code{
		"gone": CodeFileGone, "raw": CodeMediaRefused, "huge": CodeTooLarge, "heavy": CodeTooLarge,
		"tiny": CodeMediaRefused,
	} {
		refused(t, f, SetPhoto{Room: true, File: file}, code, "file")
		refused(t, Facts{Files: f.Files}, SetPhoto{File: file}, code, "file")
	}
	refused(t, f, SetPhoto{Room: true, File: "face", Thumbhash: make([]byte, MaxThumbhash+1)}, CodeTooLarge,
		"thumbhash")
	e := decided(t, f, SetPhoto{Room: true, File: "face", Thumbhash: []byte{1}}, KindChatPhoto, KindStaffDeed)[0]
	want := &Photo{
		Hash: Hash{9}, Size: 1000, MIME: "image/jpeg", Width: 640, Height: 640, Thumbhash: []byte{1},
	}
	if e.Log != ChatID(7).Log() || !reflect.DeepEqual(e.Body, want) {
		t.Errorf("it became %+v in %s", e.Body, e.Log)
	}
	e = decided(t, Facts{Files: f.Files}, SetPhoto{File: "face", Thumbhash: []byte{1}}, KindAccountPhoto)[0]
	if e.Log != AccountID(1).Log() || !reflect.DeepEqual(e.Body, want) {
		t.Errorf("it became %+v in %s", e.Body, e.Log)
	}
}

// PHOTO-1
func TestWhoMayChangeAChatsPhotoMayChangeItsInfo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		f.Files = faces()
		may := f.May(RightInfo, noon)
		events, err := Decide(f, reza, SetPhoto{Room: true, File: "face"}, noon)
		if CodeOf(err) != CodeOf(may) || (err == nil) != (len(events) > 0) {
			t.Fatalf("the photo: %v, the title: %v", err, may)
		}
		if _, err := Decide(f, reza, RemovePhoto{Room: true}, noon); CodeOf(err) != CodeOf(may) {
			t.Fatalf("removing it: %v, the title: %v", err, may)
		}
	})
	for _, kind := range []ChatType{Direct, Saved, Service} {
		f := inGroup()
		f.Chat.Type, f.Actor.Role, f.Files = kind, RoleOwner, faces()
		refused(t, f, SetPhoto{Room: true, File: "face"}, CodeForbidden, "")
	}
}

// PHOTO-2
func TestTheOldestPhotoGoesWhenOneMoreComes(t *testing.T) {
	f := Facts{Files: faces()}
	for seq := Seq(MaxPhotos); seq > 0; seq-- {
		f.Photos = append(f.Photos, PlacedPhoto{Seq: seq})
	}
	events := decided(t, f, SetPhoto{File: "face"}, KindAccountPhoto, KindAccountPhotoRemoved)
	if got := events[1].Env.Target; got != 1 {
		t.Errorf("%d went", got)
	}
	f.Photos = f.Photos[1:]
	decided(t, f, SetPhoto{File: "face"}, KindAccountPhoto)
	if got := decided(t, f, RemovePhoto{}, KindAccountPhotoRemoved)[0].Env.Target; got != MaxPhotos-1 {
		t.Errorf("%d is the one that is shown", got)
	}
	if got := decided(t, f, RemovePhoto{Seq: 7}, KindAccountPhotoRemoved)[0].Env.Target; got != 7 {
		t.Errorf("%d went", got)
	}
	decided(t, f, RemovePhoto{Seq: 999})
	decided(t, Facts{}, RemovePhoto{})
}

// PHOTO-2
func TestOfAChatOnlyPhotosAreRemovedByRemovingPhotos(t *testing.T) {
	f := inGroup()
	f.Chat.Photo = &PlacedPhoto{Seq: 4}
	f.Refs = map[Seq]Ref{
		3: message(1, "x"), 4: {Kind: KindChatPhoto, Body: &Photo{}}, 5: {Kind: KindChatPhoto}, // erased
	}
	for seq, want := range map[Seq]Seq{0: 4, 3: 0, 4: 4, 5: 0, 6: 0} {
		events, err := Decide(f, reza, RemovePhoto{Room: true, Seq: seq}, noon)
		if err != nil || (len(events) == 2) != (want != 0) || len(events) == 2 && events[0].Env.Target != want {
			t.Errorf("removing %d: %+v, %v", seq, events, err)
		}
	}
	f.Chat.Photo = nil
	decided(t, f, RemovePhoto{Room: true})
}

// PHOTO-3
func TestPhotosAreForWhomTheirPersonWants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Person{ID: 2, Deleted: rapid.Bool().Draw(t, "deleted")}
		p.Privacy.Photo = PhotoAudience(rapid.Uint8Range(0, 4).Draw(t, "audience"))
		r := Regard{
			Account: 2, Listed: rapid.Bool().Draw(t, "listed"), Asks: rapid.Bool().Draw(t, "asks"),
			Apart: rapid.Bool().Draw(t, "apart"),
		}
		shown := p.ShowsPhoto(r)
		switch {
		case shown && (p.Deleted || r.Asks || r.Apart):
			t.Fatal("it is shown to a stranger, across a block, or of nobody")
		case shown && p.Privacy.Photo >= PhotoNobody:
			t.Fatal("it is shown, and is for nobody")
		case shown && p.Privacy.Photo == PhotoContacts && !r.Listed:
			t.Fatal("it is shown to who is not on the list")
		case !shown && !p.Deleted && !r.Asks && !r.Apart && p.Privacy.Photo == PhotoEverybody:
			t.Fatal("it is not shown, and is for everybody")
		}
	})
	refused(t, Facts{}, SetPrivacy{Privacy: Privacy{Photo: 3}}, CodeBadRequest, "privacy.photo")
	f := Facts{Me: Person{Privacy: Privacy{Photo: PhotoNobody}}}
	kept := decided(t, f, SetPrivacy{KeepPhoto: true}, KindPrivacy)[0].Body.(*Privacy)
	if kept.Photo != PhotoNobody {
		t.Error("a client that does not know of it showed the photos to everybody")
	}
}
