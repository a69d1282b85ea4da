// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "slices"

// Photo is what an account or a chat is shown by, as its entry keeps it.
type Photo struct {
	Hash      Hash
	Size      int64
	MIME      string
	Width     uint32 // pixels
	Height    uint32
	Thumbhash []byte
}

// PlacedPhoto is a photo and its place in the log of its account or chat.
type PlacedPhoto struct {
	Photo
	Seq    Seq
	At     Millis
	Public bool // everybody may fetch it; the engine fills it
}

// PhotoAudience is who may see an account's photos; the numbers are those of zolal.v1.PhotoAudience.
type PhotoAudience uint8

// The audiences.
const (
	PhotoEverybody PhotoAudience = iota
	PhotoContacts                // whom the account has put on its list
	PhotoNobody

	photoAudienceEnd
)

// Regard is what decides whether somebody sees the photos of an account, besides the account's own wish.
type Regard struct {
	Account AccountID // whose photos
	Listed  bool      // it has put the one who asks on its list
	Asks    bool      // it wrote to the one who asks, as a stranger, and was not accepted yet
	Apart   bool      // one of the two has blocked the other
}

// ShowsPhoto reports whether an account's photos are for somebody else, as they stand to one another.
//
// PHOTO-3
func (p Person) ShowsPhoto(r Regard) bool {
	if p.Deleted || r.Apart || r.Asks {
		return false
	}
	switch p.Privacy.Photo {
	case PhotoEverybody:
		return true
	case PhotoContacts:
		return r.Listed
	default:
		return false
	}
}

// Limits of photos of accounts and chats. Everybody who sees a name fetches the photo beside it, so it is
// smaller than one that is sent.
const (
	// MaxPhotos is how many photos an account has; the oldest goes when one more comes.
	MaxPhotos = 50
	// MaxPhotoBytes bounds the content.
	MaxPhotoBytes = 4 << 20
	// MinPhotoSide and MaxPhotoSide bound each side, in pixels.
	MinPhotoSide = 64
	MaxPhotoSide = 2560
)

// portrait is the photo that an upload makes.
func (d *decision) portrait(c SetPhoto) (*Photo, error) {
	f, ok := d.Files[c.File]
	switch {
	case !ok:
		return nil, fieldError(CodeFileGone, "file", "no such upload, or it ended")
	case !f.Photo:
		return nil, fieldError(CodeMediaRefused, "file", "it was not uploaded as a photo, or is none")
	case f.Size > MaxPhotoBytes, max(f.Width, f.Height) > MaxPhotoSide:
		return nil, fieldError(CodeTooLarge, "file", "too large to stand beside a name")
	case min(f.Width, f.Height) < MinPhotoSide:
		return nil, fieldError(CodeMediaRefused, "file", "too small to be seen")
	case len(c.Thumbhash) > MaxThumbhash:
		return nil, fieldError(CodeTooLarge, "thumbhash", "too long")
	}
	p := &Photo{Hash: f.Hash, Size: f.Size, MIME: f.MIME, Width: f.Width, Height: f.Height}
	if p.Thumbhash = slices.Clone(c.Thumbhash); len(p.Thumbhash) == 0 {
		p.Thumbhash = slices.Clone(f.Thumbhash)
	}
	return p, nil
}

// decideSetPhoto gives a chat or the actor's account another photo. That of a chat goes through the right to
// change what the chat says of itself.
//
// PHOTO-1
func decideSetPhoto(d *decision, c SetPhoto) error {
	if c.Room {
		if err := d.may(RightInfo); err != nil {
			return err
		}
	}
	p, err := d.portrait(c)
	if err != nil {
		return err
	}
	if c.Room {
		d.say(Envelope{Kind: KindChatPhoto, Silent: true}, p)
		d.deed(StaffDeed{Kind: KindChatPhoto})
		return nil
	}
	d.tell(KindAccountPhoto, p)
	for _, old := range d.Photos[min(len(d.Photos), MaxPhotos-1):] {
		d.unphoto(old.Seq)
	}
	return nil
}

