// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"context"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// account is one that has a session here, or had one a moment ago.
type account struct {
	id       chat.AccountID
	sessions *Session // linked, the newest first; nil: left, not yet offline
	count    int
	privacy  chat.Privacy
	since    time.Time // when the last session left
}

// enter adds a session to its account. It reports whether the account came online by that, and the session
// that has to go because the account has too many. h.mu is held.
func (h *Hub) enter(s *Session, p chat.Privacy) (came bool, surplus *Session) {
	a := h.accounts[s.account]
	if a == nil {
		a = &account{id: s.account}
		h.accounts[s.account] = a
		came = true
	}
	a.privacy = p
	if later, ok := h.switched[a.id]; ok {
		a.privacy = later.privacy
	}
	// A connection that takes over from another is of somebody who is as far away.
	for old := a.sessions; old != nil; old = old.next {
		s.away = s.away || old.away && old.device == s.device
	}
	s.next, a.sessions = a.sessions, s
	a.count++
	if a.count == 1 {
		h.online.Add(uint32(a.id))
		delete(h.left, a.id)
	}
	if a.count > h.cfg.Sessions {
		surplus = a.surplus(h.cfg.Sessions)
	}
	return came, surplus
}

// surplus is the oldest session that is not ending yet, where there is one more of those than allowed. It
// looks no further than to that one: those that are ending may be many, and most are behind it.
func (a *account) surplus(allowed int) *Session {
	n := 0
	for s := a.sessions; s != nil; s = s.next {
		if s.over() {
			continue
		}
		if n++; n > allowed {
			return s
		}
	}
	return nil
}

// exit takes a session away from its account. h.mu is held.
func (h *Hub) exit(s *Session) {
	a := h.accounts[s.account]
	if a == nil {
		return
	}
	for at := &a.sessions; *at != nil; at = &(*at).next {
		if *at != s {
			continue
		}
		*at = s.next
		s.next = nil
		a.count--
		break
	}
	h.unwatch(s)
	if a.count == 0 && h.left[a.id] == nil {
		h.online.Remove(uint32(a.id))
		a.since = time.Now()
		h.left[a.id] = a
	}
}

// empty reports whether nobody is connected.
func (h *Hub) empty() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.accounts) == len(h.left)
}

// switched are the switches that an account set lately. Who opens a session has read them a moment before;
// those that were set in between have passed here already, and count.
type switched struct {
	privacy chat.Privacy
	at      time.Time
}

// switchedKept is how long set switches are kept: longer than anybody takes from reading them to a session.
const switchedKept = 5 * time.Minute

// endWithin is how long a session that has to end may take for what it is due.
const endWithin = 4 * time.Second

// finish tells a session that it ends, and ends it where its client does not take that in time.
func (h *Hub) finish(s *Session, why GoingAway) {
	s.Finish(h.encode(why))
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.sink == nil && s.cut == nil || h.closed {
		return // no connection is held open, or Close ends it
	}
	h.owned.Go(func() {
		if !s.drained(endWithin) {
			s.abort()
		}
	})
}

// End ends the sessions of a device whose right ended, with GoingAway.Code such as "revoked" or "suspended";
// device 0 means all of the account.
//
// AUTH-5
func (h *Hub) End(who chat.AccountID, device chat.DeviceID, code string) {
	h.mu.Lock()
	var ending []*Session
	if a := h.accounts[who]; a != nil {
		for s := a.sessions; s != nil; s = s.next {
			if device == 0 || s.device == device {
				ending = append(ending, s)
			}
		}
	}
	h.mu.Unlock()
	for _, s := range ending {
		h.finish(s, GoingAway{Code: code})
	}
}

// Online reports which of the accounts are online and let it show. A viewer who is here and hides it sees of
// nobody.
func (h *Hub) Online(viewer chat.AccountID, accounts ...chat.AccountID) map[chat.AccountID]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make(map[chat.AccountID]bool)
	if v := h.accounts[viewer]; v != nil && v.privacy.HideLastSeen {
		return out
	}
	for _, id := range accounts {
		if a := h.accounts[id]; a != nil && !a.privacy.HideLastSeen {
			out[id] = true
		}
	}
	return out
}

// Sessions returns the sessions of a device.
func (h *Hub) Sessions(who chat.AccountID, device chat.DeviceID) []*Session {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*Session
	if a := h.accounts[who]; a != nil {
		for s := a.sessions; s != nil; s = s.next {
			if s.device == device {
				out = append(out, s)
			}
		}
	}
	return out
}

// SetAway notes whether nobody looks at a device, on all the sessions that it has now, and on those that take
// over from them. Its system may put it to sleep at any moment, and its connections end no sooner for that.
//
// PUSH-13
func (h *Hub) SetAway(who chat.AccountID, device chat.DeviceID, away bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if a := h.accounts[who]; a != nil {
		for s := a.sessions; s != nil; s = s.next {
			if s.device == device {
				s.away = away
			}
		}
	}
}

