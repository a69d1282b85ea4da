// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
)

const (
	// tryWithin bounds what is asked of a bucket to judge it; trySoon is how long a start waits for that where
	// the bucket worked before.
	tryWithin = 30 * time.Second
	trySoon   = 2 * time.Second
	// triedName is the file, beside uploads, that names the bucket which worked last.
	triedName = "bucket"
)

// name is the bucket as its operator knows it. It tells nothing secret.
func (s S3Config) name() string {
	if s.Endpoint == "" {
		return ""
	}
	return strings.TrimSuffix(s.Endpoint+"/"+s.Bucket+"/"+s.Prefix, "/")
}

// some and whole report whether something, and everything, is set that no bucket is without.
func (s S3Config) some() bool  { return s.Endpoint != "" || s.Bucket != "" || s.KeyFile != "" }
func (s S3Config) whole() bool { return s.Endpoint != "" && s.Bucket != "" && s.KeyFile != "" }

// open opens the bucket for a server and a life of its store, and asks it nothing yet.
func (s S3Config) open(server, run string, now func() time.Time) (*media.Bucket, error) {
	access, secret, err := readKeyPair(s.KeyFile)
	if err != nil {
		return nil, err
	}
	b, err := media.S3Blobs(media.S3Config{
		Endpoint: s.Endpoint, Bucket: s.Bucket, Region: s.Region, Prefix: s.Prefix, Access: access, Secret: secret,
		PathStyle: s.PathStyle, Server: server, Run: run, Now: now,
	})
	if err != nil {
		return nil, &Trouble{What: "media.s3.endpoint and media.s3.bucket name no bucket", Err: err,
			Remedy: "Check both in the settings."}
	}
	return b, nil
}

// readKeyPair reads the two lines of a key. Empty lines, and those that begin with #, count for nothing.
func readKeyPair(file string) (access, secret string, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", "", &Trouble{What: "the file of media.s3.key_file cannot be read", Err: err,
			Remedy: "Give the user the server runs as the right to read it."}
	}
	var lines []string
	for scan := bufio.NewScanner(bytes.NewReader(raw)); scan.Scan(); {
		if line := strings.TrimSpace(scan.Text()); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	if len(lines) != 2 { // what it holds instead is not shown: it may be the secret
		return "", "", &Trouble{What: fmt.Sprintf("%s has %d lines, not two", file, len(lines)),
			Remedy: "Write the access key in its first line and the secret in its second."}
	}
	return lines[0], lines[1], nil
}

// openBucket opens the bucket of a core. The server is known by its key, a life of its store by the
// incarnation: a copy restored from a backup has the same key and another incarnation.
func (c *core) openBucket(ctx context.Context) (*media.Bucket, error) {
	key, err := c.publicKey(ctx)
	if err != nil {
		return nil, err
	}
	run, err := c.store.Incarnation(ctx)
	if err != nil {
		return nil, fmt.Errorf("incarnation: %w", err)
	}
	return c.cfg.Media.S3.open(key, hex.EncodeToString(run[:]), c.cfg.Now)
}

// tryBucket sees at a start whether contents can be kept. A bucket that worked before holds up nobody's
// messages: where it does not answer soon it is tried beside them, and the alarm tells of it.
func (s *Server) tryBucket(ctx context.Context) error {
	tried := filepath.Join(s.dir.path, mediaDir, triedName)
	if s.bucket == nil { // what comes onto this disk now is in no bucket
		return dataTrouble(s.cfg.Data, removeAll(tried))
	}
	name := s.cfg.Media.S3.name()
	if before, _ := os.ReadFile(tried); string(before) != name {
		err := s.judgeBucket(ctx)
		if err == nil {
			err = s.moved(ctx)
		}
		if err != nil {
			return bucketTrouble(s.cfg.Media.S3, err)
		}
		return dataTrouble(s.cfg.Data, writeDurably(tried, []byte(name)))
	}
	judged := make(chan error, 1)
	s.done.Go(func() { judged <- s.judgeBucket(s.running) })
	soon := time.NewTimer(trySoon)
	defer soon.Stop()
	select {
	case err := <-judged:
		if !passing(err) {
			return bucketTrouble(s.cfg.Media.S3, err)
		}
		s.log.Error("the bucket of media cannot be reached now", "error", err)
	case <-ctx.Done():
		return ctx.Err()
	case <-soon.C:
		s.log.Warn("the bucket of media has not answered yet; serving does not wait for it")
		s.done.Go(func() {
			if err := <-judged; err != nil && s.running.Err() == nil {
				s.log.Error("the bucket of media cannot be used now", "error", bucketTrouble(s.cfg.Media.S3, err))
			}
		})
	}
	return nil
}

// judgeBucket does with the bucket what contents need, and claims it.
func (c *core) judgeBucket(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tryWithin)
	defer cancel()
	if err := c.bucket.Try(ctx); err != nil {
		return err
	}
	is, err := c.bucket.Claim(ctx)
	if err == nil && is.Whose == media.ClaimOther {
		c.log.Warn("another life of this server removes contents from the bucket; this one does not until that " +
			"has been silent for a week")
	}
	return err
}

