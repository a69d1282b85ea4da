// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// HTTP-1 HTTP-2 HTTP-3 AUTH-1 AUTH-4
func TestAWholeConversationInJSONOverPlainHTTP(t *testing.T) {
	h := serve(t)
	b64 := func() string { return base64.StdEncoding.EncodeToString(key()) }
	sign := func(name string) (token string, id float64) {
		resp, out := h.post("", "/api/Accounts/SignUp", fmt.Sprintf(
			`{"key":%q,"username":%q,"name":"A","password":"correct horse battery 7"}`, b64(), name))
		if resp.StatusCode != 200 || resp.Header.Get("Zolal") != "v1" {
			t.Fatalf("sign up: %d %v", resp.StatusCode, out)
		}
		return out["token"].(string), out["account"].(float64)
	}
	operator := account.NewUser{Username: "operator_1", Operator: true}
	_, _, err := h.accounts.AddUser(context.Background(), operator)
	check(t, err)
	a, _ := sign("alice_json")
	b, bob := sign("bobby_json")
	_, room := h.post(a, "/api/Chats/OpenDirect", fmt.Sprintf(`{"key":%q,"account":%v}`, b64(), bob))
	hello := fmt.Sprintf(`{"key":%q,"chat":%v,"text":"سلام"}`, b64(), room["id"])
	resp, sent := h.post(a, "/api/Messages/Send", hello)
	if resp.StatusCode != 200 || sent["seq"] == nil {
		t.Fatalf("send: %d %v", resp.StatusCode, sent)
	}
	_, page := h.post(b, "/api/Messages/Page", fmt.Sprintf(`{"chat":%v,"limit":10}`, room["id"]))
	entries := page["entries"].([]any)
	body, err := base64.StdEncoding.DecodeString(entries[len(entries)-1].(map[string]any)["body"].(string))
	check(t, err)
	m := new(zolalv1.Message)
	check(t, proto.Unmarshal(body, m))
	if m.GetText() != "سلام" {
		t.Errorf("read %q", m.GetText())
	}
	resp, state := h.post(a, "/api/Accounts/Me", "")
	if resp.StatusCode != 200 || state["profile"].(map[string]any)["username"] != "alice_json" {
		t.Errorf("me: %d %v", resp.StatusCode, state)
	}
}

// NAME-2
func TestWhetherANameIsFreeDependsOnWhoAsks(t *testing.T) {
	h := serve(t)
	u := h.users(1)[0]
	_, me := h.post(u.Token, "/api/Accounts/Me", "")
	own := me["profile"].(map[string]any)["username"].(string)
	_, room := h.post(u.Token, "/api/Chats/CreateChannel",
		fmt.Sprintf(`{"key":%q,"title":"x","name":"a_channel"}`, base64.StdEncoding.EncodeToString(key())))
	for _, c := range []struct{ what, token, ask, code string }{
		{"one's own", u.Token, fmt.Sprintf(`{"username":%q}`, own), ""},
		{"one's own, for a chat", u.Token, fmt.Sprintf(`{"username":%q,"newChat":true}`, own), "NAME_TAKEN"},
		{"the chat's own", u.Token, fmt.Sprintf(`{"username":"a_channel","chat":%v}`, room["id"]), ""},
		{"the chat's, for oneself", u.Token, `{"username":"a_channel"}`, "NAME_TAKEN"},
		{"of a newcomer", "", fmt.Sprintf(`{"username":%q}`, own), "NAME_TAKEN"},
		{"too short", u.Token, `{"username":"abc"}`, "NAME_INVALID"},
	} {
		_, out := h.post(c.token, "/api/Accounts/CheckUsername", c.ask)
		if code, _ := out["code"].(string); code != c.code || (out["free"] == true) != (c.code == "") {
			t.Errorf("%s: %v", c.what, out)
		}
	}
}

