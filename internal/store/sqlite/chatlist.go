// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// moved is a chat and when it last moved.
type moved struct {
	room chat.ChatID
	pos  chat.Pos
}

// List implements engine.Users: a few statements, however many chats there are.
func (s *Store) List(ctx context.Context, q engine.ListQuery,
) (rows []engine.ListRow, total int, pos chat.Pos, err error) {
	err = s.read(ctx, "list", func(c *conn) error {
		all, err := c.moved(q)
		if err != nil {
			return err
		}
		if pos, err = c.lastPos(); err != nil {
			return err
		}
		total = len(all)
		all = all[min(total, max(q.Skip, 0)):]
		all = all[:min(len(all), max(q.Limit, 0))]
		if len(all) == 0 {
			return nil
		}
		rows, err = c.listRows(all, q.Account)
		return err
	})
	return rows, total, pos, err
}

// moved returns the chats that a query selects, in their order.
func (c *conn) moved(q engine.ListQuery) ([]moved, error) {
	// The standing of an account that left still moves a chat that is asked for by itself.
	text := `SELECT m.chat, max(m.pos, coalesce(h.pos, 0)) AS moved
		FROM members AS m CROSS JOIN chats AS c ON c.chat = m.chat LEFT JOIN heads AS h ON h.log = 1 << 32 | m.chat
		WHERE m.account = ?1 AND m.role IN (1, 2, 3, 7) AND moved > ?2`
	if q.Only != 0 {
		text = `SELECT c.chat, max(coalesce(m.pos, 0), coalesce(h.pos, 0)) AS moved
			FROM chats AS c LEFT JOIN members AS m ON m.chat = c.chat AND m.account = ?1
			LEFT JOIN heads AS h ON h.log = 1 << 32 | c.chat WHERE c.chat = ?3 AND moved > ?2`
	}
	text += ` AND (?4 = 0 OR EXISTS (SELECT 1 FROM members AS w
		WHERE w.chat = c.chat AND w.account = ?4 AND w.version > 0))`
	var all []moved
	err := c.query(text, func(r *row) error {
		all = append(all, moved{num[chat.ChatID](r), num[chat.Pos](r)})
		return nil
	}, q.Account, q.Since, q.Only, q.With)
	slices.SortFunc(all, func(a, b moved) int {
		return cmp.Or(cmp.Compare(b.pos, a.pos), cmp.Compare(a.room, b.room))
	})
	return all, err
}

// listSelect is one statement for all chats of a list; ?1 are their numbers, ?2 is the account. What is
// unread is a subtraction. Own entries are counted in the block of the read mark, in the last block, and by
// the sums of the full blocks between; redactions by their index. Only the position of the last message is
// looked for here, from the end backward; most often it is the last entry.
const listSelect = `SELECT ` + chatColumns + `, ` + photoOfChat + `, ` + memberColumns + `,
	h.log, h.seq, h.ord, h.pos, h.floor, h.chain, r.seq, r.ord,
	d.text, d.entities, d.reply, d.quote, d.at, p.muted_until, p.archived, p.pin_rank, p.marked_unread,
	(SELECT count(*) FROM entries AS e WHERE e.log = h.log AND e.seq > coalesce(r.seq, 0)
		AND e.seq <= min(h.seq, (coalesce(r.seq, 0) / 64 + 1) * 64) AND e.author = ?2 AND e.flags & 1)
	+ (SELECT coalesce(sum(w.entries), 0) FROM written AS w WHERE w.log = h.log AND w.author = ?2
		AND w.block > coalesce(r.seq, 0) / 64)
	+ (SELECT count(*) FROM entries AS e WHERE e.log = h.log AND h.seq / 64 > coalesce(r.seq, 0) / 64
		AND e.seq > h.seq / 64 * 64 AND e.author = ?2 AND e.flags & 1),
	(SELECT count(*) FROM overlays AS o INDEXED BY overlays_redacted WHERE o.log = h.log AND o.redacted
		AND o.author IS NOT NULL AND o.target > coalesce(r.seq, 0) AND o.author <> ?2),
	(SELECT count(*) FROM mentions AS n
		WHERE n.account = ?2 AND n.log = h.log AND n.seq > coalesce(r.seq, 0)),
	(SELECT t.seq FROM ticks AS t WHERE t.chat = c.chat AND t.account <> ?2 ORDER BY t.seq DESC LIMIT 1),
	(SELECT e.pos FROM entries AS e WHERE e.log = h.log AND e.flags & 1 AND NOT EXISTS (
		SELECT 1 FROM overlays AS o WHERE o.log = e.log AND o.target = e.seq AND o.redacted)
		ORDER BY e.seq DESC LIMIT 1)
	FROM json_each(?1) AS j CROSS JOIN chats AS c ON c.chat = j.value
	LEFT JOIN members AS m ON m.chat = c.chat AND m.account = ?2
	LEFT JOIN heads AS h ON h.log = 1 << 32 | c.chat
	LEFT JOIN reads AS r ON r.account = ?2 AND r.chat = c.chat
	LEFT JOIN drafts AS d ON d.account = ?2 AND d.chat = c.chat
	LEFT JOIN prefs AS p ON p.account = ?2 AND p.chat = c.chat`

