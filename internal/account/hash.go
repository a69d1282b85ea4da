// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"

	"golang.org/x/crypto/argon2"

	"github.com/zolal-im/zolal/internal/chat"
)

// The cost of a password, as OWASP recommends for argon2id: 19 MiB, two passes, one lane; about 23 ms.
const (
	argonKiB    = 19 * 1024
	argonPasses = 2
	argonLanes  = 1
	saltBytes   = 16
	hashBytes   = 32
)

// maxPasswordBytes bounds what is hashed; nobody types more.
const maxPasswordBytes = 1024

// hasher runs argon2id on few cores at a time, so that sign-ins cannot starve deliveries of CPU and memory.
// Those who wait are bounded too; more are turned away with a time to retry.
type hasher struct {
	run   chan struct{} // one token for each that may run
	wait  chan struct{} // one token for each that may run or wait
	decoy string        // of a password nobody knows: for accounts that do not exist
}

// maxWaiting bounds those who wait for a password check where Limits do not.
const maxWaiting = 1 << 16

// newHasher allows half of the cores at a time, and so many callers who wait; 0: as many as there is any
// sense in.
func newHasher(waiting int) *hasher {
	if waiting == 0 {
		waiting = maxWaiting
	}
	cores := max(1, runtime.GOMAXPROCS(0)/2)
	h := &hasher{run: make(chan struct{}, cores), wait: make(chan struct{}, cores+waiting)}
	h.decoy = encodeHash(argon2.IDKey([]byte(rand.Text()), make([]byte, saltBytes),
		argonPasses, argonKiB, argonLanes, hashBytes), make([]byte, saltBytes))
	return h
}

// enter waits for a place to run; leave gives it back.
func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.wait <- struct{}{}:
	default:
		return &chat.Error{Code: chat.CodeRateLimited, Text: "too many passwords are being checked", Retry: 2000}
	}
	select {
	case h.run <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-h.wait
		return fmt.Errorf("wait for a password check: %w", ctx.Err())
	}
}

func (h *hasher) leave() {
	<-h.run
	<-h.wait
}

// hash returns the PHC form of a password under a fresh salt.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	sum := argon2.IDKey([]byte(password), salt, argonPasses, argonKiB, argonLanes, hashBytes)
	return encodeHash(sum, salt), nil
}

// verify reports whether the password is the one of the stored hash. An empty or unreadable hash costs as
// much time as a real one and never matches.
func (h *hasher) verify(ctx context.Context, stored, password string) (bool, error) {
	p, ok := decodeHash(stored)
	if !ok {
		p, _ = decodeHash(h.decoy)
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	sum := argon2.IDKey([]byte(password), p.salt, p.passes, p.kib, p.lanes, uint32(len(p.sum)))
	return subtle.ConstantTimeCompare(sum, p.sum) == 1 && ok, nil
}

// phc is a decoded hash with its cost, so that a later, higher cost leaves old hashes valid.
type phc struct {
	kib, passes uint32
	lanes       uint8
	salt, sum   []byte
}

func encodeHash(sum, salt []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonKiB, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// decodeHash reads only hashes this package wrote; bounds keep a damaged row from asking for all memory.
func decodeHash(s string) (phc, bool) {
	var p phc
	var version int
	var rest string
	n, err := fmt.Sscanf(s, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &p.kib, &p.passes, &p.lanes, &rest)
	if err != nil || n != 5 || version != argon2.Version || p.kib > 1<<18 || p.passes > 16 || p.lanes == 0 {
		return phc{}, false
	}
	for i := range rest {
		if rest[i] != '$' {
			continue
		}
		var err1, err2 error
		p.salt, err1 = base64.RawStdEncoding.DecodeString(rest[:i])
		p.sum, err2 = base64.RawStdEncoding.DecodeString(rest[i+1:])
		return p, err1 == nil && err2 == nil && len(p.sum) >= 16 && p.passes > 0
	}
	return phc{}, false
}
