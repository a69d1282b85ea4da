// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"crypto/sha256"
	"encoding/binary"
)

// NamedKey is the key of a write that the server itself makes at a time under a name: the same for the same
// two, so that doing it again stores nothing twice.
func NamedKey(at Millis, name string) (k Key) {
	sum := sha256.Sum256([]byte(name))
	copy(k[:], sum[:])
	for i := range 6 {
		k[i] = byte(uint64(at) >> (40 - 8*i))
	}
	k[6], k[8] = 0x70|k[6]&0x0f, 0x80|k[8]&0x3f
	return k
}

// For is the key of what a write under this key does to one of many accounts.
func (k Key) For(account AccountID) Key {
	return NamedKey(k.Made(), string(binary.BigEndian.AppendUint32(k[:], uint32(account))))
}
