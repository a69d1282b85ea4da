// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// now is the bed's clock.
func (b *bed) now() time.Time { return time.Now().Add(time.Duration(b.clock.Load())) }

// code is what an authenticator shows.
func (b *bed) code(secret string) string {
	b.t.Helper()
	code, err := totp.GenerateCode(secret, b.now())
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

// guard puts a second factor in force, in a step of its own.
func (b *bed) guard(s account.Session) (secret string, backup []string) {
	b.t.Helper()
	who := b.actor(s)
	made, err := b.BeginFactor(b.t.Context(), who, goodPassword)
	if err != nil || !strings.HasPrefix(made.Address, "otpauth://totp/Zolal:") {
		b.t.Fatalf("%+v, %v", made, err)
	}
	backup, err = b.EnableFactor(b.t.Context(), who, b.code(made.Secret))
	if err != nil || len(backup) != 10 {
		b.t.Fatalf("%v, %v", backup, err)
	}
	b.clock.Add(int64(time.Minute))
	return made.Secret, backup
}

func (b *bed) signInWith(code, proof string) (account.Session, error) {
	return b.SignIn(b.t.Context(), account.SignIn{Username: "parvaneh", Password: goodPassword, Proof: proof,
		Code: code, Client: abroad})
}

// AUTH-10
func TestASecondFactorIsAskedForAndACodeOpensOnce(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	secret, backup := b.guard(s)
	_, err := b.signInWith("", "")
	wantCode(t, err, chat.CodeFactorNeeded)
	_, err = b.signIn("parvaneh", "not this one", "", home)
	wantCode(t, err, chat.CodePasswordWrong) // nobody learns of a factor without the password
	_, err = b.signInWith("000000", "")
	wantCode(t, err, chat.CodeFactorWrong)
	code := b.code(secret)
	persian := strings.Map(func(r rune) rune { return '۰' + r - '0' }, code)
	if _, err := b.signInWith(persian[:6]+" "+persian[6:], ""); err != nil {
		t.Fatalf("in Persian digits: %v", err)
	}
	_, err = b.signInWith(code, "")
	wantCode(t, err, chat.CodeFactorWrong) // once
	b.clock.Add(int64(30 * time.Second))
	late := b.code(secret)
	b.clock.Add(int64(30 * time.Second))
	if _, err := b.signInWith(late, ""); err != nil {
		t.Errorf("a code of the step before: %v", err)
	}
	b.clock.Add(int64(time.Hour))
	_, err = b.signInWith(late, "")
	wantCode(t, err, chat.CodeFactorWrong)
	if _, err := b.signInWith(strings.ToUpper(backup[3]), ""); err != nil {
		t.Errorf("a backup code: %v", err)
	}
	_, err = b.signInWith(backup[3], "")
	wantCode(t, err, chat.CodeFactorWrong)
	if p, err := b.Protection(t.Context(), b.actor(s)); err != nil || !p.Factor || p.BackupCodes != 9 {
		t.Errorf("%+v, %v", p, err)
	}
	if got := b.notices(s.Account); got != "factor_on signed_in signed_in backup_used signed_in" {
		t.Errorf("notices: %s", got)
	}
}

func TestOfTwoWhoUseACodeAtOnceOneGetsIn(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	secret, backup := b.guard(s)
	for _, code := range []string{b.code(secret), backup[0]} {
		var all sync.WaitGroup
		var errs [4]error
		for i := range errs {
			all.Go(func() { _, errs[i] = b.signInWith(code, "") })
		}
		all.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
			} else {
				wantCode(t, err, chat.CodeFactorWrong)
			}
		}
		if in != 1 {
			t.Errorf("%d got in: %v", in, errs)
		}
	}
}

// AUTH-10
func TestGuessesOfASecondFactorAreFewAndLockNoKnownDeviceOut(t *testing.T) {
	b := newBed(t, account.Limits{Factor: account.Rate{Burst: 3, Every: time.Hour}}).open()
	s := b.signUp("parvaneh")
	secret, _ := b.guard(s)
	for range 3 {
		_, err := b.signInWith("000000", "")
		wantCode(t, err, chat.CodeFactorWrong)
	}
	_, err := b.signInWith(b.code(secret), "")
	wantCode(t, err, chat.CodeRateLimited)
	if _, err := b.signInWith(b.code(secret), s.Token); err != nil {
		t.Errorf("a known device: %v", err)
	}
}

