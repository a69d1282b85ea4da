// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/testenv"
)

// rig is a gateway in this process, with something before it that fails.
type rig struct {
	gateway
	mem     *s3mem.Backend
	options []gofakes3.Option
	inner   http.Handler
	// fault answers in the gateway's place, where it returns true.
	fault atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
	asked atomic.Int64
}

// ServeHTTP implements http.Handler.
func (r *rig) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.asked.Add(1)
	if f := r.fault.Load(); f != nil && (*f)(w, q) {
		return
	}
	r.inner.ServeHTTP(w, q)
}

// fail puts a fault before the gateway; nil takes it away.
func (r *rig) fail(f func(http.ResponseWriter, *http.Request) bool) {
	if f == nil {
		r.fault.Store(nil)
		return
	}
	r.fault.Store(&f)
}

// refuse answers with a code of S3.
func refuse(w http.ResponseWriter, status int, code string) bool {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	io.WriteString(w, "<Error><Code>"+code+"</Code><Message>no</Message></Error>")
	return true
}

// shelf is a bucket as blobStore has it.
func (r *rig) shelf(t *testing.T, change ...func(*media.S3Config)) *shelves {
	return &shelves{T: t, BlobStore: r.bucket(t, change...), dir: t.TempDir()}
}

func isKind(t *testing.T, err error, want media.BucketKind) {
	t.Helper()
	var e *media.BucketError
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("the trouble is %v, not %q", err, want)
	}
	if want != media.BucketTaken && want != media.BucketFull && chat.CodeOf(err) != chat.CodeUnavailable {
		t.Errorf("people are told %v", err)
	}
}

func TestWhatIsTheMatterWithARealGatewayIsToldApart(t *testing.T) {
	t.Parallel()
	g := versity(t)
	if err := g.bucket(t).Try(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want   media.BucketKind
		change func(*media.S3Config)
	}{
		{media.BucketKeys, func(c *media.S3Config) { c.Secret += "x" }},
		{media.BucketKeys, func(c *media.S3Config) { c.Access += "x" }},
		{media.BucketMissing, func(c *media.S3Config) { c.Bucket += "-other" }},
		{media.BucketRegion, func(c *media.S3Config) { c.Region = "ir-tehran-1" }},
		{media.BucketTLS, func(c *media.S3Config) { c.Endpoint = "https" + c.Endpoint[len("http"):] }},
	} {
		isKind(t, g.bucket(t, c.change).Try(t.Context()), c.want)
	}
}

