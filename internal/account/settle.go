// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// settlesIn is for how long a new device may not change what protects the account: long enough for its owner
// to read the notice of it on another one.
const settlesIn = 24 * time.Hour

// waits is for how long a device has no say yet, 0 where it has: it is a day old, something that knows the
// owner vouched for it, or nobody is left who was there before it. Tokens that may not manage are nobody.
//
// AUTH-6
func waits(all []Device, d Device, now chat.Millis) chat.Millis {
	until := d.Created + chat.Millis(settlesIn.Milliseconds())
	if d.Vouched != 0 || until <= now || !slices.ContainsFunc(all, func(other Device) bool {
		alive := other.Expires == 0 || other.Expires > now
		return alive && other.Scopes.Has(chat.ScopeManage) && other.before(d)
	}) {
		return 0
	}
	return until - now
}

// before reports whether a device was there when another came.
func (d Device) before(other Device) bool {
	return d.Created < other.Created || d.Created == other.Created && d.ID < other.ID
}

// Settled fails with chat.CodeLoginTooYoung, and the time to wait, where the actor's device is too new to
// change what protects the account.
func (s *Service) Settled(ctx context.Context, who chat.Actor) error {
	wait, err := s.Unsettled(ctx, who)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &chat.Error{Code: chat.CodeLoginTooYoung, Retry: wait,
			Text: "this device signed in a short time ago, and an older one is signed in"}
	}
	return nil
}

// Unsettled is for how long the actor's device has no say yet; 0: it has.
func (s *Service) Unsettled(ctx context.Context, who chat.Actor) (chat.Millis, error) {
	list, own, err := s.ownDevice(ctx, who)
	if err != nil {
		return 0, err
	}
	return waits(list, own, s.millis()), nil
}

// ownDevice returns the actor's device, and all of the account.
func (s *Service) ownDevice(ctx context.Context, who chat.Actor) ([]Device, Device, error) {
	list, err := s.Store.Devices(ctx, who.Account)
	if err != nil {
		return nil, Device{}, fmt.Errorf("devices: %w", err)
	}
	i := slices.IndexFunc(list, func(d Device) bool { return d.ID == who.Device })
	if i < 0 {
		return nil, Device{}, chat.Errorf(chat.CodeRevoked, "the session was ended")
	}
	return list, list[i], nil
}

// mayEnd lets a new device end itself and those that came after it, and nothing before it: a thief of a
// password would throw the owner out.
func (s *Service) mayEnd(ctx context.Context, who chat.Actor, device chat.DeviceID) error {
	if device == who.Device {
		return nil
	}
	list, own, err := s.ownDevice(ctx, who)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(d Device) bool { return d.ID == device })
	if device != 0 && (i < 0 || own.before(list[i])) {
		return nil // what is not there, the caller says
	}
	return s.Settled(ctx, who)
}

// Vouch gives a newer device of the account its say at once: the owner, at an older one, says that it is
// theirs. It fails with chat.CodeNotFound where there is no such device, or none that came later.
func (s *Service) Vouch(ctx context.Context, who chat.Actor, device chat.DeviceID) error {
	if err := mayManage(who); err != nil {
		return err
	}
	if err := s.Settled(ctx, who); err != nil {
		return err
	}
	list, own, err := s.ownDevice(ctx, who)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(d Device) bool { return d.ID == device && own.before(d) })
	if i < 0 {
		return chat.Errorf(chat.CodeNotFound, "no such device that came after this one")
	}
	if list[i].Vouched != 0 {
		return nil
	}
	told := telling{notices: []chat.DeviceNotice{{Device: s.shown(list[i]), Reason: ReasonVouched}}}
	if err := s.deed(ctx, who.Account, told, DeviceVouched{Device: device, At: s.millis()}); err != nil {
		return fmt.Errorf("vouch: %w", err)
	}
	return nil
}

