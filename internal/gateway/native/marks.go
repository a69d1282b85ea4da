// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func markMethods() []method {
	return []method{
		ordered(call("Messages/React", chat.ScopeSend, react)),
		call("Messages/Reactions", chat.ScopeRead, reactions),
		call("Messages/View", chat.ScopeRead, view),
		call("Messages/Tallies", chat.ScopeRead, tallies),
		call("Messages/Readers", chat.ScopeRead, readers),
	}
}

func react(ctx context.Context, c *caller, r *zolalv1.ReactRequest) (*zolalv1.ReactResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	t, err := h.React(ctx, chat.Seq(r.GetSeq()), r.GetEmojis())
	if err != nil {
		return nil, err
	}
	return &zolalv1.ReactResponse{Tally: wire.TallyOut(t)}, nil
}

func reactions(ctx context.Context, c *caller, r *zolalv1.ReactionsRequest) (
	*zolalv1.ReactionsResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	list, err := h.Reactors(ctx, chat.Seq(r.GetSeq()), chat.AccountID(r.GetAfter()), int(r.GetLimit()))
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
	out := &zolalv1.ReactionsResponse{}
	for _, one := range list {
		out.Reactors = append(out.Reactors, &zolalv1.Reactor{
			Person: c.person(people, one.Account), Emojis: one.Emojis,
		})
	}
	return out, nil
}

func readers(ctx context.Context, c *caller, r *zolalv1.ReadersRequest) (*zolalv1.ReadersResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	list, err := h.Readers(ctx, chat.Seq(r.GetSeq()))
	if err != nil {
		return nil, err
	}
	people, err := c.look(ctx, list...)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.ReadersResponse{}
	for _, who := range list {
		out.People = append(out.People, c.person(people, who))
	}
	return out, nil
}

func view(ctx context.Context, c *caller, r *zolalv1.ViewRequest) (*zolalv1.ViewResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	return &zolalv1.ViewResponse{}, h.View(ctx, wire.SeqsIn(r.GetSeqs()))
}

func tallies(ctx context.Context, c *caller, r *zolalv1.TalliesRequest) (*zolalv1.TalliesResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	list, err := h.Tallies(ctx, wire.SeqsIn(r.GetSeqs()))
	if err != nil {
		return nil, err
	}
	return &zolalv1.TalliesResponse{Tallies: wire.TalliesOut(list)}, nil
}
