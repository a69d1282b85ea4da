// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// freshFor is how long ago what was put a moment ago may be, by the gateway's clock.
	freshFor = time.Hour
	// partBytes is what one request puts of a large content; maxS3 is how many such parts S3 takes.
	partBytes = 16 << 20
	maxS3     = 10_000
	maxPuts   = 3 // contents that go up at once
	// tries is how often a request is tried before whoever waits is told to come again.
	tries       = 4
	mimeContent = "application/octet-stream"
	// abortIn bounds the tidying after what failed.
	abortIn = 10 * time.Second
)

// Put sends a file up. A crash, or a gateway that dies, leaves at most parts that nobody sees: the file is
// still there, and goes up again from its beginning. Each request carries a signed checksum that the gateway
// compares. What is there already is put again: that makes it new, so that nobody takes it for left over
// meanwhile, mends what was damaged, and takes as long as for what is not there, so that nobody who uploads
// learns what others have.
func (b *Bucket) Put(ctx context.Context, hash chat.Hash, size int64, file string) error {
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	f, err := os.Open(file)
	if err != nil {
		return diskError("keep a content", err)
	}
	defer f.Close()
	b.sizes.Remove(hash)
	if size <= partBytes {
		err = b.put(ctx, b.key(hash), f, size)
	} else {
		err = b.putParts(ctx, hash, f, size)
	}
	if err == nil {
		b.sizes.Add(hash, size) // whoever sent it looks at it next
	}
	return b.trouble("keep a content", err)
}

// put puts an object in one request.
func (b *Bucket) put(ctx context.Context, key string, from io.ReaderAt, size int64) error {
	sum, err := checked(from, 0, size)
	if err != nil {
		return err
	}
	return b.again(ctx, func() error {
		_, err := b.once.PutObject(ctx, b.cfg.Bucket, key, io.NewSectionReader(from, 0, size), size, sum, "",
			minio.PutObjectOptions{ContentType: mimeContent, DisableContentSha256: true})
		return err
	})
}

// putParts puts an object in several requests. It is there when the last of them has ended well.
func (b *Bucket) putParts(ctx context.Context, hash chat.Hash, from io.ReaderAt, size int64) (err error) {
	key, id := b.key(hash), ""
	err = b.again(ctx, func() (err error) {
		opts := minio.PutObjectOptions{ContentType: mimeContent}
		id, err = b.once.NewMultipartUpload(ctx, b.cfg.Bucket, key, opts)
		return err
	})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			within, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortIn)
			defer cancel()
			// What stays all the same is ended by Tidy.
			_ = b.once.AbortMultipartUpload(within, b.cfg.Bucket, key, id)
		}
	}()
	var parts []minio.CompletePart
	each := partSize(size)
	for at := int64(0); at < size; at += each {
		n, whole := len(parts)+1, min(each, size-at)
		sum, err := checked(from, at, whole)
		if err != nil {
			return err
		}
		err = b.again(ctx, func() error {
			part, err := b.once.PutObjectPart(ctx, b.cfg.Bucket, key, id, n, io.NewSectionReader(from, at, whole),
				whole, minio.PutObjectPartOptions{Md5Base64: sum, DisableContentSha256: true})
			if err == nil {
				parts = append(parts, minio.CompletePart{PartNumber: n, ETag: part.ETag})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	err = b.again(ctx, func() error {
		_, err := b.once.CompleteMultipartUpload(ctx, b.cfg.Bucket, key, id, parts, minio.PutObjectOptions{})
		return err
	})
	if err != nil && ctx.Err() == nil && b.fresh(ctx, hash, size) {
		return nil // it was kept, and the word of it was lost
	}
	return err
}

// fresh reports whether a content was put a moment ago. It is asked when all of it went up and nothing else:
// what is there already must not be seen by how long its putting takes.
func (b *Bucket) fresh(ctx context.Context, hash chat.Hash, size int64) bool {
	info, err := b.stat(ctx, hash)
	return err == nil && info.Size == size && b.cfg.Now().Sub(info.LastModified) < freshFor
}

// partSize is partBytes, or more where that would make more parts than there may be.
func partSize(size int64) int64 { return max(partBytes, (size/maxS3>>20+1)<<20) }

// checked is the checksum by which S3 knows whether it got what was sent. It proves nothing to anybody else:
// contents are named by another hash.
func checked(from io.ReaderAt, at, size int64) (string, error) {
	sum := md5.New()
	n, err := io.Copy(sum, io.NewSectionReader(from, at, size))
	if err == nil && n != size {
		err = fmt.Errorf("a file of %d bytes ends after %d", at+size, at+n)
	}
	return base64.StdEncoding.EncodeToString(sum.Sum(nil)), diskError("keep a content", err)
}

// again repeats a request that may succeed later. What has a body reads it anew in each try, by a reader of
// its own: the try before may still be sending when its answer is here.
func (b *Bucket) again(ctx context.Context, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		if err == nil || n == tries || !passing(b.trouble("ask", err)) {
			return err
		}
		if err := b.wait(ctx, n); err != nil {
			return err
		}
	}
}

func passing(err error) bool {
	var e *BucketError
	return errors.As(err, &e) && e.Passing()
}

// wait waits after a number of tries that failed, each time twice as long.
func (b *Bucket) wait(ctx context.Context, failed int) error {
	wait := time.NewTimer(b.cfg.Pause << (failed - 1))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
