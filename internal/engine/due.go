// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
)

// Due is what a chat holds for an account that may have to be woken.
type Due struct {
	Type   chat.ChatType
	Read   chat.Seq
	Unread uint32      // of others
	Muted  chat.Millis // until then; chat.NotifyAlways
	// Standing is the version of the account's own, and Offer says that its owner offers them the chat and they
	// have not looked yet.
	Standing uint32
	Offer    bool
}

// Due returns what a chat holds for an account that is in it, and whether it is, for pushes: not an answer to
// anybody.
func (e *Engine) Due(ctx context.Context, account chat.AccountID, room chat.ChatID) (Due, bool, error) {
	row, ok, err := e.ownRow(ctx, account, room)
	if err != nil || !ok || !row.Me.Role.In() || row.Chat.Deleted {
		return Due{}, false, err
	}
	d := Due{Type: row.Chat.Type, Read: row.Read.Seq, Unread: row.Unread, Standing: row.Me.Version}
	d.Offer = row.OfferWaits()
	if row.Prefs.MutedUntil != nil {
		d.Muted = *row.Prefs.MutedUntil
	}
	return d, true, nil
}

// Waiting returns how many messages wait for the actor in all chats that they are in and have not muted: the
// number that the web app shows on its icon, by the same rule (web/src/ui/Shell.svelte).
//
// PUSH-11
func (e *Engine) Waiting(ctx context.Context, actor chat.Actor) (total uint32, err error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return 0, err
	}
	now := e.now()
	err = e.eachRow(ctx, actor.Account, func(row ListRow) error {
		muted := row.Prefs.MutedUntil != nil && *row.Prefs.MutedUntil > now
		if row.Me.Role.In() && !row.Chat.Deleted && !muted {
			total += row.Unread
		}
		return nil
	})
	return total, err
}

// OfferWaits reports whether the chat is offered to the account, which has not looked at that on any device.
//
// ROOM-5
func (r ListRow) OfferWaits() bool {
	return r.Me.Offered() && !r.Chat.Deleted && r.Prefs.MarkedUnread != nil && *r.Prefs.MarkedUnread
}
