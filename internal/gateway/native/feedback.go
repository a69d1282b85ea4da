// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func feedbackMethods() []method {
	return []method{
		ordered(call("Feedbacks/Give", chat.ScopeSend, giveFeedback)),
		operating(call("Feedbacks/List", chat.ScopeManage, listFeedback)),
		operating(ordered(call("Feedbacks/Set", chat.ScopeManage, setFeedback))),
		call("Feedbacks/Public", chat.ScopeRead, publicFeedback),
		ordered(call("Feedbacks/Vote", chat.ScopeSend, voteFeedback)),
	}
}

// FB-1
func giveFeedback(ctx context.Context, c *caller, r *zolalv1.GiveFeedbackRequest) (*zolalv1.Receipt, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	done, err := c.cfg.Engine.GiveFeedback(ctx, c.actor, *wire.FeedbackIn(r.GetFeedback()), key)
	if err != nil {
		return nil, err
	}
	return receipt(done), nil
}

// FB-2
func listFeedback(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.FeedbackList, error) {
	list, err := c.cfg.Engine.Feedback(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.FeedbackList{}
	for _, i := range list {
		out.Rows = append(out.Rows, &zolalv1.FeedbackRow{Number: uint32(i.Number), AtMs: int64(i.At),
			Feedback: wire.FeedbackOut(&i.Given), State: wire.FeedbackStateOut(&i.State),
			ChangedMs: int64(i.Changed), Votes: uint32(i.Votes)})
	}
	return out, nil
}

// FB-2
func setFeedback(ctx context.Context, c *caller, r *zolalv1.SetFeedbackRequest) (*zolalv1.Receipt, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	state := *wire.FeedbackStateIn(r.GetState())
	done, err := c.cfg.Engine.SetFeedback(ctx, c.actor, chat.Seq(r.GetNumber()), state, key)
	if err != nil {
		return nil, err
	}
	return receipt(done), nil
}

// FB-3
func publicFeedback(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.PublicFeedbackList, error) {
	list, err := c.cfg.Engine.PublicFeedback(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.PublicFeedbackList{}
	for _, i := range list {
		out.Rows = append(out.Rows, &zolalv1.PublicFeedback{Number: uint32(i.Number), AtMs: int64(i.At),
			Category: i.Given.Category, State: wire.FeedbackStateOut(&i.State), ChangedMs: int64(i.Changed),
			Votes: uint32(i.Votes), Mine: i.Mine})
	}
	return out, nil
}

// FB-4
func voteFeedback(ctx context.Context, c *caller, r *zolalv1.VoteFeedbackRequest) (*zolalv1.Receipt, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	done, err := c.cfg.Engine.VoteFeedback(ctx, c.actor, chat.Seq(r.GetNumber()), r.GetWithdraw(), key)
	if err != nil {
		return nil, err
	}
	return receipt(done), nil
}
