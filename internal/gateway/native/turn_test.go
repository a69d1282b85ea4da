// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build linux

package native

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
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

// Whoever ends a connection, a worker that reads others or a hub that closes, is not held up by a client that
// does not take what is being written to it.
//
// LIM-4
func TestClosingWaitsForNoWrite(t *testing.T) {
	for _, polled := range []bool{true, false} {
		client, server := loopback(t)
		defer client.Close()
		defer server.Close()
		c := &conn{g: &Gateway{cfg: Config{Now: time.Now}}, nc: server, raw: rawOf(server), polled: polled}
		written := make(chan error, 1)
		go func() {
			_, err := c.Write(make([]byte, 256<<20)) // more than any kernel keeps
			written <- err
		}()
		eventually(t, func() bool {
			idle := c.out.TryLock()
			if idle {
				c.out.Unlock()
			}
			return !idle
		})
		c.Close()
		if err := <-written; err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("polled: %t: the write ended with %v", polled, err)
		}
	}
}

// loopback is a connection of TCP with both its ends.
func loopback(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	client, err = net.Dial("tcp", l.Addr().String())
	check(t, err)
	server, err = l.Accept()
	check(t, err)
	return client, server
}

// LIM-3
func TestAConnectionThatSendsWithoutEndHasItsTurnAndNoMore(t *testing.T) {
	client, server := loopback(t)
	defer server.Close()
	var err error
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

func TestAPollerThatFailsSaysSoAndItsConnectionsEnd(t *testing.T) {
	h := serve(t)
	u := h.users(1)[0]
	s := h.greeted(u)
	check(t, h.gateway.epoll.file.SetReadDeadline(time.Now())) // it fails, though it is not being closed
	if _, _, err := s.next(); err != io.EOF {
		t.Errorf("the connection that waits: %v", err)
	}
	h.greeted(u).lives()
	if log := h.logged(); strings.Count(log, "level=ERROR") != 1 || !strings.Contains(log, "waited for") {
		t.Errorf("logged: %s", log)
	}
}
