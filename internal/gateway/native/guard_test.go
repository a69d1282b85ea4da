// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// adds a method that exists in this test alone; before anybody connects.
func (h *host) adds(name string, l lane, f func(ctx context.Context) error) {
	h.gateway.methods[name] = &method{
		name: name, open: true, lane: l, fresh: func() proto.Message { return new(zolalv1.Empty) },
		begin: func(ctx context.Context, _ *caller, _ proto.Message) (answer, error) {
			return answer{ready: &zolalv1.Empty{}}, f(ctx)
		},
	}
}

// logged takes what was logged so far.
func (h *host) logged() string {
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	defer h.log.b.Reset()
	return h.log.b.String()
}

func TestARequestThatPanicsIsAnsweredAndEndsNothingElse(t *testing.T) {
	h := serve(t)
	secret := "what somebody wrote"
	h.adds("Test/Read", reads, func(context.Context) error { panic(secret) })
	h.adds("Test/Write", writes, func(context.Context) error { panic(errors.New(secret)) })
	h.adds("Test/Wait", waits, func(context.Context) error { panic(fmt.Sprint(secret)) })
	h.adds("Test/Index", reads, func(context.Context) error { return []error{}[len(secret)] })
	h.adds("Test/Good", writes, func(context.Context) error { return nil })
	u := h.users(2)
	s, other := h.greeted(u[0]), h.greeted(u[1])
	names := []string{"Test/Read", "Test/Write", "Test/Wait", "Test/Index"}
	for i, name := range names {
		s.ask(uint32(i+1), name, &zolalv1.Empty{})
		s.refusal(uint32(i+1), zolalv1.ErrorCode_INTERNAL)
	}
	s.ask(9, "Test/Good", &zolalv1.Empty{}) // the lane of writes goes on
	if r := s.answer(); r.GetId() != 9 || r.GetError() != nil {
		t.Errorf("a write after one that panicked: %v", r)
	}
	other.lives()
	resp, body := h.post(u[1].Token, "/api/Test/Read", "{}")
	if resp.StatusCode != http.StatusInternalServerError || body["code"] != "INTERNAL" {
		t.Errorf("over HTTP: %d, %v", resp.StatusCode, body)
	}
	if n := h.gateway.Panics(); n != 5 {
		t.Errorf("%d panics counted", n)
	}
	log := h.logged()
	if strings.Contains(log, secret) || !strings.Contains(log, "guard_test.go") ||
		!strings.Contains(log, "index out of range") || strings.Count(log, "level=ERROR") != 5 {
		t.Errorf("logged: %s", log)
	}
}

func TestRequestsThatAllFailAreOneLineASecondWithTheirCount(t *testing.T) {
	var ahead atomic.Int64
	begun := time.Now()
	now := func() time.Time { return begun.Add(time.Duration(ahead.Load())) } // it stands until it is moved
	h := serve(t, func(c *Config, _ *hub.Config) { c.Now = now })
	h.adds("Test/Read", reads, func(context.Context) error { return errors.New("the disk is sick") })
	s := h.greeted(h.users(1)[0])
	fail := func(times int) {
		for i := range uint32(times) {
			s.ask(i+1, "Test/Read", &zolalv1.Empty{})
			s.refusal(i+1, zolalv1.ErrorCode_INTERNAL)
		}
	}
	fail(10)
	log := h.logged()
	if strings.Count(log, "\n") != 1 || !strings.Contains(log, "the disk is sick") {
		t.Errorf("ten at once: %s", log)
	}
	ahead.Add(int64(time.Second))
	eventually(t, func() bool { return h.log.String() != "" }) // though no other fails
	fail(10)
	if log := h.logged(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "others=8") {
		t.Errorf("the rest of them a second later: %s", log)
	}
}

// The host's log has to be empty when a test ends.
func TestARequestThatItsClientGaveUpIsNoErrorInTheLog(t *testing.T) {
	h := serve(t)
	begun, ended := make(chan struct{}, 1), make(chan struct{}, 1)
	h.adds("Test/Wait", waits, func(ctx context.Context) error {
		begun <- struct{}{}
		<-ctx.Done()
		ended <- struct{}{}
		return fmt.Errorf("wait: %w", ctx.Err())
	})
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address+"/api/Test/Wait", nil)
	check(t, err)
	gone := make(chan error, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		gone <- err
	}()
	<-begun
	cancel()
	<-ended
	if err := <-gone; err == nil {
		t.Error("it was answered")
	}
	h.stop() // so that nothing is logged later
}

func TestPasswordChecksThatWaitHoldUpNobodyElse(t *testing.T) {
	h := serve(t, func(c *Config, _ *hub.Config) { c.Workers = 1 })
	for _, name := range []string{"Accounts/SignUp", "Accounts/SignIn", "Accounts/Recover"} {
		if h.gateway.methods[name].lane != secrets {
			t.Errorf("%s waits among the others", name)
		}
	}
	free := make(chan struct{})
	defer close(free)
	begun := make(chan struct{})
	h.adds("Test/Guess", secrets, func(context.Context) error {
		begun <- struct{}{}
		<-free
		return nil
	})
	u := h.users(1)[0]
	guesser := h.greeted(u)
	for i := range uint32(3) { // one more than there are places
		guesser.ask(i+1, "Test/Guess", &zolalv1.Empty{})
	}
	<-begun
	<-begun
	reader := h.greeted(u)
	reader.ask(1, "Accounts/Me", &zolalv1.Empty{})
	if r := reader.answer(); r.GetError() != nil {
		t.Errorf("who reads meanwhile: %v", r)
	}
	go func() { <-begun }() // the third, once there is a place
}

