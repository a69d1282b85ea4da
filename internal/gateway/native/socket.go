// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/gobwas/ws"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// subprotocol is what both sides agree on when a WebSocket begins.
const subprotocol = "zolal.v1"

// serveSocket turns an HTTP request into a WebSocket and returns, so that what net/http needed for it can be
// collected.
//
// CONN-1
// CONN-2
func (g *Gateway) serveSocket(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(headerName, headerValue)
	if !g.allowed(r) {
		g.httpError(w, r, chat.Errorf(chat.CodeForbidden, "not from a page of another origin"))
		return
	}
	from := g.from(r)
	up := ws.HTTPUpgrader{
		Protocol: func(p string) bool { return p == subprotocol },
		Header:   http.Header{headerName: {headerValue}},
	}
	if r.Header.Get("Upgrade") == "" {
		g.httpError(w, r, chat.Errorf(chat.CodeBadRequest, "a WebSocket is wanted here"))
		return
	}
	nc, rw, hs, err := up.Upgrade(r, w)
	if err != nil {
		if nc != nil {
			nc.Close()
		}
		return // the upgrader has answered
	}
	var early []byte
	if n := rw.Reader.Buffered(); n > 0 {
		early, _ = rw.Reader.Peek(n)
		early = append([]byte(nil), early...)
	}
	nc.SetDeadline(time.Time{})
	c := &conn{g: g, nc: nc, raw: rawOf(nc), from: from}
	c.heard.Store(g.clock())
	if hs.Protocol != subprotocol {
		c.refuse(0, chat.Errorf(chat.CodeVersionUnsupported, "the subprotocol is %s", subprotocol))
		nc.Close()
		return
	}
	g.adopt(c, early)
}

// adopt begins to read a connection, unless the gateway is closing or too many of its network wait for their
// hello.
//
// LIM-5
func (g *Gateway) adopt(c *conn, early []byte) {
	if err := g.enrol(c, early); err != nil {
		c.refuse(0, err)
		c.nc.Close()
	}
}

func (g *Gateway) enrol(c *conn, early []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := network(c.from)
	switch {
	case g.closed:
		return chat.Errorf(chat.CodeUnavailable, "the server is stopping")
	case len(early) > largeBuffer:
		return chat.Errorf(chat.CodeTooLarge, "more than a hello came with the request")
	case g.waiting[n] >= wire.MaxWaiting:
		return limited(chat.Millis(wire.HelloWait.Milliseconds()), "address")
	}
	g.waiting[n]++
	g.conns[c] = struct{}{}
	if g.epoll == nil || c.raw == nil || !g.epoll.take(c) {
		g.owned.Go(func() { c.run(early) })
	} else if len(early) > 0 || !c.park() {
		g.owned.Go(func() { c.early(early) })
	}
	return nil
}

// forget ends what belongs to a connection.
func (g *Gateway) forget(c *conn) {
	if c.greeted {
		g.cfg.Hub.Leave(&c.Session)
		g.cfg.Accounts.Touch(c.actor.Device)
		g.programs.leave(c.program)
	}
	if c.polled {
		g.epoll.drop(c)
	}
	c.nc.Close()
	g.mu.Lock()
	delete(g.conns, c)
	if !c.welcomed.Load() {
		fewer(g.waiting, network(c.from))
	}
	if c.nameless.Load() {
		fewer(g.nameless, network(c.from))
	}
	g.mu.Unlock()
}

// welcomed takes a connection that said hello out of those that wait.
func (g *Gateway) welcomed(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.welcomed.Store(true)
	fewer(g.waiting, network(c.from))
}

// fewer counts one down.
func fewer(of map[netip.Prefix]int, n netip.Prefix) {
	if of[n]--; of[n] == 0 {
		delete(of, n)
	}
}

// seat counts a connection without a token: nobody answers for it, so one network has few.
//
// LIM-5
func (g *Gateway) seat(c *conn) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := network(c.from)
	if g.nameless[n] >= wire.MaxNameless {
		return limited(chat.Millis(wire.HelloWait.Milliseconds()), "address")
	}
	g.nameless[n]++
	c.asked.Store(g.clock())
	c.nameless.Store(true)
	return nil
}

