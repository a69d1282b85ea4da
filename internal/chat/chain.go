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

// Seal keeps a chain from telling what an entry's body says. While the entry has its body it is random bytes,
// hashed with the body and erased with it; from then on it is the commitment that they made. An entry that
// never had a body needs none. It never leaves the server.
type Seal [16]byte

// commitment is what stands for the body in the chain: the first bytes of SHA-256 over the seal and SHA-256
// of the body. It stays when the body goes, and without the random bytes nobody can try bodies until it fits.
func (e *Entry) commitment() Seal {
	if len(e.Body) == 0 {
		return e.Seal
	}
	var b [len(Seal{}) + sha256.Size]byte
	body := sha256.Sum256(e.Body)
	copy(b[copy(b[:], e.Seal[:]):], body[:])
	sum := sha256.Sum256(b[:])
	return Seal(sum[:])
}

// Erase empties the body for ever. The entry keeps its place and its chain, which can still be verified.
func (e *Entry) Erase() { e.Seal, e.Body = e.commitment(), nil }

// Link returns the chain of a log at e, when prev is the chain at the entry before it (zero at the first).
// It is the first 8 bytes of SHA-256 over, in big-endian order: prev, log (8 bytes), seq, ord (4 each), at
// (8), kind, flags (1 each), target (4), expires (8), and the commitment to the body (16).
//
// Chains go to everybody who reads a log, so what an entry hides must not be found by trying until the chain
// fits. Author, device and key are left out: whoever reads an entry knows all the rest of what is hashed
// (R11). The body is hashed with the seal, because those who read the log later, or hold the disk, know all
// but the body once it is erased. Clients compare chains and never compute one.
func Link(prev Chain, e *Entry) Chain {
	body := e.commitment()
	b := make([]byte, 0, 8+8+4+4+8+1+1+4+8+len(body))
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
