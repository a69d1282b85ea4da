// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/zolal-im/zolal/internal/chat"
)

// finish makes a file of an upload that is whole: it judges the content, makes a photo of what was uploaded
// for one, puts the content in its place and tells the store. It may be done again after a crash. The caller
// holds the upload.
//
// It goes on when whoever asked has gone: a large content takes longer to be put away than a client waits,
// and would otherwise begin anew each time. It ends with chat.CodeFileGone where the upload, or a part it is
// joined of, is taken back before it is a file, or was already.
//
// Whether the content is here already is seen by nobody: all of it was uploaded, and all of it counts.
func (s *Service) finish(ctx context.Context, one *upload, parts []*upload) (err error) {
	ctx, end := s.lasting(ctx)
	defer end()
	st := one.now()
	for _, each := range append(parts, one) {
		each.finishing(end)
		defer func() {
			if each.finishing(nil) && err != nil {
				err = gone()
			}
		}()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	path := s.uploads.data(st.ID)
	f := File{
		Upload:  chat.Upload{ID: st.ID, Size: st.Length, Name: st.Name},
		Account: st.Account, Length: st.Length, Created: st.Created, Used: s.now(),
	}
	if st.Local {
		f.Length = 0
	}
	if err := hashOf(&f.Hash, st.Sum); err != nil {
		return err
	}
	if err := judge(&f.Upload, path); err != nil {
		return err
	}
	if st.Photo {
		made, err := s.photo(ctx, &f.Upload, path)
		if err != nil {
			return err
		}
		if made != "" {
			defer os.Remove(made)
			path = made
		}
	}
	release, err := s.hashes.take(ctx, f.Hash)
	if err != nil {
		return err
	}
	defer release()
	if err := s.blobs.Put(ctx, f.Hash, f.Size, path); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.cfg.Store.PutFile(ctx, f); err != nil {
		return fmt.Errorf("put a file: %w", err)
	}
	s.count.Add(1)
	s.bytes.Add(f.Size)
	if err := s.uploads.drop(one); err != nil {
		s.cfg.Log.Warn("what an upload left behind stays until the next start", "error", err)
	}
	return nil
}

// lasting makes a context that ends with the Service, and not before.
func (s *Service) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(s.life, cancel)
	return ctx, func() { stop(); cancel() }
}

// hashOf ends the hash of an upload.
func hashOf(to *chat.Hash, sum []byte) error {
	h := sha256.New()
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(sum); err != nil {
		return fmt.Errorf("the hash of an upload: %w", err)
	}
	h.Sum(to[:0])
	return nil
}

// judge says what a content is, by its first bytes; of an image also how large, as it says itself.
//
// MEDIA-5
func judge(u *chat.Upload, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return diskError("judge an upload", err)
	}
	defer f.Close()
	head := make([]byte, sniffBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
		return diskError("judge an upload", err)
	}
	u.MIME = Sniff(head[:n])
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return diskError("judge an upload", err)
	}
	if size, ok := imageSize(io.LimitReader(f, maxPhotoBytes)); ok {
		u.Width, u.Height = size.Width, size.Height
	}
	return nil
}

// photo makes of an image one that holds nothing else: no place, no camera, nothing behind its end. It
// returns the file it made, or none where the upload is no image that can be decoded within bounds: it stays
// a file then, and cannot be sent as a photo.
//
// MEDIA-5
func (s *Service) photo(ctx context.Context, u *chat.Upload, path string) (made string, err error) {
	if u.Size > maxPhotoBytes {
		return "", nil
	}
	leave, err := s.images.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", diskError("make a photo", err)
	}
	p, err := makePhoto(raw)
	if errors.Is(err, errNoPhoto) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	made = path + ".photo"
	if err := writeDurably(made, p.raw); err != nil {
		return "", errors.Join(diskError("make a photo", err), os.Remove(made))
	}
	u.Hash, u.Size, u.MIME = sha256.Sum256(p.raw), int64(len(p.raw)), p.mime
	u.Width, u.Height, u.Photo = p.width, p.height, true
	// A thumbnail that cannot be kept is made again when it is asked for.
	if err := s.images.keep(u.Hash, p.thumbs); err != nil {
		s.cfg.Log.Warn("a thumbnail was not kept", "error", err)
	}
	return made, nil
}
