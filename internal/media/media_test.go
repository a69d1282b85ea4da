// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// yard is a service of media with a clock that a test moves.
type yard struct {
	*testing.T
	*media.Service
	dir   string
	store *storetest.Memory
	ahead *atomic.Int64
	cfg   media.Config
}

func newYard(t *testing.T, change ...func(*media.Config)) *yard {
	t.Helper()
	y := &yard{T: t, dir: t.TempDir(), store: storetest.NewMemory(), ahead: new(atomic.Int64)}
	begun := time.Now()
	y.cfg = media.Config{Dir: y.dir, Store: y.store, Now: func() time.Time {
		return begun.Add(time.Duration(y.ahead.Load()))
	}}
	for _, c := range change {
		c(&y.cfg)
	}
	y.open()
	t.Cleanup(func() { y.Service.Close() })
	return y
}

func (y *yard) open() {
	y.Helper()
	s, err := media.Open(y.cfg)
	if err != nil {
		y.Fatal(err)
	}
	y.Service = s
}

// restart opens the service again, on what the one before left.
func (y *yard) restart() {
	y.Helper()
	y.Service.Close()
	y.open()
}

func (y *yard) later(d time.Duration) { y.ahead.Add(int64(d)) }

// begin makes an upload of account 1.
func (y *yard) begin(n media.NewUpload) chat.FileID {
	y.Helper()
	id, err := y.Begin(y.Context(), 1, n)
	if err != nil {
		y.Fatal(err)
	}
	return id
}

// add appends to an upload, and wants a code.
func (y *yard) add(want chat.Code, id chat.FileID, at int, raw []byte) {
	y.Helper()
	_, err := y.Append(y.Context(), 1, id, media.Part{Offset: int64(at), Body: bytes.NewReader(raw)})
	if chat.CodeOf(err) != want {
		y.Fatalf("adding at %d ended with %v, not with %v", at, err, want)
	}
}

// parts uploads a content in three parts of one length.
func (y *yard) parts(raw []byte) (ids []chat.FileID) {
	y.Helper()
	for part := range slices.Chunk(raw, len(raw)/3) {
		id := y.begin(media.NewUpload{Length: int64(len(part)), Partial: true})
		y.add(0, id, 0, part)
		ids = append(ids, id)
	}
	return ids
}

// whole uploads something in one piece.
func (y *yard) whole(raw []byte) media.File {
	y.Helper()
	id := y.begin(media.NewUpload{Length: int64(len(raw))})
	y.add(0, id, 0, raw)
	return y.file(id)
}

func (y *yard) file(id chat.FileID) media.File {
	y.Helper()
	f, _, err := y.File(y.Context(), 1, id)
	if err != nil {
		y.Fatal(err)
	}
	return f
}

func (y *yard) at(id chat.FileID) int64 {
	y.Helper()
	p, err := y.Where(y.Context(), 1, id)
	if err != nil {
		y.Fatal(err)
	}
	return p.Offset
}

// kept counts the contents on disk.
func (y *yard) kept() int {
	y.Helper()
	all, err := filepath.Glob(filepath.Join(y.dir, media.BlobDir, "*", "*"))
	if err != nil {
		y.Fatal(err)
	}
	return len(all)
}

func (y *yard) collect() {
	y.Helper()
	if err := y.Collect(y.Context()); err != nil {
		y.Fatal(err)
	}
}

func noise(n int) []byte {
	raw := make([]byte, 0, n+32)
	for i := 0; len(raw) < n; i++ {
		sum := sha256.Sum256([]byte(strconv.Itoa(i)))
		raw = append(raw, sum[:]...)
	}
	return raw[:n]
}

// MEDIA-1
func TestAnUploadGoesOnAfterACutAndARestart(t *testing.T) {
	y := newYard(t)
	raw := noise(3_000_000)
	id := y.begin(media.NewUpload{Length: int64(len(raw)), Name: "سند.pdf"})
	cut := io.MultiReader(bytes.NewReader(raw[:1_200_000]), broken{})
	_, err := y.Append(t.Context(), 1, id, media.Part{Body: cut})
	if chat.CodeOf(err) != chat.CodeBadFrame {
		t.Fatalf("a cut upload ended with %v", err)
	}
	if at := y.at(id); at != 1_200_000 {
		t.Fatalf("after the cut it is at %d", at)
	}
	// What a crash leaves beyond what is durable may be anything.
	data := filepath.Join(y.dir, "uploads", string(id)+".data")
	f, err := os.OpenFile(data, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 5000)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	y.restart()
	y.add(chat.CodeUploadOffset, id, 1_205_000, raw[1_205_000:])
	y.add(0, id, 1_200_000, raw[1_200_000:2_000_000])
	y.restart()
	y.add(0, id, 2_000_000, raw[2_000_000:])
	got := y.file(id)
	if got.Hash != sha256.Sum256(raw) || got.Size != int64(len(raw)) || got.Name != "سند.pdf" {
		t.Errorf("the file is %+v", got.Upload)
	}
	if at := y.at(id); at != int64(len(raw)) {
		t.Errorf("a finished upload is at %d", at)
	}
	c, err := os.ReadFile(filepath.Join(y.dir, media.BlobDir, media.BlobName(got.Hash)))
	if err != nil || !bytes.Equal(c, raw) {
		t.Errorf("what is kept is not what was uploaded: %v", err)
	}
}

