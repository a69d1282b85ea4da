// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// burstResult says what became of many messages sent at once over one connection.
type burstResult struct {
	Messages  int     `json:"messages"`
	Acked     int     `json:"acked"`
	Lost      int     `json:"lost"`
	Doubled   int     `json:"doubled"`
	Reordered int     `json:"reordered"`
	Seconds   float64 `json:"seconds"`
	Blocked   float64 `json:"back_pressure_seconds"`
}

func burstCommand(s *settings) *cobra.Command {
	messages := 2000
	c := &cobra.Command{
		Use: "burst", Short: "many messages at once from one connection: all kept, in order, none doubled",
		Example: "  zolalbench burst --messages 2000 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.burst(cmd.Context(), messages) },
	}
	c.Flags().IntVar(&messages, "messages", messages, "messages in the burst")
	return c
}

func (s *settings) burst(ctx context.Context, messages int) error {
	v, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	users, err := v.users(ctx, 1)
	if err != nil {
		return err
	}
	defer closeAll(users)
	if err := v.connect(ctx, users[0], func([]byte) {}); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	chat, err := v.group(ctx, users[0], nil, false)
	if err != nil {
		return fmt.Errorf("make the chat: %w", err)
	}
	r := burstResult{Messages: messages}
	seqs := make([]uint32, messages)
	var wait sync.WaitGroup
	start := time.Now()
	for i := range messages {
		req := &zolalv1.SendRequest{
			Chat: chat, Key: zolal.NewKey(time.Now()), Text: text(uint64(i), 150),
		}
		wait.Add(1)
		writing := time.Now()
		err := users[0].conn.Start("Messages/Send", req, func(payload []byte, err error) {
			defer wait.Done()
			receipt := new(zolalv1.Receipt)
			if err == nil && proto.Unmarshal(payload, receipt) == nil {
				seqs[i] = receipt.GetSeq()
			}
		})
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
		// A write that waits is the server holding back: the back-pressure this bench makes visible.
		if d := time.Since(writing); d > time.Millisecond {
			r.Blocked += d.Seconds()
		}
	}
	wait.Wait()
	r.Seconds = time.Since(start).Seconds()
	if err := r.verify(ctx, users[0], chat, seqs); err != nil {
		return err
	}
	if err := s.report(r); err != nil {
		return err
	}
	if r.Lost+r.Doubled+r.Reordered > 0 {
		return errWrong
	}
	return nil
}

// verify reads the chat back and compares it with the acknowledgements, in the order of sending.
func (r *burstResult) verify(ctx context.Context, u *user, chat uint32, seqs []uint32) error {
	stored, err := readAll(ctx, u, chat)
	if err != nil {
		return err
	}
	at := make(map[uint64][]uint32)
	for _, m := range stored {
		at[m.number] = append(at[m.number], m.seq)
	}
	var last uint32
	for i, seq := range seqs {
		if seq > 0 {
			r.Acked++
		}
		places := at[uint64(i)]
		switch {
		case len(places) == 0 || seq == 0 || places[0] != seq:
			r.Lost++
		case len(places) > 1:
			r.Doubled++
		case seq < last:
			r.Reordered++
		}
		last = max(last, seq)
	}
	return nil
}

// readAll reads every stamped message of a chat, in order.
func readAll(ctx context.Context, u *user, chat uint32) ([]seen, error) {
	var all []seen
	var after uint32
	for {
		resp := new(zolalv1.ReadResponse)
		req := &zolalv1.ReadRequest{Chat: chat, After: after, Limit: 500}
		err := patiently(ctx, func() error { return u.conn.Call(ctx, "Messages/Read", req, resp) })
		if err != nil {
			return nil, fmt.Errorf("read back: %w", err)
		}
		for _, e := range resp.GetEntries() {
			if e.GetSeq() != after+1 {
				return nil, fmt.Errorf("read back: %d follows %d: %w", e.GetSeq(), after, errWrong)
			}
			after = e.GetSeq()
			m := seen{chat: chat, seq: e.GetSeq()}
			if m.stamp(e.GetBody(), 0) {
				all = append(all, m)
			}
		}
		if len(resp.GetEntries()) == 0 {
			return all, nil
		}
	}
}
