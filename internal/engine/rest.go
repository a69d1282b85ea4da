// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// rest is for how long a name rests yet for who would take it; 0: not at all.
func (r Rested) rest(now chat.Millis) chat.Millis {
	if r.At == 0 {
		return 0
	}
	return max(0, r.At+NameRests-now)
}

func resting(wait chat.Millis) error {
	return &chat.Error{Code: chat.CodeNameResting, Field: "name", Retry: wait,
		Text: "the name was given up a short time ago"}
}

// wake refuses a command a name that rests, unless its actor gave it up, or it was theirs or this chat's.
// What is decided is conditioned on what rests: who waits for a name to be given up gets it no sooner.
// Nothing is asked of who keeps the name they have: that it is theirs yet is told by the facts of the chat or
// the head of the user log, on which what they do is conditioned.
//
// NAME-1
func (e *Engine) wake(ctx context.Context, r request, f chat.Facts, p *plan) error {
	name := chat.FoldName(claims(r.cmd))
	owner, has := claimant(r, f)
	if name == "" || name == chat.FoldName(has) {
		return nil
	}
	look := chat.Skeleton(name)
	row, err := e.store.Rested(ctx, look)
	if err != nil {
		return fmt.Errorf("rested: %w", err)
	}
	own := row.Account != 0 && row.Account == r.actor.Account || row.By != 0 && row.By == r.actor.Account ||
		row.Chat != 0 && row.Chat == r.room
	if wait := row.rest(e.now()); wait > 0 && !own {
		return resting(wait)
	}
	p.batch.Cond = append(p.batch.Cond, Cond{Kind: CondRested, Name: look, Value: uint64(row.Pos)})
	if owner == (Owner{}) || row.Owner == owner && row.rest(e.now()) > 0 {
		return nil // a new chat gave nothing up; and who takes its own back keeps no more than before
	}
	return e.fewRest(ctx, owner)
}

// claimant is whose the name that a command claims would be, and which they have; the zero Owner for a chat
// that is not there yet.
func claimant(r request, f chat.Facts) (of Owner, has string) {
	switch r.cmd.(type) {
	case chat.SetProfile:
		return Owner{Account: r.actor.Account}, f.Me.Profile.Username
	case chat.SetInfo:
		return Owner{Chat: r.room}, f.Chat.Name
	}
	return Owner{}, ""
}

// fewRest refuses an owner of whose names many rest another one. None of them is freed for it: who stole an
// account would take names until the one that everybody knows is free for an account of their own. What is
// decided is conditioned on the facts of the chat or the head of the user log, which every name moves on.
//
// NAME-1
func (e *Engine) fewRest(ctx context.Context, owner Owner) error {
	list, err := e.store.GivenUp(ctx, owner)
	if err != nil {
		return fmt.Errorf("given up: %w", err)
	}
	var waits []chat.Millis
	for _, row := range list {
		if wait := row.rest(e.now()); wait > 0 {
			waits = append(waits, wait)
		}
	}
	if len(waits) < MaxRested {
		return nil
	}
	slices.Sort(waits)
	return &chat.Error{Code: chat.CodeNameTooOften, Field: "name", Retry: waits[len(waits)-MaxRested],
		Text: fmt.Sprintf("%d names were given up within 30 days", len(waits))}
}
