// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// mentionable takes out of a command the mentions of accounts that are not in the chat: their text stays,
// and nobody is called from outside.
func (e *Engine) mentionable(ctx context.Context, room chat.ChatID, cmd chat.Command) (chat.Command, error) {
	var err error
	switch c := cmd.(type) {
	case chat.Send:
		c.Entities, err = e.membersOnly(ctx, room, c.Entities)
		return c, err
	case chat.Edit:
		c.Entities, err = e.membersOnly(ctx, room, c.Entities)
		return c, err
	}
	return cmd, nil
}

func (e *Engine) membersOnly(ctx context.Context, room chat.ChatID, entities []chat.Entity) (
	[]chat.Entity, error) {
	mentions := func(en chat.Entity) bool { return en.Kind == chat.EntityTextMention && en.Account != 0 }
	if len(entities) > chat.MaxEntities || !slices.ContainsFunc(entities, mentions) {
		return entities, nil // too many are refused for their number
	}
	kept := make([]chat.Entity, 0, len(entities))
	for _, en := range entities {
		if mentions(en) {
			f, err := e.store.Facts(ctx, room, en.Account, 0)
			if err != nil {
				return nil, fmt.Errorf("facts of a mentioned account: %w", err)
			}
			if !f.Actor.Role.In() {
				continue
			}
		}
		kept = append(kept, en)
	}
	return kept, nil
}
