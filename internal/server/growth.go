// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"math"
	"sort"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	growthDays  = 30
	growthChunk = 1000 // entries read at once
	// growthWait is how long an answer waits for the count.
	growthWait = 2 * time.Second
)

// Day is what one day, of UTC, brought.
type Day struct {
	Start                     time.Time
	Accounts, Chats, Messages uint64
}

// growth counts what the last days brought. It is one more reader of the feed that keeps its place; it begins
// when somebody asks for the first time, and reads no more of the past than those days. After a restart it
// counts anew: nothing of it is stored.
type growth struct {
	core *core
	turn chan struct{} // held by whoever counts

	mu   sync.Mutex
	days map[int64]Day  // by number of the day since 1970
	next chat.Pos       // where to go on
	last chat.AccountID // the last account that was counted
	seen bool           // next and last are known
}

func newGrowth(c *core) *growth {
	return &growth{core: c, turn: make(chan struct{}, 1), days: map[int64]Day{}}
}

// oldest is where the first of the days begins.
func (g *growth) oldest() chat.Millis {
	return chat.Millis((dayOf(g.core.cfg.Now()) - growthDays + 1) * 24 * 60 * 60 * 1000)
}

func dayOf(at time.Time) int64 { return at.Unix() / (24 * 60 * 60) }

// list counts what is new and returns the last days, the oldest first; whole is false where the counting
// takes longer than an answer may. It goes on then, until ctx ends.
func (g *growth) list(ctx context.Context, owner *sync.WaitGroup) (days []Day, whole bool, err error) {
	done := make(chan error, 1) // nobody may wait for it any more
	select {
	case g.turn <- struct{}{}:
		owner.Go(func() {
			err := g.count(ctx)
			// First the turn: who was answered may ask again at once.
			<-g.turn
			done <- err
		})
		wait := time.NewTimer(growthWait)
		defer wait.Stop()
		select {
		case err = <-done:
			whole = err == nil
		case <-wait.C:
		}
	default: // somebody counts
	}
	today := dayOf(g.core.cfg.Now())
	g.mu.Lock()
	defer g.mu.Unlock()
	for n := today - growthDays + 1; n <= today; n++ {
		d := g.days[n]
		d.Start = time.Unix(n*24*60*60, 0).UTC()
		days = append(days, d)
	}
	return days, whole, err
}

// count reads the feed and the list of accounts to their ends.
func (g *growth) count(ctx context.Context) error {
	if err := g.begin(ctx); err != nil {
		return err
	}
	if err := g.countAccounts(ctx); err != nil {
		return err
	}
	for {
		entries, pos, err := g.core.store.Feed(ctx, g.next, growthChunk)
		if err != nil || len(entries) == 0 {
			return err
		}
		g.mu.Lock()
		for _, e := range entries {
			g.add(e)
		}
		g.next = pos
		g.forget()
		g.mu.Unlock()
	}
}

// begin finds a place before everything that was stored in the last days.
func (g *growth) begin(ctx context.Context) error {
	if g.seen {
		return nil
	}
	oldest := g.oldest()
	at, err := g.core.engine.PosBefore(ctx, oldest)
	if err != nil {
		return err
	}
	g.next = at
	if g.last, err = g.accountBefore(ctx, oldest); err != nil {
		return err
	}
	g.seen = true
	return nil
}

// accountBefore finds the last account that was made before a time: their numbers grow with it.
func (g *growth) accountBefore(ctx context.Context, at chat.Millis) (chat.AccountID, error) {
	var failed error
	n := sort.Search(math.MaxUint32, func(id int) bool {
		if failed != nil {
			return true
		}
		list, err := g.core.store.Accounts(ctx, chat.AccountID(id), 1)
		failed = err
		return len(list) == 0 || list[0].Created >= at
	})
	return chat.AccountID(n), failed
}

// countAccounts counts those that are new, unfinished sign-ups too.
func (g *growth) countAccounts(ctx context.Context) error {
	for {
		list, err := g.core.store.Accounts(ctx, g.last, growthChunk)
		if err != nil || len(list) == 0 {
			return err
		}
		g.mu.Lock()
		for _, a := range list {
			n := dayOf(time.UnixMilli(int64(a.Created)))
			d := g.days[n]
			d.Accounts++
			g.days[n] = d
			g.last = a.ID
		}
		g.mu.Unlock()
	}
}

// imported reports whether an entry came from elsewhere: the server stores those by itself.
func imported(e chat.Entry) bool { return e.Device == 0 && e.Log.Kind() == chat.ChatLog }

// add counts one entry. The caller holds the lock.
func (g *growth) add(e chat.Entry) {
	n := dayOf(time.UnixMilli(int64(e.At)))
	d := g.days[n]
	switch {
	case e.Env.Kind == chat.KindChatCreated:
		d.Chats++
	case e.Env.Kind == chat.KindMessage && !imported(e):
		d.Messages++
	default:
		return
	}
	g.days[n] = d
}

// forget drops days that nobody asks for any more. The caller holds the lock.
func (g *growth) forget() {
	for n := range g.days {
		if n <= dayOf(g.core.cfg.Now())-growthDays {
			delete(g.days, n)
		}
	}
}
