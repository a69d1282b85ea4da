// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"fmt"
	"testing"
)

// Chains go to everybody who reads a log. A subscriber of a channel who sees all of an entry but its author
// must not find the author by trying accounts until the chain fits.
func TestAChainTellsNothingThatAnEntryHides(t *testing.T) {
	room := ChatID(7).Log()
	e := Entry{
		Log: room, Seq: 2, Ord: 1, At: 1000, Author: 42, Device: 6, Key: Key{1},
		Env: Envelope{Kind: KindMessage, Counted: true}, Body: []byte("hello"),
		Seal: Seal{11, 7, 3},
	}
	shown := e.Shown(Channel)
	if shown.Author != 0 || shown.Key != (Key{}) || shown.Device != 0 || shown.Seal != (Seal{}) {
		t.Fatalf("a subscriber is shown %+v", shown)
	}
	shown.Seal = e.Seal // no author, key or device: only the body is sealed
	if Link(Chain{9}, &e) != Link(Chain{9}, &shown) {
		t.Error("the chain depends on what a subscriber is not shown")
	}
	// Somebody who reads the log when the body is erased, or holds the disk, tries every body it may have had.
	pin := e
	pin.Body = []byte("0042")
	link := Link(Chain{9}, &pin)
	pin.Erase()
	if len(pin.Body) > 0 || Link(Chain{9}, &pin) != link {
		t.Errorf("the erased entry is %+v", pin)
	}
	for _, seal := range []Seal{{}, pin.Seal} {
		for i := range 10_000 {
			guess := pin
			guess.Body, guess.Seal = fmt.Appendf(nil, "%04d", i), seal
			if Link(Chain{9}, &guess) == link || guess.commitment() == pin.Seal {
				t.Fatalf("what is left of an erased body tells that it was %q", guess.Body)
			}
		}
	}
}

func TestAChainTellsEntriesApart(t *testing.T) {
	base := Entry{
		Log: ChatID(7).Log(), Seq: 2, Ord: 1, At: 1000, Body: []byte("hello"),
		Env: Envelope{Kind: KindMessage, Counted: true, Target: 1, Expires: 5},
	}
	seen := map[Chain]string{Link(Chain{}, &base): "as it is"}
	for name, change := range map[string]func(*Entry){
		"log": func(e *Entry) { e.Log++ }, "seq": func(e *Entry) { e.Seq++ }, "ord": func(e *Entry) { e.Ord++ },
		"at": func(e *Entry) { e.At++ }, "kind": func(e *Entry) { e.Env.Kind = KindEdit },
		"counted": func(e *Entry) { e.Env.Counted = false }, "silent": func(e *Entry) { e.Env.Silent = true },
		"target": func(e *Entry) { e.Env.Target++ }, "expires": func(e *Entry) { e.Env.Expires++ },
		"body": func(e *Entry) { e.Body = []byte("hullo") }, "seal": func(e *Entry) { e.Seal = Seal{1} },
	} {
		e := base
		change(&e)
		c := Link(Chain{}, &e)
		if other, twice := seen[c]; twice {
			t.Errorf("%s: the same chain as %s", name, other)
		}
		seen[c] = name
	}
	if _, same := seen[Link(Chain{1}, &base)]; same {
		t.Error("the past makes no difference")
	}
}
