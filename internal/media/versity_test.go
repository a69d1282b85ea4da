// SPDX-License-Identifier: AGPL-3.0-or-later

package media_test

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/testenv"
)

// versity starts a real gateway of S3 on a directory, which ends with the test.
func versity(t *testing.T) gateway {
	t.Helper()
	return startVersity(t, t.TempDir(), testenv.FreeAddress(t)).gateway
}

// running is a gateway that can be killed and started again.
type running struct {
	gateway
	kill func()
}

func startVersity(t *testing.T, dir, address string) running {
	t.Helper()
	program, err := filepath.Abs("../../bin/tools/versitygw")
	if err == nil {
		_, err = os.Stat(program)
	}
	testenv.Need(t, err == nil, "a gateway of S3, which make bin/tools/versitygw builds")
	if err := os.MkdirAll(filepath.Join(dir, "files", testBucket), 0o700); err != nil {
		t.Fatal(err)
	}
	// What belongs to objects lies beside them, not in attributes, which some file systems lack.
	beside, users := filepath.Join(dir, "beside"), filepath.Join(dir, "users")
	for _, d := range []string{beside, users} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "--port", address, "--quiet", "--iam-dir", users, "posix",
		"--sidecar", beside, filepath.Join(dir, "files"))
	cmd.Env = []string{"ROOT_ACCESS_KEY=zolal-test", "ROOT_SECRET_KEY=zolal-test-secret", "HOME=" + dir}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := sync.OnceFunc(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	t.Cleanup(func() {
		kill()
		if t.Failed() {
			t.Logf("the gateway said: %s", said.String())
		}
	})
	if !answers(t, address) {
		kill()
		t.Fatalf("the gateway does not answer: %s", said.String())
	}
	return running{gateway{"http://" + address, "zolal-test", "zolal-test-secret"}, kill}
}

// answers waits until somebody listens.
func answers(t *testing.T, address string) bool {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); <-tick.C {
		if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			c.Close()
			return true
		}
	}
	return false
}

// closing is a transport whose connections end with the test.
func closing(t *testing.T) http.RoundTripper {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}
