// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gobwas/ws"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// conn is one WebSocket connection. It is small: there are as many as people. Whoever reads it, a worker in
// its turn or a goroutine of its own, is its reader; what is neither fixed nor atomic is the reader's.
type conn struct {
	hub.Session // opened by the hello; its frames leave through the hub's writers
	g           *Gateway
	nc          net.Conn
	out         sync.Mutex      // held while something is written
	nameless    atomic.Bool     // said hello without a token, and is counted
	raw         syscall.RawConn // nil where the connection cannot be read without waiting
	actor       chat.Actor
	operator    bool
	greeted     bool        // said hello; of the reader
	welcomed    atomic.Bool // the same, for the sweep
	from        netip.Addr

	heard  atomic.Uint32 // second of the last sign of life
	asked  atomic.Uint32 // second of the last request other than a ping
	ending atomic.Uint32 // second in which it was asked to end; 0 not yet
	rate   bucket
	lanes  *lanes      // nil until a request
	in     *intake     // of a polled connection in the middle of a message
	fd     int32       // of a polled connection
	polled bool        // waits with the poller, not with a goroutine; fixed before it is read
	known  bool        // to the kernel's list
	lent   bool        // the reader has given up its place among the workers
	parked atomic.Bool // waits for a turn

	program uint16 // row of what it says it is; once greeted
}

// lanes are the requests of a connection that are under way.
type lanes struct {
	mu      sync.Mutex
	queue   []request // that write, in order
	bytes   int
	running bool          // a worker carries the queue out
	more    chan struct{} // holds one element when there is room in the queue again
	slots   chan struct{} // of requests beside each other
	waits   chan struct{} // of requests that may wait
}

// request is one frame of a client, decoded but for its payload.
type request struct {
	id      uint32
	method  *method
	payload []byte
}

// maxQueued bounds the payloads of writes that wait in a connection, in bytes.
const maxQueued = 256 << 10

// endingGrace is how long, in seconds, a connection that was asked to end may take to do so.
const endingGrace = 5

// expired reports whether a connection has been silent for too long, or has not ended though it was asked to.
//
// CONN-7
func (c *conn) expired(now uint32) bool {
	limit := int32(wire.IdleLimit / time.Second)
	if !c.welcomed.Load() {
		limit = int32(wire.HelloWait / time.Second)
	}
	if c.nameless.Load() && int32(now-c.asked.Load()) > int32(wire.AskLimit/time.Second) {
		return true
	}
	// A connection may have been heard after now was read: the difference is signed.
	ending := c.ending.Load()
	return int32(now-c.heard.Load()) > limit || ending != 0 && int32(now-ending) > endingGrace
}

// run reads until the connection ends.
func (c *conn) run(early []byte) {
	defer c.g.forget(c)
	in := intake{c: c}
	in.init()
	in.preload(early)
	defer in.release()
	c.refuseFraming(c.survive(&in))
}

// read handles what comes until the connection ends, or its turn. It reads nothing more while the client
// leaves too many answers unread, whatever they answer: requests, pings, or frames that are no frames.
//
// LIM-3
func (c *conn) read(in *intake) error {
	for {
		op, payload, err := in.next()
		if err != nil {
			return err
		}
		if c.greeted {
			c.heard.Store(c.g.clock())
		}
		if c.ending.Load() != 0 {
			continue // until the client closes its side too
		}
		if c.greeted && c.Crowded() {
			c.yield()
			if c.Wait(c.g.ctx) != nil {
				continue // its session has ended
			}
		}
		switch op {
		case ws.OpBinary:
			c.take(payload)
		case ws.OpPing:
			c.Answer(control(ws.OpPong, payload))
		case ws.OpClose:
			c.Close()
		case ws.OpText:
			// CONN-4
			c.refuse(0, chat.Errorf(chat.CodeBadFrame, "frames are binary"))
		}
	}
}

// refuseFraming says what was wrong with a connection of which the framing cannot be trusted any more.
func (c *conn) refuseFraming(err error) {
	code := chat.CodeOf(err)
	if code != chat.CodeBadFrame && code != chat.CodeTooLarge {
		return
	}
	if !c.greeted {
		c.refuse(0, err)
		c.Close()
		return
	}
	c.yield()
	f := wire.Refusal(0, err)
	c.Finish(&hub.Frame{Data: f.Data, Head: f.Head})
	c.nc.SetReadDeadline(time.Now().Add(endingGrace * time.Second))
	io.Copy(io.Discard, c.nc) // so that what was written is not lost with what was not read
}

