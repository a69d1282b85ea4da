// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Timing of a device.
const (
	syncEvery = 5 * time.Second // hints may all be lost
	retryGap  = 300 * time.Millisecond
)

// device is a model of a client: what it keeps survives everything, as a client's database does.
type device struct {
	world *world
	actor chat.Actor
	keys  uint64

	node    *node
	session *session // nil: not connected
	lives   int      // connections so far

	// What the account's log and list say.
	known    chat.Incarnation
	pos      chat.Pos
	userSeq  chat.Seq
	userPos  chat.Pos // of the last entry of the user log, where it is known
	standing map[chat.ChatID]chat.Member
	user     userState

	rooms   map[chat.ChatID]*room
	outbox  []*write
	syncing bool
	paging  *paging
	due     bool // wants to sync as soon as it can
}

// userState is what the user log folds to, apart from standings.
type userState struct {
	profile  chat.Profile
	privacy  chat.Privacy
	blocked  map[chat.AccountID]bool
	contacts map[chat.AccountID]chat.Contact
	personal chat.PersonalLink
	reads    map[chat.ChatID]chat.Seq
	drafts   map[chat.ChatID]string
	invited  map[chat.ChatID]bool
}

// room is a chat as the device has read it, from base on.
type room struct {
	fold chat.Room
	base chat.Seq // what is up to here the device never asked for
	want chat.Seq // there are entries up to here at least
	busy bool
	dead bool            // the chat was deleted: nothing more can be read
	past bool            // it was before one knew what is common: what is here may be of another past
	last []engine.Sample // the last entries, to find what is common with a restored server
	torn bool            // it is not known yet what is common
}

// paging is a catch-up that takes several answers.
type paging struct {
	first engine.SyncResult
	query engine.SyncQuery
	rows  []engine.ListRow
}

// write is one line of the outbox.
type write struct {
	device  *device
	what    string
	room    chat.ChatID
	key     chat.Key
	text    string // of a message, unique in the world
	run     func(context.Context, *engine.Engine, chat.Actor, chat.Key) (engine.Receipt, error)
	busy    bool
	offered bool     // again, after a restore
	seq     chat.Seq // once acknowledged
	log     chat.LogID
	acked   bool
	refused chat.Code
}

// ack is a server's answer to a write.
type ack struct {
	receipt engine.Receipt
	err     error
	pos     chat.Pos // of the last entry on disk then
}

func newDevice(w *world, actor chat.Actor) *device {
	return &device{
		world: w, actor: actor,
		standing: make(map[chat.ChatID]chat.Member), rooms: make(map[chat.ChatID]*room),
		user: userState{
			blocked: make(map[chat.AccountID]bool), contacts: make(map[chat.AccountID]chat.Contact),
			reads:  make(map[chat.ChatID]chat.Seq),
			drafts: make(map[chat.ChatID]string), invited: make(map[chat.ChatID]bool),
		},
	}
}

// newKey makes a key of this moment.
func (d *device) newKey() chat.Key {
	d.keys++
	var k chat.Key
	binary.BigEndian.PutUint64(k[:], uint64(time.Now().UnixMilli())<<16)
	binary.BigEndian.PutUint32(k[8:], uint32(d.actor.Device))
	binary.BigEndian.PutUint32(k[12:], uint32(d.keys))
	return k
}

// connectSoon has the device look for a server.
func (d *device) connectSoon() {
	d.world.after(d.world.spread(200*time.Millisecond), "connect", func() error {
		if d.session != nil {
			return nil
		}
		d.node = d.world.nodes[d.world.dice.IntN(len(d.world.nodes))]
		d.lives++
		s := &session{device: d, n: d.lives}
		if !d.node.connect(s) {
			d.connectSoon()
			return nil
		}
		d.session, d.due = s, true
		d.greet(d.node.engine.Incarnation())
		d.move()
		d.tick(s)
		return nil
	})
}

// tick syncs now and then, since every hint may have been lost.
func (d *device) tick(s *session) {
	d.world.after(syncEvery, "tick", func() error {
		if d.session == s {
			d.due = true
			d.move()
			d.tick(s)
		}
		return nil
	})
}

