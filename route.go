// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// addressPrefix begins what a server signs, so that the signature can mean nothing else.
const addressPrefix = "zolal addresses v1\n"

// rememberFor is how long a transport that worked is tried first, before the better ones get a chance again.
const rememberFor = time.Hour

// VerifyAddresses checks a signed list against a pinned key (any key where pinned is empty) and returns the
// addresses. Expired lists are refused.
func VerifyAddresses(
	list *zolalv1.AddressList, pinned []byte, now time.Time,
) (*zolalv1.Addresses, error) {
	key := list.GetKey()
	if len(key) != ed25519.PublicKeySize || (len(pinned) > 0 && !slices.Equal(key, pinned)) {
		return nil, fmt.Errorf("address list: signed by another key")
	}
	if !ed25519.Verify(key, append([]byte(addressPrefix), list.GetPayload()...), list.GetSignature()) {
		return nil, fmt.Errorf("address list: the signature does not fit")
	}
	a := new(zolalv1.Addresses)
	if err := proto.Unmarshal(list.GetPayload(), a); err != nil {
		return nil, fmt.Errorf("address list: %w", err)
	}
	if a.GetExpiresMs() < now.UnixMilli() {
		return nil, fmt.Errorf("address list: expired")
	}
	return a, nil
}

// route decides which address and which transport is tried next: every address by the transport at hand, and
// only when all have been tried, and somebody answered somewhere, by the next transport. So a blocked address
// costs one try, and a restart of the server does not leave its clients on the slowest way.
type route struct {
	o       Options
	journal Journal

	mu        sync.Mutex
	addresses []string
	at        int  // in addresses
	transport int  // in o.transports()
	step      int  // addresses tried in this round
	answered  bool // in this round somebody took a connection
	rounds    int  // full rounds that failed since something worked
	pinned    []byte
}

// newRoute starts at the given address; what an earlier client learned stands behind it.
func newRoute(address string, o Options) (*route, error) {
	base, err := baseURL(address)
	if err != nil {
		return nil, err
	}
	r := &route{o: o, journal: o.Journal, addresses: []string{base.String()}}
	stored, err := r.journal.Get("addresses")
	if err != nil {
		return nil, err
	}
	if r.pinned, err = r.journal.Get("server-key"); err != nil {
		return nil, err
	}
	list := new(zolalv1.AddressList)
	if len(stored) > 0 && proto.Unmarshal(stored, list) == nil {
		r.add(list)
	}
	r.recall()
	return r, nil
}

// known reports whether the server has told its addresses before.
func (r *route) known() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.pinned) > 0
}

func (r *route) current() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.addresses[r.at]
}

func (r *route) choose() (string, Transport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.addresses[r.at], r.o.transports()[r.transport]
}

// failed moves on. A refusal by the server itself shows that the way is open, and changes nothing.
func (r *route) failed(err error) {
	if CodeOf(err) != 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "dial" {
		r.answered = true
	}
	r.at = (r.at + 1) % len(r.addresses)
	if r.step++; r.step < len(r.addresses) {
		return
	}
	if r.answered {
		r.transport = (r.transport + 1) % len(r.o.transports())
	}
	r.step, r.answered = 0, false
	r.rounds++
}

// failures returns how many full rounds have failed, and whether another has just begun.
func (r *route) failures() (rounds int, begun bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rounds, r.step == 0
}

// worked remembers what passed here.
func (r *route) worked() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step, r.rounds, r.answered = 0, 0, false
	row := fmt.Sprintf("%d %s", r.o.now().Unix(), r.o.transports()[r.transport])
	// A lost note costs one slow connect.
	_ = r.journal.Put("transport/"+r.addresses[r.at], []byte(row))
}

// recall starts with the transport that worked last at the current address, if that was not long ago.
func (r *route) recall() {
	r.transport = 0
	row, err := r.journal.Get("transport/" + r.addresses[r.at])
	if err != nil || len(row) == 0 {
		return
	}
	var unix int64
	var name string
	if _, err := fmt.Sscanf(string(row), "%d %s", &unix, &name); err != nil {
		return
	}
	i := slices.Index(r.o.transports(), Transport(name))
	if i >= 0 && r.o.now().Sub(time.Unix(unix, 0)) < rememberFor {
		r.transport = i
	}
}

// learn takes a list of addresses if it is genuine, and pins the key of the first one.
func (r *route) learn(list *zolalv1.AddressList) {
	if len(list.GetPayload()) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.add(list) {
		return
	}
	if b, err := proto.Marshal(list); err == nil {
		_ = r.journal.Put("addresses", b)
		_ = r.journal.Put("server-key", r.pinned)
	}
}

func (r *route) add(list *zolalv1.AddressList) bool {
	a, err := VerifyAddresses(list, r.pinned, r.o.now())
	if err != nil {
		return false
	}
	r.pinned = list.GetKey()
	for _, address := range a.GetAddresses() {
		base, err := baseURL(address)
		if err == nil && !slices.Contains(r.addresses, base.String()) {
			r.addresses = append(r.addresses, base.String())
		}
	}
	return true
}
