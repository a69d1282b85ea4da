// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
)

// SuspendReasons are the public codes a suspension is explained by.
func SuspendReasons() []string { return chat.DecisionReasons() }

// Suspended returns the account of somebody who knows its password, and the public reason code of its
// suspension. It signs nobody in. As for SignIn, an unknown username and a wrong password are both
// chat.CodePasswordWrong, and guesses are limited. An account that is not suspended is chat.CodeConflict.
func (s *Service) Suspended(ctx context.Context, req SignIn) (chat.AccountID, string, error) {
	if len(req.Password) > maxPasswordBytes {
		return 0, "", chat.Errorf(chat.CodePasswordWrong, "wrong username or password")
	}
	account, _, err := s.byName(ctx, req.Username)
	if err != nil {
		return 0, "", fmt.Errorf("suspended: %w", err)
	}
	limits, q, done, err := s.guessing(ctx, req, account.ID)
	if err != nil {
		return 0, "", err
	}
	defer done()
	ok, err := s.hashes.verify(ctx, q, account.Password, req.Password)
	if err != nil {
		s.buckets.give(limits...)
		return 0, "", fmt.Errorf("suspended: %w", err)
	}
	if !ok {
		return 0, "", chat.Errorf(chat.CodePasswordWrong, "wrong username or password")
	}
	s.buckets.give(limits...)
	if account.Suspended == "" {
		return 0, "", chat.Errorf(chat.CodeConflict, "the account is not suspended")
	}
	return account.ID, account.Suspended, nil
}

// SuspendAccount ends every session of an account and refuses new ones, under a public reason code; an empty
// reason lifts the suspension. Its owner reads of both in the account's log. It may be done again.
func (s *Service) SuspendAccount(ctx context.Context, id chat.AccountID, reason string) error {
	if reason != "" && !slices.Contains(SuspendReasons(), reason) {
		return &chat.Error{Code: chat.CodeBadRequest, Field: "reason",
			Text: "unknown reason code; known are " + strings.Join(SuspendReasons(), ", ")}
	}
	account, err := s.Store.Account(ctx, Find{ID: id})
	if err != nil {
		return fmt.Errorf("suspend: %w", err)
	}
	if account.Suspended == reason {
		return nil
	}
	account.Suspended = reason
	if reason == "" {
		told := telling{notices: []chat.DeviceNotice{atConsole(ReasonLifted)}}
		err = s.deed(ctx, id, told, AccountPut{account})
	} else {
		told := telling{notices: []chat.DeviceNotice{atConsole(ReasonSuspended + ":" + reason)}}
		err = s.change(ctx, changing{account: account, reason: ReasonSuspended, told: told})
	}
	if err != nil {
		return fmt.Errorf("suspend: %w", err)
	}
	return nil
}
