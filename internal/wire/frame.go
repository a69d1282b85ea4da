// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"encoding/binary"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Frame is a ServerFrame ready to be written: Data is a whole WebSocket message, final, binary and unmasked
// (RFC 6455, section 5.2); the ServerFrame itself begins at Head. It is never changed once built, because
// many sessions hold the same bytes.
type Frame struct {
	Data []byte
	Head int
}

// maxHeader is the longest header of an unmasked WebSocket frame, in bytes.
const maxHeader = 10

// Header appends the header of an unmasked, final, binary WebSocket frame of n bytes.
func Header(to []byte, n int) []byte {
	const finalBinary = 0x82
	switch {
	case n < 126:
		return append(to, finalBinary, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(to, finalBinary, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(to, finalBinary, 127), uint64(n))
	}
}

func frame(m *zolalv1.ServerFrame) (Frame, error) {
	size := proto.Size(m)
	data := Header(make([]byte, 0, maxHeader+size), size)
	head := len(data)
	data, err := proto.MarshalOptions{Deterministic: true, UseCachedSize: true}.MarshalAppend(data, m)
	if err != nil {
		return Frame{}, fmt.Errorf("encode frame: %w", badText(err))
	}
	return Frame{Data: data, Head: head}, nil
}

// Updates encodes updates as one frame.
func Updates(updates ...*zolalv1.Update) (Frame, error) {
	u := &zolalv1.Updates{Updates: updates}
	return frame(&zolalv1.ServerFrame{What: &zolalv1.ServerFrame_Updates{Updates: u}})
}

// Reply encodes the answer to request id as one frame.
func Reply(id uint32, answer proto.Message) (Frame, error) {
	payload, err := Marshal(answer)
	if err != nil {
		return Frame{}, fmt.Errorf("encode answer: %w", err)
	}
	return response(&zolalv1.Response{Id: id, Result: &zolalv1.Response_Payload{Payload: payload}})
}

// Refusal encodes the error that request id met as one frame.
func Refusal(id uint32, err error) Frame {
	e := ErrorOut(err)
	f, bad := response(&zolalv1.Response{Id: id, Result: &zolalv1.Response_Error{Error: e}})
	if bad != nil {
		panic(fmt.Sprintf("an error of code %d cannot be encoded: %v", e.GetCode(), bad))
	}
	return f
}

func response(r *zolalv1.Response) (Frame, error) {
	return frame(&zolalv1.ServerFrame{What: &zolalv1.ServerFrame_Response{Response: r}})
}

// updatesTag begins a ServerFrame that holds updates: field 2, length-delimited.
const updatesTag = 2<<3 | 2

// Body returns the encoded Updates that a frame made by Updates holds. Encoded Updates put one after the
// other are one Updates with all of them: that is how a poll gathers what a WebSocket gets frame by frame.
func (f Frame) Body() []byte {
	b := f.Data[f.Head:]
	if len(b) < 2 || b[0] != updatesTag {
		return nil
	}
	n, used := binary.Uvarint(b[1:])
	if used <= 0 || n != uint64(len(b)-1-used) {
		return nil
	}
	return b[1+used:]
}

// Polled joins gathered bodies and the number of the last one into an encoded Updates.
func Polled(bodies [][]byte, number uint64) ([]byte, error) {
	var out []byte
	for _, b := range bodies {
		out = append(out, b...)
	}
	return Append(out, &zolalv1.Updates{Number: number})
}

// Request reads a ClientFrame without copying its payload: method and payload point into b. It fails with
// chat.CodeBadFrame.
func Request(b []byte) (id uint32, method, payload []byte, err error) {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 || tag > 1<<32 {
			return id, nil, nil, badFrame()
		}
		b = b[n:]
		v, size, ok := field(b, tag&7)
		if !ok || tag>>3 == 0 {
			return id, nil, nil, badFrame()
		}
		switch tag {
		case 1 << 3: // field 1, varint
			x, _ := binary.Uvarint(b)
			id = uint32(x)
		case 2<<3 | 2:
			method = v
		case 3<<3 | 2:
			payload = v
		}
		b = b[size:]
	}
	return id, method, payload, nil
}

// field measures a field of a wire type at the start of b; a length-delimited one is returned as v.
func field(b []byte, kind uint64) (v []byte, size int, ok bool) {
	switch kind {
	case 0:
		_, n := binary.Uvarint(b)
		return nil, n, n > 0
	case 1:
		return nil, 8, len(b) >= 8
	case 2:
		l, n := binary.Uvarint(b)
		if n <= 0 || l > uint64(len(b)-n) {
			return nil, 0, false
		}
		return b[n : n+int(l)], n + int(l), true
	case 5:
		return nil, 4, len(b) >= 4
	default:
		return nil, 0, false
	}
}

func badFrame() error {
	return &chat.Error{Code: chat.CodeBadFrame, Text: "not an encoded ClientFrame"}
}
