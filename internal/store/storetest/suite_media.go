// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"context"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
)

func content(n byte) chat.Hash { return chat.Hash{31: n} }

// channel makes a channel of a public name.
func channel(room chat.ChatID, name string) chat.Draft {
	c := chat.Chat{ID: room, Type: chat.Channel, Name: name, Facts: 1}
	return did(room.Log(), chat.KindChatCreated, chat.ChatAdded{Chat: c}, joined(room, 1, 1))
}

func testMedia(b *bench) {
	log := chat.ChatID(2).Log()
	used := func(n byte, target chat.Seq) chat.Change {
		return chat.MediaUsed{Hash: content(n), Size: int64(n) * 100, Target: target}
	}
	carriers := func(n byte) []engine.Carrier { return must(b.Carriers(b.Context(), content(n), 9))(b) }
	b.add(created(1, 1, 2))
	b.add(channel(2, "news"))
	b.add(said(1, 2, "in a group", used(1, 0)))
	same(b, "what no channel carries", carriers(1), nil)
	b.add(said(2, 3, "a post", used(1, 0), used(2, 0)), said(2, 3, "another", used(1, 0)))
	same(b, "carriers", carriers(1), []engine.Carrier{{Log: log, Seq: 2}, {Log: log, Seq: 3}})
	same(b, "one carrier", must(b.Carriers(b.Context(), content(1), 1))(b), []engine.Carrier{{Log: log, Seq: 2}})
	// An edit says again what its target carries.
	edit := did(log, chat.KindEdit, chat.Superseded{Target: 2}, used(2, 2))
	edit.Env.Target = 2
	b.add(edit)
	same(b, "carriers after an edit", carriers(1), []engine.Carrier{{Log: log, Seq: 3}})
	same(b, "what the edit carries", carriers(2), []engine.Carrier{{Log: log, Seq: 2}})
	b.add(deleted(2, 3))
	same(b, "carriers after a deletion", carriers(1), nil)
	same(b, "contents", must(b.Contents(b.Context(), chat.Hash{}, 9))(b),
		[]engine.Content{{Hash: content(1), Size: 100}, {Hash: content(2), Size: 200}})
	same(b, "contents after one", must(b.Contents(b.Context(), content(1), 1))(b),
		[]engine.Content{{Hash: content(2), Size: 200}})
	b.add(did(log, chat.KindChatDeleted, chat.ChatPatched{Chat: 2, Deleted: true}))
	same(b, "carriers in a deleted channel", carriers(2), nil)
	same(b, "contents of what is left", must(b.Contents(b.Context(), chat.Hash{}, 9))(b),
		[]engine.Content{{Hash: content(1), Size: 100}})
}

// FileStore is what FileSuite tests: a media.Store beside the entries that carry what it keeps.
type FileStore interface {
	media.Store
	Append(ctx context.Context, batches []engine.Batch) ([]engine.Result, error)
	Close() error
}

