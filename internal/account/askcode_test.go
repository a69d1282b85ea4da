// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

func (b *bed) enter(by account.Session, typed string, from account.Client) (account.Asking, error) {
	return b.AskedByCode(b.t.Context(), b.actor(by), typed, from.Address)
}

// otherThan is a code that no device shows.
func otherThan(code string, n int) string {
	var of int
	if _, err := fmt.Sscanf(code, "%d", &of); err != nil {
		panic(err)
	}
	return fmt.Sprintf("%010d", (of+n)%10_000_000_000)
}

// AUTH-17
func TestACodeThatIsTypedLeadsToTheDeviceThatShowsItUntilItWasAnsweredOrEnded(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	fresh, other := b.ask(), b.ask()
	if len(fresh.Code) != 10 || strings.Trim(fresh.Code, "0123456789") != "" || fresh.Code == other.Code {
		t.Fatalf("%q, %q", fresh.Code, other.Code)
	}
	persian := strings.Map(func(r rune) rune { return r - '0' + '۰' }, fresh.Code)
	for _, typed := range []string{fresh.Code, persian, " " + persian[:6] + "-" + persian[6:] + "\n"} {
		seen, err := b.enter(owner, typed, home)
		if err != nil || seen.ID != fresh.Pending || seen.Device.Name != "phone" || seen.Device.Created == 0 {
			t.Fatalf("%q: %+v, %v", typed, seen, err)
		}
	}
	// It was typed, and nobody is in: neither by the code nor by the token.
	_, _, err := b.Authenticate(t.Context(), fresh.Token)
	wantCode(t, err, chat.CodeUnauthenticated)
	for _, id := range []string{fresh.Code, ""} {
		wantCode(t, b.Answer(t.Context(), b.actor(owner), id, true), chat.CodeNotFound)
	}
	_, err = b.Await(t.Context(), fresh.Pending, fresh.Code, abroad)
	wantCode(t, err, chat.CodeNotFound)
	for _, typed := range []string{otherThan(fresh.Code, 1), fresh.Code[:9], fresh.Code + "0", "", "سلام",
		fresh.Pending} {
		_, err := b.enter(owner, typed, home)
		wantCode(t, err, chat.CodeDeviceCodeWrong)
	}
	wantCode(t, b.reply(owner, fresh, true), 0)
	wantCode(t, b.reply(owner, other, false), 0)
	for _, used := range []account.Session{fresh, other} {
		_, err = b.enter(owner, used.Code, home)
		wantCode(t, err, chat.CodeDeviceCodeOver)
	}
	late := b.ask()
	b.clock.Add(int64(5 * time.Minute))
	_, err = b.enter(owner, late.Code, home)
	wantCode(t, err, chat.CodeDeviceCodeOver)
	if got := b.notices(owner.Account); got != "linked" {
		t.Errorf("notices: %s", got)
	}
}

// AUTH-17
func TestWhoMayNotLetOthersInLearnsNothingByACodeAndAYoungDeviceGivesNoMoreThanItHas(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	fresh := b.ask()
	token, err := b.CreateToken(t.Context(), b.actor(owner), account.TokenRequest{Scopes: []string{"manage"}})
	wantCode(t, err, 0)
	_, err = b.enter(token, fresh.Code, home)
	wantCode(t, err, chat.CodeScopeMissing)
	young, err := b.signIn("parvaneh", goodPassword, "", home)
	wantCode(t, err, 0)
	seen, err := b.enter(young, fresh.Code, home)
	wantCode(t, err, 0)
	wantCode(t, b.Answer(t.Context(), b.actor(young), seen.ID, true), 0)
	wantCode(t, b.Settled(t.Context(), b.actor(fresh)), chat.CodeLoginTooYoung)
}

// AUTH-17
func TestAThousandGuessesOfACodeFindNothingAndMostAreNotEvenLookedAt(t *testing.T) {
	standard := account.DefaultLimits()
	b := newBed(t, account.Limits{Factor: standard.Factor, Failure: standard.Failure}).open()
	fresh := b.ask()
	guess := func(by account.Session, n int, from account.Client) chat.Code {
		_, err := b.enter(by, otherThan(fresh.Code, n), from)
		return chat.CodeOf(err)
	}
	// One account: five wrong ones in the life of a code, wherever it goes. Then not even the right one.
	one := b.signUp("guesser_0")
	for n := 1; n <= 100; n++ {
		want := chat.CodeRateLimited
		if n <= standard.Factor.Burst {
			want = chat.CodeDeviceCodeWrong
		}
		from := account.Client{Address: netip.AddrFrom4([4]byte{203, 0, 113, byte(n)})}
		if got := guess(one, n, from); got != want {
			t.Fatalf("guess %d: %v", n, got)
		}
	}
	_, err := b.enter(one, fresh.Code, home)
	wantCode(t, err, chat.CodeRateLimited)
	// Many accounts in one network.
	answered := 0
	for i := range 15 {
		by := b.signUp(fmt.Sprintf("guesser_%d", i+1))
		for n := range 60 {
			switch got := guess(by, 1000+i*60+n, home); got {
			case chat.CodeDeviceCodeWrong:
				answered++
			case chat.CodeRateLimited:
			default:
				t.Fatal(got)
			}
		}
	}
	if answered != standard.Failure.Burst {
		t.Errorf("%d of 900 were answered", answered)
	}
	// Whoever stands elsewhere is not kept from their own device by it, and what is right uses nothing up.
	owner := b.signUp("parvaneh")
	for range 100 {
		if _, err := b.enter(owner, fresh.Code, abroad); err != nil {
			t.Fatal(err)
		}
	}
}

// AUTH-17
func TestADeviceThatWasLetInHearsOfItAlsoWhenItAsksAfterItsCodeEnded(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	fresh := b.ask()
	b.clock.Add(int64(5*time.Minute - time.Second))
	wantCode(t, b.reply(owner, fresh, true), 0)
	b.clock.Add(int64(30 * time.Minute)) // it was in the background
	if got, err := b.await(fresh); err != nil || got.Account != owner.Account {
		t.Errorf("%+v, %v", got, err)
	}
	_, err := b.enter(owner, fresh.Code, home)
	wantCode(t, err, chat.CodeDeviceCodeOver)
}
