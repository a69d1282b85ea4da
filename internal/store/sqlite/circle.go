// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Contacts implements engine.Circle.
func (s *Store) Contacts(ctx context.Context, account, after chat.AccountID, limit int,
) (list []chat.Contact, total int, err error) {
	err = s.read(ctx, "contacts", func(c *conn) error {
		_, err := c.one("SELECT count(*) FROM contacts WHERE account = ?",
			func(r *row) { total = int(r.int()) }, account)
		if err != nil {
			return err
		}
		return c.query(`SELECT other, name, seen_name, seen_username, seen_photo FROM contacts
			WHERE account = ? AND other > ? ORDER BY other LIMIT ?`, func(r *row) error {
			one := chat.Contact{
				Account: num[chat.AccountID](r), Name: r.text(), SeenName: r.text(), SeenUsername: r.text(),
			}
			copy(one.SeenPhoto[:], r.blob())
			list = append(list, one)
			return nil
		}, account, after, max(limit, 0))
	})
	return list, total, err
}

// Personal implements engine.Circle.
func (s *Store) Personal(ctx context.Context, account chat.AccountID, token string,
) (owner engine.PersonalOwner, err error) {
	text, arg := "SELECT account, token FROM personal_links WHERE account = ?", any(account)
	if token != "" {
		text, arg = "SELECT account, token FROM personal_links WHERE token = ?", token
	}
	err = s.read(ctx, "personal link", func(c *conn) error {
		_, err := c.one(text, func(r *row) {
			owner.Account, owner.Link.Token = num[chat.AccountID](r), r.text()
			owner.Link.Removed = owner.Link.Token == ""
		}, arg)
		return err
	})
	return owner, err
}

// setContact erases the body of the entry before.
func (w *writer) setContact(e *chat.Entry, c chat.ContactSet) error {
	var old chat.Pos
	had, err := w.conn.one("DELETE FROM contacts WHERE account = ? AND other = ? RETURNING pos",
		func(r *row) { old = num[chat.Pos](r) }, c.Account, c.Contact.Account)
	if err != nil {
		return err
	}
	if had {
		if err := w.erase("pos = ?", old); err != nil {
			return err
		}
	}
	if c.Contact.Removed {
		return nil
	}
	return w.conn.exec("INSERT INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?)", c.Account, c.Contact.Account,
		c.Contact.Name, c.Contact.SeenName, c.Contact.SeenUsername, e.Pos, c.Contact.SeenPhoto)
}

func (w *writer) setPersonal(c chat.PersonalSet) error {
	token := any(c.Link.Token)
	if c.Link.Removed {
		token = nil
	}
	if err := w.conn.exec("DELETE FROM personal_links WHERE account = ?", c.Account); err != nil {
		return err
	}
	n, err := w.conn.affect("INSERT INTO personal_links VALUES (?, ?) ON CONFLICT DO NOTHING", c.Account, token)
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeConflict, "the token is another account's")
	}
	return err
}
