// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// stumbling is a store that goes wrong at one step of a deletion, and answers nothing from then on.
type stumbling struct {
	mu    sync.Mutex
	armed bool
	steps int
	at    int // the step that goes wrong
	fault storetest.Fault
}

func (s *stumbling) plan(op string) storetest.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.armed || !slices.Contains([]string{"append", "read", "list", "facts", "apply"}, op) {
		return storetest.Sound
	}
	switch s.steps++; {
	case s.steps < s.at:
		return storetest.Sound
	case s.steps == s.at:
		return s.fault
	}
	return storetest.FailBefore
}

// arm makes the next step the first one, or the store sound again; it reports whether it went wrong.
func (s *stumbling) arm(armed bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = armed
	return s.steps >= s.at
}

// stumblingAccounts is the other half of the store.
type stumblingAccounts struct {
	*storetest.Memory
	s *stumbling
}

// Apply implements account.Store.
func (m stumblingAccounts) Apply(ctx context.Context, changes ...account.Change) error {
	fault := storetest.Sound
	puts := func(c account.Change) bool { _, ok := c.(account.CredentialPut); return ok }
	if slices.ContainsFunc(changes, puts) {
		fault = m.s.plan("apply")
	}
	if fault == storetest.FailBefore {
		return storetest.ErrFault
	}
	err := m.Memory.Apply(ctx, changes...)
	if err == nil && fault == storetest.FailAfter {
		err = storetest.ErrFault
	}
	return err
}

// newStumbling is a bed whose store stumbles once it is armed, and whose engine erases accounts.
func newStumbling(t *testing.T, s *stumbling) *bed {
	b := &bed{store: storetest.NewMemory(), t: t}
	b.stored = &storetest.Faulty{Store: b.store, Plan: s.plan}
	b.Service, b.engine = b.node(account.Limits{Hashing: 64}, func(c *account.Config) {
		c.Store = stumblingAccounts{b.store, s}
		c.Erasing = account.Erasing{
			Owned: func(context.Context, chat.AccountID) ([]account.OwnedRoom, error) { return nil, nil },
			Erase: func(ctx context.Context, of chat.AccountID, messages bool) error {
				return b.engine.EraseAccount(ctx, of, messages)
			},
			Forget: func(ctx context.Context, of chat.AccountID) error { return b.engine.ForgetAccount(ctx, of) },
		}
	})
	return b.open()
}

func (b *bed) does(who chat.Actor, log chat.LogID, cmd chat.Command) {
	b.t.Helper()
	h, err := b.engine.Open(b.t.Context(), who, log, chat.RightSend)
	if err == nil {
		_, err = h.Do(b.t.Context(), cmd, newKey(b.t))
	}
	if err != nil {
		b.t.Fatalf("%T: %v", cmd, err)
	}
}

