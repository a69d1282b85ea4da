// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// The world of random tests is small, so that things meet.
func randomAccounts() []chat.AccountID { return []chat.AccountID{1, 2, 3, 4} }
func randomRooms() []chat.ChatID       { return []chat.ChatID{1, 2, 3} }
func randomDevices() []chat.DeviceID   { return []chat.DeviceID{1, 2} }
func randomNames() []string            { return []string{"", "a", "al", "b", "o'\"b", "ن"} }

func randomKeys() []chat.Key {
	var keys []chat.Key
	for i := range byte(12) {
		keys = append(keys, chat.Key{4: i, 9: i * 7}) // the first is no key
	}
	return keys
}

func randomLogs() []chat.LogID {
	var logs []chat.LogID
	for _, room := range randomRooms() {
		logs = append(logs, room.Log(), room.Staff())
	}
	for _, who := range randomAccounts() {
		logs = append(logs, who.Log())
	}
	return append(logs, chat.ServerLog.ID(0))
}

func randomSeq(t *rapid.T) chat.Seq { return chat.Seq(rapid.IntRange(0, 12).Draw(t, "seq")) }

func randomText(t *rapid.T) string {
	texts := []string{"", "x", "سلام دنیا", "a\x00b", "'; DROP TABLE entries; --", "👩‍👩‍👧"}
	return rapid.SampledFrom(texts).Draw(t, "text")
}

func randomBatch(t *rapid.T) engine.Batch {
	b := engine.Batch{
		Device:  rapid.SampledFrom(randomDevices()).Draw(t, "device"),
		Key:     rapid.SampledFrom(randomKeys()).Draw(t, "key"),
		Entries: rapid.SliceOfN(rapid.Custom(randomDraft), 1, 3).Draw(t, "entries"),
	}
	if rapid.IntRange(0, 4).Draw(t, "conditional") == 0 {
		b.Cond = []engine.Cond{{
			Kind: rapid.SampledFrom([]engine.CondKind{
				engine.CondFacts, engine.CondHead, engine.CondRested,
			}).Draw(t, "cond"),
			Name:  rapid.SampledFrom(randomNames()).Draw(t, "look"),
			Log:   rapid.SampledFrom(randomLogs()).Draw(t, "on"),
			Value: rapid.Uint64Range(0, 5).Draw(t, "value"),
		}}
	}
	return b
}

// randomDraft is anything at all: half the time a plain message, some of the time only a draft or a read
// mark, which compaction may erase.
func randomDraft(t *rapid.T) chat.Draft {
	d := chat.Draft{
		Log:    rapid.SampledFrom(randomLogs()).Draw(t, "log"),
		At:     chat.Millis(rapid.IntRange(-10, 5_000).Draw(t, "at")),
		Author: rapid.SampledFrom(randomAccounts()).Draw(t, "author"),
		Env: chat.Envelope{
			Kind:    chat.Kind(rapid.IntRange(1, 71).Draw(t, "kind")),
			Counted: rapid.Bool().Draw(t, "counted"),
			Silent:  rapid.Bool().Draw(t, "silent"),
			Target:  rapid.Custom(randomSeq).Draw(t, "target"),
			Expires: chat.Millis(rapid.IntRange(0, 2).Draw(t, "expires")),
		},
		Body: rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "body"),
	}
	if rapid.IntRange(0, 9).Draw(t, "later") == 0 {
		d.At += engine.NameRests // what was given up has rested
	}
	kinds := randomChanges()
	switch rapid.IntRange(0, 3).Draw(t, "sort") {
	case 0:
	case 1:
		d.Log = d.Author.Log()
		passing := kinds[len(kinds)-2:]
		d.Changes = []chat.Change{rapid.SampledFrom(passing).Draw(t, "passing")(t)}
	default:
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			d.Changes = append(d.Changes, rapid.SampledFrom(kinds).Draw(t, "change")(t))
		}
	}
	return d
}

func anyAccount(t *rapid.T) chat.AccountID {
	return rapid.SampledFrom(randomAccounts()).Draw(t, "account")
}
func anyRoom(t *rapid.T) chat.ChatID { return rapid.SampledFrom(randomRooms()).Draw(t, "room") }

// anything of a struct, with small numbers where the struct is drawn by rapid itself.
func anything[T any](t *rapid.T) T { return rapid.Make[T]().Draw(t, "any") }

