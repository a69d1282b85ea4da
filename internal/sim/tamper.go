// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Fault is something broken on purpose. What it breaks, the judge must see.
type Fault struct {
	Name   string
	Breaks string // the invariant, or what people would notice
	Seen   string // how the judge names it, where that is another word than Breaks

	// Store wraps the store that a node's disk stands on.
	Store func(*world, engine.Store) engine.Store
	// Crash is called when a node crashes.
	Crash func(*world)
	// Step is called after each step.
	Step func(*world)
	// Entry changes what a follower gives.
	Entry func(*world, chat.Entry) chat.Entry

	StaleAudience bool // a server forgets who left
	Unveiled      bool // a server tells of edits to members from whom their targets are hidden
	WrongUser     bool // a server sends user logs to everybody
	FreshKeys     bool // a client takes a new key for every try
	DeafToGaps    bool // a client takes what comes as the next

	SameIncarnation bool // a restored server passes for the one before
}

func (f Fault) store(w *world) engine.Store {
	if f.Store == nil {
		return w.truth
	}
	return f.Store(w, w.truth)
}

func (f Fault) crashed(w *world) {
	if f.Crash != nil {
		f.Crash(w)
	}
}

func (f Fault) delivered(w *world, e chat.Entry) chat.Entry {
	if f.Entry == nil {
		return e
	}
	return f.Entry(w, e)
}
