// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/hub"
	"github.com/zolal-im/zolal/internal/outside"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// startPush begins to wake devices without a connection; nil where the operator wants none of it. The key by
// which browsers know this server's pushes is made at the first start and lives with the other secrets, so
// that a backup has it: with another one every subscription would be lost.
func (c *core) startPush(ctx context.Context, h *hub.Hub) (*push.Service, error) {
	if c.cfg.Push.Off {
		return nil, nil
	}
	key, err := c.madeSecret(ctx, "server/push", func() ([]byte, error) { return push.NewKey(rand.Reader) })
	if err != nil {
		return nil, err
	}
	out, err := c.cfg.Push.outside()
	if err != nil {
		return nil, &BadConfigError{Where: "push_test_root", Err: err}
	}
	return push.Start(ctx, push.Config{
		Engine: c.engine, Store: c.store, Codec: wire.Codec{}, Key: key, Now: c.cfg.Now, Log: c.log,
		Contact: c.cfg.pushContact(), Account: engine.Allowance(c.cfg.Limits.Push), Outside: out,
		Connected: h.Attends,
	})
}

// outside is whom it may reach.
func (p OutsideConfig) outside() (outside.Config, error) {
	if p.TestRoot == "" {
		return outside.Config{}, nil
	}
	pem, err := os.ReadFile(p.TestRoot)
	if err != nil {
		return outside.Config{}, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return outside.Config{}, fmt.Errorf("%s holds no certificate", p.TestRoot)
	}
	return outside.Config{Loopback: true, Roots: roots, PerHost: 32}, nil
}

// nobody is told to push services where the operator named no way to be reached; they ask for one.
const nobody = "https://zolal.invalid"

// pushContact is where push services reach the operator (RFC 8292): a mail address or an https address.
func (c *Config) pushContact() string {
	for _, contact := range c.Contact {
		u, err := url.Parse(contact)
		switch {
		case err != nil:
		case u.Scheme == "mailto":
			return u.Opaque
		case u.Scheme == "https":
			return contact
		}
	}
	if c.Domain != "" {
		return "https://" + c.Domain
	}
	for _, a := range c.Address {
		if strings.HasPrefix(a, "https://") {
			return a
		}
	}
	return nobody
}

// pushesOut tells the operator how waking goes.
func (s *Server) pushesOut(ctx context.Context) (*zolalv1.Pushes, error) {
	if s.live.push == nil {
		return &zolalv1.Pushes{}, nil
	}
	n, err := s.store.CountSubscriptions(ctx)
	if err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	st := s.live.push.Stats()
	return &zolalv1.Pushes{Enabled: true, Subscriptions: uint32(n), Waiting: uint32(st.Waiting), Taken: st.Taken,
		Lost: st.Dropped + st.Refused, Unreachable: st.Unreachable}, nil
}

// pushes are the numbers of pushing; none where it is switched off.
func (s *Server) pushes() []gauge {
	of := func(read func(push.Stats) float64) func() (float64, bool) {
		return func() (float64, bool) {
			if s.live.push == nil {
				return 0, false
			}
			return read(s.live.push.Stats()), true
		}
	}
	total := func(read func(push.Stats) uint64) func() (float64, bool) {
		return of(func(p push.Stats) float64 { return float64(read(p)) })
	}
	return []gauge{
		{"zolal_pushes_waiting", "pushes that wait", of(func(p push.Stats) float64 { return float64(p.Waiting) })},
		{"zolal_pushes_taken_total", "pushes that push services took",
			total(func(p push.Stats) uint64 { return p.Taken })},
		{"zolal_pushes_gone_total", "subscriptions that push services no longer knew",
			total(func(p push.Stats) uint64 { return p.Gone })},
		{"zolal_pushes_refused_total", "pushes that push services refused",
			total(func(p push.Stats) uint64 { return p.Refused })},
		{"zolal_pushes_failed_total", "tries to push that are made again",
			total(func(p push.Stats) uint64 { return p.Failed })},
		{"zolal_pushes_dropped_total", "pushes for which there was no room",
			total(func(p push.Stats) uint64 { return p.Dropped })},
	}
}
