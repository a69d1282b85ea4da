// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// feed is a source that a test writes.
type feed struct {
	growth chan Growth
	kept   []Growth // not yet told, while keep
	keep   bool
	fail   chan error

	mu        sync.Mutex
	audiences map[chat.ChatID]Audience
	gate      map[chat.ChatID]chan struct{} // an audience is loaded when it is closed
	loads     int
	tallyGate chan struct{} // while not nil, tallies wait for it
	tallyAsks int
	seen      map[chat.AccountID]chat.Millis
	pos       chat.Pos
}

func newFeed() *feed {
	return &feed{
		growth: make(chan Growth, 1000), fail: make(chan error, 10), audiences: make(map[chat.ChatID]Audience),
		gate: make(map[chat.ChatID]chan struct{}), seen: make(map[chat.AccountID]chat.Millis),
	}
}

func (f *feed) Next(ctx context.Context) (Growth, error) {
	select {
	case g := <-f.growth:
		return g, nil
	case err := <-f.fail:
		return Growth{}, err
	case <-ctx.Done():
		return Growth{}, ctx.Err()
	}
}

func (f *feed) Audience(ctx context.Context, room chat.ChatID) (Audience, error) {
	f.mu.Lock()
	gate := f.gate[room]
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return Audience{}, ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.loads++
	return f.audiences[room], nil
}

func (f *feed) Tallies(ctx context.Context, _ chat.ChatID, seqs []chat.Seq) ([]chat.Tally, error) {
	f.mu.Lock()
	gate := f.tallyGate
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tallyAsks++
	var out []chat.Tally
	for _, s := range seqs {
		out = append(out, chat.Tally{Seq: s, Views: 1})
	}
	return out, nil
}

func (f *feed) Seen(_ context.Context, seen map[chat.AccountID]chat.Millis) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for a, at := range seen {
		f.seen[a] = at
	}
	return nil
}

// members sets the audience of a chat as of now.
func (f *feed) members(room chat.ChatID, accounts ...chat.AccountID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.audiences[room] = Audience{Pos: f.pos, Accounts: accounts}
}

// grow makes entries with the given seqs, one after the other in commit order.
func (f *feed) grow(room chat.ChatID, seqs ...chat.Seq) {
	g := Growth{}
	for _, s := range seqs {
		f.pos++
		g.Entries = append(g.Entries, chat.Entry{
			Log: room.Log(), Seq: s, Pos: f.pos, Env: chat.Envelope{Kind: chat.KindMessage}, Body: make([]byte, 100),
		})
	}
	f.tell(g)
}

// edit makes an entry that edits an earlier one.
func (f *feed) edit(room chat.ChatID, seq, target chat.Seq) {
	f.pos++
	env := chat.Envelope{Kind: chat.KindEdit, Target: target}
	f.tell(Growth{Entries: []chat.Entry{
		{Log: room.Log(), Seq: seq, Pos: f.pos, Env: env, Body: []byte("of it")},
	}})
}

func (f *feed) tell(g Growth) {
	g.Pos = f.pos
	if f.keep {
		f.kept = append(f.kept, g)
		return
	}
	f.growth <- g
}

// release tells n stretches of what was kept.
func (f *feed) release(n int) {
	for ; n > 0 && len(f.kept) > 0; n-- {
		f.growth <- f.kept[0]
		f.kept = f.kept[1:]
	}
}

// stand makes a change of who is in a chat: an entry of the chat if seq is not 0, then one of the user log.
func (f *feed) stand(room chat.ChatID, seq chat.Seq, who chat.AccountID, in bool) {
	g := Growth{}
	if seq > 0 {
		f.pos++
		g.Entries = append(g.Entries, chat.Entry{
			Log: room.Log(), Seq: seq, Pos: f.pos, Env: chat.Envelope{Kind: chat.KindMember},
		})
	}
	f.pos++
	g.Entries = append(g.Entries, chat.Entry{
		Log: who.Log(), Seq: chat.Seq(f.pos), Pos: f.pos, Env: chat.Envelope{Kind: chat.KindMyChat},
	})
	g.Standings = []Standing{{Chat: room, Account: who, In: in, Pos: f.pos}}
	f.tell(g)
}

