// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"crypto/sha256"
	"encoding/binary"
)

// Flags of an envelope where it is written as bytes: in the chain and in stores.
const (
	flagCounted = 1 << iota
	flagSilent
)

// Flags returns the yes-or-no fields of the envelope as bits, the form that chains and stores share.
func (v Envelope) Flags() uint8 {
	var f uint8
	if v.Counted {
		f |= flagCounted
	}
	if v.Silent {
		f |= flagSilent
	}
	return f
}

// SetFlags is the reverse of Flags.
func (v *Envelope) SetFlags(f uint8) {
	v.Counted = f&flagCounted != 0
	v.Silent = f&flagSilent != 0
}

// Link returns the chain of a log at e, when prev is the chain at the entry before it (zero at the first).
// It is the first 8 bytes of SHA-256 over, in big-endian order: prev, log (8 bytes), seq, ord (4 each), at
// (8), kind, flags (1 each), target (4), expires (8), and SHA-256 of the body. Author, device and key are
// left out: they never leave the server, or not to everybody, and a chain does. Whoever reads an entry knows
// all the rest of what is hashed, so an author in it could be found by trying every account (R11). Once a
// body is erased the link of its entry can no longer be computed, only those after it, which is why a store
// keeps the chain of every entry.
func Link(prev Chain, e *Entry) Chain {
	body := sha256.Sum256(e.Body)
	b := make([]byte, 0, 8+8+4+4+8+1+1+4+8+sha256.Size)
	b = append(b, prev[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Log))
	b = binary.BigEndian.AppendUint32(b, uint32(e.Seq))
	b = binary.BigEndian.AppendUint32(b, uint32(e.Ord))
	b = binary.BigEndian.AppendUint64(b, uint64(e.At))
	b = append(b, byte(e.Env.Kind), e.Env.Flags())
	b = binary.BigEndian.AppendUint32(b, uint32(e.Env.Target))
	b = binary.BigEndian.AppendUint64(b, uint64(e.Env.Expires))
	b = append(b, body[:]...)
	sum := sha256.Sum256(b)
	return Chain(sum[:8])
}
