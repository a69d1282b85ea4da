// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

const password = "correct horse battery staple"

// patience is how long a test waits for what takes milliseconds on an idle machine.
const patience = time.Minute

// process is a server as a process of its own, as an operator runs it.
type process struct {
	t    *testing.T
	name string // of the program; empty: zolal
	cmd  *exec.Cmd
	args []string
	dir  string
	url  string
	link string // set-up link

	exited chan struct{}
	mu     sync.Mutex
	errors bytes.Buffer
}

// Write collects the log.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.errors.Write(b)
}

// log is what the server wrote to standard error.
func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.errors.String()
}

// environment is that of the test without settings.
func environment() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "ZOLAL_") {
			env = append(env, kv)
		}
	}
	return env
}

// serve starts a server on a data directory and waits until it is ready.
func serve(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	p := &process{t: t, dir: dir, args: append([]string{
		"serve", "--json", "--data", dir, "--listen", "127.0.0.1:0"}, args...)}
	p.start()
	t.Cleanup(p.close)
	return p
}

// close ends the server as a crash does, and checks what it leaves behind against the invariants.
func (p *process) close() {
	p.kill()
	ctx, cancel := context.WithTimeout(context.Background(), patience) // that of the test has ended
	defer cancel()
	cmd := exec.CommandContext(ctx, "zolal", "fsck", "--data", p.dir)
	cmd.Env = environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Errorf("fsck: %v: %s", err, out)
	}
}

func (p *process) start() {
	p.t.Helper()
	p.cmd = exec.Command(cmp.Or(p.name, "zolal"), p.args...)
	p.cmd.Env, p.cmd.Stderr = environment(), p
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	var hello struct{ URL, Setup string }
	err = json.NewDecoder(out).Decode(&hello)
	exited := make(chan struct{})
	p.exited = exited
	go func() {
		defer close(exited)
		_, _ = io.Copy(io.Discard, out) // Wait closes the pipe
		_ = p.cmd.Wait()                // its code is read from ProcessState
	}()
	if err != nil {
		<-exited
		p.t.Fatalf("the server did not start: %v\n%s", err, p.log())
	}
	p.url, p.link = hello.URL, hello.Setup
}

// kill ends the process as a crash does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.exited
}

// signal sends a signal and waits for the end; it returns the exit code.
func (p *process) signal(s os.Signal) int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.exited:
	case <-time.After(patience):
		p.kill()
		p.t.Fatalf("the server does not end\n%s", p.log())
	}
	return p.cmd.ProcessState.ExitCode()
}

// person is somebody who signed in.
type person struct {
	*zolal.Client
	t       *testing.T
	session *zolalv1.Session
}

// signUp makes an account; setup is the set-up link or empty.
func (p *process) signUp(name string) *person {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	_, secret, _ := strings.Cut(p.link, "#setup=")
	s, err := zolal.SignUp(ctx, p.url, zolal.Options{}, &zolalv1.SignUpRequest{
		Key: zolal.NewKey(time.Now()), Username: name, Password: password, Setup: secret,
		Recovery: bytes.Repeat([]byte{7}, 32),
	})
	if err != nil {
		p.t.Fatalf("sign up %s: %v", name, err)
	}
	p.link = ""
	return p.dial(s)
}

// dial connects a device, as often as the server comes back.
func (p *process) dial(s *zolalv1.Session) *person {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	c, err := zolal.Dial(ctx, p.url, zolal.Options{Token: s.Token})
	if err != nil {
		p.t.Fatalf("dial: %v\n%s", err, p.log())
	}
	p.t.Cleanup(func() { c.Close() })
	return &person{c, p.t, s}
}

// awaitEnd gives the word that the server or the session ends.
func (o *person) awaitEnd() <-chan *zolalv1.GoingAway {
	away := make(chan *zolalv1.GoingAway, 1)
	o.OnUpdate(func(u *zolalv1.Update) {
		if g := u.GetGoingAway(); g != nil {
			select {
			case away <- g:
			default: // the first is enough
			}
		}
	})
	return away
}

// must has something done in time.
func (o *person) must(do func(context.Context) error) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	if err := do(ctx); err != nil {
		o.t.Fatal(err)
	}
}

// chatWith is the direct chat of two people who know each other: the other has this one among the contacts. A
// version without contacts knows no strangers either.
func (o *person) chatWith(other *person) uint32 {
	o.t.Helper()
	if other != o {
		other.must(func(ctx context.Context) error {
			req := &zolalv1.SetContactRequest{Key: other.NewKey(), Account: o.session.Account}
			err := other.Call(ctx, "People/SetContact", req, new(zolalv1.Receipt))
			if zolal.CodeOf(err) == zolalv1.ErrorCode_UNKNOWN_METHOD {
				return nil
			}
			return err
		})
	}
	info := new(zolalv1.ChatInfo)
	req := &zolalv1.OpenDirectRequest{Key: o.NewKey(), Account: other.session.Account}
	o.must(func(ctx context.Context) error { return o.Call(ctx, "Chats/OpenDirect", req, info) })
	return info.Id
}

// say sends a message and waits for its receipt.
func (o *person) say(room uint32, text string) *zolalv1.Receipt {
	o.t.Helper()
	r := new(zolalv1.Receipt)
	req := &zolalv1.SendRequest{Chat: room, Key: o.NewKey(), Text: text}
	o.must(func(ctx context.Context) error { return o.Call(ctx, "Messages/Send", req, r) })
	return r
}

// texts are the messages of a chat, in order.
func (o *person) texts(room uint32) []string {
	o.t.Helper()
	var out []string
	for _, m := range o.messages(room) {
		out = append(out, m.Text)
	}
	return out
}

// messages reads a chat to its end.
func (o *person) messages(room uint32) (out []*chat.Message) {
	o.t.Helper()
	for after := uint32(0); ; {
		got := new(zolalv1.ReadResponse)
		req := &zolalv1.ReadRequest{Chat: room, After: after, Limit: 500}
		o.must(func(ctx context.Context) error { return o.Call(ctx, "Messages/Read", req, got) })
		if len(got.Entries) == 0 {
			return out
		}
		for _, e := range got.Entries {
			after = e.Seq
			body, err := wire.Codec{}.Decode(chat.Kind(e.GetEnvelope().GetKind()), e.Body)
			if err != nil {
				o.t.Fatal(err)
			}
			if m, ok := body.(*chat.Message); ok {
				out = append(out, m)
			}
		}
	}
}

// zolalRun runs a command and returns what it writes and its exit code.
func zolalRun(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return programRun(t, "zolal", args...)
}

// programRun is zolalRun of another build of it.
func programRun(t *testing.T, name string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = environment()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// mustRun runs a command that must do its work.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, code := zolalRun(t, args...)
	if code != 0 {
		t.Fatalf("zolal %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// fetch gets a page of the server.
func (p *process) fetch(path string) (int, string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// lines makes numbered texts.
func lines(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s %d", prefix, i+1)
	}
	return out
}
