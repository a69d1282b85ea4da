// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
)

// Joining copies all parts once more and puts the whole away, which may take longer than a client waits. So
// it is nobody's request: it goes on when its client has gone, which is told of it when it asks again. What
// is made of parts has a name that follows from theirs. By that name it is found while it is made, once it is
// there, and after the server was stopped in between.

// joins are the joinings that are under way, by what they make.
type joins struct {
	mu     sync.Mutex
	all    map[chat.FileID]*joining
	closed bool
	work   sync.WaitGroup
}

// joining is one of them.
type joining struct {
	done chan struct{}
	// What came of it, once it is done: err, and what it panicked with, which is its requests' to bear.
	err      error
	panicked any
}

// close waits for all of them, which are being stopped, and lets no other begin.
func (j *joins) close() {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.work.Wait()
}

// joinedID names what an account makes of parts. Who does not know those cannot know it.
func joinedID(owner chat.AccountID, parts []chat.FileID) chat.FileID {
	sum := sha256.New()
	fmt.Fprintf(sum, "joined by %d", owner)
	for _, id := range parts {
		fmt.Fprintf(sum, " %q", string(id))
	}
	return chat.FileID(base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16]))
}

// Join makes one file of partial uploads, in their order, and forgets those. Whoever asks for it while it is
// done, or was, gets the same file.
//
// MEDIA-2
func (s *Service) Join(ctx context.Context, owner chat.AccountID, n NewUpload) (chat.FileID, error) {
	n.id = joinedID(owner, n.Parts)
	j, err := s.joining(owner, n)
	if err != nil {
		return "", err
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	switch {
	case j.panicked != nil:
		panic(j.panicked)
	case j.err != nil:
		return "", j.err
	}
	return n.id, nil
}

// joining finds the joining of some parts, or begins it.
func (s *Service) joining(owner chat.AccountID, n NewUpload) (*joining, error) {
	s.joins.mu.Lock()
	defer s.joins.mu.Unlock()
	if j, ok := s.joins.all[n.id]; ok {
		return j, nil
	}
	if s.joins.closed {
		return nil, stopping(context.Canceled)
	}
	j := &joining{done: make(chan struct{})}
	if s.joins.all == nil {
		s.joins.all = make(map[chat.FileID]*joining)
	}
	s.joins.all[n.id] = j
	s.joins.work.Go(func() {
		defer func() {
			if j.panicked = recover(); j.panicked != nil {
				s.cfg.Log.Error("joining parts panicked", "stack", string(debug.Stack()))
			}
			s.joins.mu.Lock()
			delete(s.joins.all, n.id)
			s.joins.mu.Unlock()
			close(j.done)
		}()
		if j.err = s.joined(s.life, owner, n); j.err != nil && s.life.Err() != nil {
			j.err = stopping(j.err)
		}
	})
	return j, nil
}

func stopping(err error) error {
	return &chat.Error{Code: chat.CodeUnavailable, Text: "the server is being stopped", Err: err}
}

// joined makes the file that the parts become, where it is not there yet.
func (s *Service) joined(ctx context.Context, owner chat.AccountID, n NewUpload) error {
	is, err := s.Where(ctx, owner, n.id)
	switch {
	case chat.CodeOf(err) == chat.CodeFileGone:
	case err != nil:
		return errors.Join(err, s.await(ctx, owner, n.Parts))
	case is.Offset == is.Length:
		s.dropParts(ctx, owner, n.Parts)
		return nil
	default: // the server was stopped while it was copied
		if err := s.Cancel(ctx, owner, n.id); err != nil {
			return err
		}
	}
	if err := s.Reached(); err != nil {
		return err // each try would copy all of it, for nothing
	}
	if n.Length, err = s.lengthOf(owner, n.Parts); err != nil {
		return err
	}
	if _, err := s.Begin(ctx, owner, n); err != nil {
		return err
	}
	if err := s.joinNew(ctx, owner, n); err != nil {
		return err
	}
	s.dropParts(ctx, owner, n.Parts)
	return nil
}

// lengthOf sums up parts that are whole.
func (s *Service) lengthOf(owner chat.AccountID, parts []chat.FileID) (sum int64, err error) {
	for _, id := range parts {
		one, ok := s.uploads.find(owner, id)
		if !ok {
			return 0, gone()
		}
		st := one.now()
		if !st.Partial || st.Offset != st.Length {
			err = &chat.Error{Code: chat.CodeUploadOffset, Field: "Upload-Concat", Text: "a part is not whole"}
		}
		sum += st.Length
	}
	return sum, err
}

// joinNew fills an upload that was begun for parts, and finishes it. Where it cannot be put away the copy
// goes and the parts wait, unless the server is being stopped: the copy is finished by the next one then.
func (s *Service) joinNew(ctx context.Context, owner chat.AccountID, n NewUpload) error {
	one, ok := s.uploads.find(owner, n.id)
	if !ok {
		return gone()
	}
	ctx, release, err := one.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	parts := s.partsOf(one.now()) // before they are copied: one that is taken back meanwhile is not found later
	if err := s.join(ctx, one); err != nil {
		return errors.Join(err, s.uploads.drop(one))
	}
	err = s.finish(ctx, one, parts)
	if err == nil || s.life.Err() != nil {
		return err
	}
	return errors.Join(err, s.uploads.drop(one), s.await(context.WithoutCancel(ctx), owner, n.Parts))
}

// partsOf are those that an upload is joined of, as far as they are here.
func (s *Service) partsOf(st state) []*upload {
	var out []*upload
	for _, id := range st.Parts {
		if part, ok := s.uploads.find(st.Account, id); ok {
			out = append(out, part)
		}
	}
	return out
}

// join copies the parts into one.
func (s *Service) join(ctx context.Context, one *upload) (err error) {
	in, err := s.intake(one)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.file.Close()) }()
	buf := make([]byte, bufferBytes)
	for _, id := range one.now().Parts {
		f, err := os.Open(s.uploads.data(id))
		if err != nil {
			return gone()
		}
		_, err = io.CopyBuffer(struct{ io.Writer }{in}, untilDone{ctx, f}, buf)
		if err = errors.Join(err, f.Close()); err != nil {
			return diskError("join parts", err)
		}
	}
	if in.at != one.now().Length {
		return gone()
	}
	return in.keep()
}

// dropParts forgets parts that were joined.
func (s *Service) dropParts(ctx context.Context, owner chat.AccountID, parts []chat.FileID) {
	for _, id := range parts {
		if err := s.Cancel(ctx, owner, id); err != nil && chat.CodeOf(err) != chat.CodeFileGone {
			s.cfg.Log.Warn("a part that was joined is left over", "error", err)
		}
	}
}

// await lets parts wait that could be joined and not be put away: their client comes again. It does not make
// them wait for ever.
func (s *Service) await(ctx context.Context, owner chat.AccountID, parts []chat.FileID) error {
	for _, id := range parts {
		one, ok := s.uploads.find(owner, id)
		if !ok {
			continue
		}
		_, release, err := one.hold(ctx)
		if err != nil {
			return err
		}
		st := one.now()
		if now := s.now(); now-st.Created < waitMillis {
			st.Used = now
			err = s.uploads.save(one, st)
		}
		release()
		if err != nil {
			return err
		}
	}
	return nil
}
