// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

const (
	chatColumns = "c.chat, c.type, c.title, c.about, c.name, c.defaults, c.slow_seconds, c.signatures, " +
		"c.history_hidden, c.join_approval, c.members, c.wide, c.deleted, c.imported, c.number_base, c.created, " +
		"c.facts, c.peer_a, c.peer_b, c.down"
	memberColumns = "m.account, m.role, m.grants, m.until, m.version, m.from_seq, m.title, m.joined, m.note"
	linkColumns   = "token, label, expires, max_uses, uses, approval, revoked, creator, created, chat"
)

func readChat(r *row) chat.Chat {
	return chat.Chat{
		ID: num[chat.ChatID](r), Type: num[chat.ChatType](r), Title: r.text(), About: r.text(), Name: r.text(),
		Defaults: num[chat.Grants](r), SlowSeconds: num[uint32](r), Signatures: r.bool(),
		HistoryHidden: r.bool(), JoinApproval: r.bool(), Members: num[uint32](r), Wide: r.bool(),
		Deleted: r.bool(), Imported: r.bool(), NumberBase: r.int(), Created: num[chat.Millis](r),
		Facts: num[uint64](r), Peers: [2]chat.AccountID{num[chat.AccountID](r), num[chat.AccountID](r)},
		Down: r.bool(), Photo: unpack(r.text()),
	}
}

func readMember(r *row) chat.Member {
	return chat.Member{
		Account: num[chat.AccountID](r), Role: num[chat.Role](r), Grants: num[chat.Grants](r),
		Until: num[chat.Millis](r), Version: num[uint32](r), From: num[chat.Seq](r), Title: r.text(),
		Joined: num[chat.Millis](r), Note: r.text(),
	}
}

func readLink(r *row) (chat.InviteLink, chat.ChatID) {
	l := chat.InviteLink{
		Token: r.text(), Label: r.text(), Expires: num[chat.Millis](r), Limit: num[uint32](r),
		Uses: num[uint32](r), Approval: r.bool(), Revoked: r.bool(), Creator: num[chat.AccountID](r),
		Created: num[chat.Millis](r),
	}
	return l, num[chat.ChatID](r)
}

// Facts implements engine.Rooms.
func (s *Store) Facts(ctx context.Context, room chat.ChatID, actor, target chat.AccountID,
) (f chat.Facts, err error) {
	err = s.read(ctx, "facts", func(c *conn) error {
		if _, err := c.one("SELECT "+chatColumns+", "+photoOfChat+" FROM chats AS c WHERE c.chat = ?",
			func(r *row) { f.Chat = readChat(r) }, room); err != nil {
			return err
		}
		if f.Actor, err = c.member(room, actor); err != nil {
			return err
		}
		if f.Target, err = c.member(room, target); err != nil {
			return err
		}
		other := target
		if f.Chat.Type == chat.Direct {
			other = f.Chat.Peer(actor)
		}
		if f.Blocked, err = c.blocked(actor, other); err != nil {
			return err
		}
		if !f.Blocked && actor != 0 && other != 0 {
			f.Blocked, err = c.one("SELECT 1 FROM people WHERE account = ? AND deleted", func(*row) {}, other)
		}
		if err != nil || f.Chat.SlowSeconds == 0 {
			return err
		}
		f.LastSent, err = c.lastSent(room.Log(), actor)
		return err
	})
	return f, err
}

// lastSent is the time of the last counted entry of an account in a chat's log: in what is not summed up
// yet, or else in the last block in which it wrote.
func (c *conn) lastSent(log chat.LogID, who chat.AccountID) (at chat.Millis, err error) {
	_, err = c.one(`SELECT at, seq FROM entries WHERE log = ?1 AND author = ?2 AND flags & 1
		AND seq > coalesce((SELECT seq / 64 * 64 FROM heads WHERE log = ?1), 0)
		UNION ALL
		SELECT at, seq FROM entries, (SELECT max(block) AS n FROM written WHERE log = ?1 AND author = ?2)
		WHERE log = ?1 AND author = ?2 AND flags & 1 AND seq > n * 64 AND seq <= n * 64 + 64
		ORDER BY seq DESC LIMIT 1`, func(r *row) { at = num[chat.Millis](r) }, log, who)
	return at, err
}

