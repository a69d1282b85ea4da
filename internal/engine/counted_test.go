// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// crowdStore is a store that stores nothing until so many have decided what they would write.
type crowdStore struct {
	engine.Store
	mu   sync.Mutex
	left int
	gone chan struct{} // closed when they have
}

func (s *crowdStore) wait(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.gone = n, make(chan struct{})
}

func (s *crowdStore) Heads(ctx context.Context, logs []chat.LogID) ([]chat.Head, error) {
	heads, err := s.Store.Heads(ctx, logs)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left == 0 {
		close(s.gone)
	}
	return heads, err
}

func (s *crowdStore) Append(ctx context.Context, batches []engine.Batch) ([]engine.Result, error) {
	s.mu.Lock()
	gone := s.gone
	s.mu.Unlock()
	if gone != nil {
		<-gone
	}
	return s.Store.Append(ctx, batches)
}

// crowd is a court in which many do things at the same time.
type crowd struct {
	*court
	store *crowdStore
}

// atOnce does something many times at the same time, each under a key of its own, and counts how often it was
// done. Who is told to come back does.
func (b *crowd) atOnce(times int, do func(n int, key chat.Key) error) int {
	b.t.Helper()
	keys := make([]chat.Key, times)
	for i := range keys {
		keys[i] = b.key()
	}
	b.store.wait(times)
	var done atomic.Int32
	var wg sync.WaitGroup
	for n := range times {
		wg.Go(func() {
			for {
				switch err := do(n, keys[n]); chat.CodeOf(err) {
				case 0:
					done.Add(1)
				case chat.CodeUnavailable:
					continue
				case chat.CodeRateLimited:
				default:
					b.t.Error(err)
				}
				return
			}
		})
	}
	wg.Wait()
	return int(done.Load())
}

// FB-1 FB-4 REP-1
func TestWhatIsCountedByTheDayIsCountedAlsoOfWhatIsDoneAtOnce(t *testing.T) {
	store := &crowdStore{Store: storetest.NewMemory()}
	c := &crowd{newCourt(t, func(cfg *engine.Config) { cfg.Store = store }), store}
	ana, ben := c.person("ana_a"), c.person("ben_b")
	got := c.atOnce(4*chat.MaxFeedbackADay, func(n int, key chat.Key) error {
		_, err := c.GiveFeedback(t.Context(), ana, chat.Feedback{Category: "idea", Text: fmt.Sprint(n)}, key)
		return err
	})
	if got != chat.MaxFeedbackADay {
		t.Errorf("%d pieces of feedback", got)
	}
	rooms := [2]chat.ChatID{c.room(chat.Group, ana, ben), c.room(chat.Group, ana, ben)}
	seqs := [2][]chat.Seq{}
	for i := range 4 * chat.MaxReportsADay {
		seqs[i%2] = append(seqs[i%2], c.say(ben, rooms[i%2], fmt.Sprint(i)).Seq)
	}
	got = c.atOnce(4*chat.MaxReportsADay, func(n int, key chat.Key) error {
		r := chat.Report{Chat: rooms[n%2], Seqs: []chat.Seq{seqs[n%2][n/2]}, Reason: "spam"}
		r.Desk = chat.DeskOperator
		if n%3 == 0 {
			r.Desk = chat.DeskAdmins
		}
		_, _, err := c.Report(t.Context(), ana, r, key)
		return err
	})
	if got != chat.MaxReportsADay {
		t.Errorf("%d reports", got)
	}
	var numbers []chat.Seq
	for _, who := range c.people(30) { // of what many gave
		for range chat.MaxFeedbackADay {
			r, err := c.GiveFeedback(t.Context(), who, chat.Feedback{Category: "idea", Text: "x"}, c.key())
			if err != nil {
				t.Fatal(err)
			}
			state := chat.FeedbackState{Status: "planned", Title: "x"}
			if _, err := c.SetFeedback(t.Context(), c.operator, r.Seq, state, c.key()); err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, r.Seq)
		}
	}
	got = c.atOnce(len(numbers), func(n int, key chat.Key) error {
		_, err := c.VoteFeedback(t.Context(), ana, numbers[n], false, key)
		return err
	})
	if got != chat.MaxVotesADay {
		t.Errorf("%d votes", got)
	}
}

// REP-1 FIND-1
func TestAReportDoesNotTellWhichNumbersAreInUse(t *testing.T) {
	b := newBed(t, func(c *engine.Config) {
		c.Lookups.Account = engine.Allowance{Burst: 1, Every: time.Hour}
	})
	ana, ben, eve := b.person("ana_a"), b.person("ben_b"), b.person("eve_e")
	hidden := chat.SetPrivacy{Privacy: chat.Privacy{Unfindable: true}}
	b.must(eve, eve.Account.Log(), hidden)
	room := b.room(chat.Group, ben)
	b.must(ben, room.Log(), chat.SetInfo{Change: chat.InfoChange{Name: new(string)}})
	report := func(r chat.Report) error {
		r.Desk, r.Reason = chat.DeskOperator, "spam"
		_, _, err := b.Report(t.Context(), ana, r, b.key())
		return err
	}
	codeIs(t, report(chat.Report{Account: 999}), chat.CodeNotFound) // the one look-up there is
	for _, other := range []chat.AccountID{998, ben.Account, eve.Account} {
		codeIs(t, report(chat.Report{Account: other}), chat.CodeRateLimited)
	}
	there, nowhere := report(chat.Report{Chat: room}), report(chat.Report{Chat: 997})
	codeIs(t, there, chat.CodeNotFound)
	if there.Error() != nowhere.Error() {
		t.Errorf("%q of one that is there, %q of one that is not", there, nowhere)
	}
}
