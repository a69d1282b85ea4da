// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// maxSamples is how many samples one question may hold.
const maxSamples = 64

// errRewound is what a call gets that was begun before the server was restored: what it points at may be
// something else by now. Nothing was carried out.
var errRewound = &Error{
	Code: zolalv1.ErrorCode_INCARNATION_CHANGED, Text: "the server was restored from a backup since",
}

// callIn asks over whatever connection there is, but only of the given life of the server.
func (c *Client) callIn(ctx context.Context, life, method string, req, resp proto.Message) error {
	return (&lifeCall{c: c, life: life}).do(ctx, method, req, resp)
}

// lifeCall is a call to one life of the server, asked again where an answer is lost.
type lifeCall struct {
	c     *Client
	life  string
	begin func() error // before anything is sent; nil: nothing is to be done
	lost  bool         // an answer was: the server may have carried it out
}

// SYNC-7
func (l *lifeCall) do(ctx context.Context, method string, req, resp proto.Message) error {
	for {
		conn, err := l.c.connected(ctx)
		if err != nil {
			return fmt.Errorf("call %s: %w", method, err)
		}
		if conn.life() != l.life {
			return fmt.Errorf("call %s: %w", method, errRewound)
		}
		if l.begin != nil {
			if err := l.begin(); err != nil {
				return fmt.Errorf("call %s: %w", method, err)
			}
		}
		err = conn.Call(ctx, method, req, resp)
		var refused *Error
		if CodeOf(err) == zolalv1.ErrorCode_INCARNATION_CHANGED {
			l.c.lost(conn)
			return fmt.Errorf("call %s: %w", method, errRewound)
		}
		answered := err == nil || errors.As(err, &refused)
		l.lost = l.lost || !answered
		if answered || ctx.Err() != nil || once[method] {
			return err
		}
		l.c.lost(conn)
	}
}

// insist is callIn for what must be known before anything goes on: a server that is busy or stopping is asked
// again.
func (c *Client) insist(ctx context.Context, life, method string, req, resp proto.Message) error {
	for {
		err := c.callIn(ctx, life, method, req, resp)
		var refused *Error
		if !errors.As(err, &refused) || errors.Is(err, errRewound) || !temporary(err) {
			return err
		}
		t := time.NewTimer(max(refused.Retry, 100*time.Millisecond))
		select {
		case <-t.C:
		case <-ctx.Done():
		case <-c.ctx.Done():
		}
		t.Stop()
	}
}

// settle prepares the outbox for another life of the server, and lets it go on. It asks again until that is
// done or the server has begun yet another life, which has a settle of its own.
func (c *Client) settle(life string) {
	for c.ctx.Err() == nil {
		err := c.outbox.rebase(c.ctx, life)
		if err == nil {
			c.outbox.kick()
			return
		}
		if errors.Is(err, errRewound) || final(err) {
			return
		}
		c.o.log("the outbox waits until it knows what the restored server has", err)
		select {
		case <-time.After(time.Second):
		case <-c.ctx.Done():
		}
	}
}

// gone are the answers that say that this account does not have the chat there.
func gone(err error) bool {
	switch CodeOf(err) {
	case zolalv1.ErrorCode_NOT_FOUND, zolalv1.ErrorCode_NOT_MEMBER, zolalv1.ErrorCode_FORBIDDEN,
		zolalv1.ErrorCode_BANNED, zolalv1.ErrorCode_CHAT_DELETED:
		return true
	}
	return false
}

// common returns the last of the samples (ascending) that the server's log has too, 0 where it has none of
// them. Chains are cumulative: below it everything is shared, above it nothing is.
//
// SYNC-5
func (c *Client) common(
	ctx context.Context, life string, chat uint32, samples []*zolalv1.Sample,
) (uint32, error) {
	low, high := 0, len(samples) // shared below low; not from high on
	for low < high {
		places := spread(low, high)
		req := &zolalv1.CommonRequest{Chat: chat}
		for _, i := range slices.Backward(places) {
			req.Samples = append(req.Samples, samples[i])
		}
		resp := new(zolalv1.CommonResponse)
		if err := c.insist(ctx, life, "Sync/Common", req, resp); gone(err) {
			return 0, nil
		} else if err != nil {
			return 0, err
		}
		for _, i := range places {
			if samples[i].GetSeq() > resp.GetSeq() {
				high = i
				break
			}
			low = i + 1
		}
	}
	if low == 0 {
		return 0, nil
	}
	return samples[low-1].GetSeq(), nil
}

// spread returns up to maxSamples places from low to below high, evenly, both ends among them.
func spread(low, high int) []int {
	n := min(maxSamples, high-low)
	if n == 1 {
		return []int{low}
	}
	places := make([]int, n)
	for i := range places {
		places[i] = low + i*(high-1-low)/(n-1)
	}
	return places
}
