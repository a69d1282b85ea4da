// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"github.com/zolal-im/zolal/internal/chat"
)

// accountRows are the tables with rows that say something of an account itself, which an index finds by it.
var accountRows = [...]string{
	"people", "names", "rested", "contacts", "personal_links", "blocks", "drafts", "prefs", "reads", "spent",
	"acts", "mentions",
}

// ofItsChats finds rows of an account in tables that begin with the chat: it has or had a standing wherever
// it has any.
const ofItsChats = " WHERE account = ?1 AND chat IN (SELECT chat FROM members WHERE account = ?1)"

// erasing are the statements that forget an account. All look only at rows of its own: while the one writer
// looks through a table, nobody else's words are stored.
func erasing() []string {
	texts := []string{
		"DELETE FROM requests" + ofItsChats,
		`UPDATE chats SET facts = facts + 1 WHERE ?1 IN (peer_a, peer_b)
			AND chat IN (SELECT chat FROM members WHERE account = ?1)`,
	}
	for _, table := range accountRows {
		texts = append(texts, "DELETE FROM "+table+" WHERE account = ?1")
	}
	return texts
}

// dropping are the statements that forget who is authenticated by what, in the same way.
func dropping() []string {
	texts := []string{
		"DELETE FROM pushes WHERE device IN (SELECT device FROM devices WHERE account = ?1)",
		"DELETE FROM ticks" + ofItsChats,
		"UPDATE passes SET label = '' WHERE maker = ?1 AND label <> ''",
	}
	for _, table := range [...]string{"credentials", "pushes", "devices", "accounts", "seen"} {
		texts = append(texts, "DELETE FROM "+table+" WHERE account = ?1")
	}
	return texts
}

// ofAccount runs statements about one account.
func (w *writer) ofAccount(id chat.AccountID, texts []string) error {
	for _, text := range texts {
		if err := w.conn.exec(text, id); err != nil {
			return err
		}
	}
	return nil
}

// eraseAccount forgets an account, and erases what its log said before this entry.
func (w *writer) eraseAccount(e *chat.Entry, c chat.AccountErased) error {
	// An empty profile is found by no words.
	if err := w.setProfile(chat.ProfileSet{Account: c.Account}); err != nil {
		return err
	}
	if err := w.ofAccount(c.Account, erasing()); err != nil {
		return err
	}
	log := c.Account.Log()
	if err := w.conn.exec("DELETE FROM photos WHERE log = ?", log); err != nil {
		return err
	}
	if err := w.forgetMedia(log, 0); err != nil {
		return err
	}
	err := w.erase("log = ? AND pos < ? AND kind NOT IN (SELECT value FROM json_each(?))", log, e.Pos,
		list(chat.KindsKept()))
	if err != nil {
		return err
	}
	err = w.conn.exec(`INSERT INTO people (account, name, username, about, hide_last_seen, hide_typing,
		hide_reads, hide_forwards, refuse_invites, deleted) VALUES (?, '', '', '', 0, 0, 0, 0, 0, 1)`, c.Account)
	for _, r := range c.Rests {
		if err == nil {
			err = w.conn.exec("INSERT OR REPLACE INTO rested VALUES (?, ?, ?, 0, ?, ?, ?)", r.Skeleton, r.Name,
				c.Account, e.Author, e.At, e.Pos)
		}
	}
	return err
}
