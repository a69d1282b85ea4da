// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

const (
	alarmEvery = 30 * time.Second
	// alarmLooks is how many looks in a row must agree before an alarm begins or ends: what comes and goes
	// within a minute is no news.
	alarmLooks = 2
	// secretAlarms keeps what operators were told.
	secretAlarms = "server/alarms"
)

// alarm is word for the operators that a condition has begun, or is over.
type alarm struct {
	Condition
	Over  bool
	Since time.Time // when the condition was seen first: with the code it names the alarm, in every retry
	Ended time.Time // when it was gone; zero while it is not
}

// raised is a condition that operators hear of.
type raised struct {
	Since chat.Millis `json:"since"`
	Told  bool        `json:"told,omitempty"`  // they were told that it began
	Ended chat.Millis `json:"ended,omitempty"` // when it ended, and they are still to be told; 0: it lasts
}

// alarms watches conditions and tells of each once when it begins and once when it ends, also through a
// restart: what was told is kept in the store, where a server that stands on the same one finds it. What
// cannot be told or kept now is told at a later look; what is told twice has the same name, by which whoever
// delivers it tells it once.
type alarms struct {
	look func(context.Context) []Condition
	tell func(context.Context, alarm) error
	keep account.Store
	now  func() time.Time
	log  *slog.Logger

	seen map[string]int // looks in a row that found a condition other than it is raised
}

// run looks until ctx ends.
func (a *alarms) run(ctx context.Context) {
	tick := time.NewTicker(alarmEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := a.step(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("the operators could not be told of an alarm; trying again", "err", err)
		}
	}
}

// step is one look.
func (a *alarms) step(ctx context.Context) error {
	now := map[string]Condition{}
	for _, c := range a.look(ctx) {
		if c.Code != condStopping {
			now[c.Code] = c
		}
	}
	old, all, err := a.load(ctx)
	if err != nil {
		return err
	}
	was := maps.Clone(all)
	a.compare(now, all)
	var errs []error
	for _, code := range slices.Sorted(maps.Keys(all)) {
		r := all[code]
		if c, here := now[code]; here && !r.Told {
			if err := a.tell(ctx, alarm{Condition: c, Since: time.UnixMilli(int64(r.Since))}); err != nil {
				errs = append(errs, err)
				continue
			}
			r.Told = true
			all[code] = r
		}
		if r.Ended == 0 {
			continue
		}
		over := alarm{Condition: Condition{Code: code}, Over: true, Since: time.UnixMilli(int64(r.Since)),
			Ended: time.UnixMilli(int64(r.Ended))}
		if err := a.tell(ctx, over); err != nil {
			errs = append(errs, err)
			continue
		}
		delete(all, code)
	}
	if !maps.Equal(was, all) {
		errs = append(errs, a.save(ctx, old, all))
	}
	return errors.Join(errs...)
}

// compare raises what was seen long enough, and ends what was gone long enough.
func (a *alarms) compare(now map[string]Condition, all map[string]raised) {
	seen := map[string]int{}
	for code := range now {
		if r, up := all[code]; up && r.Ended != 0 { // it came back before its end was told
			r.Ended = 0
			all[code] = r
		} else if !up {
			if seen[code] = a.seen[code] + 1; seen[code] >= alarmLooks {
				all[code] = raised{Since: chat.Millis(a.now().UnixMilli())}
				delete(seen, code)
			}
		}
	}
	for code, r := range all {
		if _, here := now[code]; here || r.Ended != 0 {
			continue
		}
		if seen[code] = a.seen[code] + 1; seen[code] < alarmLooks {
			continue
		}
		delete(seen, code)
		if r.Ended = chat.Millis(a.now().UnixMilli()); r.Told {
			all[code] = r
		} else {
			delete(all, code) // nobody heard that it began
		}
	}
	a.seen = seen
}

// load reads what operators were told.
func (a *alarms) load(ctx context.Context) (raw []byte, all map[string]raised, err error) {
	all = map[string]raised{}
	raw, err = a.keep.Secret(ctx, secretAlarms)
	if chat.CodeOf(err) == chat.CodeNotFound {
		return nil, all, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &all)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("what operators were told: %w", err)
	}
	return raw, all, nil
}

// save keeps what operators were told. Where another server kept something meanwhile, the next look begins
// with that.
func (a *alarms) save(ctx context.Context, old []byte, all map[string]raised) error {
	raw, err := json.Marshal(all)
	if err != nil {
		return err
	}
	err = a.keep.Apply(ctx, account.SecretPut{Name: secretAlarms, Old: old, New: raw})
	if err != nil && chat.CodeOf(err) != chat.CodeConflict {
		return fmt.Errorf("what operators were told: %w", err)
	}
	return nil
}
