// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"net/netip"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
)

// Rates bound how often something may be asked: so many at once, then so many a second. A zero burst means
// without limit.
type Rates struct {
	Connection, ConnectionBurst int
	Account, AccountBurst       int
	Address, AddressBurst       int // without a token
}

// DefaultRates are those of the protocol's table of limits.
func DefaultRates() Rates {
	return Rates{
		Connection: wire.RatePerConnection, ConnectionBurst: wire.BurstPerConnection,
		Account: wire.RatePerAccount, AccountBurst: wire.BurstPerAccount,
		Address: wire.RatePerAddress, AddressBurst: wire.BurstPerAddress,
	}
}

// bucket is a token bucket of 8 bytes. The zero bucket is full.
type bucket struct {
	spent float32 // of the burst
	at    uint32  // milliseconds, as counted by stamp
}

// take takes one of burst, refilled at rate a second, and says how long to wait where there is none.
func (b *bucket) take(now uint32, rate, burst int) (wait chat.Millis, ok bool) {
	if burst == 0 {
		return 0, true
	}
	b.spent = max(0, b.spent-float32(now-b.at)*float32(rate)/1000)
	b.at = now
	if b.spent+1 > float32(burst) {
		return chat.Millis((b.spent+1-float32(burst))*1000/float32(rate)) + 1, false
	}
	b.spent++
	return 0, true
}

// full reports whether a bucket has been refilled and says nothing any more.
func (b *bucket) full(now uint32, rate int) bool {
	return float32(now-b.at)*float32(rate)/1000 >= b.spent
}

// rates holds the buckets of accounts and network addresses.
type rates struct {
	Rates
	start     time.Time
	accounts  *buckets[chat.AccountID]
	addresses *buckets[netip.Prefix]
}

func newRates(r Rates) *rates {
	return &rates{
		Rates: r, start: time.Now(),
		accounts:  newBuckets[chat.AccountID](r.Account, r.AccountBurst),
		addresses: newBuckets[netip.Prefix](r.Address, r.AddressBurst),
	}
}

// stamp is the present time as buckets count it.
func (r *rates) stamp() uint32 { return uint32(time.Since(r.start).Milliseconds()) }

// limited answers a request too many.
//
// LIM-2
func limited(wait chat.Millis, what string) error {
	return &chat.Error{Code: chat.CodeRateLimited, Text: "too many requests of one " + what, Retry: wait}
}

// account takes from the bucket of an account.
func (r *rates) account(id chat.AccountID) error {
	if wait, ok := r.accounts.take(r.stamp(), id); !ok {
		return limited(wait, "account")
	}
	return nil
}

// address takes from the bucket of a network.
func (r *rates) address(from netip.Addr) error {
	if wait, ok := r.addresses.take(r.stamp(), network(from)); !ok {
		return limited(wait, "address")
	}
	return nil
}

// network is what addresses are counted by: one address of IPv4, a /64 of IPv6, within which one subscriber
// may choose freely.
func network(from netip.Addr) netip.Prefix {
	n, err := from.Prefix(min(from.BitLen(), 64))
	if err != nil {
		return netip.Prefix{}
	}
	return n
}

// forget drops full buckets, now and then.
func (r *rates) forget(now time.Time) {
	r.accounts.forget(now, r.stamp())
	r.addresses.forget(now, r.stamp())
}

// buckets are those of one kind of askers, all alike.
type buckets[K comparable] struct {
	rate, burst int

	mu    sync.Mutex
	of    map[K]*bucket
	swept time.Time
}

// maxBuckets bounds memory; beyond it the buckets are thrown away, which can only be generous.
const maxBuckets = 1 << 17

func newBuckets[K comparable](rate, burst int) *buckets[K] {
	return &buckets[K]{rate: rate, burst: burst, of: make(map[K]*bucket)}
}

func (b *buckets[K]) take(stamp uint32, who K) (wait chat.Millis, ok bool) {
	if b.burst == 0 {
		return 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.of[who]
	if one == nil {
		if len(b.of) > maxBuckets {
			clear(b.of)
		}
		one = &bucket{at: stamp}
		b.of[who] = one
	}
	return one.take(stamp, b.rate, b.burst)
}

func (b *buckets[K]) forget(now time.Time, stamp uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.swept) < time.Minute {
		return
	}
	b.swept = now
	for who, one := range b.of {
		if one.full(stamp, b.rate) {
			delete(b.of, who)
		}
	}
}
