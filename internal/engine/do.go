// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// A key is good from a day before its time, which a client's clock may be wrong by, for 30 days. It is
// remembered a little longer, so that it is refused by its age before it is forgotten (I3).
const (
	keyLife   = chat.Millis(30 * 24 * time.Hour / time.Millisecond)
	keyMargin = chat.Millis(24 * time.Hour / time.Millisecond)
)

// Receipt acknowledges an append: the entry is on disk at this place (I1). Seq 0 says that it was so
// already and that nothing had to be written.
type Receipt struct {
	Log      chat.LogID
	Seq      chat.Seq
	Ord      chat.Ord
	Pos      chat.Pos
	At       chat.Millis
	Chain    chat.Chain
	Repeated bool // the same key was stored before; this is its place
}

func receiptOf(e chat.Entry, repeated bool) Receipt {
	return Receipt{
		Log: e.Log, Seq: e.Seq, Ord: e.Ord, Pos: e.Pos, At: e.At, Chain: e.Chain, Repeated: repeated,
	}
}

// request is one command on its way through the engine.
type request struct {
	actor chat.Actor
	room  chat.ChatID // 0 for commands about the account itself
	cmd   chat.Command
	key   chat.Key
	// introduced is somebody to whom the actor was led by their personal link; 0 nobody.
	introduced chat.AccountID
}

// Pending is a command that was accepted for the next commit, or has its answer already. Commands that one
// goroutine begins one after the other are stored in that order.
type Pending struct {
	flight *flight
	joined bool // another call with the same key came first
}

// Wait returns the receipt once the command is durable, or why nothing was stored. If ctx ends first the
// command goes its way all the same, and asking again with the same key tells what became of it.
func (p *Pending) Wait(ctx context.Context) (Receipt, error) {
	select {
	case <-p.flight.done:
	case <-ctx.Done():
		return Receipt{}, fmt.Errorf("wait for commit: %w", ctx.Err())
	}
	r := p.flight.receipt
	r.Repeated = r.Repeated || p.joined && r.Seq != 0
	return r, p.flight.err
}

// Do decides a command and stores what it becomes; when it returns a receipt, that is durable. The key is
// looked up before rights and rules have their say (I3): who retries learns that it was stored, whatever has
// happened since. A refusal is a *chat.Error, and nothing was stored; but CodeUnavailable may mean that
// nobody knows, and then the same key finds out.
func (h *Handle) Do(ctx context.Context, cmd chat.Command, key chat.Key) (Receipt, error) {
	p, err := h.Begin(ctx, cmd, key)
	if err != nil {
		return Receipt{}, err
	}
	return p.Wait(ctx)
}

// Begin is Do without the wait: for a connection that sends one command after the other and answers each
// when it is durable. It waits for room in the queue (I11).
func (h *Handle) Begin(ctx context.Context, cmd chat.Command, key chat.Key) (*Pending, error) {
	return h.engine.begin(ctx, request{actor: h.actor, room: h.room, cmd: cmd, key: key})
}

func (e *Engine) begin(ctx context.Context, r request) (*Pending, error) {
	if err := e.checkKey(&r); err != nil {
		return nil, err
	}
	f, first := e.flights.join(keyID{r.actor.Device, r.key})
	if !first {
		return &Pending{flight: f, joined: true}, nil
	}
	var p plan
	var err error
	if r.cmd, err = e.mentionable(ctx, r.room, r.cmd); err == nil {
		p, err = e.decide(ctx, r)
	}
	if err == nil && len(p.batch.Entries) > 0 {
		err = e.roomFor(r)
	}
	if err == nil {
		p, err = e.slowed(ctx, r, f, p, true)
	}
	if err != nil || len(p.batch.Entries) == 0 {
		e.flights.land(f, e.repeated(ctx, r, err))
		return &Pending{flight: f}, nil
	}
	j := &job{
		plan: p,
		again: func(ctx context.Context) (plan, error) {
			p, err := e.decideFresh(ctx, r)
			if err != nil {
				return p, err
			}
			return e.slowed(ctx, r, f, p, false)
		},
		finish: func(res Result) {
			if res.Err == nil && !res.Repeated && !r.actor.Server {
				e.quota.note(r.actor.Account, res.Entries)
			}
			if room := e.acceptedIn(r.actor.Account, res.Entries); room != 0 {
				e.reads.accepted(r.actor.Account, room)
			}
			e.flights.land(f, landing(r, res))
		},
	}
	if err := e.committer.submit(ctx, j); err != nil {
		e.flights.land(f, landed{err: err})
		return nil, err
	}
	return &Pending{flight: f}, nil
}

