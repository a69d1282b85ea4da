// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"fmt"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
)

// telling is what an account reads in its log before something is done to it.
type telling struct {
	notices []chat.DeviceNotice
	acts    []chat.OperatorAct // by an operator: also what its owner reads under the operator's deeds
}

// deed tells an account what is about to be done to it, then does it in one step. What is told is durable
// before: a cut between the two leaves word of what was not done, which does no harm, and never a deed that
// nobody was told of. Once something is told it goes on where whoever asked is gone. A device that reads it
// and asks at once how things stand waits until it is done: see deeds.
//
// AUTH-7
func (s *Service) deed(ctx context.Context, of chat.AccountID, told telling, changes ...Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer s.deeds.begin(of)()
	ctx = context.WithoutCancel(ctx)
	for _, act := range told.acts {
		if err := s.NoteAct(ctx, act, chat.Key{}, of); err != nil {
			return fmt.Errorf("tell an account: %w", err)
		}
	}
	for _, n := range told.notices {
		if err := s.Registry.Notice(ctx, of, n); err != nil {
			return fmt.Errorf("tell an account: %w", err)
		}
	}
	return s.Store.Apply(ctx, changes...)
}

// own is what the actor's device does, as the account's devices are told. A device does so much and no more:
// what it did to and fro would fill the log.
func (s *Service) own(ctx context.Context, who chat.Actor, reason string) (telling, error) {
	_, own, err := s.ownDevice(ctx, who)
	if err != nil {
		return telling{}, err
	}
	if err := s.buckets.take(bucket{"deed", s.Limits.Deed, number(uint32(who.Device))}); err != nil {
		return telling{}, err
	}
	return telling{notices: []chat.DeviceNotice{{Device: s.shown(own), Reason: reason}}}, nil
}

// announced is a deed of the actor's device.
func (s *Service) announced(ctx context.Context, who chat.Actor, reason string, changes ...Change) error {
	told, err := s.own(ctx, who, reason)
	if err != nil {
		return err
	}
	return s.deed(ctx, who.Account, told, changes...)
}

// atConsole is a notice of what was done at the console.
func atConsole(reason string) chat.DeviceNotice {
	c := consoleClient()
	return chat.DeviceNotice{Device: chat.Device{Name: c.Device, Client: c.Name}, Reason: reason}
}

// removals are notices that devices go.
func (s *Service) removals(list []Device, reason string) (out []chat.DeviceNotice) {
	for _, d := range list {
		out = append(out, chat.DeviceNotice{Device: s.shown(d), Removed: true, Reason: reason})
	}
	return out
}

// deeds are those that are under way in this process, by account. Whoever shows how an account stands waits
// for them: a notice is stored before its deed, and a device that asks when it reads the notice would be
// shown what was before, and not be told again.
type deeds struct {
	mu    sync.Mutex
	under map[chat.AccountID]*underWay
}

// underWay are deeds of one account.
type underWay struct {
	count int
	over  chan struct{} // closed when there is none left
}

// begin counts a deed until the function it returns is called.
func (d *deeds) begin(of chat.AccountID) func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.under == nil {
		d.under = map[chat.AccountID]*underWay{}
	}
	u := d.under[of]
	if u == nil {
		u = &underWay{over: make(chan struct{})}
		d.under[of] = u
	}
	u.count++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if u.count--; u.count == 0 {
			delete(d.under, of)
			close(u.over)
		}
	}
}

// done waits until the deeds of an account are done that are under way.
func (d *deeds) done(ctx context.Context, of chat.AccountID) error {
	d.mu.Lock()
	u := d.under[of]
	d.mu.Unlock()
	if u == nil {
		return nil
	}
	select {
	case <-u.over:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for what is being done to the account: %w", ctx.Err())
	}
}
