// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/zolal-im/zolal/internal/chat"
)

// asidePrefix begins the name of what a restore moved aside.
const asidePrefix = "before-restore-"

// Restored tells what a restore put in place.
type Restored struct {
	Data string `json:"data"`
	// Bucket is where the contents of messages are, as the settings of the backup say; empty: in files.
	Bucket      string    `json:"bucket,omitempty"`
	Made        time.Time `json:"made"` // when the backup was made
	Incarnation string    `json:"incarnation"`
	Files       int       `json:"files"`
	// Before is where force moved what was in the directory; empty where it was empty.
	Before string `json:"before,omitempty"`
	// Config is a configuration file that came with the backup, used where none is named.
	Config string `json:"config,omitempty"`
	// Keys is a directory with files of certificates that came with the backup and are in use now.
	Keys string `json:"keys,omitempty"`
	// MissingContents counts photos, videos and files of messages that are neither beside the backup nor in the
	// directory.
	MissingContents int `json:"missing_contents,omitempty"`
	// Missing are settings whose files are neither in the backup nor on this machine.
	Missing []string `json:"missing,omitempty"`
}

// Restore puts a backup into a data directory. Everything is unpacked and verified beside the present
// content first; a broken backup changes nothing. The store begins another incarnation, so that no client
// takes it for the one it knew (I12). A directory with content is refused unless force is set; what was there
// is then moved aside, not deleted.
func Restore(ctx context.Context, in string, cfg Config, force bool) (Restored, error) {
	if err := cfg.check(); err != nil {
		return Restored{}, &BadConfigError{Where: "settings", Err: err}
	}
	f, err := os.Open(in)
	if err != nil {
		return Restored{}, &Trouble{What: "the backup cannot be read", Err: err, Remedy: "Check its path."}
	}
	defer f.Close()
	dir, err := lockForRestore(cfg.Data, force)
	if err != nil {
		return Restored{}, err
	}
	defer dir.close()
	fresh := filepath.Join(dir.path, restoreName)
	m, err := unpack(ctx, f, fresh)
	if err != nil {
		return Restored{}, errors.Join(unpackTrouble(in, err), os.RemoveAll(fresh))
	}
	incarnation, lost, err := renew(ctx, cfg, fresh, filepath.Join(filepath.Dir(in), contentsDir),
		cfg.blobDir(dir.path))
	if err != nil {
		return Restored{}, errors.Join(unpackTrouble(in, err), os.RemoveAll(fresh))
	}
	r := Restored{Data: dir.path, Bucket: cmp.Or(cfg.Media.S3.name(), keptInBucket(fresh)),
		Made: m.Created, Incarnation: hex.EncodeToString(incarnation[:]),
		Files: len(m.Files), MissingContents: lost}
	used, missing, err := placeKeyFiles(fresh, dir.path)
	if err != nil {
		return Restored{}, errors.Join(unpackTrouble(in, err), os.RemoveAll(fresh))
	}
	if r.Missing = missing; used {
		r.Keys = filepath.Join(dir.path, keyDir)
	}
	if r.Before, err = moveAside(dir.path, cfg.Now); err != nil {
		return r, dataTrouble(cfg.Data, err)
	}
	if err := moveIn(fresh, dir.path); err != nil {
		return r, dataTrouble(cfg.Data, err)
	}
	if name := filepath.Join(dir.path, configName); fileExists(name) {
		r.Config = name
	}
	return r, nil
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// lockForRestore takes a data directory that may hold a restore that was cut short.
func lockForRestore(path string, force bool) (*dataDir, error) {
	content, err := contents(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, dataTrouble(path, err)
	}
	if len(content) > 0 && !force {
		return nil, &Trouble{What: path + " is not empty",
			Remedy: "Name an empty directory with --data, or add --force: what is there is then moved aside."}
	}
	return holdDataDir(path)
}

// contents lists what a restore would replace. Nightly backups stay where they are: the one to restore may
// be among them.
func contents(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		n := e.Name()
		stays := slices.Contains([]string{lockName, storeLock, backupsInData, "lost+found"}, n)
		if !stays && !strings.HasPrefix(n, asidePrefix) {
			names = append(names, n)
		}
	}
	return names, nil
}

// unpackTrouble explains a backup that cannot be used.
func unpackTrouble(in string, err error) error {
	return &Trouble{What: "the backup " + in + " cannot be restored", Err: err,
		Remedy: "Nothing was changed. Try an older backup, or copy this one again from where it came."}
}

