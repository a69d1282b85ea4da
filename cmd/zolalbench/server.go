// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/zolal-im/zolal/internal/port"
)

func bg() context.Context { return context.Background() }

// server is the process under test.
type server struct {
	settings *settings
	address  string
	release  func() // lets the address go
	data     string
	temp     bool
	cmd      *exec.Cmd
	exited   chan struct{}
	stderr   bytes.Buffer
	web      *http.Client
	secure   *tls.Config // trusts the server's own authority; nil without TLS
}

// open starts a server, or takes the one that --server names.
func (s *settings) open(ctx context.Context) (*server, error) {
	if s.server != "" {
		if s.tokens == "" {
			return nil, errors.New("--server needs --tokens")
		}
		return &server{settings: s, address: s.server, web: newWeb()}, nil
	}
	v := &server{settings: s, data: s.data, web: newWeb()}
	if v.data == "" {
		dir, err := os.MkdirTemp("", "zolalbench-*")
		if err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
		v.data, v.temp = dir, true
	}
	listen, release, err := port.Hold()
	if err != nil {
		return nil, fmt.Errorf("find an address: %w", err)
	}
	v.release, v.address = release, "http://"+listen
	if s.tls {
		v.address = "https://" + listen
	}
	return v, v.start(ctx)
}

// start runs the binary and waits until it is ready.
func (v *server) start(ctx context.Context) error {
	_, listen, _ := strings.Cut(v.address, "://")
	args := []string{"serve", "--data", v.data, "--listen", listen,
		"--limits-requests", "0", "--limits-day", "0", "--limits-strangers", "off", "--limits-lookup", "off",
		"--limits-lookup-network", "off", "--backup-keep", "0",
		"--log-level", "warn"}
	if v.settings.tls {
		args = append(args, "--tls-local", "127.0.0.1")
	}
	args = append(args, v.settings.more...)
	v.cmd = exec.Command(v.settings.binary, args...)
	v.stderr.Reset()
	v.cmd.Stdout, v.cmd.Stderr = nil, &v.stderr
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := v.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", v.settings.binary, err)
	}
	exited := make(chan struct{})
	v.exited = exited
	cmd := v.cmd
	go func() {
		defer close(exited)
		_ = cmd.Wait()
	}()
	return v.ready(ctx, 60*time.Second)
}

// ready polls until the server answers /readyz.
func (v *server) ready(ctx context.Context, limit time.Duration) error {
	until := time.Now().Add(limit)
	for time.Now().Before(until) && ctx.Err() == nil {
		v.trust()
		resp, err := v.web.Get(v.address + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-v.exited:
			return fmt.Errorf("the server ended: %s", strings.TrimSpace(v.stderr.String()))
		case <-time.After(5 * time.Millisecond):
		}
	}
	return errors.New("the server is not ready")
}

// newWeb makes a client that keeps as many connections as it uses at once.
func newWeb() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}

// trust reads the certificate of the server's authority as soon as there is one.
func (v *server) trust() {
	if !v.settings.tls || v.secure != nil {
		return
	}
	pem, err := os.ReadFile(filepath.Join(v.data, "ca", "ca.pem"))
	roots := x509.NewCertPool()
	if err == nil && roots.AppendCertsFromPEM(pem) {
		v.secure = &tls.Config{RootCAs: roots}
		v.web.Transport = &http.Transport{MaxIdleConnsPerHost: 64, TLSClientConfig: v.secure.Clone()}
	}
}

// kill ends the process at once, as a crash does.
func (v *server) kill() error {
	if err := v.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill: %w", err)
	}
	<-v.exited
	return nil
}

// close stops a server that was started here and removes a temporary directory.
func (v *server) close() {
	if v.cmd != nil {
		_ = v.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-v.exited:
		case <-time.After(20 * time.Second):
			_ = v.kill()
		}
	}
	if v.release != nil {
		v.release()
	}
	if v.temp {
		os.RemoveAll(v.data)
	}
}

// cpu returns the CPU time the process has used, user and system, summed over its threads in nanoseconds.
func (v *server) cpu() time.Duration {
	if v.cmd == nil {
		return 0
	}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", v.cmd.Process.Pid))
	var total time.Duration
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			continue // a thread that has ended meanwhile
		}
		var ns int64
		if _, err := fmt.Sscan(string(raw), &ns); err == nil {
			total += time.Duration(ns)
		}
	}
	return total
}

// memory returns a line of /proc/PID/status, VmRSS or VmHWM, in bytes.
func (v *server) memory(line string) int64 {
	if v.cmd == nil {
		return 0
	}
	return procMemory(v.cmd.Process.Pid, line)
}

func procMemory(pid int, line string) int64 {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	for row := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(row, line+":"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// zolal runs a command of the binary against the data directory.
func (v *server) zolal(ctx context.Context, args ...string) ([]byte, error) {
	args = append(args, "--data", v.data)
	cmd := exec.CommandContext(ctx, v.settings.binary, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("zolal %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return out, nil
}

// fetchProfile stores a CPU profile that the server takes of itself; it offers that on its admin socket.
func (v *server) fetchProfile(path string, seconds int) error {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", filepath.Join(v.data, "admin.sock"))
		},
	}}
	resp, err := client.Get(fmt.Sprintf("http://admin/debug/pprof/profile?seconds=%d", seconds))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = out.ReadFrom(resp.Body)
	return err
}
