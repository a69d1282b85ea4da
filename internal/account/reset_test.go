// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"sync"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// reset takes somebody's password away at the console.
func (b *bed) reset(username string) account.ResetLink {
	b.t.Helper()
	link, err := b.Reset(b.t.Context(), account.Reset{Username: username})
	if err != nil || len(link.Secret) < 32 {
		b.t.Fatalf("%+v, %v", link, err)
	}
	return link
}

func (b *bed) redeem(link account.ResetLink, password string) (account.Session, error) {
	return b.Redeem(b.t.Context(), account.Redeem{Secret: link.Secret, NewPassword: password, Client: home})
}

// AUTH-9
func TestAResetIsReadByItsOwnerAndItsLinkSetsAPasswordOnce(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	link := b.reset("parvaneh")
	_, err := b.signIn("parvaneh", goodPassword, "", home)
	wantCode(t, err, chat.CodePasswordWrong)
	_, err = b.signIn("parvaneh", "", "", home)
	wantCode(t, err, chat.CodePasswordWrong)
	_, err = b.redeem(link, "12345678")
	wantCode(t, err, chat.CodePasswordWeak)
	back, err := b.redeem(link, otherPassword)
	if err != nil || back.Account != s.Account || back.Profile.Username != "parvaneh" || back.Token == "" {
		t.Fatalf("%+v, %v", back, err)
	}
	_, err = b.redeem(link, goodPassword)
	wantCode(t, err, chat.CodeNotFound)
	if _, err := b.signIn("parvaneh", otherPassword, "", home); err != nil {
		t.Error(err)
	}
	if got := b.notices(s.Account); got != "reset reset reset_used signed_in" {
		t.Errorf("notices: %s", got)
	}
}

func TestTheLinkOfAResetEndsWithTimeWithAnotherResetAndWithAnotherWayIn(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	req := b.request("parvaneh")
	req.Recovery = secret(1)
	if _, err := b.SignUp(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	first := b.reset("parvaneh")
	second := b.reset("parvaneh")
	_, err := b.redeem(first, otherPassword)
	wantCode(t, err, chat.CodeNotFound)
	b.clock.Add(int64(48 * time.Hour))
	_, err = b.redeem(second, otherPassword)
	wantCode(t, err, chat.CodeNotFound)
	third := b.reset("parvaneh")
	_, err = b.Recover(t.Context(), account.Recovery{Username: "parvaneh", Secret: secret(1),
		NewPassword: otherPassword, Client: home})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.redeem(third, goodPassword)
	wantCode(t, err, chat.CodeNotFound)
	fourth := b.reset("parvaneh")
	if _, err := b.Reset(t.Context(), account.Reset{Username: "parvaneh", Password: goodPassword}); err != nil {
		t.Fatal(err)
	}
	_, err = b.redeem(fourth, otherPassword)
	wantCode(t, err, chat.CodeNotFound)
	if _, err := b.signIn("parvaneh", goodPassword, "", home); err != nil {
		t.Errorf("the password given at the console: %v", err)
	}
}

func TestOfTwoWhoUseTheLinkOfAResetAtOnceOneGetsIn(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.signUp("parvaneh")
	link := b.reset("parvaneh")
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i, password := range []string{goodPassword, otherPassword} {
		all.Go(func() { _, errs[i] = b.redeem(link, password) })
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v, %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil {
			wantCode(t, err, chat.CodeNotFound)
		}
	}
}

func TestASuspendedAccountIsNotLetInByALink(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.signUp("parvaneh")
	if err := b.Suspend(t.Context(), "parvaneh", "spam"); err != nil {
		t.Fatal(err)
	}
	_, err := b.redeem(b.reset("parvaneh"), otherPassword)
	wantCode(t, err, chat.CodeSuspended)
}
