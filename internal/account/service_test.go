// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/wire"
)

const (
	goodPassword  = "correct horse battery staple"
	otherPassword = "seven green lamps in a row"
)

var (
	home   = account.Client{Device: "laptop", Name: "zolal-web", Address: netip.MustParseAddr("192.0.2.1")}
	abroad = account.Client{Device: "phone", Name: "zolal-web", Address: netip.MustParseAddr("198.51.100.7")}
)

// registry is the engine as accounts see it; fail, where set, breaks the next Register before it does
// anything.
type registry struct {
	*engine.Engine
	fail  *atomic.Pointer[chat.Error]
	first *atomic.Pointer[func()] // called once, before the next device gets its number
	told  *atomic.Pointer[func(error) error]
}

// Notice lets a test come between what is told and what is done then.
func (r registry) Notice(ctx context.Context, of chat.AccountID, n chat.DeviceNotice) error {
	err := r.Engine.Notice(ctx, of, n)
	if f := r.told.Load(); f != nil {
		err = (*f)(err)
	}
	return err
}

func (r registry) NewDevice(ctx context.Context) (chat.DeviceID, error) {
	if f := r.first.Swap(nil); f != nil {
		(*f)()
	}
	return r.Engine.NewDevice(ctx)
}

func (r registry) Register(ctx context.Context, who chat.Actor, key chat.Key, p chat.Profile) (
	chat.Profile, error) {
	if err := r.fail.Swap(nil); err != nil {
		return chat.Profile{}, err
	}
	return r.Engine.Register(ctx, who, key, p)
}

func (r registry) RegisterMany(ctx context.Context, many []account.Registration) []error {
	list := make([]engine.Registration, len(many))
	for i, m := range many {
		list[i] = engine.Registration(m)
	}
	return r.Engine.RegisterMany(ctx, list)
}

// bed is a service over a store in memory.
type bed struct {
	*account.Service
	store  *storetest.Memory
	stored engine.Store // what the engine has in its place; nil: the same
	engine *engine.Engine
	fail   atomic.Pointer[chat.Error]        // of the next Register
	first  atomic.Pointer[func()]            // see registry
	told   atomic.Pointer[func(error) error] // after each notice; what it returns is the notice's error
	clock  atomic.Int64                      // how far it is ahead, in nanoseconds
	t      *testing.T
}

func newBed(t *testing.T, limits account.Limits) *bed {
	t.Helper()
	b := &bed{store: storetest.NewMemory(), t: t}
	if limits.Hashing == 0 {
		limits.Hashing = 64
	}
	b.Service, b.engine = b.node(limits)
	return b
}

// node is one more server over the same store.
func (b *bed) node(limits account.Limits, change ...func(*account.Config)) (
	*account.Service, *engine.Engine) {
	b.t.Helper()
	stored := b.stored
	if stored == nil {
		stored = b.store
	}
	e, err := engine.Start(b.t.Context(), engine.Config{Store: stored, Codec: wire.Codec{}})
	if err != nil {
		b.t.Fatal(err)
	}
	cfg := account.Config{
		Store: b.store, Vault: b.store, Registry: registry{e, &b.fail, &b.first, &b.told},
		Log:    slog.New(slog.DiscardHandler),
		Now:    func() time.Time { return time.Now().Add(time.Duration(b.clock.Load())) },
		Passes: b.store, NoteAct: e.NoteAct, Limited: e.Limited, Signup: account.SignupOpen,
		Limits: limits, Cost: account.Cost{KiB: 64, Passes: 1},
		Official: func(client, build string) (string, bool) {
			return "v7", client == "zolal-web" && build == "b1"
		},
		Party: account.RelyingParty{ID: page.ID, Name: page.Name, Origins: []string{page.Origin}},
	}
	for _, f := range change {
		f(&cfg)
	}
	s := account.New(cfg)
	b.t.Cleanup(func() {
		s.Close()
		if err := e.Close(); err != nil {
			b.t.Error(err)
		}
	})
	return s, e
}

// open sets the server up, so that strangers may sign up.
func (b *bed) open() *bed {
	b.t.Helper()
	_, _, err := b.AddUser(b.t.Context(), account.NewUser{Username: "the_boss_1", Operator: true})
	if err != nil {
		b.t.Fatal(err)
	}
	return b
}

