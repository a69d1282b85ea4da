// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestKeysSortByTheTimeTheyWereMade(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_000)
	a, b := NewKey(at), NewKey(at.Add(time.Millisecond))
	if len(a) != 16 || bytes.Compare(a, b) >= 0 || a[6]>>4 != 7 || a[8]>>6 != 2 {
		t.Fatalf("%x, %x", a, b)
	}
}

func TestJournalsKeepDeleteAndListInOrder(t *testing.T) {
	for name, j := range map[string]Journal{
		"memory": &MemoryJournal{}, "directory": DirJournal(t.TempDir() + "/deep/er"),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := j.Keys(""); len(got) != 0 || err != nil {
				t.Fatalf("an empty journal has %v, %v", got, err)
			}
			for _, key := range []string{"outbox/2", "outbox/1", "a/..\\b\x00 ü", "other"} {
				if err := j.Put(key, []byte(key)); err != nil {
					t.Fatal(err)
				}
			}
			if err := j.Put("outbox/2", []byte("again")); err != nil {
				t.Fatal(err)
			}
			keys, err := j.Keys("outbox/")
			if err != nil || !slices.Equal(keys, []string{"outbox/1", "outbox/2"}) {
				t.Fatalf("keys: %v, %v", keys, err)
			}
			if v, err := j.Get("outbox/2"); string(v) != "again" || err != nil {
				t.Fatalf("got %q, %v", v, err)
			}
			if err := errors.Join(j.Delete("outbox/2"), j.Delete("never was")); err != nil {
				t.Fatal(err)
			}
			if v, err := j.Get("outbox/2"); v != nil || err != nil {
				t.Fatalf("deleted, and still %q, %v", v, err)
			}
			if v, err := j.Get("a/..\\b\x00 ü"); string(v) != "a/..\\b\x00 ü" || err != nil {
				t.Fatalf("got %q, %v", v, err)
			}
		})
	}
}

// signed makes an address list as a server does.
func signed(t testing.TB, private ed25519.PrivateKey, payload []byte) *zolalv1.AddressList {
	t.Helper()
	return &zolalv1.AddressList{
		Payload: payload, Key: private.Public().(ed25519.PublicKey),
		Signature: ed25519.Sign(private, append([]byte(addressPrefix), payload...)),
	}
}

// ADDR-2
func TestOnlyAGenuineAndNewerAddressListIsLearned(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	list := func(key ed25519.PrivateKey, issued, expires int64, addresses ...string) *zolalv1.AddressList {
		a := &zolalv1.Addresses{Addresses: addresses, IssuedMs: issued, ExpiresMs: expires}
		payload, err := proto.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return signed(t, key, payload)
	}
	later := now.Add(time.Hour).UnixMilli()
	o := Options{Journal: &MemoryJournal{}}
	r, err := newRoute("https://a.example", o, now)
	if err != nil {
		t.Fatal(err)
	}
	knows := func(want ...string) {
		t.Helper()
		if !slices.Equal(r.addresses, want) {
			t.Fatalf("knows %v; want %v", r.addresses, want)
		}
	}
	r.learn(list(private, 1, now.UnixMilli()-1, "https://old.example"), now)
	tampered := list(private, 2, later, "https://b.example")
	tampered.Payload = append(tampered.Payload, 0)
	r.learn(tampered, now)
	knows("https://a.example")
	r.learn(list(private, 5, later, "https://b.example", "http://plain.example", "ftp://b"), now)
	r.learn(list(stranger, 6, later, "https://evil.example"), now)
	r.learn(list(private, 4, later, "https://before.example"), now)
	r.learn(list(private, 5, later, "https://same.example"), now)
	knows("https://a.example", "https://b.example")
	r.at = 1
	r.learn(list(private, 7, later, "https://c.example", "https://a.example"), now)
	knows("https://a.example", "https://c.example")
	if at, _ := r.choose(); at != "https://a.example" {
		t.Fatalf("still at %s, which was withdrawn", at)
	}
	if r, err = newRoute("https://a.example", o, now); err != nil {
		t.Fatal(err)
	}
	r.learn(list(private, 6, later, "https://before.example"), now)
	knows("https://a.example", "https://c.example")
	// A list that has ended while nobody looked gives no addresses, and lets none before it in.
	if r, err = newRoute("https://a.example", o, now.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	r.learn(list(private, 6, now.Add(3*time.Hour).UnixMilli(), "https://before.example"), now.Add(2*time.Hour))
	knows("https://a.example")
}

// FuzzAddressList feeds the decoder what a network may bring: it believes nothing that is not signed.
func FuzzAddressList(f *testing.F) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	payload, err := proto.Marshal(&zolalv1.Addresses{Addresses: []string{"https://b.example", "://", "x y"}})
	if err != nil {
		f.Fatal(err)
	}
	good := signed(f, private, payload)
	f.Add(payload, good.GetSignature(), good.GetKey())
	f.Add([]byte{}, []byte{1}, []byte{2})
	f.Fuzz(func(t *testing.T, payload, signature, key []byte) {
		now := time.UnixMilli(0)
		list := &zolalv1.AddressList{Payload: payload, Signature: signature, Key: key}
		_, lerr := VerifyAddresses(list, nil, now)
		r, err := newRoute("https://a.example", Options{Journal: &MemoryJournal{}}, now)
		if err != nil {
			t.Fatal(err)
		}
		r.learn(list, now)
		if lerr != nil && (len(r.addresses) != 1 || r.known()) {
			t.Fatalf("an unsigned list gives %v", r.addresses)
		}
		// Signed by a key of ours, the same payload is read without harm.
		r.learn(signed(t, private, payload), now)
		for _, a := range r.addresses {
			if _, err := baseURL(a); err != nil {
				t.Fatalf("%q is no address", a)
			}
		}
	})
}

