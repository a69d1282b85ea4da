// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// syncEvery is how many bytes are taken between two times that they are made durable: as many may have to be
	// sent again after a crash.
	syncEvery = 64 << 20
	// bufferBytes is what one upload or one joining of parts holds in memory.
	bufferBytes = 512 << 10
	stateSuffix = ".json"
	dataSuffix  = ".data"
)

// state is what is kept of an unfinished upload, in a file beside its bytes.
type state struct {
	ID      chat.FileID    `json:"id"`
	Account chat.AccountID `json:"account"`
	Length  int64          `json:"length"`
	Offset  int64          `json:"offset"`        // so many bytes are on disk
	Sum     []byte         `json:"sum,omitempty"` // the hash of those, as it goes on
	Name    string         `json:"name,omitempty"`
	Photo   bool           `json:"photo,omitempty"` // to be made fit for a photo
	Partial bool           `json:"partial,omitempty"`
	Local   bool           `json:"local,omitempty"` // the operator's: no part of a share of a day
	Parts   []chat.FileID  `json:"parts,omitempty"` // of which it is joined
	Created chat.Millis    `json:"created"`
	Used    chat.Millis    `json:"used"`
}

// upload is an unfinished upload. Who works on it holds it; its state is written by the holder alone.
type upload struct {
	mu     sync.Mutex
	state  state
	holder *holder
	ended  bool
	taken  bool               // taken back by whom it belongs to
	stop   context.CancelFunc // of what makes a file of it, which goes on when whoever asked has gone
}

// takeBack says that no file is to come of it, and stops what makes one.
func (u *upload) takeBack() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.taken = true
	if u.stop != nil {
		u.stop()
	}
}

// finishing notes what stops it, nil when it is over, and reports whether it was taken back: then it is
// stopped.
func (u *upload) finishing(stop context.CancelFunc) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stop = stop
	if u.taken && stop != nil {
		stop()
	}
	return u.taken
}

// holder is a request that works on an upload. The next one stops it: a connection that was cut is noticed by
// its client before it is here.
type holder struct {
	stop context.CancelFunc
	done chan struct{}
}

func (u *upload) now() state {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.state
}

// hold takes the upload from whoever works on it.
func (u *upload) hold(ctx context.Context) (context.Context, func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	mine := &holder{stop: cancel, done: make(chan struct{})}
	for {
		u.mu.Lock()
		other := u.holder
		if u.ended {
			u.mu.Unlock()
			cancel()
			return nil, nil, gone()
		}
		if other == nil {
			u.holder = mine
			u.mu.Unlock()
			return ctx, func() {
				u.mu.Lock()
				u.holder = nil
				u.mu.Unlock()
				cancel()
				close(mine.done)
			}, nil
		}
		u.mu.Unlock()
		other.stop()
		select {
		case <-other.done:
		case <-ctx.Done():
			cancel()
			return nil, nil, ctx.Err()
		}
	}
}

// uploads are all unfinished uploads.
type uploads struct {
	dir string

	mu  sync.Mutex
	all map[chat.FileID]*upload
}

// openUploads reads what a process before left. Bytes beyond what it says was durable are taken off when the
// upload goes on.
func openUploads(dir string, log *slog.Logger) (*uploads, error) {
	u := &uploads{dir: dir, all: make(map[chat.FileID]*upload)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), stateSuffix)
		if !ok {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		one := &upload{}
		if err := json.Unmarshal(raw, &one.state); err != nil || string(one.state.ID) != id {
			log.Warn("the state of an upload cannot be read; it is dropped", "error", err)
			continue
		}
		u.all[one.state.ID] = one
	}
	for _, e := range entries {
		id, _, _ := strings.Cut(e.Name(), ".")
		if u.all[chat.FileID(id)] == nil {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return nil, err
			}
		}
	}
	return u, nil
}

func (u *uploads) data(id chat.FileID) string { return filepath.Join(u.dir, string(id)+dataSuffix) }

// find returns an upload of an account.
func (u *uploads) find(owner chat.AccountID, id chat.FileID) (*upload, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	one, ok := u.all[id]
	return one, ok && one.now().Account == owner
}

// open counts what an account has under way.
func (u *uploads) open(owner chat.AccountID) (n int, bytes int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, one := range u.all {
		if st := one.now(); st.Account == owner {
			n++
			if len(st.Parts) == 0 { // its parts are counted
				bytes += st.Length
			}
		}
	}
	return n, bytes
}

// figures counts everything under way.
func (u *uploads) figures() (n int, bytes int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, one := range u.all {
		n++
		bytes += one.now().Offset
	}
	return n, bytes
}

