// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/push"
)

// SecretStore is what SecretSuite tests: an account.Store that can be closed and counts its accounts.
type SecretStore interface {
	account.Store
	account.Vault
	account.PassStore
	push.Store
	CountAccounts(ctx context.Context) (int, error)
	Close() error
}

// SecretSuite holds a store to every duty of account.Store and account.PassStore. open gives an empty store,
// which the suite closes.
func SecretSuite(t *testing.T, open func(*testing.T) SecretStore) {
	for _, c := range []struct {
		duty string
		test func(*vault)
	}{
		{"an account has one next version", testAccounts},
		{"a sign-up key makes one account", testSignupKeys},
		{"a token leads to its device and account", testTokens},
		{"devices that go leave revocations", testRevocations},
		{"a numbered revocation is never numbered again", testRevocationNumbers},
		{"a secret changes only from what it was", testSecrets},
		{"an apply is whole", testWholeApply},
		{"a credential changes from its version and is taken once", testCredentials},
		{"credentials end with their account, their kind or their time", testCredentialsGone},
		{"a pass counts its uses", testPasses},
		{"passes come the newest first", testPassLists},
		{"a subscription is its device's and ends with it", testPushes},
	} {
		t.Run(c.duty, func(t *testing.T) {
			s := open(t)
			c.test(&vault{T: t, SecretStore: s})
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	t.Run("does as the reference does", func(t *testing.T) { testSecretsAsMemory(t, open) })
}

// vault is a store of secrets under test.
type vault struct {
	*testing.T
	SecretStore
}

// apply makes changes, which must end with a code.
func (v *vault) apply(want chat.Code, changes ...account.Change) {
	v.Helper()
	if err := v.Apply(v.Context(), changes...); chat.CodeOf(err) != want {
		v.Errorf("apply of %+v ended with %v, not with %v", changes, err, want)
	}
}

func (v *vault) is(what string, got, want any, err error, code chat.Code) {
	v.Helper()
	if chat.CodeOf(err) != code {
		v.Errorf("%s ended with %v, not with %v", what, err, code)
		return
	}
	same(&bench{T: v.T}, what, got, want)
}

func someAccount(id chat.AccountID, version uint32) account.Account {
	return account.Account{
		ID: id, Version: version, Password: "$argon2id$", Recovery: [32]byte{1, 31: byte(id)}, Created: 5,
		Operator: id == 1, Suspended: "spam", SignupKey: chat.Key{15: byte(id)}, RecoveryChecked: 6,
		Approval: id == 3, Pass: "aaaaaaaa",
	}
}

func someDevice(id chat.DeviceID, of chat.AccountID) account.Device {
	return account.Device{
		ID: id, Account: of, Name: "Firefox", Client: "zolal-web", Version: "1", Build: "b",
		Token: account.TokenHash{31: byte(id)}, Scopes: chat.ScopeRead | chat.ScopeSend, Created: 1, LastUsed: 2,
		Expires: 3, Vouched: 4,
	}
}

func testAccounts(v *vault) {
	v.apply(0, account.AccountPut{Account: someAccount(1, 0)}, account.AccountPut{Account: someAccount(3, 0)})
	v.apply(chat.CodeConflict, account.AccountPut{Account: someAccount(1, 0)})
	v.apply(chat.CodeConflict, account.AccountPut{Account: someAccount(1, 2)})
	v.apply(chat.CodeConflict, account.AccountPut{Account: someAccount(9, 1)})
	changed := someAccount(1, 1)
	changed.Password, changed.Operator, changed.SignupKey = "", false, chat.Key{}
	v.apply(0, account.AccountPut{Account: changed})
	changed.Version = 2
	got, err := v.Account(v.Context(), account.Find{ID: 1})
	v.is("the account", got, changed, err, 0)
	three := someAccount(3, 1)
	got, err = v.Account(v.Context(), account.Find{SignupKey: three.SignupKey})
	v.is("by its key", got, three, err, 0)
	_, err = v.Account(v.Context(), account.Find{ID: 2})
	v.is("nobody", nil, nil, err, chat.CodeNotFound)
	_, err = v.Account(v.Context(), account.Find{SignupKey: chat.Key{15: 1}})
	v.is("a key that was dropped", nil, nil, err, chat.CodeNotFound)
	_, err = v.Account(v.Context(), account.Find{})
	v.is("nothing asked for", nil, nil, err, chat.CodeNotFound)
	list, err := v.Accounts(v.Context(), 0, 9)
	v.is("all", list, []account.Account{changed, three}, err, 0)
	list, err = v.Accounts(v.Context(), 1, 1)
	v.is("a part", list, []account.Account{three}, err, 0)
}

func testSignupKeys(v *vault) {
	v.apply(0, account.AccountPut{Account: someAccount(1, 0)})
	thief := someAccount(2, 0)
	thief.SignupKey = someAccount(1, 0).SignupKey
	v.apply(chat.CodeConflict, account.AccountPut{Account: thief})
	for id := chat.AccountID(5); id < 8; id++ {
		keyless := someAccount(id, 0)
		keyless.SignupKey = chat.Key{}
		v.apply(0, account.AccountPut{Account: keyless})
	}
	v.apply(0, account.AccountGone{Account: 1}, account.AccountPut{Account: thief})
}

func testTokens(v *vault) {
	d := someDevice(4, 1)
	v.apply(0, account.AccountPut{Account: someAccount(1, 0)}, account.DevicePut{Device: d})
	v.apply(0, account.DevicePut{Device: someDevice(2, 1)}, account.DevicePut{Device: someDevice(3, 9)})
	got, of, err := v.DeviceByToken(v.Context(), d.Token)
	v.is("the device", got, d, err, 0)
	v.is("its account", of, someAccount(1, 1), err, 0)
	list, err := v.Devices(v.Context(), 1)
	v.is("the devices", list, []account.Device{someDevice(2, 1), d}, err, 0)
	twin := someDevice(5, 1)
	twin.Token = d.Token
	v.apply(chat.CodeConflict, account.DevicePut{Device: twin})
	d.Token, d.Name = account.TokenHash{1}, "renamed"
	v.apply(0, account.DevicePut{Device: d}, account.DevicePut{Device: twin})
	got, _, err = v.DeviceByToken(v.Context(), d.Token)
	v.is("after a new token", got, d, err, 0)
	v.apply(0, account.DeviceUsed{At: map[chat.DeviceID]chat.Millis{4: 1, 2: 90, 77: 5}},
		account.DeviceVouched{Device: 2, At: 70}, account.DeviceVouched{Device: 77, At: 70})
	list, err = v.Devices(v.Context(), 1)
	if err != nil || list[0].LastUsed != 90 || list[1].LastUsed != 2 || list[0].Vouched != 70 {
		v.Errorf("last used and vouched for: %+v, %v", list, err)
	}
	runs := account.Program{Client: "other", Version: "2", Build: "b2"}
	v.apply(0, account.DeviceRuns{What: map[chat.DeviceID]account.Program{2: runs, 77: runs}})
	want := list[0]
	want.Client, want.Version, want.Build = runs.Client, runs.Version, runs.Build
	list, err = v.Devices(v.Context(), 1)
	v.is("what a device runs", list[0], want, err, 0)
	_, _, err = v.DeviceByToken(v.Context(), account.TokenHash{9})
	v.is("an unknown token", nil, nil, err, chat.CodeNotFound)
	v.apply(0, account.AccountGone{Account: 1})
	_, _, err = v.DeviceByToken(v.Context(), d.Token)
	v.is("of an account that is gone", nil, nil, err, chat.CodeNotFound)
	_, last, err := v.Revocations(v.Context(), 0, 9)
	v.is("revocations", last, uint64(0), err, 0)
}

func testRevocations(v *vault) {
	for id := range chat.DeviceID(6) {
		v.apply(0, account.DevicePut{Device: someDevice(id+1, 1+chat.AccountID(id/5))}) // the last is of 2
	}
	gone := func(n uint64, id chat.DeviceID, reason string, at chat.Millis) account.Revocation {
		token := someDevice(id, 1).Token
		return account.Revocation{N: n, Device: id, Account: 1, Token: token, Reason: reason, At: at}
	}
	v.apply(0, account.DevicesGone{Account: 1, Only: []chat.DeviceID{4, 2, 6, 99}, Reason: "revoked", At: 10})
	v.apply(0, account.DevicesGone{Account: 1, Keep: 3, Reason: "password", At: 20})
	left, err := v.Devices(v.Context(), 1)
	v.is("what is left", left, []account.Device{someDevice(3, 1)}, err, 0)
	want := []account.Revocation{
		gone(1, 2, "revoked", 10), gone(2, 4, "revoked", 10),
		gone(3, 1, "password", 20), gone(4, 5, "password", 20),
	}
	list, last, err := v.Revocations(v.Context(), 0, 9)
	v.is("revocations", list, want, err, 0)
	v.is("the last number", last, uint64(4), err, 0)
	list, _, err = v.Revocations(v.Context(), 1, 2)
	v.is("a part", list, want[1:3], err, 0)
	list, last, err = v.Revocations(v.Context(), 0, 0)
	v.is("with limit 0", list, []account.Revocation(nil), err, 0)
	v.is("its last number", last, uint64(4), err, 0)
	one, err := v.Revoked(v.Context(), someDevice(4, 1).Token)
	v.is("by its token", one, want[1], err, 0)
	_, err = v.Revoked(v.Context(), someDevice(3, 1).Token)
	v.is("a token that is good", nil, nil, err, chat.CodeNotFound)
	v.apply(0, account.RevocationsPruned{Before: 20})
	list, _, err = v.Revocations(v.Context(), 0, 9)
	v.is("after pruning", list, want[2:], err, 0)
}

func testRevocationNumbers(v *vault) {
	v.apply(0, account.DevicePut{Device: someDevice(1, 1)}, account.DevicePut{Device: someDevice(2, 1)})
	v.apply(0, account.DevicesGone{Account: 1, Keep: 2, At: 5})
	v.apply(0, account.RevocationsPruned{Before: 100})
	_, last, err := v.Revocations(v.Context(), 0, 0)
	v.is("the last number after pruning", last, uint64(1), err, 0)
	v.apply(0, account.DevicesGone{Account: 1, At: 200})
	list, _, err := v.Revocations(v.Context(), 0, 9)
	if err != nil || len(list) != 1 || list[0].N <= 1 {
		v.Errorf("revocations are %+v, %v", list, err)
	}
}

func testSecrets(v *vault) {
	const name = "vapid"
	put := func(want chat.Code, before, after []byte) {
		v.Helper()
		v.apply(want, account.SecretPut{Name: name, Old: before, New: after})
	}
	_, err := v.Secret(v.Context(), name)
	v.is("no secret", nil, nil, err, chat.CodeNotFound)
	one, two := []byte{0, 1}, []byte("two")
	put(chat.CodeConflict, one, two)
	put(0, nil, nil)
	put(0, nil, one)
	put(chat.CodeConflict, nil, two)
	put(chat.CodeConflict, nil, nil)
	put(chat.CodeConflict, two, one)
	put(0, one, two)
	got, err := v.Secret(v.Context(), name)
	v.is("the secret", got, two, err, 0)
	put(chat.CodeConflict, one, nil)
	put(0, two, nil)
	_, err = v.Secret(v.Context(), name)
	v.is("a removed secret", nil, nil, err, chat.CodeNotFound)
}

func testWholeApply(v *vault) {
	v.apply(0, account.DevicePut{Device: someDevice(1, 1)}, account.SecretPut{Name: "s", New: []byte{1}})
	v.apply(chat.CodeConflict,
		account.AccountPut{Account: someAccount(1, 0)},
		account.DevicesGone{Account: 1, At: 5},
		account.DevicePut{Device: someDevice(2, 1)},
		account.SecretPut{Name: "s", Old: []byte{1}, New: []byte{2}},
		account.SecretPut{Name: "s", Old: []byte{7}, New: []byte{3}})
	_, err := v.Account(v.Context(), account.Find{ID: 1})
	v.is("the account", nil, nil, err, chat.CodeNotFound)
	devices, err := v.Devices(v.Context(), 1)
	v.is("the devices", devices, []account.Device{someDevice(1, 1)}, err, 0)
	_, last, err := v.Revocations(v.Context(), 0, 0)
	v.is("revocations", last, uint64(0), err, 0)
	secret, err := v.Secret(v.Context(), "s")
	v.is("the secret", secret, []byte{1}, err, 0)
}

// testSecretsAsMemory does random changes to a store and to Memory and compares what they hold.
func testSecretsAsMemory(t *testing.T, open func(*testing.T) SecretStore) {
	rapid.Check(t, func(rt *rapid.T) {
		m, o := NewMemory(), open(t)
		defer func() {
			if err := errors.Join(m.Close(), o.Close()); err != nil {
				t.Errorf("close: %v", err)
			}
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"apply": func(rt *rapid.T) {
				changes := rapid.SliceOfN(rapid.Custom(randomSecretChange), 1, 4).Draw(rt, "changes")
				agree(rt, "apply", ended(m.Apply(ctxb(), changes...)), ended(o.Apply(ctxb(), changes...)))
			},
			"subscribe": func(rt *rapid.T) {
				p := randomPush(rt)
				agree(rt, "subscribe", ended(m.PutSubscription(ctxb(), p)), ended(o.PutSubscription(ctxb(), p)))
			},
			"": func(rt *rapid.T) {
				agree(rt, "accounts", gave(m.Accounts(ctxb(), 0, 9)), gave(o.Accounts(ctxb(), 0, 9)))
				agree(rt, "their number", gave(m.CountAccounts(ctxb())), gave(o.CountAccounts(ctxb())))
				all := account.PassQuery{All: true, Limit: 9}
				agree(rt, "passes", gave(m.Passes(ctxb(), all)), gave(o.Passes(ctxb(), all)))
			},
		})
		sameSecrets(rt, m, o)
	})
}

func sameSecrets(rt *rapid.T, m *Memory, o SecretStore) {
	agree(rt, "revocations", gave2(m.Revocations(ctxb(), 0, 99)), gave2(o.Revocations(ctxb(), 0, 99)))
	agree(rt, "the secret", gave(m.Secret(ctxb(), "s")), gave(o.Secret(ctxb(), "s")))
	for i := range byte(4) {
		of := chat.AccountID(i)
		agree(rt, "devices", gave(m.Devices(ctxb(), of)), gave(o.Devices(ctxb(), of)))
		token := account.TokenHash{31: i}
		agree(rt, "by token", gave2(m.DeviceByToken(ctxb(), token)), gave2(o.DeviceByToken(ctxb(), token)))
		agree(rt, "revoked", gave(m.Revoked(ctxb(), token)), gave(o.Revoked(ctxb(), token)))
		find := account.Find{SignupKey: chat.Key{15: i}}
		agree(rt, "by key", gave(m.Account(ctxb(), find)), gave(o.Account(ctxb(), find)))
		agree(rt, "subscriptions", gave(m.Subscriptions(ctxb(), of)), gave(o.Subscriptions(ctxb(), of)))
		agree(rt, "credentials", gave(m.Credentials(ctxb(), of)), gave(o.Credentials(ctxb(), of)))
		totp, id := account.CredentialTOTP, account.CredentialID{31: i}
		agree(rt, "a credential", gave(m.Credential(ctxb(), totp, id)), gave(o.Credential(ctxb(), totp, id)))
	}
}

func randomSecretChange(t *rapid.T) account.Change {
	of := chat.AccountID(rapid.IntRange(1, 3).Draw(t, "account"))
	id := chat.DeviceID(rapid.IntRange(1, 3).Draw(t, "device"))
	at := chat.Millis(rapid.IntRange(0, 9).Draw(t, "at"))
	value := func(label string) []byte { return rapid.SampledFrom([][]byte{nil, {1}, {2}}).Draw(t, label) }
	switch rapid.IntRange(0, 10).Draw(t, "kind") {
	case 0:
		a := someAccount(of, rapid.Uint32Range(0, 2).Draw(t, "version"))
		a.SignupKey[15] = byte(rapid.IntRange(0, 3).Draw(t, "key"))
		return account.AccountPut{Account: a}
	case 1:
		return account.AccountGone{Account: of}
	case 2:
		if at%2 == 0 {
			return account.DeviceVouched{Device: id, At: at}
		}
		if at%3 == 0 {
			runs := account.Program{Client: "c", Version: rapid.StringN(0, 2, -1).Draw(t, "runs"), Build: "b"}
			return account.DeviceRuns{What: map[chat.DeviceID]account.Program{id: runs}}
		}
		return account.DeviceUsed{At: map[chat.DeviceID]chat.Millis{id: at}}
	case 3:
		only := rapid.SampledFrom([][]chat.DeviceID{nil, {id}, {1, 3}}).Draw(t, "only")
		return account.DevicesGone{Account: of, Only: only, Keep: id, Reason: "r", At: at}
	case 4:
		return account.SecretPut{Name: "s", Old: value("old"), New: value("new")}
	case 5:
		return account.RevocationsPruned{Before: at}
	case 6, 7:
		return randomCredentialChange(t, of)
	case 8, 9:
		return randomPassChange(t)
	default:
		d := someDevice(id, of)
		d.Token[31] = byte(rapid.IntRange(1, 3).Draw(t, "token"))
		return account.DevicePut{Device: d}
	}
}
