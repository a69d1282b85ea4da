// SPDX-License-Identifier: AGPL-3.0-or-later

// Package provider runs a real provider of OpenID Connect on loopback, for tests: with two people, and the
// groups a test says they are in. It imports nothing of ours.
package provider

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Who may sign in at the provider, and by which word.
const (
	User     = "test-user@localhost"
	Another  = "test-user2"
	Password = "verysecure"
)

// Provider is a running provider. Close it.
type Provider struct {
	*storage.Storage
	Issuer string

	mu     sync.Mutex
	groups []string
	web    *http.Server
	served chan struct{} // closed when it serves no more
}

// Start runs a provider on a port of its own; its people are in the groups.
func Start(groups ...string) (*Provider, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	p := &Provider{Issuer: "http://localhost:" + port + "/", groups: groups, served: make(chan struct{})}
	p.Storage = storage.NewStorage(storage.NewUserStore(p.Issuer))
	before := slog.Default() // the library changes it
	quiet := slog.New(slog.DiscardHandler)
	p.web = &http.Server{Handler: exampleop.SetupServer(p.Issuer, p, quiet, false, op.WithAllowInsecure())}
	slog.SetDefault(before)
	go func() {
		defer close(p.served)
		_ = p.web.Serve(l)
	}()
	return p, nil
}

// Register makes a client known, with the one address people are led back to.
func (p *Provider) Register(id, secret, redirect string) {
	storage.RegisterClients(storage.WebClient(id, secret, redirect))
}

// SetGroups says which groups everybody is in from now on.
func (p *Provider) SetGroups(groups ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups = groups
}

// SetUserinfoFromToken adds the groups to what the provider says when asked.
func (p *Provider) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo,
	token, subject, origin string) error {
	err := p.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin)
	p.mu.Lock()
	defer p.mu.Unlock()
	info.AppendClaims("groups", p.groups)
	return err
}

// Close ends the provider.
func (p *Provider) Close() {
	_ = p.web.Close()
	<-p.served
}
