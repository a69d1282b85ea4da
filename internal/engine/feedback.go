// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
)

// FeedbackItem is feedback with how it stands. Who gave it is not in it.
type FeedbackItem struct {
	Number  chat.Seq
	At      chat.Millis
	Given   chat.Feedback
	State   chat.FeedbackState
	Changed chat.Millis // when the state was last said; 0: never
	Votes   int         // accounts that voted for it
	Mine    bool        // the one that asks does
}

// board is the feedback of the server log, folded in memory: there is little of it, and a reader that keeps
// its cursor needs no table.
type board struct {
	mu    sync.Mutex
	read  chat.Seq
	items map[chat.Seq]*FeedbackItem
	order []chat.Seq
	by    map[chat.AccountID][]chat.Millis // when each account gave some, the last MaxFeedbackADay
	votes map[chat.Seq]map[chat.AccountID]bool
	voted map[chat.AccountID][]chat.Millis // when each account voted, the last MaxVotesADay
}

// catch reads what was added to the server log. The caller holds the lock.
func (b *board) catch(ctx context.Context, e *Engine) error {
	if b.items == nil {
		b.items, b.by = map[chat.Seq]*FeedbackItem{}, map[chat.AccountID][]chat.Millis{}
		b.votes, b.voted = map[chat.Seq]map[chat.AccountID]bool{}, map[chat.AccountID][]chat.Millis{}
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
	switch entry.Env.Kind {
	case chat.KindFeedbackVote, chat.KindFeedbackUnvote:
		b.vote(entry)
		return nil
	case chat.KindFeedback, chat.KindFeedbackState:
	default:
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
		remember(b.by, entry, chat.MaxFeedbackADay)
	case *chat.FeedbackState:
		if item := b.items[entry.Env.Target]; item != nil {
			item.State, item.Changed = *body, entry.At
		}
	}
	return nil
}

// vote counts an account once, however often it says so.
func (b *board) vote(entry chat.Entry) {
	remember(b.voted, entry, chat.MaxVotesADay)
	if b.items[entry.Env.Target] == nil {
		return
	}
	if entry.Env.Kind == chat.KindFeedbackUnvote {
		delete(b.votes[entry.Env.Target], entry.Author)
		return
	}
	if b.votes[entry.Env.Target] == nil {
		b.votes[entry.Env.Target] = map[chat.AccountID]bool{}
	}
	b.votes[entry.Env.Target][entry.Author] = true
}

// remember keeps the last n times at which an account wrote something.
func remember(times map[chat.AccountID][]chat.Millis, entry chat.Entry, n int) {
	all := append(times[entry.Author], entry.At)
	times[entry.Author] = all[max(0, len(all)-n):]
}

// today counts the times of the last day, and tells when the first of them is a day old.
func today(times []chat.Millis, now chat.Millis) (day uint32, free chat.Millis) {
	for _, at := range times {
		if at > now-dayMillis {
			if day++; free == 0 {
				free = at + dayMillis
			}
		}
	}
	return day, free
}

// GiveFeedback stores what somebody says about the app. The receipt's seq is its number.
func (e *Engine) GiveFeedback(ctx context.Context, actor chat.Actor, f chat.Feedback, key chat.Key) (
	Receipt, error) {
	return e.write(ctx, request{actor: actor, cmd: chat.GiveFeedback{Feedback: f}, key: key})
}

// fillBoard counts what the actor gave, or voted, before. It is read after the head that the write depends
// on.
func (e *Engine) fillBoard(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) error {
	e.board.mu.Lock()
	defer e.board.mu.Unlock()
	if err := e.board.catch(ctx, e); err != nil {
		return fmt.Errorf("feedback: %w", err)
	}
	times := e.board.by
	if c, ok := r.cmd.(chat.VoteFeedback); ok {
		times = e.board.voted
		if item := e.board.items[c.Target]; item != nil {
			f.Board.Public, f.Board.Voted = item.State.Title != "", e.board.votes[c.Target][r.actor.Account]
		}
	}
	f.Board.Day, f.Board.Free = today(times[r.actor.Account], e.now())
	return nil
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

// VoteFeedback says that the actor wants something of the public list too, or not any more. Who did is in the
// server log alone, so that each account counts once.
//
// FB-4
func (e *Engine) VoteFeedback(ctx context.Context, actor chat.Actor, number chat.Seq, withdraw bool,
	key chat.Key) (Receipt, error) {
	cmd := chat.VoteFeedback{Target: number, Withdraw: withdraw}
	return e.write(ctx, request{actor: actor, cmd: cmd, key: key})
}

// Feedback lists all of it, the newest first, for operators.
func (e *Engine) Feedback(ctx context.Context, actor chat.Actor) ([]FeedbackItem, error) {
	if _, err := e.Open(ctx, actor, chat.ServerLog.ID(0), chat.RightRead); err != nil {
		return nil, err
	}
	return e.feedback(ctx, 0, func(FeedbackItem) bool { return true })
}

// PublicFeedback lists what operators have published, the newest first: their words, without what was said to
// them, and how many want it too. The zero actor is anybody.
func (e *Engine) PublicFeedback(ctx context.Context, actor chat.Actor) ([]FeedbackItem, error) {
	list, err := e.feedback(ctx, actor.Account, func(i FeedbackItem) bool { return i.State.Title != "" })
	for i := range list {
		list[i].Given = chat.Feedback{Category: list[i].Given.Category}
	}
	return list, err
}

func (e *Engine) feedback(ctx context.Context, who chat.AccountID, wanted func(FeedbackItem) bool) (
	[]FeedbackItem, error) {
	e.board.mu.Lock()
	defer e.board.mu.Unlock()
	if err := e.board.catch(ctx, e); err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	var out []FeedbackItem
	for i := len(e.board.order) - 1; i >= 0; i-- {
		number := e.board.order[i]
		if item := *e.board.items[number]; wanted(item) {
			votes := e.board.votes[number]
			item.Votes, item.Mine = len(votes), votes[who]
			out = append(out, item)
		}
	}
	return out, nil
}

// ServerActor is the server's own hand, for the console.
func ServerActor() chat.Actor { return server(chat.Actor{}) }