// control makes a control frame.
func control(op ws.OpCode, payload []byte) *hub.Frame {
	payload = payload[:min(len(payload), ws.MaxControlFramePayloadSize)]
	data := append([]byte{0x80 | byte(op), byte(len(payload))}, payload...)
	return &hub.Frame{Data: data, Head: 2}
}

// refuse answers a request with an error.
func (c *conn) refuse(id uint32, err error) {
	f := wire.Refusal(id, err)
	c.answer(&hub.Frame{Data: f.Data, Head: f.Head})
}

// answer sends a frame that belongs to a request. Before the hello there is no session yet.
func (c *conn) answer(f *hub.Frame) {
	if c.greeted {
		c.Answer(f)
		return
	}
	n, err := c.TryWrite(f.Data)
	if err == nil && n < len(f.Data) {
		c.yield()
		c.Write(f.Data[n:])
	}
}

// reply answers a request with what it asked for, or with why not.
func (c *conn) reply(id uint32, m proto.Message, err error) {
	if f := c.g.replyFrame(id, m, err); f != nil {
		c.answer(f)
	}
}

// replyFrame encodes an answer. An error that is our own fault is logged where it becomes one.
func (g *Gateway) replyFrame(id uint32, m proto.Message, err error) *hub.Frame {
	if err == nil {
		f, bad := wire.Reply(id, m)
		if bad == nil {
			return &hub.Frame{Data: f.Data, Head: f.Head}
		}
		err = bad
	}
	g.blame(err)
	f := wire.Refusal(id, err)
	return &hub.Frame{Data: f.Data, Head: f.Head}
}

// take handles one message of a client. The payload is the reader's own and is copied where it has to last.
func (c *conn) take(frame []byte) {
	id, name, payload, err := wire.Request(frame)
	if err != nil {
		c.refuse(id, err)
		return
	}
	m, err := c.g.find(name)
	switch {
	case err != nil:
		c.refuse(id, err)
		return
	case m.name == "Ping":
		// CONN-6
		if c.greeted {
			c.reply(id, &zolalv1.Empty{}, nil)
			return
		}
	}
	if !c.greeted {
		c.greet(id, m, payload)
		return
	}
	c.asked.Store(c.g.clock())
	if wait, ok := c.rate.take(c.g.rates.stamp(), c.g.rates.Connection, c.g.rates.ConnectionBurst); !ok {
		c.refuse(id, limited(wait, "connection"))
		return
	}
	if err := c.admit(m); err != nil {
		c.refuse(id, err)
		return
	}
	c.dispatch(request{id: id, method: m, payload: append([]byte(nil), payload...)})
}

// admit checks the limits of who asks, and that he may use the method at all.
func (c *conn) admit(m *method) error {
	if c.actor.Account == 0 {
		if err := c.g.rates.address(c.from); err != nil {
			return err
		}
	} else if err := c.g.rates.account(c.actor.Account); err != nil {
		return err
	}
	return m.may(c.actor)
}

// greet carries out the first request of a connection, which has to be the hello, and waits for it: nothing
// that follows means anything before.
//
// CONN-5
func (c *conn) greet(id uint32, m *method, payload []byte) {
	if m.name != "Hello" {
		c.refuse(id, chat.Errorf(chat.CodeUnauthenticated, "the first frame of a connection is a Hello"))
		return
	}
	hello := func() {
		_, err := c.g.guarded(func() (proto.Message, error) {
			c.hello(id, payload)
			return nil, nil
		})
		if err != nil {
			c.refuse(id, err)
		}
	}
	if c.polled {
		hello() // here the stack may grow
		return
	}
	done := make(chan struct{})
	ran := c.g.work.run(func() {
		defer close(done)
		hello()
	})
	if ran {
		<-done
	}
}

// hello opens the session.
func (c *conn) hello(id uint32, payload []byte) {
	h := new(zolalv1.Hello)
	err := wire.Unmarshal(payload, h)
	var who welcome
	if err == nil {
		who, err = c.g.welcome(c.g.ctx, h, c.from)
	}
	if err != nil {
		c.g.blame(err)
		c.refuse(id, err)
		return
	}
	if who.actor.Account == 0 {
		if err := c.g.seat(c); err != nil {
			c.refuse(id, err)
			c.Close()
			return
		}
	}
	f := c.g.replyFrame(id, c.g.helloOk(), nil)
	c.actor, c.operator = who.actor, who.operator
	if err := c.g.openSession(&c.Session, who.identity(), c, f); err != nil {
		c.refuse(id, err)
		c.Close()
		return
	}
	c.program = c.g.programs.enter(who.runs)
	c.greeted = true
	c.heard.Store(c.g.clock())
	c.g.welcomed(c)
}

