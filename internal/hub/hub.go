// SPDX-License-Identifier: AGPL-3.0-or-later

// Package hub brings what grew to who is connected: delivery is the intersection of the members of a chat
// with the accounts that are online, two compressed sets; it costs memory neither per message nor per member.
//
// Contract with its neighbours. It follows a [Source] (the engine): entries in commit order, together with
// who comes into which chat and who goes. Gateways open a [Session] for every connection, hand it answers,
// and get everything through its [Sink] in whole frames; how an [Update] becomes bytes is given as Encode of
// [Config]. An entry is encoded once and queued by reference (I8).
//
// Nothing here is durable and nothing may be waited for: a queue is bounded in bytes, and when it overflows
// its updates are dropped for one [Resync], after which the client reads the logs (I5, I11).
//
// Who hears what. An audience is loaded once per active chat, true for a commit position, and from there
// moved by the standings in the feed; entries wait until the audience is at least as new as they are. So
// whoever was removed is out at the very entry that removes him, without asking the store again.
//
// Goroutines. One loop owns rooms and timing; one follower feeds it; a few writers write to sessions without
// ever waiting for one; a session that is slow gets a goroutine until it has caught up or its time is over;
// loaders fetch audiences and tallies. Close ends and waits for all of them.
//
// Timing. A message to an idle chat leaves at once. A chat whose delivery is dear (many are online) is held
// for a few milliseconds more, at most Config.Hold, so that several of its entries share one frame; a session
// that was written to in this tick waits for the next one. Writing so takes about a quarter of one core at
// most, whatever the rate.
package hub

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/zolal-im/zolal/internal/chat"
)

// Config is what a hub stands on. Zero values of the optional fields mean their defaults.
type Config struct {
	Source Source
	// Encode makes the frame of an update. It may be called from several goroutines.
	Encode func(Update) (*Frame, error)
	Bus    Bus          // default: a bus of this process alone
	Log    *slog.Logger // default: nothing is logged

	QueueBytes  int           // updates waiting for one session; default 256 KiB
	AnswerBytes int           // answers waiting for one session before Wait waits; default 256 KiB
	RoomBytes   int           // audiences kept; default 64 MiB
	Sessions    int           // of one account; default 50
	Small       int           // members up to which a chat has typing and read signals; default 200
	Tick        time.Duration // least time between two writes of updates to one session; default 4 ms
	Hold        time.Duration // longest time that an entry is held for others; default 40 ms
	Debounce    time.Duration // time without a session after which an account is offline; default 10 s
	Writers     int           // default: one for each core
}

func (c Config) withDefaults() Config {
	c.QueueBytes = or(c.QueueBytes, 256<<10)
	c.AnswerBytes = or(c.AnswerBytes, 256<<10)
	c.RoomBytes = or(c.RoomBytes, 64<<20)
	c.Sessions = or(c.Sessions, 50)
	c.Small = or(c.Small, 200)
	c.Tick = or(c.Tick, 4*time.Millisecond)
	c.Hold = or(c.Hold, 40*time.Millisecond)
	c.Debounce = or(c.Debounce, 10*time.Second)
	c.Writers = or(c.Writers, runtime.GOMAXPROCS(0))
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Bus == nil {
		c.Bus = NewLocal()
	}
	return c
}

func or[T int | time.Duration](v, standard T) T {
	if v == 0 {
		return standard
	}
	return v
}

// Hub holds the sessions of this node and what they are told.
type Hub struct {
	cfg   Config
	stats counters

	mu       sync.Mutex // before Session.mu
	accounts map[chat.AccountID]*account
	online   *roaring.Bitmap // accounts with a session
	watchers map[chat.AccountID]map[*Session]struct{}
	watching map[*Session][]chat.AccountID // the same, the other way round
	left     map[chat.AccountID]*account   // without a session, not yet offline
	switched map[chat.AccountID]switched   // within switchedKept
	closed   bool

	loop   loop
	ready  ready
	told   chan Signal
	ctx    context.Context
	cancel context.CancelFunc
	owned  sync.WaitGroup
	mute   func() // leaves the bus
}

