// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"errors"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// sweepStep is how many contents are looked at in one transaction.
const sweepStep = 500

// run collects what is left over until ctx ends.
func (s *Service) run(ctx context.Context) {
	tick := time.NewTicker(collectEvery)
	defer tick.Stop()
	for {
		if err := s.Collect(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.Error("media that nobody needs were not all removed", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Collect removes uploads that nobody goes on with, and contents that nothing has referred to for a while:
// no entry and no file. A message that is being sent refers to a file that was used a moment ago, and one
// that is being forwarded to a content that an entry carried a moment ago, so neither races with it. A crash
// anywhere leaves what the next call removes.
//
// MEDIA-8
func (s *Service) Collect(ctx context.Context) error {
	before := s.now() - chat.Millis(s.cfg.Grace.Milliseconds())
	return errors.Join(s.endUploads(ctx, before), s.sweep(ctx, before), s.sweepUnknown(ctx, before))
}

// endUploads ends unfinished uploads.
func (s *Service) endUploads(ctx context.Context, before chat.Millis) error {
	s.uploads.mu.Lock()
	var old []*upload
	for _, one := range s.uploads.all {
		if one.now().Used < before {
			old = append(old, one)
		}
	}
	s.uploads.mu.Unlock()
	var errs []error
	for _, one := range old {
		_, release, err := one.hold(ctx)
		if err != nil {
			continue // it ended
		}
		if one.now().Used < before {
			errs = append(errs, s.uploads.drop(one))
		}
		release()
	}
	return errors.Join(errs...)
}

// sweep removes contents that the store knows.
func (s *Service) sweep(ctx context.Context, before chat.Millis) error {
	q := Sweep{Limit: sweepStep, Now: s.now(), Before: before}
	var count, size int64
	for {
		swept, err := s.cfg.Store.SweepBlobs(ctx, q)
		if err != nil {
			return err
		}
		count, size = count+int64(swept.Count), size+swept.Bytes
		for _, hash := range swept.Gone {
			if err := s.remove(ctx, hash, before); err != nil {
				return err
			}
		}
		if swept.Next == (chat.Hash{}) {
			s.count.Store(count)
			s.bytes.Store(size)
			return nil
		}
		q.After = swept.Next
	}
}

// remove removes a content. The store forgets it first: who finishes the same content meanwhile waits for the
// hash, and puts it anew.
func (s *Service) remove(ctx context.Context, hash chat.Hash, before chat.Millis) error {
	release, err := s.hashes.take(ctx, hash)
	if err != nil {
		return err
	}
	defer release()
	dropped, err := s.cfg.Store.DropBlob(ctx, hash, before)
	if err != nil || !dropped {
		return err
	}
	return errors.Join(s.blobs.Delete(ctx, hash), s.images.forget(hash))
}

// sweepUnknown removes contents that the store does not know: a crash came between, or a backup was restored.
func (s *Service) sweepUnknown(ctx context.Context, before chat.Millis) error {
	var unknown []chat.Hash
	err := s.blobs.List(ctx, func(hash chat.Hash, put time.Time) error {
		if put.UnixMilli() > int64(before) {
			return nil
		}
		known, err := s.known(ctx, hash)
		if err == nil && !known {
			unknown = append(unknown, hash)
		}
		return err
	})
	for _, hash := range unknown {
		err = errors.Join(err, s.removeUnknown(ctx, hash))
	}
	return err
}

func (s *Service) removeUnknown(ctx context.Context, hash chat.Hash) error {
	release, err := s.hashes.take(ctx, hash)
	if err != nil {
		return err
	}
	defer release()
	known, err := s.known(ctx, hash)
	if err != nil || known {
		return err
	}
	return errors.Join(s.blobs.Delete(ctx, hash), s.images.forget(hash))
}

// known reports whether the store knows a content.
func (s *Service) known(ctx context.Context, hash chat.Hash) (bool, error) {
	list, err := s.cfg.Store.Blobs(ctx, before(hash), 1)
	return len(list) == 1 && list[0].Hash == hash, err
}

// before is the hash that comes before one.
func before(h chat.Hash) chat.Hash {
	for i := len(h) - 1; i >= 0; i-- {
		h[i]--
		if h[i] != 0xff {
			break
		}
	}
	return h
}

// Kept counts the contents that are kept and their bytes. It is exact after each Collect; what comes until
// the next one is added, and counts twice where it was here already.
func (s *Service) Kept() (n int, bytes int64) { return int(s.count.Load()), s.bytes.Load() }

// Uploads counts the unfinished uploads and the bytes of them that are on disk.
func (s *Service) Uploads() (n int, bytes int64) { return s.uploads.figures() }
