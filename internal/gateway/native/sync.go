// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func syncMethods() []method {
	return []method{
		call("Sync/Sync", chat.ScopeRead, syncAll),
		patient(call("Sync/MarkRead", chat.ScopeSend, markRead)),
		later("Sync/SetDraft", chat.ScopeSend, setDraft),
		later("Sync/SetPrefs", chat.ScopeSend, setPrefs),
		later("Sync/SetBlock", chat.ScopeManage, setBlock),
		later("Sync/SetPrivacy", chat.ScopeManage, setPrivacy),
		later("Sync/SetProfile", chat.ScopeManage, setProfile),
		call("Sync/Typing", chat.ScopeSend, typing),
		call("Sync/Watch", chat.ScopeRead, watch),
		call("Sync/Common", chat.ScopeRead, common),
		patient(call("Sync/Poll", chat.ScopeRead, poll)),
	}
}

// syncAll catches up.
//
// SYNC-1
// SYNC-2
// SYNC-3
func syncAll(ctx context.Context, c *caller, r *zolalv1.SyncRequest) (*zolalv1.SyncResponse, error) {
	q := engine.SyncQuery{
		Pos: chat.Pos(r.GetPos()), UserSeq: chat.Seq(r.GetUserSeq()), Limit: int(r.GetLimit()),
		Skip: int(r.GetSkip()),
	}
	if n := len(r.GetIncarnation()); n != 0 && n != len(q.Incarnation) {
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: "incarnation", Text: "not 16 bytes"}
	}
	copy(q.Incarnation[:], r.GetIncarnation())
	res, err := c.cfg.Engine.Sync(ctx, c.actor, q)
	if err != nil {
		return nil, err
	}
	people := c.persons(res.People)
	out := &zolalv1.SyncResponse{
		Incarnation: res.Incarnation[:], IncarnationChanged: res.Changed, Pos: uint64(res.Pos),
		ServerMs: int64(res.Now), UserEntries: wire.ItemsOut(res.Items), UserHead: wire.HeadOut(res.UserHead),
		More: res.More, People: people, TotalChats: uint32(res.Total),
	}
	if q.Skip == 0 { // ADDR-3
		out.Addresses = c.cfg.Addresses
	}
	if res.State != nil {
		out.State = c.userState(res.State)
	}
	out.Chats = make([]*zolalv1.ChatState, len(res.Chats))
	for i := range res.Chats {
		out.Chats[i] = c.state(&res.Chats[i], people)
	}
	return out, nil
}

// userState encodes the folded user log.
func (c *caller) userState(s *engine.UserState) *zolalv1.UserState {
	out := &zolalv1.UserState{
		Profile: wire.ProfileOut(&s.Profile), Account: uint32(c.actor.Account),
		Blocked: wire.AccountsOut(s.Blocked), Privacy: wire.PrivacyOut(&s.Privacy), Operator: c.operator,
		LimitedUntilMs: int64(s.Limit.Until), LimitedReason: s.Limit.Reason, Photos: wire.PhotosOut(s.Photos),
	}
	for i := range s.Invitations {
		out.Invitations = append(out.Invitations, wire.InvitationOut(&s.Invitations[i]))
	}
	for i := range s.Contacts {
		out.Contacts = append(out.Contacts, wire.ContactOut(&s.Contacts[i]))
	}
	if s.Personal != nil {
		out.PersonalLink = wire.PersonalOut(s.Personal)
	}
	return out
}

func markRead(ctx context.Context, c *caller, r *zolalv1.MarkReadRequest) (*zolalv1.ReadMark, error) {
	m, err := c.cfg.Engine.MarkRead(ctx, c.actor, chat.ChatID(r.GetChat()), chat.Seq(r.GetSeq()))
	if err != nil {
		return nil, err
	}
	return wire.ReadMarkOut(&m), nil
}

func setDraft(ctx context.Context, c *caller, r *zolalv1.SetDraftRequest) (wait[zolalv1.Receipt], error) {
	d := wire.DraftIn(r.GetDraft())
	return c.beginIn(ctx, uint32(d.Chat), chat.SetDraft{
		Text: d.Text, Entities: d.Entities, Reply: d.Reply, Quote: d.Quote,
	}, r.GetKey())
}

func setPrefs(ctx context.Context, c *caller, r *zolalv1.SetPrefsRequest) (wait[zolalv1.Receipt], error) {
	p := wire.PrefsIn(r.GetPrefs())
	return c.beginIn(ctx, uint32(p.Chat), chat.SetPrefs{Prefs: *p}, r.GetKey())
}