// text is how tests encode updates: one line each, entries one by one.
func text(u Update) (*Frame, error) {
	var b strings.Builder
	n := 1
	switch u := u.(type) {
	case ChatTail:
		n = len(u.Entries)
		for _, e := range u.Entries {
			fmt.Fprintf(&b, "chat/%d/%d", u.Chat, e.Seq)
			if e.Tells(e.Env.Target) {
				fmt.Fprintf(&b, "/of %d", e.Env.Target)
			}
			fmt.Fprintln(&b)
		}
	case UserTail:
		for _, e := range u.Entries {
			fmt.Fprintf(&b, "user/%d\n", e.Env.Kind)
		}
	case TallyChange:
		fmt.Fprintf(&b, "tally/%d/%d\n", u.Chat, len(u.Tallies))
	default:
		fmt.Fprintf(&b, "%T%+v\n", u, u)
	}
	return &Frame{Data: []byte(b.String()), Updates: n}, nil
}

// pipe is a sink in memory. While stuck it takes nothing at once, and a Write waits as long as it may.
type pipe struct {
	mu      sync.Mutex
	got     strings.Builder
	at      time.Time // of the last write
	writes  int
	closed  chan struct{}
	over    bool
	stuck   chan struct{} // not nil: stuck until closed
	patient time.Duration
}

func newPipe() *pipe { return &pipe{closed: make(chan struct{}), patient: 15 * time.Second} }

func (p *pipe) TryWrite(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return 0, errors.New("closed")
	}
	if p.stuck != nil {
		return 0, nil
	}
	p.got.Write(b)
	p.writes++
	p.at = time.Now()
	return len(b), nil
}

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	stuck := p.stuck
	p.mu.Unlock()
	if stuck != nil {
		t := time.NewTimer(p.patient)
		defer t.Stop()
		select {
		case <-stuck:
		case <-p.closed:
			return 0, errors.New("closed")
		case <-t.C:
			return 0, errors.New("too slow")
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stuck = nil
	p.got.Write(b)
	p.writes++
	return len(b), nil
}

func (p *pipe) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.over = true
		close(p.closed)
	}
}

func (p *pipe) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over
}

// stick makes the sink slow until the returned function is called.
func (p *pipe) stick() (free func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := make(chan struct{})
	p.stuck = c
	return func() { close(c) }
}

// read returns what came since the last read.
func (p *pipe) read() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.got.String()
	p.got.Reset()
	return s
}

type env struct {
	t    *testing.T
	feed *feed
	hub  *Hub
}

// with runs a test with a hub in a bubble of fake time.
func with(t *testing.T, cfg Config, f func(e *env)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e := &env{t: t, feed: newFeed()}
		cfg.Source, cfg.Encode = e.feed, text
		e.hub = Start(cfg)
		defer e.hub.Close(0, 0)
		f(e)
	})
}

func (e *env) open(who chat.AccountID, p ...chat.Privacy) (*Session, *pipe) {
	e.t.Helper()
	s, sink := new(Session), newPipe()
	id := Identity{Account: who, Device: chat.DeviceID(who)}
	if len(p) > 0 {
		id.Privacy = p[0]
	}
	if err := e.hub.Open(s, id, sink, nil); err != nil {
		e.t.Fatal(err)
	}
	synctest.Wait()
	return s, sink
}

// expect waits until the hub is idle and compares what a sink got since.
func (e *env) expect(p *pipe, want string) {
	e.t.Helper()
	synctest.Wait()
	if got := p.read(); got != want {
		e.t.Errorf("got %q, want %q", got, want)
	}
}

func tail(room chat.ChatID, seqs ...chat.Seq) string {
	var b strings.Builder
	for _, s := range seqs {
		fmt.Fprintf(&b, "chat/%d/%d\n", room, s)
	}
	return b.String()
}

