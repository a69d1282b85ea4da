// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// probeEvery is how often, at most, /readyz writes to the disk.
const probeEvery = 5 * time.Second

// Ready is what /readyz answers.
type Ready struct {
	OK       bool     `json:"ok"`
	Problems []string `json:"problems,omitempty"` // why not, without causes: anybody may ask
	Warnings []string `json:"warnings,omitempty"` // what will become a problem
	// Details are the numbers behind the warnings. The admin socket alone tells them.
	Details []string `json:"details,omitempty"`
	// Causes are the errors of the system behind the problems. The admin socket alone tells them.
	Causes []string `json:"causes,omitempty"`
}

// problem adds what keeps the server from its work.
func (r *Ready) problem(what string, cause error) {
	r.Problems = append(r.Problems, what)
	if cause != nil {
		r.Causes = append(r.Causes, cause.Error())
	}
}

// health says whether the server can do its work.
type health struct {
	core  *core
	certs certificates

	mu     sync.Mutex
	probed time.Time
	probe  error
	stop   bool
	told   string // causes that are in the log
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
		r.problem("the store cannot be read", err)
	}
	if err := h.writable(); err != nil {
		r.problem("the data directory cannot be written", err)
	}
	h.mu.Lock()
	if h.stop {
		r.problem("the server stops", nil)
	}
	h.mu.Unlock()
	if w := certificateWarning(h.certs, h.core.cfg.Now()); w != "" {
		r.Warnings = append(r.Warnings, w)
	}
	if w := h.core.backupWarning(ctx); w != "" {
		r.Warnings = append(r.Warnings, w)
	}
	warnings, details := h.core.disk.warnings()
	r.Warnings, r.Details = append(r.Warnings, warnings...), details
	r.OK = len(r.Problems) == 0
	h.tell(r)
	return r
}

// tell writes causes to the log when they change: whoever watches asks every few seconds.
func (h *health) tell(r Ready) {
	h.mu.Lock()
	defer h.mu.Unlock()
	causes := strings.Join(r.Causes, "; ")
	if causes != "" && causes != h.told {
		h.core.log.Error("not ready", "causes", causes)
	}
	if causes == "" && h.told != "" {
		h.core.log.Info("ready again")
	}
	h.told = causes
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
	ready.Causes, ready.Details = nil, nil
	answerReady(w, ready)
}

// serveCauses answers the operator.
func (h *health) serveCauses(w http.ResponseWriter, r *http.Request) {
	answerReady(w, h.ready(r.Context()))
}

func answerReady(w http.ResponseWriter, ready Ready) {
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
