// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestNothingAcknowledgedIsLostByAKill(t *testing.T) {
	p := serve(t, t.TempDir())
	sara, reza := p.signUp("sara_first"), p.signUp("reza_second")
	chat := sara.chatWith(reza)
	want := lines("before the crash", 50)
	for _, text := range want {
		sara.say(chat, text)
	}
	p.kill()
	p.start()
	sara, reza = p.dial(sara.session), p.dial(reza.session)
	reza.say(chat, "after it")
	if got := sara.texts(chat); !slices.Equal(got, append(want, "after it")) {
		t.Errorf("there are %d messages: %q", len(got), got)
	}
	if p.link != "" {
		t.Error("after a crash the set-up link is back")
	}
	mustRun(t, "fsck", "--data", p.dir)
}

func TestAStopIsOrderlyAndTellsThoseConnected(t *testing.T) {
	for _, s := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		p := serve(t, t.TempDir(), "--log-json")
		sara := p.signUp("sara_first")
		away := sara.awaitEnd()
		chat := sara.chatWith(sara)
		sara.say(chat, "is it on?")
		if code := p.signal(s); code != 0 {
			t.Errorf("%v: exit code %d\n%s", s, code, p.log())
		}
		select {
		case g := <-away:
			if g.Code != "restarting" || g.RetryMs == 0 {
				t.Errorf("%v: told %v", s, g)
			}
		case <-time.After(patience):
			t.Errorf("%v: the connected were not told", s)
		}
		if _, err := os.Stat(filepath.Join(p.dir, "admin.sock")); err == nil {
			t.Errorf("%v: the admin socket is still there", s)
		}
		for _, secret := range []string{"sara_first", "127.0.0.1", "is it on", sara.session.Token} {
			if strings.Contains(p.log(), secret) {
				t.Errorf("%v: %q is in the log:\n%s", s, secret, p.log())
			}
		}
	}
}

func TestASupervisorIsToldWhenTheServerIsReadyAndWhenItStops(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notify")
	supervisor, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer supervisor.Close()
	t.Setenv("NOTIFY_SOCKET", name)
	told := func() string {
		t.Helper()
		if err := supervisor.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 100)
		n, err := supervisor.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	p := serve(t, t.TempDir())
	if got := told(); got != "READY=1" {
		t.Errorf("it is told %q", got)
	}
	// What an operator types next reaches the server, and does not take its store.
	if out := mustRun(t, "status", "--data", p.dir); !strings.Contains(out, "ready, up") {
		t.Errorf("the status is %s", out)
	}
	if code := p.signal(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.log())
	}
	if got := told(); got != "STOPPING=1" {
		t.Errorf("it is told %q", got)
	}
	t.Setenv("NOTIFY_SOCKET", name+"-of-nobody")
	p.start() // whom nobody listens to serves all the same
	if p.signal(syscall.SIGTERM); !strings.Contains(p.log(), "the supervisor was not told") {
		t.Errorf("the log says nothing of it:\n%s", p.log())
	}
}

func TestASupervisorMayListenWhereThereIsNoFile(t *testing.T) {
	name := "@zolal-" + rand.Text()
	supervisor, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer supervisor.Close()
	t.Setenv("NOTIFY_SOCKET", name)
	if err := tellSupervisor("READY=1"); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	if n, err := supervisor.Read(b); err != nil || string(b[:n]) != "READY=1" {
		t.Errorf("it is told %q: %v", b[:n], err)
	}
}

func TestTheServerSaysWhatItIsAndHowItIs(t *testing.T) {
	p := serve(t, t.TempDir(), "--name", "Spring")
	for path, want := range map[string][]string{
		"/healthz":            {"ok"},
		"/readyz":             {`{"ok":true`},
		"/metrics":            {"zolal_build_info{", "zolal_connections 0", "zolal_start_time_seconds"},
		"/.well-known/zolal":  {`"name":"Spring"`, `"incarnation":"`, `"limits":{`, `"setup_needed":true`},
		"/api/Accounts/Empty": {`"code":"BAD_REQUEST"`},
	} {
		_, body := p.fetch(path)
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s lacks %s:\n%s", path, w, body)
			}
		}
	}
	if !strings.HasPrefix(p.link, p.url+"/#setup=") {
		t.Errorf("the set-up link is %s", p.link)
	}
	_, err := zolal.SignUp(t.Context(), p.url, zolal.Options{}, &zolalv1.SignUpRequest{
		Key: zolal.NewKey(time.Now()), Username: "stranger", Password: password})
	if zolal.CodeOf(err) != zolalv1.ErrorCode_SIGNUP_CLOSED {
		t.Errorf("a stranger before the set-up: %v", err)
	}
}

