// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	orgs "github.com/zolal-im/zolal/internal/testenv/provider"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

const orgPassword = "correct horse battery staple"

// org is a real provider on loopback.
type org struct{ *orgs.Provider }

func newOrg(t *testing.T) *org {
	t.Helper()
	p, err := orgs.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return &org{p}
}

// serves starts a server whose people the organisation signs in.
func (o *org) serves(t *testing.T, change ...func(*Config)) *Server {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := quietServer(t, func(c *Config) {
		c.OIDC.Issuer, c.OIDC.ClientID, c.OIDC.SecretFile = o.Issuer, "zolal", secret
		for _, f := range change {
			f(c)
		}
	})
	o.Register("zolal", "hush", s.URL()+oidcCallback)
	_, _, err := s.accounts.AddUser(t.Context(), account.NewUser{
		Username: "the_boss_1", Password: orgPassword, Operator: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kept is what an app keeps of a sign-in it began with begun.
const kept = "what the app keeps to itself"

var begun = "?for=" + base64.RawURLEncoding.EncodeToString(sum(kept))

func sum(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

var formID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// visit goes to the provider and back as a browser does; the route of the app it ends at.
func (o *org) visit(t *testing.T, s *Server) (route []string, browser *http.Client) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser = &http.Client{Jar: jar, Timeout: 20 * time.Second}
	at, page := fetch(t, browser, s.URL()+oidcStart+begun)
	id := formID.FindStringSubmatch(page)
	if id == nil {
		t.Fatalf("no form at %s: %s", at, page)
	}
	form := url.Values{"id": {id[1]}, "username": {orgs.User}, "password": {orgs.Password}}
	resp, err := browser.PostForm(strings.TrimSuffix(o.Issuer, "/")+"/login/username", form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return strings.Split(strings.TrimPrefix(resp.Request.URL.Fragment, "/"), "/"), browser
}

func fetch(t *testing.T, browser *http.Client, address string) (at *url.URL, page string) {
	t.Helper()
	resp, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Request.URL, string(raw)
}

// ticket is that of a visit that went well.
func (o *org) ticket(t *testing.T, s *Server) string {
	t.Helper()
	route, _ := o.visit(t, s)
	if len(route) != 3 || route[0] != "oidc" || route[1] == "" {
		t.Fatalf("the provider led to %q", route)
	}
	return route[1] + "." + kept
}

func signInAs(t *testing.T, s *Server, req *zolalv1.SignInRequest, want zolalv1.ErrorCode) *zolalv1.Session {
	t.Helper()
	session, err := zolal.SignIn(t.Context(), s.Addr(), zolal.Options{}, req)
	if zolal.CodeOf(err) != want {
		t.Fatalf("sign-in ended with %v, want %v", err, want)
	}
	return session
}

func dialed(t *testing.T, s *Server, session *zolalv1.Session) *zolal.Client {
	t.Helper()
	c, err := zolal.Dial(t.Context(), s.Addr(), zolal.Options{Token: session.GetToken()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// OIDC-1, OIDC-2
func TestAnOrganisationsPeopleComeInByTheirProvider(t *testing.T) {
	o := newOrg(t)
	s := o.serves(t)
	first := o.ticket(t, s)
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: first}, zolalv1.ErrorCode_IDENTITY_UNKNOWN)
	named := &zolalv1.SignInRequest{Ticket: first, Username: "the_boss_1"}
	signInAs(t, s, named, zolalv1.ErrorCode_NAME_TAKEN)
	named.Username = "parvaneh"
	made := signInAs(t, s, named, 0)
	week := time.Now().Add(7*24*time.Hour + time.Minute).UnixMilli()
	if made.GetName() != "Test User" || made.GetExpiresMs() == 0 || made.GetExpiresMs() > week {
		t.Errorf("the new session is %v", made)
	}
	signInAs(t, s, named, zolalv1.ErrorCode_NOT_FOUND) // a ticket is good once
	again := signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}, 0)
	if again.GetAccount() != made.GetAccount() || again.GetUsername() != "parvaneh" {
		t.Errorf("they came back as %v", again)
	}
	mine := new(zolalv1.Membership)
	must(t, dialed(t, s, again).Call(t.Context(), "Organisations/Mine", &zolalv1.Empty{}, mine))
	if !mine.GetLinked() || mine.GetPassword() || mine.GetEndsMs() == 0 || mine.GetEndsMs() > week {
		t.Errorf("the account hangs on the provider as %v", mine)
	}
	// There is no way in besides, and nothing made inside outlives the provider's word.
	for _, guess := range []string{"", "verysecure"} {
		signInAs(t, s, &zolalv1.SignInRequest{Username: "parvaneh", Password: guess},
			zolalv1.ErrorCode_PASSWORD_WRONG)
	}
	c := dialed(t, s, made) // which was there first and may leave a token behind
	token := new(zolalv1.Session)
	err := c.Call(t.Context(), "Accounts/CreateToken",
		&zolalv1.CreateTokenRequest{Name: "bot", Scopes: []string{"read"}}, token)
	if err != nil {
		t.Fatal(err)
	}
	devices := new(zolalv1.DevicesResponse)
	if err := c.Call(t.Context(), "Accounts/Devices", &zolalv1.Empty{}, devices); err != nil {
		t.Fatal(err)
	}
	for _, d := range devices.GetDevices() {
		if d.GetExpiresMs() == 0 || d.GetExpiresMs() > week {
			t.Errorf("a device lives until %d", d.GetExpiresMs())
		}
	}
}

// OIDC-1
func TestAnAccountIsLinkedByWhoKnowsItsPassword(t *testing.T) {
	o := newOrg(t)
	s := o.serves(t)
	link := &zolalv1.SignInRequest{Ticket: o.ticket(t, s), Username: "the_boss_1", Password: "something else 7"}
	signInAs(t, s, link, zolalv1.ErrorCode_PASSWORD_WRONG)
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: link.GetTicket()}, zolalv1.ErrorCode_IDENTITY_UNKNOWN)
	link.Password = orgPassword
	boss := signInAs(t, s, link, 0)
	back := signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}, 0)
	if back.GetAccount() != boss.GetAccount() {
		t.Errorf("%v came back as %v", boss, back)
	}
	if err := s.accounts.Suspend(t.Context(), "the_boss_1", "security"); err != nil {
		t.Fatal(err)
	}
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}, zolalv1.ErrorCode_SUSPENDED)
}

