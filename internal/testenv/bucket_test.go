// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// mediaScripts are the conversations about media, played on a bucket too.
var mediaScripts = []string{"media", "media_channel", "photos", "photos_chat"}

func TestConversationsAboutMediaGoTheSameWayOnABucket(t *testing.T) {
	for _, name := range mediaScripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testenv.RunScript(t, "../../testdata/script/"+name+".txt", testenv.Bucket(t))
		})
	}
}

// The real program, from its flags to the bytes that a reader gets; a short run serves in this process.
func TestTheProgramKeepsMediaInABucketThroughACrash(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		keepsThroughACrash(t, testenv.Bucket(t))
		return
	}
	s3 := testenv.Gateway(t)
	host := testenv.BinaryWith(t, "--media-s3-endpoint", s3.Endpoint, "--media-s3-bucket", s3.Bucket,
		"--media-s3-prefix", s3.Prefix, "--media-s3-key-file", s3.KeyFile, "--media-s3-path-style")
	host.Hush(testenv.GatewaySecret)
	keepsThroughACrash(t, host)
	if files, err := os.ReadDir(filepath.Join(host.Data(), "media", "blobs")); err == nil && len(files) > 0 {
		t.Errorf("%d directories of contents are on the disk", len(files))
	}
	out, err := host.Run("fsck")
	if err != nil {
		t.Errorf("fsck: %v: %s", err, out)
	}
}

// keepsThroughACrash sends a file, ends the server without warning, and reads a part of the file.
func keepsThroughACrash(t *testing.T, host testenv.Host) {
	t.Helper()
	c := guest(t, host.Address(0), "with_bucket", zolal.Options{})
	room := notes(t, c)
	raw := make([]byte, 20<<20)
	for i := 0; i < len(raw); i += 8 {
		binary.LittleEndian.PutUint64(raw[i:], uint64(i)*0x9e3779b97f4a7c15)
	}
	u := zolal.Upload{Name: "film.bin", Size: int64(len(raw)), Content: bytes.NewReader(raw)}
	f, err := c.Upload(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	sent := new(zolalv1.Receipt)
	req := &zolalv1.SendRequest{Key: c.NewKey(), Chat: room,
		Media: &zolalv1.NewMedia{Kind: zolalv1.MediaKind_MEDIA_KIND_FILE, File: f.GetId()}}
	if err := c.Call(t.Context(), "Messages/Send", req, sent); err != nil {
		t.Fatal(err)
	}
	if err := host.Crash(); err != nil {
		t.Fatal(err)
	}
	access := new(zolalv1.MediaAccess)
	if err := c.Call(t.Context(), "Files/Access", &zolalv1.AccessRequest{}, access); err != nil {
		t.Fatal(err)
	}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host.Address(0)+
		zolal.MediaPath(room, sent.GetSeq(), "original")+"?key="+access.GetToken(), nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Range", "bytes=5000000-14999999")
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	partly := resp.StatusCode == http.StatusPartialContent
	if err != nil || !partly || !bytes.Equal(got, raw[5_000_000:15_000_000]) {
		t.Errorf("%s with %d bytes, %v", resp.Status, len(got), err)
	}
}
