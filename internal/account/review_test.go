// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// reviewing lets newcomers wait, or no longer.
func (b *bed) reviewing(on bool) {
	b.t.Helper()
	now, err := b.Rules(b.t.Context())
	if err == nil {
		_, err = b.ChangeRules(b.t.Context(), account.RulesChange{Version: now.Version, Mode: account.SignupOpen,
			Confirmed: true, Review: &on})
	}
	wantCode(b.t, err, 0)
}

func (b *bed) signsUp(req account.SignUp, want chat.Code) account.Session {
	b.t.Helper()
	s, err := b.SignUp(b.t.Context(), req)
	wantCode(b.t, err, want)
	return s
}

// SIGNUP-5
func TestANewcomerWaitsAndGetsInWithWhatTheyTyped(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.reviewing(true)
	req := b.request("golnaz")
	req.Name, req.Note, req.Recovery = "گلناز رضایی", "از کلاس سوم", make([]byte, 32)
	b.signsUp(req, chat.CodeReviewPending)
	b.signsUp(req, chat.CodeReviewPending)
	_, err := b.signIn("golnaz", goodPassword, "", home)
	wantCode(t, err, chat.CodeReviewPending)
	_, err = b.signIn("golnaz", "another word 7 8", "", home)
	wantCode(t, err, chat.CodePasswordWrong)
	other := b.request("Golnaz") // somebody else wants the name too
	b.signsUp(other, chat.CodeNameTaken)

	list, err := b.Newcomers(t.Context())
	if err != nil || len(list) != 1 || list[0].Note != "از کلاس سوم" || list[0].Name != "گلناز رضایی" {
		t.Fatalf("the operator sees %+v, %v", list, err)
	}
	wantCode(t, b.Decide(t.Context(), "nobody_here", true), chat.CodeNotFound)
	wantCode(t, b.Decide(t.Context(), "GOLNAZ", true), 0)
	wantCode(t, b.Decide(t.Context(), "golnaz", true), chat.CodeNotFound) // done
	s := b.signsUp(req, 0)
	if s.Profile.Name != "گلناز رضایی" || s.Profile.Username != "golnaz" {
		t.Errorf("they came in as %+v", s.Profile)
	}
	// The page may have been closed meanwhile: the password is enough.
	back, err := b.signIn("golnaz", goodPassword, "", home)
	if err != nil || back.Account != s.Account {
		t.Errorf("signed in as %d, %v", back.Account, err)
	}
	// An invitation waits for nobody, and where nobody waits any more who did gets in.
	_, invited := b.pass(1)
	pass := b.request("parvaneh")
	pass.Pass = invited
	b.signsUp(pass, 0)
	late := b.request("behrooz")
	b.signsUp(late, chat.CodeReviewPending)
	b.reviewing(false)
	b.signsUp(late, 0)
	if list, err := b.Newcomers(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("still waiting: %+v, %v", list, err)
	}
}

// SIGNUP-5
func TestARefusedNewcomerReadsSoAndMayBeLetInAfterAll(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.reviewing(true)
	member := b.actor(b.signUpBy("parvaneh"))
	_, err := b.ShownNewcomers(t.Context(), member)
	wantCode(t, err, chat.CodeForbidden)
	req := b.request("golnaz")
	b.signsUp(req, chat.CodeReviewPending)
	wantCode(t, b.DecideNewcomer(t.Context(), member, "golnaz", true), chat.CodeForbidden)
	wantCode(t, b.Decide(t.Context(), "golnaz", false), 0)
	b.signsUp(req, chat.CodeForbidden)
	_, err = b.signIn("golnaz", goodPassword, "", home)
	wantCode(t, err, chat.CodeForbidden)
	wantCode(t, b.Decide(t.Context(), "golnaz", true), 0)
	b.signsUp(req, 0)

	// A name that went to somebody with an invitation is asked for anew, by the same form.
	taken := b.request("behrooz")
	b.signsUp(taken, chat.CodeReviewPending)
	b.signUpBy("behrooz")
	wantCode(t, b.Decide(t.Context(), "behrooz", true), chat.CodeNameTaken)
	again := taken
	again.Username = "behrooz_2"
	b.signsUp(again, chat.CodeReviewPending)
	if list, err := b.Newcomers(t.Context()); err != nil || len(list) != 1 || list[0].Username != "behrooz_2" {
		t.Errorf("waiting: %+v, %v", list, err)
	}
	wantCode(t, b.Decide(t.Context(), "behrooz_2", true), 0)
	b.signsUp(again, 0)
}