func TestTheRouteTriesEveryAddressBeforeASlowerTransport(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	o := Options{Journal: &MemoryJournal{}, Now: func() time.Time { return now }}
	r, err := newRoute("https://one", o, now)
	if err != nil {
		t.Fatal(err)
	}
	r.addresses = append(r.addresses, "https://two")
	at := func(address string, transport Transport) {
		t.Helper()
		if a, tr := r.choose(); a != "https://"+address || tr != transport {
			t.Fatalf("%s by %s; want %s by %s", a, tr, address, transport)
		}
	}
	refused := fmt.Errorf("connect: %w", &net.OpError{Op: "dial", Err: errors.New("refused")})
	at("one", WebSocket)
	r.failed(refused)
	at("two", WebSocket)
	r.failed(refused)
	at("one", WebSocket) // nobody answered: no transport is to blame
	r.failed(ErrInterfering)
	at("two", WebSocket)
	r.failed(&Error{Code: zolalv1.ErrorCode_UNAVAILABLE})
	at("two", WebSocket)
	r.failed(ErrInterfering)
	at("one", Stream)
	r.worked()
	if rounds, _ := r.failures(); rounds != 0 {
		t.Fatalf("%d rounds", rounds)
	}
	again, err := newRoute("https://one", o, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, tr := again.choose(); tr != Stream {
		t.Fatalf("what worked here a moment ago is not tried first: %s", tr)
	}
	now = now.Add(2 * rememberFor)
	if again, err = newRoute("https://one", o, now); err != nil {
		t.Fatal(err)
	}
	if _, tr := again.choose(); tr != WebSocket {
		t.Fatalf("what worked long ago is tried first: %s", tr)
	}
}

func TestACursorKeepsFewSamplesThatReachFarBack(t *testing.T) {
	at := &cursor{}
	for seq := uint32(1); seq <= 10_000; seq++ {
		err := at.take([]*zolalv1.Entry{{Seq: seq}}, func(*zolalv1.Entry) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	n := len(at.samples)
	if n > 64 || at.samples[n-1].GetSeq() != 10_000 || at.samples[0].GetSeq() > 10 {
		t.Fatalf("%d samples from %d to %d", n, at.samples[0].GetSeq(), at.samples[n-1].GetSeq())
	}
}

func TestACursorPassesOverWhatWasSeenAndStopsAtAGap(t *testing.T) {
	at := &cursor{seq: 4}
	var got []uint32
	each := func(e *zolalv1.Entry) error { got = append(got, e.GetSeq()); return nil }
	tail := []*zolalv1.Entry{{Seq: 3}, {Seq: 5}, {Seq: 5}, {Seq: 6}, {Seq: 8}}
	if err := at.take(tail, each); err != nil || !slices.Equal(got, []uint32{5, 6}) {
		t.Fatalf("took %v, %v", got, err)
	}
}
