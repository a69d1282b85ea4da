// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// spread is one figure of several runs.
type spread struct {
	Least  float64 `json:"least"`
	Median float64 `json:"median"`
	Most   float64 `json:"most"`
}

// spreadOf tells the spread of at least one figure.
func spreadOf(all []float64) spread {
	all = slices.Sorted(slices.Values(all))
	n := len(all)
	return spread{Least: all[0], Median: (all[(n-1)/2] + all[n/2]) / 2, Most: all[n-1]}
}

// fileWay is what files of one size cost on their way to the server or back.
type fileWay struct {
	Rate   spread `json:"megabytes_per_second"`
	PerCPU spread `json:"megabytes_per_cpu_second"`
	Peak   spread `json:"server_peak_rss_bytes"` // the most while the file was on its way
}

// fileSize is both ways of files of one size.
type fileSize struct {
	Megabytes int     `json:"megabytes"`
	Up        fileWay `json:"up"`
	Down      fileWay `json:"down"`
}

type fileResult struct {
	Runs  int        `json:"runs"`
	Sizes []fileSize `json:"sizes"`
}

func fileCommand(s *settings) *cobra.Command {
	b := &fileBench{settings: s}
	c := &cobra.Command{
		Use: "file", Short: "one big file up and down, alone, beside a small one for comparison",
		Long: "Uploads one file and downloads it again as a member of the chat does that it was sent to, and\n" +
			"the same with a small one: what a megabyte costs, and whether memory grows with the file. Every byte\n" +
			"that comes back is compared.",
		Example: "  zolalbench file --megabytes 1024 --runs 3 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context()) },
	}
	c.Flags().IntVar(&b.megabytes, "megabytes", 1024, "size of the big file")
	c.Flags().IntVar(&b.small, "small", 64, "size of the small one")
	c.Flags().IntVar(&b.runs, "runs", 3, "how often each goes up and down")
	return c
}

type fileBench struct {
	*settings
	megabytes, small, runs int

	v     *server
	owner *zolal.Client
	chat  uint32
}

func (b *fileBench) run(ctx context.Context) error {
	if b.server != "" || b.runs < 1 {
		return errors.New("it counts the memory of a server that it starts itself, in one run at least")
	}
	b.more = []string{"--media-day", "0"}
	v, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	b.v = v
	users, err := v.users(ctx, 1)
	if err != nil {
		return err
	}
	o := zolal.Options{Token: users[0].token, Info: info(), TLS: v.secure.Clone()}
	if b.owner, err = zolal.Dial(ctx, v.address, o); err != nil {
		return err
	}
	defer b.owner.Close()
	chat := new(zolalv1.ChatInfo)
	req := &zolalv1.CreateChatRequest{Key: b.owner.NewKey(), Title: "bench"}
	if err := b.owner.Call(ctx, "Chats/CreateGroup", req, chat); err != nil {
		return err
	}
	b.chat = chat.GetId()
	res := fileResult{Runs: b.runs}
	for _, size := range []int{b.small, b.megabytes} {
		one, err := b.size(ctx, size)
		if err != nil {
			return err
		}
		res.Sizes = append(res.Sizes, one)
	}
	return b.report(res)
}

// size has files of one size go up and down. The first warms up and is not counted.
func (b *fileBench) size(ctx context.Context, megabytes int) (fileSize, error) {
	var up, down fileCosts
	size := int64(megabytes) << 20
	for n := -1; n < b.runs; n++ {
		content := noise{seed: uint64(size) + uint64(n+1)<<40, size: size}
		if n < 0 {
			content.size = min(size, 8<<20)
		}
		var path string
		err := b.measure(n >= 0, &up, content.size, func() (err error) {
			path, err = b.up(ctx, content)
			return err
		})
		if err == nil {
			err = b.measure(n >= 0, &down, content.size, func() error { return b.down(ctx, path, content) })
		}
		if err != nil {
			return fileSize{}, err
		}
	}
	return fileSize{Megabytes: megabytes, Up: up.way(), Down: down.way()}, nil
}

// fileCosts are the figures of each run.
type fileCosts struct{ rate, perCPU, peak []float64 }

func (c *fileCosts) way() fileWay {
	return fileWay{Rate: spreadOf(c.rate), PerCPU: spreadOf(c.perCPU), Peak: spreadOf(c.peak)}
}

func (b *fileBench) measure(counts bool, to *fileCosts, size int64, do func() error) error {
	if err := b.v.forgetPeak(); err != nil {
		return err
	}
	cpu, begun := b.v.cpu(), time.Now()
	if err := do(); err != nil || !counts {
		return err
	}
	megabytes := float64(size) / 1e6
	to.rate = append(to.rate, megabytes/time.Since(begun).Seconds())
	to.perCPU = append(to.perCPU, megabytes/max((b.v.cpu()-cpu).Seconds(), 0.001))
	to.peak = append(to.peak, float64(b.v.memory("VmHWM")))
	return nil
}

// forgetPeak makes VmHWM the most memory from here on.
func (v *server) forgetPeak() error {
	err := os.WriteFile("/proc/"+strconv.Itoa(v.cmd.Process.Pid)+"/clear_refs", []byte("5"), 0o600)
	if err != nil {
		return fmt.Errorf("forget the peak of memory: %w", err)
	}
	return nil
}

// up uploads a file and sends it; the path by which members have it.
func (b *fileBench) up(ctx context.Context, content noise) (string, error) {
	f, err := b.owner.Upload(ctx, zolal.Upload{Content: content, Size: content.size, Name: "bench.bin"})
	if err != nil {
		return "", err
	}
	sent := new(zolalv1.Receipt)
	err = b.owner.Call(ctx, "Messages/Send", &zolalv1.SendRequest{Key: b.owner.NewKey(), Chat: b.chat,
		Media: &zolalv1.NewMedia{Kind: zolalv1.MediaKind_MEDIA_KIND_FILE, File: f.GetId()}}, sent)
	return zolal.MediaPath(b.chat, sent.GetSeq(), "original"), err
}

// down reads a file to its end and compares it.
func (b *fileBench) down(ctx context.Context, path string, want noise) error {
	body, _, err := b.owner.Fetch(ctx, path, 0)
	if err != nil {
		return err
	}
	defer body.Close()
	got, expected := make([]byte, 1<<20), make([]byte, 1<<20)
	for at := int64(0); at < want.size; {
		n, err := io.ReadFull(body, got[:min(int64(len(got)), want.size-at)])
		if err != nil {
			return fmt.Errorf("%w: a file of %d bytes ends after %d: %w", errWrong, want.size, at+int64(n), err)
		}
		if _, err := want.ReadAt(expected[:n], at); err != nil {
			return err
		}
		if !bytes.Equal(got[:n], expected[:n]) {
			return fmt.Errorf("%w: bytes from %d on are others", errWrong, at)
		}
		at += int64(n)
	}
	more, err := io.Copy(io.Discard, body)
	if err == nil && more != 0 {
		err = fmt.Errorf("%w: a file of %d bytes has %d more", errWrong, want.size, more)
	}
	return err
}
