// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
)

// changed is how many rows the writer has changed since it was opened.
func changed(t *testing.T, s *Store) (n int64) {
	t.Helper()
	err := s.do(t.Context(), "count", func(w *writer) error {
		_, err := w.conn.one("SELECT total_changes()", func(r *row) { n = r.int() })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAMessageChangesAsManyRowsHoweverManyMembersThereAre counts the rows that messages change in chats of
// many sizes (I4): one and the same number, so none is of a recipient.
func TestAMessageChangesAsManyRowsHoweverManyMembersThereAre(t *testing.T) {
	costs := map[int]int64{}
	now := func() time.Time { return time.UnixMilli(1<<24 + 1000) } // when the keys are made
	for _, members := range []int{10, 10_000} {
		s := unsynced(t)
		e, err := engine.Start(t.Context(), engine.Config{Store: s, Codec: wire.Codec{}, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		owner := chat.Actor{Account: 1, Device: 1, Scopes: chat.AllScopes}
		room, err := e.Create(t.Context(), owner, engine.NewChat{Type: chat.Group, Title: "crowd"}, key(1))
		if err != nil {
			t.Fatal(err)
		}
		in := said(room.Log.Chat(), key(2), "")
		for i := range members - 1 {
			in.Entries[0].Changes = append(in.Entries[0].Changes, chat.MemberSet{Chat: room.Log.Chat(),
				Member: chat.Member{Account: chat.AccountID(i + 2), Role: chat.RoleMember, Version: 1}})
		}
		in.Device = 2
		add(t, s, in)
		h, err := e.Open(t.Context(), owner, room.Log, chat.RightSend)
		if err != nil {
			t.Fatal(err)
		}
		before := changed(t, s)
		for i := range 20 {
			if _, err := h.Do(t.Context(), chat.Send{Text: fmt.Sprint("message ", i)}, key(3+i)); err != nil {
				t.Fatal(err)
			}
		}
		costs[members] = changed(t, s) - before
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if costs[10] == 0 || costs[10] != costs[10_000] {
		t.Errorf("rows changed by 20 messages, by number of members: %v", costs)
	}
}
