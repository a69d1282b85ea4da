// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/zolal-im/zolal/internal/chat"
)

// A backup is one file: a tar archive, compressed with zstd, that holds everything a bare machine needs. The
// store comes first, then the keys and settings beside it, and the files that settings name elsewhere; last a
// manifest with the hash of each, whose absence tells a cut off backup.
const (
	manifestName   = "manifest.json"
	backupFormat   = 1
	backupPrefix   = "zolal-"
	backupSuffix   = ".tar.zst"
	backupTime     = "20060102T150405Z"
	partialSuffix  = ".partial"
	settingsName   = "settings.toml" // what the server was last started with
	configName     = "zolal.toml"    // configuration of a data directory that needs no --config
	backupsInData  = "backups"
	maxManifest    = 1 << 20
	maxBackupFiles = 10_000
)

// manifest describes a backup.
type manifest struct {
	Format      int               `json:"format"`
	Created     time.Time         `json:"created"`
	Incarnation string            `json:"incarnation"`
	Build       Build             `json:"build"`
	Files       map[string]string `json:"files"` // SHA-256 by name
}

// BackupNow asks for a backup into a file, or into a directory under a name of its own.
type BackupNow struct {
	Out       string `json:"out"`       // absolute
	Directory bool   `json:"directory"` // Out is one, and is made where it is not there
}

