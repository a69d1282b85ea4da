// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// NewKey makes the name of one write: a UUID of version 7 whose time is at. Use the server's time (see
// [Client.Now]), since a key from the future is refused and one older than 30 days is forgotten.
func NewKey(at time.Time) []byte {
	var b [16]byte
	rand.Read(b[6:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(b[:6], ms[2:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return b[:]
}
