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
	return func(yield func(*zolalv1.FoundMessage, error) bool) {
		req := proto.Clone(req).(*zolalv1.SearchMessagesRequest)
		if req.Limit == 0 {
			req.Limit = 20
		}
		for {
			page := new(zolalv1.SearchMessagesResponse)
			if err := c.Call(ctx, "Search/Messages", req, page); err != nil {
				yield(nil, fmt.Errorf("search: %w", err))
				return
			}
			for _, found := range page.GetFound() {
				if !yield(found, nil) {
					return
				}
			}
			if req.Cursor = page.GetCursor(); len(req.Cursor) == 0 {
				return
			}
		}
	}
}

// Directory returns the public groups, or the public channels, of the server, those with the most members
// first, and asks for one page after the other for as long as the caller goes on. An error ends it: a server
// without a directory, which ServerInfo tells, answers with UNKNOWN_METHOD. Where members come and go
// meanwhile a chat may come twice or not at all.
func (c *Client) Directory(ctx context.Context, kind zolalv1.ChatType) iter.Seq2[*zolalv1.ListedChat, error] {
	return func(yield func(*zolalv1.ListedChat, error) bool) {
		req := &zolalv1.DirectoryRequest{Type: kind, Limit: 30}
		for {
			page := new(zolalv1.DirectoryResponse)
			if err := c.Call(ctx, "Search/Directory", req, page); err != nil {
				yield(nil, fmt.Errorf("directory: %w", err))
				return
			}
			for _, listed := range page.GetChats() {
				if !yield(listed, nil) {
					return
				}
			}
			if req.Cursor = page.GetCursor(); len(req.Cursor) == 0 {
				return
			}
		}
	}
}
