// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/search"
)

func openIndex(t testing.TB, dir string) *Index {
	t.Helper()
	x, err := OpenIndex(dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func indexed(t testing.TB, x *Index, docs ...search.Doc) {
	t.Helper()
	if err := x.Apply(t.Context(), search.Batch{Docs: docs, Mark: search.Mark{Pos: 1}}); err != nil {
		t.Fatal(err)
	}
}

func wordsOf(text string) []string {
	var words []string
	for _, w := range chat.SearchWords(text) {
		words = append(words, w.Text)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func document(room chat.ChatID, seq chat.Seq, text string) search.Doc {
	return search.Doc{Chat: room, Seq: seq, At: chat.Millis(seq), Author: 7, Words: wordsOf(text)}
}

func TestTextTakenOutOfTheIndexLeavesTheDisk(t *testing.T) {
	dir := t.TempDir()
	x := openIndex(t, dir)
	var docs []search.Doc
	for i := range 2000 { // so much that words lie in segments that were merged
		docs = append(docs, document(1, chat.Seq(i+1), fmt.Sprintf("common word%d and secretword%d", i, i)))
	}
	docs[1500] = document(1, 1501, "common zzqsecret") // like no other, so it is stored whole wherever it is
	for part := range slices.Chunk(docs, 100) {
		indexed(t, x, part...)
	}
	if err := x.truncate(); err != nil {
		t.Fatal(err)
	}
	if len(onDisk(t, dir, "zzqsecret")) == 0 {
		t.Fatal("what was indexed is not on disk")
	}
	edited := document(1, 1501, "common word1500 and another")
	edited.Edited = true
	indexed(t, x, edited, search.Doc{Chat: 1, Seq: 4, Gone: true})
	if err := x.truncate(); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"zzqsecret", "secretword3 "} {
		if files := onDisk(t, dir, gone); len(files) > 0 {
			t.Errorf("%q is still in %v", gone, files)
		}
	}
	for _, q := range []string{"zzqsecret", "word3"} {
		terms := chat.SearchTerms{{{Text: q}}}
		hits, err := x.Find(t.Context(), search.Query{Terms: terms, Reach: everything(3), Limit: 10})
		if err != nil || len(hits.Places) > 0 {
			t.Errorf("%q is found: %v %v", q, hits, err)
		}
	}
	if wrong, err := x.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Error(wrong, err)
	}
}

func TestWhatWasErasedLeavesTheIndexByItself(t *testing.T) {
	dir := t.TempDir()
	x, err := OpenIndex(dir, Config{erasedAfter: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	indexed(t, x, document(1, 1, "forgotten"))
	indexed(t, x, search.Doc{Chat: 1, Seq: 1, Gone: true})
	deadline := time.After(time.Minute)
	for again := time.Tick(time.Millisecond); len(onDisk(t, dir, "forgotten")) > 0; {
		select {
		case <-again:
		case <-deadline:
			t.Fatalf("it is still in %v", onDisk(t, dir, "forgotten"))
		}
	}
}

// everything is a reach of chats 1 to n, the newest first, nothing hidden.
func everything(n int) []engine.Reach {
	var all []engine.Reach
	for i := n; i > 0; i-- {
		all = append(all, engine.Reach{Chat: chat.ChatID(i)})
	}
	return all
}

// town is what a random index holds, by which every answer is judged.
type town struct {
	texts map[search.Place]string
	by    map[search.Place]chat.AccountID
	last  map[chat.ChatID]chat.Millis
}

var vocabulary = strings.Fields("سلام خوبی کتاب‌ها می‌خواهم می خواهم hello Hell world wor خانه ۱۲ 123 alef")

func (w *town) grow(t *testing.T, x *Index, r *rand.Rand) {
	seqs := map[chat.ChatID]chat.Seq{}
	for range 15 {
		var docs []search.Doc
		for range 20 {
			room := chat.ChatID(1 + r.IntN(6))
			seqs[room]++
			at := max(w.last[room], chat.Millis(r.IntN(500)))
			w.last[room] = at
			p := search.Place{At: at, Chat: room, Seq: seqs[room]}
			var text []string
			for range 1 + r.IntN(4) {
				text = append(text, vocabulary[r.IntN(len(vocabulary))])
			}
			w.texts[p], w.by[p] = strings.Join(text, " "), chat.AccountID(1+r.IntN(3))
			docs = append(docs, search.Doc{
				Chat: room, Seq: p.Seq, At: at, Author: w.by[p], Words: wordsOf(w.texts[p]),
			})
		}
		indexed(t, x, docs...)
	}
	for p := range w.texts {
		switch d := document(p.Chat, p.Seq, "hello کتاب"); r.IntN(8) {
		case 0:
			indexed(t, x, search.Doc{Chat: p.Chat, Seq: p.Seq, Gone: true})
			delete(w.texts, p)
		case 1:
			d.Edited = true
			w.texts[p] = "hello کتاب"
			indexed(t, x, d)
		}
	}
}

// want is what a query has to find.
func (w *town) want(q search.Query) []search.Place {
	var all []search.Place
	for p, text := range w.texts {
		i := slices.IndexFunc(q.Reach, func(r engine.Reach) bool { return r.Chat == p.Chat && p.Seq > r.Floor })
		_, ok := q.Terms.Match(text)
		if ok && i >= 0 && p.At >= q.Since && (q.Until == 0 || p.At < q.Until) &&
			(q.Author == 0 || q.Author == w.by[p]) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b search.Place) int { return comparePlaces(b, a) })
	return all
}

func TestTheIndexFindsPageByPageWhatATextByTextLookFinds(t *testing.T) {
	x := openIndex(t, t.TempDir())
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	w := town{map[search.Place]string{}, map[search.Place]chat.AccountID{}, map[chat.ChatID]chat.Millis{}}
	w.grow(t, x, r)
	queries := []string{"", "سلام", "سل", "میخواهم", "می خواهم", "hell", "hello wor", "کتابها سلام", "۱۲3", "al",
		"x"}
	for i := range 300 {
		q := search.Query{Terms: chat.SearchQuery(queries[i%len(queries)]), Limit: 1 + r.IntN(20), Count: 2000}
		for _, room := range r.Perm(6)[:1+r.IntN(6)] {
			id := chat.ChatID(room + 1)
			q.Reach = append(q.Reach, engine.Reach{Chat: id, Floor: chat.Seq(r.IntN(50)), Last: w.last[id]})
		}
		slices.SortFunc(q.Reach, func(a, b engine.Reach) int { return int(b.Last - a.Last) })
		if r.IntN(3) == 0 || len(q.Terms) == 0 {
			q.Author = chat.AccountID(1 + r.IntN(3))
		}
		if r.IntN(3) == 0 {
			q.Since, q.Until = chat.Millis(r.IntN(400)), chat.Millis(100+r.IntN(500))
		}
		want := w.want(q)
		for _, rare := range []bool{true, false} {
			if got := pages(t, x, q, rare); !slices.Equal(got.Places, want) || got.Total != len(want) {
				t.Fatalf("seed %d, rare %t, %+v:\n%v (%d)\nnot\n%v", seed, rare, q, got.Places, got.Total, want)
			}
		}
	}
}

// pages asks until there is no more.
func pages(t *testing.T, x *Index, q search.Query, rare bool) (all search.Hits) {
	t.Helper()
	for range 2000 {
		hits, err := x.find(t.Context(), q, rare)
		if err != nil {
			t.Fatal(err)
		}
		all.Total = max(all.Total, hits.Total)
		all.Places = append(all.Places, hits.Places...)
		if len(hits.Places) < q.Limit {
			return all
		}
		q.Before = hits.Places[len(hits.Places)-1]
	}
	t.Fatal("the pages do not end")
	return all
}

func TestWhatPeopleWriteIsNoSyntax(t *testing.T) {
	x := openIndex(t, t.TempDir())
	indexed(t, x, document(1, 1, `a "quoted" OR NEAR(b c) words:x ^y -z * 'single' ; DROP TABLE docs`))
	for _, hostile := range []string{
		`"`, `""`, `"quoted"`, `OR`, `AND AND`, `NEAR(`, `words : x`, `words:`, `^`, `*`, `a*`, `-z`, `(`, `)`,
		`{words}:a`, "\x00", "a\x00b", `'; DROP TABLE docs; --`, `@7`, `NOT`, `+ +`, strings.Repeat("(", 500), "ﷺ",
		"😀",
		strings.Repeat("a ", 250), strings.Repeat("ا", 500),
	} {
		if _, err := x.Find(t.Context(), asking(hostile)); err != nil {
			t.Errorf("%q: %v", hostile, err)
		}
		if _, err := x.Rooms(t.Context(), chat.SearchQuery(hostile), 5); err != nil {
			t.Errorf("%q: %v", hostile, err)
		}
	}
	for _, q := range []string{`"quoted" or`, `near(b`, `drop table`, `single;`} {
		hits, err := x.Find(t.Context(), asking(q))
		if err != nil || len(hits.Places) != 1 {
			t.Errorf("%q is not found: %v", q, err)
		}
	}
	// The word that stands for an author is in nobody's reach.
	hits, err := x.Find(t.Context(), asking("@7"))
	if err != nil || len(hits.Places) > 0 {
		t.Error("an author is found by words: ", hits, err)
	}
}

// asking is a query for words in two chats.
func asking(text string) search.Query {
	return search.Query{Terms: chat.SearchQuery(text), Reach: everything(2), Limit: 5}
}

func TestAnIndexThatCannotBeReadIsMadeAgain(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"garbage": func(path string) error {
			return os.WriteFile(path, []byte(strings.Repeat("garbage ", 999)), 0o600)
		},
		"of another version": func(path string) error {
			c, err := dial(path)
			if err != nil {
				return err
			}
			return errorsOf(c.exec("PRAGMA user_version=99"), c.close())
		},
	} {
		dir := t.TempDir()
		x, err := OpenIndex(dir, Config{})
		if err != nil {
			t.Fatal(err)
		}
		indexed(t, x, document(1, 1, "before"))
		if err := errorsOf(x.Close(), spoil(filepath.Join(dir, IndexName))); err != nil {
			t.Fatal(err)
		}
		x = openIndex(t, dir)
		if m, err := x.Mark(t.Context()); err != nil || m != (search.Mark{}) {
			t.Errorf("%s: the mark is %v, %v", name, m, err)
		}
		indexed(t, x, document(1, 1, "after"))
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestPublicChatsAreFoundUntilTheyAreNot(t *testing.T) {
	x := openIndex(t, t.TempDir())
	find := func(q string) []chat.ChatID {
		rooms, err := x.Rooms(context.Background(), chat.SearchQuery(q), 10)
		if err != nil {
			t.Fatal(err)
		}
		return rooms
	}
	apply := func(words ...string) {
		b := search.Batch{Rooms: []search.Room{{Chat: 3, Words: words}}}
		if err := x.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	apply("akhbar", "اخبار")
	if !slices.Equal(find("akh"), []chat.ChatID{3}) || !slices.Equal(find("اخبار"), []chat.ChatID{3}) {
		t.Error("it is not found")
	}
	apply("other")
	if len(find("akhbar")) > 0 || len(find("oth")) != 1 {
		t.Error("it is found by what it was called")
	}
	apply()
	if len(find("other")) > 0 {
		t.Error("it is found though it is not public")
	}
}

// BenchmarkIndex measures an index of ZOLAL_BENCH_ROWS messages (default 20,000) of some twelve words in a
// thousand chats: how many are taken in a second, what each takes on disk, and what searches cost.
func BenchmarkIndex(b *testing.B) {
	dir := b.TempDir()
	x := openIndex(b, dir)
	r := rand.New(rand.NewPCG(1, 2))
	// Words as often as in a language: the n-th as often as 1/n.
	zipf := rand.NewZipf(r, 1.07, 4, 60_000)
	rows := benchRows()
	seqs := make([]chat.Seq, benchChats+1)
	begun := time.Now()
	for done := 0; done < rows; done += benchBatches {
		var docs []search.Doc
		for range benchBatches {
			room := chat.ChatID(1 + r.IntN(benchChats))
			seqs[room]++
			words := make([]string, 12)
			for i := range words {
				words[i] = benchWord(zipf.Uint64())
			}
			d := document(room, seqs[room], strings.Join(words, " "))
			d.At, d.Author = chat.Millis(done), chat.AccountID(1+r.IntN(5000))
			docs = append(docs, d)
		}
		indexed(b, x, docs...)
	}
	took := time.Since(begun)
	if err := x.truncate(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, IndexName))
	if err != nil {
		b.Fatal(err)
	}
	reach := everything(500)
	for i := range reach {
		reach[i].Last = chat.Millis(rows)
	}
	for name, q := range map[string]string{
		"commonWord": benchWord(0), "rareWord": benchWord(30_000), "beginning": benchWord(3)[:4],
		"longBeginning": benchWord(40_000)[:10], "twoCommon": benchWord(1) + " " + benchWord(2),
		"nothing": "nowhere",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ask := search.Query{Terms: chat.SearchQuery(q), Reach: reach, Limit: 21}
				if _, err := x.Find(b.Context(), ask); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows)/took.Seconds(), "docs/s")
			b.ReportMetric(float64(info.Size())/float64(rows), "bytes/doc")
		})
	}
}

// benchWord makes a word of a number: two to five syllables of Persian letters.
func benchWord(n uint64) string {
	letters := []rune("ابپتجچخدرزسشفقکگلمنوهی")
	var word []rune
	for n += 500; n > 0; n /= uint64(len(letters)) {
		word = append(word, letters[n%uint64(len(letters))], 'ا')
	}
	return string(word)
}
