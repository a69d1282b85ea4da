// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// maker turns entries into what an index holds.
type maker struct {
	codec    engine.Codec
	settings func(context.Context, chat.ChatID) (chat.Chat, error)
}

// batch is what entries, in commit order and as readers see them, do to an index.
func (m maker) batch(ctx context.Context, entries []chat.Entry) (Batch, error) {
	var b Batch
	var rooms []chat.ChatID
	for _, e := range entries {
		b.Mark.Pos, b.Mark.Chain = e.Pos, e.Chain
		if e.Log.Kind() != chat.ChatLog {
			continue
		}
		if room := e.Log.Chat(); renames(e.Env.Kind) && !slices.Contains(rooms, room) {
			rooms = append(rooms, room)
		}
		d, ok, err := m.doc(e)
		if err != nil {
			return Batch{}, err
		}
		if ok {
			b.Docs = append(b.Docs, d)
		}
	}
	for _, room := range rooms {
		c, err := m.settings(ctx, room)
		if err != nil {
			return Batch{}, fmt.Errorf("settings: %w", err)
		}
		b.Rooms = append(b.Rooms, Room{Chat: room, Words: roomWords(c)})
	}
	return b, nil
}

// renames reports whether entries of a kind may change under which words a chat is found.
func renames(k chat.Kind) bool {
	return k == chat.KindChatCreated || k == chat.KindChatInfo || k == chat.KindChatDeleted
}

// doc returns what an entry does to a message in the index, if anything. The body of what was superseded is
// empty: the entry that did it tells the rest.
func (m maker) doc(e chat.Entry) (Doc, bool, error) {
	d := Doc{Chat: e.Log.Chat(), Seq: e.Seq, At: e.At, Author: e.Author}
	switch e.Env.Kind {
	case chat.KindMessage:
	case chat.KindEdit:
		if len(e.Body) == 0 {
			return Doc{}, false, nil
		}
		d.Seq, d.Edited = e.Env.Target, true
	case chat.KindDelete:
		d.Seq, d.Gone = e.Env.Target, true
		return d, true, nil
	default:
		return Doc{}, false, nil
	}
	msg, err := messageOf(m.codec, e.Env.Kind, e.Body)
	if err != nil {
		return Doc{}, false, fmt.Errorf("decode %s/%d: %w", e.Log, e.Seq, err)
	}
	d.Words = words(msg.Text)
	for _, k := range kindsOf(msg) {
		d.Words = append(d.Words, k.Word())
	}
	return d, true, nil
}

// messageOf returns the message of a body, an empty one where it is none.
func messageOf(codec engine.Codec, kind chat.Kind, raw []byte) (*chat.Message, error) {
	if len(raw) == 0 {
		return &chat.Message{}, nil
	}
	body, err := codec.Decode(kind, raw)
	if err != nil {
		return nil, err
	}
	if m, ok := body.(*chat.Message); ok {
		return m, nil
	}
	return &chat.Message{}, nil
}

// words are those of a text, each once, in an order that depends on nothing but them.
func words(text string) []string {
	all := chat.SearchWords(text)
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = w.Text
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// roomWords are those of the title of a public chat, its name, and the parts of its name; none where it is
// not public.
func roomWords(c chat.Chat) []string {
	if c.Name == "" || c.Deleted {
		return nil
	}
	return words(c.Title + "\n" + c.Name + "\n" + strings.ReplaceAll(c.Name, "_", " "))
}

// Sum tells two sets of documents apart, whatever the order they came in.
type Sum struct {
	Docs int
	Hash uint64
}

// Add counts one document in: its place and its words, joined by spaces.
func (s *Sum) Add(room chat.ChatID, seq chat.Seq, words string) {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d %s", room, seq, words)
	s.Docs++
	s.Hash += h.Sum64()
}

// Expected returns the Sum of an index that has seen a whole store, and how far it has.
func Expected(ctx context.Context, store engine.Log, codec engine.Codec) (Sum, Mark, error) {
	x := expecting{store: store, maker: maker{codec: codec}}
	for {
		entries, next, err := store.Feed(ctx, x.mark.Pos, batchEntries)
		if err != nil {
			return Sum{}, Mark{}, fmt.Errorf("feed: %w", err)
		}
		if len(entries) == 0 {
			return x.sum, x.mark, nil
		}
		for _, e := range entries {
			if err := x.entry(ctx, e); err != nil {
				return Sum{}, Mark{}, err
			}
		}
		x.mark.Pos = next
	}
}

type expecting struct {
	store engine.Log
	maker maker
	sum   Sum
	mark  Mark
}

// entry counts a message in as it stands today.
func (x *expecting) entry(ctx context.Context, e chat.Entry) error {
	x.mark.Chain = e.Chain
	if e.Log.Kind() != chat.ChatLog || e.Env.Kind != chat.KindMessage {
		return nil
	}
	if len(e.Body) == 0 { // superseded, or it has no words
		items, err := x.store.Get(ctx, e.Log, []chat.Seq{e.Seq})
		if err != nil || len(items) != 1 {
			return err
		}
		if o := items[0].Overlay; o != nil && o.Redacted {
			return nil
		}
		e.Body = items[0].Current()
	}
	d, _, err := x.maker.doc(e)
	if err == nil {
		x.sum.Add(d.Chat, d.Seq, strings.Join(d.Words, " "))
	}
	return err
}
