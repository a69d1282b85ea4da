// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// history is a server's answer to a read of a chat.
type history struct {
	room   chat.ChatID
	result engine.ReadResult
	err    error
}

// caughtUp is a server's answer to a sync.
type caughtUp struct {
	result engine.SyncResult
	err    error
}

// sync asks what moved.
func (d *device) sync() {
	d.syncing, d.due = true, false
	q := engine.SyncQuery{Incarnation: d.known, Pos: d.pos, UserSeq: d.userSeq, Limit: 100}
	if d.world.chance(0.3) {
		q.Limit = 1 + d.world.dice.IntN(3)
	}
	d.paging = nil
	d.askSync(q)
}

func (d *device) askSync(q engine.SyncQuery) {
	actor := d.actor
	d.world.ask(&request{
		what: "sync", device: d,
		run: func(ctx context.Context, e *engine.Engine) any {
			res, err := e.Sync(ctx, actor, q)
			return caughtUp{res, err}
		},
		done: func(res any) error {
			c, ok := res.(caughtUp)
			if !ok || c.err != nil {
				d.syncing, d.paging = false, nil
				d.world.after(retryGap, "again", func() error { d.due = true; d.move(); return nil })
				return nil
			}
			return d.page(q, c.result)
		},
	})
}

// page takes one answer of a catch-up. Chats may move between answers: the list is as of the first one, and
// where later ones are newer the device asks again from there.
func (d *device) page(q engine.SyncQuery, res engine.SyncResult) error {
	p := d.paging
	if p == nil {
		p = &paging{first: res, query: q}
		d.paging = p
	}
	changed := res.Total != p.first.Total || (res.State == nil) != (p.first.State == nil) ||
		res.Incarnation != p.first.Incarnation
	p.rows = append(p.rows, res.Chats...)
	if res.More && !changed && len(res.Chats) > 0 {
		q.Skip += len(res.Chats)
		d.askSync(q)
		return nil
	}
	d.syncing, d.paging = false, nil
	if changed { // somebody came or went between two answers
		d.due = true
		d.move()
		return nil
	}
	if res.Pos != p.first.Pos {
		d.due = true
	}
	if err := d.take(p.first, p.rows); err != nil {
		return err
	}
	d.move()
	return nil
}

// take folds a catch-up.
func (d *device) take(res engine.SyncResult, rows []engine.ListRow) error {
	if res.Changed {
		return errors.New("I12: a sync knows of a restore that the greeting did not know of")
	}
	if res.State != nil {
		if res.UserHead.Seq < d.userSeq {
			return nil // older than what the device knows
		}
		d.takeState(res, rows)
	}
	for _, row := range rows {
		d.takeRow(res, row)
	}
	for _, it := range res.Items {
		if err := d.userEntry(it.Entry); err != nil {
			return err
		}
	}
	d.pos = max(d.pos, res.Pos)
	return nil
}

// takeState replaces what the user log had said.
func (d *device) takeState(res engine.SyncResult, rows []engine.ListRow) {
	s := res.State
	d.user.profile, d.user.privacy = s.Profile, s.Privacy
	clear(d.user.blocked)
	clear(d.user.contacts)
	for _, c := range s.Contacts {
		d.user.contacts[c.Account] = c
	}
	d.user.personal = chat.PersonalLink{}
	if s.Personal != nil {
		d.user.personal = *s.Personal
	}
	for _, a := range s.Blocked {
		d.user.blocked[a] = true
	}
	clear(d.user.invited)
	for _, inv := range s.Invitations {
		d.user.invited[inv.Chat] = true
	}
	listed := make(map[chat.ChatID]bool)
	for _, row := range rows {
		listed[row.Chat.ID] = true
	}
	for id := range d.rooms {
		if !listed[id] {
			d.drop(id)
			delete(d.standing, id)
		}
	}
	d.userSeq, d.userPos = res.UserHead.Seq, max(d.userPos, res.Pos)
}

func (d *device) takeRow(res engine.SyncResult, row engine.ListRow) {
	id := row.Chat.ID
	d.stand(id, row.Me)
	if r := d.rooms[id]; r != nil {
		r.want = max(r.want, row.Head.Seq)
		r.dead = r.dead || row.Chat.Deleted
	}
	d.user.reads[id] = max(d.user.reads[id], row.Read.Seq)
	if res.Pos >= d.userPos {
		d.draft(id, row.Draft.Text)
	}
}

func (d *device) draft(id chat.ChatID, text string) {
	if text == "" {
		delete(d.user.drafts, id)
	} else {
		d.user.drafts[id] = text
	}
}

// stand takes a standing; of two the higher version wins.
func (d *device) stand(id chat.ChatID, m chat.Member) {
	if m.Version <= d.standing[id].Version {
		return
	}
	d.standing[id] = m
	delete(d.user.invited, id)
	if m.Role == chat.RoleInvited {
		d.user.invited[id] = true
	}
	r := d.rooms[id]
	switch {
	case !m.Role.Reads():
		d.drop(id)
	case r == nil || m.From > r.base+1: // what was seen before is hidden by now
		d.drop(id)
		r = &room{}
		if m.From > 0 {
			r.base = m.From - 1
			r.fold.Head = r.base
		}
		r.want = r.fold.Head + 1 // a chat that one is in has an entry
		d.rooms[id] = r
	}
}

