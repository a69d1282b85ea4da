// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"sync"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

func (b *bed) ask() account.Session {
	b.t.Helper()
	s, err := b.Ask(b.t.Context(), abroad)
	if err != nil || s.Pending == "" || s.Token == "" || s.Device != 0 {
		b.t.Fatalf("%+v, %v", s, err)
	}
	return s
}

func (b *bed) await(s account.Session) (account.Session, error) {
	return b.Await(b.t.Context(), s.Pending, s.Token, abroad)
}

func (b *bed) reply(by, s account.Session, yes bool) error {
	return b.Answer(b.t.Context(), b.actor(by), s.Pending, yes)
}

// AUTH-11
func TestAnOldDeviceLetsANewOneInAndWhoSawTheCodeGetsNothing(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner, other := b.signUp("parvaneh"), b.signUp("golnaz")
	fresh := b.ask()
	if got, err := b.await(fresh); err != nil || got.Pending != fresh.Pending || got.Token != "" {
		t.Fatalf("while it waits: %+v, %v", got, err)
	}
	_, _, err := b.Authenticate(t.Context(), fresh.Token)
	wantCode(t, err, chat.CodeUnauthenticated)
	seen, err := b.Asked(t.Context(), b.actor(owner), fresh.Pending)
	if err != nil || seen.Device.Name != "phone" || seen.ID != fresh.Pending || seen.Expires == 0 {
		t.Errorf("%+v, %v", seen, err)
	}
	if err := b.reply(owner, fresh, true); err != nil {
		t.Fatal(err)
	}
	// Who only saw the code has another token, or none.
	for _, token := range []string{"", owner.Token, b.ask().Token, fresh.Pending} {
		_, err := b.Await(t.Context(), fresh.Pending, token, abroad)
		wantCode(t, err, chat.CodeNotFound)
	}
	for range 2 { // an answer may be lost
		got, err := b.await(fresh)
		if err != nil || got.Account != owner.Account || got.Pending != "" || got.Profile.Username != "parvaneh" {
			t.Fatalf("approved: %+v, %v", got, err)
		}
	}
	who := b.actor(fresh)
	if who.Account != owner.Account {
		t.Errorf("%+v", who)
	}
	if err := b.Settled(t.Context(), who); err != nil {
		t.Errorf("an old device let it in, and it waits: %v", err)
	}
	for _, by := range []account.Session{owner, other} { // once
		wantCode(t, b.reply(by, fresh, true), chat.CodeNotFound)
		wantCode(t, b.reply(by, fresh, false), chat.CodeNotFound)
	}
	if got := b.notices(owner.Account) + b.notices(other.Account); got != "linked" {
		t.Errorf("notices: %s", got)
	}
	if err := b.Revoke(t.Context(), b.actor(owner), who.Device); err != nil {
		t.Fatal(err)
	}
	_, err = b.await(fresh)
	wantCode(t, err, chat.CodeRevoked)
}

// AUTH-11
func TestASignInThatWasRefusedOrIsLateIsOver(t *testing.T) {
	b := newBed(t, account.Limits{Ask: account.Rate{Burst: 4, Every: time.Hour}}).open()
	owner := b.signUp("parvaneh")
	fresh := b.ask()
	if err := b.reply(owner, fresh, false); err != nil {
		t.Fatal(err)
	}
	_, err := b.await(fresh)
	wantCode(t, err, chat.CodeForbidden)
	wantCode(t, b.reply(owner, fresh, true), chat.CodeNotFound)
	late := b.ask()
	b.clock.Add(int64(5 * time.Minute))
	wantCode(t, b.reply(owner, late, true), chat.CodeNotFound)
	_, err = b.await(late)
	wantCode(t, err, chat.CodeNotFound)
	for _, id := range []string{"", "x", "AAAAAAAAAAAAAAAAAAAAAA", owner.Token} {
		wantCode(t, b.Answer(t.Context(), b.actor(owner), id, true), chat.CodeNotFound)
	}
	token, err := b.CreateToken(t.Context(), b.actor(owner), account.TokenRequest{Scopes: []string{"manage"}})
	if err != nil {
		t.Fatal(err)
	}
	fresh = b.ask()
	wantCode(t, b.reply(token, fresh, true), chat.CodeScopeMissing)
	young, err := b.signIn("parvaneh", goodPassword, "", home)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.reply(young, fresh, true); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.Settled(t.Context(), b.actor(fresh)), chat.CodeLoginTooYoung) // nobody gives what it has not
	b.ask()
	_, err = b.Ask(t.Context(), abroad)
	wantCode(t, err, chat.CodeRateLimited)
}