func TestWhatIsTheMatterWithABucketIsToldApart(t *testing.T) {
	r := fake(t)
	if err := r.bucket(t).Try(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := func(c *media.S3Config) { c.Bucket += "-other" }
	isKind(t, r.bucket(t, other).Try(t.Context()), media.BucketMissing)
	nobody := gateway{"http://" + testenv.FreeAddress(t), "a", "b"}
	isKind(t, nobody.bucket(t).Try(t.Context()), media.BucketNetwork)
	secure := httptest.NewUnstartedServer(r)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	isKind(t, gateway{secure.URL, "a", "b"}.bucket(t).Try(t.Context()), media.BucketTLS)
	late := fake(t, func(r *rig) {
		clock := gofakes3.FixedTimeSource(time.Now().Add(time.Hour))
		r.options = []gofakes3.Option{gofakes3.WithTimeSource(clock), gofakes3.WithTimeSkewLimit(15 * time.Minute)}
	})
	isKind(t, late.bucket(t).Try(t.Context()), media.BucketClock)
	for code, c := range map[string]struct {
		status int
		want   media.BucketKind
	}{
		"AccessDenied":  {http.StatusForbidden, media.BucketRights},
		"QuotaExceeded": {http.StatusForbidden, media.BucketFull},
		"SlowDown":      {http.StatusServiceUnavailable, media.BucketBusy},
	} {
		r.fail(func(w http.ResponseWriter, _ *http.Request) bool { return refuse(w, c.status, code) })
		isKind(t, r.bucket(t).Try(t.Context()), c.want)
	}
}

// Each right is tried, and nothing that was tried stays.
func TestATryNeedsAllRightsAndLeavesNothing(t *testing.T) {
	r := fake(t)
	for what, without := range map[string]func(*http.Request) bool{
		"put":    func(q *http.Request) bool { return q.Method == http.MethodPut },
		"get":    func(q *http.Request) bool { return q.Method == http.MethodGet && q.URL.RawQuery == "" },
		"list":   func(q *http.Request) bool { return q.URL.Query().Has("list-type") },
		"delete": func(q *http.Request) bool { return q.Method == http.MethodDelete && q.URL.RawQuery == "" },
		"parts":  func(q *http.Request) bool { return q.Method == http.MethodPost },
		"list parts": func(q *http.Request) bool {
			return q.Method == http.MethodGet && q.URL.Query().Has("uploads")
		},
		"abort parts": func(q *http.Request) bool { return q.URL.Query().Has("uploadId") },
	} {
		r.fail(func(w http.ResponseWriter, q *http.Request) bool {
			return without(q) && refuse(w, http.StatusForbidden, "AccessDenied")
		})
		if err := r.bucket(t).Try(t.Context()); err == nil {
			t.Errorf("without the right to %s all is well", what)
		} else {
			isKind(t, err, media.BucketRights)
		}
	}
	r.fail(func(w http.ResponseWriter, q *http.Request) bool { // a list of nothing
		if q.URL.Query().Has("list-type") {
			list := q.URL.Query()
			list.Set("prefix", "nothing")
			q.URL.RawQuery = list.Encode()
		}
		return false
	})
	if err := r.bucket(t).Try(t.Context()); err == nil {
		t.Error("what was put is not listed, and all is well")
	}
	r = fake(t)
	if err := r.bucket(t).Try(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := parts(t, r.gateway); n != 0 {
		t.Errorf("%d uploads in parts are left", n)
	}
	core := r.plainly(t)
	for o := range core.Client.ListObjects(t.Context(), testBucket, minio.ListObjectsOptions{Recursive: true}) {
		t.Errorf("left is %s, %v", o.Key, o.Err)
	}
}

func TestAGatewayThatRecoversIsNotNoticed(t *testing.T) {
	r := fake(t)
	s := r.shelf(t)
	var n atomic.Int64
	r.fail(func(w http.ResponseWriter, _ *http.Request) bool { // every other request
		return n.Add(1)%2 == 1 && refuse(w, http.StatusServiceUnavailable, "SlowDown")
	})
	raw := content(1, 17<<20)
	s.holds(s.put(raw), raw)
}

// Each request that fails is tried again. What is there already takes the same requests as what is not:
// nobody learns by the time of an upload what others have.
func TestPuttingAsksNoMoreThanItNeeds(t *testing.T) {
	r := fake(t)
	s := r.shelf(t)
	asks := func(want int64, what string, does func()) {
		t.Helper()
		before := r.asked.Load()
		does()
		if n := r.asked.Load() - before; n != want {
			t.Errorf("%s asked the gateway %d times, not %d", what, n, want)
		}
	}
	raw, other := content(1, 1000), content(2, 1000)
	h := chat.Hash(sha256.Sum256(raw))
	asks(1, "putting", func() { s.put(raw) })
	asks(1, "putting what is there", func() { s.put(raw) })
	large := content(3, 17<<20)
	asks(4, "putting in parts", func() { s.put(large) })
	asks(4, "putting in parts what is there", func() { s.put(large) })
	asks(1, "the first reading", func() {
		if _, err := s.all(h); err != nil {
			t.Error(err)
		}
	})
	r.fail(func(w http.ResponseWriter, _ *http.Request) bool {
		return refuse(w, http.StatusServiceUnavailable, "SlowDown")
	})
	asks(4, "putting where nothing answers", func() {
		s.is("put", s.Put(t.Context(), chat.Hash(sha256.Sum256(other)), 1000, s.file(other)), chat.CodeUnavailable)
	})
	asks(1, "reading with a right that was taken away", func() {
		r.fail(func(w http.ResponseWriter, _ *http.Request) bool {
			return refuse(w, http.StatusForbidden, "AccessDenied")
		})
		_, err := s.all(h)
		isKind(t, err, media.BucketRights)
	})
}

func TestAGatewayThatStaysAwayIsSaid(t *testing.T) {
	r := fake(t)
	s := r.shelf(t)
	kept := s.put(content(1, 1000))
	r.fail(func(w http.ResponseWriter, _ *http.Request) bool {
		return refuse(w, http.StatusServiceUnavailable, "SlowDown")
	})
	raw := content(2, 1000)
	h := chat.Hash(sha256.Sum256(raw))
	for what, err := range map[string]error{
		"put":    s.Put(t.Context(), h, 1000, s.file(raw)),
		"delete": s.Delete(t.Context(), kept),
		"list":   s.List(t.Context(), func(media.Listed) error { return nil }),
		"check":  s.Check(t.Context()),
		"tidy":   s.Tidy(t.Context(), time.Now()),
	} {
		s.is(what, err, chat.CodeUnavailable)
	}
	_, err := s.Claim(t.Context())
	s.is("claim", err, chat.CodeUnavailable)
	_, err = s.all(h)
	s.is("open", err, chat.CodeUnavailable)
	r.fail(nil)
	_, err = s.all(h)
	s.is("open of what was not put", err, chat.CodeNotFound)
	s.holds(kept, content(1, 1000))
}

// A gateway that dies in the middle of an answer, again and again: each time some bytes came.
func TestReadingGoesOnWhereItWasCut(t *testing.T) {
	r := fake(t)
	s := r.shelf(t)
	raw := content(1, 2<<20)
	h := s.put(raw)
	r.fail(func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method == http.MethodGet {
			r.inner.ServeHTTP(&cutOff{ResponseWriter: w, left: 100_000}, q)
		}
		return q.Method == http.MethodGet
	})
	before := r.asked.Load()
	s.holds(h, raw)
	if n := r.asked.Load() - before; n < 20 || n > 60 {
		t.Errorf("it took %d requests", n)
	}
	// Without a byte between it gives up.
	r.fail(func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method == http.MethodGet {
			r.inner.ServeHTTP(&cutOff{ResponseWriter: w}, q)
		}
		return q.Method == http.MethodGet
	})
	before = r.asked.Load()
	_, err := s.all(h)
	s.is("reading", err, chat.CodeUnavailable)
	if n := r.asked.Load() - before; n > 20 {
		t.Errorf("giving up took %d requests", n)
	}
}

