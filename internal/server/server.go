// SPDX-License-Identifier: AGPL-3.0-or-later

// Package server is the composition root: a Config becomes a running server, for the command and for tests
// alike. Nothing else knows all parts.
//
// A data directory is held by one process at a time. Besides the store it has the keys of certificates, the
// settings of the last start, nightly backups, and the admin socket, over which the commands of package main
// reach a running server. Where none runs, a command opens the same parts without the network (Reach).
//
// Goroutines: Start begins them all, Stop ends and waits for them all. Nothing calls out to the network but
// for certificates where Config.Domain is set, for the provider of Config.OIDC, and to the push services that
// people's browsers named.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
)

// Server is a running server.
type Server struct {
	*core
	live     *live
	certs    certificates
	health   *health
	admin    *socketServer
	main     net.Listener
	https    []*http.Server
	pace     pace
	growth   *growth
	provider *provider // of an organisation; nil: none
	setup    string    // one-time secret; empty where there is an operator

	failed  chan error      // of a listener that broke
	running context.Context // ends when Stop begins
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

// Start opens the data directory and begins to serve. ctx bounds the start alone. Its errors name a remedy.
func Start(ctx context.Context, cfg Config) (s *Server, err error) {
	s = &Server{failed: make(chan error, 4)}
	s.running, s.cancel = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			s.cancel()
			err = errors.Join(err, s.abandon())
			s = nil
		}
	}()
	core, err := openCore(ctx, cfg, 0)
	if err != nil {
		return s, err
	}
	core.serving, s.core = true, core
	if err := s.tryBucket(ctx); err != nil {
		return s, err
	}
	if s.certs, err = openCertificates(core.cfg, core.log); err != nil {
		return s, err
	}
	s.health, s.growth = &health{core: core, certs: s.certs}, newGrowth(core)
	if err := core.startSearch(ctx); err != nil {
		return s, err
	}
	if s.live, err = openLive(ctx, core, s); err != nil {
		return s, err
	}
	if s.provider, err = s.openProvider(ctx); err != nil {
		return s, err
	}
	// From where it listens on, it is ready: whoever ends it then ends it as one that serves.
	if s.setup, _, err = core.accounts.Setup(ctx); err != nil {
		return s, dataTrouble(cfg.Data, err)
	}
	if err := s.listen(ctx); err != nil {
		return s, err
	}
	if err := s.certs.begin(s.running); err != nil {
		return s, err
	}
	core.home = s.home
	more := map[string]http.Handler{
		"GET /readyz": http.HandlerFunc(s.health.serveCauses), "GET /metrics": s.metrics(),
		"POST /status": answer(s.status),
	}
	if s.admin, err = serveSocket(core, more); err != nil {
		return s, err
	}
	return s, s.begin()
}

// abandon closes what a failed start had opened.
func (s *Server) abandon() error {
	var errs []error
	for _, h := range s.https {
		errs = append(errs, h.Close())
	}
	if s.main != nil {
		errs = append(errs, ignoreClosed(s.main.Close()))
	}
	if s.admin != nil {
		errs = append(errs, s.admin.stop())
	}
	if s.live != nil {
		s.live.close(0)
	}
	s.done.Wait()
	if s.certs != nil {
		s.certs.close()
	}
	if s.core != nil {
		errs = append(errs, s.core.close())
	}
	return errors.Join(errs...)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// begin starts what runs until Stop.
func (s *Server) begin() error {
	if err := writeDurably(filepath.Join(s.dir.path, settingsName), s.cfg.settingsFile()); err != nil {
		return dataTrouble(s.cfg.Data, err)
	}
	ctx := s.running
	s.log.Info("serving", "version", s.build.Version, "commit", s.build.Commit, "setup_needed", s.setup != "")
	s.done.Go(func() { s.nightly(ctx) })
	s.done.Go(func() { s.media.Run(ctx) })
	s.done.Go(func() { s.health.warnOfCertificate(ctx) })
	s.done.Go(func() { s.disk.run(ctx) })
	s.done.Go(func() { s.keepPace(ctx) })
	s.done.Go(func() { s.alarms().run(ctx) })
	s.done.Go(func() { s.announce(ctx) })
	s.done.Go(func() { s.greeter().run(ctx) })
	s.done.Go(func() { s.letLeave(ctx) })
	return nil
}

// alarms watches for what operators are to be told.
func (s *Server) alarms() *alarms {
	return &alarms{look: s.health.conditions, tell: s.tellOperators, keep: s.store, now: s.cfg.Now, log: s.log}
}

// Addr is the address the server listens on.
func (s *Server) Addr() string { return s.main.Addr().String() }

// URL is where people on this machine reach the server.
func (s *Server) URL() string {
	if s.cfg.Domain != "" {
		return "https://" + s.cfg.Domain
	}
	scheme := "http"
	if s.certs.config() != nil {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(s.Addr())
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	if len(s.cfg.TLS.Local) > 0 {
		host = s.cfg.TLS.Local[0]
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// home is where people reach the server: its first public address, where the operator named any.
func (s *Server) home() string {
	if len(s.cfg.Address) > 0 {
		return strings.TrimRight(s.cfg.Address[0], "/")
	}
	return s.URL()
}

// SetupLink is the one-time link that makes its first user the operator; empty where there is an operator.
func (s *Server) SetupLink() string {
	if s.setup == "" {
		return ""
	}
	return s.URL() + "/#setup=" + s.setup
}

// Failed gives the error of a listener that broke; the server is to be stopped then.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop ends the server in good order: it takes nothing new, tells who is connected, answers what is under
// way, and closes the store. What is not done when ctx or Config.StopWithin ends is cut off; what was
// acknowledged is on disk in any case.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.StopWithin)
	defer cancel()
	s.log.Info("stopping", "within", s.cfg.StopWithin)
	s.health.stopping()
	s.cancel()
	var errs []error
	// First the word to those who are connected: sockets and streams end, so that Shutdown finds no call that
	// waits for ever.
	s.live.close(s.cfg.StopWithin / 3)
	for _, h := range s.https {
		if err := h.Shutdown(ctx); err != nil {
			errs = append(errs, ignoreDeadline(err), h.Close())
		}
	}
	s.done.Wait()
	errs = append(errs, s.admin.stop())
	s.certs.close()
	errs = append(errs, s.core.close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// ignoreDeadline forgives connections that had to be cut off.
func ignoreDeadline(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
