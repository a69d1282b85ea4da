// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"bytes"
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/preview"
)

// openPreview begins to look at pages; not at all where the operator wants none of it.
func (c *core) openPreview() error {
	if c.cfg.Previews.Off {
		return nil
	}
	out, err := c.cfg.Previews.outside()
	if err != nil {
		return &BadConfigError{Where: "previews_test_root", Err: err}
	}
	c.preview = preview.New(preview.Config{
		Pictures: pictures{c.media}, Outside: out, Account: engine.Allowance(c.cfg.Limits.Preview), Now: c.cfg.Now,
	})
	return nil
}

// card is what the engine asks for a page that a message would show.
func (c *core) card(ctx context.Context, address string) *chat.Preview {
	if c.preview == nil {
		return nil
	}
	return c.preview.Card(ctx, address)
}

// pictures keeps the pictures of pages as what their authors might send.
type pictures struct{ *media.Service }

// Picture implements preview.Pictures.
func (p pictures) Picture(ctx context.Context, owner chat.AccountID, raw []byte) (chat.Upload, error) {
	return p.Adopt(ctx, owner, media.NewUpload{Length: int64(len(raw)), Photo: true}, bytes.NewReader(raw))
}
