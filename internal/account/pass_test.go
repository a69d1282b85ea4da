// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// rules sets the rules of sign-up at the console.
func (b *bed) rules(mode string, work, members uint32) {
	b.t.Helper()
	now, err := b.Rules(b.t.Context())
	if err == nil {
		_, err = b.ChangeRules(b.t.Context(), account.RulesChange{
			Version: now.Version, Mode: mode, Work: work, Members: members, Confirmed: true,
		})
	}
	if err != nil {
		b.t.Fatalf("rules: %v", err)
	}
}

// pass makes a pass at the console.
func (b *bed) pass(limit uint32) (id, secret string) {
	b.t.Helper()
	p, secret, err := b.ConsolePass(b.t.Context(), account.NewPass{Limit: limit})
	if err != nil {
		b.t.Fatalf("pass: %v", err)
	}
	return p.ID, secret
}

func (b *bed) used(id string) uint32 {
	b.t.Helper()
	p, err := b.store.Pass(b.t.Context(), account.PassFind{ID: id})
	if err != nil {
		b.t.Fatal(err)
	}
	return p.Used
}

// answer does the work of a challenge for a key.
func (b *bed) answer(key chat.Key) *account.Work {
	b.t.Helper()
	c, err := b.Challenge(b.t.Context(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	for w := (&account.Work{Challenge: c}); ; w.Counter++ {
		if ok, err := w.Right(); ok || err != nil {
			return w
		}
	}
}

// SIGNUP-1 SIGNUP-4
func TestOneSpammerGetsNowhereWithFiveHundredSignUps(t *testing.T) {
	const burst = 20
	limits := account.Limits{
		SignUp: account.Rate{Burst: burst, Every: time.Hour}, Failure: account.Rate{Burst: 10, Every: time.Hour},
	}
	for name, c := range map[string]struct {
		mode     string
		work     uint32
		with     func(b *bed) func(*account.SignUp)
		accounts int
	}{
		"closed":                 {mode: account.SignupClosed},
		"closed, with a pass":    {mode: account.SignupClosed, with: withPass(0)},
		"invite, without a pass": {mode: account.SignupInvite},
		"invite, guessing":       {mode: account.SignupInvite, with: guessing},
		"invite, with one pass":  {mode: account.SignupInvite, with: withPass(3), accounts: 3},
		"open":                   {mode: account.SignupOpen, accounts: burst},
		"open, without work":     {mode: account.SignupOpen, work: 2},
		"open, one answer":       {mode: account.SignupOpen, work: 2, with: oneAnswer, accounts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, limits).open()
			b.rules(c.mode, c.work, 0)
			fill := func(*account.SignUp) {}
			if c.with != nil {
				fill = c.with(b)
			}
			for n := range 500 {
				req := b.request(fmt.Sprintf("spammer_%s", letters(n)))
				fill(&req)
				if _, err := b.SignUp(t.Context(), req); err == nil {
					c.accounts--
				}
			}
			if c.accounts != 0 {
				t.Errorf("%d accounts fewer than there may be", c.accounts)
			}
		})
	}
}

// letters is a number in letters of which none looks like another.
func letters(n int) string {
	out := ""
	for range 4 {
		out += string("abcdefghkm"[n%10])
		n /= 10
	}
	return out
}

func withPass(limit uint32) func(b *bed) func(*account.SignUp) {
	return func(b *bed) func(*account.SignUp) {
		_, secret := b.pass(limit)
		return func(req *account.SignUp) { req.Pass = secret }
	}
}

func guessing(b *bed) func(*account.SignUp) {
	_, secret := b.pass(0)
	n := 0
	return func(req *account.SignUp) {
		n++
		req.Pass = secret[:18] + letters(n)
	}
}

// oneAnswer spends the answer to one challenge again and again.
func oneAnswer(b *bed) func(*account.SignUp) {
	key := newKey(b.t)
	work, first := b.answer(key), true
	return func(req *account.SignUp) {
		if first {
			req.Key = key
		}
		req.Work, first = work, false
	}
}

