// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// readMarks coalesces read marks: of an account in a chat, the first becomes an entry at once, and those
// that follow within the gap become one entry at its end, the furthest. Each caller is answered when its own
// mark or a later one is durable.
type readMarks struct {
	engine *Engine
	gap    time.Duration

	mu     sync.Mutex
	slots  map[seat]*readSlot
	shut   bool
	writes sync.WaitGroup // timers' writes
}

// readSlot is the gap after a read mark. It goes when a gap passes without another mark.
type readSlot struct {
	timer *time.Timer
	next  *trailing // nil: nothing waits
}

// trailing is the mark that will be written at the end of a gap.
type trailing struct {
	actor chat.Actor
	mark  chat.ReadMark
	done  chan struct{} // closed when err is set
	err   error
}

func newReadMarks(e *Engine) *readMarks {
	return &readMarks{engine: e, gap: e.cfg.ReadGap, slots: make(map[seat]*readSlot)}
}

// MarkRead moves the actor's read mark forward, to the head at most; it never goes back. At most one mark in
// Config.ReadGap becomes an entry. The answer is the mark as it then stands.
func (e *Engine) MarkRead(ctx context.Context, actor chat.Actor, room chat.ChatID, seq chat.Seq) (
	chat.ReadMark, error) {
	mark, err := e.markRead(ctx, actor, room, seq)
	if err != nil {
		return chat.ReadMark{}, fmt.Errorf("mark %s as read: %w", room.Log(), err)
	}
	return mark, nil
}

// NoteRead is MarkRead for who does not wait: a mark that has to wait for the end of a gap is left to it.
func (e *Engine) NoteRead(ctx context.Context, actor chat.Actor, room chat.ChatID, seq chat.Seq) error {
	mark, further, err := e.readable(ctx, actor, room, seq)
	if err == nil && further {
		_, err = e.reads.place(ctx, actor, mark)
	}
	if err != nil {
		return fmt.Errorf("note %s as read: %w", room.Log(), err)
	}
	return nil
}

func (e *Engine) markRead(ctx context.Context, actor chat.Actor, room chat.ChatID, seq chat.Seq) (
	chat.ReadMark, error) {
	mark, further, err := e.readable(ctx, actor, room, seq)
	if err != nil || !further {
		return mark, err
	}
	return e.reads.move(ctx, actor, mark)
}

// readable returns the mark of a seq, or the one that stands where that is as far.
func (e *Engine) readable(ctx context.Context, actor chat.Actor, room chat.ChatID, seq chat.Seq) (
	mark chat.ReadMark, further bool, err error) {
	if err := actor.May(chat.ScopeSend); err != nil {
		return mark, false, err
	}
	h, err := e.Open(ctx, actor, room.Log(), chat.RightRead)
	if err != nil {
		return mark, false, err
	}
	row, ok, err := e.ownRow(ctx, actor.Account, room)
	switch {
	case err != nil:
		return mark, false, err
	case !ok || !h.facts.Actor.Role.Reads():
		return mark, false, chat.Errorf(chat.CodeNotMember, "not a member of this chat")
	}
	seq = min(seq, row.Head.Seq)
	if seq <= row.Read.Seq {
		return row.Read, false, nil
	}
	mark = chat.ReadMark{Chat: room, Seq: seq, Ord: row.Head.Ord}
	if seq < row.Head.Seq {
		items, err := e.store.Get(ctx, room.Log(), []chat.Seq{seq})
		if err != nil {
			return mark, false, fmt.Errorf("get: %w", err)
		}
		if len(items) == 0 {
			return mark, false, &chat.Error{Code: chat.CodeBadRequest, Field: "seq", Text: "no such entry"}
		}
		mark.Ord = items[0].Ord
	}
	return mark, true, nil
}

// move writes a mark now, or with others at the end of the gap.
func (r *readMarks) move(ctx context.Context, actor chat.Actor, mark chat.ReadMark) (chat.ReadMark, error) {
	next, err := r.place(ctx, actor, mark)
	if next == nil {
		return mark, err
	}
	select {
	case <-next.done:
		return next.mark, next.err
	case <-ctx.Done():
		return mark, ctx.Err()
	}
}

