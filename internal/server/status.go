// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Status is how a server is, for its operator.
type Status struct {
	Ready
	Serving bool   `json:"serving"` // a server answers; false: none runs, and the store itself was asked
	Version string `json:"version"`
	Commit  string `json:"commit"`

	UptimeSeconds int64 `json:"uptime_seconds"`
	Accounts      int   `json:"accounts"`
	Online        int   `json:"online"` // accounts with a session
	Connections   int   `json:"connections"`
	// Entries is the commit position of the newest entry: how many were ever written.
	Entries          uint64  `json:"entries"`
	EntriesPerMinute float64 `json:"entries_per_minute"` // over the last minutes, or since the start

	StoreBytes int64 `json:"store_bytes"`
	// MediaBytes and Contents are of the photos, videos and files that are kept, as last counted; Uploads counts
	// what is being uploaded.
	MediaBytes int64 `json:"media_bytes"`
	Contents   int   `json:"contents"`
	Uploads    int   `json:"uploads"`
	// MediaBucket is where contents are kept; empty: in files. MediaErrors counts since the start how often they
	// could not be put, read, listed or removed.
	MediaBucket string       `json:"media_bucket,omitempty"`
	MediaErrors uint64       `json:"media_errors"`
	Disks       []DiskStatus `json:"disks"`
	// Backup tells of the nightly backups; nil: none are made.
	Backup *BackupStatus `json:"backup,omitempty"`
	// CertificateExpires is when the certificate ends; zero: there is none.
	CertificateExpires time.Time `json:"certificate_expires,omitzero"`
}

// DiskStatus is the room on one disk.
type DiskStatus struct {
	What       string `json:"what"` // of the data, of the backups
	Path       string `json:"path"`
	FreeBytes  uint64 `json:"free_bytes"`
	TotalBytes uint64 `json:"total_bytes"`
}

// status is what a store knows without anybody connected.
func (h *health) status(ctx context.Context) (Status, error) {
	c := h.core
	s := Status{Ready: h.ready(ctx), Serving: c.serving, Version: c.build.Version, Commit: c.build.Commit,
		Disks: c.disk.status()}
	s.CertificateExpires, _ = h.certs.expires()
	if c.serving {
		s.UptimeSeconds = int64(c.cfg.Now().Sub(c.started).Seconds())
	}
	var err error
	if s.Accounts, err = c.store.CountAccounts(ctx); err != nil {
		return s, fmt.Errorf("status: %w", err)
	}
	_, pos, err := c.store.Feed(ctx, 0, 0)
	if err != nil {
		return s, fmt.Errorf("status: %w", err)
	}
	s.Entries = uint64(pos)
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(filepath.Join(c.dir.path, databaseName+suffix)); err == nil {
			s.StoreBytes += info.Size()
		}
	}
	s.Contents, s.MediaBytes = c.media.Kept()
	s.Uploads, _ = c.media.Uploads()
	s.MediaBucket, s.MediaErrors = c.cfg.Media.S3.name(), c.media.Figures().Failures
	if c.cfg.Backup.Keep > 0 {
		b, err := c.backupStatus(ctx, Nothing{})
		if err != nil {
			return s, fmt.Errorf("status: %w", err)
		}
		s.Backup = &b
	}
	return s, nil
}

// status answers where no server runs, and nobody has counted.
func (c *core) status(ctx context.Context, _ Nothing) (Status, error) {
	if err := c.media.Count(ctx); err != nil {
		return Status{}, fmt.Errorf("status: %w", err)
	}
	return (&health{core: c, certs: plain{}}).status(ctx)
}

// status answers for a running server.
func (s *Server) status(ctx context.Context, _ Nothing) (Status, error) {
	out, err := s.health.status(ctx)
	out.Online, out.Connections = s.live.hub.Stats().Accounts, s.live.gateway.Connections()
	out.EntriesPerMinute, _ = s.pace.since(paceSample{s.cfg.Now(), out.Entries, cpuUsed()})
	return out, err
}
