// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// Handle is an actor's way to one log. Open is the only way to one, and every read and every append through
// it is checked: reads against the right they need as of the facts they saw, appends by the rules.
type Handle struct {
	engine *Engine
	actor  chat.Actor
	log    chat.LogID
	room   chat.ChatID // 0 for a user log, and the server's
	facts  chat.Facts
}

// readRights are the rights that only reads need. Open refuses those at once; a refusal to write is given by
// Do, because a key that was stored before answers first (I3).
const readRights = 1<<chat.RightRead | 1<<chat.RightMembers | 1<<chat.RightStaff

// Open gives an actor a handle on a log: the log of a chat, its staff log, the actor's own user log, or for
// an operator the server log. For a right to read it fails where the actor does not have it; for any other
// right, Do and the read concerned answer that.
func (e *Engine) Open(ctx context.Context, actor chat.Actor, log chat.LogID, right chat.Right) (
	*Handle, error) {
	h := &Handle{engine: e, actor: actor, log: log}
	switch log.Kind() {
	case chat.UserLog:
		if log.Account() != actor.Account {
			return nil, fmt.Errorf("open %s: %w", log, chat.Errorf(chat.CodeForbidden, "the log of another account"))
		}
		return h, nil
	case chat.ServerLog:
		if log != chat.ServerLog.ID(0) || !actor.Operator && !actor.Server {
			return nil, fmt.Errorf("open %s: %w", log, chat.Errorf(chat.CodeForbidden, "for operators alone"))
		}
		return h, nil
	case chat.ChatLog, chat.StaffLog:
		h.room = log.Chat()
	default:
		return nil, fmt.Errorf("open %s: %w", log, chat.Errorf(chat.CodeNotFound, "no such log"))
	}
	if log.Kind() == chat.StaffLog {
		right = chat.RightStaff
	}
	if readRights&(1<<right) != 0 {
		if err := h.may(ctx, right); err != nil {
			return nil, fmt.Errorf("open %s: %w", log, err)
		}
		return h, nil
	}
	var ok bool
	if h.facts, ok = e.facts.get(h.room, actor.Account); !ok {
		var err error
		if h.facts, err = e.freshFacts(ctx, h.room, actor.Account, 0); err != nil {
			return nil, fmt.Errorf("open %s: %w", log, err)
		}
	}
	return h, nil
}

// Chat returns the chat's settings as they were when the handle last looked; the zero Chat of a user log.
func (h *Handle) Chat() chat.Chat { return h.facts.Chat }

// Me returns the actor's standing as it was when the handle last looked.
func (h *Handle) Me() chat.Member { return h.facts.Actor }

// Log returns the log the handle was opened on.
func (h *Handle) Log() chat.LogID { return h.log }

// Check reports why the actor does not have a right now, nil where it has. What is stored is checked by its
// own call; this is for what is told and never stored.
func (h *Handle) Check(ctx context.Context, right chat.Right) error {
	if err := h.mayNow(ctx, right); err != nil {
		return fmt.Errorf("%s in %s: %w", right, h.log, err)
	}
	return nil
}

// may checks a right, first against what is remembered; a refusal is confirmed by the store.
func (h *Handle) may(ctx context.Context, right chat.Right) error {
	e := h.engine
	if err := h.actor.May(chat.ScopeRead); err != nil {
		return err
	}
	if h.room == 0 {
		return nil
	}
	// Joining raises no facts version, so only what a member may is believed: a stranger may have come in.
	if f, ok := e.facts.get(h.room, h.actor.Account); ok && f.Actor.Role.In() && f.May(right, e.now()) == nil {
		h.facts = f
		return nil
	}
	return h.mayNow(ctx, right)
}

// mayNow checks a right against what the store says now.
func (h *Handle) mayNow(ctx context.Context, right chat.Right) error {
	f, err := h.engine.freshFacts(ctx, h.room, h.actor.Account, 0)
	if err != nil {
		return err
	}
	h.facts = f
	return f.May(right, h.engine.now())
}

// guard lets a read through that was made under a right. The read came after the right was checked against
// facts of some version; if the chat is still at that version after the read, nothing was taken from the
// actor before it. Otherwise the right is checked again. A handle on a user log needs no guard.
func (h *Handle) guard(ctx context.Context, right chat.Right, after chat.Head) error {
	if h.room == 0 || after.Log.Kind() == chat.ChatLog && after.Facts == h.facts.Chat.Facts {
		return nil
	}
	return h.mayNow(ctx, right)
}

// guarded runs a read under a right: checked before, and after against the chat's head.
func (h *Handle) guarded(ctx context.Context, right chat.Right, read func() error) error {
	if err := h.may(ctx, right); err != nil {
		return err
	}
	if err := read(); err != nil {
		return err
	}
	if h.room == 0 {
		return nil
	}
	heads, err := h.engine.store.Heads(ctx, []chat.LogID{h.room.Log()})
	if err != nil {
		return fmt.Errorf("head of %s: %w", h.room.Log(), err)
	}
	return h.guard(ctx, right, heads[0])
}
