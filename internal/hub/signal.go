// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Timing of tallies: a chat tells its changed tallies at most once a second, and less often the more sessions
// that costs.
const (
	tallyGap     = time.Second
	tallyPerRead = 400 * time.Microsecond
	maxCounted   = 200 // tallies told at once; of more, the rest comes with the next page
)

// Typing tells the others in a chat that an account writes or records, or stopped. The caller has checked
// that it may write there and that the members of the chat see each other. Who hides typing is not shown, and
// is not told either.
func (h *Hub) Typing(t Typing) {
	h.mu.Lock()
	a := h.accounts[t.Account]
	hidden := a != nil && a.privacy.HideTyping
	h.mu.Unlock()
	if !hidden {
		h.cfg.Bus.Publish(t)
	}
}

// tell takes a signal from the bus.
func (l *loop) tell(s Signal) {
	switch s := s.(type) {
	case Presence:
		l.presence(s)
	case Typing:
		l.toRoom(s.Chat, s, func(r *room) { l.close(r, early{s.Account, s, time.Now()}) })
	case PeerRead:
		l.toRoom(s.Chat, s, func(r *room) { l.close(r, early{s.Account, s, time.Now()}) })
	case Counted:
		l.toRoom(s.Chat, s, func(r *room) { l.note(r, s.Seq) })
	}
}

// toRoom calls f with the room of a chat, once its audience is there.
func (l *loop) toRoom(id chat.ChatID, s Signal, f func(*room)) {
	if l.rooms.byID[id] == nil && l.hub.empty() {
		return
	}
	r := l.rooms.get(id)
	if !r.settled {
		r.wait(event{signal: s})
		return
	}
	f(r)
}

// close spreads what only people who know each other see: in direct chats and small groups.
// A signal of somebody whom the audience does not hold yet has overtaken the feed, and with it perhaps the
// joins of others who should hear it: it waits for the feed to bring its author.
func (l *loop) close(r *room, e early) {
	switch {
	case !r.members.Contains(uint32(e.author)):
		if len(r.early) < maxEarly {
			r.early = append(r.early, e)
		}
	case r.members.GetCardinality() <= uint64(l.hub.cfg.Small):
		l.spread(r, e.update, 0)
	}
}

// Bounds of the signals of one room that wait for their authors, and for how long they are worth it.
const (
	maxEarly  = 16
	earlyLife = 5 * time.Second
)

// early is a signal that may have overtaken the feed.
type early struct {
	author chat.AccountID
	update Update
	at     time.Time
}

// came tells the signals that waited for an account that is in now, and forgets those of long ago.
func (l *loop) came(r *room, who chat.AccountID) {
	waiting := r.early
	r.early = nil
	for _, e := range waiting {
		switch {
		case time.Since(e.at) > earlyLife:
		case e.author == who:
			l.close(r, e)
		default:
			r.early = append(r.early, e)
		}
	}
}

// note remembers that a tally changed.
func (l *loop) note(r *room, seq chat.Seq) {
	if r.counted == nil {
		r.counted = make(map[chat.Seq]struct{})
		l.rooms.counted[r.id] = r
	}
	if len(r.counted) < maxCounted {
		r.counted[seq] = struct{}{}
	}
	if now := time.Now(); !now.Before(r.tellNext) {
		l.fetch(r, now)
	}
}

// count fetches the tallies whose time has come.
func (l *loop) count() {
	now := time.Now()
	for _, r := range l.rooms.counted {
		if !now.Before(r.tellNext) {
			l.fetch(r, now)
		}
	}
}

// fetch reads the changed tallies of a room beside the loop.
func (l *loop) fetch(r *room, now time.Time) {
	seqs := make([]chat.Seq, 0, len(r.counted))
	for s := range r.counted {
		seqs = append(seqs, s)
	}
	r.counted = nil
	delete(l.rooms.counted, r.id)
	gap := max(tallyGap, time.Duration(l.present(r))*tallyPerRead)
	r.tellNext = now.Add(gap)
	h, id := l.hub, r.id
	h.owned.Go(func() {
		tallies, err := h.cfg.Source.Tallies(h.ctx, id, seqs)
		if err != nil {
			if h.ctx.Err() == nil {
				h.cfg.Log.Warn("tallies cannot be read", "chat", uint32(id), "error", err)
			}
			return
		}
		if len(tallies) == 0 {
			return
		}
		select {
		case h.loop.arrived <- loaded{room: id, tallies: tallies}:
		case <-h.ctx.Done():
		}
	})
}

// present returns how many members of a room are online.
func (l *loop) present(r *room) uint64 {
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	return r.members.AndCardinality(l.hub.online)
}

// hears reports whether an account is told an update, by its own switches: who hides, does not see. The
// author of a signal does not hear it.
func (a *account) hears(u Update) bool {
	switch u := u.(type) {
	case Typing:
		return u.Account != a.id && !a.privacy.HideTyping
	case PeerRead:
		return u.Account != a.id && !a.privacy.HideReads
	default:
		return true
	}
}