// unpack extracts a backup into a fresh directory and verifies every file.
func unpack(ctx context.Context, from io.Reader, fresh string) (manifest, error) {
	var m manifest
	if err := os.RemoveAll(fresh); err != nil {
		return m, err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return m, err
	}
	z, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return m, err
	}
	defer z.Close()
	t, sums := tar.NewReader(z), map[string]string{}
	for len(sums) <= maxBackupFiles {
		h, err := t.Next()
		if err == io.EOF {
			return m, errors.New("it is cut off: its end is missing")
		}
		if err != nil {
			return m, fmt.Errorf("not a whole backup: %w", err)
		}
		if h.Name == manifestName {
			return readManifest(t, sums)
		}
		if sums[h.Name], err = extract(ctx, t, h, fresh); err != nil {
			return m, err
		}
	}
	return m, errors.New("it holds too many files")
}

// extract writes one file and returns its hash. Only plain files below the directory are taken.
func extract(ctx context.Context, t io.Reader, h *tar.Header, fresh string) (string, error) {
	if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) || path.Clean(h.Name) != h.Name {
		return "", fmt.Errorf("it holds %q, which no backup of ours does", h.Name)
	}
	name := filepath.Join(fresh, filepath.FromSlash(h.Name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(f, &hashing{ctx: ctx, from: t, sum: sum}); err != nil {
		return "", fmt.Errorf("unpack %s: %w", h.Name, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), f.Sync()
}

// readManifest compares what was unpacked with what was packed.
func readManifest(t io.Reader, sums map[string]string) (manifest, error) {
	var m manifest
	if err := json.NewDecoder(io.LimitReader(t, maxManifest)).Decode(&m); err != nil {
		return m, fmt.Errorf("its manifest cannot be read: %w", err)
	}
	if m.Format != backupFormat {
		return m, fmt.Errorf("it has format %d; this version reads format %d", m.Format, backupFormat)
	}
	if _, ok := m.Files[databaseName]; !ok {
		return m, errors.New("it holds no store")
	}
	for name, sum := range m.Files {
		if sums[name] != sum {
			return m, fmt.Errorf("%s is damaged", name)
		}
	}
	if len(sums) != len(m.Files) {
		return m, errors.New("it holds files that its manifest does not name")
	}
	return m, nil
}

// renew opens the unpacked store, checks it, begins another incarnation in it, and puts beside it the
// contents that it refers to, from the places that may have them. lost counts those that none has.
func renew(ctx context.Context, cfg Config, fresh string, places ...string) (
	incarnation chat.Incarnation, lost int, err error) {
	store, err := cfg.openStore(ctx, fresh, nil)
	if err != nil {
		return incarnation, 0, err
	}
	report, err := check(ctx, store, false)
	if err == nil && len(report.Problems) > 0 {
		err = fmt.Errorf("its store is damaged: %s", report.Problems[0])
	}
	switch {
	case err != nil:
	case cfg.Media.S3.Endpoint != "":
		lost, err = fillBucket(ctx, store, cfg, places)
	case keptInBucket(fresh) == "":
		lost, err = placeContents(ctx, store, cfg.blobDir(fresh), places...)
	}
	if err == nil {
		incarnation, err = store.Renew(ctx)
	}
	return incarnation, lost, errors.Join(err, store.Close())
}

// keptInBucket names the bucket of the settings in an unpacked backup; empty: there is none.
func keptInBucket(fresh string) string {
	values, err := readKept(filepath.Join(fresh, configName))
	if err != nil || values["media.s3.endpoint"] == "" {
		return ""
	}
	s := S3Config{Endpoint: values["media.s3.endpoint"], Bucket: values["media.s3.bucket"],
		Prefix: values["media.s3.prefix"]}
	return s.name()
}

// moveAside makes room in a data directory and returns where its content went.
func moveAside(dir string, now func() time.Time) (string, error) {
	names, err := contents(dir)
	names = slices.DeleteFunc(names, func(n string) bool { return n == restoreName })
	if err != nil || len(names) == 0 {
		return "", err
	}
	aside, err := newAside(filepath.Join(dir, asidePrefix+now().UTC().Format(backupTime)))
	if err != nil {
		return "", err
	}
	for _, n := range names {
		if err := os.Rename(filepath.Join(dir, n), filepath.Join(aside, n)); err != nil {
			return "", err
		}
	}
	return aside, syncDir(dir)
}

// newAside makes a directory of that name, or of the name with a number where another restore of the same
// second has made one.
func newAside(name string) (string, error) {
	err := os.Mkdir(name, 0o700)
	for n := 2; errors.Is(err, fs.ErrExist) && n < 100; n++ {
		numbered := name + "-" + strconv.Itoa(n)
		if err = os.Mkdir(numbered, 0o700); err == nil {
			return numbered, nil
		}
	}
	return name, err
}

// moveIn puts the unpacked files in place. While the directory they come from exists, no server starts, so
// a crash on the way cannot show half a restore.
func moveIn(fresh, dir string) error {
	entries, err := os.ReadDir(fresh)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(fresh, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	if err := os.Remove(fresh); err != nil {
		return err
	}
	return syncDir(dir)
}
