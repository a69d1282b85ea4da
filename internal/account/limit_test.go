// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

func TestABucketTellsWhenToComeBackAndIsRightAboutIt(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := newBuckets(func() time.Time { return now })
	k := bucket{"fail", Rate{Burst: 3, Every: 10 * time.Second}, "x"}
	for range 3 {
		if err := b.take(k); err != nil {
			t.Fatalf("within the burst: %v", err)
		}
	}
	now = now.Add(4 * time.Second)
	var limited *chat.Error
	if err := b.take(k); !errors.As(err, &limited) || limited.Code != chat.CodeRateLimited {
		t.Fatalf("past the burst: %v", err)
	}
	if limited.Retry != 6000 {
		t.Errorf("retry after %d ms, want 6000", limited.Retry)
	}
	now = now.Add(time.Duration(limited.Retry) * time.Millisecond)
	if err := b.take(k); err != nil {
		t.Errorf("after the announced time: %v", err)
	}
}

func TestOneFullBucketLeavesTheOthersUntouched(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := newBuckets(func() time.Time { return now })
	full := bucket{"account", Rate{Burst: 1, Every: time.Hour}, "x"}
	other := bucket{"fail", Rate{Burst: 2, Every: time.Hour}, "y"}
	if err := b.take(full); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := b.take(other, full); err == nil {
			t.Fatal("a full bucket let one through")
		}
	}
	for i := range 2 {
		if err := b.take(other); err != nil {
			t.Errorf("take %d of the other bucket: %v", i+1, err)
		}
	}
}

func TestARefusalRemembersNothing(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := newBuckets(func() time.Time { return now })
	full := bucket{"fail", Rate{Burst: 1, Every: time.Hour}, "an address"}
	if err := b.take(full); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		name := bucket{"account", Rate{Burst: 9, Every: time.Hour}, string(rune('a' + i))}
		if err := b.take(full, name); err == nil {
			t.Fatal("a full bucket let one through")
		}
	}
	if n := b.lru.Len(); n != 1 {
		t.Errorf("%d counters are kept after a hundred refusals, want 1", n)
	}
}

func TestWhatIsGivenBackCanBeTakenAgainButNeverMoreThanTheBurst(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := newBuckets(func() time.Time { return now })
	k := bucket{"fail", Rate{Burst: 2, Every: time.Hour}, "x"}
	for range 10 {
		if err := b.take(k); err != nil {
			t.Fatalf("an attempt that turned out right was counted: %v", err)
		}
		b.give(k)
	}
	b.give(k)
	b.give(k)
	now = now.Add(time.Nanosecond)
	if first, second := b.take(k), b.take(k); first != nil || second != nil {
		t.Fatal("the burst was not full")
	}
	if b.take(k) == nil {
		t.Error("giving back made more than the burst")
	}
}

func TestAddressesAreCountedByWhatOneSubscriberHolds(t *testing.T) {
	same := [][2]string{
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"fe80::1%eth0", "fe80::2%eth1"},
	}
	for _, p := range same {
		if place(netip.MustParseAddr(p[0])) != place(netip.MustParseAddr(p[1])) {
			t.Errorf("%s and %s are counted apart", p[0], p[1])
		}
	}
	if place(netip.MustParseAddr("192.0.2.1")) == place(netip.MustParseAddr("192.0.2.2")) {
		t.Error("two IPv4 addresses are counted as one")
	}
	if place(netip.MustParseAddr("2001:db8:1:2::1")) == place(netip.MustParseAddr("2001:db8:1:3::1")) {
		t.Error("two IPv6 networks are counted as one")
	}
}

func TestBucketsAreForgottenPastTheirBound(t *testing.T) {
	b := newBuckets(time.Now)
	for i := range maxBuckets + 1000 {
		if err := b.take(bucket{"x", Rate{Burst: 1, Every: time.Hour}, number(uint32(i))}); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.lru.Len(); n > maxBuckets {
		t.Errorf("%d buckets are remembered, the bound is %d", n, maxBuckets)
	}
}