// place writes a mark now, or puts it among those that are written at the end of the gap, and returns these.
func (r *readMarks) place(ctx context.Context, actor chat.Actor, mark chat.ReadMark) (*trailing, error) {
	at := seat{mark.Chat, actor.Account}
	r.mu.Lock()
	if r.shut {
		r.mu.Unlock()
		return nil, stopping()
	}
	slot, busy := r.slots[at]
	if !busy {
		slot = &readSlot{}
		r.slots[at] = slot
		slot.timer = time.AfterFunc(r.gap, func() { r.gapOver(at, slot) })
		r.mu.Unlock()
		return nil, r.write(ctx, actor, mark)
	}
	if slot.next == nil {
		slot.next = &trailing{actor: actor, mark: mark, done: make(chan struct{})}
	} else if mark.Seq > slot.next.mark.Seq {
		slot.next.actor, slot.next.mark = actor, mark
	}
	next := slot.next
	r.mu.Unlock()
	return next, nil
}

// gapOver writes what waited through a gap and begins another, or forgets the slot.
func (r *readMarks) gapOver(at seat, slot *readSlot) {
	r.mu.Lock()
	next := slot.next
	if next == nil || r.shut { // close has taken over what waits
		delete(r.slots, at)
		r.mu.Unlock()
		return
	}
	slot.next = nil
	slot.timer.Reset(r.gap)
	r.writes.Add(1)
	r.mu.Unlock()
	defer r.writes.Done()
	next.err = r.write(context.Background(), next.actor, next.mark)
	close(next.done)
}

// write appends a mark and lets peers know of it, where the account does not hide that.
func (r *readMarks) write(ctx context.Context, actor chat.Actor, mark chat.ReadMark) error {
	e := r.engine
	own := server(actor) // the mark was checked when it was asked for; a server key, since it is several calls'
	p, err := e.begin(ctx, request{
		actor: own, room: mark.Chat, cmd: chat.MarkRead{Seq: mark.Seq, Ord: mark.Ord},
	})
	if err != nil {
		return err
	}
	if _, err = p.Wait(ctx); err != nil {
		return err
	}
	if err := e.tick(ctx, actor.Account, mark); err != nil {
		// The mark is durable, and the next one brings its tick along.
		e.log.Warn("tick not noted", "error", err)
	}
	return nil
}

// tick lets peers know how far an account has read, where they may.
func (e *Engine) tick(ctx context.Context, account chat.AccountID, mark chat.ReadMark) error {
	f, ok := e.facts.get(mark.Chat, account)
	if !ok || f.Chat.OneSided() { // the other coming in raises no facts version
		var err error
		if f, err = e.freshFacts(ctx, mark.Chat, account, 0); err != nil {
			return err
		}
	}
	if !ticked(f.Chat) || f.Chat.OneSided() || f.Blocked && f.Chat.Type == chat.Direct {
		return nil
	}
	hides, err := e.privacyOf(ctx, account)
	if err == nil && !hides.HideReads {
		e.marks.tick(mark.Chat, account, mark.Seq)
	}
	return err
}

// accepted lets the other of a direct chat know how far an account had read before it accepted what the other
// wrote: until then nothing was told. It does not wait.
func (r *readMarks) accepted(account chat.AccountID, room chat.ChatID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shut {
		return // the next mark brings its tick along
	}
	r.writes.Go(func() {
		row, ok, err := r.engine.ownRow(context.Background(), account, room)
		if err == nil && ok && row.Read.Seq > 0 {
			err = r.engine.tick(context.Background(), account, row.Read)
		}
		if err != nil {
			r.engine.log.Warn("tick not noted", "error", err)
		}
	})
}

// close writes what waits, now, and takes no more.
func (r *readMarks) close() {
	r.mu.Lock()
	r.shut = true
	var left []*trailing
	for at, slot := range r.slots {
		slot.timer.Stop()
		if slot.next != nil {
			left = append(left, slot.next)
		}
		delete(r.slots, at)
	}
	r.mu.Unlock()
	for _, next := range left {
		next.err = r.write(context.Background(), next.actor, next.mark)
		close(next.done)
	}
	r.writes.Wait()
}
