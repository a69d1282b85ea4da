// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// registry gives the accounts the engine, as a server does.
type registry struct{ *engine.Engine }

func (r registry) RegisterMany(ctx context.Context, many []account.Registration) []error {
	list := make([]engine.Registration, len(many))
	for i, m := range many {
		list[i] = engine.Registration(m)
	}
	return r.Engine.RegisterMany(ctx, list)
}

// host is a server in this process, over the reference store, that listens on loopback.
type host struct {
	t        testing.TB
	store    *storetest.Memory
	engine   *engine.Engine
	accounts *account.Service
	hub      *hub.Hub
	gateway  *Gateway
	address  string
	stop     func()
	log      *lines
	tag      int
}

// lines collects what is logged.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// change is one of a configuration.
type change = func(*Config, *hub.Config)

// eachWay plays a test with connections that are polled, and with such that have a goroutine each.
func eachWay(t *testing.T, test func(t *testing.T, way change)) {
	for name, readers := range map[string]int{"polled": 2, "a goroutine each": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, func(c *Config, _ *hub.Config) { c.readers = readers })
		})
	}
}

// serve starts a host with a changed configuration; it is closed when the test ends.
func serve(t testing.TB, changes ...change) *host {
	t.Helper()
	h := &host{t: t, store: storetest.NewMemory(), log: &lines{}}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h.start(log, changes)
	t.Cleanup(func() {
		h.stop()
		if s := h.log.String(); s != "" {
			t.Errorf("logged: %s", s)
		}
	})
	return h
}

func (h *host) start(log *slog.Logger, changes []change) {
	t, ctx := h.t, context.Background()
	var err error
	h.engine, err = engine.Start(ctx, engine.Config{
		Store: h.store, Codec: wire.Codec{}, Log: log,
		Suspend: func(ctx context.Context, id chat.AccountID, reason string) error {
			return h.accounts.SuspendAccount(ctx, id, reason)
		},
	})
	check(t, err)
	h.accounts = account.New(account.Config{
		Store: h.store, Vault: h.store, Passes: h.store, Registry: registry{h.engine}, Log: log,
		NoteAct: h.engine.NoteAct,
		Signup:  account.SignupOpen,
		Erasing: account.Erasing{
			Owned: func(ctx context.Context, of chat.AccountID) (out []account.OwnedRoom, err error) {
				owned, err := h.engine.Owned(ctx, of)
				for _, room := range owned {
					out = append(out, account.OwnedRoom(room))
				}
				return out, err
			},
			Erase: h.engine.EraseAccount, Forget: h.engine.ForgetAccount,
		},
	})
	source, err := NewSource(ctx, h.engine)
	check(t, err)
	gc := Config{Engine: h.engine, Accounts: h.accounts, Log: log, Name: "test", Version: "1"}
	hc := hub.Config{Source: source, Encode: Encode, Log: log}
	for _, f := range changes {
		f(&gc, &hc)
	}
	h.hub = hub.Start(hc)
	gc.Hub = h.hub
	h.gateway, err = Start(ctx, gc)
	check(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	web := &http.Server{Handler: h.gateway.Handler()}
	served := make(chan struct{})
	go func() {
		defer close(served)
		web.Serve(l)
	}()
	h.address = "http://" + l.Addr().String()
	h.stop = sync.OnceFunc(func() {
		h.hub.Close(time.Second, time.Second)
		h.gateway.Close()
		web.Close()
		<-served
		source.Close()
		h.accounts.Close()
		if err := h.engine.Close(); err != nil {
			t.Errorf("close engine: %v", err)
		}
		h.sound()
	})
}

// sound checks what the host leaves behind against the invariants; what a benchmark wrote may be large.
func (h *host) sound() {
	if _, is := h.t.(*testing.B); is {
		return
	}
	cfg := engine.CheckConfig{Store: h.store, Codec: wire.Codec{}, Rebuild: true}
	faults, err := engine.Check(context.Background(), cfg)
	if err != nil {
		h.t.Errorf("check: %v", err)
	}
	for _, f := range faults {
		h.t.Error(f)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-limit:
			t.Fatal("it does not happen")
		}
	}
}

// within fails unless something is done in time in one of a few tries: whatever else a machine is busy with
// may hold up any of them. Each try begins anew and returns when it begins to count.
func within(t testing.TB, limit time.Duration, try func() time.Time) {
	t.Helper()
	var took time.Duration
	for range 3 {
		if took = time.Since(try()); took <= limit {
			return
		}
	}
	t.Errorf("it took %v, again and again", took)
}

// users makes accounts with a token each.
func (h *host) users(n int) []account.Session {
	h.t.Helper()
	var names []string
	for range n {
		h.tag++
		names = append(names, fmt.Sprintf("person_%d", h.tag))
	}
	list, err := h.accounts.AddMany(context.Background(), names)
	check(h.t, err)
	return list
}

// client is a connection of an account that collects updates.
type client struct {
	*zolal.Conn
	h    *host
	user account.Session

	mu   sync.Mutex
	more chan struct{}
	got  []*zolalv1.Update
}

