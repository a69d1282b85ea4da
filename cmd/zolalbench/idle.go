// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// idleResult is what signed-in connections cost while nothing happens.
type idleResult struct {
	Conns   int     `json:"conns"`
	RSS     int64   `json:"rss_per_conn_bytes"`
	CPU     float64 `json:"cpu_us_per_conn_second"`
	Before  int64   `json:"rss_before_bytes"`
	After   int64   `json:"rss_after_bytes"`
	Seconds float64 `json:"connect_seconds"`
	TLS     bool    `json:"tls"`
}

func idleCommand(s *settings) *cobra.Command {
	conns, watch := 15000, 20
	c := &cobra.Command{
		Use: "idle", Short: "memory and CPU of idle signed-in connections",
		Example: "  zolalbench idle --conns 15000 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.idle(cmd.Context(), conns, time.Duration(watch)*time.Second)
		},
	}
	c.Flags().IntVar(&conns, "conns", conns, "connections, one account each")
	c.Flags().IntVar(&watch, "seconds", watch, "how long to watch")
	return c
}

func (s *settings) idle(ctx context.Context, conns int, watch time.Duration) error {
	v, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	users, err := v.users(ctx, conns)
	if err != nil {
		return err
	}
	// A first batch warms what every server needs once; it is not charged to the connections.
	warm := users[:min(50, len(users))]
	if err := each(warm, 8, func(_ int, u *user) error { return v.connect(ctx, u, nil) }); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	closeAll(warm)
	time.Sleep(2 * time.Second)
	r := idleResult{Conns: conns, TLS: s.tls, Before: v.memory("VmRSS")}
	start := time.Now()
	if err := each(users, 32, func(_ int, u *user) error { return v.connect(ctx, u, nil) }); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer closeAll(users)
	r.Seconds = time.Since(start).Seconds()
	time.Sleep(5 * time.Second) // presence settles, garbage is collected
	cpu, start := v.cpu(), time.Now()
	time.Sleep(watch)
	r.CPU = float64((v.cpu() - cpu).Microseconds()) / time.Since(start).Seconds() / float64(conns)
	r.After = v.memory("VmRSS")
	r.RSS = (r.After - r.Before) / int64(conns)
	for i, u := range users {
		if u.conn.Err() != nil {
			return fmt.Errorf("connection %d did not last: %w", i, u.conn.Err())
		}
	}
	return s.report(r)
}