func TestOfManyWhoAnswerASignInOneDoes(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	all := []account.Session{b.signUp("parvaneh"), b.signUp("golnaz"), b.signUp("mahtab")}
	fresh := b.ask()
	var done sync.WaitGroup
	errs := make([]error, len(all))
	for i, by := range all {
		done.Go(func() { errs[i] = b.reply(by, fresh, true) })
	}
	done.Wait()
	won := -1
	for i, err := range errs {
		switch chat.CodeOf(err) {
		case 0:
			if won >= 0 {
				t.Error("two approved it")
			}
			won = i
		case chat.CodeConflict, chat.CodeNotFound:
		default:
			t.Error(err)
		}
	}
	if got, err := b.await(fresh); err != nil || won < 0 || got.Account != all[won].Account {
		t.Errorf("%+v, %v; %d won", got, err, won)
	}
}

// AUTH-12
func TestASignInWithThePasswordWaitsForAnOldDeviceWhereItsOwnerWantsThat(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	req := b.request("parvaneh")
	req.Recovery = secret(1)
	owner, err := b.SignUp(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	ctx, who := t.Context(), b.actor(owner)
	wantCode(t, b.SetApproval(ctx, who, "wrong", true), chat.CodePasswordWrong)
	for range 2 {
		if err := b.SetApproval(ctx, who, goodPassword, true); err != nil {
			t.Fatal(err)
		}
	}
	waits, err := b.signIn("parvaneh", goodPassword, "", abroad)
	if err != nil || waits.Pending == "" || waits.Device != 0 || waits.Account != 0 {
		t.Fatalf("%+v, %v", waits, err)
	}
	_, _, err = b.Authenticate(ctx, waits.Token)
	wantCode(t, err, chat.CodeUnauthenticated)
	stranger := b.signUp("golnaz")
	wantCode(t, b.reply(stranger, waits, true), chat.CodeNotFound) // it is not theirs to take
	p, err := b.Protection(ctx, who)
	if err != nil || !p.Approval || len(p.Asking) != 1 || p.Asking[0].ID != waits.Pending {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := b.reply(owner, waits, true); err != nil {
		t.Fatal(err)
	}
	if got, err := b.await(waits); err != nil || got.Account != owner.Account {
		t.Errorf("%+v, %v", got, err)
	}
	thief, err := b.signIn("parvaneh", goodPassword, "", abroad)
	if err != nil || thief.Pending == "" {
		t.Fatalf("%+v, %v", thief, err)
	}
	if err := b.reply(owner, thief, false); err != nil {
		t.Fatal(err)
	}
	_, err = b.await(thief)
	wantCode(t, err, chat.CodeForbidden)
	want := "approval_on asking linked asking refused"
	if got := b.notices(owner.Account); got != want {
		t.Errorf("notices: %s", got)
	}
	// Another password overtakes what waits with the old one.
	thief, err = b.signIn("parvaneh", goodPassword, "", abroad)
	wantCode(t, err, 0)
	change := account.PasswordChange{Old: goodPassword, New: otherPassword, KeepDevices: true}
	wantCode(t, b.SetPassword(ctx, who, change), 0)
	wantCode(t, b.reply(owner, thief, true), chat.CodeNotFound)
}

// AUTH-12
func TestWhereNoDeviceIsLeftTheRecoveryCodeLetsOneIn(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	for name, recovery := range map[string][]byte{"parvaneh": secret(1), "golnaz": nil} {
		req := b.request(name)
		req.Recovery = recovery
		s, err := b.SignUp(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		wantCode(t, b.SetApproval(t.Context(), b.actor(s), goodPassword, true), 0)
		wantCode(t, b.SignOut(t.Context(), b.actor(s)), 0)
		_, err = b.signIn(name, goodPassword, "", home)
		if recovery == nil { // nothing else is left to ask for
			wantCode(t, err, 0)
			continue
		}
		wantCode(t, err, chat.CodeFactorNeeded)
		_, err = b.SignIn(t.Context(), account.SignIn{Username: name, Password: goodPassword, Recovery: recovery,
			Client: home})
		wantCode(t, err, 0)
	}
}
