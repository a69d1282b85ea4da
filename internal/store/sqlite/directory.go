// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// publicSelect reads part of an index that has nothing but what may be in it. The last message is looked for
// from the end backward; most often it is the last entry. No further back than
// engine.PublicDepth: whoever deletes what they write makes nobody's list slow.
const publicSelect = `SELECT ` + chatColumns + `, ` + photoOfChat + `, ` + memberColumns + `, e.seq, e.at
	FROM chats AS c INDEXED BY chats_public
	LEFT JOIN members AS m ON m.chat = c.chat AND m.account = ?1
	LEFT JOIN entries AS e ON e.log = 1 << 32 | c.chat AND e.seq = (
		SELECT l.seq FROM (SELECT log, seq, flags FROM entries WHERE log = 1 << 32 | c.chat
			ORDER BY seq DESC LIMIT ?3) AS l WHERE l.flags & 1 AND NOT EXISTS (
			SELECT 1 FROM overlays AS o WHERE o.log = l.log AND o.target = l.seq AND o.redacted)
		ORDER BY l.seq DESC LIMIT 1)
	WHERE c.type = ?2 AND c.name <> '' AND c.deleted = 0`

// asMany and fewer are what comes after a place: chats of as many members, and of fewer. One condition for
// both would go through all of as many again from their first.
const (
	asMany = publicSelect + ` AND c.members = ?4 AND c.chat < ?5 ORDER BY c.chat DESC LIMIT ?6`
	fewer  = publicSelect + ` AND c.members < ?4 ORDER BY c.members DESC, c.chat DESC LIMIT ?5`
)

// aboveAll is more members than any chat has.
const aboveAll = 1 << 32

// Public implements engine.Names.
func (s *Store) Public(ctx context.Context, q engine.PublicQuery) (rows []engine.PublicRow, err error) {
	limit := max(q.Limit, 0)
	err = s.read(ctx, "public", func(c *conn) error {
		read := func(r *row) error {
			found := engine.PublicRow{Chat: readChat(r), Me: readMember(r)}
			found.Me.Account = q.Account
			found.Last, found.At = num[chat.Seq](r), num[chat.Millis](r)
			rows = append(rows, found)
			return nil
		}
		below := int64(aboveAll)
		if q.After != (engine.PublicPlace{}) {
			below = int64(q.After.Members)
			err := c.query(asMany, read, q.Account, q.Type, engine.PublicDepth, below, q.After.Chat, limit)
			if err != nil {
				return err
			}
		}
		return c.query(fewer, read, q.Account, q.Type, engine.PublicDepth, below, limit-len(rows))
	})
	return rows, err
}
