// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"sync"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// benchmarkSend sends b.N messages through rooms from 256 writers at a time.
func benchmarkSend(b *testing.B, rooms int) {
	bed := newBed(b)
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

func BenchmarkSendToOneHotChat(b *testing.B)     { benchmarkSend(b, 1) }
func BenchmarkSendToAThousandChats(b *testing.B) { benchmarkSend(b, 1000) }