// moved refuses to begin with a bucket that lacks what is on this disk. It looks at everything, once for each
// bucket: a program that copies by name may have been stopped anywhere.
func (c *core) moved(ctx context.Context) error {
	dir := filepath.Join(c.dir.path, mediaDir, media.BlobDir)
	if !fileExists(dir) {
		return nil
	}
	sizes, err := listBucket(ctx, c.bucket)
	if err != nil {
		return err
	}
	lacking := 0
	err = eachBlob(ctx, c.store, func(b media.Blob) error {
		if sizes[b.Hash] == b.Size {
			return nil
		}
		if info, err := os.Stat(filepath.Join(dir, media.BlobName(b.Hash))); err == nil && info.Size() == b.Size {
			lacking++
		}
		return nil
	})
	if err != nil || lacking == 0 {
		return err
	}
	what := "photos, videos and files of before, %d of them, are in %s and not in the bucket"
	return &Trouble{What: fmt.Sprintf(what, lacking, dir),
		Remedy: "Copy them with any program for S3; their names stay, below the prefix: rclone copy " + dir +
			" REMOTE:BUCKET/PREFIX. Then start again."}
}

// passing reports trouble with a bucket that may end by itself, or that messages can go on in.
func passing(err error) bool {
	var e *media.BucketError
	return errors.As(err, &e) && (e.Passing() || e.Kind == media.BucketFull)
}

// bucketTrouble explains what is the matter with a bucket.
func bucketTrouble(s S3Config, err error) error {
	var e *media.BucketError
	if !errors.As(err, &e) {
		return err
	}
	words := map[media.BucketKind][2]string{
		media.BucketKeys: {"the S3 gateway does not know the access key, or the secret is another",
			"Compare both lines of " + s.KeyFile + " with what the gateway's operator gave you."},
		media.BucketRights: {"the access key may not do in the bucket what is needed",
			"Let it put, get, list and delete objects there, list multipart uploads and end them."},
		media.BucketMissing: {"there is no such bucket",
			"Make it at the gateway, or name another with media.s3.bucket; media.s3.path_style may be what it needs."},
		media.BucketRegion: {"the bucket is in another region",
			"Name its region with media.s3.region."},
		media.BucketClock: {"the clock of this machine and that of the S3 gateway differ too much",
			"Set the clock (timedatectl shows it; systemd-timesyncd or chrony keep it right)."},
		media.BucketTLS: {"the S3 gateway cannot be spoken to with TLS",
			"Give it a certificate this machine trusts; SSL_CERT_FILE names another authority. Where it has no TLS " +
				"at all, say http:// in media.s3.endpoint."},
		media.BucketNetwork: {"the S3 gateway does not answer",
			"Check media.s3.endpoint, the name's address, firewalls between, and that the gateway runs."},
		media.BucketBusy: {"the S3 gateway refuses to work now",
			"Its own log says why. Start again when it works."},
		media.BucketFull: {"the bucket has no room", "Raise its quota, or make room on its disks."},
		media.BucketTaken: {"the bucket holds the contents of another server there",
			"Give this server another media.s3.prefix or bucket: what nobody here needs would be removed. Where " +
				"that server has ended for good, remove the object zolal-server.json below the prefix."},
	}[e.Kind]
	return &Trouble{What: "media in " + s.name() + " (" + string(e.Kind) + "): " + words[0], Err: e.Err,
		Remedy: words[1]}
}

// countBucket counts contents that the store knows and that are in the bucket, and those that are not.
func countBucket(ctx context.Context, store Store, b *media.Bucket) (kept, missing int, err error) {
	sizes, err := listBucket(ctx, b)
	if err != nil {
		return 0, 0, err
	}
	err = eachBlob(ctx, store, func(one media.Blob) error {
		if sizes[one.Hash] == one.Size {
			kept++
		} else {
			missing++
		}
		return nil
	})
	return kept, missing, err
}

func listBucket(ctx context.Context, b *media.Bucket) (map[chat.Hash]int64, error) {
	sizes := map[chat.Hash]int64{}
	err := b.List(ctx, func(one media.Listed) error {
		sizes[one.Hash] = one.Size
		return nil
	})
	return sizes, err
}

// fillBucket puts what a restored store refers to and the bucket lacks there, from the first place that has
// it, and counts what no place has.
func fillBucket(ctx context.Context, store Store, cfg Config, places []string) (missing int, err error) {
	b, err := cfg.Media.S3.open("", "", cfg.Now)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	sizes, err := listBucket(ctx, b)
	if err != nil {
		return 0, bucketTrouble(cfg.Media.S3, err)
	}
	err = eachBlob(ctx, store, func(one media.Blob) error {
		if sizes[one.Hash] == one.Size {
			return nil
		}
		for _, p := range places {
			file := filepath.Join(p, media.BlobName(one.Hash))
			if info, err := os.Stat(file); err == nil && info.Size() == one.Size {
				return bucketTrouble(cfg.Media.S3, b.Put(ctx, one.Hash, one.Size, file))
			}
		}
		missing++
		return nil
	})
	return missing, err
}
