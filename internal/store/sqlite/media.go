// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
)

// useMedia notes that an entry carries a content. An edit says it for its target, whose author it stays.
func (w *writer) useMedia(e *chat.Entry, c chat.MediaUsed) error {
	if c.Target == 0 {
		return w.conn.exec("INSERT OR IGNORE INTO media_refs VALUES (?, ?, ?, ?, ?)",
			c.Hash, e.Log, e.Seq, e.Author, c.Size)
	}
	return w.conn.exec(`INSERT OR IGNORE INTO media_refs
		SELECT ?1, ?2, ?3, coalesce(t.author, 0), ?4 FROM (SELECT 1)
		LEFT JOIN entries AS t ON t.log = ?2 AND t.seq = ?3 AND t.seq < ?5`, c.Hash, e.Log, c.Target, c.Size, e.Seq)
}

// forgetMedia forgets what an entry carried, or all entries of a log.
func (w *writer) forgetMedia(log chat.LogID, seq chat.Seq) error {
	return w.conn.exec("DELETE FROM media_refs WHERE log = ?1 AND (?2 = 0 OR seq = ?2)", log, seq)
}

// Carriers implements engine.MediaRefs.
func (s *Store) Carriers(ctx context.Context, hash chat.Hash, limit int) (all []engine.Carrier, err error) {
	err = s.read(ctx, "carriers", func(c *conn) error {
		return c.query(`SELECT r.log, r.seq FROM media_refs AS r JOIN chats AS c ON c.chat = r.log & 4294967295
			WHERE r.hash = ? AND r.log >> 32 = ? AND c.type = ? AND c.name <> '' AND NOT c.deleted
			ORDER BY r.log, r.seq LIMIT ?`, func(r *row) error {
			all = append(all, engine.Carrier{Log: num[chat.LogID](r), Seq: num[chat.Seq](r)})
			return nil
		}, hash, int64(chat.ChatLog), chat.Channel, max(limit, 0))
	})
	return all, err
}

// Contents implements engine.MediaRefs.
func (s *Store) Contents(ctx context.Context, after chat.Hash, limit int) (all []engine.Content, err error) {
	err = s.read(ctx, "contents", func(c *conn) error {
		return c.query(`SELECT hash, max(size) FROM media_refs WHERE hash > ? GROUP BY hash ORDER BY hash LIMIT ?`,
			func(r *row) error {
				var one engine.Content
				copy(one.Hash[:], r.blob())
				one.Size = r.int()
				all = append(all, one)
				return nil
			}, after, max(limit, 0))
	})
	return all, err
}

const fileColumns = "id, account, hash, size, mime, name, width, height, photo, thumbhash, length, " +
	"created, used"

func readFile(r *row) media.File {
	f := media.File{Upload: chat.Upload{ID: chat.FileID(r.text())}, Account: num[chat.AccountID](r)}
	copy(f.Hash[:], r.blob())
	f.Size, f.MIME, f.Name = r.int(), r.text(), r.text()
	f.Width, f.Height, f.Photo = num[uint32](r), num[uint32](r), r.bool()
	f.Thumbhash = r.blob()
	f.Length, f.Created, f.Used = r.int(), num[chat.Millis](r), num[chat.Millis](r)
	return f
}

// PutFile implements media.Store.
func (s *Store) PutFile(ctx context.Context, f media.File) error {
	return s.do(ctx, "put a file", func(w *writer) error {
		err := w.conn.exec("INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			string(f.ID), f.Account, f.Hash, f.Size, f.MIME, f.Name, f.Width, f.Height, f.Photo,
			append([]byte{}, f.Thumbhash...), f.Length, f.Created, f.Used)
		if err != nil {
			return err
		}
		return w.conn.exec("INSERT INTO blobs VALUES (?, ?, 0) ON CONFLICT DO UPDATE SET orphan = 0",
			f.Hash, f.Size)
	})
}

// File implements media.Store.
func (s *Store) File(ctx context.Context, id chat.FileID) (f media.File, err error) {
	err = s.theOne(ctx, "file", "SELECT "+fileColumns+" FROM files WHERE id = ?",
		func(r *row) { f = readFile(r) }, string(id))
	return f, err
}

