// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// fillKnown asks whether the target knows the actor.
func (e *Engine) fillKnown(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	knowing, err := e.store.Knowing(ctx, r.actor.Account, n.Target)
	if err != nil {
		return fmt.Errorf("who knows: %w", err)
	}
	f.Known = len(knowing) > 0
	return nil
}

// requestOf returns the direct chat in which somebody waits as a request to an account; 0 if nobody does.
func (e *Engine) requestOf(ctx context.Context, account, from chat.AccountID) (chat.ChatID, error) {
	if from == 0 || from == account {
		return 0, nil
	}
	room, err := e.store.Direct(ctx, min(account, from), max(account, from))
	if err != nil || room == 0 {
		return 0, err
	}
	f, err := e.freshFacts(ctx, room, account, 0)
	if err != nil || f.Actor.Role != chat.RoleApproached {
		return 0, err
	}
	return room, nil
}

// acceptedIn returns the direct chat that an account came into, whose request it accepted by what was stored;
// 0 if it did nothing of that kind.
func (e *Engine) acceptedIn(account chat.AccountID, entries []chat.Entry) chat.ChatID {
	for i := range entries {
		if entries[i].Env.Kind != chat.KindMyChat || entries[i].Log != account.Log() {
			continue
		}
		body, err := e.codec.Decode(entries[i].Env.Kind, entries[i].Body)
		m, ok := body.(*chat.MyChat)
		if err == nil && ok && m.Before == chat.RoleApproached && m.Member.Role.In() {
			return m.Chat
		}
	}
	return 0
}

// fillDay asks what the actor has left today.
func (e *Engine) fillDay(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) (err error) {
	if f.Day.Free = e.cfg.Born == nil || r.actor.Server; f.Day.Free {
		return nil
	}
	if f.Day.Born, err = e.cfg.Born(ctx, r.actor.Account); err != nil {
		return fmt.Errorf("age of an account: %w", err)
	}
	if f.Day.Spent, err = e.store.Spent(ctx, r.actor.Account, e.now()-chat.DayLength); err != nil {
		return fmt.Errorf("daily allowances: %w", err)
	}
	return nil
}

// awaited says of each row whether it is a direct chat whose other side does not know the account: what it
// writes there is a request. Whether the other deleted one is not to be seen.
func (e *Engine) awaited(ctx context.Context, account chat.AccountID, rows []ListRow) error {
	var peers []chat.AccountID
	for i := range rows {
		if rows[i].lonely() {
			peers = append(peers, rows[i].Chat.Peer(account))
		}
	}
	if len(peers) == 0 {
		return nil
	}
	knowing, err := e.store.Knowing(ctx, account, peers...)
	if err != nil {
		return fmt.Errorf("who knows: %w", err)
	}
	for i := range rows {
		peer := rows[i].Chat.Peer(account)
		rows[i].Waiting = rows[i].lonely() && peer != 0 && !slices.Contains(knowing, peer)
	}
	return nil
}

// lonely reports whether the account is in a direct chat without the other.
func (r *ListRow) lonely() bool { return r.Chat.OneSided() && r.Me.Role.In() }

// Stranger is what somebody who was approached by one may know of them.
type Stranger struct {
	Born   chat.Millis   // when the account was made, to the day; 0 unknown
	Common []chat.ChatID // groups that both are in, the most recently moved first
}

// Stranger tells of whom the actor was approached by in a direct chat.
func (h *Handle) Stranger(ctx context.Context) (s Stranger, err error) {
	if err := h.mayNow(ctx, chat.RightRead); err != nil {
		return s, fmt.Errorf("stranger in %s: %w", h.log, err)
	}
	peer := h.facts.Chat.Peer(h.actor.Account)
	if peer == 0 || h.facts.Actor.Role != chat.RoleApproached {
		return s, nil
	}
	e := h.engine
	if e.cfg.Born != nil {
		if s.Born, err = e.cfg.Born(ctx, peer); err != nil {
			return s, fmt.Errorf("age of an account: %w", err)
		}
		s.Born -= s.Born % chat.DayLength
	}
	rows, _, _, err := e.store.List(ctx, ListQuery{Account: h.actor.Account, With: peer, Limit: nearGroups})
	if err != nil {
		return s, fmt.Errorf("list: %w", err)
	}
	for _, row := range rows {
		if row.Chat.Type != chat.Group ||
			(chat.Facts{Chat: row.Chat, Actor: row.Me}).May(chat.RightMembers, e.now()) != nil {
			continue
		}
		f, err := e.store.Facts(ctx, row.Chat.ID, peer, 0)
		if err != nil {
			return s, fmt.Errorf("facts of a group: %w", err)
		}
		if f.Actor.Role.In() {
			s.Common = append(s.Common, row.Chat.ID)
		}
	}
	return s, nil
}
