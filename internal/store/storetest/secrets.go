// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/push"
)

var (
	_ account.Store     = (*Memory)(nil)
	_ account.PassStore = (*Memory)(nil)
	_ push.Store        = (*Memory)(nil)
)

// secrets are what accounts are authenticated by.
type secrets struct {
	accounts    map[chat.AccountID]account.Account
	signups     map[chat.Key]chat.AccountID
	devices     map[chat.DeviceID]account.Device
	tokens      map[account.TokenHash]chat.DeviceID
	named       map[string][]byte
	revocations map[uint64]account.Revocation
	credentials map[credentialName]account.Credential
	last        uint64 // number of the last revocation
	passes      map[string]account.Pass
	pushes      map[chat.DeviceID]push.Subscription
}

func newSecrets() *secrets {
	return &secrets{
		accounts:    map[chat.AccountID]account.Account{},
		signups:     map[chat.Key]chat.AccountID{},
		devices:     map[chat.DeviceID]account.Device{},
		tokens:      map[account.TokenHash]chat.DeviceID{},
		named:       map[string][]byte{},
		revocations: map[uint64]account.Revocation{},
		credentials: map[credentialName]account.Credential{},
		passes:      map[string]account.Pass{},
		pushes:      map[chat.DeviceID]push.Subscription{},
	}
}

func (s *secrets) clone() *secrets {
	return &secrets{
		accounts:    maps.Clone(s.accounts),
		signups:     maps.Clone(s.signups),
		devices:     maps.Clone(s.devices),
		tokens:      maps.Clone(s.tokens),
		named:       maps.Clone(s.named),
		revocations: maps.Clone(s.revocations),
		credentials: maps.Clone(s.credentials),
		last:        s.last,
		passes:      maps.Clone(s.passes),
		pushes:      maps.Clone(s.pushes),
	}
}

// CountAccounts counts the accounts there are.
func (m *Memory) CountAccounts(ctx context.Context) (int, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.secrets.accounts), m.ready(ctx, "count accounts")
}

// Apply implements account.Store.
func (m *Memory) Apply(ctx context.Context, changes ...account.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ready(ctx, "apply"); err != nil {
		return err
	}
	u, last := new(undo), m.secrets.last
	for _, c := range changes {
		if gone, ok := c.(account.AccountGone); ok {
			remove(u, m.marks.seen, gone.Account)
			without(u, m.marks.ticks, func(k pair, _ chat.Seq) bool {
				return k.b == uint32(gone.Account) && m.proj.stands(k)
			})
		}
		if err := m.secrets.apply(u, c); err != nil {
			u.rollback()
			m.secrets.last = last
			return err
		}
	}
	return nil
}

func (s *secrets) apply(u *undo, change account.Change) error {
	switch c := change.(type) {
	case account.AccountPut:
		return s.putAccount(u, c.Account)
	case account.AccountGone:
		s.dropAccount(u, c.Account)
	case account.DevicePut:
		return s.putDevice(u, c.Device)
	case account.DevicesGone:
		s.dropDevices(u, c)
	case account.DeviceUsed:
		for id, at := range c.At {
			if d, ok := s.devices[id]; ok && at > d.LastUsed {
				d.LastUsed = at
				put(u, s.devices, id, d)
			}
		}
	case account.DeviceRuns:
		for id, p := range c.What {
			if d, ok := s.devices[id]; ok {
				d.Client, d.Version, d.Build = p.Client, p.Version, p.Build
				put(u, s.devices, id, d)
			}
		}
	case account.DeviceVouched:
		if d, ok := s.devices[c.Device]; ok {
			d.Vouched = c.At
			put(u, s.devices, c.Device, d)
		}
	case account.SecretPut:
		return s.putSecret(u, c)
	case account.RevocationsPruned:
		for n, r := range s.revocations {
			if r.At < c.Before {
				remove(u, s.revocations, n)
			}
		}
	case account.PassPut, account.PassUsed, account.PassUnused, account.PassRevoked:
		return s.applyPass(u, change)
	default:
		return s.applyCredential(u, change)
	}
	return nil
}

func (s *secrets) putAccount(u *undo, a account.Account) error {
	old, ok := s.accounts[a.ID]
	if ok != (a.Version > 0) || old.Version != a.Version {
		return chat.Errorf(chat.CodeConflict, "account %d has version %d, not %d", a.ID, old.Version, a.Version)
	}
	if by, taken := s.signups[a.SignupKey]; taken && by != a.ID {
		return chat.Errorf(chat.CodeConflict, "account %d signed up with the key", by)
	}
	a.Version++
	if !old.SignupKey.IsZero() {
		remove(u, s.signups, old.SignupKey)
	}
	if !a.SignupKey.IsZero() {
		put(u, s.signups, a.SignupKey, a.ID)
	}
	put(u, s.accounts, a.ID, a)
	return nil
}

func (s *secrets) dropAccount(u *undo, id chat.AccountID) {
	if key := s.accounts[id].SignupKey; !key.IsZero() {
		remove(u, s.signups, key)
	}
	remove(u, s.accounts, id)
	for _, d := range s.devices {
		if d.Account == id {
			s.dropDevice(u, d)
		}
	}
	for device, p := range s.pushes {
		if p.Account == id {
			remove(u, s.pushes, device)
		}
	}
	s.dropCredentials(u, func(c account.Credential) bool { return c.Account == id })
	for pass, p := range s.passes {
		if p.Maker == id {
			p.Label = ""
			put(u, s.passes, pass, p)
		}
	}
}

