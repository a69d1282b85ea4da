// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
)

// Named secrets of the store that belong to this package.
const (
	secretSetup    = "account/setup"    // SHA-256 of the one-time set-up secret
	secretOperator = "account/operator" // present once there is an operator
)

// operatorStep is how many accounts are looked at at once for those of operators.
const operatorStep = 1000

// Operators lists who runs the server, ascending. That is rarely asked, so every account is looked at.
func (s *Service) Operators(ctx context.Context) ([]chat.AccountID, error) {
	var out []chat.AccountID
	for after := chat.AccountID(0); ; {
		list, err := s.Store.Accounts(ctx, after, operatorStep)
		if err != nil {
			return nil, fmt.Errorf("look for operators: %w", err)
		}
		for _, a := range list {
			if after = a.ID; a.Operator && a.Suspended == "" {
				out = append(out, a.ID)
			}
		}
		if len(list) < operatorStep {
			return out, nil
		}
	}
}

// hasOperator reports whether the server was set up. That is never undone, so the store is asked only until
// it says yes.
func (s *Service) hasOperator(ctx context.Context) (bool, error) {
	if s.hasOp.Load() {
		return true, nil
	}
	_, err := s.Store.Secret(ctx, secretOperator)
	if isCode(err, chat.CodeNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for an operator: %w", err)
	}
	s.hasOp.Store(true)
	return true, nil
}

// Setup makes the one-time secret of the set-up link, in place of any earlier one. It is false where the
// server has an operator.
func (s *Service) Setup(ctx context.Context) (secret string, needed bool, err error) {
	has, err := s.hasOperator(ctx)
	if err != nil || has {
		return "", false, err
	}
	var raw [24]byte
	rand.Read(raw[:])
	secret = base64.RawURLEncoding.EncodeToString(raw[:])
	old, err := s.Store.Secret(ctx, secretSetup)
	if err != nil && !isCode(err, chat.CodeNotFound) {
		return "", false, fmt.Errorf("set up: %w", err)
	}
	sum := sha256.Sum256([]byte(secret))
	if err := s.Store.Apply(ctx, SecretPut{Name: secretSetup, Old: old, New: sum[:]}); err != nil {
		return "", false, fmt.Errorf("set up: %w", err)
	}
	return secret, true, nil
}

// CheckSetup fails with chat.CodeSetupInvalid where a set-up link makes nobody the operator: it was used, or
// is of an earlier start. Guesses are limited per address.
func (s *Service) CheckSetup(ctx context.Context, secret string, from netip.Addr) error {
	has, err := s.hasOperator(ctx)
	if err != nil {
		return err
	}
	if has {
		return usedSetup()
	}
	return s.guessSetup(ctx, secret, from)
}

func usedSetup() error { return chat.Errorf(chat.CodeSetupInvalid, "the set-up link was used already") }

// guessSetup is checkSetup for an address that has few tries.
func (s *Service) guessSetup(ctx context.Context, secret string, from netip.Addr) error {
	fail := bucket{"fail", s.Limits.Failure, place(from)}
	if err := s.buckets.take(fail); err != nil {
		return err
	}
	if err := s.checkSetup(ctx, secret); err != nil {
		return err
	}
	s.buckets.give(fail)
	return nil
}

// checkSetup compares a set-up secret with the stored one.
func (s *Service) checkSetup(ctx context.Context, secret string) error {
	want, err := s.Store.Secret(ctx, secretSetup)
	if err != nil && !isCode(err, chat.CodeNotFound) {
		return fmt.Errorf("set up: %w", err)
	}
	sum := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(sum[:], want) != 1 {
		return chat.Errorf(chat.CodeSetupInvalid, "the set-up link is not valid; the terminal shows the latest one")
	}
	return nil
}

// useSetup makes an account the operator and the secret useless, in one step: of two who hold the link one
// becomes operator. The other keeps an ordinary account.
func (s *Service) useSetup(ctx context.Context, id chat.AccountID, secret string) error {
	s.setup.Lock()
	defer s.setup.Unlock()
	sum := sha256.Sum256([]byte(secret))
	return s.promote(ctx, id, sum[:], telling{}) // by the hand of whoever signs up
}

