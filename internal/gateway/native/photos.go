// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"net/http"
	"strconv"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func photoMethods() []method {
	return []method{
		later("Photos/Set", chat.ScopeManage, setPhoto),
		later("Photos/Remove", chat.ScopeManage, removePhoto),
		call("Photos/List", chat.ScopeRead, listPhotos),
	}
}

// PHOTO-1
func setPhoto(ctx context.Context, c *caller, r *zolalv1.SetPhotoRequest) (wait[zolalv1.Receipt], error) {
	room := r.GetChat()
	cmd := chat.SetPhoto{Room: room != 0, File: chat.FileID(r.GetFile()), Thumbhash: r.GetThumbhash()}
	if room != 0 {
		return c.beginIn(ctx, room, cmd, r.GetKey())
	}
	return c.beginOwn(ctx, cmd, r.GetKey())
}

// PHOTO-2
func removePhoto(ctx context.Context, c *caller, r *zolalv1.RemovePhotoRequest) (
	wait[zolalv1.Receipt], error) {
	room := r.GetChat()
	cmd := chat.RemovePhoto{Room: room != 0, Seq: chat.Seq(r.GetSeq())}
	if room != 0 {
		return c.beginIn(ctx, room, cmd, r.GetKey())
	}
	return c.beginOwn(ctx, cmd, r.GetKey())
}

// PHOTO-3
func listPhotos(ctx context.Context, c *caller, r *zolalv1.ListPhotosRequest) (
	*zolalv1.ListPhotosResponse, error) {
	all, err := c.cfg.Engine.PhotosOf(ctx, c.actor, chat.AccountID(r.GetAccount()))
	if err != nil {
		return nil, err
	}
	return &zolalv1.ListPhotosResponse{Photos: wire.PhotosOut(all)}, nil
}

// privatePhoto asks the engine, at every request, whether whoever asks may see a photo of an account or a
// chat.
//
// PHOTO-4
func (g *Gateway) privatePhoto(r *http.Request, of, whose, number, part string) (media.Serving, error) {
	actor, err := g.mediaReader(r)
	if err != nil {
		return media.Serving{}, err
	}
	id, err := strconv.ParseUint(whose, 10, 32)
	seq, err2 := strconv.ParseUint(number, 10, 32)
	if err != nil || err2 != nil {
		return media.Serving{}, chat.Errorf(chat.CodeNotFound, "no such address")
	}
	var m *chat.Media
	switch of {
	case "account":
		m, err = g.cfg.Engine.AccountPhoto(r.Context(), actor, chat.AccountID(id), chat.Seq(seq))
	case "chat":
		invite := r.URL.Query().Get("invite")
		m, err = g.cfg.Engine.ChatPhoto(r.Context(), actor, chat.ChatID(id), chat.Seq(seq), invite)
	default:
		err = chat.Errorf(chat.CodeNotFound, "no such address")
	}
	if err != nil {
		return media.Serving{}, err
	}
	return servingOf(m, m.Hash, part)
}
