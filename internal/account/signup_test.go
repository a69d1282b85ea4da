// SPDX-License-Identifier: AGPL-3.0-or-later

package account_test

import (
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

func TestASignUpIsCountedAndQueuedBeforeItsPasswordIsJudged(t *testing.T) {
	b := newBed(t, account.Limits{SignUp: account.Rate{Burst: 2, Every: time.Hour}}).open()
	weak := func(username string) error {
		req := b.request(username)
		req.Password = "password" // which takes the estimate to refuse
		_, err := b.SignUp(t.Context(), req)
		return err
	}
	wantCode(t, weak("the_boss_1"), chat.CodeNameTaken)
	free := b.Occupy()
	wantCode(t, weak("parvaneh"), chat.CodeRateLimited) // no place to judge it in
	free()
	wantCode(t, weak("parvaneh"), chat.CodePasswordWeak)
	wantCode(t, weak("parvaneh"), chat.CodeRateLimited) // the third that cost something
}
