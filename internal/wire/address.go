// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"crypto/ed25519"
	"crypto/subtle"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// addressDomain keeps a signature over addresses from being one over anything else.
const addressDomain = "zolal addresses v1\n"

// Addresses are all places where one server can be reached.
type Addresses struct {
	Addresses []string    // https://host[:port], the preferred first
	Issued    chat.Millis // the later of two lists wins
	Expires   chat.Millis
	Server    string // stable id of the server
}

// SignAddresses makes the signed list that clients keep.
//
// ADDR-1
func SignAddresses(key ed25519.PrivateKey, a Addresses) (*zolalv1.AddressList, error) {
	if len(a.Addresses) > MaxAddresses {
		return nil, chat.Errorf(chat.CodeTooMany, "at most %d addresses", MaxAddresses)
	}
	payload, err := Marshal(&zolalv1.Addresses{
		Addresses: a.Addresses, IssuedMs: int64(a.Issued), ExpiresMs: int64(a.Expires), Server: a.Server,
	})
	if err != nil {
		return nil, fmt.Errorf("encode addresses: %w", err)
	}
	return &zolalv1.AddressList{
		Payload:   payload,
		Signature: ed25519.Sign(key, append([]byte(addressDomain), payload...)),
		Key:       key.Public().(ed25519.PublicKey),
	}, nil
}

// VerifyAddresses checks a list against the key that was seen first (nil: trust the list's own key, and keep
// it) and against the clock. It fails with chat.CodeForbidden where the key is another or the signature is
// wrong, with chat.CodeBadFrame where the list cannot be read, and with chat.CodeNotFound where it expired.
//
// ADDR-2
func VerifyAddresses(l *zolalv1.AddressList, pinned ed25519.PublicKey, now chat.Millis) (Addresses, error) {
	key := l.GetKey()
	if len(key) != ed25519.PublicKeySize {
		return Addresses{}, chat.Errorf(chat.CodeBadFrame, "the key of an address list has 32 bytes")
	}
	if pinned != nil && subtle.ConstantTimeCompare(pinned, key) != 1 {
		return Addresses{}, chat.Errorf(chat.CodeForbidden, "the address list is signed by another server")
	}
	if !ed25519.Verify(key, append([]byte(addressDomain), l.GetPayload()...), l.GetSignature()) {
		return Addresses{}, chat.Errorf(chat.CodeForbidden, "the signature of the address list is wrong")
	}
	m := new(zolalv1.Addresses)
	if err := Unmarshal(l.GetPayload(), m); err != nil {
		return Addresses{}, fmt.Errorf("address list: %w", err)
	}
	a := Addresses{
		Addresses: m.GetAddresses(), Issued: chat.Millis(m.GetIssuedMs()),
		Expires: chat.Millis(m.GetExpiresMs()), Server: m.GetServer(),
	}
	if a.Expires != 0 && a.Expires <= now {
		return Addresses{}, chat.Errorf(chat.CodeNotFound, "the address list has expired")
	}
	return a, nil
}