// Lately implements engine.Rooms. Each block that an account wrote in holds one of its entries at least, so
// as many blocks as entries are enough.
func (s *Store) Lately(
	ctx context.Context, room chat.ChatID, author chat.AccountID, limit int,
) (seqs []chat.Seq, err error) {
	err = s.read(ctx, "lately", func(c *conn) error {
		return c.query(`SELECT seq FROM entries WHERE log = ?1 AND author = ?2 AND flags & 1
			AND seq > coalesce((SELECT seq / 64 * 64 FROM heads WHERE log = ?1), 0)
			UNION ALL
			SELECT seq FROM (SELECT block AS n FROM written WHERE log = ?1 AND author = ?2
				ORDER BY block DESC LIMIT ?3) CROSS JOIN entries
			WHERE log = ?1 AND author = ?2 AND flags & 1 AND seq > n * 64 AND seq <= n * 64 + 64
			ORDER BY seq DESC LIMIT ?3`,
			func(r *row) error {
				seqs = append(seqs, num[chat.Seq](r))
				return nil
			}, room.Log(), author, max(limit, 0))
	})
	return seqs, err
}

// member returns a standing, that of nobody where there is none.
func (c *conn) member(room chat.ChatID, who chat.AccountID) (chat.Member, error) {
	m := chat.Member{Account: who}
	if who == 0 {
		return m, nil
	}
	_, err := c.one("SELECT "+memberColumns+" FROM members AS m WHERE m.chat = ? AND m.account = ?",
		func(r *row) { m = readMember(r) }, room, who)
	return m, err
}

func (c *conn) blocked(a, b chat.AccountID) (bool, error) {
	if a == 0 || b == 0 {
		return false, nil
	}
	return c.one("SELECT 1 FROM blocks WHERE account = ?1 AND other = ?2 OR account = ?2 AND other = ?1 LIMIT 1",
		func(*row) {}, a, b)
}

// roles is a set of roles as bits, which a statement can test.
func roles(of []chat.Role) int64 {
	var set int64
	for _, r := range of {
		set |= 1 << r
	}
	return set
}

// in are the roles of who is in a chat.
func in() []chat.Role { return []chat.Role{chat.RoleMember, chat.RoleAdmin, chat.RoleOwner} }

// hearing are the roles of who gets what is said in a chat, as chat.Role.Reads says.
func hearing() []chat.Role { return append(in(), chat.RoleApproached) }

// lastRune ends a range of texts with a common start: nothing that starts so comes after it.
const lastRune = "\U0010ffff"

// Members implements engine.Rooms.
func (s *Store) Members(ctx context.Context, q engine.MemberQuery) (members []chat.Member, err error) {
	set := roles(q.Roles)
	if set == 0 {
		set = roles(in())
	}
	fits := " m.chat = ?1 AND m.account > ?2 AND ?3 >> m.role & 1"
	args := []any{q.Chat, q.After, set, max(q.Limit, 0)}
	if q.Restricted { // as the index of them says it
		fits += " AND m.role = 1 AND m.grants <> 0 AND (m.until = 0 OR m.until > ?5)"
		args = append(args, q.At)
	}
	text := "SELECT " + memberColumns + " FROM members AS m WHERE" + fits + " ORDER BY m.account LIMIT ?4"
	if q.Prefix != "" {
		n := len(args)
		text = "SELECT DISTINCT " + memberColumns + " FROM words AS w CROSS JOIN members AS m " +
			"ON m.account = w.account AND" + fits +
			fmt.Sprintf(" WHERE w.tail >= ?%d AND w.tail <= ?%d ORDER BY m.account LIMIT ?4", n+1, n+2)
		args = append(args, q.Prefix, q.Prefix+lastRune)
	}
	err = s.read(ctx, "members", func(c *conn) error {
		return c.query(text, func(r *row) error {
			members = append(members, readMember(r))
			return nil
		}, args...)
	})
	return members, err
}

// Audience implements engine.Rooms.
func (s *Store) Audience(ctx context.Context, room chat.ChatID) (a engine.Audience, err error) {
	err = s.read(ctx, "audience", func(c *conn) error {
		var members int64
		if _, err := c.one("SELECT facts, members FROM chats WHERE chat = ?",
			func(r *row) { a.Facts, members = num[uint64](r), r.int() }, room); err != nil {
			return err
		}
		if a.Pos, err = c.lastPos(); err != nil {
			return err
		}
		a.Accounts = make([]chat.AccountID, 0, members+1)
		return c.query("SELECT account, from_seq FROM members WHERE chat = ?1 AND ?2 >> role & 1 ORDER BY account",
			func(r *row) error {
				who, from := num[chat.AccountID](r), num[chat.Seq](r)
				a.Accounts = append(a.Accounts, who)
				if from > 1 {
					if a.From == nil {
						a.From = make(map[chat.AccountID]chat.Seq)
					}
					a.From[who] = from
				}
				return nil
			}, room, roles(hearing()))
	})
	return a, err
}

