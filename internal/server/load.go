// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	paceEvery = 10 * time.Second
	paceKept  = 30 // samples: five minutes
)

// pace remembers how far the store had grown, and how much the process had worked, at some times, to say how
// fast they go on.
type pace struct {
	mu      sync.Mutex
	samples []paceSample // the oldest first
}

type paceSample struct {
	at      time.Time
	entries uint64
	cpu     time.Duration
}

func (p *pace) note(s paceSample) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.samples) == paceKept {
		p.samples = append(p.samples[:0], p.samples[1:]...)
	}
	p.samples = append(p.samples, s)
}

// since is what happened since the oldest sample: entries a minute, and the share of one core in hundredths.
func (p *pace) since(now paceSample) (perMinute, cpuPercent float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.samples) == 0 {
		return 0, 0
	}
	first := p.samples[0]
	span := now.at.Sub(first.at)
	if span <= 0 || now.entries < first.entries {
		return 0, 0
	}
	return float64(now.entries-first.entries) / span.Minutes(), 100 * float64(now.cpu-first.cpu) / float64(span)
}

// keepPace takes samples until ctx ends. One that fails is passed over: the next one counts for it.
func (s *Server) keepPace(ctx context.Context) {
	tick := time.NewTicker(paceEvery)
	defer tick.Stop()
	for {
		if _, pos, err := s.store.Feed(ctx, 0, 0); err == nil {
			s.pace.note(paceSample{s.cfg.Now(), uint64(pos), cpuUsed()})
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// cpuUsed is the time that this process has kept cores busy.
func cpuUsed() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// memoryUsed is the memory of this process in bytes; 0 where the system does not tell.
func memoryUsed() uint64 {
	raw, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(raw))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// memoryOfMachine is what this machine has in bytes, or what its control group allows where that is less; 0
// where the system does not tell.
func memoryOfMachine() uint64 {
	var all uint64
	raw, err := os.ReadFile("/proc/meminfo")
	for lines := bufio.NewScanner(bytes.NewReader(raw)); err == nil && lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "MemTotal:"); ok {
			kib, err := strconv.ParseUint(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err == nil {
				all = kib << 10
			}
			break
		}
	}
	raw, err = os.ReadFile("/sys/fs/cgroup/memory.max")
	if err != nil {
		return all
	}
	if limit, err := strconv.ParseUint(strings.TrimSpace(string(raw)), 10, 64); err == nil && limit < all {
		return limit
	}
	return all
}
