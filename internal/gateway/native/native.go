// SPDX-License-Identifier: AGPL-3.0-or-later

// Package native serves Zolal's own protocol (docs/protocol.md) in three ways with the same handlers: frames
// over one WebSocket, single HTTP requests in protobuf or JSON, and updates over a long answer or a long poll
// where a WebSocket does not get through.
//
// Contract with its neighbours. It checks no rights and reads no store (I10): every method turns a request
// into a call of the engine, of the accounts or of the hub, and what comes back into an answer. Methods stand
// in one table; a method of the contract without a row, or a row without a method, fails a test.
//
// Goroutines. On Linux a connection without TLS has none: one poller waits for all, and a few workers read
// those that have sent something, each in its turn (turn.go). Others have a goroutine each that reads, with a
// shallow stack and, where it can be, without a buffer while it is idle. Requests are carried out by workers
// that are shared. Requests that write are carried out one after the
// other for each connection, but a run of them waits for one commit, not for one each; requests that read run
// beside them, a few at a time. Frames leave through the hub's writers. Close ends and waits for all.
package native

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/preview"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/search"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Config is what a gateway stands on. Engine, Accounts and Hub are required.
type Config struct {
	Engine   *engine.Engine
	Accounts *account.Service
	Hub      *hub.Hub
	Log      *slog.Logger     // default: nothing is logged
	Now      func() time.Time // default time.Now

	Name    string   // of the server, as people see it
	Contact []string // where the operator is reached
	// Provider is what the organisation's sign-in is called; empty: there is none.
	Provider string
	Version  string
	Build    string
	// Capabilities are told to clients beside those of the protocol itself.
	Capabilities []string
	// Addresses is the signed list of where this server can be reached; nil: none is told. Pages from these
	// addresses may use the others.
	Addresses *zolalv1.AddressList
	// Rates bound how much one client may ask; the zero Rates are none.
	Rates Rates
	// Search finds messages and public chats; nil: it is switched off.
	Search *search.Service
	// Preview looks at pages that links lead to; nil: it is switched off.
	Preview *preview.Service
	// Push wakes devices; nil: it is switched off.
	Push *push.Service
	// Terms says which terms are in force; nil: there are none.
	Terms func() *zolalv1.TermsInfo
	// Media keeps what is uploaded; nil: nothing is.
	Media *media.Service
	// Admin answers operators; nil: nobody is one.
	Admin Admin
	// Workers bounds the requests carried out at once; default 256.
	Workers int
	// Heartbeat is how long a stream stays silent; default wire.Heartbeat.
	Heartbeat time.Duration
	// BodyWithin is how long the body of an HTTP request may take to come; default 30 s.
	BodyWithin time.Duration

	// readers bounds the polled connections that are read at once; default 64. Negative: each connection has a
	// goroutine, as where there is no poller.
	readers int
}

// Gateway serves the protocol. Start begins it, Close ends it.
type Gateway struct {
	cfg     Config
	methods map[string]*method
	origins map[string]bool // scheme and host of pages that may use this server, beside its own
	timing  string          // those, for browsers that tell their pages how much they fetched
	work    *pool           // short requests
	commits *pool           // requests that wait for the disk
	waits   *pool           // requests that may wait for other people
	secrets *pool           // requests that wait for a password check: more of them than may wait there
	epoll   *epoll          // nil: each connection has a goroutine that reads
	rates   *rates
	polls   *polls
	calls   http.Handler // serveCall with compression

	panics   atomic.Uint64
	failures failures

	ctx    context.Context
	cancel context.CancelFunc
	owned  sync.WaitGroup

	mu     sync.Mutex
	conns  map[*conn]struct{}
	closed bool
	// nameless counts connections without a token by network, waiting those that have not said hello.
	nameless, waiting map[netip.Prefix]int
	ended             map[chat.DeviceID]endedDevice // within the last endedKept seconds
	parting           map[chat.DeviceID]*parting    // that wait for the answer to what may end them
	partingWait       time.Duration                 // for how long they wait at most

	programs programs
}

// endedDevice is a device whose token ended.
type endedDevice struct {
	at   uint32 // seconds, as Gateway.clock counts
	code string
}

// endedKept is for how long, in seconds, a device that ended is remembered: longer than anybody takes between
// showing a token and having a session.
const endedKept = 300

// Start begins a gateway. The accounts' revocations are followed from here on.
func Start(ctx context.Context, cfg Config) (*Gateway, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Workers == 0 {
		cfg.Workers = 256
	}
	if cfg.readers == 0 {
		cfg.readers = 64
	}
	if cfg.Heartbeat == 0 {
		cfg.Heartbeat = wire.Heartbeat
	}
	if cfg.BodyWithin == 0 {
		cfg.BodyWithin = 30 * time.Second
	}
	g := &Gateway{
		cfg: cfg, methods: methods(), origins: make(map[string]bool), conns: make(map[*conn]struct{}),
		nameless: make(map[netip.Prefix]int), waiting: make(map[netip.Prefix]int),
		rates: newRates(cfg.Rates), ended: make(map[chat.DeviceID]endedDevice),
		parting: make(map[chat.DeviceID]*parting), partingWait: partingWait,
	}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	if err := g.trust(); err != nil {
		g.cancel()
		return nil, err
	}
	calls, err := compressed(http.HandlerFunc(g.serveCall))
	if err != nil {
		g.cancel()
		return nil, err
	}
	g.calls = calls
	ended, err := cfg.Accounts.Revocations(g.ctx)
	if err == nil && cfg.readers > 0 {
		g.epoll, err = newEpoll(cfg.readers, cfg.Log)
	}
	if err != nil {
		g.cancel()
		return nil, err
	}
	g.work = newPool(cfg.Workers, g.safe)
	g.commits = newPool(4*cfg.Workers, g.safe)
	g.waits = newPool(16*cfg.Workers, g.safe)
	g.secrets = newPool(2*cfg.Workers, g.safe)
	g.polls = newPolls(g)
	g.owned.Go(func() { g.revoke(ended) })
	g.owned.Go(g.sweep)
	return g, nil
}

