// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// Forward copies messages from a chat the actor may read into one it may write in, in the order given. Both
// answers have one element for each message: each has its own fate. A message that was forwarded before
// keeps its first source; what its author lets show of the source is the rules' affair.
func (e *Engine) Forward(ctx context.Context, actor chat.Actor, f Forward) ([]Receipt, []error) {
	receipts, errs := make([]Receipt, len(f.Seqs)), make([]error, len(f.Seqs))
	pending := make([]*Pending, len(f.Seqs))
	sources, err := e.forwardable(ctx, actor, f)
	for i, seq := range f.Seqs {
		cmd := chat.Command(chat.ForwardMessage{}) // with nothing to forward: refused, unless stored before
		if err == nil {
			cmd = sources.command(seq, f)
		}
		if i >= len(f.Keys) {
			errs[i] = &chat.Error{Code: chat.CodeBadRequest, Field: "keys", Text: "one key for each message"}
			continue
		}
		r := request{actor: actor, room: f.To, cmd: cmd, key: f.Keys[i]}
		if err != nil {
			receipts[i], errs[i] = e.onlyRepeated(ctx, r, err)
			continue
		}
		pending[i], errs[i] = e.begin(ctx, r)
	}
	for i, p := range pending {
		if p != nil {
			receipts[i], errs[i] = p.Wait(ctx)
		}
	}
	return receipts, errs
}

// onlyRepeated answers a command that cannot even be decided: with its earlier place if there is one (I3).
func (e *Engine) onlyRepeated(ctx context.Context, r request, refusal error) (Receipt, error) {
	if err := e.checkKey(&r); err != nil {
		return Receipt{}, err
	}
	l := e.repeated(ctx, r, refusal)
	return l.receipt, l.err
}

// sources are the messages to be forwarded, as they stand today.
type sources struct {
	chat     chat.Chat
	messages map[chat.Seq]*chat.Message
	items    map[chat.Seq]chat.Item
	authors  map[chat.AccountID]chat.Person
}

// forwardable reads what the actor wants to forward and may see.
func (e *Engine) forwardable(ctx context.Context, actor chat.Actor, f Forward) (sources, error) {
	if len(f.Seqs) > chat.MaxTargets {
		return sources{}, tooMany("seqs")
	}
	h, err := e.Open(ctx, actor, f.From.Log(), chat.RightRead)
	if err != nil {
		return sources{}, err
	}
	var items []chat.Item
	err = h.guarded(ctx, chat.RightRead, func() (err error) {
		items, err = e.store.Get(ctx, h.log, h.above(f.Seqs))
		return err
	})
	if err != nil {
		return sources{}, fmt.Errorf("get of %s: %w", h.log, err)
	}
	s := sources{
		chat: h.facts.Chat, messages: make(map[chat.Seq]*chat.Message),
		items: make(map[chat.Seq]chat.Item), authors: make(map[chat.AccountID]chat.Person),
	}
	var authors []chat.AccountID
	for _, it := range items {
		body, err := e.bodyOf(it)
		if err != nil {
			return sources{}, err
		}
		if m, ok := body.(*chat.Message); ok && it.Env.Kind == chat.KindMessage {
			s.messages[it.Seq], s.items[it.Seq] = m, it
			authors = append(authors, it.Author)
		}
	}
	if s.chat.Type == chat.Channel {
		return s, nil // the channel speaks, not its author (R11)
	}
	people, err := e.store.People(ctx, authors)
	if err != nil {
		return sources{}, fmt.Errorf("people: %w", err)
	}
	for _, p := range people {
		s.authors[p.ID] = p
	}
	return s, nil
}

// command makes the command that forwards one message; one that is not there has no message.
func (s sources) command(seq chat.Seq, f Forward) chat.ForwardMessage {
	it := s.items[seq]
	return chat.ForwardMessage{
		Source: s.chat, Seq: seq, At: it.At, Author: s.authors[it.Author], Message: s.messages[seq],
		HideSource: f.HideSource, Silent: f.Silent, Album: copied(f, s.messages[seq]),
	}
}

// copied names the album of copies of one album: another for each call, so that copies made one after the
// other do not grow together, and the same for a retry.
func copied(f Forward, m *chat.Message) chat.AlbumID {
	if m == nil || m.Album == (chat.AlbumID{}) || len(f.Keys) == 0 {
		return chat.AlbumID{}
	}
	sum := sha256.Sum256(append(f.Keys[0][:], m.Album[:]...))
	return chat.AlbumID(sum[:16])
}
