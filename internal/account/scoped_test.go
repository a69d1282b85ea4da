// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// AUTH-15
func TestAnAccountHasSoManyTokensAndNoMore(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 4 { // also of those that are made at the same time
		wg.Go(func() {
			for range chat.MaxTokens {
				switch err := b.makeToken(owner, time.Hour, "read"); chat.CodeOf(err) {
				case 0:
					made.Add(1)
				case chat.CodeTokensFull:
				default:
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if made.Load() != chat.MaxTokens {
		t.Errorf("%d tokens were made", made.Load())
	}
	b.clock.Add(int64(2 * time.Hour)) // those ended by themselves
	if err := b.makeToken(owner, time.Hour, "read"); err != nil {
		t.Error(err)
	}
}

// AUTH-15
func TestTokensMadeAndEndedAgainAndAgainAreRefused(t *testing.T) {
	b := newBed(t, account.Limits{Token: account.Rate{Burst: 3, Every: 10 * time.Minute}}).open()
	owner, other := b.signUp("parvaneh"), b.signUp("golnaz_1")
	make := func(who account.Session) error {
		s, err := b.CreateToken(t.Context(), b.actor(who), account.TokenRequest{Scopes: []string{"read"}})
		if err == nil {
			err = b.Revoke(t.Context(), b.actor(who), s.Device)
		}
		return err
	}
	for range 3 {
		if err := make(owner); err != nil {
			t.Fatal(err)
		}
	}
	err := make(owner)
	var coded *chat.Error
	if !errors.As(err, &coded) || coded.Code != chat.CodeRateLimited || coded.Retry <= 0 {
		t.Fatalf("once more: %v", err)
	}
	if err := make(other); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	b.clock.Add(int64(time.Duration(coded.Retry) * time.Millisecond))
	if err := make(owner); err != nil {
		t.Errorf("after %d ms: %v", coded.Retry, err)
	}
}

// AUTH-7
func TestWhoSignsInAgainAndAgainIsRefusedAndTheOwnerComesInByTheRecoveryCode(t *testing.T) {
	b := newBed(t, account.Limits{Arrival: account.Rate{Burst: 3, Every: 10 * time.Minute}}).open()
	owner := b.signUp("parvaneh")
	if err := b.SetRecovery(t.Context(), b.actor(owner), goodPassword, secret(7)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		s, err := b.signIn("parvaneh", goodPassword, "", abroad)
		if err == nil {
			err = b.SignOut(t.Context(), b.actor(s))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.signIn("parvaneh", goodPassword, "", abroad)
	wantCode(t, err, chat.CodeRateLimited)
	_, err = b.SignIn(t.Context(), account.SignIn{Username: "parvaneh", Password: goodPassword,
		Recovery: secret(7), Client: home})
	if err != nil {
		t.Errorf("with the recovery code: %v", err)
	}
}

// AUTH-7
func TestADeviceThatChangesProtectionToAndFroIsRefused(t *testing.T) {
	b := newBed(t, account.Limits{Deed: account.Rate{Burst: 2, Every: time.Minute}}).open()
	owner := b.signUp("parvaneh")
	for i, on := range []bool{true, false, true} {
		err := b.SetApproval(t.Context(), b.actor(owner), goodPassword, on)
		if want := map[bool]chat.Code{true: chat.CodeRateLimited}[i == 2]; chat.CodeOf(err) != want {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if got := b.notices(owner.Account); got != "approval_on approval_off" {
		t.Errorf("notices: %s", got)
	}
}
