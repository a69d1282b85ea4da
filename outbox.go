// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

	mu     sync.Mutex
	last   int64 // newest name in the journal
	chats  map[uint32]*lane
	sent   []string        // names of what was acknowledged and is kept, ascending
	rooted map[uint32]bool // chats whose first entry is noted
	life   string          // of the server that the messages fit; they go to no other
	next   string          // the life that is being prepared for
	shut   bool
}

// lane is the queue of one chat. It has a goroutine while it holds anything.
type lane struct {
	items []*item // ascending by name
	wake  chan struct{}
}

func (l *lane) remove(it *item) {
	if i := slices.Index(l.items, it); i >= 0 {
		l.items = slices.Delete(l.items, i, i+1)
	}
}

// item is one message on its way.
type item struct {
	name string // in the journal
	req  *zolalv1.SendRequest
	done chan result // holds one; nobody may wait for it, where an earlier client left the message
	// marked says that the journal knows that it may be sent, unsure that an answer to it was lost.
	marked, unsure bool
}

type result struct {
	receipt *zolalv1.Receipt
	err     error
}

// answer tells who waits how it ended; the first answer counts. A restore may have answered already while the
// message was under way, and perhaps nobody reads that.
func (it *item) answer(r result) {
	select {
	case it.done <- r:
	default:
	}
}

func newOutbox(c *Client) *outbox {
	return &outbox{c: c, chats: make(map[uint32]*lane), rooted: make(map[uint32]bool)}
}

// Send writes a message: first into the journal, then to the server, again and again until it is
// acknowledged. A missing key is made. When ctx ends the message stays in the outbox and goes out later.
// It returns an *Error where the server refuses the message; it leaves the outbox then. An acknowledged
// message is kept in the journal for 30 days, the newest thousand, and sent again under its key to a server
// that was restored from a backup without it.
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
	it := &item{name: outboxName(b.last), req: req, done: make(chan result, 1)}
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
	life, err := b.c.journal.Get("incarnation")
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.life = string(life)
	if b.sent, err = b.c.journal.Keys("sent/"); err != nil {
		return err
	}
	other, err := b.otherDevice()
	if err != nil {
		return err
	}
	for _, name := range names {
		raw, err := b.c.journal.Get(name)
		if err != nil {
			return err
		}
		req, at, err := readOutbox(name, raw)
		if err != nil {
			return err
		}
		b.last = max(b.last, at)
		tried, err := b.c.journal.Get(tryingName(req.GetChat()))
		if err != nil {
			return err
		}
		unsure := string(tried) == name
		if other && unsure {
			if err := b.doubt(name, raw); err != nil {
				return err
			}
			continue
		}
		b.queue(&item{name: name, req: req, done: make(chan result, 1), marked: unsure, unsure: unsure})
	}
	return b.c.journal.Put("device", b.device())
}

// readOutbox reads a message that waits, and when it was written.
func readOutbox(name string, raw []byte) (*zolalv1.SendRequest, int64, error) {
	req := new(zolalv1.SendRequest)
	if err := proto.Unmarshal(raw, req); err != nil {
		return nil, 0, fmt.Errorf("journal holds a broken message %s: %w", name, err)
	}
	var at int64
	if _, err := fmt.Sscanf(name, "outbox/%d", &at); err != nil {
		return nil, 0, fmt.Errorf("journal holds a strange name %s: %w", name, err)
	}
	return req, at, nil
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
	byName := func(a, b *item) int { return strings.Compare(a.name, b.name) }
	at, _ := slices.BinarySearchFunc(l.items, it, byName)
	l.items = slices.Insert(l.items, at, it)
}

// meet tells the outbox which life of the server it is connected to. Where that is another than the messages
// were written for, it stays shut until they fit.
func (b *outbox) meet(life string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.life == "" {
		b.life = life
		if err := b.c.journal.Put("incarnation", []byte(life)); err != nil {
			b.c.o.log("the server's incarnation could not be written down", err)
		}
	}
	if b.life == life || b.next == life {
		return
	}
	b.next = life
	b.c.owned.Add(1)
	go func() {
		defer b.c.owned.Done()
		b.c.settle(life)
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.next == life {
			b.next = ""
		}
	}()
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

// drain sends a lane's messages in order until none is left or the client is closed; the journal keeps what
// was not sent.
func (b *outbox) drain(chat uint32, l *lane) {
	for {
		b.mu.Lock()
		if len(l.items) == 0 {
			delete(b.chats, chat)
			b.mu.Unlock()
			return
		}
		it, req, life := l.items[0], l.items[0].req, b.life
		b.mu.Unlock()
		receipt := new(zolalv1.Receipt)
		call := &lifeCall{c: b.c, life: life, begin: func() error { return b.trying(it) }}
		err := call.do(b.c.ctx, "Messages/Send", req, receipt)
		it.unsure = it.unsure || call.lost
		if b.c.ctx.Err() != nil {
			return
		}
		if err != nil && !it.unsure {
			b.notStored(it)
		}
		switch {
		case err == nil:
			b.acknowledged(it, l, life, receipt)
		case final(err):
			b.leave(chat, l, err)
			return
		case !temporary(err):
			b.refused(it, l, err)
		case !b.wait(err, l):
			return
		}
	}
}

// acknowledged takes a message out of its lane, unless the server was restored since the answer: it counts
// for the life that gave it.
func (b *outbox) acknowledged(it *item, l *lane, life string, r *zolalv1.Receipt) {
	b.mu.Lock()
	if b.life != life {
		b.mu.Unlock()
		return
	}
	if err := b.keep(it, r); err != nil {
		b.c.o.log("the outbox could not note a sent message", err)
	}
	l.remove(it)
	it.answer(result{receipt: r})
	fresh := !b.rooted[r.GetChat()]
	b.rooted[r.GetChat()] = true
	b.mu.Unlock()
	if !fresh {
		return
	}
	if err := b.c.root(b.c.ctx, life, r.GetChat()); err != nil && b.c.ctx.Err() == nil {
		b.c.o.log("the first entry of a chat could not be noted", err)
	}
}

// refused takes a message out for which there is no other answer.
func (b *outbox) refused(it *item, l *lane, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if derr := b.c.journal.Delete(it.name); derr != nil {
		b.c.o.log("the outbox could not forget a refused message", derr)
	}
	l.remove(it)
	it.answer(result{err: err})
}

// leave tells everyone who waits that this device is signed out. What was not sent stays in the journal.
//
// AUTH-5
func (b *outbox) leave(chat uint32, l *lane, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, it := range l.items {
		it.answer(result{err: err})
	}
	l.items = nil
	delete(b.chats, chat)
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