func TestTheRecoveryCodeStandsForASecondFactor(t *testing.T) {
	b := newBed(t, account.Limits{Failure: account.Rate{Burst: 2, Every: time.Hour}}).open()
	req := b.request("parvaneh")
	req.Recovery = secret(1)
	s, err := b.SignUp(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	b.guard(s)
	with := func(recovery []byte) (account.Session, error) {
		return b.SignIn(t.Context(), account.SignIn{Username: "parvaneh", Password: goodPassword,
			Recovery: recovery, Client: abroad})
	}
	_, err = with(secret(2))
	wantCode(t, err, chat.CodeRecoveryWrong)
	back, err := with(secret(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Settled(t.Context(), b.actor(back)); err != nil {
		t.Errorf("who has the recovery code waits: %v", err)
	}
	if got := b.notices(s.Account); got != "factor_on recovery" {
		t.Errorf("notices: %s", got)
	}
	_, err = with(secret(2))
	wantCode(t, err, chat.CodeRecoveryWrong)
	_, err = with(secret(1))
	wantCode(t, err, chat.CodeRateLimited)
}

func TestASecondFactorIsTurnedOnAndOffByWhoMay(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	ctx, who := t.Context(), b.actor(s)
	_, err := b.EnableFactor(ctx, who, "000000")
	wantCode(t, err, chat.CodeNotFound)
	_, err = b.BeginFactor(ctx, who, "wrong")
	wantCode(t, err, chat.CodePasswordWrong)
	first, err := b.BeginFactor(ctx, who, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.BeginFactor(ctx, who, goodPassword)
	if err != nil || again.Secret == first.Secret {
		t.Fatalf("%+v, %v", again, err)
	}
	if _, err := b.signInWith("", ""); err != nil {
		t.Errorf("a factor that was only begun is asked for: %v", err)
	}
	_, err = b.EnableFactor(ctx, who, b.code(first.Secret))
	wantCode(t, err, chat.CodeFactorWrong)
	b.clock.Add(int64(2 * time.Hour))
	_, err = b.EnableFactor(ctx, who, b.code(again.Secret))
	wantCode(t, err, chat.CodeNotFound)

	thief, err := b.signIn("parvaneh", goodPassword, "", abroad)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.BeginFactor(ctx, b.actor(thief), goodPassword)
	wantCode(t, err, chat.CodeLoginTooYoung) // it would lock the owner out
	_, backup := b.guard(s)
	_, err = b.BeginFactor(ctx, who, goodPassword)
	wantCode(t, err, chat.CodeConflict)
	wantCode(t, b.DisableFactor(ctx, b.actor(thief), goodPassword), chat.CodeLoginTooYoung)
	wantCode(t, b.DisableFactor(ctx, who, "wrong"), chat.CodePasswordWrong)
	fresh, err := b.NewBackupCodes(ctx, who, goodPassword)
	if err != nil || len(fresh) != 10 {
		t.Fatalf("%v, %v", fresh, err)
	}
	_, err = b.signInWith(backup[0], "")
	wantCode(t, err, chat.CodeFactorWrong)
	if err := b.DisableFactor(ctx, who, goodPassword); err != nil {
		t.Fatal(err)
	}
	_, err = b.NewBackupCodes(ctx, who, goodPassword)
	wantCode(t, err, chat.CodeNotFound)
	if _, err := b.signInWith("", ""); err != nil {
		t.Errorf("without a factor: %v", err)
	}
	want := "signed_in signed_in factor_on backup_set factor_off signed_in"
	if got := b.notices(s.Account); got != want {
		t.Errorf("notices: %s", got)
	}
}

func TestAResetLeavesTheSecondFactorUnlessItIsLostToo(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	secret, _ := b.guard(b.signUp("parvaneh"))
	link := b.reset("parvaneh")
	_, err := b.redeem(link, otherPassword)
	wantCode(t, err, chat.CodeFactorNeeded)
	_, err = b.Redeem(t.Context(), account.Redeem{Secret: link.Secret, NewPassword: otherPassword,
		Code: b.code(secret), Client: home})
	if err != nil {
		t.Errorf("with a code: %v", err)
	}
	link, err = b.Reset(t.Context(), account.Reset{Username: "parvaneh", Factor: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.redeem(link, goodPassword); err != nil {
		t.Errorf("without a factor: %v", err)
	}
}
