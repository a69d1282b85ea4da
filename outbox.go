// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// outbox keeps messages from the moment they are written until the server has acknowledged or refused them.
// The messages of one chat go out one after the other, so that neither a lost answer nor a refusal changes
// their order; chats do not wait for each other.
type outbox struct {
	c *Client

	mu    sync.Mutex
	last  int64 // newest name in the journal
	chats map[uint32]*lane
	shut  bool
}

// lane is the queue of one chat. It has a goroutine while it holds anything.
type lane struct {
	items []*item
	wake  chan struct{}
}

// item is one message on its way.
type item struct {
	name string // in the journal
	req  *zolalv1.SendRequest
	done chan result // nil where nobody waits: left over from an earlier client
}

type result struct {
	receipt *zolalv1.Receipt
	err     error
}

func newOutbox(c *Client) *outbox { return &outbox{c: c, chats: make(map[uint32]*lane)} }

// Send writes a message: first into the journal, then to the server, again and again until it is
// acknowledged. A missing key is made. When ctx ends the message stays in the outbox and goes out later.
// It returns an *Error where the server refuses the message; it leaves the outbox then.
func (c *Client) Send(ctx context.Context, req *zolalv1.SendRequest) (*zolalv1.Receipt, error) {
	if len(req.GetKey()) == 0 {
		req = proto.Clone(req).(*zolalv1.SendRequest)
		req.Key = c.NewKey()
	}
	done, err := c.outbox.add(req)
	if err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	select {
	case r := <-done:
		if r.err != nil {
			return nil, fmt.Errorf("send: %w", r.err)
		}
		return r.receipt, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("send: in the outbox: %w", ctx.Err())
	}
}

// Text sends plain text.
func (c *Client) Text(ctx context.Context, chat uint32, text string) (*zolalv1.Receipt, error) {
	return c.Send(ctx, &zolalv1.SendRequest{Chat: chat, Text: text})
}

// Unsent returns how many messages wait for their acknowledgement.
func (c *Client) Unsent() int {
	c.outbox.mu.Lock()
	defer c.outbox.mu.Unlock()
	n := 0
	for _, l := range c.outbox.chats {
		n += len(l.items)
	}
	return n
}

func (b *outbox) add(req *zolalv1.SendRequest) (<-chan result, error) {
	raw, err := proto.Marshal(req)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut {
		return nil, ErrClosed
	}
	b.last = max(b.last+1, b.c.o.now().UnixNano())
	it := &item{name: fmt.Sprintf("outbox/%020d", b.last), req: req, done: make(chan result, 1)}
	if err := b.c.journal.Put(it.name, raw); err != nil {
		return nil, err
	}
	b.queue(it)
	return it.done, nil
}

// close lets no further message in, so that no goroutine starts while the client waits for its own.
func (b *outbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shut = true
}

// load takes over what an earlier client left.
func (b *outbox) load() error {
	names, err := b.c.journal.Keys("outbox/")
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range names {
		raw, err := b.c.journal.Get(name)
		if err != nil {
			return err
		}
		req := new(zolalv1.SendRequest)
		if err := proto.Unmarshal(raw, req); err != nil {
			return fmt.Errorf("journal holds a broken message %s: %w", name, err)
		}
		if _, err := fmt.Sscanf(name, "outbox/%d", &b.last); err != nil {
			return fmt.Errorf("journal holds a strange name %s: %w", name, err)
		}
		b.queue(&item{name: name, req: req, done: make(chan result, 1)})
	}
	return nil
}

// queue appends to the lane of the chat and starts its goroutine; the caller holds mu.
func (b *outbox) queue(it *item) {
	chat := it.req.GetChat()
	l := b.chats[chat]
	if l == nil {
		l = &lane{wake: make(chan struct{}, 1)}
		b.chats[chat] = l
		b.c.owned.Add(1)
		go func() {
			defer b.c.owned.Done()
			b.drain(chat, l)
		}()
	}
	l.items = append(l.items, it)
}

// kick ends the pauses of all lanes: there is a new connection.
func (b *outbox) kick() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.chats {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// drain sends a lane's messages in order until none is left.
func (b *outbox) drain(chat uint32, l *lane) {
	for {
		b.mu.Lock()
		if len(l.items) == 0 {
			delete(b.chats, chat)
			b.mu.Unlock()
			return
		}
		it := l.items[0]
		b.mu.Unlock()
		r := b.deliver(it, l)
		if r.receipt == nil && r.err == nil {
			return // the client was closed; the journal keeps the message
		}
		it.done <- r
		b.mu.Lock()
		l.items = slices.Delete(l.items, 0, 1)
		b.mu.Unlock()
	}
}

// deliver sends one message until the server has answered for good.
func (b *outbox) deliver(it *item, l *lane) result {
	for {
		receipt := new(zolalv1.Receipt)
		err := b.c.Call(b.c.ctx, "Messages/Send", it.req, receipt)
		if b.c.ctx.Err() != nil {
			return result{}
		}
		if err != nil && temporary(err) {
			if !b.wait(err, l) {
				return result{}
			}
			continue
		}
		if derr := b.c.journal.Delete(it.name); derr != nil && err == nil {
			// Sending it again is harmless: the key is known.
			b.c.o.log("the outbox could not forget a sent message", derr)
		}
		if err != nil {
			return result{err: err}
		}
		return result{receipt: receipt}
	}
}

// wait pauses for as long as the server asked, a second where it did not say.
func (b *outbox) wait(err error, l *lane) bool {
	pause := time.Second
	var e *Error
	if errors.As(err, &e) && e.Retry > 0 {
		pause = e.Retry
	}
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.wake:
		return true
	case <-b.c.ctx.Done():
		return false
	}
}