// save writes the state of an upload durably. The caller holds it.
func (u *uploads) save(one *upload, st state) error {
	raw, err := json.Marshal(st)
	if err != nil {
		return err
	}
	path := filepath.Join(u.dir, string(st.ID)+stateSuffix)
	if err := writeDurably(path, raw); err != nil {
		return diskError("keep an upload", err)
	}
	one.mu.Lock()
	one.state = st
	one.mu.Unlock()
	return nil
}

// writeDurably puts a file in the place of the one before.
func writeDurably(path string, raw []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return err
}

// drop forgets an upload and its bytes. The caller holds it, or nobody knows it yet.
func (u *uploads) drop(one *upload) error {
	id := one.now().ID
	u.mu.Lock()
	delete(u.all, id)
	u.mu.Unlock()
	one.mu.Lock()
	one.ended = true
	one.mu.Unlock()
	var errs []error
	for _, end := range []string{stateSuffix, dataSuffix} {
		if err := os.Remove(filepath.Join(u.dir, string(id)+end)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// NewUpload is what somebody wants to upload.
type NewUpload struct {
	Length  int64
	Name    string
	Photo   bool
	Partial bool
	Parts   []chat.FileID // joins these
	local   bool
	id      chat.FileID // default: a new one
}

// Begin makes an upload of an account.
//
// MEDIA-1
func (s *Service) Begin(ctx context.Context, owner chat.AccountID, n NewUpload) (chat.FileID, error) {
	id, err := s.begin(ctx, owner, n)
	return id, s.counts.refuse(err)
}

func (s *Service) begin(ctx context.Context, owner chat.AccountID, n NewUpload) (chat.FileID, error) {
	switch {
	case n.Length < 1:
		return "", &chat.Error{Code: chat.CodeBadRequest, Field: "Upload-Length",
			Text: "there is nothing to upload"}
	case n.Length > s.cfg.Max:
		return "", &chat.Error{Code: chat.CodeTooLarge, Field: "Upload-Length",
			Text: fmt.Sprintf("an upload has at most %d bytes", s.cfg.Max)}
	}
	if err := s.cfg.Full(); err != nil {
		return "", err
	}
	if n.id == "" {
		n.id = newID()
	}
	now := s.now()
	one := &upload{state: state{
		ID: n.id, Account: owner, Length: n.Length, Name: chat.FileName(n.Name), Photo: n.Photo,
		Partial: n.Partial, Parts: n.Parts, Local: n.local, Created: now, Used: now,
	}}
	st := one.state
	// It counts from here on, so that of two begun at once both are counted.
	s.uploads.mu.Lock()
	s.uploads.all[st.ID] = one
	s.uploads.mu.Unlock()
	var err error
	if !n.local {
		err = s.share(ctx, owner, now)
	}
	if err == nil {
		err = diskError("begin an upload", os.WriteFile(s.uploads.data(st.ID), nil, 0o600))
	}
	if err == nil {
		err = s.uploads.save(one, st)
	}
	if err != nil {
		return "", errors.Join(err, s.uploads.drop(one))
	}
	return st.ID, nil
}

// Adopt takes in a file that lies on this machine, in the name of an account: what an operator imports. It
// counts among what the account keeps, not among what it uploads in a day.
func (s *Service) Adopt(ctx context.Context, owner chat.AccountID, n NewUpload, from io.Reader) (
	chat.Upload, error) {
	n.local, n.Partial, n.Parts = true, false, nil
	id, err := s.Begin(ctx, owner, n)
	if err != nil {
		return chat.Upload{}, err
	}
	at, err := s.Append(ctx, owner, id, Part{Body: io.LimitReader(from, n.Length)})
	if err == nil && at < n.Length {
		err = fmt.Errorf("a file of %d bytes ended after %d", n.Length, at)
	}
	if err != nil {
		return chat.Upload{}, errors.Join(err, s.Cancel(context.WithoutCancel(ctx), owner, id))
	}
	return s.Upload(ctx, owner, id)
}

// newID makes a name that nobody guesses.
func newID() chat.FileID {
	var raw [16]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	return chat.FileID(base64.RawURLEncoding.EncodeToString(raw[:]))
}

const (
	dayMillis = chat.Millis(24 * 60 * 60 * 1000)
	// waitMillis is how long what arrived waits for a place that is away, beyond what any upload does.
	waitMillis = 6 * dayMillis
)

// share refuses an account that has used up what it may. Everybody's bytes count the same, whoever else has
// sent the same content.
//
// MEDIA-3
func (s *Service) share(ctx context.Context, owner chat.AccountID, now chat.Millis) error {
	n, open := s.uploads.open(owner)
	if n > maxOpen {
		return &chat.Error{Code: chat.CodeTooMany, Text: "too many uploads are under way"}
	}
	if s.cfg.DayBytes > 0 {
		today := now - now%dayMillis
		used, err := s.cfg.Store.Uploaded(ctx, owner, today)
		if err != nil {
			return fmt.Errorf("what was uploaded today: %w", err)
		}
		if used+open > s.cfg.DayBytes {
			return &chat.Error{Code: chat.CodeMediaQuota, Retry: today + dayMillis - now,
				Text: "the account has uploaded its share of today"}
		}
	}
	if s.cfg.AccountBytes > 0 {
		used, err := s.cfg.Store.Carried(ctx, owner)
		if err != nil {
			return fmt.Errorf("what an account's messages carry: %w", err)
		}
		if used+open > s.cfg.AccountBytes {
			return &chat.Error{Code: chat.CodeMediaQuota, Text: "the account keeps as much as it may"}
		}
	}
	return nil
}

// Progress is where an upload is.
type Progress struct {
	Offset  int64
	Length  int64
	Partial bool
	Parts   []chat.FileID
}

// Where tells how much of an upload has arrived for good, after it has stopped whoever works on it. One that
// is whole but was not finished, since the server crashed or the disk was full, is finished now; where that
// is being done, its end is waited for.
func (s *Service) Where(ctx context.Context, owner chat.AccountID, id chat.FileID) (Progress, error) {
	one, ok := s.uploads.find(owner, id)
	if !ok {
		return s.ended(ctx, owner, id)
	}
	held, release, err := one.hold(ctx)
	if chat.CodeOf(err) == chat.CodeFileGone {
		return s.ended(ctx, owner, id) // whoever held it made a file of it, or dropped it
	}
	if err != nil {
		return Progress{}, err
	}
	defer release()
	st := one.now()
	if st.whole() {
		err := s.finish(held, one, s.partsOf(st))
		if len(st.Parts) > 0 && chat.CodeOf(err) == chat.CodeFileGone {
			err = errors.Join(err, s.uploads.drop(one)) // nobody knows of it but by its parts
		}
		if err != nil {
			return Progress{}, err
		}
	}
	return Progress{Offset: st.Offset, Length: st.Length, Partial: st.Partial, Parts: st.Parts}, nil
}

// ended tells of an upload that is none any more: of a file all has arrived.
func (s *Service) ended(ctx context.Context, owner chat.AccountID, id chat.FileID) (Progress, error) {
	f, _, err := s.File(ctx, owner, id)
	return Progress{Offset: f.Length, Length: f.Length}, err
}

// whole reports whether everything has arrived of what becomes a file.
func (st state) whole() bool { return st.Offset == st.Length && !st.Partial }

// over reports whether nobody went on with an upload since a time. One that is whole waits longer: it is
// where it is because its content could not be put away. What was joined of parts does not, since only they
// are known.
func (st state) over(before chat.Millis) bool {
	if st.whole() && len(st.Parts) == 0 {
		before -= waitMillis
	}
	return st.Used < before
}

// Cancel ends an unfinished upload, also one whose content is being put away, and with a part what it is
// being joined to. What is a file by then stays one.
func (s *Service) Cancel(ctx context.Context, owner chat.AccountID, id chat.FileID) error {
	one, ok := s.uploads.find(owner, id)
	if !ok {
		return gone()
	}
	one.takeBack()
	_, release, err := one.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	return s.uploads.drop(one)
}

// Part is some bytes of an upload.
type Part struct {
	Offset int64
	Body   io.Reader
	// Interrupt makes a read of Body fail that waits.
	Interrupt func()
	// Check and Want are a hash of the part and what it should be; nil: it is taken as it comes.
	Check hash.Hash
	Want  []byte
}

// Append adds a part and returns how much there is for good now. What arrived before a cut is kept, unless
// the part has a checksum. Where that was all, the file is finished when it returns.
//
// MEDIA-1
func (s *Service) Append(ctx context.Context, owner chat.AccountID, id chat.FileID, p Part) (int64, error) {
	one, ok := s.uploads.find(owner, id)
	if !ok {
		return 0, gone()
	}
	ctx, release, err := one.hold(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	st := one.now()
	if p.Offset != st.Offset || len(st.Parts) > 0 {
		return st.Offset, &chat.Error{Code: chat.CodeUploadOffset, Field: "Upload-Offset",
			Text: fmt.Sprintf("the upload is at %d", st.Offset)}
	}
	if err := s.cfg.Full(); err != nil {
		return st.Offset, err
	}
	if p.Interrupt != nil {
		defer context.AfterFunc(ctx, p.Interrupt)()
	}
	err = s.take(ctx, one, p)
	if err == nil && one.now().whole() {
		err = s.finish(ctx, one, nil)
	}
	return one.now().Offset, err
}

// intake is a part on its way to disk.
type intake struct {
	*Service
	one   *upload
	file  *os.File
	sum   hash.Hash // nil: of partial uploads, which are hashed when they are joined
	at    int64     // beyond what is durable
	saved int64
}

func (s *Service) intake(one *upload) (*intake, error) {
	st := one.now()
	in := &intake{Service: s, one: one, at: st.Offset, saved: st.Offset}
	if !st.Partial {
		in.sum = sha256.New()
		if len(st.Sum) > 0 {
			if err := in.sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(st.Sum); err != nil {
				return nil, fmt.Errorf("the hash of an upload: %w", err)
			}
		}
	}
	f, err := os.OpenFile(s.uploads.data(st.ID), os.O_WRONLY, 0o600)
	if err != nil {
		return nil, diskError("go on with an upload", err)
	}
	in.file = f
	// What a crash left beyond what is durable may be anything.
	if err = f.Truncate(st.Offset); err == nil {
		_, err = f.Seek(st.Offset, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, diskError("go on with an upload", err)
	}
	return in, nil
}

// Write adds bytes.
func (in *intake) Write(b []byte) (int, error) {
	n, err := in.file.Write(b)
	in.at += int64(n)
	if in.sum != nil {
		in.sum.Write(b[:n])
	}
	return n, err
}

// keep makes what was added durable.
func (in *intake) keep() error {
	if in.at == in.saved {
		return nil
	}
	if err := in.file.Sync(); err != nil {
		return diskError("keep an upload", err)
	}
	st := in.one.now()
	st.Offset, st.Used = in.at, in.now()
	if in.sum != nil {
		var err error
		if st.Sum, err = in.sum.(encoding.BinaryMarshaler).MarshalBinary(); err != nil {
			return fmt.Errorf("the hash of an upload: %w", err)
		}
	}
	if err := in.uploads.save(in.one, st); err != nil {
		return err
	}
	in.saved = in.at
	return nil
}

// take reads a part to disk.
func (s *Service) take(ctx context.Context, one *upload, p Part) (err error) {
	in, err := s.intake(one)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.file.Close()) }()
	left := one.now().Length - in.at
	buf := make([]byte, bufferBytes)
	for {
		n, readErr := readSome(p.Body, buf)
		if int64(n) > left {
			more := &chat.Error{Code: chat.CodeTooLarge, Text: "more than the upload's length"}
			return errors.Join(more, in.done(p))
		}
		left -= int64(n)
		if p.Check != nil {
			p.Check.Write(buf[:n])
		}
		n, err := in.Write(buf[:n])
		s.counts.taken.Add(uint64(n))
		if err != nil {
			return errors.Join(diskError("take an upload", err), in.done(p))
		}
		switch {
		case readErr == io.EOF:
			return in.whole(p)
		case readErr != nil:
			return errors.Join(cut(ctx, readErr), in.done(p))
		}
		if p.Check == nil && in.at-in.saved >= syncEvery {
			if err := errors.Join(in.keep(), s.cfg.Full()); err != nil {
				return err
			}
		}
	}
}

// readSome fills as much of a buffer as is worth a write.
func readSome(r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	return n, err
}

func cut(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &chat.Error{Code: chat.CodeUnavailable, Text: "the upload goes on elsewhere", Err: err}
	}
	return &chat.Error{Code: chat.CodeBadFrame, Text: "the upload was cut", Err: err}
}

// done keeps what arrived of a part that did not arrive whole; of one with a checksum that is nothing.
func (in *intake) done(p Part) error {
	if p.Check != nil {
		return nil
	}
	return in.keep()
}

// whole keeps a part that arrived whole.
//
// MEDIA-2
func (in *intake) whole(p Part) error {
	if p.Check != nil && string(p.Check.Sum(nil)) != string(p.Want) {
		return &chat.Error{Code: chat.CodeChecksumWrong, Text: "the part is not what was sent"}
	}
	return in.keep()
}

// untilDone reads until a context ends.
type untilDone struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Reader.Read(p)
}