// Name implements engine.Rooms.
func (s *Store) Name(ctx context.Context, name, skeleton string) (owner engine.Owner, err error) {
	read := func(r *row) { owner = engine.Owner{Account: num[chat.AccountID](r), Chat: num[chat.ChatID](r)} }
	err = s.read(ctx, "name", func(c *conn) error {
		if name != "" {
			found, err := c.one("SELECT account, chat FROM names WHERE name = ?", read, name)
			if found || err != nil {
				return err
			}
		}
		if skeleton == "" {
			return nil
		}
		_, err := c.one("SELECT account, chat FROM names WHERE skeleton = ?", read, skeleton)
		return err
	})
	return owner, err
}

// Rested implements engine.Names.
func (s *Store) Rested(ctx context.Context, skeleton string) (rested engine.Rested, err error) {
	err = s.read(ctx, "rested", func(c *conn) error {
		_, err := c.one("SELECT account, chat, name, by, at, pos FROM rested WHERE skeleton = ?", func(r *row) {
			rested = restedOf(r)
		}, skeleton)
		return err
	})
	return rested, err
}

// GivenUp implements engine.Names.
func (s *Store) GivenUp(ctx context.Context, owner engine.Owner) (list []engine.Rested, err error) {
	err = s.read(ctx, "given up", func(c *conn) error {
		return c.query(`SELECT account, chat, name, by, at, pos FROM rested WHERE account = ? AND chat = ?
			ORDER BY pos, skeleton`, func(r *row) error {
			list = append(list, restedOf(r))
			return nil
		}, owner.Account, owner.Chat)
	})
	return list, err
}

func restedOf(r *row) engine.Rested {
	return engine.Rested{
		Owner: engine.Owner{Account: num[chat.AccountID](r), Chat: num[chat.ChatID](r)},
		Name:  r.text(), By: num[chat.AccountID](r), At: num[chat.Millis](r), Pos: num[chat.Pos](r),
	}
}

// Direct implements engine.Rooms.
func (s *Store) Direct(ctx context.Context, a, b chat.AccountID) (room chat.ChatID, err error) {
	err = s.read(ctx, "direct", func(c *conn) error {
		_, err := c.one("SELECT chat FROM directs WHERE a = ? AND b = ?",
			func(r *row) { room = num[chat.ChatID](r) }, min(a, b), max(a, b))
		return err
	})
	return room, err
}

// linksBesides selects links with the uses of everybody but account ?1.
const linksBesides = `SELECT token, label, expires, max_uses, uses - EXISTS (SELECT 1 FROM link_uses AS u
	WHERE u.token = links.token AND u.account = ?1), approval, revoked, creator, created, chat
	FROM links WHERE `

// Links implements engine.Rooms.
func (s *Store) Links(ctx context.Context, room chat.ChatID, token string, besides chat.AccountID,
) (links []chat.InviteLink, of chat.ChatID, err error) {
	text, arg := linksBesides+"token = ?2", any(token)
	if token == "" {
		of, arg = room, room
		text = linksBesides + "chat = ?2 ORDER BY created, token"
	}
	err = s.read(ctx, "links", func(c *conn) error {
		return c.query(text, func(r *row) error {
			var l chat.InviteLink
			l, of = readLink(r)
			links = append(links, l)
			return nil
		}, besides, arg)
	})
	return links, of, err
}

// Requests implements engine.Rooms.
func (s *Store) Requests(ctx context.Context, room chat.ChatID, by chat.AccountID,
) (requests []chat.JoinRequest, err error) {
	text, args := "SELECT account, at, token FROM requests WHERE chat = ? ORDER BY at, account", []any{room}
	if by != 0 {
		text, args = "SELECT account, at, token FROM requests WHERE chat = ? AND account = ?", []any{room, by}
	}
	err = s.read(ctx, "requests", func(c *conn) error {
		return c.query(text, func(r *row) error {
			requests = append(requests, chat.JoinRequest{
				Account: num[chat.AccountID](r), At: num[chat.Millis](r), Token: r.text(),
			})
			return nil
		}, args...)
	})
	return requests, err
}

// Pinned implements engine.Rooms.
func (s *Store) Pinned(ctx context.Context, room chat.ChatID, limit int) (seqs []chat.Seq, err error) {
	err = s.read(ctx, "pinned", func(c *conn) error {
		return c.query("SELECT target FROM pins WHERE log = ? ORDER BY by_seq DESC, target DESC LIMIT ?",
			func(r *row) error {
				seqs = append(seqs, num[chat.Seq](r))
				return nil
			}, room.Log(), max(limit, 0))
	})
	return seqs, err
}
