// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// acts names what an account reads of operators' acts, the oldest first.
func (b *bed) acts(id chat.AccountID) string {
	b.t.Helper()
	list, err := b.engine.Acts(b.t.Context(), chat.Actor{Account: id, Scopes: chat.AllScopes}, 0, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Reverse(list)
	var words []string
	for _, a := range list {
		words = append(words, a.Act.Act.String())
	}
	return strings.Join(words, " ")
}

// between calls f after every notice until it is set again.
func (b *bed) between(f func(error) error) {
	if f == nil {
		b.told.Store(nil)
		return
	}
	b.told.Store(&f)
}

// stands is what is stored of an account, in one line.
func (b *bed) stands(id chat.AccountID) string {
	b.t.Helper()
	ctx := b.t.Context()
	a, err := b.store.Account(ctx, account.Find{ID: id})
	if err != nil {
		b.t.Fatal(err)
	}
	devices, err := b.store.Devices(ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	kept, err := b.store.Credentials(ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	var out strings.Builder
	for _, d := range devices {
		out.WriteString(d.Name)
	}
	for _, c := range kept {
		out.WriteByte('0' + byte(c.Kind))
	}
	return a.Password + a.Suspended + string(a.Recovery[:]) + out.String()
}

// deedsOf are what is done to an account, each by its name.
func (b *bed) deedsOf(s account.Session) map[string]func(context.Context) error {
	who := b.actor(s)
	return map[string]func(context.Context) error{
		"a link": func(ctx context.Context) error {
			_, err := b.Reset(ctx, account.Reset{Username: "parvaneh"})
			return err
		},
		"a password": func(ctx context.Context) error {
			_, err := b.Reset(ctx, account.Reset{Username: "parvaneh", Password: otherPassword, Factor: true})
			return err
		},
		"a suspension": func(ctx context.Context) error { return b.Suspend(ctx, "parvaneh", "spam") },
		"another password": func(ctx context.Context) error {
			return b.SetPassword(ctx, who, account.PasswordChange{Old: goodPassword, New: otherPassword})
		},
		"another code": func(ctx context.Context) error {
			return b.SetRecovery(ctx, who, goodPassword, secret(2))
		},
		"a sign-in": func(ctx context.Context) error {
			_, err := b.SignIn(ctx, account.SignIn{Username: "parvaneh", Password: goodPassword, Client: abroad})
			return err
		},
		"a sign-out": func(ctx context.Context) error { return b.Revoke(ctx, who, 0) },
		"a recovery": func(ctx context.Context) error {
			_, err := b.Recover(ctx, account.Recovery{Username: "parvaneh", Secret: secret(1),
				NewPassword: otherPassword, Client: abroad})
			return err
		},
	}
}

// protected is a bed with parvaneh, who has a recovery code and two devices.
func protected(t *testing.T) (*bed, account.Session) {
	t.Helper()
	b := newBed(t, account.Limits{}).open()
	req := b.request("parvaneh")
	req.Recovery = secret(1)
	s, err := b.SignUp(t.Context(), req)
	if err == nil {
		_, err = b.signIn("parvaneh", goodPassword, "", abroad)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b, s
}

// AUTH-7
func TestWhatCannotBeToldIsNotDone(t *testing.T) {
	b, s := protected(t)
	was := b.stands(s.Account)
	b.between(func(error) error { return errors.New("the server was cut off") })
	for name, do := range b.deedsOf(s) {
		if err := do(t.Context()); err == nil {
			t.Errorf("%s went on though it could not be told", name)
		}
		if b.stands(s.Account) != was {
			t.Errorf("%s was done though it could not be told", name)
			was = b.stands(s.Account)
		}
	}
}

// AUTH-7
func TestWhatIsToldIsDoneThoughWhoAskedIsGone(t *testing.T) {
	first, of := protected(t)
	for name := range first.deedsOf(of) {
		t.Run(name, func(t *testing.T) {
			b, s := protected(t)
			was := b.stands(s.Account)
			ctx, cancel := context.WithCancel(t.Context())
			b.between(func(err error) error { cancel(); return err })
			if err := b.deedsOf(s)[name](ctx); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if b.stands(s.Account) == was {
				t.Error("it was told and not done")
			}
		})
	}
}

// AUTH-7
func TestWhoAsksWhenToldIsShownWhatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, s := protected(t)
		who := b.actor(s)
		shown := make(chan int, 1)
		b.between(func(err error) error {
			go func() {
				list, err := b.Devices(t.Context(), who)
				if err != nil {
					t.Error(err)
				}
				shown <- len(list)
			}()
			synctest.Wait()
			if len(shown) != 0 {
				t.Errorf("between notice and deed %d devices are shown", <-shown)
			}
			return err
		})
		if err := b.Revoke(t.Context(), who, 0); err != nil {
			t.Fatal(err)
		}
		if n := <-shown; n != 1 {
			t.Errorf("%d devices are shown after one of two was ended", n)
		}
		b.between(nil)
		for range 2 {
			if _, err := b.Protection(t.Context(), who); err != nil { // nothing is left to wait for
				t.Error(err)
			}
		}
	})
}

// AUTH-7
func TestEachDeedOfTheOperatorHasItsOwnLine(t *testing.T) {
	b, s := protected(t)
	b.guard(s)
	for _, req := range []account.Reset{
		{}, {Factor: true}, {Password: otherPassword}, {Password: goodPassword, Factor: true},
	} {
		req.Username = "parvaneh"
		if _, err := b.Reset(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	want := "reset-link reset-link remove-factors give-password give-password" // none was left to take away
	if got := b.acts(s.Account); got != want {
		t.Errorf("acts: %s", got)
	}
	want = "signed_in factor_on reset reset reset reset factors given given"
	if got := b.notices(s.Account); got != want {
		t.Errorf("notices: %s", got)
	}
	id, _, err := b.AddUser(t.Context(), account.NewUser{Username: "golnaz", Operator: true})
	if got := b.acts(id); err != nil || got != "make-account make-operator" {
		t.Errorf("acts on a new operator: %q, %v", got, err)
	}
}

// SIGNUP-3
func TestAMemberReadsThatAnOperatorSawOrEndedTheirInvitations(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.rules(account.SignupInvite, 0, 5)
	id, _, err := b.AddUser(t.Context(), account.NewUser{Username: "golnaz", Operator: true})
	if err != nil {
		t.Fatal(err)
	}
	oper := chat.Actor{Account: id, Device: 1, Scopes: chat.AllScopes, Operator: true}
	_, pass := b.pass(1)
	req := b.request("parvaneh")
	req.Pass = pass
	s, err := b.SignUp(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	member := b.actor(s)
	var made []account.Pass
	for i, maker := range []chat.AccountID{s.Account, s.Account, s.Account, id} {
		p := account.Pass{ID: fmt.Sprintf("abcdefg%d", i), Secret: account.TokenHash{byte(i)}, Maker: maker}
		if err := b.store.Apply(t.Context(), account.PassPut{Pass: p}); err != nil {
			t.Fatal(err)
		}
		made = append(made, p)
	}
	steps := []func() error{
		func() error { return b.RevokePass(t.Context(), member, made[0].ID) }, // its own
		func() error { _, err := b.ListPasses(t.Context(), oper, account.PassQuery{All: true}); return err },
		func() error { _, err := b.ListPasses(t.Context(), oper, account.PassQuery{}); return err },
		func() error { _, err := b.ConsolePasses(t.Context(), account.PassQuery{All: true}); return err },
		func() error { return b.RevokePass(t.Context(), oper, made[1].ID) },
		func() error { return b.RevokePass(t.Context(), oper, made[3].ID) }, // its own
		func() error { return b.ConsoleRevoke(t.Context(), made[2].ID) },
	}
	for range 2 { // in a day a list is told once, and an end is one end
		for i, step := range steps {
			if err := step(); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
		}
	}
	want := "list-invitations list-invitations revoke-invitation revoke-invitation"
	if got := b.acts(s.Account); got != want {
		t.Errorf("the member reads %q", got)
	}
	if got := b.acts(id); got != "make-account make-operator list-invitations" {
		t.Errorf("the operator reads %q", got)
	}
}
