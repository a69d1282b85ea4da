// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"fmt"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// maxTail bounds the entries kept for a follower that is slower than its chat; beyond it they are read
// again from the log.
const maxTail = 1000

// readSize is how many entries one read asks for.
const readSize = 500

// RewoundError says that the server was restored from a backup and no longer has entries that were followed.
// Common is the last one that both sides have; follow again from there.
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

// cursor is how far a follower has come, with enough of the past to find its place in a rewound log.
type cursor struct {
	seq         uint32
	incarnation string
	samples     []*zolalv1.Sample // ascending
}

// Follow calls each for every entry of a chat after a seq: first what is stored, then what arrives, in
// order, none twice and none left out, over any number of lost connections. It returns when ctx ends, when
// each returns an error, when the server refuses, or with a *RewoundError after a restore.
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
	at := &cursor{seq: after}
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

// take hands on what comes right after the cursor and passes over what was seen. What lies beyond a gap is
// left for the next read, which the gap itself causes.
func (a *cursor) take(entries []*zolalv1.Entry, each func(*zolalv1.Entry) error) error {
	for _, e := range entries {
		if e.GetSeq() != a.seq+1 {
			continue
		}
		if err := each(e); err != nil {
			return err
		}
		a.seq = e.GetSeq()
		a.samples = append(a.samples, &zolalv1.Sample{Seq: e.GetSeq(), Chain: e.GetChain()})
		a.thin()
	}
	return nil
}

// thin keeps at most 64 samples: the newest close together, older ones ever further apart.
func (a *cursor) thin() {
	if len(a.samples) <= 64 {
		return
	}
	kept := a.samples[:0]
	for i, s := range a.samples {
		if fromEnd := len(a.samples) - i; fromEnd <= 16 || i%2 == 0 {
			kept = append(kept, s)
		}
	}
	a.samples = kept
}

// readOn reads from the log until nothing new comes.
func (c *Client) readOn(
	ctx context.Context, chat uint32, at *cursor, each func(*zolalv1.Entry) error,
) error {
	if err := c.sameLog(ctx, chat, at); err != nil {
		return err
	}
	for {
		resp := new(zolalv1.ReadResponse)
		req := &zolalv1.ReadRequest{Chat: chat, After: at.seq, Limit: readSize}
		if err := c.Call(ctx, "Messages/Read", req, resp); err != nil {
			return err
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

// sameLog finds out, when the server's incarnation has changed, whether the log is still the one followed.
func (c *Client) sameLog(ctx context.Context, chat uint32, at *cursor) error {
	c.mu.Lock()
	now := c.incarnation
	c.mu.Unlock()
	before := at.incarnation
	at.incarnation = now
	if before == "" || before == now || len(at.samples) == 0 {
		return nil
	}
	req := &zolalv1.CommonRequest{Chat: chat}
	for i := len(at.samples) - 1; i >= 0; i-- {
		req.Samples = append(req.Samples, at.samples[i])
	}
	resp := new(zolalv1.CommonResponse)
	if err := c.Call(ctx, "Sync/Common", req, resp); err != nil {
		return err
	}
	if resp.GetSeq() < at.seq {
		return &RewoundError{Common: resp.GetSeq()}
	}
	return nil
}
