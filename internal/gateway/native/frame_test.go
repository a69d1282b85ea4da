// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// socket is a WebSocket of which a test writes every byte.
type socket struct {
	t testing.TB
	net.Conn
	r io.Reader
}

// socket opens a WebSocket without saying hello.
func (h *host) socket(header http.Header) (*socket, error) {
	h.t.Helper()
	d := ws.Dialer{Protocols: []string{"zolal.v1"}, Header: ws.HandshakeHeaderHTTP(header)}
	nc, br, _, err := d.Dial(context.Background(), "ws"+strings.TrimPrefix(h.address, "http")+"/api/ws")
	if err != nil {
		return nil, err
	}
	h.t.Cleanup(func() { nc.Close() })
	s := &socket{t: h.t, Conn: nc, r: nc}
	if br != nil {
		s.r = br
	}
	return s, nil
}

// greeted opens a WebSocket and says hello.
func (h *host) greeted(user account.Session) *socket {
	h.t.Helper()
	s, err := h.socket(nil)
	check(h.t, err)
	s.ask(0, "Hello", &zolalv1.Hello{Token: user.Token, Protocol: 1})
	if r := s.answer(); r.GetError() != nil {
		h.t.Fatalf("hello: %v", r)
	}
	return s
}

// frame writes one masked frame.
func (s *socket) frame(op ws.OpCode, fin bool, payload []byte) {
	s.t.Helper()
	s.SetWriteDeadline(time.Now().Add(30 * time.Second))
	f := ws.NewFrame(op, fin, bytes.Clone(payload))
	check(s.t, ws.WriteFrame(s.Conn, ws.MaskFrameInPlaceWith(f, [4]byte{1, 2, 3, 4})))
}

func clientFrame(id uint32, method string, m proto.Message) []byte {
	payload, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	raw, err := proto.Marshal(&zolalv1.ClientFrame{Id: id, Method: method, Payload: payload})
	if err != nil {
		panic(err)
	}
	return raw
}

func (s *socket) ask(id uint32, method string, m proto.Message) {
	s.t.Helper()
	s.frame(ws.OpBinary, true, clientFrame(id, method, m))
}

// readFrame reads one frame whole, up to the greatest that a test sends.
func readFrame(r io.Reader) (f ws.Frame, err error) {
	if f.Header, err = ws.ReadHeader(r); err != nil {
		return f, err
	}
	if f.Header.Length > 64<<20 {
		return f, fmt.Errorf("a frame of %d bytes", f.Header.Length)
	}
	f.Payload = make([]byte, f.Header.Length)
	_, err = io.ReadFull(r, f.Payload)
	return f, err
}

// next reads one frame of the server, which may be long in coming: what counts is the wait for it, not how
// long a test has been at it.
func (s *socket) next() (ws.OpCode, []byte, error) {
	s.SetReadDeadline(time.Now().Add(30 * time.Second))
	f, err := readFrame(s.r)
	return f.Header.OpCode, f.Payload, err
}

// answer reads on to the next answer.
func (s *socket) answer() *zolalv1.Response {
	s.t.Helper()
	for {
		op, payload, err := s.next()
		check(s.t, err)
		if op != ws.OpBinary {
			s.t.Fatalf("a frame of kind %d: %q", op, payload)
		}
		f := new(zolalv1.ServerFrame)
		check(s.t, proto.Unmarshal(payload, f))
		if r := f.GetResponse(); r != nil {
			return r
		}
	}
}

// goingAway reads on until the server says that it ends the session.
func (s *socket) goingAway() *zolalv1.GoingAway {
	s.t.Helper()
	for {
		op, payload, err := s.next()
		check(s.t, err)
		f := new(zolalv1.ServerFrame)
		if op != ws.OpBinary || proto.Unmarshal(payload, f) != nil {
			continue
		}
		for _, u := range f.GetUpdates().GetUpdates() {
			if away := u.GetGoingAway(); away != nil {
				return away
			}
		}
	}
}

// refusal reads on to the next answer, which has to be an error.
func (s *socket) refusal(id uint32, code zolalv1.ErrorCode) {
	s.t.Helper()
	r := s.answer()
	if r.GetId() != id || r.GetError().GetCode() != code {
		s.t.Fatalf("got %v, want %s for %d", r, code, id)
	}
}

// lives checks that the connection still answers.
func (s *socket) lives() {
	s.t.Helper()
	s.ask(77, "Ping", &zolalv1.Empty{})
	if r := s.answer(); r.GetId() != 77 || r.GetError() != nil {
		s.t.Fatalf("a ping answers %v", r)
	}
}

