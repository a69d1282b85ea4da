// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// mediaPhase is what one kind of load carried, and what it cost those who talk meanwhile.
type mediaPhase struct {
	Count    int64   `json:"count"` // uploads, or answers with a photo or a part of it
	Asked    int64   `json:"requests_to_the_server"`
	Bytes    int64   `json:"bytes"`
	Rate     float64 `json:"megabytes_per_second"`
	PerCPU   float64 `json:"megabytes_per_cpu_second,omitempty"`
	CPU      float64 `json:"server_cpu_seconds"`
	RSS      int64   `json:"server_rss_bytes"`
	P50      float64 `json:"message_p50_ms"`
	P99      float64 `json:"message_p99_ms"`
	P99Ratio float64 `json:"message_p99_ratio"` // to the same messages without media, before
}

// mediaResult is all of them.
type mediaResult struct {
	Uploaders  int        `json:"uploaders"`
	UploadMB   int        `json:"upload_megabytes"`
	Readers    int        `json:"readers"`
	PhotoBytes int        `json:"photo_bytes"`
	Online     int        `json:"online"`
	Messages   int        `json:"messages_per_second"`
	Quiet      mediaPhase `json:"quiet"`
	Uploads    mediaPhase `json:"uploads"`
	Reads      mediaPhase `json:"reads"`
	Cached     mediaPhase `json:"reads_through_a_cache"`
	QuietAfter mediaPhase `json:"quiet_after"`
	Lost       int64      `json:"lost"`
	Doubled    int64      `json:"doubled"`
	Reordered  int64      `json:"reordered"`
}

func mediaCommand(s *settings) *cobra.Command {
	m := &mediaBench{fanout: fanout{settings: s, size: 150}}
	c := &cobra.Command{
		Use: "media", Short: "uploads, and readers of a public channel's photo, beside people who talk",
		Long: "Talks in a group without media, while files are uploaded, while readers fetch the photo of a\n" +
			"public channel whole and in parts, while as many fetch it through a cache, and without media\n" +
			"again. Every byte that is read is compared.",
		Example: "  zolalbench media --uploaders 4 --readers 32 --seconds 10 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return m.run(cmd.Context()) },
	}
	c.Flags().IntVar(&m.uploaders, "uploaders", 4, "files that are uploaded at once")
	c.Flags().IntVar(&m.megabytes, "megabytes", 64, "size of each")
	c.Flags().IntVar(&m.readers, "readers", 32, "readers at once")
	c.Flags().IntVar(&m.online, "online", 50, "members of the group who talk")
	c.Flags().IntVar(&m.rate, "rate", 20, "messages a second")
	c.Flags().IntVar(&m.seconds, "seconds", 10, "how long each of the five phases lasts")
	return c
}

type mediaBench struct {
	fanout
	uploaders, megabytes, readers int

	v     *server
	owner *zolal.Client
	photo []byte
	url   string
	had   int64 // messages that each receiver has got
}

// load puts something on the server until ctx ends, and counts it.
type load func(ctx context.Context, p *tally) error

// tally counts what a load does.
type tally struct{ count, asked, bytes atomic.Int64 }

func (m *mediaBench) run(ctx context.Context) error {
	m.more = []string{"--media-day", "0"}
	v, err := m.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	m.v, m.members = v, m.online
	users, err := v.users(ctx, m.online+2)
	if err != nil {
		return err
	}
	defer closeAll(users)
	chat, receivers, err := m.gather(ctx, v, users[0], users[2:])
	if err != nil {
		return err
	}
	if err := m.publish(ctx, users[1]); err != nil {
		return err
	}
	defer m.owner.Close()
	if err := sendOne(ctx, users[0], chat, 0, m.size); err != nil {
		return err
	}
	waitFor(30*time.Second, receivers, func(r *receiver) bool { return r.got() >= 1 })
	m.had = 1
	return m.measure(ctx, func(l load) (mediaPhase, error) { return m.one(ctx, chat, users[0], receivers, l) },
		receivers)
}

