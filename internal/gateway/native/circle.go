// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func peopleMethods() []method {
	return []method{
		call("People/Contacts", chat.ScopeRead, contacts),
		later("People/SetContact", chat.ScopeManage, setContact),
		ordered(call("People/SetPersonalLink", chat.ScopeManage, setPersonal)),
		call("People/Mutual", chat.ScopeRead, mutual),
	}
}

func contacts(ctx context.Context, c *caller, r *zolalv1.ContactsRequest) (*zolalv1.ContactsResponse, error) {
	list, err := c.cfg.Engine.Contacts(ctx, c.actor, chat.AccountID(r.GetAfter()), int(r.GetLimit()))
	if err != nil {
		return nil, err
	}
	people := c.persons(list.People)
	out := &zolalv1.ContactsResponse{Total: uint32(list.Total)}
	for i := range list.Contacts {
		contact := &list.Contacts[i]
		out.Contacts = append(out.Contacts, &zolalv1.ContactRow{
			Contact: wire.ContactOut(contact), Person: c.person(people, contact.Account),
		})
	}
	return out, nil
}

// FIND-5
func setContact(ctx context.Context, c *caller, r *zolalv1.SetContactRequest) (wait[zolalv1.Receipt], error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	cmd := chat.SetContact{
		Account: chat.AccountID(r.GetAccount()), Name: r.GetName(), Remove: r.GetRemove(),
	}
	p, err := c.cfg.Engine.BeginContact(ctx, c.actor, cmd, r.GetPersonal(), key)
	if err != nil {
		return nil, err
	}
	return receiptOf(p), nil
}

func setPersonal(ctx context.Context, c *caller, r *zolalv1.SetPersonalLinkRequest) (
	*zolalv1.PersonalLink, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	// Whether it replaces one is for the rules to find.
	if c.actor.Waits, err = c.cfg.Accounts.Unsettled(ctx, c.actor); err != nil {
		return nil, err
	}
	link, err := c.cfg.Engine.SetPersonal(ctx, c.actor, r.GetRemove(), key)
	if err != nil {
		return nil, err
	}
	return wire.PersonalOut(&link), nil
}

func mutual(ctx context.Context, c *caller, r *zolalv1.MutualRequest) (*zolalv1.MutualResponse, error) {
	rows, err := c.cfg.Engine.Mutual(ctx, c.actor, chat.AccountID(r.GetAccount()))
	if err != nil {
		return nil, err
	}
	out := &zolalv1.MutualResponse{}
	for i := range rows {
		out.Chats = append(out.Chats, c.info(&rows[i], nil))
	}
	return out, nil
}
