// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/testenv"
)

// on makes a service keep contents in a bucket.
func (r *rig) on(t *testing.T, change ...func(*media.S3Config)) func(*media.Config) {
	return func(c *media.Config) {
		now := c.Now
		change := append(change, func(s *media.S3Config) { s.Now = now })
		c.Blobs = r.bucket(t, change...)
	}
}

// An upload waits on the local disk while there is nowhere to put it, through a restart too.
func TestAnUploadOutlivesAGatewayThatIsAway(t *testing.T) {
	r := fake(t)
	y := newYard(t, r.on(t))
	raw := noise(900_000)
	whole := y.begin(media.NewUpload{Length: 900_000})
	y.add(0, whole, 0, raw[:500_000])
	parts := y.parts(raw)
	r.fail(func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) })
	y.add(chat.CodeUnavailable, whole, 500_000, raw[500_000:])
	_, err := y.Join(t.Context(), 1, media.NewUpload{Parts: parts})
	if chat.CodeOf(err) != chat.CodeUnavailable {
		t.Errorf("parts were joined: %v", err)
	}
	if _, err := y.Upload(t.Context(), 1, whole); chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("it can be sent although it is nowhere: %v", err)
	}
	y.restart()
	if _, err := y.Where(t.Context(), 1, whole); chat.CodeOf(err) != chat.CodeUnavailable {
		t.Errorf("while the gateway is away it is said to be whole: %v", err)
	}
	r.fail(nil)
	if at := y.at(whole); at != 900_000 || y.file(whole).Hash != sha256.Sum256(raw) {
		t.Errorf("it is at %d", at)
	}
	if n, _ := y.Uploads(); n > 4 { // the parts, and what they were joined to
		t.Errorf("%d uploads are under way", n)
	}
	if err := y.Verify(t.Context(), sha256.Sum256(raw), 900_000); err != nil {
		t.Error(err)
	}
}

// A gateway may be away for days. What arrived waits for it, and not for ever.
func TestWhatArrivedWaitsAWeekForAGateway(t *testing.T) {
	r := fake(t)
	y := newYard(t, r.on(t))
	raw := noise(300_000)
	parts := y.parts(raw)
	r.fail(func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) })
	one, two := y.begin(media.NewUpload{Length: 1000}), y.begin(media.NewUpload{Length: 2000})
	y.add(chat.CodeUnavailable, one, 0, raw[:1000])
	y.add(chat.CodeUnavailable, two, 0, raw[:2000])
	idle := y.begin(media.NewUpload{Length: 9})
	days := func(n int) {
		t.Helper()
		for range n {
			_, err := y.Join(t.Context(), 1, media.NewUpload{Parts: parts})
			if chat.CodeOf(err) != chat.CodeUnavailable {
				t.Errorf("parts were joined: %v", err)
			}
			y.later(23 * time.Hour)
			if err := y.Collect(t.Context()); chat.CodeOf(err) != chat.CodeUnavailable {
				t.Error(err)
			}
		}
	}
	days(6)
	if n, bytes := y.Uploads(); n != 5 || bytes != 303_000 {
		t.Errorf("%d uploads with %d bytes wait", n, bytes)
	}
	if _, err := y.Where(t.Context(), 1, idle); chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("one that nobody went on with: %v", err)
	}
	y.restart()
	r.fail(nil)
	if y.at(one) != 1000 || y.file(one).Hash != sha256.Sum256(raw[:1000]) {
		t.Error("it did not go on")
	}
	id, err := y.Join(t.Context(), 1, media.NewUpload{Parts: parts})
	if err != nil || y.file(id).Hash != sha256.Sum256(raw) {
		t.Errorf("the parts were not joined: %v", err)
	}
	y.later(2 * 24 * time.Hour)
	y.collect()
	if _, err := y.Where(t.Context(), 1, two); chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("after more than a week: %v", err)
	}
}

// What is served comes through the server, in the parts that were asked for, however often it is cut.
func TestPartsOfAContentInABucketAreServed(t *testing.T) {
	r := fake(t)
	y := newYard(t, r.on(t))
	raw := noise(3_000_000)
	f := y.whole(raw)
	r.fail(func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method == http.MethodGet {
			r.inner.ServeHTTP(&cutOff{ResponseWriter: w, left: 200_000}, q)
		}
		return q.Method == http.MethodGet
	})
	get := func(part, known string) *httptest.ResponseRecorder {
		t.Helper()
		q := httptest.NewRequest(http.MethodGet, "/", nil)
		q.Header.Set("Range", part)
		q.Header.Set("If-None-Match", known)
		w := httptest.NewRecorder()
		if err := y.Serve(w, q, media.Serving{Hash: f.Hash, MIME: f.MIME}); err != nil {
			t.Fatal(err)
		}
		return w
	}
	for part, want := range map[string][]byte{
		"": raw, "bytes=0-99": raw[:100], "bytes=1000000-1999999": raw[1_000_000:2_000_000],
		"bytes=-5": raw[len(raw)-5:],
	} {
		w := get(part, "")
		if code := w.Code; (part == "") != (code == 200) || (part != "") != (code == 206) ||
			!bytes.Equal(w.Body.Bytes(), want) {
			t.Errorf("%q gave %d with %d bytes", part, code, w.Body.Len())
		}
	}
	before := r.asked.Load()
	if w := get("", get("bytes=0-0", "").Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("what is known already gave %d", w.Code)
	}
	if n := r.asked.Load() - before; n != 1 {
		t.Errorf("one byte and an answer without any asked the gateway %d times", n)
	}
}

