// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Paths of media.
const (
	uploadPath = media.UploadPath
	mediaPath  = "/media/"
)

func fileMethods() []method {
	return []method{
		call("Files/Get", chat.ScopeSend, getFile),
		call("Files/Access", chat.ScopeRead, mediaAccess),
	}
}

// noMedia is the answer where a server keeps none.
func noMedia() error { return chat.Errorf(chat.CodeNotFound, "this server keeps no media") }

func getFile(ctx context.Context, c *caller, r *zolalv1.FileRequest) (*zolalv1.File, error) {
	if c.cfg.Media == nil {
		return nil, noMedia()
	}
	f, until, err := c.cfg.Media.File(ctx, c.actor.Account, chat.FileID(r.GetFile()))
	if err != nil {
		return nil, err
	}
	return &zolalv1.File{
		Id: string(f.ID), Size: uint64(f.Size), Mime: f.MIME, Name: f.Name, Width: f.Width, Height: f.Height,
		Photo: f.Photo, UntilMs: int64(until),
	}, nil
}

// mediaAccess gives the session its media token.
//
// MEDIA-6
func mediaAccess(ctx context.Context, c *caller, _ *zolalv1.AccessRequest) (*zolalv1.MediaAccess, error) {
	token, err := c.cfg.Accounts.MediaToken(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return &zolalv1.MediaAccess{Token: token}, nil
}

// MediaHandler serves everything below /upload/ and /media/.
func (g *Gateway) MediaHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(uploadPath, g.plainly(g.serveUpload))
	mux.HandleFunc(mediaPath, g.plainly(g.serveMedia))
	return mux
}

// plainly serves what may fail, and answers an error as every call does.
func (g *Gateway) plainly(serve func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set(headerName, headerValue)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		g.timed(h)
		if err := g.guardedServe(w, r, serve); err != nil {
			g.blame(err)
			g.httpError(w, r, err)
		}
	}
}

// guardedServe is guarded for what writes its own answer. One that panics while it does cuts the answer off,
// so that nobody takes it for whole.
func (g *Gateway) guardedServe(
	w http.ResponseWriter, r *http.Request, serve func(http.ResponseWriter, *http.Request) error,
) error {
	defer func() {
		if v := recover(); v != nil {
			if _, ours := v.(runtime.Error); ours || v != http.ErrAbortHandler {
				g.panicked(v)
			}
			panic(http.ErrAbortHandler)
		}
	}()
	return serve(w, r)
}

// crossOrigin lets pages of the addresses in the signed list in, and answers what browsers ask before.
//
// HTTP-5
func (g *Gateway) crossOrigin(
	w http.ResponseWriter, r *http.Request, methods, sent, read string,
) (bool, error) {
	if !g.allowed(r) {
		return false, chat.Errorf(chat.CodeForbidden, "not from a page of another origin")
	}
	h := w.Header()
	if origin := r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", headerName+", Retry-After, "+read)
		h.Add("Vary", "Origin")
	}
	if r.Method != http.MethodOptions {
		return true, nil
	}
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", sent)
	h.Set("Access-Control-Max-Age", "86400")
	return false, nil
}

// serveUpload takes uploads of who may send, within what one may ask.
//
// MEDIA-1
func (g *Gateway) serveUpload(w http.ResponseWriter, r *http.Request) error {
	if g.cfg.Media == nil {
		return noMedia()
	}
	sent, read := media.TusHeaders()
	goOn, err := g.crossOrigin(w, r, "POST, HEAD, PATCH, DELETE", sent+", "+headerLife, read)
	if err != nil {
		return err
	}
	if !goOn {
		g.cfg.Media.ServeOptions(w)
		return nil
	}
	c, err := g.httpCaller(r)
	if err != nil {
		return err
	}
	switch {
	case c.actor.Account == 0:
		return chat.Errorf(chat.CodeUnauthenticated, "uploads need a token")
	case !c.actor.Scopes.Has(chat.ScopeSend):
		return chat.Errorf(chat.CodeScopeMissing, "the token may not send")
	}
	return g.cfg.Media.ServeUpload(w, r, c.actor.Account)
}

