// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Contacts implements engine.Circle.
func (m *Memory) Contacts(ctx context.Context, account, after chat.AccountID, limit int,
) (list []chat.Contact, total int, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "contacts"); err != nil {
		return nil, 0, err
	}
	for k, row := range m.proj.contacts {
		if k.a != uint32(account) {
			continue
		}
		total++
		if row.Account > after {
			list = append(list, row.Contact)
		}
	}
	slices.SortFunc(list, func(a, b chat.Contact) int { return cmp.Compare(a.Account, b.Account) })
	return list[:min(len(list), max(limit, 0))], total, nil
}

// Personal implements engine.Circle.
func (m *Memory) Personal(ctx context.Context, account chat.AccountID, token string,
) (engine.PersonalOwner, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "personal link"); err != nil {
		return engine.PersonalOwner{}, err
	}
	if token != "" {
		account = m.proj.tokens[token]
	}
	link, ok := m.proj.personal[account]
	if !ok {
		return engine.PersonalOwner{}, nil
	}
	return engine.PersonalOwner{Account: account, Link: link}, nil
}

// setContact erases the body of the entry before.
func (t *txn) setContact(e *chat.Entry, c chat.ContactSet) {
	k := pair{uint32(c.Account), uint32(c.Contact.Account)}
	if old, ok := t.proj.contacts[k]; ok {
		t.erase(old.pos)
		remove(t.undo, t.proj.contacts, k)
	}
	if !c.Contact.Removed {
		put(t.undo, t.proj.contacts, k, contactRow{c.Contact, e.Pos})
	}
}

func (t *txn) setPersonal(c chat.PersonalSet) error {
	if old, ok := t.proj.personal[c.Account]; ok && !old.Removed {
		remove(t.undo, t.proj.tokens, old.Token)
	}
	if !c.Link.Removed {
		if _, taken := t.proj.tokens[c.Link.Token]; taken {
			return chat.Errorf(chat.CodeConflict, "the token is another account's")
		}
		put(t.undo, t.proj.tokens, c.Link.Token, c.Account)
	} else {
		c.Link.Token = ""
	}
	put(t.undo, t.proj.personal, c.Account, c.Link)
	return nil
}
