// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/zolal-im/zolal/internal/chat"
)

// packed compresses an archive as a backup is.
func packed(tb testing.TB, raw []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := z.Write(raw); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// FuzzBackup unpacks any archive: nothing is written beside the directory, and what passes for a backup is
// one whose every file its manifest names with its hash.
func FuzzBackup(f *testing.F) {
	for _, names := range [][]string{{databaseName}, {"../out"}, {"/etc/x"}, {"a/b", databaseName}, {}} {
		var b bytes.Buffer
		t := tar.NewWriter(&b)
		m := manifest{Format: backupFormat, Files: map[string]string{}}
		for _, n := range names {
			m.Files[n] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // of nothing
			if err := t.WriteHeader(&tar.Header{Name: n, Typeflag: tar.TypeReg}); err != nil {
				f.Fatal(err)
			}
		}
		raw, err := json.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		if err := t.WriteHeader(&tar.Header{Name: manifestName, Size: int64(len(raw))}); err != nil {
			f.Fatal(err)
		}
		if _, err := t.Write(raw); err != nil {
			f.Fatal(err)
		}
		if err := t.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes(), true)
	}
	f.Add([]byte("\x28\xb5\x2f\xfd"), false)
	f.Fuzz(func(t *testing.T, raw []byte, archive bool) {
		if archive {
			raw = packed(t, raw)
		}
		dir := t.TempDir()
		m, err := unpack(t.Context(), bytes.NewReader(raw), filepath.Join(dir, "fresh"))
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Fatalf("it wrote beside its directory: %v", entries)
		}
		if err != nil {
			return
		}
		for name := range m.Files {
			if _, err := os.Stat(filepath.Join(dir, "fresh", name)); err != nil {
				t.Errorf("%s is named and not there: %v", name, err)
			}
		}
	})
}

// FuzzConfig reads any file of settings: it is refused with its place, or settled and not contradictory.
func FuzzConfig(f *testing.F) {
	f.Add("listen = \"127.0.0.1:1\"\n[limits]\nsignup = \"100/10s\"\n[backup]\nkeep = 3\nat = \"03:30\"\n")
	f.Add("limits.signup = \"-1/0s\"\nlog.level = \"loud\"\n")
	f.Add("address = [1, [2], {a = 3}]\n")
	f.Add("[data")
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), configName)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, _, err := Load(Sources{File: file})
		var bad *BadConfigError
		if err != nil {
			if !errors.As(err, &bad) || bad.Where == "" {
				t.Errorf("%q is refused without a place: %v", text, err)
			}
			return
		}
		if err := cfg.check(); err != nil || cfg.Data == "" {
			t.Errorf("%q is taken and contradicts itself: %v", text, err)
		}
	})
}

// FuzzAdmin asks any question on the admin socket: what cannot be read is refused in its form.
func FuzzAdmin(f *testing.F) {
	f.Add([]byte(`{"username":"parvaneh","reason":"spam"}`))
	f.Add([]byte(`{"username":1}`))
	f.Add([]byte(`[[[[`))
	h := answer(func(_ context.Context, q SuspendUser) (SuspendUser, error) { return q, nil })
	f.Fuzz(func(t *testing.T, raw []byte) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/user/suspend", bytes.NewReader(raw)))
		var out failure
		err := json.Unmarshal(w.Body.Bytes(), new(any))
		if w.Code != http.StatusOK {
			err = json.Unmarshal(w.Body.Bytes(), &out)
		}
		if err != nil || w.Code != http.StatusOK && out.Code != chat.CodeBadFrame {
			t.Errorf("%q is answered with %d %s", raw, w.Code, w.Body)
		}
	})
}
