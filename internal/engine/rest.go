// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// nameRests is for how long a name that was given up is nobody else's, nor one that looks like it: links and
// mentions lead nowhere meanwhile, and never to an impostor.
const nameRests = chat.Millis(30 * 24 * time.Hour / time.Millisecond)

// rest is for how long a name rests yet for who would take it; 0: not at all.
func (r Rested) rest(now chat.Millis) chat.Millis {
	if r.At == 0 {
		return 0
	}
	return max(0, r.At+nameRests-now)
}

func resting(wait chat.Millis) error {
	return &chat.Error{Code: chat.CodeNameResting, Field: "name", Retry: wait,
		Text: "the name was given up a short time ago"}
}

// wake refuses a command a name that rests, unless its actor gave it up, or it was theirs or this chat's.
// What is decided is conditioned on what rests: who waits for a name to be given up gets it no sooner.
//
// NAME-1
func (e *Engine) wake(ctx context.Context, r request, p *plan) error {
	name := chat.FoldName(claims(r.cmd))
	if name == "" {
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
	return nil
}
