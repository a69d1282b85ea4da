// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/wire"
)

// keepContent uploads something and lets a message carry it.
func keepContent(t *testing.T, c *core, text string) media.File {
	t.Helper()
	id, err := c.media.Begin(t.Context(), 1, media.NewUpload{Length: int64(len(text))})
	if err != nil {
		t.Fatal(err)
	}
	part := media.Part{Body: bytes.NewReader([]byte(text))}
	if _, err := c.media.Append(t.Context(), 1, id, part); err != nil {
		t.Fatal(err)
	}
	f, _, err := c.media.File(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	body := &chat.Message{Media: &chat.Media{Kind: chat.MediaFile, Hash: f.Hash, Size: f.Size}}
	d := chat.Draft{Log: chat.ChatID(1).Log(), Author: 1, At: 1000,
		Env: chat.Envelope{Kind: chat.KindMessage, Counted: true}}
	d.Changes = chat.Project(chat.Entry{Log: d.Log, Author: 1, At: 1000, Env: d.Env}, body)
	if d.Body, err = (wire.Codec{}).Encode(body); err != nil {
		t.Fatal(err)
	}
	r, err := c.store.Append(t.Context(), []engine.Batch{{Entries: []chat.Draft{d}}})
	if err != nil || r[0].Err != nil {
		t.Fatal(err, r)
	}
	return f
}

func contentPath(dir string, f media.File) string { return filepath.Join(dir, media.BlobName(f.Hash)) }

func TestABackupBringsItsMediaBackAndFsckNamesWhatIsMissing(t *testing.T) {
	c := openTestCore(t)
	one, two := keepContent(t, c, "a photo"), keepContent(t, c, "another photo")
	report, err := c.fsck(t.Context(), Fsck{})
	if err != nil || mediaProblems(report) != "" {
		t.Fatalf("a whole store: %v, %v", report.Problems, err)
	}
	backups := t.TempDir()
	out := filepath.Join(backups, "zolal.tar.zst")
	made, err := c.backupNow(t.Context(), BackupNow{Out: out})
	if err != nil || made.Contents != 2 || made.MissingContents != 0 {
		t.Fatalf("%+v, %v", made, err)
	}
	blobs := c.cfg.blobDir(c.dir.path)
	if err := os.Remove(contentPath(blobs, one)); err != nil {
		t.Fatal(err)
	}
	damaged := contentPath(blobs, two)
	if err := os.Remove(damaged); err != nil { // the backup has it by another name
		t.Fatal(err)
	}
	if err := os.WriteFile(damaged, []byte("another ph0to"), 0o600); err != nil {
		t.Fatal(err)
	}
	if report, err = c.fsck(t.Context(), Fsck{}); err != nil {
		t.Fatal(err)
	}
	if got := mediaProblems(report); !strings.Contains(got, "missing") || !strings.Contains(got, "damaged") {
		t.Errorf("fsck names %q", got)
	}
	again, err := c.backupNow(t.Context(), BackupNow{Out: filepath.Join(t.TempDir(), "again.tar.zst")})
	if err != nil || again.Contents != 1 || again.MissingContents != 1 {
		t.Errorf("a backup of what is missing: %+v, %v", again, err)
	}

	cfg := Default()
	cfg.Data = filepath.Join(t.TempDir(), "fresh")
	r, err := Restore(t.Context(), out, cfg, false)
	if err != nil || r.MissingContents != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	raw, err := os.ReadFile(contentPath(cfg.blobDir(cfg.Data), one))
	if err != nil || string(raw) != "a photo" {
		t.Errorf("restored: %q, %v", raw, err)
	}
	// Without the directory beside it the backup still restores, and says what is not there.
	if err := os.RemoveAll(filepath.Join(backups, contentsDir)); err != nil {
		t.Fatal(err)
	}
	cfg.Data = filepath.Join(t.TempDir(), "bare")
	if r, err = Restore(t.Context(), out, cfg, false); err != nil || r.MissingContents != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func mediaProblems(r FsckReport) string {
	var all []string
	for _, p := range r.Problems {
		if strings.HasPrefix(p, "media: ") {
			all = append(all, p)
		}
	}
	return strings.Join(all, "\n")
}

func TestContentsThatNoKeptBackupHasAreRemoved(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, at time.Time) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	made := time.Date(2026, 11, 20, 3, 30, 0, 0, time.UTC)
	old, kept := filepath.Join(contentsDir, "aa", "old"), filepath.Join(contentsDir, "bb", "kept")
	write(old, made.Add(-24*time.Hour))
	write(kept, made.Add(time.Second))
	if err := pruneContents(dir); err != nil || !fileExists(filepath.Join(dir, old)) {
		t.Fatalf("without any backup something was removed: %v", err)
	}
	write(backupPrefix+made.Format(backupTime)+backupSuffix, made)
	if err := pruneContents(dir); err != nil {
		t.Fatal(err)
	}
	if fileExists(filepath.Join(dir, old)) || !fileExists(filepath.Join(dir, kept)) {
		t.Error("the wrong ones were removed")
	}
}