func TestAnEntryReachesEveryMemberWhoIsOnlineAndNobodyElse(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10, 11, 12)
		_, a := e.open(10)
		_, b := e.open(11)
		_, second := e.open(11)
		_, stranger := e.open(99)
		e.feed.grow(1, 1)
		for _, p := range []*pipe{a, b, second} {
			e.expect(p, tail(1, 1))
		}
		e.expect(stranger, "")
		if s := e.hub.Stats(); s.Deliveries != 3 || s.Sessions != 4 || s.Accounts != 3 {
			t.Errorf("%+v", s)
		}
	})
}

// UPD-5
func TestWhoseHistoryIsHiddenGetsAnEditOfItWithoutItsText(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10, 11)
		e.feed.audiences[1] = Audience{Accounts: []chat.AccountID{10, 11}, From: map[chat.AccountID]chat.Seq{11: 5}}
		_, all := e.open(10)
		_, less := e.open(11)
		_, late := e.open(12)
		e.feed.grow(1, 7)
		e.feed.pos++
		e.feed.tell(Growth{
			Standings: []Standing{{Chat: 1, Account: 12, In: true, From: 8, Pos: e.feed.pos}},
			Entries:   []chat.Entry{{Log: chat.AccountID(12).Log(), Seq: 1, Pos: e.feed.pos}},
		})
		e.feed.edit(1, 8, 4)
		e.feed.edit(1, 9, 5)
		time.Sleep(time.Second)
		e.expect(all, tail(1, 7)+"chat/1/8/of 4\nchat/1/9/of 5\n")
		e.expect(less, tail(1, 7, 8)+"chat/1/9/of 5\n")
		e.expect(late, "user/0\n"+tail(1, 8, 9))
	})
}

func TestWhoseHistoryIsHiddenIsNotToldOfItsTallies(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10, 11)
		e.feed.audiences[1] = Audience{Accounts: []chat.AccountID{10, 11}, From: map[chat.AccountID]chat.Seq{11: 5}}
		_, all := e.open(10)
		_, less := e.open(11)
		for _, seq := range []chat.Seq{4, 5} {
			e.feed.growth <- Growth{Signals: []Signal{Counted{Chat: 1, Seq: seq}}}
			time.Sleep(2 * time.Second)
		}
		e.expect(all, "tally/1/1\ntally/1/1\n")
		e.expect(less, "tally/1/1\n")
	})
}

func TestAnIdleSessionIsWrittenToAtOnceAndABusyOneOnTheTick(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10)
		_, p := e.open(10)
		start := time.Now()
		e.feed.grow(1, 1)
		e.expect(p, tail(1, 1))
		if d := time.Since(start); d != 0 {
			t.Errorf("the first entry took %v", d)
		}
		for s := chat.Seq(2); s <= 9; s++ {
			e.feed.grow(1, s)
			synctest.Wait()
		}
		e.expect(p, "")
		time.Sleep(e.hub.cfg.Tick)
		e.expect(p, tail(1, 2, 3, 4, 5, 6, 7, 8, 9))
		if p.writes != 2 {
			t.Errorf("%d writes", p.writes)
		}
		time.Sleep(time.Second)
		start = time.Now()
		e.feed.grow(1, 10)
		e.expect(p, tail(1, 10))
		if d := time.Since(start); d != 0 {
			t.Errorf("idle again, and it took %v", d)
		}
	})
}

func TestABusyChatOfManySharesFramesWithoutHoldingLong(t *testing.T) {
	with(t, Config{}, func(e *env) {
		const many = 1000
		var all []chat.AccountID
		var sinks []*pipe
		for a := chat.AccountID(1); a <= many; a++ {
			all = append(all, a)
		}
		e.feed.members(1, all...)
		for _, a := range all {
			_, p := e.open(a)
			sinks = append(sinks, p)
		}
		var sent []time.Time
		for s := chat.Seq(1); s <= 100; s++ { // 500 a second
			sent = append(sent, time.Now())
			e.feed.grow(1, s)
			synctest.Wait()
			time.Sleep(2 * time.Millisecond)
			if got := sinks[0].read(); got != "" {
				for line := range strings.Lines(got) {
					var n int
					fmt.Sscanf(line, "chat/1/%d", &n)
					if d := time.Since(sent[n-1]); d > e.hub.cfg.Hold+3*e.hub.cfg.Tick {
						t.Errorf("entry %d took %v", n, d)
					}
				}
			}
		}
		time.Sleep(time.Second)
		s := e.hub.Stats()
		if s.Deliveries != 100*many {
			t.Errorf("%d deliveries", s.Deliveries)
		}
		if s.Writes > s.Deliveries/10 {
			t.Errorf("%d writes for %d deliveries", s.Writes, s.Deliveries)
		}
	})
}

