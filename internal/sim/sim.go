// SPDX-License-Identifier: AGPL-3.0-or-later

// Package sim plays whole worlds from a seed: people with several devices who talk, join, leave, ban, edit
// and delete; a network between them and the servers that delays, loses, doubles, reorders and cuts; servers
// that crash and start again over a store that fails before or after it has persisted. At every answer and at
// the end a judge compares what was told with what is stored.
//
// A world runs in a bubble of testing/synctest: its clock is virtual, and one thing happens at a time. After
// each, the world waits until every goroutine of the engines has come to rest, so that the same seed gives
// the same run. What a world is made of:
//
//   - world: the clock, the queue of events, the dice;
//   - disk: a store over the one in memory that survives crashes, with its faults;
//   - node: a server, which is an engine, a follower of it, and who is connected;
//   - device: a small model of a client, with cursors, an outbox and a fold;
//   - judge: what must hold.
//
// Faults planted on purpose (Faults) show that the judge sees: each wraps a store, a server's deliveries or a
// client, and a test demands that every one is caught.
package sim

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/wire"
)

// Config says which world to play.
type Config struct {
	Seed  uint64
	Steps int   // things that people and fate do; each has several consequences
	Fault Fault // planted on purpose; the zero Fault plants nothing
	// NoHints drops every hint, from servers to devices and between servers.
	NoHints bool
}

// Report says what a run was.
type Report struct {
	Trace    uint64 // of everything that happened: equal for equal runs
	Events   int
	Acked    int // writes that were acknowledged
	Refused  int
	Retried  int // requests that were sent again
	Crashes  int
	Restores int
	Offered  int // messages that were offered again after a restore
	Appends  int // calls of Append, and how many of them failed
	Failures int
	Pushed   int // entries delivered by hints
	Lost     int // messages the network lost
}

// Run plays a world and returns an error that names the first contradiction it met. It must be called in a
// bubble of testing/synctest, and the same Config gives the same Report there.
func Run(ctx context.Context, cfg Config) (Report, error) {
	w := newWorld(ctx, cfg)
	defer w.end()
	err := w.populate()
	for range cfg.Steps {
		if err != nil {
			break
		}
		w.after(w.spread(50*time.Millisecond), "act", w.act)
		err = w.runFor(w.spread(40 * time.Millisecond))
		if cfg.Fault.Step != nil {
			cfg.Fault.Step(w)
		}
	}
	if err == nil {
		err = w.comeToRest()
	}
	if err == nil {
		err = w.judge.final()
	}
	w.report.Trace = w.trace.Sum64()
	if err != nil {
		return w.report, fmt.Errorf("seed %d after %d events: %w", cfg.Seed, w.report.Events, err)
	}
	return w.report, nil
}

// world is everything there is. Only the goroutine of Run touches it, but for what mu guards.
type world struct {
	ctx    context.Context
	cancel context.CancelFunc
	cfg    Config
	codec  wire.Codec
	dice   *rand.Rand
	clock  time.Time // virtual time of the next event, on the grid
	queue  events
	number uint64
	trace  hash.Hash64
	report Report
	calm   bool        // fate has stopped
	begun  atomic.Bool // everybody is signed up

	truth   *storetest.Memory // what is on disk
	nodes   []*node
	devices []*device
	judge   *judge
	texts   int
	copies  map[chat.Key]bool // of forwards, which may say again what stands elsewhere

	backup *storetest.Memory

	past *storetest.Memory   // what was on disk a while ago, for a fault that brings it back
	said map[chat.Pos][]byte // what was said, for a fault that says it again

	mu   sync.Mutex
	done []completed // answers of servers that were not collected yet
}

// completed is the answer of a server to a request.
type completed struct {
	node  *node
	epoch int
	req   *request
	copy  int
	res   any
}

func newWorld(ctx context.Context, cfg Config) *world {
	w := &world{
		cfg: cfg, dice: rand.New(rand.NewPCG(cfg.Seed, 0x5a01a1)), trace: fnv.New64a(),
		truth: storetest.NewMemory(), clock: time.Now().Truncate(grid).Add(grid),
		copies: make(map[chat.Key]bool), said: make(map[chat.Pos][]byte),
	}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.judge = newJudge(w)
	return w
}

// grid is the resolution of events. What engines and disks do happens between its lines, so that nothing
// happens at the same instant as an event.
const grid = time.Microsecond

// event is something that will happen.
type event struct {
	at   time.Time
	n    uint64 // equal times: in the order they were made
	what string
	do   func() error
}

// events is a heap by time.
type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(i, k int) bool {
	return cmp.Or(q[i].at.Compare(q[k].at), cmp.Compare(q[i].n, q[k].n)) < 0
}
func (q events) Swap(i, k int) { q[i], q[k] = q[k], q[i] }

// Push implements heap.Interface.
func (q *events) Push(x any) {
	if e, ok := x.(event); ok {
		*q = append(*q, e)
	}
}

// Pop implements heap.Interface.
func (q *events) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = event{}
	*q = (*q)[:last]
	return e
}

// after makes something happen later.
func (w *world) after(d time.Duration, what string, do func() error) {
	w.number++
	at := w.clock.Add(max(d, grid)).Truncate(grid)
	heap.Push(&w.queue, event{at: at, n: w.number, what: what, do: do})
}

