// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"cmp"
	"maps"
	"slices"
)

// Room is what the entries of a chat log add up to for somebody who reads it (I6). The web app folds the
// same way; testdata/vectors/fold holds what both must agree on.
//
// Lines depend neither on the order in which entries come nor on how often: the versions of a line are
// settled by the numbers of the entries that made them. Settings, pins and the count of members fold from
// news alone: entries beyond the head.
type Room struct {
	Head Seq
	Ord  Ord
	// Gap says that news came whose forerunners did not: the reader must ask for what is missing.
	Gap bool

	Chat   Chat  // as far as its log tells
	Pinned []Seq // newest pin first
	Lines  []Line

	early map[Seq]Version // of lines that have not come
}

// Line is one entry of a chat's history as it stands today.
type Line struct {
	Seq    Seq
	At     Millis
	Author AccountID
	Env    Envelope
	Body   Body // as written first; nil where it is unknown, erased, or there is none
	Version
}

// Version is today's version of a line that a later entry superseded.
type Version struct {
	By       Seq // the entry that made it so; 0 if none did. The higher stands.
	Edited   Millis
	Redacted bool
	Now      Body
}

// Current returns the body as it stands today; nil when it was redacted.
func (l Line) Current() Body {
	if l.By == 0 {
		return l.Body
	}
	return l.Now
}

// Record is an entry with its bodies decoded, as Fold takes it.
type Record struct {
	Entry
	Body    Body     // of the entry itself; nil where there is none, it was erased, or its kind is unknown
	Version *Version // the overlay it came with, if any
}

// Fold returns the room after one more record. It changes nothing of the room it is given.
func Fold(room Room, rec Record) Room {
	if rec.Seq > room.Head {
		room.Gap = room.Gap || rec.Seq != room.Head+1
		room.Head, room.Ord = rec.Seq, rec.Ord
		if fold := news[min(rec.Env.Kind, KindChatPhotoRemoved+1)]; fold != nil {
			fold(&room, rec)
		}
	}
	switch {
	case rec.Env.Kind == KindEdit || rec.Env.Kind == KindDelete:
		room.supersede(rec)
	case rec.Env.Kind.line() || rec.Env.Counted:
		room.place(rec)
	}
	return room
}

// news is how settings and pins fold, by kind of entry.
var news = [KindChatPhotoRemoved + 2]func(*Room, Record){
	KindChatCreated: func(room *Room, rec Record) {
		created, ok := rec.Body.(*Created)
		if !ok {
			return
		}
		c := &room.Chat
		c.Type, c.Title, c.About, c.Defaults = created.Type, created.Title, created.About, created.Defaults
		c.Imported, c.NumberBase, c.Created = created.Imported, created.NumberBase, rec.At
		c.Members = 1
		if created.Type == Direct {
			c.Members = 2
		}
	},
	KindChatInfo: func(room *Room, rec Record) {
		if change, ok := rec.Body.(*InfoChange); ok {
			room.Chat = change.Apply(room.Chat)
		}
	},
	KindMember: func(room *Room, rec Record) {
		change, ok := rec.Body.(*MemberChange)
		switch {
		case !ok:
		case change.Member.Role.In() && !change.Before.In():
			room.Chat.Members++
		case !change.Member.Role.In() && change.Before.In() && room.Chat.Members > 0:
			room.Chat.Members--
		}
	},
	KindChatWide:    func(room *Room, _ Record) { room.Chat.Wide = true },
	KindChatDeleted: func(room *Room, _ Record) { room.Chat.Deleted = true },
	KindPin: func(room *Room, rec Record) {
		room.Pinned = slices.Insert(without(room.Pinned, rec.Env.Target), 0, rec.Env.Target)
	},
	KindUnpin:  func(room *Room, rec Record) { room.Pinned = without(room.Pinned, rec.Env.Target) },
	KindDelete: func(room *Room, rec Record) { room.Pinned = without(room.Pinned, rec.Env.Target) },
	// PHOTO-5
	KindChatPhoto: func(room *Room, rec Record) {
		if p, ok := rec.Body.(*Photo); ok {
			room.Chat.Photo = &PlacedPhoto{Photo: *p, Seq: rec.Seq, At: rec.At}
		}
	},
	KindChatPhotoRemoved: foldPhotoRemoved,
}

