// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Codec turns bodies into the bytes that are stored and delivered, and back. A body is encoded once, when
// its entry is decided (I8). Encode must be deterministic; Decode of bytes that Encode made never fails.
type Codec interface {
	Encode(chat.Body) ([]byte, error)
	Decode(chat.Kind, []byte) (chat.Body, error)
}

// Config is what an engine stands on. Zero values of the optional fields mean their defaults.
type Config struct {
	Store Store
	Codec Codec
	Now   func() time.Time // default time.Now
	Rand  io.Reader        // secrets and server keys; default crypto/rand
	Log   *slog.Logger     // default: nothing is logged

	// Shared says that other engines append to the same store, so that commit order has to be read from it.
	Shared bool
	// Hintless drops every hint that the store has grown, those of this engine's own appends too: growth is
	// found by the poll alone. Tests show with it that hints are not needed (I5).
	Hintless bool
	// Poll is how often the feed is read for growth that no hint told of; default 1 s.
	Poll time.Duration
	// ReadGap is the least time between two read marks of an account in a chat; default 2 s.
	ReadGap time.Duration
	// ViewGap is how often counted views are written; default 3 s.
	ViewGap time.Duration
	// QueueBytes bounds what waits for the committer, bodies and overhead; default 64 MiB.
	QueueBytes int
	// TailBytes bounds what is kept of recent growth for followers; default 16 MiB.
	TailBytes int
	// Full refuses, with chat.CodeDiskFull, what would take room where little is left; default: there is room.
	// It is asked for every write of people, and for imports, but not for what reading, deleting, leaving and
	// keeping others away need.
	Full func() error
	// Lookups bound how many strangers may be looked up; zero: as many as wanted.
	Lookups Lookups
	// Directory bounds how often an account may turn a page of the public chats; zero: as often as wanted.
	Directory Allowance
	// Keep is where what is spent of look-ups outlives a restart; default: nowhere.
	Keep Keeper
	// KeepGap is how often that is written, if something was spent; default 15 s.
	KeepGap time.Duration
	// Suspend ends every session of an account and refuses new ones, under a reason code; an empty one lifts
	// that. It may be called again for the same account. Needed where operators decide; default: refused.
	Suspend func(ctx context.Context, account chat.AccountID, reason string) error
	// DayBytes bounds what an account may store in a day, bodies and overhead, with chat.CodeQuotaUsedUp;
	// default: nothing does. As Full it leaves out what reading, deleting and leaving need.
	DayBytes int64
	// Born tells when an account was made, for its daily allowances; default: nothing is limited.
	Born func(context.Context, chat.AccountID) (chat.Millis, error)
	// Card gives what was found behind an address a moment ago; default: nothing.
	Card func(ctx context.Context, url string) *chat.Preview
	// File gives an upload that an account may send, or CodeFileGone; what it gives stays for a while, longer
	// than anything is on its way. Default: there are no uploads.
	File func(ctx context.Context, owner chat.AccountID, id chat.FileID) (chat.Upload, error)
	// QueueWait is how long an append waits for room before CodeUnavailable; default 5 s.
	QueueWait time.Duration
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Full == nil {
		c.Full = func() error { return nil }
	}
	if c.Suspend == nil {
		c.Suspend = func(context.Context, chat.AccountID, string) error {
			return chat.Errorf(chat.CodeInternal, "nobody suspends accounts here")
		}
	}
	if c.Card == nil {
		c.Card = func(context.Context, string) *chat.Preview { return nil }
	}
	if c.File == nil {
		c.File = func(context.Context, chat.AccountID, chat.FileID) (chat.Upload, error) {
			return chat.Upload{}, chat.Errorf(chat.CodeFileGone, "there are no uploads here")
		}
	}
	c.Poll = orDefault(c.Poll, time.Second)
	c.ReadGap = orDefault(c.ReadGap, 2*time.Second)
	c.ViewGap = orDefault(c.ViewGap, 3*time.Second)
	c.KeepGap = orDefault(c.KeepGap, 15*time.Second)
	c.QueueBytes = orDefault(c.QueueBytes, 64<<20)
	c.TailBytes = orDefault(c.TailBytes, 16<<20)
	c.QueueWait = orDefault(c.QueueWait, 5*time.Second)
	return c
}

