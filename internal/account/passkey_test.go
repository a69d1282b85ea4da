// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// page is the page that passkeys of a bed are for.
var page = virtualwebauthn.RelyingParty{ID: "chat.example.org", Name: "Zolal",
	Origin: "https://chat.example.org"}

// token is an authenticator with one passkey.
type token struct {
	*bed
	page virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
}

func (b *bed) token() *token {
	return &token{b, page, virtualwebauthn.NewAuthenticator(), newPasskey()}
}

// newPasskey makes a key whose coordinates begin with no zeros: the library leaves those out, which the
// standard forbids.
func newPasskey() virtualwebauthn.Credential {
	for {
		key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(key.Key.AttestationData()) == wholeKey {
			return key
		}
	}
}

// wholeKey is the size of a public key in COSE with both its coordinates whole.
const wholeKey = 77

// begin asks the server for a new passkey; the answer that makes it.
func (k *token) begin(s account.Session) (answer []byte) {
	k.t.Helper()
	q, err := k.BeginPasskey(k.t.Context(), k.actor(s), goodPassword)
	if err != nil {
		k.t.Fatal(err)
	}
	return k.create(q)
}

// create is what the authenticator makes of a question for a new passkey.
func (k *token) create(q account.Question) []byte {
	k.t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(q.Options)
	if err != nil {
		k.t.Fatal(err)
	}
	k.auth.Options.UserHandle = []byte(options.UserID)
	return []byte(virtualwebauthn.CreateAttestationResponse(k.page, k.auth, k.key, *options))
}

// add puts the passkey into an account.
func (k *token) add(s account.Session, name string) (backup []string) {
	k.t.Helper()
	backup, err := k.AddPasskey(k.t.Context(), k.actor(s), name, k.begin(s))
	if err != nil {
		k.t.Fatal(err)
	}
	return backup
}

// get is what the authenticator makes of a question for a passkey.
func (k *token) get(q account.Question, err error) []byte {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
	options, err := virtualwebauthn.ParseAssertionOptions(q.Options)
	if err != nil {
		k.t.Fatal(err)
	}
	k.key.Counter++
	return []byte(virtualwebauthn.CreateAssertionResponse(k.page, k.auth, k.key, *options))
}

func (k *token) alone() (account.Session, error) {
	k.t.Helper()
	answer := k.get(k.BeginPasskeyAlone(k.t.Context(), abroad))
	return k.SignInByPasskey(k.t.Context(), answer, abroad)
}

func withPassword(name string) account.SignIn {
	return account.SignIn{Username: name, Password: goodPassword, Client: abroad}
}

func (k *token) second(name string) (account.Session, error) {
	k.t.Helper()
	req := withPassword(name)
	req.Passkey = k.get(k.BeginPasskeySecond(k.t.Context(), req))
	return k.SignIn(k.t.Context(), req)
}

// AUTH-13, AUTH-14
func TestAPasskeyIsASecondFactorAndOpensAlone(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	key := b.token()
	backup := key.add(s, " گوشی ")
	if len(backup) != 10 {
		t.Fatalf("backup codes: %v", backup)
	}
	_, err := b.signInWith("", "")
	wantCode(t, err, chat.CodeFactorNeeded)
	if e, ok := asError(err); !ok || e.Field != "passkey" {
		t.Errorf("says not that there is a passkey: %+v", err)
	}
	if _, err := key.second("parvaneh"); err != nil {
		t.Errorf("beside the password: %v", err)
	}
	in, err := key.alone()
	if err != nil || in.Account != s.Account || in.Token == "" || in.Profile.Username != "parvaneh" {
		t.Errorf("alone: %+v, %v", in, err)
	}
	if _, err := b.signInWith(backup[0], ""); err != nil {
		t.Errorf("a backup code: %v", err)
	}
	list, err := b.Passkeys(t.Context(), b.actor(s))
	if err != nil || len(list) != 1 || list[0].Name != "گوشی" || list[0].Used == 0 || list[0].Elsewhere {
		t.Errorf("%+v, %v", list, err)
	}
	const want = "passkey_on signed_in signed_in backup_used signed_in"
	if got := b.notices(s.Account); got != want {
		t.Errorf("notices: %s", got)
	}
}