// broken is a connection that ends in the middle.
type broken struct{}

// Read implements io.Reader.
func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// A crash after the last byte was durable, and before the file was made.
func TestAnUploadThatIsWholeIsFinishedWhenItsClientAsks(t *testing.T) {
	failing := new(atomic.Bool)
	y := newYard(t)
	y.cfg.Store = sometimes{y.store, failing}
	y.restart()
	raw := noise(1000)
	id := y.begin(media.NewUpload{Length: 1000})
	failing.Store(true)
	y.add(chat.CodeInternal, id, 0, raw)
	y.restart()
	if _, err := y.Where(t.Context(), 1, id); err == nil {
		t.Error("while the store fails it is said to be finished")
	}
	failing.Store(false)
	if at := y.at(id); at != 1000 || y.file(id).Hash != sha256.Sum256(raw) {
		t.Errorf("it is at %d", at)
	}
	left, err := os.ReadDir(filepath.Join(y.dir, "uploads"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// sometimes is a store that fails to put files.
type sometimes struct {
	media.Store
	fails *atomic.Bool
}

// PutFile implements media.Store.
func (s sometimes) PutFile(ctx context.Context, f media.File) error {
	if s.fails.Load() {
		return io.ErrClosedPipe
	}
	return s.Store.PutFile(ctx, f)
}

func TestTheNextRequestStopsTheOneThatHangs(t *testing.T) {
	y := newYard(t)
	raw := noise(2000)
	id := y.begin(media.NewUpload{Length: 2000})
	hung, stop := io.Pipe()
	first := make(chan error, 1)
	go func() {
		_, err := y.Append(t.Context(), 1, id, media.Part{
			Body: io.MultiReader(bytes.NewReader(raw[:700]), hung), Interrupt: func() { hung.Close() },
		})
		first <- err
	}()
	if _, err := stop.Write(raw[700:800]); err != nil { // it is being read
		t.Fatal(err)
	}
	if at := y.at(id); at != 800 {
		t.Errorf("what the hanging request brought ends at %d", at)
	}
	if err := <-first; chat.CodeOf(err) != chat.CodeUnavailable {
		t.Errorf("the hanging request ended with %v", err)
	}
	y.add(0, id, 800, raw[800:])
	if y.file(id).Hash != sha256.Sum256(raw) {
		t.Error("it is not whole")
	}
}

// slow is a place that takes its time to keep a content.
type slow struct {
	media.BlobStore
	puts  atomic.Int64
	begun chan struct{} // told of each
	let   chan struct{} // lets all of them go on
}

// slowly makes a service keep contents in such a place.
func slowly(t *testing.T) (*slow, func(*media.Config)) {
	s := &slow{begun: make(chan struct{}, 9), let: make(chan struct{})}
	return s, func(c *media.Config) {
		files, err := media.LocalBlobs(filepath.Join(c.Dir, media.BlobDir))
		if err != nil {
			t.Fatal(err)
		}
		s.BlobStore, c.Blobs = files, s
	}
}

// Put implements media.BlobStore.
func (s *slow) Put(ctx context.Context, hash chat.Hash, size int64, file string) error {
	s.puts.Add(1)
	s.begun <- struct{}{}
	select {
	case <-s.let:
		return s.BlobStore.Put(ctx, hash, size, file)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// comes waits for what has to come.
func comes[T any](t *testing.T, what string, c <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-c:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not come", what)
	}
	return got
}

// Putting a content away may take longer than a client waits. It asks then how far its upload is, which waits
// for the end of that.
//
// MEDIA-1
func TestWhoAsksWhileTheirUploadIsFinishedIsToldThatItIsWhole(t *testing.T) {
	store, slowly := slowly(t)
	y := newYard(t, slowly)
	raw := noise(1000)
	id := y.begin(media.NewUpload{Length: 1000})
	met, first := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := y.Append(context.Background(), 1, id, media.Part{Body: bytes.NewReader(raw),
			Interrupt: func() { close(met) }})
		first <- err
	}()
	comes(t, "the putting", store.begun)
	type told struct {
		media.Progress
		error
	}
	asked := make(chan told, 1)
	go func() {
		p, err := y.Where(context.Background(), 1, id)
		asked <- told{p, err}
	}()
	comes(t, "the question", met)
	close(store.let)
	if is := comes(t, "the answer", asked); is.error != nil || is.Offset != 1000 || is.Length != 1000 {
		t.Errorf("it is told %+v", is)
	}
	if err := comes(t, "the end", first); err != nil || y.file(id).Hash != sha256.Sum256(raw) {
		t.Errorf("the upload ended with %v", err)
	}
}

// MEDIA-2
func TestAPartWithAChecksumIsTakenWholeOrNotAtAll(t *testing.T) {
	y := newYard(t)
	raw := noise(5000)
	id := y.begin(media.NewUpload{Length: 5000})
	right := sha1.Sum(raw[:3000])
	part := func(raw []byte) error {
		_, err := y.Append(t.Context(), 1, id, media.Part{
			Body: bytes.NewReader(raw), Check: sha1.New(), Want: right[:],
		})
		return err
	}
	if err := part(raw[1:3001]); chat.CodeOf(err) != chat.CodeChecksumWrong {
		t.Errorf("a wrong part ended with %v", err)
	}
	if at := y.at(id); at != 0 {
		t.Errorf("after a wrong part it is at %d", at)
	}
	if err := part(raw[:3000]); err != nil {
		t.Error(err)
	}
	y.add(0, id, 3000, raw[3000:])
	if y.file(id).Hash != sha256.Sum256(raw) {
		t.Error("the file is another")
	}
}

// MEDIA-2
func TestPartsAreJoinedAndGone(t *testing.T) {
	y := newYard(t)
	raw := noise(900_000)
	parts := y.parts(raw)
	for _, id := range parts {
		if _, _, err := y.File(t.Context(), 1, id); chat.CodeOf(err) != chat.CodeFileGone {
			t.Errorf("a part can be sent: %v", err)
		}
	}
	unfinished := y.begin(media.NewUpload{Length: 5, Partial: true})
	some := []chat.FileID{parts[0], unfinished}
	if _, err := y.Join(t.Context(), 1, media.NewUpload{Parts: some}); err == nil {
		t.Error("an unfinished part was joined")
	}
	if _, err := y.Join(t.Context(), 2, media.NewUpload{Parts: parts}); chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("somebody else's parts: %v", err)
	}
	id, err := y.Join(t.Context(), 1, media.NewUpload{Parts: parts, Name: "film.mp4"})
	if err != nil {
		t.Fatal(err)
	}
	if f := y.file(id); f.Hash != sha256.Sum256(raw) || f.Size != 900_000 {
		t.Errorf("the file is %+v", f.Upload)
	}
	for _, p := range parts {
		if _, err := y.Where(t.Context(), 1, p); chat.CodeOf(err) != chat.CodeFileGone {
			t.Errorf("a part is left: %v", err)
		}
	}
	if n := y.Figures().Taken; n != 900_000 {
		t.Errorf("%d bytes are said to have arrived", n)
	}
}

// MEDIA-3
func TestWhatAnAccountMayUploadIsBounded(t *testing.T) {
	y := newYard(t, func(c *media.Config) { c.Max, c.DayBytes, c.AccountBytes = 1000, 2500, 4000 })
	_, err := y.Begin(t.Context(), 1, media.NewUpload{Length: 1001})
	if chat.CodeOf(err) != chat.CodeTooLarge {
		t.Errorf("too large: %v", err)
	}
	raw := noise(1000)
	y.whole(raw)
	y.whole(raw) // the same content counts again
	open := y.begin(media.NewUpload{Length: 500})
	_, err = y.Begin(t.Context(), 1, media.NewUpload{Length: 1})
	var coded *chat.Error
	if !errors.As(err, &coded) || coded.Code != chat.CodeMediaQuota || coded.Retry <= 0 {
		t.Errorf("beyond the share of the day: %#v", err)
	}
	if _, err := y.Begin(t.Context(), 2, media.NewUpload{Length: 1000}); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	if err := y.Cancel(t.Context(), 1, open); err != nil {
		t.Fatal(err)
	}
	y.begin(media.NewUpload{Length: 500})
	y.later(25 * time.Hour)
	// The next day has another share; what messages carry stays.
	for range 3 {
		y.say(chat.Hash{9}, 1200)
	}
	_, err = y.Begin(t.Context(), 1, media.NewUpload{Length: 400})
	if chat.CodeOf(err) != chat.CodeMediaQuota {
		t.Errorf("beyond what an account keeps: %v", err)
	}
}

// say stores a message of account 1 that carries a content.
func (y *yard) say(hash chat.Hash, size int64) {
	y.Helper()
	d := chat.Draft{Log: chat.ChatID(1).Log(), Author: 1, Body: []byte("x"), Env: chat.Envelope{
		Kind: chat.KindMessage, Counted: true,
	}, Changes: []chat.Change{chat.MediaUsed{Hash: hash, Size: size}}}
	y.append(d)
}

func (y *yard) append(d chat.Draft) {
	y.Helper()
	r, err := y.store.Append(y.Context(), []engine.Batch{{Entries: []chat.Draft{d}}})
	if err != nil || r[0].Err != nil {
		y.Fatal(err, r)
	}
}

// MEDIA-8
func TestWhatNobodyNeedsIsRemovedAndNothingElse(t *testing.T) {
	y := newYard(t)
	sent, unsent := y.whole(noise(1000)), y.whole(noise(2000))
	again := y.whole(noise(1000))
	idle := y.begin(media.NewUpload{Length: 9})
	y.say(sent.Hash, sent.Size)
	// A crash left a content that the store does not know.
	unknown := filepath.Join(y.dir, media.BlobDir, media.BlobName(chat.Hash{7}))
	if err := os.MkdirAll(filepath.Dir(unknown), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(unknown, []byte("?"), 0o600); err != nil {
		t.Fatal(err)
	}
	y.later(23 * time.Hour)
	y.collect()
	if y.kept() != 3 {
		t.Fatalf("%d contents are kept within the day", y.kept())
	}
	if _, err := y.Upload(t.Context(), 1, unsent.ID); err != nil { // it is about to be sent
		t.Fatal(err)
	}
	y.later(2 * time.Hour)
	y.collect()
	if _, err := y.Upload(t.Context(), 1, again.ID); chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("a file that nobody sent for a day: %v", err)
	}
	if _, err := y.Where(t.Context(), 1, idle); chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("an upload that nobody went on with: %v", err)
	}
	if y.kept() != 2 {
		t.Fatalf("%d contents are kept after a day", y.kept())
	}
	y.later(24 * time.Hour)
	y.collect() // the other file is forgotten, its content noted
	y.append(chat.Draft{Log: chat.ChatID(1).Log(), Author: 1,
		Env:     chat.Envelope{Kind: chat.KindDelete, Target: 1},
		Changes: []chat.Change{chat.Superseded{Target: 1, Redact: true}}})
	y.collect()
	if y.kept() != 2 {
		t.Fatalf("%d contents are kept before their time", y.kept())
	}
	y.later(25 * time.Hour)
	y.collect()
	if y.kept() != 0 {
		t.Errorf("%d contents are left", y.kept())
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	full := new(atomic.Bool)
	y := newYard(t, func(c *media.Config) {
		c.Full = func() error {
			if full.Load() {
				return chat.Errorf(chat.CodeDiskFull, "the disk is nearly full")
			}
			return nil
		}
	})
	raw := noise(1000)
	id := y.begin(media.NewUpload{Length: 1000})
	y.add(0, id, 0, raw[:400])
	full.Store(true)
	y.add(chat.CodeDiskFull, id, 400, raw[400:])
	if _, err := y.Begin(t.Context(), 1, media.NewUpload{Length: 5}); chat.CodeOf(err) != chat.CodeDiskFull {
		t.Errorf("a new upload: %v", err)
	}
	if at := y.at(id); at != 400 {
		t.Errorf("it is at %d", at)
	}
	full.Store(false)
	y.add(0, id, 400, raw[400:])
	if y.file(id).Hash != sha256.Sum256(raw) {
		t.Error("it is not whole")
	}
}

// served fetches a content.
func (y *yard) served(v media.Serving, method string, headers ...string) *http.Response {
	y.Helper()
	r := httptest.NewRequest(method, "/", nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if err := y.Serve(w, r, v); err != nil {
		y.Fatal(err)
	}
	return w.Result()
}

// MEDIA-9
func TestContentsAreServedInPartsAndNothingRuns(t *testing.T) {
	y := newYard(t)
	raw := append([]byte("<html><script>alert(1)</script>"), noise(1000)...)
	f := y.whole(raw)
	if f.MIME != "text/html" {
		t.Errorf("it is taken for %s", f.MIME)
	}
	v := media.Serving{Hash: f.Hash, MIME: f.MIME, Name: "a\u202egpj.html", Public: true}
	whole := y.served(v, http.MethodGet)
	tag := fmt.Sprintf(`"%x"`, f.Hash)
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "ETag": tag, "X-Content-Type-Options": "nosniff",
		"Cache-Control": "public, max-age=31536000, immutable", "Accept-Ranges": "bytes",
		"Content-Disposition": "attachment; filename=agpj.html",
	} {
		if got := whole.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	csp := whole.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "sandbox; default-src 'none'") {
		t.Errorf("the policy is %q", csp)
	}
	part := y.served(v, http.MethodGet, "Range", "bytes=5-9")
	got, _ := io.ReadAll(part.Body)
	if part.StatusCode != http.StatusPartialContent || string(got) != string(raw[5:10]) {
		t.Errorf("a part is %d, %q", part.StatusCode, got)
	}
	if r := y.served(v, http.MethodGet, "If-None-Match", tag); r.StatusCode != http.StatusNotModified {
		t.Errorf("what is there already is %d", r.StatusCode)
	}
	head := y.served(v, http.MethodHead)
	if n, _ := io.ReadAll(head.Body); len(n) > 0 || head.ContentLength != int64(len(raw)) {
		t.Errorf("HEAD gives %d bytes of %d", len(n), head.ContentLength)
	}
	v.Public = false
	again := y.served(v, http.MethodGet, "If-None-Match", tag)
	if c := again.Header.Get("Cache-Control"); c != "private, no-cache" {
		t.Errorf("what is private is %q", c)
	}
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("what is private and there already is %d", again.StatusCode)
	}
}

// MEDIA-1
func TestTheProtocolOfUploadsIsTus(t *testing.T) {
	y := newYard(t)
	ask := func(method, path string, body []byte, headers ...string) (*http.Response, error) {
		r := httptest.NewRequest(method, path, bytes.NewReader(body))
		r.Header.Set("Tus-Resumable", "1.0.0")
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		err := y.ServeUpload(w, r, 1)
		return w.Result(), err
	}
	_, err := ask("POST", "/upload/", nil, "Tus-Resumable", "0.2")
	if chat.CodeOf(err) != chat.CodeVersionUnsupported {
		t.Errorf("another version: %v", err)
	}
	name := base64.StdEncoding.EncodeToString([]byte("کتاب.pdf"))
	made, err := ask("POST", "/upload/", nil, "Upload-Length", "10",
		"Upload-Metadata", "filename "+name+",empty")
	if err != nil || made.StatusCode != http.StatusCreated {
		t.Fatalf("%v, %v", made.Status, err)
	}
	at := made.Header.Get("Location")
	octets := "application/offset+octet-stream"
	_, err = ask("PATCH", at, []byte("hello"), "Content-Type", octets, "Upload-Offset", "3")
	if chat.CodeOf(err) != chat.CodeUploadOffset {
		t.Errorf("a wrong offset: %v", err)
	}
	r, err := ask("PATCH", at, []byte("hello"), "Content-Type", octets, "Upload-Offset", "0")
	if err != nil || r.StatusCode != http.StatusNoContent || r.Header.Get("Upload-Offset") != "5" {
		t.Errorf("%v at %s: %v", r.Status, r.Header.Get("Upload-Offset"), err)
	}
	r, err = ask("HEAD", at, nil)
	if err != nil || r.Header.Get("Upload-Offset") != "5" || r.Header.Get("Upload-Length") != "10" {
		t.Errorf("%v: %v", r.Header, err)
	}
	sum := sha1.Sum([]byte("world"))
	r, err = ask("POST", at, []byte("world"), "X-HTTP-Method-Override", "PATCH", "Content-Type", octets,
		"Upload-Offset", "5", "Upload-Checksum", "sha1 "+base64.StdEncoding.EncodeToString(sum[:]))
	if err != nil || r.Header.Get("Upload-Offset") != "10" {
		t.Errorf("%v: %v", r.Header, err)
	}
	f := y.file(chat.FileID(strings.TrimPrefix(at, "/upload/")))
	if f.Name != "کتاب.pdf" || f.Hash != sha256.Sum256([]byte("helloworld")) {
		t.Errorf("the file is %+v", f.Upload)
	}
	if _, err := ask("DELETE", at, nil); chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("a finished upload was cancelled: %v", err)
	}
	_, err = ask("PATCH", "/upload/../x", nil, "Content-Type", octets, "Upload-Offset", "0")
	if chat.CodeOf(err) != chat.CodeFileGone {
		t.Errorf("a path: %v", err)
	}
}