func TestGuessesOfPassesAreCutOff(t *testing.T) {
	b := newBed(t, account.Limits{Failure: account.Rate{Burst: 10, Every: time.Hour}}).open()
	_, secret := b.pass(0)
	for range 100 { // whoever holds the link is not limited
		if _, err := b.ShowPass(t.Context(), secret, home.Address); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 20 {
		want := chat.CodeNotFound
		if n >= 10 {
			want = chat.CodeRateLimited
		}
		_, err := b.ShowPass(t.Context(), secret[:18]+letters(n), home.Address)
		wantCode(t, err, want)
	}
	_, err := b.ShowPass(t.Context(), secret, home.Address)
	wantCode(t, err, chat.CodeRateLimited)
	_, err = b.ShowPass(t.Context(), secret, abroad.Address)
	wantCode(t, err, 0)
}

// SIGNUP-2
func TestOfManyWhoRaceForTheLastUseOneSignsUp(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	far, _ := b.node(account.Limits{Hashing: 64})
	b.rules(account.SignupInvite, 0, 0)
	id, secret := b.pass(1)
	var in atomic.Int32
	var all sync.WaitGroup
	for n := range 12 {
		req := b.request("racer_" + letters(n))
		req.Pass = secret
		at := []*account.Service{b.Service, far}[n%2]
		all.Go(func() {
			_, err := at.SignUp(context.Background(), req)
			if err == nil {
				in.Add(1)
			} else if chat.CodeOf(err) != chat.CodeInviteUsedUp {
				t.Errorf("racer %d: %v", n, err)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 || b.used(id) != 1 {
		t.Errorf("%d signed up, %d counted", in.Load(), b.used(id))
	}
}

func TestARetriedSignUpByAPassIsCountedOnce(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.rules(account.SignupInvite, 0, 0)
	id, secret := b.pass(1)
	req := b.request("parvaneh")
	req.Pass = secret
	b.fail.Store(chat.Errorf(chat.CodeUnavailable, "the machine crashed here"))
	_, err := b.SignUp(t.Context(), req)
	wantCode(t, err, chat.CodeUnavailable)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if _, err := b.SignUp(context.Background(), req); err != nil {
				t.Errorf("retry: %v", err)
			}
		})
	}
	all.Wait()
	wantCode(t, b.ConsoleRevoke(t.Context(), id), 0)
	b.rules(account.SignupClosed, 0, 0)
	s, err := b.SignUp(t.Context(), req)
	wantCode(t, err, 0)
	if b.used(id) != 1 {
		t.Errorf("counted %d times", b.used(id))
	}
	if a, err := b.store.Account(t.Context(), account.Find{ID: s.Account}); err != nil || a.Pass != id {
		t.Errorf("it came by %q, %v", a.Pass, err)
	}
}

func TestAUseIsGivenBackWhenTheNameIsRefused(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.rules(account.SignupInvite, 0, 0)
	id, secret := b.pass(1)
	req := b.request("parvaneh")
	req.Pass = secret
	b.fail.Store(chat.Errorf(chat.CodeNameTaken, "somebody was faster"))
	_, err := b.SignUp(t.Context(), req)
	wantCode(t, err, chat.CodeNameTaken)
	if b.used(id) != 0 {
		t.Error("a sign-up that was none is counted")
	}
	req.Username = "parvaneh_two"
	_, err = b.SignUp(t.Context(), req)
	wantCode(t, err, 0)
}

func TestAPassThatIsOverSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, account.Limits{}).open()
		b.rules(account.SignupInvite, 0, 0)
		try := func(name, secret string, want chat.Code) {
			t.Helper()
			_, err := b.ShowPass(t.Context(), secret, home.Address)
			wantCode(t, err, want)
			req := b.request(name)
			req.Pass = secret
			_, err = b.SignUp(t.Context(), req)
			wantCode(t, err, want)
		}
		_, secret := b.pass(1)
		try("parvaneh", secret, 0)
		try("golnaz", secret, chat.CodeInviteUsedUp)
		id, secret := b.pass(0)
		try("golnaz", secret, 0)
		wantCode(t, b.ConsoleRevoke(t.Context(), id), 0)
		try("behrouz", secret, chat.CodePassRevoked)
		later := chat.Millis(time.Now().Add(time.Hour).UnixMilli())
		_, secret, err := b.ConsolePass(t.Context(), account.NewPass{Expires: later})
		wantCode(t, err, 0)
		time.Sleep(time.Hour) // of the test's clock
		try("behrouz", secret, chat.CodeInviteExpired)
		_, secret = b.pass(0)
		b.rules(account.SignupClosed, 0, 0)
		try("behrouz", secret, chat.CodeSignupClosed)
		b.rules(account.SignupOpen, 5, 0)
		try("behrouz", secret, 0) // who is invited need not compute
	})
}

