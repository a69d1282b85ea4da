// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import (
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// PUSH-6
func TestWhatComesForTheSameChatJoinsAndWhatDoesNotFitIsDropped(t *testing.T) {
	now := time.Unix(1000, 0)
	q := newQueue(2, func() time.Time { return now })
	of := func(who chat.AccountID, seq chat.Seq) job {
		return job{name: name{seat: seat{account: who, room: 7}}, seq: seq}
	}
	q.add(of(1, 5), of(2, 5), of(1, 6), of(3, 5))
	if n, dropped := q.size(); n != 2 || dropped != 1 {
		t.Errorf("%d jobs wait and %d were dropped", n, dropped)
	}
	first, _, _ := q.take()
	second, _, _ := q.take()
	if first.account != 1 || first.seq != 6 || second.account != 2 {
		t.Errorf("%+v and %+v come", first, second)
	}
	if _, ok, wait := q.take(); ok || wait != idle {
		t.Error("there is a third")
	}
}

func TestAJobComesWhenItIsDueAndAtOnceWhereSomethingNewJoinsIt(t *testing.T) {
	now := time.Unix(1000, 0)
	q := newQueue(9, func() time.Time { return now })
	late := job{name: name{seat: seat{account: 1, room: 7}}, seq: 5, due: now.Add(time.Minute)}
	retried := job{name: name{seat: seat{account: 2, room: 7}}, seq: 5, tries: 1, due: now.Add(time.Hour)}
	q.add(late, retried)
	if _, ok, wait := q.take(); ok || wait != time.Minute {
		t.Errorf("one is due already, or in %v", wait)
	}
	q.add(job{name: late.name, seq: 6}, job{name: retried.name, seq: 6})
	if j, ok, _ := q.take(); !ok || j.seq != 6 || j.account != 1 {
		t.Errorf("%+v comes", j)
	}
	// A push service that asked for patience gets it.
	if j, ok, _ := q.take(); ok {
		t.Errorf("%+v comes too early", j)
	}
	now = now.Add(time.Hour)
	if j, ok, _ := q.take(); !ok || j.seq != 6 || j.account != 2 {
		t.Errorf("%+v comes late", j)
	}
}

func TestAHostThatDoesNotAnswerIsLeftAloneForLongerAndLonger(t *testing.T) {
	now := time.Unix(1000, 0)
	h := newHosts(func() time.Time { return now }, time.Second)
	const dead, alive = "https://dead.example/a", "https://alive.example/b"
	for range patience - 1 {
		h.failed(dead)
	}
	if !h.closed(dead).IsZero() {
		t.Error("it is left alone at once")
	}
	for i, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		h.failed(dead)
		if got := h.closed("https://dead.example/other").Sub(now); got != want {
			t.Errorf("after %d more failures it is left alone for %v", i+1, got)
		}
	}
	for range 50 {
		h.failed(dead)
	}
	if got := h.closed(dead).Sub(now); got != maxWait {
		t.Errorf("in the end it is left alone for %v", got)
	}
	if !h.closed(alive).IsZero() || !h.unreachable() {
		t.Error("another host suffers, or nobody is told")
	}
	h.good(dead)
	if !h.closed(dead).IsZero() || h.unreachable() {
		t.Error("an answer changes nothing")
	}
}