// randomChanges makes one of each change. The last two are those that a later one supersedes whole.
func randomChanges() []func(*rapid.T) chat.Change {
	return slices.Concat(roomChanges(), entryChanges(), caseChanges(), userChanges())
}

func roomChanges() []func(*rapid.T) chat.Change {
	return []func(*rapid.T) chat.Change{
		func(t *rapid.T) chat.Change {
			c := anything[chat.Chat](t)
			c.ID, c.Title, c.About, c.Name, c.Photo = 3, randomText(t), randomText(t), randomText(t), nil
			return chat.ChatAdded{Chat: c}
		},
		func(t *rapid.T) chat.Change {
			info := anything[chat.InfoChange](t)
			title := randomText(t)
			info.Title, info.About, info.Name = &title, nil, nil
			c := chat.ChatPatched{Chat: anyRoom(t), Info: info}
			c.Wide, c.Deleted = rapid.Bool().Draw(t, "wide"), rapid.Bool().Draw(t, "deleted")
			return c
		},
		func(t *rapid.T) chat.Change { return chat.FactsBumped{Chat: anyRoom(t)} },
		func(t *rapid.T) chat.Change {
			c := chat.NameClaimed{Name: rapid.SampledFrom(randomNames()).Draw(t, "name")}
			if c.Skeleton = c.Name; c.Name == "al" {
				c.Skeleton = "a"
			}
			if rapid.Bool().Draw(t, "of a chat") {
				c.Chat = anyRoom(t)
			} else {
				c.Account = anyAccount(t)
			}
			return c
		},
		func(t *rapid.T) chat.Change {
			return chat.DirectOpened{A: anyAccount(t), B: anyAccount(t), Chat: anyRoom(t)}
		},
		func(t *rapid.T) chat.Change {
			m := anything[chat.Member](t)
			m.Account, m.Version = anyAccount(t), rapid.Uint32Range(0, 6).Draw(t, "version")
			m.Role = chat.Role(rapid.IntRange(0, 7).Draw(t, "role"))
			m.Title, m.Note = randomText(t), randomText(t)
			return chat.MemberSet{Chat: anyRoom(t), Member: m}
		},
		func(t *rapid.T) chat.Change {
			l := anything[chat.InviteLink](t)
			l.Token, l.Label = rapid.SampledFrom([]string{"t1", "t2"}).Draw(t, "token"), randomText(t)
			l.Limit = rapid.Uint32Range(0, 2).Draw(t, "limit")
			l.Expires = chat.Millis(rapid.IntRange(0, 3).Draw(t, "expires"))
			return chat.LinkSet{Chat: anyRoom(t), Link: l}
		},
		func(t *rapid.T) chat.Change {
			token := rapid.SampledFrom([]string{"t1", "t2", "t3"}).Draw(t, "token")
			return chat.LinkUsed{
				Chat: anyRoom(t), Token: token, Account: anyAccount(t), Let: rapid.Bool().Draw(t, "let"),
			}
		},
		func(t *rapid.T) chat.Change {
			r := chat.JoinRequest{Account: anyAccount(t), Token: randomText(t)}
			r.At, r.Decided = chat.Millis(rapid.IntRange(0, 3).Draw(t, "at")), rapid.Bool().Draw(t, "decided")
			return chat.RequestSet{Chat: anyRoom(t), Request: r}
		},
	}
}

func entryChanges() []func(*rapid.T) chat.Change {
	return []func(*rapid.T) chat.Change{
		func(t *rapid.T) chat.Change {
			return chat.Superseded{Target: randomSeq(t), Redact: rapid.IntRange(0, 3).Draw(t, "redact") == 0}
		},
		func(t *rapid.T) chat.Change { return chat.Superseded{Target: randomSeq(t)} },
		func(t *rapid.T) chat.Change {
			return chat.PinSet{Target: randomSeq(t), Pinned: rapid.IntRange(0, 3).Draw(t, "pinned") > 0}
		},
		func(t *rapid.T) chat.Change {
			return chat.Mentioned{
				Account: anyAccount(t), Target: rapid.SampledFrom([]chat.Seq{0, 0, 1, 2}).Draw(t, "target"),
			}
		},
		func(t *rapid.T) chat.Change {
			return chat.MediaUsed{
				Hash:   chat.Hash{1, 31: byte(rapid.IntRange(1, 3).Draw(t, "hash"))},
				Size:   rapid.Int64Range(0, 3).Draw(t, "size"),
				Target: rapid.SampledFrom([]chat.Seq{0, 0, 1, 2}).Draw(t, "target"),
			}
		},
		func(t *rapid.T) chat.Change {
			return chat.PhotoSet{Photo: chat.Photo{
				Hash: chat.Hash{2, 31: byte(rapid.IntRange(1, 3).Draw(t, "photo"))}, MIME: "image/jpeg",
				Size: rapid.Int64Range(0, 3).Draw(t, "size"), Width: rapid.Uint32().Draw(t, "width"),
				Thumbhash: rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, "thumbhash"),
			}}
		},
		func(t *rapid.T) chat.Change { return chat.PhotoErased{Target: randomSeq(t)} },
		func(t *rapid.T) chat.Change {
			return chat.SourceSet{
				Number: rapid.Int64Range(1, 3).Draw(t, "number"), Digest: rapid.Uint64().Draw(t, "digest"),
				Target: rapid.SampledFrom([]chat.Seq{0, 0, 1, 2}).Draw(t, "target"),
			}
		},
	}
}

