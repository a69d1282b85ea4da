// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// judge compares what servers say with what is on disk. It looks at the disk itself, past every fault.
type judge struct {
	world *world
	first error // of those reported where nothing could be returned

	written   []*write // acknowledged
	lost      []*write // that a restore took away, until they are offered again or given up
	denied    []denial
	delivered []delivery // hints
	byDevice  map[*device]map[chat.LogID]chat.Seq
}

// denial is a write that was refused, when there was this much in the store.
type denial struct {
	device *device
	write  *write
	pos    chat.Pos
}

// delivery is an entry that was sent to an account as a hint.
type delivery struct {
	account chat.AccountID
	entry   chat.Entry
}

func newJudge(w *world) *judge {
	return &judge{world: w, byDevice: make(map[*device]map[chat.LogID]chat.Seq)}
}

// report keeps the first contradiction.
func (j *judge) report(err error) {
	if j.first == nil {
		j.first = err
	}
}

// verdict returns the first contradiction.
func (j *judge) verdict() error { return j.first }

// answered looks at an answer the moment a server gives it.
func (j *judge) answered(r *request, res any) error {
	account := r.device.actor.Account
	switch a := res.(type) {
	case ack:
		return j.answeredWrite(r, a)
	case history:
		if a.err == nil {
			return j.mayRead(account, a.room, a.result.Items)
		}
	case caughtUp:
		if a.err == nil {
			return j.answeredSync(account, a.result)
		}
	case marked:
		if a.err == nil {
			row, err := j.row(account, a.mark.Chat)
			if err == nil && row.Read.Seq < a.mark.Seq {
				return fmt.Errorf("I1: a read mark at %d was acknowledged, %d is on disk", a.mark.Seq, row.Read.Seq)
			}
			return err
		}
	}
	return nil
}

// answeredWrite demands that what is acknowledged is on disk at its place (I1, I3).
func (j *judge) answeredWrite(r *request, a ack) error {
	if a.err != nil || a.receipt.Seq == 0 {
		return nil
	}
	w := j.world
	items, err := w.truth.Get(w.ctx, a.receipt.Log, []chat.Seq{a.receipt.Seq})
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return fmt.Errorf("I1: %s was acknowledged at %s/%d, which is not on disk",
			r.what, a.receipt.Log, a.receipt.Seq)
	}
	e := items[0].Entry
	if e.Key != r.key || e.Device != r.device.actor.Device || e.Chain != a.receipt.Chain {
		return fmt.Errorf("I3: %s was acknowledged at %s/%d, which is another write", r.what, e.Log, e.Seq)
	}
	return nil
}

// row is the truth about a chat in an account's list.
func (j *judge) row(account chat.AccountID, room chat.ChatID) (engine.ListRow, error) {
	q := engine.ListQuery{Account: account, Only: room, Limit: 1}
	rows, _, _, err := j.world.truth.List(j.world.ctx, q)
	if err != nil || len(rows) == 0 {
		return engine.ListRow{}, err
	}
	return rows[0], nil
}

// mayRead demands that an account may see the items a server gives it now, as they stand today.
func (j *judge) mayRead(account chat.AccountID, room chat.ChatID, items []chat.Item) error {
	w := j.world
	f, err := w.truth.Facts(w.ctx, room, account, 0)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return nil
	}
	if err := f.May(chat.RightRead, j.now()); err != nil {
		return fmt.Errorf("leak: account %d reads chat %d: %w", account, room, err)
	}
	for i, it := range items {
		if i > 0 && it.Seq != items[i-1].Seq+1 {
			return fmt.Errorf("I2: %s/%d is followed by %d", it.Log, items[i-1].Seq, it.Seq)
		}
		if err := j.mayShow(f, it); err != nil {
			return fmt.Errorf("account %d: %w", account, err)
		}
	}
	return nil
}

// mayShow looks at one item that somebody with these facts is shown.
func (j *judge) mayShow(f chat.Facts, it chat.Item) error {
	w := j.world
	if it.Device != 0 || f.Chat.Type == chat.Channel && (it.Author != 0 || !it.Key.IsZero()) {
		return fmt.Errorf("R11: %s/%d shows who wrote it", it.Log, it.Seq)
	}
	if f.Actor.Role.Reads() && it.Seq < f.Actor.From || !f.Actor.Role.Reads() && f.Chat.HistoryHidden {
		return fmt.Errorf("leak: %s/%d is older than what the account may see", it.Log, it.Seq)
	}
	items, err := w.truth.Get(w.ctx, it.Log, []chat.Seq{it.Seq})
	if err != nil || len(items) == 0 {
		return fmt.Errorf("I1: %s/%d is not on disk: %w", it.Log, it.Seq, err)
	}
	is := items[0]
	if f.Actor.From > 0 {
		is.Entry = is.Entry.Veiled(f.Actor.From - 1)
	}
	switch {
	case is.Chain != it.Chain || is.At != it.At || is.Env != it.Env:
		return fmt.Errorf("I8: %s/%d is not what is on disk", it.Log, it.Seq)
	case is.Overlay != nil && is.Overlay.Redacted && (len(it.Body) > 0 || len(it.Current()) > 0):
		return fmt.Errorf("erasure: %s/%d was deleted and is still shown", it.Log, it.Seq)
	case string(is.Current()) != string(it.Current()):
		return fmt.Errorf("I8: %s/%d does not show today's version", it.Log, it.Seq)
	}
	return nil
}

