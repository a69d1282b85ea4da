// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// fromBytes is about what one member weighs to whom history is hidden.
const fromBytes = 24

// veil says from which members of a room earlier history is hidden. An entry may tell of an earlier one, as
// an edit does; those from whom that is hidden get the entry without what it tells. So there are two frames
// of such an entry, and one of every other.
type veil struct {
	from  map[chat.AccountID]chat.Seq
	floor chat.Seq // the highest up to which anything was hidden from anybody
}

func veilOf(a Audience) veil {
	var v veil
	for who, from := range a.From {
		v.enter(Standing{Account: who, From: from})
	}
	return v
}

func (v *veil) size() int { return len(v.from) * fromBytes }

// enter takes what is hidden from somebody who comes in.
func (v *veil) enter(s Standing) {
	if s.From <= 1 {
		delete(v.from, s.Account) // who comes in again may see more than before
		return
	}
	if v.from == nil {
		v.from = make(map[chat.AccountID]chat.Seq)
	}
	v.from[s.Account] = s.From
	v.floor = max(v.floor, s.From-1)
}

// leave forgets somebody who goes: coming in again says anew what is hidden.
func (v *veil) leave(who chat.AccountID) { delete(v.from, who) }

// spreadTail gives a run of entries to every member who is online, each as they may see it.
//
// UPD-5
func (l *loop) spreadTail(r *room, entries []chat.Entry) int {
	tail := ChatTail{Chat: r.id, Entries: entries}
	hearers := l.hearing(r, tail)
	e := entries[0]
	if !e.Tells(r.veil.floor) {
		return l.send(hearers, tail, len(entries))
	}
	var all, less []*account
	for _, a := range hearers {
		if e.Env.Target < r.veil.from[a.id] {
			less = append(less, a)
		} else {
			all = append(all, a)
		}
	}
	veiled := ChatTail{Chat: r.id, Entries: []chat.Entry{e.Veiled(r.veil.floor)}}
	return l.send(all, tail, 1) + l.send(less, veiled, 1)
}

// spreadTallies tells the tallies of entries that are hidden from nobody to all, and the others to those
// from whom none of them is hidden. Who sees some of those may miss them, as any signal.
//
// UPD-5
func (l *loop) spreadTallies(r *room, tallies []chat.Tally) {
	var shown, veiled []chat.Tally
	first := r.veil.floor
	for _, t := range tallies {
		if t.Seq > r.veil.floor {
			shown = append(shown, t)
		} else {
			veiled, first = append(veiled, t), min(first, t.Seq)
		}
	}
	if len(shown) > 0 {
		l.spread(r, TallyChange{Chat: r.id, Tallies: shown}, 0)
	}
	if len(veiled) == 0 {
		return
	}
	u := TallyChange{Chat: r.id, Tallies: veiled}
	hearers := slices.DeleteFunc(l.hearing(r, u), func(a *account) bool { return first < r.veil.from[a.id] })
	l.send(hearers, u, 0)
}