// without returns a copy of the list that lacks a number.
func without(list []Seq, seq Seq) []Seq {
	return slices.DeleteFunc(slices.Clone(list), func(s Seq) bool { return s == seq })
}

// Apply returns the chat with the change made.
func (i InfoChange) Apply(c Chat) Chat {
	c.Title = orElse(i.Title, c.Title)
	c.About = orElse(i.About, c.About)
	c.Name = orElse(i.Name, c.Name)
	c.Defaults = orElse(i.Defaults, c.Defaults)
	c.SlowSeconds = orElse(i.SlowSeconds, c.SlowSeconds)
	c.Signatures = orElse(i.Signatures, c.Signatures)
	c.HistoryHidden = orElse(i.HistoryHidden, c.HistoryHidden)
	c.JoinApproval = orElse(i.JoinApproval, c.JoinApproval)
	c.Down = orElse(i.Down, c.Down)
	return c
}

func orElse[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// versionBy returns what an edit or a deletion makes of its target; nil where it makes nothing, because a
// later one has erased it.
func (r Record) versionBy() *Version {
	switch {
	case r.Env.Kind == KindDelete:
		return &Version{By: r.Seq, Edited: r.At, Redacted: true}
	case r.Body != nil:
		return &Version{By: r.Seq, Edited: r.At, Now: r.Body}
	default:
		return nil
	}
}

// supersede gives the target of an edit or a deletion its version, now or when it comes.
func (room *Room) supersede(rec Record) {
	v := rec.versionBy()
	if v == nil {
		return
	}
	i, found := room.find(rec.Env.Target)
	if found {
		room.Lines = slices.Clone(room.Lines)
		room.Lines[i].Version = later(room.Lines[i].Version, *v)
		return
	}
	early := maps.Clone(room.early)
	if early == nil {
		early = map[Seq]Version{}
	}
	early[rec.Env.Target] = later(early[rec.Env.Target], *v)
	room.early = early
}

// place puts a line where it belongs. One that is here already may bring a later version.
func (room *Room) place(rec Record) {
	line := Line{Seq: rec.Seq, At: rec.At, Author: rec.Author, Env: rec.Env, Body: rec.Body}
	if rec.Version != nil {
		line.Version = *rec.Version
	}
	line.Version = later(line.Version, room.early[rec.Seq])
	i, found := room.find(rec.Seq)
	if found {
		line.Version = later(line.Version, room.Lines[i].Version)
		room.Lines = slices.Clone(room.Lines)
		room.Lines[i] = line
		return
	}
	room.Lines = slices.Insert(slices.Clone(room.Lines), i, line)
}

func (room *Room) find(seq Seq) (int, bool) {
	return slices.BinarySearchFunc(room.Lines, seq, func(l Line, s Seq) int { return cmp.Compare(l.Seq, s) })
}

// later returns the version that stands.
func later(a, b Version) Version {
	if b.By > a.By {
		return b
	}
	return a
}

// Unread counts, among the lines that are here, those that somebody has not read: counted, beyond the mark,
// by others, and not redacted. Of these it returns apart those that speak to them.
func (room Room) Unread(reader AccountID, read Seq) (unread uint32, speaking []Seq) {
	for _, l := range room.Lines {
		if l.Seq <= read || !l.Env.Counted || l.Author == reader || l.Redacted {
			continue
		}
		unread++
		if m, ok := l.Current().(*Message); ok && m.SpeaksTo(reader) {
			speaking = append(speaking, l.Seq)
		}
	}
	return unread, speaking
}

// SpeaksTo reports whether a message mentions somebody or replies to them. Forwarded words were meant for
// another chat and speak to nobody.
func (m *Message) SpeaksTo(a AccountID) bool {
	if m.Forward != nil || a == 0 {
		return false
	}
	return m.Reply != nil && m.Reply.Author == a || slices.ContainsFunc(m.Entities, func(e Entity) bool {
		return (e.Kind == EntityMention || e.Kind == EntityTextMention) && e.Account == a
	})
}
