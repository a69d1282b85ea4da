// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// AddDevice gives an account a device, for tests of what hangs on devices and needs nothing else of accounts.
func (m *Memory) AddDevice(ctx context.Context, of chat.AccountID, id chat.DeviceID) error {
	token := account.TokenHash{28: byte(id >> 24), 29: byte(id >> 16), 30: byte(id >> 8), 31: byte(id)}
	return m.Apply(ctx, account.DevicePut{Device: account.Device{ID: id, Account: of, Token: token}})
}

// EndDevice takes it away again.
func (m *Memory) EndDevice(ctx context.Context, of chat.AccountID, id chat.DeviceID) error {
	return m.Apply(ctx, account.DevicesGone{Account: of, Only: []chat.DeviceID{id}})
}
