// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// stormResult is how fast everybody comes back after a cut.
type stormResult struct {
	Conns      int     `json:"conns"`
	Chats      int     `json:"chats_each"`
	Moved      int     `json:"moved_each"`
	Resumes    float64 `json:"resumes_per_second"`
	CPUSeconds float64 `json:"server_cpu_seconds"`
	Lost       int64   `json:"lost"`
	Setup      float64 `json:"setup_seconds"`
}

// stormBlock is how many accounts share the same chats.
const stormBlock = 1000

func stormCommand(s *settings) *cobra.Command {
	b := &storm{settings: s}
	c := &cobra.Command{
		Use: "storm", Short: "everybody reconnects at once and catches up",
		Example: "  zolalbench storm --conns 15000 --chats 100 --moved 5 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context()) },
	}
	c.Flags().IntVar(&b.conns, "conns", 15000, "connections, one account each")
	c.Flags().IntVar(&b.chats, "chats", 100, "chats that each account is in")
	c.Flags().IntVar(&b.moved, "moved", 5, "chats of each account that move while it is away")
	c.Flags().IntVar(&b.width, "width", 256, "connections being opened at once")
	return c
}

type storm struct {
	*settings
	conns, chats, moved, width int
}

// traveller is an account with its cursors.
type traveller struct {
	pos     uint64
	userSeq uint32
	inc     []byte
}

func (b *storm) run(ctx context.Context) error {
	v, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	users, err := v.users(ctx, b.conns)
	if err != nil {
		return err
	}
	defer closeAll(users)
	start := time.Now()
	quiet := func([]byte) {}
	if err := each(users, 64, func(_ int, u *user) error { return v.connect(ctx, u, quiet) }); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	moving, err := b.settle(ctx, v, users)
	if err != nil {
		return err
	}
	at := make([]traveller, len(users))
	if err := each(users, 32, func(i int, u *user) error { return at[i].sync(ctx, u, nil) }); err != nil {
		return fmt.Errorf("first sync: %w", err)
	}
	res := stormResult{
		Conns: len(users), Chats: b.chats, Moved: b.moved, Setup: time.Since(start).Seconds(),
	}
	closeAll(users)
	if err := b.talk(ctx, v, users, moving); err != nil {
		return err
	}
	time.Sleep(time.Second)
	var lost atomic.Int64
	stop, err := b.profileServer(v, 5)
	if err != nil {
		return err
	}
	cpu, start := v.cpu(), time.Now()
	err = each(users, b.width, func(i int, u *user) error {
		if err := v.connect(ctx, u, quiet); err != nil {
			return fmt.Errorf("reconnect: %w", err)
		}
		want := moving[i/stormBlock]
		return at[i].sync(ctx, u, func(got map[uint32]bool) {
			for _, chat := range want {
				if !got[chat] {
					lost.Add(1)
				}
			}
			lost.Add(int64(max(len(got)-len(want), 0)))
		})
	})
	if err != nil {
		return err
	}
	res.Resumes = float64(len(users)) / time.Since(start).Seconds()
	stop()
	res.CPUSeconds = (v.cpu() - cpu).Seconds()
	res.Lost = lost.Load()
	if err := b.report(res); err != nil {
		return err
	}
	if res.Lost > 0 {
		return errWrong
	}
	return nil
}

// settle makes the chats of every block and returns, for each block, those that will move.
func (b *storm) settle(ctx context.Context, v *server, users []*user) ([][]uint32, error) {
	var moving [][]uint32
	for at := 0; at < len(users); at += stormBlock {
		block := users[at:min(at+stormBlock, len(users))]
		var chats []uint32
		for range b.chats {
			id, err := v.group(ctx, block[0], block[1:], false)
			if err != nil {
				return nil, fmt.Errorf("make a chat: %w", err)
			}
			chats = append(chats, id)
		}
		moving = append(moving, chats[:min(b.moved, len(chats))])
	}
	return moving, nil
}

// talk writes into the chats that move; then the writers go away too.
func (b *storm) talk(ctx context.Context, v *server, users []*user, moving [][]uint32) error {
	for i, chats := range moving {
		u := users[i*stormBlock]
		if err := v.connect(ctx, u, func([]byte) {}); err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		for n, chat := range chats {
			if err := sendOne(ctx, u, chat, uint64(n), 150); err != nil {
				return err
			}
		}
		u.conn.Close()
	}
	return nil
}

