// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
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
	if _, err := y.Join(t.Context(), 1, media.NewUpload{}); chat.CodeOf(err) != chat.CodeUnavailable {
		t.Errorf("parts are joined for a place that is away: %v", err)
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

// Who may not remove anything, or cannot, counts what there is all the same, and goes on to know whose it is.
func TestWhatIsKeptIsCountedWhereNothingMayBeRemoved(t *testing.T) {
	r := fake(t)
	first := newYard(t, r.on(t))
	first.collect()
	y := newYard(t, r.on(t, func(c *media.S3Config) { c.Run = "copy" }))
	y.whole(noise(3000))
	f := y.whole(noise(500))
	y.say(f.Hash, f.Size)
	kept := func(when string, foreign bool) {
		t.Helper()
		if n, bytes := y.Kept(); n != 2 || bytes != 3500 || y.Foreign() != foreign {
			t.Errorf("%s: %d contents of %d bytes, another's: %v", when, n, bytes, y.Foreign())
		}
	}
	y.restart()
	y.collect()
	kept("in the bucket of another life", true)
	for _, fault := range []func(http.ResponseWriter, *http.Request) bool{
		func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
		func(w http.ResponseWriter, _ *http.Request) bool {
			return refuse(w, http.StatusForbidden, "AccessDenied")
		},
	} {
		r.fail(fault)
		if err := y.Collect(t.Context()); chat.CodeOf(err) != chat.CodeUnavailable {
			t.Error(err)
		}
		kept("while nobody can be asked", true)
	}
	y.restart()
	if err := y.Collect(t.Context()); chat.CodeOf(err) != chat.CodeUnavailable {
		t.Error(err)
	}
	kept("after a restart while nobody can be asked", false)
}

// whole is an answer into which a file can go as a whole, as into that of a connection.
type whole struct {
	*httptest.ResponseRecorder
	files int
}

// ReadFrom implements io.ReaderFrom, as a connection does: what is no file, or less of one, it copies.
func (w *whole) ReadFrom(from io.Reader) (int64, error) {
	inner := from
	if some, ok := from.(*io.LimitedReader); ok {
		inner = some.R
	}
	if _, file := inner.(syscall.Conn); file {
		w.files++
	}
	return io.Copy(w.ResponseRecorder, from)
}

// The system sends a file without copying it through the server, where the server lets it.
func TestAFileGoesIntoItsAnswerAsAWhole(t *testing.T) {
	y := newYard(t)
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 640, 480)), nil); err != nil {
		t.Fatal(err)
	}
	id := y.begin(media.NewUpload{Length: int64(photo.Len()), Photo: true})
	y.add(0, id, 0, photo.Bytes())
	f := y.file(id)
	var sent uint64
	for what, v := range map[string]media.Serving{
		"a content": {Hash: f.Hash, MIME: f.MIME}, "a thumbnail": {Hash: f.Hash, Side: media.Sides[0]},
	} {
		for _, part := range []string{"", "bytes=10-19"} {
			w := &whole{ResponseRecorder: httptest.NewRecorder()}
			q := httptest.NewRequest(http.MethodGet, "/", nil)
			q.Header.Set("Range", part)
			if err := y.Serve(w, q, v); err != nil {
				t.Fatal(err)
			}
			if w.files != 1 || w.Body.Len() == 0 {
				t.Errorf("%s went as %d files with %d bytes", what, w.files, w.Body.Len())
			}
			sent += uint64(w.Body.Len())
		}
	}
	if got := y.Figures().Served; got != sent {
		t.Errorf("%d bytes were counted of %d", got, sent)
	}
}