// FileSuite holds a store to every duty of media.Store. open gives an empty store, which the suite closes.
func FileSuite(t *testing.T, open func(*testing.T) FileStore) {
	for _, c := range []struct {
		duty string
		test func(*shelf)
	}{
		{"a file is there until it was not used for long", testFiles},
		{"what an account uploads and carries adds up", testFileSums},
		{"a content goes when nothing has referred to it for long", testOrphans},
		{"a sweep goes on where it ended", testSweepSteps},
	} {
		t.Run(c.duty, func(t *testing.T) {
			s := open(t)
			c.test(&shelf{T: t, FileStore: s})
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
}

// shelf is a store of files under test.
type shelf struct {
	*testing.T
	FileStore
}

func (s *shelf) is(what string, got, want any, err error, code chat.Code) {
	s.Helper()
	if chat.CodeOf(err) != code {
		s.Errorf("%s ended with %v, not with %v", what, err, code)
		return
	}
	same(&bench{T: s.T}, what, got, want)
}

func (s *shelf) put(files ...media.File) {
	s.Helper()
	for _, f := range files {
		if err := s.PutFile(s.Context(), f); err != nil {
			s.Fatal(err)
		}
	}
}

// sweep looks at everything and drops what may go.
func (s *shelf) sweep(now, before chat.Millis) (gone []chat.Hash) {
	s.Helper()
	swept, err := s.SweepBlobs(s.Context(), media.Sweep{Limit: 100, Now: now, Before: before, Orphans: before})
	if err != nil {
		s.Fatal(err)
	}
	for _, h := range swept.Gone {
		if ok, err := s.DropBlob(s.Context(), h, before); err != nil || !ok {
			s.Errorf("%x is not dropped: %v", h, err)
		}
	}
	return swept.Gone
}

func (s *shelf) say(d ...chat.Draft) {
	s.Helper()
	r, err := s.Append(s.Context(), []engine.Batch{{Entries: d}})
	if err != nil || r[0].Err != nil {
		s.Fatal(err, r)
	}
}

func someFile(id string, n byte, by chat.AccountID) media.File {
	return media.File{
		Upload: chat.Upload{ID: chat.FileID(id), Hash: content(n), Size: int64(n) * 100, MIME: "image/png",
			Name: "گربه.png", Width: 3, Height: 4, Photo: true, Thumbhash: []byte{1, 2}},
		Account: by, Length: int64(n)*100 + 1, Created: 10, Used: 10,
	}
}

func testFiles(s *shelf) {
	f := someFile("a", 1, 1)
	s.put(f, f)
	twin := f
	twin.Account = 2
	s.put(twin)
	got, err := s.File(s.Context(), "a")
	s.is("a file", got, f, err, 0)
	_, err = s.File(s.Context(), "b")
	s.is("no file", nil, nil, err, chat.CodeNotFound)
	s.is("using it", nil, nil, s.UseFile(s.Context(), "a", 20), 0)
	s.is("using it earlier", nil, nil, s.UseFile(s.Context(), "a", 15), 0)
	s.is("using none", nil, nil, s.UseFile(s.Context(), "b", 20), chat.CodeNotFound)
	f.Used = 20
	s.sweep(30, 20)
	got, err = s.File(s.Context(), "a")
	s.is("a file that was used", got, f, err, 0)
	s.sweep(30, 21)
	_, err = s.File(s.Context(), "a")
	s.is("a file that was not used for long", nil, nil, err, chat.CodeNotFound)
}

func testFileSums(s *shelf) {
	late := someFile("c", 3, 1)
	late.Created = 20
	s.put(someFile("a", 1, 1), someFile("b", 2, 2), late)
	sum, err := s.Uploaded(s.Context(), 1, 10)
	s.is("uploaded", sum, int64(402), err, 0)
	sum, err = s.Uploaded(s.Context(), 1, 11)
	s.is("uploaded late", sum, int64(301), err, 0)
	s.say(created(1, 1, 2), said(1, 1, "x", chat.MediaUsed{Hash: content(1), Size: 7}),
		said(1, 1, "y", chat.MediaUsed{Hash: content(1), Size: 7}))
	// Whoever edits, it is its author's.
	edit := did(chat.ChatID(1).Log(), chat.KindEdit, chat.Superseded{Target: 2},
		chat.MediaUsed{Hash: content(1), Size: 7, Target: 2})
	edit.Author, edit.Env.Target = 2, 2
	s.say(edit)
	sum, err = s.Carried(s.Context(), 1)
	s.is("carried", sum, int64(14), err, 0)
	sum, err = s.Carried(s.Context(), 2)
	s.is("carried by another", sum, int64(0), err, 0)
}

func testOrphans(s *shelf) {
	s.put(someFile("a", 1, 1), someFile("b", 2, 1))
	s.say(created(1, 1), said(1, 1, "x", chat.MediaUsed{Hash: content(1), Size: 100}))
	s.is("while files are there", s.sweep(20, 5), []chat.Hash(nil), nil, 0)
	s.is("the files gone", s.sweep(30, 15), []chat.Hash(nil), nil, 0)
	list, err := s.Blobs(s.Context(), chat.Hash{}, 9)
	s.is("what is kept", list, []media.Blob{{Hash: content(1), Size: 100},
		{Hash: content(2), Size: 200, Orphan: 30}}, err, 0)
	ok, err := s.DropBlob(s.Context(), content(1), 99)
	s.is("dropping what an entry carries", ok, false, err, 0)
	ok, err = s.DropBlob(s.Context(), content(2), 29)
	s.is("dropping too early", ok, false, err, 0)
	// What comes back in time stays.
	s.put(someFile("c", 2, 1))
	ok, err = s.DropBlob(s.Context(), content(2), 99)
	s.is("dropping what came back", ok, false, err, 0)
	s.is("again without files", s.sweep(40, 31), []chat.Hash(nil), nil, 0)
	s.is("long after", s.sweep(50, 40), []chat.Hash{content(2)}, nil, 0)
	s.say(deleted(1, 2))
	s.is("the message deleted", s.sweep(60, 50), []chat.Hash(nil), nil, 0)
	s.is("long after that", s.sweep(70, 60), []chat.Hash{content(1)}, nil, 0)
	list, err = s.Blobs(s.Context(), chat.Hash{}, 9)
	s.is("what is kept at the end", list, []media.Blob(nil), err, 0)
}

func testSweepSteps(s *shelf) {
	for n := range byte(5) {
		s.put(someFile(string(rune('a'+n)), n+1, 1))
	}
	var seen []chat.Hash
	q := media.Sweep{Limit: 2, Now: 20, Before: 15, Orphans: 15}
	for steps := 0; steps < 9; steps++ {
		swept, err := s.SweepBlobs(s.Context(), q)
		if err != nil {
			s.Fatal(err)
		}
		if swept.Next == (chat.Hash{}) {
			break
		}
		q.After = swept.Next
		seen = append(seen, swept.Next)
	}
	s.is("steps", seen, []chat.Hash{content(2), content(4)}, nil, 0)
	list, err := s.Blobs(s.Context(), content(4), 9)
	s.is("the last", list, []media.Blob{{Hash: content(5), Size: 500, Orphan: 20}}, err, 0)
}

func testPhotos(b *bench) {
	who, room := chat.AccountID(1), chat.ChatID(2)
	photo := func(n byte) chat.Photo {
		return chat.Photo{Hash: content(n), Size: int64(n), MIME: "image/jpeg", Width: 640, Height: 640,
			Thumbhash: []byte{n, n}}
	}
	set := func(log chat.LogID, kind chat.Kind, n byte) chat.Draft {
		d := did(log, kind, chat.PhotoSet{Photo: photo(n)}, chat.MediaUsed{Hash: content(n), Size: int64(n)})
		d.Body = []byte{n}
		return d
	}
	placed := func(seq chat.Seq, n byte) chat.PlacedPhoto {
		return chat.PlacedPhoto{Photo: photo(n), Seq: seq, At: set(who.Log(), 1, n).At}
	}
	shown := func() *chat.PlacedPhoto { return must(b.People(b.Context(), []chat.AccountID{who}))(b)[0].Photo }
	held := func() (n int) { return len(must(b.Contents(b.Context(), chat.Hash{}, 99))(b)) }
	b.add(did(who.Log(), chat.KindProfile, chat.ProfileSet{Account: who}))
	b.add(channel(room, "news"))
	same(b, "no photo", shown(), nil)
	b.add(set(who.Log(), chat.KindAccountPhoto, 1), set(who.Log(), chat.KindAccountPhoto, 2))
	one, two := placed(2, 1), placed(3, 2)
	same(b, "the photo of an account", shown(), &two)
	same(b, "all of an account", must(b.Photos(b.Context(), who.Log()))(b), []chat.PlacedPhoto{two, one})
	b.add(did(who.Log(), chat.KindAccountPhotoRemoved, chat.PhotoErased{Target: 3}))
	same(b, "the photo before", shown(), &one)
	same(b, "what is carried then", held(), 1)
	same(b, "the erased body", must(b.Get(b.Context(), who.Log(), []chat.Seq{3}))(b)[0].Body, nil)
	b.add(set(room.Log(), chat.KindChatPhoto, 3), set(room.Log(), chat.KindChatPhoto, 4))
	four := placed(3, 4)
	same(b, "the photo of a chat", must(b.Facts(b.Context(), room, 1, 0))(b).Chat.Photo, &four)
	same(b, "all of a chat", must(b.Photos(b.Context(), room.Log()))(b), []chat.PlacedPhoto{four})
	same(b, "what a chat's history carries too", held(), 3)
	same(b, "who is shown by a content", must(b.Portraits(b.Context(), content(4), 9))(b),
		[]engine.Carrier{{Log: room.Log(), Seq: 3}})
	same(b, "nobody by an old one", must(b.Portraits(b.Context(), content(3), 9))(b), nil)
	same(b, "an account's", must(b.Portraits(b.Context(), content(1), 9))(b),
		[]engine.Carrier{{Log: who.Log(), Seq: 2}})
	b.add(did(who.Log(), chat.KindPrivacy, chat.PrivacySet{
		Account: who, Privacy: chat.Privacy{Photo: chat.PhotoContacts},
	}))
	same(b, "not for everybody", must(b.Portraits(b.Context(), content(1), 9))(b), nil)
	b.add(did(room.Log(), chat.KindChatPhotoRemoved, chat.PhotoErased{Target: 3}))
	same(b, "a chat without one", must(b.Facts(b.Context(), room, 1, 0))(b).Chat.Photo, nil)
	b.add(set(room.Log(), chat.KindChatPhoto, 5))
	b.add(did(room.Log(), chat.KindChatDeleted, chat.ChatPatched{Chat: room, Deleted: true}))
	same(b, "a deleted chat", must(b.Photos(b.Context(), room.Log()))(b), nil)
}

func testRegards(b *bench) {
	b.add(created(1, 1, 2))
	b.add(did(chat.AccountID(2).Log(), chat.KindContact, chat.ContactSet{
		Account: 2, Contact: chat.Contact{Account: 1},
	}))
	b.add(did(chat.ChatID(2).Log(), chat.KindChatCreated,
		chat.ChatAdded{Chat: chat.Chat{ID: 2, Type: chat.Direct, Peers: [2]chat.AccountID{1, 3}}},
		chat.DirectOpened{A: 1, B: 3, Chat: 2},
		chat.MemberSet{Chat: 2, Member: chat.Member{Account: 1, Role: chat.RoleApproached, Version: 1}}))
	b.add(did(chat.AccountID(4).Log(), chat.KindBlock, chat.BlockSet{
		Account: 4, Block: chat.Block{Account: 1, Blocked: true},
	}))
	same(b, "how others stand", must(b.Regards(b.Context(), 1, 5, 4, 3, 2))(b), []chat.Regard{
		{Account: 2, Listed: true}, {Account: 3, Asks: true}, {Account: 4, Apart: true}, {Account: 5},
	})
	same(b, "the other way round", must(b.Regards(b.Context(), 3, 1))(b), []chat.Regard{{Account: 1}})
}
