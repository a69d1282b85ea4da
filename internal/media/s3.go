// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/zolal-im/zolal/internal/chat"
)

// S3Config says where a bucket is, who may use it, and whose contents are in it.
type S3Config struct {
	Endpoint string // https://host:port; http:// is plain
	Bucket   string
	Region   string // default: that of most gateways
	Prefix   string // before the names of all objects
	Access   string
	Secret   string
	// PathStyle puts the bucket into the path whatever the host is; else only where no host of Amazon's and the
	// like is asked.
	PathStyle bool
	// Server names who keeps contents here, Run this life of its store; see Claim.
	Server, Run string
	Now         func() time.Time // default time.Now
	Pause       time.Duration    // before a request is tried again, then twice as long; default 200 ms
	Stall       time.Duration    // how long a connection may bring nothing; default: a minute
}

const (
	// DefaultRegion is what gateways without regions are called.
	DefaultRegion = "us-east-1"
	sizesKnown    = 1 << 16
	defaultStall  = time.Minute
	defaultPause  = 200 * time.Millisecond
	connectIn     = 10 * time.Second
	idleConns     = 64
)

// Bucket keeps contents as objects of S3, named as the files of local are. An object is there whole or not
// at all: the gateway sees to that, also where a content goes up in parts.
type Bucket struct {
	cfg    S3Config
	once   minio.Core // tries each request once: see again
	list   minio.Core // tries the pages of lists again by itself
	http   *http.Transport
	prefix string
	slots  chan struct{}
	// sizes spares a question at each reading: what is under a hash never changes.
	sizes *lru.Cache[chat.Hash, int64]
}

// S3Blobs keeps contents in a bucket of S3. It asks nothing yet: see Try.
func S3Blobs(cfg S3Config) (*Bucket, error) {
	u, err := url.Parse(cfg.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%q is not the address of an S3 gateway", cfg.Endpoint)
	}
	if cfg.Region == "" {
		cfg.Region = DefaultRegion
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Stall == 0 {
		cfg.Stall = defaultStall
	}
	if cfg.Pause == 0 {
		cfg.Pause = defaultPause
	}
	b := &Bucket{cfg: cfg, prefix: cfg.Prefix, slots: make(chan struct{}, maxPuts)}
	if b.prefix != "" && !strings.HasSuffix(b.prefix, "/") {
		b.prefix += "/"
	}
	dial := &net.Dialer{Timeout: connectIn}
	b.http = &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dial.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &restless{Conn: c, stall: cfg.Stall}, nil
		},
		TLSHandshakeTimeout: connectIn, MaxIdleConnsPerHost: idleConns, IdleConnTimeout: cfg.Stall,
		DisableCompression: true, ForceAttemptHTTP2: false,
	}
	look := minio.BucketLookupAuto
	if cfg.PathStyle {
		look = minio.BucketLookupPath
	}
	for core, n := range map[*minio.Core]int{&b.list: tries, &b.once: 1} {
		core.Client, err = minio.New(u.Host, &minio.Options{
			Creds:  credentials.NewStaticV4(cfg.Access, cfg.Secret, ""),
			Secure: u.Scheme == "https", Region: cfg.Region, BucketLookup: look,
			Transport: b.http, MaxRetries: n,
		})
		if err != nil {
			return nil, fmt.Errorf("the S3 gateway of contents: %w", err)
		}
	}
	if b.sizes, err = lru.New[chat.Hash, int64](sizesKnown); err != nil {
		return nil, err
	}
	return b, nil
}

// restless is a connection that ends when nothing has moved on it for long, in either direction.
type restless struct {
	net.Conn
	stall time.Duration
}

// Read implements net.Conn.
func (c *restless) Read(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// Write implements net.Conn. It gives the reading more time too, which waits until all is written.
func (c *restless) Write(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// key is the name of a content: that of its file, with slashes everywhere.
func (b *Bucket) key(h chat.Hash) string { return b.prefix + filepath.ToSlash(BlobName(h)) }

func (b *Bucket) stat(ctx context.Context, hash chat.Hash) (minio.ObjectInfo, error) {
	var info minio.ObjectInfo
	err := b.again(ctx, func() (err error) {
		info, err = b.once.StatObject(ctx, b.cfg.Bucket, b.key(hash), minio.StatObjectOptions{})
		return err
	})
	return info, b.trouble("look for a content", err)
}

// Stat implements BlobStore.
func (b *Bucket) Stat(ctx context.Context, hash chat.Hash) (int64, error) {
	info, err := b.stat(ctx, hash)
	return info.Size, err
}

// Delete implements BlobStore.
func (b *Bucket) Delete(ctx context.Context, hash chat.Hash) error {
	b.sizes.Remove(hash)
	err := b.trouble("remove a content", b.removeObject(ctx, b.key(hash)))
	if chat.CodeOf(err) == chat.CodeNotFound {
		return nil
	}
	return err
}

func (b *Bucket) removeObject(ctx context.Context, key string) error {
	return b.again(ctx, func() error {
		return b.once.RemoveObject(ctx, b.cfg.Bucket, key, minio.RemoveObjectOptions{})
	})
}

// List implements BlobStore.
func (b *Bucket) List(ctx context.Context, each func(Listed) error) error {
	ctx, cancel := context.WithCancel(ctx)
	list := b.list.Client.ListObjects(ctx, b.cfg.Bucket,
		minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true})
	defer func() {
		cancel()
		for range list { // ends whoever lists
		}
	}()
	for o := range list {
		if o.Err != nil {
			return b.trouble("list contents", o.Err)
		}
		hash, ok := ParseHash(path.Base(o.Key))
		if !ok || o.Key != b.key(hash) {
			continue
		}
		if err := each(Listed{Hash: hash, Size: o.Size, Put: o.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Tidy ends what went up in parts and never became whole.
func (b *Bucket) Tidy(ctx context.Context, before time.Time) error {
	ctx, cancel := context.WithCancel(ctx)
	list := b.list.ListIncompleteUploads(ctx, b.cfg.Bucket, b.prefix, true)
	defer func() {
		cancel()
		for range list { // as above
		}
	}()
	var errs []error
	for u := range list {
		if err := b.trouble("list parts of contents", u.Err); err != nil {
			if chat.CodeOf(err) == chat.CodeNotFound { // as some gateways say it where there are none
				return nil
			}
			return err
		}
		hash, ok := ParseHash(path.Base(u.Key))
		if !ok || u.Key != b.key(hash) || !u.Initiated.Before(before) {
			continue
		}
		err := b.trouble("remove parts of contents",
			b.once.AbortMultipartUpload(ctx, b.cfg.Bucket, u.Key, u.UploadID))
		if chat.CodeOf(err) != chat.CodeNotFound {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Check implements BlobStore.
func (b *Bucket) Check(ctx context.Context) error {
	_, err := b.claimed(ctx)
	return err
}

// Close ends the connections that wait for a next request.
func (b *Bucket) Close() { b.http.CloseIdleConnections() }

// smallObject is an object that is no content.
type smallObject struct {
	raw  []byte
	made time.Time
}

func (b *Bucket) small(ctx context.Context, key string) (o smallObject, err error) {
	err = b.again(ctx, func() error {
		body, info, _, err := b.once.GetObject(ctx, b.cfg.Bucket, key, minio.GetObjectOptions{})
		if err != nil {
			return err
		}
		defer body.Close()
		raw, err := io.ReadAll(io.LimitReader(body, 1<<16))
		o = smallObject{raw, info.LastModified}
		return err
	})
	return o, err
}
