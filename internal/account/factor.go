// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// factorStep is for how long a code of an authenticator stands; the one before and the one after count too,
	// for clocks that are wrong.
	factorStep = 30 * time.Second
	// factorBytes is what RFC 4226 recommends for a secret.
	factorBytes = 20
	// beganLives is for how long a second factor may be begun and not finished.
	beganLives = time.Hour
	// backupCodes are made at a time, of 80 random bits each.
	backupCodes = 10
	backupBytes = 10
)

// factor is the data of a CredentialTOTP.
type factor struct {
	Secret string `json:"secret"` // base32, as authenticators take it
	On     bool   `json:"on"`
	Step   int64  `json:"step"` // of the last code that was used: none is used twice
}

// NewFactor is a second factor that is begun: its owner puts it into an authenticator and enters a code.
type NewFactor struct {
	Secret  string // base32
	Address string // otpauth://…, for a QR code
}

// numberID is the ID of what an account has one of.
func numberID(of chat.AccountID) (id CredentialID) {
	binary.BigEndian.PutUint32(id[28:], uint32(of))
	return id
}

// factorOf returns an account's second factor; false where it has none, or has only begun one.
func (s *Service) factorOf(ctx context.Context, of chat.AccountID) (Credential, factor, bool, error) {
	c, err := s.Vault.Credential(ctx, CredentialTOTP, numberID(of))
	if isCode(err, chat.CodeNotFound) || err == nil && c.Expires != 0 && c.Expires <= s.millis() {
		return c, factor{}, false, nil // with the version that the next one replaces
	}
	if err != nil {
		return Credential{}, factor{}, false, fmt.Errorf("second factor: %w", err)
	}
	var f factor
	if err := json.Unmarshal(c.Data, &f); err != nil {
		return Credential{}, factor{}, false, fmt.Errorf("second factor: %w", err)
	}
	return c, f, f.On, nil
}

// BeginFactor makes the secret of a second factor, which is in force only when a code of it was entered. It
// fails with chat.CodeConflict where one is in force, and as Confirm does.
func (s *Service) BeginFactor(ctx context.Context, who chat.Actor, password string) (NewFactor, error) {
	if _, err := s.confirm(ctx, who, password); err != nil {
		return NewFactor{}, err
	}
	c, _, on, err := s.factorOf(ctx, who.Account)
	if err != nil {
		return NewFactor{}, err
	}
	if on {
		return NewFactor{}, chat.Errorf(chat.CodeConflict, "a second factor is in force; turn it off first")
	}
	profile, err := s.Registry.Profile(ctx, who.Account)
	if err != nil {
		return NewFactor{}, fmt.Errorf("begin second factor: %w", err)
	}
	raw := make([]byte, factorBytes)
	rand.Read(raw)
	opts := totp.GenerateOpts{Issuer: s.issuer(), AccountName: profile.Username, Secret: raw}
	key, err := totp.Generate(opts)
	if err != nil {
		return NewFactor{}, fmt.Errorf("begin second factor: %w", err)
	}
	c = Credential{Kind: CredentialTOTP, ID: numberID(who.Account), Account: who.Account, Version: c.Version,
		Created: s.millis(), Expires: s.millis() + chat.Millis(beganLives.Milliseconds())}
	if err := s.putFactor(ctx, c, factor{Secret: key.Secret()}); err != nil {
		return NewFactor{}, fmt.Errorf("begin second factor: %w", err)
	}
	return NewFactor{Secret: key.Secret(), Address: key.URL()}, nil
}

// issuer is what an authenticator shows beside the account.
func (s *Service) issuer() string {
	if s.Issuer == "" {
		return "Zolal"
	}
	return strings.ReplaceAll(s.Issuer, ":", " ") // the colon is a separator there
}

func (s *Service) putFactor(ctx context.Context, c Credential, f factor) error {
	var err error
	if c.Data, err = json.Marshal(f); err != nil {
		return err
	}
	return s.Store.Apply(ctx, CredentialPut{c})
}

