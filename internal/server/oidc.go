// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// OIDCConfig says by which provider an organisation signs its people in. Without an Issuer there is none, and
// nothing is called.
type OIDCConfig struct {
	Issuer     string
	ClientID   string
	SecretFile string   // holds the client's secret
	Name       string   // what the button says
	Scopes     []string // beside openid
	// NameClaim, UserClaim and GroupsClaim are where the provider says the shown name, a username to propose
	// and the groups.
	NameClaim, UserClaim, GroupsClaim string
	// Allowed are the groups whose people may sign in; empty: everybody the provider knows.
	Allowed []string
	// Rooms are the invite links that the people of a group are told of. Whoever made a link decides what it
	// opens, and each of them whether to come in.
	Rooms map[string][]string
	// Session is how long a device that was signed in this way lives.
	Session time.Duration
}

// DefaultOIDC is what holds where only the provider and the client are named.
func DefaultOIDC() OIDCConfig {
	return OIDCConfig{Scopes: []string{"profile"}, NameClaim: "name", UserClaim: "preferred_username",
		GroupsClaim: "groups", Session: 7 * 24 * time.Hour}
}

// shown is what people see the provider called; empty where there is none.
func (c *OIDCConfig) shown() string {
	u, err := url.Parse(c.Issuer)
	if c.Name != "" || c.Issuer == "" || err != nil {
		return c.Name
	}
	return u.Hostname()
}

const (
	oidcStart    = "/oidc/start"
	oidcCallback = "/oidc/callback"
	oidcCookie   = "zolal-oidc"
	// oidcWithin is how long somebody may take at the provider.
	oidcWithin = 10 * time.Minute
	// oidcPatience is how long the provider may take to answer this server.
	oidcPatience = 15 * time.Second
	// oidcPause is for how long one that did not answer is left alone: whoever presses the button asks it.
	oidcPause = 3 * time.Second
	// oidcBind is the length of what begins a sign-in: the SHA-256 of a secret that the app keeps.
	oidcBind = 32
)

// provider is the organisation's sign-in: the code flow with PKCE. What the browser has to bring back (state,
// nonce, verifier) is in a cookie that this server sealed, so that nothing is remembered for who never
// returns, and any node takes it.
type provider struct {
	cfg    OIDCConfig
	core   *core
	home   func() string
	seal   cipher.AEAD
	secret string

	mu     sync.Mutex
	found  *oidc.Provider // once the provider has answered
	failed time.Time      // when it last did not
}

// trip is what the cookie holds.
type trip struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Bind     []byte    `json:"bind"` // see account.Service.Ticket
	Until    time.Time `json:"until"`
}

// openProvider prepares sign-in by the provider; nil where there is none. It calls nobody yet.
func (s *Server) openProvider(ctx context.Context) (*provider, error) {
	cfg := s.cfg.OIDC
	if cfg.Issuer == "" {
		return nil, nil
	}
	p := &provider{cfg: cfg, core: s.core, home: s.home}
	if cfg.SecretFile != "" {
		raw, err := os.ReadFile(cfg.SecretFile)
		if err != nil {
			return nil, &Trouble{What: "the secret of oidc.client_secret_file cannot be read", Err: err,
				Remedy: "Give the user the server runs as the right to read it."}
		}
		p.secret = strings.TrimSpace(string(raw))
	}
	key, err := s.core.secret(ctx, "server/oidc", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err == nil {
		p.seal, err = cipher.NewGCM(block)
	}
	return p, err
}

// discover asks the provider who it is, once: it may be down when the server starts.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	found, failed := p.found, p.failed
	p.mu.Unlock()
	if found == nil && time.Since(failed) < oidcPause {
		return nil, nil, errors.New("the provider did not answer a moment ago")
	}
	if found == nil {
		// What the provider says is kept, and its keys are read later, beyond this request.
		asked, err := oidc.NewProvider(oidc.ClientContext(context.Background(), p.client()), p.cfg.Issuer)
		p.mu.Lock()
		if err == nil {
			p.found, found = asked, asked
		} else {
			p.failed = time.Now()
		}
		p.mu.Unlock()
		if err != nil {
			return nil, nil, fmt.Errorf("ask the provider: %w", err)
		}
	}
	return found, &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.secret, Endpoint: found.Endpoint(),
		RedirectURL: p.home() + oidcCallback, Scopes: append([]string{oidc.ScopeOpenID}, p.cfg.Scopes...),
	}, ctx.Err()
}

