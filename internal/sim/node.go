// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// node is a server: an engine, a follower of it, and who is connected. It lives many lives, one epoch each.
type node struct {
	world  *world
	index  int
	shared bool
	epoch  int // of its life; 0: not started yet
	up     bool

	disk      *disk
	engine    *engine.Engine
	ctx       context.Context
	cancel    context.CancelFunc
	closing   atomic.Bool
	gone      sync.WaitGroup // pump, and engines of earlier lives
	sessions  []*session
	audiences map[chat.ChatID]*audience
	last      map[chat.LogID]chat.Seq // of what the follower gave
	pos       chat.Pos

	mu    sync.Mutex
	grown []engine.Growth
}

// session is a connected device.
type session struct {
	device *device
	n      int // of the device's connections
}

// audience is who is in a chat as of a position.
type audience struct {
	pos  chat.Pos
	in   map[chat.AccountID]bool
	from map[chat.AccountID]chat.Seq
}

func newNode(w *world, index int, shared bool) *node {
	return &node{world: w, index: index, shared: shared}
}

// source is randomness from a seed for an engine, whose goroutines ask for it at the same time.
type source struct {
	mu   sync.Mutex
	from *rand.ChaCha8
}

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.from.Read(p)
}

// start begins another life over the store as it is.
func (n *node) start() error {
	w := n.world
	n.epoch++
	seed := w.cfg.Seed<<16 ^ uint64(n.index)<<8 ^ uint64(n.epoch)
	var secrets [32]byte
	for i := range secrets {
		secrets[i] = byte(seed >> (8 * (i % 8)))
	}
	n.disk = &disk{Store: w.cfg.Fault.store(w), dice: rand.New(rand.NewPCG(seed, 0xd15c)), healthy: w.calm}
	n.ctx, n.cancel = context.WithCancel(w.ctx)
	e, err := engine.Start(n.ctx, w.engineConfig(n.disk, &source{from: rand.NewChaCha8(secrets)}, n.shared))
	if err != nil {
		return fmt.Errorf("start node %d: %w", n.index, err)
	}
	if n.pos, err = e.Pos(n.ctx); err != nil {
		return fmt.Errorf("start node %d: %w", n.index, err)
	}
	n.engine, n.up = e, true
	n.audiences, n.last = make(map[chat.ChatID]*audience), make(map[chat.LogID]chat.Seq)
	n.grown = nil
	f := e.Follow(n.pos)
	n.gone.Go(func() { n.pump(n.ctx, f, n.epoch) })
	return nil
}

// pump collects what a follower gives.
func (n *node) pump(ctx context.Context, f *engine.Follower, epoch int) {
	defer f.Close()
	for ctx.Err() == nil {
		g, err := f.Next(ctx, 64)
		if err != nil {
			timer := time.NewTimer(100*time.Millisecond + 499)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
			}
			continue
		}
		n.mu.Lock()
		if n.epoch == epoch {
			n.grown = append(n.grown, g)
		}
		n.mu.Unlock()
	}
}

// crash ends a life without warning: nothing more reaches the store, and nobody hears from it again.
func (n *node) crash() {
	if !n.up {
		return
	}
	n.world.report.Crashes++
	n.world.note("crash", uint64(n.index))
	n.count()
	n.disk.set(func(k *disk) { k.dead = true })
	n.leave()
	old := n.engine
	n.gone.Go(func() { old.Close() })
	n.world.cfg.Fault.crashed(n.world)
}

// count adds the life's appends to the report.
func (n *node) count() {
	n.disk.set(func(k *disk) {
		n.world.report.Appends += k.appends
		n.world.report.Failures += k.failures
		k.appends, k.failures = 0, 0
	})
}

// leave cuts everybody off.
func (n *node) leave() {
	n.up = false
	n.cancel()
	for _, s := range n.sessions {
		s.device.cut(s.n)
	}
	n.sessions = nil
	n.mu.Lock()
	n.grown = nil
	n.mu.Unlock()
}

// restart ends a life in good order; the next begins when fate says so.
func (n *node) restart() {
	if !n.up {
		return
	}
	n.world.note("restart", uint64(n.index))
	n.count()
	n.leave()
	old := n.engine
	n.closing.Store(true) // the store is the old life's until it has ended
	n.gone.Go(func() {
		old.Close()
		n.closing.Store(false)
	})
}

// heal makes a node well, and starts it if it is down.
func (n *node) heal() error {
	if n.up {
		n.disk.set(func(k *disk) { k.healthy, k.sick = true, false })
		return nil
	}
	if n.closing.Load() {
		n.world.revive(n)
		return nil
	}
	return n.start()
}

