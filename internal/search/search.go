// SPDX-License-Identifier: AGPL-3.0-or-later

// Package search finds messages by their words, and public chats by their names.
//
// It is a reader of the feed like any other: Service follows the commit order with a position of its own and
// keeps an Index, a projection that can be dropped and made again. Appending costs nothing more for it; a
// hint that is lost delays what is found and loses nothing (I5).
//
// The index decides nothing. It names places; what stands there, and whether the actor may see it, the engine
// says through a handle (I10), and a place whose text does not have the words today is passed over.
//
// Encrypted chats have nothing the server could index: clients search those by the same words, which
// chat.SearchWords and the shared vectors define.
//
// Goroutines: Start begins one, which follows the feed; Close ends and waits for it.
package search

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Mark says which entries of which store an index has seen.
type Mark struct {
	Incarnation chat.Incarnation
	Pos         chat.Pos
	Chain       chat.Chain // of the entry at Pos: another one there is another history
}

// Doc is what becomes of one message in the index.
type Doc struct {
	Chat   chat.ChatID
	Seq    chat.Seq
	At     chat.Millis
	Author chat.AccountID // as its readers see it: 0 in channels
	Words  []string       // of its text, and Kind.Word of what it carries
	Gone   bool           // it was deleted
	Edited bool           // At and Author stay what they were
}

// Room is what becomes of a public chat in the index; without words it is not public.
type Room struct {
	Chat  chat.ChatID
	Words []string
}

// Batch is applied whole or not at all.
type Batch struct {
	Docs  []Doc // in commit order
	Rooms []Room
	Mark  Mark
}

// Place is where a message stands in the order of answers: by time, then by chat and number. Within a chat
// times never go back, whatever clocks said.
type Place struct {
	At   chat.Millis
	Chat chat.ChatID
	Seq  chat.Seq
}

// Query selects messages of the chats in Reach, the newest first.
type Query struct {
	Terms  chat.SearchTerms
	Author chat.AccountID // 0: anybody
	Kind   Kind           // 0: whatever it carries
	Since  chat.Millis    // 0: from the beginning
	Until  chat.Millis    // 0: to the end; not included
	Reach  []engine.Reach // the most recently moved first
	Before Place          // only what comes after it in the order of answers; the zero Place: all
	Limit  int
	Count  int // count up to so many
}

// Hits are places, and with Query.Count how many there are in all, whatever Before says.
type Hits struct {
	Places []Place
	Total  int
}

// Index holds words of messages and of public chats. Apply is called by one goroutine at a time; the rest may
// be called from many. What was applied may be lost in a crash together with the Mark that tells of it, never
// one without the other. Text that is no longer in a document leaves the disk within seconds.
type Index interface {
	// Mark returns the zero Mark of an empty index.
	Mark(ctx context.Context) (Mark, error)
	// Reset empties the index.
	Reset(ctx context.Context) error
	Apply(ctx context.Context, b Batch) error
	Find(ctx context.Context, q Query) (Hits, error)
	// Rooms returns public chats that have the words, in no order, at most limit.
	Rooms(ctx context.Context, terms chat.SearchTerms, limit int) ([]chat.ChatID, error)
	// Sum returns a number that two indexes of the same documents share.
	Sum(ctx context.Context) (Sum, error)
	Close() error
}

// Config is what a Service stands on. Engine, Index and Codec are required.
type Config struct {
	Engine *engine.Engine
	Index  Index
	Codec  engine.Codec
	Now    func() time.Time // default time.Now
	Log    *slog.Logger     // default: nothing is logged
	// Account bounds how often one account may search; zero: as often as wanted.
	Account engine.Allowance
	// Full says, with an error, that nothing may be written because there is no room; default: there is.
	Full func() error
	// Patience is how long a search waits for what was written before it; default 1 s.
	Patience time.Duration
	// Rest is the least pause between two writes of the index; default 20 ms.
	Rest time.Duration
}

// Service answers searches and keeps the index up to date.
type Service struct {
	cfg   Config
	maker maker
	meter *engine.Meter

	mu   sync.Mutex
	mark Mark
	grew chan struct{} // closed at the next growth

	cancel context.CancelFunc
	owned  sync.WaitGroup
}

// Start begins a service. An index that has seen another history than the engine's store is emptied and made
// again in the background.
func Start(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Full == nil {
		cfg.Full = func() error { return nil }
	}
	if cfg.Patience == 0 {
		cfg.Patience = time.Second
	}
	if cfg.Rest == 0 {
		cfg.Rest = 20 * time.Millisecond
	}
	s := &Service{
		cfg: cfg, grew: make(chan struct{}), meter: engine.NewMeter(cfg.Account, cfg.Now),
		maker: maker{codec: cfg.Codec, settings: cfg.Engine.Settings},
	}
	var err error
	if s.mark, err = settle(ctx, cfg.Engine, cfg.Index); err != nil {
		return nil, fmt.Errorf("start search: %w", err)
	}
	running, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.owned.Go(func() { s.run(running) })
	return s, nil
}

// Close ends the service; it does not close the index.
func (s *Service) Close() {
	s.cancel()
	s.owned.Wait()
}

// settle returns how far an index is, after emptying one that has seen another history.
func settle(ctx context.Context, e *engine.Engine, index Index) (Mark, error) {
	mark, err := index.Mark(ctx)
	if err != nil {
		return Mark{}, fmt.Errorf("mark: %w", err)
	}
	same := mark.Incarnation == e.Incarnation()
	if same && mark.Pos > 0 {
		entry, ok, err := e.EntryAt(ctx, mark.Pos)
		if err != nil {
			return Mark{}, err
		}
		same = ok && entry.Chain == mark.Chain
	}
	if same {
		return mark, nil
	}
	if err := index.Reset(ctx); err != nil {
		return Mark{}, fmt.Errorf("reset: %w", err)
	}
	return Mark{Incarnation: e.Incarnation()}, nil
}