// decideRemovePhoto erases a photo for everybody. One that is gone already is no error.
//
// PHOTO-2
func decideRemovePhoto(d *decision, c RemovePhoto) error {
	if !c.Room {
		for i, p := range d.Photos {
			if p.Seq == c.Seq || c.Seq == 0 && i == 0 {
				d.unphoto(p.Seq)
			}
		}
		return nil
	}
	if err := d.may(RightInfo); err != nil {
		return err
	}
	target := c.target(d.Chat)
	ref, ok := d.Refs[target]
	if !ok || ref.Kind != KindChatPhoto || ref.Body == nil {
		return nil
	}
	d.say(Envelope{Kind: KindChatPhotoRemoved, Target: target, Silent: true}, nil)
	d.deed(StaffDeed{Kind: KindChatPhotoRemoved})
	return nil
}

// unphoto erases a photo of the actor's account.
func (d *decision) unphoto(seq Seq) {
	d.add(d.by.Account.Log(), d.by.Account, Envelope{Kind: KindAccountPhotoRemoved, Target: seq}, nil)
}

// target is the entry whose photo is meant in a chat; 0: there is none.
func (c RemovePhoto) target(room Chat) Seq {
	if c.Seq == 0 && room.Photo != nil {
		return room.Photo.Seq
	}
	return c.Seq
}

func needSetPhoto(_ Chat, c SetPhoto) Needs {
	return Needs{Me: !c.Room, Files: []FileID{c.File}, Photos: !c.Room}
}

func needRemovePhoto(room Chat, c RemovePhoto) Needs {
	if !c.Room {
		return Needs{Me: true, Photos: true}
	}
	if target := c.target(room); target != 0 {
		return Needs{Refs: []Seq{target}}
	}
	return Needs{}
}

// projectPhoto is where photos of accounts and chats come from. An erased one sets none.
func projectPhoto(e Entry, body Body) (changes []Change) {
	if p, ok := body.(*Photo); ok {
		changes = []Change{PhotoSet{*p}, MediaUsed{Hash: p.Hash, Size: p.Size}}
	}
	if e.Log.Kind() == ChatLog {
		changes = append(changes, FactsBumped{e.Log.Chat()})
	}
	return changes
}

func projectPhotoRemoved(e Entry, _ Body) []Change {
	changes := []Change{PhotoErased{e.Env.Target}}
	if e.Log.Kind() == ChatLog {
		changes = append(changes, FactsBumped{e.Log.Chat()})
	}
	return changes
}

// foldPhoto folds the photos of an account.
func (own *Own) foldPhoto(rec Record) {
	switch rec.Env.Kind {
	case KindAccountPhoto:
		if p, ok := rec.Body.(*Photo); ok {
			placed := PlacedPhoto{Photo: *p, Seq: rec.Seq, At: rec.At}
			own.Photos = append([]PlacedPhoto{placed}, own.Photos...)
		}
	case KindAccountPhotoRemoved:
		own.Photos = slices.DeleteFunc(slices.Clone(own.Photos), func(p PlacedPhoto) bool {
			return p.Seq == rec.Env.Target
		})
	}
}

// foldPhotoRemoved folds that a photo of the chat was erased, as PhotoErased says.
func foldPhotoRemoved(room *Room, rec Record) {
	if p := room.Chat.Photo; p != nil && p.Seq <= rec.Env.Target {
		room.Chat.Photo = nil
	}
}

// Media is a photo as what a message carries, for who serves contents.
func (p *Photo) Media() *Media {
	return &Media{
		Kind: MediaPhoto, Hash: p.Hash, Size: p.Size, MIME: p.MIME, Width: p.Width, Height: p.Height,
		Thumbhash: p.Thumbhash,
	}
}

func (*Photo) body() {}
