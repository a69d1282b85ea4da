// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
)

// gate is a gateway of S3 in this process, which can be shut.
type gate struct {
	*httptest.Server
	shut  atomic.Bool
	mute  atomic.Bool // takes requests and never answers
	deny  atomic.Bool // every right
	asked atomic.Int64
	keys  string
}

func newGate(t *testing.T) *gate {
	t.Helper()
	mem := s3mem.New()
	if err := mem.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	inner := gofakes3.New(mem).Server()
	end := make(chan struct{})
	g := &gate{keys: filepath.Join(t.TempDir(), "s3-key")}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked.Add(1)
		if g.mute.Load() {
			<-end
		}
		if g.shut.Load() || g.mute.Load() {
			panic(http.ErrAbortHandler)
		}
		if g.deny.Load() {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code></Error>")
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	t.Cleanup(func() { close(end) })
	if err := os.WriteFile(g.keys, []byte("# of the media\naccess\n\nhush-hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *gate) settings(c *Config) {
	c.Media.S3 = S3Config{Endpoint: g.URL, Bucket: "media", Prefix: "zolal", KeyFile: g.keys, PathStyle: true}
}

// starts tells how a start on a data directory ends.
func starts(t *testing.T, data string, change ...func(*Config)) error {
	t.Helper()
	cfg := Default()
	cfg.Data, cfg.Listen, cfg.Backup.Keep, cfg.Disk = data, "127.0.0.1:0", 0, DiskConfig{}
	for _, f := range change {
		f(&cfg)
	}
	s, err := Start(t.Context(), cfg)
	if err == nil {
		err = s.Stop(context.Background())
	}
	return err
}

func TestAStartSaysWhatIsTheMatterWithTheBucket(t *testing.T) {
	g := newGate(t)
	data := t.TempDir()
	troubled := func(want string, change func(*Config)) {
		t.Helper()
		err := starts(t, data, g.settings, change)
		var trouble *Trouble
		if !errors.As(err, &trouble) || !strings.Contains(err.Error(), want) || trouble.Remedy == "" {
			t.Errorf("the start ended with %v, not with %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hush-hush") {
			t.Error("the secret is shown")
		}
	}
	troubled("no such bucket", func(c *Config) { c.Media.S3.Bucket = "other" })
	troubled("cannot be read", func(c *Config) { c.Media.S3.KeyFile += "x" })
	one := filepath.Join(t.TempDir(), "one")
	if err := os.WriteFile(one, []byte("hush-hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	troubled("1 lines, not two", func(c *Config) { c.Media.S3.KeyFile = one })
	g.shut.Store(true)
	troubled("does not answer", func(*Config) {})
	g.shut.Store(false)
	if err := starts(t, data, g.settings); err != nil {
		t.Fatal(err)
	}
	// It worked once: that the gateway is away now keeps nobody from their messages.
	g.shut.Store(true)
	if err := starts(t, data, g.settings); err != nil {
		t.Errorf("a gateway that is away keeps the server from starting: %v", err)
	}
	troubled("does not answer", func(c *Config) { c.Media.S3.Prefix = "another" })
	g.shut.Store(false)
	g.deny.Store(true)
	troubled("may not do", func(*Config) {}) // it answers, and will not answer otherwise by itself
	g.deny.Store(false)
	data = t.TempDir() // another server
	troubled("another server", func(*Config) {})
	if err := starts(t, data, g.settings, func(c *Config) { c.Media.S3.Prefix = "another" }); err != nil {
		t.Error(err)
	}
}

// A command on the data of a server that is off, or on a copy of it that is only looked at, must not take the
// place of the one that goes on.
func TestACommandAsksNothingOfTheBucketAndClaimsNothing(t *testing.T) {
	g := newGate(t)
	cfg := Default()
	cfg.Data, cfg.Backup.Keep = t.TempDir(), 0
	g.settings(&cfg)
	c, err := Reach(t.Context(), cfg, true)
	if err != nil {
		t.Fatal(err)
	}
	keepContent(t, c.own.core, "a photo")
	put := g.asked.Load()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if c, err = Reach(t.Context(), cfg, false); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Users(t.Context(), ListUsers{}); err != nil {
			t.Error(err)
		}
		if st, err := c.Status(t.Context()); err != nil || st.Contents != 1 || st.MediaBytes != 7 {
			t.Errorf("it counts %d contents of %d bytes: %v", st.Contents, st.MediaBytes, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := g.asked.Load() - put; n != 0 {
		t.Errorf("the commands asked the gateway %d times", n)
	}
	s := quietServer(t, func(c *Config) { c.Data = cfg.Data; g.settings(c) })
	inTime(t, "a server does not collect", func() bool { n, _ := s.media.Kept(); return n == 1 })
}

func TestAGatewayThatIsSilentHoldsUpNoStart(t *testing.T) {
	g := newGate(t)
	data := t.TempDir()
	if err := starts(t, data, g.settings); err != nil {
		t.Fatal(err)
	}
	g.mute.Store(true)
	done := make(chan error, 1)
	go func() { done <- starts(t, data, g.settings) }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it still waits")
		<-done
	}
}

// Settings that lack something, or that are in each other's way.
func TestSettingsOfABucketBelongTogether(t *testing.T) {
	whole := map[string]string{
		"media.s3.endpoint": "s3.example.org", "media.s3.bucket": "b", "media.s3.key_file": "k"}
	load := func(change map[string]string) (Config, error) {
		flags := map[string]string{}
		for _, m := range []map[string]string{whole, change} {
			for k, v := range m {
				if flags[k] = v; v == "" {
					delete(flags, k)
				}
			}
		}
		cfg, _, err := Load(Sources{Flags: flags})
		return cfg, err
	}
	cfg, err := load(map[string]string{"media.s3.prefix": "/a/b/"})
	if err != nil || cfg.Media.S3.name() != "https://s3.example.org/b/a/b" {
		t.Errorf("%q, %v", cfg.Media.S3.name(), err)
	}
	for _, change := range []map[string]string{
		{"media.s3.bucket": ""}, {"media.s3.key_file": ""}, {"media.s3.endpoint": ""}, {"media.dir": "/srv/media"},
		{"media.s3.endpoint": "ftp://s3.example.org"}, {"media.s3.endpoint": "https://u:p@s3.example.org"},
		{"media.s3.endpoint": "https://s3.example.org/bucket"},
	} {
		if _, err := load(change); err == nil {
			t.Errorf("%v was taken", change)
		}
	}
}

func TestMediaMoveIntoABucketAndComeBackWithABackup(t *testing.T) {
	g := newGate(t)
	data := t.TempDir()
	c := openTestCore(t, func(c *Config) { c.Data = data })
	one, two := keepContent(t, c, "a photo"), keepContent(t, c, "another photo")
	files := c.cfg.blobDir(data)
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	*c = core{} // closed
	err := starts(t, data, g.settings)
	if err == nil || !strings.Contains(err.Error(), "rclone copy "+files) {
		t.Fatalf("a start without what is on the disk ended with %v", err)
	}
	bucket := openTestCore(t, func(c *Config) { c.Data = t.TempDir(); g.settings(c) }).bucket
	for _, f := range []media.File{one, two} { // as a program for S3 copies them
		if err := bucket.Put(t.Context(), f.Hash, f.Size, contentPath(files, f)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(files); err != nil {
		t.Fatal(err)
	}
	c = openTestCore(t, func(c *Config) { c.Data = data; g.settings(c) })
	if report, err := c.fsck(t.Context(), Fsck{}); err != nil || mediaProblems(report) != "" {
		t.Fatalf("%v, %v", report.Problems, err)
	}
	out := filepath.Join(t.TempDir(), "zolal.tar.zst")
	made, err := c.backupNow(t.Context(), BackupNow{Out: out})
	if err != nil || made.Contents != 2 || made.MissingContents != 0 || made.Bucket != c.cfg.Media.S3.name() {
		t.Fatalf("%+v, %v", made, err)
	}
	if err := bucket.Delete(t.Context(), two.Hash); err != nil {
		t.Fatal(err)
	}
	report, err := c.fsck(t.Context(), Fsck{})
	if err != nil || !strings.Contains(mediaProblems(report), "missing") {
		t.Errorf("fsck names %v, %v", report.Problems, err)
	}
	made, err = c.backupNow(t.Context(), BackupNow{Out: filepath.Join(t.TempDir(), "again.tar.zst")})
	if err != nil || made.Contents != 1 || made.MissingContents != 1 {
		t.Errorf("%+v, %v", made, err)
	}
	g.shut.Store(true) // a backup of the messages is made all the same
	_, err = c.backupNow(t.Context(), BackupNow{Out: filepath.Join(t.TempDir(), "blind.tar.zst")})
	if err != nil {
		t.Error(err)
	}
	g.shut.Store(false)
	restoreOnto(t, g, out, two)
	if size, err := bucket.Stat(t.Context(), two.Hash); err != nil || size != two.Size {
		t.Errorf("what lay beside the backup is not in the bucket: %v", err)
	}
}

// A program that copies by name, stopped near its end, has copied what comes first.
func TestACopyIntoABucketThatWasCutShortIsNoticed(t *testing.T) {
	g := newGate(t)
	data := t.TempDir()
	lay := func(texts ...string) (files []media.File) {
		t.Helper()
		c := openTestCore(t, func(c *Config) { c.Data = data })
		for _, text := range texts {
			files = append(files, keepContent(t, c, text))
		}
		if err := c.close(); err != nil {
			t.Fatal(err)
		}
		*c = core{} // closed
		return files
	}
	var texts []string
	for i := range 60 {
		texts = append(texts, strings.Repeat("x", i+1))
	}
	files := lay(texts...)
	slices.SortFunc(files, func(a, b media.File) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
	last := len(files) - 1
	bucket := openTestCore(t, func(c *Config) { c.Data = t.TempDir(); g.settings(c) }).bucket
	copied := func(files ...media.File) {
		t.Helper()
		for _, f := range files {
			from := contentPath(filepath.Join(data, mediaDir, media.BlobDir), f)
			if err := bucket.Put(t.Context(), f.Hash, f.Size, from); err != nil {
				t.Fatal(err)
			}
		}
	}
	lacks := func() {
		t.Helper()
		err := starts(t, data, g.settings)
		if err == nil || !strings.Contains(err.Error(), "1 of them") {
			t.Errorf("the start ended with %v", err)
		}
	}
	copied(files[:last]...)
	lacks()
	copied(files[last])
	if err := starts(t, data, g.settings); err != nil {
		t.Fatal(err)
	}
	// Back on the disk for a while, and into the same bucket again.
	if err := starts(t, data); err != nil {
		t.Fatal(err)
	}
	more := lay("one more")
	lacks()
	copied(more...)
	if err := starts(t, data, g.settings); err != nil {
		t.Error(err)
	}
}

// restoreOnto restores a backup of two contents, one of which the bucket lacks.
func restoreOnto(t *testing.T, g *gate, out string, lacking media.File) {
	t.Helper()
	restore := func() (Restored, error) {
		cfg := Default()
		cfg.Data = filepath.Join(t.TempDir(), "fresh")
		g.settings(&cfg)
		return Restore(t.Context(), out, cfg, false)
	}
	if r, err := restore(); err != nil || r.MissingContents != 1 || r.Bucket == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	g.shut.Store(true)
	if _, err := restore(); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("a restore without the bucket ended with %v", err)
	}
	g.shut.Store(false)
	beside := filepath.Join(filepath.Dir(out), contentsDir, media.BlobName(lacking.Hash))
	if err := os.MkdirAll(filepath.Dir(beside), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(beside, []byte("another photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := restore(); err != nil || r.MissingContents != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Backups are kept by their number: after nights without one the oldest is older than as many days.
func TestABucketKeepsWhatTheOldestKeptBackupRefersTo(t *testing.T) {
	g := newGate(t)
	var ahead atomic.Int64
	c := openTestCore(t, func(c *Config) {
		g.settings(c)
		c.Backup.Keep = 1
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	later := func(d time.Duration) {
		t.Helper()
		ahead.Add(int64(d))
		if err := c.media.Collect(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	later(0) // it takes its place
	f := keepContent(t, c, "a photo")
	there := func(want bool) {
		t.Helper()
		if _, err := c.bucket.Stat(t.Context(), f.Hash); (err == nil) != want {
			t.Errorf("whether it is in the bucket: %v", err)
		}
	}
	night := func() string {
		t.Helper()
		if err := c.nightlyBackup(t.Context()); err != nil {
			t.Fatal(err)
		}
		names, err := listBackups(c.cfg.Backup.Dir)
		if err != nil || len(names) != 1 {
			t.Fatalf("there are %v, %v", names, err)
		}
		return filepath.Join(c.cfg.Backup.Dir, names[0])
	}
	out := night()
	gone := chat.Draft{Log: chat.ChatID(1).Log(), Author: 1, At: 1001,
		Env:     chat.Envelope{Kind: chat.KindDelete, Target: 1},
		Changes: []chat.Change{chat.Superseded{Target: 1, Redact: true}}}
	if r, err := c.store.Append(t.Context(), []engine.Batch{{Entries: []chat.Draft{gone}}}); err != nil ||
		r[0].Err != nil {
		t.Fatal(err, r)
	}
	later(25 * time.Hour)
	later(10 * 24 * time.Hour)
	there(true)
	cfg := Default()
	cfg.Data = filepath.Join(t.TempDir(), "fresh")
	g.settings(&cfg)
	if r, err := Restore(t.Context(), out, cfg, false); err != nil || r.MissingContents != 0 {
		t.Errorf("the backup lacks %d contents: %v", r.MissingContents, err)
	}
	backups := c.cfg.Backup.Dir // which cannot be read: who knows how old they are
	c.cfg.Backup.Dir = filepath.Join(out, "no directory")
	if err := c.media.Collect(t.Context()); err == nil {
		t.Error("without a look at the backups it was collected")
	}
	c.cfg.Backup.Dir = backups
	there(true)
	night()
	later(0)
	there(false)
}

// Once in sight, and once it is over: what operators are told of it the alarms see to.
func TestThatMediaCannotBeReachedIsSaidAndPasses(t *testing.T) {
	g := newGate(t)
	s := quietServer(t, g.settings)
	codes := func() (out []string) {
		s.media.Look(t.Context())
		for _, c := range s.health.conditions(t.Context()) {
			if out = append(out, c.Code); c.Problem {
				t.Errorf("%s keeps the whole server from its work", c.Code)
			}
		}
		return out
	}
	measured := func(name string) string {
		_, all := page(t, s, "/metrics")
		_, rest, _ := strings.Cut(all, "\n"+name+" ")
		value, _, _ := strings.Cut(rest, "\n")
		return value
	}
	if got := codes(); len(got) > 0 || measured("zolal_media_reached") != "1" ||
		measured("zolal_media_errors_total") != "0" {
		t.Errorf("while all is well: %v", got)
	}
	g.shut.Store(true)
	if got := codes(); !slices.Equal(got, []string{condMedia}) || measured("zolal_media_reached") != "0" {
		t.Errorf("while the gateway is away: %v", got)
	}
	st, err := s.status(t.Context(), Nothing{})
	if err != nil || !st.OK || st.MediaErrors == 0 || st.MediaBucket != s.cfg.Media.S3.name() ||
		!slices.Contains(st.Warnings, "photos, videos and files cannot be reached") {
		t.Errorf("%+v, %v", st, err)
	}
	g.shut.Store(false)
	if got := codes(); len(got) > 0 || measured("zolal_media_reached") != "1" {
		t.Errorf("when it is back: %v", got)
	}
}
