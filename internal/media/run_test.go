// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"context"
	"crypto/sha256"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
)

// claims counts how often it is asked for the right to remove, which is asked for each time before.
type claims struct {
	media.BlobStore
	n *atomic.Int64
}

// Claim implements media.BlobStore.
func (c claims) Claim(ctx context.Context) (media.Claim, error) {
	c.n.Add(1)
	return c.BlobStore.Claim(ctx)
}

// pages counts how often a store is asked which contents it knows.
type pages struct {
	media.Store
	n atomic.Int64
}

// Blobs implements media.Store.
func (p *pages) Blobs(ctx context.Context, after chat.Hash, limit int) ([]media.Blob, error) {
	p.n.Add(1)
	return p.Store.Blobs(ctx, after, limit)
}

// A list of a large bucket costs a request for each thousand objects: it is asked for once in a while, and
// compared page by page.
func TestLookingForWhatNobodyKnowsCostsLittle(t *testing.T) {
	r := fake(t)
	var lists atomic.Int64
	r.fail(func(_ http.ResponseWriter, q *http.Request) bool {
		if q.URL.Query().Get("list-type") == "2" {
			lists.Add(1)
		}
		return false
	})
	asked := new(pages)
	y := newYard(t, r.on(t), func(c *media.Config) {
		asked.Store = c.Store
		c.Store, c.Scan = asked, 24*time.Hour
	})
	y.collect() // it takes its place
	for i := range 30 {
		f := y.whole(content(uint64(i), 10))
		y.say(f.Hash, f.Size)
	}
	for _, step := range []struct {
		after time.Duration
		lists int64
	}{{25 * time.Hour, 1}, {time.Hour, 1}, {22 * time.Hour, 1}, {2 * time.Hour, 2}} {
		asked.n.Store(0)
		y.later(step.after)
		y.collect()
		if lists.Load() != step.lists || asked.n.Load() > 1 {
			t.Errorf("after %v more there were %d lists, the last with %d questions", step.after, lists.Load(),
				asked.n.Load())
		}
	}
	if n, _ := y.Kept(); n != 30 {
		t.Errorf("%d are kept", n)
	}
}

func TestOfManyContentsThoseThatNobodyKnowsGo(t *testing.T) {
	y := newYard(t)
	want := map[string]bool{}
	for i := range 1700 { // more than three pages
		h := chat.Hash(sha256.Sum256([]byte{byte(i), byte(i >> 8)}))
		path := filepath.Join(y.dir, media.BlobDir, media.BlobName(h))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if i%7 == 0 {
			continue
		}
		want[path] = true
		f := media.File{Upload: chat.Upload{ID: chat.FileID(path), Hash: h, Size: 1}, Account: 1}
		if err := y.store.PutFile(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	y.later(25 * time.Hour)
	y.collect()
	for path := range want {
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
	}
	if y.kept() != len(want) {
		t.Errorf("%d contents are kept, %d are known", y.kept(), len(want))
	}
}

// What a copy that was cut short left is found among all contents.
func TestWhatIsLeftOfACopyGoes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "of [all] contents")
	b, err := media.LocalBlobs(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &shelves{T: t, BlobStore: b, dir: t.TempDir()}
	raw := content(1, 10)
	h := s.put(raw)
	left := filepath.Join(dir, filepath.Dir(media.BlobName(h)), "copy-123")
	if err := os.WriteFile(left, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		before time.Time
		stays  bool
	}{{time.Now().Add(-time.Hour), true}, {time.Now().Add(time.Hour), false}} {
		if err := s.Tidy(t.Context(), step.before); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(left); (err == nil) != step.stays {
			t.Errorf("whether it is there: %v", err)
		}
	}
	s.holds(h, raw)
}

// What is only opened, as by a command, leaves everything as it is.
func TestOnlyWhoRunsItCollects(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		n := new(atomic.Int64)
		y := newYard(t, func(c *media.Config) {
			files, err := media.LocalBlobs(filepath.Join(dir, "blobs"))
			if err != nil {
				t.Fatal(err)
			}
			c.Blobs, c.Now = claims{files, n}, time.Now
		})
		after := func(d time.Duration, want int64) {
			t.Helper()
			<-time.After(d)
			synctest.Wait()
			if n.Load() != want {
				t.Errorf("it was about to remove %d times, not %d", n.Load(), want)
			}
		}
		after(25*time.Hour, 0)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go y.Service.Run(ctx)
		after(time.Second, 1)
		after(2*time.Hour, 3)
		cancel()
		after(2*time.Hour, 3)
	})
}