// ends checks that the server closes the connection.
func (s *socket) ends() {
	s.t.Helper()
	for {
		op, _, err := s.next()
		if op == ws.OpClose {
			return
		}
		if err != nil {
			s.t.Fatalf("ended without a close frame: %v", err)
		}
	}
}

// CONN-4 ERR-1 LIM-1
func TestWhateverIsMalformedHasACodeAndTheConnectionLives(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		s := h.greeted(h.users(1)[0])
		s.frame(ws.OpBinary, true, []byte{0xff, 0xff})
		s.refusal(0, zolalv1.ErrorCode_BAD_FRAME)
		s.frame(ws.OpText, true, []byte(`{"method":"Ping"}`))
		s.refusal(0, zolalv1.ErrorCode_BAD_FRAME)
		s.ask(5, "Messages/Fly", &zolalv1.Empty{})
		s.refusal(5, zolalv1.ErrorCode_UNKNOWN_METHOD)
		s.ask(6, strings.Repeat("x", 1000), &zolalv1.Empty{})
		s.refusal(6, zolalv1.ErrorCode_UNKNOWN_METHOD)
		raw, err := proto.Marshal(&zolalv1.ClientFrame{Id: 7, Method: "Messages/Send", Payload: []byte{0xff}})
		check(t, err)
		s.frame(ws.OpBinary, true, raw)
		s.refusal(7, zolalv1.ErrorCode_BAD_FRAME)
		text := []byte("\x1a\x02a\xff") // field 3, not UTF-8
		raw, err = proto.Marshal(&zolalv1.ClientFrame{Id: 8, Method: "Messages/Send", Payload: text})
		check(t, err)
		s.frame(ws.OpBinary, true, raw)
		s.refusal(8, zolalv1.ErrorCode_BAD_TEXT)
		s.ask(9, "Hello", &zolalv1.Hello{Protocol: 1})
		s.refusal(9, zolalv1.ErrorCode_BAD_REQUEST)
		s.frame(ws.OpBinary, true, make([]byte, wire.MaxFrame+1))
		s.refusal(0, zolalv1.ErrorCode_TOO_LARGE)
		s.frame(ws.OpBinary, true, make([]byte, 1<<20))
		s.refusal(0, zolalv1.ErrorCode_TOO_LARGE)
		s.lives()
		// The longest frame that is allowed is read whole.
		s.frame(ws.OpBinary, true, clientFrame(10, "Ping", &zolalv1.SignInRequest{Password: pad(65_000)}))
		if r := s.answer(); r.GetId() != 10 || r.GetError() != nil {
			t.Errorf("got %v", r)
		}
	})
}

// CONN-4
func TestUnsoundFramingEndsTheConnectionWithAReason(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		u := h.users(1)[0]
		for name, raw := range map[string][]byte{
			"unmasked":                  {0x82, 1, 0},
			"a reserved bit":            {0xc2, 0x81, 1, 2, 3, 4, 0},
			"an unknown kind":           {0x83, 0x81, 1, 2, 3, 4, 0},
			"a long ping":               {0x89, 0xfe, 0, 126, 1, 2, 3, 4},
			"a ping in fragments":       {0x09, 0x80, 1, 2, 3, 4},
			"a continuation of nothing": {0x80, 0x80, 1, 2, 3, 4},
			"two beginnings":            {0x02, 0x80, 1, 2, 3, 4, 0x82, 0x80, 1, 2, 3, 4},
		} {
			t.Run(name, func(t *testing.T) {
				s := h.greeted(u)
				_, err := s.Write(raw)
				check(t, err)
				s.refusal(0, zolalv1.ErrorCode_BAD_FRAME)
				s.ends()
			})
		}
		t.Run("far too long", func(t *testing.T) {
			s := h.greeted(u)
			_, err := s.Write([]byte{0x82, 0xff, 0, 0, 0, 0xff, 0, 0, 0, 0, 1, 2, 3, 4})
			check(t, err)
			s.refusal(0, zolalv1.ErrorCode_TOO_LARGE)
			s.ends()
		})
	})
}

// CONN-4
func TestFragmentsAreJoinedAroundControlFrames(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		s := h.greeted(h.users(1)[0])
		raw := clientFrame(3, "Ping", &zolalv1.Empty{})
		s.frame(ws.OpBinary, false, raw[:2])
		s.frame(ws.OpPing, true, []byte("are you there"))
		s.frame(ws.OpContinuation, false, nil)
		s.frame(ws.OpContinuation, true, raw[2:])
		op, payload, err := s.next()
		check(t, err)
		if op != ws.OpPong || string(payload) != "are you there" {
			t.Errorf("a ping answers %d %q", op, payload)
		}
		if r := s.answer(); r.GetId() != 3 || r.GetError() != nil {
			t.Errorf("got %v", r)
		}
		s.frame(ws.OpPong, true, nil) // asked for by nobody, and allowed
		s.lives()
	})
}