// promote makes an account an operator; setup is the stored set-up hash it consumes, nil where there is none.
func (s *Service) promote(ctx context.Context, id chat.AccountID, setup []byte, told telling) error {
	account, err := s.Store.Account(ctx, Find{ID: id})
	if err != nil {
		return fmt.Errorf("make operator: %w", err)
	}
	account.Operator = true
	changes := []Change{AccountPut{account}}
	if setup != nil {
		changes = append(changes, SecretPut{Name: secretSetup, Old: setup})
	}
	has, err := s.hasOperator(ctx)
	if err != nil {
		return err
	}
	if !has {
		changes = append(changes, SecretPut{Name: secretOperator, New: []byte{1}})
	}
	err = s.deed(ctx, id, told, changes...)
	if isCode(err, chat.CodeConflict) {
		return chat.Errorf(chat.CodeSetupInvalid, "the set-up link was used already")
	}
	if err != nil {
		return fmt.Errorf("make operator: %w", err)
	}
	s.hasOp.Store(true)
	return nil
}

// NewUser is an account made at the console.
type NewUser struct {
	Username string
	Password string // empty: one is made and returned
	Operator bool
}

// AddUser makes an account from the console and returns its password where one was made.
func (s *Service) AddUser(ctx context.Context, u NewUser) (chat.AccountID, string, error) {
	made := ""
	if u.Password == "" {
		made = readablePassword()
		u.Password = made
	} else if err := s.hashes.checkPassword(ctx, s.hashes.known, u.Password, u.Username); err != nil {
		return 0, "", err
	}
	if err := s.Registry.CheckName(ctx, u.Username); err != nil {
		return 0, "", err
	}
	req := SignUp{Username: u.Username, Password: u.Password, Client: consoleClient()}
	account, device, _, err := s.prepare(ctx, s.hashes.known, req)
	if err != nil {
		return 0, "", fmt.Errorf("add user: %w", err)
	}
	if err := s.Store.Apply(ctx, AccountPut{account}); err != nil {
		return 0, "", fmt.Errorf("add user: %w", err)
	}
	for _, err := range s.Registry.RegisterMany(ctx, []Registration{s.madeAtConsole(device, u.Username)}) {
		if err != nil {
			s.abandon(ctx, account.ID, err)
			return 0, "", fmt.Errorf("add user: %w", err)
		}
	}
	if u.Operator {
		if err := s.makeOperator(ctx, account.ID); err != nil {
			return 0, "", err
		}
	}
	return account.ID, made, nil
}

// madeAtConsole is the registration of an account that is made at the console. Nothing opens an account
// before it has its name, and with the name its owner is told whose hand made it.
func (s *Service) madeAtConsole(device Device, username string) Registration {
	return Registration{
		Who: device.actor(), Key: s.newKey(), Profile: chat.Profile{Name: username, Username: username},
		Told: chat.OperatorAct{Act: chat.ActMakeAccount, Console: true},
	}
}

// makeOperator promotes from the console, which ends any set-up link.
func (s *Service) makeOperator(ctx context.Context, id chat.AccountID) error {
	s.setup.Lock()
	defer s.setup.Unlock()
	setup, err := s.Store.Secret(ctx, secretSetup)
	if err != nil && !isCode(err, chat.CodeNotFound) {
		return fmt.Errorf("make operator: %w", err)
	}
	return s.promote(ctx, id, setup, telling{
		notices: []chat.DeviceNotice{atConsole(ReasonOperator)},
		acts:    []chat.OperatorAct{{Act: chat.ActMakeOperator, Console: true}},
	})
}

// MaxBatch is how many accounts AddMany makes at once.
const MaxBatch = 100_000

