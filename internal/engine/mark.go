// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxReactions is how many one account may have on one entry.
const maxReactions = 3

// Tallies returns the tallies of entries (at most 200) that have any.
func (h *Handle) Tallies(ctx context.Context, seqs []chat.Seq) (tallies []chat.Tally, err error) {
	if len(seqs) > maxGet {
		return nil, tooMany("seqs")
	}
	err = h.guarded(ctx, chat.RightRead, func() error {
		tallies, err = h.engine.store.Tallies(ctx, h.log, h.above(seqs), h.actor.Account)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("tallies of %s: %w", h.log, err)
	}
	return tallies, nil
}

// above returns the seqs that the actor may see.
func (h *Handle) above(seqs []chat.Seq) []chat.Seq {
	floor := h.floor()
	return slices.DeleteFunc(slices.Clone(seqs), func(s chat.Seq) bool { return s <= floor })
}

// React replaces all reactions of the actor on an entry; none takes them back.
func (h *Handle) React(ctx context.Context, seq chat.Seq, emojis []string) (chat.Tally, error) {
	if err := h.actor.May(chat.ScopeSend); err != nil {
		return chat.Tally{}, err
	}
	if len(emojis) > maxReactions {
		return chat.Tally{}, tooMany("emojis")
	}
	for _, emoji := range emojis {
		if !chat.IsEmoji(emoji) {
			return chat.Tally{}, &chat.Error{Code: chat.CodeBadRequest, Field: "emojis", Text: "not an emoji"}
		}
	}
	if err := h.mayNow(ctx, chat.RightReact); err != nil {
		return chat.Tally{}, fmt.Errorf("react in %s: %w", h.log, err)
	}
	if err := h.markable(ctx, seq); err != nil {
		return chat.Tally{}, fmt.Errorf("react in %s: %w", h.log, err)
	}
	if len(emojis) > 0 {
		if err := h.engine.cfg.Full(); err != nil {
			return chat.Tally{}, fmt.Errorf("react in %s: %w", h.log, err)
		}
	}
	tally, err := h.engine.store.React(ctx, h.log, seq, Reactor{Account: h.actor.Account, Emojis: emojis})
	if err != nil {
		return chat.Tally{}, fmt.Errorf("react in %s: %w", h.log, err)
	}
	h.engine.tail.mark(MarkChange{Chat: h.room, Seq: seq})
	return tally, nil
}

// markable reports with CodeTargetGone that the actor sees no message there.
func (h *Handle) markable(ctx context.Context, seq chat.Seq) error {
	items, err := h.engine.store.Get(ctx, h.log, []chat.Seq{seq})
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	if len(items) == 0 || !items[0].Env.Counted || seq <= h.floor() {
		return &chat.Error{Code: chat.CodeTargetGone, Field: "seq", Text: "there is no such message"}
	}
	return nil
}

// Reactors lists who reacted to an entry, by account number, at most limit (1–200). In channels nobody sees
// them.
func (h *Handle) Reactors(ctx context.Context, seq chat.Seq, after chat.AccountID, limit int) (
	reactors []Reactor, err error) {
	if limit < 1 || limit > maxMembers {
		return nil, badLimit("limit")
	}
	err = h.guarded(ctx, chat.RightMembers, func() error {
		if h.facts.Chat.Type == chat.Channel {
			return chat.Errorf(chat.CodeForbidden, "subscribers of a channel do not see each other")
		}
		if seq <= h.floor() {
			return nil
		}
		reactors, err = h.engine.store.Reactors(ctx, h.log, seq, after, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reactors in %s: %w", h.log, err)
	}
	return reactors, nil
}

// Readers lists who has read a message of the actor's own in a small group, by account number. Who hides what
// they read is not among them, and learns of nobody. UPD-6
func (h *Handle) Readers(ctx context.Context, seq chat.Seq) (readers []chat.AccountID, err error) {
	err = h.guarded(ctx, chat.RightRead, func() error {
		// Whoever left is told no more, also by a server that has not heard of it yet.
		now, err := h.engine.freshFacts(ctx, h.room, h.actor.Account, 0)
		if err != nil {
			return err
		}
		if now.Chat.Type != chat.Group || !ticked(now.Chat) || !now.Actor.Role.In() {
			return chat.Errorf(chat.CodeForbidden, "readers are shown in small groups, to their members")
		}
		items, err := h.engine.store.Get(ctx, h.log, []chat.Seq{seq})
		if err != nil {
			return fmt.Errorf("get: %w", err)
		}
		gone := len(items) == 0 || !items[0].Env.Counted || items[0].Overlay != nil && items[0].Overlay.Redacted
		if gone || seq <= h.floor() {
			return &chat.Error{Code: chat.CodeTargetGone, Field: "seq", Text: "there is no such message"}
		}
		if items[0].Author != h.actor.Account {
			return chat.Errorf(chat.CodeNotAuthor, "readers are shown to the writer")
		}
		readers, err = h.readers(ctx, seq)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("readers in %s: %w", h.log, err)
	}
	return readers, nil
}

// readers are those of the present members who have read that far and let others see it.
func (h *Handle) readers(ctx context.Context, seq chat.Seq) ([]chat.AccountID, error) {
	all, err := h.engine.store.Readers(ctx, h.room, seq)
	if err != nil {
		return nil, fmt.Errorf("ticks: %w", err)
	}
	members, err := h.engine.Audience(ctx, h.room)
	if err != nil {
		return nil, err
	}
	switches, err := h.engine.Privacies(ctx, append(all, h.actor.Account))
	if err != nil {
		return nil, err
	}
	if switches[h.actor.Account].HideReads {
		return nil, nil
	}
	return slices.DeleteFunc(all, func(who chat.AccountID) bool {
		return who == h.actor.Account || switches[who].HideReads || !slices.Contains(members.Accounts, who)
	}), nil
}

// View counts entries of a channel (at most 200) as seen by the actor, once in 48 hours. They are written
// soon, not now.
func (h *Handle) View(ctx context.Context, seqs []chat.Seq) error {
	if len(seqs) > maxGet {
		return tooMany("seqs")
	}
	if err := h.may(ctx, chat.RightRead); err != nil {
		return fmt.Errorf("view %s: %w", h.log, err)
	}
	if h.facts.Chat.Type == chat.Channel {
		h.engine.marks.view(h.room, h.above(seqs), h.actor.Account)
	}
	return nil
}
