// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
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

	home      string // the address that the program was given
	mu        sync.Mutex
	addresses []string // home, then those of the list
	at        int      // in addresses
	transport int      // in o.transports()
	step      int      // addresses tried in this round
	answered  bool     // in this round somebody took a connection
	rounds    int      // full rounds that failed since something worked
	pinned    []byte
	issued    int64 // when the list was, by the server's clock
}

// newRoute starts at the given address; what an earlier client learned stands behind it. now is the server's
// time, as far as it is known.
func newRoute(address string, o Options, now time.Time) (*route, error) {
	base, err := baseURL(address)
	if err != nil {
		return nil, err
	}
	r := &route{o: o, journal: o.Journal, home: base.String(), addresses: []string{base.String()}}
	stored, err := r.journal.Get("addresses")
	if err != nil {
		return nil, err
	}
	if r.pinned, err = r.journal.Get("server-key"); err != nil {
		return nil, err
	}
	list := new(zolalv1.AddressList)
	if len(stored) > 0 && proto.Unmarshal(stored, list) == nil {
		// A list that has ended gives no addresses, and still is newer than those before it.
		if a, err := VerifyAddresses(list, r.pinned, time.UnixMilli(0)); err == nil {
			r.issued = a.GetIssuedMs()
			if a.GetExpiresMs() >= now.UnixMilli() {
				r.replace(a)
			}
		}
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
	_ = r.journal.Put(r.note(), []byte(row))
}

// note names where the transport is remembered that worked: for the network, as far as the program can name
// it, and the address.
func (r *route) note() string {
	network := ""
	if r.o.Network != nil {
		network = r.o.Network()
	}
	return "transport/" + network + "/" + r.addresses[r.at]
}

// recall starts with the transport that worked last at the current address, if that was not long ago.
func (r *route) recall() {
	r.transport = 0
	row, err := r.journal.Get(r.note())
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

// better returns the transports that go before the one in use.
func (r *route) better() []Transport {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.o.transports()[:r.transport]
}

// climbed makes a better transport the one in use.
func (r *route) climbed(t Transport) {
	r.mu.Lock()
	r.transport = slices.Index(r.o.transports(), t)
	r.mu.Unlock()
	r.worked()
}

// learn takes a list of addresses if it is genuine and newer than the one it has, and pins the key of the
// first one.
//
// ADDR-2
func (r *route) learn(list *zolalv1.AddressList, now time.Time) {
	if len(list.GetPayload()) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a, err := VerifyAddresses(list, r.pinned, now)
	if err != nil || len(r.pinned) > 0 && a.GetIssuedMs() <= r.issued {
		return
	}
	r.pinned, r.issued = list.GetKey(), a.GetIssuedMs()
	r.replace(a)
	if b, err := proto.Marshal(list); err == nil {
		_ = r.journal.Put("addresses", b)
		_ = r.journal.Put("server-key", r.pinned)
	}
}

// replace puts a list in the place of the one before: an address that is not in it any more gets no token.
// Where the program was given a secure address, only secure ones are taken.
func (r *route) replace(a *zolalv1.Addresses) {
	current := r.addresses[r.at]
	r.addresses = []string{r.home}
	for _, address := range a.GetAddresses() {
		base, err := baseURL(address)
		if err != nil || strings.HasPrefix(r.home, "https:") && base.Scheme != "https" ||
			base.Scheme != "https" && base.Scheme != "http" {
			continue
		}
		if !slices.Contains(r.addresses, base.String()) {
			r.addresses = append(r.addresses, base.String())
		}
	}
	r.at = max(slices.Index(r.addresses, current), 0)
	r.step = 0
}
