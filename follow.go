// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"errors"
	"fmt"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// maxTail bounds the entries kept for a follower that is slower than its chat; beyond it they are read
// again from the log.
const maxTail = 1000

// readSize is how many entries one read asks for.
const readSize = 500

// RewoundError says that the server was restored from a backup and no longer has entries that were followed.
// Common is the last one that both sides are known to have: drop what was shown after it, and follow again
// from there. What this client had sent since is offered again by its outbox.
type RewoundError struct{ Common uint32 }

// Error names the last common entry.
func (e *RewoundError) Error() string {
	return fmt.Sprintf("the server was restored; entries after %d are gone there", e.Common)
}

// follower is one call of Follow. Its fields are guarded by the client's mutex.
type follower struct {
	tail   []*zolalv1.Entry
	gap    bool // read the log before trusting the tail
	notify chan struct{}
}

// wake hands entries to a follower, or tells it to read. The caller holds the client's mutex.
func (f *follower) wake(entries []*zolalv1.Entry, gap bool) {
	if gap || len(f.tail)+len(entries) > maxTail {
		f.tail, f.gap = nil, true
	} else {
		f.tail = append(f.tail, entries...)
	}
	select {
	case f.notify <- struct{}{}:
	default:
	}
}

// Follow calls each for every entry of a chat after a seq: first what is stored, then what arrives, in
// order, none twice and none left out, over any number of lost connections. It returns when ctx ends, when
// each returns an error, when the server refuses, or with a *RewoundError after a restore: also after one
// that happened while no client ran, as far as the journal knows the log. after is the caller's own mark; the
// journal keeps what is needed to tell whether it still means the same.
func (c *Client) Follow(
	ctx context.Context, chat, after uint32, each func(*zolalv1.Entry) error,
) error {
	f := &follower{gap: true, notify: make(chan struct{}, 1)}
	c.mu.Lock()
	if c.followers[chat] == nil {
		c.followers[chat] = make(map[*follower]bool)
	}
	c.followers[chat][f] = true
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.followers[chat], f)
		if len(c.followers[chat]) == 0 {
			delete(c.followers, chat)
		}
	}()
	at, err := c.cursorAt(chat, after)
	if err != nil {
		return fmt.Errorf("follow chat %d: %w", chat, err)
	}
	defer func() {
		if err := c.save(chat, at, true); err != nil {
			c.o.log("a cursor could not be written down", err)
		}
	}()
	for {
		c.mu.Lock()
		tail, gap := f.tail, f.gap
		f.tail, f.gap = nil, false
		c.mu.Unlock()
		if !gap && len(tail) > 0 && tail[0].GetSeq() > at.seq+1 {
			gap = true
		}
		var err error
		if gap {
			err = c.readOn(ctx, chat, at, each)
		}
		if err == nil {
			err = at.take(tail, each)
		}
		if err == nil {
			err = c.save(chat, at, false)
		}
		if err != nil {
			return fmt.Errorf("follow chat %d: %w", chat, err)
		}
		select {
		case <-f.notify:
		case <-ctx.Done():
			return ctx.Err()
		case <-c.ctx.Done():
			return ErrClosed
		}
	}
}

// readOn reads from the log until nothing new comes, in one life of the server.
func (c *Client) readOn(
	ctx context.Context, chat uint32, at *cursor, each func(*zolalv1.Entry) error,
) error {
	for {
		conn, err := c.connected(ctx)
		if err != nil {
			return err
		}
		if err = c.readIn(ctx, conn.life(), chat, at, each); !errors.Is(err, errRewound) {
			return err
		}
		// The server was restored while it was read from: first of all the place is looked up again.
	}
}

func (c *Client) readIn(
	ctx context.Context, life string, chat uint32, at *cursor, each func(*zolalv1.Entry) error,
) error {
	if err := c.sameLog(ctx, life, chat, at); err != nil {
		return err
	}
	for {
		resp := new(zolalv1.ReadResponse)
		req := &zolalv1.ReadRequest{Chat: chat, After: at.seq, Limit: readSize}
		if err := c.insist(ctx, life, "Messages/Read", req, resp); err != nil {
			return err
		}
		if h := resp.GetHead(); h != nil && h.GetSeq() < at.seq {
			return at.rewound(h.GetSeq())
		}
		if len(resp.GetEntries()) == 0 {
			return nil
		}
		// A member who may not see early history starts where the server lets it start.
		if first := resp.GetEntries()[0].GetSeq(); first > at.seq+1 {
			at.seq = first - 1
		}
		if err := at.take(resp.GetEntries(), each); err != nil {
			return err
		}
	}
}

// rewound says that the log ends before the cursor: nothing vouches for more than the samples up to there.
func (a *cursor) rewound(head uint32) error {
	e := new(RewoundError)
	for _, s := range a.samples {
		if s.GetSeq() <= head {
			e.Common = s.GetSeq()
		}
	}
	return e
}

// sameLog finds out, when the server's incarnation has changed, whether the log is still the one followed.
func (c *Client) sameLog(ctx context.Context, life string, chat uint32, at *cursor) error {
	if at.life != "" && at.life != life && at.seq > 0 {
		common, err := c.common(ctx, life, chat, at.samples)
		if err != nil {
			return err
		}
		if common < at.seq {
			return &RewoundError{Common: common}
		}
	}
	at.life = life
	if at.seq == 0 || len(at.samples) > 0 {
		return nil
	}
	first, err := c.first(ctx, life, chat)
	if err == nil && first != nil && first.GetSeq() <= at.seq {
		at.samples = append(at.samples, first)
	}
	return err
}