func (s *secrets) dropDevice(u *undo, d account.Device) {
	remove(u, s.tokens, d.Token)
	remove(u, s.devices, d.ID)
	remove(u, s.pushes, d.ID)
}

func (s *secrets) putDevice(u *undo, d account.Device) error {
	if by, taken := s.tokens[d.Token]; taken && by != d.ID {
		return chat.Errorf(chat.CodeConflict, "device %d has the token", by)
	}
	if old, ok := s.devices[d.ID]; ok {
		remove(u, s.tokens, old.Token)
		if old.Account != d.Account { // what it was woken for as another account's is over
			remove(u, s.pushes, d.ID)
		}
	}
	put(u, s.tokens, d.Token, d.ID)
	put(u, s.devices, d.ID, d)
	return nil
}

// dropDevices numbers the revocations in the order of the devices.
func (s *secrets) dropDevices(u *undo, c account.DevicesGone) {
	for _, d := range s.devicesOf(c.Account) {
		gone := d.ID != c.Keep
		if len(c.Only) > 0 {
			gone = slices.Contains(c.Only, d.ID)
		}
		if !gone {
			continue
		}
		s.dropDevice(u, d)
		s.last++
		put(u, s.revocations, s.last, account.Revocation{
			N: s.last, Device: d.ID, Account: d.Account, Token: d.Token, Reason: c.Reason, At: c.At,
		})
	}
}

// devicesOf returns the devices of an account, ascending.
func (s *secrets) devicesOf(id chat.AccountID) []account.Device {
	var devices []account.Device
	for _, d := range s.devices {
		if d.Account == id {
			devices = append(devices, d)
		}
	}
	slices.SortFunc(devices, func(a, b account.Device) int { return cmp.Compare(a.ID, b.ID) })
	return devices
}

func (s *secrets) putSecret(u *undo, c account.SecretPut) error {
	now, ok := s.named[c.Name]
	if ok != (c.Old != nil) || !bytes.Equal(now, c.Old) {
		return chat.Errorf(chat.CodeConflict, "the secret %s is another", c.Name)
	}
	if c.New == nil {
		remove(u, s.named, c.Name)
	} else {
		put(u, s.named, c.Name, slices.Clone(c.New))
	}
	return nil
}

// notFound is the answer of the reads below for what is not there.
func notFound(what string) error { return chat.Errorf(chat.CodeNotFound, "there is no such %s", what) }

// Account implements account.Store.
func (m *Memory) Account(ctx context.Context, find account.Find) (account.Account, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "account"); err != nil {
		return account.Account{}, err
	}
	id := find.ID
	if id == 0 {
		id = m.secrets.signups[find.SignupKey]
	}
	a, ok := m.secrets.accounts[id]
	if !ok {
		return account.Account{}, notFound("account")
	}
	return a, nil
}

// Accounts implements account.Store.
func (m *Memory) Accounts(ctx context.Context, after chat.AccountID, limit int) ([]account.Account, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "accounts"); err != nil {
		return nil, err
	}
	var list []account.Account
	for id, a := range m.secrets.accounts {
		if id > after {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b account.Account) int { return cmp.Compare(a.ID, b.ID) })
	return list[:min(len(list), max(limit, 0))], nil
}

// DeviceByToken implements account.Store.
func (m *Memory) DeviceByToken(ctx context.Context, token account.TokenHash,
) (account.Device, account.Account, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "device by token"); err != nil {
		return account.Device{}, account.Account{}, err
	}
	d, ok := m.secrets.devices[m.secrets.tokens[token]]
	a, known := m.secrets.accounts[d.Account]
	if !ok || !known {
		return account.Device{}, account.Account{}, notFound("token")
	}
	return d, a, nil
}

// Devices implements account.Store.
func (m *Memory) Devices(ctx context.Context, id chat.AccountID) ([]account.Device, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "devices"); err != nil {
		return nil, err
	}
	return m.secrets.devicesOf(id), nil
}

// Revoked implements account.Store.
func (m *Memory) Revoked(ctx context.Context, token account.TokenHash) (account.Revocation, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "revoked"); err != nil {
		return account.Revocation{}, err
	}
	var last account.Revocation
	for n, r := range m.secrets.revocations {
		if r.Token == token && n > last.N {
			last = r
		}
	}
	if last.N == 0 {
		return account.Revocation{}, notFound("revocation")
	}
	return last, nil
}

// Secret implements account.Store.
func (m *Memory) Secret(ctx context.Context, name string) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "secret"); err != nil {
		return nil, err
	}
	secret, ok := m.secrets.named[name]
	if !ok {
		return nil, notFound("secret")
	}
	return slices.Clone(secret), nil
}

// Revocations implements account.Store.
func (m *Memory) Revocations(ctx context.Context, after uint64, limit int,
) ([]account.Revocation, uint64, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "revocations"); err != nil {
		return nil, 0, err
	}
	var list []account.Revocation
	for n := after + 1; n <= m.secrets.last && len(list) < limit; n++ {
		if r, ok := m.secrets.revocations[n]; ok {
			list = append(list, r)
		}
	}
	return list, m.secrets.last, nil
}
