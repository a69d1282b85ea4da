// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/push"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func pushMethods() []method {
	return []method{
		ordered(call("Push/Subscribe", chat.ScopeRead, pushSubscribe)),
		ordered(call("Push/Unsubscribe", chat.ScopeRead, pushUnsubscribe)),
		call("Push/State", chat.ScopeRead, pushState),
		patient(call("Push/Test", chat.ScopeRead, pushTest)),
	}
}

// pusher returns what wakes devices.
//
// PUSH-10
func (c *caller) pusher() (*push.Service, error) {
	if c.cfg.Push == nil {
		return nil, chat.Errorf(chat.CodePushOff, "pushing is switched off here")
	}
	return c.cfg.Push, nil
}

// PUSH-1
// PUSH-2
func pushSubscribe(ctx context.Context, c *caller, r *zolalv1.PushSubscription) (*zolalv1.Empty, error) {
	s, err := c.pusher()
	if err != nil {
		return nil, err
	}
	settings, err := pushSettingsIn(r.GetSettings())
	if err != nil {
		return nil, err
	}
	return &zolalv1.Empty{}, s.Subscribe(ctx, c.actor, push.Subscription{
		Endpoint: r.GetEndpoint(), Key: r.GetKey(), Secret: r.GetSecret(), Settings: settings,
	})
}

// pushSettingsIn refuses what does not fit before it is cut.
func pushSettingsIn(p *zolalv1.PushSettings) (push.Settings, error) {
	const most = 24 * 60
	if p.GetQuietFrom() > most || p.GetQuietUntil() > most || max(p.GetUtcMinutes(), -p.GetUtcMinutes()) > most {
		return push.Settings{}, &chat.Error{Code: chat.CodeBadRequest, Field: "settings", Text: "out of range"}
	}
	return push.Settings{
		NoDirect: p.GetNoDirect(), NoGroups: p.GetNoGroups(), NoChannels: p.GetNoChannels(),
		NoMentions: p.GetNoMentions(), Clears: p.GetClears(),
		QuietFrom: uint16(p.GetQuietFrom()), QuietUntil: uint16(p.GetQuietUntil()),
		UTCMinutes: int16(p.GetUtcMinutes()),
	}, nil
}

func pushUnsubscribe(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.Empty, error) {
	s, err := c.pusher()
	if err != nil {
		return nil, err
	}
	return &zolalv1.Empty{}, s.Unsubscribe(ctx, c.actor)
}

func pushState(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.PushState, error) {
	s, err := c.pusher()
	if err != nil {
		return nil, err
	}
	sub, ok, err := s.Subscription(ctx, c.actor)
	if err != nil || !ok {
		return &zolalv1.PushState{}, err
	}
	hash := sha256.Sum256([]byte(sub.Endpoint))
	q := sub.Settings
	return &zolalv1.PushState{Subscribed: true, EndpointHash: hex.EncodeToString(hash[:]),
		Settings: &zolalv1.PushSettings{
			NoDirect: q.NoDirect, NoGroups: q.NoGroups, NoChannels: q.NoChannels, NoMentions: q.NoMentions,
			Clears: q.Clears, QuietFrom: uint32(q.QuietFrom), QuietUntil: uint32(q.QuietUntil),
			UtcMinutes: int64(q.UTCMinutes),
		}}, nil
}

// PUSH-9
func pushTest(ctx context.Context, c *caller, r *zolalv1.PushTestRequest) (*zolalv1.PushTestResponse, error) {
	s, err := c.pusher()
	if err != nil {
		return nil, err
	}
	outcome, status, err := s.Test(ctx, c.actor, r.GetId())
	if err != nil {
		return nil, err
	}
	return &zolalv1.PushTestResponse{Outcome: zolalv1.PushOutcome(outcome), Status: uint32(status)}, nil
}
