// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
)

// Subscription is where a device can be woken, as its browser gave it.
type Subscription struct {
	Device   chat.DeviceID
	Account  chat.AccountID
	Endpoint string // a secret: whoever has it can use up the browser's patience
	Key      []byte // of the browser, 65 bytes
	Secret   []byte // shared by browser and server, 16 bytes
	Settings Settings
	Created  chat.Millis
}

// Settings say what a device is woken for. The zero Settings are those of whoever chose nothing.
type Settings struct {
	NoDirect   bool
	NoGroups   bool
	NoChannels bool
	NoMentions bool // mentions do not get through what is off or muted
	// QuietFrom and QuietUntil are minutes of the day by the device's clock; the same: no quiet hours.
	QuietFrom, QuietUntil uint16
	UTCMinutes            int16 // how far that clock is ahead of UTC
	Clears                bool  // wants to be told what was read elsewhere
}

// Store keeps subscriptions. They are secrets of devices and end with them: what ends a device, or an
// account, ends its subscription in the same transaction. None of it is a projection.
//
// What is written is durable when a call returns.
type Store interface {
	// PutSubscription stores the subscription of a device in place of the one it had, and ends others' of the
	// same endpoint: a browser belongs to whoever is signed in now. It fails with chat.CodeNotFound where the
	// account has no such device.
	PutSubscription(ctx context.Context, s Subscription) error
	// DropSubscription ends the subscription of a device; with an endpoint only if it is still that one.
	DropSubscription(ctx context.Context, device chat.DeviceID, endpoint string) error
	// Subscriptions returns those of an account, by the numbers of its devices.
	Subscriptions(ctx context.Context, account chat.AccountID) ([]Subscription, error)
	// Subscribers returns accounts with greater numbers that have subscriptions, ascending, at most limit.
	Subscribers(ctx context.Context, after chat.AccountID, limit int) ([]chat.AccountID, error)
	// CountSubscriptions counts all there are.
	CountSubscriptions(ctx context.Context) (int, error)
}