// caller is the connection as methods see it.
func (c *conn) caller() *caller {
	return &caller{
		Gateway: c.g, actor: c.actor, operator: c.operator, session: &c.Session, from: c.from,
	}
}

// dispatch hands a request to a worker. It waits where too much is under way: then the client's requests stay
// in the network, which is what slows it down.
func (c *conn) dispatch(r request) {
	if c.lanes == nil {
		c.lanes = &lanes{
			more:  make(chan struct{}, 1),
			slots: make(chan struct{}, wire.MaxReads),
			waits: make(chan struct{}, wire.MaxWaits),
		}
	}
	l := c.lanes
	switch r.method.lane {
	case writes:
		c.enqueue(l, r)
	case waits:
		c.beside(l.waits, c.g.waits, r)
	case secrets:
		c.beside(l.slots, c.g.secrets, r)
	default:
		c.beside(l.slots, c.g.work, r)
	}
}

// beside carries a request out beside others of the connection, at most as many as there are slots.
func (c *conn) beside(slots chan struct{}, p *pool, r request) {
	select {
	case slots <- struct{}{}:
	default:
		c.yield()
		select {
		case slots <- struct{}{}:
		case <-c.g.ctx.Done():
			return
		}
	}
	c.onWorker(p, func() {
		defer func() { <-slots }()
		m, err := c.g.guarded(func() (proto.Message, error) {
			a, err := c.begin(c.g.ctx, c.caller(), r)
			if err != nil {
				return nil, err
			}
			return a.get(c.g.ctx)
		})
		c.reply(r.id, m, err)
	})
}

// onWorker has a job carried out.
func (c *conn) onWorker(p *pool, job func()) {
	if !p.try(job) {
		c.yield()
		p.run(job)
	}
}

// begin decodes a request and carries it out as far as its order matters.
func (c *conn) begin(ctx context.Context, who *caller, r request) (answer, error) {
	req := r.method.fresh()
	if err := wire.Unmarshal(r.payload, req); err != nil {
		return answer{}, err
	}
	return r.method.begin(ctx, who, req)
}

// enqueue puts a write behind those before it.
func (c *conn) enqueue(l *lanes, r request) {
	for {
		l.mu.Lock()
		if len(l.queue) == 0 || len(l.queue) < wire.MaxWrites && l.bytes+len(r.payload) <= maxQueued {
			break
		}
		l.mu.Unlock()
		c.yield()
		select {
		case <-l.more:
		case <-c.g.ctx.Done():
			return
		}
	}
	l.queue = append(l.queue, r)
	l.bytes += len(r.payload)
	start := !l.running
	l.running = true
	l.mu.Unlock()
	if start {
		c.onWorker(c.g.commits, func() { c.carryOut(l) })
	}
}

// all takes the whole queue; nothing says that the lane is done.
func (l *lanes) all() []request {
	l.mu.Lock()
	defer l.mu.Unlock()
	run := l.queue
	l.queue, l.bytes = nil, 0
	if len(run) == 0 {
		l.running = false
	}
	select {
	case l.more <- struct{}{}:
	default:
	}
	return run
}

// carryOut carries writes out, run by run: all of a run are begun in their order, so that they share commits,
// then each is answered when it is durable.
//
// SEND-3
func (c *conn) carryOut(l *lanes) {
	who := c.caller()
	for {
		run := l.all()
		if len(run) == 0 {
			return
		}
		if partsIn(run) {
			over := c.g.part(c.actor.Device, c.actor.Account)
			c.carryRun(who, run)
			over()
			continue
		}
		c.carryRun(who, run)
	}
}

func (c *conn) carryRun(who *caller, run []request) {
	begun := make([]answer, len(run))
	for i, r := range run {
		_, err := c.g.guarded(func() (_ proto.Message, err error) {
			begun[i], err = c.begin(c.g.ctx, who, r)
			return nil, err
		})
		if err != nil {
			begun[i] = answer{wait: func(context.Context) (proto.Message, error) { return nil, err }}
		}
	}
	for i, a := range begun {
		m, err := c.g.guarded(func() (proto.Message, error) { return a.get(c.g.ctx) })
		c.reply(run[i].id, m, err)
	}
}
