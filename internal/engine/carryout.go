// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// carryOut does what follows from a stored decision outside the logs. Doing it again changes nothing, even
// where the decision was taken back since: what holds is what the decisions that stand imply together. It
// goes on where whoever asked is gone, for the decision was told already.
func (e *Engine) carryOut(ctx context.Context, number chat.Seq) error {
	ctx = context.WithoutCancel(ctx)
	items, err := e.store.Get(ctx, chat.ServerLog.ID(0), []chat.Seq{number})
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	if len(items) != 1 {
		return chat.Errorf(chat.CodeNotFound, "no such decision")
	}
	body, err := e.bodyOf(items[0])
	if err != nil {
		return err
	}
	d, ok := body.(*chat.Decision)
	if !ok {
		return chat.Errorf(chat.CodeConflict, "the key was used for another write")
	}
	if d.Act == chat.ActDismiss || d.Account == 0 {
		return nil
	}
	was := *d
	if d.Reversed != 0 {
		if was, err = e.decisionAt(ctx, d.Reversed); err != nil {
			return err
		}
	}
	if was.Act == chat.ActSuspend && d.Act != chat.ActUphold {
		if err := e.settle(ctx, d.Account); err != nil {
			return err
		}
	}
	key := chat.NamedKey(items[0].At, fmt.Sprintf("decision %d", number))
	if _, err = e.Tell(ctx, d.Account, judgement(number, *d, was), key); err != nil || d.Act != chat.ActReverse {
		return err
	}
	return e.giveBack(ctx, was, key)
}

// settle suspends an account, or lifts that, as the decisions that stand imply: for the reason of the latest.
// It looks again after it did so, that of two decisions at the same time neither undoes the other.
func (e *Engine) settle(ctx context.Context, account chat.AccountID) error {
	for try := 0; ; try++ {
		stands, _, err := e.Suspension(ctx, account)
		if err == nil {
			err = e.cfg.Suspend(ctx, account, stands.Reason)
		}
		if err != nil && (chat.CodeOf(err) != chat.CodeConflict || try == openTries) {
			return err
		}
		now, _, again := e.Suspension(ctx, account)
		if again != nil || err == nil && now.Reason == stands.Reason {
			return again
		}
	}
}

// decisionAt reads a decision; the zero one if there is none.
func (e *Engine) decisionAt(ctx context.Context, number chat.Seq) (chat.Decision, error) {
	items, err := e.store.Get(ctx, chat.ServerLog.ID(0), []chat.Seq{number})
	if err != nil || len(items) == 0 {
		return chat.Decision{}, err
	}
	body, err := e.bodyOf(items[0])
	if d, ok := body.(*chat.Decision); ok {
		return *d, err
	}
	return chat.Decision{}, err
}

// giveBack tells the author of messages that were taken down without cause what they said: they are deleted,
// and whether they are written again is the author's affair.
func (e *Engine) giveBack(ctx context.Context, was chat.Decision, key chat.Key) error {
	if len(was.Seqs) == 0 || len(was.Reports) == 0 {
		return nil
	}
	views, err := e.views(ctx, ReportQuery{Log: chat.ServerLog.ID(0), Seqs: was.Reports})
	if err != nil {
		return err
	}
	given, err := e.downStill(ctx, was)
	if err != nil {
		return err
	}
	for _, v := range views {
		for _, m := range v.Body.Revealed {
			if v.Chat != was.Chat || given[m.Seq] || !slices.Contains(was.Seqs, m.Seq) {
				continue
			}
			given[m.Seq] = true
			body, err := e.codec.Decode(chat.KindMessage, m.Body)
			if err != nil {
				return fmt.Errorf("decode what was revealed: %w", err)
			}
			msg, ok := body.(*chat.Message)
			if !ok || msg.Text == "" {
				continue
			}
			back := chat.Tell{Text: msg.Text, Wording: chat.Wording{Code: ToldReturned}, Silent: true}
			again := chat.NamedKey(key.Made(), fmt.Sprintf("%x %d", key, m.Seq))
			if _, err := e.Tell(ctx, was.Account, back, again); err != nil {
				return err
			}
		}
	}
	return nil
}

// downStill are messages of a chat that other decisions, which stand, took down of the same account: a
// message may be named by two of them.
func (e *Engine) downStill(ctx context.Context, was chat.Decision) (map[chat.Seq]bool, error) {
	q := DecisionQuery{Account: was.Account, Standing: chat.ActTakeDown, Limit: maxCases}
	stand, err := e.store.Decisions(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("decisions: %w", err)
	}
	still := map[chat.Seq]bool{}
	for _, d := range stand {
		if d.Chat != was.Chat {
			continue
		}
		other, err := e.decisionAt(ctx, d.Decision)
		if err != nil {
			return nil, err
		}
		for _, seq := range other.Seqs {
			still[seq] = true
		}
	}
	return still, nil
}
