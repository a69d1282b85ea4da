// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"fmt"
	"iter"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Search finds messages that have all the words of a request, the newest first, and asks for one page after
// the other for as long as the caller goes on. A zero limit is a page of twenty. An error ends it; the server
// answers too many searches of an account with RATE_LIMITED.
func (c *Client) Search(
	ctx context.Context, req *zolalv1.SearchMessagesRequest,
) iter.Seq2[*zolalv1.FoundMessage, error] {
	req = proto.Clone(req).(*zolalv1.SearchMessagesRequest)
	if req.Limit == 0 {
		req.Limit = 20
	}
	return pages(req.Cursor, func(cursor []byte) ([]*zolalv1.FoundMessage, []byte, error) {
		req := proto.Clone(req).(*zolalv1.SearchMessagesRequest)
		req.Cursor = cursor
		page := new(zolalv1.SearchMessagesResponse)
		if err := c.Call(ctx, "Search/Messages", req, page); err != nil {
			return nil, nil, fmt.Errorf("search: %w", err)
		}
		return page.GetFound(), page.GetCursor(), nil
	})
}

// Directory returns the public groups, or the public channels, of the server, those with the most members
// first, and asks for one page after the other for as long as the caller goes on. An error ends it: a server
// without a directory, which ServerInfo tells, answers with UNKNOWN_METHOD. Where members come and go
// meanwhile a chat may come twice or not at all.
func (c *Client) Directory(ctx context.Context, kind zolalv1.ChatType) iter.Seq2[*zolalv1.ListedChat, error] {
	return pages(nil, func(cursor []byte) ([]*zolalv1.ListedChat, []byte, error) {
		req := &zolalv1.DirectoryRequest{Type: kind, Cursor: cursor, Limit: 30}
		page := new(zolalv1.DirectoryResponse)
		if err := c.Call(ctx, "Search/Directory", req, page); err != nil {
			return nil, nil, fmt.Errorf("directory: %w", err)
		}
		return page.GetChats(), page.GetCursor(), nil
	})
}

// pages goes through what page after page has, from a cursor on, until one has no cursor of the next.
func pages[T any](
	from []byte, next func(cursor []byte) (page []T, more []byte, err error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := from; ; {
			page, more, err := next(cursor)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, one := range page {
				if !yield(one, nil) {
					return
				}
			}
			if cursor = more; len(cursor) == 0 {
				return
			}
		}
	}
}
