// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

const passColumns = "id, secret, maker, label, uses, used, created, expires, revoked"

func readPass(r *row) account.Pass {
	p := account.Pass{ID: r.text()}
	copy(p.Secret[:], r.blob())
	p.Maker, p.Label, p.Limit = num[chat.AccountID](r), r.text(), num[uint32](r)
	p.Used, p.Created = num[uint32](r), num[chat.Millis](r)
	p.Expires, p.Revoked = num[chat.Millis](r), num[chat.Millis](r)
	return p
}

// applyPass makes the changes of passes.
func (w *writer) applyPass(change account.Change) error {
	switch c := change.(type) {
	case account.PassPut:
		p := c.Pass
		return w.onePass(p.ID, "INSERT INTO passes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			p.ID, p.Secret, p.Maker, p.Label, p.Limit, p.Used, p.Created, p.Expires, p.Revoked)
	case account.PassUsed:
		return w.onePass(c.ID, `UPDATE passes SET used = used + 1
			WHERE id = ? AND revoked = 0 AND (uses = 0 OR used < uses)`, c.ID)
	case account.PassUnused:
		return w.conn.exec("UPDATE passes SET used = used - 1 WHERE id = ? AND used > 0", c.ID)
	case account.PassRevoked:
		return w.conn.exec("UPDATE passes SET revoked = ? WHERE id = ? AND revoked = 0", c.At, c.ID)
	default:
		return chat.Errorf(chat.CodeInternal, "change %T is unknown", change)
	}
}

// onePass runs a statement that has to change a pass.
func (w *writer) onePass(id, text string, args ...any) error {
	n, err := w.conn.affect(text, args...)
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeConflict, "the pass %s is there already, or over", id)
	}
	return err
}

// Pass implements account.PassStore.
func (s *Store) Pass(ctx context.Context, find account.PassFind) (p account.Pass, err error) {
	text, arg := "SELECT "+passColumns+" FROM passes WHERE id = ?", any(find.ID)
	if find.ID == "" {
		text, arg = "SELECT "+passColumns+" FROM passes WHERE secret = ?", find.Secret
	}
	err = s.theOne(ctx, "pass", text, func(r *row) { p = readPass(r) }, arg)
	return p, err
}

// Passes implements account.PassStore.
func (s *Store) Passes(ctx context.Context, q account.PassQuery) (list []account.Pass, err error) {
	text := "SELECT " + passColumns + " FROM passes WHERE "
	if q.All {
		text += "?1 IS NOT NULL"
	} else {
		text += "maker = ?1"
	}
	err = s.read(ctx, "passes", func(c *conn) error {
		return c.query(text+` AND (?2 = '' OR (created, id) < (SELECT created, id FROM passes WHERE id = ?2))
			ORDER BY created DESC, id DESC LIMIT ?3`, func(r *row) error {
			list = append(list, readPass(r))
			return nil
		}, q.Maker, q.After, max(q.Limit, 0))
	})
	return list, err
}