// Stats are counts since the start, and sizes now.
type Stats struct {
	Sessions   int
	Accounts   int
	Rooms      int64 // audiences in memory
	RoomBytes  int64
	Deliveries uint64 // entries handed to sessions
	Frames     uint64 // frames built
	Writes     uint64
	Bytes      uint64 // written
	Overflows  uint64 // queues dropped
	Slow       uint64 // sessions that did not take a write at once
}

type counters struct {
	rooms, roomBytes                                   atomic.Int64
	deliveries, frames, writes, bytes, overflows, slow atomic.Uint64
}

// Start begins a hub. Close ends it.
func Start(cfg Config) *Hub {
	cfg = cfg.withDefaults()
	h := &Hub{
		cfg:      cfg,
		accounts: make(map[chat.AccountID]*account),
		online:   roaring.New(),
		watchers: make(map[chat.AccountID]map[*Session]struct{}),
		watching: make(map[*Session][]chat.AccountID),
		left:     make(map[chat.AccountID]*account),
		switched: make(map[chat.AccountID]switched),
		told:     make(chan Signal, 1024),
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.loop.start(h)
	h.ready.more.L = &h.ready.mu
	h.mute = cfg.Bus.Subscribe(func(s Signal) {
		select {
		case h.told <- s:
		default: // signals may be lost
		}
	})
	h.owned.Go(h.follow)
	h.owned.Go(h.loop.run)
	for range cfg.Writers {
		h.owned.Go(h.write)
	}
	return h
}

// Close tells every session that the server goes away and when to come back, gives them up to grace to take
// what they are due, closes their sinks, and waits for every goroutine.
//
// CONN-8
func (h *Hub) Close(grace, retry time.Duration) {
	h.mu.Lock()
	h.closed = true
	var all []*Session
	for _, a := range h.accounts {
		for s := a.sessions; s != nil; s = s.next {
			all = append(all, s)
		}
	}
	h.mu.Unlock()
	why := GoingAway{Code: "restarting", Retry: chat.Millis(retry.Milliseconds())}
	if f := h.encode(why); f != nil {
		for _, s := range all {
			s.Finish(f)
		}
	}
	until := time.Now().Add(grace)
	for _, s := range all {
		s.drained(time.Until(until))
	}
	h.mute()
	h.cancel()
	h.ready.close()
	for _, s := range all {
		s.abort()
	}
	h.owned.Wait()
	h.mu.Lock()
	for id, a := range h.accounts {
		if a.count > 0 {
			a.since = time.Now()
			h.left[id] = a
		}
	}
	h.mu.Unlock()
	h.recordSeen(context.Background(), true)
}

// Stats returns counts and sizes.
func (h *Hub) Stats() Stats {
	c := &h.stats
	s := Stats{
		Rooms: c.rooms.Load(), RoomBytes: c.roomBytes.Load(), Deliveries: c.deliveries.Load(),
		Frames: c.frames.Load(), Writes: c.writes.Load(), Bytes: c.bytes.Load(),
		Overflows: c.overflows.Load(), Slow: c.slow.Load(),
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s.Accounts = len(h.accounts)
	for _, a := range h.accounts {
		s.Sessions += a.count
	}
	return s
}

// encode makes a frame; what cannot be encoded is told to the operator and to nobody else.
func (h *Hub) encode(u Update) *Frame {
	f, err := h.cfg.Encode(u)
	if err != nil {
		h.cfg.Log.Error("an update cannot be encoded", "error", err)
		return nil
	}
	h.stats.frames.Add(1)
	return f
}

// follow hands the growth of the source to the loop. An error of the source delays and never loses: the
// source goes on where it was.
func (h *Hub) follow() {
	for h.ctx.Err() == nil {
		g, err := h.cfg.Source.Next(h.ctx)
		if err != nil {
			if h.ctx.Err() == nil {
				h.cfg.Log.Warn("the feed cannot be read", "error", err)
			}
			h.pause(time.Second)
			continue
		}
		select {
		case h.loop.growth <- g:
		case <-h.ctx.Done():
		}
	}
}

func (h *Hub) pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-h.ctx.Done():
	}
}