// OIDC-1
func TestOnlyTheAllowedGroupsComeInAndOnlyWithTheBrowserThatBegan(t *testing.T) {
	o := newOrg(t)
	s := o.serves(t, func(c *Config) { c.OIDC.Allowed = []string{"staff", "teachers"} })
	o.SetGroups("pupils")
	if route, _ := o.visit(t, s); strings.Join(route, "/") != "oidc-failed/group" {
		t.Errorf("a pupil got to %q", route)
	}
	o.SetGroups("pupils", "teachers")
	o.ticket(t, s)
	_, browser := o.visit(t, s)
	for _, query := range []string{"", "?code=x&state=y", "?error=access_denied"} {
		at, _ := fetch(t, browser, s.URL()+oidcCallback+query) // its cookie was used up
		if at.Fragment != "/oidc-failed/expired" {
			t.Errorf("%q led to %q", query, at.Fragment)
		}
	}
	// Somebody else's answer, put into the address of a browser that just began.
	if _, page := fetch(t, browser, s.URL()+oidcStart+begun); !formID.MatchString(page) {
		t.Fatal("no form")
	}
	at, _ := fetch(t, browser, s.URL()+oidcCallback+"?code=stolen&state=other")
	if at.Fragment != "/oidc-failed/expired" {
		t.Errorf("another's state led to %q", at.Fragment)
	}
}

// OIDC-1
func TestGroupsOfTheProviderOpenChatsAndNobodyIsAdded(t *testing.T) {
	o := newOrg(t)
	const link = "https://chat.example.org/#/join/abc"
	s := o.serves(t, func(c *Config) { c.OIDC.Rooms = map[string][]string{"staff": {link}} })
	o.SetGroups("staff", "others")
	me := signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s), Username: "parvaneh"}, 0)
	person := dialed(t, s, me)
	told := func() (texts []string) {
		state := new(zolalv1.SyncResponse)
		must(t, person.Call(t.Context(), "Sync/Sync", &zolalv1.SyncRequest{Limit: 100}, state))
		for _, row := range state.GetChats() {
			switch row.GetChat().GetType() {
			case zolalv1.ChatType_CHAT_TYPE_SAVED:
				continue
			case zolalv1.ChatType_CHAT_TYPE_SERVICE:
			default:
				t.Errorf("somebody was added to a chat: %v", row)
			}
			read := new(zolalv1.ReadResponse)
			all := &zolalv1.ReadRequest{Chat: row.GetChat().GetId(), Limit: 50}
			must(t, person.Call(t.Context(), "Messages/Read", all, read))
			for _, e := range read.GetEntries() {
				body, err := wire.Codec{}.Decode(chat.Kind(e.GetEnvelope().GetKind()), e.GetBody())
				if m, ok := body.(*chat.Message); err == nil && ok {
					texts = append(texts, m.Text)
				}
			}
		}
		return texts
	}
	first := told()
	if len(first) != 1 || !strings.Contains(first[0], link) {
		t.Fatalf("told %q", first)
	}
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}, 0)
	o.SetGroups() // the provider says nothing for once
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}, 0)
	o.SetGroups("staff")
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}, 0)
	if again := told(); len(again) != 1 {
		t.Errorf("told again: %q", again)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// OIDC-1
func TestATicketIsWorthNothingToWhoDidNotBegin(t *testing.T) {
	o := newOrg(t)
	s := o.serves(t)
	theirs := o.ticket(t, s)
	bare, _, _ := strings.Cut(theirs, ".")
	for _, ticket := range []string{bare, bare + ".", bare + ".guess", "." + kept, "x." + kept} {
		link := &zolalv1.SignInRequest{Ticket: ticket, Username: "the_boss_1", Password: orgPassword}
		signInAs(t, s, link, zolalv1.ErrorCode_NOT_FOUND)
	}
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: theirs}, zolalv1.ErrorCode_IDENTITY_UNKNOWN)
	for _, query := range []string{"", "?for=", "?for=x", "?for=https://elsewhere.example"} {
		if at, _ := fetch(t, new(http.Client), s.URL()+oidcStart+query); at.Fragment != "/oidc-failed/expired" {
			t.Errorf("%q led to %v", query, at)
		}
	}
}

