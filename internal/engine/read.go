// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// Limits of one read.
const (
	maxRead    = 500
	maxPage    = 200
	maxGet     = 200
	maxSamples = 64
	maxChanges = 1000 // targets beyond which a client had better drop what it cached
	maxMembers = 200
)

// right is what reading the handle's log needs.
func (h *Handle) right() chat.Right {
	if h.log.Kind() == chat.StaffLog {
		return chat.RightStaff
	}
	return chat.RightRead
}

// floor is the last seq of the handle's log that the actor may not see.
func (h *Handle) floor() chat.Seq {
	if h.log.Kind() != chat.ChatLog {
		return 0
	}
	return floorOf(h.facts.Chat, h.facts.Actor)
}

// floorOf is the last seq of a chat that somebody may not see. Where history is hidden from new members it is
// hidden from passers-by as well: they have to join.
func floorOf(room chat.Chat, who chat.Member) chat.Seq {
	switch {
	case !who.Role.Reads() && room.HistoryHidden:
		return ^chat.Seq(0)
	case who.Role.Reads() && who.From > 0:
		return who.From - 1
	}
	return 0
}

// visible drops what is below the actor's floor and shows the rest, without what it tells of what is below.
func (h *Handle) visible(items []chat.Item) []chat.Item {
	floor := h.floor()
	items = slices.DeleteFunc(items, func(it chat.Item) bool { return it.Seq <= floor })
	for i := range items {
		items[i].Entry = items[i].Entry.Veiled(floor)
	}
	return shownItems(items, h.facts.Chat.Type)
}

func badLimit(field string) error {
	return &chat.Error{Code: chat.CodeBadRequest, Field: field, Text: "out of range"}
}

func tooMany(field string) error {
	return &chat.Error{Code: chat.CodeTooMany, Field: field, Text: "too many"}
}

// Read goes forward: items with seq > after, at most limit (1–500). The head is read after them: items that
// end below it are not all there are.
func (h *Handle) Read(ctx context.Context, after chat.Seq, limit int) (ReadResult, error) {
	if limit < 1 || limit > maxRead {
		return ReadResult{}, badLimit("limit")
	}
	if err := h.may(ctx, h.right()); err != nil {
		return ReadResult{}, fmt.Errorf("read %s: %w", h.log, err)
	}
	items, err := h.engine.store.Read(ctx, h.log, max(after, h.floor()), limit)
	if err != nil {
		return ReadResult{}, fmt.Errorf("read %s: %w", h.log, err)
	}
	head, err := h.headNow(ctx)
	if err != nil {
		return ReadResult{}, fmt.Errorf("read %s: %w", h.log, err)
	}
	return ReadResult{Items: h.visible(items), Head: head}, nil
}

// headNow returns the head of the handle's log after a read, and guards that read.
func (h *Handle) headNow(ctx context.Context) (chat.Head, error) {
	logs := []chat.LogID{h.log}
	if h.log.Kind() == chat.StaffLog {
		logs = append(logs, h.room.Log())
	}
	heads, err := h.engine.store.Heads(ctx, logs)
	if err != nil {
		return chat.Head{}, fmt.Errorf("head: %w", err)
	}
	return heads[0], h.guard(ctx, h.right(), heads[len(heads)-1])
}

// Page reads history.
func (h *Handle) Page(ctx context.Context, q PageQuery) (Page, error) {
	if q.Limit < 1 || q.Limit > maxPage {
		return Page{}, badLimit("limit")
	}
	if err := h.may(ctx, h.right()); err != nil {
		return Page{}, fmt.Errorf("page of %s: %w", h.log, err)
	}
	before, err := h.pageEnd(ctx, q)
	if err != nil {
		return Page{}, fmt.Errorf("page of %s: %w", h.log, err)
	}
	items, head, err := h.engine.store.Page(ctx, h.log, before, q.Limit)
	if err != nil {
		return Page{}, fmt.Errorf("page of %s: %w", h.log, err)
	}
	related, err := h.related(ctx, items)
	if err != nil {
		return Page{}, fmt.Errorf("page of %s: %w", h.log, err)
	}
	after := head
	if len(related) > 0 || h.log.Kind() == chat.StaffLog { // read later than the page
		if after, err = h.chatHead(ctx); err != nil {
			return Page{}, fmt.Errorf("page of %s: %w", h.log, err)
		}
	}
	if err := h.guard(ctx, h.right(), after); err != nil {
		return Page{}, fmt.Errorf("page of %s: %w", h.log, err)
	}
	page := Page{Items: h.visible(items), Head: head, Related: h.visible(related)}
	if page.PeerRead, err = h.peerRead(ctx); err != nil {
		return Page{}, fmt.Errorf("page of %s: %w", h.log, err)
	}
	return page, h.addTallies(ctx, page.Items)
}

