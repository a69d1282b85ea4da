// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// carrier moves frames. send may be called from many goroutines; receive from one. After close both
// return errors. A carrier whose receive fails is over.
type carrier interface {
	send(frame *zolalv1.ClientFrame) error
	receive() (*zolalv1.ServerFrame, error)
	close() error
}

// Conn is one connection to a server. Calls may be made from many goroutines and are answered in any order;
// writes are carried out in the order in which they were sent. A goroutine of the Conn reads until the
// connection ends; Close waits for it.
type Conn struct {
	carrier   carrier
	transport Transport
	hello     *zolalv1.HelloOk
	updates   func(*zolalv1.Updates)

	patience time.Duration
	heard    atomic.Int64 // when the last frame came, in nanoseconds since begun
	begun    time.Time

	mu      sync.Mutex
	next    uint32
	waiting map[uint32]call
	quiet   chan struct{} // closed when nothing is under way any more; nil where nobody waits for that
	err     error

	done chan struct{}
}

// call is a request under way.
type call struct {
	since time.Time
	done  func(*zolalv1.Response)
}

// Connect opens one connection over the given transport and says hello. Updates are handed to the function
// one after the other, in order; it must not block for long and must not keep the message.
func Connect(
	ctx context.Context, address string, t Transport, o Options, updates func(*zolalv1.Updates),
) (*Conn, error) {
	base, err := baseURL(address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.patience())
	defer cancel()
	var k carrier
	var ok *zolalv1.HelloOk
	switch t {
	case WebSocket:
		k, ok, err = dialSocket(ctx, base, o)
	case Stream:
		k, ok, err = openStream(ctx, base, o)
	case Poll:
		k, ok, err = openPoll(ctx, base, o)
	default:
		err = fmt.Errorf("unknown transport %q", t)
	}
	if err != nil {
		return nil, fmt.Errorf("connect by %s: %w", t, err)
	}
	if updates == nil {
		updates = func(*zolalv1.Updates) {}
	}
	c := newConn(k, t, ok, o, updates)
	go c.read()
	return c, nil
}

func newConn(k carrier, t Transport, ok *zolalv1.HelloOk, o Options, updates func(*zolalv1.Updates)) *Conn {
	return &Conn{
		carrier: k, transport: t, hello: ok, updates: updates, waiting: make(map[uint32]call),
		done: make(chan struct{}), patience: o.patience(), begun: time.Now(),
	}
}

// Hello returns what the server said at the start: its incarnation, clock and capabilities.
func (c *Conn) Hello() *zolalv1.HelloOk { return c.hello }

// life is the incarnation of the server that this connection was opened to; it never carries another's.
func (c *Conn) life() string { return string(c.hello.GetIncarnation()) }

// Transport returns how the connection is carried.
func (c *Conn) Transport() Transport { return c.transport }

// Done is closed when the connection has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err returns why the connection ended, nil while it lives.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the connection and waits until its goroutine has stopped.
func (c *Conn) Close() error {
	c.fail(ErrClosed)
	<-c.done
	return nil
}

// Call asks and waits for the answer, which is decoded into resp. It returns an *Error where the server
// refuses, and another error where the connection ends first: the fate of the call is unknown then.
func (c *Conn) Call(ctx context.Context, method string, req, resp proto.Message) error {
	type outcome struct {
		payload []byte
		err     error
	}
	answered := make(chan outcome, 1)
	err := c.Start(method, req, func(payload []byte, err error) {
		answered <- outcome{payload, err}
	})
	if err != nil {
		return fmt.Errorf("call %s: %w", method, err)
	}
	select {
	case <-ctx.Done():
		return fmt.Errorf("call %s: %w", method, ctx.Err())
	case a := <-answered:
		if a.err != nil {
			return fmt.Errorf("call %s: %w", method, a.err)
		}
		if err := proto.Unmarshal(a.payload, resp); err != nil {
			return fmt.Errorf("call %s: %w", method, ErrInterfering)
		}
		return nil
	}
}