// ERR-2 ERR-3
func TestErrorsOverHTTPHaveAStatusAndACode(t *testing.T) {
	h := serve(t)
	u := h.users(1)[0]
	for _, c := range []struct {
		what, token, path, body, code string
		status                        int
	}{
		{"unknown method", u.Token, "/api/Messages/Fly", "{}", "UNKNOWN_METHOD", 404},
		{"no method", u.Token, "/api/", "{}", "UNKNOWN_METHOD", 404},
		{"no token", "", "/api/Accounts/Me", "{}", "UNAUTHENTICATED", 401},
		{"unknown token", "abc", "/api/Accounts/Me", "{}", "UNAUTHENTICATED", 401},
		{"unknown field", u.Token, "/api/Messages/Send", `{"chatt":1}`, "BAD_REQUEST", 400},
		{"broken JSON", u.Token, "/api/Messages/Send", `{"chat":`, "BAD_REQUEST", 400},
		{"a text for a number", u.Token, "/api/Messages/Send", `{"chat":"x"}`, "BAD_REQUEST", 400},
		{"not UTF-8", u.Token, "/api/Messages/Send", "{\"text\":\"a\xff\"}", "BAD_TEXT", 400},
		{"no such chat", u.Token, "/api/Messages/Page", `{"chat":77,"limit":1}`, "NOT_FOUND", 404},
		{"too large", u.Token, "/api/Messages/Send", `{"text":"` + pad(wire.MaxFrame) + `"}`, "TOO_LARGE", 413},
	} {
		resp, out := h.post(c.token, c.path, c.body)
		if resp.StatusCode != c.status || out["code"] != c.code || resp.Header.Get("Zolal") != "v1" {
			t.Errorf("%s: %d %v", c.what, resp.StatusCode, out)
		}
	}
	resp, err := http.Get(h.address + "/api/Accounts/Server")
	check(t, err)
	resp.Body.Close()
	if resp.StatusCode != 405 || resp.Header.Get("Zolal") != "v1" {
		t.Errorf("GET: %d", resp.StatusCode)
	}
	const me = "/api/Accounts/Me"
	if resp, out := h.post(u.Token, me, "<a/>", "Content-Type", "text/xml"); resp.StatusCode != 400 {
		t.Errorf("XML: %d %v", resp.StatusCode, out)
	}
	if resp, out := h.post(u.Token, me, "{}", "Authorization", "Basic eDp5"); resp.StatusCode != 401 {
		t.Errorf("Basic: %d %v", resp.StatusCode, out)
	}
}

// LIM-2 ERR-3
func TestALimitOverHTTPSaysWhenToComeBack(t *testing.T) {
	h := serve(t, func(c *Config, _ *hub.Config) { c.Rates = Rates{Address: 1, AddressBurst: 3} })
	for range 3 {
		if resp, out := h.post("", "/api/Accounts/Server", "{}"); resp.StatusCode != 200 {
			t.Fatalf("%d %v", resp.StatusCode, out)
		}
	}
	resp, out := h.post("", "/api/Accounts/Server", "{}")
	if resp.StatusCode != 429 || out["code"] != "RATE_LIMITED" || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("%d %v, Retry-After %q", resp.StatusCode, out, resp.Header.Get("Retry-After"))
	}
	if ms, _ := out["retryMs"].(float64); ms < 1 || ms > 1001 {
		t.Errorf("retry in %v ms", ms)
	}
}

