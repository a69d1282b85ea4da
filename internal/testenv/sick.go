// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"context"
	"testing"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/server"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// sick is a store whose calls fail as planned.
type sick struct {
	*storetest.Faulty
	account.Store
	account.Vault
	account.PassStore
	kept
	waking
	whole shared
}

// waking is what the store keeps of who can be woken.
type waking interface{ push.Store }

// kept is what the store keeps of media.
type kept interface{ media.Store }

// Close leaves the store to the next server.
func (s sick) Close() error { return s.whole.Close() }

// Snapshot fails, as it does in a sound one.
func (s sick) Snapshot(ctx context.Context, file string) error { return s.whole.Snapshot(ctx, file) }

// CountAccounts counts, as it does in a sound one.
func (s sick) CountAccounts(ctx context.Context) (int, error) { return s.whole.CountAccounts(ctx) }

// Sick starts a server on the reference store, whose calls fail as planned from the first one on. The plan
// must let it start, and be sound again before it closes.
func Sick(t *testing.T, plan func(op string) storetest.Fault) Host {
	return start(t, 1, func(c *server.Config) {
		open := c.OpenStore
		c.OpenStore = func(ctx context.Context, dir string) (server.Store, error) {
			s, err := open(ctx, dir)
			if err != nil {
				return nil, err
			}
			whole := s.(shared)
			faulty := &storetest.Faulty{Store: whole, Plan: plan}
			return sick{Faulty: faulty, Store: whole, Vault: whole, PassStore: whole, kept: whole,
				waking: whole, whole: whole}, nil
		}
	})
}
