// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/sqlite"
)

// onStores runs a benchmark on the store in memory, which shows the cost of the engine, and on a disk.
func onStores(b *testing.B, run func(*testing.B, *bed)) {
	b.Run("memory", func(b *testing.B) { run(b, newBed(b)) })
	b.Run("sqlite", func(b *testing.B) {
		s, err := sqlite.Open(b.Context(), b.TempDir(), sqlite.Config{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		run(b, newBed(b, func(c *engine.Config) { c.Store = s }))
	})
}

// benchmarkSend sends b.N messages through rooms from 256 writers at a time.
func benchmarkSend(b *testing.B, bed *bed, rooms int) {
	ana := bed.person("ana_a")
	handles := make([]*engine.Handle, rooms)
	for i := range handles {
		handles[i] = bed.open(ana, bed.room(chat.Group, ana).Log(), chat.RightSend)
	}
	keys := make([]chat.Key, b.N)
	for i := range keys {
		keys[i] = bed.key()
	}
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	const writers = 256
	for w := range writers {
		wg.Go(func() {
			for i := w; i < b.N; i += writers {
				cmd := chat.Send{Text: "a message as long as messages are, with a few words in it"}
				if _, err := handles[i%rooms].Do(b.Context(), cmd, keys[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkSendToOneHotChat(b *testing.B) {
	onStores(b, func(b *testing.B, bed *bed) { benchmarkSend(b, bed, 1) })
}

func BenchmarkSendToAThousandChats(b *testing.B) {
	onStores(b, func(b *testing.B, bed *bed) { benchmarkSend(b, bed, 1000) })
}

// BenchmarkSendWithTheShareOfADay shows what counting each account's share of the day costs a message: the
// same messages without the bound and with it, each twice in one run, over the store in memory, beside which
// it shows most.
func BenchmarkSendWithTheShareOfADay(b *testing.B) {
	for _, c := range []struct {
		name string
		day  int64
	}{{"without", 0}, {"with", 1 << 50}, {"without again", 0}, {"with again", 1 << 50}} {
		b.Run(c.name, func(b *testing.B) {
			benchmarkSend(b, newBed(b, func(cfg *engine.Config) { cfg.DayBytes = c.day }), 1000)
		})
	}
}

// BenchmarkSyncAfterADay catches an account up on 500 chats, all of which have moved, or five of them.
func BenchmarkSyncAfterADay(b *testing.B) {
	onStores(b, func(b *testing.B, bed *bed) {
		ana, ben := bed.person("ana_a"), bed.person("ben_b")
		var rooms []chat.ChatID
		for range 500 {
			rooms = append(rooms, bed.room(chat.Group, ana, ben))
		}
		before, err := bed.Sync(b.Context(), ben, engine.SyncQuery{Limit: 1000})
		if err != nil {
			b.Fatal(err)
		}
		for _, moved := range []int{5, 500} {
			for _, room := range rooms[:moved] {
				bed.say(ana, room, "good morning")
			}
			b.Run(fmt.Sprintf("%d moved", moved), func(b *testing.B) {
				for b.Loop() {
					res, err := bed.Sync(b.Context(), ben, engine.SyncQuery{
						Pos: before.Pos, UserSeq: before.UserHead.Seq, Limit: 1000,
					})
					if err != nil || len(res.Chats) != moved {
						b.Fatalf("%d chats, %v", len(res.Chats), err)
					}
				}
			})
		}
	})
}