// HTTP-4
func TestLargeAnswersAreCompressedWhereTheClientTakesThat(t *testing.T) {
	h := serve(t)
	c := h.dial(h.users(1)[0], zolal.WebSocket)
	room := group(c)
	for range 30 {
		say(c, room, pad(500))
	}
	for encoding, open := range map[string]func(io.Reader) (io.Reader, error){
		"":     func(r io.Reader) (io.Reader, error) { return r, nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	} {
		raw, err := proto.Marshal(&zolalv1.PageRequest{Chat: room, Limit: 100})
		check(t, err)
		req, err := http.NewRequest(http.MethodPost, h.address+"/api/Messages/Page", bytes.NewReader(raw))
		check(t, err)
		req.Header.Set("Content-Type", "application/x-protobuf")
		req.Header.Set("Authorization", "Bearer "+c.user.Token)
		req.Header.Set("Accept-Encoding", encoding)
		resp, err := http.DefaultTransport.RoundTrip(req)
		check(t, err)
		wireBytes, err := io.ReadAll(resp.Body)
		check(t, err)
		resp.Body.Close()
		if got := resp.Header.Get("Content-Encoding"); got != encoding {
			t.Errorf("asked for %q, got %q", encoding, got)
		}
		r, err := open(bytes.NewReader(wireBytes))
		check(t, err)
		plain, err := io.ReadAll(r)
		check(t, err)
		page := new(zolalv1.PageResponse)
		check(t, proto.Unmarshal(plain, page))
		if len(page.GetEntries()) < 30 || (encoding != "" && len(wireBytes)*3 > len(plain)) {
			t.Errorf("%q: %d entries in %d of %d bytes", encoding, len(page.GetEntries()), len(wireBytes), len(plain))
		}
	}
}

// HTTP-5
func TestBrowsersMayAskWhetherTheyMay(t *testing.T) {
	h := serve(t)
	req, err := http.NewRequest(http.MethodOptions, h.address+"/api/Messages/Send", nil)
	check(t, err)
	req.Header.Set("Origin", h.address)
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	resp.Body.Close()
	if resp.StatusCode != 204 || resp.Header.Get("Access-Control-Allow-Origin") != h.address ||
		!strings.Contains(resp.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	req.Header.Set("Origin", "https://evil.example")
	resp, err = http.DefaultClient.Do(req)
	check(t, err)
	resp.Body.Close()
	if resp.StatusCode != 403 || resp.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}

func TestABodyThatNeverComesLosesItsConnection(t *testing.T) {
	h := serve(t, func(c *Config, _ *hub.Config) { c.BodyWithin = 50 * time.Millisecond })
	nc, err := net.Dial("tcp", strings.TrimPrefix(h.address, "http://"))
	check(t, err)
	defer nc.Close()
	head := "POST /api/Accounts/Server HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
	_, err = io.WriteString(nc, head+"{")
	check(t, err)
	nc.SetReadDeadline(time.Now().Add(30 * time.Second))
	answer, err := io.ReadAll(nc)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
		t.Errorf("got %q, %v", answer, err)
	}
}

// HTTP-6 VER-2
func TestAStreamBeatsWhileNothingHappens(t *testing.T) {
	h := serve(t, func(c *Config, _ *hub.Config) {
		c.Heartbeat = 50 * time.Millisecond
		c.Capabilities = []string{"test.feature"}
	})
	u := h.users(1)[0]
	raw, err := proto.Marshal(&zolalv1.Hello{Protocol: 1})
	check(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address+"/api/stream", bytes.NewReader(raw))
	check(t, err)
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Authorization", "Bearer "+u.Token)
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer resp.Body.Close()
	frame := func() []byte {
		var size [4]byte
		_, err := io.ReadFull(resp.Body, size[:])
		check(t, err)
		b := make([]byte, binary.BigEndian.Uint32(size[:]))
		_, err = io.ReadFull(resp.Body, b)
		check(t, err)
		return b
	}
	first, ok := new(zolalv1.ServerFrame), new(zolalv1.HelloOk)
	check(t, proto.Unmarshal(frame(), first))
	check(t, proto.Unmarshal(first.GetResponse().GetPayload(), ok))
	if len(ok.GetIncarnation()) != 16 || ok.GetCapabilities()[0] != "test.feature" {
		t.Errorf("hello: %v", ok)
	}
	for beats := 0; beats < 3; {
		if b := frame(); len(b) == 0 {
			beats++
		} else { // what the hub had not told yet when the stream began comes late
			check(t, proto.Unmarshal(b, first))
		}
	}
	check(t, h.accounts.SignOut(ctx, chat.Actor{Account: u.Account, Device: u.Device}))
	for revoked := false; !revoked; {
		first.Reset()
		check(t, proto.Unmarshal(frame(), first)) // of a heartbeat nothing
		for _, u := range first.GetUpdates().GetUpdates() {
			revoked = revoked || u.GetGoingAway().GetCode() == "revoked"
		}
	}
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Errorf("after the end: %v", err)
	}
	if resp, _ := h.post("", "/api/stream", "{}"); resp.StatusCode != 401 {
		t.Errorf("a stream without a token: %d", resp.StatusCode)
	}
}

// poller polls by single requests.
type poller struct {
	h       *host
	token   string
	session string
}

