// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func chatMethods() []method {
	return []method{
		ordered(call("Chats/CreateGroup", chat.ScopeManage, createAs(chat.Group))),
		ordered(call("Chats/CreateChannel", chat.ScopeManage, createAs(chat.Channel))),
		ordered(call("Chats/OpenDirect", chat.ScopeManage, openDirect)),
		call("Chats/Get", chat.ScopeRead, getChat),
		call("Chats/Resolve", chat.ScopeRead, resolve),
		later("Chats/SetInfo", chat.ScopeManage, setInfo),
		later("Chats/Delete", chat.ScopeManage, deleteChat),
		ordered(call("Chats/Join", chat.ScopeManage, join)),
		later("Chats/Leave", chat.ScopeManage, leave),
		ordered(call("Chats/Transfer", chat.ScopeManage, transfer)),
		call("Chats/StaffLog", chat.ScopeRead, staffLog),
	}
}

func createAs(kind chat.ChatType) func(context.Context, *caller, *zolalv1.CreateChatRequest) (
	*zolalv1.ChatInfo, error) {
	return func(ctx context.Context, c *caller, r *zolalv1.CreateChatRequest) (*zolalv1.ChatInfo, error) {
		key, err := clientKey(r.GetKey())
		if err != nil {
			return nil, err
		}
		made, err := c.cfg.Engine.Create(ctx, c.actor, engine.NewChat{
			Type: kind, Title: r.GetTitle(), About: r.GetAbout(), Name: r.GetName(),
			Invite: wire.AccountsIn(r.GetInvite()),
		}, key)
		if err != nil {
			return nil, err
		}
		return c.chatInfo(ctx, made.Log.Chat())
	}
}

func openDirect(ctx context.Context, c *caller, r *zolalv1.OpenDirectRequest) (*zolalv1.ChatInfo, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	var room chat.ChatID
	if token := r.GetPersonal(); token != "" {
		room, err = c.cfg.Engine.OpenPersonal(ctx, c.actor, token, key)
	} else {
		room, err = c.cfg.Engine.OpenDirect(ctx, c.actor, chat.AccountID(r.GetAccount()), key)
	}
	if err != nil {
		return nil, err
	}
	return c.chatInfo(ctx, room)
}

func getChat(ctx context.Context, c *caller, r *zolalv1.ChatRequest) (*zolalv1.ChatInfo, error) {
	return c.chatInfo(ctx, chat.ChatID(r.GetChat()))
}

func resolve(ctx context.Context, c *caller, r *zolalv1.ResolveRequest) (*zolalv1.ResolveResponse, error) {
	var found engine.Found
	var err error
	switch what := r.GetWhat().(type) {
	case *zolalv1.ResolveRequest_Name:
		found, err = c.cfg.Engine.ResolveName(ctx, c.actor, what.Name)
	case *zolalv1.ResolveRequest_Invite:
		found, err = c.cfg.Engine.ResolveInvite(ctx, c.actor, what.Invite)
	case *zolalv1.ResolveRequest_Personal:
		found, err = c.cfg.Engine.ResolvePersonal(ctx, c.actor, what.Personal)
	default:
		err = &chat.Error{Code: chat.CodeBadRequest, Field: "what", Text: "a name or a link is needed"}
	}
	if err != nil {
		return nil, err
	}
	out := &zolalv1.ResolveResponse{Approval: found.Approval}
	if found.Person != nil {
		out.Person = c.persons([]chat.Person{*found.Person})[0]
	}
	if found.Chat != nil {
		if out.Chat, err = c.infoOf(ctx, found.Chat); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func setInfo(ctx context.Context, c *caller, r *zolalv1.SetInfoRequest) (wait[zolalv1.Receipt], error) {
	if r.GetChange() != nil && r.GetChange().Name != nil { // as for a username
		var err error
		if c.actor.Waits, err = c.cfg.Accounts.Unsettled(ctx, c.actor); err != nil {
			return nil, err
		}
	}
	return c.beginIn(ctx, r.GetChat(), chat.SetInfo{Change: wire.InfoChangeIn(r.GetChange())}, r.GetKey())
}

// deleteChat waits as what protects an account does: a stolen password must not destroy what cannot be had
// back.
func deleteChat(ctx context.Context, c *caller, r *zolalv1.ChatChangeRequest) (wait[zolalv1.Receipt], error) {
	if err := c.cfg.Accounts.Settled(ctx, c.actor); err != nil {
		return nil, err
	}
	return c.beginIn(ctx, r.GetChat(), chat.DeleteChat{}, r.GetKey())
}

func join(ctx context.Context, c *caller, r *zolalv1.JoinRequestRequest) (*zolalv1.JoinResponse, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	by := engine.JoinBy{Chat: chat.ChatID(r.GetChat()), Token: r.GetInvite()}
	joined, err := c.cfg.Engine.Join(ctx, c.actor, by, key)
	if err != nil {
		return nil, err
	}
	info, err := c.chatInfo(ctx, joined.Chat)
	if joined.Requested && err != nil {
		// Who waits for approval may not read the chat, and gets what the link shows.
		info, err = c.seen(ctx, joined.Chat, r.GetInvite())
	}
	if err != nil {
		return nil, err
	}
	return &zolalv1.JoinResponse{Chat: info, Requested: joined.Requested}, nil
}

// seen is what may be seen of a chat before joining it.
func (c *caller) seen(ctx context.Context, room chat.ChatID, invite string) (*zolalv1.ChatInfo, error) {
	if invite == "" {
		return &zolalv1.ChatInfo{Id: uint32(room)}, nil
	}
	found, err := c.cfg.Engine.ResolveInvite(ctx, c.actor, invite)
	if err != nil {
		return nil, err
	}
	return c.infoOf(ctx, found.Chat)
}

func leave(ctx context.Context, c *caller, r *zolalv1.ChatChangeRequest) (wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.Leave{}, r.GetKey())
}

// transfer asks for the owner's password: a stolen session must not give chats away.
func transfer(ctx context.Context, c *caller, r *zolalv1.TransferRequest) (*zolalv1.Receipt, error) {
	if err := c.cfg.Accounts.Confirm(ctx, c.actor, r.GetPassword()); err != nil {
		return nil, err
	}
	to := chat.Transfer{Account: chat.AccountID(r.GetAccount())}
	done, err := c.beginIn(ctx, r.GetChat(), to, r.GetKey())
	if err != nil {
		return nil, err
	}
	return done(ctx)
}

func staffLog(ctx context.Context, c *caller, r *zolalv1.StaffLogRequest) (*zolalv1.StaffLogResponse, error) {
	h, err := c.cfg.Engine.Open(ctx, c.actor, chat.ChatID(r.GetChat()).Staff(), chat.RightStaff)
	if err != nil {
		return nil, err
	}
	q := engine.StaffQuery{
		Before: chat.Seq(r.GetBefore()), Limit: int(r.GetLimit()), Author: chat.AccountID(r.GetAuthor()),
	}
	for _, k := range r.GetKinds() {
		q.Kinds = append(q.Kinds, wire.KindIn(k))
	}
	p, err := h.StaffLog(ctx, q)
	if err != nil {
		return nil, err
	}
	people, err := c.look(ctx, p.People...)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.StaffLogResponse{Entries: wire.ItemsOut(p.Items), People: people, Next: uint32(p.Next)}
	return out, nil
}
