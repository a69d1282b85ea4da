// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func pushMethods() []method {
	return []method{
		ordered(call("Push/Subscribe", chat.ScopeRead, pushSubscribe)),
		ordered(call("Push/Unsubscribe", chat.ScopeRead, pushUnsubscribe)),
		call("Push/State", chat.ScopeRead, pushState),
		call("Push/Look", chat.ScopeRead, pushLook),
		patient(call("Push/Test", chat.ScopeRead, pushTest)),
		ordered(call("Push/Away", chat.ScopeRead, pushAway)),
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

// pushAway notes whether nobody looks at the caller's device: then it is woken though it has a connection.
//
// PUSH-13
func pushAway(_ context.Context, c *caller, r *zolalv1.PushAwayRequest) (*zolalv1.Empty, error) {
	c.cfg.Hub.SetAway(c.actor.Account, c.actor.Device, r.GetAway())
	return &zolalv1.Empty{}, nil
}

// shownText bounds the text of a notification, in UTF-16 units.
const shownText = 240

// pushLook answers what a notification says. Switched off or not, it tells what the caller may read anyway.
//
// PUSH-11
func pushLook(ctx context.Context, c *caller, r *zolalv1.PushLookRequest) (*zolalv1.PushLook, error) {
	out := &zolalv1.PushLook{}
	if r.GetChat() != 0 {
		var err error
		if out, err = c.lookAt(ctx, r); err != nil {
			return nil, err
		}
	}
	total, err := c.cfg.Engine.Waiting(ctx, c.actor)
	out.Total = &total
	return out, err
}

// lookAt is what a notification says of a message, or of an offer.
func (c *caller) lookAt(ctx context.Context, r *zolalv1.PushLookRequest) (*zolalv1.PushLook, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	row, err := h.Row(ctx)
	if err != nil {
		return nil, err
	}
	if r.GetOffer() {
		return offerLook(row), nil
	}
	items, err := h.Get(ctx, []chat.Seq{chat.Seq(r.GetSeq())})
	if err != nil || len(items) == 0 || row.Read.Seq >= items[0].Seq || !row.Me.Role.In() {
		return &zolalv1.PushLook{}, err
	}
	it := items[0]
	if it.Env.Kind != chat.KindMessage || it.Overlay != nil && it.Overlay.Redacted {
		return &zolalv1.PushLook{}, nil
	}
	body, err := wire.Codec{}.Decode(it.Env.Kind, it.Current())
	if err != nil {
		return nil, err
	}
	m, ok := body.(*chat.Message)
	if !ok {
		return &zolalv1.PushLook{}, nil
	}
	out := &zolalv1.PushLook{Waits: true, Type: zolalv1.ChatType(row.Chat.Type), Title: row.Chat.Title,
		Text: shownOf(m), Unread: row.Unread, AtMs: int64(it.At)}
	if m.Media != nil {
		out.Media, out.File = zolalv1.MediaKind(m.Media.Kind), m.Media.Name
	}
	switch row.Chat.Type {
	case chat.Direct:
		out.Title, err = c.callsThem(ctx, row.Chat.Peer(c.actor.Account))
	case chat.Group:
		out.Author, err = c.callsThem(ctx, it.Author)
	}
	return out, err
}

// offerLook is what a notification says of a chat that is offered to its reader, until they have looked.
//
// PUSH-12
func offerLook(row engine.ListRow) *zolalv1.PushLook {
	if !row.OfferWaits() {
		return &zolalv1.PushLook{}
	}
	return &zolalv1.PushLook{Waits: true, Type: zolalv1.ChatType(row.Chat.Type), Title: row.Chat.Title}
}

// callsThem is what the caller calls somebody: by their own name for them, where they have one.
func (c *caller) callsThem(ctx context.Context, who chat.AccountID) (string, error) {
	if who == 0 {
		return "", nil
	}
	known, err := c.cfg.Engine.Contacts(ctx, c.actor, who-1, 1)
	if err != nil {
		return "", err
	}
	if list := known.Contacts; len(list) == 1 && list[0].Account == who && list[0].Name != "" {
		return list[0].Name, nil
	}
	people, err := c.look(ctx, who)
	if err != nil || len(people) == 0 {
		return "", err
	}
	return people[0].GetName(), nil
}

// shownOf is the beginning of a message, with what is behind spoilers left out.
func shownOf(m *chat.Message) string {
	var b strings.Builder
	end, length := uint32(0), chat.Len16(m.Text)
	for _, e := range m.Entities {
		if e.Kind != chat.EntitySpoiler || e.Offset < end {
			continue
		}
		b.WriteString(chat.Slice16(m.Text, end, e.Offset-end) + "▒▒▒")
		end = e.Offset + e.Length
	}
	b.WriteString(chat.Slice16(m.Text, end, length-min(end, length)))
	text := b.String()
	if chat.Len16(text) > shownText {
		text = chat.Slice16(text, 0, shownText-2) + "…" // a last character may take two
	}
	return text
}
