// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// MaxDevices is how many devices and tokens an account may have; past it a new one replaces the one that
// was unused for longest.
const MaxDevices = 200

// tokenClient is what the device of a token says of its program.
const tokenClient = "token"

// maxLabelBytes bounds what clients say of themselves; what is longer is cut, not refused.
const maxLabelBytes = 128

// actor is who asks through this device.
func (d Device) actor() chat.Actor {
	return chat.Actor{Account: d.Account, Device: d.ID, Scopes: d.Scopes}
}

// Authenticate turns a token into who asks. It fails with chat.CodeUnauthenticated for a token that never
// was, chat.CodeRevoked for one that ended and chat.CodeSuspended for one that a suspension ended. It reads
// the store every time, so a revocation holds from the next call on.
func (s *Service) Authenticate(ctx context.Context, token string) (chat.Actor, Session, error) {
	return s.AuthenticateProgram(ctx, token, Program{})
}

// AuthenticateProgram is Authenticate for a client that says what it is: its device is shown so from now on.
// The device of a token stays one, whatever runs with it, and no other becomes one: by that they are counted.
func (s *Service) AuthenticateProgram(ctx context.Context, token string, runs Program) (
	chat.Actor, Session, error) {
	hash, ok := hashToken(token)
	if !ok {
		return chat.Actor{}, Session{}, chat.Errorf(chat.CodeUnauthenticated, "no token, or not one of ours")
	}
	device, account, err := s.Store.DeviceByToken(ctx, hash)
	if isCode(err, chat.CodeNotFound) {
		return chat.Actor{}, Session{}, s.whyUnknown(ctx, hash)
	}
	if err != nil {
		return chat.Actor{}, Session{}, fmt.Errorf("authenticate: %w", err)
	}
	now := s.millis()
	switch {
	case account.Suspended != "":
		return chat.Actor{}, Session{}, chat.Errorf(chat.CodeSuspended, "suspended: %s", account.Suspended)
	case device.Expires != 0 && device.Expires <= now:
		return chat.Actor{}, Session{}, chat.Errorf(chat.CodeRevoked, "the token expired")
	}
	s.use.note(device, now)
	runs = Program{label(runs.Client), label(runs.Version), label(runs.Build)}
	if runs.Client != "" && runs.Client != tokenClient && device.Client != tokenClient {
		s.use.run(device.ID, runs, Program{device.Client, device.Version, device.Build})
	}
	who := device.actor()
	who.Operator = operates(account, device)
	return who, session(account, device, "", chat.Profile{}), nil
}

// whyUnknown tells a token that ended from one that never was.
func (s *Service) whyUnknown(ctx context.Context, hash TokenHash) error {
	r, err := s.Store.Revoked(ctx, hash)
	switch {
	case isCode(err, chat.CodeNotFound):
		return chat.Errorf(chat.CodeUnauthenticated, "unknown token")
	case err != nil:
		return fmt.Errorf("authenticate: %w", err)
	case r.Reason == ReasonSuspended:
		return chat.Errorf(chat.CodeSuspended, "the account was suspended")
	}
	return chat.Errorf(chat.CodeRevoked, "the session was ended: %s", r.Reason)
}

// Touch records that a device is in use now, for connections that live longer than their Authenticate.
func (s *Service) Touch(device chat.DeviceID) {
	s.use.note(Device{ID: device}, s.millis())
}

// Devices lists the sessions and tokens of the actor's account, the last used first.
func (s *Service) Devices(ctx context.Context, who chat.Actor) ([]chat.Device, error) {
	if err := s.deeds.done(ctx, who.Account); err != nil {
		return nil, err
	}
	list, err := s.Store.Devices(ctx, who.Account)
	if err != nil {
		return nil, fmt.Errorf("devices: %w", err)
	}
	out := make([]chat.Device, len(list))
	for i, d := range list {
		d.LastUsed = max(d.LastUsed, s.use.at(d.ID))
		if p, ok := s.use.runs(d.ID); ok {
			d.Client, d.Version, d.Build = p.Client, p.Version, p.Build
		}
		out[i] = s.shown(d)
	}
	slices.SortStableFunc(out, func(a, b chat.Device) int { return cmp.Compare(b.LastUsed, a.LastUsed) })
	return out, nil
}

// shown is a device as its owner sees it.
func (s *Service) shown(d Device) chat.Device {
	p, official := s.known(Program{d.Client, d.Version, d.Build})
	return chat.Device{ID: d.ID, Name: d.Name, Client: p.Client, Version: p.Version, Build: p.Build,
		Created: d.Created, LastUsed: d.LastUsed, Official: official, Scopes: d.Scopes, Expires: d.Expires}
}

// known is a program as it is shown, and whether this server serves it. The web app does not know in which
// version it is served.
func (s *Service) known(p Program) (Program, bool) {
	version, official := s.Official(p.Client, p.Build)
	if official {
		p.Version = version
	}
	return p, official
}

// Known is a program as it is shown to people.
func (s *Service) Known(p Program) Program {
	p, _ = s.known(p)
	return p
}