func setBlock(ctx context.Context, c *caller, r *zolalv1.SetBlockRequest) (wait[zolalv1.Receipt], error) {
	b := wire.BlockIn(r.GetBlock())
	return c.beginOwn(ctx, chat.SetBlock{Account: b.Account, Blocked: b.Blocked}, r.GetKey())
}

func setPrivacy(ctx context.Context, c *caller, r *zolalv1.SetPrivacyRequest) (wait[zolalv1.Receipt], error) {
	p := r.GetPrivacy()
	return c.beginOwn(ctx, chat.SetPrivacy{
		Privacy: *wire.PrivacyIn(p), KeepUnfindable: p == nil || p.Unfindable == nil,
		KeepQuiet: p == nil || p.QuietContacts == nil, KeepPhoto: p == nil || p.Photo == nil,
	}, r.GetKey())
}

func setProfile(ctx context.Context, c *caller, r *zolalv1.SetProfileRequest) (wait[zolalv1.Receipt], error) {
	// A username that is given up leads elsewhere: whether this changes it is for the decision to find.
	var err error
	if c.actor.Waits, err = c.cfg.Accounts.Unsettled(ctx, c.actor); err != nil {
		return nil, err
	}
	return c.beginOwn(ctx, chat.SetProfile{Profile: *wire.ProfileIn(r.GetProfile())}, r.GetKey())
}

// typing tells the others that the caller writes or records a voice message, in chats whose members see each
// other.
//
// UPD-2
func typing(ctx context.Context, c *caller, r *zolalv1.TypingRequest) (*zolalv1.Empty, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	room := h.Chat()
	known := room.Type == chat.Direct || room.Type == chat.Group && !room.Wide
	if known {
		// Who may not write is not shown as writing: least of all to somebody who blocked him.
		if err := h.Check(ctx, chat.RightSend); err != nil {
			return nil, err
		}
		if h.Chat().OneSided() {
			return &zolalv1.Empty{}, nil // one of the two has not accepted the other's request
		}
		c.cfg.Hub.Typing(hub.Typing{
			Chat: room.ID, Account: c.actor.Account, Stopped: r.GetStopped(), Recording: r.GetRecording(),
		})
	}
	return &zolalv1.Empty{}, nil
}

// watch replaces whose presence the session is told. Over HTTP that is every session of the device.
func watch(ctx context.Context, c *caller, r *zolalv1.WatchRequest) (*zolalv1.WatchResponse, error) {
	if len(r.GetAccounts()) > wire.MaxWatched {
		return nil, &chat.Error{Code: chat.CodeTooMany, Field: "accounts", Text: "more than can be watched"}
	}
	near, err := c.cfg.Engine.Near(ctx, c.actor, wire.AccountsIn(r.GetAccounts()))
	if err != nil {
		return nil, err
	}
	sessions := []*hub.Session{c.session}
	if c.session == nil {
		sessions = c.cfg.Hub.Sessions(c.actor.Account, c.actor.Device)
	}
	tell := func() {
		for _, s := range sessions {
			c.cfg.Hub.Watch(s, near)
		}
	}
	tell()
	people, err := c.lookNear(ctx, near, near)
	if err != nil {
		return nil, err
	}
	// The hub takes apart who are told of each other when one blocks the other; a block that came before it
	// knew of these two is seen now.
	if again, err := c.cfg.Engine.Near(ctx, c.actor, near); err != nil {
		return nil, err
	} else if len(again) < len(near) {
		near = again
		tell()
	}
	out := &zolalv1.WatchResponse{}
	for _, p := range people {
		out.People = append(out.People, &zolalv1.Presence{
			Account: p.GetId(), Online: p.GetOnline(), LastSeenMs: p.GetLastSeenMs(),
		})
	}
	return out, nil
}

// common finds where a client and a restored server part.
//
// SYNC-5
func common(ctx context.Context, c *caller, r *zolalv1.CommonRequest) (*zolalv1.CommonResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	samples := make([]engine.Sample, len(r.GetSamples()))
	for i, s := range r.GetSamples() {
		samples[i].Seq = chat.Seq(s.GetSeq())
		copy(samples[i].Chain[:], s.GetChain())
	}
	seq, err := h.Common(ctx, samples)
	if err != nil {
		return nil, err
	}
	return &zolalv1.CommonResponse{Seq: uint32(seq)}, nil
}