// cutOff is an answer whose connection ends after some bytes.
type cutOff struct {
	http.ResponseWriter
	left int
}

// Write implements io.Writer.
func (c *cutOff) Write(p []byte) (int, error) {
	if len(p) > c.left {
		c.ResponseWriter.Write(p[:c.left])
		http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

// A gateway that dies in the middle of an upload leaves nothing that can be seen, and nothing that stays.
func TestAPutThatIsCutLeavesNothing(t *testing.T) {
	r := fake(t)
	s := r.shelf(t)
	raw := content(1, 33<<20)
	h := chat.Hash(sha256.Sum256(raw))
	r.fail(func(_ http.ResponseWriter, q *http.Request) bool {
		switch {
		case q.Method == http.MethodDelete: // it is dead: nothing is tidied up either
			panic(http.ErrAbortHandler)
		case q.URL.Query().Get("partNumber") == "2":
			io.CopyN(io.Discard, q.Body, 1<<20)
			panic(http.ErrAbortHandler)
		}
		return false
	})
	s.is("put", s.Put(t.Context(), h, int64(len(raw)), s.file(raw)), chat.CodeUnavailable)
	r.fail(nil)
	_, err := s.all(h)
	s.is("open", err, chat.CodeNotFound)
	s.same(nil)
	if n := parts(t, r.gateway); n != 1 {
		t.Fatalf("%d uploads in parts are left", n)
	}
	if err := s.Tidy(t.Context(), time.Now().Add(-time.Hour)); err != nil || parts(t, r.gateway) != 1 {
		t.Errorf("one that is under way was ended: %v", err)
	}
	if err := s.Tidy(t.Context(), time.Now().Add(time.Hour)); err != nil || parts(t, r.gateway) != 0 {
		t.Errorf("what was left is still there: %v", err)
	}
	s.put(raw)
	s.holds(h, raw)
}

func parts(t *testing.T, g gateway) (n int) {
	t.Helper()
	core := g.plainly(t)
	for u := range core.Client.ListIncompleteUploads(t.Context(), testBucket, "", true) {
		if minio.ToErrorResponse(u.Err).Code == minio.NoSuchUpload {
			break
		}
		if u.Err != nil {
			t.Fatal(u.Err)
		}
		n++
	}
	return n
}

func TestWhatArrivesOtherThanItWasSentIsNotKept(t *testing.T) {
	r := fake(t)
	s := r.shelf(t)
	raw := content(1, 5000)
	h := chat.Hash(sha256.Sum256(raw))
	r.fail(func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method != http.MethodPut {
			return false
		}
		body, err := io.ReadAll(q.Body)
		if err != nil {
			panic(err)
		}
		body[len(body)/2] ^= 1
		q.Body = io.NopCloser(bytes.NewReader(body))
		return false
	})
	if err := s.Put(t.Context(), h, 5000, s.file(raw)); err == nil {
		t.Error("it was put")
	}
	_, err := s.all(h)
	s.is("open", err, chat.CodeNotFound)
}

// A gateway that takes requests and answers nothing holds nobody up for long.
func TestAGatewayThatHangsIsLeft(t *testing.T) {
	r := fake(t)
	s := r.shelf(t, func(c *media.S3Config) { c.Stall = 100 * time.Millisecond })
	raw := content(1, 5000)
	h := s.put(raw)
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	r.fail(func(_ http.ResponseWriter, q *http.Request) bool {
		select {
		case <-end:
		case <-q.Context().Done():
		}
		panic(http.ErrAbortHandler)
	})
	_, err := s.all(h)
	isKind(t, err, media.BucketNetwork)
	other := content(2, 5000)
	isKind(t, s.Put(t.Context(), chat.Hash(sha256.Sum256(other)), 5000, s.file(other)), media.BucketNetwork)
}

// What lists by pages sees all of them, or says that it does not: half a list would make the other half look
// as if nobody had put it.
func TestAListOfManyPagesIsWholeOrFails(t *testing.T) {
	r := fake(t)
	s := r.shelf(t)
	want := map[chat.Hash]int64{}
	for i := range 25 {
		want[s.put(content(uint64(i), 10))] = 10
	}
	var pages, last atomic.Int64
	last.Store(1 << 30)
	r.fail(func(w http.ResponseWriter, q *http.Request) bool {
		list := q.URL.Query()
		if list.Get("list-type") != "2" {
			return false
		}
		if pages.Add(1) > last.Load() {
			return refuse(w, http.StatusInternalServerError, "InternalError")
		}
		list.Set("max-keys", "4")
		q.URL.RawQuery = list.Encode()
		return false
	})
	s.same(want)
	if pages.Load() < 7 {
		t.Fatalf("there were %d pages", pages.Load())
	}
	pages.Store(0)
	last.Store(3)
	n := 0
	err := s.List(t.Context(), func(media.Listed) error { n++; return nil })
	s.is("a list that was cut", err, chat.CodeUnavailable)
	if n != 12 {
		t.Errorf("%d came before", n)
	}
}

func TestOtherThingsInABucketAreLeftAlone(t *testing.T) {
	r := fake(t)
	s := r.shelf(t)
	raw := content(1, 10)
	want := map[chat.Hash]int64{s.put(raw): 10}
	name := strings.Repeat("ab", 32)
	core := r.plainly(t)
	for _, key := range []string{
		"media/readme.txt", "media/" + name, "media/xy/" + name, name, "mediaab/" + name} {
		_, err := core.Client.PutObject(t.Context(), testBucket, key, strings.NewReader("x"), 1,
			minio.PutObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.same(want)
}

func TestOnlyOneServerRemovesFromABucket(t *testing.T) {
	for name, open := range map[string]func(*testing.T) gateway{
		"in process": func(t *testing.T) gateway { return fake(t).gateway }, "real": versity,
	} {
		t.Run(name, func(t *testing.T) {
			g := open(t)
			ahead := new(atomic.Int64)
			as := func(server, run string) *media.Bucket {
				return g.bucket(t, func(c *media.S3Config) {
					c.Server, c.Run = server, run
					c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
				})
			}
			may := func(b *media.Bucket, want media.Whose) {
				t.Helper()
				if is, err := b.Claim(t.Context()); err != nil || is.Whose != want {
					t.Errorf("whose it is: %v, %v; want %v", is, err, want)
				}
			}
			first, copied, other := as("this", "first"), as("this", "restored"), as("another", "first")
			may(first, media.ClaimTaken)
			may(first, media.ClaimTaken)
			may(copied, media.ClaimOther)
			ahead.Store(int64(20 * time.Minute))
			may(first, media.ClaimOurs)
			_, err := other.Claim(t.Context())
			isKind(t, err, media.BucketTaken)
			ahead.Store(int64(6 * 24 * time.Hour))
			may(copied, media.ClaimOther)
			_, err = other.Claim(t.Context())
			isKind(t, err, media.BucketTaken)
			ahead.Store(int64(8 * 24 * time.Hour)) // the first has not been heard of since
			may(copied, media.ClaimTaken)
			may(copied, media.ClaimTaken)
			ahead.Add(int64(20 * time.Minute))
			may(copied, media.ClaimOurs)
			ahead.Store(0)
			may(first, media.ClaimOther)
			ahead.Store(int64(8*24*time.Hour + 30*time.Minute))
			may(copied, media.ClaimOurs)
		})
	}
}

// movable is a clock of a gateway.
type movable struct{ ahead *atomic.Int64 }

// Now implements gofakes3.TimeSource.
func (m movable) Now() time.Time { return time.Now().Add(time.Duration(m.ahead.Load())) }

// Since implements gofakes3.TimeSource.
func (m movable) Since(t time.Time) time.Duration { return m.Now().Sub(t) }

// Two copies see that nobody has been heard of for long, and the word of one comes after the other has read
// its own.
func TestOfTwoThatTakeABucketAtOnceOneRemoves(t *testing.T) {
	clock := movable{new(atomic.Int64)}
	r := fake(t, func(r *rig) {
		r.options = append(r.options, gofakes3.WithTimeSource(clock), gofakes3.WithTimeSkewLimit(0))
	})
	as := func(run string) *media.Bucket {
		return r.bucket(t, func(c *media.S3Config) { c.Run, c.Now = run, clock.Now })
	}
	may := func(b *media.Bucket, want media.Whose) {
		t.Helper()
		if is, err := b.Claim(t.Context()); err != nil || is.Whose != want {
			t.Errorf("whose it is: %v, %v; want %v", is, err, want)
		}
	}
	first, one, two := as("first"), as("one"), as("two")
	may(first, media.ClaimTaken)
	clock.ahead.Add(int64(8 * 24 * time.Hour))
	begun, let, late := make(chan struct{}), make(chan struct{}), make(chan media.Whose, 1)
	r.fail(func(_ http.ResponseWriter, q *http.Request) bool {
		if q.Method == http.MethodPut {
			r.fail(nil)
			close(begun)
			<-let
		}
		return false
	})
	go func() {
		is, err := two.Claim(context.Background())
		if err != nil {
			t.Error(err)
		}
		late <- is.Whose
	}()
	<-begun
	may(one, media.ClaimTaken)
	close(let)
	if whose := <-late; whose != media.ClaimTaken {
		t.Errorf("the later one is told %v", whose)
	}
	clock.ahead.Add(int64(20 * time.Minute))
	may(one, media.ClaimOther)
	may(two, media.ClaimOurs)
}
