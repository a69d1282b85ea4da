// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"sync"
	"time"
)

// poolIdle is how long a worker without work stays, so that its grown stack is used again.
const poolIdle = 5 * time.Second

// pool carries out jobs on at most a fixed number of goroutines. It exists so that the goroutine of a
// connection keeps a small stack: the deep calls happen here.
type pool struct {
	jobs  chan func()
	safe  func(job func()) // carries a job out and survives it
	slots chan struct{}
	stop  chan struct{}

	mu     sync.Mutex
	closed bool
	owned  sync.WaitGroup
}

func newPool(size int, safe func(job func())) *pool {
	return &pool{
		safe: safe, jobs: make(chan func()), slots: make(chan struct{}, size), stop: make(chan struct{}),
	}
}

// try has a job carried out if there is a worker for it now.
func (p *pool) try(job func()) bool {
	select {
	case p.jobs <- job:
		return true
	default:
	}
	select {
	case p.slots <- struct{}{}:
		return p.hire(job)
	default:
		return false
	}
}

// run has a job carried out, waiting for a free worker where all are busy. It reports false when the pool is
// closed: the job is not carried out then.
func (p *pool) run(job func()) bool {
	if p.try(job) {
		return true
	}
	select {
	case <-p.stop:
		return false
	case p.jobs <- job:
		return true
	case p.slots <- struct{}{}:
		return p.hire(job)
	}
}

// hire begins another worker, in a slot that is taken already.
func (p *pool) hire(job func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		<-p.slots
		return false
	}
	p.owned.Go(func() { p.worker(job) })
	return true
}

func (p *pool) worker(job func()) {
	defer func() { <-p.slots }()
	idle := time.NewTimer(poolIdle)
	defer idle.Stop()
	for {
		p.safe(job)
		idle.Reset(poolIdle)
		select {
		case job = <-p.jobs:
		case <-idle.C:
			return
		case <-p.stop:
			return
		}
	}
}

// close waits until what is being carried out is done.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	close(p.stop)
	p.owned.Wait()
}
