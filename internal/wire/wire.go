// SPDX-License-Identifier: AGPL-3.0-or-later

// Package wire is the border between what Zolal means (package chat) and what travels: the protobuf messages
// of proto/zolal/v1, their frames, and the limits of both.
//
// Bodies. [Codec] encodes every chat.Body deterministically and decodes it again, by a table of kinds. A
// field that a newer program wrote is skipped, a kind that it wrote is carried through as bytes: old programs
// keep working beside new ones.
//
// Frames. A frame from the server is built once with the header of a WebSocket message in front (see
// [Updates]), so that the hub can hand the same bytes to every session; a stream or a poll skips the header.
//
// The package is pure: it keeps nothing and starts nothing.
package wire

import (
	"errors"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
)

// Protocol versions that this program speaks.
const (
	Protocol    = 1 // the newest
	ProtocolMin = 1 // the oldest
)

// Marshal encodes a message so that equal messages give equal bytes.
func Marshal(m proto.Message) ([]byte, error) {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, badText(err)
	}
	return b, nil
}

// Append is Marshal to the end of a buffer.
func Append(to []byte, m proto.Message) ([]byte, error) {
	b, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(to, m)
	if err != nil {
		return to, badText(err)
	}
	return b, nil
}

// Unmarshal decodes a message. It fails with chat.CodeBadText where a text is not UTF-8, else with
// chat.CodeBadFrame. Fields it does not know are skipped.
func Unmarshal(b []byte, m proto.Message) error {
	err := proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(b, m)
	if err == nil {
		return nil
	}
	if text := badText(err); errors.Is(text, &chat.Error{Code: chat.CodeBadText}) {
		return text
	}
	return &chat.Error{Code: chat.CodeBadFrame, Text: "not an encoded message of this method"}
}

// badText gives the protobuf library's complaint about text its code; the library offers no type for it.
func badText(err error) error {
	if strings.Contains(err.Error(), "UTF-8") {
		return &chat.Error{Code: chat.CodeBadText, Text: "a text is not UTF-8"}
	}
	return err
}

// small narrows an open enum to the 8 bits of a closed one; what does not fit becomes 0, unspecified.
func small[T ~uint8, P ~int32](v P) T {
	if v < 0 || v > 255 {
		return 0
	}
	return T(v)
}

// KeyOf reads a client's key: empty is the zero key, anything but 16 bytes is refused.
func KeyOf(b []byte) (chat.Key, error) {
	var k chat.Key
	switch len(b) {
	case 0:
		return k, nil
	case len(k):
		return chat.Key(b), nil
	default:
		return k, &chat.Error{Code: chat.CodeKeyInvalid, Field: "key", Text: "a key has 16 bytes"}
	}
}

func keyBytes(k chat.Key) []byte {
	if k.IsZero() {
		return nil
	}
	return k[:]
}

// some maps every element of a list.
func some[A, B any](in []A, f func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = f(a)
	}
	return out
}

// pointer turns an absent or present value of one type into another.
func pointer[A, B any](p *A, f func(A) B) *B {
	if p == nil {
		return nil
	}
	b := f(*p)
	return &b
}
