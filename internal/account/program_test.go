// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"testing"

	"github.com/zolal-im/zolal/internal/account"
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
