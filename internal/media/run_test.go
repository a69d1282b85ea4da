// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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
