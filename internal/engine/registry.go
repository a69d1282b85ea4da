// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// What accounts stand on: numbers, names, and notices in user logs. None of it is an answer to a client.

// NewAccount returns an account number never given before.
func (e *Engine) NewAccount(ctx context.Context) (chat.AccountID, error) {
	id, err := e.store.NextID(ctx, AccountIDs)
	if err != nil {
		return 0, fmt.Errorf("number an account: %w", err)
	}
	return chat.AccountID(id), nil
}

// NewDevice returns a device number never given before.
func (e *Engine) NewDevice(ctx context.Context) (chat.DeviceID, error) {
	id, err := e.store.NextID(ctx, DeviceIDs)
	if err != nil {
		return 0, fmt.Errorf("number a device: %w", err)
	}
	return chat.DeviceID(id), nil
}

// server is the server's own hand in an account's log.
func server(who chat.Actor) chat.Actor {
	who.Scopes, who.Server = chat.AllScopes, true
	return who
}

// Register appends the first profile of an account under (device, key) and so claims its username, and
// answers with the profile as stored: for a repeated key the earlier one.
func (e *Engine) Register(ctx context.Context, who chat.Actor, key chat.Key, profile chat.Profile) (
	chat.Profile, error) {
	p, err := e.beginRegister(ctx, Registration{Who: who, Key: key, Profile: profile})
	if err != nil {
		return chat.Profile{}, err
	}
	return e.registered(ctx, p)
}

func (e *Engine) beginRegister(ctx context.Context, r Registration) (*Pending, error) {
	p, err := e.begin(ctx, request{
		actor: server(r.Who), cmd: chat.SetProfile{Profile: r.Profile, Told: r.Told}, key: r.Key,
	})
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	return p, nil
}

// registered waits for a registration and reads back what it stored.
func (e *Engine) registered(ctx context.Context, p *Pending) (chat.Profile, error) {
	r, err := p.Wait(ctx)
	if err != nil {
		return chat.Profile{}, fmt.Errorf("register: %w", err)
	}
	items, err := e.store.Get(ctx, r.Log, []chat.Seq{r.Seq})
	if err != nil {
		return chat.Profile{}, fmt.Errorf("register: %w", err)
	}
	if len(items) == 0 { // compacted since
		return e.Profile(ctx, r.Log.Account())
	}
	body, err := e.bodyOf(items[0])
	if err != nil {
		return chat.Profile{}, fmt.Errorf("register: %w", err)
	}
	profile, ok := body.(*chat.Profile)
	if !ok {
		return chat.Profile{}, chat.Errorf(chat.CodeConflict, "the key was used for another write")
	}
	return *profile, nil
}

// Registration is the first profile of one of many new accounts, and what it reads in the same step.
type Registration struct {
	Who     chat.Actor
	Key     chat.Key
	Profile chat.Profile
	Told    chat.OperatorAct // that an operator made it or let it in; its Act is 0 where neither
}

// RegisterMany registers accounts that are all new; errs has one element for each.
func (e *Engine) RegisterMany(ctx context.Context, many []Registration) (errs []error) {
	errs = make([]error, len(many))
	pending := make([]*Pending, len(many))
	for i, r := range many {
		pending[i], errs[i] = e.beginRegister(ctx, r)
	}
	for i, p := range pending {
		if p != nil {
			_, errs[i] = p.Wait(ctx)
		}
	}
	return errs
}

// Notice appends a device notice to the account's log.
func (e *Engine) Notice(ctx context.Context, account chat.AccountID, notice chat.DeviceNotice) error {
	p, err := e.begin(ctx, request{
		actor: server(chat.Actor{Account: account}), cmd: chat.NoteDevice{Notice: notice},
	})
	if err == nil {
		_, err = p.Wait(ctx)
	}
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	return nil
}

// CheckName reports with a coded error why nobody may claim a username now; nil: it is free.
func (e *Engine) CheckName(ctx context.Context, username string) error {
	if err := chat.CheckName(username); err != nil {
		return err
	}
	name := chat.FoldName(username)
	if err := e.untaken(ctx, name, Owner{}); err != nil {
		return err
	}
	rested, err := e.store.Rested(ctx, chat.Skeleton(name))
	if err != nil {
		return fmt.Errorf("name: %w", err)
	}
	if wait := rested.rest(e.now()); wait > 0 {
		return resting(wait)
	}
	return nil
}

// ByName returns the account of a username, or CodeNotFound.
func (e *Engine) ByName(ctx context.Context, username string) (chat.AccountID, error) {
	owner, err := e.owner(ctx, username)
	if err == nil && owner.Account == 0 {
		err = chat.Errorf(chat.CodeNotFound, "no such account")
	}
	return owner.Account, err
}

// Profile returns an account's profile, or CodeNotFound where it never registered.
func (e *Engine) Profile(ctx context.Context, account chat.AccountID) (chat.Profile, error) {
	people, err := e.store.People(ctx, []chat.AccountID{account})
	if err != nil {
		return chat.Profile{}, fmt.Errorf("profile: %w", err)
	}
	if len(people) == 0 || people[0].Profile == (chat.Profile{}) {
		return chat.Profile{}, chat.Errorf(chat.CodeNotFound, "no such account")
	}
	return people[0].Profile, nil
}

// Seen records when accounts were last online.
func (e *Engine) Seen(ctx context.Context, seen map[chat.AccountID]chat.Millis) error {
	if err := e.store.Seen(ctx, seen); err != nil {
		return fmt.Errorf("seen: %w", err)
	}
	return nil
}
