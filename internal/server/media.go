// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/zolal-im/zolal/internal/media"
)

// mediaGauges are the numbers of media; those that only grow are counted from the start.
func (c *core) mediaGauges() []gauge {
	total := func(read func(media.Figures) uint64) func() (float64, bool) {
		return func() (float64, bool) { return float64(read(c.media.Figures())), true }
	}
	return []gauge{
		{"zolal_uploads", "uploads under way", func() (float64, bool) {
			n, _ := c.media.Uploads()
			return float64(n), true
		}},
		{"zolal_upload_bytes", "bytes on disk of uploads under way", func() (float64, bool) {
			_, bytes := c.media.Uploads()
			return float64(bytes), true
		}},
		{"zolal_media_contents", "photos, videos and files kept, as last counted", func() (float64, bool) {
			n, _ := c.media.Kept()
			return float64(n), true
		}},
		{"zolal_media_bytes", "their bytes", func() (float64, bool) {
			_, bytes := c.media.Kept()
			return float64(bytes), true
		}},
		{"zolal_media_reached", "1 while contents can be reached, else 0", func() (float64, bool) {
			if c.media.Reached() != nil {
				return 0, true
			}
			return 1, true
		}},
		{"zolal_media_taken_bytes_total", "bytes of uploads that arrived",
			total(func(f media.Figures) uint64 { return f.Taken })},
		{"zolal_media_served_bytes_total", "bytes of media that went out",
			total(func(f media.Figures) uint64 { return f.Served })},
		{"zolal_media_refused_total", "uploads refused: too large, too many, beyond a share, or a full disk",
			total(func(f media.Figures) uint64 { return f.Refused })},
		{"zolal_media_collected_total", "contents removed that nothing needed",
			total(func(f media.Figures) uint64 { return f.Collected })},
		{"zolal_media_errors_total", "times that contents could not be put, read, listed or removed",
			total(func(f media.Figures) uint64 { return f.Failures })},
	}
}

// mediaConditions are about where contents are kept. That it is away is no problem of the whole server:
// messages go on.
func (c *core) mediaConditions() []Condition {
	var out []Condition
	if err := c.media.Reached(); err != nil {
		out = append(out, Condition{Code: condMedia, Text: "photos, videos and files cannot be reached",
			Detail: err.Error()})
	}
	if c.media.Foreign() {
		out = append(out, Condition{Code: condMediaForeign, Detail: c.cfg.Media.S3.name(),
			Text: "another server, or another life of this one, cleans the bucket of media"})
	}
	return out
}

// scanEvery is how often all that is in a bucket is listed.
const scanEvery = 24 * time.Hour

// mediaDir is where media are kept in a data directory.
const mediaDir = "media"

// openMedia begins to keep media.
func (c *core) openMedia(ctx context.Context) (err error) {
	cfg := media.Config{
		Dir: filepath.Join(c.dir.path, mediaDir), Store: c.store, Log: c.log, Now: c.cfg.Now, Full: c.disk.refuse,
		Max: c.cfg.Media.Max, DayBytes: c.cfg.Media.Day, AccountBytes: c.cfg.Media.Account,
	}
	switch {
	case c.cfg.Media.S3.Endpoint != "":
		if c.bucket, err = c.openBucket(ctx); err != nil {
			return err
		}
		// Backups do not carry what is in a bucket: it stays there as long as one of them may refer to it. They are
		// kept by their number, so that after nights without one they reach further back than as many days.
		cfg.Blobs, cfg.Hold = c.bucket, time.Duration(c.cfg.Backup.Keep+1)*24*time.Hour
		cfg.Scan = scanEvery // what nobody knows is rare, and a list of all may cost
		cfg.Oldest = c.oldestNeeded
	case c.cfg.Media.Dir != "":
		if cfg.Blobs, err = media.LocalBlobs(c.cfg.Media.Dir); err != nil {
			return dataTrouble(c.cfg.Media.Dir, err)
		}
	}
	if c.media, err = media.Open(cfg); err != nil {
		return dataTrouble(c.cfg.Data, err)
	}
	return nil
}

// oldestNeeded is when the oldest backup was begun that may refer to a content. Where backups are kept and
// none is there, the disk they are on may be away: then nobody knows.
func (c *core) oldestNeeded() (time.Time, error) {
	oldest, err := oldestBackup(c.cfg.Backup.Dir)
	if err == nil && oldest.IsZero() && c.cfg.Backup.Keep > 0 {
		err = fmt.Errorf("no backup is in %s", c.cfg.Backup.Dir)
	}
	return oldest, err
}
