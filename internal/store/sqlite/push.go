// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/push"
)

const pushColumns = "device, account, endpoint, key, secret, off, quiet_from, quiet_until, utc_minutes, " +
	"created"

// What a device is not woken for, as bits of a column; the last is something it does want.
const (
	pushNoDirect = 1 << iota
	pushNoGroups
	pushNoChannels
	pushNoMentions
	pushClears
)

// pushBits are the bits of the switches that are set.
func pushBits(s push.Settings) (bits int64) {
	for _, b := range []struct {
		set bool
		bit int64
	}{
		{s.NoDirect, pushNoDirect}, {s.NoGroups, pushNoGroups}, {s.NoChannels, pushNoChannels},
		{s.NoMentions, pushNoMentions}, {s.Clears, pushClears},
	} {
		if b.set {
			bits |= b.bit
		}
	}
	return bits
}

func readPush(r *row) push.Subscription {
	p := push.Subscription{Device: num[chat.DeviceID](r), Account: num[chat.AccountID](r), Endpoint: r.text(),
		Key: r.blob(), Secret: r.blob()}
	off := r.int()
	p.Settings = push.Settings{
		NoDirect: off&pushNoDirect != 0, NoGroups: off&pushNoGroups != 0, NoChannels: off&pushNoChannels != 0,
		NoMentions: off&pushNoMentions != 0, Clears: off&pushClears != 0,
		QuietFrom: uint16(r.int()), QuietUntil: uint16(r.int()), UTCMinutes: int16(r.int()),
	}
	p.Created = num[chat.Millis](r)
	return p
}

// PutSubscription implements push.Store.
func (s *Store) PutSubscription(ctx context.Context, p push.Subscription) error {
	return s.do(ctx, "subscribe", func(w *writer) error {
		there, err := w.conn.one("SELECT 1 FROM devices WHERE device = ? AND account = ?",
			func(*row) {}, p.Device, p.Account)
		if err != nil {
			return err
		}
		if !there {
			return chat.Errorf(chat.CodeNotFound, "the account has no device %d", p.Device)
		}
		// It replaces the row of the device as well as that of the endpoint.
		return w.conn.exec("INSERT OR REPLACE INTO pushes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", p.Device,
			p.Account, p.Endpoint, p.Key, p.Secret, pushBits(p.Settings), int64(p.Settings.QuietFrom),
			int64(p.Settings.QuietUntil), int64(p.Settings.UTCMinutes), p.Created)
	})
}

// DropSubscription implements push.Store.
func (s *Store) DropSubscription(ctx context.Context, device chat.DeviceID, endpoint string) error {
	return s.do(ctx, "unsubscribe", func(w *writer) error {
		return w.conn.exec("DELETE FROM pushes WHERE device = ?1 AND (?2 = '' OR endpoint = ?2)", device, endpoint)
	})
}

// Subscriptions implements push.Store.
func (s *Store) Subscriptions(ctx context.Context, account chat.AccountID) (
	list []push.Subscription, err error) {
	err = s.read(ctx, "subscriptions", func(c *conn) error {
		return c.query("SELECT "+pushColumns+" FROM pushes WHERE account = ? ORDER BY device", func(r *row) error {
			list = append(list, readPush(r))
			return nil
		}, account)
	})
	return list, err
}

// Subscribers implements push.Store.
func (s *Store) Subscribers(ctx context.Context, after chat.AccountID, limit int) (
	list []chat.AccountID, err error) {
	err = s.read(ctx, "subscribers", func(c *conn) error {
		return c.query("SELECT DISTINCT account FROM pushes WHERE account > ? ORDER BY account LIMIT ?",
			func(r *row) error {
				list = append(list, num[chat.AccountID](r))
				return nil
			}, after, max(limit, 0))
	})
	return list, err
}

// CountSubscriptions implements push.Store.
func (s *Store) CountSubscriptions(ctx context.Context) (n int, err error) {
	err = s.read(ctx, "count subscriptions", func(c *conn) error {
		_, err := c.one("SELECT count(*) FROM pushes", func(r *row) { n = int(r.int()) })
		return err
	})
	return n, err
}