func (h *Handle) chatHead(ctx context.Context) (chat.Head, error) {
	heads, err := h.engine.store.Heads(ctx, []chat.LogID{h.room.Log()})
	if err != nil {
		return chat.Head{}, fmt.Errorf("head: %w", err)
	}
	return heads[0], nil
}

// pageEnd turns a query into the seq the page ends before; 0: the end of the log.
func (h *Handle) pageEnd(ctx context.Context, q PageQuery) (chat.Seq, error) {
	around := q.Around
	switch {
	case q.Number != 0:
		seq, err := h.numbered(ctx, q.Number)
		if err != nil {
			return 0, err
		}
		around = seq
	case q.At != 0:
		first, err := h.engine.store.FirstAt(ctx, h.log, q.At)
		if err != nil {
			return 0, fmt.Errorf("first at: %w", err)
		}
		if first == 0 {
			return 0, nil // nothing that late: the end is nearest
		}
		return first + chat.Seq(q.Limit), nil
	}
	if around == 0 {
		return q.Before, nil
	}
	return around + chat.Seq(q.Limit/2) + 1, nil
}

// numbered finds a message by its number: the one it had where it came from, or its seq and the chat's base.
// SYNC-6
func (h *Handle) numbered(ctx context.Context, number int64) (chat.Seq, error) {
	if h.facts.Chat.Imported {
		found, err := h.engine.store.Source(ctx, h.room, []int64{number})
		if err != nil {
			return 0, fmt.Errorf("source: %w", err)
		}
		if s, ok := found[number]; ok {
			return s.Seq, nil
		}
	}
	seq := number - h.facts.Chat.NumberBase
	if seq < 1 || seq > int64(^chat.Seq(0)) {
		return 0, &chat.Error{Code: chat.CodeNotFound, Field: "number", Text: "no message of that number"}
	}
	return chat.Seq(seq), nil
}

// related returns what the items reply to, where that is outside them.
func (h *Handle) related(ctx context.Context, items []chat.Item) ([]chat.Item, error) {
	if h.log.Kind() != chat.ChatLog || len(items) == 0 {
		return nil, nil
	}
	first, last := items[0].Seq, items[len(items)-1].Seq
	var want []chat.Seq
	for _, it := range items {
		if it.Env.Kind != chat.KindMessage {
			continue
		}
		body, err := h.engine.bodyOf(it)
		if err != nil {
			return nil, err
		}
		m, ok := body.(*chat.Message)
		if !ok || m.Reply == nil || m.Reply.Seq == 0 {
			continue
		}
		if s := m.Reply.Seq; (s < first || s > last) && !slices.Contains(want, s) {
			want = append(want, s)
		}
	}
	if len(want) == 0 {
		return nil, nil
	}
	found, err := h.engine.store.Get(ctx, h.log, want)
	if err != nil {
		return nil, fmt.Errorf("related: %w", err)
	}
	return found, nil
}

// peerRead is how far others have read, where the actor shows the same of itself.
func (h *Handle) peerRead(ctx context.Context) (chat.Seq, error) {
	if h.log.Kind() != chat.ChatLog || !ticked(h.facts.Chat) || !h.facts.Actor.Role.In() {
		return 0, nil
	}
	hides, err := h.engine.privacyOf(ctx, h.actor.Account)
	if err != nil || hides.HideReads {
		return 0, err
	}
	seq, err := h.engine.store.PeerTick(ctx, h.room, h.actor.Account)
	if err != nil {
		return 0, fmt.Errorf("peer tick: %w", err)
	}
	return seq, nil
}