func (j *judge) now() chat.Millis { return chat.Millis(j.world.clock.UnixMilli()) }

// answeredSync demands that a catch-up tells the truth about every chat and nobody else's.
func (j *judge) answeredSync(account chat.AccountID, res engine.SyncResult) error {
	for _, row := range res.Chats {
		is, err := j.row(account, row.Chat.ID)
		if err != nil {
			return err
		}
		if !is.Me.Role.Reads() {
			return fmt.Errorf("leak: account %d is not in chat %d and catches up on it", account, row.Chat.ID)
		}
		if row.Unread != is.Unread || row.Head.Seq != is.Head.Seq || row.Mentions != is.Mentions {
			return fmt.Errorf("unread: chat %d says %d unread of %d to account %d; it is %d of %d",
				row.Chat.ID, row.Unread, row.Head.Seq, account, is.Unread, is.Head.Seq)
		}
	}
	for _, it := range res.Items {
		if it.Log != account.Log() {
			return fmt.Errorf("leak: account %d gets an entry of %s", account, it.Log)
		}
	}
	return nil
}

// pushed looks at an entry that a follower gives: it is on disk (I1), and in these bytes (I8).
func (j *judge) pushed(e chat.Entry) error {
	w := j.world
	items, err := w.truth.Get(w.ctx, e.Log, []chat.Seq{e.Seq})
	if err != nil {
		return err
	}
	if len(items) == 0 || items[0].Chain != e.Chain || items[0].Pos != e.Pos {
		return fmt.Errorf("I1: a hint speaks of %s/%d, which is not on disk", e.Log, e.Seq)
	}
	if is := items[0].Body; len(is) > 0 && len(e.Body) > 0 && !bytes.Equal(is, e.Body) {
		return fmt.Errorf("I8: a hint of %s/%d has other bytes than are on disk", e.Log, e.Seq)
	}
	return nil
}

// sent remembers what was sent to whom; who may have it is judged at the end.
func (j *judge) sent(d *device, entries []chat.Entry) {
	for _, e := range entries {
		j.delivered = append(j.delivered, delivery{d.actor.Account, e})
	}
}

// acked remembers a write that was acknowledged. A device has one write on its way at a time, so what it
// writes into one log is there in its order; but what it offers again after a restore may stand there before,
// by a copy of the first try that the network brought late.
func (j *judge) acked(d *device, wr *write) error {
	j.written = append(j.written, wr)
	if wr.seq == 0 || wr.text == "" {
		return nil
	}
	if j.byDevice[d] == nil {
		j.byDevice[d] = make(map[chat.LogID]chat.Seq)
	}
	last := j.byDevice[d]
	if wr.seq <= last[wr.log] && !wr.offered {
		return fmt.Errorf("order: device %d wrote %s/%d after %d", d.actor.Device, wr.log, wr.seq, last[wr.log])
	}
	last[wr.log] = max(last[wr.log], wr.seq)
	return nil
}

// refused remembers a write that was refused for good when the store ended at a position.
func (j *judge) refused(d *device, wr *write, pos chat.Pos) {
	j.denied = append(j.denied, denial{device: d, write: wr, pos: pos})
}

// lastPos is the position of the last entry on disk. It may be called from any goroutine.
func lastPos(truth *storetest.Memory) chat.Pos {
	_, pos, err := truth.Feed(context.Background(), 0, 0)
	if err != nil {
		return 0 // the world ends
	}
	return pos
}

// chats returns all chats there are.
func (j *judge) chats() []chat.ChatID {
	ids := make(map[chat.ChatID]bool)
	for _, wr := range j.written {
		if wr.log.Kind() == chat.ChatLog {
			ids[wr.log.Chat()] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// links returns all invite links there are.
func (j *judge) links() []chat.InviteLink {
	var all []chat.InviteLink
	for _, id := range j.chats() {
		links, _, err := j.world.truth.Links(j.world.ctx, id, "", 0)
		if err != nil {
			j.report(err)
		}
		all = append(all, links...)
	}
	return all
}
