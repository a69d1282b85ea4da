// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func now() time.Time { return time.Now() }

// row asks for the chat list as a fresh device does, and returns one row of it.
func (s *stage) row(l *line, chat string) (*zolalv1.ChatState, error) {
	id, err := s.chat(chat)
	if err != nil {
		return nil, err
	}
	resp := new(zolalv1.SyncResponse)
	if err := s.call(l, "Sync/Sync", &zolalv1.SyncRequest{Limit: 1000}, resp); err != nil {
		return nil, err
	}
	for _, c := range resp.GetChats() {
		if c.GetChat().GetId() == id {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%s is not in the chat list", chat)
}

// untilRow waits until a row of the chat list satisfies a condition.
func (s *stage) untilRow(l *line, holds func(*zolalv1.ChatState) (bool, string)) error {
	return s.until(func() (bool, string) {
		row, err := s.row(l, l.words[0])
		if err != nil {
			return false, err.Error()
		}
		return holds(row)
	})
}

func sees(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	d.follow(s.ctx, id)
	want := l.words[1:]
	var refused error
	err = s.until(func() (bool, string) {
		got, ferr := d.texts(id)
		if ferr != nil {
			refused = ferr
			return true, ""
		}
		return slices.Equal(got, want), fmt.Sprintf("sees %q", got)
	})
	if refused != nil {
		return refused
	}
	return err
}

func shows(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	d.follow(s.ctx, n.chat)
	return s.until(func() (bool, string) {
		r := d.shown(n)
		switch {
		case r == nil:
			return false, "does not have it"
		case l.words[1] == "gone":
			return r.gone, fmt.Sprintf("still shows %q", r.text)
		}
		edited := len(l.words) > 2 && l.words[2] == "edited"
		return !r.gone && r.text == l.words[1] && r.edited == edited, fmt.Sprintf("shows %+v", *r)
	})
}

func unread(s *stage, l *line) error {
	return s.untilRow(l, func(c *zolalv1.ChatState) (bool, string) {
		got := strconv.Itoa(int(c.GetUnread()))
		return got == l.words[1], "unread: " + got
	})
}

func called(s *stage, l *line) error {
	return s.untilRow(l, func(c *zolalv1.ChatState) (bool, string) {
		got := strconv.Itoa(int(c.GetMentions()))
		return got == l.words[1], "mentions: " + got
	})
}

func drafted(s *stage, l *line) error {
	return s.untilRow(l, func(c *zolalv1.ChatState) (bool, string) {
		return c.GetDraft().GetText() == l.words[1], fmt.Sprintf("draft: %q", c.GetDraft().GetText())
	})
}

func members(s *stage, l *line) error {
	return s.untilRow(l, func(c *zolalv1.ChatState) (bool, string) {
		got := strconv.Itoa(int(c.GetChat().GetMembers()))
		return got == l.words[1], "members: " + got
	})
}

func ticked(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		resp := new(zolalv1.PageResponse)
		err := s.call(l, "Messages/Page", &zolalv1.PageRequest{Chat: n.chat, Limit: 1}, resp)
		if err != nil {
			return false, err.Error()
		}
		return resp.GetPeerReadSeq() >= n.seq, fmt.Sprintf("read up to %d", resp.GetPeerReadSeq())
	})
}

func readers(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	var want []uint32
	for _, name := range l.words[1:] {
		who, err := s.person(name)
		if err != nil {
			return err
		}
		want = append(want, who)
	}
	slices.Sort(want)
	req := &zolalv1.ReadersRequest{Chat: n.chat, Seq: n.seq}
	if l.fails != "" {
		return s.call(l, "Messages/Readers", req, new(zolalv1.ReadersResponse))
	}
	return s.until(func() (bool, string) {
		resp := new(zolalv1.ReadersResponse)
		if err := s.call(l, "Messages/Readers", req, resp); err != nil {
			return false, err.Error()
		}
		var got []uint32
		for _, p := range resp.GetPeople() {
			got = append(got, p.GetId())
		}
		return slices.Equal(got, want), fmt.Sprintf("read by %d, want %d", got, want)
	})
}

func unticked(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	resp := new(zolalv1.PageResponse)
	err = s.call(l, "Messages/Page", &zolalv1.PageRequest{Chat: n.chat, Limit: 1}, resp)
	if err == nil && resp.GetPeerReadSeq() >= n.seq {
		return fmt.Errorf("read up to %d", resp.GetPeerReadSeq())
	}
	return err
}

func tallies(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	want, err := strconv.Atoi(l.words[2])
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		resp := new(zolalv1.TalliesResponse)
		req := &zolalv1.TalliesRequest{Chat: n.chat, Seqs: []uint32{n.seq}}
		if err := s.call(l, "Messages/Tallies", req, resp); err != nil {
			return false, err.Error()
		}
		got := 0
		for _, t := range resp.GetTallies() {
			for _, r := range t.GetReactions() {
				if r.GetEmoji() == l.words[1] {
					got = int(r.GetCount())
				}
			}
		}
		return got == want, fmt.Sprintf("counted %d", got)
	})
}

func notices(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	who, err := s.person(l.words[1])
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		d.mu.Lock()
		defer d.mu.Unlock()
		now := d.typing[id]
		recording := len(l.words) > 2
		return now.GetAccount() == who && now.GetRecording() == recording, fmt.Sprintf("%v is typing", now)
	})
}

func invited(s *stage, l *line) error {
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		state := new(zolalv1.UserState)
		if err := s.call(l, "Accounts/Me", &zolalv1.Empty{}, state); err != nil {
			return false, err.Error()
		}
		for _, i := range state.GetInvitations() {
			if i.GetChat() == id {
				return true, ""
			}
		}
		return false, "no such invitation"
	})
}

func anonymous(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	resp := new(zolalv1.GetResponse)
	req := &zolalv1.GetRequest{Chat: n.chat, Seqs: []uint32{n.seq}}
	if err := s.call(l, "Messages/Get", req, resp); err != nil {
		return err
	}
	for _, e := range resp.GetEntries() {
		if e.GetAuthor() != 0 || len(e.GetKey()) != 0 {
			return fmt.Errorf("entry %d shows its author or key", e.GetSeq())
		}
	}
	if len(resp.GetEntries()) != 1 || len(resp.GetPeople()) != 0 {
		return fmt.Errorf("%d entries, %d people", len(resp.GetEntries()), len(resp.GetPeople()))
	}
	return nil
}

// direct waits until a direct chat is as the verb says to the actor of a line.
func direct(s *stage, l *line) error {
	return s.untilRow(l, func(c *zolalv1.ChatState) (bool, string) {
		role, waiting := c.GetChat().GetMe().GetRole(), c.GetChat().GetWaiting()
		requested := role == zolalv1.Role_ROLE_APPROACHED
		said := fmt.Sprintf("%s, waiting: %t", role, waiting)
		switch l.verb {
		case "requested":
			return requested && !waiting, said
		case "waits":
			return waiting && role == zolalv1.Role_ROLE_MEMBER && c.GetPeerReadSeq() == 0, said
		default:
			return !requested && !waiting, said
		}
	})
}

// without waits until a chat is not in the list of the actor of a line.
func without(s *stage, l *line) error {
	return s.until(func() (bool, string) {
		row, err := s.row(l, l.words[0])
		return row == nil && err != nil, fmt.Sprintf("has %v", row.GetChat().GetMe())
	})
}
