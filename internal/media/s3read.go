// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// Reading begins with a small part and asks for larger ones as it goes on: who wants little costs little,
	// and its connection is used again.
	firstRead = 256 << 10
	mostRead  = 32 << 20
)

// Open implements BlobStore.
func (b *Bucket) Open(ctx context.Context, hash chat.Hash) (Content, error) {
	size, ok := b.sizes.Get(hash)
	if !ok {
		var err error
		if size, err = b.Stat(ctx, hash); err != nil {
			return nil, err
		}
		b.sizes.Add(hash, size)
	}
	return &object{Bucket: b, ctx: ctx, hash: hash, size: size, next: firstRead}, nil
}

// object is a content in a bucket that is being read. A gateway that cuts off or refuses in the middle is
// asked again from there on: under a hash there is nothing else.
type object struct {
	*Bucket
	ctx  context.Context
	hash chat.Hash
	size int64

	at   int64
	body io.ReadCloser // from at on; nil: to be asked for
	left int64         // of body
	next int64         // how much is asked for next
	cuts int           // since a byte came
}

// Size implements Content.
func (o *object) Size() int64 { return o.size }

// Seek implements io.Seeker.
func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek to %d", offset)
	}
	if offset != o.at {
		o.drop()
		o.at, o.next = offset, firstRead
	}
	return offset, nil
}

// Read implements io.Reader.
func (o *object) Read(p []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	for {
		if o.body == nil {
			if err := o.ask(); err != nil {
				return 0, err
			}
		}
		n, err := o.body.Read(p[:min(int64(len(p)), o.left)])
		o.at += int64(n)
		o.left -= int64(n)
		switch {
		case o.left == 0:
			o.drop()
			o.next = min(2*o.next, mostRead)
		case err != nil:
			o.drop()
		}
		if n > 0 {
			o.cuts = 0
			return n, nil
		}
		if err := o.pause(err); err != nil {
			return 0, err
		}
	}
}

// ask begins to read at a place.
func (o *object) ask() error {
	for {
		left := min(o.next, o.size-o.at)
		opts := minio.GetObjectOptions{}
		if err := opts.SetRange(o.at, o.at+left-1); err != nil {
			return err
		}
		body, info, _, err := o.once.GetObject(o.ctx, o.cfg.Bucket, o.key(o.hash), opts)
		if err == nil && info.Size != left {
			body.Close()
			o.sizes.Remove(o.hash)
			err = fmt.Errorf("%d bytes came where %d were asked for", info.Size, left)
		}
		if err == nil {
			o.body, o.left = body, left
			return nil
		}
		err = o.trouble("read a content", err)
		if !passing(err) {
			return err
		}
		if err := o.pause(err); err != nil {
			return err
		}
	}
}

// pause waits before another try, or gives up.
func (o *object) pause(cause error) error {
	o.cuts++
	if o.cuts >= tries {
		return o.trouble("read a content", cause)
	}
	return o.wait(o.ctx, o.cuts)
}

func (o *object) drop() {
	if o.body != nil {
		o.body.Close()
		o.body = nil
	}
}

// Close implements io.Closer.
func (o *object) Close() error {
	o.drop()
	return nil
}