// SignOut ends the actor's own device.
func (s *Service) SignOut(ctx context.Context, who chat.Actor) error {
	return s.end(ctx, DevicesGone{Account: who.Account, Only: []chat.DeviceID{who.Device},
		Reason: ReasonSignedOut})
}

// Revoke ends a device of the actor's account, or with 0 every one but the actor's own. Open connections
// end within 5 s. It fails with chat.CodeNotFound where there is no such device, and with
// chat.CodeLoginTooYoung where a new device would end an older one.
func (s *Service) Revoke(ctx context.Context, who chat.Actor, device chat.DeviceID) error {
	if err := mayManage(who); err != nil {
		return err
	}
	if err := s.mayEnd(ctx, who, device); err != nil {
		return err
	}
	gone := DevicesGone{Account: who.Account, Keep: who.Device, Reason: ReasonRevoked}
	if device != 0 {
		gone.Only = []chat.DeviceID{device}
	}
	return s.end(ctx, gone)
}

// end tells the account's devices which of them go, and removes those.
func (s *Service) end(ctx context.Context, gone DevicesGone) error {
	list, err := s.Store.Devices(ctx, gone.Account)
	if err != nil {
		return fmt.Errorf("end device: %w", err)
	}
	list = slices.DeleteFunc(list, func(d Device) bool { return !gone.takes(d.ID) })
	if len(list) == 0 && len(gone.Only) > 0 {
		return chat.Errorf(chat.CodeNotFound, "no such device")
	}
	gone.At = s.millis()
	if err := s.deed(ctx, gone.Account, telling{notices: s.removals(list, gone.Reason)}, gone); err != nil {
		return fmt.Errorf("end device: %w", err)
	}
	s.ended.wake()
	return nil
}

// takes reports whether a device is among those that go.
func (g DevicesGone) takes(id chat.DeviceID) bool {
	if len(g.Only) > 0 {
		return slices.Contains(g.Only, id)
	}
	return id != g.Keep
}

// SetPassword replaces the password for who knows the old one, and signs out every other device unless it
// is asked to keep them. It fails with chat.CodePasswordWrong, chat.CodePasswordWeak or
// chat.CodeLoginTooYoung.
func (s *Service) SetPassword(ctx context.Context, who chat.Actor, change PasswordChange) error {
	account, err := s.confirm(ctx, who, change.Old)
	if err != nil {
		return err
	}
	profile, err := s.Registry.Profile(ctx, who.Account)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	done, err := s.hashes.turn(who.Account, who.Device)
	if err != nil {
		return err
	}
	defer done()
	q := s.hashes.known
	if err := s.hashes.checkPassword(ctx, q, change.New, profile.Username, profile.Name); err != nil {
		return err
	}
	if account.Password, err = s.hashes.hash(ctx, q, change.New); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	told, err := s.own(ctx, who, ReasonPassword)
	var humbled []Change
	if err == nil {
		humbled, err = s.humbled(ctx, account.ID)
	}
	if err == nil && change.KeepDevices {
		more := append(humbled, AccountPut{account}, voidWays(account.ID, ReasonPassword))
		err = s.deed(ctx, account.ID, told, more...)
	} else if err == nil {
		err = s.change(ctx, changing{account: account, keep: who.Device, reason: ReasonPassword, told: told,
			more: humbled})
	}
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// SetRecovery replaces the login authenticator of the recovery code for who knows the password; an empty one
// removes it.
func (s *Service) SetRecovery(ctx context.Context, who chat.Actor, password string, recovery []byte) error {
	if n := len(recovery); n != 0 && n != recoveryBytes {
		return &chat.Error{Code: chat.CodeBadRequest, Text: "not 32 bytes", Field: "recovery"}
	}
	account, err := s.confirm(ctx, who, password)
	if err != nil {
		return err
	}
	account.Recovery, account.RecoveryChecked = recoverySum(recovery), 0
	reason := ReasonRecoverySet
	if len(recovery) == 0 {
		reason = ReasonRecoveryOff
	}
	if err := s.announced(ctx, who, reason, AccountPut{account}); err != nil {
		return fmt.Errorf("set recovery: %w", err)
	}
	return nil
}

// confirm asks for the password again before what a stolen session must not do, and refuses a device that is
// too new: a stolen password must not do it either. Wrong answers are counted by device.
func (s *Service) confirm(ctx context.Context, who chat.Actor, password string) (Account, error) {
	if err := mayManage(who); err != nil {
		return Account{}, err
	}
	if err := s.Settled(ctx, who); err != nil {
		return Account{}, err
	}
	limit := bucket{"device", s.Limits.Device, number(uint32(who.Device))}
	if err := s.buckets.take(limit); err != nil {
		return Account{}, err
	}
	account, err := s.Store.Account(ctx, Find{ID: who.Account})
	if err != nil {
		return Account{}, fmt.Errorf("confirm password: %w", err)
	}
	switch {
	case password == "":
		s.buckets.give(limit)
		return Account{}, chat.Errorf(chat.CodePasswordRequired, "the present password is needed")
	case len(password) > maxPasswordBytes:
		return Account{}, chat.Errorf(chat.CodePasswordWrong, "wrong password")
	}
	done, err := s.hashes.turn(who.Account, who.Device)
	if err != nil {
		s.buckets.give(limit)
		return Account{}, err
	}
	defer done()
	ok, err := s.hashes.verify(ctx, s.hashes.known, account.Password, password)
	if err != nil {
		return Account{}, fmt.Errorf("confirm password: %w", err)
	}
	if !ok {
		return Account{}, chat.Errorf(chat.CodePasswordWrong, "wrong password")
	}
	s.buckets.give(limit)
	return account, nil
}

// Confirm asks the actor for the account's password before something that cannot be undone. It fails with
// chat.CodePasswordRequired for an empty one and chat.CodePasswordWrong for another.
func (s *Service) Confirm(ctx context.Context, who chat.Actor, password string) error {
	_, err := s.confirm(ctx, who, password)
	return err
}

// changing is a change of an account that ends its devices but one, and other ways in.
type changing struct {
	account Account
	keep    chat.DeviceID
	reason  string
	told    telling  // beside the devices that go
	more    []Change // goes last
}

// change stores a changed account and ends its devices but one and other ways in, in one step.
func (s *Service) change(ctx context.Context, c changing) error {
	list, err := s.Store.Devices(ctx, c.account.ID)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(d Device) bool { return d.ID == c.keep })
	c.told.notices = append(c.told.notices, s.removals(list, c.reason)...)
	gone := DevicesGone{Account: c.account.ID, Keep: c.keep, Reason: c.reason, At: s.millis()}
	changes := append([]Change{voidWays(c.account.ID, c.reason), AccountPut{c.account}, gone}, c.more...)
	if err := s.deed(ctx, c.account.ID, c.told, changes...); err != nil {
		return err
	}
	s.ended.wake()
	return nil
}

