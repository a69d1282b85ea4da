// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

func TestTypingReachesTheOthersWhoShowTheirOwn(t *testing.T) {
	with(t, Config{Small: 3}, func(e *env) {
		e.feed.members(1, 10, 11, 12)
		e.feed.members(2, 10, 11, 12, 13)
		_, writer := e.open(10)
		_, other := e.open(11)
		_, hidden := e.open(12, chat.Privacy{HideTyping: true})
		e.hub.Typing(Typing{Chat: 1, Account: 10})
		e.expect(other, "hub.Typing{Chat:1 Account:10 Stopped:false Recording:false}\n")
		e.expect(writer, "")
		e.expect(hidden, "")
		e.hub.Typing(Typing{Chat: 1, Account: 12})
		e.hub.Typing(Typing{Chat: 2, Account: 10}) // too many in it
		e.expect(other, "")
	})
}

func TestRecordingReachesTheOthersWhoShowTheirTyping(t *testing.T) {
	with(t, Config{Small: 3}, func(e *env) {
		e.feed.members(1, 10, 11, 12)
		e.feed.members(2, 10, 11, 12, 13)
		_, speaker := e.open(10)
		_, other := e.open(11)
		_, hidden := e.open(12, chat.Privacy{HideTyping: true})
		e.hub.Typing(Typing{Chat: 1, Account: 10, Recording: true})
		e.expect(other, "hub.Typing{Chat:1 Account:10 Stopped:false Recording:true}\n")
		e.expect(speaker, "")
		e.expect(hidden, "")
		e.hub.Typing(Typing{Chat: 1, Account: 12, Recording: true}) // hides
		e.hub.Typing(Typing{Chat: 2, Account: 10, Recording: true}) // too many in it
		time.Sleep(time.Second)
		e.expect(other, "")
	})
}

func TestReadSignalsAreForPeopleWhoKnowEachOther(t *testing.T) {
	with(t, Config{Small: 3}, func(e *env) {
		e.feed.members(1, 10, 11, 12)
		e.feed.members(3, 10, 11, 12, 13, 14)
		_, reader := e.open(10)
		_, other := e.open(11)
		_, hides := e.open(12, chat.Privacy{HideReads: true})
		e.feed.growth <- Growth{Signals: []Signal{PeerRead{Chat: 1, Account: 10, Seq: 5}}}
		e.feed.growth <- Growth{Signals: []Signal{PeerRead{Chat: 3, Account: 10, Seq: 5}}}
		e.expect(other, "hub.PeerRead{Chat:1 Account:10 Seq:5}\n")
		e.expect(reader, "")
		e.expect(hides, "")
	})
}

func TestTalliesAreToldOnceASecondAtMost(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10)
		_, p := e.open(10)
		for i := range 30 { // in 3 seconds
			e.feed.growth <- Growth{Signals: []Signal{Counted{Chat: 1, Seq: chat.Seq(i%5 + 1)}}}
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		told := strings.Count(p.read(), "tally/1/")
		if told < 3 || told > 5 {
			t.Errorf("told %d times in 3 seconds", told)
		}
	})
}

func TestTalliesThatOutlastTheirAudienceAreLeftOut(t *testing.T) {
	with(t, Config{RoomBytes: 1}, func(e *env) {
		e.feed.members(1, 10)
		e.feed.tallyGate = make(chan struct{})
		_, p := e.open(10)
		e.feed.growth <- Growth{Signals: []Signal{Counted{Chat: 1, Seq: 1}}}
		time.Sleep(3 * time.Second) // the tallies are asked for, then the audience is forgotten
		synctest.Wait()
		if n := e.hub.Stats().Rooms; n != 0 {
			t.Fatalf("%d audiences are kept", n)
		}
		gate := make(chan struct{})
		e.feed.mu.Lock()
		e.feed.gate[1] = gate
		e.feed.mu.Unlock()
		e.feed.grow(1, 1) // the audience is loaded again, and that takes long
		synctest.Wait()
		close(e.feed.tallyGate)
		e.expect(p, "")
		close(gate)
		time.Sleep(time.Second)
		e.expect(p, tail(1, 1))
	})
}

