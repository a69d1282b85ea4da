// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"slices"
	"sync"
)

// Bus carries signals between the hubs of one deployment, to the publishing hub itself as well. It may lose,
// double and reorder them, and it must not block: what grew is read from the logs, and a lost signal is a
// late dot on a screen.
type Bus interface {
	Publish(Signal)
	// Subscribe calls f for every signal until cancel is called, and perhaps once more while it is. f does
	// not block and may be called from several goroutines.
	Subscribe(f func(Signal)) (cancel func())
}

// Local is the bus of one process: the default, and what joins several hubs in tests.
type Local struct {
	mu   sync.Mutex
	subs []*func(Signal) // never changed in place
}

// NewLocal returns a bus without subscribers.
func NewLocal() *Local { return &Local{} }

// Publish hands a signal to every subscriber.
func (l *Local) Publish(s Signal) {
	l.mu.Lock()
	subs := l.subs
	l.mu.Unlock()
	for _, f := range subs {
		(*f)(s)
	}
}

// Subscribe adds a subscriber.
func (l *Local) Subscribe(f func(Signal)) (cancel func()) {
	own := &f
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subs = append(slices.Clone(l.subs), own)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.subs = slices.DeleteFunc(slices.Clone(l.subs), func(f *func(Signal)) bool { return f == own })
	}
}