// OIDC-1
func TestTheProviderLetsNobodyPastTheRulesOfSignUp(t *testing.T) {
	o := newOrg(t)
	s := o.serves(t)
	rules, err := s.accounts.ChangeRules(t.Context(), account.RulesChange{Mode: account.SignupClosed})
	if err != nil {
		t.Fatal(err)
	}
	ticket := o.ticket(t, s)
	req := &zolalv1.SignInRequest{Ticket: ticket, Username: "parvaneh"}
	signInAs(t, s, req, zolalv1.ErrorCode_SIGNUP_CLOSED)
	back := account.RulesChange{Version: rules.Version, Mode: account.SignupInvite}
	_, err = s.accounts.ChangeRules(t.Context(), back)
	if err != nil {
		t.Fatal(err)
	}
	signInAs(t, s, req, 0)

	bare := quietServer(t, func(c *Config) { c.OIDC.Issuer, c.OIDC.ClientID = o.Issuer, "bare" })
	o.Register("bare", "", bare.URL()+oidcCallback)
	who := account.Identity{Issuer: o.Issuer, Subject: "id1"}
	first, err := bare.accounts.Ticket(t.Context(), who, [32]byte(sum(kept)))
	if err != nil {
		t.Fatal(err)
	}
	signInAs(t, bare, &zolalv1.SignInRequest{Ticket: first + "." + kept, Username: "parvaneh"},
		zolalv1.ErrorCode_SIGNUP_CLOSED) // there is no operator yet
}

// OIDC-1
func TestASecondFactorIsAskedForBesideTheProvider(t *testing.T) {
	o := newOrg(t)
	s := o.serves(t)
	link := &zolalv1.SignInRequest{Ticket: o.ticket(t, s), Username: "the_boss_1", Password: orgPassword}
	boss := dialed(t, s, signInAs(t, s, link, 0))
	factor, codes := new(zolalv1.NewFactor), new(zolalv1.BackupCodes)
	word := &zolalv1.PasswordRequest{Password: orgPassword}
	must(t, boss.Call(t.Context(), "Security/BeginFactor", word, factor))
	code, err := totp.GenerateCode(factor.GetSecret(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	must(t, boss.Call(t.Context(), "Security/EnableFactor", &zolalv1.EnableFactorRequest{Code: code}, codes))
	again := &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}
	signInAs(t, s, again, zolalv1.ErrorCode_FACTOR_NEEDED)
	again.Code = "000000"
	signInAs(t, s, again, zolalv1.ErrorCode_FACTOR_WRONG)
	again.Code = codes.GetCodes()[0]
	signInAs(t, s, again, 0) // the ticket was not used up by what was refused
}

// OIDC-1, OIDC-2
func TestAChangedPasswordEndsLinksAndASuspensionLeavesThem(t *testing.T) {
	o := newOrg(t)
	s := o.serves(t)
	link := &zolalv1.SignInRequest{Ticket: o.ticket(t, s), Username: "the_boss_1", Password: orgPassword}
	boss := signInAs(t, s, link, 0)
	if err := s.accounts.Suspend(t.Context(), "the_boss_1", "security"); err != nil {
		t.Fatal(err)
	}
	if err := s.accounts.SuspendAccount(t.Context(), chat.AccountID(boss.GetAccount()), ""); err != nil {
		t.Fatal(err)
	}
	back := dialed(t, s, signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}, 0))
	mine := new(zolalv1.Membership)
	must(t, back.Call(t.Context(), "Organisations/Mine", &zolalv1.Empty{}, mine))
	if !mine.GetLinked() || !mine.GetPassword() || mine.GetEndsMs() != 0 || mine.GetProvider() != "localhost" {
		t.Errorf("the account hangs on the provider as %v", mine)
	}
	must(t, back.Call(t.Context(), "Accounts/SetPassword", &zolalv1.SetPasswordRequest{OldPassword: orgPassword,
		NewPassword: "another word for the boss 8", KeepDevices: true}, new(zolalv1.Empty)))
	signInAs(t, s, &zolalv1.SignInRequest{Ticket: o.ticket(t, s)}, zolalv1.ErrorCode_IDENTITY_UNKNOWN)
}
