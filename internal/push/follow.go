// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import (
	"context"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// batchEntries bounds what is taken of the feed at once; retryAfter is the pause after an error.
const (
	batchEntries = 512
	retryAfter   = time.Second
)

// maxNoted bounds what is remembered of who was told what; beyond it all of it is forgotten.
const maxNoted = 1 << 17

// follow makes jobs of what is written, until ctx ends.
func (s *Service) follow(ctx context.Context, pos chat.Pos) {
	f := s.cfg.Engine.Follow(pos)
	defer f.Close()
	for ctx.Err() == nil {
		g, err := f.Next(ctx, batchEntries)
		if err == nil {
			s.rooms.move(g.Standings)
			for i := range g.Entries {
				if err = s.see(ctx, &g.Entries[i]); err != nil {
					break // a push that is lost is a hint that is lost
				}
			}
		}
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("pushes may be missing", "err", err)
			pause(ctx, retryAfter)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// see makes jobs of one entry.
func (s *Service) see(ctx context.Context, e *chat.Entry) error {
	switch {
	case e.Log.Kind() == chat.UserLog:
		return s.seeOwn(e)
	case e.Env.Kind == chat.KindChatDeleted:
		s.seeEnd(e.Log.Chat())
		return nil
	case e.Env.Kind != chat.KindMessage || e.Log.Kind() != chat.ChatLog || !e.Env.Counted || e.Env.Silent:
		return nil
	}
	s.mu.Lock()
	nobody := s.subscribers.IsEmpty()
	s.mu.Unlock()
	if nobody {
		return nil
	}
	room := e.Log.Chat()
	members, err := s.rooms.members(ctx, room)
	if err != nil {
		return err
	}
	s.mu.Lock()
	hearers := roaring.And(members, s.subscribers)
	s.mu.Unlock()
	hearers.Remove(uint32(e.Author))
	if hearers.IsEmpty() {
		return nil
	}
	body, err := s.cfg.Codec.Decode(e.Env.Kind, e.Body)
	if err != nil {
		return err
	}
	m, ok := body.(*chat.Message)
	if !ok || m.Imported != nil {
		return nil
	}
	s.wake(room, e.Seq, hearers, chat.SpeaksTo(e.Author, m))
	return nil
}

// wake makes a job for each of the accounts. Of one chat an account is told again after the gap at the
// earliest: what comes in between joins the job that waits.
//
// PUSH-6
func (s *Service) wake(room chat.ChatID, seq chat.Seq, hearers *roaring.Bitmap, spokenTo []chat.AccountID) {
	const some = 1024
	mentioned := make(map[chat.AccountID]bool, len(spokenTo))
	for _, a := range spokenTo {
		mentioned[a] = true
	}
	jobs := make([]job, 0, min(some, hearers.GetCardinality()))
	flush := func() {
		s.spaced(jobs)
		jobs = jobs[:0]
	}
	for it := hearers.Iterator(); it.HasNext(); {
		who := chat.AccountID(it.Next())
		at := seat{account: who, room: room}
		jobs = append(jobs, job{name: name{seat: at}, seq: seq, mention: mentioned[who]})
		if len(jobs) == some {
			flush()
		}
	}
	flush()
}

// spaced adds jobs, none of them sooner than the gap after what its seat was told last.
func (s *Service) spaced(jobs []job) {
	s.mu.Lock()
	for i := range jobs {
		if last, ok := s.told[jobs[i].seat]; ok {
			jobs[i].due = last.Add(s.cfg.Gap)
		}
	}
	s.mu.Unlock()
	s.queue.add(jobs...)
}

// seeOwn makes a job of what the log of an account says of a chat: it was read, it is offered to the account,
// what was offered was seen or is over, or the account is out. Where it can concern nobody its body is not
// looked at.
//
// PUSH-7
// PUSH-12
func (s *Service) seeOwn(e *chat.Entry) error {
	who, kind := e.Log.Account(), e.Env.Kind
	s.mu.Lock()
	concerns := (len(s.shown) > 0 || kind == chat.KindMyChat) && s.subscribers.Contains(uint32(who))
	s.mu.Unlock()
	if !concerns || kind != chat.KindRead && kind != chat.KindPrefs && kind != chat.KindMyChat {
		return nil
	}
	body, err := s.cfg.Codec.Decode(kind, e.Body)
	if err != nil {
		return err
	}
	switch b := body.(type) {
	case *chat.ReadMark:
		s.over(seat{account: who, room: b.Chat}, b.Seq)
	case *chat.Prefs:
		if b.MarkedUnread != nil && !*b.MarkedUnread {
			s.over(seat{who, b.Chat, true}, 0)
		}
	case *chat.MyChat:
		s.seeStanding(who, b)
	}
	return nil
}

// seeStanding makes a job of a chat that is offered to an account, and of the end of that.
func (s *Service) seeStanding(who chat.AccountID, m *chat.MyChat) {
	at, version := seat{who, m.Chat, true}, chat.Seq(m.Member.Version)
	if m.Member.Offered() {
		s.spaced([]job{{name: name{seat: at}, seq: version, mention: true}})
		return
	}
	s.over(at, version)
	if !m.Member.Role.In() {
		s.over(seat{account: who, room: m.Chat}, 0)
	}
}

// seeEnd makes jobs of a chat that is no more, for whoever was told of it.
func (s *Service) seeEnd(room chat.ChatID) {
	var told []seat
	s.mu.Lock()
	for at := range s.shown {
		if at.room == room {
			told = append(told, at)
		}
	}
	s.mu.Unlock()
	for _, at := range told {
		s.over(at, 0)
	}
}

// over has the devices that were told something told that it was seen elsewhere, or is no more. Whether it is
// so is looked at when the turn of the job comes.
func (s *Service) over(at seat, seq chat.Seq) {
	s.mu.Lock()
	shown, told := s.shown[at]
	s.mu.Unlock()
	if told {
		s.queue.add(job{
			name: name{seat: at, clear: true}, seq: max(seq, shown.seq), due: s.cfg.Now().Add(s.cfg.Gap),
		})
	}
}

// noteShown remembers what a device was told.
func (s *Service) noteShown(at seat, device chat.DeviceID, seq chat.Seq) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.shown) >= maxNoted {
		clear(s.shown)
	}
	shown := s.shown[at]
	shown.seq = max(shown.seq, seq)
	if !slices.Contains(shown.devices, device) {
		shown.devices = append(shown.devices, device)
	}
	s.shown[at] = shown
}

