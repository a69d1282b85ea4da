// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"encoding/binary"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/search"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func searchMethods() []method {
	return []method{
		patient(call("Search/Messages", chat.ScopeRead, searchMessages)),
		patient(call("Search/Public", chat.ScopeRead, searchPublic)),
		call("Search/Directory", chat.ScopeRead, directory),
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

// directoryBytes is the length of a directory's cursor: how many are in the last chat, and its number.
const directoryBytes = 8

func placeIn(raw []byte) (p engine.PublicPlace, err error) {
	switch len(raw) {
	case 0:
		return p, nil
	case directoryBytes:
		p.Members, p.Chat = binary.BigEndian.Uint32(raw), chat.ChatID(binary.BigEndian.Uint32(raw[4:]))
	}
	if p == (engine.PublicPlace{}) {
		return p, &chat.Error{Code: chat.CodeBadRequest, Field: "cursor", Text: "no such cursor"}
	}
	return p, nil
}

func placeOut(p engine.PublicPlace) []byte {
	if p == (engine.PublicPlace{}) {
		return nil
	}
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, p.Members), uint32(p.Chat))
}

// DIR-1
func directory(ctx context.Context, c *caller, r *zolalv1.DirectoryRequest) (
	*zolalv1.DirectoryResponse, error) {
	after, err := placeIn(r.GetCursor())
	if err != nil {
		return nil, err
	}
	page, err := c.cfg.Engine.Directory(ctx, c.actor, engine.PublicAsk{
		Type: chat.ChatType(r.GetType()), After: after, Limit: int(r.GetLimit()),
	})
	if err != nil {
		return nil, err
	}
	out := &zolalv1.DirectoryResponse{Cursor: placeOut(page.Next)}
	for _, row := range page.Rows {
		info := c.info(&engine.ListRow{Chat: row.Chat, Me: row.Me}, nil)
		out.Chats = append(out.Chats, &zolalv1.ListedChat{Chat: info, LastMs: int64(row.At)})
	}
	return out, nil
}
