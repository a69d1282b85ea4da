// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// fillFiles resolves the uploads that a command names. Those that are not the actor's are not there.
func (e *Engine) fillFiles(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	f.Files = make(map[chat.FileID]chat.Upload, len(n.Files))
	for _, id := range n.Files {
		u, err := e.cfg.File(ctx, r.actor.Account, id)
		switch {
		case chat.CodeOf(err) == chat.CodeFileGone:
		case err != nil:
			return fmt.Errorf("file: %w", err)
		default:
			f.Files[id] = u
		}
	}
	return nil
}

// fillCard finds what is known of a page that a message would show.
func (e *Engine) fillCard(ctx context.Context, _ request, n chat.Needs, f *chat.Facts) error {
	f.Card = e.cfg.Card(ctx, n.Preview)
	return nil
}

// Media returns what an entry of the handle's log carries today, to somebody who may read it now, or
// chat.CodeNotFound. What a stranger wrote carries nothing that could be shown before it is accepted.
//
// MEDIA-6
func (h *Handle) Media(ctx context.Context, seq chat.Seq) (*chat.Media, error) {
	items, err := h.Get(ctx, []chat.Seq{seq})
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		m, err := h.engine.mediaOf(it)
		if err != nil {
			return nil, err
		}
		if m != nil {
			return m, nil
		}
	}
	return nil, chat.Errorf(chat.CodeNotFound, "%s has no media at %d", h.log, seq)
}

// mediaOf returns what an item carries today, nil where it carries nothing.
func (e *Engine) mediaOf(it chat.Item) (*chat.Media, error) {
	if it.Env.Kind != chat.KindMessage && it.Env.Kind != chat.KindChatPhoto {
		return nil, nil
	}
	body, err := e.bodyOf(it)
	if err != nil {
		return nil, err
	}
	switch b := body.(type) {
	case *chat.Message:
		if b.Media == nil {
			return b.Preview.AsMedia(), nil
		}
		return b.Media, nil
	case *chat.Photo:
		return b.Media(), nil
	}
	return nil, nil
}

// maxCarriers bounds how many posts are looked at for one content.
const maxCarriers = 8

// PublicMedia returns media of a content that a post of a public channel carries today, or by which a public
// chat or an account is shown to everybody, or chat.CodeNotFound:
// whether anybody else has the content cannot be learnt here. Anybody may ask, since anybody may read what is
// looked at.
//
// MEDIA-7
func (e *Engine) PublicMedia(ctx context.Context, hash chat.Hash) (*chat.Media, error) {
	carriers, err := e.store.Carriers(ctx, hash, maxCarriers)
	if err != nil {
		return nil, fmt.Errorf("carriers: %w", err)
	}
	for _, c := range carriers {
		h, err := e.Open(ctx, chat.Actor{Scopes: chat.ScopeRead}, c.Log, chat.RightRead)
		if err != nil {
			continue // it was public a moment ago
		}
		m, err := h.Media(ctx, c.Seq)
		switch {
		case chat.CodeOf(err) == chat.CodeNotFound:
		case err != nil:
			return nil, err
		default:
			return m, nil
		}
	}
	return e.portrait(ctx, hash)
}

// Contents returns what any entry carries, in the order of the hashes: for who looks after what is kept.
func (e *Engine) Contents(ctx context.Context, after chat.Hash, limit int) ([]Content, error) {
	all, err := e.store.Contents(ctx, after, limit)
	if err != nil {
		return nil, fmt.Errorf("contents: %w", err)
	}
	return all, nil
}
