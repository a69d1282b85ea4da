// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/maphash"
	"math/bits"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// stampSize is how much of a text tells which message it is: a number and the time it was sent, in hex.
const stampSize = 32

// text makes a message of a given size that carries its number and time.
func text(number uint64, size int) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], number)
	binary.BigEndian.PutUint64(raw[8:], uint64(time.Now().UnixNano()))
	b := make([]byte, max(size, stampSize))
	hex.Encode(b, raw[:])
	for i := stampSize; i < len(b); i++ {
		b[i] = byte('a' + i%26)
	}
	return string(b)
}

// seen is one delivered message.
type seen struct {
	chat, seq uint32
	number    uint64
	at        time.Duration // from sending to arrival
}

var errShape = errors.New("an update has not the expected shape")

// fields walks an encoded message and calls f for each field.
func fields(b []byte, f func(num protowire.Number, value uint64, bytes []byte) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errShape
		}
		b = b[n:]
		var value uint64
		var bytes []byte
		switch typ {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			bytes, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(num, typ, b)
		}
		if n < 0 {
			return errShape
		}
		if err := f(num, value, bytes); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// delivered reads the messages out of an encoded ServerFrame without decoding the rest: the load generator
// must cost less than the server. Numbers of fields are those of sync.proto and entry.proto.
func delivered(frame []byte, now int64, each func(seen)) error {
	return fields(frame, func(n protowire.Number, _ uint64, updates []byte) error {
		if n != 2 { // ServerFrame.updates
			return nil
		}
		return fields(updates, func(n protowire.Number, _ uint64, update []byte) error {
			if n != 1 { // Updates.updates
				return nil
			}
			return fields(update, func(n protowire.Number, _ uint64, tail []byte) error {
				if n != 1 { // Update.chat
					return nil
				}
				return chatTail(tail, now, each)
			})
		})
	})
}

func chatTail(tail []byte, now int64, each func(seen)) error {
	var chat uint32
	return fields(tail, func(n protowire.Number, value uint64, entry []byte) error {
		switch n {
		case 1: // ChatTail.chat
			chat = uint32(value)
		case 2: // ChatTail.entries
			s := seen{chat: chat}
			var body []byte
			err := fields(entry, func(n protowire.Number, value uint64, bytes []byte) error {
				switch n {
				case 1: // Entry.seq
					s.seq = uint32(value)
				case 7: // Entry.body
					body = bytes
				}
				return nil
			})
			if err != nil {
				return err
			}
			if s.stamp(body, now) {
				each(s)
			}
		}
		return nil
	})
}

// stamp reads number and time from the text, which is the first field of a Message.
func (s *seen) stamp(body []byte, now int64) bool {
	num, typ, n := protowire.ConsumeTag(body)
	if n < 0 || num != 1 || typ != protowire.BytesType {
		return false
	}
	t, n := protowire.ConsumeBytes(body[n:])
	if n < 0 || len(t) < stampSize {
		return false
	}
	var raw [16]byte
	if _, err := hex.Decode(raw[:], t[:stampSize]); err != nil {
		return false
	}
	s.number = binary.BigEndian.Uint64(raw[:8])
	s.at = time.Duration(now - int64(binary.BigEndian.Uint64(raw[8:])))
	return true
}

// receiver checks what one connection is given. Only its connection's goroutine writes to it; others read
// after the connection is quiet.
type receiver struct {
	mu        sync.Mutex
	last      map[uint32]uint32 // seq by chat
	count     int64
	sum       uint64 // order-independent sum over (chat, seq, number)
	doubled   int64
	reordered int64
	times     histogram
	bad       error
}

func newReceiver() *receiver { return &receiver{last: make(map[uint32]uint32)} }

// frame is given every undecoded update frame.
func (r *receiver) frame(b []byte) {
	now := time.Now().UnixNano()
	r.mu.Lock()
	defer r.mu.Unlock()
	err := delivered(b, now, func(s seen) {
		switch last := r.last[s.chat]; {
		case s.seq == last:
			r.doubled++
			return
		case s.seq < last:
			r.reordered++
		default:
			r.last[s.chat] = s.seq
		}
		r.count++
		r.sum += digest(s.chat, s.seq, s.number)
		r.times.add(s.at)
	})
	if err != nil {
		r.bad = err
	}
}

// got returns how many messages arrived.
func (r *receiver) got() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

// digestSeed is one for the process, so that sums can be compared.
var digestSeed = maphash.MakeSeed()

func digest(chat, seq uint32, number uint64) uint64 {
	return maphash.Comparable(digestSeed, [3]uint64{uint64(chat), uint64(seq), number})
}

// histogram counts durations in buckets of about 3 %.
type histogram struct{ buckets [64 * 32]uint32 }

func (h *histogram) add(d time.Duration) {
	us := uint64(max(d.Microseconds(), 1))
	top := bits.Len64(us) - 1
	sub := uint64(0)
	if top >= 5 {
		sub = us >> (top - 5) & 31
	} else {
		sub = us << (5 - top) & 31
	}
	h.buckets[uint64(top)*32+sub]++
}

func (h *histogram) merge(o *histogram) {
	for i, n := range o.buckets {
		h.buckets[i] += n
	}
}

// quantile returns milliseconds.
func (h *histogram) quantile(q float64) float64 {
	var total, sum uint64
	for _, n := range h.buckets {
		total += uint64(n)
	}
	want := uint64(q * float64(total))
	for i, n := range h.buckets {
		sum += uint64(n)
		if n > 0 && sum >= want {
			top, sub := i/32, i%32
			us := float64(uint64(1)<<top) * (1 + float64(sub)/32)
			return us / 1000
		}
	}
	return 0
}

// quantiles returns p50 and p99 of a list, in milliseconds.
func quantiles(all []time.Duration) (p50, p99 float64) {
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	ms := func(q float64) float64 {
		return float64(all[min(int(q*float64(len(all))), len(all)-1)].Microseconds()) / 1000
	}
	return ms(0.5), ms(0.99)
}
