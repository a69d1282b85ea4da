// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

func TestTheOwnerReadsWhatTheOperatorDid(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	for _, reason := range []string{"spam", ""} {
		if err := b.Suspend(t.Context(), "parvaneh", reason); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.notices(s.Account); got != "suspended:spam suspended lifted" {
		t.Errorf("notices: %s", got)
	}
	id, _, err := b.AddUser(t.Context(), account.NewUser{Username: "golnaz", Operator: true})
	if got := b.notices(id); err != nil || got != "operator" {
		t.Errorf("notices of a new operator: %q, %v", got, err)
	}
}

func TestATokenIsToldWithItsScopesAndItsEnd(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	req := account.NewUser{Username: "golnaz", Password: goodPassword, Operator: true}
	if _, _, err := b.AddUser(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	s, err := b.signIn("golnaz", goodPassword, "", home)
	if err != nil || !s.Operator || s.Scopes != chat.AllScopes || s.Expires != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	end := chat.Millis(1 << 60)
	for words, operator := range map[string]bool{"read": false, "read send": false, "send manage": true} {
		made, err := b.CreateToken(t.Context(), b.actor(s),
			account.TokenRequest{Scopes: strings.Fields(words), Expires: end})
		if err != nil {
			t.Fatal(err)
		}
		who, session, err := b.Authenticate(t.Context(), made.Token)
		if err != nil {
			t.Fatal(err)
		}
		if made.Operator != operator || who.Operator != operator || session.Operator != operator {
			t.Errorf("%s: operator %t, %t, %t", words, made.Operator, who.Operator, session.Operator)
		}
		list, err := b.Devices(t.Context(), b.actor(s))
		i := slices.IndexFunc(list, func(d chat.Device) bool { return d.ID == made.Device })
		if err != nil || i < 0 {
			t.Fatalf("%s: not listed: %v", words, err)
		}
		for what, got := range map[string]struct {
			scopes  chat.Scopes
			expires chat.Millis
		}{
			"answer": {made.Scopes, made.Expires}, "list": {list[i].Scopes, list[i].Expires},
		} {
			if strings.Join(got.scopes.Words(), " ") != words || got.expires != end {
				t.Errorf("%s in the %s: %v until %d", words, what, got.scopes.Words(), got.expires)
			}
		}
	}
}
