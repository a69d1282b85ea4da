// SPDX-License-Identifier: AGPL-3.0-or-later

package preview_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/outside"
	"github.com/zolal-im/zolal/internal/preview"
	"github.com/zolal-im/zolal/internal/store/storetest"
)

// site is a site on this machine, and a service that may reach it.
type site struct {
	*testing.T
	*preview.Service
	url    string
	visits atomic.Int64
}

type pictures struct{ *media.Service }

// Picture implements preview.Pictures.
func (p pictures) Picture(ctx context.Context, owner chat.AccountID, raw []byte) (chat.Upload, error) {
	return p.Adopt(ctx, owner, media.NewUpload{Length: int64(len(raw)), Photo: true}, bytes.NewReader(raw))
}

func newSite(t *testing.T, pages map[string]http.HandlerFunc, change ...func(*preview.Config)) *site {
	t.Helper()
	s := &site{T: t}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.visits.Add(1)
		if page := pages[r.URL.Path]; page != nil {
			page(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	kept, err := media.Open(media.Config{Dir: t.TempDir(), Store: storetest.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kept.Close)
	cfg := preview.Config{Pictures: pictures{kept}, Outside: outside.Config{Loopback: true, Roots: roots}}
	for _, c := range change {
		c(&cfg)
	}
	s.Service, s.url = preview.New(cfg), server.URL
	return s
}

func html(page string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	}
}

func picture(w, h int) http.HandlerFunc {
	return func(to http.ResponseWriter, _ *http.Request) {
		to.Header().Set("Content-Type", "image/png")
		_ = png.Encode(to, image.NewGray(image.Rect(0, 0, w, h))) // the reader went away: its test says so
	}
}

func (s *site) found(path string) *chat.Preview {
	s.Helper()
	p, err := s.Find(s.Context(), 7, s.url+path)
	if err != nil {
		s.Fatalf("%s: %v", path, err)
	}
	return p
}

func (s *site) nothing(address string) {
	s.Helper()
	if p, err := s.Find(s.Context(), 7, address); chat.CodeOf(err) != chat.CodeNotFound {
		s.Errorf("%s: %+v, %v", address, p, err)
	}
}

// PREVIEW-1
func TestAPageSaysWhatItIs(t *testing.T) {
	const old = "<title>\xd3\xe1\xc7\xe3 \xcf\xe4\xed\xc7</title>" // windows-1256
	s := newSite(t, map[string]http.HandlerFunc{
		"/a": html(`<html><head><title>plain</title><meta property="og:title" content="خبر &amp; باران">
			<meta property="og:site_name" content="چشمه"><meta name="description" content="plain">
			<meta property="og:description" content="هوا خوب است"><meta property="og:image" content="/p.png"></head>
			<body><meta property="og:title" content="from the body">`),
		"/plain": html(`<title>
			Two  words </title><meta name="description" content="` + strings.Repeat("so ", 400) + `"><body>`),
		"/old": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=windows-1256")
			fmt.Fprint(w, old)
		},
		"/moved":   http.RedirectHandler("/a", http.StatusFound).ServeHTTP,
		"/p.png":   picture(200, 100),
		"/dot":     html(`<title>counts</title><meta property="og:image" content="/dot.png">`),
		"/dot.png": picture(1, 1),
		"/lost":    html(`<title>alone</title><meta property="og:image" content="/none.png">`),
	})
	a := s.found("/a")
	if a.Title != "خبر & باران" || a.Site != "چشمه" || a.Description != "هوا خوب است" || a.URL != s.url+"/a" {
		t.Errorf("%+v", a)
	}
	if a.Image == nil || a.Image.Width != 200 || a.Image.MIME != "image/png" {
		t.Errorf("its picture: %+v", a.Image)
	}
	plain := s.found("/plain")
	if plain.Title != "Two  words" || plain.Site != "127.0.0.1" ||
		chat.Len16(plain.Description) > chat.MaxPreviewText {
		t.Errorf("%+v", plain)
	}
	if old := s.found("/old"); old.Title != "سلام دنيا" {
		t.Errorf("in another encoding: %q", old.Title)
	}
	if moved := s.found("/moved"); moved.Title != a.Title || moved.URL != s.url+"/moved" {
		t.Errorf("moved: %+v", moved)
	}
	if alone := s.found("/p.png"); alone.Image == nil || alone.Title != "" {
		t.Errorf("a picture alone: %+v", alone)
	}
	for _, path := range []string{"/dot", "/lost"} {
		if p := s.found(path); p.Image != nil || p.Title == "" {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

// PREVIEW-1
func TestAPageIsAskedForOnceAndThenKnown(t *testing.T) {
	s := newSite(t, map[string]http.HandlerFunc{"/a": html("<title>a</title>"), "/empty": html("<p>")})
	if s.Card(t.Context(), s.url+"/a") != nil {
		t.Error("known before anybody asked")
	}
	for range 3 {
		s.found("/a")
		s.nothing(s.url + "/empty")
	}
	if p := s.Card(t.Context(), s.url+"/a"); p == nil || p.Title != "a" {
		t.Errorf("%+v", p)
	}
	if n := s.visits.Load(); n != 2 {
		t.Errorf("%d visits to two pages", n)
	}
}

// PREVIEW-3
func TestNobodyExploresANetworkByLinks(t *testing.T) {
	var inner atomic.Int64
	hidden := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inner.Add(1) }))
	defer hidden.Close()
	s := newSite(t, map[string]http.HandlerFunc{
		"/inside":  http.RedirectHandler("https://10.0.0.1/", http.StatusFound).ServeHTTP,
		"/plain":   http.RedirectHandler(hidden.URL, http.StatusFound).ServeHTTP,
		"/file":    http.RedirectHandler("file:///etc/passwd", http.StatusFound).ServeHTTP,
		"/round":   http.RedirectHandler("/round", http.StatusFound).ServeHTTP,
		"/picture": html(`<title>p</title><meta property="og:image" content="` + hidden.URL + `/x.png">`),
	})
	for _, address := range []string{
		"http://example.org/", "https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest",
		"https://[::1]:9/x/", "https://[fd00::1]/", "https://example.org:22/", "https://user@example.org/",
		"ftp://example.org/", "https://", "no address", s.url + "/inside", s.url + "/plain", s.url + "/file",
		s.url + "/round", s.url + "/none", "https://100.64.0.1/", "https://0.0.0.0/",
	} {
		s.nothing(address)
	}
	if p := s.found("/picture"); p.Image != nil {
		t.Errorf("%+v", p)
	}
	if n := inner.Load(); n != 0 {
		t.Errorf("a server without TLS inside was asked %d times", n)
	}
}

// PREVIEW-3
func TestWhatAPageCostsIsBounded(t *testing.T) {
	s := newSite(t, map[string]http.HandlerFunc{
		"/bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			blanks := bytes.Repeat([]byte(" "), 1<<20)
			for range 64 {
				if _, err := z.Write(blanks); err != nil {
					return
				}
			}
			fmt.Fprint(z, "<title>far behind</title>")
			_ = z.Close() // the reader went away
		},
		"/wide.png": picture(9000, 9000),
		"/zip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/zip")
		},
	}, func(c *preview.Config) { c.Account = engine.Allowance{Burst: 3, Every: 1 << 40} })
	for _, path := range []string{"/bomb", "/wide.png", "/zip"} {
		s.nothing(s.url + path)
	}
	if _, err := s.Find(t.Context(), 7, s.url+"/more"); chat.CodeOf(err) != chat.CodeRateLimited {
		t.Errorf("a fourth page: %v", err)
	}
	s.nothing(s.url + "/zip") // is known by now, and asks nobody
	if _, err := s.Find(t.Context(), 8, s.url+"/more"); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("somebody else: %v", err)
	}
	long := "https://example.org/" + strings.Repeat("a", chat.MaxURL)
	if _, err := s.Find(t.Context(), 8, long); chat.CodeOf(err) != chat.CodeTooLarge {
		t.Errorf("a long address: %v", err)
	}
}
