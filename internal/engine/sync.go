// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// Limits of catching up.
const (
	maxSyncChats = 1000
	userTail     = 500 // entries of the user log that are sent as they are; beyond it, the folded state
	maxPeople    = 1000

	// A limit that is raced by writes of several devices may be overshot by those under way.
	maxStateContacts = chat.MaxContacts + 1024
)

// Sync catches an account up in one call: the tail of its user log or the state that it folds to, and the
// chats that moved since a position, the most recently moved first.
//
// Reads are ordered so that nothing falls between them: the head of the user log first, then the chats, then
// the state. So the state includes at least every entry up to UserHead, and the chats are true for Pos; what
// comes after either reaches the client again through its cursors, and folding an entry twice is folding it
// once.
func (e *Engine) Sync(ctx context.Context, actor chat.Actor, q SyncQuery) (SyncResult, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return SyncResult{}, err
	}
	if q.Limit < 1 || q.Limit > maxSyncChats || q.Skip < 0 {
		return SyncResult{}, badLimit("limit")
	}
	res := SyncResult{Incarnation: e.incarnation, Now: e.now()}
	res.Changed = q.Incarnation != (chat.Incarnation{}) && q.Incarnation != e.incarnation
	if err := e.syncUser(ctx, actor, q, &res); err != nil {
		return SyncResult{}, fmt.Errorf("sync %s: %w", actor.Account.Log(), err)
	}
	if err := e.syncChats(ctx, actor, q, &res); err != nil {
		return SyncResult{}, fmt.Errorf("sync %s: %w", actor.Account.Log(), err)
	}
	return res, nil
}

// syncUser decides between tail and state, and reads the tail.
func (e *Engine) syncUser(ctx context.Context, actor chat.Actor, q SyncQuery, res *SyncResult) error {
	log := actor.Account.Log()
	heads, err := e.store.Heads(ctx, []chat.LogID{log})
	if err != nil {
		return fmt.Errorf("head: %w", err)
	}
	head := heads[0]
	res.UserHead = head
	if head.Seq-head.Floor > compactAt {
		e.compactSoon(actor.Account)
	}
	fits := q.UserSeq > 0 && q.UserSeq >= head.Floor && q.UserSeq <= head.Seq && head.Seq-q.UserSeq <= userTail
	if res.Changed || q.Pos == 0 || !fits {
		res.State = &UserState{}
		return nil
	}
	if q.Skip > 0 || q.UserSeq == head.Seq {
		return nil
	}
	if res.Items, err = e.store.Read(ctx, log, q.UserSeq, int(head.Seq-q.UserSeq)); err != nil {
		return fmt.Errorf("tail: %w", err)
	}
	shownItems(res.Items, 0)
	return nil
}

// syncChats reads the chats, then the state if it is due, and the people that both name.
func (e *Engine) syncChats(ctx context.Context, actor chat.Actor, q SyncQuery, res *SyncResult) error {
	query := ListQuery{Account: actor.Account, Since: q.Pos, Skip: q.Skip, Limit: q.Limit}
	if res.State != nil {
		query.Since = 0 // a client that takes the state takes the list as a whole
	}
	rows, total, pos, err := e.store.List(ctx, query)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	res.Pos, res.Total, res.More = pos, total, q.Skip+len(rows) < total
	for i := range rows {
		rows[i] = shownRow(rows[i])
	}
	if err := e.awaited(ctx, actor.Account, rows); err != nil {
		return err
	}
	if res.State != nil {
		if err := e.foldedState(ctx, actor.Account, res.State); err != nil {
			return err
		}
	}
	people, err := e.store.People(ctx, peopleOf(actor.Account, rows, res.State))
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	me := personOf(people, actor.Account)
	if res.State != nil {
		res.State.Profile, res.State.Privacy = me.Profile, me.Privacy
	}
	if me.Privacy.HideReads {
		for i := range rows {
			rows[i].PeerRead = 0
		}
	}
	res.Chats = rows
	me.ID = actor.Account
	var near []chat.AccountID
	for _, row := range rows {
		if row.Last != nil && row.Chat.Type == chat.Group && row.Chat.Close() {
			near = append(near, row.Last.Author)
		}
	}
	res.People, err = e.shownPeople(ctx, people, me, near)
	return err
}

