// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"encoding/hex"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Serving is what a request gets, after the engine has said that it may.
type Serving struct {
	Hash   chat.Hash
	MIME   string
	Name   string
	Side   int  // longest side of a thumbnail; 0: the content itself
	Public bool // whoever caches it may keep it for ever
}

// How long answers are kept. What is public is named by its content, so it never changes. What is private is
// kept for nobody else, and asked for again each time: what is still there and may be seen is told by its
// ETag and not sent again, and what was deleted, or is in a chat that was left, is shown no more.
const (
	cachedPublic  = "public, max-age=31536000, immutable"
	cachedPrivate = "private, no-cache"
)

// policy lets a page that a browser makes around a picture or a video show that, and nothing else.
const policy = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"

// Serve answers with a content or a part of it. Whatever it is, a browser runs nothing of it.
//
// MEDIA-9
func (s *Service) Serve(w http.ResponseWriter, r *http.Request, v Serving) error {
	c, err := s.open(r.Context(), v)
	if err != nil {
		return err
	}
	defer c.Close()
	h := w.Header()
	as, inline := Safe(v.MIME)
	tag := hex.EncodeToString(v.Hash[:])
	if v.Side > 0 {
		as, inline = "image/jpeg", true
		tag += "-" + strconv.Itoa(v.Side)
	}
	h.Set("Content-Type", as)
	h.Set("Content-Disposition", disposition(inline, v.Name))
	h.Set("ETag", `"`+tag+`"`)
	h.Set("Cache-Control", cachedPrivate)
	if v.Public {
		h.Set("Cache-Control", cachedPublic)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Referrer-Policy", "no-referrer")
	http.ServeContent(outgoing{w, &s.counts}, r, "", time.Time{}, sendable(c))
	return nil
}

func (s *Service) open(ctx context.Context, v Serving) (Content, error) {
	if v.Side > 0 {
		return s.thumb(ctx, v.Hash, v.Side)
	}
	return s.blobs.Open(ctx, v.Hash)
}

// disposition says whether a browser shows a content or saves it, and under which name.
func disposition(inline bool, name string) string {
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	if name = chat.FileName(name); name == "" {
		return kind
	}
	if s := mime.FormatMediaType(kind, map[string]string{"filename": name}); s != "" {
		return s
	}
	return kind
}