func (b *bed) makes(who chat.Actor, title string) chat.ChatID {
	b.t.Helper()
	r, err := b.engine.Create(b.t.Context(), who, engine.NewChat{Type: chat.Group, Title: title}, newKey(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	return r.Log.Chat()
}

// leaver is somebody with something of every sort that has to go.
type leaver struct {
	chat.Actor
	own  chat.ChatID   // a group of hers
	left []chat.ChatID // what she is in besides
}

func (b *bed) leaver() leaver {
	b.t.Helper()
	ctx := b.t.Context()
	req := b.request("sara_s")
	req.Name = "Distinct"
	s, err := b.SignUp(ctx, req)
	if err != nil {
		b.t.Fatal(err)
	}
	sara, reza := b.actor(s), b.actor(b.signUp("reza_r"))
	talk, err := b.engine.OpenDirect(ctx, sara, reza.Account, newKey(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	saved, err := b.engine.OpenDirect(ctx, sara, sara.Account, newKey(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	group, other := b.makes(reza, "Room"), b.makes(reza, "Other room")
	for _, room := range []chat.ChatID{group, other} {
		b.does(reza, room.Log(), chat.Invite{Account: sara.Account})
	}
	b.does(sara, group.Log(), chat.AnswerInvitation{Accept: true})
	b.does(sara, talk.Log(), chat.Send{Text: "secret words"})
	b.does(reza, talk.Log(), chat.Send{Text: "his words"})
	b.does(sara, talk.Log(), chat.SetDraft{Text: "a secret draft"})
	b.does(sara, saved.Log(), chat.Send{Text: "a secret note"})
	b.does(sara, group.Log(), chat.Send{Text: "a secret among many"})
	b.does(sara, sara.Account.Log(), chat.SetContact{Account: reza.Account, Name: "secret friend"})
	b.does(sara, sara.Account.Log(), chat.SetPersonal{Token: "secretpersonaltoken"})
	_, err = b.engine.Tell(ctx, sara.Account, chat.Tell{Text: "a secret of the server"}, chat.Key{})
	if err != nil {
		b.t.Fatal(err)
	}
	d, err := b.Delete(ctx, sara, account.DeletionRequest{Password: goodPassword, Messages: true})
	if err != nil || d.Due == 0 {
		b.t.Fatalf("wished, it is %+v, %v", d, err)
	}
	return leaver{sara, b.makes(sara, "Her own room"), []chat.ChatID{talk, group, other}}
}

// all is everything the store holds, as text.
func (b *bed) all() string {
	b.t.Helper()
	var out strings.Builder
	err := b.store.Dump(b.t.Context(), func(table string, values ...any) error {
		fmt.Fprintln(&out, append([]any{table}, values...)...)
		return nil
	})
	for after, more := chat.Pos(0), true; more && err == nil; {
		var entries []chat.Entry
		entries, after, err = b.store.Feed(b.t.Context(), after, 1000)
		more = len(entries) > 0
		for _, e := range entries {
			fmt.Fprintf(&out, "%s %d %s\n", e.Log, e.Seq, e.Body)
		}
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return out.String()
}

// isGone fails unless nothing is left of somebody who was deleted.
func (b *bed) isGone(who leaver) {
	b.t.Helper()
	ctx := b.t.Context()
	all := b.all()
	for _, word := range []string{"secret", "Distinct"} {
		if strings.Contains(all, word) {
			b.t.Errorf("%q is left in:\n%s", word, all)
		}
	}
	if !strings.Contains(all, "his words") {
		b.t.Error("what others wrote is gone")
	}
	_, err := b.store.Account(ctx, account.Find{ID: who.Account})
	wantCode(b.t, err, chat.CodeNotFound)
	people, err := b.store.People(ctx, []chat.AccountID{who.Account})
	if err != nil || len(people) != 1 || people[0] != (chat.Person{ID: who.Account, Deleted: true}) {
		b.t.Errorf("others see %+v, %v", people, err)
	}
	for _, room := range who.left {
		f, err := b.store.Facts(ctx, room, who.Account, 0)
		if err != nil || f.Actor.Role.Reads() || f.Actor.Role == chat.RoleInvited {
			b.t.Errorf("it stands in chat %d as %+v, %v", room, f.Actor, err)
		}
	}
	f, err := b.store.Facts(ctx, who.own, who.Account, 0)
	if err != nil || !f.Chat.Deleted {
		b.t.Errorf("the group it owned is %+v, %v", f.Chat, err)
	}
	wantCode(b.t, b.engine.CheckName(ctx, "sara_s"), chat.CodeNameResting)
}

// Whatever goes wrong with a step of a deletion, whether it was stored or not, what is cut off is done by the
// next calls.
//
// DEL-3
func TestADeletionCutOffAnywhereIsDoneByTheNextCalls(t *testing.T) {
	for name, fault := range map[string]storetest.Fault{
		"before it is stored": storetest.FailBefore, "after it was stored": storetest.FailAfter,
	} {
		t.Run(name, func(t *testing.T) {
			steps := 0
			for went := true; went && !t.Failed(); steps++ {
				s := &stumbling{at: steps + 1, fault: fault}
				synctest.Test(t, func(t *testing.T) { went = cutOff(t, s) })
			}
			if steps < 12 {
				t.Errorf("a deletion has %d steps", steps)
			}
		})
	}
}

// cutOff plays a deletion that is cut off, and reports whether it came to that.
func cutOff(t *testing.T, s *stumbling) bool {
	b := newStumbling(t, s)
	who := b.leaver()
	b.clock.Add(int64(week))
	s.arm(true)
	for range 3 {
		_ = b.DeleteDue(t.Context())
		b.clock.Add(int64(time.Minute))
	}
	went := s.arm(false)
	for range 3 {
		if err := b.DeleteDue(t.Context()); err != nil {
			t.Errorf("at step %d, when all is sound: %v", s.at, err)
		}
		b.clock.Add(int64(time.Minute))
	}
	b.isGone(who)
	if t.Failed() {
		t.Errorf("it was cut off at step %d", s.at)
	}
	return went
}
