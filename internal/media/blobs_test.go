// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
)

// gateway is one of S3, and who may use it.
type gateway struct {
	url, access, secret string
}

const testBucket = "zolal-media"

// fake is a gateway in this process, with everything before it that a test puts there.
func fake(t *testing.T, in ...func(*rig)) *rig {
	t.Helper()
	r := &rig{mem: s3mem.New()}
	if err := r.mem.CreateBucket(testBucket); err != nil {
		t.Fatal(err)
	}
	for _, f := range in {
		f(r)
	}
	r.inner = gofakes3.New(r.mem, r.options...).Server()
	s := httptest.NewUnstartedServer(r)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	r.gateway = gateway{s.URL, "key", "secret"}
	return r
}

// bucket opens one of a gateway.
func (g gateway) bucket(t *testing.T, change ...func(*media.S3Config)) *media.Bucket {
	t.Helper()
	cfg := media.S3Config{Endpoint: g.url, Bucket: testBucket, Prefix: "media", Access: g.access,
		Secret: g.secret, PathStyle: true, Server: "this", Run: "first", Pause: time.Millisecond}
	for _, c := range change {
		c(&cfg)
	}
	b, err := media.S3Blobs(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// plainly speaks to a gateway as any other program does.
func (g gateway) plainly(t *testing.T) minio.Core {
	t.Helper()
	host := g.url[len("http://"):]
	c, err := minio.NewCore(host, &minio.Options{Creds: credentials.NewStaticV4(g.access, g.secret, ""),
		BucketLookup: minio.BucketLookupPath, Region: media.DefaultRegion, Transport: closing(t)})
	if err != nil {
		t.Fatal(err)
	}
	return *c
}

// Every place that contents are kept in is held to the same.
func TestLocalFilesAreABlobStore(t *testing.T) {
	blobStore(t, func(t *testing.T, _ func() time.Time) media.BlobStore {
		b, err := media.LocalBlobs(filepath.Join(t.TempDir(), "blobs"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

func TestABucketIsABlobStore(t *testing.T) {
	g := fake(t)
	blobStore(t, func(t *testing.T, now func() time.Time) media.BlobStore { return g.bucket(t, apart(t, now)) })
}

func TestABucketOfARealGatewayIsABlobStore(t *testing.T) {
	g := versity(t)
	blobStore(t, func(t *testing.T, now func() time.Time) media.BlobStore { return g.bucket(t, apart(t, now)) })
}

// apart gives each test a prefix of its own, and its clock.
func apart(t *testing.T, now func() time.Time) func(*media.S3Config) {
	return func(c *media.S3Config) {
		c.Prefix, c.Now = fmt.Sprintf("%x/", sha256.Sum224([]byte(t.Name()))), now
	}
}

// blobStore is what every BlobStore does.
func blobStore(t *testing.T, open func(*testing.T, func() time.Time) media.BlobStore) {
	for name, test := range map[string]func(*shelves){
		"what was put is there as it was":           (*shelves).asPut,
		"any part is read":                          (*shelves).anyPart,
		"what is not there is said not to be":       (*shelves).notThere,
		"what is damaged is mended by putting anew": (*shelves).mended,
		"a list has all there is":                   (*shelves).listed,
		"a list stops when it is told to":           (*shelves).stopped,
		"many at once":                              (*shelves).atOnce,
		"the only server may remove":                (*shelves).alone,
	} {
		t.Run(name, func(t *testing.T) {
			s := &shelves{T: t, dir: t.TempDir()}
			s.BlobStore = open(t, func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) })
			test(s)
		})
	}
}

// shelves are a BlobStore in a test.
type shelves struct {
	*testing.T
	media.BlobStore
	dir   string
	ahead atomic.Int64 // of the clock of a place that has one
}

// content is some bytes that no other seed gives.
func content(seed uint64, size int) []byte {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	raw := make([]byte, size)
	if _, err := rand.NewChaCha8(key).Read(raw); err != nil {
		panic(err) // never fails
	}
	return raw
}

// file writes a content into a file of its own.
func (s *shelves) file(raw []byte) string {
	s.Helper()
	f, err := os.CreateTemp(s.dir, "upload-*")
	if err != nil {
		s.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(raw); err != nil {
		s.Fatal(err)
	}
	return f.Name()
}

func (s *shelves) put(raw []byte) chat.Hash {
	s.Helper()
	h := chat.Hash(sha256.Sum256(raw))
	if err := s.Put(s.Context(), h, int64(len(raw)), s.file(raw)); err != nil {
		s.Fatal(err)
	}
	return h
}

func (s *shelves) holds(h chat.Hash, want []byte) {
	s.Helper()
	got, err := s.all(h)
	if err != nil || !bytes.Equal(got, want) {
		s.Errorf("%d bytes came of %d: %v", len(got), len(want), err)
	}
	if size, err := s.Stat(s.Context(), h); err != nil || size != int64(len(want)) {
		s.Errorf("its size is %d: %v", size, err)
	}
}

func (s *shelves) all(h chat.Hash) ([]byte, error) {
	c, err := s.Open(s.Context(), h)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return io.ReadAll(c)
}

func (s *shelves) is(what string, err error, want chat.Code) {
	s.Helper()
	if chat.CodeOf(err) != want {
		s.Errorf("%s ended with %v, not with code %d", what, err, want)
	}
}

func (s *shelves) asPut() {
	for i, size := range []int{1, 4096, 256<<10 + 1, 17 << 20} { // the last goes up in parts
		raw := content(uint64(i), size)
		h := s.put(raw)
		s.holds(h, raw)
		s.put(raw) // as when somebody else uploads it too
		s.holds(h, raw)
	}
}

func (s *shelves) anyPart() {
	raw := content(1, 3<<20+17)
	c, err := s.Open(s.Context(), s.put(raw))
	if err != nil {
		s.Fatal(err)
	}
	defer c.Close()
	if c.Size() != int64(len(raw)) {
		s.Fatalf("its size is %d", c.Size())
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		from := r.IntN(len(raw))
		n := min(1<<r.IntN(22), len(raw)-from)
		if at, err := c.Seek(int64(from), io.SeekStart); err != nil || at != int64(from) {
			s.Fatalf("seek to %d: %d, %v", from, at, err)
		}
		got := make([]byte, n)
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, raw[from:from+n]) {
			s.Fatalf("%d bytes from %d are others: %v", n, from, err)
		}
	}
	if at, err := c.Seek(-5, io.SeekEnd); err != nil || at != int64(len(raw)-5) {
		s.Errorf("5 before the end is %d: %v", at, err)
	}
	if tail, err := io.ReadAll(c); err != nil || !bytes.Equal(tail, raw[len(raw)-5:]) {
		s.Errorf("the end is %d bytes: %v", len(tail), err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		s.Errorf("behind the end: %d, %v", n, err)
	}
}

func (s *shelves) notThere() {
	h := chat.Hash(sha256.Sum256([]byte("nobody put it")))
	_, err := s.all(h)
	s.is("open", err, chat.CodeNotFound)
	_, err = s.Stat(s.Context(), h)
	s.is("stat", err, chat.CodeNotFound)
	s.is("delete", s.Delete(s.Context(), h), 0)
	raw := content(1, 100)
	h = s.put(raw)
	s.holds(h, raw)
	s.is("delete", s.Delete(s.Context(), h), 0)
	_, err = s.all(h)
	s.is("open after delete", err, chat.CodeNotFound)
	s.put(raw)
	s.holds(h, raw)
}

func (s *shelves) mended() {
	raw := content(1, 5000)
	h := chat.Hash(sha256.Sum256(raw))
	if err := s.Put(s.Context(), h, 300, s.file(raw[:300])); err != nil { // half of it, as a disk may leave it
		s.Fatal(err)
	}
	if _, err := s.all(h); err != nil {
		s.Fatal(err)
	}
	s.put(raw)
	s.holds(h, raw)
	// What is there is not believed by its size: putting takes the same whether somebody has it or not.
	s.is("delete", s.Delete(s.Context(), h), 0)
	if err := s.Put(s.Context(), h, int64(len(raw)), s.file(content(2, len(raw)))); err != nil {
		s.Fatal(err)
	}
	s.put(raw)
	s.holds(h, raw)
}

func (s *shelves) listed() {
	want := map[chat.Hash]int64{}
	for i := range 30 {
		raw := content(uint64(i), 10+i)
		want[s.put(raw)] = int64(len(raw))
	}
	s.same(want)
	if err := s.Tidy(s.Context(), time.Now().Add(time.Hour)); err != nil {
		s.Fatal(err)
	}
	s.same(want)
}

// same compares what is listed.
func (s *shelves) same(want map[chat.Hash]int64) {
	s.Helper()
	got, last := map[chat.Hash]int64{}, chat.Hash{}
	err := s.List(s.Context(), func(one media.Listed) error {
		if _, twice := got[one.Hash]; twice {
			s.Errorf("%x is listed twice", one.Hash[:4])
		}
		if bytes.Compare(one.Hash[:], last[:]) < 0 {
			s.Errorf("%x is listed after %x", one.Hash[:4], last[:4])
		}
		got[one.Hash], last = one.Size, one.Hash
		if age := time.Since(one.Put); age > time.Hour || age < -time.Hour {
			s.Errorf("it was put %v ago", age)
		}
		return nil
	})
	if err != nil || len(got) != len(want) {
		s.Fatalf("%d are listed of %d: %v", len(got), len(want), err)
	}
	for h, size := range want {
		if got[h] != size {
			s.Errorf("%x has %d bytes in the list", h[:4], got[h])
		}
	}
}

func (s *shelves) stopped() {
	for i := range 10 {
		s.put(content(uint64(i), 10))
	}
	enough := errors.New("enough")
	n := 0
	err := s.List(s.Context(), func(media.Listed) error {
		if n++; n == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || n != 3 {
		s.Errorf("after %d it ended with %v", n, err)
	}
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	if err := s.List(ctx, func(media.Listed) error { return nil }); err == nil {
		s.Error("a list that was cancelled ended well")
	}
}

func (s *shelves) atOnce() {
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			raw := content(uint64(i), 1000+i*40_000)
			h := chat.Hash(sha256.Sum256(raw))
			for range 3 {
				if err := s.Put(s.Context(), h, int64(len(raw)), s.file(raw)); err != nil {
					s.Error(err)
				}
				s.holds(h, raw)
				if i%2 == 0 {
					s.is("delete", s.Delete(s.Context(), h), 0)
				}
			}
		})
	}
	all.Wait()
	var left []int64
	if err := s.List(s.Context(), func(one media.Listed) error {
		left = append(left, one.Size)
		return nil
	}); err != nil || len(left) != 8 {
		slices.Sort(left)
		s.Errorf("left are %v: %v", left, err)
	}
}

func (s *shelves) alone() {
	if is, err := s.Claim(s.Context()); err != nil || is.Whose == media.ClaimOther {
		s.Errorf("another one may remove: %v", err)
	}
	s.ahead.Store(int64(time.Hour))
	for range 2 {
		if is, err := s.Claim(s.Context()); err != nil || is.Whose != media.ClaimOurs {
			s.Errorf("it may not remove: %v", err)
		}
	}
	if err := s.Check(s.Context()); err != nil {
		s.Error(err)
	}
}
