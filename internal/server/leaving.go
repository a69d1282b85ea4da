// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// leavingEvery is how often it is looked for accounts that are to be deleted, and leavingSoon how often at
// most, where they are kept for seconds.
const (
	leavingEvery = time.Minute
	leavingSoon  = time.Second / 4
)

// erasing is the engine's part of deleting accounts.
func (c *core) erasing() account.Erasing {
	return account.Erasing{
		Owned: func(ctx context.Context, of chat.AccountID) (out []account.OwnedRoom, err error) {
			owned, err := c.engine.Owned(ctx, of)
			for _, room := range owned {
				out = append(out, account.OwnedRoom(room))
			}
			return out, err
		},
		Erase:  c.engine.EraseAccount,
		Forget: c.engine.ForgetAccount,
	}
}

// letLeave deletes accounts whose time has come, until ctx ends.
func (s *Server) letLeave(ctx context.Context) {
	tick := time.NewTicker(min(leavingEvery, max(s.cfg.DeletesIn/4, leavingSoon)))
	defer tick.Stop()
	for {
		if err := s.accounts.DeleteDue(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("an account could not be deleted; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