func TestCommandsTalkToTheRunningServer(t *testing.T) {
	p := serve(t, t.TempDir())
	operator := p.signUp("the_operator")
	mustRun(t, "user", "add", "parvaneh", "--data", p.dir)
	out := mustRun(t, "user", "reset", "parvaneh", "--data", p.dir, "--json")
	var made struct{ Link string }
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatal(err)
	}
	secret, ok := strings.CutPrefix(made.Link, p.url+"/#reset=")
	if !ok {
		t.Errorf("the link is %s", made.Link)
	}
	s, err := zolal.Redeem(t.Context(), p.url, zolal.Options{}, &zolalv1.RedeemRequest{
		Secret: secret, NewPassword: password})
	if err != nil {
		t.Fatalf("set a password by the link: %v", err)
	}
	parvaneh := p.dial(s)
	chat := parvaneh.chatWith(operator)
	parvaneh.say(chat, "hello")

	out = mustRun(t, "status", "--data", p.dir)
	for _, want := range []string{"ready, up 0 min", "2, on 2 connections", "a minute", "the data: "} {
		if !strings.Contains(out, want) {
			t.Errorf("the status lacks %q:\n%s", want, out)
		}
	}

	// Suspended mid-stream: the open connection ends within 5 s, and no other begins.
	away := parvaneh.awaitEnd()
	mustRun(t, "user", "suspend", "parvaneh", "--reason", "spam", "--data", p.dir)
	select {
	case g := <-away:
		if g.Code != "suspended" {
			t.Errorf("told %v", g)
		}
	case <-time.After(5 * time.Second):
		t.Error("the connection of a suspended account stays open")
	}
	err = parvaneh.Call(t.Context(), "Accounts/Me", &zolalv1.Empty{}, new(zolalv1.UserState))
	if zolal.CodeOf(err) != zolalv1.ErrorCode_SUSPENDED {
		t.Errorf("a suspended account is answered: %v", err)
	}
	if out := mustRun(t, "user", "list", "--data", p.dir); !strings.Contains(out, "suspended: spam") {
		t.Errorf("the list:\n%s", out)
	}
	if out := mustRun(t, "fsck", "--data", p.dir); out != "the store is sound\n" {
		t.Errorf("fsck of a running server: %s", out)
	}
	if _, errs, code := zolalRun(t, "fsck", "--rebuild", "--data", p.dir); code != 1 ||
		!strings.Contains(errs, "Stop it") {
		t.Errorf("a rebuild below a running server: %d %s", code, errs)
	}
}

func TestWhatKeepsAServerFromStartingIsSaidWithItsRemedy(t *testing.T) {
	p := serve(t, t.TempDir())
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	corrupt := t.TempDir()
	noise := []byte(strings.Repeat("zolal! ", 9999))
	if err := os.WriteFile(filepath.Join(corrupt, "zolal.db"), noise, 0o600); err != nil {
		t.Fatal(err)
	}
	torn := t.TempDir()
	mustRun(t, "user", "add", "parvaneh", "--data", torn)
	if err := os.Truncate(filepath.Join(torn, "zolal.db"), 6000); err != nil {
		t.Fatal(err)
	}
	half := t.TempDir()
	if err := os.Mkdir(filepath.Join(half, "restoring"), 0o700); err != nil {
		t.Fatal(err)
	}
	fresh := t.TempDir()
	for args, want := range map[string][]string{
		"--data " + p.dir: {"another zolal (process ", "Stop it first", "--data"},
		"--data " + fresh + " --listen " + port.Addr().String(): {"cannot listen on 127.0.0.1:", "ss -ltnp"},
		"--data " + fresh + " --listen 192.0.2.1:0":             {"cannot listen", "does not have the address"},
		"--data " + corrupt: {"is damaged", "zolal restore"},
		"--data " + torn:    {"is damaged", "zolal restore"},
		"--data " + half:    {"restore into", "interrupted", "--force"},
		"--data " + fresh + " --tls-cert none.pem --tls-key none.key": {"tls.cert", "none.pem"},
		"--data /dev/null": {"is not a directory", "--data"},
	} {
		line := append([]string{"serve", "--listen", "127.0.0.1:0"}, strings.Fields(args)...)
		_, errs, code := zolalRun(t, line...)
		if code != 1 {
			t.Errorf("%s: exit code %d", args, code)
		}
		for _, w := range want {
			if !strings.Contains(errs, w) {
				t.Errorf("%s: %q is not in\n%s", args, w, errs)
			}
		}
	}
	if code, _ := p.fetch("/readyz"); code != 200 {
		t.Errorf("the first server suffered: %d", code)
	}
}

func TestADatabaseThatAnotherProgramHoldsIsSaidWithItsRemedy(t *testing.T) {
	dir := t.TempDir()
	mustRun(t, "user", "add", "parvaneh", "--data", dir)
	other := exec.CommandContext(t.Context(), "hold", filepath.Join(dir, "zolal.db"))
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("the other program says %q, %v", line, err)
	}
	_, errs, code := zolalRun(t, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	if code != 1 || !strings.Contains(errs, "another program") || !strings.Contains(errs, "fuser") {
		t.Errorf("exit code %d:\n%s", code, errs)
	}
	if err := errors.Join(in.Close(), other.Wait()); err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, "user", "list", "--data", dir); !strings.Contains(out, "parvaneh") {
		t.Errorf("afterwards:\n%s", out)
	}
}

func TestACrashLeavesNothingThatKeepsTheNextServerOut(t *testing.T) {
	p := serve(t, t.TempDir())
	p.kill()
	mustRun(t, "user", "add", "parvaneh", "--data", p.dir) // over the dead socket, in the store itself
	p.start()
	if out := mustRun(t, "user", "list", "--data", p.dir); !strings.Contains(out, "parvaneh") {
		t.Errorf("the list:\n%s", out)
	}
}

func TestALongPathIsNoObstacleToTheAdminSocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-long-name/", 12))
	p := serve(t, dir)
	mustRun(t, "user", "add", "parvaneh", "--data", dir)
	if info, err := os.Stat(filepath.Join(dir, "admin.sock")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the admin socket: %v, %v", info, err)
	}
	if code := p.signal(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestTheAuthorityOfOurOwnServesHTTPS(t *testing.T) {
	dir := t.TempDir()
	p := serve(t, dir, "--tls-local", "127.0.0.1")
	if !strings.HasPrefix(p.url, "https://127.0.0.1:") {
		t.Fatalf("serves %s", p.url)
	}
	out, err := exec.CommandContext(t.Context(), "curl", "-sS", "--cacert", filepath.Join(dir, "ca", "ca.pem"),
		p.url+"/healthz").CombinedOutput()
	if err != nil || string(out) != "ok\n" {
		t.Errorf("%v: %s", err, out)
	}
}
