// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// openTries bounds how often two people who open their chat at the same time go round.
const openTries = 4

// Create makes a group or a channel owned by the actor; invited accounts are invited, never added. The
// receipt's log is that of the new chat, or on a retry of the chat that was made before.
func (e *Engine) Create(ctx context.Context, actor chat.Actor, room NewChat, key chat.Key) (Receipt, error) {
	if room.Type != chat.Group && room.Type != chat.Channel {
		return Receipt{}, &chat.Error{Code: chat.CodeBadRequest, Field: "type", Text: "a group or a channel"}
	}
	return e.create(ctx, request{actor: actor, key: key, cmd: chat.Create{
		Type: room.Type, Title: room.Title, About: room.About, Name: room.Name, Invite: room.Invite,
		Imported: room.Imported, NumberBase: room.NumberBase, Source: room.Source,
	}})
}

// create carries out a chat.Create with the number of a new chat.
func (e *Engine) create(ctx context.Context, r request) (Receipt, error) {
	id, err := e.store.NextID(ctx, ChatIDs)
	if err != nil {
		return Receipt{}, fmt.Errorf("number a chat: %w", err)
	}
	r.room = chat.ChatID(id)
	if cmd, ok := r.cmd.(chat.Create); ok {
		cmd.Chat = r.room
		r.cmd = cmd
	}
	p, err := e.begin(ctx, r)
	if err != nil {
		return Receipt{}, err
	}
	return p.Wait(ctx)
}

// OpenDirect returns the one chat of the actor and the peer (of the actor alone: saved messages), with the
// actor in it, and makes it where there is none. Two who do this at the same time get the same chat.
//
// FIND-4
func (e *Engine) OpenDirect(ctx context.Context, actor chat.Actor, peer chat.AccountID, key chat.Key) (
	chat.ChatID, error) {
	return e.open(ctx, direct{actor: actor, peer: peer}, key)
}

// direct is the wish to open a direct chat.
type direct struct {
	actor      chat.Actor
	peer       chat.AccountID
	introduced chat.AccountID // the peer, where their personal link led to them
}

func (e *Engine) open(ctx context.Context, d direct, key chat.Key) (chat.ChatID, error) {
	if err := d.actor.May(chat.ScopeRead); err != nil {
		return 0, err
	}
	if d.peer == 0 { // the server, whose chat is nobody's to open
		return 0, &chat.Error{Code: chat.CodeNotFound, Field: "account", Text: "no such account"}
	}
	for try := 0; ; try++ {
		room, err := e.openDirect(ctx, d, key)
		code := chat.CodeOf(err)
		if code != chat.CodeConflict && code != chat.CodeAlreadyMember || try == openTries {
			return room, err
		}
	}
}

// openDirect is one try of OpenDirect. The other side's call, or a first message, may come before it.
func (e *Engine) openDirect(ctx context.Context, d direct, key chat.Key) (chat.ChatID, error) {
	actor, peer := d.actor, d.peer
	room, err := e.store.Direct(ctx, min(actor.Account, peer), max(actor.Account, peer))
	if err != nil {
		return 0, fmt.Errorf("direct chat: %w", err)
	}
	if room == 0 {
		cmd := chat.Create{Type: chat.Direct, Peer: peer}
		if peer == actor.Account {
			cmd.Type = chat.Saved
		}
		r, err := e.create(ctx, request{actor: actor, cmd: cmd, key: key, introduced: d.introduced})
		return r.Log.Chat(), err
	}
	f, err := e.freshFacts(ctx, room, actor.Account, 0)
	// Whoever was approached by a stranger gets what there is: looking at it accepts nothing.
	if err != nil || f.Actor.Role.Reads() {
		return room, err
	}
	_, err = e.Join(ctx, actor, JoinBy{Chat: room}, key)
	return room, err
}

// Join joins a chat, or asks to. By a token it finds the chat of the link.
func (e *Engine) Join(ctx context.Context, actor chat.Actor, by JoinBy, key chat.Key) (Joined, error) {
	room := by.Chat
	if by.Token != "" {
		links, of, err := e.store.Links(ctx, 0, by.Token, 0)
		if err != nil {
			return Joined{}, fmt.Errorf("link: %w", err)
		}
		if len(links) == 0 || room != 0 && room != of {
			return Joined{}, &chat.Error{Code: chat.CodeNotFound, Field: "invite", Text: "no such link"}
		}
		room = of
	}
	p, err := e.begin(ctx, request{actor: actor, room: room, cmd: chat.Join{Token: by.Token}, key: key})
	if err != nil {
		return Joined{}, err
	}
	r, err := p.Wait(ctx)
	if err != nil {
		return Joined{}, err
	}
	f, err := e.freshFacts(ctx, room, actor.Account, 0)
	if err != nil {
		return Joined{}, err
	}
	return Joined{Chat: room, Requested: f.Actor.Role == chat.RoleRequested, Receipt: r}, nil
}

