// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"container/list"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/zolal-im/zolal/internal/chat"
)

// Bounds of what waits for an audience, for one chat. When they are passed the oldest entries are left out:
// clients see the gap and read the log.
const (
	maxBacklog = 4096
	roomBytes  = 256 // what a room weighs beside its audience
	loaders    = 4   // audiences loaded at once
)

// room is a chat in which something happened lately, with everyone who is in it.
type room struct {
	id      chat.ChatID
	members *roaring.Bitmap // nil until loaded
	veil    veil
	pos     chat.Pos // the audience is that of this position, moved by every standing seen since
	settled bool     // the feed has passed pos, so that members is the audience of now
	backlog []event  // while not settled, in order
	bytes   int

	pending []chat.Entry // to deliver
	next    time.Time    // not before
	held    bool         // in loop.held

	early []early // signals whose authors are not in members yet

	counted  map[chat.Seq]struct{} // tallies that changed and were not told yet
	tellNext time.Time

	place *list.Element
}

// event is what waits for an audience: one of the three.
type event struct {
	entry    *chat.Entry
	standing Standing
	signal   Signal
}

// size is what a room weighs with its audience.
func (r *room) size() int { return roomBytes + int(r.members.GetSizeInBytes()) + r.veil.size() }

// rooms keeps audiences, the most recently used first, bounded in bytes.
type rooms struct {
	hub     *Hub
	byID    map[chat.ChatID]*room
	recent  *list.List // of *room
	bytes   int
	slots   chan struct{}         // loaders
	ahead   map[chat.ChatID]*room // loaded, and newer than the feed
	counted map[chat.ChatID]*room // with tallies to tell
}

func (rs *rooms) start(h *Hub) {
	rs.hub = h
	rs.byID = make(map[chat.ChatID]*room)
	rs.recent = list.New()
	rs.slots = make(chan struct{}, loaders)
	rs.ahead = make(map[chat.ChatID]*room)
	rs.counted = make(map[chat.ChatID]*room)
}

// get returns the room of a chat and has its audience loaded where it is new.
func (rs *rooms) get(id chat.ChatID) *room {
	if r := rs.byID[id]; r != nil {
		rs.recent.MoveToFront(r.place)
		return r
	}
	r := &room{id: id}
	r.place = rs.recent.PushFront(r)
	rs.byID[id] = r
	rs.weigh(r, roomBytes)
	rs.hub.stats.rooms.Add(1)
	h := rs.hub
	h.owned.Go(func() { h.loadAudience(id, rs.slots) })
	return r
}

// weigh accounts for a room that changed its size.
func (rs *rooms) weigh(r *room, bytes int) {
	rs.bytes += bytes - r.bytes
	r.bytes = bytes
	rs.hub.stats.roomBytes.Store(int64(rs.bytes))
}

// evict forgets the rooms used longest ago until the rest fits.
func (rs *rooms) evict() {
	for at := rs.recent.Back(); at != nil && rs.bytes > rs.hub.cfg.RoomBytes; {
		r := at.Value.(*room)
		at = at.Prev()
		if !r.settled || r.held || len(r.pending) > 0 || len(r.counted) > 0 {
			continue
		}
		rs.weigh(r, 0)
		rs.recent.Remove(r.place)
		delete(rs.byID, r.id)
		rs.hub.stats.rooms.Add(-1)
	}
}

// reached settles the audiences that the feed has caught up with.
func (rs *rooms) reached(pos chat.Pos, settle func(*room)) {
	for id, r := range rs.ahead {
		if r.pos <= pos {
			delete(rs.ahead, id)
			settle(r)
		}
	}
}

// loadAudience asks until it has an answer or the hub ends, and brings it to the loop.
func (h *Hub) loadAudience(id chat.ChatID, slots chan struct{}) {
	for h.ctx.Err() == nil {
		select {
		case slots <- struct{}{}:
		case <-h.ctx.Done():
			return
		}
		a, err := h.cfg.Source.Audience(h.ctx, id)
		<-slots
		if err == nil {
			select {
			case h.loop.arrived <- loaded{room: id, audience: a}:
			case <-h.ctx.Done():
			}
			return
		}
		if h.ctx.Err() == nil {
			h.cfg.Log.Warn("an audience cannot be loaded", "chat", uint32(id), "error", err)
		}
		h.pause(time.Second)
	}
}

// arrive takes what a loader brought.
func (l *loop) arrive(a loaded) {
	r := l.rooms.byID[a.room]
	if r == nil {
		return
	}
	if a.tallies != nil {
		// A room that was forgotten since and begun again has no audience yet; tallies may be lost.
		if r.settled {
			l.spreadTallies(r, a.tallies)
		}
		return
	}
	members := make([]uint32, len(a.audience.Accounts))
	for i, m := range a.audience.Accounts {
		members[i] = uint32(m)
	}
	r.members = roaring.BitmapOf(members...)
	r.members.RunOptimize()
	r.pos = a.audience.Pos
	r.veil = veilOf(a.audience)
	l.rooms.weigh(r, r.size())
	if r.pos > l.pos {
		l.rooms.ahead[r.id] = r // a join that the feed has not shown yet must not bring earlier entries
		return
	}
	l.open(r)
	l.offer(r, time.Now())
}

