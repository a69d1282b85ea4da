// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"errors"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// secret is a login authenticator.
func secret(n byte) []byte { return append(make([]byte, 31), n) }

// deeds are what a device too new may not do, each by its name.
func (b *bed) deeds(who account.Session, older chat.DeviceID) map[string]func() error {
	ctx, a := b.t.Context(), b.actor(who)
	change := account.PasswordChange{Old: goodPassword, New: otherPassword, KeepDevices: true}
	return map[string]func() error{
		"a password":                func() error { return b.SetPassword(ctx, a, change) },
		"a recovery code":           func() error { return b.SetRecovery(ctx, a, goodPassword, secret(9)) },
		"the older":                 func() error { return b.Revoke(ctx, a, older) },
		"all others":                func() error { return b.Revoke(ctx, a, 0) },
		"a vouching":                func() error { return b.Vouch(ctx, a, older) },
		"what is the owner's alone": func() error { return b.Confirm(ctx, a, goodPassword) },
		"what cannot be undone":     func() error { return b.Settled(ctx, a) },
		"a token that may manage":   func() error { return b.makeToken(who, time.Hour, "manage") },
		"a token that never ends":   func() error { return b.makeToken(who, 0, "read") },
		"a token that lasts":        func() error { return b.makeToken(who, 25*time.Hour, "read", "send") },
	}
}

// makeToken makes a token that lasts so long; 0: for ever.
func (b *bed) makeToken(who account.Session, lasts time.Duration, scopes ...string) error {
	req := account.TokenRequest{Name: "bot", Scopes: scopes}
	if lasts > 0 {
		req.Expires = chat.Millis(b.now().Add(lasts).UnixMilli())
	}
	_, err := b.CreateToken(b.t.Context(), b.actor(who), req)
	return err
}

// AUTH-6
func TestAThiefOfAPasswordCanChangeNothingForADay(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	b.clock.Add(int64(48 * time.Hour))
	thief, err := b.signIn("parvaneh", goodPassword, "", abroad)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Add(int64(time.Hour))
	for what, do := range b.deeds(thief, owner.Device) {
		err := do()
		var coded *chat.Error
		if !errors.As(err, &coded) || coded.Code != chat.CodeLoginTooYoung {
			t.Errorf("%s: %v", what, err)
			continue
		}
		left := 23*time.Hour - time.Duration(coded.Retry)*time.Millisecond
		if left < 0 || left > time.Minute {
			t.Errorf("%s: to wait %d ms", what, coded.Retry)
		}
	}
	token, err := b.CreateToken(t.Context(), b.actor(thief), account.TokenRequest{
		Scopes: []string{"read"}, Expires: chat.Millis(b.now().Add(time.Hour).UnixMilli())})
	if err != nil {
		t.Fatalf("a token that reads for an hour: %v", err)
	}
	// The owner's device ends both at once, and one's own and later ones a new device may always end.
	if err := b.Revoke(t.Context(), b.actor(thief), token.Device); err != nil {
		t.Errorf("ending a later device: %v", err)
	}
	if err := b.Revoke(t.Context(), b.actor(owner), thief.Device); err != nil {
		t.Fatal(err)
	}
	_, err = b.signIn("parvaneh", goodPassword, "", home)
	if err != nil {
		t.Errorf("the password is what it was: %v", err)
	}
}