// sync catches up and tells which chats came down.
func (t *traveller) sync(ctx context.Context, u *user, judge func(map[uint32]bool)) error {
	got := make(map[uint32]bool)
	req := &zolalv1.SyncRequest{Incarnation: t.inc, Pos: t.pos, UserSeq: t.userSeq, Limit: 1000}
	for {
		resp := new(zolalv1.SyncResponse)
		err := patiently(ctx, func() error { return u.conn.Call(ctx, "Sync/Sync", req, resp) })
		if err != nil {
			return err
		}
		for _, c := range resp.GetChats() {
			got[c.GetChat().GetId()] = true
		}
		req.Skip += uint32(len(resp.GetChats()))
		if resp.GetMore() {
			continue
		}
		t.pos, t.userSeq, t.inc = resp.GetPos(), resp.GetUserHead().GetSeq(), resp.GetIncarnation()
		if judge != nil {
			judge(got)
		}
		return nil
	}
}

// syncResult is what catching up costs one account.
type syncResult struct {
	Chats    int     `json:"chats"`
	Requests int     `json:"requests"`
	First    float64 `json:"first_ms"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	Bytes    int     `json:"bytes"`
	Lost     int     `json:"lost"`
	Device   float64 `json:"new_device_ms"`
}

func syncCommand(s *settings) *cobra.Command {
	chats := 500
	c := &cobra.Command{
		Use: "sync", Short: "one account with many chats catches up after a day away",
		Example: "  zolalbench sync --chats 500 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.sync(cmd.Context(), chats) },
	}
	c.Flags().IntVar(&chats, "chats", chats, "chats of the account; all of them moved")
	return c
}

func (s *settings) sync(ctx context.Context, chats int) error {
	v, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	users, err := v.users(ctx, 2)
	if err != nil {
		return err
	}
	defer closeAll(users)
	me, other := users[0], users[1]
	for _, u := range users {
		if err := v.connect(ctx, u, func([]byte) {}); err != nil {
			return fmt.Errorf("connect: %w", err)
		}
	}
	ids := make([]uint32, chats)
	for i := range ids {
		if ids[i], err = v.group(ctx, other, users[:1], false); err != nil {
			return fmt.Errorf("make a chat: %w", err)
		}
	}
	var at traveller
	if err := at.sync(ctx, me, nil); err != nil {
		return err
	}
	me.conn.Close()
	for i, id := range ids {
		for n := range 5 {
			if err := sendOne(ctx, other, id, uint64(i*5+n), 150); err != nil {
				return err
			}
		}
	}
	return s.catchUp(ctx, v, me, at, chats)
}

// catchUp measures the same return many times: the cursors stay where they were.
func (s *settings) catchUp(ctx context.Context, v *server, me *user, at traveller, chats int) error {
	res := syncResult{Chats: chats}
	times := make([]time.Duration, 0, 100)
	for i := range 100 {
		if err := v.connect(ctx, me, func([]byte) {}); err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		req := &zolalv1.SyncRequest{Incarnation: at.inc, Pos: at.pos, UserSeq: at.userSeq, Limit: 1000}
		resp := new(zolalv1.SyncResponse)
		start := time.Now()
		err := patiently(ctx, func() error { return me.conn.Call(ctx, "Sync/Sync", req, resp) })
		if err != nil {
			return err
		}
		times = append(times, time.Since(start))
		if i == 0 {
			res.First, res.Requests = float64(times[0].Microseconds())/1000, 1
			res.Bytes = sizeOf(resp)
			if resp.GetMore() {
				res.Requests++
			}
			res.Lost = chats - len(resp.GetChats())
		}
		me.conn.Close()
	}
	res.P50, res.P99 = quantiles(times)
	if err := v.connect(ctx, me, func([]byte) {}); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	start := time.Now()
	if err := new(traveller).sync(ctx, me, nil); err != nil {
		return err
	}
	res.Device = float64(time.Since(start).Microseconds()) / 1000
	if err := s.report(res); err != nil {
		return err
	}
	if res.Lost != 0 {
		return errWrong
	}
	return nil
}
