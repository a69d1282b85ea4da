// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"testing"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// offline is a client of a token that is never connected, over a journal.
func offline(t *testing.T, token string, j Journal) *Client {
	t.Helper()
	c := &Client{o: Options{Token: token}, journal: j, changed: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancel(t.Context())
	c.outbox = newOutbox(c)
	if err := c.outbox.load(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestAMessageThatMayBeStoredIsNotSentUnderAnotherDevice(t *testing.T) {
	journal := &MemoryJournal{}
	first := offline(t, "first", journal)
	for _, text := range []string{"its answer is lost", "never sent"} {
		if _, err := first.outbox.add(&zolalv1.SendRequest{Chat: 1, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := first.outbox.add(&zolalv1.SendRequest{Chat: 2, Text: "refused"}); err != nil {
		t.Fatal(err)
	}
	head := func(chat uint32) *item { return first.outbox.chats[chat].items[0] }
	for _, chat := range []uint32{1, 2} {
		if err := first.outbox.trying(head(chat)); err != nil {
			t.Fatal(err)
		}
	}
	first.outbox.notStored(head(2)) // as by an answer that the device is signed out
	first.Close()

	same := offline(t, "first", journal)
	if none, err := same.Doubtful(); err != nil || len(none) != 0 || same.Unsent() != 3 {
		t.Errorf("the same device asks again: %v, %v, %d wait", none, err, same.Unsent())
	}
	same.Close()
	for range 2 { // also when it starts again
		next := offline(t, "second", journal)
		all, err := next.Doubtful()
		if err != nil || len(all) != 1 || all[0].GetText() != "its answer is lost" || next.Unsent() != 2 {
			t.Errorf("another device: %v, %v, %d wait", all, err, next.Unsent())
		}
		next.Close()
	}
}