// open settles a room: what waited for its audience happens now, in its order.
func (l *loop) open(r *room) {
	// The audience may be of a later time than the first of what waited. Who came in between is taken out, to
	// come in again at his place; who left in between is out already, and so misses entries but never gets
	// one too many.
	for _, e := range r.backlog {
		if e.standing.In && e.standing.Pos <= r.pos {
			r.members.Remove(uint32(e.standing.Account))
		}
	}
	r.settled = true
	backlog := r.backlog
	r.backlog = nil
	for _, e := range backlog {
		switch {
		case e.entry != nil:
			r.pending = append(r.pending, *e.entry)
		case e.signal != nil:
			l.tell(e.signal)
		default:
			l.stand(e.standing)
		}
	}
	l.offer(r, time.Now())
}

// wait keeps an event until the audience is there. Where too many wait, the older half is left out but for
// the standings.
func (r *room) wait(e event) {
	if len(r.backlog) >= maxBacklog {
		kept := r.backlog[:0:0]
		for i, b := range r.backlog {
			if i >= maxBacklog/2 || (b.entry == nil && b.signal == nil) {
				kept = append(kept, b)
			}
		}
		r.backlog = kept
	}
	r.backlog = append(r.backlog, e)
}

// enter takes an entry of a chat log; nil says that nothing is to be delivered now.
func (l *loop) enter(e *chat.Entry) *room {
	if l.rooms.byID[e.Log.Chat()] == nil && l.hub.empty() {
		return nil
	}
	r := l.rooms.get(e.Log.Chat())
	if !r.settled {
		r.wait(event{entry: e})
		return nil
	}
	r.pending = append(r.pending, *e)
	return r
}

// stand moves an audience. Entries before it go to those who were in until now.
func (l *loop) stand(s Standing) {
	r := l.rooms.byID[s.Chat]
	switch {
	case r == nil:
		return
	case !r.settled:
		r.wait(event{standing: s})
		return
	case r.members.Contains(uint32(s.Account)) == s.In:
		return
	}
	if len(r.pending) > 0 {
		l.deliver(r, time.Now())
	}
	if s.In {
		r.members.Add(uint32(s.Account))
		r.veil.enter(s)
		l.came(r, s.Account)
	} else {
		r.members.Remove(uint32(s.Account))
		r.veil.leave(s.Account)
	}
	l.rooms.weigh(r, r.size())
}

// offer delivers what a room has, or holds it until its time.
func (l *loop) offer(r *room, now time.Time) {
	switch {
	case len(r.pending) == 0 || r.held:
	case now.Before(r.next):
		r.held = true
		l.held = append(l.held, r)
	default:
		l.deliver(r, now)
	}
}

// deliver hands the pending entries to every member who is online, as few frames as possible.
func (l *loop) deliver(r *room, now time.Time) {
	entries := r.pending
	r.pending = nil
	if cap(entries) <= 64 {
		r.pending = entries[:0]
	}
	reached := 0
	for len(entries) > 0 {
		n := r.run(entries)
		reached = l.spreadTail(r, entries[:n])
		entries = entries[n:]
		if reached == 0 {
			break
		}
	}
	r.next = now.Add(min(time.Duration(reached)*perWrite, l.hub.cfg.Hold))
}

// run returns how many of the entries go into one frame: one that members see differently goes by itself.
func (r *room) run(entries []chat.Entry) int {
	n, size := 1, len(entries[0].Body)
	if entries[0].Tells(r.veil.floor) {
		return n
	}
	for n < len(entries) && size+len(entries[n].Body) <= frameBytes && !entries[n].Tells(r.veil.floor) {
		size += len(entries[n].Body)
		n++
	}
	return n
}

// spread gives an update to every member of a room who is online, and returns to how many sessions it went.
func (l *loop) spread(r *room, u Update, entries int) int {
	return l.send(l.hearing(r, u), u, entries)
}

// send gives an update to accounts, and returns to how many sessions it went.
func (l *loop) send(hearers []*account, u Update, entries int) int {
	h := l.hub
	if len(hearers) == 0 {
		return 0
	}
	f := h.encode(u)
	if f == nil {
		return 0
	}
	reached := 0
	h.mu.Lock()
	for _, a := range hearers {
		reached += l.give(a, f)
	}
	h.mu.Unlock()
	h.stats.deliveries.Add(uint64(reached * entries))
	return reached
}

// hearing lists the members of a room who are online and hear an update.
func (l *loop) hearing(r *room, u Update) []*account {
	h := l.hub
	out := l.hearers[:0]
	hear := func(account uint32) bool {
		a := h.accounts[chat.AccountID(account)]
		if a != nil && a.sessions != nil && a.hears(u) {
			out = append(out, a)
		}
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.members.GetCardinality() <= 16 {
		r.members.Iterate(hear)
	} else {
		roaring.And(r.members, h.online).Iterate(hear)
	}
	l.hearers = out
	return out
}
