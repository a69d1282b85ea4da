// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// maxPublic bounds a page of the directory.
const maxPublic = 50

// PublicAsk asks for a page of the public chats of a type.
type PublicAsk struct {
	Type  chat.ChatType // chat.Group or chat.Channel
	After PublicPlace   // Listed.Next of the page before; the zero PublicPlace begins
	Limit int           // 1–50
}

// Listed is a page of public chats. It may be shorter than was asked for although there is more: who is
// banned from a chat is not shown it.
type Listed struct {
	Rows []PublicRow
	Next PublicPlace // the zero PublicPlace: there is no more
}

// Directory returns public groups or channels, those with the most members first. What has a public name is
// listed, as everybody may find it, read it and see how many are in it by that name anyhow; so it is no
// look-up. Members that come and go between two pages may bring a chat twice or not at all.
//
// DIR-1
// DIR-2
// DIR-3
// DIR-4
func (e *Engine) Directory(ctx context.Context, actor chat.Actor, ask PublicAsk) (Listed, error) {
	switch {
	case actor.May(chat.ScopeRead) != nil:
		return Listed{}, actor.May(chat.ScopeRead)
	case ask.Limit < 1 || ask.Limit > maxPublic:
		return Listed{}, &chat.Error{Code: chat.CodeBadRequest, Field: "limit", Text: "out of range"}
	case ask.Type != chat.Group && ask.Type != chat.Channel:
		return Listed{}, &chat.Error{Code: chat.CodeBadRequest, Field: "type", Text: "a group or a channel"}
	}
	if err := e.pages.Take(actor.Account); err != nil {
		return Listed{}, err
	}
	rows, err := e.store.Public(ctx, PublicQuery{
		Type: ask.Type, Account: actor.Account, After: ask.After, Limit: ask.Limit + 1,
	})
	if err != nil {
		return Listed{}, fmt.Errorf("public chats: %w", err)
	}
	var page Listed
	if len(rows) > ask.Limit {
		rows = rows[:ask.Limit]
		last := rows[ask.Limit-1].Chat
		page.Next = PublicPlace{last.Members, last.ID}
	}
	for _, row := range rows {
		f := chat.Facts{Chat: row.Chat, Actor: row.Me}
		if f.May(chat.RightRead, e.now()) != nil {
			continue
		}
		row.Chat.Photo = published(row.Chat.Photo, row.Chat.Public())
		if row.Last <= floorOf(row.Chat, row.Me) {
			row.Last, row.At = 0, 0
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}
