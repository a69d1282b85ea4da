// SPDX-License-Identifier: AGPL-3.0-or-later

// Package media keeps what people send beside their words: photos, videos, voices, files. It takes uploads
// that go on after a cut and after a restart of the server, judges what they are, keeps each content once by
// its SHA-256, and lets go of what nothing refers to.
//
// Contract with its neighbours. The gateway says who asks and has the engine say what they may fetch; nothing
// here checks rights in chats. The engine asks with Service.Upload what an account may send. Which entries
// carry which contents is told by the store, where it is a projection; what is kept is told by Store.
//
// Uploads are on the local disk until they are whole, wherever contents are kept.
//
// Order of a finished upload: its bytes are on disk, then its content is in its place, then the store knows
// of it, then the upload is forgotten. A crash between any two leaves an upload that is finished again when
// its client asks, or bytes that nobody knows, which are removed after a while.
//
// Goroutines: one for each joining of parts, which Close waits for. Who serves calls Run, which collects what
// is left over and looks whether contents can be reached; whoever only looks something up, as a command does,
// removes nothing.
package media

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// What is set where Config does not.
const (
	// DefaultMax is how many bytes one upload may have.
	DefaultMax = 2 << 30
	// DefaultGrace is how long an upload that nobody goes on with is kept, a file that nobody sends, and a
	// content that nothing refers to. What is on its way into a log is there long before.
	DefaultGrace = 24 * time.Hour
	// collectEvery is how often what is left over is looked for.
	collectEvery = time.Hour
	// maxOpen is how many unfinished uploads an account may have.
	maxOpen = 64
)

// Config is what a Service stands on. Dir and Store are required.
type Config struct {
	Dir   string // of uploads, thumbnails, and of contents where Blobs is nil
	Store Store
	Blobs BlobStore        // default: files below Dir
	Log   *slog.Logger     // default: nothing is logged
	Now   func() time.Time // default time.Now
	// Full refuses, with chat.CodeDiskFull, what would take room where little is left; default: there is room.
	Full func() error
	// Max bounds one upload, DayBytes what an account uploads in a day, AccountBytes what all its messages carry
	// together; 0 for the last two: without bound.
	Max          int64
	DayBytes     int64
	AccountBytes int64
	Grace        time.Duration // default DefaultGrace
	// Hold is how long a content is kept that nothing refers to any more, where backups do not carry contents:
	// one of them may still refer to it. Default: Grace, and no less.
	Hold time.Duration
	// Oldest tells when the oldest of those backups was made; zero: there is none. What went after that is held
	// beyond Hold. It is asked each time that contents are collected. Default: there are none.
	Oldest func() (time.Time, error)
	// Scan is how long after all contents were listed, for those that the store does not know, they are listed
	// again. Default: each time that contents are collected.
	Scan time.Duration
	// Images is how many images are decoded at once; default 1. Each takes up to about 150 MB for a moment.
	Images int
}

// Service is the one implementation of media. Its methods may be called from many goroutines.
type Service struct {
	cfg     Config
	blobs   BlobStore
	uploads *uploads
	joins   joins
	images  *images
	hashes  locks[chat.Hash]

	// count and bytes are of what is kept, as last counted and with what came since.
	count, bytes atomic.Int64

	counts  counters
	lost    atomic.Pointer[error] // why contents could not be reached; nil: they could
	foreign atomic.Bool           // somebody else removes them
	scanned atomic.Int64          // when all were listed, in milliseconds; 0: not yet

	life context.Context // ends with the Service
	stop context.CancelFunc
}

