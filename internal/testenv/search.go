// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// searchPage is how many messages one question of a script asks for: few, so that pages are turned.
const searchPage = 2

// searchKinds are words of scripts for what messages carry, and one for a kind that nobody knows.
var searchKinds = map[string]zolalv1.SearchKind{
	"pictures": zolalv1.SearchKind_SEARCH_KIND_PICTURES, "gifs": zolalv1.SearchKind_SEARCH_KIND_GIFS,
	"files": zolalv1.SearchKind_SEARCH_KIND_FILES, "links": zolalv1.SearchKind_SEARCH_KIND_LINKS,
	"voice": zolalv1.SearchKind_SEARCH_KIND_VOICE, "music": zolalv1.SearchKind_SEARCH_KIND_MUSIC,
	"wonders": 99,
}

// searches asks for messages until their texts, the newest first, are those after "gets".
func searches(s *stage, l *line) error {
	req := &zolalv1.SearchMessagesRequest{Text: l.words[0], Limit: searchPage}
	words := l.words[1:]
	for len(words) >= 2 && words[0] != "gets" {
		var err error
		switch words[0] {
		case "in":
			req.Chat, err = s.chat(words[1])
		case "by":
			req.Author, err = s.person(words[1])
		case "for":
			req.Kind = searchKinds[words[1]]
		default:
			err = fmt.Errorf("searches \"words\" [in chat] [by somebody] [for kind] gets \"text\" …")
		}
		if err != nil {
			return err
		}
		words = words[2:]
	}
	if l.fails != "" {
		return s.call(l, "Search/Messages", req, new(zolalv1.SearchMessagesResponse))
	}
	want := words[1:]
	return s.until(func() (bool, string) {
		got, err := s.everyPage(l, req)
		if err != nil {
			return false, err.Error()
		}
		return slices.Equal(got, want), fmt.Sprintf("finds %q", got)
	})
}

// everyPage turns the pages of a search and returns the texts of all.
func (s *stage) everyPage(l *line, first *zolalv1.SearchMessagesRequest) (texts []string, err error) {
	if first.GetChat() == 0 {
		return s.everywhere(l, first)
	}
	req := proto.Clone(first).(*zolalv1.SearchMessagesRequest)
	total := uint32(0)
	for {
		resp := new(zolalv1.SearchMessagesResponse)
		if err := s.call(l, "Search/Messages", req, resp); err != nil {
			return nil, err
		}
		total = max(total, resp.GetTotal())
		for _, m := range resp.GetFound() {
			text, err := textNow(m.GetEntry())
			if err != nil {
				return nil, err
			}
			texts = append(texts, text)
		}
		if len(resp.GetCursor()) == 0 {
			break
		}
		req.Cursor = resp.GetCursor()
	}
	if int(total) != len(texts) {
		return nil, fmt.Errorf("%d are counted and %d shown", total, len(texts))
	}
	return texts, nil
}

// everywhere does the same as a program with the Go client.
func (s *stage) everywhere(l *line, req *zolalv1.SearchMessagesRequest) (texts []string, err error) {
	d, err := s.device(l)
	if err != nil {
		return nil, err
	}
	for found, err := range d.client.Search(s.ctx, req) {
		if err != nil {
			return nil, err
		}
		text, err := textNow(found.GetEntry())
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// textNow is the text of a message as it stands today.
func textNow(e *zolalv1.Entry) (string, error) {
	raw := e.GetBody()
	if o := e.GetOverlay(); o != nil {
		raw = o.GetBody()
	}
	m := new(zolalv1.Message)
	err := proto.Unmarshal(raw, m)
	return m.GetText(), err
}

// browses asks for public chats until they are those after "gets".
func browses(s *stage, l *line) error {
	req := &zolalv1.SearchPublicRequest{Text: l.words[0], Limit: 10}
	if l.fails != "" {
		return s.call(l, "Search/Public", req, new(zolalv1.SearchPublicResponse))
	}
	want, err := s.chatsOf(l.words[2:])
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		resp := new(zolalv1.SearchPublicResponse)
		if err := s.call(l, "Search/Public", req, resp); err != nil {
			return false, err.Error()
		}
		var got []uint32
		for _, c := range resp.GetChats() {
			got = append(got, c.GetId())
		}
		return slices.Equal(got, want), fmt.Sprintf("finds %v", got)
	})
}

// leafs asks for the public chats of a kind until they are those after "gets", by pages of two and as a
// program with the Go client.
func leafs(s *stage, l *line) error {
	kinds := map[string]zolalv1.ChatType{
		"groups": zolalv1.ChatType_CHAT_TYPE_GROUP, "channels": zolalv1.ChatType_CHAT_TYPE_CHANNEL,
	}
	kind := kinds[l.words[0]] // another word is a kind that is not listed
	if l.fails != "" {
		req := &zolalv1.DirectoryRequest{Type: kind, Limit: searchPage}
		return s.call(l, "Search/Directory", req, new(zolalv1.DirectoryResponse))
	}
	want, err := s.chatsOf(l.words[2:])
	if err != nil {
		return err
	}
	d, err := s.device(l)
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		paged, err := s.leafed(l, kind)
		if err != nil {
			return false, err.Error()
		}
		var got []uint32
		for listed, err := range d.client.Directory(s.ctx, kind) {
			if err != nil {
				return false, err.Error()
			}
			got = append(got, listed.GetChat().GetId())
		}
		return slices.Equal(got, want) && slices.Equal(paged, want), fmt.Sprintf("sees %v, by pages %v", got, paged)
	})
}

// leafed turns the small pages of the directory.
func (s *stage) leafed(l *line, kind zolalv1.ChatType) (got []uint32, err error) {
	req := &zolalv1.DirectoryRequest{Type: kind, Limit: searchPage}
	for {
		page := new(zolalv1.DirectoryResponse)
		if err := s.call(l, "Search/Directory", req, page); err != nil {
			return nil, err
		}
		for _, listed := range page.GetChats() {
			got = append(got, listed.GetChat().GetId())
		}
		if req.Cursor = page.GetCursor(); len(req.Cursor) == 0 {
			return got, nil
		}
	}
}
