// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

var _ account.Vault = (*Memory)(nil)

// credentialName is what a credential is found by.
type credentialName struct {
	kind account.CredentialKind
	id   account.CredentialID
}

func (s *secrets) applyCredential(u *undo, change account.Change) error {
	switch c := change.(type) {
	case account.CredentialPut:
		name := credentialName{c.Credential.Kind, c.Credential.ID}
		if old, ok := s.credentials[name]; ok != (c.Credential.Version > 0) || old.Version != c.Credential.Version {
			return chat.Errorf(chat.CodeConflict, "the credential has another version")
		}
		c.Credential.Version++
		c.Credential.Data = slices.Clone(c.Credential.Data)
		put(u, s.credentials, name, c.Credential)
	case account.CredentialTaken:
		name := credentialName{c.Kind, c.ID}
		if old, ok := s.credentials[name]; !ok || old.Version != c.Version {
			return chat.Errorf(chat.CodeConflict, "the credential was taken or changed")
		}
		remove(u, s.credentials, name)
	case account.CredentialsGone:
		s.dropCredentials(u, func(had account.Credential) bool {
			return had.Account == c.Account && slices.Contains(c.Kinds, had.Kind)
		})
	case account.CredentialsPruned:
		s.dropCredentials(u, func(had account.Credential) bool {
			return had.Expires > 0 && had.Expires < c.Before
		})
	default:
		return chat.Errorf(chat.CodeInternal, "change %T is unknown", change)
	}
	return nil
}

func (s *secrets) dropCredentials(u *undo, goes func(account.Credential) bool) {
	for name, c := range s.credentials {
		if goes(c) {
			remove(u, s.credentials, name)
		}
	}
}

// Credential implements account.Vault.
func (m *Memory) Credential(ctx context.Context, kind account.CredentialKind, id account.CredentialID,
) (account.Credential, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "credential"); err != nil {
		return account.Credential{}, err
	}
	c, ok := m.secrets.credentials[credentialName{kind, id}]
	if !ok {
		return account.Credential{}, notFound("credential")
	}
	c.Data = slices.Clone(c.Data)
	return c, nil
}

// Credentials implements account.Vault.
func (m *Memory) Credentials(ctx context.Context, of chat.AccountID) ([]account.Credential, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "credentials"); err != nil {
		return nil, err
	}
	var all []account.Credential
	for _, c := range m.secrets.credentials {
		if c.Account == of {
			c.Data = slices.Clone(c.Data)
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b account.Credential) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Created, b.Created),
			bytes.Compare(a.ID[:], b.ID[:]))
	})
	return all, nil
}
