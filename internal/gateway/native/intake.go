// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"encoding/binary"
	"io"
	"sync"

	"github.com/gobwas/ws"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
)

// Sizes of the buffers that readers borrow, in bytes. The large one holds the longest frame with its header.
const (
	smallBuffer = 4 << 10
	largeBuffer = wire.MaxFrame + ws.MaxHeaderSize
	idleBuffer  = 512 // of connections that cannot be read without one
)

// maxSkipped is the longest frame that is read and thrown away; a longer one ends the connection.
const maxSkipped = 16 << 20

// intake cuts the bytes of a connection into messages. While it waits for the first byte of a message it
// holds no buffer, where the connection lets it. After errLater it goes on where it was.
type intake struct {
	c        *conn
	attempt  func(fd uintptr) bool // made once; see tryRead
	buf      []byte                // borrowed; nil while idle
	from, to int                   // what is in buf and not yet used
	err      error                 // of the last attempt
	message  []byte                // fragments of a message so far; nil: none
	partial  bool
	torn     bool  // what is thrown away is a part of a message
	skip     int64 // bytes still to be thrown away of a frame that is too long

	reads   int  // in this turn
	drained bool // the last read took all there was
}

// intakes are those of polled connections that are between two messages.
var intakes = sync.OnceValue(func() *sync.Pool {
	return &sync.Pool{New: func() any {
		in := new(intake)
		in.init()
		return in
	}}
})

// newIntake gives a polled connection an intake for the time in which it has something to read.
func newIntake(c *conn) *intake {
	in := intakes().Get().(*intake)
	in.c = c
	return in
}

// rest is what a polled connection has to keep until its next turn: nil between two messages.
func (in *intake) rest() *intake {
	if in.from == in.to {
		in.release()
	}
	if in.buf != nil || in.partial || in.skip > 0 {
		return in
	}
	in.c, in.message = nil, nil
	intakes().Put(in)
	return nil
}

// buffers are shared by all connections of the process; they hold nothing between uses.
var smallBuffers = sync.OnceValue(func() *sync.Pool { return newBuffers(smallBuffer) })
var largeBuffers = sync.OnceValue(func() *sync.Pool { return newBuffers(largeBuffer) })

func newBuffers(size int) *sync.Pool {
	return &sync.Pool{New: func() any { b := make([]byte, size); return &b }}
}

func borrow(size int) []byte {
	switch {
	case size <= smallBuffer:
		return *smallBuffers().Get().(*[]byte)
	default:
		return *largeBuffers().Get().(*[]byte)
	}
}

func giveBack(b []byte) {
	b = b[:cap(b)]
	switch len(b) {
	case smallBuffer:
		smallBuffers().Put(&b)
	case largeBuffer:
		largeBuffers().Put(&b)
	}
}

func (in *intake) release() {
	if in.buf != nil {
		giveBack(in.buf)
		in.buf, in.from, in.to = nil, 0, 0
	}
}

// preload takes over what was read before the connection became a WebSocket.
func (in *intake) preload(b []byte) {
	if len(b) > 0 {
		in.buf = borrow(len(b))
		in.to = copy(in.buf, b)
	}
}

// next returns the next message or control frame. The payload is valid until the next call. It fails with
// chat.CodeBadFrame where the framing is unsound, and with the connection's own error where that ended.
//
// CONN-4
func (in *intake) next() (ws.OpCode, []byte, error) {
	for {
		if in.skip > 0 {
			if err := in.discard(); err != nil {
				return 0, nil, err
			}
		}
		h, size, err := in.header()
		if err != nil {
			return 0, nil, err
		}
		if err := in.check(h); err != nil {
			return 0, nil, err
		}
		limit := in.c.limit()
		if h.Length > limit || int64(len(in.message))+h.Length > limit && !h.OpCode.IsControl() {
			in.from += size
			in.skip, in.torn = h.Length, !h.Fin || in.partial
			continue
		}
		payload, err := in.payload(size, int(h.Length))
		if err != nil {
			return 0, nil, err
		}
		ws.Cipher(payload, h.Mask, 0)
		if op, whole, ok := in.join(h, payload); ok {
			return op, whole, nil
		}
	}
}

// join puts the fragments of a message together.
func (in *intake) join(h ws.Header, payload []byte) (ws.OpCode, []byte, bool) {
	switch {
	case h.OpCode.IsControl(), h.Fin && !in.partial:
		return h.OpCode, payload, true
	case !h.Fin:
		if !in.partial {
			in.message = in.message[:0]
		}
		in.partial = true
		in.message = append(in.message, payload...)
		return 0, nil, false
	default:
		in.partial = false
		whole := append(in.message, payload...)
		in.message = nil
		return ws.OpBinary, whole, true
	}
}

