// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/gateway/native"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// addressesFor is how long a signed list of addresses is believed. Every start signs another, and servers run
// for long.
const addressesFor = 2 * 365 * 24 * time.Hour

// retryAfterStop is when clients of a server that stops come back, at the earliest.
const retryAfterStop = time.Second

// live is the part of a server that talks to connected clients.
type live struct {
	source  *native.Source
	hub     *hub.Hub
	push    *push.Service // nil: switched off
	gateway *native.Gateway
}

// admin is the server as its operators see it over the gateway.
type admin struct{ *Server }

var _ native.Admin = admin{}

// Status implements native.Admin.
func (a admin) Status(ctx context.Context) (*zolalv1.ServerStatus, error) { return a.adminStatus(ctx) }

// BackUp implements native.Admin.
func (a admin) BackUp(ctx context.Context) error { return a.adminBackUp(ctx) }

// openLive starts hub and gateway on a core.
func openLive(ctx context.Context, c *core, s *Server) (*live, error) {
	l := &live{}
	addresses, err := c.addresses(ctx)
	if err != nil {
		return nil, err
	}
	if l.source, err = native.NewSource(ctx, c.engine); err != nil {
		return nil, fmt.Errorf("follow the logs: %w", err)
	}
	l.hub = hub.Start(hub.Config{Source: l.source, Encode: native.Encode, Log: c.log})
	if l.push, err = c.startPush(ctx, l.hub); err != nil {
		l.close(0)
		return nil, err
	}
	l.gateway, err = native.Start(ctx, native.Config{
		Engine: c.engine, Accounts: c.accounts, Hub: l.hub, Log: c.log, Now: c.cfg.Now,
		Name: c.cfg.Name, Version: c.build.Version, Build: c.build.Commit,
		Addresses: addresses, Contact: c.cfg.Contact, Provider: c.cfg.OIDC.shown(),
		Rates: c.cfg.Rates, Admin: admin{s}, Terms: c.terms.info, Search: c.search, Media: c.media,
		Push: l.push, Preview: c.preview,
	})
	if err != nil {
		l.close(0)
		return nil, fmt.Errorf("start the gateway: %w", err)
	}
	return l, nil
}

// close tells everybody who is connected, gives what is queued some time to leave, and ends it all.
func (l *live) close(within time.Duration) {
	l.hub.Close(within, retryAfterStop)
	if l.gateway != nil {
		l.gateway.Close()
	}
	if l.push != nil {
		l.push.Close()
	}
	l.source.Close()
}

// WellKnown is what /.well-known/zolal answers.
type WellKnown struct {
	Name         string           `json:"name"`
	Version      string           `json:"version"`
	Build        string           `json:"build"`
	Incarnation  string           `json:"incarnation"`
	Protocol     int              `json:"protocol"`
	ProtocolMin  int              `json:"protocol_min"`
	Capabilities []string         `json:"capabilities"`
	Limits       map[string]int64 `json:"limits"`
	SetupNeeded  bool             `json:"setup_needed"`
	OpenSignup   bool             `json:"open_signup"`
	// Features tells of each feature how far it is: stable, beta or experimental.
	Features map[string]string `json:"features"`
	Signup   string            `json:"signup"` // closed, invite or open
}

// serveWellKnown says what this server is to whoever asks.
func (c *core) serveWellKnown(w http.ResponseWriter, r *http.Request) {
	from, _ := netip.ParseAddrPort(r.RemoteAddr) // none where a proxy hides it
	entrance, err := c.accounts.Status(r.Context(), from.Addr())
	if err != nil {
		http.Error(w, "the store cannot be read", http.StatusServiceUnavailable)
		return
	}
	incarnation := c.engine.Incarnation()
	known := WellKnown{
		Name: c.cfg.Name, Version: c.build.Version, Build: c.build.Commit,
		Incarnation: hex.EncodeToString(incarnation[:]), Protocol: wire.Protocol, ProtocolMin: wire.ProtocolMin,
		Capabilities: []string{}, Limits: map[string]int64{}, Features: map[string]string{},
		SetupNeeded: entrance.SetupNeeded, OpenSignup: entrance.Open(), Signup: entrance.Mode,
	}
	for _, f := range Features() {
		known.Features[f.Code] = f.Mark
	}
	for _, l := range chat.Limits() {
		known.Limits[l.Name] = l.Value
	}
	for _, l := range wire.Limits() {
		known.Limits[l.Name] = l.Value
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	writeJSON(w, known)
}

// addresses signs where this server can be reached; nil where it was told of no address.
func (c *core) addresses(ctx context.Context) (*zolalv1.AddressList, error) {
	all := c.cfg.roots()
	if len(all) == 0 {
		return nil, nil
	}
	key, err := c.signingKey(ctx)
	if err != nil {
		return nil, err
	}
	id, err := c.secret(ctx, "server/id", 16)
	if err != nil {
		return nil, err
	}
	now := c.cfg.Now()
	list, err := wire.SignAddresses(key, wire.Addresses{
		Addresses: all, Server: hex.EncodeToString(id),
		Issued: chat.Millis(now.UnixMilli()), Expires: chat.Millis(now.Add(addressesFor).UnixMilli()),
	})
	if err != nil {
		return nil, fmt.Errorf("sign addresses: %w", err)
	}
	return list, nil
}
