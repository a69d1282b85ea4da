// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"testing"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// TestADeviceIsShownByWhatRunsThereNow: what signed in may have been updated since.
func TestADeviceIsShownByWhatRunsThereNow(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	for _, c := range []struct {
		says     account.Program
		version  string
		official bool
	}{
		{account.Program{Client: "zolal-web", Version: "1.2", Build: "b0"}, "1.2", false},
		{account.Program{Client: "zolal-web", Build: "b1"}, "v7", true},
		{account.Program{}, "v7", true}, // says nothing: as before
		{account.Program{Client: "fork", Version: "9", Build: "b1"}, "9", false},
	} {
		who, _, err := b.AuthenticateProgram(t.Context(), s.Token, c.says)
		if err != nil {
			t.Fatal(err)
		}
		list, err := b.Devices(t.Context(), who)
		if err != nil || len(list) != 1 || list[0].Version != c.version || list[0].Official != c.official {
			t.Errorf("what says %+v is listed as %+v, %v", c.says, list, err)
		}
	}
}

// TestATokenStaysOneWhateverRunsWithIt: of tokens an account has so many at most, of devices more.
func TestATokenStaysOneWhateverRunsWithIt(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	who := b.actor(s)
	token, err := b.CreateToken(t.Context(), who, account.TokenRequest{Name: "bot", Scopes: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	before, err := b.Devices(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[chat.DeviceID]string{}
	for _, d := range before {
		kinds[d.ID] = d.Client
	}
	for of, says := range map[string]string{token.Token: "zolal-cli", s.Token: kinds[token.Device]} {
		if _, _, err := b.AuthenticateProgram(t.Context(), of, account.Program{Client: says}); err != nil {
			t.Fatal(err)
		}
	}
	after, err := b.Devices(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range after {
		if d.Client != kinds[d.ID] {
			t.Errorf("a device of %q is one of %q now", kinds[d.ID], d.Client)
		}
	}
}
