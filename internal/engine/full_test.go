// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"sync/atomic"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// fullBed is a bed whose disk a test fills.
func fullBed(t *testing.T) (*bed, *atomic.Bool) {
	t.Helper()
	full := new(atomic.Bool)
	return newBed(t, func(c *engine.Config) {
		c.Full = func() error {
			if full.Load() {
				return chat.Errorf(chat.CodeDiskFull, "no room")
			}
			return nil
		}
	}), full
}

func TestWhileTheDiskIsNearlyFullOnlyWhatFreesOrReadsGoesOn(t *testing.T) {
	b, full := fullBed(t)
	ana, ben := b.person("ana_first"), b.person("ben_second")
	room := b.room(chat.Group, ana, ben)
	first, second := b.say(ana, room, "one"), b.say(ana, room, "two")
	b.must(ana, ana.Account.Log(), chat.SetBlock{Account: ben.Account})
	chats := b.open(ana, room.Log(), chat.RightRead)
	if _, err := chats.React(t.Context(), first.Seq, []string{"👍"}); err != nil {
		t.Fatal(err)
	}
	full.Store(true)
	for name, c := range map[string]struct {
		log chat.LogID
		cmd chat.Command
	}{
		"send":    {room.Log(), chat.Send{Text: "three"}},
		"edit":    {room.Log(), chat.Edit{Target: second.Seq, Text: "2"}},
		"pin":     {room.Log(), chat.SetPin{Target: second.Seq}},
		"draft":   {room.Log(), chat.SetDraft{Text: "not yet"}},
		"profile": {ana.Account.Log(), chat.SetProfile{Profile: chat.Profile{Name: "Ana B"}}},
	} {
		if _, err := b.do(ana, c.log, c.cmd); chat.CodeOf(err) != chat.CodeDiskFull {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := chats.React(t.Context(), second.Seq, []string{"👍"}); chat.CodeOf(err) != chat.CodeDiskFull {
		t.Errorf("react: %v", err)
	}
	if _, err := chats.React(t.Context(), first.Seq, nil); err != nil {
		t.Errorf("take a reaction back: %v", err)
	}
	if got := b.texts(ben, room); len(got) != 2 {
		t.Errorf("ben reads %q", got)
	}
	b.must(ana, room.Log(), chat.Delete{Targets: []chat.Seq{first.Seq}})
	b.must(ben, room.Log(), chat.Leave{})
	b.must(ana, ana.Account.Log(), chat.SetBlock{Account: ben.Account, Blocked: true})
	b.must(ana, room.Log(), chat.DeleteChat{})
	full.Store(false)
	b.must(ana, ana.Account.Log(), chat.SetProfile{Profile: chat.Profile{Name: "Ana B"}})
}

// TestARetryIsAnsweredWhileTheDiskIsNearlyFull: a refusal says that nothing was stored, so a key that was
// stored goes before it (I3).
func TestARetryIsAnsweredWhileTheDiskIsNearlyFull(t *testing.T) {
	b, full := fullBed(t)
	ana := b.person("ana_first")
	room := b.room(chat.Group, ana)
	h, key := b.open(ana, room.Log(), chat.RightSend), b.key()
	first, err := h.Do(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil {
		t.Fatal(err)
	}
	full.Store(true)
	again, err := h.Do(t.Context(), chat.Send{Text: "once"}, key)
	if err != nil || again.Seq != first.Seq || !again.Repeated {
		t.Errorf("the retry got %+v (%v), want the place %d", again, err, first.Seq)
	}
}