func TestARemovedMemberMissesTheVeryEntryThatRemovesHim(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10, 11)
		_, stays := e.open(10)
		_, goes := e.open(11)
		e.feed.grow(1, 1)
		e.feed.grow(1, 2) // held or queued when the removal comes
		e.feed.stand(1, 3, 11, false)
		e.feed.grow(1, 4)
		time.Sleep(time.Second)
		e.expect(stays, tail(1, 1, 2, 3, 4))
		synctest.Wait()
		got := goes.read()
		if c := strings.ReplaceAll(got, "user/41\n", ""); c != tail(1, 1, 2) || len(c) == len(got) {
			t.Errorf("who was removed got %q", got)
		}
	})
}

func TestANewMemberGetsNothingFromBeforeHeJoined(t *testing.T) {
	for _, late := range []string{"the audience is loaded before", "while it waits", "ahead of the feed"} {
		t.Run(late, func(t *testing.T) {
			with(t, Config{}, func(e *env) {
				e.feed.members(1, 10)
				_, p := e.open(11)
				gate := make(chan struct{})
				switch late {
				case "while it waits":
					e.feed.gate[1] = gate
				case "ahead of the feed":
					e.feed.audiences[1] = Audience{Pos: 3, Accounts: []chat.AccountID{10, 11}}
				}
				e.feed.grow(1, 1)
				synctest.Wait()
				e.feed.grow(1, 2)
				if late == "ahead of the feed" {
					e.feed.pos = 1
					e.expect(p, "")
					e.feed.pos = 2
				}
				e.feed.stand(1, 0, 11, true)
				if late == "while it waits" {
					synctest.Wait()
					e.feed.members(1, 10, 11)
					close(gate)
				}
				e.feed.grow(1, 3)
				time.Sleep(time.Second)
				e.expect(p, "user/41\n"+tail(1, 3))
			})
		})
	}
}

func TestAnOverflowDropsUpdatesForOneResyncAndKeepsAnswers(t *testing.T) {
	with(t, Config{QueueBytes: 100}, func(e *env) {
		e.feed.members(1, 10, 11)
		s, slow := e.open(10)
		_, quick := e.open(11)
		free := slow.stick()
		s.Answer(&Frame{Data: []byte("answer 1\n")})
		synctest.Wait()
		s.Answer(&Frame{Data: []byte("answer 2\n")})
		for q := chat.Seq(1); q <= 50; q++ {
			e.feed.grow(1, q)
			time.Sleep(10 * time.Millisecond)
		}
		var all []chat.Seq
		for q := chat.Seq(1); q <= 50; q++ {
			all = append(all, q)
		}
		e.expect(quick, tail(1, all...))
		e.expect(slow, "")
		free()
		synctest.Wait()
		e.expect(slow, "answer 1\nanswer 2\nhub.Resync{Dropped:50}\n")
		e.feed.grow(1, 51)
		time.Sleep(time.Second)
		e.expect(slow, tail(1, 51))
		if e.hub.Stats().Overflows != 1 {
			t.Errorf("%+v", e.hub.Stats())
		}
	})
}

// LIM-4
func TestASlowReaderLosesItsConnectionAfterTheDeadline(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10)
		_, p := e.open(10)
		p.stick()
		e.feed.grow(1, 1)
		time.Sleep(14 * time.Second)
		if p.isClosed() {
			t.Error("closed before its time")
		}
		time.Sleep(2 * time.Second)
		if !p.isClosed() {
			t.Error("still open")
		}
	})
}

