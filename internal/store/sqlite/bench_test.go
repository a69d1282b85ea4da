// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// The benchmarks run on a store that holds ZOLAL_BENCH_ROWS entries already (default 20,000). With
// ZOLAL_BENCH_DIR that store is kept there and filled only once:
//
//	ZOLAL_BENCH_ROWS=10000000 ZOLAL_BENCH_DIR=/var/tmp/bench go test -run - -bench . ./internal/store/sqlite
const (
	benchChats   = 1000
	benchMembers = 20 // of each chat, all of whom write
	benchBatches = 256
)

func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("ZOLAL_BENCH_ROWS")); err == nil {
		return n
	}
	return 20_000
}

// load makes messages as a running server does: keys of now, from many devices.
type load struct {
	rand  *rand.Rand
	chats int
	body  []byte
}

func newLoad(chats int) *load {
	seed := rand.NewPCG(1, uint64(time.Now().UnixNano())) // another one each time: keys may not repeat
	l := &load{rand: rand.New(seed), chats: chats, body: make([]byte, 150)}
	for i := range l.body {
		l.body[i] = byte(l.rand.Uint32())
	}
	return l
}

func (l *load) batch() engine.Batch {
	room := chat.ChatID(1 + l.rand.IntN(l.chats))
	author := chat.AccountID(1 + (int(room)*7+l.rand.IntN(benchMembers))%5000)
	now := time.Now().UnixMilli() - l.rand.Int64N(20) // on their way for up to 20 ms
	var k chat.Key
	binary.BigEndian.PutUint64(k[:], uint64(now)<<16|0x7000|uint64(l.rand.Uint32N(4096)))
	binary.BigEndian.PutUint64(k[8:], l.rand.Uint64())
	return engine.Batch{Device: chat.DeviceID(author), Key: k, Entries: []chat.Draft{{
		Log: room.Log(), At: chat.Millis(now), Author: author, Body: l.body,
		Env: chat.Envelope{Kind: chat.KindMessage, Counted: true},
	}}}
}

func (l *load) batches(n int) []engine.Batch {
	out := make([]engine.Batch, n)
	for i := range out {
		out[i] = l.batch()
	}
	return out
}

// benchStore opens a store with as many entries as asked for.
func benchStore(b *testing.B) *Store {
	dir := os.Getenv("ZOLAL_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	fill(b, dir)
	s := open(b, dir, Config{})
	b.ResetTimer()
	return s
}

// fill stores what is missing, many at a time and unsynced.
func fill(b *testing.B, dir string) {
	s, err := Open(b.Context(), dir, Config{unsynced: true})
	if err != nil {
		b.Fatal(err)
	}
	fillChats(b, s)
	_, last, err := s.Feed(b.Context(), 0, 0)
	if err != nil {
		b.Fatal(err)
	}
	const many = 16_384
	l := newLoad(benchChats)
	for left := benchRows() - int(last); left > 0; left -= many {
		add(b, s, l.batches(min(left, many))...)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// fillChats makes the chats and lets account 1 into half of them, unless that was done before.
func fillChats(b *testing.B, s *Store) {
	f, err := s.Facts(b.Context(), benchChats, 1, 0)
	if err != nil {
		b.Fatal(err)
	}
	if f.Chat.ID != 0 {
		return
	}
	for room := chat.ChatID(1); room <= benchChats; room++ {
		changes := []chat.Change{chat.ChatAdded{Chat: chat.Chat{ID: room, Type: chat.Group, Title: "a chat"}}}
		if room%2 == 0 {
			changes = append(changes, chat.MemberSet{
				Chat: room, Member: chat.Member{Account: 1, Role: chat.RoleMember, Version: 1},
			})
		}
		add(b, s, engine.Batch{Entries: []chat.Draft{{
			Log: room.Log(), Env: chat.Envelope{Kind: chat.KindChatCreated}, Changes: changes,
		}}})
	}
}

// cpu is the time that all threads of the process have worked.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkAppend stores synced batches of one message each.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct {
		name  string
		chats int
		call  int
	}{
		{"1000chats/call256", benchChats, benchBatches},
		{"1000chats/call32", benchChats, 32},
		{"1000chats/call1", benchChats, 1},
		{"1chat/call256", 1, benchBatches},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := benchStore(b)
			l := newLoad(c.chats)
			worked, n := cpu(b), 0
			for b.Loop() {
				add(b, s, l.batches(c.call)...)
				n += c.call
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric(float64((cpu(b)-worked).Microseconds())/float64(n), "cpu-µs/entry")
		})
	}
}

// BenchmarkList reads the chat list of an account with 500 chats after a day away.
func BenchmarkList(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		rows, total, _, err := s.List(b.Context(), engine.ListQuery{Account: 1, Limit: 500})
		if err != nil || len(rows) != benchChats/2 || total != len(rows) {
			b.Fatal(len(rows), total, err)
		}
	}
}

// BenchmarkOpen starts with what is stored.
func BenchmarkOpen(b *testing.B) {
	dir := os.Getenv("ZOLAL_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
		b.Setenv("ZOLAL_BENCH_DIR", dir)
	}
	fill(b, dir)
	b.ResetTimer()
	for b.Loop() {
		s, err := Open(b.Context(), dir, Config{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppendByMembers appends to a chat of few and of many members: it must not matter (I4).
func BenchmarkAppendByMembers(b *testing.B) {
	for _, members := range []int{10, 10_000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			s := open(b, b.TempDir(), Config{unsynced: true})
			changes := []chat.Change{chat.ChatAdded{Chat: chat.Chat{ID: 1, Type: chat.Channel}}}
			for who := range chat.AccountID(members) {
				m := chat.Member{Account: who + 1, Role: chat.RoleMember, Version: 1}
				changes = append(changes, chat.MemberSet{Chat: 1, Member: m})
			}
			add(b, s, engine.Batch{Entries: []chat.Draft{{Log: chat.ChatID(1).Log(), Changes: changes}}})
			l := newLoad(1)
			for b.Loop() {
				add(b, s, l.batch())
			}
		})
	}
}