// CheckRecovery lets the owner show that the recovery code was kept, by its login authenticator. Nothing is
// replaced; the device that showed it has its say at once. Tries are limited by device. It fails with
// chat.CodeRecoveryWrong.
func (s *Service) CheckRecovery(ctx context.Context, who chat.Actor, secret []byte) error {
	if err := mayManage(who); err != nil {
		return err
	}
	if len(secret) != recoveryBytes {
		return &chat.Error{Code: chat.CodeBadRequest, Text: "not 32 bytes", Field: "recovery"}
	}
	limit := bucket{"device", s.Limits.Device, number(uint32(who.Device))}
	if err := s.buckets.take(limit); err != nil {
		return err
	}
	account, err := s.Store.Account(ctx, Find{ID: who.Account})
	if err != nil {
		return fmt.Errorf("check recovery: %w", err)
	}
	if !isRecovery(account, secret) {
		return chat.Errorf(chat.CodeRecoveryWrong, "wrong recovery code")
	}
	s.buckets.give(limit)
	told, err := s.own(ctx, who, ReasonRecoveryHad)
	if err != nil {
		return fmt.Errorf("check recovery: %w", err)
	}
	news, err := s.isNews(ctx, who, account)
	if err != nil {
		return fmt.Errorf("check recovery: %w", err)
	}
	if !news {
		told = telling{}
	}
	account.RecoveryChecked = s.millis()
	vouched := DeviceVouched{Device: who.Device, At: s.millis()}
	if err := s.deed(ctx, who.Account, told, AccountPut{account}, vouched); err != nil {
		return fmt.Errorf("check recovery: %w", err)
	}
	return nil
}

// signUpTime is how long an account is in the hands of whoever is making it.
const signUpTime = time.Hour

// isNews reports whether it is worth a notice that the code was shown to have been kept: not where it belongs
// to making the account, on the device that made it, with no other there to hear of it.
func (s *Service) isNews(ctx context.Context, who chat.Actor, account Account) (bool, error) {
	if account.RecoveryChecked != 0 || s.millis()-account.Created >= chat.Millis(signUpTime.Milliseconds()) {
		return true, nil
	}
	list, _, err := s.ownDevice(ctx, who)
	return len(list) > 1, err
}

// isRecovery reports whether a login authenticator is that of the account's recovery code.
func isRecovery(a Account, secret []byte) bool {
	sum := sha256.Sum256(secret)
	return subtle.ConstantTimeCompare(sum[:], a.Recovery[:]) == 1 && len(secret) == recoveryBytes && a.ID != 0
}

// Protection is how an account is protected, as its owner sees it.
type Protection struct {
	RecoverySet     bool
	RecoveryChecked chat.Millis // when it was last shown that the code was kept; 0: not since it was made
	Waits           chat.Millis // for how long the asking device has no say yet; 0: it has
	Factor          bool        // a second factor is in force
	BackupCodes     int         // how many of them are left
	Approval        bool        // sign-ins with the password wait for an old device
	Asking          []Asking    // those that wait now
	Deletes         chat.Millis // when the account is deleted; 0: it stays
}

// Protection tells how the actor's account is protected.
func (s *Service) Protection(ctx context.Context, who chat.Actor) (Protection, error) {
	if err := mayManage(who); err != nil {
		return Protection{}, err
	}
	if err := s.deeds.done(ctx, who.Account); err != nil {
		return Protection{}, err
	}
	account, err := s.Store.Account(ctx, Find{ID: who.Account})
	if err != nil {
		return Protection{}, fmt.Errorf("protection: %w", err)
	}
	list, own, err := s.ownDevice(ctx, who)
	if err != nil {
		return Protection{}, err
	}
	_, _, on, err := s.factorOf(ctx, who.Account)
	if err != nil {
		return Protection{}, err
	}
	all, err := s.Vault.Credentials(ctx, who.Account)
	if err != nil {
		return Protection{}, fmt.Errorf("protection: %w", err)
	}
	p := Protection{RecoverySet: account.Recovery != [32]byte{}, RecoveryChecked: account.RecoveryChecked,
		Waits: waits(list, own, s.millis()), Factor: on, Approval: account.Approval}
	_, d, err := s.deletionOf(ctx, who.Account)
	if err != nil {
		return Protection{}, err
	}
	p.Deletes = d.Due
	if p.Asking, err = s.waiting(all); err != nil {
		return Protection{}, err
	}
	for _, c := range all {
		if c.Kind == CredentialBackup {
			p.BackupCodes++
		}
	}
	return p, nil
}
