// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// RecoveryDigits is the length of a recovery code: 39 random decimal digits, 129.5 bits, and a check digit
// (Damm) that catches every wrong digit and every swap of neighbours. Digits can be read aloud, and typed on
// a Persian and on a Latin keyboard alike.
const RecoveryDigits = 40

// Why a typed recovery code is refused before it is tried.
var (
	ErrRecoveryShort = errors.New("recovery code: digits are missing")
	ErrRecoveryLong  = errors.New("recovery code: too many digits")
	ErrRecoveryTypo  = errors.New("recovery code: some digit is wrong")
)

// RecoveryCode is a code in its plain form, forty Latin digits. It is made on the device and never sent.
type RecoveryCode string

// damm is the quasigroup of order ten that the check digit is computed with.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func dammSum(digits string) byte {
	var state byte
	for i := range len(digits) {
		state = damm[state][digits[i]-'0']
	}
	return state
}

// NewRecoveryCode makes a code from the system's random source.
func NewRecoveryCode() RecoveryCode {
	digits := make([]byte, 0, RecoveryDigits)
	var raw [64]byte
	for len(digits) < RecoveryDigits-1 {
		rand.Read(raw[:])
		for _, b := range raw {
			// 250 is the greatest multiple of ten below 256: without this the low digits would be likelier.
			if b < 250 && len(digits) < RecoveryDigits-1 {
				digits = append(digits, '0'+b%10)
			}
		}
	}
	return RecoveryCode(string(digits) + string('0'+rune(dammSum(string(digits)))))
}

// ReadRecoveryCode reads a code as people type it: digits of any script, the letters that people write for 0
// and 1, with anything else between.
func ReadRecoveryCode(typed string) (RecoveryCode, error) {
	var b strings.Builder
	for _, r := range typed {
		switch {
		case r == 'o' || r == 'O':
			b.WriteByte('0')
		case strings.ContainsRune("iIlL", r):
			b.WriteByte('1')
		case unicode.IsDigit(r):
			b.WriteByte('0' + digitValue(r))
		}
	}
	digits := b.String()
	switch {
	case len(digits) < RecoveryDigits:
		return "", ErrRecoveryShort
	case len(digits) > RecoveryDigits:
		return "", ErrRecoveryLong
	case dammSum(digits) != 0:
		return "", ErrRecoveryTypo
	}
	return RecoveryCode(digits), nil
}

// digitValue finds the value of a decimal digit of any script: Unicode keeps the ten of a script in a row,
// beginning with zero, and where rows follow each other, as those of mathematics do, each has ten.
func digitValue(r rune) byte {
	zero := r
	for unicode.IsDigit(zero - 1) {
		zero--
	}
	return byte((r - zero) % 10)
}

// Groups returns the code in groups of five, as it is shown.
func (c RecoveryCode) Groups() []string {
	var groups []string
	for s := string(c); len(s) > 0; s = s[min(5, len(s)):] {
		groups = append(groups, s[:min(5, len(s))])
	}
	return groups
}

// Authenticator returns the 32 bytes that prove to a server that one knows the code.
func (c RecoveryCode) Authenticator() ([]byte, error) { return c.derive("zolal recovery login v1") }

// ArchiveKey returns the 32-byte key of the account's encrypted archive. It is never sent, and a server that
// knows the authenticator learns nothing of it.
func (c RecoveryCode) ArchiveKey() ([]byte, error) { return c.derive("zolal recovery archive v1") }

func (c RecoveryCode) derive(info string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, []byte(c), []byte("zolal"), info, 32)
	if err != nil {
		return nil, fmt.Errorf("recovery code: %w", err)
	}
	return key, nil
}