// AddMany makes accounts without passwords, each with one token: for load tests, which have to sign in
// thousands of accounts. Either all are made or an error tells why not; those made before it stay.
func (s *Service) AddMany(ctx context.Context, usernames []string) ([]Session, error) {
	if len(usernames) > MaxBatch {
		return nil, chat.Errorf(chat.CodeTooMany, "at most %d accounts at once", MaxBatch)
	}
	out := make([]Session, 0, len(usernames))
	for part := range slices.Chunk(usernames, 4096) {
		list, err := s.addPart(ctx, part)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// addPart makes some thousand accounts in one commit of private halves and few of profiles.
func (s *Service) addPart(ctx context.Context, usernames []string) ([]Session, error) {
	made, err := s.numberMany(ctx, len(usernames))
	if err != nil {
		return nil, fmt.Errorf("add users: %w", err)
	}
	var changes []Change
	var many []Registration
	var out []Session
	for i, username := range usernames {
		device := made[i].Device
		account := Account{ID: device.Account, Created: device.Created}
		registration := s.madeAtConsole(device, username)
		changes = append(changes, AccountPut{account}, DevicePut{device})
		many = append(many, registration)
		out = append(out, session(account, device, made[i].token, registration.Profile))
	}
	if err := s.Store.Apply(ctx, changes...); err != nil {
		return nil, fmt.Errorf("add users: %w", err)
	}
	for i, err := range s.Registry.RegisterMany(ctx, many) {
		if err != nil {
			return nil, fmt.Errorf("add user number %d of %d: %w", i+1, len(many), err)
		}
	}
	return out, nil
}

// numbered is a new device of a new account.
type numbered struct {
	Device
	token string
}

// numberMany makes devices of as many new accounts, ascending by account, many at a time: numbers are
// durable, and those asked for together share a commit.
func (s *Service) numberMany(ctx context.Context, n int) ([]numbered, error) {
	const together = 64
	made, errs := make([]numbered, n), make([]error, together)
	var all sync.WaitGroup
	for w := range together {
		all.Go(func() {
			for i := w; i < n && errs[w] == nil; i += together {
				var id chat.AccountID
				if id, errs[w] = s.Registry.NewAccount(ctx); errs[w] == nil {
					made[i].Device, made[i].token, errs[w] = s.newDevice(ctx, id, consoleClient())
				}
			}
		})
	}
	all.Wait()
	slices.SortFunc(made, func(a, b numbered) int { return cmp.Compare(a.Account, b.Account) })
	return made, errors.Join(errs...)
}

// consoleClient is what devices made at the console are called.
func consoleClient() Client { return Client{Device: "console", Name: "zolal"} }

// User is an account as the console lists it.
type User struct {
	ID        chat.AccountID `json:"id"`
	Username  string         `json:"username"`
	Name      string         `json:"name"`
	Created   chat.Millis    `json:"created_ms"`
	LastUsed  chat.Millis    `json:"last_used_ms"`
	Devices   int            `json:"devices"`
	Operator  bool           `json:"operator"`
	Suspended string         `json:"suspended,omitempty"`
}

// Users lists finished accounts with greater numbers, ascending, from at most limit rows of the store. next
// is where to go on, 0 at the end.
func (s *Service) Users(ctx context.Context, after chat.AccountID, limit int) (
	list []User, next chat.AccountID, err error) {
	rows, err := s.Store.Accounts(ctx, after, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("list users: %w", err)
	}
	for _, a := range rows {
		profile, err := s.Registry.Profile(ctx, a.ID)
		if isCode(err, chat.CodeNotFound) {
			continue // never finished
		}
		if err != nil {
			return nil, 0, fmt.Errorf("list users: %w", err)
		}
		devices, err := s.Store.Devices(ctx, a.ID)
		if err != nil {
			return nil, 0, fmt.Errorf("list users: %w", err)
		}
		u := User{ID: a.ID, Username: profile.Username, Name: profile.Name, Created: a.Created,
			Devices: len(devices), Operator: a.Operator, Suspended: a.Suspended}
		for _, d := range devices {
			u.LastUsed = max(u.LastUsed, d.LastUsed, s.use.at(d.ID))
		}
		list = append(list, u)
	}
	if len(rows) == limit {
		next = rows[len(rows)-1].ID
	}
	return list, next, nil
}

// Suspend is SuspendAccount by username.
func (s *Service) Suspend(ctx context.Context, username, reason string) error {
	account, _, err := s.byName(ctx, username)
	if err != nil {
		return fmt.Errorf("suspend: %w", err)
	}
	if account.ID == 0 {
		return chat.Errorf(chat.CodeNotFound, "no account has this username")
	}
	return s.SuspendAccount(ctx, account.ID, reason)
}

// readablePassword makes 100 random bits, in groups that can be read out over a telephone.
func readablePassword() string {
	var raw [20]byte
	rand.Read(raw[:])
	const letters = "abcdefghijkmnpqrstuvwxyz23456789" // 32 of them, none like another
	var b bytes.Buffer
	for i, c := range raw {
		if i > 0 && i%5 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[c%32])
	}
	return b.String()
}

// newKey makes a UUID of version 7 from the service's clock.
func (s *Service) newKey() chat.Key {
	var k chat.Key
	rand.Read(k[6:])
	ms := uint64(s.millis())
	for i := range 6 {
		k[i] = byte(ms >> (40 - 8*i))
	}
	k[6] = k[6]&0x0f | 0x70
	k[8] = k[8]&0x3f | 0x80
	return k
}