// noteTold remembers that an account is being told of a chat.
func (s *Service) noteTold(at seat) {
	now := s.cfg.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.told) >= maxNoted {
		clear(s.told)
	}
	s.told[at] = now
}

// rooms holds the members of chats that are talked in; it is used by one goroutine.
type rooms struct {
	engine *engine.Engine
	byID   map[chat.ChatID]room
	bytes  uint64
}

// room is who is in a chat, true for a position and moved from there by what the feed says.
type room struct {
	members *roaring.Bitmap
	pos     chat.Pos
}

// Bounds of rooms; beyond them all are forgotten and read again when they are needed.
const (
	maxRooms     = 4096
	maxRoomBytes = 32 << 20
)

func newRooms(e *engine.Engine) rooms { return rooms{engine: e, byID: make(map[chat.ChatID]room)} }

// members returns who is in a chat.
func (r *rooms) members(ctx context.Context, id chat.ChatID) (*roaring.Bitmap, error) {
	if known, ok := r.byID[id]; ok {
		return known.members, nil
	}
	a, err := r.engine.Audience(ctx, id)
	if err != nil {
		return nil, err
	}
	m := roaring.New()
	for _, who := range a.Accounts {
		m.Add(uint32(who))
	}
	m.RunOptimize()
	size := m.GetSizeInBytes()
	if len(r.byID) >= maxRooms || r.bytes+size > maxRoomBytes {
		clear(r.byID)
		r.bytes = 0
	}
	r.byID[id] = room{m, a.Pos}
	r.bytes += size
	return m, nil
}

// move applies who came and who went. It runs ahead of the entries that came with it, which is no harm: who
// went is woken for nothing more, and who came has nothing to read yet.
func (r *rooms) move(standings []engine.Standing) {
	for _, st := range standings {
		known, ok := r.byID[st.Chat]
		switch {
		case !ok || st.Pos <= known.pos:
		case st.In:
			known.members.Add(uint32(st.Account))
		default:
			known.members.Remove(uint32(st.Account))
		}
	}
}
