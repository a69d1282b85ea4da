// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// TestPublicChatsAreReadFromTheirIndexAlone asks the database how it would turn a page: from where the one
// before ended, without sorting, and without looking at any other chat.
//
// DIR-2
func TestPublicChatsAreReadFromTheirIndexAlone(t *testing.T) {
	s := unsynced(t)
	for _, x := range []struct {
		text, from string
		args       []any
	}{
		{asMany, "SEARCH c USING INDEX chats_public (type=? AND members=? AND chat<?)", []any{1, 2, 3, 4, 5, 6}},
		{fewer, "SEARCH c USING INDEX chats_public (type=? AND members<?)", []any{1, 2, 3, 4, 5}},
	} {
		var plan []string
		err := s.read(t.Context(), "plan", func(c *conn) error {
			return c.query("EXPLAIN QUERY PLAN "+x.text, func(r *row) error {
				r.int()
				r.int()
				r.int()
				plan = append(plan, r.text())
				return nil
			}, x.args...)
		})
		// "l" is the last entries of a log, no more than engine.PublicDepth.
		all := strings.ReplaceAll(strings.Join(plan, "\n"), "SCAN l\n", "")
		if err != nil || !strings.Contains(all, x.from) || strings.Contains(all, "SCAN") ||
			strings.Contains(all, "TEMP B-TREE") {
			t.Errorf("%s: %v\n%s", x.text, err, all)
		}
	}
}

// BenchmarkPublic turns pages of fifty public channels of 50,000, half of which nobody but their owner is in.
func BenchmarkPublic(b *testing.B) {
	const channels = 50_000
	s := open(b, b.TempDir(), Config{unsynced: true})
	var batches []engine.Batch
	for i := range chat.ChatID(channels) {
		room := i + 1
		name := fmt.Sprint("channel_", room)
		c := chat.Chat{ID: room, Type: chat.Channel, Title: "A channel", About: strings.Repeat("about it ", 20),
			Members: 1 + max(uint32(room), channels/2) - channels/2, Facts: 1}
		changes := []chat.Change{chat.ChatAdded{Chat: c},
			chat.ChatPatched{Chat: room, Info: chat.InfoChange{Name: &name}}}
		batches = append(batches, engine.Batch{Entries: []chat.Draft{
			{Log: room.Log(), Env: chat.Envelope{Kind: chat.KindChatCreated}, Changes: changes},
			{Log: room.Log(), Env: chat.Envelope{Kind: chat.KindMessage, Counted: true}, Body: []byte("post")},
		}})
	}
	add(b, s, batches...)
	for name, after := range map[string]engine.PublicPlace{
		"first": {}, "middle": {Members: channels / 4, Chat: channels * 3 / 4}, "ones": {Members: 1, Chat: 100},
	} {
		b.Run(name, func(b *testing.B) {
			q := engine.PublicQuery{Type: chat.Channel, Account: 1, After: after, Limit: 51}
			for b.Loop() {
				rows, err := s.Public(b.Context(), q)
				if err != nil || len(rows) != q.Limit || rows[0].Last == 0 {
					b.Fatal(len(rows), err)
				}
			}
		})
	}
}
