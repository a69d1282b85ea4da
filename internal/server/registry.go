// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/engine"
)

// registry is what accounts need of the engine. The two packages do not know each other, so the list of
// registrations changes its type here.
type registry struct{ *engine.Engine }

var _ account.Registry = registry{}

// RegisterMany implements account.Registry.
func (r registry) RegisterMany(ctx context.Context, many []account.Registration) []error {
	list := make([]engine.Registration, len(many))
	for i, m := range many {
		list[i] = engine.Registration(m)
	}
	return r.Engine.RegisterMany(ctx, list)
}