// limit is how long a frame may be. Before the hello it is short: who has not said it holds no large buffer.
//
// LIM-1
func (c *conn) limit() int64 {
	if c.greeted {
		return wire.MaxFrame
	}
	return wire.MaxHello
}

// check refuses what a sound client never sends. Every client masks its frames (RFC 6455, section 5.1).
func (in *intake) check(h ws.Header) error {
	bad := func(text string) error { return &chat.Error{Code: chat.CodeBadFrame, Text: text} }
	switch {
	case !h.Masked:
		return bad("a client's frames are masked")
	case h.Rsv != 0:
		return bad("no extension was agreed on")
	case h.OpCode.IsReserved():
		return bad("unknown kind of frame")
	case h.OpCode.IsControl() && (!h.Fin || h.Length > ws.MaxControlFramePayloadSize):
		return bad("a control frame is short and whole")
	case !h.OpCode.IsControl() && (h.OpCode == ws.OpContinuation) != in.partial:
		return bad("fragments out of order")
	case h.Length < 0 || h.Length > maxSkipped:
		return &chat.Error{Code: chat.CodeTooLarge, Text: "the frame is far too long"}
	}
	return nil
}

// header reads the header of a frame and returns its size; it stays in the buffer.
func (in *intake) header() (ws.Header, int, error) {
	for {
		have := in.buf[in.from:in.to]
		if h, size, ok := parseHeader(have); ok {
			return h, size, nil
		}
		if in.from == in.to && !in.partial {
			in.idle()
		}
		if err := in.fill(ws.MaxHeaderSize); err != nil {
			return ws.Header{}, 0, err
		}
	}
}

// parseHeader reads a header (RFC 6455, section 5.2) if all of it is there.
func parseHeader(b []byte) (h ws.Header, size int, ok bool) {
	if len(b) < 2 {
		return h, 0, false
	}
	h.Fin, h.Rsv, h.OpCode = b[0]&0x80 != 0, b[0]>>4&7, ws.OpCode(b[0]&0x0f)
	h.Masked = b[1]&0x80 != 0
	size = 2
	switch n := b[1] & 0x7f; n {
	case 126:
		if len(b) < 4 {
			return h, 0, false
		}
		h.Length, size = int64(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return h, 0, false
		}
		h.Length, size = int64(binary.BigEndian.Uint64(b[2:])), 10
	default:
		h.Length = int64(n)
	}
	if h.Masked {
		if len(b) < size+4 {
			return h, 0, false
		}
		size += copy(h.Mask[:], b[size:size+4])
	}
	return h, size, true
}

// payload reads the rest of a frame and takes it out of the buffer.
func (in *intake) payload(header, length int) ([]byte, error) {
	for in.to-in.from < header+length {
		if err := in.fill(header + length); err != nil {
			return nil, err
		}
	}
	p := in.buf[in.from+header : in.from+header+length]
	in.from += header + length
	return p, nil
}

// discard throws the payload of a frame away that is too long, says so, and keeps the connection.
//
// LIM-1
func (in *intake) discard() error {
	for {
		n := min(int64(in.to-in.from), in.skip)
		in.from += int(n)
		if in.skip -= n; in.skip == 0 {
			break
		}
		if err := in.fill(1); err != nil {
			return err
		}
	}
	if in.torn {
		return &chat.Error{Code: chat.CodeTooLarge, Text: "a message in fragments is too long"}
	}
	in.c.refuse(0, chat.Errorf(chat.CodeTooLarge, "a frame has at most %d bytes", in.c.limit()))
	return nil
}

// idle gives the buffer back: there is nothing in it.
func (in *intake) idle() {
	if in.c.raw != nil {
		in.release()
		return
	}
	if len(in.buf) > idleBuffer {
		in.release()
	}
	if in.buf == nil {
		in.buf = make([]byte, idleBuffer)
	}
	in.from, in.to = 0, 0
}

// room makes space for need bytes from in.from on, and for at least one more to read.
func (in *intake) room(need int) {
	if in.buf == nil {
		in.buf = borrow(smallBuffer)
		in.from, in.to = 0, 0
	}
	if in.from+need <= len(in.buf) && in.to < len(in.buf) {
		return
	}
	if need > len(in.buf) || in.to-in.from == len(in.buf) {
		bigger := borrow(largeBuffer)
		n := copy(bigger, in.buf[in.from:in.to])
		giveBack(in.buf)
		in.buf, in.from, in.to = bigger, 0, n
		return
	}
	in.to = copy(in.buf, in.buf[in.from:in.to])
	in.from = 0
}

// fill reads more bytes, waiting for at least one. need is how many from in.from on will be wanted.
func (in *intake) fill(need int) error {
	if in.c.raw != nil {
		return in.fillRaw(need)
	}
	in.room(need)
	n, err := in.c.nc.Read(in.buf[in.to:])
	in.to += n
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}