// Start asks without waiting. done is called once, from the reading goroutine (or from Close), with the
// encoded answer or an error; it must not block. Calls started one after the other are sent in that order.
func (c *Conn) Start(method string, req proto.Message, done func(payload []byte, err error)) error {
	payload, err := proto.Marshal(req)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return c.err
	}
	c.next++
	id := c.next
	c.waiting[id] = call{since: time.Now(), done: func(r *zolalv1.Response) {
		switch {
		case r == nil:
			done(nil, c.Err())
		case r.GetError() != nil:
			done(nil, fromWire(r.GetError()))
		default:
			done(r.GetPayload(), nil)
		}
	}}
	c.mu.Unlock()
	if err := c.carrier.send(&zolalv1.ClientFrame{Id: id, Method: method, Payload: payload}); err != nil {
		c.fail(err)
		return c.Err()
	}
	return nil
}

// read hands frames on until the carrier ends, then tells everyone who still waits.
func (c *Conn) read() {
	defer close(c.done)
	stop := make(chan struct{})
	pinged := make(chan struct{})
	go func() {
		defer close(pinged)
		c.watch(stop)
	}()
	for {
		f, err := c.carrier.receive()
		if err != nil {
			c.fail(err)
			break
		}
		c.heard.Store(int64(time.Since(c.begun)))
		if r := f.GetResponse(); r != nil {
			if done := c.take(r.GetId()); done != nil {
				done(r)
			}
		} else if u := f.GetUpdates(); u != nil {
			c.updates(u)
		}
	}
	close(stop)
	<-pinged
	c.mu.Lock()
	left := c.waiting
	c.waiting = nil
	c.mu.Unlock()
	for _, l := range left {
		l.done(nil)
	}
}

func (c *Conn) take(id uint32) func(*zolalv1.Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := c.waiting[id].done
	delete(c.waiting, id)
	if c.quiet != nil && len(c.waiting) == 0 {
		close(c.quiet)
		c.quiet = nil
	}
	return done
}

// idle returns a channel that is closed when no call is under way.
func (c *Conn) idle() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := make(chan struct{})
	if len(c.waiting) == 0 || c.quiet != nil {
		close(q)
		return q
	}
	c.quiet = q
	return q
}

// watch finds out whether a connection still lives: data may stop without an end to it. An idle one is pinged
// as often as the server asks, one that leaves a call unanswered is pinged when patience ends, and one on
// which nothing at all comes after a ping, for as long again, is over.
//
// CONN-6
func (c *Conn) watch(stop <-chan struct{}) {
	every := time.Duration(c.hello.GetPingSeconds()) * time.Second
	if c.transport != WebSocket {
		every = 0 // streams have heartbeats, and polls are answered
	}
	t := time.NewTicker(max(c.patience/4, time.Millisecond))
	defer t.Stop()
	var asked time.Time // when the ping was sent that decides, zero while there is none
	last := time.Now()  // when a ping was sent or answered
	for {
		select {
		case <-stop:
			return
		case <-t.C:
		}
		heard := c.begun.Add(time.Duration(c.heard.Load()))
		switch {
		case !asked.IsZero() && heard.After(asked):
			asked = time.Time{}
		case !asked.IsZero() && time.Since(asked) > c.patience:
			c.fail(fmt.Errorf("nothing came within %s of a ping", c.patience))
			return
		case asked.IsZero() && (c.doubtful(heard) || every > 0 && time.Since(last) >= every):
			asked = time.Now()
			last = asked
			// Sending may block where the network takes nothing any more; fail ends that.
			go func() { _ = c.Start("Ping", &zolalv1.Empty{}, func([]byte, error) {}) }()
		}
	}
}

// doubtful reports that a call waits for longer than patience, and nothing else has come either.
func (c *Conn) doubtful(heard time.Time) bool {
	if time.Since(heard) <= c.patience {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.waiting {
		if time.Since(w.since) > c.patience {
			return true
		}
	}
	return false
}

// fail records the first reason and closes the carrier, which ends the reading goroutine.
func (c *Conn) fail(err error) {
	c.mu.Lock()
	first := c.err == nil
	if first {
		c.err = err
	}
	c.mu.Unlock()
	if first {
		c.carrier.close()
	}
}