// Close begins the end of a connection: the client is told, nothing more is written, and what it still sends
// is read and ignored, so that what was written before is not lost. The sweep ends it if the client does not.
// It waits for nothing: where a write is still waiting for a slow client, that is cut off.
func (c *conn) Close() {
	if !c.ending.CompareAndSwap(0, max(c.g.clock(), 1)) {
		return
	}
	if !c.goodbye() {
		c.sever()
	}
}

// goodbye tells the client that nothing more comes, unless something is being written to it.
func (c *conn) goodbye() bool {
	if !c.out.TryLock() {
		return false
	}
	defer c.out.Unlock()
	c.tryWrite(ws.CompiledCloseGoingAway)
	half, ok := c.nc.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

// welcome is who said hello.
type welcome struct {
	actor    chat.Actor
	operator bool
	privacy  chat.Privacy
	runs     account.Program // as it is shown to people
}

func (w welcome) identity() hub.Identity {
	return hub.Identity{Account: w.actor.Account, Device: w.actor.Device, Privacy: w.privacy}
}

// welcome checks a hello: the version, then the token. Without a token only open methods can be called.
//
// VER-1
// AUTH-2
func (g *Gateway) welcome(ctx context.Context, h *zolalv1.Hello, from netip.Addr) (welcome, error) {
	if p := h.GetProtocol(); p < wire.ProtocolMin || p > wire.Protocol {
		return welcome{}, chat.Errorf(chat.CodeVersionUnsupported,
			"this server speaks protocol %d to %d", wire.ProtocolMin, wire.Protocol)
	}
	runs := account.Program{Client: h.GetClient(), Version: h.GetVersion(), Build: h.GetBuild()}
	if h.GetToken() == "" {
		return welcome{runs: g.cfg.Accounts.Known(runs)}, g.rates.address(from)
	}
	actor, s, err := g.authenticate(ctx, h.GetToken(), runs, from)
	if err != nil {
		return welcome{}, err
	}
	switches, err := g.cfg.Engine.Privacies(ctx, []chat.AccountID{actor.Account})
	if err != nil {
		return welcome{}, fmt.Errorf("hello: %w", err)
	}
	return welcome{actor: actor, operator: s.Operator, privacy: switches[actor.Account],
		runs: g.cfg.Accounts.Known(runs)}, nil
}

// authenticate turns a token into who asks. Tokens that are none cost what open requests cost, so that they
// cannot be guessed faster.
func (g *Gateway) authenticate(ctx context.Context, token string, runs account.Program, from netip.Addr) (
	chat.Actor, account.Session, error) {
	actor, s, err := g.cfg.Accounts.AuthenticateProgram(ctx, token, runs)
	actor.Network = network(from)
	if chat.CodeOf(err) == chat.CodeUnauthenticated {
		if limit := g.rates.address(from); limit != nil {
			err = limit
		}
	}
	return actor, s, err
}

// helloOk is the answer to a hello.
//
// CONN-5
func (g *Gateway) helloOk() *zolalv1.HelloOk {
	inc := g.cfg.Engine.Incarnation()
	return &zolalv1.HelloOk{
		Protocol: wire.Protocol, Incarnation: inc[:], ServerMs: g.cfg.Now().UnixMilli(),
		Capabilities: g.capabilities(), PingSeconds: uint32(wire.PingEvery / time.Second),
	}
}

// connectionMethods are those of a connection itself: they belong to no service.
func connectionMethods() []method {
	return []method{
		anybody(call("Hello", 0, helloAgain)),
		anybody(call("Ping", 0, func(context.Context, *caller, *zolalv1.Empty) (*zolalv1.Empty, error) {
			return &zolalv1.Empty{}, nil
		})),
	}
}

// helloAgain answers a hello over HTTP, where nothing is opened by it. A connection says hello once.
func helloAgain(ctx context.Context, c *caller, h *zolalv1.Hello) (*zolalv1.HelloOk, error) {
	if c.session != nil {
		return nil, chat.Errorf(chat.CodeBadRequest, "a connection says hello once")
	}
	if _, err := c.welcome(ctx, h, c.from); err != nil {
		return nil, err
	}
	return c.helloOk(), nil
}
