// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"pgregory.net/rapid"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

func someCredential(kind account.CredentialKind, id byte, of chat.AccountID) account.Credential {
	return account.Credential{
		Kind: kind, ID: account.CredentialID{31: id}, Account: of, Name: "کلید", Data: []byte{0, id}, Created: 1,
		Used: 2, Expires: 3,
	}
}

func testCredentials(v *vault) {
	one := someCredential(account.CredentialTOTP, 1, 1)
	twin := someCredential(account.CredentialBackup, 1, 1) // the same id, of another kind
	v.apply(0, account.CredentialPut{Credential: one}, account.CredentialPut{Credential: twin})
	v.apply(chat.CodeConflict, account.CredentialPut{Credential: one})
	one.Version, twin.Version = 1, 1
	got, err := v.Credential(v.Context(), account.CredentialTOTP, one.ID)
	v.is("the credential", got, one, err, 0)
	one.Used, one.Data = 9, []byte{7}
	v.apply(0, account.CredentialPut{Credential: one})
	v.apply(chat.CodeConflict, account.CredentialPut{Credential: one})
	v.apply(chat.CodeConflict, account.CredentialTaken{Kind: one.Kind, ID: one.ID, Version: 1})
	one.Version = 2
	all, err := v.Credentials(v.Context(), 1)
	v.is("all", all, []account.Credential{one, twin}, err, 0)
	v.apply(0, account.CredentialTaken{Kind: one.Kind, ID: one.ID, Version: 2})
	v.apply(chat.CodeConflict, account.CredentialTaken{Kind: one.Kind, ID: one.ID, Version: 2})
	v.apply(chat.CodeConflict, account.CredentialTaken{Kind: one.Kind, ID: one.ID})
	_, err = v.Credential(v.Context(), account.CredentialTOTP, one.ID)
	v.is("what was taken", nil, nil, err, chat.CodeNotFound)
	all, err = v.Credentials(v.Context(), 1)
	v.is("what is left", all, []account.Credential{twin}, err, 0)
}

func testCredentialsGone(v *vault) {
	put := func(c account.Credential, expires chat.Millis) account.Credential {
		v.Helper()
		c.Expires = expires
		v.apply(0, account.CredentialPut{Credential: c})
		c.Version = 1
		return c
	}
	v.apply(0, account.AccountPut{Account: someAccount(1, 0)})
	put(someCredential(account.CredentialTOTP, 1, 1), 0)
	passkey := put(someCredential(account.CredentialPasskey, 2, 1), 0)
	put(someCredential(account.CredentialBackup, 3, 1), 0)
	other := put(someCredential(account.CredentialTOTP, 4, 2), 0)
	soon := put(someCredential(account.CredentialAsking, 5, 0), 10)
	put(someCredential(account.CredentialAsking, 6, 0), 9)
	v.apply(0, account.CredentialsGone{Account: 1,
		Kinds: []account.CredentialKind{account.CredentialTOTP, account.CredentialBackup}})
	v.apply(0, account.CredentialsGone{Account: 2})
	v.apply(0, account.CredentialsPruned{Before: 10})
	for of, want := range map[chat.AccountID]account.Credential{0: soon, 1: passkey, 2: other} {
		all, err := v.Credentials(v.Context(), of)
		v.is("what is left", all, []account.Credential{want}, err, 0)
	}
	v.apply(0, account.AccountGone{Account: 1})
	all, err := v.Credentials(v.Context(), 1)
	v.is("of an account that is gone", all, []account.Credential(nil), err, 0)
}

func randomCredentialChange(t *rapid.T, of chat.AccountID) account.Change {
	id := byte(rapid.IntRange(1, 3).Draw(t, "credential"))
	kind := rapid.SampledFrom([]account.CredentialKind{account.CredentialTOTP, account.CredentialBackup}).
		Draw(t, "of kind")
	version := rapid.Uint32Range(0, 2).Draw(t, "of version")
	switch rapid.IntRange(0, 3).Draw(t, "change of credential") {
	case 0:
		return account.CredentialsGone{Account: of, Kinds: []account.CredentialKind{kind}}
	case 1:
		return account.CredentialsPruned{Before: chat.Millis(rapid.IntRange(0, 9).Draw(t, "before"))}
	case 2:
		return account.CredentialTaken{Kind: kind, ID: account.CredentialID{31: id}, Version: version}
	default:
		c := someCredential(kind, id, of)
		c.Version = version
		c.Expires = chat.Millis(rapid.IntRange(0, 9).Draw(t, "expires"))
		return account.CredentialPut{Credential: c}
	}
}
