// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// The admin page shows what `zolal status` does, and how the server grew. Both are made of the same numbers:
// sums and sizes, nothing about a person, so that looking at it is no access to anybody (R35).

// adminStatus is what the admin page shows.
func (s *Server) adminStatus(ctx context.Context) (*zolalv1.ServerStatus, error) {
	conditions := s.health.conditions(ctx)
	accounts, err := s.store.CountAccounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	_, pos, err := s.store.Feed(ctx, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	out := &zolalv1.ServerStatus{
		ServerMs: s.cfg.Now().UnixMilli(), Ready: readyOf(conditions).OK,
		Version: s.build.Version, Build: s.build.Commit, Protocol: wire.Protocol, ProtocolMin: wire.ProtocolMin,
		StartedMs: s.started.UnixMilli(), Load: s.load(uint64(pos)), Storage: s.storage(),
		Growth: &zolalv1.Growth{Accounts: uint64(accounts), Entries: uint64(pos)},
	}
	for _, c := range conditions {
		out.Conditions = append(out.Conditions, &zolalv1.Condition{
			Code: c.Code, Problem: c.Problem, Text: c.Text, Detail: c.Detail, Value: c.Value, Limit: c.Limit})
	}
	days, whole, err := s.growth.list(s.running, &s.done)
	if err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	out.Growth.Counting = !whole
	for _, d := range days {
		out.Growth.Days = append(out.Growth.Days, &zolalv1.Day{
			StartMs: d.Start.UnixMilli(), Accounts: d.Accounts, Chats: d.Chats, Messages: d.Messages})
	}
	if out.Pushes, err = s.pushesOut(ctx); err != nil {
		return nil, err
	}
	out.Backups = s.backupsOut(ctx)
	if end, _ := s.certs.expires(); !end.IsZero() {
		out.CertificateEndsMs = end.UnixMilli()
	}
	for _, c := range s.live.gateway.Clients() {
		out.Clients = append(out.Clients, &zolalv1.ClientVersion{Client: c.Name, Version: c.Version,
			Connections: uint32(c.Connections), Current: c.Name == appClient && c.Version == s.build.Version})
	}
	return out, nil
}

// appClient is what the web app calls itself.
const appClient = "zolal-web"

func (s *Server) load(entries uint64) *zolalv1.Load {
	perMinute, cpu := s.pace.since(paceSample{s.cfg.Now(), entries, cpuUsed()})
	return &zolalv1.Load{
		People: uint32(s.live.hub.Stats().Accounts), Connections: uint32(s.live.gateway.Connections()),
		EntriesPerMinute: perMinute, CpuPercent: cpu, Cores: uint32(runtime.GOMAXPROCS(0)),
		MemoryBytes: memoryUsed(), MachineBytes: memoryOfMachine(),
	}
}

func (s *Server) storage() *zolalv1.Storage {
	out := &zolalv1.Storage{
		DatabaseBytes: sizeOf(filepath.Join(s.dir.path, databaseName)),
		LogBytes:      sizeOf(filepath.Join(s.dir.path, databaseName+"-wal")),
	}
	contents, bytes := s.media.Kept()
	out.Contents, out.MediaBytes, out.MediaBucket = uint64(contents), uint64(bytes), s.cfg.Media.S3.name()
	what := map[string]string{"the data": "data", "the backups": "backups"}
	s.disk.each(func(d *watchedDisk, warn, stop uint64, shared bool) {
		disk := &zolalv1.Disk{What: what[d.what], FreeBytes: d.room.Free, TotalBytes: d.room.Total,
			WarnBytes: warn, Shared: shared}
		if d.stops {
			disk.StopBytes = stop
		}
		out.Disks = append(out.Disks, disk)
	})
	return out
}

// sizeOf is the size of a file in bytes; 0 where it is not there.
func sizeOf(name string) uint64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return uint64(info.Size())
}

// backupsOut tells of the backups; where they cannot be listed a condition says so.
func (s *Server) backupsOut(ctx context.Context) *zolalv1.Backups {
	out := &zolalv1.Backups{Enabled: s.cfg.Backup.Keep > 0, Keep: uint32(s.cfg.Backup.Keep),
		NextMs: s.nextBackup.Load(), Running: len(s.backups) > 0}
	b, err := s.backupStatus(ctx, Nothing{})
	if err != nil || !out.Enabled {
		return out
	}
	out.Count, out.AllBytes = uint32(b.Count), uint64(b.Bytes)
	if b.Count > 0 {
		out.NewestMs = b.Created.UnixMilli()
		out.NewestBytes = sizeOf(filepath.Join(b.Dir, b.Newest))
	}
	return out
}

// moreBackups is how many backups beyond those of the nights may be asked for, until the next night removes
// the oldest.
const moreBackups = 3

// adminBackUp begins a backup beside the nightly ones. What becomes of it shows on the page: it may take
// longer than anybody waits for an answer. It removes none: whoever got hold of an operator's device could
// otherwise make the backups of better days go.
func (s *Server) adminBackUp(ctx context.Context) error {
	if s.cfg.Backup.Keep == 0 {
		return chat.Errorf(chat.CodeBadRequest, "backup.keep is 0: no backups are kept")
	}
	kept, err := s.backupStatus(ctx, Nothing{})
	if err == nil && kept.Count >= s.cfg.Backup.Keep+moreBackups {
		return chat.Errorf(chat.CodeTooMany, "%d backups are kept; the next night removes the oldest", kept.Count)
	}
	select {
	case s.backups <- struct{}{}:
	default:
		return chat.Errorf(chat.CodeUnavailable, "another backup is being made")
	}
	s.done.Go(func() {
		defer func() { <-s.backups }()
		if err := s.keptBackup(s.running); err != nil {
			s.log.Error("the backup that was asked for failed", "err", err)
		}
	})
	return nil
}
