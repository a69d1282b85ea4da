// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

func TestASignInThatANewPasswordOvertakesGetsNoSession(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	who := b.actor(s)
	change := func() {
		err := b.SetPassword(t.Context(), who, account.PasswordChange{Old: goodPassword, New: otherPassword})
		if err != nil {
			t.Error(err)
		}
	}
	b.first.Store(&change) // after the old password was found right
	late, err := b.signIn("parvaneh", goodPassword, "", abroad)
	wantCode(t, err, chat.CodePasswordWrong)
	if late.Token != "" {
		t.Error("it got a token")
	}
	if list, err := b.Devices(t.Context(), who); err != nil || len(list) != 1 {
		t.Errorf("devices: %+v, %v", list, err)
	}
}

func TestADeviceWithAProofDoesNotStandInLineWithStrangers(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	defer b.Occupy()()
	_, err := b.signIn("parvaneh", goodPassword, "", home)
	wantCode(t, err, chat.CodeRateLimited)
	back, err := b.signIn("parvaneh", goodPassword, s.Token, home)
	if err != nil {
		t.Fatalf("a known device: %v", err)
	}
	b.clock.Add(int64(24 * time.Hour))
	change := account.PasswordChange{Old: goodPassword, New: otherPassword}
	if err := b.SetPassword(t.Context(), b.actor(back), change); err != nil {
		t.Errorf("who is signed in changes the password: %v", err)
	}
}

func TestOneAccountCannotFillTheLineOfTheKnown(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s, other := b.signUp("parvaneh"), b.signUp("mahtab")
	done, err := b.TakeTurn(s.Account, s.Device)
	wantCode(t, err, 0)
	_, err = b.signIn("parvaneh", goodPassword, s.Token, home)
	wantCode(t, err, chat.CodeRateLimited)
	change := account.PasswordChange{Old: goodPassword, New: otherPassword}
	wantCode(t, b.SetPassword(t.Context(), b.actor(s), change), chat.CodeRateLimited)
	_, err = b.signIn("mahtab", goodPassword, other.Token, home)
	wantCode(t, err, 0)
	done()
	second, err := b.signIn("parvaneh", goodPassword, s.Token, home)
	wantCode(t, err, 0)
	// Many devices of one account have few turns together.
	var ends []func()
	for device := chat.DeviceID(1000); ; device++ {
		done, err := b.TakeTurn(s.Account, device)
		if err != nil {
			break
		}
		ends = append(ends, done)
	}
	if len(ends) == 0 || len(ends) > 8 {
		t.Errorf("an account has %d turns", len(ends))
	}
	_, err = b.signIn("parvaneh", goodPassword, second.Token, home)
	wantCode(t, err, chat.CodeRateLimited)
	for _, done := range ends {
		done()
	}
	_, err = b.signIn("parvaneh", goodPassword, second.Token, home)
	wantCode(t, err, 0)
}

func TestTheOwnersDevicesStayKnownThroughAnAttack(t *testing.T) {
	once := account.Rate{Burst: 1, Every: time.Hour}
	ends := map[string]func(b *bed, s account.Session) (password string){
		account.ReasonPassword: func(b *bed, s account.Session) string {
			other, err := b.signIn("parvaneh", goodPassword, s.Token, home)
			wantCode(t, err, 0)
			b.clock.Add(int64(24 * time.Hour))
			change := account.PasswordChange{Old: goodPassword, New: otherPassword}
			wantCode(t, b.SetPassword(t.Context(), b.actor(other), change), 0)
			return otherPassword
		},
		account.ReasonRecovery: func(b *bed, _ account.Session) string {
			_, err := b.Recover(t.Context(), account.Recovery{Username: "parvaneh", Secret: make([]byte, 32),
				NewPassword: otherPassword, Client: home})
			wantCode(t, err, 0)
			return otherPassword
		},
		account.ReasonReset: func(b *bed, _ account.Session) string {
			_, err := b.Reset(t.Context(), account.Reset{Username: "parvaneh", Password: otherPassword})
			wantCode(t, err, 0)
			return otherPassword
		},
		account.ReasonReplaced: func(b *bed, s account.Session) string {
			for i := range account.MaxDevices {
				if i == account.MaxDevices-1 {
					b.clock.Add(int64(24 * time.Hour)) // none of them is new any more
				}
				_, err := b.signIn("parvaneh", goodPassword, s.Token, home)
				wantCode(t, err, 0)
			}
			return goodPassword
		},
	}
	for reason, end := range ends {
		b := newBed(t, account.Limits{Account: once, Device: once}).open()
		req := b.request("parvaneh")
		req.Recovery = make([]byte, 32)
		s, err := b.SignUp(t.Context(), req)
		wantCode(t, err, 0)
		password := end(b, s)
		if _, _, err := b.Authenticate(t.Context(), s.Token); chat.CodeOf(err) != chat.CodeRevoked {
			t.Errorf("%s: the first device is still there: %v", reason, err)
		}
		_, err = b.signIn("parvaneh", "a guess", "", abroad)
		wantCode(t, err, chat.CodePasswordWrong)
		_, err = b.signIn("parvaneh", password, "", home)
		wantCode(t, err, chat.CodeRateLimited)
		if _, err := b.signIn("parvaneh", password, s.Token, home); err != nil {
			t.Errorf("%s: the owner's device is a stranger: %v", reason, err)
		}
		for range 2 { // with those that ended, and by itself
			_, err = b.signIn("parvaneh", "a guess", s.Token, abroad)
			wantCode(t, err, chat.CodePasswordWrong)
		}
		_, err = b.signIn("parvaneh", "a guess", s.Token, abroad)
		wantCode(t, err, chat.CodeRateLimited) // no licence to guess
	}
}