// addTallies puts the running counts beside the items.
func (h *Handle) addTallies(ctx context.Context, items []chat.Item) error {
	if h.log.Kind() != chat.ChatLog {
		return nil
	}
	var seqs []chat.Seq
	for _, it := range items {
		if it.Env.Kind == chat.KindMessage {
			seqs = append(seqs, it.Seq)
		}
	}
	if len(seqs) == 0 {
		return nil
	}
	tallies, err := h.engine.store.Tallies(ctx, h.log, seqs, h.actor.Account)
	if err != nil {
		return fmt.Errorf("tallies of %s: %w", h.log, err)
	}
	bySeq := make(map[chat.Seq]*chat.Tally, len(tallies))
	for i := range tallies {
		bySeq[tallies[i].Seq] = &tallies[i]
	}
	for i := range items {
		items[i].Tally = bySeq[items[i].Seq]
	}
	return nil
}

// Get returns the items of the given seqs (at most 200) that exist and that the actor may see, ascending.
func (h *Handle) Get(ctx context.Context, seqs []chat.Seq) ([]chat.Item, error) {
	if len(seqs) > maxGet {
		return nil, tooMany("seqs")
	}
	var items []chat.Item
	err := h.guarded(ctx, h.right(), func() (err error) {
		items, err = h.engine.store.Get(ctx, h.log, seqs)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get of %s: %w", h.log, err)
	}
	return h.visible(items), nil
}

// Changes names what a client that cached pages as of a seq has to fetch again.
func (h *Handle) Changes(ctx context.Context, after chat.Seq) (Changes, error) {
	if err := h.may(ctx, h.right()); err != nil {
		return Changes{}, fmt.Errorf("changes of %s: %w", h.log, err)
	}
	// The head comes first: what is superseded after it is named now and again by the next call.
	head, err := h.headNow(ctx)
	if err != nil {
		return Changes{}, fmt.Errorf("changes of %s: %w", h.log, err)
	}
	targets, err := h.engine.store.Changes(ctx, h.log, after, maxChanges)
	if err != nil {
		return Changes{}, fmt.Errorf("changes of %s: %w", h.log, err)
	}
	if len(targets) > maxChanges {
		return Changes{Drop: true, Head: head}, nil
	}
	return Changes{Targets: h.above(targets), Head: head}, nil
}

// Common returns the greatest sample that is an entry of this log with the same chain; 0: none. At most 64.
func (h *Handle) Common(ctx context.Context, samples []Sample) (chat.Seq, error) {
	if len(samples) > maxSamples {
		return 0, tooMany("samples")
	}
	seqs := make([]chat.Seq, len(samples))
	chains := make(map[chat.Seq]chat.Chain, len(samples))
	for i, s := range samples {
		seqs[i], chains[s.Seq] = s.Seq, s.Chain
	}
	items, err := h.Get(ctx, seqs)
	if err != nil {
		return 0, fmt.Errorf("common: %w", err)
	}
	var last chat.Seq
	for _, it := range items {
		if it.Chain == chains[it.Seq] {
			last = max(last, it.Seq)
		}
	}
	return last, nil
}

// Row returns the chat as a row of the actor's list. To somebody who is not in it the row shows what may be
// seen before joining: settings and, where the chat can be read, its head.
func (h *Handle) Row(ctx context.Context) (ListRow, error) {
	var row ListRow
	err := h.guarded(ctx, chat.RightRead, func() error {
		found, ok, err := h.engine.ownRow(ctx, h.actor.Account, h.room)
		if err != nil || ok {
			row = found
			return err
		}
		row = ListRow{Chat: h.facts.Chat, Me: h.facts.Actor}
		if row.Head, err = h.chatHead(ctx); err != nil {
			return err
		}
		row.Pinned, err = h.engine.store.Pinned(ctx, h.room, ListPins)
		return err
	})
	if err != nil {
		return ListRow{}, fmt.Errorf("row of %s: %w", h.log, err)
	}
	hides, err := h.engine.privacyOf(ctx, h.actor.Account)
	if err != nil {
		return ListRow{}, err
	}
	rows := []ListRow{shownRow(row)}
	if hides.HideReads {
		rows[0].PeerRead = 0
	}
	if err := h.engine.awaited(ctx, h.actor.Account, rows); err != nil {
		return ListRow{}, fmt.Errorf("row of %s: %w", h.log, err)
	}
	return rows[0], nil
}

// LastSent is when the actor last wrote in the chat, as slow mode counts it; 0 where it is off. ROOM-1
func (h *Handle) LastSent(ctx context.Context) (chat.Millis, error) {
	f, err := h.engine.freshFacts(ctx, h.room, h.actor.Account, 0)
	return f.LastSent, err
}