// LIM-5
func TestConnectionsWithoutATokenAreFewAndDoNotStayForNothing(t *testing.T) {
	var clk clock
	h := serve(t, func(c *Config, _ *hub.Config) { c.Now = clk.now })
	hello := &zolalv1.Hello{Protocol: 1}
	open := func() *socket {
		s, err := h.socket(nil)
		check(t, err)
		s.ask(1, "Hello", hello)
		return s
	}
	var all []*socket
	for range wire.MaxNameless {
		s := open()
		if r := s.answer(); r.GetError() != nil {
			t.Fatalf("connection %d: %v", len(all)+1, r)
		}
		all = append(all, s)
	}
	late := open()
	late.refusal(1, zolalv1.ErrorCode_RATE_LIMITED)
	late.ends()
	late.Close()
	h.greeted(h.users(1)[0]).lives() // a token is not counted among them
	all[0].Close()
	eventually(t, func() bool { return h.gateway.Connections() <= wire.MaxNameless })
	if r := open().answer(); r.GetError() != nil {
		t.Errorf("in the place of one that went: %v", r)
	}

	asks, pings := all[1], all[2]
	for range int(wire.AskLimit/time.Minute) - 1 {
		clk.ahead.Add(int64(time.Minute))
		asks.lives()
		pings.lives()
		asks.ask(2, "Accounts/Server", &zolalv1.Empty{})
		asks.answer()
	}
	clk.ahead.Add(int64(time.Minute + 2*time.Second))
	if _, _, err := pings.next(); err == nil {
		t.Error("one that only pings got a frame")
	}
	asks.lives()
	eventually(t, func() bool {
		h.gateway.mu.Lock()
		defer h.gateway.mu.Unlock()
		return len(h.gateway.nameless) == 1 && h.gateway.nameless[network(netip.MustParseAddr("127.0.0.1"))] == 1
	})
}

func TestAConnectionThatPanicsBeforeItIsARequestEndsAndNoOther(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		h.adds("Test/Broken", secrets, func(context.Context) error { return nil })
		pool := h.gateway.secrets
		h.gateway.secrets = nil // a mistake of ours
		defer func() { h.gateway.secrets = pool }()
		u := h.users(2)
		s, other := h.greeted(u[0]), h.greeted(u[1])
		s.ask(1, "Test/Broken", &zolalv1.Empty{})
		if _, _, err := s.next(); err == nil {
			t.Error("it got a frame")
		}
		other.lives()
		eventually(t, func() bool { return h.gateway.Connections() == 1 })
		if n := h.gateway.Panics(); n != 1 {
			t.Errorf("%d panics counted", n)
		}
		if log := h.logged(); strings.Count(log, "level=ERROR") != 1 || !strings.Contains(log, "nil pointer") {
			t.Errorf("logged: %s", log)
		}
	})
}

// LIM-5
func TestConnectionsThatWaitForTheirHelloAreBounded(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		u := h.users(1)[0]
		here := network(netip.MustParseAddr("127.0.0.1"))
		waiting := func(add int) int {
			h.gateway.mu.Lock()
			defer h.gateway.mu.Unlock()
			h.gateway.waiting[here] += add
			return h.gateway.waiting[here]
		}
		waiting(wire.MaxWaiting - 1) // so many others
		first, err := h.socket(nil)
		check(t, err)
		// It is told that it is a WebSocket before it is counted, so another may be counted before it.
		eventually(t, func() bool { return waiting(0) == wire.MaxWaiting })
		late, err := h.socket(nil)
		check(t, err)
		late.refusal(0, zolalv1.ErrorCode_RATE_LIMITED)
		if _, _, err := late.next(); err == nil {
			t.Error("one too many stays")
		}
		first.ask(0, "Hello", &zolalv1.Hello{Token: u.Token, Protocol: 1})
		if r := first.answer(); r.GetError() != nil {
			t.Fatalf("hello: %v", r)
		}
		eventually(t, func() bool { return waiting(0) == wire.MaxWaiting-1 }) // who said hello waits no more
		gone, err := h.socket(nil)
		check(t, err)
		gone.Close()
		eventually(t, func() bool { return waiting(0) == wire.MaxWaiting-1 })
		first.lives()
	})
}

// LIM-1
func TestAFrameBeforeTheHelloIsShort(t *testing.T) {
	eachWay(t, func(t *testing.T, way change) {
		h := serve(t, way)
		u := h.users(1)[0]
		s, err := h.socket(nil)
		check(t, err)
		long := &zolalv1.Hello{Token: u.Token, Protocol: 1, Client: pad(wire.MaxHello)}
		s.ask(1, "Hello", long)
		s.refusal(0, zolalv1.ErrorCode_TOO_LARGE)
		long.Client = pad(wire.MaxHello - 200)
		s.ask(2, "Hello", long)
		if r := s.answer(); r.GetId() != 2 || r.GetError() != nil {
			t.Fatalf("a hello of the longest that may be: %v", r)
		}
		s.ask(3, "Ping", &zolalv1.SignInRequest{Password: pad(wire.MaxFrame - 200)})
		if r := s.answer(); r.GetId() != 3 || r.GetError() != nil {
			t.Errorf("a long frame after it: %v", r)
		}
	})
}
