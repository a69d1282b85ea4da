// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"encoding/binary"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/search"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func searchMethods() []method {
	return []method{
		patient(call("Search/Messages", chat.ScopeRead, searchMessages)),
		patient(call("Search/Public", chat.ScopeRead, searchPublic)),
	}
}

// searcher returns what answers searches.
//
// SEARCH-6
func (c *caller) searcher() (*search.Service, error) {
	if c.cfg.Search == nil {
		return nil, chat.Errorf(chat.CodeSearchOff, "searching is switched off here")
	}
	return c.cfg.Search, nil
}

// cursorBytes is the length of a cursor: time, chat and seq.
const cursorBytes = 16

func cursorOut(p search.Place) []byte {
	if p == (search.Place{}) {
		return nil
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(p.At))
	raw = binary.BigEndian.AppendUint32(raw, uint32(p.Chat))
	return binary.BigEndian.AppendUint32(raw, uint32(p.Seq))
}

func cursorIn(raw []byte) (search.Place, error) {
	if len(raw) == 0 {
		return search.Place{}, nil
	}
	if len(raw) != cursorBytes {
		return search.Place{}, &chat.Error{Code: chat.CodeBadRequest, Field: "cursor", Text: "no such cursor"}
	}
	return search.Place{
		At: chat.Millis(binary.BigEndian.Uint64(raw)), Chat: chat.ChatID(binary.BigEndian.Uint32(raw[8:])),
		Seq: chat.Seq(binary.BigEndian.Uint32(raw[12:])),
	}, nil
}

// kindIn returns a kind that this version knows; the numbers are those of search.Kind.
//
// SEARCH-7
func kindIn(k zolalv1.SearchKind) (search.Kind, error) {
	if _, ok := zolalv1.SearchKind_name[int32(k)]; !ok {
		return 0, &chat.Error{Code: chat.CodeBadRequest, Field: "kind", Text: "no such kind"}
	}
	return search.Kind(k), nil
}

// SEARCH-1
// SEARCH-3
func searchMessages(ctx context.Context, c *caller, r *zolalv1.SearchMessagesRequest) (
	*zolalv1.SearchMessagesResponse, error) {
	s, err := c.searcher()
	if err != nil {
		return nil, err
	}
	before, err := cursorIn(r.GetCursor())
	if err != nil {
		return nil, err
	}
	kind, err := kindIn(r.GetKind())
	if err != nil {
		return nil, err
	}
	found, err := s.Messages(ctx, c.actor, search.Ask{
		Text: r.GetText(), Chat: chat.ChatID(r.GetChat()), Author: chat.AccountID(r.GetAuthor()),
		Since: chat.Millis(r.GetSinceMs()), Until: chat.Millis(r.GetUntilMs()), Before: before,
		Limit: int(r.GetLimit()), Kind: kind,
	})
	if err != nil {
		return nil, err
	}
	out := &zolalv1.SearchMessagesResponse{
		Cursor: cursorOut(found.Next), Total: uint32(found.Total),
		Indexing: found.Progress.Behind(), IndexedPercent: uint32(found.Progress.Percent()),
	}
	var items []chat.Item
	for _, hit := range found.Hits {
		items = append(items, hit.Item)
	}
	entries := wire.ItemsOut(items)
	for i, hit := range found.Hits {
		m := &zolalv1.FoundMessage{Chat: uint32(hit.Chat), Entry: entries[i]}
		for _, at := range hit.Ranges {
			m.Ranges = append(m.Ranges, &zolalv1.FoundRange{Offset: at.Start, Length: at.End - at.Start})
		}
		out.Found = append(out.Found, m)
	}
	out.People, err = c.look(ctx, authors(items)...)
	return out, err
}

// SEARCH-5
func searchPublic(ctx context.Context, c *caller, r *zolalv1.SearchPublicRequest) (
	*zolalv1.SearchPublicResponse, error) {
	s, err := c.searcher()
	if err != nil {
		return nil, err
	}
	rows, err := s.Public(ctx, c.actor, r.GetText(), int(r.GetLimit()))
	if err != nil {
		return nil, err
	}
	out := &zolalv1.SearchPublicResponse{}
	for i := range rows {
		out.Chats = append(out.Chats, c.info(&rows[i], nil))
	}
	return out, nil
}
