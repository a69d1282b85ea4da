// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"

	"github.com/zolal-im/zolal/internal/chat"
)

// Rate is how often something may happen: Burst at once, then one in every Every. A zero Burst means without
// limit.
type Rate struct {
	Burst int
	Every time.Duration
}

// Limits bound guessing and flooding. Addresses are counted by their /64 in IPv6.
type Limits struct {
	// SignUp is per address; people behind one address of a provider share it.
	SignUp Rate
	// SignUpLocal takes its place for loopback addresses: programs on the machine itself.
	SignUpLocal Rate
	// Failure is failed sign-ins, recoveries and uses of a set-up link, per address.
	Failure Rate
	// Account is failed sign-ins to one account from devices it does not know.
	Account Rate
	// Device is failed sign-ins from one device the account knows, and from all of one account that ended.
	Device Rate
	// Factor is wrong codes of a second factor, per account, per device that the account knows, and for all of
	// one account that ended.
	Factor Rate
	// Token is tokens that one account makes for other programs.
	Token Rate
	// Arrival is devices of one account that come by the password, by a passkey, by its organisation or by
	// another device; who has the recovery code or the operator's link is not kept out by others' arrivals.
	Arrival Rate
	// Deed is what one device does to what protects its account.
	Deed Rate
	// Ask is codes that new devices show to be let in by old ones, per address.
	Ask Rate
	// Review is sign-ups that would wait for the operator, per address that is not this machine's.
	Review Rate
	// Check is questions whether a username is free, per address.
	Check Rate
	// Lookup is strangers whom one account looks up, by name or number.
	Lookup Rate
	// Search is what one account searches for.
	Search Rate
	// Preview is pages that one account has the server look at.
	Preview Rate
	// Push is how often one account may subscribe to pushes or test them.
	Push Rate
	// LookupNetwork is the same for all accounts of one address together.
	LookupNetwork Rate
	// Hashing is how many may wait for a password check before others are turned away.
	Hashing int
}

// DefaultLimits suit a server that is open to the world.
func DefaultLimits() Limits {
	return Limits{
		SignUp:      Rate{Burst: 100, Every: 10 * time.Second},
		SignUpLocal: Rate{Burst: 20_000, Every: 100 * time.Millisecond},
		Failure:     Rate{Burst: 60, Every: 2 * time.Second},
		Account:     Rate{Burst: 10, Every: 30 * time.Second},
		Device:      Rate{Burst: 10, Every: 30 * time.Second},
		Factor:      Rate{Burst: 5, Every: 10 * time.Minute},
		Token:       Rate{Burst: 20, Every: 10 * time.Minute},
		Arrival:     Rate{Burst: 40, Every: 10 * time.Minute},
		Deed:        Rate{Burst: 60, Every: 5 * time.Minute},
		Ask:         Rate{Burst: 30, Every: 10 * time.Second},
		Review:      Rate{Burst: 30, Every: 2 * time.Minute},
		Check:       Rate{Burst: 300, Every: 30 * time.Second},
		Lookup:      Rate{Burst: 300, Every: 5 * time.Minute},
		Search:      Rate{Burst: 120, Every: 500 * time.Millisecond},
		Preview:     Rate{Burst: 60, Every: 10 * time.Second},
		Push:        Rate{Burst: 30, Every: 20 * time.Second},
		// Schools and companies stand behind one address.
		LookupNetwork: Rate{Burst: 3000, Every: 30 * time.Second},
		Hashing:       256,
	}
}

// maxBuckets bounds memory; the one unused for longest is forgotten, which in the end only fills it up again.
const maxBuckets = 1 << 16

// buckets counts by what is limited and who is limited, under a hash keyed for this process, so that neither
// addresses nor names stay in memory.
type buckets struct {
	seed maphash.Seed
	now  func() time.Time

	mu  sync.Mutex
	lru *simplelru.LRU[uint64, *rate.Limiter]
}

func newBuckets(now func() time.Time) *buckets {
	lru, err := simplelru.NewLRU[uint64, *rate.Limiter](maxBuckets, nil)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	return &buckets{seed: maphash.MakeSeed(), now: now, lru: lru}
}

// bucket names one counter: what is limited, how, and for whom.
type bucket struct {
	what string
	rate Rate
	who  string
}

// take uses one of each bucket, or none and an error that says when to come back. A refusal remembers
// nothing: who is over one limit could otherwise push everybody's counters out, with names of their choosing.
func (b *buckets) take(list ...bucket) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	var wait time.Duration
	for _, k := range list {
		if k.rate.Burst <= 0 {
			continue
		}
		if l, ok := b.lru.Get(b.id(k)); ok { // one that is not there is full
			if have := l.TokensAt(now); have < 1 {
				wait = max(wait, time.Duration(math.Ceil((1-have)*float64(k.rate.Every))))
			}
		}
	}
	if wait > 0 {
		retry := chat.Millis((wait + time.Millisecond - 1) / time.Millisecond)
		return &chat.Error{Code: chat.CodeRateLimited, Text: "too many attempts", Retry: retry}
	}
	for _, k := range list {
		if l := b.limiter(k); l != nil {
			l.AllowN(now, 1)
		}
	}
	return nil
}

// takeFirst is take of the first list that has enough, and says which that is; the error is that of the last.
func (b *buckets) takeFirst(lists ...[]bucket) (n int, err error) {
	for i, list := range lists {
		if err = b.take(list...); err == nil {
			return i, nil
		}
	}
	return 0, err
}

// give returns what take used: for attempts that turned out right.
func (b *buckets) give(list ...bucket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range list {
		if l := b.limiter(k); l != nil {
			l.AllowN(b.now(), -1)
		}
	}
}

// id is the key of a bucket.
func (b *buckets) id(k bucket) uint64 { return maphash.String(b.seed, k.what+"\x00"+k.who) }

// limiter finds or makes a counter; nil where there is no limit.
func (b *buckets) limiter(k bucket) *rate.Limiter {
	if k.rate.Burst <= 0 {
		return nil
	}
	id := b.id(k)
	l, ok := b.lru.Get(id)
	if !ok {
		l = rate.NewLimiter(rate.Every(k.rate.Every), k.rate.Burst)
		b.lru.Add(id, l)
	}
	return l
}

// place is what an address is counted by: itself, or its /64, within which one subscriber may choose freely.
func place(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			a = p.Addr()
		}
	}
	return string(a.AsSlice())
}

// number is an id as a bucket's "who".
func number(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }
