// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// sendResult is how many messages become durable, and how soon they arrive at half that load.
type sendResult struct {
	Chats      int     `json:"chats"`
	Stored     int     `json:"stored_before"`
	Acked      float64 `json:"acked_per_second"`
	AckP50     float64 `json:"ack_p50_ms"`
	AckP99     float64 `json:"ack_p99_ms"`
	Half       float64 `json:"half_load_per_second"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	Lost       int64   `json:"lost"`
	Doubled    int64   `json:"doubled"`
	Reordered  int64   `json:"reordered"`
	CPUSeconds float64 `json:"server_cpu_seconds"`
	TLS        bool    `json:"tls"`
}

func sendCommand(s *settings) *cobra.Command {
	b := &sendBench{settings: s}
	c := &cobra.Command{
		Use: "send", Short: "durable acknowledged messages a second, then delivery at half that load",
		Example: "  zolalbench send --chats 1000 --seconds 10 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context()) },
	}
	c.Flags().IntVar(&b.chats, "chats", 1, "chats that are written to in turn")
	c.Flags().IntVar(&b.seconds, "seconds", 10, "how long each of the two phases lasts")
	c.Flags().IntVar(&b.writers, "writers", 16, "connections that write")
	c.Flags().IntVar(&b.depth, "depth", 64, "messages that a writer has unacknowledged at once")
	c.Flags().IntVar(&b.receivers, "receivers", 10, "members who receive in the second phase")
	c.Flags().IntVar(&b.size, "size", 150, "bytes of a text")
	c.Flags().IntVar(&b.rate, "rate", 0, "messages a second in the second phase; 0: half of the first")
	return c
}

type sendBench struct {
	*settings
	chats, seconds, writers, depth, receivers, size, rate int

	ids    []uint32
	number atomic.Uint64
	acks   ackBook
}

// ackBook collects acknowledgements of many writers.
type ackBook struct {
	mu    sync.Mutex
	count int64
	sum   uint64
	times histogram
	err   error
}

func (a *ackBook) note(chat, seq uint32, number uint64, took time.Duration, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.err = err
		return
	}
	a.count++
	a.sum += digest(chat, seq, number)
	a.times.add(took)
}

func (b *sendBench) run(ctx context.Context) error {
	v, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	if err := v.fill(ctx, b.stored); err != nil {
		return err
	}
	users, err := v.users(ctx, b.writers+b.receivers)
	if err != nil {
		return err
	}
	defer closeAll(users)
	writers, readers := users[:b.writers], users[b.writers:]
	if err := b.gather(ctx, v, writers, readers); err != nil {
		return err
	}
	res := sendResult{Chats: b.chats, Stored: b.stored, TLS: b.tls}
	stop, err := b.profileServer(v, b.seconds)
	if err != nil {
		return err
	}
	cpu := v.cpu()
	if err := b.flood(ctx, writers, 0); err != nil {
		return err
	}
	stop()
	res.CPUSeconds = (v.cpu() - cpu).Seconds()
	res.Acked = float64(b.acks.count) / float64(b.seconds)
	res.AckP50, res.AckP99 = b.acks.times.quantile(0.5), b.acks.times.quantile(0.99)
	if res.Half = float64(b.rate); b.rate == 0 {
		res.Half = res.Acked / 2
	}
	all, err := b.join(ctx, v, readers)
	if err != nil {
		return err
	}
	b.acks = ackBook{}
	if err := b.flood(ctx, writers, res.Half); err != nil {
		return err
	}
	return b.judge(res, all)
}

// gather connects the writers and gives them their chats; each writer is a member of every chat it writes to.
func (b *sendBench) gather(ctx context.Context, v *server, writers, readers []*user) error {
	quiet := func([]byte) {}
	if err := each(writers, 32, func(_ int, u *user) error { return v.connect(ctx, u, quiet) }); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	b.ids = make([]uint32, b.chats)
	if b.chats < len(writers) {
		for i := range b.ids {
			id, err := v.group(ctx, writers[0], writers[1:], false)
			if err != nil {
				return fmt.Errorf("make a chat: %w", err)
			}
			b.ids[i] = id
		}
		return nil
	}
	return each(writers, len(writers), func(w int, u *user) error {
		for i := w; i < len(b.ids); i += len(writers) {
			id, err := v.group(ctx, u, nil, false)
			if err != nil {
				return fmt.Errorf("make a chat: %w", err)
			}
			b.ids[i] = id
		}
		return nil
	})
}

// join lets the receivers into every chat.
func (b *sendBench) join(ctx context.Context, v *server, readers []*user) ([]*receiver, error) {
	all := make([]*receiver, len(readers))
	err := each(readers, len(readers), func(i int, u *user) error {
		all[i] = newReceiver()
		if err := v.connect(ctx, u, all[i].frame); err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		for _, id := range b.ids {
			req := &zolalv1.JoinRequestRequest{Key: zolal.NewKey(time.Now()), Chat: id}
			err := patiently(ctx, func() error {
				return u.conn.Call(ctx, "Chats/Join", req, new(zolalv1.JoinResponse))
			})
			if err != nil {
				return fmt.Errorf("join: %w", err)
			}
		}
		return nil
	})
	return all, err
}

// flood lets every writer send for the set time, as fast as acknowledgements come or at a total rate.
func (b *sendBench) flood(ctx context.Context, writers []*user, rate float64) error {
	until := time.Now().Add(time.Duration(b.seconds) * time.Second)
	err := each(writers, len(writers), func(w int, u *user) error {
		window := make(chan struct{}, b.depth)
		start := time.Now()
		for i := 0; time.Now().Before(until) && ctx.Err() == nil; i++ {
			if rate > 0 {
				due := start.Add(time.Duration(float64(i) / (rate / float64(len(writers))) * 1e9))
				if d := time.Until(due); d > 0 {
					time.Sleep(d)
				}
			}
			window <- struct{}{}
			if err := b.one(u, b.chat(w, i, len(writers)), window); err != nil {
				return err
			}
		}
		for range b.depth {
			window <- struct{}{}
		}
		return nil
	})
	if err == nil {
		err = b.acks.err
	}
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

// chat picks the i-th chat of a writer: all chats in turn where all writers share them, its own otherwise.
func (b *sendBench) chat(w, i, writers int) uint32 {
	if b.chats < writers {
		return b.ids[i%b.chats]
	}
	mine := (b.chats - w + writers - 1) / writers
	return b.ids[w+i%mine*writers]
}

func (b *sendBench) one(u *user, chat uint32, window chan struct{}) error {
	number := b.number.Add(1)
	began := time.Now()
	req := &zolalv1.SendRequest{Chat: chat, Key: zolal.NewKey(began), Text: text(number, b.size)}
	return u.conn.Start("Messages/Send", req, func(payload []byte, err error) {
		receipt := new(zolalv1.Receipt)
		if err == nil {
			err = proto.Unmarshal(payload, receipt)
		}
		b.acks.note(chat, receipt.GetSeq(), number, time.Since(began), err)
		<-window
	})
}

// judge compares what each receiver got with what was acknowledged.
func (b *sendBench) judge(res sendResult, all []*receiver) error {
	want := b.acks.count
	waitFor(15*time.Second, all, func(r *receiver) bool { return r.got() >= want })
	times := new(histogram)
	wrong := false
	for _, r := range all {
		r.mu.Lock()
		missing := want - r.count
		res.Lost += max(missing, 0)
		res.Doubled += r.doubled + max(-missing, 0)
		res.Reordered += r.reordered
		wrong = wrong || r.bad != nil || missing == 0 && r.sum != b.acks.sum
		times.merge(&r.times)
		r.mu.Unlock()
	}
	res.P50, res.P99 = times.quantile(0.5), times.quantile(0.99)
	if err := b.report(res); err != nil {
		return err
	}
	if wrong || res.Lost+res.Doubled+res.Reordered > 0 {
		return errWrong
	}
	return nil
}
