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
	start time.Time

	mu        sync.Mutex
	accounts  map[chat.AccountID]*bucket
	addresses map[netip.Prefix]*bucket
	swept     time.Time
}

// maxBuckets bounds memory; beyond it the buckets are thrown away, which can only be generous.
const maxBuckets = 1 << 17

func newRates(r Rates) *rates {
	return &rates{
		Rates: r, start: time.Now(), accounts: make(map[chat.AccountID]*bucket),
		addresses: make(map[netip.Prefix]*bucket),
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
	if r.AccountBurst == 0 {
		return nil
	}
	now := r.stamp()
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.accounts[id]
	if b == nil {
		if len(r.accounts) > maxBuckets {
			clear(r.accounts)
		}
		b = &bucket{at: now}
		r.accounts[id] = b
	}
	if wait, ok := b.take(now, r.Account, r.AccountBurst); !ok {
		return limited(wait, "account")
	}
	return nil
}

// address takes from the bucket of a network: one address of IPv4, a /64 of IPv6.
func (r *rates) address(from netip.Addr) error {
	if r.AddressBurst == 0 {
		return nil
	}
	bits := from.BitLen()
	if bits > 64 {
		bits = 64
	}
	network, err := from.Prefix(bits)
	if err != nil {
		network = netip.Prefix{}
	}
	now := r.stamp()
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.addresses[network]
	if b == nil {
		if len(r.addresses) > maxBuckets {
			clear(r.addresses)
		}
		b = &bucket{at: now}
		r.addresses[network] = b
	}
	if wait, ok := b.take(now, r.Address, r.AddressBurst); !ok {
		return limited(wait, "address")
	}
	return nil
}

// forget drops full buckets, now and then.
func (r *rates) forget(now time.Time) {
	stamp := r.stamp()
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.swept) < time.Minute {
		return
	}
	r.swept = now
	for id, b := range r.accounts {
		if b.full(stamp, r.Account) {
			delete(r.accounts, id)
		}
	}
	for n, b := range r.addresses {
		if b.full(stamp, r.Address) {
			delete(r.addresses, n)
		}
	}
}