// measure goes through the phases.
func (m *mediaBench) measure(
	ctx context.Context, phase func(load) (mediaPhase, error), rs []*receiver,
) error {
	res := mediaResult{Uploaders: m.uploaders, UploadMB: m.megabytes, Readers: m.readers,
		PhotoBytes: len(m.photo), Online: m.online, Messages: m.rate}
	idle := func(context.Context, *tally) error { return nil }
	var paced float64
	for _, step := range []struct {
		to   *mediaPhase
		load load
	}{
		{&res.Quiet, idle}, {&res.Uploads, m.upload},
		{&res.Reads, func(ctx context.Context, t *tally) error { return m.read(ctx, t, m.fetch, 0) }},
		{&res.Cached, func(ctx context.Context, t *tally) error {
			return m.read(ctx, t, (&cache{fetch: m.fetch}).get, paced)
		}},
		{&res.QuietAfter, idle},
	} {
		p, err := phase(step.load)
		if err != nil {
			return err
		}
		*step.to = p
		step.to.P99Ratio = p.P99 / max(res.Quiet.P99, 0.001)
		if step.to == &res.Reads {
			paced = float64(p.Count) / float64(m.seconds)
		}
	}
	for _, r := range rs {
		r.mu.Lock()
		res.Lost += max(m.had-r.count, 0)
		res.Doubled += r.doubled
		res.Reordered += r.reordered
		r.mu.Unlock()
	}
	if err := m.report(res); err != nil {
		return err
	}
	if res.Lost+res.Doubled+res.Reordered > 0 {
		return errWrong
	}
	return ctx.Err()
}

// one runs a load for as long as messages are sent beside it.
func (m *mediaBench) one(
	ctx context.Context, chat uint32, sender *user, rs []*receiver, l load,
) (p mediaPhase, err error) {
	var t tally
	within, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	cpu, begun := m.v.cpu(), time.Now()
	go func() { ended <- l(within, &t) }()
	times, had, err := m.phase(ctx, chat, sender, rs, m.had)
	stop()
	if failed := <-ended; err == nil {
		err = failed
	}
	if err != nil {
		return p, err
	}
	took := time.Since(begun).Seconds()
	m.had = had
	p = mediaPhase{Count: t.count.Load(), Asked: t.asked.Load(), Bytes: t.bytes.Load(),
		CPU: (m.v.cpu() - cpu).Seconds(), RSS: m.v.memory("VmRSS"),
		P50: times.quantile(0.5), P99: times.quantile(0.99)}
	p.Rate = float64(p.Bytes) / 1e6 / took
	if p.CPU > 0 {
		p.PerCPU = float64(p.Bytes) / 1e6 / p.CPU
	}
	return p, nil
}

// upload has files go up until ctx ends, each with other bytes than any before; those under way end well.
func (m *mediaBench) upload(ctx context.Context, t *tally) error {
	return together(m.uploaders, func(w int) error {
		for n := 0; ctx.Err() == nil; n++ {
			size := int64(m.megabytes) << 20
			f, err := m.owner.Upload(context.WithoutCancel(ctx), zolal.Upload{
				Content: noise{seed: uint64(w)<<32 + uint64(n), size: size}, Size: size, Name: "bench.bin"})
			if err != nil {
				return err
			}
			if int64(f.GetSize()) != size {
				return fmt.Errorf("%w: a file of %d bytes has %d", errWrong, size, f.GetSize())
			}
			t.count.Add(1)
			t.asked.Add(3)
			t.bytes.Add(size)
		}
		return nil
	})
}

// together runs something several times at once and returns the first error.
func together(n int, do func(i int) error) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { errs[i] = do(i) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

// noise is a file that no other seed gives, made as it is read; the same however it is cut.
type noise struct {
	seed uint64
	size int64
}

// ReadAt implements io.ReaderAt.
func (n noise) ReadAt(p []byte, at int64) (int, error) {
	if at >= n.size {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), n.size-at)]
	for i := 0; i < len(p); {
		var word [8]byte
		from := uint64(at) + uint64(i)
		binary.LittleEndian.PutUint64(word[:], n.seed*0x9e3779b97f4a7c15+from&^7)
		i += copy(p[i:], word[from&7:])
	}
	return len(p), nil
}

// fetch asks the server for a part of the photo, the whole where to is 0.
type fetch func(ctx context.Context, t *tally, from, to int) ([]byte, http.Header, error)