// EnableFactor puts the second factor in force that was begun, for who enters a code of it, and returns
// backup codes, which are shown this once. It fails with chat.CodeNotFound where none was begun, and with
// chat.CodeFactorWrong.
func (s *Service) EnableFactor(ctx context.Context, who chat.Actor, code string) ([]string, error) {
	if err := mayManage(who); err != nil {
		return nil, err
	}
	if err := s.Settled(ctx, who); err != nil {
		return nil, err
	}
	c, f, on, err := s.factorOf(ctx, who.Account)
	switch {
	case err != nil:
		return nil, err
	case on:
		return nil, chat.Errorf(chat.CodeConflict, "the second factor is in force already")
	case f.Secret == "":
		return nil, chat.Errorf(chat.CodeNotFound, "no second factor was begun, or too long ago")
	}
	limit := bucket{"device", s.Limits.Device, number(uint32(who.Device))}
	if err := s.buckets.take(limit); err != nil {
		return nil, err
	}
	step, ok := s.stepOf(f, plainCode(code))
	if !ok {
		return nil, chat.Errorf(chat.CodeFactorWrong, "not a code of this authenticator")
	}
	s.buckets.give(limit)
	c.Expires = 0
	codes, changes := s.newBackup(who.Account)
	if c.Data, err = json.Marshal(factor{Secret: f.Secret, On: true, Step: step}); err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	changes = append(changes, CredentialPut{c})
	if err := s.announced(ctx, who, ReasonFactorOn, changes...); err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	return codes, nil
}

// DisableFactor takes the authenticator away, and the backup codes where no passkey is left that they stand
// for.
func (s *Service) DisableFactor(ctx context.Context, who chat.Actor, password string) error {
	if _, err := s.confirm(ctx, who, password); err != nil {
		return err
	}
	keys, err := s.passkeysOf(ctx, who.Account)
	if err != nil {
		return err
	}
	gone := CredentialsGone{Account: who.Account, Kinds: []CredentialKind{CredentialTOTP}}
	if len(keys) == 0 {
		gone.Kinds = append(gone.Kinds, CredentialBackup)
	}
	if err := s.announced(ctx, who, ReasonFactorOff, gone); err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	return nil
}

// noFactor takes an account's second factors away, passkeys and codes alike.
func noFactor(of chat.AccountID) Change {
	return CredentialsGone{Account: of,
		Kinds: []CredentialKind{CredentialTOTP, CredentialBackup, CredentialPasskey, CredentialWebAuth}}
}

// hasFactors reports whether an account has second factors in force, or codes left of them.
func (s *Service) hasFactors(ctx context.Context, of chat.AccountID) (bool, error) {
	all, err := s.Vault.Credentials(ctx, of)
	if err != nil {
		return false, fmt.Errorf("second factor: %w", err)
	}
	return slices.ContainsFunc(all, func(c Credential) bool {
		return c.Kind == CredentialTOTP && c.Expires == 0 || c.Kind == CredentialPasskey ||
			c.Kind == CredentialBackup
	}), nil
}

// NewBackupCodes makes backup codes in the place of those there were.
func (s *Service) NewBackupCodes(ctx context.Context, who chat.Actor, password string) ([]string, error) {
	if _, err := s.confirm(ctx, who, password); err != nil {
		return nil, err
	}
	_, _, on, err := s.factorOf(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	keys, err := s.passkeysOf(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	if !on && len(keys) == 0 {
		return nil, chat.Errorf(chat.CodeNotFound, "there is no second factor")
	}
	codes, changes := s.newBackup(who.Account)
	if err := s.announced(ctx, who, ReasonBackupSet, changes...); err != nil {
		return nil, fmt.Errorf("backup codes: %w", err)
	}
	return codes, nil
}

// newBackup makes backup codes and what stores them in the place of the old ones.
func (s *Service) newBackup(of chat.AccountID) (codes []string, changes []Change) {
	changes = append(changes, CredentialsGone{Account: of, Kinds: []CredentialKind{CredentialBackup}})
	for range backupCodes {
		raw := make([]byte, backupBytes)
		rand.Read(raw)
		code := strings.ToLower(base32.StdEncoding.EncodeToString(raw))
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		changes = append(changes, CredentialPut{Credential{Kind: CredentialBackup, ID: backupID(of, code),
			Account: of, Created: s.millis()}})
	}
	return codes, changes
}

// backupID is the hash of a backup code. It has 80 random bits, so a plain hash cannot be guessed back.
func backupID(of chat.AccountID, code string) CredentialID {
	return sha256.Sum256(fmt.Appendf(nil, "zolal backup code %d %s", of, code))
}

// plainCode is a code as typed, in the digits of any script and with signs between, as it was shown.
func plainCode(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z':
			return r
		}
		return -1
	}, typed)
}

