// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/push"
)

// PutSubscription implements push.Store.
func (m *Memory) PutSubscription(ctx context.Context, s push.Subscription) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "subscribe"); err != nil {
		return err
	}
	if d, ok := m.secrets.devices[s.Device]; !ok || d.Account != s.Account {
		return notFound("device")
	}
	for id, other := range m.secrets.pushes {
		if other.Endpoint == s.Endpoint {
			delete(m.secrets.pushes, id)
		}
	}
	s.Key, s.Secret = slices.Clone(s.Key), slices.Clone(s.Secret)
	m.secrets.pushes[s.Device] = s
	return nil
}

// DropSubscription implements push.Store.
func (m *Memory) DropSubscription(ctx context.Context, device chat.DeviceID, endpoint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "unsubscribe"); err != nil {
		return err
	}
	if s, ok := m.secrets.pushes[device]; ok && (endpoint == "" || s.Endpoint == endpoint) {
		delete(m.secrets.pushes, device)
	}
	return nil
}

// Subscriptions implements push.Store.
func (m *Memory) Subscriptions(ctx context.Context, account chat.AccountID) ([]push.Subscription, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "subscriptions"); err != nil {
		return nil, err
	}
	var list []push.Subscription
	for _, s := range m.secrets.pushes {
		if s.Account == account {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b push.Subscription) int { return cmp.Compare(a.Device, b.Device) })
	return list, nil
}

// Subscribers implements push.Store.
func (m *Memory) Subscribers(ctx context.Context, after chat.AccountID, limit int) ([]chat.AccountID, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "subscribers"); err != nil {
		return nil, err
	}
	var list []chat.AccountID
	for _, s := range m.secrets.pushes {
		if s.Account > after {
			list = append(list, s.Account)
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return list[:min(len(list), max(limit, 0))], nil
}

// CountSubscriptions implements push.Store.
func (m *Memory) CountSubscriptions(ctx context.Context) (int, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.secrets.pushes), m.ready(ctx, "count subscriptions")
}