func TestABucketIsCleanedByItsServerAlone(t *testing.T) {
	r := fake(t)
	y := newYard(t, r.on(t), func(c *media.Config) { c.Hold = 72 * time.Hour })
	bucket := y.cfg.Blobs
	exists := func(h chat.Hash, want bool) {
		t.Helper()
		if _, err := bucket.Stat(t.Context(), h); (err == nil) != want {
			t.Errorf("whether it is there: %v", err)
		}
	}
	y.collect() // it takes its place
	kept, left := y.whole(noise(1000)), y.whole(noise(2000))
	y.say(kept.Hash, kept.Size)
	stranger := &shelves{T: t, BlobStore: bucket, dir: t.TempDir()}
	unknown := stranger.put(noise(3000)) // as a crash leaves it
	y.later(25 * time.Hour)
	y.collect() // the file is forgotten, its content noted
	exists(unknown, true)
	y.later(71 * time.Hour)
	y.collect()
	exists(left.Hash, true) // a backup may need it
	// A copy that was restored from a backup looks meanwhile: it knows of nothing here, and removes nothing.
	other := newYard(t, func(c *media.Config) { c.Now = y.cfg.Now },
		r.on(t, func(c *media.S3Config) { c.Run = "copy" }))
	other.collect()
	if !other.Foreign() || y.Foreign() {
		t.Error("who removes contents is not told")
	}
	exists(kept.Hash, true)
	y.later(2 * time.Hour)
	y.collect()
	exists(kept.Hash, true)
	exists(left.Hash, false)
	exists(unknown, false)
	// While the gateway is away nothing is taken for gone.
	r.fail(func(w http.ResponseWriter, _ *http.Request) bool {
		return refuse(w, http.StatusServiceUnavailable, "SlowDown")
	})
	if err := y.Collect(t.Context()); chat.CodeOf(err) != chat.CodeUnavailable {
		t.Errorf("collecting ended with %v", err)
	}
	r.fail(nil)
	y.collect()
	exists(kept.Hash, true)
}

// A server that was restored from a backup does not know what came after that; another backup, which is still
// kept, may.
func TestWhatTheLifeBeforeKeptStaysWhileItsBackupsDo(t *testing.T) {
	r := fake(t)
	begun := time.Now()
	oldest := new(atomic.Int64)
	y := newYard(t, r.on(t), func(c *media.Config) {
		c.Oldest = func() (time.Time, error) { return begun.Add(time.Duration(oldest.Load())), nil }
	})
	stranger := &shelves{T: t, BlobStore: y.cfg.Blobs, dir: t.TempDir()}
	before := stranger.put(noise(3000)) // the store of this life does not know it
	there := func(want bool) {
		t.Helper()
		if _, err := stranger.Stat(t.Context(), before); (err == nil) != want {
			t.Errorf("whether it is there: %v", err)
		}
	}
	y.later(24 * time.Hour)
	y.collect() // it takes its place
	oldest.Store(int64(12 * time.Hour))
	y.later(24 * time.Hour)
	y.collect()
	y.later(10 * 24 * time.Hour)
	y.collect()
	there(true)
	oldest.Store(int64(36 * time.Hour)) // one of this life
	y.later(time.Hour)
	y.collect()
	there(false)
}

// A gateway that is killed and started again where it was, in the middle of what goes up and comes down.
func TestARealGatewayIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	dir, address := t.TempDir(), testenv.FreeAddress(t)
	g := startVersity(t, dir, address)
	s := &shelves{T: t, BlobStore: g.bucket(t), dir: t.TempDir()}
	raw := content(1, 40<<20)
	h := s.put(raw)
	c, err := s.Open(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	head := make([]byte, 5<<20)
	if _, err := io.ReadFull(c, head); err != nil {
		t.Fatal(err)
	}
	g.kill()
	other := content(2, 40<<20)
	gone := chat.Hash(sha256.Sum256(other))
	s.is("put", s.Put(t.Context(), gone, int64(len(other)), s.file(other)), chat.CodeUnavailable)
	startVersity(t, dir, address)
	rest := make([]byte, len(raw)-len(head))
	if _, err := io.ReadFull(c, rest); err != nil || !bytes.Equal(append(head, rest...), raw) {
		t.Errorf("reading did not go on: %v", err)
	}
	_, err = s.all(gone)
	s.is("open", err, chat.CodeNotFound)
	s.put(other)
	s.holds(gone, other)
	if err := s.Tidy(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Error(err)
	}
	s.same(map[chat.Hash]int64{h: int64(len(raw)), gone: int64(len(other))})
}
