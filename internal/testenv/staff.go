// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// signatures switches signatures on or off.
func signatures(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	on := l.words[1] == "on"
	return s.setInfo(l, chat, &zolalv1.ChatInfoChange{Signatures: &on})
}

// publishes gives a chat a public name, or takes it away.
func publishes(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	name := l.words[1]
	if name == "private" {
		name = ""
	}
	return s.setInfo(l, chat, &zolalv1.ChatInfoChange{Name: &name})
}

// signed looks who a message says wrote it, or what it forwards.
func signed(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	resp := new(zolalv1.GetResponse)
	req := &zolalv1.GetRequest{Chat: n.chat, Seqs: []uint32{n.seq}}
	if err := s.call(l, "Messages/Get", req, resp); err != nil {
		return err
	}
	if len(resp.GetEntries()) != 1 {
		return fmt.Errorf("%d entries", len(resp.GetEntries()))
	}
	body := resp.GetEntries()[0].GetBody()
	if o := resp.GetEntries()[0].GetOverlay(); o != nil {
		body = o.GetBody()
	}
	msg := new(zolalv1.Message)
	if err := proto.Unmarshal(body, msg); err != nil {
		return err
	}
	got := msg.GetSignature()
	if f := msg.GetForward(); f != nil {
		got = f.GetSignature()
	}
	if want := strings.TrimPrefix(l.words[1], "nobody"); got != want {
		return fmt.Errorf("signed by %q", got)
	}
	return nil
}

func noted(s *stage, l *line) error {
	return s.untilRow(l, func(c *zolalv1.ChatState) (bool, string) {
		got := c.GetChat().GetMe().GetNote()
		return got == l.words[1], "the note is " + got
	})
}

func restricted(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	resp := new(zolalv1.MembersResponse)
	req := &zolalv1.MembersRequest{Chat: chat, Limit: 200, Restricted: true}
	if err := s.call(l, "Chats/Members", req, resp); err != nil {
		return err
	}
	var got []uint32
	for _, row := range resp.GetMembers() {
		got = append(got, row.GetMember().GetAccount())
	}
	var want []uint32
	for _, name := range l.words[1:] {
		account, err := s.person(name)
		if err != nil {
			return err
		}
		want = append(want, account)
	}
	if slices.Sort(want); !slices.Equal(got, want) {
		return fmt.Errorf("accounts %v are restricted, want %v", got, want)
	}
	return nil
}

// deeds reads the staff log page by page of two, so that every reading goes on where another ended.
func deeds(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.StaffLogRequest{Chat: chat, Limit: 2}
	want := l.words[1:]
	if len(want) > 1 && want[0] == "by" {
		if req.Author, err = s.person(want[1]); err != nil {
			return err
		}
		want = want[2:]
	}
	if len(want) > 1 && want[0] == "of" {
		req.Kinds = []zolalv1.Kind{zolalv1.Kind(zolalv1.Kind_value["KIND_"+want[1]])}
		want = want[2:]
	}
	var got []string
	for {
		resp := new(zolalv1.StaffLogResponse)
		if err := s.call(l, "Chats/StaffLog", req, resp); err != nil {
			return err
		}
		for _, e := range slices.Backward(resp.GetEntries()) {
			kind, deed := e.GetEnvelope().GetKind(), new(zolalv1.StaffDeed)
			if kind == zolalv1.Kind_KIND_STAFF_DEED {
				if err := proto.Unmarshal(e.GetBody(), deed); err != nil {
					return err
				}
				kind = deed.GetKind()
			}
			named := func(p *zolalv1.Person) bool { return p.GetId() == e.GetAuthor() }
			if !slices.ContainsFunc(resp.GetPeople(), named) {
				return errors.New("nobody is named who did it")
			}
			got = append(got, strings.TrimPrefix(kind.String(), "KIND_"))
		}
		if req.Before = resp.GetNext(); req.Before == 0 {
			break
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the staff log tells %v", got)
	}
	return nil
}