func (p *provider) client() *http.Client { return &http.Client{Timeout: oidcPatience} }

// start sends the browser to the provider. The parameter "for" ties what comes of it to who began: see
// account.Service.Ticket.
//
// OIDC-1
func (p *provider) start(w http.ResponseWriter, r *http.Request) {
	bind, err := base64.RawURLEncoding.DecodeString(r.URL.Query().Get("for"))
	if err != nil || len(bind) != oidcBind {
		p.fail(w, r, "expired", errors.New("it does not say what for"))
		return
	}
	if home, err := url.Parse(p.home()); err == nil && len(p.core.cfg.Address) > 0 && home.Host != r.Host {
		p.fail(w, r, "elsewhere", errors.New("it began at another address than the first"))
		return
	}
	_, flow, err := p.discover(r.Context())
	if err != nil {
		p.fail(w, r, "provider", err)
		return
	}
	t := trip{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Bind: bind, Until: p.core.cfg.Now().Add(oidcWithin)}
	raw, err := json.Marshal(t)
	if err != nil {
		p.fail(w, r, "internal", err)
		return
	}
	nonce := make([]byte, p.seal.NonceSize())
	rand.Read(nonce)
	p.setCookie(w, base64.RawURLEncoding.EncodeToString(p.seal.Seal(nonce, nonce, raw, nil)), oidcWithin)
	http.Redirect(w, r, flow.AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)),
		http.StatusFound)
}

// setCookie keeps a trip in the browser; an empty one is forgotten.
func (p *provider) setCookie(w http.ResponseWriter, value string, within time.Duration) {
	age := int(within.Seconds())
	if value == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: oidcCookie, Value: value, Path: "/oidc/", MaxAge: age, HttpOnly: true,
		Secure: strings.HasPrefix(p.home(), "https:"), SameSite: http.SameSiteLaxMode})
}

