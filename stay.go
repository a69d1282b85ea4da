// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// link is a connection of a client. One that another has taken over from tells nothing more.
type link struct {
	conn    *Conn
	retired bool // guarded by the client's mutex
}

func (c *Client) open(address string, t Transport) (*link, error) {
	l := new(link)
	conn, err := Connect(c.ctx, address, t, c.o, func(u *zolalv1.Updates) { c.receive(l, u) })
	l.conn = conn
	return l, err
}

// Between attempts to climb back to a better transport, where Options do not say.
const (
	climbFirst = time.Minute
	climbLast  = 30 * time.Minute
)

// stay waits until the connection in use has ended. While it is carried by less than the best transport, a
// better one is tried now and then; one that works takes over, and calls under way end where they began.
func (c *Client) stay(l *link) {
	wait := c.o.Climb
	if wait <= 0 {
		wait = climbFirst
	}
	for {
		var climb <-chan time.Time
		var t *time.Timer
		if len(c.route.better()) > 0 {
			t = time.NewTimer(wait/2 + rand.N(wait/2+1))
			climb = t.C
		}
		select {
		case <-climb:
			if next := c.climb(l); next != nil {
				l = next
			} else {
				wait = min(2*wait, max(climbLast, c.o.Climb))
			}
			continue
		case <-l.conn.Done():
		case <-c.ctx.Done():
			l.conn.Close()
		}
		if t != nil {
			t.Stop()
		}
		return
	}
}

// climb tries the better transports at the address in use and lets the first that works take over.
func (c *Client) climb(old *link) *link {
	for _, t := range c.route.better() {
		l, err := c.open(c.route.current(), t)
		if err != nil {
			continue
		}
		c.route.climbed(t)
		c.mu.Lock()
		old.retired = true
		c.mu.Unlock()
		c.adopt(l.conn)
		c.owned.Add(1)
		go func() {
			defer c.owned.Done()
			select {
			case <-old.conn.idle():
			case <-time.After(4 * c.o.patience()):
			case <-c.ctx.Done():
			}
			old.conn.Close()
		}()
		return l
	}
	return nil
}

// pause waits before another attempt: briefly while there are addresses that were not tried in this round,
// then half a second doubling to thirty with each round that failed. A random half is taken off, so that
// thousands who lost the same server do not come back as one. A server that stops says itself when to come.
func (c *Client) pause() bool {
	rounds, begun := c.route.failures()
	wait := 100 * time.Millisecond
	if begun {
		wait = min(500*time.Millisecond<<min(rounds, 6), 30*time.Second)
	}
	wait = max(wait/2+rand.N(wait/2), c.comeBack())
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}

// comeBack returns how long a server that stops asked to be left alone.
func (c *Client) comeBack() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	wait := c.away
	c.away = 0
	return wait
}

// leaveAlone is the time after which a client comes back to a server that stops: what it asked for, and a
// random share of that.
//
// CONN-8
func leaveAlone(away *zolalv1.GoingAway) time.Duration {
	retry := time.Duration(away.GetRetryMs()) * time.Millisecond
	if away.GetCode() != "restarting" || retry <= 0 {
		return 0
	}
	retry = min(retry, 5*time.Minute)
	return retry + rand.N(retry)
}

// receive takes the updates of a connection.
func (c *Client) receive(l *link, u *zolalv1.Updates) {
	c.mu.Lock()
	if l.retired {
		c.mu.Unlock()
		return
	}
	handlers := make([]func(*zolalv1.Update), 0, len(c.handlers))
	for h := range c.handlers {
		handlers = append(handlers, *h)
	}
	var lists []*zolalv1.AddressList
	for _, one := range u.GetUpdates() {
		switch w := one.GetWhat().(type) {
		case *zolalv1.Update_Chat:
			for f := range c.followers[w.Chat.GetChat()] {
				f.wake(w.Chat.GetEntries(), false)
			}
		case *zolalv1.Update_User:
			c.moved(w.User.GetEntries())
		case *zolalv1.Update_Resync:
			for _, fs := range c.followers {
				for f := range fs {
					f.wake(nil, true)
				}
			}
		case *zolalv1.Update_Addresses:
			lists = append(lists, w.Addresses)
		case *zolalv1.Update_GoingAway:
			c.away = leaveAlone(w.GoingAway)
		}
	}
	c.mu.Unlock()
	for _, list := range lists {
		c.route.learn(list, c.Now())
	}
	for _, one := range u.GetUpdates() {
		for _, h := range handlers {
			h(one)
		}
	}
}

// moved has the followers of chats look again in which the account's standing changed: an entry that brings
// somebody in comes to them by no update, and who is out is refused. The caller holds the client's mutex.
func (c *Client) moved(entries []*zolalv1.Entry) {
	for _, e := range entries {
		my := new(zolalv1.MyChat)
		if e.GetEnvelope().GetKind() != zolalv1.Kind_KIND_MY_CHAT || proto.Unmarshal(e.GetBody(), my) != nil {
			continue
		}
		for f := range c.followers[my.GetChat()] {
			f.wake(nil, true)
		}
	}
}

// clock returns by how much the local clock was wrong, when that was seen last.
func (c *Client) clock() (time.Duration, error) {
	row, err := c.journal.Get("clock")
	if err != nil || row == nil {
		return 0, err
	}
	ms, err := strconv.ParseInt(string(row), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("journal holds a broken clock: %w", err)
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// learnClock notes the server's time; less than a second is the noise of the network, and not written down.
func (c *Client) learnClock(server time.Time) {
	c.mu.Lock()
	before := c.offset
	c.offset = server.Sub(c.o.now())
	now := c.offset
	c.mu.Unlock()
	if (now - before).Abs() > time.Second {
		// A lost note is made again by the next connection.
		_ = c.journal.Put("clock", strconv.AppendInt(nil, now.Milliseconds(), 10))
	}
}
