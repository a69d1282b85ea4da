// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// backUp keeps a copy of what is on disk.
func (w *world) backUp() { w.backup = w.truth.Fork() }

// restore puts an earlier copy in the place of what is on disk, as another incarnation, on all servers.
func (w *world) restore() {
	if w.backup == nil {
		return
	}
	w.note("restore")
	w.report.Restores++
	if err := w.judge.endEra(); err != nil {
		w.judge.report(err)
		return
	}
	for _, n := range w.nodes {
		n.crash()
	}
	w.truth = w.backup
	w.backup = nil
	if !w.cfg.Fault.SameIncarnation {
		if _, err := w.truth.Renew(w.ctx); err != nil {
			w.judge.report(err)
		}
	}
	w.judge.newEra()
	for _, n := range w.nodes {
		w.revive(n)
	}
}

// greet learns, when a connection opens, which incarnation the server is of.
func (d *device) greet(incarnation chat.Incarnation) {
	if d.known != incarnation && d.known != (chat.Incarnation{}) {
		d.rewind()
	}
	d.known = incarnation
}

// rewind forgets what a server of another incarnation had said of the account, and has every chat compared.
// Until that is done nothing is added to a chat: what comes may belong to another past.
func (d *device) rewind() {
	d.pos, d.userSeq, d.userPos = 0, 0, 0
	clear(d.standing)
	clear(d.user.reads)
	clear(d.user.drafts)
	for _, r := range d.rooms {
		r.torn, r.busy = true, false
		r.dead, r.past = false, false // it may be there again
	}
	d.world.judge.lostBy(d, func(wr *write) bool { return d.rooms[wr.room] == nil })
}

// drop gives up a chat that the account is not in any more, and what was to be offered there.
func (d *device) drop(id chat.ChatID) {
	delete(d.rooms, id)
	d.world.judge.lostBy(d, func(wr *write) bool { return wr.room == id })
}

// common is a server's answer to a comparison.
type common struct {
	seq chat.Seq
	err error
}

// compare finds the last entry that a chat has in common with a restored server. What the device has beyond
// it the server does not have: the chat is read again, and what the device had written is offered again
// under the same keys.
func (d *device) compare(id chat.ChatID, r *room) {
	r.busy = true
	actor, samples := d.actor, r.last
	d.world.ask(&request{
		what: "common", device: d,
		run: func(ctx context.Context, e *engine.Engine) any {
			h, err := e.Open(ctx, actor, id.Log(), chat.RightRead)
			if err != nil {
				return common{err: err}
			}
			seq, err := h.Common(ctx, samples)
			return common{seq, err}
		},
		done: func(res any) error {
			r.busy = false
			c, ok := res.(common)
			if !ok || c.err != nil {
				return d.unread(id, r, c.err)
			}
			if d.rooms[id] != r {
				return nil
			}
			d.repair(id, r, c.seq)
			d.move()
			return nil
		},
	})
}

// repair goes on from the last common entry; 0 says that the number belongs to another chat now, to which
// nothing is offered.
func (d *device) repair(id chat.ChatID, r *room, last chat.Seq) {
	r.torn = false
	mine := d.world.judge.lostBy(d, func(wr *write) bool { return wr.room == id })
	// A message may show an edit that stood beyond the last common entry, read in a page that did not go so far.
	ahead := slices.ContainsFunc(r.fold.Lines, func(l chat.Line) bool { return l.By > last })
	if last < r.fold.Head || ahead {
		again := &room{}
		if from := d.standing[id].From; from > 0 {
			again.base = from - 1
			again.fold.Head = again.base
		}
		again.want = again.base + 1
		d.rooms[id] = again
		d.due = true // says how far the chat goes now
	}
	if last == 0 && r.fold.Head > 0 {
		return
	}
	for _, wr := range mine {
		wr.acked, wr.busy, wr.offered = false, false, true
		d.world.report.Offered++
		d.outbox = append(d.outbox, wr)
	}
}

// endEra judges what can only be judged before positions are given anew.
func (j *judge) endEra() error {
	if err := j.everyRefusalHolds(); err != nil {
		return err
	}
	if err := j.nothingLeaked(); err != nil {
		return err
	}
	if err := j.everyAckIsThere(); err != nil {
		return fmt.Errorf("before a restore: %w", err)
	}
	return nil
}

// newEra forgets what was said of entries that a restore has taken away.
func (j *judge) newEra() {
	w := j.world
	j.denied, j.delivered = nil, nil
	clear(j.byDevice)
	var kept []*write
	for _, wr := range j.written {
		items, err := w.truth.Get(w.ctx, wr.log, []chat.Seq{wr.seq})
		if err != nil {
			j.report(err)
		}
		if wr.seq == 0 || len(items) > 0 && items[0].Key == wr.key {
			kept = append(kept, wr)
		} else if wr.text != "" {
			j.lost = append(j.lost, wr)
		}
	}
	j.written = kept
}

// lostBy takes from what a restore has lost the messages of a device that are asked for.
func (j *judge) lostBy(d *device, which func(*write) bool) []*write {
	var mine []*write
	j.lost = slices.DeleteFunc(j.lost, func(wr *write) bool {
		if wr.device != d || !which(wr) {
			return false
		}
		mine = append(mine, wr)
		return true
	})
	return mine
}

// everyLossIsOffered demands that nobody keeps to themselves what they wrote in a chat they are still in.
func (j *judge) everyLossIsOffered() error {
	if len(j.lost) > 0 {
		return fmt.Errorf("I12: %q was lost by a restore and not offered again", j.lost[0].text)
	}
	return nil
}
