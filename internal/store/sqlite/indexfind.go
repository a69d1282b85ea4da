// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/search"
)

// match writes what a query asks for as FTS5 does. Words are letters, digits and "_" alone, and each is
// quoted: nothing a person writes is an operator.
func match(terms chat.SearchTerms, author chat.AccountID, kind search.Kind) string {
	var all []string
	if author != 0 {
		all = append(all, `"`+authorWord(author)+`"`)
	}
	if kind != 0 {
		all = append(all, `"`+kind.Word()+`"`)
	}
	for _, ways := range terms {
		texts := make([]string, len(ways))
		for i, w := range ways {
			texts[i] = `"` + w.Text + `"`
			if w.Prefix {
				texts[i] += "*"
			}
		}
		all = append(all, "("+strings.Join(texts, " OR ")+")")
	}
	return strings.Join(all, " AND ")
}

// Find implements search.Index.
func (x *Index) Find(ctx context.Context, q search.Query) (search.Hits, error) {
	return x.find(ctx, q, len(q.Reach) > 1)
}

// find is Find; with once it goes through all chats in one look, else chat by chat.
func (x *Index) find(ctx context.Context, q search.Query, once bool) (hits search.Hits, err error) {
	f := finding{ctx: ctx, q: q, match: match(q.Terms, q.Author, q.Kind)}
	if f.match == "" || len(q.Reach) == 0 {
		return hits, nil
	}
	err = x.read(ctx, "find", func(c *conn) error {
		f.conn = c
		if q.Count > 0 {
			if hits.Total, err = f.count(); err != nil {
				return err
			}
		}
		look := f.chatByChat
		if once {
			look = f.everywhere
		}
		err := look()
		hits.Places = f.places
		return err
	})
	return hits, err
}

// finding is one search under way.
type finding struct {
	ctx    context.Context
	conn   *conn
	q      search.Query
	match  string
	places []search.Place
}

// span are the documents of a chat that a query may name: from the first to before the second.
type span struct{ from, to int64 }

// in returns the span of a chat by the query's dates.
func (f *finding) in(r engine.Reach) (s span, err error) {
	s = span{docID(r.Chat, r.Floor) + 1, docID(r.Chat+1, 0)}
	if f.q.Since > 0 {
		if s.from, err = f.edge(s, search.Place{At: f.q.Since}); err != nil {
			return s, err
		}
	}
	if f.q.Until > 0 {
		s.to, err = f.edge(s, search.Place{At: f.q.Until})
	}
	return s, err
}

// under cuts off a span what the answers before have named.
func (f *finding) under(s span) (span, error) {
	if f.q.Before == (search.Place{}) {
		return s, nil
	}
	to, err := f.edge(s, f.q.Before)
	s.to = to
	return s, err
}

// edge returns the first document of a span that is not before a place. Times of a chat never go back, so
// halving finds it.
func (f *finding) edge(s span, place search.Place) (int64, error) {
	last := s.from
	_, err := f.conn.one("SELECT id FROM docs WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1",
		func(r *row) { last = r.int() + 1 }, s.from, s.to)
	lo, hi := s.from, last
	for lo < hi && err == nil {
		mid := lo + (hi-lo)/2
		var at search.Place
		_, err = f.conn.one("SELECT id, at FROM docs WHERE id >= ? ORDER BY id LIMIT 1", func(r *row) {
			id := r.int()
			at = search.Place{At: num[chat.Millis](r), Chat: roomOf(id), Seq: seqOf(id)}
		}, mid)
		if comparePlaces(at, place) < 0 {
			lo = docID(at.Chat, at.Seq) + 1
		} else {
			hi = mid
		}
	}
	return lo, err
}

// comparePlaces orders places from the oldest to the newest.
func comparePlaces(a, b search.Place) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Chat, b.Chat), cmp.Compare(a.Seq, b.Seq))
}

// count counts what is found in the chats, whatever was named before.
func (f *finding) count() (n int, err error) {
	for _, r := range f.q.Reach {
		s, err := f.in(r)
		if err != nil {
			return 0, err
		}
		err = f.conn.longQuery(f.ctx, `SELECT count(*) FROM (SELECT rowid FROM doc_words WHERE doc_words MATCH ?
			AND rowid >= ? AND rowid < ? LIMIT ?)`, func(r *row) error {
			n += int(r.int())
			return nil
		}, f.match, s.from, s.to, f.q.Count-n)
		if err != nil || n >= f.q.Count {
			return n, err
		}
	}
	return n, nil
}