func TestRecoveryDoesNotTellWhoHasAnAccount(t *testing.T) {
	b := newBed(t, account.Limits{Failure: account.Rate{Burst: 2, Every: time.Hour}}).open()
	b.signUp("parvaneh") // without a recovery code
	req := b.request("golnaz")
	req.Recovery = append([]byte{1}, make([]byte, 31)...)
	_, err := b.SignUp(t.Context(), req)
	wantCode(t, err, 0)
	said := map[string]bool{}
	for i, name := range []string{"parvaneh", "golnaz", "nobody_here", "x", ""} {
		from := account.Client{Address: netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})}
		for range 2 {
			_, err := b.Recover(t.Context(), account.Recovery{Username: name, Secret: make([]byte, 32),
				NewPassword: "password", Client: from})
			wantCode(t, err, chat.CodeRecoveryWrong)
			said[err.Error()] = true
		}
		_, err := b.Recover(t.Context(), account.Recovery{Username: name, Secret: make([]byte, 32), Client: from})
		wantCode(t, err, chat.CodeRateLimited)
	}
	if len(said) != 1 {
		t.Errorf("the answers differ: %v", said)
	}
}

// AUTH-16
func TestManyOldTokensAreNoLicenceForAsManyGuesses(t *testing.T) {
	const tokens = 20
	b := newBed(t, account.Limits{
		Account: account.Rate{Burst: 5, Every: time.Hour}, Device: account.Rate{Burst: 10, Every: time.Hour},
		Factor: account.Rate{Burst: 3, Every: time.Hour},
	}).open()
	owner := b.signUp("parvaneh")
	phone, err := b.signIn("parvaneh", goodPassword, "", home)
	wantCode(t, err, 0)
	var old []account.Session
	for range tokens {
		s, err := b.signIn("parvaneh", goodPassword, "", abroad)
		wantCode(t, err, 0)
		old = append(old, s)
	}
	b.clock.Add(int64(24 * time.Hour))
	change := account.PasswordChange{Old: goodPassword, New: otherPassword}
	wantCode(t, b.SetPassword(t.Context(), b.actor(owner), change), 0)
	guess := func() (guesses int) {
		for _, s := range old {
			for range 20 {
				_, err := b.signIn("parvaneh", "a guess", s.Token, abroad)
				if chat.CodeOf(err) == chat.CodeRateLimited {
					break
				}
				guesses++
			}
		}
		return guesses
	}
	if n := guess(); n != 10+tokens+5 {
		t.Errorf("%d tokens had %d guesses", tokens, n)
	}
	// Nobody of the owner's is locked out by that: neither what lives nor what the change ended.
	for _, s := range []account.Session{owner, phone} {
		if _, err := b.signIn("parvaneh", otherPassword, s.Token, home); err != nil {
			t.Errorf("a device of the owner: %v", err)
		}
	}
}

// AUTH-16
func TestManyOldTokensAreNoLicenceToGuessCodes(t *testing.T) {
	const tokens = 20
	b := newBed(t, account.Limits{Factor: account.Rate{Burst: 3, Every: time.Hour}}).open()
	owner := b.signUp("parvaneh")
	var old []account.Session
	for range tokens {
		s, err := b.signIn("parvaneh", goodPassword, "", abroad)
		wantCode(t, err, 0)
		wantCode(t, b.SignOut(t.Context(), b.actor(s)), 0)
		old = append(old, s)
	}
	secret, _ := b.guard(owner)
	guesses := 0
	for _, s := range old {
		for range 20 {
			_, err := b.signInWith("000000", s.Token)
			if chat.CodeOf(err) == chat.CodeRateLimited {
				break
			}
			wantCode(t, err, chat.CodeFactorWrong)
			guesses++
		}
	}
	if guesses != 3+tokens+3 {
		t.Errorf("%d tokens had %d guesses", tokens, guesses)
	}
	if _, err := b.signInWith(b.code(secret), owner.Token); err != nil {
		t.Errorf("the owner's device: %v", err)
	}
}