// stepOf returns the step of a code that was not used yet, nor one after it.
func (s *Service) stepOf(f factor, code string) (step int64, ok bool) {
	now := s.Now()
	opts := totp.ValidateOpts{Period: uint(factorStep.Seconds()), Digits: otp.DigitsSix}
	for _, off := range []time.Duration{-factorStep, 0, factorStep} {
		at := now.Add(off)
		want, err := totp.GenerateCodeCustom(f.Secret, at, opts)
		if err != nil {
			return 0, false
		}
		n := at.Unix() / int64(factorStep.Seconds())
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && n > f.Step {
			step, ok = n, true
		}
	}
	return step, ok
}

// shownFactor is what somebody shows beside a password: a code, or the answer of a passkey. Known is the
// device that they are known by.
type shownFactor struct {
	code    string
	passkey []byte
	known   knownBy
}

// needed asks for a second factor; the field says that the account has passkeys for this domain.
func (s *Service) needed(keys []storedPasskey) error {
	for _, k := range keys {
		if k.Party == s.Party.ID {
			return &chat.Error{Code: chat.CodeFactorNeeded, Field: "passkey",
				Text: "a passkey is needed, or a code of the second factor"}
		}
	}
	return chat.Errorf(chat.CodeFactorNeeded, "a code of the second factor is needed")
}

// checkFactor asks for a second factor, where the account has one. A code opens once, and so does the answer
// of a passkey: of two who use it at the same time one gets in. Guesses are limited by account, and those of
// a known device by itself. It fails with chat.CodeFactorNeeded for nothing and chat.CodeFactorWrong for what
// is wrong.
//
// AUTH-10
func (s *Service) checkFactor(ctx context.Context, of chat.AccountID, shown shownFactor) error {
	c, f, on, err := s.factorOf(ctx, of)
	if err != nil {
		return err
	}
	keys, err := s.passkeysOf(ctx, of)
	switch {
	case err != nil || !on && len(keys) == 0:
		return err
	case shown.code == "" && len(shown.passkey) == 0:
		return s.needed(keys)
	}
	limits := [][]bucket{{{"factor", s.Limits.Factor, number(uint32(of))}}}
	if shown.known.ended {
		limits = append(shown.known.limits("factor of device", s.Limits.Factor, of), limits...)
	} else if shown.known.id != 0 {
		limits = shown.known.limits("factor of device", s.Limits.Factor, of)
	}
	n, err := s.buckets.takeFirst(limits...)
	if err != nil {
		return err
	}
	if len(shown.passkey) > 0 {
		err = s.checkPasskey(ctx, of, shown.passkey)
	} else if code := plainCode(shown.code); on {
		err = s.useCode(ctx, c, f, code)
	} else {
		err = s.useBackup(ctx, of, code)
	}
	switch {
	case isCode(err, chat.CodeConflict), isCode(err, chat.CodeNotFound):
		return chat.Errorf(chat.CodeFactorWrong, "a wrong code, or one that was used")
	case err != nil:
		return fmt.Errorf("second factor: %w", err)
	}
	s.buckets.give(limits[n]...)
	return nil
}

// useCode uses a code of an authenticator up, or a backup code.
func (s *Service) useCode(ctx context.Context, c Credential, f factor, code string) error {
	step, ok := s.stepOf(f, code)
	if !ok {
		return s.useBackup(ctx, c.Account, code)
	}
	f.Step, c.Used = step, s.millis()
	return s.putFactor(ctx, c, f)
}

// useBackup says to the account's devices that a backup code is used, and takes it.
func (s *Service) useBackup(ctx context.Context, of chat.AccountID, code string) error {
	c, err := s.Vault.Credential(ctx, CredentialBackup, backupID(of, code))
	if err != nil {
		return err
	}
	told := telling{notices: []chat.DeviceNotice{{Reason: ReasonBackupUsed}}}
	return s.deed(ctx, of, told, CredentialTaken{Kind: c.Kind, ID: c.ID, Version: c.Version})
}
