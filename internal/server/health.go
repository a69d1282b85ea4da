// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// probeEvery is how often, at most, /readyz writes to the disk.
const probeEvery = 5 * time.Second

// Ready is what /readyz answers.
type Ready struct {
	OK       bool     `json:"ok"`
	Problems []string `json:"problems,omitempty"` // why not
	Warnings []string `json:"warnings,omitempty"` // what will become a problem
}

// health says whether the server can do its work.
type health struct {
	core  *core
	certs certificates

	mu     sync.Mutex
	probed time.Time
	probe  error
	stop   bool
}

// stopping makes the server not ready: what spreads load sends nobody here any more.
func (h *health) stopping() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stop = true
}

// ready looks at the store and the disk.
func (h *health) ready(ctx context.Context) Ready {
	var r Ready
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, _, err := h.core.store.Feed(ctx, 0, 0); err != nil {
		r.Problems = append(r.Problems, "the store cannot be read: "+err.Error())
	}
	if err := h.writable(); err != nil {
		r.Problems = append(r.Problems, "the data directory cannot be written: "+err.Error())
	}
	h.mu.Lock()
	if h.stop {
		r.Problems = append(r.Problems, "the server stops")
	}
	h.mu.Unlock()
	if w := certificateWarning(h.certs, h.core.cfg.Now()); w != "" {
		r.Warnings = append(r.Warnings, w)
	}
	r.OK = len(r.Problems) == 0
	return r
}

// writable writes and syncs a small file now and then.
func (h *health) writable() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.probed) < probeEvery {
		return h.probe
	}
	name := filepath.Join(h.core.dir.path, ".probe")
	h.probe = writeDurably(name, make([]byte, 4096))
	if h.probe == nil {
		h.probe = os.Remove(name)
	}
	h.probed = time.Now()
	return h.probe
}

// certificateWarning is empty while the certificate lives long enough.
func certificateWarning(certs certificates, now time.Time) string {
	end := certs.expires()
	switch left := end.Sub(now); {
	case end.IsZero() || left > warnBefore:
		return ""
	case left <= 0:
		return "the certificate has expired"
	default:
		return "the certificate expires on " + end.UTC().Format(time.DateOnly)
	}
}

// warnOfCertificate logs once a day, from 20 days before the certificate ends.
func (h *health) warnOfCertificate(ctx context.Context) {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		if w := certificateWarning(h.certs, h.core.cfg.Now()); w != "" {
			h.core.log.Warn(w, "remedy", "renew it; docs/operating.md says how")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *health) serveReady(w http.ResponseWriter, r *http.Request) {
	ready := h.ready(r.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !ready.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	writeJSON(w, ready)
}

func serveAlive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n")) // the reader went away: there is nobody to tell
}