// Open begins a Service on a directory, which it makes. It asks nothing of where contents are kept: see Run.
func Open(cfg Config) (*Service, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Full == nil {
		cfg.Full = func() error { return nil }
	}
	if cfg.Max == 0 {
		cfg.Max = DefaultMax
	}
	if cfg.Grace == 0 {
		cfg.Grace = DefaultGrace
	}
	cfg.Hold = max(cfg.Hold, cfg.Grace)
	if cfg.Oldest == nil {
		cfg.Oldest = func() (time.Time, error) { return time.Time{}, nil }
	}
	s := &Service{cfg: cfg, blobs: cfg.Blobs}
	for _, dir := range []string{uploadDir, thumbDir} {
		if err := os.MkdirAll(filepath.Join(cfg.Dir, dir), 0o700); err != nil {
			return nil, fmt.Errorf("directory of media: %w", err)
		}
	}
	var err error
	if s.blobs == nil {
		if s.blobs, err = LocalBlobs(filepath.Join(cfg.Dir, BlobDir)); err != nil {
			return nil, err
		}
	}
	s.blobs = counted{s.blobs, &s.counts}
	if s.uploads, err = openUploads(filepath.Join(cfg.Dir, uploadDir), cfg.Log); err != nil {
		return nil, fmt.Errorf("uploads: %w", err)
	}
	s.images = newImages(filepath.Join(cfg.Dir, thumbDir), cfg.Images)
	s.life, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Directories below that of media.
const (
	uploadDir = "uploads"
	thumbDir  = "thumbs"
	// BlobDir holds the contents where they are local files.
	BlobDir = "blobs"
)

// Close cuts off contents that are being put away, and waits for parts that are being joined to stop; both go
// on when they are asked for again. What is being uploaded is ended by its connections.
func (s *Service) Close() {
	s.stop()
	s.joins.close()
}

// Max is how many bytes one upload may have.
func (s *Service) Max() int64 { return s.cfg.Max }

func (s *Service) now() chat.Millis { return chat.Millis(s.cfg.Now().UnixMilli()) }

// gone is the answer for what is not there, or not the caller's: the two cannot be told apart.
func gone() error {
	return &chat.Error{Code: chat.CodeFileGone, Field: "file", Text: "no such upload, or it ended"}
}

// File returns a finished upload of an account and when it ends, unless it is sent before.
func (s *Service) File(ctx context.Context, owner chat.AccountID, id chat.FileID) (File, chat.Millis, error) {
	f, err := s.cfg.Store.File(ctx, id)
	if chat.CodeOf(err) == chat.CodeNotFound || err == nil && f.Account != owner {
		return File{}, 0, gone()
	}
	if err != nil {
		return File{}, 0, fmt.Errorf("file: %w", err)
	}
	return f, f.Used + chat.Millis(s.cfg.Grace.Milliseconds()), nil
}

// Upload gives the engine an upload that an account is about to send. It stays for a while from now on.
func (s *Service) Upload(ctx context.Context, owner chat.AccountID, id chat.FileID) (chat.Upload, error) {
	f, _, err := s.File(ctx, owner, id)
	if err != nil {
		return chat.Upload{}, err
	}
	now := s.now()
	if now-f.Used > chat.Millis(s.cfg.Grace.Milliseconds()/24) {
		err := s.cfg.Store.UseFile(ctx, id, now)
		if chat.CodeOf(err) == chat.CodeNotFound {
			return chat.Upload{}, gone()
		}
		if err != nil {
			return chat.Upload{}, fmt.Errorf("use a file: %w", err)
		}
	}
	return f.Upload, nil
}

// locks let one at a time do something with a key.
type locks[K comparable] struct {
	mu   sync.Mutex
	held map[K]chan struct{}
}

// take waits for a key and returns what gives it back.
func (l *locks[K]) take(ctx context.Context, key K) (release func(), err error) {
	for {
		l.mu.Lock()
		if l.held == nil {
			l.held = make(map[K]chan struct{})
		}
		other, taken := l.held[key]
		if !taken {
			mine := make(chan struct{})
			l.held[key] = mine
			l.mu.Unlock()
			return func() {
				l.mu.Lock()
				delete(l.held, key)
				l.mu.Unlock()
				close(mine)
			}, nil
		}
		l.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// diskError gives trouble with a disk its code.
func diskError(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &chat.Error{Code: chat.CodeDiskFull, Text: op + ": the disk is full", Err: err}
	case errors.Is(err, syscall.EROFS):
		return &chat.Error{Code: chat.CodeReadOnly, Text: op + ": the disk is read-only", Err: err}
	}
	return fmt.Errorf("%s: %w", op, err)
}

// syncDir makes what was made or renamed in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
