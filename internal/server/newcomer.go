// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// toldNewcomers is the code of what operators are told when sign-ups wait for them, with the value "count".
	toldNewcomers = "newcomers"
	// secretNewcomers keeps when they were told last.
	secretNewcomers = "server/newcomers_told"
	// newcomersEvery is how often they are told at most, however many come, and whoever comes again and again.
	newcomersEvery = time.Hour
	// newcomersLook is how soon somebody is found who came through another server.
	newcomersLook = 30 * time.Second
)

// newcomersTold is what operators were told of the queue.
type newcomersTold struct {
	At     chat.Millis `json:"at"`             // when; it names the message in every retry
	Newest chat.Millis `json:"newest"`         // when the last of those asked who waited then
	Done   bool        `json:"done,omitempty"` // the message is in every operator's chat
}

// greeter tells operators that sign-ups wait for them: when one comes, but once in an hour at most, and not
// again of those they were told of. What was told is kept in the store, so that a restart and a second server
// tell nothing twice.
type greeter struct {
	list func(context.Context) ([]account.Newcomer, error)
	tell func(ctx context.Context, waiting int, at chat.Millis) error
	keep account.Store
	now  func() time.Time
	log  *slog.Logger
	came chan struct{} // somebody just came; holds one
}

// run looks until ctx ends.
func (g *greeter) run(ctx context.Context) {
	tick := time.NewTicker(newcomersLook)
	defer tick.Stop()
	for {
		err := g.step(ctx)
		// Of several servers one is faster; the next look begins with what it kept.
		if err != nil && ctx.Err() == nil && chat.CodeOf(err) != chat.CodeConflict {
			g.log.Warn("the operators could not be told of newcomers; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-g.came:
		case <-tick.C:
		}
	}
}

// step is one look. It is kept first that the operators are told, by one server of several, and told then:
// after a cut between the two the same message is told at the next look.
func (g *greeter) step(ctx context.Context) error {
	list, err := g.list(ctx)
	if err != nil {
		return err
	}
	waiting, newest := 0, chat.Millis(0)
	for _, n := range list {
		if !n.Refused {
			waiting++
			newest = max(newest, n.Asked)
		}
	}
	raw, told, err := g.load(ctx)
	if err != nil || waiting == 0 {
		return err
	}
	now := chat.Millis(g.now().UnixMilli())
	if told.Done || told.At == 0 {
		if newest <= told.Newest || now < told.At+chat.Millis(newcomersEvery.Milliseconds()) {
			return nil
		}
		told = newcomersTold{At: now, Newest: newest}
		if raw, err = g.save(ctx, raw, told); err != nil {
			return err
		}
	}
	if err := g.tell(ctx, waiting, told.At); err != nil {
		return err
	}
	told.Done = true
	_, err = g.save(ctx, raw, told)
	return err
}

func (g *greeter) load(ctx context.Context) (raw []byte, told newcomersTold, err error) {
	raw, err = g.keep.Secret(ctx, secretNewcomers)
	if chat.CodeOf(err) == chat.CodeNotFound {
		return nil, told, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &told)
	}
	if err != nil {
		return nil, told, fmt.Errorf("what operators were told of newcomers: %w", err)
	}
	return raw, told, nil
}

// save fails with chat.CodeConflict where another server kept something meanwhile.
func (g *greeter) save(ctx context.Context, old []byte, told newcomersTold) ([]byte, error) {
	raw, err := json.Marshal(told)
	if err == nil {
		err = g.keep.Apply(ctx, account.SecretPut{Name: secretNewcomers, Old: old, New: raw})
	}
	if err != nil {
		return nil, fmt.Errorf("what operators were told of newcomers: %w", err)
	}
	return raw, nil
}

// greeter watches for sign-ups that wait.
func (s *Server) greeter() *greeter {
	return &greeter{list: s.accounts.Newcomers, tell: s.tellNewcomers, keep: s.store, now: s.cfg.Now, log: s.log,
		came: s.came}
}

// tellNewcomers writes into the service chat of every operator that sign-ups wait. It names nobody: who they
// say they are stands where the operator decides.
func (c *core) tellNewcomers(ctx context.Context, waiting int, at chat.Millis) error {
	tell := chat.Tell{
		Text: "کسانی می‌خواهند عضو شوند و منتظر تأیید شما هستند. در تنظیمات، «دعوت از دیگران»، آنان را می‌بینید." +
			"\n\nPeople want to sign up and wait for your approval. Settings, Invite people shows them.",
		Wording: chat.Wording{Code: toldNewcomers, Values: map[string]string{"count": strconv.Itoa(waiting)}},
	}
	operators, err := c.accounts.Operators(ctx)
	errs := []error{err}
	for _, id := range operators {
		_, err := c.engine.Tell(ctx, id, tell, chat.NamedKey(at, toldNewcomers))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