// SIGNUP-5 REP-5
func TestWhoIsLetInReadsThatAnOperatorDidIt(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.reviewing(true)
	reads := func(name, want string, console bool) {
		t.Helper()
		s, err := b.signIn(name, goodPassword, "", home)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.acts(s.Account); got != want {
			t.Errorf("%s reads %q", name, got)
		}
		list, err := b.engine.Acts(t.Context(), b.actor(s), 0, 10)
		if err != nil || len(list) > 0 && list[0].Act.Console != console {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
	oper := b.actor(b.signUpBy("parvaneh"))
	oper.Operator = true
	b.signsUp(b.request("golnaz"), chat.CodeReviewPending)
	b.signsUp(b.request("behrooz"), chat.CodeReviewPending)
	wantCode(t, b.DecideNewcomer(t.Context(), oper, "golnaz", true), 0)
	wantCode(t, b.Decide(t.Context(), "behrooz", true), 0)
	reads("golnaz", "let-in", false)
	reads("behrooz", "let-in", true)
	// Nobody let in who came by an invitation, or when nobody waits any more.
	late := b.request("shirin_1")
	b.signsUp(late, chat.CodeReviewPending)
	b.reviewing(false)
	b.signsUp(late, 0)
	reads("shirin_1", "", false)
}

// SIGNUP-5
func TestTheQueueOfNewcomersIsBoundedAndForgotten(t *testing.T) {
	b := newBed(t, account.Limits{Review: account.Rate{Burst: 3, Every: time.Hour}}).open()
	b.reviewing(true)
	// The key of the hash of networks is always the same here: no two of them have the same.
	key := account.SecretPut{Name: "account/newcomers", New: []byte("a key")}
	wantCode(t, b.store.Apply(t.Context(), key), 0)
	asks := func(name string, network, host byte, want chat.Code) {
		t.Helper()
		req := b.request(name)
		req.Client.Address = netip.AddrFrom4([4]byte{203, 0, network, host})
		b.signsUp(req, want)
	}
	for i := range 4 { // one address
		want := chat.CodeReviewPending
		if i == 3 {
			want = chat.CodeRateLimited
		}
		asks(fmt.Sprintf("flood_0_%d", i), 0, 0, want)
	}
	for i := 3; i < 50; i++ { // one network
		asks(fmt.Sprintf("flood_0_%d", i), 0, byte(i), chat.CodeReviewPending)
	}
	asks("flood_0_x", 0, 99, chat.CodeRateLimited)
	for network := 1; network < 10; network++ {
		for i := range 50 {
			asks(fmt.Sprintf("flood_%d_%d", network, i), byte(network), byte(i), chat.CodeReviewPending)
		}
	}
	waits := func(name string, want bool) {
		t.Helper()
		list, err := b.Newcomers(t.Context())
		there := slices.ContainsFunc(list, func(n account.Newcomer) bool { return n.Username == name })
		if err != nil || there != want || len(list) > 500 {
			t.Errorf("of %d who wait %s is one: %v, %v", len(list), name, there, err)
		}
	}
	// It is full: the latest of those that fill it give way to others.
	waits("flood_9_49", true)
	asks("golnaz", 20, 1, chat.CodeReviewPending)
	waits("flood_9_49", false)
	waits("golnaz", true)
	asks("flood_9_x", 9, 99, chat.CodeRateLimited)
	waits("golnaz", true)
	b.clock.Add(int64(15 * 24 * time.Hour))
	if list, err := b.Newcomers(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%d still wait, %v", len(list), err)
	}
	_, err := b.signIn("golnaz", goodPassword, "", home)
	wantCode(t, err, chat.CodePasswordWrong)
	wantCode(t, b.Decide(t.Context(), "golnaz", true), chat.CodeNotFound)
	long := b.request("behrooz")
	long.Note = string(make([]byte, 1001))
	b.signsUp(long, chat.CodeTextTooLong)
}