// trip opens the cookie of a browser that comes back.
func (p *provider) trip(r *http.Request) (t trip, err error) {
	c, err := r.Cookie(oidcCookie)
	if err != nil {
		return t, err
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(raw) < p.seal.NonceSize() {
		return t, errors.New("the cookie is not ours")
	}
	n := p.seal.NonceSize()
	if raw, err = p.seal.Open(nil, raw[:n], raw[n:], nil); err != nil {
		return t, err
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return t, err
	}
	if t.Until.Before(p.core.cfg.Now()) || len(t.Bind) != oidcBind {
		return t, errors.New("it took too long")
	}
	return t, nil
}

// callback takes the browser back from the provider: with a ticket, which the app signs in with.
func (p *provider) callback(w http.ResponseWriter, r *http.Request) {
	t, err := p.trip(r)
	p.setCookie(w, "", 0)
	state := r.URL.Query().Get("state")
	switch {
	case err != nil:
		p.fail(w, r, "expired", err)
		return
	case subtle.ConstantTimeCompare([]byte(state), []byte(t.State)) != 1:
		p.fail(w, r, "expired", errors.New("the state is another"))
		return
	case !p.isIssuer(r.URL.Query().Get("iss")):
		p.fail(w, r, "provider", errors.New("the answer is from another provider"))
		return
	case r.URL.Query().Get("code") == "":
		p.fail(w, r, "refused", errors.New("the provider gave no code"))
		return
	}
	claims, err := p.claims(r.Context(), r.URL.Query().Get("code"), t)
	if err != nil {
		p.fail(w, r, "provider", err)
		return
	}
	groups := claims.list(p.cfg.GroupsClaim)
	if len(p.cfg.Allowed) > 0 && !slices.ContainsFunc(groups, p.allowed) {
		p.fail(w, r, "group", errors.New("none of their groups may sign in"))
		return
	}
	// Only what is needed here is kept: groups that chats are named for.
	groups = slices.DeleteFunc(groups, func(g string) bool { return len(p.cfg.Rooms[g]) == 0 })
	ticket, err := p.core.accounts.Ticket(r.Context(), account.Identity{Issuer: claims.issuer,
		Subject: claims.subject, Name: claims.text(p.cfg.NameClaim), Groups: groups}, [oidcBind]byte(t.Bind))
	if err != nil {
		p.fail(w, r, "internal", err)
		return
	}
	// Behind the #, where neither this server's log nor the next page's address has it.
	http.Redirect(w, r, "/#/oidc/"+ticket+"/"+url.PathEscape(claims.text(p.cfg.UserClaim)), http.StatusFound)
}

// isIssuer judges who an answer says it is from, where it says so (RFC 9207).
func (p *provider) isIssuer(iss string) bool { return iss == "" || iss == p.cfg.Issuer }

func (p *provider) allowed(group string) bool { return slices.Contains(p.cfg.Allowed, group) }

// fail leads back to the app, which says why. The log has the cause, without who it was; what anybody can
// bring about is no warning there.
func (p *provider) fail(w http.ResponseWriter, r *http.Request, why string, err error) {
	level := slog.LevelDebug
	if why == "provider" || why == "internal" {
		level = slog.LevelWarn
	}
	p.core.log.Log(r.Context(), level, "a sign-in by the provider failed", "why", why, "err", err)
	http.Redirect(w, r, "/#/oidc-failed/"+why, http.StatusFound)
}

// claims are what the provider says of somebody.
type claims struct {
	issuer, subject string
	all             map[string]any
}

func (c claims) text(name string) string {
	s, _ := c.all[name].(string)
	return s
}

// list reads a claim of words; a single word is one too.
func (c claims) list(name string) []string {
	switch v := c.all[name].(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// claims changes a code into what the provider says: in the token it signed, and where it says more when
// asked, there too, of the same subject.
func (p *provider) claims(ctx context.Context, code string, t trip) (claims, error) {
	found, flow, err := p.discover(ctx)
	if err != nil {
		return claims{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client())
	token, err := flow.Exchange(ctx, code, oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return claims{}, fmt.Errorf("change the code: %w", withoutAnswer(err))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return claims{}, errors.New("the provider gave no identity")
	}
	verify := found.Verifier(&oidc.Config{ClientID: p.cfg.ClientID, Now: p.core.cfg.Now})
	id, err := verify.Verify(ctx, raw)
	switch {
	case err != nil:
		return claims{}, fmt.Errorf("verify: %w", err)
	case id.Nonce != t.Nonce:
		return claims{}, errors.New("the nonce is another")
	case id.Subject == "":
		return claims{}, errors.New("the provider names nobody")
	}
	out := claims{issuer: id.Issuer, subject: id.Subject, all: map[string]any{}}
	if err := id.Claims(&out.all); err != nil {
		return claims{}, fmt.Errorf("read claims: %w", err)
	}
	if azp := out.text("azp"); azp != "" && azp != p.cfg.ClientID {
		return claims{}, errors.New("the identity is for another program")
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return out, nil // not every provider says more
	}
	if info.Subject != id.Subject {
		return claims{}, errors.New("the provider speaks of somebody else")
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil {
		return claims{}, fmt.Errorf("read claims: %w", err)
	}
	for k, v := range more {
		if _, known := out.all[k]; !known {
			out.all[k] = v
		}
	}
	return out, nil
}

// withoutAnswer drops the provider's answer from an error: it may hold what is nobody's business.
func withoutAnswer(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Errorf("the provider refused it: %s", refused.ErrorCode)
	}
	return err
}

// roomCode is the code of what people are told of the chats of their group, with the values "group" and
// "link".
const roomCode = "group_room"

// welcome tells somebody of the chats of their groups, once for each. Nobody is added: they join by the link
// or do not.
func (c *core) welcome(ctx context.Context, who chat.AccountID, groups []string) (told []string) {
	for _, g := range groups {
		if err := c.tellRooms(ctx, who, g); err != nil {
			c.log.Warn("somebody could not be told of the chats of their group", "account", who, "err", err)
			return told
		}
		told = append(told, g)
	}
	return told
}

func (c *core) tellRooms(ctx context.Context, who chat.AccountID, group string) error {
	for _, link := range c.cfg.OIDC.Rooms[group] {
		fa := "شما در سازمان خود عضو گروه «" + group + "» هستید. گفتگوی آن، اگر می‌خواهید بپیوندید: "
		en := "Your organisation has you in the group “" + group + "”. Its chat, if you want to join: "
		text := fa + link + "\n\n" + en + link
		tell := chat.Tell{Text: text, Silent: true, Wording: chat.Wording{Code: roomCode,
			Values: map[string]string{"group": group, "link": link}}}
		key := chat.NamedKey(chat.Millis(c.cfg.Now().UnixMilli()), "room "+group+" "+link)
		if _, err := c.engine.Tell(ctx, who, tell, key); err != nil {
			return err
		}
	}
	return nil
}