// CONN-4
func TestFramesMayArriveInAnyPieces(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		s := h.greeted(h.users(1)[0])
		var all bytes.Buffer
		const many = 400
		for i := range uint32(many) {
			padding := &zolalv1.SignInRequest{Password: pad(int(i * 37 % 9000))}
			f := ws.NewFrame(ws.OpBinary, true, clientFrame(i+1, "Ping", padding))
			check(t, ws.WriteFrame(&all, ws.MaskFrameInPlaceWith(f, [4]byte{9, 8, 7, byte(i)})))
		}
		go func() {
			r := rand.New(rand.NewPCG(1, 1))
			for all.Len() > 0 {
				if _, err := s.Write(all.Next(1 + r.IntN(20_000))); err != nil {
					return
				}
			}
		}()
		for i := range uint32(many) {
			if r := s.answer(); r.GetId() != i+1 || r.GetError() != nil {
				t.Fatalf("answer %d is %v", i+1, r)
			}
		}
	})
}

func pad(n int) string { return strings.Repeat("x", n) }

// CONN-5 AUTH-2 VER-1
func TestNothingIsAnsweredBeforeAProperHello(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		u := h.users(1)[0]
		s, err := h.socket(nil)
		check(t, err)
		s.ask(1, "Ping", &zolalv1.Empty{})
		s.refusal(1, zolalv1.ErrorCode_UNAUTHENTICATED)
		s.ask(2, "Accounts/Server", &zolalv1.Empty{})
		s.refusal(2, zolalv1.ErrorCode_UNAUTHENTICATED)
		s.ask(3, "Hello", &zolalv1.Hello{Token: u.Token, Protocol: 99})
		s.refusal(3, zolalv1.ErrorCode_VERSION_UNSUPPORTED)
		s.ask(4, "Hello", &zolalv1.Hello{Token: u.Token})
		s.refusal(4, zolalv1.ErrorCode_VERSION_UNSUPPORTED)
		s.ask(5, "Hello", &zolalv1.Hello{Token: "nonsense", Protocol: 1})
		s.refusal(5, zolalv1.ErrorCode_UNAUTHENTICATED)
		s.ask(6, "Hello", &zolalv1.Hello{Token: u.Token, Protocol: 1})
		r := s.answer()
		ok := new(zolalv1.HelloOk)
		check(t, proto.Unmarshal(r.GetPayload(), ok))
		inc := h.engine.Incarnation()
		same := bytes.Equal(ok.GetIncarnation(), inc[:])
		if r.GetId() != 6 || !same || ok.GetPingSeconds() == 0 || ok.GetProtocol() != 1 {
			t.Errorf("hello answers %v %v", r, ok)
		}
		s.lives()
	})
}

// CONN-2 CONN-3
func TestPagesOfOtherOriginsAndOtherProtocolsGetNoSocket(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	list, err := wire.SignAddresses(key, wire.Addresses{
		Addresses: []string{"https://other.example"}, Expires: chat.Millis(time.Now().Add(time.Hour).UnixMilli()),
	})
	check(t, err)
	h := serve(t, func(c *Config, _ *hub.Config) { c.Addresses = list })
	for origin, allowed := range map[string]bool{
		"": true, h.address: true, "https://other.example": true,
		"https://evil.example": false, "http://other.example": false, "null": false,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		_, err := h.socket(header)
		if (err == nil) != allowed {
			t.Errorf("origin %q: %v", origin, err)
		}
		resp, _ := h.post("", "/api/Accounts/Server", "{}", "Origin", origin)
		if (resp.StatusCode == 200) != allowed {
			t.Errorf("origin %q: status %d", origin, resp.StatusCode)
		}
		if got := resp.Header.Get("Access-Control-Allow-Origin"); (got != "") != (allowed && origin != "") {
			t.Errorf("origin %q is told it may: %q", origin, got)
		}
		if got := resp.Header.Get("Timing-Allow-Origin"); got != "https://other.example" {
			t.Errorf("how much an answer is, is told to %q", got)
		}
	}
	// Of media too: what a video asks for says not which page it is of.
	film := httptest.NewRecorder()
	h.gateway.MediaHandler().ServeHTTP(film, httptest.NewRequest("GET", "/media/public/00/original", nil))
	if got := film.Header().Get("Timing-Allow-Origin"); got != "https://other.example" {
		t.Errorf("how much of a video came is told to %q", got)
	}
	d := ws.Dialer{Protocols: []string{"chat"}}
	if nc, br, hs, err := d.Dial(context.Background(), "ws"+h.address[4:]+"/api/ws"); err == nil {
		nc.SetReadDeadline(time.Now().Add(10 * time.Second))
		from := io.Reader(nc)
		if br != nil {
			from = br
		}
		f, err := readFrame(from)
		if err != nil || !strings.Contains(string(f.Payload), "zolal.v1") {
			t.Errorf("subprotocol %q: %q, %v", hs.Protocol, f.Payload, err)
		}
		nc.Close()
	}
}