// listRows reads the rows of chats, in their order.
func (c *conn) listRows(all []moved, who chat.AccountID) ([]engine.ListRow, error) {
	rooms := make([]chat.ChatID, len(all))
	place := make(map[chat.ChatID]int, len(all))
	for i, m := range all {
		rooms[i], place[m.room] = m.room, i
	}
	rows := make([]engine.ListRow, len(all))
	last := make(map[chat.Pos]int, len(all))
	err := c.query(listSelect, func(r *row) error {
		lr, pos, err := readListRow(r, who)
		if err != nil {
			return err
		}
		i := place[lr.Chat.ID]
		rows[i] = lr
		if pos != 0 {
			last[pos] = i
		}
		return nil
	}, list(rooms), who)
	if err != nil {
		return nil, err
	}
	if err := c.lastItems(rows, last); err != nil {
		return nil, err
	}
	return rows, c.pins(rows, place)
}

func readListRow(r *row, who chat.AccountID) (engine.ListRow, chat.Pos, error) {
	lr := engine.ListRow{Chat: readChat(r), Me: readMember(r), Head: readHead(r)}
	room := lr.Chat.ID
	lr.Me.Account = who
	lr.Head.Log, lr.Head.Facts = room.Log(), lr.Chat.Facts
	lr.Read = chat.ReadMark{Chat: room, Seq: num[chat.Seq](r), Ord: num[chat.Ord](r)}
	lr.Draft = chat.DraftText{Chat: room, Text: r.text()}
	var err error
	lr.Draft.Entities, err = decodeEntities(r.text())
	lr.Draft.Reply, lr.Draft.Quote, lr.Draft.At = num[chat.Seq](r), r.text(), num[chat.Millis](r)
	lr.Prefs = chat.Prefs{
		Chat: room, MutedUntil: opt[chat.Millis](r), Archived: optBool(r), PinRank: opt[uint32](r),
		MarkedUnread: optBool(r),
	}
	own, redacted := r.int(), r.int()
	lr.Mentions, lr.PeerRead = num[uint32](r), num[chat.Seq](r)
	if left := int64(lr.Head.Ord) - int64(lr.Read.Ord); left > 0 {
		lr.Unread = uint32(max(left-own-redacted, 0))
	}
	return lr, num[chat.Pos](r), err
}

// lastItems fills the last message of each row.
func (c *conn) lastItems(rows []engine.ListRow, last map[chat.Pos]int) error {
	positions := make([]chat.Pos, 0, len(last))
	for pos := range last {
		positions = append(positions, pos)
	}
	return c.query("SELECT "+itemColumns+" FROM json_each(?1) AS j CROSS JOIN "+itemTables+
		" WHERE e.pos = j.value", func(r *row) error {
		it := readItem(r)
		rows[last[it.Pos]].Last = &it
		return nil
	}, list(positions))
}

// pins fills the pinned seqs of each row.
func (c *conn) pins(rows []engine.ListRow, place map[chat.ChatID]int) error {
	logs := make([]chat.LogID, len(rows))
	for i := range rows {
		logs[i] = rows[i].Head.Log
	}
	return c.query(`SELECT log, target FROM json_each(?1) AS j CROSS JOIN pins ON log = j.value
		ORDER BY log, by_seq DESC, target DESC`, func(r *row) error {
		i := place[num[chat.LogID](r).Chat()]
		if len(rows[i].Pinned) < engine.ListPins {
			rows[i].Pinned = append(rows[i].Pinned, num[chat.Seq](r))
		}
		return nil
	}, list(logs))
}