func personOf(people []chat.Person, account chat.AccountID) chat.Person {
	for _, p := range people {
		if p.ID == account {
			return p
		}
	}
	return chat.Person{}
}

// peopleOf names who stands in rows and state: the account, peers of direct chats, authors of last messages,
// the blocked and those who invite.
func peopleOf(account chat.AccountID, rows []ListRow, state *UserState) []chat.AccountID {
	seen := map[chat.AccountID]bool{0: true}
	var ids []chat.AccountID
	add := func(a chat.AccountID) {
		if !seen[a] && len(ids) < maxPeople {
			seen[a] = true
			ids = append(ids, a)
		}
	}
	add(account)
	for _, r := range rows {
		add(r.Chat.Peers[0])
		add(r.Chat.Peers[1])
		if r.Last != nil {
			add(r.Last.Author)
		}
	}
	if state != nil {
		for _, a := range state.Blocked {
			add(a)
		}
		for _, inv := range state.Invitations {
			add(inv.By)
		}
		for _, c := range state.Contacts {
			add(c.Account)
		}
	}
	return ids
}

// State returns the actor's folded user log and a head whose entries it includes, and maybe later ones.
func (e *Engine) State(ctx context.Context, actor chat.Actor) (UserState, chat.Head, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return UserState{}, chat.Head{}, err
	}
	heads, err := e.store.Heads(ctx, []chat.LogID{actor.Account.Log()})
	if err != nil {
		return UserState{}, chat.Head{}, fmt.Errorf("state: head: %w", err)
	}
	var state UserState
	if err := e.foldedState(ctx, actor.Account, &state); err != nil {
		return UserState{}, chat.Head{}, err
	}
	people, err := e.store.People(ctx, []chat.AccountID{actor.Account})
	if err != nil {
		return UserState{}, chat.Head{}, fmt.Errorf("state: people: %w", err)
	}
	me := personOf(people, actor.Account)
	state.Profile, state.Privacy = me.Profile, me.Privacy
	return state, heads[0], nil
}

// foldedState reads what the user log folds to, but for what People says.
func (e *Engine) foldedState(ctx context.Context, account chat.AccountID, s *UserState) (err error) {
	if s.Blocked, err = e.store.Blocked(ctx, account); err != nil {
		return fmt.Errorf("state: blocked: %w", err)
	}
	if s.Limit, err = e.limitOf(ctx, account); err != nil {
		return err
	}
	if s.Photos, err = e.store.Photos(ctx, account.Log()); err != nil {
		return fmt.Errorf("state: photos: %w", err)
	}
	invited, err := e.store.Invitations(ctx, account)
	if err != nil {
		return fmt.Errorf("state: invitations: %w", err)
	}
	if s.Contacts, _, err = e.store.Contacts(ctx, account, 0, maxStateContacts); err != nil {
		return fmt.Errorf("state: contacts: %w", err)
	}
	own, err := e.store.Personal(ctx, account, "")
	if err != nil {
		return fmt.Errorf("state: personal link: %w", err)
	}
	if own.Account != 0 {
		s.Personal = &own.Link
	}
	for _, to := range invited {
		f, err := e.store.Facts(ctx, to.Chat, account, 0)
		if err != nil {
			return fmt.Errorf("state: facts of %s: %w", to.Chat.Log(), err)
		}
		if !f.Chat.Deleted && f.Actor.Role == chat.RoleInvited {
			to.Title, to.Type = f.Chat.Title, f.Chat.Type
			if f.Chat.Type == chat.Channel {
				to.By = 0 // as Decide has it: who is invited learns nothing of who runs a channel (R11)
			}
			s.Invitations = append(s.Invitations, to)
		}
	}
	return nil
}
