// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // the first frame
	"image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// maxPhotoBytes and maxPixels bound what is decoded: by the bytes there are, and by what they say they
	// become, which is looked at before, and so is how often that is walked over: see visits. Decoding cannot be
	// stopped once it began.
	maxPhotoBytes = 20 << 20
	maxPixels     = 16 << 20
	maxSide       = 1 << 14
	// photoQuality is of a photo that has to be written anew, since it was turned.
	photoQuality = 90
	thumbQuality = 80
)

// Sides are the longest sides of thumbnails of what is sent, and those of photos of accounts and chats. The
// latter are made when they are first asked for.
var (
	Sides         = [...]int{320, 1280}
	PortraitSides = [...]int{160, 640}
)

// Sized reports whether thumbnails of a side are made.
func Sized(side int) bool {
	return slices.Contains(Sides[:], side) || slices.Contains(PortraitSides[:], side)
}

// errNoPhoto says that something is no image that can be a photo.
var errNoPhoto = errors.New("no image that can be a photo")

// images decodes a few at once, and keeps the thumbnails it made; they can be made again at any time.
type images struct {
	dir   string
	slots chan struct{}
	keys  locks[string]
}

func newImages(dir string, at int) *images {
	return &images{dir: dir, slots: make(chan struct{}, max(at, 1))}
}

// pixels are how many an image says it has.
type pixels struct{ Width, Height uint32 }

// imageSize reads the size of an image without decoding it; false where it is none, or larger than is
// decoded.
func imageSize(r io.Reader) (pixels, bool) {
	c, _, err := image.DecodeConfig(r)
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > chat.MaxSide || c.Height > chat.MaxSide {
		return pixels{}, false
	}
	return pixels{uint32(c.Width), uint32(c.Height)}, true
}

