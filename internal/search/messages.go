// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Bounds of one search.
const (
	maxLimit  = 50
	maxTotal  = 1000 // up to which what is found in a chat is counted
	maxRounds = 4    // of asking the index again, where what it named may not be seen
)

// Ask is a search for messages.
type Ask struct {
	Text   string
	Chat   chat.ChatID    // 0: every chat the actor is in
	Author chat.AccountID // 0: anybody
	Kind   Kind           // 0: whatever it carries
	Since  chat.Millis    // 0: from the beginning
	Until  chat.Millis    // 0: to the end; not included
	Before Place          // Found.Next of the answer before; the zero Place begins
	Limit  int            // 1–50
}

// Hit is a message that was found, and where its words stand, in UTF-16 units.
type Hit struct {
	Chat   chat.ChatID
	Item   chat.Item
	Ranges []chat.SearchRange
}

// Found answers an Ask, the newest first.
type Found struct {
	Hits     []Hit
	Next     Place // the zero Place: there is no more
	Total    int   // of one chat, as far as it is counted; 0 where every chat was asked for
	Progress Progress
}

// Messages searches what the actor may read now.
//
// SEARCH-1
// SEARCH-2
func (s *Service) Messages(ctx context.Context, actor chat.Actor, ask Ask) (Found, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return Found{}, err
	}
	terms, err := ask.check()
	if err != nil {
		return Found{}, err
	}
	if err := s.counted(actor); err != nil {
		return Found{}, err
	}
	var found Found
	if found.Progress, err = s.caughtUp(ctx); err != nil {
		return Found{}, fmt.Errorf("search: %w", err)
	}
	q := Query{Terms: terms, Author: ask.Author, Kind: ask.Kind, Since: ask.Since, Until: ask.Until,
		Before: ask.Before}
	if q.Reach, err = s.reach(ctx, actor, ask.Chat); err != nil {
		return Found{}, err
	}
	if ask.Chat != 0 {
		q.Count = maxTotal
	}
	if len(terms) == 0 && ask.Author == 0 && ask.Kind == 0 {
		return found, nil // nothing but marks: nobody can have meant every message there is
	}
	if err := s.fill(ctx, actor, ask, q, &found); err != nil || ask.Chat == 0 {
		return found, err
	}
	// Whoever lost the right meanwhile does not learn how much there is.
	if _, err := s.reach(ctx, actor, ask.Chat); err != nil {
		return Found{}, err
	}
	return found, nil
}

// check refuses what cannot be asked.
func (a Ask) check() (chat.SearchTerms, error) {
	if a.Limit < 1 || a.Limit > maxLimit {
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: "limit", Text: "out of range"}
	}
	if chat.Len16(a.Text) > chat.MaxSearch {
		return nil, &chat.Error{Code: chat.CodeTextTooLong, Field: "text", Text: "too long for a search"}
	}
	if a.Kind > lastKind {
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: "kind", Text: "no such kind"}
	}
	if a.Text == "" && a.Author == 0 && a.Kind == 0 {
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: "text",
			Text: "words, an author or a kind are needed"}
	}
	return chat.SearchQuery(a.Text), nil
}

// reach returns where an actor may search.
func (s *Service) reach(ctx context.Context, actor chat.Actor, room chat.ChatID) ([]engine.Reach, error) {
	if room == 0 {
		return s.cfg.Engine.Reach(ctx, actor)
	}
	h, err := s.cfg.Engine.Open(ctx, actor, room.Log(), chat.RightRead)
	if err != nil {
		return nil, err
	}
	one, err := h.Reach(ctx)
	return []engine.Reach{one}, err
}

// fill asks the index until the answer is full or there is no more.
func (s *Service) fill(ctx context.Context, actor chat.Actor, ask Ask, q Query, found *Found) error {
	for range maxRounds {
		q.Limit = ask.Limit - len(found.Hits) + 1 // one more tells whether there is more
		hits, err := s.cfg.Index.Find(ctx, q)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		if q.Count > 0 {
			found.Total, q.Count = hits.Total, 0
		}
		more := len(hits.Places) == q.Limit
		if more {
			hits.Places = hits.Places[:q.Limit-1]
		}
		shown, err := s.show(ctx, actor, hits.Places, q)
		if err != nil {
			return err
		}
		found.Hits = append(found.Hits, shown...)
		if !more {
			found.Next = Place{}
			return nil
		}
		if n := len(hits.Places); n > 0 {
			found.Next, q.Before = hits.Places[n-1], hits.Places[n-1]
		}
		if len(found.Hits) >= ask.Limit {
			return nil
		}
	}
	return nil
}