// AUTH-13
func TestAnAnswerOfAPasskeyOpensOnceAndOnlyWhatWasAsked(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s, other := b.signUp("parvaneh"), b.signUp("shirin_1")
	key, hers := b.token(), b.token()
	key.add(s, "one")
	hers.add(other, "one")
	alone := key.get(b.BeginPasskeyAlone(ctx, abroad))
	if _, err := b.SignInByPasskey(ctx, alone, abroad); err != nil {
		t.Fatal(err)
	}
	_, err := b.SignInByPasskey(ctx, alone, abroad)
	wantCode(t, err, chat.CodeFactorWrong) // replayed

	second := func(answer []byte) error {
		req := withPassword("parvaneh")
		req.Passkey = answer
		_, err := b.SignIn(ctx, req)
		return err
	}
	wantCode(t, second(key.get(b.BeginPasskeyAlone(ctx, abroad))), chat.CodeFactorWrong)
	wantCode(t, second(hers.get(b.BeginPasskeySecond(ctx, withPassword("shirin_1")))), chat.CodeFactorWrong)
	_, err = b.SignInByPasskey(ctx, key.get(b.BeginPasskeySecond(ctx, withPassword("parvaneh"))), abroad)
	wantCode(t, err, chat.CodeFactorWrong)

	q, err := b.BeginPasskeyAlone(ctx, abroad)
	late := key.get(q, err)
	b.clock.Add(int64(5 * time.Minute))
	_, err = b.SignInByPasskey(ctx, late, abroad)
	wantCode(t, err, chat.CodeFactorWrong)
	for _, junk := range []string{"", "{}", "null", `{"id":"AA"}`, strings.Repeat("x", 30_000)} {
		_, err = b.SignInByPasskey(ctx, []byte(junk), abroad)
		wantCode(t, err, chat.CodeFactorWrong)
	}
	// A wrong answer uses its question up too.
	answer := key.get(b.BeginPasskeyAlone(ctx, abroad))
	forged := []byte(strings.Replace(string(answer), `"signature":"`, `"signature":"AAAA`, 1))
	for _, a := range [][]byte{forged, answer} {
		_, err = b.SignInByPasskey(ctx, a, abroad)
		wantCode(t, err, chat.CodeFactorWrong)
	}
}