func newKey(t *testing.T) chat.Key {
	var k chat.Key
	if _, err := rand.Read(k[:]); err != nil {
		t.Fatal(err)
	}
	ms := time.Now().UnixMilli()
	for i := range 6 {
		k[i] = byte(ms >> (40 - 8*i))
	}
	return k
}

func (b *bed) request(username string) account.SignUp {
	return account.SignUp{Key: newKey(b.t), Username: username, Password: goodPassword, Client: home}
}

func (b *bed) signUp(username string) account.Session {
	b.t.Helper()
	s, err := b.SignUp(b.t.Context(), b.request(username))
	if err != nil {
		b.t.Fatalf("sign up %s: %v", username, err)
	}
	return s
}

func (b *bed) signIn(username, password, proof string, from account.Client) (account.Session, error) {
	return b.SignIn(b.t.Context(), account.SignIn{Username: username, Password: password, Proof: proof,
		Client: from})
}

func (b *bed) actor(s account.Session) chat.Actor {
	b.t.Helper()
	who, _, err := b.Authenticate(b.t.Context(), s.Token)
	if err != nil {
		b.t.Fatalf("authenticate: %v", err)
	}
	return who
}

// notices are the reasons of the device notices in an account's log.
func (b *bed) notices(id chat.AccountID) string {
	b.t.Helper()
	items, err := b.store.Read(b.t.Context(), id.Log(), 0, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for _, it := range items {
		body, err := wire.Codec{}.Decode(it.Env.Kind, it.Body)
		if err != nil {
			b.t.Fatal(err)
		}
		if n, ok := body.(*chat.DeviceNotice); ok {
			out = append(out, n.Reason)
		}
	}
	return strings.Join(out, " ")
}

func wantCode(t *testing.T, err error, want chat.Code) {
	t.Helper()
	if chat.CodeOf(err) != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

// SIGNUP-6
func TestOnlyTheSetupLinkMakesTheOperatorAndOnlyOnce(t *testing.T) {
	b := newBed(t, account.Limits{})
	ctx := t.Context()
	_, err := b.SignUp(ctx, b.request("stranger"))
	wantCode(t, err, chat.CodeSignupClosed)

	old, needed, err := b.Setup(ctx)
	if err != nil || !needed {
		t.Fatalf("set up: %v %v", needed, err)
	}
	secret, _, err := b.Setup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	wrong := b.request("stranger")
	for _, s := range []string{old, "x", secret + "x"} {
		wrong.Setup = s
		_, err = b.SignUp(ctx, wrong)
		wantCode(t, err, chat.CodeSetupInvalid)
		wantCode(t, b.CheckSetup(ctx, s, home.Address), chat.CodeSetupInvalid)
	}
	wantCode(t, b.CheckSetup(ctx, secret, home.Address), 0)

	boss := b.request("the_first")
	boss.Setup = secret
	s, err := b.SignUp(ctx, boss)
	if err != nil || !s.Operator {
		t.Fatalf("operator: %+v, %v", s, err)
	}
	if !b.actor(s).Operator {
		t.Error("the operator's actor is not the operator's")
	}
	again, err := b.SignUp(ctx, boss)
	if err != nil || again.Account != s.Account || !again.Operator {
		t.Errorf("a retry of the operator's sign-up: %+v, %v", again, err)
	}
	late := b.request("the_second")
	late.Setup = secret
	_, err = b.SignUp(ctx, late)
	wantCode(t, err, chat.CodeSetupInvalid)
	wantCode(t, b.CheckSetup(ctx, secret, home.Address), chat.CodeSetupInvalid)
	if s := b.signUp("stranger"); s.Operator {
		t.Error("a stranger became operator")
	}
	if _, needed, err := b.Setup(ctx); needed || err != nil {
		t.Errorf("a server with an operator offers set-up: %v", err)
	}
	if e, err := b.Status(ctx, netip.Addr{}); e.SetupNeeded || !e.Open() || err != nil {
		t.Errorf("status: %+v %v", e, err)
	}
}

func TestOfManyWhoHoldTheSetupLinkOneBecomesOperator(t *testing.T) {
	b := newBed(t, account.Limits{})
	secret, _, err := b.Setup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var operators atomic.Int32
	var all sync.WaitGroup
	for _, name := range []string{"anahita", "behrouz", "cyrusss", "daryoush"} {
		req := b.request(name)
		req.Setup = secret
		all.Go(func() {
			s, err := b.SignUp(context.Background(), req)
			if err == nil && s.Operator {
				operators.Add(1)
			} else if chat.CodeOf(err) != chat.CodeSetupInvalid {
				t.Errorf("%s: %+v, %v", name, s, err)
			}
		})
	}
	all.Wait()
	if n := operators.Load(); n != 1 {
		t.Errorf("%d operators", n)
	}
}

func TestASignUpRetriedAtTheSameTimeIsOneAccountWithOneDevice(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	req := b.request("parvaneh")
	sessions := make(chan account.Session, 8)
	var all sync.WaitGroup
	for range cap(sessions) {
		all.Go(func() {
			s, err := b.SignUp(context.Background(), req)
			if err != nil {
				t.Errorf("retry: %v", err)
			}
			sessions <- s
		})
	}
	all.Wait()
	close(sessions)
	first := <-sessions
	for s := range sessions {
		if s.Account != first.Account {
			t.Errorf("%d beside %d", s.Account, first.Account)
		}
	}
	s, err := b.SignUp(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := b.Devices(t.Context(), b.actor(s)); err != nil || len(list) != 1 {
		t.Errorf("%d devices: %v", len(list), err)
	}
	req.Password = otherPassword
	_, err = b.SignUp(t.Context(), req)
	wantCode(t, err, chat.CodeConflict)
}

func TestASignUpThatWasCutShortIsCompletedByItsRetry(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	req := b.request("parvaneh")
	b.fail.Store(chat.Errorf(chat.CodeUnavailable, "the machine crashed here"))
	_, err := b.SignUp(t.Context(), req)
	wantCode(t, err, chat.CodeUnavailable)
	if _, err := b.signIn("parvaneh", goodPassword, "", home); chat.CodeOf(err) != chat.CodePasswordWrong {
		t.Errorf("an unfinished account signs in: %v", err)
	}
	s, err := b.SignUp(t.Context(), req)
	if err != nil || s.Profile.Username != "parvaneh" || s.Profile.Name != "parvaneh" {
		t.Fatalf("retry: %+v, %v", s, err)
	}
	if _, err := b.signIn("Parvaneh", goodPassword, "", home); err != nil {
		t.Errorf("after the retry: %v", err)
	}
}

func TestBadSignUpsAreRefusedByName(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	for want, change := range map[chat.Code]func(*account.SignUp){
		chat.CodeKeyInvalid:   func(r *account.SignUp) { r.Key = chat.Key{} },
		chat.CodeBadRequest:   func(r *account.SignUp) { r.Recovery = []byte("short") },
		chat.CodePasswordWeak: func(r *account.SignUp) { r.Password = "parvaneh1" },
		chat.CodeTooLarge:     func(r *account.SignUp) { r.Password = strings.Repeat("ab c", 1000) },
		chat.CodeSetupInvalid: func(r *account.SignUp) { r.Setup = "no longer valid" },
	} {
		req := b.request("parvaneh")
		change(&req)
		_, err := b.SignUp(t.Context(), req)
		wantCode(t, err, want)
	}
	if err := b.CheckUsername(t.Context(), "parvaneh", home.Address); err != nil {
		t.Errorf("a refused sign-up took its name: %v", err)
	}
}

func TestUnknownUsersAndWrongPasswordsCannotBeToldApart(t *testing.T) {
	b := newBed(t, account.Limits{Account: account.Rate{Burst: 3, Every: time.Hour}}).open()
	b.signUp("parvaneh")
	b.signUp("golnaz")
	if _, err := b.Reset(t.Context(), account.Reset{Username: "golnaz", Password: otherPassword}); err != nil {
		t.Fatal(err)
	}
	text := map[string]bool{}
	for _, name := range []string{"parvaneh", "nobody_here", "x", "", "golnaz"} {
		for range 3 {
			_, err := b.signIn(name, "not this one", "", home)
			wantCode(t, err, chat.CodePasswordWrong)
			text[err.Error()] = true
		}
		_, err := b.signIn(name, "not this one", "", home)
		wantCode(t, err, chat.CodeRateLimited)
	}
	if len(text) != 1 {
		t.Errorf("the answers differ: %v", text)
	}
	// Both cost a password check: where none is to be had, neither gets further.
	free := b.Occupy()
	defer free()
	for _, name := range []string{"the_boss_1", "nobody_at_all"} {
		_, err := b.signIn(name, "not this one", "", home)
		wantCode(t, err, chat.CodeRateLimited)
	}
}

func TestAKnownDeviceIsNotLockedOutByTheGuessesOfOthers(t *testing.T) {
	b := newBed(t, account.Limits{
		Account: account.Rate{Burst: 5, Every: time.Hour}, Device: account.Rate{Burst: 3, Every: time.Hour},
		Failure: account.Rate{Burst: 100, Every: time.Hour},
	}).open()
	s := b.signUp("parvaneh")
	for range 5 {
		_, err := b.signIn("parvaneh", "a guess", "", abroad)
		wantCode(t, err, chat.CodePasswordWrong)
	}
	_, err := b.signIn("parvaneh", goodPassword, "", home)
	wantCode(t, err, chat.CodeRateLimited)
	if _, err := b.signIn("parvaneh", goodPassword, s.Token, home); err != nil {
		t.Errorf("a signed-in device: %v", err)
	}
	if err := b.SignOut(t.Context(), b.actor(s)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.signIn("parvaneh", goodPassword, s.Token, home); err != nil {
		t.Errorf("a device that signed out: %v", err)
	}

	// The proof of one account is none for another, and it is no licence to guess.
	other := b.signUp("golnaz")
	_, err = b.signIn("parvaneh", goodPassword, other.Token, home)
	wantCode(t, err, chat.CodeRateLimited)
	for range 3 + 1 { // with those that ended, and by itself
		_, err := b.signIn("parvaneh", "a guess", s.Token, home)
		wantCode(t, err, chat.CodePasswordWrong)
	}
	_, err = b.signIn("parvaneh", goodPassword, s.Token, home)
	wantCode(t, err, chat.CodeRateLimited)
}

func TestADeviceThatWasThrownOutIsAStranger(t *testing.T) {
	b := newBed(t, account.Limits{Account: account.Rate{Burst: 1, Every: time.Hour}}).open()
	s := b.signUp("parvaneh")
	thief, err := b.signIn("parvaneh", goodPassword, "", abroad)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Revoke(t.Context(), b.actor(s), thief.Device); err != nil {
		t.Fatal(err)
	}
	_, err = b.signIn("parvaneh", "a guess", "", abroad)
	wantCode(t, err, chat.CodePasswordWrong)
	_, err = b.signIn("parvaneh", goodPassword, thief.Token, abroad)
	wantCode(t, err, chat.CodeRateLimited)
}

func TestAnAddressThatFailsTooOftenIsLimitedWhateverAccountItTries(t *testing.T) {
	b := newBed(t, account.Limits{Failure: account.Rate{Burst: 4, Every: time.Hour}}).open()
	b.signUp("parvaneh")
	for _, name := range []string{"user_one", "user_two", "user_three", "user_four"} {
		_, err := b.signIn(name, "a guess", "", abroad)
		wantCode(t, err, chat.CodePasswordWrong)
	}
	_, err := b.signIn("parvaneh", goodPassword, "", abroad)
	wantCode(t, err, chat.CodeRateLimited)
	_, err = b.Recover(t.Context(), account.Recovery{Username: "parvaneh", Secret: make([]byte, 32),
		Client: abroad})
	wantCode(t, err, chat.CodeRateLimited)
	for range 10 {
		if _, err := b.signIn("parvaneh", goodPassword, "", home); err != nil {
			t.Fatalf("from another address: %v", err)
		}
	}
}

func TestSignUpsAreLimitedPerAddress(t *testing.T) {
	b := newBed(t, account.Limits{SignUp: account.Rate{Burst: 1, Every: time.Hour},
		SignUpLocal: account.Rate{Burst: 2, Every: time.Hour}}).open()
	b.signUp("parvaneh")
	_, err := b.SignUp(t.Context(), b.request("golnaz"))
	wantCode(t, err, chat.CodeRateLimited)
	for i, name := range []string{"local_one", "local_two", "local_three"} {
		req := b.request(name)
		req.Client.Address = netip.MustParseAddr("127.0.0.1")
		_, err := b.SignUp(t.Context(), req)
		wantCode(t, err, []chat.Code{0, 0, chat.CodeRateLimited}[i])
	}
}

func TestRecoveryGivesTheAccountBackAndEndsEveryDevice(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	secret := make([]byte, 32)
	rand.Read(secret)
	req := b.request("parvaneh")
	req.Recovery = secret
	s, err := b.SignUp(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	back := account.Recovery{Username: "@Parvaneh", Secret: make([]byte, 32), NewPassword: otherPassword,
		Client: abroad}
	_, err = b.Recover(t.Context(), back)
	wantCode(t, err, chat.CodeRecoveryWrong)
	back.Secret, back.NewPassword = secret, "weak"
	_, err = b.Recover(t.Context(), back)
	wantCode(t, err, chat.CodePasswordWeak)
	back.NewPassword = otherPassword
	fresh, err := b.Recover(t.Context(), back)
	if err != nil || fresh.Account != s.Account || fresh.Token == "" {
		t.Fatalf("recover: %+v, %v", fresh, err)
	}
	_, _, err = b.Authenticate(t.Context(), s.Token)
	wantCode(t, err, chat.CodeRevoked)
	_, err = b.signIn("parvaneh", goodPassword, "", home)
	wantCode(t, err, chat.CodePasswordWrong)
	if _, err := b.signIn("parvaneh", otherPassword, "", home); err != nil {
		t.Error(err)
	}
	if got := b.notices(s.Account); got != "recovery recovery signed_in" {
		t.Errorf("notices: %s", got)
	}
	// An account without a recovery code cannot be recovered with anything, zeros included.
	b.signUp("golnaz")
	_, err = b.Recover(t.Context(), account.Recovery{Username: "golnaz", Secret: make([]byte, 32),
		NewPassword: otherPassword, Client: abroad})
	wantCode(t, err, chat.CodeRecoveryWrong)
}

func TestDevicesAreListedRevokedAndAnnounced(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s := b.signUp("parvaneh")
	who := b.actor(s)
	from := abroad
	from.Version, from.Build = "1.2", "b1"
	phone, err := b.signIn("parvaneh", goodPassword, "", from)
	if err != nil {
		t.Fatal(err)
	}
	list, err := b.Devices(ctx, who)
	if err != nil || len(list) != 2 {
		t.Fatalf("devices: %v, %v", list, err)
	}
	for _, d := range list {
		official := d.ID == phone.Device
		if d.LastUsed == 0 || d.Created == 0 || d.Official != official || official && d.Name != "phone" ||
			official && d.Version != "v7" {
			t.Errorf("listed as %+v", d)
		}
	}
	wantCode(t, b.Revoke(ctx, who, 999_999), chat.CodeNotFound)
	stranger := b.actor(b.signUp("golnaz"))
	wantCode(t, b.Revoke(ctx, stranger, phone.Device), chat.CodeNotFound)
	if err := b.Revoke(ctx, who, phone.Device); err != nil {
		t.Fatal(err)
	}
	_, _, err = b.Authenticate(ctx, phone.Token)
	wantCode(t, err, chat.CodeRevoked)
	for range 3 {
		if _, err := b.signIn("parvaneh", goodPassword, "", abroad); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Revoke(ctx, who, 0); err != nil {
		t.Fatal(err)
	}
	if list, err := b.Devices(ctx, who); err != nil || len(list) != 1 || list[0].ID != s.Device {
		t.Errorf("after revoking every other: %v, %v", list, err)
	}
	want := "signed_in revoked signed_in signed_in signed_in revoked revoked revoked"
	if got := b.notices(s.Account); got != want {
		t.Errorf("notices: %s", got)
	}
}

func TestTokensAreToldApart(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	for _, token := range []string{"", "x", "zolal_", s.Token[:len(s.Token)-1], s.Token + "x",
		s.Token[:len(s.Token)-4] + "AAAA"} {
		_, _, err := b.Authenticate(t.Context(), token)
		wantCode(t, err, chat.CodeUnauthenticated)
	}
	if err := b.SignOut(t.Context(), b.actor(s)); err != nil {
		t.Fatal(err)
	}
	_, _, err := b.Authenticate(t.Context(), s.Token)
	wantCode(t, err, chat.CodeRevoked)
}

func TestANewPasswordEndsOtherDevicesUnlessAskedNotTo(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s := b.signUp("parvaneh")
	who := b.actor(s)
	phone, err := b.signIn("parvaneh", goodPassword, "", abroad)
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, fresh string, keep bool) error {
		return b.SetPassword(ctx, who, account.PasswordChange{Old: old, New: fresh, KeepDevices: keep})
	}
	wantCode(t, change("", otherPassword, false), chat.CodePasswordRequired)
	wantCode(t, change("wrong", otherPassword, false), chat.CodePasswordWrong)
	wantCode(t, change(goodPassword, "parvaneh", false), chat.CodePasswordWeak)
	if err := change(goodPassword, otherPassword, true); err != nil {
		t.Fatal(err)
	}
	b.actor(phone)
	if err := change(otherPassword, goodPassword, false); err != nil {
		t.Fatal(err)
	}
	b.actor(s)
	_, _, err = b.Authenticate(ctx, phone.Token)
	wantCode(t, err, chat.CodeRevoked)
	if got := b.notices(s.Account); got != "signed_in password password password" {
		t.Errorf("notices: %s", got)
	}

	wantCode(t, b.SetRecovery(ctx, who, "wrong", make([]byte, 32)), chat.CodePasswordWrong)
	wantCode(t, b.SetRecovery(ctx, who, goodPassword, make([]byte, 31)), chat.CodeBadRequest)
	secret := []byte("0123456789abcdef0123456789abcdef")
	if err := b.SetRecovery(ctx, who, goodPassword, secret); err != nil {
		t.Fatal(err)
	}
	_, err = b.Recover(ctx, account.Recovery{Username: "parvaneh", Secret: secret, NewPassword: otherPassword,
		Client: home})
	if err != nil {
		t.Errorf("recover with the new code: %v", err)
	}
}

func TestATokenOfFewScopesCannotManageAndEndsWhenItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, account.Limits{}).open()
		ctx := t.Context()
		s := b.signUp("parvaneh")
		who := b.actor(s)
		expires := chat.Millis(time.Now().Add(time.Hour).UnixMilli())
		for _, bad := range []account.TokenRequest{
			{}, {Scopes: []string{"fly"}}, {Scopes: []string{"read"}, Expires: 1},
		} {
			_, err := b.CreateToken(ctx, who, bad)
			wantCode(t, err, chat.CodeBadRequest)
		}
		made, err := b.CreateToken(ctx, who, account.TokenRequest{Name: "backup bot", Scopes: []string{"read"},
			Expires: expires})
		if err != nil {
			t.Fatal(err)
		}
		reader, session, err := b.Authenticate(ctx, made.Token)
		if err != nil || reader.Scopes != chat.ScopeRead || session.Expires != expires {
			t.Fatalf("%+v %+v %v", reader, session, err)
		}
		_, err = b.CreateToken(ctx, reader, account.TokenRequest{Scopes: []string{"manage"}})
		wantCode(t, err, chat.CodeScopeMissing)
		wantCode(t, b.Revoke(ctx, reader, s.Device), chat.CodeScopeMissing)
		wantCode(t, b.SetPassword(ctx, reader, account.PasswordChange{}), chat.CodeScopeMissing)

		list, err := b.Revocations(ctx)
		if err != nil {
			t.Fatal(err)
		}
		select {
		case r := <-list:
			if r.Device != made.Device || r.Reason != account.ReasonExpired {
				t.Errorf("%+v", r)
			}
			if late := chat.Millis(time.Now().UnixMilli()) - expires; late < 0 || late > 5000 {
				t.Errorf("ended %d ms after it expired", late)
			}
		case <-time.After(2 * time.Hour):
			t.Error("the token that expired was not ended")
		}
		_, _, err = b.Authenticate(ctx, made.Token)
		wantCode(t, err, chat.CodeRevoked)
	})
}

func TestARevocationReachesEveryNodeWithinFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, account.Limits{}).open()
		far, _ := b.node(account.Limits{Hashing: 8})
		s := b.signUp("parvaneh")
		var lists []<-chan account.Revocation
		for _, node := range []*account.Service{b.Service, far} {
			list, err := node.Revocations(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			lists = append(lists, list)
		}
		synctest.Wait()
		for i := range 3 {
			phone, err := b.signIn("parvaneh", goodPassword, "", abroad)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Revoke(t.Context(), b.actor(s), phone.Device); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			for n, list := range lists {
				select {
				case r := <-list:
					if r.Device != phone.Device || r.Account != s.Account || r.Reason != account.ReasonRevoked {
						t.Errorf("node %d, revocation %d: %+v", n, i, r)
					}
				case <-time.After(5 * time.Second):
					t.Fatalf("node %d did not hear of it", n)
				}
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		}
	})
}