func userChanges() []func(*rapid.T) chat.Change {
	return []func(*rapid.T) chat.Change{
		func(t *rapid.T) chat.Change {
			p := chat.Profile{Name: rapid.SampledFrom([]string{"", "Al B", "Bo", "a-b c"}).Draw(t, "name")}
			p.Username, p.About = rapid.SampledFrom(randomNames()).Draw(t, "username"), randomText(t)
			return chat.ProfileSet{Account: anyAccount(t), Profile: p}
		},
		func(t *rapid.T) chat.Change {
			return chat.PrivacySet{Account: anyAccount(t), Privacy: anything[chat.Privacy](t)}
		},
		func(t *rapid.T) chat.Change {
			c := chat.AccountErased{Account: anyAccount(t)}
			for _, name := range rapid.SliceOfN(rapid.SampledFrom(randomNames()), 0, 2).Draw(t, "rests") {
				if name != "" {
					c.Rests = append(c.Rests, chat.RestedName{Name: name, Skeleton: chat.Skeleton(name)})
				}
			}
			return c
		},
		func(t *rapid.T) chat.Change {
			c := chat.Contact{Account: anyAccount(t), Name: randomText(t), SeenName: randomText(t)}
			c.Removed = rapid.IntRange(0, 3).Draw(t, "removed") == 0
			return chat.ContactSet{Account: anyAccount(t), Contact: c}
		},
		func(t *rapid.T) chat.Change {
			l := chat.PersonalLink{Token: rapid.SampledFrom([]string{"p1", "p2", "p3"}).Draw(t, "personal")}
			l.Removed = rapid.IntRange(0, 3).Draw(t, "removed") == 0
			return chat.PersonalSet{Account: anyAccount(t), Link: l}
		},
		func(t *rapid.T) chat.Change {
			b := chat.Block{Account: anyAccount(t), Blocked: rapid.Bool().Draw(t, "blocked")}
			return chat.BlockSet{Account: anyAccount(t), Block: b}
		},
		func(t *rapid.T) chat.Change {
			c := chat.SpentAdded{Account: anyAccount(t), Spent: anything[chat.Spent](t)}
			c.At = chat.Millis(rapid.IntRange(0, 5).Draw(t, "at"))
			return c
		},
		func(t *rapid.T) chat.Change {
			p := anything[chat.Prefs](t)
			p.Chat = anyRoom(t)
			return chat.PrefsSet{Account: anyAccount(t), Prefs: p}
		},
		func(t *rapid.T) chat.Change {
			d := chat.DraftText{Chat: anyRoom(t), Text: randomText(t), Reply: randomSeq(t)}
			if rapid.Bool().Draw(t, "formatted") {
				d.Entities = []chat.Entity{{Kind: chat.EntityBold, Offset: 1, Length: 2, Value: randomText(t)}}
			}
			if rapid.Bool().Draw(t, "quoted") {
				d.Quote = randomText(t)
			}
			return chat.DraftSet{Account: anyAccount(t), Draft: d}
		},
		func(t *rapid.T) chat.Change {
			m := chat.ReadMark{Chat: anyRoom(t), Seq: randomSeq(t), Ord: chat.Ord(rapid.IntRange(0, 8).Draw(t, "ord"))}
			return chat.ReadSet{Account: anyAccount(t), Mark: m}
		},
	}
}