// CreateLink makes an invite link whose token nobody can guess. The label, the end, the limit and the
// approval are those of the link given.
func (h *Handle) CreateLink(ctx context.Context, link chat.InviteLink, key chat.Key) (
	chat.InviteLink, error) {
	token, err := h.engine.token()
	if err != nil {
		return chat.InviteLink{}, err
	}
	r, err := h.Do(ctx, chat.CreateLink{
		Token: token, Label: link.Label,
		Expires: link.Expires, Limit: link.Limit, Approval: link.Approval,
	}, key)
	if err != nil {
		return chat.InviteLink{}, err
	}
	// A retry answers with the link that was made before.
	items, err := h.engine.store.Get(ctx, r.Log, []chat.Seq{r.Seq})
	if err != nil {
		return chat.InviteLink{}, fmt.Errorf("get of %s: %w", r.Log, err)
	}
	if len(items) == 1 {
		body, err := h.engine.bodyOf(items[0])
		if err != nil {
			return chat.InviteLink{}, err
		}
		if made, ok := body.(*chat.InviteLink); ok {
			return *made, nil
		}
	}
	return chat.InviteLink{}, chat.Errorf(chat.CodeConflict, "the key was used for another write")
}

// Links lists the invite links of the chat, the oldest first.
func (h *Handle) Links(ctx context.Context) (links []chat.InviteLink, err error) {
	err = h.guarded(ctx, chat.RightLinks, func() error {
		links, _, err = h.engine.store.Links(ctx, h.room, "", 0)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("links of %s: %w", h.log, err)
	}
	return links, nil
}

// Requests lists who asked to join, the oldest first.
func (h *Handle) Requests(ctx context.Context) (requests []chat.JoinRequest, err error) {
	err = h.guarded(ctx, chat.RightLinks, func() error {
		requests, err = h.engine.store.Requests(ctx, h.room, 0)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("requests of %s: %w", h.log, err)
	}
	return requests, nil
}

// Members lists members by account number, at most q.Limit (1–200); of a channel only to its staff. The chat
// in q is that of the handle. Who was banned, invited or asks to join is listed to staff alone.
func (h *Handle) Members(ctx context.Context, q MemberQuery) (MemberList, error) {
	if q.Limit < 1 || q.Limit > maxMembers {
		return MemberList{}, badLimit("limit")
	}
	q.Chat, q.Prefix = h.room, chat.SearchFold(q.Prefix)
	right := chat.RightMembers
	for _, role := range q.Roles {
		if !role.In() {
			right = chat.RightStaff
		}
	}
	if q.Restricted {
		right, q.At = chat.RightStaff, h.engine.now()
	}
	var list MemberList
	err := h.guarded(ctx, right, func() (err error) {
		list.Members, err = h.engine.store.Members(ctx, q)
		return err
	})
	if !h.facts.Actor.Role.Staff() {
		for i := range list.Members {
			if m := &list.Members[i]; m.Account != h.actor.Account {
				m.Note = "" // ROOM-3
				if m.Role == chat.RoleAdmin {
					m.Grants &^= chat.GrantOwn // ROOM-5
				}
			}
		}
	}
	if err != nil {
		return MemberList{}, fmt.Errorf("members of %s: %w", h.log, err)
	}
	f, err := h.engine.freshFacts(ctx, h.room, h.actor.Account, 0) // the cache may count late
	if f.Chat.Type == chat.Direct {
		return bothOf(f.Chat, q), err
	}
	list.Total = f.Chat.Members
	return list, err
}

// bothOf lists the two of a direct chat, whether or not both are in: neither learns from it that the other
// has not accepted yet, or left.
func bothOf(room chat.Chat, q MemberQuery) MemberList {
	list := MemberList{Total: 2}
	for _, a := range room.Peers {
		if a > q.After && (len(q.Roles) == 0 || slices.Contains(q.Roles, chat.RoleMember)) &&
			len(list.Members) < q.Limit {
			list.Members = append(list.Members, chat.Member{Account: a, Role: chat.RoleMember})
		}
	}
	return list
}
