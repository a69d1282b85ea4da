// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"path/filepath"

	"github.com/zolal-im/zolal/internal/media"
)

// mediaDir is where media are kept in a data directory.
const mediaDir = "media"

// openMedia begins to keep media.
func (c *core) openMedia() (err error) {
	var blobs media.BlobStore
	if c.cfg.Media.Dir != "" {
		if blobs, err = media.LocalBlobs(c.cfg.Media.Dir); err != nil {
			return dataTrouble(c.cfg.Media.Dir, err)
		}
	}
	c.media, err = media.Open(media.Config{
		Blobs: blobs,
		Dir:   filepath.Join(c.dir.path, mediaDir), Store: c.store, Log: c.log, Now: c.cfg.Now, Full: c.disk.refuse,
		Max: c.cfg.Media.Max, DayBytes: c.cfg.Media.Day, AccountBytes: c.cfg.Media.Account,
	})
	if err != nil {
		return dataTrouble(c.cfg.Data, err)
	}
	return nil
}