func TestPresenceIsToldToThoseWhoWatchAndShowTheirs(t *testing.T) {
	with(t, Config{}, func(e *env) {
		w, watcher := e.open(1)
		_, bystander := e.open(2)
		h, hider := e.open(3, chat.Privacy{HideLastSeen: true})
		e.hub.Watch(w, []chat.AccountID{10, 11})
		e.hub.Watch(h, []chat.AccountID{10, 11})
		s, _ := e.open(10)
		e.open(11, chat.Privacy{HideLastSeen: true})
		e.expect(watcher, "hub.Presence{Account:10 Online:true LastSeen:0}\n")
		if on := e.hub.Online(1, 10, 11, 12); !on[10] || on[11] || on[12] {
			t.Errorf("online: %v", on)
		}
		// A reconnect is seen by nobody.
		e.hub.Leave(s)
		time.Sleep(5 * time.Second)
		s, _ = e.open(10)
		time.Sleep(time.Minute)
		e.expect(watcher, "")
		// Leaving is, a while later, with the time of leaving.
		left := time.Now()
		e.hub.Leave(s)
		time.Sleep(time.Minute)
		at := chat.Millis(left.UnixMilli())
		f, _ := text(Presence{Account: 10, LastSeen: at})
		e.expect(watcher, string(f.Data))
		if e.feed.seen[10] != at {
			t.Errorf("recorded %v, left at %v", e.feed.seen[10], at)
		}
		e.expect(bystander, "")
		e.expect(hider, "")
		// Watching others replaces the set.
		e.hub.Watch(w, []chat.AccountID{12})
		e.open(10)
		e.expect(watcher, "")
	})
}

func TestHidingPresenceShowsAsGone(t *testing.T) {
	with(t, Config{}, func(e *env) {
		w, watcher := e.open(1)
		e.hub.Watch(w, []chat.AccountID{10})
		e.open(10)
		e.expect(watcher, "hub.Presence{Account:10 Online:true LastSeen:0}\n")
		time.Sleep(time.Second)
		e.feed.growth <- Growth{Privacy: []Privacy{{Account: 10, Privacy: chat.Privacy{HideLastSeen: true}}}}
		e.expect(watcher, "hub.Presence{Account:10 Online:false LastSeen:0}\n")
		time.Sleep(time.Second)
		e.feed.growth <- Growth{Privacy: []Privacy{{Account: 10}}}
		e.expect(watcher, "hub.Presence{Account:10 Online:true LastSeen:0}\n")
	})
}

func TestABlockTakesTwoWhoWatchEachOtherApart(t *testing.T) {
	with(t, Config{}, func(e *env) {
		a, first := e.open(1)
		b, second := e.open(2)
		c, third := e.open(3)
		e.hub.Watch(a, []chat.AccountID{2, 3, 4})
		e.hub.Watch(b, []chat.AccountID{1, 3})
		e.hub.Watch(c, []chat.AccountID{1, 2})
		e.feed.growth <- Growth{Blocks: []Block{{Account: 1, Other: 2}}}
		e.expect(first, "hub.Presence{Account:2 Online:false LastSeen:0}\n")
		e.expect(second, "hub.Presence{Account:1 Online:false LastSeen:0}\n")
		time.Sleep(time.Second)
		e.hub.Leave(b)
		time.Sleep(time.Minute)
		e.open(4)
		e.expect(first, "hub.Presence{Account:4 Online:true LastSeen:0}\n")
		if got := third.read(); !strings.Contains(got, "Account:2 Online:false") {
			t.Errorf("a third sees %q", got)
		}
	})
}

func TestASignalThatOvertakesTheFeedWaitsForIt(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10)
		_, first := e.open(10)
		_, second := e.open(11)
		e.open(12)
		e.feed.grow(1, 1)
		e.expect(first, tail(1, 1))
		time.Sleep(time.Second)
		e.hub.Typing(Typing{Chat: 1, Account: 12}) // both have joined, and the feed has not said so
		e.expect(first, "")
		e.feed.stand(1, 0, 11, true)
		e.feed.stand(1, 0, 12, true)
		time.Sleep(time.Second)
		want := "hub.Typing{Chat:1 Account:12 Stopped:false Recording:false}\n"
		e.expect(first, want)
		e.expect(second, "user/41\n"+want)
		e.hub.Typing(Typing{Chat: 1, Account: 99})
		synctest.Wait()
		time.Sleep(time.Minute)
		e.feed.stand(1, 0, 99, true)
		e.expect(first, "")
	})
}

func TestSignalsCrossTheBusBetweenHubs(t *testing.T) {
	bus := NewLocal()
	with(t, Config{Bus: bus}, func(e *env) {
		other := newFeed()
		other.members(1, 10, 11)
		second := Start(Config{Source: other, Encode: text, Bus: bus})
		defer second.Close(0, 0)
		p := newPipe()
		if err := second.Open(new(Session), Identity{Account: 11}, p, nil); err != nil {
			t.Fatal(err)
		}
		e.open(10)
		e.hub.Typing(Typing{Chat: 1, Account: 10, Stopped: true})
		e.expect(p, "hub.Typing{Chat:1 Account:10 Stopped:true Recording:false}\n")
	})
}

