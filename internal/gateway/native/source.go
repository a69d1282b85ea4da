// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// growthLimit is about how many entries the hub is given at once.
const growthLimit = 1024

// Source is an engine as a hub follows it. Close it after the hub.
type Source struct {
	engine   *engine.Engine
	follower *engine.Follower
}

// NewSource follows an engine from now on.
func NewSource(ctx context.Context, e *engine.Engine) (*Source, error) {
	pos, err := e.Pos(ctx)
	if err != nil {
		return nil, fmt.Errorf("follow: %w", err)
	}
	return &Source{engine: e, follower: e.Follow(pos)}, nil
}

// Close ends following.
func (s *Source) Close() { s.follower.Close() }

// Next waits until something grew.
func (s *Source) Next(ctx context.Context) (hub.Growth, error) {
	g, err := s.follower.Next(ctx, growthLimit)
	if err != nil {
		return hub.Growth{}, err
	}
	out := hub.Growth{Entries: g.Entries, Pos: g.Pos}
	for _, st := range g.Standings {
		out.Standings = append(out.Standings, hub.Standing(st))
	}
	for _, m := range g.Marks {
		if m.Reader == 0 {
			out.Signals = append(out.Signals, hub.Counted{Chat: m.Chat, Seq: m.Seq})
		} else {
			out.Signals = append(out.Signals, hub.PeerRead{Chat: m.Chat, Account: m.Reader, Seq: m.Seq})
		}
	}
	for i := range g.Entries {
		e := &g.Entries[i]
		if e.Env.Kind != chat.KindPrivacy && e.Env.Kind != chat.KindBlock || e.Log.Kind() != chat.UserLog {
			continue
		}
		body, err := wire.Codec{}.Decode(e.Env.Kind, e.Body)
		if err != nil {
			continue // of a newer program
		}
		switch b := body.(type) {
		case *chat.Privacy:
			out.Privacy = append(out.Privacy, hub.Privacy{Account: e.Log.Account(), Privacy: *b})
		case *chat.Block:
			if b.Blocked {
				out.Blocks = append(out.Blocks, hub.Block{Account: e.Log.Account(), Other: b.Account})
			}
		}
	}
	return out, nil
}

// Audience returns everyone who is in a chat.
func (s *Source) Audience(ctx context.Context, room chat.ChatID) (hub.Audience, error) {
	a, err := s.engine.Audience(ctx, room)
	return hub.Audience{Pos: a.Pos, Accounts: a.Accounts, From: a.From}, err
}

// Tallies returns tallies as everybody may see them.
func (s *Source) Tallies(ctx context.Context, room chat.ChatID, seqs []chat.Seq) ([]chat.Tally, error) {
	return s.engine.TalliesOf(ctx, room, seqs)
}

// Seen records when accounts were last online.
func (s *Source) Seen(ctx context.Context, seen map[chat.AccountID]chat.Millis) error {
	return s.engine.Seen(ctx, seen)
}

// Encode makes the frame of an update, as a hub needs it.
//
// UPD-1
func Encode(u hub.Update) (*hub.Frame, error) {
	m, n := update(u)
	if m == nil {
		return nil, chat.Errorf(chat.CodeInternal, "no update is a %T", u)
	}
	f, err := wire.Updates(m)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", u, err)
	}
	return &hub.Frame{Data: f.Data, Head: f.Head, Updates: n}, nil
}

// update gives an update its message, and how many of what it carries are lost where it is dropped.
func update(u hub.Update) (*zolalv1.Update, int) {
	switch u := u.(type) {
	case hub.ChatTail:
		tail := &zolalv1.ChatTail{Chat: uint32(u.Chat), Entries: wire.EntriesOut(u.Entries)}
		if n := len(u.Entries); n > 0 {
			tail.Pos = uint64(u.Entries[n-1].Pos)
		}
		return &zolalv1.Update{What: &zolalv1.Update_Chat{Chat: tail}}, 1
	case hub.UserTail:
		tail := &zolalv1.UserTail{Entries: wire.EntriesOut(u.Entries)}
		if n := len(u.Entries); n > 0 {
			tail.Pos = uint64(u.Entries[n-1].Pos)
		}
		return &zolalv1.Update{What: &zolalv1.Update_User{User: tail}}, 1
	case hub.Resync:
		return &zolalv1.Update{What: &zolalv1.Update_Resync{Resync: &zolalv1.Resync{Dropped: u.Dropped}}}, 1
	case hub.GoingAway:
		away := &zolalv1.GoingAway{Code: u.Code, RetryMs: uint32(u.Retry)}
		return &zolalv1.Update{What: &zolalv1.Update_GoingAway{GoingAway: away}}, 1
	}
	s := signal(u)
	if s == nil {
		return nil, 0
	}
	return &zolalv1.Update{What: &zolalv1.Update_Signal{Signal: s}}, 1
}

func signal(u hub.Update) *zolalv1.Signal {
	switch u := u.(type) {
	case hub.Typing:
		t := &zolalv1.Typing{
			Chat: uint32(u.Chat), Account: uint32(u.Account), Stopped: u.Stopped, Recording: u.Recording,
		}
		return &zolalv1.Signal{What: &zolalv1.Signal_Typing{Typing: t}}
	case hub.Presence:
		return &zolalv1.Signal{What: &zolalv1.Signal_Presence{Presence: presence(u)}}
	case hub.TallyChange:
		t := &zolalv1.TallyChange{Chat: uint32(u.Chat), Tallies: wire.TalliesOut(u.Tallies)}
		return &zolalv1.Signal{What: &zolalv1.Signal_Tally{Tally: t}}
	case hub.PeerRead:
		r := &zolalv1.PeerRead{Chat: uint32(u.Chat), Account: uint32(u.Account), Seq: uint32(u.Seq)}
		return &zolalv1.Signal{What: &zolalv1.Signal_Read{Read: r}}
	}
	return nil
}

func presence(p hub.Presence) *zolalv1.Presence {
	return &zolalv1.Presence{Account: uint32(p.Account), Online: p.Online, LastSeenMs: int64(p.LastSeen)}
}
