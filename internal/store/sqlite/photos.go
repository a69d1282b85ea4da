// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// packed is a photo of p in one value, so that a row of something else can hold it.
const packed = "p.seq || ' ' || p.at || ' ' || hex(p.hash) || ' ' || p.size || ' ' || p.mime || ' ' || " +
	"p.width || ' ' || p.height || ' ' || hex(p.thumbhash)"

// photoOfChat and photoOfPerson select what a chat of c, or an account of p, is shown by.
const (
	photoOfChat = "(SELECT " + packed + " FROM photos AS p WHERE p.log = 1 << 32 | c.chat " +
		"ORDER BY p.seq DESC LIMIT 1)"
	photoOfPerson = "(SELECT " + packed + " FROM photos AS p WHERE p.log = 2 << 32 | a.account " +
		"ORDER BY p.seq DESC LIMIT 1)"
)

// unpack reads a packed photo; nothing is none.
func unpack(text string) *chat.PlacedPhoto {
	parts := strings.Split(text, " ")
	if len(parts) != 8 {
		return nil
	}
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(parts[i], 10, 64) // the database made it of a number
		return n
	}
	p := &chat.PlacedPhoto{Seq: chat.Seq(number(0)), At: chat.Millis(number(1))}
	hash, _ := hex.DecodeString(parts[2])
	copy(p.Hash[:], hash)
	p.Size, p.MIME = number(3), parts[4]
	p.Width, p.Height = uint32(number(5)), uint32(number(6))
	if parts[7] != "" {
		p.Thumbhash, _ = hex.DecodeString(parts[7])
	}
	return p
}

// setPhoto keeps of a chat only the newest.
func (w *writer) setPhoto(e *chat.Entry, c chat.PhotoSet) error {
	if e.Log.Kind() == chat.ChatLog {
		deleted, err := w.conn.one("SELECT 1 FROM chats WHERE chat = ? AND deleted", func(*row) {}, e.Log.Chat())
		if err != nil || deleted {
			return err
		}
		if err := w.forgetPhotos(e.Log, e.Seq); err != nil {
			return err
		}
	}
	p := c.Photo
	return w.conn.exec("INSERT OR REPLACE INTO photos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", e.Log, e.Seq, e.At,
		p.Hash, p.Size, p.MIME, p.Width, p.Height, append([]byte{}, p.Thumbhash...))
}

// erasePhoto erases the body of the entry that set a photo, and what refers to its content.
func (w *writer) erasePhoto(e *chat.Entry, c chat.PhotoErased) error {
	if c.Target == 0 || c.Target >= e.Seq {
		return nil
	}
	err := w.erase("log = ? AND seq = ? AND kind IN (?, ?)", e.Log, c.Target, chat.KindAccountPhoto,
		chat.KindChatPhoto)
	if err != nil {
		return err
	}
	return errors.Join(w.forgetPhotos(e.Log, c.Target), w.forgetMedia(e.Log, c.Target))
}

// forgetPhotos forgets a photo of an account; of a chat that one and those before it.
func (w *writer) forgetPhotos(log chat.LogID, seq chat.Seq) error {
	if log.Kind() == chat.ChatLog {
		return w.conn.exec("DELETE FROM photos WHERE log = ? AND seq <= ?", log, seq)
	}
	return w.conn.exec("DELETE FROM photos WHERE log = ? AND seq = ?", log, seq)
}

// Photos implements engine.Photos.
func (s *Store) Photos(ctx context.Context, log chat.LogID) (all []chat.PlacedPhoto, err error) {
	err = s.read(ctx, "photos", func(c *conn) error {
		text := "SELECT " + packed + " FROM photos AS p WHERE p.log = ? ORDER BY p.seq DESC"
		return c.query(text, func(r *row) error {
			text := r.text()
			p := unpack(text)
			if p == nil {
				return fmt.Errorf("a photo cannot be read of %q", text)
			}
			all = append(all, *p)
			return nil
		}, log)
	})
	return all, err
}

// Portraits implements engine.Photos.
func (s *Store) Portraits(ctx context.Context, hash chat.Hash, limit int) (all []engine.Carrier, err error) {
	err = s.read(ctx, "portraits", func(c *conn) error {
		return c.query(`SELECT p.log, p.seq FROM photos AS p
			LEFT JOIN chats AS c ON p.log >> 32 = ?2 AND c.chat = p.log & 4294967295
			LEFT JOIN people AS a ON p.log >> 32 = ?3 AND a.account = p.log & 4294967295
			WHERE p.hash = ?1 AND (c.name <> '' OR p.log >> 32 = ?3 AND coalesce(a.photo_for, 0) = ?4)
			ORDER BY p.log, p.seq LIMIT ?5`, func(r *row) error {
			all = append(all, engine.Carrier{Log: num[chat.LogID](r), Seq: num[chat.Seq](r)})
			return nil
		}, hash, int64(chat.ChatLog), int64(chat.UserLog), chat.PhotoEverybody, max(limit, 0))
	})
	return all, err
}

// Regards implements engine.Photos.
func (s *Store) Regards(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) (all []chat.Regard, err error) {
	err = s.read(ctx, "regards", func(c *conn) error {
		return c.query(`SELECT j.value,
			EXISTS (SELECT 1 FROM contacts WHERE account = j.value AND other = ?1),
			EXISTS (SELECT 1 FROM directs AS d CROSS JOIN members AS m ON m.chat = d.chat AND m.account = ?1
				WHERE d.a = min(?1, j.value) AND d.b = max(?1, j.value) AND m.role = ?3),
			EXISTS (SELECT 1 FROM blocks WHERE account = ?1 AND other = j.value)
			OR EXISTS (SELECT 1 FROM blocks WHERE account = j.value AND other = ?1)
			FROM json_each(?2) AS j`, func(r *row) error {
			all = append(all, chat.Regard{
				Account: num[chat.AccountID](r), Listed: r.bool(), Asks: r.bool(), Apart: r.bool(),
			})
			return nil
		}, account, list(ascending(others)), chat.RoleApproached)
	})
	return all, err
}
