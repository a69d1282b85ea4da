// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
)

// A request that panics is answered with chat.CodeInternal and ends nothing else: one message that meets a
// mistake of ours must not end the conversations of everybody. What panics before it is a request ends its
// connection.

// guarded carries out a part of a request.
func (g *Gateway) guarded(f func() (proto.Message, error)) (m proto.Message, err error) {
	defer func() {
		if v := recover(); v != nil {
			g.panicked(v)
			m, err = nil, panickedError{}
		}
	}()
	return f()
}

// safe carries out a job of a worker. What answers requests is guarded closer to them; this is for the rest.
func (g *Gateway) safe(job func()) {
	defer func() {
		if v := recover(); v != nil {
			g.panicked(v)
		}
	}()
	job()
}

// panicked logs where something panicked and counts it. What it panicked with may be content and is told only
// where the runtime says it.
func (g *Gateway) panicked(v any) {
	g.panics.Add(1)
	what := fmt.Sprintf("%T", v)
	var wrong runtime.Error
	if err, ok := v.(error); ok && errors.As(err, &wrong) {
		what = wrong.Error()
	}
	g.cfg.Log.Error("a request panicked", "what", what, "stack", string(debug.Stack()))
}

// Panics returns how many requests panicked since the start.
func (g *Gateway) Panics() uint64 { return g.panics.Load() }

// blame logs an error that is the server's fault. A request that its client gave up is not: anybody could
// fill the log with those.
func (g *Gateway) blame(err error) {
	logged := errors.Is(err, panickedError{})
	if logged || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return
	}
	if chat.CodeOf(err) == chat.CodeInternal {
		g.tell(g.cfg.Now(), err)
	}
}

// failures are the requests that failed since the log told of one.
type failures struct {
	mu     sync.Mutex
	told   time.Time
	latest error
	count  int
}

// tell logs failed requests, at most one line a second: a client that waits for a sick store tries again many
// times a second, and its requests all fail alike. A line names one of them and counts the others. Whoever
// keeps time calls it without an error, so that the last ones are told too.
func (g *Gateway) tell(now time.Time, err error) {
	f := &g.failures
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.latest = err
		f.count++
	}
	if f.count == 0 || now.Sub(f.told) < time.Second {
		return
	}
	g.cfg.Log.Error("a request failed", "error", f.latest, "others", f.count-1)
	f.told, f.latest, f.count = now, nil, 0
}

// panickedError stands for what panicked and was logged.
type panickedError struct{}

// Error implements error.
func (panickedError) Error() string { return "the request panicked" }
