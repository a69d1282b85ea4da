// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"testing"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// SIGNUP-4
func TestWorkAskedForBeforeTheOperatorWantedMoreIsNotEnough(t *testing.T) {
	b := newBed(t, account.Limits{}).open()
	b.rules(account.SignupOpen, 2, 0)
	req := b.request("parvaneh")
	req.Work = b.answer(req.Key)
	b.rules(account.SignupOpen, 3, 0)
	_, err := b.SignUp(t.Context(), req)
	wantCode(t, err, chat.CodeWorkRequired)
	more := b.answer(req.Key)
	b.rules(account.SignupOpen, 2, 0) // and back: who did more has done enough
	req.Work = more
	if _, err := b.SignUp(t.Context(), req); err != nil {
		t.Error(err)
	}
}
