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

func TestASignUpIsCountedAndQueuedBeforeItsPasswordIsJudged(t *testing.T) {
	b := newBed(t, account.Limits{SignUp: account.Rate{Burst: 2, Every: time.Hour}}).open()
	weak := func(username string) error {
		req := b.request(username)
		req.Password = "password" // which takes the estimate to refuse
		_, err := b.SignUp(t.Context(), req)
		return err
	}
	wantCode(t, weak("the_boss_1"), chat.CodeNameTaken)
	free := b.Occupy()
	wantCode(t, weak("parvaneh"), chat.CodeRateLimited) // no place to judge it in
	free()
	wantCode(t, weak("parvaneh"), chat.CodePasswordWeak)
	wantCode(t, weak("parvaneh"), chat.CodeRateLimited) // the third that cost something
}

// FIND-1
func TestNamesThatAreRefusedAtSignUpAreCountedAsQuestions(t *testing.T) {
	b := newBed(t, account.Limits{Check: account.Rate{Burst: 3, Every: time.Hour}}).open()
	b.signUp("parvaneh")
	b.signUp("golnaz_1") // one that is free costs no question
	for range 3 {
		_, err := b.SignUp(t.Context(), b.request("parvaneh"))
		wantCode(t, err, chat.CodeNameTaken)
	}
	_, err := b.SignUp(t.Context(), b.request("golnaz_1"))
	wantCode(t, err, chat.CodeRateLimited)
	wantCode(t, b.CheckUsername(t.Context(), "parvaneh", home.Address), chat.CodeRateLimited)
	elsewhere := netip.MustParseAddr("198.51.100.7")
	if err := b.CheckUsername(t.Context(), "parvaneh", elsewhere); chat.CodeOf(err) != chat.CodeNameTaken {
		t.Errorf("another address is told %v", err)
	}
}

func TestARetriedSignUpTakesNoDeviceInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, account.Limits{}).open()
		req := b.request("parvaneh")
		first, err := b.SignUp(t.Context(), req)
		wantCode(t, err, 0)
		b.actor(first)          // its answer came, and it is used
		time.Sleep(time.Second) // of the test's clock
		again, err := b.SignUp(t.Context(), req)
		wantCode(t, err, 0)
		if again.Account != first.Account || again.Device == first.Device {
			t.Errorf("%d/%d after %d/%d", again.Account, again.Device, first.Account, first.Device)
		}
		b.actor(first)
		if got := b.notices(first.Account); got != "signed_in" {
			t.Errorf("notices: %q", got)
		}
		// Without the first, the other devices are still not the sign-up's own.
		wantCode(t, b.SignOut(t.Context(), b.actor(first)), 0)
		_, err = b.SignUp(t.Context(), req)
		wantCode(t, err, 0)
		b.actor(again)
		if list, err := b.Devices(t.Context(), b.actor(again)); err != nil || len(list) != 2 {
			t.Errorf("%d devices: %v", len(list), err)
		}
	})
}

// AUTH-12
func TestALateRetryOfASignUpPassesNoSecondFactorAndNoApproval(t *testing.T) {
	for name, protect := range map[string]func(*bed, account.Session){
		"factor": func(b *bed, s account.Session) { b.guard(s) },
		"approval": func(b *bed, s account.Session) {
			wantCode(t, b.SetApproval(t.Context(), b.actor(s), goodPassword, true), 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, account.Limits{}).open()
			req := b.request("parvaneh")
			s, err := b.SignUp(t.Context(), req)
			wantCode(t, err, 0)
			protect(b, s)
			_, err = b.SignUp(t.Context(), req)
			wantCode(t, err, chat.CodeConflict)
			if list, err := b.Devices(t.Context(), b.actor(s)); err != nil || len(list) != 1 {
				t.Errorf("%d devices: %v", len(list), err)
			}
		})
	}
}

func TestTheDeviceOfALostSignUpGivesWayWhileItIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, account.Limits{}).open()
		far, _ := b.node(account.Limits{Hashing: 8})
		ended, err := far.Revocations(t.Context())
		wantCode(t, err, 0)
		synctest.Wait()
		req := b.request("parvaneh")
		lost, err := b.SignUp(t.Context(), req)
		wantCode(t, err, 0)
		// In use after all, on a node that this one has not heard of yet: its connections end.
		_, _, err = far.Authenticate(t.Context(), lost.Token)
		wantCode(t, err, 0)
		s, err := b.SignUp(t.Context(), req)
		wantCode(t, err, 0)
		select {
		case r := <-ended:
			if r.Device != lost.Device || r.Account != s.Account || r.Reason != account.ReasonReplaced {
				t.Errorf("%+v", r)
			}
		case <-time.After(5 * time.Second):
			t.Error("the other node did not hear of it")
		}
		_, _, err = b.Authenticate(t.Context(), lost.Token)
		wantCode(t, err, chat.CodeRevoked)
		time.Sleep(2 * time.Hour) // of the test's clock
		late, err := b.SignUp(t.Context(), req)
		wantCode(t, err, 0)
		b.actor(s) // never used, but not new
		if got := b.notices(late.Account); got != "signed_in" {
			t.Errorf("notices: %q", got)
		}
	})
}

func TestANameThatIsTakenFreesTheKeyForAnotherName(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.signUp("parvaneh")
	for name, want := range map[string]chat.Code{
		"Parvaneh": chat.CodeNameTaken, "parvane_h": chat.CodeNameConfusable, "p": chat.CodeNameInvalid,
		"پروانه‌ها": chat.CodeNameInvalid, "telegram": chat.CodeNameTaken,
	} {
		_, err := b.SignUp(t.Context(), b.request(name))
		wantCode(t, err, want)
		wantCode(t, b.CheckUsername(t.Context(), name, home.Address), want)
	}
	// Two who pass the first look at the same time: the store decides.
	req := b.request("golnaz")
	b.fail.Store(chat.Errorf(chat.CodeNameTaken, "somebody was faster"))
	_, err := b.SignUp(t.Context(), req)
	wantCode(t, err, chat.CodeNameTaken)
	req.Username = "golnaz_the_second"
	if s, err := b.SignUp(t.Context(), req); err != nil || s.Profile.Username != "golnaz_the_second" {
		t.Errorf("%+v, %v", s, err)
	}
}