// LIM-3
func TestAnswersNotReadHoldBackTheNextRequest(t *testing.T) {
	with(t, Config{AnswerBytes: 100}, func(e *env) {
		s, p := e.open(10)
		free := p.stick()
		s.Answer(&Frame{Data: make([]byte, 60)})
		synctest.Wait() // with the writer now
		s.Answer(&Frame{Data: make([]byte, 60)})
		if err := s.Wait(e.t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Answer(&Frame{Data: make([]byte, 60)})
		waited := make(chan error, 1)
		go func() { waited <- s.Wait(e.t.Context()) }()
		synctest.Wait()
		if len(waited) > 0 {
			t.Fatal("did not wait")
		}
		free()
		if err := <-waited; err != nil {
			t.Error(err)
		}
	})
}

// AUTH-5
func TestEndingADeviceClosesItsSessionsAfterTheLastWord(t *testing.T) {
	with(t, Config{}, func(e *env) {
		s, p := e.open(10)
		_, other := e.open(11)
		s.Answer(&Frame{Data: []byte("answer\n")})
		e.hub.End(10, 10, "revoked")
		synctest.Wait()
		e.expect(p, "answer\nhub.GoingAway{Code:revoked Retry:0}\n")
		if !p.isClosed() || other.isClosed() {
			t.Errorf("closed: %v, other: %v", p.isClosed(), other.isClosed())
		}
		s.Answer(&Frame{Data: []byte("too late")})
		e.expect(p, "")
	})
}

// AUTH-5
func TestADeviceThatEndedIsClosedThoughItDoesNotRead(t *testing.T) {
	with(t, Config{}, func(e *env) {
		s, p := e.open(10)
		p.stick()
		s.Answer(&Frame{Data: []byte("answer\n")})
		synctest.Wait() // with the writer now
		e.hub.End(10, 10, "revoked")
		time.Sleep(5 * time.Second)
		if !p.isClosed() {
			t.Error("still open")
		}
	})
}

// AUTH-5
func TestAStreamThatEndedIsCutOffThoughItDoesNotRead(t *testing.T) {
	with(t, Config{}, func(e *env) {
		var cuts [2]atomic.Int32
		var all [2]*Session
		for i := range all {
			all[i] = new(Session)
			all[i].CutBy(func() { cuts[i].Add(1) })
			if err := e.hub.Open(all[i], Identity{Account: 10, Device: 10}, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		e.hub.End(10, 10, "revoked")
		for i := range all {
			all[i].Take(1 << 10) // and it is written, or not
		}
		e.hub.Leave(all[1])
		time.Sleep(5 * time.Second)
		if cuts[0].Load() != 1 || cuts[1].Load() != 0 {
			t.Errorf("cut off: the one that is stuck %d times, the one that left %d times",
				cuts[0].Load(), cuts[1].Load())
		}
		e.hub.Leave(all[0])
	})
}

func TestWhatRoomsWeighFollowsWhoComesAndGoes(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10)
		_, p := e.open(10)
		e.feed.grow(1, 1)
		synctest.Wait()
		p.read()
		empty := e.hub.Stats().RoomBytes
		for who := chat.AccountID(100); who < 200; who++ {
			e.feed.tell(Growth{Standings: []Standing{{Chat: 1, Account: who, In: true, From: 2}}})
		}
		synctest.Wait()
		if full := e.hub.Stats().RoomBytes; full < empty+100*fromBytes {
			t.Errorf("with a hundred from whom history is hidden: %d, without %d", full, empty)
		}
		for who := chat.AccountID(100); who < 200; who++ {
			e.feed.tell(Growth{Standings: []Standing{{Chat: 1, Account: who}}})
		}
		synctest.Wait()
		if after := e.hub.Stats().RoomBytes; after > empty+fromBytes {
			t.Errorf("after they went: %d, before they came %d", after, empty)
		}
	})
}

