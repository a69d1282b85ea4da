// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"context"
	"encoding/pem"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// newsSite is a site on this machine, and the file with its certificate.
func newsSite(t *testing.T) (url, root string) {
	t.Helper()
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rain.png" {
			_ = png.Encode(w, image.NewGray(image.Rect(0, 0, 120, 80))) // the reader went away: the test says so
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<title>باران در راه است</title><meta property="og:image" content="/rain.png">`))
	}))
	t.Cleanup(site.Close)
	root = filepath.Join(t.TempDir(), "root.pem")
	raw := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw})
	if err := os.WriteFile(root, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return site.URL + "/news", root
}

// PREVIEW-1
// PREVIEW-2
func TestAPageIsShownBesideItsLink(t *testing.T) {
	url, root := newsSite(t)
	p := serve(t, t.TempDir(), "--previews-test-root", root)
	sara := p.signUp("sara_first")
	room := sara.chatWith(p.signUp("reza_second"))
	card := new(zolalv1.LinkPreview)
	sara.must(func(ctx context.Context) error {
		return sara.Call(ctx, "Links/Preview", &zolalv1.PreviewRequest{Url: url}, card)
	})
	if card.GetTitle() != "باران در راه است" || card.GetImage().GetWidth() != 120 {
		t.Fatalf("found %v", card)
	}
	send := func(text, preview string) {
		t.Helper()
		req := &zolalv1.SendRequest{Chat: room, Key: sara.NewKey(), Text: text, Preview: preview}
		sara.must(func(ctx context.Context) error {
			return sara.Call(ctx, "Messages/Send", req, new(zolalv1.Receipt))
		})
	}
	send("ببینید: "+url, url)
	send("نه این: "+url, "")
	send("نه آن: "+url+"/b", url+"/b") // nobody looked at it
	all := sara.messages(room)
	if len(all) != 3 || all[0].Preview == nil || all[1].Preview != nil || all[2].Preview != nil {
		t.Fatalf("%d messages: %+v", len(all), all)
	}
	if got := all[0].Preview; got.Title != card.GetTitle() || got.URL != url || got.Image == nil {
		t.Errorf("stored as %+v", got)
	}
}

// PREVIEW-4
func TestWithoutPreviewsNoSiteIsSpokenTo(t *testing.T) {
	url, root := newsSite(t)
	p := serve(t, t.TempDir(), "--previews-test-root", root, "--previews", "off")
	sara := p.signUp("sara_first")
	err := sara.Call(t.Context(), "Links/Preview", &zolalv1.PreviewRequest{Url: url}, new(zolalv1.LinkPreview))
	if err == nil || !strings.Contains(err.Error(), "switched off") {
		t.Errorf("%v", err)
	}
}
