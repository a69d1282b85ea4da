// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// Found is what a name or a token leads to: a person, or a chat as it may be seen before joining.
type Found struct {
	Person   *chat.Person
	Chat     *ListRow
	Approval bool // joining asks first
}

// ResolveName finds who or what has a public name, with or without "@". Whom the actor has met is found
// always; anything else, found or not, is a look-up, and who does not want to be found is nobody.
//
// FIND-1
// FIND-2
func (e *Engine) ResolveName(ctx context.Context, actor chat.Actor, name string) (Found, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return Found{}, err
	}
	owner, err := e.owner(ctx, name)
	if err != nil && chat.CodeOf(err) != chat.CodeNotFound {
		return Found{}, err
	}
	tied, tieErr := e.tied(ctx, actor.Account, owner)
	if tieErr != nil {
		return Found{}, tieErr
	}
	if !tied {
		if err := e.lookups.take(actor, chat.FoldName(name)); err != nil {
			return Found{}, err
		}
	}
	switch {
	case err != nil:
		return Found{}, err
	case owner.Account != 0:
		return e.findPerson(ctx, actor, owner.Account, tied)
	}
	h, err := e.Open(ctx, actor, owner.Chat.Log(), chat.RightRead)
	if err != nil {
		return Found{}, err
	}
	row, err := h.Row(ctx)
	return Found{Chat: &row, Approval: row.Chat.JoinApproval}, err
}

// tied reports whether an account has met whom a name belongs to, or is in the chat it belongs to.
func (e *Engine) tied(ctx context.Context, account chat.AccountID, owner Owner) (bool, error) {
	switch {
	case owner.Account != 0:
		return e.met(ctx, account, owner.Account)
	case owner.Chat != 0:
		f, err := e.freshFacts(ctx, owner.Chat, account, 0)
		return f.Actor.Role.In(), err
	default:
		return false, nil
	}
}

// findPerson returns somebody who was found, unless a stranger is not to find them.
func (e *Engine) findPerson(ctx context.Context, actor chat.Actor, account chat.AccountID, tied bool) (
	Found, error) {
	if !tied {
		people, err := e.store.People(ctx, []chat.AccountID{account})
		if err != nil {
			return Found{}, fmt.Errorf("people: %w", err)
		}
		if len(people) == 0 || people[0].Privacy.Unfindable {
			return Found{}, nobody()
		}
		e.lookups.note(actor, byNumber(account))
	}
	people, err := e.peopleNear(ctx, actor, account)
	if err != nil || len(people) == 0 {
		return Found{}, err
	}
	return Found{Person: &people[0]}, nil
}

// nobody is the answer for a name that nobody has, or whose owner is not to be found.
func nobody() error { return chat.Errorf(chat.CodeNotFound, "nobody has this name") }

// owner returns who has a name, or CodeNotFound.
func (e *Engine) owner(ctx context.Context, name string) (Owner, error) {
	folded := chat.FoldName(name)
	if folded == "" {
		return Owner{}, &chat.Error{Code: chat.CodeBadRequest, Field: "name", Text: "a name is needed"}
	}
	owner, err := e.store.Name(ctx, folded, "")
	if err != nil {
		return Owner{}, fmt.Errorf("name: %w", err)
	}
	if owner == (Owner{}) {
		return Owner{}, nobody()
	}
	return owner, nil
}

// ResolveInvite finds the chat of a link's token. Of a private chat, somebody who is not in it sees title,
// description, photo and how many are in.
func (e *Engine) ResolveInvite(ctx context.Context, actor chat.Actor, token string) (Found, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return Found{}, err
	}
	gone := &chat.Error{Code: chat.CodeNotFound, Field: "invite", Text: "no such link"}
	if token == "" {
		return Found{}, gone
	}
	links, room, err := e.store.Links(ctx, 0, token, 0)
	if err != nil {
		return Found{}, fmt.Errorf("link: %w", err)
	}
	if len(links) == 0 {
		return Found{}, gone
	}
	link := links[0]
	f, err := e.freshFacts(ctx, room, actor.Account, 0)
	switch {
	case err != nil:
		return Found{}, err
	case f.Chat.Deleted:
		return Found{}, chat.Errorf(chat.CodeChatDeleted, "the chat was deleted")
	case f.May(chat.RightRead, e.now()) == nil:
		h := &Handle{engine: e, actor: actor, log: room.Log(), room: room}
		row, err := h.Row(ctx)
		return Found{Chat: &row, Approval: link.Approval || row.Chat.JoinApproval}, err
	case link.Revoked || link.Expires != 0 && link.Expires <= e.now():
		return Found{}, &chat.Error{Code: chat.CodeInviteExpired, Field: "invite", Text: "revoked or ended"}
	case f.Actor.Barred(e.now()):
		return Found{}, chat.Errorf(chat.CodeBanned, "banned from this chat")
	}
	c := f.Chat
	row := ListRow{Me: f.Actor, Chat: chat.Chat{
		ID: c.ID, Type: c.Type, Title: c.Title, About: c.About, Name: c.Name, Members: c.Members,
		JoinApproval: c.JoinApproval, Photo: published(c.Photo, c.Public()),
	}}
	return Found{Chat: &row, Approval: link.Approval || c.JoinApproval}, nil
}