// dial connects by a transport.
func (h *host) dial(user account.Session, by zolal.Transport) *client {
	h.t.Helper()
	c := &client{h: h, user: user, more: make(chan struct{}, 1)}
	conn, err := zolal.Connect(context.Background(), h.address, by, zolal.Options{Token: user.Token}, c.take)
	check(h.t, err)
	c.Conn = conn
	h.t.Cleanup(func() { conn.Close() })
	if by == zolal.Poll {
		c.wait("the first word", func(got []*zolalv1.Update) bool { return len(got) > 0 })
	}
	return c
}

func (h *host) dialMany(users []account.Session) []*client {
	out := make([]*client, len(users))
	for i, u := range users {
		out[i] = h.dial(u, zolal.WebSocket)
	}
	return out
}

func (c *client) take(u *zolalv1.Updates) {
	c.mu.Lock()
	c.got = append(c.got, u.GetUpdates()...)
	c.mu.Unlock()
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// wait waits until the updates so far satisfy a condition.
func (c *client) wait(what string, ok func([]*zolalv1.Update) bool) {
	c.h.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		c.mu.Lock()
		done := ok(c.got)
		n := len(c.got)
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-c.more:
		case <-limit:
			c.h.t.Fatalf("%s: not after %d updates", what, n)
		}
	}
}

// texts are the messages of a chat that came so far, in the order in which they came.
func texts(got []*zolalv1.Update, chat uint32) (out []string, seqs []uint32) {
	for _, u := range got {
		tail := u.GetChat()
		if tail.GetChat() != chat {
			continue
		}
		for _, e := range tail.GetEntries() {
			m := new(zolalv1.Message)
			if e.GetEnvelope().GetKind() == zolalv1.Kind_KIND_MESSAGE && proto.Unmarshal(e.GetBody(), m) == nil {
				out, seqs = append(out, m.GetText()), append(seqs, e.GetSeq())
			}
		}
	}
	return out, seqs
}

// hear waits until exactly these messages of a chat have come, in this order.
func (c *client) hear(chat uint32, want ...string) {
	c.h.t.Helper()
	c.wait(fmt.Sprintf("hear %d messages", len(want)), func(got []*zolalv1.Update) bool {
		have, _ := texts(got, chat)
		return len(have) >= len(want)
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	have, _ := texts(c.got, chat)
	if strings.Join(have, "\n") != strings.Join(want, "\n") {
		c.h.t.Fatalf("heard %q, want %q", have, want)
	}
}

// ask calls a method that has to succeed.
func ask[A any, PA message[A]](c *client, method string, req proto.Message) PA {
	c.h.t.Helper()
	out := PA(new(A))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.Call(ctx, method, req, out); err != nil {
		c.h.t.Fatalf("%s: %v", method, err)
	}
	return out
}

// refused calls a method that has to fail, and returns the error's code.
func (c *client) refused(method string, req proto.Message) zolalv1.ErrorCode {
	c.h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err := c.Call(ctx, method, req, new(zolalv1.Empty))
	if zolal.CodeOf(err) == 0 {
		c.h.t.Fatalf("%s: %v", method, err)
	}
	return zolal.CodeOf(err)
}

func key() []byte { return zolal.NewKey(time.Now()) }

// group makes a group of the first client with all others in it.
func group(owner *client, others ...*client) uint32 {
	t := owner.h.t
	t.Helper()
	made := &zolalv1.CreateChatRequest{Key: key(), Title: "group"}
	room := ask[zolalv1.ChatInfo](owner, "Chats/CreateGroup", made)
	link := ask[zolalv1.InviteLink](owner, "Chats/CreateLink", &zolalv1.CreateLinkRequest{
		Chat: room.GetId(), Key: key(), Link: &zolalv1.InviteLink{},
	})
	for _, c := range others {
		ask[zolalv1.JoinResponse](c, "Chats/Join", &zolalv1.JoinRequestRequest{Key: key(), Invite: link.GetToken()})
	}
	return room.GetId()
}

func say(c *client, chat uint32, text string) *zolalv1.Receipt {
	c.h.t.Helper()
	return ask[zolalv1.Receipt](c, "Messages/Send", &zolalv1.SendRequest{Chat: chat, Key: key(), Text: text})
}

// post makes a plain HTTP request with a JSON body.
func (h *host) post(token, path, body string, header ...string) (*http.Response, map[string]any) {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, h.address+path, strings.NewReader(body))
	check(h.t, err)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	check(h.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	check(h.t, err)
	var out map[string]any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			h.t.Fatalf("%s answers %q: %v", path, raw, err)
		}
	}
	return resp, out
}

// outcome calls a method and returns the code of its error, 0 for none.
func (c *client) outcome(method string, req proto.Message) zolalv1.ErrorCode {
	c.h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	answered := make(chan error, 1)
	check(c.h.t, c.Start(method, req, func(_ []byte, err error) { answered <- err }))
	select {
	case err := <-answered:
		if err != nil && zolal.CodeOf(err) == 0 {
			c.h.t.Fatalf("%s with %v: %v", method, req, err)
		}
		return zolal.CodeOf(err)
	case <-ctx.Done():
		c.h.t.Fatalf("%s with %v: no answer", method, req)
		return 0
	}
}

func testKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)) }
