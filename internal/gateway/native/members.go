// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func memberMethods() []method {
	return []method{
		later("Chats/Invite", chat.ScopeManage, invite),
		later("Chats/AnswerInvitation", chat.ScopeManage, answerInvitation),
		later("Chats/SetMember", chat.ScopeManage, setMember),
		later("Chats/AnswerOffer", chat.ScopeManage, answerOffer),
		call("Chats/Members", chat.ScopeRead, members),
		ordered(call("Chats/CreateLink", chat.ScopeManage, createLink)),
		later("Chats/RevokeLink", chat.ScopeManage, revokeLink),
		call("Chats/Links", chat.ScopeRead, links),
		call("Chats/JoinRequests", chat.ScopeRead, joinRequests),
		later("Chats/DecideRequest", chat.ScopeManage, decideRequest),
	}
}

func invite(ctx context.Context, c *caller, r *zolalv1.MemberRequest) (wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.Invite{Account: chat.AccountID(r.GetAccount())}, r.GetKey())
}

func answerInvitation(ctx context.Context, c *caller, r *zolalv1.AnswerRequest) (
	wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.AnswerInvitation{Accept: r.GetAccept()}, r.GetKey())
}

// ROOM-5
func answerOffer(ctx context.Context, c *caller, r *zolalv1.AnswerRequest) (wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.AnswerOffer{Accept: r.GetAccept()}, r.GetKey())
}

func setMember(ctx context.Context, c *caller, r *zolalv1.SetMemberRequest) (wait[zolalv1.Receipt], error) {
	if r.GetRole() == zolalv1.Role_ROLE_ADMIN {
		var err error
		if c.actor.Waits, err = c.cfg.Accounts.Unsettled(ctx, c.actor); err != nil {
			return nil, err
		}
	}
	return c.beginIn(ctx, r.GetChat(), chat.SetMember{
		Account: chat.AccountID(r.GetAccount()), Role: wire.RoleIn(r.GetRole()),
		Grants: chat.Grants(r.GetGrants()), Until: chat.Millis(r.GetUntilMs()), Title: r.GetTitle(),
		Reason: r.GetReason(), Note: r.GetNote(),
	}, r.GetKey())
}

func members(ctx context.Context, c *caller, r *zolalv1.MembersRequest) (*zolalv1.MembersResponse, error) {
	h, err := c.cfg.Engine.Open(ctx, c.actor, chat.ChatID(r.GetChat()).Log(), chat.RightMembers)
	if err != nil {
		return nil, err
	}
	q := engine.MemberQuery{
		Prefix: r.GetQuery(), After: chat.AccountID(r.GetAfter()), Limit: int(r.GetLimit()),
	}
	if r.GetRole() != zolalv1.Role_ROLE_NONE {
		q.Roles = []chat.Role{wire.RoleIn(r.GetRole())}
	}
	q.Restricted = r.GetRestricted()
	list, err := h.Members(ctx, q)
	if err != nil {
		return nil, err
	}
	ids := make([]chat.AccountID, len(list.Members))
	for i, m := range list.Members {
		ids[i] = m.Account
	}
	look := c.lookIn
	if len(q.Roles) > 0 { // who was banned or asks to join is near to nobody
		look = func(ctx context.Context, _ *engine.Handle, ids []chat.AccountID) ([]*zolalv1.Person, error) {
			return c.look(ctx, ids...)
		}
	}
	people, err := look(ctx, h, ids)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.MembersResponse{Total: list.Total}
	for _, m := range list.Members {
		row := &zolalv1.MemberRow{Member: wire.MemberOut(m), Person: c.person(people, m.Account)}
		out.Members = append(out.Members, row)
	}
	return out, nil
}

// writer opens the log of a chat for commands of which the answer is more than a receipt.
func (c *caller) writer(ctx context.Context, room uint32) (*engine.Handle, error) {
	return c.cfg.Engine.Open(ctx, c.actor, chat.ChatID(room).Log(), chat.RightSend)
}

func createLink(ctx context.Context, c *caller, r *zolalv1.CreateLinkRequest) (*zolalv1.InviteLink, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	h, err := c.writer(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	link, err := h.CreateLink(ctx, *wire.LinkIn(r.GetLink()), key)
	if err != nil {
		return nil, err
	}
	return wire.LinkOut(&link), nil
}

func revokeLink(ctx context.Context, c *caller, r *zolalv1.RevokeLinkRequest) (wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.RevokeLink{Token: r.GetToken()}, r.GetKey())
}

func links(ctx context.Context, c *caller, r *zolalv1.ChatRequest) (*zolalv1.LinksResponse, error) {
	h, err := c.writer(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	list, err := h.Links(ctx)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.LinksResponse{}
	for i := range list {
		out.Links = append(out.Links, wire.LinkOut(&list[i]))
	}
	return out, nil
}

func joinRequests(ctx context.Context, c *caller, r *zolalv1.ChatRequest) (
	*zolalv1.JoinRequestsResponse, error) {
	h, err := c.writer(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	list, err := h.Requests(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]chat.AccountID, len(list))
	for i, one := range list {
		ids[i] = one.Account
	}
	people, err := c.look(ctx, ids...)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.JoinRequestsResponse{}
	for _, one := range list {
		out.Requests = append(out.Requests, wire.RequestOut(one, c.person(people, one.Account)))
	}
	return out, nil
}

func decideRequest(ctx context.Context, c *caller, r *zolalv1.DecideJoinRequest) (
	wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.DecideRequest{
		Account: chat.AccountID(r.GetAccount()), Accept: r.GetAccept(),
	}, r.GetKey())
}
