// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// maxNewcomers is how many may wait at once.
	maxNewcomers = 500
	// maxFromNetwork is how many of them from one network: a class or an office comes by one address, and
	// nobody fills the queue from a few.
	maxFromNetwork = 50
	// secretNewcomers is the key of the hash by which newcomers of one network are told to be so.
	secretNewcomers = "account/newcomers"
)

// crowd is how many newcomers may wait, in all and of one network.
type crowd struct{ all, each int }

// waiting is somebody in the queue of newcomers, and the short hash of their network.
type waiting struct {
	c       Credential
	network uint16
}

// givesWay is who of the queue makes room for one more of a network: nobody where there is room, and where
// the queue is full the latest of the network that fills it most. Who came from a network that fills no more
// than its share stays, however many addresses somebody else has. False: the newcomer comes again later.
//
// SIGNUP-5
func (most crowd) givesWay(queue []waiting, network uint16) (out []waiting, room bool) {
	count := map[uint16]int{}
	for _, w := range queue {
		count[w.network]++
	}
	if count[network] >= most.each {
		return nil, false
	}
	if len(queue) < most.all {
		return nil, true
	}
	// A network that stands among the fullest already, or would then, takes nobody's place.
	last := -1
	for i, w := range queue {
		n := count[w.network]
		if n <= count[network]+1 {
			continue
		}
		if last < 0 || n > count[queue[last].network] ||
			n == count[queue[last].network] && w.c.Created >= queue[last].c.Created {
			last = i
		}
	}
	if last < 0 {
		return nil, false
	}
	return queue[last : last+1], true
}

// networkOf is a short keyed hash of where a newcomer comes from, an IPv4 /24 or an IPv6 /48: 16 bits, which
// some hundreds of networks share, and from which no address can be found.
func (s *Service) networkOf(ctx context.Context, from netip.Addr) (uint16, error) {
	key, err := s.Store.Secret(ctx, secretNewcomers)
	if isCode(err, chat.CodeNotFound) {
		key = make([]byte, sha256.Size)
		rand.Read(key)
		err = s.Store.Apply(ctx, SecretPut{Name: secretNewcomers, New: key})
		if isCode(err, chat.CodeConflict) { // another made one meanwhile
			key, err = s.Store.Secret(ctx, secretNewcomers)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("network of a newcomer: %w", err)
	}
	from = from.Unmap().WithZone("")
	bits := 24
	if from.Is6() {
		bits = 48
	}
	sum := hmac.New(sha256.New, key)
	if p, err := from.Prefix(bits); err == nil {
		sum.Write(p.Addr().AsSlice())
	}
	return binary.BigEndian.Uint16(sum.Sum(nil)), nil
}