// clock is a clock that a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// CONN-7 CONN-6
func TestSilentConnectionsAreClosedAndPingingOnesAreNot(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		var clk clock
		h := serve(t, way, func(c *Config, _ *hub.Config) { c.Now = clk.now })
		mute, err := h.socket(nil)
		check(t, err)
		idle, busy := h.greeted(h.users(1)[0]), h.greeted(h.users(1)[0])
		clk.ahead.Add(int64(wire.HelloWait + 2*time.Second))
		if _, _, err := mute.next(); err == nil {
			t.Error("a connection without a hello got a frame")
		}
		idle.lives()
		busy.lives()
		clk.ahead.Add(int64(wire.IdleLimit - 10*time.Second))
		busy.lives()
		clk.ahead.Add(int64(20 * time.Second))
		if _, _, err := idle.next(); err == nil {
			t.Error("a silent connection got a frame")
		}
		busy.lives()
	})
}

// AUTH-5
func TestARevokedTokenEndsItsConnectionMidStream(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		other := h.greeted(h.users(1)[0])
		within(t, 5*time.Second, func() time.Time {
			u := h.users(1)[0]
			s := h.greeted(u)
			begun := time.Now()
			check(t, h.accounts.SignOut(context.Background(), chat.Actor{Account: u.Account, Device: u.Device}))
			if away := s.goingAway(); away.GetCode() != "revoked" {
				t.Errorf("going away: %v", away)
			}
			s.ends()
			again, err := h.socket(nil)
			check(t, err)
			again.ask(1, "Hello", &zolalv1.Hello{Token: u.Token, Protocol: 1})
			again.refusal(1, zolalv1.ErrorCode_REVOKED)
			return begun
		})
		other.lives()
	})
}

// AUTH-5
func TestASessionThatBeginsAfterItsTokenEndedEndsToo(t *testing.T) {
	h := serve(t)
	u := h.users(1)[0]
	check(t, h.accounts.SignOut(context.Background(), chat.Actor{Account: u.Account, Device: u.Device}))
	eventually(t, func() bool {
		h.gateway.mu.Lock()
		defer h.gateway.mu.Unlock()
		return len(h.gateway.ended) == 1
	})
	s := new(hub.Session) // of a hello that was found good a moment before
	defer h.hub.Leave(s)
	check(t, h.gateway.openSession(s, hub.Identity{Account: u.Account, Device: u.Device}, nil, nil))
	if frames, over := s.Take(1 << 10); len(frames) != 1 || !over {
		t.Errorf("%d frames, over: %t", len(frames), over)
	}
	h.gateway.mu.Lock()
	defer h.gateway.mu.Unlock()
	h.gateway.forgetEnded(h.gateway.clock() + endedKept + 1)
	if len(h.gateway.ended) != 0 {
		t.Error("what ended is never forgotten")
	}
}

// LIM-2
func TestAFloodIsRefusedWithATimeToComeBackAndTheConnectionLives(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way, func(c *Config, _ *hub.Config) {
			c.Rates = Rates{Connection: 5, ConnectionBurst: 20, Account: 1000, AccountBurst: 1000}
		})
		s := h.greeted(h.users(1)[0])
		for i := range uint32(100) {
			s.ask(i+1, "Accounts/Me", &zolalv1.Empty{})
		}
		served, wait := 0, uint32(0)
		for range 100 {
			switch r := s.answer(); r.GetError().GetCode() {
			case 0:
				served++
			case zolalv1.ErrorCode_RATE_LIMITED:
				wait = max(wait, r.GetError().GetRetryMs())
			default:
				t.Fatalf("got %v", r)
			}
		}
		if served < 20 || served == 100 || wait == 0 || wait > 201 {
			t.Errorf("%d served, wait %d ms", served, wait)
		}
		<-time.After(time.Duration(wait) * time.Millisecond)
		s.ask(200, "Accounts/Me", &zolalv1.Empty{})
		if r := s.answer(); r.GetError() != nil {
			t.Errorf("after waiting as long as it was told: %v", r)
		}
	})
}