// BackupFile is a backup that was made.
type BackupFile struct {
	File    string  `json:"file"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	// Contents counts photos, videos and files that the backup has in the directory media beside it,
	// MissingContents those that are not on disk any more.
	Contents        int `json:"contents"`
	MissingContents int `json:"missing_contents,omitempty"`
	// Bucket is where the contents are instead; empty: beside the backup.
	Bucket string `json:"bucket,omitempty"`
	// Missing are settings whose files could not be packed. The rest is whole.
	Missing []string `json:"missing,omitempty"`
}

// BackupStatus tells of the nightly backups.
type BackupStatus struct {
	Dir        string    `json:"dir"`
	Count      int       `json:"count"`
	Newest     string    `json:"newest,omitempty"`
	Created    time.Time `json:"created,omitzero"`
	AgeSeconds int64     `json:"age_seconds"` // -1: there is none
	Bytes      int64     `json:"bytes"`
}

// backupNow makes a backup where the console asks for it. Two at once would write into each other's files,
// and share the disk: the second is told to come again.
func (c *core) backupNow(ctx context.Context, q BackupNow) (BackupFile, error) {
	select {
	case c.backups <- struct{}{}:
		defer func() { <-c.backups }()
	default:
		return BackupFile{}, chat.Errorf(chat.CodeUnavailable, "another backup is being made")
	}
	out := q.Out
	if !filepath.IsAbs(out) {
		return BackupFile{}, fmt.Errorf("the path of a backup is not absolute: %s", out)
	}
	out, err := c.backupPlace(q)
	if err != nil {
		return BackupFile{}, err
	}
	return c.backup(ctx, out)
}

// backupPlace is the file that a backup is written to. A name without an ending that is not there is
// taken for a directory that somebody forgot to make, or mistyped: a file of that name would put the media
// beside it.
func (c *core) backupPlace(q BackupNow) (string, error) {
	info, err := os.Stat(q.Out)
	switch {
	case err == nil && info.IsDir():
	case errors.Is(err, fs.ErrNotExist) && q.Directory:
		if err := os.Mkdir(q.Out, 0o700); err != nil {
			return "", outTrouble(q.Out, err)
		}
	case errors.Is(err, fs.ErrNotExist) && filepath.Ext(q.Out) == "":
		beside := filepath.Join(filepath.Dir(q.Out), contentsDir)
		return "", &Trouble{What: "there is no directory " + q.Out,
			Remedy: "End it with a slash to have it made, or name a file that ends with " + backupSuffix +
				"; photos, videos and files go beside that, into " + beside + "."}
	default:
		return q.Out, nil
	}
	return filepath.Join(q.Out, c.backupName()), nil
}

func (c *core) backupName() string {
	return backupPrefix + c.cfg.Now().UTC().Format(backupTime) + backupSuffix
}

// backup writes one backup. It is built beside its place and renamed into it once it is whole and on disk.
// The caller holds c.backups.
func (c *core) backup(ctx context.Context, out string) (BackupFile, error) {
	return c.backupOf(ctx, out, source{c.engine.Incarnation(), c.store.Snapshot})
}

// source is the store that a backup is made of.
type source struct {
	incarnation chat.Incarnation
	snapshot    func(ctx context.Context, file string) error
}

// backupOf is backup of a store that need not be open.
func (c *core) backupOf(ctx context.Context, out string, from source) (BackupFile, error) {
	if _, err := os.Lstat(out); err == nil {
		return BackupFile{}, &Trouble{What: out + " is there already",
			Remedy: "Choose another name; backups are never overwritten."}
	}
	start := time.Now()
	partial := out + partialSuffix
	missing, err := c.writeBackup(ctx, partial, from)
	made := BackupFile{File: out, Missing: missing}
	if err == nil && c.media != nil { // before an upgrade the contents stay where they are
		beside := filepath.Join(filepath.Dir(out), contentsDir)
		made.Contents, made.MissingContents, err = c.backUpContents(ctx, beside)
		made.Bucket = c.cfg.Media.S3.name()
	}
	if err == nil {
		err = os.Rename(partial, out)
	}
	if err == nil {
		err = syncDir(filepath.Dir(out))
	}
	if err != nil {
		err = errors.Join(err, removeAll(partial, partial+".db"))
		return BackupFile{}, outTrouble(out, err)
	}
	info, err := os.Stat(out)
	if err != nil {
		return BackupFile{}, outTrouble(out, err)
	}
	if made.MissingContents > 0 {
		c.log.Error("media are missing; zolal fsck names them", "contents", made.MissingContents)
	}
	made.Bytes, made.Seconds = info.Size(), time.Since(start).Seconds()
	return made, nil
}

func removeAll(names ...string) error {
	var errs []error
	for _, n := range names {
		// Where nothing can be written there is nothing to say of what is not there.
		if _, err := os.Lstat(n); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, os.RemoveAll(n))
		}
	}
	return errors.Join(errs...)
}

// outTrouble explains why a backup cannot be written.
func outTrouble(out string, err error) error {
	t := &Trouble{What: "no backup was made in " + filepath.Dir(out), Err: err,
		Remedy: "Choose a place with room for it that this user may write to."}
	if errors.Is(err, syscall.EROFS) {
		t.Remedy = "A service of systemd writes only where its unit says so: " +
			"add the place to ReadWritePaths, and restart it."
	}
	if errors.Is(err, fs.ErrNotExist) {
		t.Remedy = "Make that directory first, or choose another."
	}
	return t
}

// writeBackup takes a snapshot beside the archive, packs it, and removes it again. missing are settings whose
// files could not be packed.
func (c *core) writeBackup(ctx context.Context, name string, from source) (missing []string, err error) {
	snapshot := name + ".db"
	if err := removeAll(name, snapshot); err != nil { // of a backup that was cut short
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := from.snapshot(ctx, snapshot); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	p := &packer{ctx: ctx, log: c.log, tar: tar.NewWriter(z), manifest: manifest{
		Format: backupFormat, Created: c.cfg.Now().UTC(), Incarnation: hex.EncodeToString(from.incarnation[:]),
		Build: c.build, Files: map[string]string{},
	}}
	if err := p.pack(&c.cfg, snapshot); err != nil {
		return nil, err
	}
	if err := errors.Join(p.tar.Close(), z.Close()); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	return p.missing, os.Remove(snapshot)
}

// packer writes the files of a backup.
type packer struct {
	ctx      context.Context
	log      *slog.Logger
	tar      *tar.Writer
	manifest manifest
	missing  []string
}

func (p *packer) pack(cfg *Config, snapshot string) error {
	data := cfg.Data
	if err := p.add(databaseName, snapshot); err != nil {
		return err
	}
	if err := p.addKeys(cfg); err != nil {
		return err
	}
	for _, dir := range []string{"ca", "certificates", termsDir} {
		if err := p.addTree(data, dir); err != nil {
			return err
		}
	}
	err := p.add(configName, filepath.Join(data, settingsName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	raw, err := json.MarshalIndent(p.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := p.tar.WriteHeader(header(manifestName, int64(len(raw)))); err != nil {
		return err
	}
	_, err = p.tar.Write(raw)
	return err
}

// addKeys adds the files that settings name outside of the data directory. One that cannot be read is told
// and left out: a backup without it is better than none.
func (p *packer) addKeys(cfg *Config) error {
	paths := cfg.keyPaths()
	for _, setting := range slices.Sorted(maps.Keys(paths)) {
		f, err := os.Open(paths[setting])
		if err != nil {
			p.missing = append(p.missing, setting)
			p.log.Warn("the backup lacks a file that a setting names", "setting", setting, "err", err)
			continue
		}
		f.Close()
		if err := p.add(keyFiles()[setting], paths[setting]); err != nil {
			return err
		}
	}
	return nil
}

func header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, Format: tar.FormatPAX}
}

// addTree adds the files below a directory of the data directory, if it is there.
func (p *packer) addTree(data, dir string) error {
	return filepath.WalkDir(filepath.Join(data, dir), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, ".lock") {
			return err
		}
		name, err := filepath.Rel(data, path)
		if err != nil {
			return err
		}
		return p.add(filepath.ToSlash(name), path)
	})
}

// add packs one file and remembers its hash. A file may not change meanwhile.
func (p *packer) add(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := p.tar.WriteHeader(header(name, info.Size())); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(p.tar, &hashing{ctx: p.ctx, from: f, sum: sum}); err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	p.manifest.Files[name] = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// hashing reads through a hash, until its context ends.
type hashing struct {
	ctx  context.Context
	from io.Reader
	sum  hash.Hash
}

// Read implements io.Reader.
func (h *hashing) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := h.from.Read(p)
	h.sum.Write(p[:n])
	return n, err
}

// listBackups names the nightly backups of a directory, the oldest first.
func listBackups(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if _, ok := backupMade(e.Name()); ok {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names) // their names sort by time
	return names, nil
}

// backupMade reads the time in the name of a backup.
func backupMade(name string) (time.Time, bool) {
	s, ok1 := strings.CutPrefix(name, backupPrefix)
	s, ok2 := strings.CutSuffix(s, backupSuffix)
	t, err := time.Parse(backupTime, s)
	return t, ok1 && ok2 && err == nil
}

// oldestBackup is when the oldest of the backups that are kept was begun, those before upgrades included;
// zero: there is none.
func oldestBackup(dir string) (oldest time.Time, err error) {
	names, err := listBackups(dir)
	if err != nil {
		return oldest, err
	}
	if len(names) > 0 {
		oldest, _ = backupMade(names[0])
	}
	if before := upgradeBackups(dir); len(before) > 0 {
		if made := upgradeMade(before[0]); oldest.IsZero() || !made.IsZero() && made.Before(oldest) {
			oldest = made
		}
	}
	return oldest, nil
}

// backupStatus tells of the nightly backups.
func (c *core) backupStatus(_ context.Context, _ Nothing) (BackupStatus, error) {
	s := BackupStatus{Dir: c.cfg.Backup.Dir, AgeSeconds: -1}
	names, err := listBackups(s.Dir)
	if err != nil || len(names) == 0 {
		return s, err
	}
	s.Count, s.Newest = len(names), names[len(names)-1]
	s.Created, _ = backupMade(s.Newest)
	s.AgeSeconds = int64(c.cfg.Now().Sub(s.Created).Seconds())
	for _, n := range names {
		if info, err := os.Stat(filepath.Join(s.Dir, n)); err == nil {
			s.Bytes += info.Size()
		}
	}
	return s, nil
}
