// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Every host looks through its log when it closes; here the logs of these tests have something to tell.

const (
	lonely  = "parvaneh_alone"
	unknown = "nobody_like_that"
	wrong   = "wrong horse battery 8"
	secret  = "کسی این را نخواند"
)

// molest does to a server what makes servers complain.
func molest(t *testing.T, host testenv.Host) {
	t.Helper()
	host.Hush(lonely, unknown, wrong, secret)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, name := range []string{lonely, unknown} {
		_, err := zolal.SignIn(ctx, host.Address(0), zolal.Options{}, &zolalv1.SignInRequest{
			Username: name, Password: wrong,
		})
		if err == nil {
			t.Fatalf("%s signed in with a wrong password", name)
		}
	}
	upgrade := "GET /api/ws HTTP/1.1\r\nHost: " + host.Address(0) + "\r\nConnection: Upgrade\r\n" +
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
		"Sec-WebSocket-Protocol: zolal.v1\r\n\r\n"
	post := func(body string) string {
		return fmt.Sprintf("POST /api/Accounts/SignIn HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	for _, raw := range []string{
		secret + "\r\n\r\n",
		"GET /" + lonely + " HTTP/9.9\r\n\r\n",
		"POST /api/" + lonely + "/Say HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		post(`{"username":"` + lonely + `","` + unknown + `":"` + secret + `"}`),
		post(`{"username":"` + lonely + "\xff" + `"`),
		upgrade + secret,
		upgrade + "\x82\x05\x00\x00\x00\x00\x00" + secret,
		upgrade + "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" + secret,
	} {
		c, err := net.Dial("tcp", host.Address(0))
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.WriteString(c, raw); err != nil {
			t.Fatal(err)
		}
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c) // whatever it answers, and that it ends
		c.Close()
	}
}

func TestTheLogTellsNothingOfPeople(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real binary")
	}
	t.Parallel()
	host := testenv.Binary(t)
	c := guest(t, host.Address(0), lonely, zolal.Options{})
	say(t, c, notes(t, c), secret)
	molest(t, host)
	export, err := filepath.Abs("../importer/testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	host.Hush("چشمه", "کارت", "سال نو", "bell:", "quoted", "آب یا چای", "small.json")
	if out, err := host.Run("import", "telegram", export, "--as", lonely); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := host.Run("import", "telegram", filepath.Join(t.TempDir(), lonely), "--as", lonely); err == nil {
		t.Fatal("what is not there was imported")
	}
	if !strings.Contains(host.Log(), "msg=serving") {
		t.Errorf("this is no log:\n%s", host.Log())
	}
}

func TestTheLogOfASickServerTellsNothingOfPeople(t *testing.T) {
	t.Parallel()
	var ill atomic.Pointer[string] // the operation that fails
	host := testenv.Sick(t, func(op string) storetest.Fault {
		if what := ill.Load(); what != nil && *what == op {
			return storetest.FailBefore
		}
		return storetest.Sound
	})
	c := guest(t, host.Address(0), lonely, zolal.Options{Patience: time.Second})
	chat := notes(t, c)
	say(t, c, chat, secret)
	molest(t, host)
	log := host.(interface{ Log() string })
	for op, complaint := range map[string]string{"append": "append failed", "read": "a request failed"} {
		ill.Store(&op)
		ctx, cancel := context.WithCancel(t.Context())
		tried := make(chan struct{})
		go func() {
			defer close(tried)
			if op == "append" {
				_, _ = c.Text(ctx, chat, secret+" ۲") // it waits for a sound store, and so does the next
				return
			}
			_ = c.Call(ctx, "Messages/Read", &zolalv1.ReadRequest{Chat: chat, Limit: 5}, new(zolalv1.ReadResponse))
		}()
		waitUntil(t, func() bool { return strings.Contains(log.Log(), complaint) })
		cancel()
		<-tried
		ill.Store(nil)
	}
}
