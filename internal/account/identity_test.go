// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// visit is a sign-in of an identity at the provider that the provider just vouched for.
func (b *bed) visit(subject, name string) account.SignIn {
	b.t.Helper()
	who := account.Identity{Issuer: "https://id.example", Subject: subject, Name: name}
	ticket, err := b.Ticket(b.t.Context(), who, sha256.Sum256([]byte("kept")))
	if err != nil {
		b.t.Fatal(err)
	}
	return account.SignIn{Ticket: ticket + ".kept", Client: abroad}
}

// linking is a visit that links an account whose password it knows.
func (b *bed) linking(subject, username string) account.SignIn {
	req := b.visit(subject, "Somebody")
	req.Username, req.Password = username, goodPassword
	return req
}

// OIDC-3
func TestAnIdentityIsLinkedWhenAnOldDeviceApprovesAndNotWhereItRefuses(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	if err := b.SetApproval(t.Context(), b.actor(owner), goodPassword, true); err != nil {
		t.Fatal(err)
	}
	linked := func() bool {
		m, err := b.Membership(t.Context(), b.actor(owner))
		if err != nil {
			t.Fatal(err)
		}
		return m.Linked
	}
	for _, yes := range []bool{false, true} {
		req := b.linking("s1", "parvaneh")
		waits, err := b.SignIn(t.Context(), req)
		if err != nil || waits.Pending == "" {
			t.Fatalf("%+v, %v", waits, err)
		}
		_, err = b.SignIn(t.Context(), req)
		wantCode(t, err, chat.CodeNotFound) // the ticket is used up
		_, err = b.SignIn(t.Context(), b.visit("s1", "Somebody"))
		wantCode(t, err, chat.CodeIdentityUnknown)
		if err := b.reply(owner, waits, yes); err != nil || linked() != yes {
			t.Fatalf("answered %t: linked %t, %v", yes, linked(), err)
		}
	}
	want := "approval_on asking refused asking identity linked"
	if got := b.notices(owner.Account); got != want {
		t.Errorf("notices: %s", got)
	}
	// From now on the identity signs in, and waits too.
	waits, err := b.SignIn(t.Context(), b.visit("s1", "Somebody"))
	if err != nil || waits.Pending == "" {
		t.Fatalf("%+v, %v", waits, err)
	}
	if err := b.reply(owner, waits, true); err != nil {
		t.Fatal(err)
	}
	if in, err := b.await(waits); err != nil || in.Account != owner.Account || in.Expires == 0 {
		t.Errorf("%+v, %v", in, err)
	}
}

// OIDC-3
func TestAPasswordThatWasChangedEndsLinksThatWaitForApproval(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	if err := b.SetApproval(t.Context(), b.actor(owner), goodPassword, true); err != nil {
		t.Fatal(err)
	}
	waits, err := b.SignIn(t.Context(), b.linking("s1", "parvaneh"))
	if err != nil {
		t.Fatal(err)
	}
	change := account.PasswordChange{Old: goodPassword, New: otherPassword}
	if err := b.SetPassword(t.Context(), b.actor(owner), change); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.reply(owner, waits, true), chat.CodeNotFound)
	_, err = b.SignIn(t.Context(), b.visit("s1", "Somebody"))
	wantCode(t, err, chat.CodeIdentityUnknown)
}

// OIDC-3
func TestALinkEndsByWhoKnowsThePasswordAndNobodyLosesTheLastWayIn(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	wantCode(t, b.Unlink(t.Context(), b.actor(owner), goodPassword), chat.CodeNotFound)
	fresh, err := b.SignIn(t.Context(), b.linking("s1", "parvaneh"))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.Unlink(t.Context(), b.actor(fresh), goodPassword), chat.CodeLoginTooYoung)
	wantCode(t, b.Unlink(t.Context(), b.actor(owner), otherPassword), chat.CodePasswordWrong)
	if err := b.Unlink(t.Context(), b.actor(owner), goodPassword); err != nil {
		t.Fatal(err)
	}
	if got := b.notices(owner.Account); !strings.HasSuffix(got, "identity signed_in unlinked") {
		t.Errorf("notices: %s", got)
	}
	_, err = b.SignIn(t.Context(), b.visit("s1", "Somebody"))
	wantCode(t, err, chat.CodeIdentityUnknown)
	if _, err := b.signIn("parvaneh", goodPassword, "", home); err != nil {
		t.Errorf("the password: %v", err)
	}
	alone := b.visit("s2", "Somebody")
	alone.Username = "golnaz_1"
	made, err := b.SignIn(t.Context(), alone)
	if err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"", goodPassword} {
		wantCode(t, b.Unlink(t.Context(), b.actor(made), password), chat.CodeLastWayIn)
	}
}

// OIDC-1
func TestAnyNameAtTheProviderBecomesAShownName(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	long := strings.Repeat("a", 63)
	for i, c := range []struct{ name, want string }{
		{strings.Repeat("x", 500), strings.Repeat("x", 64)},
		{strings.Repeat("علی‌رضا ", 20), strings.TrimSpace(strings.Repeat("علی‌رضا ", 8))},
		{long + "👨‍👩‍👧", long},                              // not half a family
		{long[1:] + "🇮🇷", long[1:]},                         // nor half a flag
		{long[2:] + "e\u0301e\u0301", long[2:] + "e\u0301"}, // nor a letter without its accent
		{"\xff\x00 ", "golnaz_f"},
		{"Ann", "Ann"},
	} {
		req := b.visit(string(rune('a'+i)), c.name)
		req.Username = "golnaz_" + string(rune('a'+i))
		s, err := b.SignIn(t.Context(), req)
		if err != nil || s.Profile.Name != c.want {
			t.Errorf("%q (%d units) became %q, %v", c.name, len(utf16.Encode([]rune(c.name))), s.Profile.Name, err)
		}
	}
}

// OIDC-3
func TestAPasskeyIsTheSecondStepAfterATicketToo(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	owner := b.signUp("parvaneh")
	if _, err := b.SignIn(t.Context(), b.linking("s1", "parvaneh")); err != nil {
		t.Fatal(err)
	}
	key := b.token()
	key.add(owner, "key")
	req := b.visit("s1", "Somebody")
	_, err := b.SignIn(t.Context(), req)
	wantCode(t, err, chat.CodeFactorNeeded)
	req.Passkey = key.get(b.BeginPasskeySecond(t.Context(), req))
	if s, err := b.SignIn(t.Context(), req); err != nil || s.Account != owner.Account {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = b.BeginPasskeySecond(t.Context(), req) // used up
	wantCode(t, err, chat.CodeNotFound)
	_, err = b.BeginPasskeySecond(t.Context(), b.visit("s9", "Nobody"))
	wantCode(t, err, chat.CodeIdentityUnknown)
	b.clock.Add(int64(time.Minute))
}
