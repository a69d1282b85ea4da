// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// maxFrame bounds what a server may send at once, so that a hostile one cannot exhaust memory.
const maxFrame = 16 << 20

// socket carries frames over a WebSocket.
type socket struct {
	conn net.Conn
	br   *bufio.Reader
	raw  func([]byte)
	in   []byte // reused where raw is set

	mu  sync.Mutex // guards writing
	out []byte
}

func dialSocket(ctx context.Context, base *url.URL, o Options) (carrier, *zolalv1.HelloOk, error) {
	u := *base
	u.Scheme = map[string]string{"https": "wss", "http": "ws"}[base.Scheme]
	u.Path = "/api/ws"
	d := ws.Dialer{
		Protocols: []string{"zolal.v1"},
		TLSConfig: o.TLS,
		Header:    ws.HandshakeHeaderHTTP(http.Header{"Origin": {base.Scheme + "://" + base.Host}}),
	}
	if o.Dial != nil {
		d.NetDial = func(_ context.Context, network, addr string) (net.Conn, error) {
			return o.Dial(network, addr)
		}
	}
	conn, br, hs, err := d.Dial(ctx, u.String())
	if err != nil {
		return nil, nil, fmt.Errorf("dial: %w", err)
	}
	if hs.Protocol != "zolal.v1" {
		conn.Close()
		return nil, nil, ErrInterfering
	}
	if br == nil {
		br = bufio.NewReaderSize(conn, 4096)
	}
	s := &socket{conn: conn, br: br, raw: o.Raw}
	ok, err := s.greet(ctx, o)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return s, ok, nil
}

// greet sends the hello and waits for its answer within the context's time.
func (s *socket) greet(ctx context.Context, o Options) (*zolalv1.HelloOk, error) {
	if until, ok := ctx.Deadline(); ok {
		s.conn.SetDeadline(until)
		defer s.conn.SetDeadline(time.Time{})
	}
	payload, err := proto.Marshal(o.hello())
	if err != nil {
		return nil, fmt.Errorf("encode hello: %w", err)
	}
	if err := s.send(&zolalv1.ClientFrame{Method: "Hello", Payload: payload}); err != nil {
		return nil, err
	}
	f, err := s.receive()
	if err != nil {
		return nil, err
	}
	return helloFrom(f)
}

// helloFrom reads the first frame of a connection.
func helloFrom(f *zolalv1.ServerFrame) (*zolalv1.HelloOk, error) {
	r := f.GetResponse()
	if r == nil {
		return nil, ErrInterfering
	}
	if r.GetError() != nil {
		return nil, fromWire(r.GetError())
	}
	ok := new(zolalv1.HelloOk)
	if err := proto.Unmarshal(r.GetPayload(), ok); err != nil || len(ok.GetIncarnation()) == 0 {
		return nil, ErrInterfering
	}
	return ok, nil
}

func (s *socket) send(frame *zolalv1.ClientFrame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := proto.MarshalOptions{}.MarshalAppend(s.out[:0], frame)
	if err != nil {
		return fmt.Errorf("encode frame: %w", err)
	}
	s.out = body[:0]
	return wsutil.WriteClientBinary(s.conn, body)
}

func (s *socket) receive() (*zolalv1.ServerFrame, error) {
	for {
		h, err := ws.ReadHeader(s.br)
		if err != nil {
			return nil, fmt.Errorf("read frame: %w", err)
		}
		if h.Length > maxFrame {
			return nil, fmt.Errorf("frame of %d bytes: %w", h.Length, ErrInterfering)
		}
		body, err := s.body(int(h.Length))
		if err != nil {
			return nil, err
		}
		if s.raw != nil && h.OpCode == ws.OpBinary && len(body) > 0 && body[0] == updatesTag {
			s.raw(body)
			continue
		}
		switch h.OpCode {
		case ws.OpBinary:
			f := new(zolalv1.ServerFrame)
			if err := proto.Unmarshal(body, f); err != nil {
				return nil, ErrInterfering
			}
			return f, nil
		case ws.OpPing:
			s.mu.Lock()
			err = wsutil.WriteClientMessage(s.conn, ws.OpPong, body)
			s.mu.Unlock()
			if err != nil {
				return nil, fmt.Errorf("pong: %w", err)
			}
		case ws.OpClose:
			code, reason := ws.ParseCloseFrameData(body)
			return nil, fmt.Errorf("closed by the server: %d %s", code, reason)
		}
	}
}

// updatesTag begins an encoded ServerFrame that holds updates: field 2, length-delimited.
const updatesTag = 2<<3 | 2

// body reads a frame's payload, into the same memory each time where nothing keeps it.
func (s *socket) body(n int) ([]byte, error) {
	buf := s.in
	if s.raw == nil || cap(buf) < n {
		buf = make([]byte, n)
		if s.raw != nil {
			s.in = buf
		}
	}
	if _, err := io.ReadFull(s.br, buf[:n]); err != nil {
		return nil, fmt.Errorf("read frame: %w", err)
	}
	return buf[:n], nil
}

func (s *socket) close() error { return s.conn.Close() }