// fetch reads a chat from the cursor on.
func (d *device) fetch(id chat.ChatID, r *room) {
	r.busy = true
	actor, after, limit := d.actor, r.fold.Head, 1+d.world.dice.IntN(40)
	d.world.ask(&request{
		what: "read", device: d,
		run: func(ctx context.Context, e *engine.Engine) any {
			h, err := e.Open(ctx, actor, id.Log(), chat.RightRead)
			if err != nil {
				return history{room: id, err: err}
			}
			res, err := h.Read(ctx, after, limit)
			return history{id, res, err}
		},
		done: func(res any) error {
			r.busy = false
			h, ok := res.(history)
			if !ok || h.err != nil {
				return d.unread(id, r, h.err)
			}
			r.want = max(r.want, h.result.Head.Seq)
			for _, it := range h.result.Items {
				if err := d.fold(id, it); err != nil {
					return err
				}
			}
			if len(h.result.Items) == 0 && d.rooms[id] == r {
				r.want = r.fold.Head
			}
			d.move()
			return nil
		},
	})
}

// unread deals with a chat that could not be read.
func (d *device) unread(id chat.ChatID, r *room, err error) error {
	switch chat.CodeOf(err) {
	case chat.CodeChatDeleted: // nothing more is read there, and nothing offered
		r.past = r.past || r.torn
		r.dead, r.torn = true, false
		d.world.judge.lostBy(d, func(wr *write) bool { return wr.room == id })
	case chat.CodeNotMember, chat.CodeBanned, chat.CodeForbidden:
		if d.rooms[id] == r { // what happened stands in the user log, which is on its way
			r.want = r.fold.Head
			d.due = true
		}
	}
	d.world.after(retryGap, "again", func() error { d.move(); return nil })
	return nil
}

// fold adds an item to a chat if it is the next one; one that comes too early shows that there are others.
func (d *device) fold(id chat.ChatID, it chat.Item) error {
	r := d.rooms[id]
	switch {
	case r == nil || r.torn || it.Seq <= r.fold.Head:
		return nil
	case it.Seq > r.fold.Head+1 && !d.world.cfg.Fault.DeafToGaps:
		r.want = max(r.want, it.Seq)
		return nil
	}
	rec, err := d.world.record(it)
	if err != nil {
		return err
	}
	r.fold = chat.Fold(r.fold, rec)
	r.want = max(r.want, it.Seq)
	if len(r.last) == 64 { // the first, to know the chat by, and the most recent
		r.last = slices.Delete(r.last, 1, 2)
	}
	r.last = append(r.last, engine.Sample{Seq: it.Seq, Chain: it.Chain})
	return nil
}

// record decodes an item for the fold.
func (w *world) record(it chat.Item) (chat.Record, error) {
	rec := chat.Record{Entry: it.Entry}
	decode := func(b []byte) (chat.Body, error) {
		if len(b) == 0 {
			return nil, nil
		}
		body, err := w.codec.Decode(it.Env.Kind, b)
		if err != nil {
			return nil, fmt.Errorf("I8: %s/%d: %w", it.Log, it.Seq, err)
		}
		return body, nil
	}
	var err error
	if rec.Body, err = decode(it.Body); err != nil {
		return rec, err
	}
	if o := it.Overlay; o != nil {
		rec.Version = &chat.Version{By: o.By, Edited: o.At, Redacted: o.Redacted}
		rec.Version.Now, err = decode(o.Body)
	}
	return rec, err
}

// pushed takes a hint.
func (d *device) pushed(entries []chat.Entry) {
	for _, e := range entries {
		switch e.Log.Kind() {
		case chat.UserLog:
			if e.Seq != d.userSeq+1 && !d.world.cfg.Fault.DeafToGaps {
				d.due = d.due || e.Seq > d.userSeq
				continue
			}
			if err := d.userEntry(e); err != nil {
				d.world.judge.report(err)
			}
		case chat.ChatLog:
			if d.rooms[e.Log.Chat()] == nil {
				d.due = true
				continue
			}
			if err := d.fold(e.Log.Chat(), chat.Item{Entry: e}); err != nil {
				d.world.judge.report(err)
			}
		}
	}
	d.move()
}

// userEntry folds the next entry of the account's log.
func (d *device) userEntry(e chat.Entry) error {
	if e.Seq != d.userSeq+1 {
		return nil
	}
	d.userSeq, d.userPos = e.Seq, max(d.userPos, e.Pos)
	var body chat.Body
	if len(e.Body) > 0 || e.Env.Kind == chat.KindPrivacy {
		var err error
		if body, err = d.world.codec.Decode(e.Env.Kind, e.Body); err != nil {
			return fmt.Errorf("I8: %s/%d: %w", e.Log, e.Seq, err)
		}
	}
	switch b := body.(type) {
	case *chat.MyChat:
		d.stand(b.Chat, b.Member)
	case *chat.ReadMark:
		d.user.reads[b.Chat] = max(d.user.reads[b.Chat], b.Seq)
	case *chat.DraftText:
		d.draft(b.Chat, b.Text)
	case *chat.Profile:
		d.user.profile = *b
	case *chat.Privacy:
		d.user.privacy = *b
	case *chat.Contact:
		d.user.contacts[b.Account] = *b
		if b.Removed {
			delete(d.user.contacts, b.Account)
		}
	case *chat.PersonalLink:
		d.user.personal = *b
	case *chat.Block:
		if b.Blocked {
			d.user.blocked[b.Account] = true
		} else {
			delete(d.user.blocked, b.Account)
		}
	}
	return nil
}