// spread is a random time of about a mean, and now and then much longer.
func (w *world) spread(mean time.Duration) time.Duration {
	d := time.Duration(w.dice.ExpFloat64() * float64(mean))
	return min(d, 20*mean)
}

// chance reports true with a probability.
func (w *world) chance(p float64) bool { return w.dice.Float64() < p }

// runFor lets time pass.
func (w *world) runFor(d time.Duration) error {
	end := w.clock.Add(d).Truncate(grid)
	for len(w.queue) > 0 && !w.queue[0].at.After(end) {
		e, ok := heap.Pop(&w.queue).(event)
		if !ok {
			return errors.New("the queue of events is broken")
		}
		if err := w.step(e); err != nil {
			return err
		}
	}
	w.clock = end
	return nil
}

// step makes one event happen and waits until everything has come to rest.
func (w *world) step(e event) error {
	w.clock = e.at
	time.Sleep(time.Until(e.at))
	synctest.Wait()
	if err := w.collect(); err != nil {
		return err
	}
	w.report.Events++
	w.note(e.what, uint64(e.at.UnixNano()))
	if err := e.do(); err != nil {
		return err
	}
	synctest.Wait()
	return w.collect()
}

// note writes something into the trace, by which runs are compared.
func (w *world) note(what string, numbers ...uint64) {
	w.trace.Write([]byte(what))
	var b [8]byte
	for _, n := range numbers {
		binary.BigEndian.PutUint64(b[:], n)
		w.trace.Write(b[:])
	}
}

// complete takes the answer of a server, from any goroutine.
func (w *world) complete(c completed) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = append(w.done, c)
}

// collect hands answers and growth of the servers on, in an order that does not depend on goroutines.
func (w *world) collect() error {
	w.mu.Lock()
	done := w.done
	w.done = nil
	w.mu.Unlock()
	slices.SortFunc(done, func(a, b completed) int {
		return cmp.Or(cmp.Compare(a.req.id, b.req.id), cmp.Compare(a.copy, b.copy))
	})
	for _, c := range done {
		if err := w.answer(c); err != nil {
			return err
		}
	}
	for _, n := range w.nodes {
		if err := n.deliver(); err != nil {
			return err
		}
	}
	return nil
}

// end stops what still runs, so that the bubble can close.
func (w *world) end() {
	w.cancel()
	for _, n := range w.nodes {
		n.stop()
	}
	synctest.Wait()
}

// comeToRest ends all faults, lets everybody catch up, and demands that they do.
func (w *world) comeToRest() error {
	w.calm = true
	for _, n := range w.nodes {
		if err := n.heal(); err != nil {
			return err
		}
	}
	if err := w.runFor(20 * time.Second); err != nil {
		return err
	}
	for _, d := range w.devices {
		d.lose()
	}
	for range 60 {
		if err := w.runFor(2 * time.Second); err != nil {
			return err
		}
		if !slices.ContainsFunc(w.devices, func(d *device) bool { return !d.idle() }) {
			return nil
		}
	}
	for _, d := range w.devices {
		if !d.idle() {
			return fmt.Errorf("liveness: device %d does not come to rest: %s", d.actor.Device, d.why())
		}
	}
	return nil
}

// populate starts the servers and signs people up, before fate has a say.
func (w *world) populate() error {
	nodes, people := 1+w.dice.IntN(2), 3+w.dice.IntN(4)
	w.calm = true
	for i := range nodes {
		n := newNode(w, i, nodes > 1)
		w.nodes = append(w.nodes, n)
		if err := n.start(); err != nil {
			return err
		}
	}
	for i := range people {
		if err := w.signUp(i); err != nil {
			return err
		}
	}
	for _, d := range w.devices {
		d.connectSoon()
	}
	err := w.runFor(time.Second)
	w.calm = false
	w.begun.Store(true)
	return err
}

// signUp makes an account with one or two devices.
func (w *world) signUp(i int) error {
	e := w.nodes[0].engine
	account, err := e.NewAccount(w.ctx)
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	for range 1 + w.dice.IntN(2) {
		number, err := e.NewDevice(w.ctx)
		if err != nil {
			return fmt.Errorf("sign up: %w", err)
		}
		actor := chat.Actor{Account: account, Device: number, Scopes: chat.AllScopes}
		w.devices = append(w.devices, newDevice(w, actor))
	}
	name := "person" + string(rune('a'+i))
	first := w.devices[len(w.devices)-1]
	_, err = e.Register(w.ctx, first.actor, first.newKey(), chat.Profile{Name: name, Username: name})
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	w.clock = time.Now().Truncate(grid).Add(grid)
	return nil
}

// anyDevice picks a device.
func (w *world) anyDevice() *device { return w.devices[w.dice.IntN(len(w.devices))] }

// anyAccount picks an account.
func (w *world) anyAccount() chat.AccountID { return w.anyDevice().actor.Account }

// engineConfig is what every node's engine is started with.
func (w *world) engineConfig(store engine.Store, secrets io.Reader, shared bool) engine.Config {
	return engine.Config{Store: store, Codec: w.codec, Rand: secrets, Shared: shared}
}
