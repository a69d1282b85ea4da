// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// pollID names the queue of one program that polls.
type pollID struct {
	account chat.AccountID
	device  chat.DeviceID
	session string
}

// pollSession is a queue of numbered updates. What was sent is kept until the next poll says that it arrived.
type pollSession struct {
	hub.Session

	turn   chan struct{} // held by the poll that is being answered
	sent   []*hub.Frame  // not yet acknowledged
	number uint64        // of the last update in sent, or the last acknowledged
	over   bool          // sent holds the last there will be

	asked time.Time // guarded by polls.mu
	busy  int       // polls under way; guarded by polls.mu
}

// polls holds the queues of everybody who polls.
type polls struct {
	g *Gateway

	mu     sync.Mutex
	all    map[pollID]*pollSession
	closed bool
}

func newPolls(g *Gateway) *polls { return &polls{g: g, all: make(map[pollID]*pollSession)} }

// maxPollName bounds the name that a client gives to its queue, in bytes.
const maxPollName = 64

// poll waits for updates where nothing can be streamed.
//
// POLL-1
func poll(ctx context.Context, c *caller, r *zolalv1.PollRequest) (*zolalv1.Updates, error) {
	switch {
	case c.session != nil:
		return nil, chat.Errorf(chat.CodeBadRequest, "updates come over this connection by themselves")
	case r.GetSession() == "" || len(r.GetSession()) > maxPollName:
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: "session", Text: "1 to 64 bytes"}
	case r.GetWaitMs() > wire.MaxPollWait:
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: "wait_ms", Text: "too long"}
	}
	id := pollID{c.actor.Account, c.actor.Device, r.GetSession()}
	p, fresh, err := c.polls.enter(ctx, c, id)
	if err != nil {
		return nil, err
	}
	defer c.polls.leave(p)
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, chat.Errorf(chat.CodeUnavailable, "another poll of this session is under way")
	}
	if fresh {
		return p.start(r.GetAfter())
	}
	if err := p.acknowledge(r.GetAfter()); err != nil {
		return nil, err
	}
	p.collect(ctx, time.Duration(r.GetWaitMs())*time.Millisecond, c.ctx.Done())
	if p.over {
		c.polls.drop(id, p)
	}
	return p.answer()
}

// start begins a queue, at once, with word to sync: what came before is not in it, and a client that syncs
// now misses nothing.
//
// POLL-4
func (p *pollSession) start(after uint64) (*zolalv1.Updates, error) {
	f, err := Encode(hub.Resync{})
	if err != nil {
		return nil, err
	}
	p.sent, p.number = append(p.sent, f), after+uint64(f.Updates)
	return p.answer()
}

// acknowledge drops what has arrived.
//
// POLL-2
func (p *pollSession) acknowledge(after uint64) error {
	if after > p.number {
		return &chat.Error{Code: chat.CodeBadRequest, Field: "after", Text: "a number that was never given"}
	}
	at := p.number
	for i := len(p.sent) - 1; i >= 0; i-- {
		if at <= after {
			p.sent = p.sent[i+1:]
			return nil
		}
		at -= uint64(p.sent[i].Updates)
	}
	return nil
}

// collect takes what waits, or waits for something until ctx or stop ends. What was sent before and did not
// arrive goes first, alone: it is bounded, and the queue behind it is too.
func (p *pollSession) collect(ctx context.Context, wait time.Duration, stop <-chan struct{}) {
	if len(p.sent) > 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-p.Ready():
	default:
		select {
		case <-p.Ready():
		case <-t.C:
			return
		case <-ctx.Done():
			return
		case <-stop:
			return
		}
	}
	var frames []*hub.Frame
	frames, p.over = p.Take(streamChunk)
	for _, f := range frames {
		if f.Updates > 0 {
			p.sent = append(p.sent, f)
			p.number += uint64(f.Updates)
		}
	}
}

// answer joins what was sent.
//
// POLL-3
func (p *pollSession) answer() (*zolalv1.Updates, error) {
	bodies := make([][]byte, 0, len(p.sent))
	for _, f := range p.sent {
		bodies = append(bodies, wire.Frame{Data: f.Data, Head: f.Head}.Body())
	}
	raw, err := wire.Polled(bodies, p.number)
	if err != nil {
		return nil, err
	}
	u := new(zolalv1.Updates)
	if err := proto.Unmarshal(raw, u); err != nil {
		return nil, fmt.Errorf("join updates: %w", err)
	}
	return u, nil
}

// enter finds or makes a queue.
func (ps *polls) enter(ctx context.Context, c *caller, id pollID) (p *pollSession, fresh bool, err error) {
	ps.mu.Lock()
	if p = ps.all[id]; p != nil {
		p.busy++
		ps.mu.Unlock()
		return p, false, nil
	}
	ps.mu.Unlock()
	switches, err := c.cfg.Engine.Privacies(ctx, []chat.AccountID{id.account})
	if err != nil {
		return nil, false, fmt.Errorf("poll: %w", err)
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p = ps.all[id]; p != nil {
		p.busy++
		return p, false, nil
	}
	if ps.closed {
		return nil, false, chat.Errorf(chat.CodeUnavailable, "the server is stopping")
	}
	p = &pollSession{turn: make(chan struct{}, 1), busy: 1, asked: ps.g.cfg.Now()}
	who := hub.Identity{Account: id.account, Device: id.device, Privacy: switches[id.account]}
	if err := c.openSession(&p.Session, who, nil, nil); err != nil {
		return nil, false, err
	}
	ps.all[id] = p
	return p, true, nil
}

func (ps *polls) leave(p *pollSession) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p.busy--
	p.asked = ps.g.cfg.Now()
}

// drop forgets a queue that is over.
func (ps *polls) drop(id pollID, p *pollSession) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.all[id] == p {
		delete(ps.all, id)
	}
	ps.g.cfg.Hub.Leave(&p.Session)
}

// expire forgets queues that nobody has asked for lately.
func (ps *polls) expire(now time.Time) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for id, p := range ps.all {
		if p.busy == 0 && now.Sub(p.asked) > wire.PollKeep {
			delete(ps.all, id)
			ps.g.cfg.Hub.Leave(&p.Session)
		}
	}
}

func (ps *polls) close() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.closed = true
	for id, p := range ps.all {
		delete(ps.all, id)
		ps.g.cfg.Hub.Leave(&p.Session)
	}
}
