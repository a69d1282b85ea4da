// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	headerWithin = 10 * time.Second
	idleFor      = 2 * time.Minute
	maxHeader    = 16 << 10
)

// listen opens the addresses and serves on them.
func (s *Server) listen(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return listenTrouble(s.cfg.Listen, err)
	}
	if s.cfg.Listener != nil {
		l = s.cfg.Listener(l)
	}
	s.main = l
	if t := s.certs.config(); t != nil {
		l = tls.NewListener(l, t)
	}
	var redirect net.Listener
	if s.cfg.TLS.Redirect != "" {
		if redirect, err = new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.TLS.Redirect); err != nil {
			return listenTrouble(s.cfg.TLS.Redirect, err)
		}
	}
	s.serve(l, s.routes())
	if redirect != nil {
		s.serve(redirect, s.certs.redirect(http.HandlerFunc(s.toHTTPS)))
	}
	return nil
}

// serve answers one listener until Stop.
func (s *Server) serve(l net.Listener, h http.Handler) {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerWithin,
		IdleTimeout:       idleFor,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(discreet{s.log}, "", 0),
	}
	s.https = append(s.https, server)
	s.done.Go(func() {
		if err := server.Serve(l); err != http.ErrServerClosed {
			s.failed <- err
		}
	})
}

// routes is everything that can be asked of the server over the network.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", serveAlive)
	mux.HandleFunc("GET /readyz", s.health.serveReady)
	mux.Handle("GET /metrics", within(s.cfg.Metrics, s.metrics()))
	mux.HandleFunc("GET /.well-known/zolal", s.serveWellKnown)
	mux.HandleFunc("GET "+securityPath, s.serveSecurity)
	mux.HandleFunc("GET "+stylePath, s.serveStyle)
	mux.HandleFunc("GET "+termsPath, s.serveTerms)
	mux.HandleFunc("GET "+dataPath, s.serveData)
	mux.HandleFunc("GET "+feedbackPath, s.serveFeedback)
	mux.Handle("/api/", s.live.gateway.Handler())
	if s.provider != nil {
		mux.HandleFunc("GET "+oidcStart, s.provider.start)
		mux.HandleFunc("GET "+oidcCallback, s.provider.callback)
	}
	mux.Handle("/upload/", s.live.gateway.MediaHandler())
	mux.Handle("/media/", s.live.gateway.MediaHandler())
	mux.Handle("/", s.app)
	var h http.Handler = mux
	if s.certs.config() != nil && len(s.cfg.TLS.Local) == 0 {
		h = strictTransport(h)
	}
	return behindProxies(s.cfg.Proxies, s.log, h)
}

// toHTTPS leads plain requests to the same page over HTTPS.
func (s *Server) toHTTPS(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "use https", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, s.URL()+r.URL.RequestURI(), http.StatusPermanentRedirect)
}

// strictTransport makes browsers that came once over HTTPS come back so.
func strictTransport(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}

// behindProxies puts the address of the person in place of that of a trusted proxy: the last one in
// X-Forwarded-For that no trusted proxy has. Of anyone else the header is ignored, since anyone can send it.
// But what was forwarded by this machine is not from this machine: if no trusted proxy says whose it is, it
// has no address, and the log says once what to do about it.
func behindProxies(trusted []netip.Prefix, log *slog.Logger, next http.Handler) http.Handler {
	var warned sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !forwarded(r) {
			next.ServeHTTP(w, r)
			return
		}
		near := from.Addr().Unmap()
		if person, ok := sender(trusted, near, r); ok {
			r.RemoteAddr = netip.AddrPortFrom(person, from.Port()).String()
		} else {
			if near.IsLoopback() {
				r.RemoteAddr = ""
			}
			if near.IsLoopback() || near.IsPrivate() {
				warned.Do(func() {
					log.Warn("a proxy that is not trusted passes requests on: all its people count as one",
						"remedy", "name its network in trusted_proxies, and let it set X-Forwarded-For")
				})
			}
		}
		next.ServeHTTP(w, r)
	})
}

// sender reads in the headers of a trusted proxy who sent a request.
func sender(trusted []netip.Prefix, proxy netip.Addr, r *http.Request) (person netip.Addr, ok bool) {
	if !among(trusted, proxy) {
		return person, false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if person, ok = a, true; !among(trusted, a) {
			break
		}
	}
	return person, ok
}

// forwarded reports whether a request shows a header that proxies add.
func forwarded(r *http.Request) bool {
	for _, sign := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if r.Header.Get(sign) != "" {
			return true
		}
	}
	return false
}

// among reports whether an address lies in one of some networks.
func among(networks []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// within answers those who ask from one of some networks themselves. A proxy on this machine would make the
// whole world look like this machine, so what comes through one is refused.
func within(networks []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !among(networks, from.Addr()) || forwarded(r) {
			http.Error(w, "not from here; the setting metrics.allow says from where", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// discreet passes on what net/http logs, without the addresses it puts in.
type discreet struct{ log *slog.Logger }

var addresses = regexp.MustCompile(`\[?[0-9a-fA-F]*[.:][0-9a-fA-F.:%]*[.:][0-9a-fA-F]+\]?(:[0-9]+)?`)

// Write implements io.Writer.
func (d discreet) Write(line []byte) (int, error) {
	d.log.Debug("http", "what", addresses.ReplaceAllString(strings.TrimSpace(string(line)), "[address]"))
	return len(line), nil
}

var _ io.Writer = discreet{}
