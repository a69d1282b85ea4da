// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/zolal-im/zolal/web"
)

// app serves the web app out of the binary. Its files are few and small, so each is read once at start.
type app struct {
	files map[string]*asset // by path without the leading slash
	csp   string
	build string // what clients of this build say they are, in hex: a hash of the table of their files
	fonts []byte // the rules of the app's styles that name its fonts
}

// fontRule names a font that is a file of ours, in the short form that builds write.
var fontRule = regexp.MustCompile(`@font-face\s*\{[^}]*url\(/assets/[^}]*\}`)

// asset is one file with the compressed forms that were built with it.
type asset struct {
	body, br, gz []byte
	mime, etag   string
	forever      bool // its name holds a hash of its content
	part         bool // it is only ever a part of a page
}

// noApp answers where the binary was built without the web app.
const noApp = "The web app is not in this binary. Build it with `make build`, or use another client.\n"

// builtApp is the app inside this binary.
func builtApp(connect []string) (*app, error) {
	dist, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("read the web app: %w", err)
	}
	return newApp(dist, connect)
}

// newApp reads the built app. connect are further addresses of this server, which the app may talk to.
func newApp(dist fs.FS, connect []string) (*app, error) {
	a := &app{files: map[string]*asset{}, csp: policy(connect)}
	sum := sha256.New()
	err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		body, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		switch ext := path.Ext(name); ext {
		case ".br":
			a.file(strings.TrimSuffix(name, ext)).br = body
			return nil
		case ".gz":
			a.file(strings.TrimSuffix(name, ext)).gz = body
			return nil
		}
		hash := sha256.Sum256(body)
		fmt.Fprintf(sum, "%s %x\n", name, hash)
		if path.Ext(name) == ".html" {
			// The policy is a part of the page: where the addresses changed, browsers have to take it anew.
			hash = sha256.Sum256(append(slices.Clone(body), a.csp...))
		}
		f := a.file(name)
		f.body, f.etag = body, `"`+hex.EncodeToString(hash[:12])+`"`
		f.mime = mimeOf(name)
		f.forever = strings.HasPrefix(name, "assets/")
		f.part = f.forever && isPart(name)
		if path.Ext(name) == ".css" {
			a.fonts = append(a.fonts, bytes.Join(fontRule.FindAll(body, -1), []byte("\n"))...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the web app: %w", err)
	}
	for name, f := range a.files {
		if f.body == nil { // a compressed form of nothing
			delete(a.files, name)
		}
	}
	a.build = hex.EncodeToString(sum.Sum(nil)[:8])
	for name, f := range a.files {
		// Pages know the table of their files by its hash, see web/integrity.ts.
		if ok, _ := path.Match("assets/marks-*.json", name); ok {
			hash := sha256.Sum256(f.body)
			a.build = hex.EncodeToString(hash[:8])
		}
	}
	return a, nil
}

func (a *app) file(name string) *asset {
	if a.files[name] == nil {
		a.files[name] = &asset{}
	}
	return a.files[name]
}

// mimeOf names types itself where tables of machines differ.
func mimeOf(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// policy allows what the app needs and nothing else: no script but ours, no frame, no form, no host that is
// not ours. Where its own address is blocked, the app talks to the others and shows media from there.
func policy(connect []string) string {
	calls, media := "connect-src 'self'", "'self' blob:"
	for _, c := range connect {
		if u, err := url.Parse(c); err == nil && u.Host != "" {
			ws := map[string]string{"https": "wss://", "http": "ws://"}[u.Scheme]
			calls += " " + u.Scheme + "://" + u.Host + " " + ws + u.Host
			media += " " + u.Scheme + "://" + u.Host
		}
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src " + media + " data:",
		"font-src 'self'", "media-src " + media, calls,
		"manifest-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'",
		"frame-ancestors 'none'",
		// No text becomes markup or code: markup is the library's own templates, boot.js answers for workers.
		"require-trusted-types-for 'script'", "trusted-types default svelte-trusted-html",
	}, "; ")
}

// ServeHTTP answers a file, or for a page that the app draws itself its one HTML page.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/share" {
		// What another program shares is for the app's worker. It is not there, so nothing of it is read.
		http.Redirect(w, r, "/share?files=none", http.StatusSeeOther)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET here", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	f, ok := a.files[name]
	a.guard(w.Header(), ok && f.part)
	if !ok {
		f, ok = a.files["index.html"]
		if !wantsPage(r, name) {
			http.NotFound(w, r)
			return
		}
		if !ok {
			http.Error(w, noApp, http.StatusNotFound)
			return
		}
	}
	f.serve(w, r)
}

// guard sets what protects the app wherever it is shown. Half of it is about pages and workers: a part of a
// page is bound by what the page was given, and is asked for often.
func (a *app) guard(h http.Header, part bool) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if part {
		return
	}
	h.Set("Content-Security-Policy", a.csp)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=()")
}

// isPart tells what browsers neither show as a page nor run as a worker.
func isPart(name string) bool {
	switch path.Ext(name) {
	case ".js":
		return !strings.Contains(name, ".worker-")
	case ".css", ".woff2", ".json":
		return true
	}
	return false
}

// wantsPage tells a page from a missing file: pages have no extension.
func wantsPage(r *http.Request, name string) bool {
	accept := r.Header.Get("Accept")
	return path.Ext(name) == "" && !strings.HasPrefix(name, "assets/") &&
		(accept == "" || strings.Contains(accept, "text/html") || strings.Contains(accept, "*/*"))
}

func (f *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.mime)
	// Ask again, with the tag. A proxy that rewrote a file would have the app's worker refuse it.
	h.Set("Cache-Control", "no-cache, no-transform")
	if f.forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable, no-transform")
		// Where one address is blocked, the app's worker takes them from another and looks at what they hold.
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Timing-Allow-Origin", "*")
	}
	body, tag := f.body, f.etag
	if len(f.br)+len(f.gz) > 0 {
		h.Set("Vary", "Accept-Encoding")
	}
	accepted := encodings(r.Header.Get("Accept-Encoding"))
	switch {
	case len(f.br) > 0 && slices.Contains(accepted, "br"):
		body, tag = f.br, tag[:len(tag)-1]+`-br"`
		h.Set("Content-Encoding", "br")
	case len(f.gz) > 0 && slices.Contains(accepted, "gzip"):
		body, tag = f.gz, tag[:len(tag)-1]+`-gz"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		w.Write(body) // the reader went away: there is nobody to tell
	}
}

// encodings lists what a client accepts, without what it refuses.
func encodings(header string) []string {
	var out []string
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(part, ";")
		if q = strings.ReplaceAll(q, " ", ""); q == "q=0" || q == "q=0.0" {
			continue
		}
		out = append(out, strings.ToLower(strings.TrimSpace(name)))
	}
	return out
}
