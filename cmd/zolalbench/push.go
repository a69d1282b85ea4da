// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal/internal/testenv/pushservice"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// pushResult is what waking many costs those who talk.
type pushResult struct {
	Subscriptions int     `json:"subscriptions"`
	Online        int     `json:"online"`
	Rate          int     `json:"rate"`
	P50Without    float64 `json:"p50_ms_without_pushing"`
	P99Without    float64 `json:"p99_ms_without_pushing"`
	P50With       float64 `json:"p50_ms_with_pushing"`
	P99With       float64 `json:"p99_ms_with_pushing"`
	Ratio         float64 `json:"p99_ratio"`
	Pushes        int     `json:"pushes_while_measured"`
	AllSeconds    float64 `json:"seconds_until_all_were_woken"`
	CPUSeconds    float64 `json:"server_cpu_seconds_with_pushing"`
	RSS           int64   `json:"server_rss_bytes"`
	Lost          int64   `json:"lost"`
	Doubled       int64   `json:"doubled"`
	Reordered     int64   `json:"reordered"`
}

func pushCommand(s *settings) *cobra.Command {
	p := &pushing{fanout: fanout{settings: s, channel: true, size: 150}}
	c := &cobra.Command{
		Use: "push", Short: "deliver a channel's posts while everybody else in it is woken by pushes",
		Long: "Runs a push service of its own on this machine, which checks signatures and decrypts a sample of " +
			"what comes. The ratio is how much later posts arrive while pushes are made.",
		Example: "  zolalbench push --subscriptions 100000 --online 100 --rate 20 --seconds 20 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.run(cmd.Context()) },
	}
	c.Flags().IntVar(&p.subscriptions, "subscriptions", 10_000, "members who are away and can be woken")
	c.Flags().IntVar(&p.online, "online", 100, "members who are connected")
	c.Flags().IntVar(&p.rate, "rate", 20, "posts a second")
	c.Flags().IntVar(&p.seconds, "seconds", 10, "how long to send, without pushing and with")
	c.Flags().DurationVar(&p.patience, "patience", 10*time.Minute, "how long all may take to be woken")
	return c
}

type pushing struct {
	fanout
	subscriptions int
	patience      time.Duration
	maker         *pushservice.Service
}

func (p *pushing) run(ctx context.Context) error {
	p.maker = pushservice.Start()
	defer p.maker.Close()
	p.maker.Sample = 100
	dir, err := os.MkdirTemp("", "zolalbench-push-*")
	if err != nil {
		return fmt.Errorf("push: %w", err)
	}
	defer os.RemoveAll(dir)
	root := filepath.Join(dir, "root.pem")
	if err := os.WriteFile(root, p.maker.Root(), 0o600); err != nil {
		return fmt.Errorf("push: %w", err)
	}
	p.more = []string{"--push-test-root", root, "--limits-push", "off"}
	v, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	p.members = p.online + p.subscriptions
	users, err := v.users(ctx, p.members+1)
	if err != nil {
		return err
	}
	defer closeAll(users)
	chat, receivers, err := p.gather(ctx, v, users[0], users[1:])
	if err != nil {
		return err
	}
	if err := sendOne(ctx, users[0], chat, 0, p.size); err != nil {
		return err
	}
	waitFor(30*time.Second, receivers, func(r *receiver) bool { return r.got() >= 1 })
	return p.measure(ctx, v, chat, users, receivers)
}

// measure sends without pushing, has everybody who is away subscribe, and sends again.
func (p *pushing) measure(ctx context.Context, v *server, chat uint32, users []*user, rs []*receiver) error {
	res := pushResult{Subscriptions: p.subscriptions, Online: p.online, Rate: p.rate}
	without, sent, err := p.phase(ctx, chat, users[0], rs, 1)
	if err != nil {
		return err
	}
	res.P50Without, res.P99Without = without.quantile(0.5), without.quantile(0.99)
	if err := p.subscribe(ctx, v, users[1+p.online:]); err != nil {
		return err
	}
	before, _, _ := p.maker.Count()
	cpu, begun := v.cpu(), time.Now()
	with, sent, err := p.phase(ctx, chat, users[0], rs, sent)
	if err != nil {
		return err
	}
	after, _, _ := p.maker.Count()
	res.Pushes, res.CPUSeconds = after-before, (v.cpu() - cpu).Seconds()
	res.P50With, res.P99With = with.quantile(0.5), with.quantile(0.99)
	res.Ratio = res.P99With / max(res.P99Without, 0.001)
	if err := p.woken(ctx, before+p.subscriptions); err != nil {
		return err
	}
	res.AllSeconds, res.RSS = time.Since(begun).Seconds(), v.memory("VmRSS")
	for _, r := range rs {
		r.mu.Lock()
		res.Lost += max(sent-r.count, 0)
		res.Doubled += r.doubled
		res.Reordered += r.reordered
		r.mu.Unlock()
	}
	if err := p.report(res); err != nil {
		return err
	}
	if res.Lost+res.Doubled+res.Reordered > 0 {
		return errWrong
	}
	return nil
}

// phase sends for a while and returns how long deliveries took, and how many each receiver has got by then.
func (f *fanout) phase(ctx context.Context, chat uint32, sender *user, rs []*receiver, had int64) (
	*histogram, int64, error) {
	for _, r := range rs {
		r.mu.Lock()
		r.times = histogram{}
		r.mu.Unlock()
	}
	acked, err := f.send(ctx, sender, chat)
	if err != nil {
		return nil, 0, err
	}
	want := had + int64(len(acked))
	waitFor(60*time.Second, rs, func(r *receiver) bool { return r.got() >= want })
	times := new(histogram)
	for _, r := range rs {
		r.mu.Lock()
		times.merge(&r.times)
		r.mu.Unlock()
	}
	return times, want, nil
}

// subscribe gives everybody a browser. They share one key, so that making keys is no part of the load.
func (p *pushing) subscribe(ctx context.Context, v *server, users []*user) error {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return each(users, 64, func(_ int, u *user) error {
		b := p.maker.Twin(key)
		sub := &zolalv1.PushSubscription{Endpoint: b.Endpoint, Key: b.Key, Secret: b.Secret}
		return patiently(ctx, func() error { return v.post(ctx, u, "Push/Subscribe", sub) })
	})
}

// woken waits until so many pushes were taken.
func (p *pushing) woken(ctx context.Context, want int) error {
	late := time.NewTimer(p.patience)
	defer late.Stop()
	for {
		n, more, err := p.maker.Count()
		if err != nil || n >= want {
			return err
		}
		select {
		case <-more:
		case <-late.C:
			return errors.New("push: not everybody was woken in time")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
