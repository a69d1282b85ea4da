// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build linux

package native

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"github.com/zolal-im/zolal/internal/hub"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestAnIdleConnectionHasNoGoroutine(t *testing.T) {
	h := serve(t)
	u := h.users(1)[0]
	before := runtime.NumGoroutine()
	const many = 40
	all := make([]*socket, many)
	for i := range all {
		all[i] = h.greeted(u)
	}
	eventually(t, func() bool { return runtime.NumGoroutine() < before+many/4 })
	if n := h.gateway.Connections(); n != many {
		t.Errorf("%d connections, want %d", n, many)
	}
	for _, s := range all {
		s.lives()
	}
}

// flood writes frames that are answered until the server reads no more of them.
func (s *socket) flood() {
	s.t.Helper()
	var frames bytes.Buffer
	for frames.Len() < 1<<20 {
		f := ws.NewFrame(ws.OpPing, true, make([]byte, 125))
		check(s.t, ws.WriteFrame(&frames, ws.MaskFrameInPlace(f)))
	}
	for range 48 {
		s.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := s.Conn.Write(frames.Bytes()); err != nil {
			return
		}
	}
	s.t.Fatal("the server reads on and on")
}

// LIM-3
func TestConnectionsThatHaveToWaitHoldUpNobody(t *testing.T) {
	h := serve(t, func(g *Config, c *hub.Config) { g.readers, c.AnswerBytes = 1, 4<<10 })
	u := h.users(2)
	for range 2 {
		h.greeted(u[0]).flood()
	}
	other := h.greeted(u[1])
	other.lives()
}

// LIM-3
func TestAConnectionThatSendsWithoutEndHasItsTurnAndNoMore(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	check(t, err)
	server, err := l.Accept()
	check(t, err)
	defer server.Close()
	var pongs bytes.Buffer // nothing answers them
	for pongs.Len() < 8<<20 {
		f := ws.NewFrame(ws.OpPong, true, make([]byte, 100))
		check(t, ws.WriteFrame(&pongs, ws.MaskFrameInPlaceWith(f, [4]byte{1, 2, 3, byte(pongs.Len())})))
	}
	all := int64(pongs.Len())
	sent := make(chan error, 1)
	go func() {
		_, err := io.Copy(client, &pongs)
		client.Close()
		sent <- err
	}()
	c := &conn{g: &Gateway{}, nc: server, raw: rawOf(server), polled: true}
	in := newIntake(c)
	for turns := int64(0); ; turns++ {
		in.reads, in.drained = 0, false
		if err = c.read(in); err != errLater {
			break
		}
		if in.reads > turnReads || turns > all {
			t.Fatalf("%d reads in turn %d", in.reads, turns)
		}
		runtime.Gosched()
	}
	if err != io.EOF || in.from != in.to {
		t.Errorf("ended with %v, %d bytes left", err, in.to-in.from)
	}
	check(t, <-sent)
}

// What a client sends together with its request for a WebSocket is read, and the connection then waits like
// any other.
//
// CONN-1
func TestWhatComesWithTheUpgradeIsRead(t *testing.T) {
	h := serve(t)
	u := h.users(1)[0]
	nc, err := net.Dial("tcp", h.address[len("http://"):])
	check(t, err)
	t.Cleanup(func() { nc.Close() })
	check(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	var b bytes.Buffer
	b.WriteString("GET /api/ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"Sec-WebSocket-Protocol: zolal.v1\r\n\r\n")
	hello := clientFrame(4, "Hello", &zolalv1.Hello{Token: u.Token, Protocol: 1})
	f := ws.MaskFrameInPlace(ws.NewFrame(ws.OpBinary, true, hello))
	check(t, ws.WriteFrame(&b, f))
	_, err = nc.Write(b.Bytes())
	check(t, err)
	var head []byte
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		one := make([]byte, 1)
		_, err := io.ReadFull(nc, one)
		check(t, err)
		head = append(head, one...)
	}
	s := &socket{t: t, Conn: nc, r: nc}
	if r := s.answer(); r.GetId() != 4 || r.GetError() != nil {
		t.Errorf("hello answers %v", r)
	}
	s.lives()
}
