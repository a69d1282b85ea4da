// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// Head returns where the handle's log stands.
func (h *Handle) Head(ctx context.Context) (chat.Head, error) {
	if err := h.may(ctx, h.right()); err != nil {
		return chat.Head{}, fmt.Errorf("head of %s: %w", h.log, err)
	}
	return h.headNow(ctx)
}

// Sources returns which entries the numbers of an imported history are bound to; for the server's own hand.
func (h *Handle) Sources(ctx context.Context, numbers []int64) (map[int64]Source, error) {
	if !h.actor.Server {
		return nil, chat.Errorf(chat.CodeForbidden, "only the server itself imports")
	}
	found, err := h.engine.store.Source(ctx, h.room, numbers)
	if err != nil {
		return nil, fmt.Errorf("sources of %s: %w", h.log, err)
	}
	return found, nil
}

// Import appends lines of an imported history in one batch if the log still stands at head: then line i has
// the place head+1+i. Otherwise it fails with chat.CodeConflict and writes nothing.
func (h *Handle) Import(ctx context.Context, head chat.Seq, lines []chat.Import) error {
	if len(lines) == 0 {
		return nil
	}
	if err := h.engine.cfg.Full(); err != nil {
		return fmt.Errorf("import into %s: %w", h.log, err)
	}
	r := request{actor: h.actor, room: h.room}
	if err := h.engine.checkKey(&r); err != nil {
		return fmt.Errorf("import into %s: %w", h.log, err)
	}
	p, err := h.engine.decideLines(ctx, r, head, lines)
	if err != nil {
		return fmt.Errorf("import into %s: %w", h.log, err)
	}
	done := make(chan Result, 1)
	if err := h.engine.committer.submit(ctx, &job{plan: p, finish: func(r Result) { done <- r }}); err != nil {
		return fmt.Errorf("import into %s: %w", h.log, err)
	}
	// Once handed in, a batch goes its way; whoever stops waiting may import again, which doubles nothing.
	select {
	case res := <-done:
		if res.Err != nil {
			return fmt.Errorf("import into %s: %w", h.log, res.Err)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// decideLines makes one plan of many lines, decided upon the same facts.
func (e *Engine) decideLines(ctx context.Context, r request, head chat.Seq, lines []chat.Import) (
	plan, error) {
	f, err := e.freshFacts(ctx, r.room, r.actor.Account, 0)
	if err != nil {
		return plan{}, err
	}
	p := plan{kind: f.Chat.Type, batch: Batch{Device: r.actor.Device, Key: r.key, Cond: []Cond{
		{Kind: CondFacts, Log: r.room.Log(), Value: f.Chat.Facts},
		{Kind: CondHead, Log: r.room.Log(), Value: uint64(head)},
	}}}
	for _, line := range lines {
		f := f
		if err := e.fill(ctx, r, chat.NeedsOf(f.Chat, r.actor.Account, line), &f); err != nil {
			return plan{}, err
		}
		events, err := chat.Decide(f, r.actor, line, e.now())
		if err != nil {
			return plan{}, err
		}
		if len(events) != 1 {
			return plan{}, chat.Errorf(chat.CodeInternal, "a line became %d entries", len(events))
		}
		if err := e.addEvents(&p, events); err != nil {
			return plan{}, err
		}
	}
	return p, nil
}

// addEvents encodes events into drafts, each once (I8).
func (e *Engine) addEvents(p *plan, events []chat.Event) error {
	for _, ev := range events {
		d := chat.Draft{Log: ev.Log, At: ev.At, Author: ev.Author, Env: ev.Env}
		if ev.Body != nil {
			body, err := e.codec.Encode(ev.Body)
			if err != nil {
				return fmt.Errorf("encode kind %d: %w", ev.Env.Kind, err)
			}
			d.Body = body
		}
		d.Changes = chat.Project(ev.Entry(), ev.Body)
		p.batch.Entries = append(p.batch.Entries, d)
		p.bumps = p.bumps || slices.ContainsFunc(d.Changes, func(c chat.Change) bool {
			_, ok := c.(chat.FactsBumped)
			return ok
		})
	}
	return nil
}
