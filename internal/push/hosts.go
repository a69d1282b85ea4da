// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import (
	"net/url"
	"sync"
	"time"
)

// maxHosts bounds memory; beyond it what is known of hosts is forgotten.
const maxHosts = 1024

// patience is how many failures in a row a host is given before it is left alone.
const patience = 3

// hosts remembers which push services do not answer, so that one that is away, or all of them where there is
// no network outside, cost next to nothing.
type hosts struct {
	now   func() time.Time
	first time.Duration

	mu    sync.Mutex
	state map[string]*host
	last  bool // the last try reached somebody
	tried bool
}

// host is a push service.
type host struct {
	failures int // in a row
	until    time.Time
}

func newHosts(now func() time.Time, first time.Duration) *hosts {
	return &hosts{now: now, first: first, state: make(map[string]*host)}
}

func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return u.Host
}

// closed returns until when a host is left alone; zero: it is not.
func (h *hosts) closed(endpoint string) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	one := h.state[hostOf(endpoint)]
	if one == nil || !one.until.After(h.now()) {
		return time.Time{}
	}
	return one.until
}

// failed notes that a host was not reached, or is in trouble.
func (h *hosts) failed(endpoint string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tried, h.last = true, false
	name := hostOf(endpoint)
	one := h.state[name]
	if one == nil {
		if len(h.state) >= maxHosts {
			clear(h.state)
		}
		one = &host{}
		h.state[name] = one
	}
	one.failures++
	if over := one.failures - patience; over >= 0 {
		one.until = h.now().Add(min(h.first<<min(over, 16), maxWait))
	}
}

// good notes that a host answered.
func (h *hosts) good(endpoint string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tried, h.last = true, true
	delete(h.state, hostOf(endpoint))
}

// unreachable reports whether the last of the tries reached nobody.
func (h *hosts) unreachable() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tried && !h.last
}