// roomFor refuses what would take room where little is left. What the server itself notes, such as that a
// device was signed out, goes on.
func (e *Engine) roomFor(r request) error {
	if r.actor.Server || spares(r.cmd) {
		return nil
	}
	if err := e.cfg.Full(); err != nil {
		return err
	}
	return e.quota.check(r.actor.Account)
}

// spares reports whether a command goes on while the disk is nearly full: it belongs to reading, it frees
// room, or it keeps somebody away.
func spares(cmd chat.Command) bool {
	switch cmd := cmd.(type) {
	case chat.MarkRead, chat.Delete, chat.DeleteChat, chat.Leave, chat.RevokeLink, chat.SetMember,
		chat.RemovePhoto, chat.SetBlock, chat.SetPrivacy, chat.CloseReport, chat.Judge, chat.FileAppeal:
		return true
	case chat.AnswerInvitation:
		return !cmd.Accept
	case chat.AnswerOffer:
		return !cmd.Accept
	case chat.SetDraft:
		return cmd.Text == ""
	case chat.SetContact:
		return cmd.Remove
	case chat.SetPersonal:
		return cmd.Token == ""
	}
	return false
}

// slowed lets a plan that slow mode binds through if nothing else of its sender is on its way, and decides
// it again from then on, so that what the store says of the sender holds until it is stored. What joins an
// album waits for what is on its way, where it may wait.
func (e *Engine) slowed(ctx context.Context, r request, f *flight, p plan, patient bool) (plan, error) {
	if p.slow == nil || f.slow != nil {
		return p, nil
	}
	for {
		other := e.flights.slow(f, *p.slow)
		if other == nil {
			return e.decideFresh(ctx, r)
		}
		if !patient || !p.joins {
			return plan{}, &chat.Error{Code: chat.CodeSlowMode, Text: "slow mode", Retry: 1000}
		}
		select {
		case <-other.done:
		case <-ctx.Done():
			return plan{}, ctx.Err()
		}
	}
}

// checkKey refuses keys that are too old to be remembered or too far in the future to be honest, and gives
// the server's own writes a key.
func (e *Engine) checkKey(r *request) error {
	if r.key.IsZero() {
		if !r.actor.Server {
			return &chat.Error{Code: chat.CodeKeyInvalid, Field: "key", Text: "a key is needed"}
		}
		var err error
		r.key, err = e.serverKey()
		return err
	}
	switch made, now := r.key.Made(), e.now(); {
	case made < now-keyLife:
		return &chat.Error{Code: chat.CodeKeyExpired, Field: "key", Text: "the key is older than 30 days"}
	case made > now+keyMargin:
		return &chat.Error{Code: chat.CodeKeyInvalid, Field: "key", Text: "the key is from the future"}
	}
	return nil
}

// repeated answers a command that was refused, or that would change nothing: with the place its key has, if
// it was stored before, else with the refusal.
func (e *Engine) repeated(ctx context.Context, r request, refusal error) landed {
	if stored, found, err := e.store.Find(ctx, r.actor.Device, r.key); err != nil {
		return landed{err: fmt.Errorf("look up key: %w", err)}
	} else if found {
		return landed{receipt: receiptOf(stored, true)}
	}
	return landed{receipt: Receipt{Log: r.room.Log()}, err: refusal}
}

// landing is what a stored or refused batch means to its caller.
func landing(r request, res Result) landed {
	switch {
	case res.Err != nil:
		return landed{err: res.Err}
	case len(res.Entries) == 0:
		return landed{receipt: Receipt{Log: r.room.Log()}}
	}
	return landed{receipt: receiptOf(res.Entries[0], res.Repeated)}
}
