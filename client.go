// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Client is a signed-in device that outlives its connections. Dial starts the goroutine that keeps it
// connected, and Close stops it and everything it started.
type Client struct {
	o       Options
	journal Journal
	route   *route
	outbox  *outbox

	ctx    context.Context
	cancel context.CancelFunc
	owned  sync.WaitGroup

	cursors sync.Mutex // guards the cursors in the journal

	mu        sync.Mutex
	conn      *Conn
	changed   chan struct{} // closed and replaced whenever conn or fatal changes
	fatal     error         // no reconnecting helps: revoked, unknown token, unsupported version
	offset    time.Duration // server clock minus ours
	away      time.Duration // the server stops and asked to be left alone for so long
	followers map[uint32]map[*follower]bool
	handlers  map[*func(*zolalv1.Update)]bool
	transfers *http.Client // of uploads and downloads, once there were any
}

// Dial starts a client and waits for its first connection. It returns an *Error where the server refuses
// the token; where the server cannot be reached it goes on trying until ctx ends.
func Dial(ctx context.Context, address string, o Options) (*Client, error) {
	if _, err := baseURL(address); err != nil {
		return nil, err
	}
	if o.Journal == nil {
		o.Journal = &MemoryJournal{}
	}
	c := &Client{
		o: o, journal: o.Journal, changed: make(chan struct{}),
		followers: make(map[uint32]map[*follower]bool),
		handlers:  make(map[*func(*zolalv1.Update)]bool),
	}
	var err error
	if c.offset, err = c.clock(); err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	if c.route, err = newRoute(address, o, c.Now()); err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.outbox = newOutbox(c)
	if err := c.outbox.load(); err != nil {
		c.cancel()
		return nil, fmt.Errorf("dial: %w", err)
	}
	c.owned.Add(1)
	go func() {
		defer c.owned.Done()
		c.run()
	}()
	if err := c.acquaint(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("dial: %w", err)
	}
	return c, nil
}

// acquaint waits for the first connection, and where nothing is known of the server yet, for its addresses:
// a client whose only address is blocked a moment later could not find it again.
func (c *Client) acquaint(ctx context.Context) error {
	if _, err := c.connected(ctx); err != nil || c.route.known() {
		return err
	}
	info := new(zolalv1.ServerInfo)
	if err := c.Call(ctx, "Accounts/Server", &zolalv1.Empty{}, info); err != nil {
		return err
	}
	c.route.learn(info.GetAddresses(), c.Now())
	return nil
}

// Close ends the connection and waits for every goroutine of the client. Messages that were not
// acknowledged stay in the journal and are sent by the next client that uses it.
func (c *Client) Close() error {
	c.cancel()
	c.outbox.close()
	c.owned.Wait()
	c.media().CloseIdleConnections()
	return nil
}

// Now returns the server's time as far as it is known, for keys.
func (c *Client) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.o.now().Add(c.offset)
}

// NewKey makes a key at the server's time.
func (c *Client) NewKey() []byte { return NewKey(c.Now()) }

// Transport returns how the client is connected at this moment, empty while it is not.
func (c *Client) Transport() Transport {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return ""
	}
	return c.conn.Transport()
}

// Address returns the address in use.
func (c *Client) Address() string { return c.route.current() }

// OnUpdate calls the function for every update, in order, until the returned function is called. It must
// not block for long.
func (c *Client) OnUpdate(handle func(*zolalv1.Update)) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := &handle
	c.handlers[key] = true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.handlers, key)
	}
}

// once names the methods that must not be asked twice when an answer was lost.
var once = map[string]bool{"Accounts/CreateToken": true}

// Call asks over whatever connection there is, and asks again over the next one when it breaks, until ctx
// ends. Every write carries a key and every read is harmless, so asking again is safe; the few methods
// where it is not are not asked again. When the server turns out to have been restored from a backup since
// the call began, nothing is carried out and the error's code is INCARNATION_CHANGED.
func (c *Client) Call(ctx context.Context, method string, req, resp proto.Message) error {
	conn, err := c.connected(ctx)
	if err != nil {
		return fmt.Errorf("call %s: %w", method, err)
	}
	return c.callIn(ctx, conn.life(), method, req, resp)
}

// connected waits for a connection.
func (c *Client) connected(ctx context.Context) (*Conn, error) {
	for {
		c.mu.Lock()
		conn, fatal, changed := c.conn, c.fatal, c.changed
		c.mu.Unlock()
		if fatal != nil {
			return nil, fatal
		}
		if conn != nil {
			return conn, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-c.ctx.Done():
			return nil, ErrClosed
		}
	}
}

// lost makes sure that a connection which failed a call is not used again.
func (c *Client) lost(conn *Conn) {
	conn.fail(errors.New("a call failed"))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == conn {
		c.set(nil, c.fatal)
	}
}

// set changes the connection; the caller holds mu.
func (c *Client) set(conn *Conn, fatal error) {
	c.conn, c.fatal = conn, fatal
	close(c.changed)
	c.changed = make(chan struct{})
}

// run keeps the client connected until it is closed or the server refuses it for good.
func (c *Client) run() {
	for first := true; c.ctx.Err() == nil; first = false {
		if !first && !c.pause() {
			return
		}
		address, transport := c.route.choose()
		l, err := c.open(address, transport)
		if err != nil {
			c.route.failed(err)
			if final(err) {
				c.mu.Lock()
				c.set(nil, err)
				c.mu.Unlock()
				return
			}
			continue
		}
		c.route.worked()
		c.adopt(l.conn)
		c.stay(l)
		c.mu.Lock()
		c.set(nil, nil)
		c.mu.Unlock()
	}
}

// adopt makes a fresh connection the one in use and wakes everything that waits for it.
func (c *Client) adopt(conn *Conn) {
	c.learnClock(time.UnixMilli(conn.Hello().GetServerMs()))
	c.mu.Lock()
	c.set(conn, nil)
	for _, fs := range c.followers {
		for f := range fs {
			f.wake(nil, true)
		}
	}
	c.mu.Unlock()
	// The addresses may have changed since.
	info := new(zolalv1.ServerInfo)
	_ = conn.Start("Accounts/Server", &zolalv1.Empty{}, func(payload []byte, err error) {
		if err == nil && proto.Unmarshal(payload, info) == nil {
			c.route.learn(info.GetAddresses(), c.Now())
		}
	})
	c.outbox.meet(conn.life())
	c.outbox.kick()
}

// final reports that no further attempt can succeed.
func final(err error) bool {
	switch CodeOf(err) {
	case zolalv1.ErrorCode_UNAUTHENTICATED, zolalv1.ErrorCode_REVOKED,
		zolalv1.ErrorCode_VERSION_UNSUPPORTED, zolalv1.ErrorCode_SUSPENDED:
		return true
	}
	return false
}