// AUTH-6
func TestADeviceHasItsSayAfterADayOrAloneOrVouchedFor(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	if err := b.Settled(t.Context(), b.actor(owner)); err != nil {
		t.Errorf("the first device: %v", err)
	}
	second, err := b.signIn("parvaneh", goodPassword, "", home)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.Settled(t.Context(), b.actor(second)), chat.CodeLoginTooYoung)
	wantCode(t, b.Vouch(t.Context(), b.actor(owner), owner.Device), chat.CodeNotFound)
	for range 2 {
		if err := b.Vouch(t.Context(), b.actor(owner), second.Device); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Settled(t.Context(), b.actor(second)); err != nil {
		t.Errorf("vouched for: %v", err)
	}
	third, err := b.signIn("parvaneh", goodPassword, "", home)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []account.Session{owner, second} {
		wantCode(t, b.Settled(t.Context(), b.actor(third)), chat.CodeLoginTooYoung)
		if err := b.SignOut(t.Context(), b.actor(s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Settled(t.Context(), b.actor(third)); err != nil {
		t.Errorf("alone: %v", err)
	}
	fourth, err := b.signIn("parvaneh", goodPassword, "", home)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Add(int64(24*time.Hour - time.Minute))
	wantCode(t, b.Settled(t.Context(), b.actor(fourth)), chat.CodeLoginTooYoung)
	b.clock.Add(int64(time.Minute))
	if err := b.Settled(t.Context(), b.actor(fourth)); err != nil {
		t.Errorf("after a day: %v", err)
	}
	want := "signed_in vouched signed_in signed_out signed_out signed_in"
	if got := b.notices(owner.Account); got != want {
		t.Errorf("notices: %s", got)
	}
}

func TestATokenThatMayNotManageMakesNobodyWait(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	_, err := b.CreateToken(t.Context(), b.actor(owner), account.TokenRequest{Scopes: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SignOut(t.Context(), b.actor(owner)); err != nil {
		t.Fatal(err)
	}
	s, err := b.signIn("parvaneh", goodPassword, "", home)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Settled(t.Context(), b.actor(s)); err != nil {
		t.Error(err)
	}
}

// AUTH-8
func TestTheRecoveryCodeGivesANewDeviceItsSayAndIsAnnounced(t *testing.T) {
	b := newBed(t, account.Limits{Device: account.Rate{Burst: 3, Every: time.Minute}}).open()
	req := b.request("parvaneh")
	req.Recovery = secret(1)
	owner, err := b.SignUp(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	phone, err := b.signIn("parvaneh", goodPassword, "", home) // the first one was stolen
	if err != nil {
		t.Fatal(err)
	}
	ctx, who := t.Context(), b.actor(phone)
	wantCode(t, b.CheckRecovery(ctx, who, secret(2)), chat.CodeRecoveryWrong)
	wantCode(t, b.CheckRecovery(ctx, who, nil), chat.CodeBadRequest)
	if p, err := b.Protection(ctx, who); err != nil || !p.RecoverySet || p.RecoveryChecked != 0 || p.Waits == 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := b.CheckRecovery(ctx, who, secret(1)); err != nil {
		t.Fatal(err)
	}
	if p, err := b.Protection(ctx, who); err != nil || p.RecoveryChecked == 0 || p.Waits != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := b.Revoke(ctx, who, owner.Device); err != nil {
		t.Errorf("ending the stolen device: %v", err)
	}
	if got := b.notices(owner.Account); got != "signed_in recovery_had revoked" {
		t.Errorf("notices: %s", got)
	}
	for range 2 {
		wantCode(t, b.CheckRecovery(ctx, who, secret(2)), chat.CodeRecoveryWrong)
	}
	wantCode(t, b.CheckRecovery(ctx, who, secret(1)), chat.CodeRateLimited)
}

// AUTH-8
func TestAnAccountBeginsWithoutNotices(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	req := b.request("parvaneh")
	req.Recovery = secret(1)
	owner, err := b.SignUp(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	who := b.actor(owner)
	if err := b.CheckRecovery(t.Context(), who, secret(1)); err != nil {
		t.Fatal(err)
	}
	if p, err := b.Protection(t.Context(), who); err != nil || p.RecoveryChecked == 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if got := b.notices(owner.Account); got != "" {
		t.Errorf("notices of signing up: %s", got)
	}
	if err := b.CheckRecovery(t.Context(), who, secret(1)); err != nil {
		t.Fatal(err)
	}
	if got := b.notices(owner.Account); got != "recovery_had" {
		t.Errorf("notices of showing it again: %s", got)
	}
}

func TestAnotherRecoveryCodeIsAnnouncedAndHasNotBeenKeptYet(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	b.clock.Add(int64(time.Hour))
	for _, code := range [][]byte{secret(1), secret(2), nil} {
		if err := b.SetRecovery(t.Context(), b.actor(s), goodPassword, code); err != nil {
			t.Fatal(err)
		}
		if p, err := b.Protection(t.Context(), b.actor(s)); err != nil || p.RecoverySet != (code != nil) ||
			p.RecoveryChecked != 0 {
			t.Errorf("%+v, %v", p, err)
		}
		if code == nil {
			break
		}
		if err := b.CheckRecovery(t.Context(), b.actor(s), code); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, b.CheckRecovery(t.Context(), b.actor(s), make([]byte, 32)), chat.CodeRecoveryWrong)
	want := "recovery_set recovery_had recovery_set recovery_had recovery_off"
	if got := b.notices(s.Account); got != want {
		t.Errorf("notices: %s", got)
	}
}

func TestManySignInsDoNotPushTheOwnersDeviceOut(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	b.clock.Add(int64(time.Hour))
	for range account.MaxDevices + 3 {
		if _, err := b.signIn("parvaneh", goodPassword, "", abroad); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := b.Authenticate(t.Context(), owner.Token); err != nil {
		t.Errorf("the owner's device: %v", err)
	}
	if list, err := b.Devices(t.Context(), b.actor(owner)); err != nil || len(list) != account.MaxDevices {
		t.Errorf("%d devices, %v", len(list), err)
	}
}