// Attends reports whether a device has a connection and has not said that nobody looks at it.
//
// PUSH-13
func (h *Hub) Attends(who chat.AccountID, device chat.DeviceID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if a := h.accounts[who]; a != nil {
		for s := a.sessions; s != nil; s = s.next {
			if s.device == device && !s.away {
				return true
			}
		}
	}
	return false
}

// Watch replaces the set of accounts whose presence a session is told. The caller has chosen those that the
// session's account may see. Who hides presence is told of nobody's.
func (h *Hub) Watch(s *Session, accounts []chat.AccountID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watch(s, accounts)
}

// watch is Watch. h.mu is held.
func (h *Hub) watch(s *Session, accounts []chat.AccountID) {
	h.unwatch(s)
	if len(accounts) == 0 || s.over() {
		return
	}
	h.watching[s] = accounts
	for _, id := range accounts {
		if h.watchers[id] == nil {
			h.watchers[id] = make(map[*Session]struct{})
		}
		h.watchers[id][s] = struct{}{}
	}
}

func (s *Session) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state&(finishing|ended) != 0
}

// unwatch forgets whom a session watches. h.mu is held.
func (h *Hub) unwatch(s *Session) {
	for _, id := range h.watching[s] {
		if delete(h.watchers[id], s); len(h.watchers[id]) == 0 {
			delete(h.watchers, id)
		}
	}
	delete(h.watching, s)
}

// presence tells those who watch an account.
func (l *loop) presence(p Presence) {
	h := l.hub
	h.mu.Lock()
	watched := len(h.watchers[p.Account]) > 0
	h.mu.Unlock()
	if !watched {
		return
	}
	f := h.encode(p)
	if f == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.watchers[p.Account] {
		if a := h.accounts[s.account]; a != nil && !a.privacy.HideLastSeen {
			l.hand(s, f)
		}
	}
}

// part has an account watch another no more: to it the other is gone, without a time.
func (l *loop) part(watcher, other chat.AccountID) {
	h := l.hub
	f := h.encode(Presence{Account: other})
	if f == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.accounts[watcher]
	if a == nil {
		return
	}
	for s := a.sessions; s != nil; s = s.next {
		if _, watches := h.watchers[other][s]; !watches {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(h.watching[s]), func(id chat.AccountID) bool { return id == other })
		h.watch(s, left)
		l.hand(s, f)
	}
}

// setPrivacy takes an account's new switches. Who hides from now on is shown as gone, without a time.
func (h *Hub) setPrivacy(p Privacy) {
	h.mu.Lock()
	h.switched[p.Account] = switched{p.Privacy, time.Now()}
	a := h.accounts[p.Account]
	if a == nil {
		h.mu.Unlock()
		return
	}
	before := a.privacy
	a.privacy = p.Privacy
	present := a.count > 0
	h.mu.Unlock()
	switch {
	case p.Privacy.HideLastSeen == before.HideLastSeen:
	case p.Privacy.HideLastSeen:
		h.cfg.Bus.Publish(Presence{Account: p.Account})
	case present:
		h.cfg.Bus.Publish(Presence{Account: p.Account, Online: true})
	}
}

// settle makes accounts offline that have been without a session for long enough: a reconnect in between is
// seen by nobody. It is called once a second.
func (h *Hub) settle() { h.recordSeen(h.ctx, false) }

// recordSeen takes accounts out that left, all or those whose time is over, tells those who watch them, and
// has it written down beside the loop. Switches set long ago are forgotten with them.
func (h *Hub) recordSeen(ctx context.Context, all bool) {
	now := time.Now()
	seen := make(map[chat.AccountID]chat.Millis)
	var gone []Presence
	h.mu.Lock()
	for id, a := range h.left {
		if !all && now.Sub(a.since) < h.cfg.Debounce {
			continue
		}
		delete(h.left, id)
		delete(h.accounts, id)
		at := chat.Millis(a.since.UnixMilli())
		seen[id] = at
		if !a.privacy.HideLastSeen {
			gone = append(gone, Presence{Account: id, LastSeen: at})
		}
	}
	for id, s := range h.switched {
		if now.Sub(s.at) > switchedKept {
			delete(h.switched, id)
		}
	}
	h.mu.Unlock()
	if len(seen) == 0 {
		return
	}
	for _, p := range gone {
		h.cfg.Bus.Publish(p)
	}
	write := func() {
		if err := h.cfg.Source.Seen(ctx, seen); err != nil {
			h.cfg.Log.Warn("who was seen cannot be written down", "error", err)
		}
	}
	if all {
		write()
		return
	}
	h.owned.Go(write)
}
