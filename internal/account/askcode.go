// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/netip"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// codeDigits is how long a code is that a person types from one device into another. Digits alone, because
	// every keyboard has them and people read them to each other in any language; ten of them, because an
	// account has five wrong ones (Limits.Factor) while a code lives: five in ten thousand million, the
	// measure of RFC 8628. The same length keeps a slip of the finger from meeting a stranger's device.
	codeDigits = 10
	// codeTries bounds how often a code is made that another device has: one time in ten thousand
	// million for each device that waits.
	codeTries = 4
)

// newDeviceCode makes a code of digits, every one as likely as any other.
func newDeviceCode() string {
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(codeDigits), nil)
	n, err := rand.Int(rand.Reader, most)
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return fmt.Sprintf("%0*d", codeDigits, n)
}

// deviceCodeID gives a code the form of an ID. It hides nothing: there are few enough codes to try them all.
func deviceCodeID(code string) CredentialID {
	return sha256.Sum256([]byte("zolal device code " + code))
}

// AskedByCode is Asked by the code that the new device shows, as somebody typed it: in the digits of any
// script, with signs between. It fails with chat.CodeDeviceCodeWrong where no device shows it, and with
// chat.CodeDeviceCodeOver where the code was used or ended. Wrong codes are counted by account and by
// network, so that nobody tries them all. The code leads to the name of the sign-in and opens nothing: that
// is Answer's, once.
//
// AUTH-17
func (s *Service) AskedByCode(ctx context.Context, who chat.Actor, typed string, from netip.Addr) (
	Asking, error) {
	if err := mayAnswer(who); err != nil {
		return Asking{}, err
	}
	code := plainCode(typed)
	wrong := chat.Errorf(chat.CodeDeviceCodeWrong, "no device shows this code")
	if len(code) != codeDigits {
		return Asking{}, wrong // no guess: no code has this length
	}
	limits := []bucket{{"device code", s.Limits.Factor, number(uint32(who.Account))},
		{"fail", s.Limits.Failure, place(from)}}
	if err := s.buckets.take(limits...); err != nil {
		return Asking{}, err
	}
	c, err := s.Vault.Credential(ctx, CredentialCode, deviceCodeID(code))
	if isCode(err, chat.CodeNotFound) {
		return Asking{}, wrong
	}
	s.buckets.give(limits...)
	if err != nil {
		return Asking{}, fmt.Errorf("device code: %w", err)
	}
	over := chat.Errorf(chat.CodeDeviceCodeOver, "the code was used, or it ended")
	if c.Expires <= s.millis() {
		return Asking{}, over
	}
	asking, err := s.Asked(ctx, who, base64.RawURLEncoding.EncodeToString(c.Data))
	if isCode(err, chat.CodeNotFound) {
		return Asking{}, over
	}
	return asking, err
}
