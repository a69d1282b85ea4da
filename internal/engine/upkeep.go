// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// A user log is compacted once this many entries stand above its floor. What remains above the new floor is
// what Sync sends as it is.
const compactAt = 2000 + userTail

// upkeep forgets client keys that are too old to be retried, and what closed cases revealed, soon after the
// start and once an hour, and compacts user logs that Sync has found to be long.
func (e *Engine) upkeep(ctx context.Context) {
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			timer.Reset(time.Hour)
			if err := e.store.PruneKeys(ctx, e.now()-keyLife-keyMargin); err != nil && ctx.Err() == nil {
				e.log.Warn("old keys not forgotten", "error", err)
			}
			if _, err := e.EraseClosed(ctx); err != nil && ctx.Err() == nil {
				e.log.Warn("closed cases not erased", "error", err)
			}
		case account := <-e.long:
			if err := e.compact(ctx, account.Log()); err != nil && ctx.Err() == nil {
				e.log.Warn("log not compacted", "log", account.Log().String(), "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// compactSoon asks for a log to be compacted. Where too many wait, the next Sync asks again.
func (e *Engine) compactSoon(account chat.AccountID) {
	select {
	case e.long <- account:
	default:
	}
}

// compact raises the floor of a user log and erases what later entries supersede. A crash before, between or
// after leaves a log that says the same.
func (e *Engine) compact(ctx context.Context, log chat.LogID) error {
	heads, err := e.store.Heads(ctx, []chat.LogID{log})
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	head := heads[0]
	if head.Seq-head.Floor <= compactAt {
		return nil
	}
	floor := head.Seq - userTail
	var s superseded
	for after := head.Floor; after < head.Seq; {
		items, err := e.store.Read(ctx, log, after, maxRead)
		if err != nil {
			return fmt.Errorf("compact: %w", err)
		}
		if len(items) == 0 {
			break
		}
		for _, it := range items {
			body, err := e.bodyOf(it)
			if err != nil {
				return fmt.Errorf("compact: %w", err)
			}
			s.add(it.Entry, body)
		}
		after = items[len(items)-1].Seq
	}
	notices, err := e.supersededNotices(ctx, log.Account(), floor)
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	if err := e.store.Compact(ctx, log, floor, append(s.upTo(floor), notices...)); err != nil {
		return fmt.Errorf("compact %s: %w", log, err)
	}
	return nil
}

// subject is what an entry of a user log says something about; a later entry of the same subject supersedes
// it. Prefs say several things at once.
type subject struct {
	kind  chat.Kind
	chat  chat.ChatID
	field int
	who   chat.AccountID // of a contact
}

// superseded finds the entries of a user log that later ones make superfluous: read marks, drafts and prefs,
// each by chat, contacts by account, and personal links; of device notices see lastNotices. Everything else
// stays: standings count uses of links and raise facts versions, and the order of names matters to others.
type superseded struct {
	last map[subject]chat.Seq
	said map[chat.Seq][]subject
}

func (s *superseded) add(e chat.Entry, body chat.Body) {
	if s.last == nil {
		s.last, s.said = make(map[subject]chat.Seq), make(map[chat.Seq][]subject)
	}
	switch b := body.(type) {
	case nil:
		if e.Env.Kind == chat.KindDraft || e.Env.Kind == chat.KindContact {
			// Its body is erased, so a later one has taken its place.
			s.said[e.Seq] = []subject{}
		}
	case *chat.ReadMark:
		s.note(e.Seq, subject{kind: e.Env.Kind, chat: b.Chat})
	case *chat.DraftText:
		s.note(e.Seq, subject{kind: e.Env.Kind, chat: b.Chat})
	case *chat.Contact:
		s.note(e.Seq, subject{kind: e.Env.Kind, who: b.Account})
	case *chat.PersonalLink:
		s.note(e.Seq, subject{kind: e.Env.Kind})
	case *chat.Prefs:
		for i, set := range [...]bool{
			b.MutedUntil != nil, b.Archived != nil, b.PinRank != nil, b.MarkedUnread != nil,
		} {
			if set {
				s.note(e.Seq, subject{kind: e.Env.Kind, chat: b.Chat, field: i})
			}
		}
	}
}

func (s *superseded) note(seq chat.Seq, about subject) {
	s.last[about] = seq
	s.said[seq] = append(s.said[seq], about)
}

// upTo returns the superseded entries at or below a floor.
func (s *superseded) upTo(floor chat.Seq) []chat.Seq {
	var seqs []chat.Seq
	for seq, about := range s.said {
		stale := seq <= floor
		for _, a := range about {
			stale = stale && s.last[a] > seq
		}
		if stale {
			seqs = append(seqs, seq)
		}
	}
	return seqs
}
