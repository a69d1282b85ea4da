// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Limits of one call of Store.Append, and of a batch's luck.
const (
	groupBatches = 1024
	groupBytes   = 4 << 20
	maxConflicts = 8   // decisions of one command before it is refused as busy
	maxUnknown   = 5   // calls of Append after one whose fate is unknown
	jobOverhead  = 512 // bytes a batch costs beyond its bodies, and each of its entries
)

// plan is a decided batch and what else is to be known of it.
type plan struct {
	batch Batch
	kind  chat.ChatType // of the chat whose logs it touches; a batch touches one chat at most
	bumps bool          // it raises the facts version of its chat
	slow  *seat         // whom slow mode binds while this is on its way
	joins bool          // an album that may be on its way already
	// incomplete says that a condition could not be made: the plan must not be stored.
	incomplete bool
}

// facts returns the condition on the facts version of a chat, if the plan has one.
func (p *plan) facts() (Cond, bool) {
	for _, c := range p.batch.Cond {
		if c.Kind == CondFacts {
			return c, true
		}
	}
	return Cond{}, false
}

// job is a batch on its way to the store.
type job struct {
	plan   plan
	n      uint64 // in the order they were handed in
	weight int
	// again decides anew after a conflict; nil: a conflict is the answer. An empty plan means that nothing
	// is left to write.
	again func(context.Context) (plan, error)
	tries int
	// finish takes the result, once. It is called by the committer and must not wait.
	finish func(Result)
}

// committer gathers batches that arrive together into one call of Store.Append, in the order they were
// handed in, and gives each its own result. A batch that conflicts is decided again here and goes first in
// the next call, so that order holds through conflicts. It owns one goroutine.
type committer struct {
	store Log
	log   *slog.Logger
	gate  *gate
	tail  *tail

	jobs  chan *job
	taken uint64
	stop  chan struct{} // closed by close: no more jobs are taken
	gone  chan struct{} // closed when the goroutine has ended
	mu    sync.RWMutex  // held for reading while a job is handed in
	shut  bool
}

func startCommitter(store Log, g *gate, t *tail, log *slog.Logger) *committer {
	c := &committer{
		store: store, log: log, gate: g, tail: t,
		stop: make(chan struct{}), gone: make(chan struct{}),
		// The gate lets fewer in than fit, so that handing a job in never waits.
		jobs: make(chan *job, g.size/jobOverhead+1),
	}
	go c.run()
	return c
}

// submit hands a batch in. It waits for room, in line; the result comes later.
func (c *committer) submit(ctx context.Context, j *job) error {
	j.weight = weigh(j.plan.batch)
	if err := c.gate.enter(ctx, j.weight); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.shut {
		c.gate.leave(j.weight)
		return stopping()
	}
	c.jobs <- j
	return nil
}

func stopping() error { return chat.Errorf(chat.CodeUnavailable, "the server is stopping") }

func weigh(b Batch) int {
	n := jobOverhead
	for i := range b.Entries {
		n += jobOverhead + len(b.Entries[i].Body)
	}
	return n
}

// close commits what was handed in and waits for the goroutine. It may be called once.
func (c *committer) close() {
	close(c.stop)
	c.mu.Lock()
	c.shut = true
	c.mu.Unlock()
	close(c.jobs)
	<-c.gone
}

func (c *committer) run() {
	defer close(c.gone)
	var left []*job // in order
	for {
		if len(left) == 0 {
			j, ok := c.take(<-c.jobs)
			if !ok {
				return
			}
			left = append(left, j)
		}
		left = c.commit(c.gather(left))
	}
}

// take numbers a job that comes from the queue; nil comes from a queue that is closed and empty.
func (c *committer) take(j *job) (*job, bool) {
	if j == nil {
		return nil, false
	}
	c.taken++
	j.n = c.taken
	return j, true
}

// gather adds to what is left what is waiting, within the limits of one call.
func (c *committer) gather(group []*job) []*job {
	bytes := 0
	for _, j := range group {
		bytes += j.weight
	}
	for len(group) < groupBatches && bytes < groupBytes {
		select {
		case next := <-c.jobs:
			j, ok := c.take(next)
			if !ok {
				return group
			}
			group = append(group, j)
			bytes += j.weight
		default:
			return group
		}
	}
	return group
}

// commit stores a group, answers each job that has its fate, and returns the rest in order.
func (c *committer) commit(group []*job) (left []*job) {
	ctx := context.Background() // a caller that gives up does not take others' commit along
	ready, left := c.prepare(ctx, group)
	if len(ready) == 0 {
		return left
	}
	batches := make([]Batch, len(ready))
	for i, j := range ready {
		batches[i] = j.plan.batch
	}
	results, err := c.append(ctx, batches)
	if err != nil {
		c.log.Error("append failed; fates unknown", "batches", len(batches), "error", err)
		for _, j := range ready {
			c.answer(j, c.lookUp(ctx, j.plan.batch, err))
		}
		return left
	}
	c.tail.committed(ready, results)
	for i, j := range ready {
		if chat.CodeOf(results[i].Err) == chat.CodeConflict && c.afterConflict(ctx, j, results[i]) {
			left = append(left, j)
		} else if chat.CodeOf(results[i].Err) != chat.CodeConflict {
			c.answer(j, results[i])
		}
	}
	slices.SortFunc(left, func(a, b *job) int { return cmp.Compare(a.n, b.n) })
	return left
}