// chatHits is what of a chat a search may name, and the newest documents in it that have the words.
type chatHits struct {
	span
	ids []int64
}

// everywhere goes once through all that has the words: to look chat by chat would be to go through it again
// for every chat. Within a chat numbers ascend with time, so of each only the last few are kept.
func (f *finding) everywhere() error {
	parts := make(map[chat.ChatID]*chatHits, len(f.q.Reach))
	for _, r := range f.q.Reach {
		s, err := f.in(r)
		if err == nil {
			s, err = f.under(s)
		}
		if err != nil {
			return err
		}
		parts[r.Chat] = &chatHits{span: s}
	}
	const all = "SELECT rowid FROM doc_words WHERE doc_words MATCH ?"
	err := f.conn.longQuery(f.ctx, all, func(r *row) error {
		id := r.int()
		p := parts[roomOf(id)]
		if p == nil || id < p.from || id >= p.to {
			return nil
		}
		if p.ids = append(p.ids, id); len(p.ids) >= 2*f.q.Limit {
			p.ids = p.ids[:copy(p.ids, p.ids[len(p.ids)-f.q.Limit:])]
		}
		return nil
	}, f.match)
	if err != nil {
		return err
	}
	for _, r := range f.q.Reach {
		if f.full(r) {
			return nil
		}
		if err := f.take(parts[r.Chat].ids); err != nil {
			return err
		}
	}
	return nil
}

// full reports whether neither a chat nor those after it can have anything newer than what was found.
func (f *finding) full(r engine.Reach) bool {
	return len(f.places) == f.q.Limit && r.Last != 0 && r.Last < f.places[f.q.Limit-1].At
}

// take adds the last documents of a chat to what was found.
func (f *finding) take(ids []int64) error {
	for _, id := range ids[max(0, len(ids)-f.q.Limit):] {
		p := search.Place{Chat: roomOf(id), Seq: seqOf(id)}
		_, err := f.conn.one("SELECT at FROM docs WHERE id = ?", func(r *row) { p.At = num[chat.Millis](r) }, id)
		if err != nil {
			return err
		}
		f.places = append(f.places, p)
	}
	f.cut()
	return nil
}

// cut keeps the newest.
func (f *finding) cut() {
	slices.SortFunc(f.places, func(a, b search.Place) int { return comparePlaces(b, a) })
	f.places = f.places[:min(f.q.Limit, len(f.places))]
}

// chatByChat looks into one chat after the other until no other can have anything newer.
func (f *finding) chatByChat() error {
	for _, r := range f.q.Reach {
		if f.full(r) {
			return nil
		}
		s, err := f.in(r)
		if err == nil {
			s, err = f.under(s)
		}
		if err != nil {
			return err
		}
		if s.from >= s.to {
			continue
		}
		err = f.conn.longQuery(f.ctx, `SELECT d.id, d.at FROM doc_words AS w JOIN docs AS d ON d.id = w.rowid
			WHERE doc_words MATCH ? AND w.rowid >= ? AND w.rowid < ? ORDER BY w.rowid DESC LIMIT ?`,
			func(r *row) error {
				id := r.int()
				f.places = append(f.places, search.Place{At: num[chat.Millis](r), Chat: roomOf(id), Seq: seqOf(id)})
				return nil
			}, f.match, s.from, s.to, f.q.Limit)
		if err != nil {
			return fmt.Errorf("in %s: %w", r.Chat.Log(), err)
		}
		f.cut()
	}
	return nil
}

// Rooms implements search.Index.
func (x *Index) Rooms(ctx context.Context, terms chat.SearchTerms, limit int) (
	rooms []chat.ChatID, err error) {
	text := match(terms, 0, 0)
	if text == "" {
		return nil, nil
	}
	err = x.read(ctx, "rooms", func(c *conn) error {
		return c.longQuery(ctx, "SELECT rowid FROM room_words WHERE room_words MATCH ? LIMIT ?",
			func(r *row) error {
				rooms = append(rooms, num[chat.ChatID](r))
				return nil
			}, text, limit)
	})
	return rooms, err
}
