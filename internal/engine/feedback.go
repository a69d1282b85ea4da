// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// FeedbackItem is feedback with how it stands. Who gave it is not in it.
type FeedbackItem struct {
	Number  chat.Seq
	At      chat.Millis
	Given   chat.Feedback
	State   chat.FeedbackState
	Changed chat.Millis // when the state was last said; 0: never
}

// board is the feedback of the server log, folded in memory: there is little of it, and a reader that keeps
// its cursor needs no table.
type board struct {
	mu    sync.Mutex
	read  chat.Seq
	items map[chat.Seq]*FeedbackItem
	order []chat.Seq
	by    map[chat.AccountID][]chat.Millis // when each account gave some, the last MaxFeedbackADay
}

// catch reads what was added to the server log. The caller holds the lock.
func (b *board) catch(ctx context.Context, e *Engine) error {
	if b.items == nil {
		b.items, b.by = map[chat.Seq]*FeedbackItem{}, map[chat.AccountID][]chat.Millis{}
	}
	for {
		entries, err := e.store.Read(ctx, chat.ServerLog.ID(0), b.read, quotaChunk)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, entry := range entries {
			if err := b.add(e, entry.Entry); err != nil {
				return err
			}
			b.read = entry.Seq
		}
	}
}

func (b *board) add(e *Engine, entry chat.Entry) error {
	if k := entry.Env.Kind; k != chat.KindFeedback && k != chat.KindFeedbackState {
		return nil
	}
	body, err := e.codec.Decode(entry.Env.Kind, entry.Body)
	if err != nil {
		return fmt.Errorf("feedback %d: %w", entry.Seq, err)
	}
	switch body := body.(type) {
	case *chat.Feedback:
		b.items[entry.Seq] = &FeedbackItem{Number: entry.Seq, At: entry.At, Given: *body,
			State: chat.FeedbackState{Status: chat.FeedbackStatuses()[0]}}
		b.order = append(b.order, entry.Seq)
		times := append(b.by[entry.Author], entry.At)
		b.by[entry.Author] = times[max(0, len(times)-chat.MaxFeedbackADay):]
	case *chat.FeedbackState:
		if item := b.items[entry.Env.Target]; item != nil {
			item.State, item.Changed = *body, entry.At
		}
	}
	return nil
}

// GiveFeedback stores what somebody says about the app. The receipt's seq is its number.
func (e *Engine) GiveFeedback(ctx context.Context, actor chat.Actor, f chat.Feedback, key chat.Key) (
	Receipt, error) {
	cmd := chat.GiveFeedback{Feedback: f}
	e.board.mu.Lock()
	err := e.board.catch(ctx, e)
	dayAgo := e.now() - chat.Millis(24*time.Hour/time.Millisecond)
	for _, at := range e.board.by[actor.Account] {
		if at > dayAgo {
			if cmd.Day++; cmd.Free == 0 {
				cmd.Free = at + chat.Millis(24*time.Hour/time.Millisecond)
			}
		}
	}
	e.board.mu.Unlock()
	if err != nil {
		return Receipt{}, fmt.Errorf("give feedback: %w", err)
	}
	return e.write(ctx, request{actor: actor, cmd: cmd, key: key})
}

// SetFeedback says how feedback stands.
func (e *Engine) SetFeedback(ctx context.Context, actor chat.Actor, number chat.Seq, s chat.FeedbackState,
	key chat.Key) (Receipt, error) {
	e.board.mu.Lock()
	err := e.board.catch(ctx, e)
	known := e.board.items[number] != nil
	e.board.mu.Unlock()
	if err != nil {
		return Receipt{}, fmt.Errorf("set feedback: %w", err)
	}
	cmd := chat.SetFeedback{Target: number, Known: known, State: s}
	return e.write(ctx, request{actor: actor, cmd: cmd, key: key})
}

// Feedback lists all of it, the newest first, for operators.
func (e *Engine) Feedback(ctx context.Context, actor chat.Actor) ([]FeedbackItem, error) {
	if _, err := e.Open(ctx, actor, chat.ServerLog.ID(0), chat.RightRead); err != nil {
		return nil, err
	}
	return e.feedback(ctx, func(FeedbackItem) bool { return true })
}

// PublicFeedback lists what operators have published, the newest first: their words, without what was said to
// them.
func (e *Engine) PublicFeedback(ctx context.Context) ([]FeedbackItem, error) {
	list, err := e.feedback(ctx, func(i FeedbackItem) bool { return i.State.Title != "" })
	for i := range list {
		list[i].Given = chat.Feedback{Category: list[i].Given.Category}
	}
	return list, err
}

func (e *Engine) feedback(ctx context.Context, wanted func(FeedbackItem) bool) ([]FeedbackItem, error) {
	e.board.mu.Lock()
	defer e.board.mu.Unlock()
	if err := e.board.catch(ctx, e); err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	var out []FeedbackItem
	for i := len(e.board.order) - 1; i >= 0; i-- {
		if item := *e.board.items[e.board.order[i]]; wanted(item) {
			out = append(out, item)
		}
	}
	return out, nil
}

// ServerActor is the server's own hand, for the console.
func ServerActor() chat.Actor { return server(chat.Actor{}) }
