// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// nearGroups bounds how many groups of an account are looked through for people it knows.
const nearGroups = 200

// Near returns those of the accounts whose presence the actor may watch: people with whom it is in a direct
// chat or in one of its small groups that moved most recently, and has no block, either way round.
func (e *Engine) Near(ctx context.Context, actor chat.Actor, accounts []chat.AccountID) (
	[]chat.AccountID, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	apart, err := e.apart(ctx, actor.Account, accounts)
	if err != nil {
		return nil, fmt.Errorf("near: %w", err)
	}
	accounts = slices.DeleteFunc(slices.Clone(accounts), func(a chat.AccountID) bool {
		return slices.Contains(apart, a)
	})
	near, err := e.talking(ctx, actor.Account, accounts)
	if err != nil {
		return nil, fmt.Errorf("near: %w", err)
	}
	far := make(map[chat.AccountID]bool)
	for _, a := range accounts {
		far[a] = !slices.Contains(near, a)
	}
	maps.DeleteFunc(far, func(_ chat.AccountID, is bool) bool { return !is })
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

// Person returns somebody whom the actor has met, CodeNotFound for anybody else: numbers are given one after
// the other, and whoever asked for each would have a list of everybody.
func (e *Engine) Person(ctx context.Context, actor chat.Actor, account chat.AccountID) (chat.Person, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return chat.Person{}, err
	}
	met, err := e.met(ctx, actor.Account, account)
	if err != nil {
		return chat.Person{}, err
	}
	if met {
		people, err := e.peopleNear(ctx, actor, account)
		if err != nil || len(people) > 0 {
			return append(people, chat.Person{})[0], err
		}
	}
	return chat.Person{}, &chat.Error{Code: chat.CodeNotFound, Field: "account", Text: "nobody you have met"}
}

// peopleNear is People of one account, with presence also where the two share a small group.
func (e *Engine) peopleNear(ctx context.Context, actor chat.Actor, account chat.AccountID) (
	[]chat.Person, error) {
	near, err := e.Near(ctx, actor, []chat.AccountID{account})
	if err != nil {
		return nil, err
	}
	return e.People(ctx, actor, []chat.AccountID{account}, near...)
}

// met reports whether an account knows another: itself, the other side of a direct chat, a contact, somebody
// it blocks, who invites it to a group, or who is or was in a chat of its list that shows it the members.
func (e *Engine) met(ctx context.Context, account, other chat.AccountID) (bool, error) {
	if account == other {
		return true, nil
	}
	room, err := e.store.Direct(ctx, min(account, other), max(account, other))
	if err != nil || room != 0 {
		return room != 0, err
	}
	blocked, err := e.store.Blocked(ctx, account)
	if err != nil || slices.Contains(blocked, other) {
		return err == nil, err
	}
	if known, err := e.onList(ctx, account, other); err != nil || known {
		return known, err
	}
	rows, _, _, err := e.store.List(ctx, ListQuery{Account: account, With: other, Limit: nearGroups})
	if err != nil {
		return false, fmt.Errorf("met: list: %w", err)
	}
	for _, row := range rows {
		if (chat.Facts{Chat: row.Chat, Actor: row.Me}).May(chat.RightMembers, e.now()) == nil {
			return true, nil
		}
	}
	return false, nil
}

// onList reports whether an account has another among its contacts, or was invited to a group by it.
func (e *Engine) onList(ctx context.Context, account, other chat.AccountID) (bool, error) {
	list, _, err := e.store.Contacts(ctx, account, other-1, 1)
	if err != nil {
		return false, fmt.Errorf("contacts: %w", err)
	}
	if len(list) == 1 && list[0].Account == other {
		return true, nil
	}
	invited, err := e.store.Invitations(ctx, account)
	if err != nil {
		return false, fmt.Errorf("invitations: %w", err)
	}
	for _, i := range invited {
		if i.By != other {
			continue
		}
		if kind, err := e.chatKind(ctx, i.Chat); err != nil || kind == chat.Group {
			return err == nil, err
		}
	}
	return false, nil
}

// TalliesOf returns the tallies of entries as everybody may see them, for the hub: not an answer to anybody.
func (e *Engine) TalliesOf(ctx context.Context, room chat.ChatID, seqs []chat.Seq) ([]chat.Tally, error) {
	tallies, err := e.store.Tallies(ctx, room.Log(), seqs, 0)
	if err != nil {
		return nil, fmt.Errorf("tallies of %s: %w", room.Log(), err)
	}
	return tallies, nil
}