// enter waits for a turn to decode.
func (im *images) enter(ctx context.Context) (leave func(), err error) {
	select {
	case im.slots <- struct{}{}:
		return func() { <-im.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// decode decodes an image within bounds. A decoder that panics has met what it was not made for.
func decode(raw []byte) (img image.Image, kind string, err error) {
	c, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || len(raw) > maxPhotoBytes || c.Width < 1 || c.Height < 1 || c.Width > maxSide ||
		c.Height > maxSide || c.Width*c.Height > maxPixels/deep(c.ColorModel) {
		return nil, "", errNoPhoto
	}
	if kind == "jpeg" && visits(raw, c.Width, c.Height) > maxVisits {
		return nil, "", errNoPhoto
	}
	defer func() {
		if recover() != nil {
			img, kind, err = nil, "", errNoPhoto
		}
	}()
	img, kind, err = image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, "", errNoPhoto
	}
	return img, kind, nil
}

// deep is how many times the memory of a usual image one takes.
func deep(m color.Model) int {
	switch m {
	case color.NRGBA64Model, color.RGBA64Model:
		return 2
	}
	return 1
}

// photo is an image made fit to be one.
type photo struct {
	raw           []byte
	mime          string
	width, height uint32
	thumbs        map[int][]byte // by their longest side
}

// makePhoto decodes an image whole, and returns it without anything else in it, and its thumbnails. The
// caller has a turn.
func makePhoto(raw []byte) (p photo, err error) {
	img, kind, err := decode(raw)
	if err != nil {
		return photo{}, err
	}
	ok, turned := false, 1
	switch kind {
	case "jpeg":
		p.mime = "image/jpeg"
		p.raw, turned, ok = stripJPEG(raw)
	case "png":
		p.mime = "image/png"
		p.raw, ok = stripPNG(raw)
	case "webp":
		p.mime = "image/webp"
		p.raw, ok = stripWebP(raw)
	}
	if !ok {
		return photo{}, errNoPhoto
	}
	if turned > 1 {
		img = turn(img, turned)
		if p.raw, err = encode(img, photoQuality); err != nil {
			return photo{}, err
		}
	}
	// What is kept is looked at, not what came.
	c, _, err := image.DecodeConfig(bytes.NewReader(p.raw))
	if err != nil || c.Width != img.Bounds().Dx() || c.Height != img.Bounds().Dy() {
		return photo{}, errNoPhoto
	}
	p.width, p.height = uint32(c.Width), uint32(c.Height)
	p.thumbs = make(map[int][]byte)
	for _, side := range Sides {
		if side > Sides[0] && max(c.Width, c.Height) <= side {
			continue
		}
		if p.thumbs[side], err = encode(scale(img, side), thumbQuality); err != nil {
			return photo{}, err
		}
	}
	return p, nil
}

func encode(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode an image: %w", err)
	}
	return b.Bytes(), nil
}

// scale makes an image no longer than a side, on white, since a JPEG has nothing to see through.
func scale(img image.Image, side int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

// turn turns an image as Exif says it is to be shown.
func turn(img image.Image, how int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if how >= 5 {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := turnedFrom(how, x, y, b.Dx(), b.Dy())
			out.Set(x, y, img.At(b.Min.X+sx, b.Min.Y+sy))
		}
	}
	return out
}

// turnedFrom is where a pixel of the turned image stands in one of w by h.
func turnedFrom(how, x, y, w, h int) (sx, sy int) {
	switch how {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

func (im *images) path(hash chat.Hash, side int) string {
	name := hex.EncodeToString(hash[:])
	return filepath.Join(im.dir, name[:2], name+"-"+strconv.Itoa(side)+".jpg")
}

// keep writes thumbnails. They need not be durable.
func (im *images) keep(hash chat.Hash, thumbs map[int][]byte) error {
	for side, raw := range thumbs {
		path := im.path(hash, side)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path+".new", raw, 0o600); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	return nil
}

// forget removes the thumbnails of a content.
func (im *images) forget(hash chat.Hash) error {
	var errs []error
	for _, side := range append(Sides[:], PortraitSides[:]...) {
		if err := os.Remove(im.path(hash, side)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// thumb returns a thumbnail of a content, made where it is not there yet.
func (s *Service) thumb(ctx context.Context, hash chat.Hash, side int) (Content, error) {
	path := s.images.path(hash, side)
	if c, err := openThumb(path); !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	release, err := s.images.keys.take(ctx, path)
	if err != nil {
		return nil, err
	}
	defer release()
	if c, err := openThumb(path); !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	leave, err := s.images.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var made []byte
	raw, err := s.read(ctx, hash)
	if err == nil {
		made, err = shrink(raw, side)
	}
	if err != nil && !errors.Is(err, errNoPhoto) {
		return nil, err
	}
	if err := s.images.keep(hash, map[int][]byte{side: made}); err != nil {
		s.cfg.Log.Warn("a thumbnail was not kept", "error", err)
	}
	if len(made) == 0 {
		return nil, noPicture()
	}
	return memoryContent{bytes.NewReader(made)}, nil
}

func noPicture() error { return chat.Errorf(chat.CodeNotFound, "there is no picture of it") }

// openThumb opens a thumbnail that was made. An empty one says that none can be made.
func openThumb(path string) (Content, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	if info.Size() == 0 {
		f.Close()
		return nil, noPicture()
	}
	return &fileContent{File: f, size: info.Size()}, nil
}

type memoryContent struct{ *bytes.Reader }

// Close implements io.Closer.
func (memoryContent) Close() error { return nil }

// read reads a content that is small enough to be decoded.
func (s *Service) read(ctx context.Context, hash chat.Hash) ([]byte, error) {
	c, err := s.blobs.Open(ctx, hash)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if c.Size() > maxPhotoBytes {
		return nil, errNoPhoto
	}
	return io.ReadAll(io.LimitReader(c, maxPhotoBytes))
}

// shrink makes a thumbnail. The caller has a turn.
func shrink(raw []byte, side int) ([]byte, error) {
	img, _, err := decode(raw)
	if err != nil {
		return nil, err
	}
	return encode(scale(img, side), thumbQuality)
}
