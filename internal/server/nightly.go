// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	// overdueAfter is how old the newest backup may be when a server starts; it was off in the night then.
	overdueAfter = 25 * time.Hour
	// overdueDelay lets a server that starts serve first.
	overdueDelay = 15 * time.Minute
	// retryBackup is when a backup that failed is tried again.
	retryBackup = time.Hour
)

// nightly makes backups by itself until ctx ends.
func (c *core) nightly(ctx context.Context) {
	if c.cfg.Backup.Keep == 0 {
		return
	}
	status, err := c.backupStatus(ctx, Nothing{})
	if err != nil {
		c.log.Warn("the nightly backups cannot be listed", "err", err)
	}
	wait := untilBackup(c.cfg.Now(), status.Created, c.cfg.Backup.At)
	c.nextBackup.Store(c.cfg.Now().Add(wait).UnixMilli())
	for {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		wait = untilNext(c.cfg.Now(), c.cfg.Backup.At)
		if err := c.nightlyBackup(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("the nightly backup failed; trying again", "err", err)
			wait = min(wait, retryBackup)
		}
		c.nextBackup.Store(c.cfg.Now().Add(wait).UnixMilli())
	}
}

// nightlyBackup waits for a backup under way, makes one, and removes those that are too many.
func (c *core) nightlyBackup(ctx context.Context) error {
	select {
	case c.backups <- struct{}{}:
		defer func() { <-c.backups }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := c.keptBackup(ctx); err != nil {
		return err
	}
	return errors.Join(prune(c.cfg.Backup.Dir, c.cfg.Backup.Keep), pruneContents(c.cfg.Backup.Dir))
}

// keptBackup makes a backup beside the nightly ones. The caller holds c.backups. What went wrong last stands
// on the admin page until one is made.
func (c *core) keptBackup(ctx context.Context) (err error) {
	defer func() {
		if c.backupFailed.Store(nil); err != nil && ctx.Err() == nil {
			what := err.Error()
			c.backupFailed.Store(&what)
		}
	}()
	dir := c.cfg.Backup.Dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	made, err := c.backup(ctx, filepath.Join(dir, c.backupName()))
	if err != nil {
		return err
	}
	c.log.Info("nightly backup made", "bytes", made.Bytes, "seconds", made.Seconds)
	return nil
}

// prune removes all but the newest backups, and what cut off ones left behind.
func prune(dir string, keep int) error {
	names, err := listBackups(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range names[:max(0, len(names)-keep)] {
		errs = append(errs, os.Remove(filepath.Join(dir, n)))
	}
	return errors.Join(append(errs, pruneCutOff(dir))...)
}

// pruneCutOff removes what backups that were cut off left in a directory.
func pruneCutOff(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range entries {
		n, cutOff := strings.CutSuffix(strings.TrimSuffix(e.Name(), ".db"), partialSuffix)
		if _, ours := backupMade(n); cutOff && (ours || strings.HasPrefix(n, upgradePrefix)) {
			errs = append(errs, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// untilBackup is how long to wait at the start of a server.
func untilBackup(now, newest time.Time, at time.Duration) time.Duration {
	next := untilNext(now, at)
	if !newest.IsZero() && now.Sub(newest) > overdueAfter {
		return min(next, overdueDelay)
	}
	return next
}

// untilNext is how long it is to a time of day, local time; where clocks are put forward over it, an hour
// later.
func untilNext(now time.Time, at time.Duration) time.Duration {
	h, m := int(at.Hours()), int(at.Minutes())%60
	next := time.Date(now.Year(), now.Month(), now.Day(), h, m, 0, 0, now.Location())
	if !next.After(now) {
		next = time.Date(now.Year(), now.Month(), now.Day()+1, h, m, 0, 0, now.Location())
	}
	return next.Sub(now)
}
