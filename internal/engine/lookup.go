// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"hash/maphash"
	"strconv"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Allowance is so many at once, and one more after every Every. A zero Burst means without limit.
type Allowance struct {
	Burst int
	Every time.Duration
}

// Lookups bound how many people and public chats somebody may look up without having met them: by names,
// found or not, by the numbers of accounts, and by trying which names are taken. Whoever looks up the same
// again spends nothing, and knows nothing new.
type Lookups struct {
	Account Allowance
	Network Allowance // that of all accounts that ask from one network, together
}

// Bounds of what is remembered of look-ups; what is forgotten can only be spent again, or not at all.
const (
	cachedMeters = 1 << 16
	cachedAsked  = 1 << 18
)

// lookups counts what was looked up. It holds neither names nor addresses: both are hashed under a key of
// this process.
type lookups struct {
	limits Lookups
	now    func() time.Time
	seed   maphash.Seed

	mu     sync.Mutex
	meters *aged[payerID, meter]
	asked  *aged[asking, struct{}]
	kept   ledger // what earlier processes left
	moved  bool   // something was spent since it was kept
}

// payerID is whose meter it is: an account, or the hash of a network.
type payerID struct {
	account chat.AccountID
	network uint64
}

// asking is that somebody looked something up.
type asking struct {
	who  payerID
	what uint64
}

// meter is what is spent of an allowance; the zero meter is full.
type meter struct {
	spent float64
	at    time.Time
	short uint16 // of a network: what it is kept under
}

func newLookups(limits Lookups, now func() time.Time) *lookups {
	return &lookups{
		limits: limits, now: now, seed: maphash.MakeSeed(),
		meters: newAged[payerID, meter](cachedMeters), asked: newAged[asking, struct{}](cachedAsked),
	}
}

// byNumber is how an account looked up by its number is called among names, which have no "#".
func byNumber(a chat.AccountID) string { return "#" + strconv.FormatUint(uint64(a), 10) }

// payer is who pays for a look-up, and out of what.
type payer struct {
	id    payerID
	of    Allowance
	short uint16
}

func (l *lookups) payers(who chat.Actor) []payer {
	var all []payer
	if l.limits.Account.Burst > 0 {
		all = append(all, payer{id: payerID{account: who.Account}, of: l.limits.Account})
	}
	if l.limits.Network.Burst > 0 && who.Network.IsValid() {
		at := who.Network.String()
		all = append(all, payer{payerID{network: l.hash(at)}, l.limits.Network, l.kept.short(at)})
	}
	return all
}

func (l *lookups) hash(text string) uint64 { return maphash.String(l.seed, text) }

// take lets somebody look these up, or nothing of it and CodeRateLimited.
func (l *lookups) take(who chat.Actor, what ...string) error {
	if who.Server || len(what) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	payers := l.payers(who)
	var wait time.Duration
	for _, p := range payers {
		wait = max(wait, l.meter(p, now).wait(p.of, len(l.fresh(p, what))))
	}
	if wait > 0 {
		retry := chat.Millis((wait + time.Millisecond - 1) / time.Millisecond)
		return &chat.Error{Code: chat.CodeRateLimited, Text: "too many look-ups of strangers", Retry: retry}
	}
	for _, p := range payers {
		m := l.meter(p, now)
		for _, w := range l.fresh(p, what) {
			m.spent++
			l.moved = true
			l.asked.put(asking{p.id, w}, struct{}{})
		}
		l.meters.put(p.id, m)
	}
	return nil
}

// note remembers as looked up what an answer has told by the way.
func (l *lookups) note(who chat.Actor, what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.payers(who) {
		l.asked.put(asking{p.id, l.hash(what)}, struct{}{})
	}
}

// fresh are those, each once, that a payer has not looked up before.
func (l *lookups) fresh(p payer, what []string) []uint64 {
	var all []uint64
	seen := make(map[uint64]bool, len(what))
	for _, w := range what {
		h := l.hash(w)
		if _, known := l.asked.get(asking{p.id, h}); !known && !seen[h] {
			seen[h] = true
			all = append(all, h)
		}
	}
	return all
}

// meter returns what is spent of an allowance now.
func (l *lookups) meter(p payer, now time.Time) meter {
	m, ok := l.meters.get(p.id)
	if !ok {
		m = l.kept.meter(p)
	}
	m.short = p.short
	return m.until(now, p.of)
}

// until is the meter at a later time. A clock that goes back gives nothing and takes nothing.
func (m meter) until(now time.Time, of Allowance) meter {
	if gone := now.Sub(m.at); !m.at.IsZero() && gone > 0 {
		m.spent = max(0, m.spent-float64(gone)/float64(of.Every))
	}
	m.at = now
	return m
}

// wait is how long until n more may be spent; more than a whole burst at once waits for a whole one.
func (m meter) wait(of Allowance, n int) time.Duration {
	over := m.spent + float64(min(n, of.Burst)) - float64(of.Burst)
	if n == 0 || over <= 0 {
		return 0
	}
	return time.Duration(over * float64(of.Every))
}

// claims returns the public name that a command would claim; empty where it claims none. Whether it is taken
// shows whether somebody has it.
func claims(cmd chat.Command) string {
	switch cmd := cmd.(type) {
	case chat.SetProfile:
		return cmd.Profile.Username
	case chat.Create:
		return cmd.Name
	case chat.SetInfo:
		if cmd.Change.Name != nil {
			return *cmd.Change.Name
		}
	}
	return ""
}

// payClaim spends a look-up on a name that a command claims, but not on one that its own has already.
func (e *Engine) payClaim(ctx context.Context, r request) error {
	name := chat.FoldName(claims(r.cmd))
	if name == "" || r.actor.Server {
		return nil
	}
	owner, err := e.store.Name(ctx, name, "")
	if err != nil {
		return fmt.Errorf("name: %w", err)
	}
	if owner == (Owner{Account: r.actor.Account}) || r.room != 0 && owner == (Owner{Chat: r.room}) {
		return nil
	}
	return e.lookups.take(r.actor, name)
}

// hidden returns those whom a command names by their numbers and who are nobody to its actor: who does not
// want to be found is not there for whom they have not met. Every stranger named is a look-up.
func (e *Engine) hidden(ctx context.Context, r request, n chat.Needs) (map[chat.AccountID]bool, error) {
	if r.actor.Server || len(n.People) > chat.MaxInvites { // refused for their number
		return nil, nil
	}
	var strangers []chat.AccountID
	var spent []string
	for _, a := range append([]chat.AccountID{n.Target}, n.People...) {
		if a == 0 || a == r.introduced {
			continue
		}
		met, err := e.met(ctx, r.actor.Account, a)
		if err != nil {
			return nil, err
		}
		if !met {
			strangers, spent = append(strangers, a), append(spent, byNumber(a))
		}
	}
	if len(strangers) == 0 {
		return nil, nil
	}
	if err := e.lookups.take(r.actor, spent...); err != nil {
		return nil, err
	}
	people, err := e.store.People(ctx, strangers)
	if err != nil {
		return nil, fmt.Errorf("strangers: %w", err)
	}
	hidden := make(map[chat.AccountID]bool)
	for _, p := range people {
		if p.Privacy.Unfindable {
			hidden[p.ID] = true
		}
	}
	return hidden, nil
}

// hide takes those who are not there for the actor out of facts.
func hide(f *chat.Facts, hidden map[chat.AccountID]bool) {
	if hidden[f.Person.ID] {
		f.Person = chat.Person{}
	}
	for a := range hidden {
		delete(f.People, a)
	}
}
