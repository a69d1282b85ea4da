// SPDX-License-Identifier: AGPL-3.0-or-later

package search

import (
	"context"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// batchEntries bounds what one write of the index takes in; retryAfter is the pause after one that failed.
const (
	batchEntries = 512
	retryAfter   = 5 * time.Second
)

// idleRests and busyRests are how many times as long as a write took the index rests after it: so it never
// takes more than half of one core, and while people or an import write much, a tenth.
const (
	idleRests = 1
	busyRests = 9
)

// run follows the feed until ctx ends.
func (s *Service) run(ctx context.Context) {
	var end chat.Pos
	f := s.cfg.Engine.Follow(s.mark.Pos)
	defer f.Close()
	for ctx.Err() == nil {
		growth, err := f.Next(ctx, batchEntries)
		if err != nil {
			s.pause(ctx, retryAfter, err)
			continue
		}
		if len(growth.Entries) == 0 {
			continue
		}
		begun := time.Now()
		for !s.take(ctx, growth) {
			if ctx.Err() != nil {
				return
			}
		}
		took, before := time.Since(begun), end
		if end, err = s.cfg.Engine.Pos(ctx); err != nil {
			end = before
		}
		s.pause(ctx, max(s.cfg.Rest, rest(took, uint64(end-before))), nil)
	}
}

// rest is how long the index rests after a write, from how much the store grew since the write before it.
func rest(took time.Duration, grew uint64) time.Duration {
	if grew > batchEntries {
		return busyRests * took
	}
	return idleRests * took
}

// take brings growth into the index and reports whether it did; where not, it has paused.
func (s *Service) take(ctx context.Context, g engine.Growth) bool {
	err := s.cfg.Full()
	if err == nil {
		err = s.apply(ctx, g)
	}
	if err != nil {
		s.pause(ctx, retryAfter, err)
	}
	return err == nil
}

// apply brings growth into the index and tells who waits for it.
func (s *Service) apply(ctx context.Context, g engine.Growth) error {
	b, err := s.maker.batch(ctx, g.Entries)
	if err != nil {
		return err
	}
	b.Mark.Incarnation = s.mark.Incarnation
	if err := s.cfg.Index.Apply(ctx, b); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mark = b.Mark
	close(s.grew)
	s.grew = make(chan struct{})
	return nil
}

func (s *Service) pause(ctx context.Context, d time.Duration, err error) {
	if err != nil && ctx.Err() == nil {
		s.cfg.Log.Warn("the index of messages waits; trying again later", "err", err)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// reached returns how far the index is, and what is closed when it grows.
func (s *Service) reached() (chat.Pos, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mark.Pos, s.grew
}

// Progress says how much of what there is can be found.
type Progress struct {
	Pos, End chat.Pos
}

// Behind reports whether something is not in the index yet.
func (p Progress) Behind() bool { return p.Pos < p.End }

// Percent is how much of the store is in the index, rounded down.
func (p Progress) Percent() int {
	if !p.Behind() {
		return 100
	}
	return int(min(99, p.Pos*100/p.End))
}

// caughtUp waits a moment until the index has what was written before the call.
func (s *Service) caughtUp(ctx context.Context) (Progress, error) {
	end, err := s.cfg.Engine.Pos(ctx)
	if err != nil {
		return Progress{}, err
	}
	patience := time.NewTimer(s.cfg.Patience)
	defer patience.Stop()
	for {
		pos, grew := s.reached()
		// Who is far behind will not get there in a moment.
		if pos >= end || end-pos > 8*batchEntries {
			return Progress{pos, end}, nil
		}
		select {
		case <-grew:
		case <-patience.C:
			return Progress{pos, end}, nil
		case <-ctx.Done():
			return Progress{}, ctx.Err()
		}
	}
}

// Progress returns how far the index is now.
func (s *Service) Progress(ctx context.Context) (Progress, error) {
	end, err := s.cfg.Engine.Pos(ctx)
	pos, _ := s.reached()
	return Progress{pos, end}, err
}
