// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Content is an open content, of which any part can be read.
type Content interface {
	io.ReadSeekCloser
	Size() int64
}

// BlobStore keeps contents by their hashes. A content is put whole, is never changed, and is durable when Put
// returns; putting it again does nothing. What is not there is chat.CodeNotFound. Of one hash there is one
// call of Put or Delete at a time; all else may be called from many goroutines.
type BlobStore interface {
	// Put keeps the content of a file, which stays where it is or becomes what is kept.
	Put(ctx context.Context, hash chat.Hash, size int64, file string) error
	Open(ctx context.Context, hash chat.Hash) (Content, error)
	// Stat returns the size of a content.
	Stat(ctx context.Context, hash chat.Hash) (int64, error)
	// Delete removes a content; one that is not there is no error.
	Delete(ctx context.Context, hash chat.Hash) error
	// List calls each for every content, ascending by its hash.
	List(ctx context.Context, each func(Listed) error) error
	// Tidy removes what calls of Put left behind that never ended and began before a time.
	Tidy(ctx context.Context, before time.Time) error
	// Claim tells who may remove contents: several servers may come to stand on one place, such as a copy of one
	// that is only tried. It is asked each time before contents are removed.
	Claim(ctx context.Context) (Claim, error)
	// Check fails while contents cannot be reached.
	Check(ctx context.Context) error
}

// Claim says who may remove contents.
type Claim struct {
	Whose Whose
	Since time.Time // since when it is this server's; zero: as long as it is there
}

// Whose a place is.
type Whose int

// Whose a place can be.
const (
	ClaimOther Whose = iota // another server's, or another life's of this one
	ClaimTaken              // this server's since a moment ago: it removes nothing yet, another may have won
	ClaimOurs
)

// Listed is a content of a list.
type Listed struct {
	Hash chat.Hash
	Size int64
	Put  time.Time // when it was put last
}

const (
	copyPrefix = "copy-" // of what is not whole yet
	checkDir   = "00"    // one of the directories that contents are in
)

// local keeps contents as files, in directories by the first byte of their hash.
type local struct{ dir string }

// LocalBlobs keeps contents as files below a directory, which it makes.
func LocalBlobs(dir string) (BlobStore, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of contents: %w", err)
	}
	return local{dir}, nil
}

// BlobName is the path of a content below the directory of contents.
func BlobName(h chat.Hash) string {
	name := hex.EncodeToString(h[:])
	return filepath.Join(name[:2], name)
}

func (l local) path(h chat.Hash) string { return filepath.Join(l.dir, BlobName(h)) }

// Put gives the file a second name: a crash leaves both or one, never half a content. What is there already
// is replaced all the same: it may be damaged, and nobody who uploads learns by the time it takes what others
// have. What lists contents by their age is not to take it for left over.
func (l local) Put(_ context.Context, hash chat.Hash, _ int64, file string) error {
	path := l.path(hash)
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return diskError("keep a content", err)
	}
	next := filepath.Join(dir, copyPrefix+filepath.Base(path))
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a crash
		return diskError("keep a content", err)
	}
	err := os.Link(file, next)
	if err != nil {
		err = copyFile(path, file) // another disk, or one without links
	} else if err = os.Rename(next, path); err == nil {
		// Two names of one file are left as they are: it was kept, and the word of it was lost.
		if err = os.Remove(next); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	now := time.Now()
	if err == nil {
		err = errors.Join(os.Chtimes(path, now, now), syncDir(dir), syncDir(l.dir))
	}
	return diskError("keep a content", err)
}

// copyFile writes a copy beside its place and puts it there once it is on disk.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), copyPrefix+"*")
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = os.Rename(out.Name(), to)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(out.Name()))
	}
	return err
}

// Open implements BlobStore.
func (l local) Open(_ context.Context, hash chat.Hash) (Content, error) {
	f, err := os.Open(l.path(hash))
	if err != nil {
		return nil, lost(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, lost(err)
	}
	return &fileContent{File: f, size: info.Size()}, nil
}

func lost(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return chat.Errorf(chat.CodeNotFound, "the content is not here")
	}
	return fmt.Errorf("content: %w", err)
}

type fileContent struct {
	*os.File
	size int64
}

// Size implements Content.
func (c *fileContent) Size() int64 { return c.size }

// Stat implements BlobStore.
func (l local) Stat(_ context.Context, hash chat.Hash) (int64, error) {
	info, err := os.Stat(l.path(hash))
	if err != nil {
		return 0, lost(err)
	}
	return info.Size(), nil
}

// Delete implements BlobStore.
func (l local) Delete(_ context.Context, hash chat.Hash) error {
	err := os.Remove(l.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return diskError("remove a content", err)
}

// List implements BlobStore.
func (l local) List(ctx context.Context, each func(Listed) error) error {
	return filepath.WalkDir(l.dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		h, ok := ParseHash(d.Name())
		if err := ctx.Err(); err != nil || !ok {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it went meanwhile
		}
		if err != nil {
			return err
		}
		return each(Listed{Hash: h, Size: info.Size(), Put: info.ModTime()})
	})
}

// Tidy removes copies that were cut short. It looks at their names alone, among those of all contents.
func (l local) Tidy(ctx context.Context, before time.Time) error {
	names, err := fs.Glob(os.DirFS(l.dir), "*/"+copyPrefix+"*")
	errs := []error{ctx.Err(), err}
	for _, name := range names {
		path := filepath.Join(l.dir, filepath.FromSlash(name))
		if info, err := os.Stat(path); err == nil && info.ModTime().Before(before) {
			errs = append(errs, diskError("tidy up", os.Remove(path)))
		}
	}
	return errors.Join(errs...)
}

// Claim implements BlobStore: whoever has the data directory has the files.
func (local) Claim(context.Context) (Claim, error) { return Claim{Whose: ClaimOurs}, nil }

// Check looks for the directory: its disk may have gone.
func (l local) Check(context.Context) error {
	_, err := os.ReadDir(filepath.Join(l.dir, checkDir))
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(l.dir)
	}
	return diskError("look for the contents", err)
}

// ParseHash reads a hash in hexadecimal.
func ParseHash(s string) (h chat.Hash, ok bool) {
	if len(s) != 2*len(h) {
		return h, false
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err == nil
}

// ErrDamaged says that a content is not what its hash says.
var ErrDamaged = errors.New("the content is damaged")

// Verify reads a content and compares it with its hash: nil, chat.CodeNotFound or ErrDamaged.
func (s *Service) Verify(ctx context.Context, hash chat.Hash, size int64) error {
	c, err := s.blobs.Open(ctx, hash)
	if err != nil {
		return err
	}
	defer c.Close()
	if c.Size() != size {
		return ErrDamaged
	}
	sum := sha256.New()
	if _, err := io.CopyBuffer(sum, untilDone{ctx, c}, make([]byte, bufferBytes)); err != nil {
		return fmt.Errorf("content: %w", err)
	}
	if chat.Hash(sum.Sum(nil)) != hash {
		return ErrDamaged
	}
	return nil
}
