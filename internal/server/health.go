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

// ready says what is wrong in the words of /readyz.
func (h *health) ready(ctx context.Context) Ready {
	r := readyOf(h.conditions(ctx))
	h.tell(r)
	return r
}

// readyOf sorts conditions into problems and warnings.
func readyOf(conditions []Condition) Ready {
	r := Ready{OK: true}
	for _, c := range conditions {
		if c.Problem {
			r.OK, r.Problems = false, append(r.Problems, c.Text)
		} else {
			r.Warnings = append(r.Warnings, c.Text)
		}
		switch {
		case c.Detail == "":
		case c.Problem:
			r.Causes = append(r.Causes, c.Detail)
		default:
			r.Details = append(r.Details, c.Detail)
		}
	}
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

// warnOfCertificate logs once a day that there is no certificate, or one that should have been renewed.
func (h *health) warnOfCertificate(ctx context.Context) {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		for _, c := range h.certificateConditions(h.core.cfg.Now()) {
			h.core.log.Warn(c.Text, "remedy", "docs/operating.md says what to do")
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
