// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// sure reports whether every change of a batch is sure to succeed, so that the batch needs no way back. It
// looks at the present state; of changes that meet one another inside a batch it is not sure, unless neither
// can fail.
func (a *appending) sure(b *engine.Batch) (bool, error) {
	checked := 0 // changes whose success depends on the present state
	for i := range b.Entries {
		d := &b.Entries[i]
		for _, change := range d.Changes {
			depends, ok, err := a.willDo(d.Log, change)
			if err != nil || !ok {
				return false, err
			}
			if depends {
				checked++
			}
		}
	}
	return checked <= 1, nil
}

// willDo reports whether a change of an entry that is yet to be placed will succeed, and whether that depends
// on the present state of more than chats being there: chats never go.
func (a *appending) willDo(log chat.LogID, change chat.Change) (depends, ok bool, err error) {
	switch c := change.(type) {
	case chat.Mentioned, chat.ReadSet, chat.DraftSet, chat.PrefsSet, chat.PrivacySet, chat.ProfileSet,
		chat.RequestSet, chat.MediaUsed, chat.PhotoSet, chat.PhotoErased:
		return false, true, nil
	case chat.FactsBumped:
		ok, err = a.hasChat(c.Chat)
		return false, ok, err
	case chat.MemberSet:
		ok, err = a.hasChat(c.Chat)
		return false, ok, err
	case chat.SourceSet:
		seq, err := a.boundTo(sourceID{log.Chat(), c.Number})
		return true, seq == 0, err
	case chat.Superseded:
		redacted, err := a.redacted(log, c.Target)
		return true, !redacted && c.Target != 0 && c.Target <= a.heads[log].Seq, err
	default:
		return true, false, nil
	}
}

func (w *writer) hasChat(room chat.ChatID) (bool, error) {
	return w.conn.one("SELECT 1 FROM chats WHERE chat = ?", func(*row) {}, room)
}

// redacted reports whether an entry was redacted. Overlays are never gathered, so the table tells.
func (w *writer) redacted(log chat.LogID, target chat.Seq) (bool, error) {
	return w.conn.one("SELECT 1 FROM overlays WHERE log = ? AND target = ? AND redacted",
		func(*row) {}, log, target)
}
