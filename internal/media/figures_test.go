// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
)

func TestWhatMediaDoIsCounted(t *testing.T) {
	r := fake(t)
	y := newYard(t, r.on(t), func(c *media.Config) { c.Max = 5000 })
	want := func(f media.Figures) {
		t.Helper()
		if got := y.Figures(); got != f {
			t.Errorf("counted are %+v, not %+v", got, f)
		}
	}
	f := y.whole(noise(3000))
	want(media.Figures{Taken: 3000})
	if _, err := y.Begin(t.Context(), 1, media.NewUpload{Length: 6000}); chat.CodeOf(err) != chat.CodeTooLarge {
		t.Fatal(err)
	}
	want(media.Figures{Taken: 3000, Refused: 1})
	q := httptest.NewRequest(http.MethodGet, "/", nil)
	q.Header.Set("Range", "bytes=0-999")
	if err := y.Serve(httptest.NewRecorder(), q, media.Serving{Hash: f.Hash}); err != nil {
		t.Fatal(err)
	}
	want(media.Figures{Taken: 3000, Refused: 1, Served: 1000})
	err := y.Serve(httptest.NewRecorder(), q, media.Serving{Hash: chat.Hash{1}}) // which is not there
	if chat.CodeOf(err) != chat.CodeNotFound {
		t.Fatal(err)
	}
	want(media.Figures{Taken: 3000, Refused: 1, Served: 1000})
	r.fail(func(w http.ResponseWriter, _ *http.Request) bool {
		return refuse(w, http.StatusServiceUnavailable, "SlowDown")
	})
	if y.Look(t.Context()); chat.CodeOf(y.Reached()) != chat.CodeUnavailable {
		t.Errorf("that it is away is told as %v", y.Reached())
	}
	want(media.Figures{Taken: 3000, Refused: 1, Served: 1000, Failures: 1})
	r.fail(nil)
	if y.Look(t.Context()); y.Reached() != nil {
		t.Error(y.Reached())
	}
	for range 3 {
		y.later(25 * time.Hour)
		y.collect()
	}
	want(media.Figures{Taken: 3000, Refused: 1, Served: 1000, Failures: 1, Collected: 1})
}