// AUTH-13
func TestOfManyWhoUseOneAnswerOfAPasskeyOneGetsIn(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	key := b.token()
	key.add(s, "one")
	answer := key.get(b.BeginPasskeyAlone(t.Context(), abroad))
	var all sync.WaitGroup
	var errs [6]error
	for i := range errs {
		all.Go(func() { _, errs[i] = b.SignInByPasskey(t.Context(), answer, abroad) })
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

// AUTH-14
func TestAPageOfAnotherAddressGetsNowhereWithPasskeys(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s := b.signUp("parvaneh")
	key := b.token()
	key.page.Origin = "https://chat.example.net"
	_, err := b.AddPasskey(ctx, b.actor(s), "one", key.begin(s))
	wantCode(t, err, chat.CodePasskeyUnavailable)
	key.page.Origin = page.Origin
	key.add(s, "one")
	for _, origin := range []string{"https://chat.example.net", "http://chat.example.org",
		"https://chat.example.org:444", "https://chat.example.org.evil.example", "http://localhost:8080", ""} {
		key.page.Origin = origin
		_, err := key.alone()
		if code := chat.CodeOf(err); code != chat.CodePasskeyUnavailable && code != chat.CodeFactorWrong {
			t.Errorf("from %q: %v", origin, err)
		}
	}
	key.page = virtualwebauthn.RelyingParty{ID: "example.net", Origin: page.Origin}
	_, err = key.alone()
	wantCode(t, err, chat.CodeFactorWrong)

	// Another domain, and none: what was made for the first opens nothing, but is still asked for.
	b.Party = account.RelyingParty{ID: "localhost", Name: "Zolal", Local: true}
	key.page = virtualwebauthn.RelyingParty{ID: "localhost", Origin: "http://localhost:9000"}
	_, err = key.alone()
	wantCode(t, err, chat.CodeFactorWrong)
	_, err = b.BeginPasskeySecond(ctx, withPassword("parvaneh"))
	wantCode(t, err, chat.CodeNotFound)
	_, err = b.signInWith("", "")
	if e, ok := asError(err); !ok || e.Code != chat.CodeFactorNeeded || e.Field != "" {
		t.Errorf("%+v", err)
	}
	list, err := b.Passkeys(ctx, b.actor(s))
	if err != nil || len(list) != 1 || !list[0].Elsewhere {
		t.Errorf("%+v, %v", list, err)
	}
	local := b.token()
	local.page = key.page
	local.add(s, "here")
	if _, err := local.alone(); err != nil {
		t.Errorf("at localhost: %v", err)
	}
	b.Party = account.RelyingParty{}
	_, err = b.BeginPasskey(ctx, b.actor(s), goodPassword)
	wantCode(t, err, chat.CodePasskeyUnavailable)
	_, err = b.BeginPasskeyAlone(ctx, abroad)
	wantCode(t, err, chat.CodePasskeyUnavailable)
}

// AUTH-14
func TestACopyOfAPasskeyIsRefusedAndTold(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	key := b.token()
	key.add(s, "one")
	copied := *key
	for range 2 {
		if _, err := key.alone(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := copied.alone()
	wantCode(t, err, chat.CodeFactorWrong)
	_, err = copied.second("parvaneh")
	wantCode(t, err, chat.CodeFactorWrong)
	if _, err := key.alone(); err != nil {
		t.Errorf("the newer one: %v", err)
	}
	const want = "passkey_on signed_in signed_in passkey_copied passkey_copied signed_in"
	if got := b.notices(s.Account); got != want {
		t.Errorf("notices: %s", got)
	}
}

// AUTH-14
func TestAPasskeyThatDoesNotKnowWhoHoldsItOpensOnlyBesideThePassword(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	key := b.token()
	key.add(s, "one")
	key.auth.Options.UserNotVerified = true
	_, err := key.alone()
	wantCode(t, err, chat.CodeFactorWrong)
	if _, err := key.second("parvaneh"); err != nil {
		t.Errorf("beside the password: %v", err)
	}
	key.auth.Options.UserNotPresent = true
	_, err = key.second("parvaneh")
	wantCode(t, err, chat.CodeFactorWrong)
}

// AUTH-13
func TestAPasskeyIsStoredOnceAndAnAccountHasTen(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s, other := b.signUp("parvaneh"), b.signUp("shirin_1")
	key := b.token()
	key.add(s, "one")
	for _, who := range []account.Session{s, other} {
		_, err := b.AddPasskey(ctx, b.actor(who), "again", key.begin(who))
		wantCode(t, err, chat.CodeConflict)
	}
	tenth := b.token()
	for range account.MaxPasskeys - 2 {
		if codes := b.token().add(s, "more"); len(codes) != 0 {
			t.Errorf("new backup codes: %v", codes)
		}
	}
	answer := tenth.begin(s)
	var all sync.WaitGroup
	errs := [4]error{}
	for i := range errs {
		all.Go(func() { _, errs[i] = b.AddPasskey(ctx, b.actor(s), "tenth", answer) })
	}
	all.Wait()
	added := 0
	for _, err := range errs {
		if err == nil {
			added++
		}
	}
	list, err := b.Passkeys(ctx, b.actor(s))
	if err != nil || added != 1 || len(list) != account.MaxPasskeys {
		t.Errorf("%d added, %d there: %v, %v", added, len(list), errs, err)
	}
	_, err = b.BeginPasskey(ctx, b.actor(s), goodPassword)
	wantCode(t, err, chat.CodeTooMany)
}

// AUTH-13
func TestPasskeysAreChangedByWhoKnowsThePasswordOnADeviceThatIsNotNew(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s := b.signUp("parvaneh")
	b.clock.Add(int64(time.Hour))
	young, err := b.signIn("parvaneh", goodPassword, "", abroad)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.BeginPasskey(ctx, b.actor(young), goodPassword)
	wantCode(t, err, chat.CodeLoginTooYoung)
	_, err = b.BeginPasskey(ctx, b.actor(s), "")
	wantCode(t, err, chat.CodePasswordRequired)
	_, err = b.BeginPasskey(ctx, b.actor(s), "not this one")
	wantCode(t, err, chat.CodePasswordWrong)
	key := b.token()
	answer := key.begin(s)
	_, err = b.AddPasskey(ctx, b.actor(young), "mine", answer)
	wantCode(t, err, chat.CodeLoginTooYoung)
	if _, err = b.AddPasskey(ctx, b.actor(s), "one", answer); err != nil {
		t.Fatal(err)
	}
	list, err := b.Passkeys(ctx, b.actor(s))
	if err != nil {
		t.Fatal(err)
	}
	id := list[0].ID
	wantCode(t, b.RemovePasskey(ctx, b.actor(young), id, goodPassword), chat.CodeLoginTooYoung)
	wantCode(t, b.RemovePasskey(ctx, b.actor(s), id, ""), chat.CodePasswordRequired)
	wantCode(t, b.RemovePasskey(ctx, b.actor(s), "nothing", goodPassword), chat.CodeNotFound)
	wantCode(t, b.RenamePasskey(ctx, b.actor(s), id, "  "), chat.CodeBadText)
	if err := b.RenamePasskey(ctx, b.actor(s), id, "کلید سفر"); err != nil {
		t.Error(err)
	}
	if list, err = b.Passkeys(ctx, b.actor(s)); err != nil || list[0].Name != "کلید سفر" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := b.RemovePasskey(ctx, b.actor(s), id, goodPassword); err != nil {
		t.Error(err)
	}
	_, err = key.alone()
	wantCode(t, err, chat.CodeFactorWrong)
	p, err := b.Protection(ctx, b.actor(s))
	if err != nil || p.BackupCodes != 0 {
		t.Errorf("backup codes of nothing: %+v, %v", p, err)
	}
	if _, err := b.signInWith("", ""); err != nil {
		t.Errorf("the password alone again: %v", err)
	}
	if got := b.notices(s.Account); got != "signed_in passkey_on passkey_off signed_in" {
		t.Errorf("notices: %s", got)
	}
}

func TestPasskeysAndAnAuthenticatorShareTheirBackupCodes(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s := b.signUp("parvaneh")
	_, backup := b.guard(s)
	key := b.token()
	if codes := key.add(s, "one"); len(codes) != 0 {
		t.Errorf("the codes there were are void: %v", codes)
	}
	if err := b.DisableFactor(ctx, b.actor(s), goodPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := b.signInWith(backup[0], ""); err != nil {
		t.Errorf("a backup code beside a passkey: %v", err)
	}
	codes, err := b.NewBackupCodes(ctx, b.actor(s), goodPassword)
	if err != nil || len(codes) != 10 {
		t.Errorf("%v, %v", codes, err)
	}
}

// AUTH-14
func TestAfterARecoveryOrResetAPasskeyNeedsThePasswordOnce(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	req := b.request("parvaneh")
	req.Recovery = secret(1)
	s, err := b.SignUp(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	key, thiefs := b.token(), b.token()
	key.add(s, "one")
	thiefs.add(s, "the thief's")
	if _, err = b.Recover(ctx, account.Recovery{Username: "parvaneh", Secret: secret(1),
		NewPassword: goodPassword, Client: home}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = key.alone()
		wantCode(t, err, chat.CodePasswordRequired)
	}
	if _, err := key.second("parvaneh"); err != nil {
		t.Fatal(err)
	}
	if _, err := key.alone(); err != nil {
		t.Errorf("after the password: %v", err)
	}
	_, err = thiefs.alone()
	wantCode(t, err, chat.CodePasswordRequired)

	link, err := b.Reset(ctx, account.Reset{Username: "parvaneh"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = key.alone()
	wantCode(t, err, chat.CodePasswordRequired)
	redeem := account.Redeem{Secret: link.Secret, NewPassword: goodPassword, Client: home}
	_, err = b.Redeem(ctx, redeem)
	wantCode(t, err, chat.CodeFactorNeeded)
	redeem.Passkey = key.get(b.BeginPasskeyRedeem(ctx, link.Secret, home))
	if _, err := b.Redeem(ctx, redeem); err != nil {
		t.Errorf("by the link and a passkey: %v", err)
	}
	everything := account.Reset{Username: "parvaneh", Password: goodPassword, Factor: true}
	if _, err = b.Reset(ctx, everything); err != nil {
		t.Fatal(err)
	}
	_, err = key.alone()
	wantCode(t, err, chat.CodeFactorWrong)
	if _, err := b.signInWith("", ""); err != nil {
		t.Errorf("the operator took the second factor away: %v", err)
	}
}

// AUTH-14
func TestAfterAChangeOfThePasswordAPasskeyNeedsTheNewOneOnce(t *testing.T) {
	for _, keep := range []bool{false, true} {
		b := newBed(t, account.Limits{}).open()
		s := b.signUp("parvaneh")
		key, thiefs := b.token(), b.token()
		key.add(s, "one")
		thiefs.add(s, "the thief's")
		change := account.PasswordChange{Old: goodPassword, New: otherPassword, KeepDevices: keep}
		wantCode(t, b.SetPassword(t.Context(), b.actor(s), change), 0)
		for _, k := range []*token{key, thiefs} {
			_, err := k.alone()
			wantCode(t, err, chat.CodePasswordRequired)
		}
		_, err := b.BeginPasskeySecond(t.Context(), withPassword("parvaneh")) // with the old one
		wantCode(t, err, chat.CodePasswordWrong)
		req := withPassword("parvaneh")
		req.Password = otherPassword
		req.Passkey = key.get(b.BeginPasskeySecond(t.Context(), req))
		_, err = b.SignIn(t.Context(), req)
		wantCode(t, err, 0)
		_, err = key.alone()
		wantCode(t, err, 0)
		_, err = thiefs.alone()
		wantCode(t, err, chat.CodePasswordRequired)
	}
}

// AUTH-14
func TestAPasskeyOpensNoSuspendedAccountAndWaitsWhereOldDevicesApprove(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s := b.signUp("parvaneh")
	key := b.token()
	key.add(s, "one")
	if err := b.SetApproval(ctx, b.actor(s), goodPassword, true); err != nil {
		t.Fatal(err)
	}
	waits, err := key.alone()
	if err != nil || waits.Pending == "" || waits.Device != 0 {
		t.Fatalf("%+v, %v", waits, err)
	}
	if err := b.Answer(ctx, b.actor(s), waits.Pending, true); err != nil {
		t.Fatal(err)
	}
	if in, err := b.Await(ctx, waits.Pending, waits.Token, abroad); err != nil || in.Device == 0 {
		t.Errorf("%+v, %v", in, err)
	}
	if err := b.Suspend(ctx, "parvaneh", "spam"); err != nil {
		t.Fatal(err)
	}
	_, err = key.alone()
	wantCode(t, err, chat.CodeSuspended)
	_, err = key.second("parvaneh")
	wantCode(t, err, chat.CodeSuspended)
}

// REP-6 AUTH-14
func TestAPasskeyAnswersForWhoAppealsAgainstASuspension(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	key, hers := b.token(), b.token()
	s := b.signUp("parvaneh")
	key.add(s, "one")
	hers.add(b.signUp("shirin_1"), "hers")
	link, err := b.Reset(ctx, account.Reset{Username: "parvaneh"})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Suspend(ctx, "parvaneh", "spam"); err != nil {
		t.Fatal(err)
	}
	byLink := account.Claim{Secret: link.Secret, Client: abroad}
	may := func(c account.Claim, answer []byte) error {
		t.Helper()
		id, _, err := b.Suspended(ctx, c)
		if err != nil || id != s.Account {
			t.Fatalf("whose it is: %d, %v", id, err)
		}
		c.Passkey = answer
		return b.SuspendedMay(ctx, id, c)
	}
	err = may(byLink, nil)
	if e, ok := asError(err); !ok || e.Code != chat.CodeFactorNeeded || e.Field != "passkey" {
		t.Errorf("with nothing: %v", err)
	}
	wantCode(t, may(byLink, hers.get(b.BeginPasskeySecond(ctx, withPassword("shirin_1")))), chat.CodeFactorWrong)
	wantCode(t, may(byLink, key.get(b.BeginPasskeyAlone(ctx, abroad))), chat.CodeFactorWrong)
	answer := key.get(b.BeginPasskeyRedeem(ctx, link.Secret, abroad))
	if err := may(byLink, answer); err != nil {
		t.Errorf("beside the link: %v", err)
	}
	wantCode(t, may(byLink, answer), chat.CodeFactorWrong) // one answer, once
	given := account.Reset{Username: "parvaneh", Password: goodPassword}
	if _, err := b.Reset(ctx, given); err != nil {
		t.Fatal(err)
	}
	byWord := account.Claim{Username: "parvaneh", Password: goodPassword, Client: abroad}
	if err := may(byWord, key.get(b.BeginPasskeySecond(ctx, withPassword("parvaneh")))); err != nil {
		t.Errorf("beside the password: %v", err)
	}
	_, err = key.second("parvaneh")
	wantCode(t, err, chat.CodeSuspended)
}

// REP-6 AUTH-14
func TestAPasskeyAloneAppealsAgainstASuspensionWhereItWouldSignIn(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	key, other := b.token(), b.token()
	s := b.signUp("parvaneh")
	key.add(s, "one")
	other.add(s, "another")
	claim := func(k *token) account.Claim {
		return account.Claim{Passkey: k.get(b.BeginPasskeyAlone(ctx, abroad)), Client: abroad}
	}
	_, _, err := b.Suspended(ctx, claim(key))
	wantCode(t, err, chat.CodeConflict) // it is not suspended
	change := account.PasswordChange{Old: goodPassword, New: otherPassword, KeepDevices: true}
	wantCode(t, b.SetPassword(ctx, b.actor(s), change), 0)
	req := withPassword("parvaneh")
	req.Password = otherPassword
	req.Passkey = key.get(b.BeginPasskeySecond(ctx, req))
	_, err = b.SignIn(ctx, req)
	wantCode(t, err, 0)
	wantCode(t, b.Suspend(ctx, "parvaneh", "spam"), 0)

	for range 2 { // to look, and to appeal
		c := claim(key)
		id, reason, err := b.Suspended(ctx, c)
		if err != nil || id != s.Account || reason != "spam" {
			t.Fatalf("%d for %q, %v", id, reason, err)
		}
		wantCode(t, b.SuspendedMay(ctx, id, c), 0)
		_, _, err = b.Suspended(ctx, c)
		wantCode(t, err, chat.CodeFactorWrong) // one answer, once
	}
	// Whose the other is nobody knows since the password was changed.
	_, _, err = b.Suspended(ctx, claim(other))
	wantCode(t, err, chat.CodePasswordRequired)
	// It stands beside nothing: what is claimed by a name asks for its own answer.
	byName := claim(key)
	byName.Username = "parvaneh"
	_, _, err = b.Suspended(ctx, byName)
	wantCode(t, err, chat.CodePasswordWrong)
	_, _, err = b.Suspended(ctx, claim(b.token())) // of no account
	wantCode(t, err, chat.CodeFactorWrong)
	unsure := claim(key)
	key.auth.Options.UserNotVerified = true
	unsure.Passkey = key.get(b.BeginPasskeyAlone(ctx, abroad))
	_, _, err = b.Suspended(ctx, unsure)
	wantCode(t, err, chat.CodeFactorWrong)
}

// AUTH-14
func TestQuestionsForPasskeysTellStrangersNothingAndAreFew(t *testing.T) {
	few := account.Rate{Burst: 3, Every: time.Hour}
	b := newBed(t, account.Limits{Ask: few, Failure: few, Factor: few}).open()
	ctx := t.Context()
	s := b.signUp("parvaneh")
	key := b.token()
	key.add(s, "one")
	nobody, some := withPassword("nobody_here"), withPassword("parvaneh")
	some.Password = "not this one"
	_, none := b.BeginPasskeySecond(ctx, nobody)
	_, wrong := b.BeginPasskeySecond(ctx, some)
	if none == nil || wrong == nil || none.Error() != wrong.Error() {
		t.Errorf("%v\n%v", none, wrong)
	}
	q, err := b.BeginPasskeyAlone(ctx, abroad)
	if err != nil || strings.Contains(q.Options, "allowCredentials") {
		t.Errorf("%s, %v", q.Options, err)
	}
	for range 2 {
		if _, err := b.BeginPasskeyAlone(ctx, abroad); err != nil {
			t.Error(err)
		}
	}
	_, err = b.BeginPasskeyAlone(ctx, abroad)
	wantCode(t, err, chat.CodeRateLimited)
	for range 3 {
		req := withPassword("parvaneh")
		req.Passkey = []byte("{}")
		_, err := b.SignIn(ctx, req)
		wantCode(t, err, chat.CodeFactorWrong)
	}
	_, err = b.signInWith("", "")
	wantCode(t, err, chat.CodeFactorNeeded)
	_, err = b.signInWith("000000", "")
	wantCode(t, err, chat.CodeRateLimited)
}

func asError(err error) (*chat.Error, bool) {
	var e *chat.Error
	return e, errors.As(err, &e)
}
