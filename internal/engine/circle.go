// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxContacts is how many contacts one answer has.
const maxContacts = 200

// ContactList is a part of an account's contacts, as they show themselves now, and how many there are.
type ContactList struct {
	Contacts []chat.Contact
	People   []chat.Person
	Total    int
}

// Contacts lists the actor's contacts by their account numbers, at most limit (1–200).
func (e *Engine) Contacts(ctx context.Context, actor chat.Actor, after chat.AccountID, limit int) (
	list ContactList, err error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return list, err
	}
	if limit < 1 || limit > maxContacts {
		return list, badLimit("limit")
	}
	if list.Contacts, list.Total, err = e.store.Contacts(ctx, actor.Account, after, limit); err != nil {
		return list, fmt.Errorf("contacts: %w", err)
	}
	ids := make([]chat.AccountID, len(list.Contacts))
	for i, c := range list.Contacts {
		ids[i] = c.Account
	}
	list.People, err = e.People(ctx, actor, ids)
	return list, err
}

// BeginContact begins to set a contact of the actor's. With the token of a personal link it may be the link's
// owner, who may be there for the actor by nothing else.
func (e *Engine) BeginContact(ctx context.Context, actor chat.Actor, cmd chat.SetContact, personal string,
	key chat.Key) (*Pending, error) {
	r := request{actor: actor, cmd: cmd, key: key}
	if personal != "" {
		owner, err := e.personalOwner(ctx, actor, personal)
		if err != nil {
			return nil, err
		}
		r.introduced = owner
	}
	return e.begin(ctx, r)
}

// Mutual lists the groups that the actor and somebody are both in, the most recently moved first: of those
// whose members the actor may see. Channels are left out, whose members know nothing of each other (R11).
//
// FIND-6
func (e *Engine) Mutual(ctx context.Context, actor chat.Actor, with chat.AccountID) ([]ListRow, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	if with == 0 || with == actor.Account {
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: "account", Text: "somebody else is needed"}
	}
	rows, _, _, err := e.store.List(ctx, ListQuery{Account: actor.Account, With: with, Limit: nearGroups})
	if err != nil {
		return nil, fmt.Errorf("mutual: list: %w", err)
	}
	var mutual []ListRow
	for _, row := range rows {
		if row.Chat.Type != chat.Group {
			continue
		}
		f, err := e.store.Facts(ctx, row.Chat.ID, actor.Account, with)
		if err != nil {
			return nil, fmt.Errorf("mutual: facts of %s: %w", row.Chat.ID.Log(), err)
		}
		if f.Target.Role.In() && f.May(chat.RightMembers, e.now()) == nil {
			mutual = append(mutual, shownRow(row))
		}
	}
	return mutual, nil
}

// SetPersonal gives the actor a new personal link, which ends the one before, or ends it and gives none. A
// retry answers with what the first try made.
//
// FIND-3
func (e *Engine) SetPersonal(ctx context.Context, actor chat.Actor, remove bool, key chat.Key) (
	chat.PersonalLink, error) {
	var cmd chat.SetPersonal
	if !remove {
		token, err := e.token()
		if err != nil {
			return chat.PersonalLink{}, err
		}
		cmd.Token = token
	}
	p, err := e.begin(ctx, request{actor: actor, cmd: cmd, key: key})
	if err != nil {
		return chat.PersonalLink{}, fmt.Errorf("personal link: %w", err)
	}
	r, err := p.Wait(ctx)
	if err != nil {
		return chat.PersonalLink{}, fmt.Errorf("personal link: %w", err)
	}
	items, err := e.store.Get(ctx, r.Log, []chat.Seq{r.Seq})
	if err != nil {
		return chat.PersonalLink{}, fmt.Errorf("personal link: %w", err)
	}
	if len(items) == 1 {
		body, err := e.bodyOf(items[0])
		if made, ok := body.(*chat.PersonalLink); ok || err != nil {
			return *made, err
		}
	}
	return chat.PersonalLink{}, chat.Errorf(chat.CodeConflict, "the key was used for another write")
}

// token makes the secret part of a link, which nobody can guess.
func (e *Engine) token() (string, error) {
	var secret [16]byte
	if _, err := io.ReadFull(e.cfg.Rand, secret[:]); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(secret[:]), nil
}

// ResolvePersonal finds whose personal link a token is: also somebody who is not found by their name.
//
// FIND-3
func (e *Engine) ResolvePersonal(ctx context.Context, actor chat.Actor, token string) (Found, error) {
	account, err := e.personalOwner(ctx, actor, token)
	if err != nil {
		return Found{}, err
	}
	return e.findPerson(ctx, actor, account, true)
}

func (e *Engine) personalOwner(ctx context.Context, actor chat.Actor, token string) (chat.AccountID, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return 0, err
	}
	if token != "" {
		owner, err := e.store.Personal(ctx, 0, token)
		if err != nil {
			return 0, fmt.Errorf("personal link: %w", err)
		}
		if owner.Account != 0 {
			return owner.Account, nil
		}
	}
	return 0, &chat.Error{Code: chat.CodeNotFound, Field: "personal", Text: "no such link"}
}

// OpenPersonal is OpenDirect with whom a personal link leads to.
func (e *Engine) OpenPersonal(ctx context.Context, actor chat.Actor, token string, key chat.Key) (
	chat.ChatID, error) {
	account, err := e.personalOwner(ctx, actor, token)
	if err != nil {
		return 0, err
	}
	return e.open(ctx, direct{actor: actor, peer: account, introduced: account}, key)
}
