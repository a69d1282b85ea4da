// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"bytes"
	"context"
	"errors"

	"github.com/minio/minio-go/v7"

	"github.com/zolal-im/zolal/internal/chat"
)

// Try does with a small object all that contents need: it is put, listed, read and removed, and an upload in
// parts is begun, listed and ended.
func (b *Bucket) Try(ctx context.Context) error {
	key := b.prefix + "zolal-try-" + string(newID())
	raw := []byte("This server tries whether it may keep contents here.\n")
	if err := b.put(ctx, key, bytes.NewReader(raw), int64(len(raw))); err != nil {
		return b.trouble("put an object", err)
	}
	got, err := b.small(ctx, key)
	if err == nil && !bytes.Equal(got.raw, raw) {
		err = errors.New("an object is not what was put")
	}
	return errors.Join(b.trouble("read an object", err), b.trouble("list objects", b.tryList(ctx, key)),
		b.tryParts(ctx, key), b.trouble("remove an object", b.removeObject(ctx, key)))
}

// tryList looks for an object in a list. Without it everything here would look as if it were gone.
func (b *Bucket) tryList(ctx context.Context, key string) error {
	err := errors.New("an object that was put is not in the list")
	for o := range b.list.Client.ListObjects(ctx, b.cfg.Bucket, minio.ListObjectsOptions{Prefix: key}) {
		if o.Err != nil || o.Key == key {
			err = o.Err
		}
	}
	return err
}

// tryParts begins an upload in parts, lists it and ends it. A gateway that lists none is borne: what is left
// there costs room and harms nothing.
func (b *Bucket) tryParts(ctx context.Context, key string) error {
	var id string
	err := b.again(ctx, func() (err error) {
		id, err = b.once.NewMultipartUpload(ctx, b.cfg.Bucket, key, minio.PutObjectOptions{})
		return err
	})
	if err != nil {
		return b.trouble("begin an upload in parts", err)
	}
	for u := range b.list.ListIncompleteUploads(ctx, b.cfg.Bucket, key, true) {
		if err == nil {
			err = b.trouble("list uploads in parts", u.Err)
		}
	}
	if chat.CodeOf(err) == chat.CodeNotFound {
		err = nil
	}
	return errors.Join(err, b.trouble("end an upload in parts", b.again(ctx, func() error {
		return b.once.AbortMultipartUpload(ctx, b.cfg.Bucket, key, id)
	})))
}