// cut ends a connection: what was asked will not be answered.
func (d *device) cut(n int) {
	if d.session == nil || d.session.n != n {
		return
	}
	d.session, d.syncing, d.paging = nil, false, nil
	for _, r := range d.rooms {
		r.busy = false
	}
	for _, wr := range d.outbox {
		wr.busy = false
	}
	d.connectSoon()
}

// lose cuts the connection from the device's side.
func (d *device) lose() {
	if d.session != nil {
		d.node.disconnect(d)
		d.cut(d.session.n)
	}
}

// idle reports whether the device is connected and has nothing to do.
func (d *device) idle() bool { return d.why() == "" }

// why says what the device still waits for.
func (d *device) why() string {
	switch {
	case d.session == nil:
		return "not connected"
	case len(d.outbox) > 0:
		return fmt.Sprintf("%d writes in the outbox, first %s", len(d.outbox), d.outbox[0].what)
	case d.syncing || d.due:
		return "syncing"
	}
	for id, r := range d.rooms {
		if r.torn || r.fold.Head < r.want && !r.dead {
			return fmt.Sprintf("chat %d is read up to %d of %d", id, r.fold.Head, r.want)
		}
	}
	return ""
}

// move starts whatever can be started.
func (d *device) move() {
	if d.session == nil {
		return
	}
	if d.due && !d.syncing {
		d.sync()
	}
	for _, id := range slices.Sorted(maps.Keys(d.rooms)) {
		switch r := d.rooms[id]; {
		case r.busy:
		case r.torn:
			if d.userSeq > 0 { // once it is known which chats there are
				d.compare(id, r)
			}
		case r.fold.Head < r.want && !r.dead:
			d.fetch(id, r)
		}
	}
	if len(d.outbox) > 0 && !d.outbox[0].busy {
		d.send(d.outbox[0])
	}
}

// post puts something into the outbox.
func (d *device) post(wr *write) {
	wr.device, wr.key = d, d.newKey()
	d.outbox = append(d.outbox, wr)
	d.move()
}

// send asks the server to store the first line of the outbox.
func (d *device) send(wr *write) {
	wr.busy = true
	if d.world.cfg.Fault.FreshKeys {
		wr.key = d.newKey()
	}
	if wr.what == "forward" {
		d.world.copies[wr.key] = true
	}
	key, actor := wr.key, d.actor
	r := &request{what: wr.what, device: d, write: wr, key: key}
	truth := d.world.truth
	r.run = func(ctx context.Context, e *engine.Engine) any {
		receipt, err := wr.run(ctx, e, actor, key)
		return ack{receipt, err, lastPos(truth)}
	}
	r.done = func(res any) error {
		wr.busy = false
		a, ok := res.(ack)
		if !ok || later(a.err) {
			d.world.after(retryGap, "again", func() error { d.move(); return nil })
			return nil
		}
		wr.key = key
		return d.acknowledged(wr, a)
	}
	d.world.ask(r)
}

// later reports whether an error only means to ask again with the same key.
func later(err error) bool {
	switch chat.CodeOf(err) {
	case chat.CodeUnavailable, chat.CodeInternal:
		return true
	}
	return errors.Is(err, context.Canceled)
}

// acknowledged takes a line off the outbox.
func (d *device) acknowledged(wr *write, a ack) error {
	if len(d.outbox) > 0 && d.outbox[0] == wr {
		d.outbox = d.outbox[1:]
	}
	if a.err != nil {
		wr.refused = chat.CodeOf(a.err)
		d.world.report.Refused++
		d.world.note("refused", uint64(wr.refused))
		d.world.judge.refused(d, wr, a.pos)
	} else {
		wr.acked, wr.log, wr.seq = true, a.receipt.Log, a.receipt.Seq
		d.world.report.Acked++
		d.world.note("acked", uint64(wr.log), uint64(wr.seq))
		if err := d.world.judge.acked(d, wr); err != nil {
			return err
		}
	}
	d.move()
	return nil
}

// late takes an answer that came after the device gave up on it, or twice: it must say the same.
func (d *device) late(r *request, res any) error {
	a, ok := res.(ack)
	if !ok || r.write == nil || a.err != nil || !r.write.acked {
		return nil
	}
	if a.receipt.Seq != r.write.seq || a.receipt.Log != r.write.log {
		return fmt.Errorf("I3: a write is at %s/%d and at %s/%d",
			r.write.log, r.write.seq, a.receipt.Log, a.receipt.Seq)
	}
	return nil
}