// read has readers fetch until ctx ends: every other one whole, the others in four parts at once. rate bounds
// the answers a second of all; 0: as fast as they come.
func (m *mediaBench) read(ctx context.Context, t *tally, get fetch, rate float64) error {
	begun := time.Now()
	var turn atomic.Int64
	err := together(m.readers, func(i int) error {
		for ctx.Err() == nil {
			if rate > 0 {
				due := begun.Add(time.Duration(float64(turn.Add(1)) / rate * 1e9))
				if d := time.Until(due); d > 0 {
					time.Sleep(d)
				}
			}
			parts, each := 1, len(m.photo)
			if i%2 == 1 {
				parts, each = 4, (len(m.photo)+3)/4
			}
			err := together(parts, func(n int) error {
				from, to := n*each, min((n+1)*each, len(m.photo))
				if parts == 1 {
					to = 0
				}
				return m.compare(ctx, t, get, from, to)
			})
			if err != nil {
				return err
			}
			if parts > 1 && rate > 0 {
				turn.Add(int64(parts - 1))
			}
		}
		return nil
	})
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (m *mediaBench) compare(ctx context.Context, t *tally, get fetch, from, to int) error {
	got, _, err := get(ctx, t, from, to)
	if err != nil {
		return err
	}
	if to == 0 {
		to = len(m.photo)
	}
	if !bytes.Equal(got, m.photo[from:to]) {
		return fmt.Errorf("%w: bytes %d to %d of the photo are others", errWrong, from, to)
	}
	t.count.Add(1)
	t.bytes.Add(int64(len(got)))
	return nil
}

// fetch implements fetch without a cache.
func (m *mediaBench) fetch(ctx context.Context, t *tally, from, to int) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url, nil)
	if err != nil {
		return nil, nil, err
	}
	want := http.StatusOK
	if to > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1))
		want = http.StatusPartialContent
	}
	t.asked.Add(1)
	resp, err := m.v.web.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		return nil, nil, fmt.Errorf("%w: %s for a photo", errWrong, resp.Status)
	}
	raw, err := io.ReadAll(resp.Body)
	return raw, resp.Header, err
}

// cache stands between readers and the server, as a proxy or a browser does: it keeps what may be kept for
// ever by anybody, and asks for the rest again.
type cache struct {
	fetch fetch

	mu  sync.Mutex
	raw []byte
}

// forEver is what makes an answer one to keep.
const forEver = "public, max-age=31536000, immutable"

func (c *cache) get(ctx context.Context, t *tally, from, to int) ([]byte, http.Header, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.raw == nil {
		raw, h, err := c.fetch(ctx, t, 0, 0)
		if err != nil {
			return nil, nil, err
		}
		if h.Get("Cache-Control") != forEver || h.Get("ETag") == "" {
			return nil, nil, fmt.Errorf("%w: a public photo may not be kept: %v", errWrong, h)
		}
		c.raw = raw
	}
	if to == 0 {
		to = len(c.raw)
	}
	return c.raw[from:to], nil, nil
}

// publish makes a public channel with a photo, and learns its permanent address.
func (m *mediaBench) publish(ctx context.Context, u *user) error {
	var err error
	o := zolal.Options{Token: u.token, Info: info(), TLS: m.v.secure.Clone()}
	if m.owner, err = zolal.Dial(ctx, m.v.address, o); err != nil {
		return err
	}
	raw, err := picture()
	if err != nil {
		return err
	}
	f, err := m.owner.Upload(ctx, zolal.Upload{
		Content: bytes.NewReader(raw), Size: int64(len(raw)), Name: "bench.jpg", Photo: true})
	if err != nil {
		return err
	}
	chat, sent, got := new(zolalv1.ChatInfo), new(zolalv1.Receipt), new(zolalv1.GetResponse)
	name := fmt.Sprintf("bench_photo_%x", time.Now().UnixNano()&0xffffffff)
	err = m.owner.Call(ctx, "Chats/CreateChannel",
		&zolalv1.CreateChatRequest{Key: m.owner.NewKey(), Title: "bench", Name: name}, chat)
	if err == nil {
		err = m.owner.Call(ctx, "Messages/Send", &zolalv1.SendRequest{Key: m.owner.NewKey(), Chat: chat.GetId(),
			Media: &zolalv1.NewMedia{Kind: zolalv1.MediaKind_MEDIA_KIND_PHOTO, File: f.GetId()}}, sent)
	}
	if err == nil {
		err = m.owner.Call(ctx, "Messages/Get",
			&zolalv1.GetRequest{Chat: chat.GetId(), Seqs: []uint32{sent.GetSeq()}}, got)
	}
	post := new(zolalv1.Message)
	if err == nil && len(got.GetEntries()) == 1 {
		err = proto.Unmarshal(got.GetEntries()[0].GetBody(), post)
	}
	if err != nil {
		return fmt.Errorf("publish a photo: %w", err)
	}
	hash := post.GetMedia().GetHash()
	m.url = m.v.address + zolal.PublicMediaPath(hash, "original")
	if m.photo, _, err = m.fetch(ctx, new(tally), 0, 0); err != nil {
		return err
	}
	if sum := sha256.Sum256(m.photo); !bytes.Equal(sum[:], hash) {
		return fmt.Errorf("%w: the photo is not what its hash says", errWrong)
	}
	return nil
}

// picture is a photo of some 400 KB.
func picture() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 1280, 960))
	if _, err := rand.NewChaCha8([32]byte{1}).Read(img.Pix); err != nil {
		return nil, err
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 0xff
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 40}); err != nil {
		return nil, fmt.Errorf("make a photo: %w", err)
	}
	return b.Bytes(), nil
}
