// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// inside marks a test that runs in namespaces of its own.
const inside = "INSIDE_A_NAMESPACE"

// apart runs the test again in namespaces of its own (flags of unshare(1)), where it may mount disks or has
// no network, and reports whether this is that run. Where the system does not allow that, the test is left
// out.
func apart(t *testing.T, flags string) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		return true
	}
	if err := exec.Command("unshare", flags, "true").Run(); err != nil {
		t.Skipf("no namespaces here: unshare %s: %v", flags, err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "unshare", flags, self, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

// system runs a program of the system.
func system(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// disk mounts a disk of its own.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	system(t, "mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir)
	t.Cleanup(func() { _ = exec.Command("umount", "--lazy", dir).Run() }) // goes with the namespace anyway
	return dir
}

// fill leaves so much room on a disk and returns the file that takes the rest.
func fill(t *testing.T, dir string, room int64) string {
	t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "filler")
	size := int64(fs.Bavail)*fs.Bsize - room
	if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAServerWithoutARouteOutDoesItsWork(t *testing.T) {
	if !apart(t, "-rn") {
		return
	}
	system(t, "ip", "link", "set", "lo", "up")
	p := serve(t, t.TempDir())
	sara, reza := p.signUp("sara_first"), p.signUp("reza_second")
	chat := sara.chatWith(reza)
	sara.say(chat, "nobody else is here")
	if got := reza.texts(chat); len(got) != 1 || got[0] != "nobody else is here" {
		t.Errorf("reza sees %q", got)
	}
	mustRun(t, "backup", filepath.Join(t.TempDir(), "b.tar.zst"), "--data", p.dir)
	if code := p.signal(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.log())
	}
	for _, word := range []string{"lookup", "dial", "unreachable"} {
		if strings.Contains(p.log(), word) {
			t.Errorf("it tried to call out:\n%s", p.log())
		}
	}
}

func TestADiskThatFillsUpLosesNothingAndIsSaid(t *testing.T) {
	if !apart(t, "-rm") {
		return
	}
	dir := disk(t, "40m")
	p := serve(t, filepath.Join(dir, "data"), "--backup-keep", "0")
	sara, reza := p.signUp("sara_first"), p.signUp("reza_second")
	chat := sara.chatWith(reza)
	filler := fill(t, dir, 1<<20)
	var kept []string
	var refusal error
	for n := 0; n < 2000 && refusal == nil; n++ {
		text := strings.Repeat("محتوا ", 500) + string(rune('a'+n%26))
		refusal = sara.Call(t.Context(), "Messages/Send",
			&zolalv1.SendRequest{Chat: chat, Key: sara.NewKey(), Text: text}, new(zolalv1.Receipt))
		if refusal == nil {
			kept = append(kept, text)
		}
	}
	if zolal.CodeOf(refusal) != zolalv1.ErrorCode_DISK_FULL {
		t.Fatalf("after %d messages: %v", len(kept), refusal)
	}
	if got := reza.texts(chat); len(got) != len(kept) {
		t.Errorf("%d of %d messages can be read while the disk is full", len(got), len(kept))
	}
	if code, body := p.fetch("/healthz"); code != 200 {
		t.Errorf("not alive: %d %s", code, body)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	sara.say(chat, "there is room again")
	p.kill()
	p.start()
	got := p.dial(reza.session).texts(chat)
	if len(got) != len(kept)+1 || got[len(got)-1] != "there is room again" {
		t.Errorf("after all that %d messages, want %d", len(got), len(kept)+1)
	}
	mustRun(t, "fsck", "--data", p.dir)
}

func TestAFullOrReadOnlyDiskAtTheStartIsSaidWithItsRemedy(t *testing.T) {
	if !apart(t, "-rm") {
		return
	}
	refused := func(dir string, want ...string) {
		t.Helper()
		_, errs, code := zolalRun(t, "serve", "--data", dir, "--listen", "127.0.0.1:0")
		if code != 1 {
			t.Errorf("exit code %d", code)
		}
		for _, w := range want {
			if !strings.Contains(errs, w) {
				t.Errorf("%q is not in\n%s", w, errs)
			}
		}
	}
	dir := disk(t, "20m")
	filler := fill(t, dir, 0)
	refused(dir, "no space is left", "Free space there")
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "user", "add", "parvaneh", "--data", dir)
	system(t, "mount", "-o", "remount,ro", dir)
	refused(dir, "is read-only", "--data")
	refused(filepath.Join(dir, "new"), "is read-only", "--data")
	out, errs, code := zolalRun(t, "user", "add", "golnaz", "--data", dir, "--json")
	if code != 1 || !strings.Contains(errs, `"remedy":"Mount its disk writable`) {
		t.Errorf("a command: %d %s%s", code, out, errs)
	}
	system(t, "mount", "-o", "remount,rw", dir)
	if out := mustRun(t, "user", "list", "--data", dir); !strings.Contains(out, "parvaneh") {
		t.Errorf("afterwards:\n%s", out)
	}
}

// TestTheDiskSyncsBeforeTheAnswerLeaves traces the system calls of a server that stores one message: a kill
// alone cannot show that what is acknowledged is on disk.
func TestTheDiskSyncsBeforeTheAnswerLeaves(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("no strace here")
	}
	p := serve(t, t.TempDir())
	sara, reza := p.signUp("sara_first"), p.signUp("reza_second")
	chat := sara.chatWith(reza)
	trace := filepath.Join(t.TempDir(), "trace")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	cmd := exec.CommandContext(ctx, "strace", "-f", "-y", "-s", "4096", "-xx", "-o", trace,
		"-e", "trace=fsync,fdatasync,pwrite64,write,writev,sendto", "-p", strconv.Itoa(p.cmd.Process.Pid))
	attached, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := attached.Read(make([]byte, 1)); n == 0 {
		t.Skipf("strace may not attach: %v", err)
	}
	receipt := sara.say(chat, "is it down?")
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it ends by the signal
	raw, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	checkTrace(t, string(raw), receipt)
}

var (
	syncBegins = regexp.MustCompile(`^(\d+) +f(?:data)?sync\(\d+<([^>]*)>`)
	syncEnds   = regexp.MustCompile(`^(\d+) +(?:<\.\.\. )?f(?:data)?sync.*= 0$`)
)

// checkTrace finds the message on its way to the write-ahead log, the sync of that log, and the receipt on
// its way out, in this order.
func checkTrace(t *testing.T, trace string, receipt *zolalv1.Receipt) {
	t.Helper()
	text, chain := hexOf([]byte("is it down?")), hexOf(receipt.Chain)
	wal, database := hexOf([]byte("zolal.db-wal")), hexOf([]byte("zolal.db"))
	syncing := map[string]bool{} // processes that sync the log
	written, synced := false, false
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		if m := syncBegins.FindStringSubmatch(line); m != nil {
			syncing[m[1]] = written && strings.HasSuffix(m[2], wal)
		}
		if m := syncEnds.FindStringSubmatch(line); m != nil && syncing[m[1]] {
			synced = true
		}
		switch {
		case strings.Contains(line, wal) && strings.Contains(line, text):
			written = true
		case strings.Contains(line, chain) && !strings.Contains(line, database):
			if !written || !synced {
				t.Errorf("the receipt leaves before the message is on disk (written %v, synced %v)", written, synced)
			}
			return
		}
	}
	t.Errorf("the receipt is not in the trace (written %v, synced %v)", written, synced)
}

// hexOf writes bytes as strace -xx does.
func hexOf(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		fmt.Fprintf(&s, `\x%02x`, c)
	}
	return s.String()
}
