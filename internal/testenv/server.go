// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/gateway/native"
	"github.com/zolal-im/zolal/internal/port"
	"github.com/zolal-im/zolal/internal/server"

	"github.com/zolal-im/zolal/internal/store/storetest"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// pollOften is how soon growth is found where no hint tells of it.
const pollOften = 5 * time.Millisecond

// shared is the reference store, which outlives the servers that use it: they come and go.
type shared struct{ *storetest.Memory }

// Close leaves the store to the other servers.
func (shared) Close() error { return nil }

// Snapshot writes no file. Whoever opens the copy is given the store itself, which does for a check after the
// servers have stopped.
func (shared) Snapshot(context.Context, string) error { return nil }

// local is one or more servers in this process, over one store.
type local struct {
	hush
	t       *testing.T
	store   shared
	backup  *storetest.Memory
	configs []server.Config
	servers []*server.Server
	wires   []*wires
	fallen  sync.WaitGroup // servers that crashed and have not noticed yet
}

// Memory starts a server on the reference store in memory.
func Memory(t *testing.T) Host {
	return start(t, 1)
}

// Unhurried starts a server like that of Memory, which waits long at its end for clients to take what they
// are due: that of Memory lets go of a client that has to wait for the processor.
func Unhurried(t *testing.T) Host {
	return start(t, 1, func(c *server.Config) { c.StopWithin = 3 * time.Minute })
}

// MemoryAt starts a server on the reference store at an address, which tells clients of the given ones.
func MemoryAt(t *testing.T, listen string, public ...string) Host {
	return start(t, 1, func(c *server.Config) { c.Listen, c.Address = listen, public })
}

// Backup keeps a copy of a store, to which its host can go back.
type Backup interface {
	Host
	// BackUp copies the store as it stands.
	BackUp()
	// Restore stops the server, puts the copy in the place of its store, as another incarnation, and starts it
	// again.
	Restore() error
}

// Restorable starts a server on the reference store in memory, which can be backed up and restored.
func Restorable(t *testing.T) Backup {
	return start(t, 1)
}

// BackUp copies the store.
func (h *local) BackUp() { h.backup = h.store.Fork() }

// Restore goes back to the copy.
func (h *local) Restore() error {
	if err := h.stop(); err != nil {
		return err
	}
	if _, err := h.backup.Renew(context.Background()); err != nil {
		return err
	}
	h.store = shared{h.backup}
	return h.begin()
}

// SQLite starts a server on the embedded store.
func SQLite(t *testing.T) Host {
	return start(t, 1, func(c *server.Config) { c.OpenStore = nil })
}

// Twins starts two servers over one store. Every hint is dropped, between them and within each: what was
// written is found by looking at the store alone (I5).
func Twins(t *testing.T) Host {
	return start(t, 2, func(c *server.Config) { c.Shared, c.Hintless, c.Poll = true, true, pollOften })
}

// start starts n servers over one store in memory, unless a change gives them another.
func start(t *testing.T, n int, change ...func(*server.Config)) *local {
	t.Helper()
	h := &local{t: t, store: shared{storetest.NewMemory()}, servers: make([]*server.Server, n)}
	contents := t.TempDir()
	for range n {
		cfg := server.Default()
		cfg.Data = t.TempDir()
		cfg.Listen = FreeAddress(t)
		cfg.Media.Dir, cfg.Media.Day = contents, 0
		cfg.Backup.Keep = 0
		cfg.Limits = account.Limits{
			Lookup: cfg.Limits.Lookup, Account: cfg.Limits.Account, Device: cfg.Limits.Device,
		}
		cfg.Rates = native.Rates{}
		cfg.DayBytes = 0
		cfg.HashCost = account.Cost{KiB: 64, Passes: 1}
		cfg.Signup = "open"
		cfg.StopWithin = 5 * time.Second
		cfg.OpenStore = func(context.Context, string) (server.Store, error) { return h.store, nil }
		cfg.Log = slog.New(slog.NewTextHandler(&h.hush, &slog.HandlerOptions{Level: slog.LevelDebug}))
		wire := &wires{open: map[net.Conn]bool{}}
		h.wires, cfg.Listener = append(h.wires, wire), wire.listen
		for _, c := range change {
			c(&cfg)
		}
		h.configs = append(h.configs, cfg)
	}
	t.Cleanup(h.close)
	if err := h.begin(); err != nil {
		t.Fatal(err)
	}
	h.setUp()
	return h
}

// FreeAddress keeps a loopback address that nobody listens on for as long as the test runs, so that a restart
// can come back to it.
func FreeAddress(t *testing.T) string {
	t.Helper()
	address, release, err := port.Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return address
}

func (h *local) begin() (err error) {
	for i, cfg := range h.configs {
		if h.servers[i], err = server.Start(context.Background(), cfg); err != nil {
			return err
		}
	}
	return nil
}

// setUp makes the operator through the set-up link, as whoever starts a server does; before that nobody can
// sign up.
func (h *local) setUp() {
	h.t.Helper()
	last := len(h.servers) - 1 // its link replaced those of the others
	_, secret, ok := strings.Cut(h.servers[last].SetupLink(), "setup=")
	if !ok {
		h.t.Fatal("a new store has no set-up link")
	}
	h.Hush(secret, "test_operator", password)
	_, err := zolal.SignUp(h.t.Context(), h.Address(last), options("", "operator", &Network{}),
		&zolalv1.SignUpRequest{
			Key: key(), Username: "test_operator", Password: password, Name: "Operator",
			Recovery: make([]byte, 32), Setup: secret,
		})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *local) stop() error {
	for i, s := range h.servers {
		if s == nil {
			continue
		}
		h.servers[i] = nil
		if err := s.Stop(context.Background()); err != nil {
			return err
		}
	}
	return nil
}

// Address gives the servers to clients in turn.
func (h *local) Address(n int) string { return h.configs[n%len(h.configs)].Listen }

// Restart stops and starts all servers.
func (h *local) Restart() error {
	if err := h.stop(); err != nil {
		return err
	}
	return h.begin()
}

// Crash breaks every connection without a word and goes on with the store as it was at that moment: whatever
// the servers still write reaches nobody. A store on a disk cannot be left behind by its own process, so
// there the servers stop after their connections are broken; the binary host crashes that store in earnest.
func (h *local) Crash() error {
	for _, l := range h.wires {
		l.tear()
	}
	if h.configs[0].OpenStore == nil {
		return h.Restart()
	}
	h.store = shared{h.store.Fork()}
	for i, cfg := range h.configs {
		fallen := h.servers[i]
		h.servers[i], cfg.Data = nil, h.t.TempDir() // the fallen one holds its directory yet
		h.configs[i] = cfg
		h.fallen.Go(func() { _ = fallen.Stop(context.Background()) }) // what it says reaches nobody
	}
	return h.begin()
}

// close stops the servers and checks the invariants of what they leave behind.
func (h *local) close() {
	if err := h.stop(); err != nil {
		h.t.Error(err)
	}
	h.fallen.Wait()
	own := make([]string, len(h.configs))
	for i, cfg := range h.configs {
		own[i] = cfg.Listen
	}
	h.judge(h.t, own...)
	console, err := server.Reach(context.Background(), h.configs[0], true)
	if err != nil {
		h.t.Error(err)
		return
	}
	report, err := console.Fsck(context.Background(), server.Fsck{})
	if err != nil {
		h.t.Error(err)
	}
	for _, p := range report.Problems {
		h.t.Errorf("invariant broken: %s", p)
	}
	if err := console.Close(); err != nil {
		h.t.Error(err)
	}
}
