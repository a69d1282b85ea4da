// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// secretLookups keeps what is spent of look-ups through a restart.
const secretLookups = "server/lookups"

// keeper keeps bytes under a name of the store's secrets.
type keeper struct {
	store account.Store
	name  string
}

// Load implements engine.Keeper.
func (k keeper) Load(ctx context.Context) ([]byte, error) {
	raw, err := k.store.Secret(ctx, k.name)
	if chat.CodeOf(err) == chat.CodeNotFound {
		return nil, nil
	}
	return raw, err
}

// Save implements engine.Keeper.
func (k keeper) Save(ctx context.Context, was, now []byte) error {
	return k.store.Apply(ctx, account.SecretPut{Name: k.name, Old: was, New: now})
}