// serveMedia answers with media: /media/chat/CHAT/SEQ/PART for who may read the message now,
// /media/photo/account|chat/ID/SEQ/PART for who may see the photo now, and /media/public/HASH/PART of what
// everybody may see.
func (g *Gateway) serveMedia(w http.ResponseWriter, r *http.Request) error {
	if g.cfg.Media == nil {
		return noMedia()
	}
	goOn, err := g.crossOrigin(w, r, "GET, HEAD", "Range, If-Range, If-None-Match",
		"Content-Range, Accept-Ranges, ETag")
	if err != nil {
		return err
	}
	if !goOn {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		return chat.Errorf(chat.CodeBadRequest, "media are fetched by GET")
	}
	path := strings.Split(strings.TrimPrefix(r.URL.Path, mediaPath), "/")
	var v media.Serving
	switch {
	case len(path) == 4 && path[0] == "chat":
		v, err = g.privateMedia(r, path[1], path[2], path[3])
	case len(path) == 5 && path[0] == "photo":
		v, err = g.privatePhoto(r, path[1], path[2], path[3], path[4])
	case len(path) == 3 && path[0] == "public":
		v, err = g.publicMedia(r, path[1], path[2])
	default:
		err = chat.Errorf(chat.CodeNotFound, "no such address")
	}
	if err != nil {
		return err
	}
	return g.cfg.Media.Serve(w, r, v)
}

// privateMedia asks the engine whether whoever asks may read the message, now and at every request, so that
// an address ends when the right does.
//
// MEDIA-6
func (g *Gateway) privateMedia(r *http.Request, room, number, part string) (media.Serving, error) {
	actor, err := g.mediaReader(r)
	if err != nil {
		return media.Serving{}, err
	}
	id, err := strconv.ParseUint(room, 10, 32)
	seq, err2 := strconv.ParseUint(number, 10, 32)
	if err != nil || err2 != nil {
		return media.Serving{}, chat.Errorf(chat.CodeNotFound, "no such address")
	}
	h, err := g.cfg.Engine.Open(r.Context(), actor, chat.ChatID(id).Log(), chat.RightRead)
	if err != nil {
		return media.Serving{}, err
	}
	m, err := h.Media(r.Context(), chat.Seq(seq))
	if err != nil {
		return media.Serving{}, err
	}
	if h.Me().Role == chat.RoleApproached {
		return media.Serving{}, chat.Errorf(chat.CodeRequestPending, "accept it first")
	}
	return servingOf(m, m.Hash, part)
}

// mediaReader is who asks for private media: by the token in the address, or as for any call.
func (g *Gateway) mediaReader(r *http.Request) (chat.Actor, error) {
	from := g.from(r)
	if r.Header.Get("Authorization") != "" {
		c, err := g.httpCaller(r)
		if err != nil {
			return chat.Actor{}, err
		}
		return c.actor, nil
	}
	actor, err := g.cfg.Accounts.AuthenticateMedia(r.Context(), r.URL.Query().Get("key"))
	if err != nil {
		if limit := g.rates.address(from); limit != nil {
			return chat.Actor{}, limit
		}
		return chat.Actor{}, err
	}
	actor.Network = network(from)
	return actor, g.rates.account(actor.Account)
}

// publicMedia answers for what some post of a public channel carries today, and for nothing else. It is not
// counted against anybody: what it answers is cached by who asked.
//
// MEDIA-7
func (g *Gateway) publicMedia(r *http.Request, name, part string) (media.Serving, error) {
	hash, ok := media.ParseHash(name)
	if !ok {
		return media.Serving{}, chat.Errorf(chat.CodeNotFound, "no such address")
	}
	m, err := g.cfg.Engine.PublicMedia(r.Context(), hash)
	if err != nil {
		return media.Serving{}, err
	}
	v, err := servingOf(m, hash, part)
	v.Public = true
	return v, err
}

// servingOf finds a part of media: the content or its poster, whole or as a thumbnail. By the hash of its
// poster, the poster is the content.
func servingOf(m *chat.Media, hash chat.Hash, part string) (media.Serving, error) {
	v := media.Serving{Hash: m.Hash, MIME: m.MIME, Name: m.Name}
	poster := m.Poster != nil && (hash == m.Poster.Hash && hash != m.Hash || part == "poster")
	side, err := strconv.Atoi(part)
	small := err == nil && media.Sized(side)
	if poster || small && m.Poster != nil {
		v = media.Serving{Hash: m.Poster.Hash, MIME: m.Poster.MIME}
	}
	switch {
	case v.Hash == (chat.Hash{}):
	case part == "original", part == "poster" && poster:
		return v, nil
	case small && strings.HasPrefix(v.MIME, "image/"):
		v.Side = side
		return v, nil
	}
	return media.Serving{}, chat.Errorf(chat.CodeNotFound, "no such part")
}

// uploadBytes is how large one upload may be; 0: there are none.
func (g *Gateway) uploadBytes() uint64 {
	if g.cfg.Media == nil {
		return 0
	}
	return uint64(g.cfg.Media.Max())
}
