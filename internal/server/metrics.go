// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/zolal-im/zolal/internal/hub"
)

// gauge is one number of /metrics, read when it is asked for; ok is false while there is none. No number has
// a label that tells of a person, a chat or an address.
type gauge struct {
	name, help string
	read       func() (value float64, ok bool)
}

// metrics collects gauges and what the Go runtime and the process say of themselves.
func (s *Server) metrics() http.Handler {
	r := prometheus.NewRegistry()
	process := collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})
	r.MustRegister(collectors.NewGoCollector(), process)
	build := prometheus.Labels{"version": s.build.Version, "commit": s.build.Commit, "web": s.app.build}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "zolal_build_info", Help: "1, with the build",
		ConstLabels: build})
	info.Set(1)
	r.MustRegister(info, gauges(s.gauges()), gauges(s.deliveries()), gauges(s.pushes()),
		gauges(s.mediaGauges()))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

// gauges are the numbers of the server itself.
func (s *Server) gauges() []gauge {
	return []gauge{
		{"zolal_start_time_seconds", "when the server started, Unix time", func() (float64, bool) {
			return float64(s.started.Unix()), true
		}},
		{"zolal_store_position", "commit position of the newest entry", func() (float64, bool) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, pos, err := s.store.Feed(ctx, 0, 0)
			return float64(pos), err == nil
		}},
		{"zolal_backup_age_seconds", "age of the newest nightly backup", func() (float64, bool) {
			b, err := s.backupStatus(context.Background(), Nothing{})
			return float64(b.AgeSeconds), err == nil && b.AgeSeconds >= 0
		}},
		{"zolal_backups", "nightly backups kept", func() (float64, bool) {
			b, err := s.backupStatus(context.Background(), Nothing{})
			return float64(b.Count), err == nil
		}},
		{"zolal_certificate_expires_seconds", "time until the certificate ends", func() (float64, bool) {
			end, _ := s.certs.expires()
			return end.Sub(s.cfg.Now()).Seconds(), !end.IsZero()
		}},
		{"zolal_data_free_bytes", "room left on the disk of the data directory", func() (float64, bool) {
			s.disk.look()
			return s.disk.free(0)
		}},
		{"zolal_backup_free_bytes", "room left on the disk of the nightly backups", func() (float64, bool) {
			return s.disk.free(1)
		}},
		{"zolal_disk_fullness", "0 enough room, 1 below disk.warn, 2 below disk.stop", func() (float64, bool) {
			return float64(s.disk.worst()), true
		}},
	}
}

// deliveries are the numbers of the hub and the gateway; those that only grow are counted from the start.
func (s *Server) deliveries() []gauge {
	of := func(read func(hub.Stats) float64) func() (float64, bool) {
		return func() (float64, bool) { return read(s.live.hub.Stats()), true }
	}
	return []gauge{
		{"zolal_connections", "WebSocket connections", func() (float64, bool) {
			return float64(s.live.gateway.Connections()), true
		}},
		{"zolal_panics_total", "requests that met a mistake of the program", func() (float64, bool) {
			return float64(s.live.gateway.Panics()), true
		}},
		{"zolal_sessions", "sessions of any transport", of(func(h hub.Stats) float64 {
			return float64(h.Sessions)
		})},
		{"zolal_online_accounts", "accounts with a session", of(func(h hub.Stats) float64 {
			return float64(h.Accounts)
		})},
		{"zolal_audiences", "audiences in memory", of(func(h hub.Stats) float64 { return float64(h.Rooms) })},
		{"zolal_audience_bytes", "memory of audiences", of(func(h hub.Stats) float64 {
			return float64(h.RoomBytes)
		})},
		{"zolal_deliveries_total", "entries handed to sessions", of(func(h hub.Stats) float64 {
			return float64(h.Deliveries)
		})},
		{"zolal_frames_total", "frames built", of(func(h hub.Stats) float64 { return float64(h.Frames) })},
		{"zolal_writes_total", "writes to connections", of(func(h hub.Stats) float64 { return float64(h.Writes) })},
		{"zolal_written_bytes_total", "bytes of those writes", of(func(h hub.Stats) float64 {
			return float64(h.Bytes)
		})},
		{"zolal_overflows_total", "queues dropped for a resync", of(func(h hub.Stats) float64 {
			return float64(h.Overflows)
		})},
		{"zolal_slow_total", "sessions that did not take a write at once", of(func(h hub.Stats) float64 {
			return float64(h.Slow)
		})},
	}
}

// gauges is a prometheus.Collector of numbers that are read when they are asked for.
type gauges []gauge

// Describe implements prometheus.Collector.
func (g gauges) Describe(out chan<- *prometheus.Desc) {
	for _, n := range g {
		out <- prometheus.NewDesc(n.name, n.help, nil, nil)
	}
}

// Collect implements prometheus.Collector.
func (g gauges) Collect(out chan<- prometheus.Metric) {
	for _, n := range g {
		if v, ok := n.read(); ok {
			desc := prometheus.NewDesc(n.name, n.help, nil, nil)
			kind := prometheus.GaugeValue
			if strings.HasSuffix(n.name, "_total") {
				kind = prometheus.CounterValue
			}
			out <- prometheus.MustNewConstMetric(desc, kind, v)
		}
	}
}
