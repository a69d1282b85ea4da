// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// inside marks a test that runs in namespaces of its own.
const inside = "INSIDE_A_NAMESPACE"

// apart runs the test again in namespaces of its own (flags of unshare(1)), where it may mount disks or has
// no network, and reports whether this is that run.
func apart(t *testing.T, flags string) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		return true
	}
	err := exec.Command("unshare", flags, "true").Run()
	testenv.Need(t, err == nil, "namespaces (unshare %s: %v)", flags, err)
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
	name := filepath.Join(dir, "filler"+strconv.FormatInt(room, 10))
	size := int64(fs.Bavail)*fs.Bsize - room
	if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// awaitReady waits for an answer of /readyz, which looks at the disk every few seconds, and demands that it
// shows no path.
func (p *process) awaitReady(code int, word string) {
	p.t.Helper()
	await(p.t, "/readyz does not come to say "+strconv.Itoa(code), func() bool {
		got, body := p.fetch("/readyz")
		if strings.Contains(body, p.dir) {
			p.t.Errorf("it shows a path: %s", body)
		}
		return got == code && strings.Contains(body, word)
	})
}

// await waits for a condition.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(until) {
			t.Fatal(what)
		}
	}
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
	p := serve(t, filepath.Join(dir, "data"), "--backup-keep", "0", "--disk-stop", "0")
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
	rest := fill(t, dir, 0)
	p.awaitReady(503, "the data directory cannot be written")
	await(t, "the log does not tell why", func() bool { return strings.Contains(p.log(), "no space left") })
	if err := errors.Join(os.Remove(filler), os.Remove(rest)); err != nil {
		t.Fatal(err)
	}
	p.awaitReady(200, `"ok":true`)
	sara.say(chat, "there is room again")
	p.kill()
	p.start()
	got := p.dial(reza.session).texts(chat)
	if len(got) != len(kept)+1 || got[len(got)-1] != "there is room again" {
		t.Errorf("after all that %d messages, want %d", len(got), len(kept)+1)
	}
	mustRun(t, "fsck", "--data", p.dir)
}

func TestBeforeADiskIsFullNothingNewIsTakenAndItGoesOnByItself(t *testing.T) {
	if !apart(t, "-rm") {
		return
	}
	dir := disk(t, "60m")
	p := serve(t, filepath.Join(dir, "data"), "--disk-warn", "20MB", "--disk-stop", "10MB")
	sara, reza := p.signUp("sara_first"), p.signUp("reza_second")
	chat := sara.chatWith(reza)
	seq := sara.say(chat, "there is room").GetSeq()
	filler := fill(t, dir, 15e6)
	p.awaitReady(200, "the disk of the data is running full")
	sara.say(chat, "and still")
	rest := fill(t, dir, 8e6)
	p.awaitReady(200, "nothing new is taken")
	send := func() error {
		return sara.Call(t.Context(), "Messages/Send",
			&zolalv1.SendRequest{Chat: chat, Key: sara.NewKey(), Text: "there is none"}, new(zolalv1.Receipt))
	}
	if err := send(); zolal.CodeOf(err) != zolalv1.ErrorCode_DISK_FULL {
		t.Errorf("a write is answered: %v", err)
	}
	if got := reza.texts(chat); !slices.Equal(got[:2], []string{"there is room", "and still"}) {
		t.Errorf("reza sees %q", got)
	}
	err := sara.Call(t.Context(), "Messages/Delete",
		&zolalv1.DeleteRequest{Chat: chat, Key: sara.NewKey(), Targets: []uint32{seq}}, new(zolalv1.Receipt))
	if err != nil {
		t.Errorf("deleting: %v", err)
	}
	if !strings.Contains(p.log(), "a disk is nearly full") || strings.Contains(p.log(), "no space left") {
		t.Errorf("the log says\n%s", p.log())
	}
	if err := errors.Join(os.Remove(filler), os.Remove(rest)); err != nil {
		t.Fatal(err)
	}
	await(t, "writes are not taken again", func() bool { return send() == nil })
	p.awaitReady(200, `{"ok":true}`)
}

// TestADataDirectoryThatTurnsReadOnlyIsSaidAndLosesNothing mounts the directory of a running server read-only
// over itself: what it has open it may still write, as after most faults, and nothing new can be made.
func TestADataDirectoryThatTurnsReadOnlyIsSaidAndLosesNothing(t *testing.T) {
	if !apart(t, "-rm") {
		return
	}
	dir := filepath.Join(disk(t, "40m"), "data")
	p := serve(t, dir, "--backup-keep", "0")
	sara, reza := p.signUp("sara_first"), p.signUp("reza_second")
	chat := sara.chatWith(reza)
	want := lines("before", 3)
	for _, text := range want {
		sara.say(chat, text)
	}
	system(t, "mount", "--bind", dir, dir)
	system(t, "mount", "-o", "remount,bind,ro", dir)
	p.awaitReady(503, "the data directory cannot be written")
	for _, text := range lines("meanwhile", 3) {
		err := sara.Call(t.Context(), "Messages/Send",
			&zolalv1.SendRequest{Chat: chat, Key: sara.NewKey(), Text: text}, new(zolalv1.Receipt))
		switch {
		case err == nil:
			want = append(want, text)
		case zolal.CodeOf(err) != zolalv1.ErrorCode_READ_ONLY:
			t.Errorf("refused with %v", err)
		}
	}
	if got := reza.texts(chat); !slices.Equal(got, want) {
		t.Errorf("meanwhile %q can be read, want %q", got, want)
	}
	_, errs, code := zolalRun(t, "backup", filepath.Join(dir, "b.tar.zst"), "--data", dir)
	if code != 1 || !strings.Contains(errs, "no backup was made") || !strings.Contains(errs, "ReadWritePaths") ||
		strings.Count(errs, "read-only") != 1 {
		t.Errorf("a backup into it: %d %s", code, errs)
	}
	system(t, "umount", "--lazy", dir)
	p.awaitReady(200, `"ok":true`)
	p.kill()
	p.start()
	if got := p.dial(reza.session).texts(chat); !slices.Equal(got, want) {
		t.Errorf("afterwards there is %q, want %q", got, want)
	}
	mustRun(t, "fsck", "--data", dir)
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
