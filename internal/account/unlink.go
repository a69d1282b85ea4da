// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// Unlink ends the link of the actor's account to the organisation's provider, for who knows the password. It
// is told to the account's devices; those that the provider signed in end when its word does. It fails with
// chat.CodeLastWayIn where the account has no password, with chat.CodeNotFound where there is no link, and as
// Confirm does.
//
// OIDC-3
func (s *Service) Unlink(ctx context.Context, who chat.Actor, password string) error {
	m, err := s.Membership(ctx, who)
	switch {
	case err != nil:
		return err
	case !m.Linked:
		return chat.Errorf(chat.CodeNotFound, "the account is not linked")
	case !m.Password:
		return chat.Errorf(chat.CodeLastWayIn, "without the provider nobody could sign in to this account")
	}
	if _, err := s.confirm(ctx, who, password); err != nil {
		return err
	}
	gone := CredentialsGone{Account: who.Account, Kinds: []CredentialKind{CredentialIdentity}}
	if err := s.announced(ctx, who, ReasonUnlinked, gone); err != nil {
		return fmt.Errorf("unlink: %w", err)
	}
	return nil
}