// newDevice makes a device that is not stored yet.
func (s *Service) newDevice(ctx context.Context, account chat.AccountID, c Client) (Device, string, error) {
	id, err := s.Registry.NewDevice(ctx)
	if err != nil {
		return Device{}, "", err
	}
	token, hash := newToken()
	now := s.millis()
	return Device{ID: id, Account: account, Name: label(c.Device), Client: label(c.Name),
		Version: label(c.Version), Build: label(c.Build), Token: hash, Scopes: chat.AllScopes,
		Created: now, LastUsed: now}, token, nil
}

// addDevice stores a new device with all scopes and announces it.
func (s *Service) addDevice(ctx context.Context, id chat.AccountID, c Client, why string) (
	Device, string, error) {
	device, token, err := s.newDevice(ctx, id, c)
	if err != nil {
		return Device{}, "", err
	}
	return device, token, s.putDevice(ctx, device, why)
}

// putDevice announces a device to the account's devices, then stores it: nobody gets in unseen.
func (s *Service) putDevice(ctx context.Context, device Device, why string, more ...Change) error {
	oldest, err := s.makeRoom(ctx, device.Account)
	if err != nil {
		return err
	}
	ends, err := s.providerEnds(ctx, device.Account)
	if err != nil {
		return err
	}
	if ends != 0 && (device.Expires == 0 || device.Expires > ends) {
		device.Expires = ends
	}
	told := telling{notices: append(s.removals(oldest, ReasonReplaced),
		chat.DeviceNotice{Device: s.shown(device), Reason: why})}
	if told, more, err = s.kept(ctx, device, told, more); err != nil {
		return err
	}
	for _, d := range oldest {
		more = append(more, DevicesGone{Account: d.Account, Only: []chat.DeviceID{d.ID}, Reason: ReasonReplaced,
			At: s.millis()})
	}
	err = s.deed(ctx, device.Account, told, append(more, DevicePut{device})...)
	if isCode(err, chat.CodeConflict) {
		err = s.overtaken(ctx, device.Account, err, wrongSignIn())
	}
	if err != nil {
		return err
	}
	if len(oldest) > 0 {
		s.ended.wake()
	}
	return nil
}

// makeRoom finds the device unused for longest where an account has as many as it may: of those that ended by
// themselves or have no say yet, where there are any. Many sign-ins with a stolen password would push the
// owner's devices out otherwise.
func (s *Service) makeRoom(ctx context.Context, account chat.AccountID) ([]Device, error) {
	list, err := s.Store.Devices(ctx, account)
	if err != nil || len(list) < MaxDevices {
		return nil, err
	}
	now := s.millis()
	for _, weak := range []func(Device) bool{
		func(d Device) bool { return d.Expires != 0 && d.Expires <= now },
		func(d Device) bool { return waits(list, d, now) > 0 },
	} {
		if some := slices.DeleteFunc(slices.Clone(list), func(d Device) bool { return !weak(d) }); len(some) > 0 {
			list = some
			break
		}
	}
	oldest := slices.MinFunc(list, func(a, b Device) int { return cmp.Compare(a.LastUsed, b.LastUsed) })
	return []Device{oldest}, nil
}

// mayManage refuses tokens that may not change the account.
func mayManage(who chat.Actor) error { return who.May(chat.ScopeManage) }

// label cuts what a client says of itself and drops what is not text.
func label(s string) string { return cutText(s, maxLabelBytes) }
