// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"context"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// request is something a device asks of a server. Its copies may arrive late, twice or never.
type request struct {
	id     uint64
	what   string
	device *device
	run    func(context.Context, *engine.Engine) any
	done   func(any) error // the first answer, or nil where none came in time
	write  *write          // of an outbox, or nil
	ended  bool            // done was called
	from   *session
	key    chat.Key // of a write, as it was at this try
}

// patience is how long a device waits for an answer.
const patience = 3 * time.Second

// carry takes something across the network: after a while, sometimes twice, sometimes never.
func (w *world) carry(what string, arrive func() error) {
	copies := 1
	if !w.calm {
		switch {
		case w.chance(0.04):
			copies = 0
			w.report.Lost++
		case w.chance(0.03):
			copies = 2
		}
	}
	for range copies {
		delay := w.spread(15 * time.Millisecond)
		if !w.calm && w.chance(0.02) {
			delay += w.spread(2 * time.Second)
		}
		w.after(delay, what, arrive)
	}
}

// ask sends a request to the server the device is connected to.
func (w *world) ask(r *request) {
	w.number++
	r.id = w.number
	s, copies := r.device.session, 0
	r.from = s
	n := r.device.node
	w.carry(r.what, func() error {
		copies++
		copy := copies
		if !n.up {
			return nil
		}
		w.note(r.what, r.id, uint64(copy))
		epoch, ctx, e := n.epoch, n.ctx, n.engine
		n.gone.Go(func() {
			res := r.run(ctx, e)
			w.complete(completed{node: n, epoch: epoch, req: r, copy: copy, res: res})
		})
		return nil
	})
	w.after(patience, "patience", func() error {
		if r.ended || r.device.session != s {
			return nil
		}
		r.ended = true
		w.report.Retried++
		return r.done(nil)
	})
}

// answer judges what a server answers and sends it back, if the server and the connection still live.
func (w *world) answer(c completed) error {
	r, n := c.req, c.node
	if !n.up || n.epoch != c.epoch {
		return nil // a crashed server says nothing
	}
	if err := w.judge.answered(r, c.res); err != nil {
		return err
	}
	w.carry("answer", func() error {
		if r.device.session != r.from {
			return nil
		}
		if r.ended {
			return r.device.late(r, c.res)
		}
		r.ended = true
		return r.done(c.res)
	})
	return nil
}
