// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func linkMethods() []method {
	return []method{patient(call("Links/Preview", chat.ScopeSend, linkPreview))}
}

// PREVIEW-1
// PREVIEW-4
func linkPreview(ctx context.Context, c *caller, r *zolalv1.PreviewRequest) (*zolalv1.LinkPreview, error) {
	if c.cfg.Preview == nil {
		return nil, chat.Errorf(chat.CodeNotFound, "previews are switched off here")
	}
	p, err := c.cfg.Preview.Find(ctx, c.actor.Account, r.GetUrl())
	return wire.PreviewOut(p), err
}
