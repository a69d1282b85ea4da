// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"github.com/zolal-im/zolal/internal/chat"
)

// accountRows are the tables with rows that say something of an account itself.
var accountRows = [...]string{
	"people", "words", "names", "rested", "contacts", "personal_links", "blocks", "drafts", "prefs", "reads",
	"spent", "acts", "mentions", "requests",
}

// eraseAccount forgets an account, and erases what its log said before this entry.
func (w *writer) eraseAccount(e *chat.Entry, c chat.AccountErased) error {
	for _, table := range accountRows {
		if err := w.conn.exec("DELETE FROM "+table+" WHERE account = ?", c.Account); err != nil {
			return err
		}
	}
	log := c.Account.Log()
	if err := w.conn.exec("DELETE FROM photos WHERE log = ?", log); err != nil {
		return err
	}
	if err := w.forgetMedia(log, 0); err != nil {
		return err
	}
	err := w.erase("log = ? AND pos < ? AND kind NOT IN (?, ?)", log, e.Pos, chat.KindMyChat, chat.KindBlock)
	if err != nil {
		return err
	}
	err = w.conn.exec(`INSERT INTO people (account, name, username, about, hide_last_seen, hide_typing,
		hide_reads, hide_forwards, refuse_invites, deleted) VALUES (?, '', '', '', 0, 0, 0, 0, 0, 1)`, c.Account)
	if err != nil {
		return err
	}
	if c.Rests != "" {
		err := w.conn.exec("INSERT OR REPLACE INTO rested VALUES (?, ?, ?, 0, ?, ?, ?)", c.Skeleton, c.Rests,
			c.Account, e.Author, e.At, e.Pos)
		if err != nil {
			return err
		}
	}
	return w.conn.exec(`UPDATE chats SET facts = facts + 1
		WHERE chat IN (SELECT chat FROM directs WHERE a = ?1 OR b = ?1)`, c.Account)
}
