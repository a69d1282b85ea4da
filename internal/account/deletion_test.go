// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// leaving is a bed whose accounts are deleted, by an engine that only takes note of it.
type leaving struct {
	*bed
	erased []chat.AccountID
	// before, where set, is called before an Apply of more than one's last uses.
	before func(changes []account.Change)
}

// meddled lets a test come before what is stored.
type meddled struct {
	*storetest.Memory
	l *leaving
}

// Apply implements account.Store.
func (m meddled) Apply(ctx context.Context, changes ...account.Change) error {
	if m.l.before != nil {
		m.l.before(changes)
	}
	return m.Memory.Apply(ctx, changes...)
}

func newLeaving(t *testing.T) *leaving {
	l := &leaving{bed: &bed{store: storetest.NewMemory(), t: t}}
	l.Service, l.engine = l.node(account.Limits{Hashing: 64}, func(c *account.Config) {
		c.Store = meddled{l.store, l}
		c.Erasing = account.Erasing{
			Owned: func(context.Context, chat.AccountID) ([]account.OwnedRoom, error) { return nil, nil },
			Erase: func(_ context.Context, of chat.AccountID, _ bool) error {
				l.erased = append(l.erased, of)
				return nil
			},
			Forget: func(context.Context, chat.AccountID) error { return nil },
		}
	})
	l.open()
	return l
}

// wishes makes an account that its owner wishes deleted.
func (l *leaving) wishes() (who chat.Actor, token string) {
	l.t.Helper()
	req := l.request("sara_s")
	req.Recovery = bytes.Repeat([]byte{7}, 32)
	s, err := l.SignUp(l.t.Context(), req)
	if err != nil {
		l.t.Fatal(err)
	}
	who = l.actor(s)
	d, err := l.Delete(l.t.Context(), who, account.DeletionRequest{Password: goodPassword})
	if err != nil || d.Due == 0 {
		l.t.Fatalf("wished, it is %+v, %v", d, err)
	}
	return who, s.Token
}

func (l *leaving) passes(d time.Duration) { l.clock.Add(int64(d)) }

// week is for how long accounts can be kept.
const week = 7 * 24 * time.Hour

func (l *leaving) due() {
	l.t.Helper()
	if err := l.DeleteDue(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

// first calls once, before what holds such a change is stored.
func first[C account.Change](l *leaving, do func()) {
	l.before = func(changes []account.Change) {
		if slices.ContainsFunc(changes, func(c account.Change) bool { _, ok := c.(C); return ok }) {
			l.before = nil
			do()
		}
	}
}

// comings are the ways to keep an account, with what each answers when it is too late.
func (l *leaving) comings(who chat.Actor) map[string]coming {
	ctx := l.t.Context()
	return map[string]coming{
		"its device keeps it": {func() error { return l.KeepAccount(ctx, who) }, chat.CodeRevoked},
		"somebody signs in": {func() error {
			_, err := l.SignIn(ctx, account.SignIn{Username: "sara_s", Password: goodPassword, Client: abroad})
			return err
		}, chat.CodePasswordWrong},
		"somebody recovers it": {func() error {
			_, err := l.Recover(ctx, account.Recovery{Username: "sara_s", Secret: bytes.Repeat([]byte{7}, 32),
				NewPassword: otherPassword, Client: abroad})
			return err
		}, chat.CodeRecoveryWrong},
	}
}

type coming struct {
	keep func() error
	late chat.Code
}

// each plays a test with every way to keep an account.
func each(t *testing.T, play func(*leaving, chat.Actor, coming)) {
	for _, name := range []string{"its device keeps it", "somebody signs in", "somebody recovers it"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLeaving(t)
				who, _ := l.wishes()
				play(l, who, l.comings(who)[name])
			})
		})
	}
}

// Who keeps an account in the last moment keeps it, or hears that it is gone; never both.
//
// DEL-2
func TestWhoKeepsAnAccountInTheLastMomentKeepsIt(t *testing.T) {
	each(t, func(l *leaving, who chat.Actor, c coming) {
		l.passes(week)
		var kept error
		first[account.DevicesGone](l, func() { // its time came, and nothing is done yet
			l.passes(-time.Second)
			kept = c.keep()
			l.passes(time.Second)
		})
		l.due()
		l.passes(time.Minute)
		l.due()
		if kept != nil || len(l.erased) > 0 {
			l.t.Errorf("it was kept (%v) and erased: %v", kept, l.erased)
		}
		again, err := l.signIn("sara_s", goodPassword, "", home)
		if err != nil {
			again, err = l.signIn("sara_s", otherPassword, "", home)
		}
		if err != nil {
			l.t.Fatalf("signing in: %v", err)
		}
		if d, err := l.Deletion(l.t.Context(), l.actor(again)); err != nil || d.Due != 0 {
			l.t.Errorf("when it was kept it is %+v, %v", d, err)
		}
	})
}

// DEL-2
func TestWhoComesTooLateIsToldSo(t *testing.T) {
	each(t, func(l *leaving, who chat.Actor, c coming) {
		l.passes(week - time.Second)
		begins := func() { // after it was found to be in time
			l.passes(time.Second)
			l.due()
		}
		first[account.CredentialTaken](l, begins)
		wantCode(l.t, c.keep(), c.late)
		if l.before != nil {
			l.t.Fatal("nothing was to be stored")
		}
		wantCode(l.t, c.keep(), c.late)
		_, err := l.Delete(l.t.Context(), who, account.DeletionRequest{Password: goodPassword, Messages: true})
		wantCode(l.t, err, chat.CodeRevoked)
		l.passes(time.Minute)
		l.due()
		if !slices.Equal(l.erased, []chat.AccountID{who.Account}) {
			l.t.Errorf("erased are %v", l.erased)
		}
	})
}

// DEL-3
func TestAnAccountIsErasedWhenItsSessionsHaveEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeaving(t)
		who, token := l.wishes()
		l.passes(week)
		l.due()
		_, _, err := l.Authenticate(t.Context(), token)
		wantCode(t, err, chat.CodeRevoked)
		l.passes(5 * time.Second) // AUTH-5
		l.due()
		if len(l.erased) > 0 {
			t.Error("it is erased while its sessions may write")
		}
		l.passes(2 * time.Second)
		l.due()
		l.due()
		if !slices.Equal(l.erased, []chat.AccountID{who.Account}) {
			t.Errorf("erased are %v", l.erased)
		}
		_, err = l.store.Account(t.Context(), account.Find{ID: who.Account})
		wantCode(t, err, chat.CodeNotFound)
	})
}

// A token that was made while the devices ended ends too, before anything is erased.
//
// DEL-3
func TestADeviceThatComesWhileTheOthersEndEndsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLeaving(t)
		who, _ := l.wishes()
		l.passes(week - time.Second)
		first[account.DevicePut](l, func() {
			l.passes(time.Second)
			l.due()
		})
		s, err := l.CreateToken(t.Context(), who, account.TokenRequest{Name: "bot", Scopes: []string{"send"}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			l.passes(time.Minute)
			if l.due(); len(l.erased) == 0 {
				_, _, err := l.Authenticate(t.Context(), s.Token)
				wantCode(t, err, chat.CodeRevoked)
			}
		}
		if !slices.Equal(l.erased, []chat.AccountID{who.Account}) {
			t.Errorf("erased are %v", l.erased)
		}
	})
}