func (p *poller) poll(after uint64, wait uint32) (*zolalv1.Updates, zolalv1.ErrorCode) {
	p.h.t.Helper()
	raw, err := proto.Marshal(&zolalv1.PollRequest{WaitMs: wait, Session: p.session, After: after})
	check(p.h.t, err)
	req, err := http.NewRequest(http.MethodPost, p.h.address+"/api/Sync/Poll", bytes.NewReader(raw))
	check(p.h.t, err)
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := http.DefaultClient.Do(req)
	check(p.h.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	check(p.h.t, err)
	if resp.StatusCode != 200 {
		e := new(zolalv1.Error)
		check(p.h.t, proto.Unmarshal(b, e))
		return nil, e.GetCode()
	}
	u := new(zolalv1.Updates)
	check(p.h.t, proto.Unmarshal(b, u))
	return u, 0
}

// until polls until a message of a chat has come and returns all that came, acknowledging nothing before.
func (p *poller) until(after uint64, room uint32, text string) *zolalv1.Updates {
	p.h.t.Helper()
	for range 50 {
		u, code := p.poll(after, 5000)
		if code != 0 {
			p.h.t.Fatalf("poll: %s", code)
		}
		got, _ := texts(u.GetUpdates(), room)
		for _, g := range got {
			if g == text {
				return u
			}
		}
		after = u.GetNumber()
	}
	p.h.t.Fatalf("%q has not come", text)
	return nil
}

// POLL-1 POLL-2 POLL-3
func TestAnAnswerThatWasLostIsPolledAgain(t *testing.T) {
	h := serve(t)
	u := h.users(2)
	a := h.dial(u[0], zolal.WebSocket)
	b := h.dial(u[1], zolal.WebSocket)
	room := group(a, b)
	check(t, b.Close())
	p := &poller{h: h, token: u[1].Token, session: "one"}
	first, code := p.poll(0, 25_000)
	if code != 0 || len(first.GetUpdates()) != 1 || first.GetUpdates()[0].GetResync() == nil {
		t.Fatalf("first: %v %s", first, code)
	}
	say(a, room, "hello")
	got := p.until(first.GetNumber(), room, "hello")
	before := got.GetNumber() - uint64(len(got.GetUpdates()))
	again, _ := p.poll(before, 0)
	if !proto.Equal(again, got) {
		t.Errorf("first %v, again %v", got, again)
	}
	next, _ := p.poll(got.GetNumber(), 0)
	if len(next.GetUpdates()) != 0 || next.GetNumber() != got.GetNumber() {
		t.Errorf("after it was acknowledged: %v", next)
	}
	if _, code := p.poll(got.GetNumber()+100, 0); code != zolalv1.ErrorCode_BAD_REQUEST {
		t.Errorf("a number from nowhere: %s", code)
	}
	for _, bad := range []*poller{{h, u[1].Token, ""}, {h, u[1].Token, pad(100)}} {
		if _, code := bad.poll(0, 0); code != zolalv1.ErrorCode_BAD_REQUEST {
			t.Errorf("session %q: %s", bad.session, code)
		}
	}
	over := &zolalv1.PollRequest{Session: "x"}
	if code := a.refused("Sync/Poll", over); code != zolalv1.ErrorCode_BAD_REQUEST {
		t.Errorf("a poll over a socket: %s", code)
	}
}

// POLL-4
func TestAPollThatWasAwayTooLongIsToldToSync(t *testing.T) {
	var clk clock
	h := serve(t, func(c *Config, _ *hub.Config) { c.Now = clk.now })
	u := h.users(1)[0]
	p := &poller{h: h, token: u.Token, session: "one"}
	p.poll(0, 0)
	clk.ahead.Add(int64(wire.PollKeep + 2*time.Second))
	eventually(t, func() bool { return h.hub.Stats().Sessions == 0 })
	got, code := p.poll(7, 0)
	one := code == 0 && len(got.GetUpdates()) == 1
	if !one || got.GetUpdates()[0].GetResync() == nil || got.GetNumber() != 8 {
		t.Errorf("got %v %s", got, code)
	}
	if got, _ := p.poll(8, 0); len(got.GetUpdates()) != 0 {
		t.Errorf("then %v", got)
	}
}

// ADDR-3
func TestTheSignedListIsToldAtTheStartAndAtEverySync(t *testing.T) {
	list := &zolalv1.AddressList{}
	h := serve(t, func(c *Config, _ *hub.Config) {
		signed, err := wire.SignAddresses(testKey(), wire.Addresses{
			Addresses: []string{"https://a.example"}, Expires: chat.Millis(time.Now().Add(time.Hour).UnixMilli()),
		})
		check(t, err)
		proto.Merge(list, signed)
		c.Addresses = signed
	})
	c := h.dial(h.users(1)[0], zolal.WebSocket)
	info := ask[zolalv1.ServerInfo](c, "Accounts/Server", &zolalv1.Empty{})
	synced := ask[zolalv1.SyncResponse](c, "Sync/Sync", &zolalv1.SyncRequest{Limit: 10})
	if !proto.Equal(info.GetAddresses(), list) || !proto.Equal(synced.GetAddresses(), list) {
		t.Errorf("server %v, sync %v", info.GetAddresses(), synced.GetAddresses())
	}
	limits := info.GetLimits()
	if limits["frame_bytes"] != wire.MaxFrame || limits["text"] != chat.MaxText {
		t.Errorf("limits: %v", limits)
	}
}

// SYNC-7
func TestARequestForAServerBeforeItsRestoreIsRefusedAndDoesNothing(t *testing.T) {
	h := serve(t)
	u := h.users(1)[0]
	room := fmt.Sprintf(`{"key":%q,"account":%d}`, base64.StdEncoding.EncodeToString(key()), u.Account)
	_, info := h.post(u.Token, "/api/Chats/OpenDirect", room)
	write := func(life string) (int, any) {
		resp, out := h.post(u.Token, "/api/Messages/Send", fmt.Sprintf(`{"key":%q,"chat":%v,"text":"a"}`,
			base64.StdEncoding.EncodeToString(key()), info["id"]), "Zolal-Incarnation", life)
		return resp.StatusCode, out["code"]
	}
	inc := h.engine.Incarnation()
	if status, _ := write(fmt.Sprintf("%X", inc)); status != 200 {
		t.Errorf("of this life: %d", status)
	}
	for _, life := range []string{strings.Repeat("00", 16), "neither"} {
		if status, code := write(life); status != 409 || code != "INCARNATION_CHANGED" {
			t.Errorf("of %s: %d %v", life, status, code)
		}
	}
	_, page := h.post(u.Token, "/api/Messages/Page", fmt.Sprintf(`{"chat":%v,"limit":10}`, info["id"]))
	if n := len(page["entries"].([]any)); n != 2 { // the chat's creation and one message
		t.Errorf("%d entries", n)
	}
}

// AUTH-5
func TestARevokedTokenEndsItsStreamAndItsPollsToo(t *testing.T) {
	h := serve(t)
	within(t, 5*time.Second, func() time.Time {
		u := h.users(1)[0]
		stream := h.dial(u, zolal.Stream)
		h.post(u.Token, "/api/Sync/Poll", `{"session": "one"}`)
		polled := h.pollOn(u)
		begun := time.Now()
		check(t, h.accounts.SignOut(context.Background(), chat.Actor{Account: u.Account, Device: u.Device}))
		stream.wait("to be told to go", func(got []*zolalv1.Update) bool {
			return len(got) > 0 && got[len(got)-1].GetGoingAway().GetCode() == "revoked"
		})
		// The notice in the account's log may come first; then the next poll, below, learns why.
		if said := <-polled; !strings.Contains(said, "KIND_DEVICE") && !strings.Contains(said, "revoked") {
			t.Errorf("the poll under way was told %s", said)
		}
		_, body := h.post(u.Token, "/api/Sync/Poll", `{"session": "one", "after": "2"}`)
		if body["code"] != "REVOKED" {
			t.Errorf("the next poll: %v", body)
		}
		return begun
	})
}

// pollOn has an account's poll session wait, and gives what it is told in the end.
func (h *host) pollOn(u account.Session) <-chan string {
	h.t.Helper()
	polled := make(chan string, 1)
	go func() {
		req, err := http.NewRequest(http.MethodPost, h.address+"/api/Sync/Poll",
			strings.NewReader(`{"session": "one", "after": "1", "waitMs": 25000}`))
		if err == nil {
			req.Header.Set("Authorization", "Bearer "+u.Token)
			var resp *http.Response
			if resp, err = http.DefaultClient.Do(req); err == nil {
				raw, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				polled <- string(raw)
				return
			}
		}
		polled <- err.Error()
	}()
	eventually(h.t, func() bool {
		h.gateway.polls.mu.Lock()
		defer h.gateway.polls.mu.Unlock()
		p := h.gateway.polls.all[pollID{u.Account, u.Device, "one"}]
		return p != nil && p.busy == 1
	})
	return polled
}

// AUTH-5
func TestARevokedTokenEndsAStreamThatIsNotRead(t *testing.T) {
	t.Parallel()
	h := serve(t)
	within(t, 10*time.Second, func() time.Time {
		u := h.users(1)[0]
		nc, err := net.Dial("tcp", strings.TrimPrefix(h.address, "http://"))
		check(t, err)
		defer nc.Close()
		_, err = fmt.Fprintf(nc, "POST /api/stream HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"+
			"Authorization: Bearer %s\r\nContent-Length: 14\r\n\r\n{\"protocol\":1}", u.Token)
		check(t, err)
		sessions := func() []*hub.Session { return h.hub.Sessions(u.Account, u.Device) }
		eventually(t, func() bool { return len(sessions()) == 1 })
		sessions()[0].Answer(&hub.Frame{Data: make([]byte, 64<<20)}) // more than any kernel keeps
		begun := time.Now()
		check(t, h.accounts.SignOut(context.Background(), chat.Actor{Account: u.Account, Device: u.Device}))
		eventually(t, func() bool { return len(sessions()) == 0 })
		return begun
	})
}