// LIM-3
func TestPingsThatNobodyReadsTheAnswersOfAreNotRead(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		for _, op := range []ws.OpCode{ws.OpPing, ws.OpBinary, ws.OpText} {
			h := serve(t, way, func(_ *Config, c *hub.Config) { c.AnswerBytes = 4 << 10 })
			s := h.greeted(h.users(1)[0])
			payload := clientFrame(1, "Ping", &zolalv1.Empty{})
			if op == ws.OpPing {
				payload = make([]byte, 125)
			}
			var flood bytes.Buffer
			for flood.Len() < 1<<20 {
				f := ws.NewFrame(op, true, bytes.Clone(payload))
				check(t, ws.WriteFrame(&flood, ws.MaskFrameInPlace(f)))
			}
			read := true
			for n := 0; n < 48 && read; n++ {
				s.SetWriteDeadline(time.Now().Add(time.Second))
				_, err := s.Conn.Write(flood.Bytes())
				read = err == nil
			}
			if read {
				t.Errorf("48 MiB of frames of kind %d were read, and their answers kept", op)
			}
			s.Conn.Close()
		}
	})
}

// CONN-8
func TestAStoppingServerSaysSoAndWhenToComeBack(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		s := h.greeted(h.users(1)[0])
		go h.stop()
		for {
			_, payload, err := s.next()
			check(t, err)
			f := new(zolalv1.ServerFrame)
			check(t, proto.Unmarshal(payload, f))
			if u := f.GetUpdates().GetUpdates(); len(u) > 0 && u[0].GetGoingAway().GetCode() == "restarting" {
				break
			}
		}
		s.ends()
	})
}

// FuzzIntake reads any bytes as frames: whatever they are, reading ends, and what it gives is what a reader
// of the standard gives, as long as that one agrees that the bytes are sound.
func FuzzIntake(f *testing.F) {
	var seed bytes.Buffer
	frame := ws.NewFrame(ws.OpBinary, true, []byte("hello"))
	if err := ws.WriteFrame(&seed, ws.MaskFrameInPlaceWith(frame, [4]byte{1, 2, 3, 4})); err != nil {
		f.Fatal(err)
	}
	f.Add(seed.Bytes(), uint8(3))
	f.Add([]byte{0x82, 0xfe, 0xff, 0xff, 1, 2, 3, 4}, uint8(1))
	f.Fuzz(func(t *testing.T, raw []byte, piece uint8) {
		client, server := net.Pipe()
		go func() {
			defer client.Close()
			for b := raw; len(b) > 0; {
				n := min(int(piece)+1, len(b))
				if _, err := client.Write(b[:n]); err != nil {
					return
				}
				b = b[n:]
			}
		}()
		go io.Copy(io.Discard, client) // refusals
		in := intake{c: &conn{nc: server, g: &Gateway{}}}
		in.init()
		expected := bytes.NewReader(raw)
		for {
			op, payload, err := in.next()
			if err != nil {
				server.Close()
				return
			}
			if op.IsControl() || in.partial || in.message != nil {
				expected = nil // fragments are joined here and not there
			}
			if expected == nil {
				continue
			}
			want, err := readFrame(expected)
			if err != nil || !want.Header.Fin || want.Header.OpCode == ws.OpContinuation {
				expected = nil
				continue
			}
			want = ws.UnmaskFrameInPlace(want)
			if want.Header.OpCode != op || !bytes.Equal(want.Payload, payload) {
				t.Fatalf("read %d %x, want %d %x", op, payload, want.Header.OpCode, want.Payload)
			}
		}
	})
}

// FuzzHeader compares the reader of headers with the library's.
func FuzzHeader(f *testing.F) {
	f.Add([]byte{0x82, 0x85, 1, 2, 3, 4})
	f.Add(binary.BigEndian.AppendUint64([]byte{0x82, 0xff}, 70000))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, size, ok := parseHeader(raw)
		r := bytes.NewReader(raw)
		want, err := ws.ReadHeader(r)
		if !ok {
			if err == nil {
				t.Fatalf("%x is a header: %+v", raw, want)
			}
			return
		}
		if err == nil && (fmt.Sprint(h) != fmt.Sprint(want) || size != len(raw)-r.Len()) {
			t.Fatalf("%x: %+v of %d bytes, want %+v of %d", raw, h, size, want, len(raw)-r.Len())
		}
	})
}