// TestNothingLeaksWhoeverComesAndGoes plays random joins, departures and messages with audiences that are
// loaded late and ahead of the feed, and compares what everybody gets with what he was a member for.
func TestNothingLeaksWhoeverComesAndGoes(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) { playStandings(t, rand.New(rand.NewPCG(seed, 7))) })
	}
}

func playStandings(t *testing.T, r *rand.Rand) {
	const people, steps = 6, 60
	f := newFeed()
	in := map[chat.AccountID]bool{}
	may := make([]map[chat.Seq]bool, people+1)  // entries while in
	must := make([]map[chat.Seq]bool, people+1) // of them, those after which nothing changed
	h := Start(Config{Source: f, Encode: text, RoomBytes: 1})
	defer h.Close(0, 0)
	var sinks []*pipe
	for a := chat.AccountID(1); a <= people; a++ {
		p := newPipe()
		if err := h.Open(new(Session), Identity{Account: a}, p, nil); err != nil {
			t.Fatal(err)
		}
		sinks = append(sinks, p)
		may[a], must[a] = map[chat.Seq]bool{}, map[chat.Seq]bool{}
		in[a] = r.IntN(2) == 0
	}
	audience := func() {
		var now []chat.AccountID
		for a := chat.AccountID(1); a <= people; a++ {
			if in[a] {
				now = append(now, a)
			}
		}
		f.members(1, now...)
	}
	audience()
	f.keep = true // what the store holds runs ahead of what the hub is told
	seq := chat.Seq(0)
	for range steps {
		switch r.IntN(5) {
		case 0:
			a := chat.AccountID(1 + r.IntN(people))
			in[a] = !in[a]
			at := chat.Seq(0)
			if r.IntN(2) == 0 {
				seq++
				at = seq
				for b := range in {
					may[b][at] = in[b]
				}
			}
			f.stand(1, at, a, in[a])
			for s := range must[a] {
				if !in[a] {
					delete(must[a], s) // may be missed by who left before the hub looked
				}
			}
		case 1, 2:
			seq++
			for b := range in {
				may[b][seq] = in[b]
				if in[b] {
					must[b][seq] = true
				}
			}
			f.grow(1, seq)
		case 3:
			f.release(r.IntN(4))
			synctest.Wait()
		default:
			time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond)
		}
		audience()
	}
	f.release(steps)
	time.Sleep(10 * time.Second)
	synctest.Wait()
	for i, p := range sinks {
		check(t, chat.AccountID(i+1), p.read(), may[i+1], must[i+1])
	}
}

func check(t *testing.T, who chat.AccountID, got string, may, must map[chat.Seq]bool) {
	t.Helper()
	last := chat.Seq(0)
	for line := range strings.Lines(got) {
		rest, ok := strings.CutPrefix(line, "chat/1/")
		if !ok {
			continue
		}
		var s chat.Seq
		for _, c := range strings.TrimSpace(rest) {
			s = s*10 + chat.Seq(c-'0')
		}
		if !may[s] {
			t.Errorf("%d got entry %d while not a member", who, s)
		}
		if s <= last {
			t.Errorf("%d got entry %d after %d", who, s, last)
		}
		last = s
		delete(must, s)
	}
	if len(must) > 0 {
		t.Errorf("%d missed %v", who, must)
	}
}

// UPD-2
func TestSwitchesThatChangeWhileASessionBeginsCount(t *testing.T) {
	with(t, Config{}, func(e *env) {
		w, seen := e.open(1)
		e.hub.Watch(w, []chat.AccountID{10})
		// Account 10 has read its switches, hides, and only then has its session.
		e.feed.tell(Growth{Privacy: []Privacy{{Account: 10, Privacy: chat.Privacy{HideLastSeen: true}}}})
		synctest.Wait()
		s, _ := e.open(10)
		e.expect(seen, "")
		if e.hub.Online(1, 10)[10] {
			t.Error("shown to be online")
		}
		e.hub.Leave(s)
		time.Sleep(switchedKept + time.Minute)
		e.open(10, chat.Privacy{}) // what is read by now is newer
		if !e.hub.Online(1, 10)[10] {
			t.Error("hidden for good")
		}
		if len(e.hub.switched) != 0 {
			t.Errorf("%d kept", len(e.hub.switched))
		}
	})
}
