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

// rareHits is up to how many messages of all chats a search takes in one look. Where more have the words, it
// looks chat by chat, the most recent first, and stops when the answer is full.
const rareHits = 2000

// match writes what a query asks for as FTS5 does. Words are letters, digits and "_" alone, and each is
// quoted: nothing a person writes is an operator.
func match(terms chat.SearchTerms, author chat.AccountID) string {
	var all []string
	if author != 0 {
		all = append(all, `"`+authorWord(author)+`"`)
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

// find is Find; with once it tries all chats at once first.
func (x *Index) find(ctx context.Context, q search.Query, once bool) (hits search.Hits, err error) {
	f := finding{ctx: ctx, q: q, match: match(q.Terms, q.Author)}
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
		rare := false
		if once {
			if rare, err = f.everywhere(); err != nil {
				return err
			}
		}
		if !rare {
			err = f.chatByChat()
		}
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

// everywhere looks into all chats at once. It reports false, and has found nothing, where too much has the
// words.
func (f *finding) everywhere() (rare bool, err error) {
	var ids []int64
	err = f.conn.longQuery(f.ctx, "SELECT rowid FROM doc_words WHERE doc_words MATCH ? LIMIT ?",
		func(r *row) error {
			ids = append(ids, r.int())
			return nil
		}, f.match, rareHits+1)
	if err != nil || len(ids) > rareHits {
		return false, err
	}
	floors := make(map[chat.ChatID]chat.Seq, len(f.q.Reach))
	for _, r := range f.q.Reach {
		floors[r.Chat] = r.Floor
	}
	for _, id := range ids {
		if floor, ok := floors[roomOf(id)]; !ok || seqOf(id) <= floor {
			continue
		}
		p := search.Place{Chat: roomOf(id), Seq: seqOf(id)}
		_, err := f.conn.one("SELECT at FROM docs WHERE id = ?", func(r *row) { p.At = num[chat.Millis](r) }, id)
		if err != nil {
			return false, err
		}
		f.add(p)
	}
	f.cut()
	return true, nil
}

// add takes a place that the dates and the answers before leave in.
func (f *finding) add(p search.Place) {
	before := f.q.Before == (search.Place{}) || comparePlaces(p, f.q.Before) < 0
	if before && p.At >= f.q.Since && (f.q.Until == 0 || p.At < f.q.Until) {
		f.places = append(f.places, p)
	}
}

// cut keeps the newest.
func (f *finding) cut() {
	slices.SortFunc(f.places, func(a, b search.Place) int { return comparePlaces(b, a) })
	f.places = f.places[:min(f.q.Limit, len(f.places))]
}

// chatByChat looks into one chat after the other until no other can have anything newer.
func (f *finding) chatByChat() error {
	for _, r := range f.q.Reach {
		if len(f.places) == f.q.Limit && r.Last != 0 && r.Last < f.places[f.q.Limit-1].At {
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
	text := match(terms, 0)
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