func TestASuspendedAccountIsOutAndComesBackOnlyWhenLifted(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	ctx := t.Context()
	s := b.signUp("parvaneh")
	wantCode(t, b.Suspend(ctx, "parvaneh", "i do not like them"), chat.CodeBadRequest)
	wantCode(t, b.Suspend(ctx, "nobody_here", "spam"), chat.CodeNotFound)
	if err := b.Suspend(ctx, "parvaneh", "spam"); err != nil {
		t.Fatal(err)
	}
	_, _, err := b.Authenticate(ctx, s.Token)
	wantCode(t, err, chat.CodeSuspended)
	_, err = b.signIn("parvaneh", goodPassword, "", home)
	wantCode(t, err, chat.CodeSuspended)
	_, err = b.signIn("parvaneh", "a guess", "", home)
	wantCode(t, err, chat.CodePasswordWrong)
	users, _, err := b.Users(ctx, 0, 100)
	if err != nil || users[1].Suspended != "spam" || users[1].Devices != 0 {
		t.Errorf("%+v, %v", users, err)
	}
	if err := b.Suspend(ctx, "parvaneh", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.signIn("parvaneh", goodPassword, "", home); err != nil {
		t.Error(err)
	}
}

func TestTooManyDevicesReplaceTheOneUnusedForLongest(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	who := b.actor(s)
	var second account.Session
	for i := range account.MaxDevices {
		made, err := b.signIn("parvaneh", goodPassword, "", home)
		if err != nil {
			t.Fatal(err)
		}
		if b.clock.Add(int64(24 * time.Hour)); i == 0 { // each has its say
			second = made
		}
	}
	list, err := b.Devices(t.Context(), who)
	if err != nil || len(list) != account.MaxDevices {
		t.Errorf("%d devices, %v", len(list), err)
	}
	_, _, err1 := b.Authenticate(t.Context(), s.Token)
	_, _, err2 := b.Authenticate(t.Context(), second.Token)
	if (err1 == nil) == (err2 == nil) {
		t.Errorf("exactly one was to go: %v, %v", err1, err2)
	}
	if got := b.notices(s.Account); strings.Count(got, account.ReasonReplaced) != 1 {
		t.Errorf("that one went is not told: %s", got)
	}
}

func TestManyAccountsAreMadeQuicklyAndEachTokenWorks(t *testing.T) {
	b := newBed(t, account.Limits{})
	names := make([]string, 5000)
	for i := range names {
		names[i] = "load_" + string([]byte{'a' + byte(i/676), 'a' + byte(i/26%26), 'a' + byte(i%26), 'x'})
	}
	names = distinct(names)
	list, err := b.AddMany(t.Context(), names)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range list {
		who, _, err := b.Authenticate(t.Context(), s.Token)
		if err != nil || who.Account != s.Account || who.Device != s.Device {
			t.Fatalf("account %d: %+v, %v", i, who, err)
		}
	}
	last := len(list) - 1
	if id, err := b.engine.ByName(t.Context(), names[last]); err != nil || id != list[last].Account {
		t.Errorf("the last is not to be found: %d, %v", id, err)
	}
	_, err = b.AddMany(t.Context(), names[:1])
	wantCode(t, err, chat.CodeNameTaken)
	_, err = b.signIn(names[0], "", "", home)
	wantCode(t, err, chat.CodePasswordWrong)
}

// distinct keeps one name of each look-alike class.
func distinct(names []string) []string {
	seen, out := map[string]bool{}, names[:0]
	for _, n := range names {
		if look := chat.Skeleton(n); !seen[look] {
			seen[look] = true
			out = append(out, n)
		}
	}
	return out
}
