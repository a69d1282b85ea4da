// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"errors"
	"testing"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// A message of an earlier client has nobody who waits for it. A restore may refuse it while it is under way;
// the answer that comes then holds up nobody.
func TestASecondAnswerToAMessageThatNobodyWaitsForHoldsUpNobody(t *testing.T) {
	b := offline(t, "token", new(MemoryJournal)).outbox
	it := &item{name: outboxName(1), req: &zolalv1.SendRequest{Chat: 1}, done: make(chan result, 1)}
	l := &lane{items: []*item{it}}
	b.mu.Lock()
	err := b.rewaiting(l, 0)
	b.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	b.refused(it, l, errors.New("late"))
	if r := <-it.done; !errors.Is(r.err, errRewound) {
		t.Errorf("the first answer counts, not %v", r.err)
	}
}