// stop ends the node for good.
func (n *node) stop() {
	if n.up {
		n.count()
		n.up = false
		n.cancel()
		n.engine.Close()
	}
	n.gone.Wait()
}

// connect takes a device in.
func (n *node) connect(s *session) bool {
	if !n.up {
		return false
	}
	n.sessions = append(n.sessions, s)
	return true
}

// disconnect lets a device go.
func (n *node) disconnect(d *device) {
	n.sessions = slices.DeleteFunc(n.sessions, func(s *session) bool { return s.device == d })
}

// deliver hands on what the follower gave, to those who may see it.
func (n *node) deliver() error {
	n.mu.Lock()
	grown := n.grown
	n.grown = nil
	n.mu.Unlock()
	for _, g := range grown {
		if err := n.spread(g); err != nil {
			return err
		}
	}
	return nil
}

// spread sends every entry to the connected members of its chat as of that entry.
func (n *node) spread(g engine.Growth) error {
	frames := make(map[*session][]chat.Entry)
	next := 0
	for i := range g.Entries {
		e := n.world.cfg.Fault.delivered(n.world, g.Entries[i])
		if err := n.follows(e); err != nil {
			return err
		}
		for ; next < len(g.Standings) && g.Standings[next].Pos < e.Pos; next++ {
			n.stand(g.Standings[next])
		}
		for _, s := range n.sessions {
			if n.reaches(e, s.device.actor.Account) {
				frames[s] = append(frames[s], n.veiled(e, s.device.actor.Account))
			}
		}
	}
	for ; next < len(g.Standings); next++ {
		n.stand(g.Standings[next])
	}
	for _, s := range n.sessions {
		if entries := frames[s]; len(entries) > 0 {
			n.push(s, entries)
		}
	}
	return nil
}

// follows checks the contract of a follower: everything once, in commit order.
func (n *node) follows(e chat.Entry) error {
	if e.Pos <= n.pos {
		return fmt.Errorf("follower: position %d after %d", e.Pos, n.pos)
	}
	n.pos = e.Pos
	if last, ok := n.last[e.Log]; ok && e.Seq != last+1 {
		return fmt.Errorf("follower: %s/%d after %d", e.Log, e.Seq, last)
	}
	n.last[e.Log] = e.Seq
	return n.world.judge.pushed(e)
}

func (n *node) stand(s engine.Standing) {
	a := n.audiences[s.Chat]
	if a == nil || s.Pos <= a.pos || n.world.cfg.Fault.StaleAudience {
		return
	}
	a.in[s.Account], a.from[s.Account] = s.In, s.From
}

// reaches reports whether an account gets an entry as a hint. A chat whose audience is newer than the entry
// waits for its members to ask.
func (n *node) reaches(e chat.Entry, account chat.AccountID) bool {
	switch e.Log.Kind() {
	case chat.UserLog:
		return e.Log.Account() == account || n.world.cfg.Fault.WrongUser
	case chat.ChatLog:
		a := n.audience(e.Log.Chat())
		return a != nil && e.Pos > a.pos && a.in[account]
	default:
		return false
	}
}

// veiled is an entry as an account may see it that gets it as a hint.
func (n *node) veiled(e chat.Entry, account chat.AccountID) chat.Entry {
	if e.Log.Kind() != chat.ChatLog || n.world.cfg.Fault.Unveiled {
		return e
	}
	if from := n.audience(e.Log.Chat()).from[account]; from > 0 {
		return e.Veiled(from - 1)
	}
	return e
}

func (n *node) audience(room chat.ChatID) *audience {
	if a := n.audiences[room]; a != nil {
		return a
	}
	loaded, err := n.engine.Audience(n.ctx, room)
	if err != nil {
		return nil
	}
	a := &audience{
		pos: loaded.Pos, in: make(map[chat.AccountID]bool), from: make(map[chat.AccountID]chat.Seq),
	}
	maps.Copy(a.from, loaded.From)
	for _, account := range loaded.Accounts {
		a.in[account] = true
	}
	n.audiences[room] = a
	return a
}

// push sends a frame of entries to a device; the network may do to it what it likes.
func (n *node) push(s *session, entries []chat.Entry) {
	w := n.world
	if w.cfg.NoHints {
		return
	}
	w.judge.sent(s.device, entries)
	w.report.Pushed += len(entries)
	w.carry("push", func() error {
		if s.device.session == s {
			s.device.pushed(entries)
		}
		return nil
	})
}