func orDefault[T int | time.Duration](v, standard T) T {
	if v == 0 {
		return standard
	}
	return v
}

// Engine is the one writer of a store and the one reader that checks rights. It owns the committer, the
// reader of the feed, the writer of marks and the upkeep, and Close waits for them all.
type Engine struct {
	store       Store
	codec       Codec
	cfg         Config
	log         *slog.Logger
	incarnation chat.Incarnation

	facts     *factsCache
	lookups   *lookups
	pages     *Meter // of the directory
	flights   *flights
	committer *committer
	tail      *tail
	reads     *readMarks
	marks     *markWriter
	quota     *quota
	board     board
	long      chan chat.AccountID // whose logs may be long enough to be compacted

	ctx    context.Context // ends when Close begins to stop the goroutines
	cancel context.CancelFunc
	owned  sync.WaitGroup
	once   sync.Once
}

// Start begins an engine over a store. ctx bounds the start alone.
func Start(ctx context.Context, cfg Config) (*Engine, error) {
	cfg = cfg.withDefaults()
	incarnation, err := cfg.Store.Incarnation(ctx)
	if err != nil {
		return nil, fmt.Errorf("start engine: incarnation: %w", err)
	}
	_, end, err := cfg.Store.Feed(ctx, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("start engine: end of the feed: %w", err)
	}
	e := &Engine{
		store: cfg.Store, codec: cfg.Codec, cfg: cfg, log: cfg.Log, incarnation: incarnation,
		facts: newFactsCache(), lookups: newLookups(cfg.Lookups, cfg.Now),
		pages:   NewMeter(cfg.Directory, cfg.Now),
		flights: newFlights(), long: make(chan chat.AccountID, 64),
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.tail = newTail(cfg, end)
	e.tail.feed = e.readFeed
	e.committer = startCommitter(cfg.Store, newGate(cfg.QueueBytes, cfg.QueueWait), e.tail, cfg.Log)
	e.reads = newReadMarks(e)
	e.marks = newMarkWriter(e)
	e.own(func() { e.tail.run(e.ctx, cfg.Poll) })
	e.own(func() { e.marks.run(e.ctx) })
	e.own(func() { e.upkeep(e.ctx) })
	if cfg.Keep != nil {
		e.keepLookups(ctx)
	}
	e.quota = newQuota(cfg.DayBytes, e.now)
	if cfg.DayBytes > 0 {
		e.own(func() { e.countToday(e.ctx, end) })
	}
	return e, nil
}

func (e *Engine) own(run func()) {
	e.owned.Add(1)
	go func() {
		defer e.owned.Done()
		run()
	}()
}

// Close answers what waits, writes read marks and views that are due, and ends every goroutine of the
// engine. It does not close the store.
func (e *Engine) Close() error {
	e.once.Do(func() {
		e.reads.close()
		e.committer.close()
		e.cancel()
		e.owned.Wait()
	})
	return nil
}

// Incarnation names this life of the store (I12).
func (e *Engine) Incarnation() chat.Incarnation { return e.incarnation }

// Pos returns the present end of the commit order, to Follow from.
func (e *Engine) Pos(ctx context.Context) (chat.Pos, error) {
	_, pos, err := e.store.Feed(ctx, 0, 0)
	if err != nil {
		return 0, fmt.Errorf("end of the feed: %w", err)
	}
	return pos, nil
}

// Hint says that another engine has appended to the store. It may be lost, doubled or late (I5).
func (e *Engine) Hint() { e.tail.hint() }

// now is the server clock in the unit of the core.
func (e *Engine) now() chat.Millis { return chat.Millis(e.cfg.Now().UnixMilli()) }

// serverKey names a write of the server itself, so that it too can be asked again (I3).
func (e *Engine) serverKey() (chat.Key, error) {
	var k chat.Key
	if _, err := io.ReadFull(e.cfg.Rand, k[6:]); err != nil {
		return k, fmt.Errorf("make a key: %w", err)
	}
	ms := e.cfg.Now().UnixMilli()
	for i := range 6 {
		k[i] = byte(ms >> (8 * (5 - i)))
	}
	k[6], k[8] = 0x70|k[6]&0x0f, 0x80|k[8]&0x3f
	return k, nil
}
