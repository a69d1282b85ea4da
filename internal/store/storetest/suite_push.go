// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"pgregory.net/rapid"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/push"
)

func somePush(device chat.DeviceID, of chat.AccountID, endpoint string) push.Subscription {
	return push.Subscription{
		Device: device, Account: of, Endpoint: "https://push.example.org/" + endpoint, Key: []byte{4, 1},
		Secret: []byte{2}, Created: 7,
		Settings: push.Settings{NoGroups: true, NoMentions: true, Clears: true, QuietFrom: 1380, QuietUntil: 420,
			UTCMinutes: -210},
	}
}

func testPushes(v *vault) {
	subscribe := func(want chat.Code, p push.Subscription) {
		v.Helper()
		v.is("subscribing", nil, nil, v.PutSubscription(v.Context(), p), want)
	}
	all := func(of chat.AccountID, want ...push.Subscription) {
		v.Helper()
		list, err := v.Subscriptions(v.Context(), of)
		v.is("the subscriptions", list, want, err, 0)
	}
	for d := range chat.DeviceID(4) {
		v.apply(0, account.DevicePut{Device: someDevice(d+1, chat.AccountID(1+d/2))})
	}
	subscribe(chat.CodeNotFound, somePush(9, 1, "a"))
	subscribe(chat.CodeNotFound, somePush(3, 1, "a")) // another account's
	subscribe(0, somePush(1, 1, "a"))
	subscribe(0, somePush(2, 1, "b"))
	subscribe(0, somePush(3, 2, "c"))
	changed := somePush(2, 1, "d")
	changed.Settings = push.Settings{NoDirect: true, NoChannels: true}
	subscribe(0, changed)
	all(1, somePush(1, 1, "a"), changed)
	n, err := v.CountSubscriptions(v.Context())
	v.is("their number", n, 3, err, 0)
	who, err := v.Subscribers(v.Context(), 0, 9)
	v.is("subscribers", who, []chat.AccountID{1, 2}, err, 0)
	who, err = v.Subscribers(v.Context(), 1, 9)
	v.is("later subscribers", who, []chat.AccountID{2}, err, 0)
	// A browser belongs to whoever is signed in now.
	subscribe(0, somePush(4, 2, "a"))
	all(1, changed)
	all(2, somePush(3, 2, "c"), somePush(4, 2, "a"))
	drop := func(device chat.DeviceID, endpoint string) {
		v.Helper()
		v.is("a drop", nil, nil, v.DropSubscription(v.Context(), device, endpoint), 0)
	}
	drop(4, "https://push.example.org/an older one")
	drop(9, "")
	all(2, somePush(3, 2, "c"), somePush(4, 2, "a"))
	drop(4, "https://push.example.org/a")
	all(2, somePush(3, 2, "c"))
	v.apply(0, account.DevicesGone{Account: 2, Only: []chat.DeviceID{3}, At: 5})
	all(2)
	subscribe(0, somePush(4, 2, "e"))
	v.apply(0, account.DevicePut{Device: someDevice(4, 1)})
	all(2) // nobody is woken as who had the device before
	v.apply(0, account.AccountGone{Account: 1})
	all(1)
}

func randomPush(t *rapid.T) push.Subscription {
	device := chat.DeviceID(rapid.IntRange(1, 3).Draw(t, "device"))
	of := chat.AccountID(rapid.IntRange(1, 3).Draw(t, "account"))
	return somePush(device, of, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "endpoint"))
}
