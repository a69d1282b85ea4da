// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
)

var _ media.Store = (*Memory)(nil)

// useMedia notes that an entry carries a content. An edit says it for its target, whose author it stays.
func (t *txn) useMedia(e *chat.Entry, c chat.MediaUsed) {
	id := mediaID{c.Hash, place{e.Log, cmp.Or(c.Target, e.Seq)}}
	if _, had := t.proj.media[id]; had {
		return
	}
	author := e.Author
	if c.Target != 0 {
		author = 0
		if c.Target < e.Seq { // a rebuild knows of later ones too
			target, _ := t.at(e.Log, c.Target)
			author = target.Author
		}
	}
	put(t.undo, t.proj.media, id, mediaRow{author, c.Size})
}

// forgetMedia forgets what an entry carried, or all entries of a log.
func (t *txn) forgetMedia(log chat.LogID, seq chat.Seq) {
	for id := range t.proj.media {
		if id.log == log && (seq == 0 || id.seq == seq) {
			remove(t.undo, t.proj.media, id)
		}
	}
}

// Carriers implements engine.MediaRefs.
func (m *Memory) Carriers(ctx context.Context, hash chat.Hash, limit int) ([]engine.Carrier, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var all []engine.Carrier
	for id := range m.proj.media {
		room := m.proj.chats[id.log.Chat()]
		if id.hash == hash && id.log.Kind() == chat.ChatLog && room.Type == chat.Channel && room.Public() &&
			!room.Deleted {
			all = append(all, engine.Carrier{Log: id.log, Seq: id.seq})
		}
	}
	slices.SortFunc(all, func(a, b engine.Carrier) int {
		return cmp.Or(cmp.Compare(a.Log, b.Log), cmp.Compare(a.Seq, b.Seq))
	})
	return all[:min(len(all), max(limit, 0))], m.ready(ctx, "carriers")
}

// Contents implements engine.MediaRefs.
func (m *Memory) Contents(ctx context.Context, after chat.Hash, limit int) ([]engine.Content, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	sizes := map[chat.Hash]int64{}
	for id, r := range m.proj.media {
		if bytes.Compare(id.hash[:], after[:]) > 0 {
			sizes[id.hash] = max(sizes[id.hash], r.size)
		}
	}
	var all []engine.Content
	for _, h := range ascendingHashes(maps.Keys(sizes)) {
		all = append(all, engine.Content{Hash: h, Size: sizes[h]})
	}
	return all[:min(len(all), max(limit, 0))], m.ready(ctx, "contents")
}

func ascendingHashes(all func(func(chat.Hash) bool)) []chat.Hash {
	return slices.SortedFunc(all, func(a, b chat.Hash) int { return bytes.Compare(a[:], b[:]) })
}

// PutFile implements media.Store.
func (m *Memory) PutFile(ctx context.Context, f media.File) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "put a file"); err != nil {
		return err
	}
	if _, had := m.files[f.ID]; !had {
		m.files[f.ID] = f
	}
	b, had := m.blobs[f.Hash]
	if !had {
		b = media.Blob{Hash: f.Hash, Size: f.Size}
	}
	b.Orphan = 0
	m.blobs[f.Hash] = b
	return nil
}

// File implements media.Store.
func (m *Memory) File(ctx context.Context, id chat.FileID) (media.File, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "file"); err != nil {
		return media.File{}, err
	}
	f, ok := m.files[id]
	if !ok {
		return media.File{}, notFound("file")
	}
	return f, nil
}

// UseFile implements media.Store.
func (m *Memory) UseFile(ctx context.Context, id chat.FileID, at chat.Millis) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "use a file"); err != nil {
		return err
	}
	f, ok := m.files[id]
	if !ok {
		return notFound("file")
	}
	f.Used = max(f.Used, at)
	m.files[id] = f
	return nil
}

// Uploaded implements media.Store.
func (m *Memory) Uploaded(ctx context.Context, account chat.AccountID, since chat.Millis) (int64, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	sum := int64(0)
	for _, f := range m.files {
		if f.Account == account && f.Created >= since {
			sum += f.Length
		}
	}
	return sum, m.ready(ctx, "uploaded")
}

// Carried implements media.Store.
func (m *Memory) Carried(ctx context.Context, account chat.AccountID) (int64, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	sum := int64(0)
	for _, r := range m.proj.media {
		if r.author == account {
			sum += r.size
		}
	}
	return sum, m.ready(ctx, "carried")
}

// referred reports whether something refers to a content.
func (m *Memory) referred(hash chat.Hash) bool {
	for id := range m.proj.media {
		if id.hash == hash {
			return true
		}
	}
	for _, f := range m.files {
		if f.Hash == hash {
			return true
		}
	}
	return false
}

// SweepBlobs implements media.Store.
func (m *Memory) SweepBlobs(ctx context.Context, q media.Sweep) (media.Swept, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var swept media.Swept
	if err := m.ready(ctx, "sweep blobs"); err != nil {
		return swept, err
	}
	maps.DeleteFunc(m.files, func(_ chat.FileID, f media.File) bool { return f.Used < q.Before })
	seen := m.blobsAfter(q.After, q.Limit)
	for _, b := range seen {
		swept.Count++
		swept.Bytes += b.Size
		switch {
		case m.referred(b.Hash):
			b.Orphan = 0
		case b.Orphan == 0:
			b.Orphan = q.Now
		case b.Orphan <= q.Orphans:
			swept.Gone = append(swept.Gone, b.Hash)
			swept.Count--
			swept.Bytes -= b.Size
		}
		m.blobs[b.Hash] = b
	}
	if len(seen) == q.Limit {
		swept.Next = seen[len(seen)-1].Hash
	}
	return swept, nil
}

// DropBlob implements media.Store.
func (m *Memory) DropBlob(ctx context.Context, hash chat.Hash, before chat.Millis) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "drop a blob"); err != nil {
		return false, err
	}
	b, ok := m.blobs[hash]
	if !ok || b.Orphan == 0 || b.Orphan > before || m.referred(hash) {
		return false, nil
	}
	delete(m.blobs, hash)
	return true, nil
}

// Blobs implements media.Store.
func (m *Memory) Blobs(ctx context.Context, after chat.Hash, limit int) ([]media.Blob, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.blobsAfter(after, limit), m.ready(ctx, "blobs")
}

func (m *Memory) blobsAfter(after chat.Hash, limit int) (all []media.Blob) {
	for _, h := range ascendingHashes(maps.Keys(m.blobs)) {
		if bytes.Compare(h[:], after[:]) > 0 && len(all) < limit {
			all = append(all, m.blobs[h])
		}
	}
	return all
}
