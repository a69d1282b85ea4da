// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// sweepStep is how many contents are looked at in one transaction.
const sweepStep = 500

const (
	// checkEvery is how often it is looked whether contents can be reached.
	checkEvery = 30 * time.Second
	// checkIn is how long an answer may take.
	checkIn = 15 * time.Second
)

// Run collects what is left over, and looks whether contents can be reached, until ctx ends. It is for the
// one server that serves from what is kept: it removes what the store beside it does not know.
func (s *Service) Run(ctx context.Context) {
	collect, check := time.NewTicker(collectEvery), time.NewTicker(checkEvery)
	defer collect.Stop()
	defer check.Stop()
	if err := s.Count(ctx); err != nil && ctx.Err() == nil { // before a gateway that may not answer for long
		s.cfg.Log.Error("contents of media were not counted", "error", err)
	}
	s.Look(ctx)
	s.collect(ctx)
	for {
		select {
		case <-check.C:
			s.Look(ctx)
		case <-collect.C:
			s.collect(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (s *Service) collect(ctx context.Context) {
	if err := s.Collect(ctx); err != nil && ctx.Err() == nil {
		s.cfg.Log.Error("media that nobody needs were not all removed", "error", err)
	}
}

// Collect removes uploads that nobody goes on with, and contents that nothing has referred to for a while:
// no entry and no file. A message that is being sent refers to a file that was used a moment ago, and one
// that is being forwarded to a content that an entry carried a moment ago, so neither races with it. A crash
// anywhere leaves what the next call removes. From a place that is another server's, nothing is removed; what
// is kept is counted all the same.
//
// MEDIA-8
func (s *Service) Collect(ctx context.Context) error {
	before := s.now() - chat.Millis(s.cfg.Grace.Milliseconds())
	held, claim, err := s.removable(ctx)
	err = errors.Join(err, s.endUploads(ctx, before), s.sweep(ctx, before, held))
	if held <= 0 {
		return err
	}
	// A backup of the life before may need what this store does not know, if it was restored from another one.
	if !claim.Since.After(time.UnixMilli(int64(held))) {
		err = errors.Join(err, s.sweepUnknown(ctx, held))
	}
	return errors.Join(err, s.blobs.Tidy(ctx, time.UnixMilli(int64(before))))
}

// removable is since when a content has to be without anything that refers to it before it goes. 0: nothing
// goes, since the place is another server's, or cannot be asked, or nobody can see which backups there are.
func (s *Service) removable(ctx context.Context) (chat.Millis, Claim, error) {
	is, err := s.blobs.Claim(ctx)
	switch {
	case err == nil:
		s.foreign.Store(is.Whose == ClaimOther)
	case chat.CodeOf(err) == chat.CodeConflict:
		s.foreign.Store(true)
	}
	if err != nil || is.Whose != ClaimOurs {
		return 0, is, err
	}
	held := s.now() - chat.Millis(s.cfg.Hold.Milliseconds())
	oldest, err := s.cfg.Oldest()
	if err != nil {
		return 0, is, fmt.Errorf("the oldest backup that may need contents: %w", err)
	}
	if !oldest.IsZero() {
		held = min(held, chat.Millis(oldest.UnixMilli()))
	}
	return held, is, nil
}

// endUploads ends uploads that nobody went on with since a time.
func (s *Service) endUploads(ctx context.Context, before chat.Millis) error {
	s.uploads.mu.Lock()
	var old []*upload
	for _, one := range s.uploads.all {
		if one.now().over(before) {
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
		if one.now().over(before) {
			errs = append(errs, s.uploads.drop(one))
		}
		release()
	}
	return errors.Join(errs...)
}

// sweep counts what is kept, and removes contents that the store knows. Where one cannot be removed, the rest
// stays for another time.
func (s *Service) sweep(ctx context.Context, before, held chat.Millis) error {
	q := Sweep{Limit: sweepStep, Now: s.now(), Before: before, Orphans: max(held, 0)}
	var count, size int64
	var failed error
	for {
		swept, err := s.cfg.Store.SweepBlobs(ctx, q)
		if err != nil {
			return errors.Join(failed, err)
		}
		count, size = count+int64(swept.Count), size+swept.Bytes
		for _, hash := range swept.Gone {
			if failed = s.remove(ctx, hash, held); failed != nil {
				q.Orphans = 0
				break
			}
		}
		if swept.Next == (chat.Hash{}) {
			s.count.Store(count)
			s.bytes.Store(size)
			return failed
		}
		q.After = swept.Next
	}
}

// Count counts what is kept and removes nothing: for whoever is not the one to collect.
func (s *Service) Count(ctx context.Context) error {
	var count, size int64
	var after chat.Hash
	for {
		list, err := s.cfg.Store.Blobs(ctx, after, sweepStep)
		if err != nil {
			return err
		}
		for _, b := range list {
			count, size, after = count+1, size+b.Size, b.Hash
		}
		if len(list) < sweepStep {
			s.count.Store(count)
			s.bytes.Store(size)
			return nil
		}
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
// Since all of them are listed, Config.Scan spares it.
func (s *Service) sweepUnknown(ctx context.Context, before chat.Millis) error {
	now := s.now()
	if last := chat.Millis(s.scanned.Load()); last > 0 && now-last < chat.Millis(s.cfg.Scan.Milliseconds()) {
		return nil
	}
	var unknown []chat.Hash
	known := register{store: s.cfg.Store}
	err := s.blobs.List(ctx, func(one Listed) error {
		if one.Put.UnixMilli() > int64(before) {
			return nil
		}
		is, err := known.has(ctx, one.Hash)
		if err == nil && !is {
			unknown = append(unknown, one.Hash)
		}
		return err
	})
	if err == nil {
		s.scanned.Store(int64(now))
	}
	for _, hash := range unknown {
		err = errors.Join(err, s.removeUnknown(ctx, hash))
	}
	return err
}

// register reads the contents that a store knows beside a list of the same order, page by page. Whoever it
// does not have may have come meanwhile.
type register struct {
	store Store
	page  []Blob
	end   bool
}

// has reports whether the store knows a content; it is asked in the order of hashes.
func (r *register) has(ctx context.Context, hash chat.Hash) (bool, error) {
	for !r.end && (len(r.page) == 0 || bytes.Compare(r.page[len(r.page)-1].Hash[:], hash[:]) < 0) {
		var after chat.Hash
		if len(r.page) > 0 {
			after = r.page[len(r.page)-1].Hash
		}
		page, err := r.store.Blobs(ctx, after, sweepStep)
		if err != nil {
			return false, err
		}
		r.page, r.end = page, len(page) < sweepStep
	}
	_, is := slices.BinarySearchFunc(r.page, hash, func(b Blob, h chat.Hash) int {
		return bytes.Compare(b.Hash[:], h[:])
	})
	return is, nil
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

// Look looks whether contents can be reached, as is done by itself now and then.
func (s *Service) Look(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, checkIn)
	defer cancel()
	err := s.blobs.Check(within)
	if ctx.Err() != nil {
		return
	}
	was := s.lost.Load()
	switch {
	case err == nil && was != nil:
		s.cfg.Log.Info("contents of media can be reached again")
	case err != nil && was == nil:
		s.cfg.Log.Error("contents of media cannot be reached", "error", err)
	}
	if err == nil {
		s.lost.Store(nil)
		return
	}
	s.lost.Store(&err)
}

// Reached is nil while contents could be reached when it was last looked, or what kept them from it.
func (s *Service) Reached() error {
	if err := s.lost.Load(); err != nil {
		return *err
	}
	return nil
}

// Foreign reports that another server, or another life of this one, is the one that removes contents.
func (s *Service) Foreign() bool { return s.foreign.Load() }

// Kept counts the contents that are kept and their bytes. It is exact after each Collect or Count; what comes
// until the next one is added, and counts twice where it was here already.
func (s *Service) Kept() (n int, bytes int64) { return int(s.count.Load()), s.bytes.Load() }

// Uploads counts the unfinished uploads and the bytes of them that are on disk.
func (s *Service) Uploads() (n int, bytes int64) { return s.uploads.figures() }
