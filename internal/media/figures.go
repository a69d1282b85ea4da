// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Figures are counted since the start.
type Figures struct {
	Taken     uint64 // bytes of uploads that arrived
	Served    uint64 // bytes of contents and thumbnails that went out
	Refused   uint64 // uploads that were refused: too large, too many, beyond a share, or the disk is full
	Collected uint64 // contents that were removed since nothing needed them
	Failures  uint64 // times that contents could not be put, read, listed or removed
}

// counters are Figures while they are counted.
type counters struct{ taken, served, refused, collected, failures atomic.Uint64 }

// Figures tells what was counted.
func (s *Service) Figures() Figures {
	c := &s.counts
	return Figures{Taken: c.taken.Load(), Served: c.served.Load(), Refused: c.refused.Load(),
		Collected: c.collected.Load(), Failures: c.failures.Load()}
}

// refuse counts an upload that may not be, and passes its error on.
func (c *counters) refuse(err error) error {
	switch chat.CodeOf(err) {
	case chat.CodeTooLarge, chat.CodeTooMany, chat.CodeMediaQuota, chat.CodeDiskFull:
		c.refused.Add(1)
	}
	return err
}

// counted is a BlobStore whose failures are counted. That something is not there is none, nor that whoever
// asked has gone.
type counted struct {
	BlobStore
	counts *counters
}

func (b counted) note(err error) error {
	gone := errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) || chat.CodeOf(err) == chat.CodeNotFound
	if err != nil && !gone {
		b.counts.failures.Add(1)
	}
	return err
}

// Put implements BlobStore.
func (b counted) Put(ctx context.Context, hash chat.Hash, size int64, file string) error {
	return b.note(b.BlobStore.Put(ctx, hash, size, file))
}

// Open implements BlobStore.
func (b counted) Open(ctx context.Context, hash chat.Hash) (Content, error) {
	c, err := b.BlobStore.Open(ctx, hash)
	if err != nil {
		return nil, b.note(err)
	}
	return countedContent{c, b}, nil
}

// countedContent is a content whose failures are counted.
type countedContent struct {
	Content
	of counted
}

// Read implements io.Reader.
func (c countedContent) Read(p []byte) (int, error) {
	n, err := c.Content.Read(p)
	return n, c.of.note(err)
}

// sendable is a content as it is best sent: a file as it is, since it goes out as a whole (see outgoing).
func sendable(c Content) Content {
	if one, ok := c.(countedContent); ok {
		if _, file := one.Content.(syscall.Conn); file {
			return one.Content
		}
	}
	return c
}

// Stat implements BlobStore.
func (b counted) Stat(ctx context.Context, hash chat.Hash) (int64, error) {
	size, err := b.BlobStore.Stat(ctx, hash)
	return size, b.note(err)
}

// Delete implements BlobStore.
func (b counted) Delete(ctx context.Context, hash chat.Hash) error {
	err := b.note(b.BlobStore.Delete(ctx, hash))
	if err == nil {
		b.counts.collected.Add(1)
	}
	return err
}

// List implements BlobStore. What each says is no failure of the store.
func (b counted) List(ctx context.Context, each func(Listed) error) error {
	var theirs error
	err := b.BlobStore.List(ctx, func(one Listed) error {
		theirs = each(one)
		return theirs
	})
	if theirs != nil {
		return err
	}
	return b.note(err)
}

// Tidy implements BlobStore.
func (b counted) Tidy(ctx context.Context, before time.Time) error {
	return b.note(b.BlobStore.Tidy(ctx, before))
}

// Claim implements BlobStore.
func (b counted) Claim(ctx context.Context) (Claim, error) {
	is, err := b.BlobStore.Claim(ctx)
	return is, b.note(err)
}

// Check implements BlobStore.
func (b counted) Check(ctx context.Context) error { return b.note(b.BlobStore.Check(ctx)) }

// outgoing is an answer whose bytes are counted. A file goes into it as a whole, so that the system copies it
// without this process where it can.
type outgoing struct {
	http.ResponseWriter
	counts *counters
}

// Write implements io.Writer.
func (o outgoing) Write(p []byte) (int, error) {
	n, err := o.ResponseWriter.Write(p)
	o.counts.served.Add(uint64(n))
	return n, err
}

// ReadFrom implements io.ReaderFrom.
func (o outgoing) ReadFrom(from io.Reader) (int64, error) {
	to, ok := o.ResponseWriter.(io.ReaderFrom)
	if !ok {
		return io.Copy(struct{ io.Writer }{o}, from)
	}
	n, err := to.ReadFrom(from)
	o.counts.served.Add(uint64(n))
	if errors.Is(err, syscall.EIO) {
		o.counts.failures.Add(1) // the disk: what the network says is another error
	}
	return n, err
}

// Unwrap is for http.ResponseController.
func (o outgoing) Unwrap() http.ResponseWriter { return o.ResponseWriter }
