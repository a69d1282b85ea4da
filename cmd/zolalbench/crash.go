// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// crashResult says what became of acknowledged messages when the process was killed under load.
type crashResult struct {
	Kills     int     `json:"kills"`
	Acked     int     `json:"acked"`
	Lost      int     `json:"lost"`
	Doubled   int     `json:"doubled"`
	Reordered int     `json:"reordered"`
	Restart   float64 `json:"restart_p99_ms"`
	Repeated  int     `json:"asked_again_after_a_kill"`
}

func crashCommand(s *settings) *cobra.Command {
	b := &crash{settings: s}
	c := &cobra.Command{
		Use: "crash", Short: "kill the server under load, again and again, and look for what was acknowledged",
		Example: "  zolalbench crash --kills 50 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context()) },
	}
	c.Flags().IntVar(&b.kills, "kills", 50, "how often to kill")
	c.Flags().IntVar(&b.writers, "writers", 8, "connections that write")
	c.Flags().Uint64Var(&b.seed, "seed", uint64(time.Now().UnixNano()), "of the moments of the kills")
	return c
}

type crash struct {
	*settings
	kills, writers int
	seed           uint64
	authors        []*author
}

// author writes numbered messages one window after another and remembers every acknowledgement. What was
// not acknowledged when the server died is asked again, with the same keys, after the restart.
type author struct {
	user  *user
	chats []uint32

	mu       sync.Mutex
	next     uint64
	pending  []*letter // in order of writing
	acked    map[uint64]place
	repeated int
}

type letter struct {
	number uint64
	req    *zolalv1.SendRequest
	asked  bool
}

type place struct{ chat, seq uint32 }

func (b *crash) run(ctx context.Context) error {
	v, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	users, err := v.users(ctx, b.writers)
	if err != nil {
		return err
	}
	defer closeAll(users)
	if err := b.gather(ctx, v, users); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(b.seed, 1))
	var restarts []time.Duration
	for k := range b.kills {
		stop := b.write(ctx)
		time.Sleep(time.Duration(20+random.IntN(400)) * time.Millisecond)
		if err := v.kill(); err != nil {
			return err
		}
		stop()
		closeAll(users)
		start := time.Now()
		if err := v.start(ctx); err != nil {
			return fmt.Errorf("restart after kill %d (seed %d): %w", k+1, b.seed, err)
		}
		restarts = append(restarts, time.Since(start))
		if err := each(users, 8, func(_ int, u *user) error {
			return v.connect(ctx, u, func([]byte) {})
		}); err != nil {
			return fmt.Errorf("reconnect: %w", err)
		}
	}
	if err := b.finish(ctx); err != nil {
		return err
	}
	return b.judge(ctx, restarts)
}

// gather makes a common chat and one for each author.
func (b *crash) gather(ctx context.Context, v *server, users []*user) error {
	err := each(users, 8, func(_ int, u *user) error { return v.connect(ctx, u, func([]byte) {}) })
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	common, err := v.group(ctx, users[0], users[1:], false)
	if err != nil {
		return fmt.Errorf("make a chat: %w", err)
	}
	for i, u := range users {
		own, err := v.group(ctx, u, nil, false)
		if err != nil {
			return fmt.Errorf("make a chat: %w", err)
		}
		b.authors = append(b.authors, &author{
			user: u, chats: []uint32{common, own}, acked: make(map[uint64]place),
			next: uint64(i) << 32,
		})
	}
	return nil
}

// write lets all authors write until their connections break or the returned function is called.
func (b *crash) write(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	for _, a := range b.authors {
		wait.Go(func() { a.write(ctx, 0) })
	}
	return func() { cancel(); wait.Wait() }
}

// window is how many messages an author has unacknowledged at once.
const window = 32

// write sends what is pending, then more, or with a limit only until that many new ones were written.
func (a *author) write(ctx context.Context, limit int) {
	conn := a.user.conn
	slots := make(chan struct{}, window)
	again := a.take()
	for n := 0; ctx.Err() == nil && (limit == 0 || n < limit || len(again) > 0); n++ {
		var l *letter
		if len(again) > 0 {
			l, again = again[0], again[1:]
		} else {
			l = a.compose()
		}
		select {
		case slots <- struct{}{}:
		case <-conn.Done():
			return
		case <-ctx.Done():
			return
		}
		if err := conn.Start("Messages/Send", l.req, func(p []byte, err error) {
			a.answer(l, p, err)
			<-slots
		}); err != nil {
			return
		}
	}
	for range window {
		select {
		case slots <- struct{}{}:
		case <-conn.Done():
			return
		}
	}
}

// take returns what was left without an answer.
func (a *author) take() []*letter {
	a.mu.Lock()
	defer a.mu.Unlock()
	again := append([]*letter(nil), a.pending...)
	for _, l := range again {
		if l.asked {
			a.repeated++
		}
	}
	return again
}

func (a *author) compose() *letter {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next++
	l := &letter{number: a.next, asked: true, req: &zolalv1.SendRequest{
		Chat: a.chats[a.next%uint64(len(a.chats))], Key: zolal.NewKey(time.Now()), Text: text(a.next, 120),
	}}
	a.pending = append(a.pending, l)
	return l
}

func (a *author) answer(l *letter, payload []byte, err error) {
	receipt := new(zolalv1.Receipt)
	if err != nil || proto.Unmarshal(payload, receipt) != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.acked[l.number] = place{l.req.GetChat(), receipt.GetSeq()}
	for i, p := range a.pending {
		if p == l {
			a.pending = append(a.pending[:i], a.pending[i+1:]...)
			return
		}
	}
}

// finish asks for what the last kill left unanswered.
func (b *crash) finish(ctx context.Context) error {
	for _, a := range b.authors {
		a.write(ctx, 1)
		a.mu.Lock()
		left := len(a.pending)
		a.mu.Unlock()
		if left > 0 {
			return fmt.Errorf("%d messages have no answer after the last restart", left)
		}
	}
	return nil
}

// judge reads every chat back: each acknowledged message is at its place, once, and in its author's order.
func (b *crash) judge(ctx context.Context, restarts []time.Duration) error {
	res := crashResult{Kills: b.kills}
	_, res.Restart = quantiles(restarts)
	at := make(map[uint64][]place)
	read := make(map[uint32]bool)
	for _, a := range b.authors {
		res.Repeated += a.repeated
		for _, chat := range a.chats {
			if read[chat] {
				continue
			}
			read[chat] = true
			stored, err := readAll(ctx, a.user, chat)
			if err != nil {
				return err
			}
			last := make(map[uint64]uint64) // author → number
			for _, m := range stored {
				at[m.number] = append(at[m.number], place{chat, m.seq})
				if who := m.number >> 32; m.number < last[who] {
					res.Reordered++
				} else {
					last[who] = m.number
				}
			}
		}
	}
	for _, a := range b.authors {
		for number, p := range a.acked {
			res.Acked++
			switch places := at[number]; {
			case len(places) == 0 || places[0] != p:
				res.Lost++
			case len(places) > 1:
				res.Doubled++
			}
		}
	}
	if err := b.report(res); err != nil {
		return err
	}
	if res.Lost+res.Doubled+res.Reordered > 0 {
		return fmt.Errorf("seed %d: %w", b.seed, errWrong)
	}
	return nil
}