// UseFile implements media.Store.
func (s *Store) UseFile(ctx context.Context, id chat.FileID, at chat.Millis) error {
	return s.do(ctx, "use a file", func(w *writer) error {
		n, err := w.conn.affect("UPDATE files SET used = max(used, ?) WHERE id = ?", at, string(id))
		if err == nil && n == 0 {
			err = chat.Errorf(chat.CodeNotFound, "no such file")
		}
		return err
	})
}

// Uploaded implements media.Store.
func (s *Store) Uploaded(ctx context.Context, account chat.AccountID, since chat.Millis,
) (sum int64, err error) {
	err = s.read(ctx, "uploaded", func(c *conn) error {
		_, err := c.one("SELECT coalesce(sum(length), 0) FROM files WHERE account = ? AND created >= ?",
			func(r *row) { sum = r.int() }, account, since)
		return err
	})
	return sum, err
}

// Carried implements media.Store.
func (s *Store) Carried(ctx context.Context, account chat.AccountID) (sum int64, err error) {
	err = s.read(ctx, "carried", func(c *conn) error {
		_, err := c.one("SELECT coalesce(sum(size), 0) FROM media_refs WHERE author = ?",
			func(r *row) { sum = r.int() }, account)
		return err
	})
	return sum, err
}

// referred is whether something refers to a content of b.
const referred = "(EXISTS (SELECT 1 FROM media_refs AS r WHERE r.hash = b.hash) OR " +
	"EXISTS (SELECT 1 FROM files AS f WHERE f.hash = b.hash))"

// SweepBlobs implements media.Store.
func (s *Store) SweepBlobs(ctx context.Context, q media.Sweep) (swept media.Swept, err error) {
	err = s.do(ctx, "sweep blobs", func(w *writer) error {
		swept = media.Swept{}
		if err := w.conn.exec("DELETE FROM files WHERE used < ?", q.Before); err != nil {
			return err
		}
		var seen []media.Blob
		var in []bool
		err := w.conn.query("SELECT b.hash, b.size, b.orphan, "+referred+
			" FROM blobs AS b WHERE b.hash > ? ORDER BY b.hash LIMIT ?", func(r *row) error {
			var b media.Blob
			copy(b.Hash[:], r.blob())
			b.Size, b.Orphan = r.int(), num[chat.Millis](r)
			seen, in = append(seen, b), append(in, r.bool())
			return nil
		}, q.After, q.Limit)
		if err != nil {
			return err
		}
		for i, b := range seen {
			was := b.Orphan
			swept.Count++
			swept.Bytes += b.Size
			switch {
			case in[i]:
				b.Orphan = 0
			case was == 0:
				b.Orphan = q.Now
			case was <= q.Orphans:
				swept.Gone = append(swept.Gone, b.Hash)
				swept.Count--
				swept.Bytes -= b.Size
			}
			if b.Orphan != was {
				if err := w.conn.exec("UPDATE blobs SET orphan = ? WHERE hash = ?", b.Orphan, b.Hash); err != nil {
					return err
				}
			}
		}
		if len(seen) == q.Limit {
			swept.Next = seen[len(seen)-1].Hash
		}
		return nil
	})
	return swept, err
}

// DropBlob implements media.Store.
func (s *Store) DropBlob(ctx context.Context, hash chat.Hash, before chat.Millis) (dropped bool, err error) {
	err = s.do(ctx, "drop a blob", func(w *writer) error {
		n, err := w.conn.affect("DELETE FROM blobs AS b WHERE b.hash = ? AND b.orphan > 0 AND b.orphan <= ? "+
			"AND NOT "+referred, hash, before)
		dropped = n > 0
		return err
	})
	return dropped, err
}

// Blobs implements media.Store.
func (s *Store) Blobs(ctx context.Context, after chat.Hash, limit int) (all []media.Blob, err error) {
	err = s.read(ctx, "blobs", func(c *conn) error {
		return c.query("SELECT hash, size, orphan FROM blobs WHERE hash > ? ORDER BY hash LIMIT ?",
			func(r *row) error {
				var b media.Blob
				copy(b.Hash[:], r.blob())
				b.Size, b.Orphan = r.int(), num[chat.Millis](r)
				all = append(all, b)
				return nil
			}, after, max(limit, 0))
	})
	return all, err
}
