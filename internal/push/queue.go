// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// seat is an account in a chat, and what it is told of there: what was said, or that the chat is offered to
// it.
type seat struct {
	account chat.AccountID
	room    chat.ChatID
	offer   bool
}

// name is what a job is one of a kind by: what comes for the same name joins it.
type name struct {
	seat
	device chat.DeviceID // 0: every device of the account
	clear  bool          // tells what was seen elsewhere or is over, instead of what came
}

// job is somebody to be woken. What it holds is a hint: whether it is still worth a push is decided when its
// turn comes.
type job struct {
	name
	seq     chat.Seq // of a message; of an offer the version of the standing that it is part of
	mention bool
	looks   int // how often it was put off because the device was connected
	tries   int // how often a push service did not take it
	due     time.Time
	waits   bool // for its due time
}

// queue holds jobs, at most so many. What does not fit is dropped: a push is a hint (I5), and memory is not.
type queue struct {
	max int
	now func() time.Time

	mu      sync.Mutex
	jobs    map[name]*job
	ready   []name // some are done already; head is the first that may not be
	head    int
	later   times
	dropped uint64
	more    chan struct{} // has one element when somebody should look
}

func newQueue(most int, now func() time.Time) *queue {
	return &queue{max: most, now: now, jobs: make(map[name]*job), more: make(chan struct{}, 1)}
}

// add takes jobs in, or joins them with those of the same name; one without a due time is due now.
func (q *queue) add(jobs ...job) {
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range jobs {
		old := q.jobs[j.name]
		switch {
		case old != nil:
			old.seq, old.mention = max(old.seq, j.seq), old.mention || j.mention
			if old.waits && old.tries == 0 && j.due.Before(old.due) {
				old.looks = j.looks
				q.set(old, j.due, now)
			}
		case len(q.jobs) >= q.max:
			q.dropped++
		default:
			q.jobs[j.name] = &j
			q.set(&j, j.due, now)
		}
	}
	q.wake()
}

// set has a job wait for its time, or be ready. q.mu is held.
func (q *queue) set(j *job, due, now time.Time) {
	j.due, j.waits = due, due.After(now)
	if j.waits {
		heap.Push(&q.later, timed{due, j.name})
	} else {
		q.ready = append(q.ready, j.name)
	}
}

func (q *queue) wake() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// next waits for a job whose time has come and takes it out.
func (q *queue) next(ctx context.Context) (job, bool) {
	for {
		j, ok, wait := q.take()
		if ok {
			return j, true
		}
		t := time.NewTimer(wait)
		select {
		case <-q.more:
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
		if ctx.Err() != nil {
			return job{}, false
		}
	}
}

// idle is how long an empty queue sleeps when nobody wakes it.
const idle = time.Hour

// take returns a job whose time has come, or how long it is until then.
func (q *queue) take() (j job, ok bool, wait time.Duration) {
	now := q.now()
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.later) > 0 && !q.later[0].due.After(now) {
		t := heap.Pop(&q.later).(timed)
		if j := q.jobs[t.name]; j != nil && j.waits && j.due.Equal(t.due) {
			j.waits = false
			q.ready = append(q.ready, t.name)
		}
	}
	for q.head < len(q.ready) {
		n := q.ready[q.head]
		q.head++
		if found := q.jobs[n]; found != nil && !found.waits {
			delete(q.jobs, n)
			return *found, true, 0
		}
	}
	q.ready, q.head = nil, 0
	if len(q.later) == 0 {
		return job{}, false, idle
	}
	return job{}, false, max(q.later[0].due.Sub(now), time.Millisecond)
}

// size is how many jobs there are, and how many were dropped.
func (q *queue) size() (waiting int, dropped uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.jobs), q.dropped
}

// timed is when a job is due; it may be of another time by now.
type timed struct {
	due  time.Time
	name name
}

// times is a heap, the earliest first.
type times []timed

func (t times) Len() int           { return len(t) }
func (t times) Less(i, j int) bool { return t[i].due.Before(t[j].due) }
func (t times) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }

// Push implements heap.Interface.
func (t *times) Push(v any) { *t = append(*t, v.(timed)) }

// Pop implements heap.Interface.
func (t *times) Pop() any {
	last := len(*t) - 1
	v := (*t)[last]
	*t = (*t)[:last]
	return v
}