// trust reads the origins out of the signed list.
func (g *Gateway) trust() error {
	if g.cfg.Addresses == nil {
		return nil
	}
	now := chat.Millis(g.cfg.Now().UnixMilli())
	list, err := wire.VerifyAddresses(g.cfg.Addresses, nil, now)
	if err != nil {
		return err
	}
	for _, a := range list.Addresses {
		if u, err := url.Parse(a); err == nil && u.Host != "" {
			g.origins[u.Scheme+"://"+u.Host] = true
		}
	}
	g.timing = strings.Join(slices.Sorted(maps.Keys(g.origins)), ", ")
	return nil
}

// Close ends every connection and waits for every goroutine. The hub is closed before, so that sessions have
// had their last word.
func (g *Gateway) Close() {
	g.mu.Lock()
	g.closed = true
	for c := range g.conns {
		c.sever()
	}
	g.mu.Unlock()
	g.cancel()
	g.owned.Wait()
	g.closePolled()
	g.work.close()
	g.commits.close()
	g.waits.close()
	g.secrets.close()
}

// closePolled ends the poller, then the connections that are waiting with it.
func (g *Gateway) closePolled() {
	if g.epoll == nil {
		return
	}
	g.epoll.close()
	g.mu.Lock()
	rest := slices.Collect(maps.Keys(g.conns))
	g.mu.Unlock()
	for _, c := range rest {
		g.forget(c)
	}
}

// Connections returns how many WebSocket connections are open.
func (g *Gateway) Connections() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.conns)
}

// Handler serves everything below /api/.
func (g *Gateway) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/ws", g.serveSocket)
	mux.HandleFunc("/api/stream", g.serveStream)
	mux.Handle("/api/", g.calls)
	return mux
}

// revoke ends the sessions of devices whose tokens ended.
//
// AUTH-5
func (g *Gateway) revoke(ended <-chan account.Revocation) {
	for r := range ended {
		code := "revoked"
		if r.Reason == account.ReasonSuspended {
			code = "suspended"
		}
		g.mu.Lock()
		g.ended[r.Device] = endedDevice{at: g.clock(), code: code}
		kept := g.keptBack(r.Account, r.Device, code)
		g.mu.Unlock()
		if !kept {
			g.cfg.Hub.End(r.Account, r.Device, code)
		}
	}
}

// openSession begins a session. A token that was good when it was shown may have ended since, before there
// was a session to end: what ended is looked up after the session is there, and noted before sessions are
// ended, so that one of the two finds the other.
//
// AUTH-5
func (g *Gateway) openSession(s *hub.Session, who hub.Identity, sink hub.Sink, hello *hub.Frame) error {
	if err := g.cfg.Hub.Open(s, who, sink, hello); err != nil {
		return err
	}
	g.mu.Lock()
	gone, over := g.ended[who.Device]
	g.mu.Unlock()
	if over && who.Device != 0 {
		g.cfg.Hub.End(who.Account, who.Device, gone.code)
	}
	return nil
}

// forgetEnded drops what ended long ago. The caller holds the lock.
func (g *Gateway) forgetEnded(now uint32) {
	for id, d := range g.ended {
		if int32(now-d.at) > endedKept {
			delete(g.ended, id)
		}
	}
}

// sweep keeps time for all connections, so that none has a timer of its own.
func (g *Gateway) sweep() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			now := g.cfg.Now()
			g.mu.Lock()
			for c := range g.conns {
				if c.expired(uint32(now.Unix())) {
					c.sever()
				}
			}
			g.forgetEnded(uint32(now.Unix()))
			g.mu.Unlock()
			g.rates.forget(now)
			g.polls.expire(now)
			g.tell(now, nil)
		case <-g.ctx.Done():
			g.polls.close()
			return
		}
	}
}

// clock is the time in seconds that connections note their last sign of life in.
func (g *Gateway) clock() uint32 { return uint32(g.cfg.Now().Unix()) }

// from returns the network address of a client, for limits and to know this machine's own people. Behind a
// proxy whoever serves the handler has put the client's into the request; one that is not known is not valid.
func (g *Gateway) from(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}

// allowed reports whether a page of an origin may use this server: its own pages, and those of the addresses
// in the signed list. Programs that are no browsers send no origin.
//
// CONN-3
func (g *Gateway) allowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || g.origins[origin] {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}
