// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// fanoutResult is what it costs to deliver to everyone who is online.
type fanoutResult struct {
	Members    int     `json:"members"`
	Online     int     `json:"online"`
	Rate       int     `json:"rate"`
	Sent       int64   `json:"sent"`
	Deliveries int64   `json:"deliveries"`
	PerCPU     float64 `json:"deliveries_per_cpu_second"`
	CPUSeconds float64 `json:"server_cpu_seconds"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	Lost       int64   `json:"lost"`
	Doubled    int64   `json:"doubled"`
	Reordered  int64   `json:"reordered"`
	Last       float64 `json:"slowest_delivery_ms"`
	AckP50     float64 `json:"ack_p50_ms"`
	AckP99     float64 `json:"ack_p99_ms"`
	TLS        bool    `json:"tls"`
}

func fanoutCommand(s *settings) *cobra.Command {
	f := &fanout{settings: s, online: -1}
	c := &cobra.Command{
		Use: "fanout", Short: "deliver one group's messages to all its members online",
		Example: "  zolalbench fanout --members 1000 --rate 50 --seconds 10 --json\n" +
			"  zolalbench fanout --channel --members 1000000 --online 15000 --rate 1 --json",
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context()) },
	}
	c.Flags().IntVar(&f.members, "members", 1000, "members besides the sender")
	c.Flags().IntVar(&f.online, "online", -1, "how many of them are connected; all where negative")
	c.Flags().IntVar(&f.rate, "rate", 50, "messages a second")
	c.Flags().IntVar(&f.seconds, "seconds", 10, "how long to send")
	c.Flags().IntVar(&f.size, "size", 150, "bytes of a text")
	c.Flags().BoolVar(&f.channel, "channel", false, "a channel instead of a group")
	return c
}

type fanout struct {
	*settings
	members, online, rate, seconds, size int
	channel                              bool
	acks                                 histogram
}

func (f *fanout) run(ctx context.Context) error {
	v, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	users, err := v.users(ctx, f.members+1)
	if err != nil {
		return err
	}
	sender, rest := users[0], users[1:]
	defer closeAll(users)
	if f.online < 0 || f.online > len(rest) {
		f.online = len(rest)
	}
	chat, receivers, err := f.gather(ctx, v, sender, rest)
	if err != nil {
		return err
	}
	// One message before the measurement loads the audience.
	if err := sendOne(ctx, sender, chat, 0, f.size); err != nil {
		return err
	}
	waitFor(10*time.Second, receivers, func(r *receiver) bool { return r.got() >= 1 })
	base := totals(receivers)
	stop, err := f.profileServer(v, f.seconds)
	if err != nil {
		return err
	}
	cpu := v.cpu()
	acked, err := f.send(ctx, sender, chat)
	if err != nil {
		return err
	}
	want := int64(len(acked)) + 1
	waitFor(15*time.Second, receivers, func(r *receiver) bool { return r.got() >= want })
	used := v.cpu() - cpu
	stop()
	return f.judge(chat, acked, receivers, base, used)
}

// gather connects everybody and makes the chat.
func (f *fanout) gather(
	ctx context.Context, v *server, sender *user, rest []*user,
) (uint32, []*receiver, error) {
	if err := v.connect(ctx, sender, func([]byte) {}); err != nil {
		return 0, nil, fmt.Errorf("connect: %w", err)
	}
	all := make([]*receiver, f.online)
	err := each(rest[:f.online], 64, func(i int, u *user) error {
		all[i] = newReceiver()
		return v.connect(ctx, u, all[i].frame)
	})
	if err != nil {
		return 0, nil, fmt.Errorf("connect: %w", err)
	}
	chat, err := v.group(ctx, sender, rest, f.channel)
	if err != nil {
		return 0, nil, fmt.Errorf("make the chat: %w", err)
	}
	return chat, all, nil
}

// profileServer asks the server for a CPU profile over the measurement, where --profile names a file.
func (s *settings) profileServer(v *server, seconds int) (wait func(), err error) {
	if s.profile == "" {
		return func() {}, nil
	}
	done := make(chan struct{})
	path, err := filepath.Abs(s.profile)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	go func() {
		defer close(done)
		if err := v.fetchProfile(path, seconds); err != nil {
			fmt.Fprintln(os.Stderr, "profile:", err)
		}
	}()
	return func() { <-done }, nil
}

// send writes at the rate and returns the acknowledged numbers by seq.
func (f *fanout) send(ctx context.Context, sender *user, chat uint32) (map[uint32]uint64, error) {
	acked := make(map[uint32]uint64)
	var mu sync.Mutex
	var wait sync.WaitGroup
	var failed error
	total := f.rate * f.seconds
	start := time.Now()
	for i := range total {
		due := start.Add(time.Duration(i) * time.Second / time.Duration(f.rate))
		if d := time.Until(due); d > 0 {
			time.Sleep(d)
		}
		number, begun := uint64(i+1), time.Now()
		req := &zolalv1.SendRequest{
			Chat: chat, Key: zolal.NewKey(time.Now()), Text: text(number, f.size),
		}
		wait.Add(1)
		err := sender.conn.Start("Messages/Send", req, func(payload []byte, err error) {
			defer wait.Done()
			receipt := new(zolalv1.Receipt)
			if err == nil {
				err = proto.Unmarshal(payload, receipt)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
				return
			}
			acked[receipt.GetSeq()] = number
			f.acks.add(time.Since(begun))
		})
		if err != nil {
			return nil, fmt.Errorf("send: %w", err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	wait.Wait()
	mu.Lock()
	defer mu.Unlock()
	if failed != nil {
		return nil, fmt.Errorf("send: %w", failed)
	}
	return acked, nil
}

// sums are what receivers have got in all.
type sums struct{ count int64 }

func totals(rs []*receiver) sums {
	var t sums
	for _, r := range rs {
		t.count += r.got()
	}
	return t
}

// judge compares every receiver's sum with that of the acknowledgements.
func (f *fanout) judge(
	chat uint32, acked map[uint32]uint64, rs []*receiver, base sums, used time.Duration,
) error {
	var want uint64
	for seq, number := range acked {
		want += digest(chat, seq, number)
	}
	res := fanoutResult{
		Members: f.members, Online: len(rs), Rate: f.rate, Sent: int64(len(acked)),
		CPUSeconds: used.Seconds(), TLS: f.tls,
	}
	times := new(histogram)
	wrong := false
	for _, r := range rs {
		r.mu.Lock()
		missing := int64(len(acked)) + 1 - r.count
		res.Lost += max(missing, 0)
		res.Doubled += r.doubled + max(-missing, 0)
		res.Reordered += r.reordered
		times.merge(&r.times)
		wrong = wrong || r.bad != nil
		// The warming message has number 0 and is the first of every receiver.
		if missing == 0 && r.sum-want != rs[0].sum-want {
			wrong = true
		}
		r.mu.Unlock()
	}
	res.Deliveries = totals(rs).count - base.count
	if used > 0 {
		res.PerCPU = float64(res.Deliveries) / used.Seconds()
	}
	res.P50, res.P99, res.Last = times.quantile(0.5), times.quantile(0.99), times.quantile(1)
	res.AckP50, res.AckP99 = f.acks.quantile(0.5), f.acks.quantile(0.99)
	if err := f.report(res); err != nil {
		return err
	}
	if wrong || res.Lost+res.Doubled+res.Reordered > 0 {
		return errWrong
	}
	return nil
}

// sendOne sends and waits for the acknowledgement.
func sendOne(ctx context.Context, u *user, chat uint32, number uint64, size int) error {
	req := &zolalv1.SendRequest{Chat: chat, Key: zolal.NewKey(time.Now()), Text: text(number, size)}
	err := patiently(ctx, func() error {
		return u.conn.Call(ctx, "Messages/Send", req, new(zolalv1.Receipt))
	})
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

// waitFor polls until all receivers satisfy a condition, or for as long as the limit says.
func waitFor(limit time.Duration, rs []*receiver, ok func(*receiver) bool) bool {
	until := time.Now().Add(limit)
	for {
		done := true
		for _, r := range rs {
			if !ok(r) {
				done = false
				break
			}
		}
		if done || time.Now().After(until) {
			return done
		}
		time.Sleep(5 * time.Millisecond)
	}
}
