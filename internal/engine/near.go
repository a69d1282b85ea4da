// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// nearGroups bounds how many groups of an account are looked through for people it knows.
const nearGroups = 200

// Near returns those of the accounts whose presence the actor may watch: people with whom it shares a direct
// chat or one of its small groups that moved most recently.
func (e *Engine) Near(ctx context.Context, actor chat.Actor, accounts []chat.AccountID) (
	[]chat.AccountID, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	var near []chat.AccountID
	far := make(map[chat.AccountID]bool)
	for _, a := range accounts {
		room, err := e.store.Direct(ctx, min(actor.Account, a), max(actor.Account, a))
		switch {
		case err != nil:
			return nil, fmt.Errorf("near: direct chat: %w", err)
		case room != 0:
			near = append(near, a)
		default:
			far[a] = true
		}
	}
	if len(far) == 0 {
		return near, nil
	}
	rows, _, _, err := e.store.List(ctx, ListQuery{Account: actor.Account, Limit: nearGroups})
	if err != nil {
		return nil, fmt.Errorf("near: list: %w", err)
	}
	for _, row := range rows {
		if row.Chat.Type != chat.Group || !ticked(row.Chat) || !row.Me.Role.In() {
			continue
		}
		members, err := e.store.Audience(ctx, row.Chat.ID)
		if err != nil {
			return nil, fmt.Errorf("near: audience: %w", err)
		}
		for _, a := range members.Accounts {
			if far[a] {
				delete(far, a)
				near = append(near, a)
			}
		}
	}
	return near, nil
}

// TalliesOf returns the tallies of entries as everybody may see them, for the hub: not an answer to anybody.
func (e *Engine) TalliesOf(ctx context.Context, room chat.ChatID, seqs []chat.Seq) ([]chat.Tally, error) {
	tallies, err := e.store.Tallies(ctx, room.Log(), seqs, 0)
	if err != nil {
		return nil, fmt.Errorf("tallies of %s: %w", room.Log(), err)
	}
	return tallies, nil
}
