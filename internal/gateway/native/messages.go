// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// wait is how the answer of a pipelined write is got.
type wait[A any] = func(context.Context) (*A, error)

func messageMethods() []method {
	return []method{
		later("Messages/Send", chat.ScopeSend, send),
		ordered(call("Messages/Forward", chat.ScopeSend, forward)),
		later("Messages/Edit", chat.ScopeSend, edit),
		later("Messages/Delete", chat.ScopeSend, remove),
		later("Messages/Pin", chat.ScopeSend, pin),
		call("Messages/Read", chat.ScopeRead, read),
		call("Messages/Page", chat.ScopeRead, page),
		call("Messages/Get", chat.ScopeRead, get),
		call("Messages/Changes", chat.ScopeRead, changes),
	}
}

// send writes a message. That the writer has read up to somewhere is noted beside, and never fails it.
//
// SEND-2
func send(ctx context.Context, c *caller, r *zolalv1.SendRequest) (wait[zolalv1.Receipt], error) {
	album, err := wire.AlbumIn(r.GetAlbum())
	if err != nil {
		return nil, err
	}
	done, err := c.beginIn(ctx, r.GetChat(), chat.Send{
		Text: r.GetText(), Entities: wire.EntitiesIn(r.GetEntities()), Reply: wire.ReplyIn(r.GetReply()),
		Silent: r.GetSilent(), Media: wire.NewMediaIn(r.GetMedia()), Album: album, Preview: r.GetPreview(),
	}, r.GetKey())
	if err == nil && r.GetReadSeq() > 0 {
		c.waits.run(func() {
			err := c.cfg.Engine.NoteRead(c.ctx, c.actor, chat.ChatID(r.GetChat()), chat.Seq(r.GetReadSeq()))
			if chat.CodeOf(err) == chat.CodeInternal {
				c.cfg.Log.Warn("a read mark was not written", "error", err)
			}
		})
	}
	return done, err
}

func edit(ctx context.Context, c *caller, r *zolalv1.EditRequest) (wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.Edit{
		Target: chat.Seq(r.GetTarget()), Text: r.GetText(), Entities: wire.EntitiesIn(r.GetEntities()),
		Preview: r.GetPreview(),
	}, r.GetKey())
}

func remove(ctx context.Context, c *caller, r *zolalv1.DeleteRequest) (wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.Delete{Targets: wire.SeqsIn(r.GetTargets())}, r.GetKey())
}

func pin(ctx context.Context, c *caller, r *zolalv1.PinRequest) (wait[zolalv1.Receipt], error) {
	return c.beginIn(ctx, r.GetChat(), chat.SetPin{
		Target: chat.Seq(r.GetTarget()), Unpin: r.GetUnpin(), Silent: r.GetSilent(),
	}, r.GetKey())
}

// forward copies messages. If one of them is refused the call is; those before it are stored, and a retry
// under the same keys does not double them.
func forward(ctx context.Context, c *caller, r *zolalv1.ForwardRequest) (*zolalv1.ForwardResponse, error) {
	f := engine.Forward{
		From: chat.ChatID(r.GetFromChat()), Seqs: wire.SeqsIn(r.GetSeqs()), To: chat.ChatID(r.GetToChat()),
		HideSource: r.GetHideSource(), Silent: r.GetSilent(),
	}
	if len(r.GetKeys()) != len(r.GetSeqs()) {
		return nil, &chat.Error{Code: chat.CodeBadRequest, Field: "keys", Text: "one key for each message"}
	}
	for _, raw := range r.GetKeys() {
		k, err := clientKey(raw)
		if err != nil {
			return nil, err
		}
		f.Keys = append(f.Keys, k)
	}
	receipts, errs := c.cfg.Engine.Forward(ctx, c.actor, f)
	out := &zolalv1.ForwardResponse{}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	for _, rc := range receipts {
		out.Receipts = append(out.Receipts, receipt(rc))
	}
	return out, nil
}

// reader opens the log of a chat for reading.
func (c *caller) reader(ctx context.Context, room uint32) (*engine.Handle, error) {
	return c.cfg.Engine.Open(ctx, c.actor, chat.ChatID(room).Log(), chat.RightRead)
}

// read goes forward from a cursor.
//
// SYNC-4
func read(ctx context.Context, c *caller, r *zolalv1.ReadRequest) (*zolalv1.ReadResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	res, err := h.Read(ctx, chat.Seq(r.GetAfter()), int(r.GetLimit()))
	if err != nil {
		return nil, err
	}
	people, err := c.lookIn(ctx, h, authors(res.Items))
	if err != nil {
		return nil, err
	}
	return &zolalv1.ReadResponse{
		Entries: wire.ItemsOut(res.Items), Head: wire.HeadOut(res.Head), People: people,
	}, nil
}

func page(ctx context.Context, c *caller, r *zolalv1.PageRequest) (*zolalv1.PageResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	p, err := h.Page(ctx, engine.PageQuery{
		Before: chat.Seq(r.GetBefore()), Around: chat.Seq(r.GetAround()), At: chat.Millis(r.GetAtMs()),
		Number: r.GetNumber(), Limit: int(r.GetLimit()),
	})
	if err != nil {
		return nil, err
	}
	people, err := c.lookIn(ctx, h, authors(p.Items, p.Related))
	if err != nil {
		return nil, err
	}
	return &zolalv1.PageResponse{
		Entries: wire.ItemsOut(p.Items), Head: wire.HeadOut(p.Head), Related: wire.ItemsOut(p.Related),
		People: people, PeerReadSeq: uint32(p.PeerRead),
	}, nil
}

func get(ctx context.Context, c *caller, r *zolalv1.GetRequest) (*zolalv1.GetResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	items, err := h.Get(ctx, wire.SeqsIn(r.GetSeqs()))
	if err != nil {
		return nil, err
	}
	people, err := c.lookIn(ctx, h, authors(items))
	if err != nil {
		return nil, err
	}
	return &zolalv1.GetResponse{Entries: wire.ItemsOut(items), People: people}, nil
}

func changes(ctx context.Context, c *caller, r *zolalv1.ChangesRequest) (*zolalv1.ChangesResponse, error) {
	h, err := c.reader(ctx, r.GetChat())
	if err != nil {
		return nil, err
	}
	ch, err := h.Changes(ctx, chat.Seq(r.GetAfter()))
	if err != nil {
		return nil, err
	}
	return &zolalv1.ChangesResponse{
		Targets: wire.SeqsOut(ch.Targets), DropCache: ch.Drop, Head: wire.HeadOut(ch.Head),
	}, nil
}
