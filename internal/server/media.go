// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"path/filepath"
	"time"

	"github.com/zolal-im/zolal/internal/media"
)

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
		// Backups do not carry what is in a bucket: it stays there as long as one of them may refer to it.
		cfg.Blobs, cfg.Hold = c.bucket, time.Duration(c.cfg.Backup.Keep+1)*24*time.Hour
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
