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

// Claim is how somebody who cannot sign in shows that an account is theirs: by its password or the
// authenticator of its recovery code, or where it has neither by a Ticket of the organisation's provider with
// the secret behind it, or by the Secret of a reset that was not used yet. Code is one of the second factor,
// and Passkey in its place the answer to BeginPasskeySecond, or beside a Secret to BeginPasskeyRedeem. With
// nothing else Passkey is the answer to BeginPasskeyAlone, which is used up by every request.
type Claim struct {
	Username string
	Password string
	Recovery []byte
	Ticket   string
	Secret   string
	Code     string
	Passkey  []byte
	Client   Client
}

// byPasskey reports whether a passkey stands in the place of everything else.
func (c Claim) byPasskey() bool {
	return len(c.Passkey) > 0 && len(c.Recovery) == 0 && c.Username+c.Secret+c.Ticket == ""
}

// Suspended returns the account of somebody who shows that it is theirs, and the public reason code of its
// suspension. It signs nobody in, and uses nothing up but the answer of a passkey alone. As for SignIn, an
// unknown username and a wrong password are both chat.CodePasswordWrong, and guesses are limited. It fails as
// Recover does for a recovery code, as SignIn does for a ticket, as Redeem does for a secret and as
// SignInByPasskey does for a passkey alone. An account that is not suspended is chat.CodeConflict.
//
// REP-6
func (s *Service) Suspended(ctx context.Context, c Claim) (chat.AccountID, string, error) {
	account, err := s.claimed(ctx, c)
	if err != nil {
		return 0, "", err
	}
	if account.Suspended == "" {
		return 0, "", chat.Errorf(chat.CodeConflict, "the account is not suspended")
	}
	return account.ID, account.Suspended, nil
}

// SuspendedMay asks who may speak for a suspended account for its second factor, as SignIn does: for the look
// before, a password shows no more than SignIn tells. The recovery code stands in its place, and so does a
// passkey alone, which is two factors in one.
//
// REP-6 AUTH-10
func (s *Service) SuspendedMay(ctx context.Context, of chat.AccountID, c Claim) error {
	if len(c.Recovery) > 0 || c.byPasskey() {
		return nil // it was checked: see claimed
	}
	return s.checkFactor(ctx, of, shownFactor{code: c.Code, passkey: c.Passkey})
}

// claimed finds the account of a claim.
func (s *Service) claimed(ctx context.Context, c Claim) (account Account, err error) {
	switch {
	case c.byPasskey():
		_, account, err = s.alone(ctx, c.Passkey, c.Client)
		return account, err
	case len(c.Recovery) > 0:
		account, _, err = s.recoverable(ctx, c.Username, c.Recovery, c.Client)
		return account, err
	case c.Secret != "":
		_, account, err = s.resetOf(ctx, c.Secret, c.Client)
		return account, err
	case c.Ticket != "":
		v, err := s.visitor(ctx, SignIn{Ticket: c.Ticket, Client: c.Client})
		if err == nil && v.link.Account == 0 {
			err = unknownIdentity()
		}
		if err != nil {
			return account, err
		}
		if account, err = s.Store.Account(ctx, Find{ID: v.link.Account}); err != nil {
			return account, fmt.Errorf("suspended: %w", err)
		}
		return account, nil
	}
	return s.knownBy(ctx, SignIn{Username: c.Username, Password: c.Password, Client: c.Client})
}

// knownBy finds the account of who knows its password, suspended or not.
func (s *Service) knownBy(ctx context.Context, req SignIn) (Account, error) {
	wrong := wrongSignIn()
	if len(req.Password) > maxPasswordBytes {
		return Account{}, wrong
	}
	account, _, err := s.byName(ctx, req.Username)
	if err != nil {
		return Account{}, fmt.Errorf("suspended: %w", err)
	}
	limits, q, done, err := s.guessing(ctx, req, account.ID)
	if err != nil {
		return Account{}, err
	}
	defer done()
	ok, err := s.hashes.verify(ctx, q, account.Password, req.Password)
	if err != nil {
		s.buckets.give(limits...)
		return Account{}, fmt.Errorf("suspended: %w", err)
	}
	if !ok {
		return Account{}, wrong
	}
	s.buckets.give(limits...)
	return account, nil
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
