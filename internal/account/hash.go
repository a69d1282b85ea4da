// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/crypto/argon2"

	"github.com/zolal-im/zolal/internal/chat"
)

// Cost is what one password costs to check, by argon2id with one lane. Each hash carries its own, so that a
// higher one leaves old hashes valid.
type Cost struct {
	KiB    uint32
	Passes uint32
}

// fullCost is what OWASP recommends: 19 MiB and two passes, about 23 ms.
func fullCost() Cost { return Cost{KiB: 19 * 1024, Passes: 2} }

const (
	saltBytes = 16
	hashBytes = 32
)

// maxPasswordBytes bounds what is hashed; nobody types more.
const maxPasswordBytes = 1024

// hasher runs argon2id on few cores at a time, so that sign-ins cannot starve deliveries of CPU and memory.
// Who has shown something first, such as the token of a device, does not stand in line with strangers.
type hasher struct {
	cost      Cost
	strangers *queue
	known     *queue
	decoy     string // of a password nobody knows: for accounts that do not exist

	mu    sync.Mutex
	turns map[turn]int // of those among the known who wait or run
}

// turn counts what one device, or one account with a zero device, has checked at the same time.
type turn struct {
	account chat.AccountID
	device  chat.DeviceID
}

// queue lets few run at a time. Those who wait are bounded too; more are turned away with a time to retry.
type queue struct {
	run  chan struct{} // one token for each that may run
	wait chan struct{} // one token for each that may run or wait
}

func newQueue(running, waiting int) *queue {
	return &queue{run: make(chan struct{}, running), wait: make(chan struct{}, running+waiting)}
}

const (
	// maxWaiting bounds those who wait for a password check where Limits do not.
	maxWaiting = 1 << 16
	// knownWaiting bounds the known who wait; see hasher.turn.
	knownWaiting = 64
	// accountTurns is how many passwords of one account are checked at a time for who is known to it.
	accountTurns = 4
)

func errManyPasswords() error {
	return &chat.Error{Code: chat.CodeRateLimited, Text: "too many passwords are being checked", Retry: 2000}
}

// turn lets somebody who is known stand in line once for each device, and a few times for each account; no
// device: whoever holds the recovery code. Right passwords cost nothing, so whoever knows one of some account
// would fill the line of all otherwise. The turn ends with done.
func (h *hasher) turn(account chat.AccountID, device chat.DeviceID) (done func(), err error) {
	one, all := turn{account, device}, turn{account: account}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.turns[all] >= accountTurns || device != 0 && h.turns[one] > 0 {
		return nil, errManyPasswords()
	}
	if device != 0 {
		h.turns[one]++
	}
	h.turns[all]++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if device != 0 {
			delete(h.turns, one)
		}
		if h.turns[all]--; h.turns[all] <= 0 {
			delete(h.turns, all)
		}
	}, nil
}

// newHasher allows strangers half of the cores at a time, and so many of them who wait; 0: as many as there
// is any sense in.
func newHasher(cost Cost, waiting int) *hasher {
	if waiting == 0 {
		waiting = maxWaiting
	}
	if cost == (Cost{}) {
		cost = fullCost()
	}
	cores := max(1, runtime.GOMAXPROCS(0)/2)
	h := &hasher{cost: cost, strangers: newQueue(cores, waiting), known: newQueue(1, knownWaiting),
		turns: make(map[turn]int)}
	h.decoy = h.encode(rand.Text())
	return h
}

// enter waits for a place to run; leave gives it back.
func (q *queue) enter(ctx context.Context) error {
	select {
	case q.wait <- struct{}{}:
	default:
		return errManyPasswords()
	}
	select {
	case q.run <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-q.wait
		return fmt.Errorf("wait for a password check: %w", ctx.Err())
	}
}

func (q *queue) leave() {
	<-q.run
	<-q.wait
}

// hash returns the PHC form of a password under a fresh salt.
func (h *hasher) hash(ctx context.Context, q *queue, password string) (string, error) {
	if err := q.enter(ctx); err != nil {
		return "", err
	}
	defer q.leave()
	return h.encode(password), nil
}

// encode computes the PHC form under a fresh salt.
func (h *hasher) encode(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	sum := argon2.IDKey([]byte(password), salt, h.cost.Passes, h.cost.KiB, 1, hashBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, h.cost.KiB, h.cost.Passes,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// verify reports whether the password is the one of the stored hash. An empty or unreadable hash costs as
// much time as a real one and never matches.
func (h *hasher) verify(ctx context.Context, q *queue, stored, password string) (bool, error) {
	p, ok := decodeHash(stored)
	if !ok {
		p, _ = decodeHash(h.decoy)
	}
	if err := q.enter(ctx); err != nil {
		return false, err
	}
	defer q.leave()
	sum := argon2.IDKey([]byte(password), p.salt, p.passes, p.kib, p.lanes, uint32(len(p.sum)))
	return subtle.ConstantTimeCompare(sum, p.sum) == 1 && ok, nil
}

// phc is a decoded hash with its cost.
type phc struct {
	kib, passes uint32
	lanes       uint8
	salt, sum   []byte
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
