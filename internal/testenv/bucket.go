// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/zolal-im/zolal/internal/server"
)

// GatewaySecret is the secret of the key that Gateway's settings name: it stands in no log.
const GatewaySecret = "hush-of-the-gateway-7f3a9c"

// Gateway starts a gateway of S3 in this process and returns the settings of a server that keeps media there.
func Gateway(t *testing.T) server.S3Config {
	t.Helper()
	const name = "media"
	mem := s3mem.New()
	if err := mem.CreateBucket(name); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(gofakes3.New(mem).Server())
	t.Cleanup(s.Close)
	keys := filepath.Join(t.TempDir(), "s3-key")
	if err := os.WriteFile(keys, []byte("access\n"+GatewaySecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return server.S3Config{Endpoint: s.URL, Bucket: name, Prefix: "of/zolal", KeyFile: keys, PathStyle: true}
}

// Bucket starts a server on the embedded store that keeps media in a bucket of S3.
func Bucket(t *testing.T) Host {
	s3 := Gateway(t)
	return start(t, 1, func(c *server.Config) { c.OpenStore, c.Media.Dir, c.Media.S3 = nil, "", s3 })
}

// BinaryWith is Binary with settings of its own, as flags.
func BinaryWith(t *testing.T, flags ...string) *Process {
	t.Helper()
	return binaryUnder(t, nil, flags)
}
