// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
)

// Contents of media are kept beside the archives of backups, in a directory that all backups of a place
// share: a content never changes, so each is copied once, or linked where the disk is the same. A backup is
// made of the store first and of the contents afterwards, so all that the store refers to is there.
//
// Contents in a bucket of S3 stay there, as long as one of the nightly backups may refer to them.
//
// When a content was last part of a backup is told by the time of its file. What was part of none that is
// kept is removed with the backups that are too many.

// contentsDir is the directory of contents beside backups.
const contentsDir = "media"

// contentStep is how many contents are listed at once.
const contentStep = 1000

// blobDir is where contents are kept as local files.
func (c *Config) blobDir(data string) string {
	if c.Media.Dir != "" {
		return c.Media.Dir
	}
	return filepath.Join(data, mediaDir, media.BlobDir)
}

// eachBlob goes through the contents that a store knows.
func eachBlob(ctx context.Context, store Store, each func(media.Blob) error) error {
	var after chat.Hash
	for {
		list, err := store.Blobs(ctx, after, contentStep)
		if err != nil {
			return fmt.Errorf("list contents: %w", err)
		}
		for _, b := range list {
			if err := errors.Join(ctx.Err(), each(b)); err != nil {
				return err
			}
			after = b.Hash
		}
		if len(list) < contentStep {
			return nil
		}
	}
}

// backUpContents puts what is kept beside a backup. missing counts contents that are not on disk: a backup
// without them is better than none. What is in a bucket stays there and is counted.
func (c *core) backUpContents(ctx context.Context, dir string) (kept, missing int, err error) {
	if c.bucket != nil {
		kept, missing, err := countBucket(ctx, c.store, c.bucket)
		if err != nil && ctx.Err() == nil {
			c.log.Error("whether the bucket has all media could not be seen for a backup", "error", err)
			return 0, 0, nil
		}
		return kept, missing, err
	}
	from := c.cfg.blobDir(c.dir.path)
	now := c.cfg.Now()
	err = eachBlob(ctx, c.store, func(b media.Blob) error {
		name := media.BlobName(b.Hash)
		to := filepath.Join(dir, name)
		err := placeContent(to, filepath.Join(from, name), b.Size)
		if errors.Is(err, fs.ErrNotExist) {
			missing++
			return nil
		}
		if err == nil {
			err = os.Chtimes(to, now, now)
		}
		if err == nil {
			kept++
		}
		return err
	})
	return kept, missing, err
}

// placeContent gives a content a second name, or copies it to another disk. One that is there in its size
// stays.
func placeContent(to, from string, size int64) error {
	if info, err := os.Stat(to); err == nil && info.Size() == size {
		return nil
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.Size() != size {
		return fmt.Errorf("content %s: %w", filepath.Base(from), fs.ErrNotExist) // damaged is as good as gone
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if os.Link(from, to) == nil {
		return nil
	}
	return copyContent(to, from)
}

func copyContent(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	partial := to + partialSuffix
	out, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = os.Rename(partial, to)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(partial))
	}
	return err
}

// pruneContents removes contents that none of the kept backups has: those whose last one was before them.
func pruneContents(dir string) error {
	oldest, err := oldestBackup(dir)
	if err != nil || oldest.IsZero() {
		return err
	}
	// The time in a name has no fractions, and contents are dated when their backup was nearly done.
	oldest = oldest.Add(-time.Second)
	var errs []error
	err = filepath.WalkDir(filepath.Join(dir, contentsDir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.ModTime().Before(oldest) {
			errs = append(errs, os.Remove(path))
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(append(errs, err)...)
}

// placeContents puts what a restored store refers to into a directory, from the first place that has it, and
// counts what no place has.
func placeContents(ctx context.Context, store Store, to string, places ...string) (missing int, err error) {
	err = eachBlob(ctx, store, func(b media.Blob) error {
		found, err := placeFrom(to, media.BlobName(b.Hash), b.Size, places)
		if err == nil && !found {
			missing++
		}
		return err
	})
	return missing, err
}

// placeFrom puts a content in place from the first place that has it.
func placeFrom(to, name string, size int64, places []string) (found bool, err error) {
	for _, p := range places {
		err := placeContent(filepath.Join(to, name), filepath.Join(p, name), size)
		if !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// contentLister lists what entries carry.
type contentLister interface {
	Contents(ctx context.Context, after chat.Hash, limit int) ([]engine.Content, error)
}

func eachContent(ctx context.Context, store contentLister, each func(chat.Hash, int64) error) error {
	var after chat.Hash
	for {
		list, err := store.Contents(ctx, after, contentStep)
		if err != nil {
			return fmt.Errorf("list contents: %w", err)
		}
		for _, one := range list {
			if err := errors.Join(ctx.Err(), each(one.Hash, one.Size)); err != nil {
				return err
			}
			after = one.Hash
		}
		if len(list) < contentStep {
			return nil
		}
	}
}

// checkContents names what entries carry and what is not kept, or not as it was.
func (c *core) checkContents(ctx context.Context) (problems []string, err error) {
	err = eachContent(ctx, c.engine, func(hash chat.Hash, size int64) error {
		switch err := c.media.Verify(ctx, hash, size); {
		case err == nil:
		case chat.CodeOf(err) == chat.CodeNotFound:
			problems = append(problems, fmt.Sprintf("media: content %x of %d bytes is missing", hash[:8], size))
		case errors.Is(err, media.ErrDamaged):
			problems = append(problems, fmt.Sprintf("media: content %x of %d bytes is damaged", hash[:8], size))
		default:
			return err
		}
		return nil
	})
	return problems, err
}
