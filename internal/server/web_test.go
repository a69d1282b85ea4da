// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func testApp(t *testing.T) *app {
	t.Helper()
	a, err := newApp(fstest.MapFS{
		".gitkeep":                 {},
		"index.html":               {Data: []byte("<!doctype html>")},
		"boot.js":                  {Data: []byte("boot()")},
		"assets/main-C0FFEE.js":    {Data: []byte("main()")},
		"assets/main-C0FFEE.js.br": {Data: []byte("br of main")},
		"assets/main-C0FFEE.js.gz": {Data: []byte("gz of main")},
		"assets/lost.js.gz":        {Data: []byte("gz of nothing")},
	}, []string{"https://second.example.org", "http://10.0.0.1:8080"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for _, kv := range headers {
		k, v, _ := strings.Cut(kv, ": ")
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHashedFilesAreCachedForEverAndPagesAreAskedForAgain(t *testing.T) {
	a := testApp(t)
	w := get(a, "/assets/main-C0FFEE.js")
	if got := w.Header().Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("pages of other addresses get it with %q", got)
	}
	forever := strings.Contains(w.Header().Get("Cache-Control"), "immutable")
	if w.Code != 200 || w.Body.String() != "main()" || !forever {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if got := w.Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("type %s", got)
	}
	w = get(a, "/")
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache, no-transform" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	tag := w.Header().Get("ETag")
	if w = get(a, "/", "If-None-Match: "+tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("%d with the tag %s", w.Code, tag)
	}
}

func TestTheFormBuiltForTheBrowserIsSent(t *testing.T) {
	a := testApp(t)
	for accept, want := range map[string]string{
		"gzip, deflate, br": "br", "gzip": "gzip", "br;q=0, gzip;q=0.5": "gzip", "identity": "", "": "",
	} {
		w := get(a, "/assets/main-C0FFEE.js", "Accept-Encoding: "+accept)
		body := map[string]string{"br": "br of main", "gzip": "gz of main", "": "main()"}[want]
		if w.Header().Get("Content-Encoding") != want || w.Body.String() != body {
			t.Errorf("%q: %q %q", accept, w.Header().Get("Content-Encoding"), w.Body)
		}
		if w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: caches are not told", accept)
		}
	}
}

func TestPagesOfTheAppAreTheOnePageAndMissingFilesAreMissing(t *testing.T) {
	a := testApp(t)
	for path, want := range map[string]int{
		"/": 200, "/chat/7": 200, "/index.html": 200, "/boot.js": 200,
		"/none.js": 404, "/assets/none": 404, "/assets/lost.js": 404, "/../../etc/passwd": 200, "/.gitkeep": 404,
	} {
		if w := get(a, path, "Accept: text/html"); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
	// What is shared without the app's worker is told to be lost, and not read.
	body := strings.NewReader("private")
	w = httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/share", body))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/share?files=none" || body.Len() != 7 {
		t.Errorf("POST /share: %d to %s, %d bytes left", w.Code, w.Header().Get("Location"), body.Len())
	}
}

func TestThePolicyAllowsOurOwnAddressesAndNoInlineScript(t *testing.T) {
	csp := get(testApp(t), "/").Header().Get("Content-Security-Policy")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'",
		"require-trusted-types-for 'script'", "trusted-types default svelte-trusted-html;",
		"connect-src 'self' https://second.example.org wss://second.example.org",
		" http://10.0.0.1:8080 ws://10.0.0.1:8080;",
		"img-src 'self' blob: https://second.example.org http://10.0.0.1:8080 data:;",
		"media-src 'self' blob: https://second.example.org http://10.0.0.1:8080;",
	} {
		if !strings.Contains(csp+";", want) {
			t.Errorf("%q is not in %q", want, csp)
		}
	}
	for _, never := range []string{"unsafe", "*"} {
		if strings.Contains(csp, never) {
			t.Errorf("%q is in %q", never, csp)
		}
	}
}

func TestWhatIsNoPageAndNoWorkerIsSentWithoutWhatGuardsThose(t *testing.T) {
	files := fstest.MapFS{}
	pages := []string{"index.html", "worker.js", "boot.js", "assets/film.worker-C0FFEE.js", "assets/a.svg"}
	parts := []string{"assets/a.js", "assets/a.css", "assets/a.woff2", "assets/a.json"}
	for _, name := range append(pages, parts...) {
		files[name] = &fstest.MapFile{Data: []byte(name)}
	}
	a, err := newApp(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	for guarded, names := range map[bool][]string{true: append(pages, "no.js", "chat/7"), false: parts} {
		for _, name := range names {
			h := get(a, "/"+name).Header()
			for _, header := range []string{
				"Content-Security-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy",
			} {
				if got := h.Get(header) != ""; got != guarded {
					t.Errorf("%s: %s %v", name, header, got)
				}
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" ||
				h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s: %v", name, h)
			}
		}
	}
}

func TestAPageThatOpensTheAppHasNoHoldOnItsWindow(t *testing.T) {
	for _, path := range []string{"/", "/boot.js", "/share"} {
		h := get(testApp(t), path).Header()
		if got := h.Get("Cross-Origin-Opener-Policy"); got != "same-origin" {
			t.Errorf("%s may be held by who opened it: %q", path, got)
		}
		if got := h.Get("Cross-Origin-Resource-Policy"); got != "same-origin" {
			t.Errorf("%s may be read into other pages: %q", path, got)
		}
	}
}

func TestOnlyOurOwnPageMayUseCameraMicrophoneAndPlace(t *testing.T) {
	got := get(testApp(t), "/").Header().Get("Permissions-Policy")
	want := "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=()"
	if got != want {
		t.Errorf("Permissions-Policy: %q, want %q", got, want)
	}
}

func TestAPageIsTakenAnewWhereTheAddressesOfItsServerChanged(t *testing.T) {
	files := fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "boot.js": {Data: []byte("boot()")}}
	tags := func(connect ...string) (page, script, build string) {
		a, err := newApp(files, connect)
		if err != nil {
			t.Fatal(err)
		}
		return get(a, "/").Header().Get("ETag"), get(a, "/boot.js").Header().Get("ETag"), a.build
	}
	page, script, build := tags()
	otherPage, otherScript, otherBuild := tags("https://second.example.org")
	if page == otherPage || script != otherScript || build != otherBuild {
		t.Errorf("page %s and %s, script %s and %s, build %s and %s",
			page, otherPage, script, otherScript, build, otherBuild)
	}
}

func TestTheDomainIsAmongTheAddressesOfAPageFromAnother(t *testing.T) {
	c := Config{Domain: "chat.example.org", Address: []string{"https://second.example.org"}}
	if got := policy(c.roots()); !strings.Contains(got, "wss://chat.example.org") {
		t.Errorf("%q", got)
	}
}

func TestWithoutABuildThePageSaysHowToGetOne(t *testing.T) {
	a, err := newApp(fstest.MapFS{".gitkeep": {}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := get(a, "/", "Accept: text/html"); w.Code != 404 || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestPagesWithoutTheAppAreWrittenInItsLetters(t *testing.T) {
	const font = "@font-face{font-family:Vazirmatn;src:url(/assets/letters-C0FFEE.woff2)format(\"woff2\")}"
	a, err := newApp(fstest.MapFS{
		"assets/main-C0FFEE.css": {Data: []byte("a{b:c}" + font +
			"@font-face{font-family:Fallback;src:local(Tahoma)}d{e:f}")},
		"assets/letters-C0FFEE.woff2": {Data: []byte("letters")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{core: &core{app: a}}
	style := get(http.HandlerFunc(s.serveStyle), stylePath).Body.String()
	if !strings.HasPrefix(style, string(pageStyle)) || !strings.HasSuffix(style, font) {
		t.Errorf("the style ends with %q", style[max(0, len(style)-200):])
	}
	if got := get(a, "/assets/letters-C0FFEE.woff2"); got.Code != http.StatusOK {
		t.Errorf("the letters: %d", got.Code)
	}
}
