// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// MEDIA-7
func TestThePhotosOfAnExportAreShownToReadersOfTheChannel(t *testing.T) {
	p := serve(t, t.TempDir())
	sara := p.signUp("sara_first")
	dir := t.TempDir()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 48))); err != nil {
		t.Fatal(err)
	}
	put := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("a.png", picture.Bytes())
	put("result.json", []byte(`{"name": "قله", "type": "public_channel", "id": 9,
		"messages": [
		{"id": 1, "type": "message", "date_unixtime": "1710904200", "text": "از بالا", "photo": "a.png"},
		{"id": 2, "type": "message", "date_unixtime": "1710904201", "text": "", "photo": "b.png"}]}`))
	said := mustRun(t, "import", "telegram", dir, "--as", "sara_first", "--channel", "summit_news",
		"--data", p.dir)
	if !strings.Contains(said, "1 photos, videos and other files came with them") ||
		!strings.Contains(said, "1 files are not in the export") {
		t.Error(said)
	}

	got := new(zolalv1.ResolveResponse)
	req := &zolalv1.ResolveRequest{What: &zolalv1.ResolveRequest_Name{Name: "summit_news"}}
	sara.must(func(ctx context.Context) error { return sara.Call(ctx, "Chats/Resolve", req, got) })
	var shown, missing int
	for _, m := range sara.messages(got.GetChat().GetId()) {
		if m.Media == nil {
			missing++
			continue
		}
		shown++
		code, raw := p.fetch("/media/public/" + hex.EncodeToString(m.Media.Hash[:]) + "/original")
		img, err := png.Decode(strings.NewReader(raw))
		if code != 200 || err != nil || img.Bounds().Dx() != 64 {
			t.Errorf("%d with %d bytes: %v", code, len(raw), err)
		}
	}
	if shown != 1 || missing != 1 {
		t.Errorf("%d shown, %d missing", shown, missing)
	}
}
