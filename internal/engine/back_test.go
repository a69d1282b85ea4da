// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func TestWhatWasChangedCanBeChangedBackAtOnce(t *testing.T) {
	b := newBed(t)
	sara := b.person("sara_s")
	room := b.room(chat.Channel, sara)
	for _, title := range []string{"First", "Second", "First"} {
		b.must(sara, room.Log(), chat.SetInfo{Change: chat.InfoChange{Title: &title}})
		f, err := b.store.Facts(t.Context(), room, sara.Account, 0)
		if err != nil || f.Chat.Title != title {
			t.Errorf("the title is %q, not %q: %v", f.Chat.Title, title, err)
		}
	}
	got := b.must(sara, room.Log(), chat.SetInfo{Change: chat.InfoChange{Title: new("First")}})
	if got != (engine.Receipt{Log: got.Log}) {
		t.Errorf("the same again changed something: %+v", got)
	}
}
