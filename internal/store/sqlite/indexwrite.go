// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/search"
)

// A document's number is its chat and its seq, so that the documents of a chat stand together, newest last.

func docID(room chat.ChatID, seq chat.Seq) int64 { return int64(room)<<32 | int64(seq) }
func roomOf(id int64) chat.ChatID                { return chat.ChatID(id >> 32) }
func seqOf(id int64) chat.Seq                    { return chat.Seq(id & 0xffffffff) }

// authorWord is the word by which what an account wrote is found. No text has it: folding removes "@".
func authorWord(a chat.AccountID) string { return fmt.Sprintf("@%d", a) }

// isAuthor tells the word of an author from those of texts and of kinds (search.Kind).
func isAuthor(word string) bool {
	return len(word) > 1 && word[0] == '@' && '0' <= word[1] && word[1] <= '9'
}

// Apply implements search.Index. FTS5 is quick where documents come in the order of their numbers, so what a
// batch does to one document is settled first.
func (x *Index) Apply(_ context.Context, b search.Batch) error {
	docs := settleDocs(b.Docs)
	x.mu.Lock()
	defer x.mu.Unlock()
	a := applyingDocs{conn: x.writer}
	err := x.write(func(c *conn) error {
		for _, d := range docs {
			if err := a.doc(d); err != nil {
				return err
			}
		}
		for _, r := range b.Rooms {
			if err := a.room(r); err != nil {
				return err
			}
		}
		return c.exec(`INSERT INTO mark VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE SET
			incarnation = excluded.incarnation, pos = excluded.pos, chain = excluded.chain`,
			b.Mark.Incarnation[:], b.Mark.Pos, b.Mark.Chain[:])
	})
	if a.erased {
		ask(x.erased)
	}
	if err != nil {
		return fmt.Errorf("apply to the index: %w", err)
	}
	return nil
}

// settleDocs makes of documents in commit order one for each message, by their numbers. What is written and
// edited in one batch is written as it was edited.
func settleDocs(docs []search.Doc) []search.Doc {
	last := make(map[int64]search.Doc, len(docs))
	for _, d := range docs {
		id := docID(d.Chat, d.Seq)
		if before, ok := last[id]; ok && d.Edited && !before.Gone {
			d.At, d.Author, d.Edited = before.At, before.Author, before.Edited
		}
		last[id] = d
	}
	settled := make([]search.Doc, 0, len(last))
	for _, d := range last {
		settled = append(settled, d)
	}
	slices.SortFunc(settled, func(a, b search.Doc) int {
		return cmp.Compare(docID(a.Chat, a.Seq), docID(b.Chat, b.Seq))
	})
	return settled
}

type applyingDocs struct {
	conn   *conn
	erased bool
}

func (a *applyingDocs) doc(d search.Doc) error {
	id := docID(d.Chat, d.Seq)
	var old string
	at := d.At
	there := false
	if d.Gone || d.Edited {
		var err error
		there, err = a.conn.one("SELECT words, at FROM docs WHERE id = ?", func(r *row) {
			old, at = r.text(), num[chat.Millis](r)
		}, id)
		if err != nil || !there {
			return err // an edit of what was deleted, or a deletion of what is no message
		}
		if err := a.take("doc_words", id, old); err != nil {
			return err
		}
	}
	if d.Gone {
		return a.conn.exec("DELETE FROM docs WHERE id = ?", id)
	}
	all := d.Words
	switch author, _, _ := strings.Cut(old, " "); {
	case there && isAuthor(author):
		all = append([]string{author}, all...)
	case !there && d.Author != 0:
		all = append([]string{authorWord(d.Author)}, all...)
	}
	if !there {
		var err error
		if at, err = a.notBefore(id, at); err != nil {
			return err
		}
	}
	text := strings.Join(all, " ")
	err := a.conn.exec(`INSERT INTO docs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET words = excluded.words`,
		id, at, text)
	if err != nil {
		return err
	}
	return a.conn.exec("INSERT INTO doc_words(rowid, words) VALUES (?, ?)", id, text)
}

// notBefore returns a time, or that of the document before it in its chat where that is later.
func (a *applyingDocs) notBefore(id int64, at chat.Millis) (chat.Millis, error) {
	_, err := a.conn.one("SELECT at FROM docs WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT 1",
		func(r *row) { at = max(at, num[chat.Millis](r)) }, id, docID(roomOf(id), 0))
	return at, err
}

// take takes a document's words out.
func (a *applyingDocs) take(table string, id int64, words string) error {
	a.erased = true
	return a.conn.exec(fmt.Sprintf("INSERT INTO %s(%s, rowid, words) VALUES ('delete', ?, ?)", table, table),
		id, words)
}

func (a *applyingDocs) room(r search.Room) error {
	var old string
	there, err := a.conn.one("SELECT words FROM rooms WHERE id = ?", func(r *row) { old = r.text() }, r.Chat)
	if err != nil {
		return err
	}
	if there {
		if err := a.take("room_words", int64(r.Chat), old); err != nil {
			return err
		}
		if err := a.conn.exec("DELETE FROM rooms WHERE id = ?", r.Chat); err != nil {
			return err
		}
	}
	if len(r.Words) == 0 {
		return nil
	}
	words := strings.Join(r.Words, " ")
	if err := a.conn.exec("INSERT INTO rooms VALUES (?, ?)", r.Chat, words); err != nil {
		return err
	}
	return a.conn.exec("INSERT INTO room_words(rowid, words) VALUES (?, ?)", r.Chat, words)
}
