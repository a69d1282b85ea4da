// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"testing"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

func TestASignInThatANewPasswordOvertakesGetsNoSession(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	s := b.signUp("parvaneh")
	who := b.actor(s)
	change := func() {
		err := b.SetPassword(t.Context(), who, account.PasswordChange{Old: goodPassword, New: otherPassword})
		if err != nil {
			t.Error(err)
		}
	}
	b.first.Store(&change) // after the old password was found right
	late, err := b.signIn("parvaneh", goodPassword, "", abroad)
	wantCode(t, err, chat.CodePasswordWrong)
	if late.Token != "" {
		t.Error("it got a token")
	}
	if list, err := b.Devices(t.Context(), who); err != nil || len(list) != 1 {
		t.Errorf("devices: %+v, %v", list, err)
	}
}
