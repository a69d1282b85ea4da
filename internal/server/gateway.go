// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/gateway/native"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// addressesFor is how long a signed list of addresses is believed.
const addressesFor = 90 * 24 * time.Hour

// retryAfterStop is when clients of a server that stops come back, at the earliest.
const retryAfterStop = time.Second

// live is the part of a server that talks to connected clients.
type live struct {
	source  *native.Source
	hub     *hub.Hub
	gateway *native.Gateway
}

// openLive starts hub and gateway on a core.
func openLive(ctx context.Context, c *core) (*live, error) {
	l := &live{}
	addresses, err := c.addresses(ctx)
	if err != nil {
		return nil, err
	}
	if l.source, err = native.NewSource(ctx, c.engine); err != nil {
		return nil, fmt.Errorf("follow the logs: %w", err)
	}
	l.hub = hub.Start(hub.Config{Source: l.source, Encode: native.Encode, Log: c.log})
	l.gateway, err = native.Start(ctx, native.Config{
		Engine: c.engine, Accounts: c.accounts, Hub: l.hub, Log: c.log, Now: c.cfg.Now,
		Name: c.cfg.Name, Version: c.build.Version, Build: c.build.Commit,
		Addresses: addresses, Rates: c.cfg.Rates,
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
	l.source.Close()
}

// routes adds what the gateway serves.
func (l *live) routes(mux *http.ServeMux) {
	mux.Handle("/api/", l.gateway.Handler())
}

// addresses signs where this server can be reached; nil where it was told of no address.
func (c *core) addresses(ctx context.Context) (*zolalv1.AddressList, error) {
	if len(c.cfg.Address) == 0 {
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
		Addresses: c.cfg.Address, Server: hex.EncodeToString(id),
		Issued: chat.Millis(now.UnixMilli()), Expires: chat.Millis(now.Add(addressesFor).UnixMilli()),
	})
	if err != nil {
		return nil, fmt.Errorf("sign addresses: %w", err)
	}
	return list, nil
}
