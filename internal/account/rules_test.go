// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// SIGNUP-1
func TestOnlyTheOperatorOpensSignUpAndIsToldWhatItEntails(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.rules(account.SignupInvite, 0, 0)
	member := b.actor(b.signUpBy("parvaneh"))
	boss := chat.Actor{Account: 1, Operator: true, Scopes: chat.ScopeRead | chat.ScopeSend | chat.ScopeManage}
	open := account.RulesChange{Version: 1, Mode: account.SignupOpen, Confirmed: true}
	set := func(who chat.Actor, c account.RulesChange, want chat.Code) {
		t.Helper()
		_, err := b.SetRules(t.Context(), who, c)
		wantCode(t, err, want)
	}
	set(member, open, chat.CodeForbidden)
	_, err := b.ShownRules(t.Context(), member)
	wantCode(t, err, chat.CodeForbidden)
	narrow := boss
	narrow.Scopes = chat.ScopeRead
	set(narrow, open, chat.CodeScopeMissing)
	for _, c := range []account.RulesChange{
		{Version: 1, Mode: account.SignupOpen},
		{Version: 1, Mode: "ajar", Confirmed: true},
		{Version: 1, Mode: account.SignupClosed, Work: account.MaxWork + 1},
		{Version: 1, Mode: account.SignupClosed, Members: account.MaxMemberPasses + 1},
	} {
		set(boss, c, chat.CodeBadRequest)
	}
	set(boss, account.RulesChange{Version: 9, Mode: account.SignupClosed}, chat.CodeConflict)
	set(boss, open, 0)
	set(boss, open, chat.CodeConflict) // from another device, which saw the rules of before
	b.signUp("golnaz")
	open.Version, open.Confirmed, open.Members = 2, false, 4
	set(boss, open, 0) // it is open already
	r, err := b.ShownRules(t.Context(), boss)
	if err != nil || r.Version != 3 || r.Members != 4 || r.Changed == 0 {
		t.Errorf("the rules are %+v, %v", r, err)
	}
}

// signUpBy signs somebody up by a fresh pass.
func (b *bed) signUpBy(username string) account.Session {
	b.t.Helper()
	req := b.request(username)
	_, req.Pass = b.pass(1)
	s, err := b.SignUp(b.t.Context(), req)
	if err != nil {
		b.t.Fatalf("sign up %s: %v", username, err)
	}
	return s
}

func TestTheRulesOfSignUpHoldOnEveryNodeAtOnce(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	far, _ := b.node(account.Limits{Hashing: 8})
	b.rules(account.SignupInvite, 0, 0)
	_, err := far.SignUp(t.Context(), b.request("parvaneh"))
	wantCode(t, err, chat.CodeSignupClosed)
	e, err := far.Status(t.Context(), netip.Addr{})
	if err != nil || e.Open() || e.Mode != account.SignupInvite {
		t.Errorf("elsewhere it is %+v, %v", e, err)
	}
}

// SIGNUP-4
func TestWorkIsForOneKeyAndForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, account.Limits{}).open()
		b.rules(account.SignupOpen, 3, 0)
		if e, err := b.Status(t.Context(), home.Address); err != nil || !e.Open() || !e.Work {
			t.Errorf("strangers find %+v, %v", e, err)
		}
		try := func(req account.SignUp, want chat.Code) {
			t.Helper()
			_, err := b.SignUp(t.Context(), req)
			wantCode(t, err, want)
		}
		req := b.request("parvaneh")
		try(req, chat.CodeWorkRequired)
		good := b.answer(req.Key)
		for _, spoil := range []func(w *account.Work){
			func(w *account.Work) { w.Rounds = 1 },
			func(w *account.Work) { w.Prefix = nil },
			func(w *account.Work) { w.Prefix = []byte{} },
			func(w *account.Work) { w.Expires += 1000 },
			func(w *account.Work) { w.Salt = nil },
			func(w *account.Work) { w.Nonce = make([]byte, 16) },
			func(w *account.Work) { w.Seal = nil },
			func(w *account.Work) { w.Counter++ },
		} {
			w := *good
			spoil(&w)
			if ok, err := w.Right(); err == nil && ok && w.Counter != good.Counter {
				continue // one in 256 is right too
			}
			req.Work = &w
			try(req, chat.CodeWorkRequired)
		}
		other := b.request("golnaz")
		other.Work = good
		try(other, chat.CodeWorkRequired)
		req.Work = good
		time.Sleep(time.Hour - time.Second) // of the test's clock
		try(req, 0)
		try(req, 0) // a retry
		other.Work = b.answer(other.Key)
		time.Sleep(time.Hour + time.Second)
		try(other, chat.CodeWorkRequired)
		far, _ := b.node(account.Limits{Hashing: 8})
		other.Work = b.answer(other.Key) // of this node, spent at another
		_, err := far.SignUp(t.Context(), other)
		wantCode(t, err, 0)
	})
}

// SIGNUP-1
func TestProgramsOnTheMachineAreLetInAgainWhenTheOperatorSaysSo(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	here, there := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("203.0.113.9")
	yes, no := true, false
	open := func(want bool) {
		t.Helper()
		if now, err := b.Rules(t.Context()); err != nil || b.LocalNow(now) != want {
			t.Errorf("its operator is told %v (%v)", !want, err)
		}
		for from, want := range map[netip.Addr]bool{here: want, there: false} {
			e, err := b.Status(t.Context(), from)
			if err != nil || e.Open() != want {
				t.Errorf("from %v it is open: %v (%v)", from, e.Open(), err)
			}
		}
	}
	set := func(c account.RulesChange) {
		t.Helper()
		now, err := b.Rules(t.Context())
		wantCode(t, err, 0)
		c.Version = now.Version
		_, err = b.ChangeRules(t.Context(), c)
		wantCode(t, err, 0)
	}
	b.LocalSignup = true
	set(account.RulesChange{Mode: account.SignupInvite})
	open(false)
	set(account.RulesChange{Mode: account.SignupInvite, Local: &yes})
	open(true)
	set(account.RulesChange{Mode: account.SignupInvite, Members: 3}) // it stays as it was
	open(true)
	set(account.RulesChange{Mode: account.SignupClosed})
	open(false)
	set(account.RulesChange{Mode: account.SignupInvite})
	open(true)
	b.LocalSignup = false // the settings let others reach it by now
	open(false)
	b.LocalSignup = true
	set(account.RulesChange{Mode: account.SignupInvite, Local: &no})
	open(false)
}