// show reads what stands at places, of the chats that the actor may read now, as the actor may see it.
func (s *Service) show(ctx context.Context, actor chat.Actor, places []Place, q Query) ([]Hit, error) {
	seqs := make(map[chat.ChatID][]chat.Seq)
	for _, p := range places {
		seqs[p.Chat] = append(seqs[p.Chat], p.Seq)
	}
	at := make(map[Place]Hit, len(places))
	for room, of := range seqs {
		slices.Sort(of)
		items, err := s.read(ctx, actor, room, of)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			if hit, ok := s.hit(room, it, q); ok {
				at[Place{Chat: room, Seq: it.Seq}] = hit
			}
		}
	}
	var hits []Hit
	for _, p := range places {
		if hit, ok := at[Place{Chat: p.Chat, Seq: p.Seq}]; ok {
			hits = append(hits, hit)
		}
	}
	return hits, nil
}

// read returns items of a chat, none where the actor may not read it any more.
func (s *Service) read(ctx context.Context, actor chat.Actor, room chat.ChatID, seqs []chat.Seq) (
	[]chat.Item, error) {
	h, err := s.cfg.Engine.Open(ctx, actor, room.Log(), chat.RightRead)
	var items []chat.Item
	if err == nil {
		items, err = h.Get(ctx, seqs)
	}
	switch code := chat.CodeOf(err); code {
	case chat.CodeInternal, chat.CodeUnavailable:
		return nil, err
	case 0:
		return items, nil
	default: // banned, removed, deleted meanwhile
		return nil, ctx.Err()
	}
}

// hit returns a message as a hit, unless it was deleted or is another today than was asked for.
func (s *Service) hit(room chat.ChatID, it chat.Item, q Query) (Hit, bool) {
	if it.Overlay != nil && it.Overlay.Redacted {
		return Hit{}, false
	}
	msg, err := messageOf(s.cfg.Codec, it.Env.Kind, it.Current())
	if err != nil || q.Kind != 0 && !slices.Contains(kindsOf(msg), q.Kind) {
		return Hit{}, false
	}
	ranges, ok := q.Terms.Match(msg.Text)
	return Hit{room, it, ranges}, ok
}

// maxRooms bounds the public chats that are looked at for one answer.
const maxRooms = 500

// Public finds public groups and channels by the beginning of their names and by the words of their titles,
// those with the most members first; limit is 1–50.
//
// SEARCH-5
func (s *Service) Public(ctx context.Context, actor chat.Actor, text string, limit int) (
	[]engine.ListRow, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	terms, err := Ask{Text: text, Limit: limit}.check()
	if err != nil {
		return nil, err
	}
	if err := s.counted(actor); err != nil {
		return nil, err
	}
	if len(terms) == 0 {
		return nil, nil
	}
	if _, err := s.caughtUp(ctx); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	rooms, err := s.cfg.Index.Rooms(ctx, terms, maxRooms)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	rows, err := s.rows(ctx, actor, rooms)
	if err != nil {
		return nil, err
	}
	name := chat.FoldName(text)
	slices.SortFunc(rows, func(a, b engine.ListRow) int {
		return cmp.Or(rank(a.Chat.Name == name, b.Chat.Name == name),
			cmp.Compare(b.Chat.Members, a.Chat.Members), cmp.Compare(a.Chat.ID, b.Chat.ID))
	})
	return rows[:min(limit, len(rows))], nil
}

func rank(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// rows returns those of the chats that are public and that the actor may read, as they may be seen.
func (s *Service) rows(ctx context.Context, actor chat.Actor, rooms []chat.ChatID) ([]engine.ListRow, error) {
	var rows []engine.ListRow
	for _, room := range rooms {
		h, err := s.cfg.Engine.Open(ctx, actor, room.Log(), chat.RightRead)
		switch code := chat.CodeOf(err); {
		case code == chat.CodeInternal || code == chat.CodeUnavailable:
			return nil, err
		case err != nil || h.Chat().Name == "":
			continue
		}
		rows = append(rows, engine.ListRow{Chat: h.Chat(), Me: h.Me()})
	}
	return rows, ctx.Err()
}

// counted lets somebody search once more, or says when. The server's own hand is not counted.
//
// SEARCH-4
func (s *Service) counted(who chat.Actor) error {
	if who.Server {
		return nil
	}
	return s.meter.Take(who.Account)
}