func TestSessionsThatAreEndingCoverNoOthers(t *testing.T) {
	with(t, Config{Sessions: 2}, func(e *env) {
		slow, p := e.open(10)
		p.stick()
		slow.Answer(&Frame{Data: []byte("answer\n")})
		synctest.Wait()
		_, second := e.open(10)
		e.open(10)
		if second.isClosed() {
			t.Error("the second was ended for the oldest")
		}
		e.open(10)
		if !second.isClosed() {
			t.Error("the oldest, which takes its time, lets others stay")
		}
	})
}

func TestOneSessionTooManyEndsTheOldest(t *testing.T) {
	with(t, Config{Sessions: 2}, func(e *env) {
		_, oldest := e.open(10)
		_, b := e.open(10)
		_, c := e.open(10)
		e.expect(oldest, "hub.GoingAway{Code:replaced Retry:0}\n")
		if !oldest.isClosed() || b.isClosed() || c.isClosed() {
			t.Errorf("closed: %v %v %v", oldest.isClosed(), b.isClosed(), c.isClosed())
		}
	})
}

func TestClosingTellsEverybodyAndRecordsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFeed()
		h := Start(Config{Source: f, Encode: text})
		s, p := new(Session), newPipe()
		if err := h.Open(s, Identity{Account: 10}, p, nil); err != nil {
			t.Fatal(err)
		}
		h.Close(time.Second, 3*time.Second)
		if got := p.read(); got != "hub.GoingAway{Code:restarting Retry:3000}\n" || !p.isClosed() {
			t.Errorf("got %q, closed %v", got, p.isClosed())
		}
		if f.seen[10] != chat.Millis(time.Now().UnixMilli()) {
			t.Errorf("seen %v", f.seen)
		}
		err := h.Open(new(Session), Identity{Account: 11}, newPipe(), nil)
		if chat.CodeOf(err) != chat.CodeUnavailable {
			t.Errorf("a closed hub opens: %v", err)
		}
	})
}

func TestAnErrorOfTheFeedDelaysAndNeverLoses(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10)
		_, p := e.open(10)
		for range 3 {
			e.feed.fail <- errors.New("the disk is away")
		}
		time.Sleep(4 * time.Second)
		e.feed.grow(1, 1, 2)
		e.expect(p, tail(1, 1, 2))
	})
}

func TestAudiencesAreForgottenBySizeAndLoadedAgain(t *testing.T) {
	with(t, Config{RoomBytes: 10 * roomBytes}, func(e *env) {
		_, p := e.open(10)
		for round := chat.Seq(1); round <= 2; round++ {
			for c := chat.ChatID(1); c <= 100; c++ {
				e.feed.members(c, 10)
				e.feed.grow(c, round)
				synctest.Wait()
				time.Sleep(2 * time.Second)
				e.expect(p, tail(c, round))
			}
			if s := e.hub.Stats(); s.Rooms > 11 || s.RoomBytes > 11*roomBytes {
				t.Fatalf("%+v", s)
			}
		}
	})
}

func TestASessionWithoutASinkIsTakenFrom(t *testing.T) {
	with(t, Config{}, func(e *env) {
		e.feed.members(1, 10)
		s := new(Session)
		if err := e.hub.Open(s, Identity{Account: 10}, nil, &Frame{Data: []byte("hello\n")}); err != nil {
			t.Fatal(err)
		}
		read := func() (out string, over bool) {
			<-s.Ready()
			frames, over := s.Take(1 << 20)
			for _, f := range frames {
				out += string(f.Data)
			}
			return out, over
		}
		if got, _ := read(); got != "hello\n" {
			t.Errorf("got %q", got)
		}
		e.feed.grow(1, 1)
		e.feed.grow(1, 2)
		// The second may have come while the first was handed out: it follows with the next tick.
		got, over := "", false
		for len(got) < len(tail(1, 1, 2)) && !over {
			var more string
			more, over = read()
			got += more
		}
		if got != tail(1, 1, 2) || over {
			t.Errorf("got %q", got)
		}
		e.hub.End(10, 0, "revoked")
		if got, over := read(); !strings.HasPrefix(got, "hub.GoingAway") || !over {
			t.Errorf("got %q, %v", got, over)
		}
	})
}
