// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// setPhoto keeps of a chat only the newest.
func (t *txn) setPhoto(e *chat.Entry, c chat.PhotoSet) {
	if e.Log.Kind() == chat.ChatLog {
		if t.proj.chats[e.Log.Chat()].Deleted {
			return
		}
		t.forgetPhotos(e.Log, e.Seq)
	}
	placed := chat.PlacedPhoto{Photo: c.Photo, Seq: e.Seq, At: e.At}
	placed.Thumbhash = append([]byte(nil), c.Photo.Thumbhash...)
	put(t.undo, t.proj.photos, place{e.Log, e.Seq}, placed)
}

// erasePhoto erases the body of the entry that set a photo, and what refers to its content.
func (t *txn) erasePhoto(e *chat.Entry, c chat.PhotoErased) {
	if c.Target == 0 || c.Target >= e.Seq {
		return
	}
	old, ok := t.at(e.Log, c.Target)
	if ok && (old.Env.Kind == chat.KindAccountPhoto || old.Env.Kind == chat.KindChatPhoto) {
		t.erase(old.Pos)
	}
	t.forgetPhotos(e.Log, c.Target)
	t.forgetMedia(e.Log, c.Target)
}

// forgetPhotos forgets a photo of an account; of a chat that one and those before it.
func (t *txn) forgetPhotos(log chat.LogID, seq chat.Seq) {
	for at := range t.proj.photos {
		if at.log == log && (at.seq == seq || at.seq < seq && log.Kind() == chat.ChatLog) {
			remove(t.undo, t.proj.photos, at)
		}
	}
}

func (m *Memory) photosOf(log chat.LogID) (all []chat.PlacedPhoto) {
	for at, p := range m.proj.photos {
		if at.log == log {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b chat.PlacedPhoto) int { return cmp.Compare(b.Seq, a.Seq) })
	return all
}

// portrait is the newest photo of a log.
func (m *Memory) portrait(log chat.LogID) *chat.PlacedPhoto {
	if all := m.photosOf(log); len(all) > 0 {
		return &all[0]
	}
	return nil
}

// chat returns the row of a chat with its photo.
func (m *Memory) chat(room chat.ChatID) chat.Chat {
	c, ok := m.proj.chats[room]
	if ok {
		c.Photo = m.portrait(room.Log())
	}
	return c
}

// Photos implements engine.Photos.
func (m *Memory) Photos(ctx context.Context, log chat.LogID) ([]chat.PlacedPhoto, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.photosOf(log), m.ready(ctx, "photos")
}

// Portraits implements engine.Photos.
func (m *Memory) Portraits(ctx context.Context, hash chat.Hash, limit int) ([]engine.Carrier, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var all []engine.Carrier
	for at, p := range m.proj.photos {
		shown := at.log.Kind() == chat.ChatLog && m.proj.chats[at.log.Chat()].Public() ||
			at.log.Kind() == chat.UserLog && m.proj.people[at.log.Account()].Privacy.Photo == chat.PhotoEverybody
		if p.Hash == hash && shown {
			all = append(all, engine.Carrier{Log: at.log, Seq: at.seq})
		}
	}
	slices.SortFunc(all, func(a, b engine.Carrier) int {
		return cmp.Or(cmp.Compare(a.Log, b.Log), cmp.Compare(a.Seq, b.Seq))
	})
	return all[:min(len(all), max(limit, 0))], m.ready(ctx, "portraits")
}

// Regards implements engine.Photos.
func (m *Memory) Regards(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) (all []chat.Regard, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, other := range ascending(others) {
		r := chat.Regard{Account: other, Apart: m.proj.blocked(account, other)}
		_, r.Listed = m.proj.contacts[pair{uint32(other), uint32(account)}]
		if room, ok := m.proj.directs[direct(account, other)]; ok {
			r.Asks = m.proj.members[inChat(room, account)].Role == chat.RoleApproached
		}
		all = append(all, r)
	}
	return all, m.ready(ctx, "regards")
}
