// SPDX-License-Identifier: AGPL-3.0-or-later

// Package push wakes devices that have no connection, over the push services of their browsers: Web Push, RFC
// 8030, 8291 and 8292. Subscribe it and its library encrypts to the browser; the service in between learns
// that something came, when, and for which of its own addresses, and never what, from whom or in which chat.
//
// It is a reader of the feed like any other. What it holds are hints: they may be lost, late or doubled (I5).
// Whether somebody is woken is decided when the turn comes, by what the engine says then (Engine.Due), so
// that who has read, muted or left meanwhile is left alone.
//
// Pushing never delays messages. It has its own follower; what waits is bounded; keys are agreed upon in one
// place at a time, which rests as long as it worked while much is waiting, so that all of it takes half of
// one core at most; and a push service that does not answer is left alone for longer and longer.
//
// Goroutines: Start begins one that follows the feed and one that takes jobs; each push under way has one, of
// which there are at most 64. Close ends and waits for all of them.
package push

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/outside"
)

// Config is what a Service stands on. Engine, Store, Codec, Key and Connected are required.
type Config struct {
	Engine *engine.Engine
	Store  Store
	Codec  engine.Codec
	Key    []byte // the server's private key, see NewKey
	// Contact is where a push service reaches the operator: an https address or a mail address.
	Contact string
	// Connected reports whether a device has a connection and is looked at: it needs no waking.
	Connected func(chat.AccountID, chat.DeviceID) bool
	Now       func() time.Time // default time.Now
	Log       *slog.Logger     // default: nothing is logged
	Outside   outside.Config
	Account   engine.Allowance // subscriptions and tests of one account; zero: as many as wanted

	Queue   int           // jobs that wait; default 262,144
	Again   time.Duration // after which a connected device is looked at again; default 90 s
	Gap     time.Duration // least time between two pushes of one chat to an account; default 3 s
	Backoff time.Duration // after the first failure, doubled from there on; default 10 s
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Queue == 0 {
		c.Queue = 1 << 18
	}
	for _, d := range []struct {
		of    *time.Duration
		usual time.Duration
	}{{&c.Again, 90 * time.Second}, {&c.Gap, 3 * time.Second}, {&c.Backoff, 10 * time.Second}} {
		if *d.of == 0 {
			*d.of = d.usual
		}
	}
	return c
}

// MaxSubscriptions is how many devices of one account can be woken.
const MaxSubscriptions = 20

// atOnce bounds the pushes under way.
const atOnce = 64

// Service wakes devices.
type Service struct {
	cfg     Config
	public  []byte
	private string // as the library takes it
	client  *http.Client
	queue   *queue
	meter   *engine.Meter
	hosts   *hosts
	rooms   rooms
	slots   chan struct{} // one element for each push under way
	sealing chan struct{} // held while keys are agreed upon
	stats   counters

	mu          sync.Mutex
	subscribers *roaring.Bitmap    // accounts; some may have none any more
	shown       map[seat]showing   // what devices were told, and not that it was seen or is over
	told        map[seat]time.Time // when an account was last pushed to for a chat

	cancel context.CancelFunc
	owned  sync.WaitGroup
}

// showing is what devices were told last of a seat.
type showing struct {
	devices []chat.DeviceID
	seq     chat.Seq // as of the job
}

type counters struct{ taken, gone, refused, failed, clears atomic.Uint64 }

// Stats are counts since the start, and what waits now.
type Stats struct {
	Taken   uint64 // by push services
	Clears  uint64 // of those, that told what was read elsewhere
	Gone    uint64 // subscriptions that push services no longer know
	Refused uint64
	Failed  uint64 // tries that are made again later
	Dropped uint64 // for want of room in the queue
	Waiting int
	// Unreachable says that no push service was reached in the last tries, though some were made.
	Unreachable bool
}

// NewKey makes the private key of a server.
func NewKey(random interface{ Read([]byte) (int, error) }) ([]byte, error) {
	k, err := ecdh.P256().GenerateKey(random)
	if err != nil {
		return nil, fmt.Errorf("make the key of pushes: %w", err)
	}
	return k.Bytes(), nil
}

// Start begins a service. What was written before is not pushed.
func Start(ctx context.Context, cfg Config) (*Service, error) {
	cfg = cfg.withDefaults()
	key, err := ecdh.P256().NewPrivateKey(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("start pushing: the key: %w", err)
	}
	s := &Service{
		cfg: cfg, public: key.PublicKey().Bytes(), private: base64.RawURLEncoding.EncodeToString(cfg.Key),
		client: outside.NewClient(cfg.Outside), queue: newQueue(cfg.Queue, cfg.Now),
		meter: engine.NewMeter(cfg.Account, cfg.Now), hosts: newHosts(cfg.Now, cfg.Backoff),
		rooms: newRooms(cfg.Engine), slots: make(chan struct{}, atOnce), sealing: make(chan struct{}, 1),
		subscribers: roaring.New(), shown: make(map[seat]showing), told: make(map[seat]time.Time),
	}
	pos, err := cfg.Engine.Pos(ctx)
	if err != nil {
		return nil, fmt.Errorf("start pushing: %w", err)
	}
	if err := s.load(ctx); err != nil {
		return nil, fmt.Errorf("start pushing: %w", err)
	}
	running, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.owned.Go(func() { s.follow(running, pos) })
	s.owned.Go(func() { s.work(running) })
	return s, nil
}

// load reads who has subscriptions.
func (s *Service) load(ctx context.Context) error {
	const page = 10_000
	var after chat.AccountID
	for {
		some, err := s.cfg.Store.Subscribers(ctx, after, page)
		if err != nil {
			return err
		}
		for _, a := range some {
			s.subscribers.Add(uint32(a))
		}
		if len(some) < page {
			return nil
		}
		after = some[len(some)-1]
	}
}

// Close ends the service; what waits is dropped.
func (s *Service) Close() {
	s.cancel()
	s.owned.Wait()
	s.client.CloseIdleConnections()
}

// PublicKey is the server's public key, by which browsers tell its pushes from others'.
func (s *Service) PublicKey() []byte { return s.public }

// Stats returns counts and sizes.
func (s *Service) Stats() Stats {
	c := &s.stats
	waiting, dropped := s.queue.size()
	return Stats{
		Taken: c.taken.Load(), Clears: c.clears.Load(), Gone: c.gone.Load(), Refused: c.refused.Load(),
		Failed: c.failed.Load(), Dropped: dropped, Waiting: waiting, Unreachable: s.hosts.unreachable(),
	}
}

func (s *Service) millis() chat.Millis { return chat.Millis(s.cfg.Now().UnixMilli()) }
