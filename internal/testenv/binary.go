// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Process is the real binary, serving a data directory of its own.
type Process struct {
	hush
	t       *testing.T
	through []string
	flags   []string
	binary  string
	data    string
	address string
	cmd     *exec.Cmd
	exited  chan struct{}
}

// built is the binary of this test process, made once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "zolal-binary-*")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "zolal")
	out, err := exec.Command("go", "build", "-o", binary, "github.com/zolal-im/zolal/cmd/zolal").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return binary, nil
})

// Binary starts the real binary on a fresh data directory. Closing it runs fsck.
func Binary(t *testing.T) *Process { return BinaryUnder(t) }

// BinaryUnder starts the real binary through another program, such as a tracer, given with its arguments.
func BinaryUnder(t *testing.T, through ...string) *Process {
	t.Helper()
	return binaryUnder(t, through, nil)
}

func binaryUnder(t *testing.T, through, flags []string) *Process {
	t.Helper()
	binary := os.Getenv("ZOLAL_BINARY")
	if binary == "" {
		var err error
		if binary, err = built(); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(t.TempDir(), "data")
	p := &Process{t: t, through: through, flags: flags, binary: binary, data: data, address: FreeAddress(t)}
	p.Hush("test_operator", password)
	t.Cleanup(p.close)
	add := exec.Command(binary, "user", "add", "test_operator", "--operator", "--password-stdin",
		"--data", p.data)
	add.Stdin = strings.NewReader(password + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("make the operator: %v: %s", err, out)
	}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *Process) start() error {
	args := append(p.through, p.binary, "serve", "--data", p.data, "--listen", p.address,
		"--signup", "open", "--backup-keep", "0", "--limits-requests", "0", "--limits-day", "0",
		"--log-level", "debug")
	args = append(args, p.flags...)
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Stderr = &p.hush
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	p.exited = exited
	cmd := p.cmd
	go func() {
		defer close(exited)
		_ = cmd.Wait()
	}()
	return p.ready()
}

func (p *Process) ready() error {
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); {
		resp, err := http.Get("http://" + p.address + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-p.exited:
			return fmt.Errorf("the server ended: %s", strings.TrimSpace(p.Log()))
		case <-time.After(5 * time.Millisecond):
		}
	}
	return errors.New("the server is not ready")
}

func (p *Process) end(signal os.Signal) error {
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.exited:
	case <-time.After(30 * time.Second):
		return errors.New("the server does not stop")
	}
	p.cmd = nil
	return nil
}

// Data is the data directory.
func (p *Process) Data() string { return p.data }

// Address is the one address.
func (p *Process) Address(int) string { return p.address }

// Run runs a command of the binary against the data directory and returns what it prints.
func (p *Process) Run(args ...string) (string, error) {
	cmd := exec.Command(p.binary, append(args, "--data", p.data)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("zolal %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// Stop ends the server in good order until Start.
func (p *Process) Stop() error { return p.end(syscall.SIGTERM) }

// Start starts a server that was stopped.
func (p *Process) Start() error { return p.start() }

// Restart stops in good order and starts again.
func (p *Process) Restart() error {
	if err := p.end(syscall.SIGTERM); err != nil {
		return err
	}
	return p.start()
}

// Crash kills and starts again.
func (p *Process) Crash() error {
	if err := p.end(syscall.SIGKILL); err != nil {
		return err
	}
	return p.start()
}

// ComeBack makes a backup, and starts again on what is restored from it.
func (p *Process) ComeBack() error {
	file := filepath.Join(p.t.TempDir(), "backup.zolal")
	if _, err := p.Run("backup", file); err != nil {
		return err
	}
	if err := p.end(syscall.SIGTERM); err != nil {
		return err
	}
	if _, err := p.Run("restore", file, "--force"); err != nil {
		return err
	}
	return p.start()
}

func (p *Process) close() {
	if err := p.end(syscall.SIGTERM); err != nil {
		p.t.Error(err)
		return
	}
	p.judge(p.t, p.address)
	if _, err := p.Run("fsck"); err != nil {
		p.t.Error(err)
	}
}