// SIGNUP-3
func TestWhomALimitBindsMakesNoInvitations(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	member := b.actor(b.signUp("parvaneh"))
	b.rules(account.SignupInvite, 0, 3)
	b.clock.Store(int64(10 * 24 * time.Hour))
	before := account.NewPass{Key: newKey(t), Limit: 1}
	p, _, err := b.CreatePass(t.Context(), member, before)
	wantCode(t, err, 0)
	ruled := func(j chat.Judge) chat.Seq {
		t.Helper()
		j.Account, j.Reason = member.Account, "spam"
		n, err := b.engine.Judge(t.Context(), chat.Actor{Server: true, Scopes: chat.AllScopes}, j, 0, newKey(t))
		wantCode(t, err, 0)
		return n
	}
	until := chat.Millis(time.Now().Add(24 * time.Hour).UnixMilli())
	decision := ruled(chat.Judge{Act: chat.ActLimit, Until: until})
	_, _, err = b.CreatePass(t.Context(), member, account.NewPass{Key: newKey(t), Limit: 1})
	wantCode(t, err, chat.CodeLimited)
	again, _, err := b.CreatePass(t.Context(), member, before) // a retry of what was made
	if err != nil || again.ID != p.ID {
		t.Errorf("a retry: %+v, %v", again, err)
	}
	ruled(chat.Judge{Act: chat.ActReverse, Decision: decision})
	_, _, err = b.CreatePass(t.Context(), member, account.NewPass{Key: newKey(t), Limit: 1})
	wantCode(t, err, 0)
}

// SIGNUP-3
func TestMembersLetInMoreAsTheirAccountsGrow(t *testing.T) {
	const day = 24 * time.Hour
	b := newBed(t, account.Limits{}).open()
	member := b.actor(b.signUp("parvaneh"))
	make := func(limit uint32, want chat.Code) string {
		t.Helper()
		q := account.NewPass{Key: newKey(t), Limit: limit, Label: " دوستان "}
		p, secret, err := b.CreatePass(t.Context(), member, q)
		wantCode(t, err, want)
		if err == nil && (p.Label != "دوستان" || p.Expires == 0 || p.Limit == 0) {
			t.Errorf("a member's pass is %+v", p)
		}
		return secret
	}
	make(1, chat.CodeForbidden)
	b.rules(account.SignupInvite, 0, 3)
	make(1, chat.CodeTooMany)
	b.clock.Store(int64(4 * day))
	make(3, chat.CodeTooMany)
	secret := make(0, 0)
	make(1, 0)
	make(1, chat.CodeTooMany)
	b.clock.Store(int64(104 * day)) // what nobody used has expired, and counts no more
	_, err := b.ShowPass(t.Context(), secret, home.Address)
	wantCode(t, err, chat.CodeInviteExpired)
	make(4, chat.CodeTooMany)
	secret = make(3, 0)
	shown, err := b.ShowPass(t.Context(), secret, home.Address)
	if err != nil || shown.Name != "parvaneh" || shown.Operator {
		t.Errorf("it shows %+v, %v", shown, err)
	}
	wantCode(t, b.Suspend(t.Context(), "parvaneh", "spam"), 0)
	_, err = b.ShowPass(t.Context(), secret, home.Address)
	wantCode(t, err, chat.CodePassRevoked)
	wantCode(t, b.Suspend(t.Context(), "parvaneh", ""), 0)
	b.rules(account.SignupInvite, 0, 0)
	_, err = b.ShowPass(t.Context(), secret, home.Address)
	wantCode(t, err, chat.CodePassRevoked)
}

func TestAPassIsItsMakersAndTheOperators(t *testing.T) {
	b := newBed(t, account.Limits{})
	secret, _, err := b.Setup(t.Context())
	wantCode(t, err, 0)
	req := b.request("the_boss_1")
	req.Setup = secret
	s, err := b.SignUp(t.Context(), req)
	wantCode(t, err, 0)
	boss, member := b.actor(s), b.actor(b.signUp("parvaneh"))
	q := account.NewPass{Key: newKey(t)}
	p, link, err := b.CreatePass(t.Context(), boss, q)
	wantCode(t, err, 0)
	again, same, err := b.CreatePass(t.Context(), boss, q)
	if err != nil || again != p || same != link {
		t.Errorf("a retry made %+v %q, %v", again, same, err)
	}
	wantCode(t, b.RevokePass(t.Context(), member, p.ID), chat.CodeNotFound)
	all := account.PassQuery{All: true}
	list, err := b.ListPasses(t.Context(), member, all)
	if err != nil || len(list) != 0 {
		t.Errorf("a member sees %v, %v", list, err)
	}
	b.pass(1)
	if list, err = b.ListPasses(t.Context(), boss, all); err != nil || len(list) != 2 {
		t.Errorf("the operator sees %v, %v", list, err)
	}
	if list, err = b.ListPasses(t.Context(), boss, account.PassQuery{}); err != nil || len(list) != 1 {
		t.Errorf("the operator's own are %v, %v", list, err)
	}
	wantCode(t, b.RevokePass(t.Context(), boss, p.ID), 0)
	_, err = b.ShowPass(t.Context(), link, netip.Addr{})
	wantCode(t, err, chat.CodePassRevoked)
	narrow := chat.Actor{Account: boss.Account, Operator: true, Scopes: chat.ScopeRead | chat.ScopeSend}
	_, _, err = b.CreatePass(t.Context(), narrow, account.NewPass{Key: newKey(t)})
	wantCode(t, err, chat.CodeScopeMissing)
}