// prepare keeps the order of what one sender hands in through changes of facts. What was decided upon older
// facts than something else in the group would conflict while that goes in: it is decided again first. And
// what follows a batch that raises the facts version would conflict: it is held back until that is stored.
func (c *committer) prepare(ctx context.Context, group []*job) (ready, held []*job) {
	newest := make(map[chat.LogID]uint64)
	see := func(j *job) {
		if f, ok := j.plan.facts(); ok {
			newest[f.Log] = max(newest[f.Log], f.Value)
		}
	}
	for _, j := range group {
		see(j)
	}
	raised := make(map[chat.LogID]bool)
	for _, j := range group {
		f, ok := j.plan.facts()
		if ok && raised[f.Log] {
			held = append(held, j)
			continue
		}
		if ok && f.Value < newest[f.Log] && j.again != nil {
			if !c.decideAgain(ctx, j) {
				continue
			}
			see(j)
		}
		ready = append(ready, j)
		raised[f.Log] = raised[f.Log] || ok && j.plan.bumps
	}
	return ready, held
}

// lookUp finds out what became of a batch whose append failed for good: the store may have kept it all the
// same. Where the store cannot even say that, the caller is told to ask again with the same key.
func (c *committer) lookUp(ctx context.Context, b Batch, failed error) Result {
	e, found, err := c.store.Find(ctx, b.Device, b.Key)
	switch code := chat.CodeOf(failed); {
	case err == nil && found:
		return Result{Entries: []chat.Entry{e}, Repeated: true}
	case err == nil && (code == chat.CodeDiskFull || code == chat.CodeReadOnly):
		return Result{Err: failed}
	}
	return Result{Err: &chat.Error{
		Code: chat.CodeUnavailable, Text: "not known to be stored; use the same key again", Retry: 1000,
		Err: failed,
	}}
}

// append calls the store until it answers. After an error the fate of every batch is unknown; since each has
// a key, asking again stores what was not stored and finds what was (I3).
func (c *committer) append(ctx context.Context, batches []Batch) ([]Result, error) {
	pause := 5 * time.Millisecond
	for try := 0; ; try++ {
		results, err := c.store.Append(ctx, batches)
		if err == nil {
			err = complete(batches, results)
		}
		if err == nil {
			return results, nil
		}
		c.tail.lost()
		if try == maxUnknown {
			return nil, err
		}
		c.log.Warn("append failed; asking again", "try", try+1, "error", err)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-c.stop: // one last try, at once
			timer.Stop()
			try = maxUnknown - 1
		}
		pause *= 4
	}
}

// complete reports an error where results do not fit the batches: what they say is worth nothing then.
func complete(batches []Batch, results []Result) error {
	if len(results) != len(batches) {
		return chat.Errorf(chat.CodeInternal, "%d results for %d batches", len(results), len(batches))
	}
	for i, r := range results {
		want := len(batches[i].Entries)
		if r.Repeated {
			want = 1
		}
		if r.Err == nil && len(r.Entries) != want {
			return chat.Errorf(chat.CodeInternal, "%d entries for a batch of %d", len(r.Entries), want)
		}
	}
	return nil
}

// afterConflict decides a job again whose conditions did not hold. It reports false where the job got its
// answer instead.
func (c *committer) afterConflict(ctx context.Context, j *job, conflict Result) bool {
	if j.again == nil {
		c.answer(j, conflict)
		return false
	}
	if j.tries++; j.tries >= maxConflicts {
		c.answer(j, Result{Err: &chat.Error{Code: chat.CodeUnavailable, Text: "changes too fast; try again",
			Retry: 100, Err: conflict.Err}})
		return false
	}
	before := j.plan.batch.Cond
	if !c.decideAgain(ctx, j) {
		return false
	}
	// What the conditions say only grows: where they are the same as before they have held, and it was a
	// unique claim that conflicted, which another try does not change.
	if slices.Equal(before, j.plan.batch.Cond) {
		c.answer(j, conflict)
		return false
	}
	return true
}

// decideAgain gives a job another plan. It reports false where the job got its answer instead. The key has
// its say before a refusal here too: it may have been stored by an earlier try (I3).
func (c *committer) decideAgain(ctx context.Context, j *job) bool {
	p, err := j.again(ctx)
	if err == nil && len(p.batch.Entries) > 0 {
		j.plan = p
		return true
	}
	e, found, failed := c.store.Find(ctx, j.plan.batch.Device, j.plan.batch.Key)
	switch {
	case failed != nil:
		c.answer(j, Result{Err: fmt.Errorf("look up key: %w", failed)})
	case found:
		c.answer(j, Result{Entries: []chat.Entry{e}, Repeated: true})
	default:
		c.answer(j, Result{Err: err})
	}
	return false
}

func (c *committer) answer(j *job, r Result) {
	c.gate.leave(j.weight)
	j.finish(r)
}
