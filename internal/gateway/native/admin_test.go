// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/hub"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// numbers is the server as operators see it in these tests.
type numbers struct{ backups int }

func (*numbers) Status(context.Context) (*zolalv1.ServerStatus, error) {
	return &zolalv1.ServerStatus{Ready: true}, nil
}

func (n *numbers) BackUp(context.Context) error { n.backups++; return nil }

// ADMIN-1
func TestOnlyAnOperatorIsToldHowTheServerIs(t *testing.T) {
	n := &numbers{}
	h := serve(t, func(c *Config, _ *hub.Config) { c.Admin = n })
	user := account.NewUser{Username: "the_operator", Operator: true}
	_, password, err := h.accounts.AddUser(t.Context(), user)
	check(t, err)
	s, err := h.accounts.SignIn(t.Context(), account.SignIn{Username: "the_operator", Password: password})
	check(t, err)
	operator, other := h.dial(s, zolal.WebSocket), h.dial(h.users(1)[0], zolal.WebSocket)
	made := ask[zolalv1.Session](operator, "Accounts/CreateToken", &zolalv1.CreateTokenRequest{
		Name: "reader", Scopes: []string{"read", "send"}})
	reader := h.dial(account.Session{Token: made.GetToken()}, zolal.WebSocket)
	for _, name := range []string{"Admin/Status", "Admin/BackUp"} {
		if code := other.refused(name, &zolalv1.Empty{}); code != zolalv1.ErrorCode_FORBIDDEN {
			t.Errorf("%s answers %s to somebody else", name, code)
		}
		if code := reader.refused(name, &zolalv1.Empty{}); code != zolalv1.ErrorCode_SCOPE_MISSING {
			t.Errorf("%s answers %s to a token that may not manage", name, code)
		}
	}
	if n.backups != 0 {
		t.Error("somebody else began a backup")
	}
	if !ask[zolalv1.ServerStatus](operator, "Admin/Status", &zolalv1.Empty{}).GetReady() {
		t.Error("the operator is not told")
	}
	ask[zolalv1.Empty](operator, "Admin/BackUp", &zolalv1.Empty{})
	if n.backups != 1 {
		t.Errorf("%d backups were begun", n.backups)
	}
}

// AUTH-6
func TestAnOperatorsNewDeviceDoesNothingToOthersAndLooksIntoNothingUntilItHasItsSay(t *testing.T) {
	n := &numbers{}
	h := serve(t, func(c *Config, _ *hub.Config) { c.Admin = n })
	user := account.NewUser{Username: "the_operator", Operator: true}
	_, password, err := h.accounts.AddUser(t.Context(), user)
	check(t, err)
	signIn := func() account.Session {
		t.Helper()
		s, err := h.accounts.SignIn(t.Context(), account.SignIn{Username: "the_operator", Password: password})
		check(t, err)
		return s
	}
	old, young := signIn(), signIn()
	operator, thief := h.dial(old, zolal.WebSocket), h.dial(young, zolal.WebSocket)
	deeds := []struct {
		method string
		req    proto.Message
	}{
		{"Reports/List", &zolalv1.CasesRequest{Limit: 10}}, {"Reports/Show", &zolalv1.ShowRequest{Report: 1}},
		{"Reports/Decide", &zolalv1.DecideRequest{Key: key(), Account: 1}},
		{"Feedbacks/List", &zolalv1.Empty{}}, {"Feedbacks/Set", &zolalv1.SetFeedbackRequest{Key: key(), Number: 1}},
		{"Accounts/SetSignup", &zolalv1.SetSignupRequest{}}, {"Newcomers/List", &zolalv1.Empty{}},
		{"Accounts/CreatePass", &zolalv1.CreatePassRequest{Key: key()}},
		{"Accounts/RevokePass", &zolalv1.RevokePassRequest{Id: "none"}},
		{"Accounts/Passes", &zolalv1.PassesRequest{All: true}},
		{"Newcomers/Decide", &zolalv1.DecideNewcomerRequest{Username: "nobody_1"}},
		{"Admin/BackUp", &zolalv1.Empty{}},
	}
	code := func(c *client, method string, req proto.Message) zolalv1.ErrorCode {
		err := c.Call(t.Context(), method, req, new(zolalv1.Empty))
		return zolal.CodeOf(err)
	}
	const waits = zolalv1.ErrorCode_LOGIN_TOO_YOUNG
	for _, d := range deeds {
		if got := code(thief, d.method, d.req); got != waits {
			t.Errorf("%s answers %s to a new device", d.method, got)
		}
		if got := code(operator, d.method, d.req); got == waits {
			t.Errorf("%s keeps an old device waiting", d.method)
		}
	}
	if n.backups != 1 {
		t.Errorf("%d backups were begun", n.backups)
	}
	ask[zolalv1.ServerStatus](thief, "Admin/Status", &zolalv1.Empty{}) // nothing about anybody
	ask[zolalv1.Empty](operator, "Security/Vouch", &zolalv1.VouchRequest{Device: uint32(young.Device)})
	for _, d := range deeds { // on the same connection
		if got := code(thief, d.method, d.req); got == waits {
			t.Errorf("%s keeps a device waiting that was vouched for", d.method)
		}
	}
}

func TestWhatConnectedClientsSayTheyAreIsCountedWithinBounds(t *testing.T) {
	var p programs
	hello := func(name, version string) uint16 {
		return p.enter(account.Program{Client: name, Version: version})
	}
	a, b := hello("zolal-web", "1.2"), hello("zolal-web", "1.2")
	if a != b || p.rows[a] != (Program{"zolal-web", "1.2", 2}) {
		t.Errorf("rows %d and %d of %v", a, b, p.rows)
	}
	if c := hello("zolal-web", "1.3"); c == a {
		t.Error("two versions count as one")
	}
	long := p.rows[hello(strings.Repeat("x", 99)+"\n", "\x1b[31m\xff1")]
	if long.Name != strings.Repeat("x", maxProgram) || long.Version != "[31m1" {
		t.Errorf("a strange client is called %q %q", long.Name, long.Version)
	}
	for i := range 2 * maxPrograms {
		hello("junk", strings.Repeat("i", i%31)+strings.Repeat("j", i/31))
	}
	if len(p.rows) > maxPrograms || p.rows[0].Connections == 0 {
		t.Errorf("%d rows, %d without a name", len(p.rows), p.rows[0].Connections)
	}
	p.leave(a)
	p.leave(b)
	if d := hello("new", "1"); d != a {
		t.Errorf("a row that nobody uses is not used again: %d", d)
	}
}

func TestTheGatewayListsWhatIsConnected(t *testing.T) {
	h := serve(t)
	c := h.dial(h.users(1)[0], zolal.WebSocket)
	ask[zolalv1.UserState](c, "Accounts/Me", &zolalv1.Empty{})
	list := h.gateway.Clients()
	if len(list) != 1 || list[0].Connections != 1 {
		t.Fatalf("connected are %+v", list)
	}
	c.Close()
	eventually(t, func() bool { return len(h.gateway.Clients()) == 0 })
}
