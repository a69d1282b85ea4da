// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// finds looks somebody of the cast up by their username.
func finds(s *stage, l *line) error {
	d := s.devices[l.words[0]]
	if d == nil {
		return fmt.Errorf("%s is not in the cast", l.words[0])
	}
	req := &zolalv1.ResolveRequest{What: &zolalv1.ResolveRequest_Name{Name: "@" + d.name}}
	found := new(zolalv1.ResolveResponse)
	if err := s.call(l, "Chats/Resolve", req, found); err != nil {
		return err
	}
	if found.GetPerson().GetId() != d.account {
		return fmt.Errorf("the name leads to %v", found)
	}
	return nil
}

func gives(s *stage, l *line) error {
	_, as := alias(l.words)
	link := new(zolalv1.PersonalLink)
	req := &zolalv1.SetPersonalLinkRequest{Key: key()}
	if err := s.call(l, "People/SetPersonalLink", req, link); err != nil {
		return err
	}
	s.links[as] = link.GetToken()
	s.host.Hush(link.GetToken())
	return nil
}

func withdraws(s *stage, l *line) error {
	req := &zolalv1.SetPersonalLinkRequest{Key: key(), Remove: true}
	return s.call(l, "People/SetPersonalLink", req, new(zolalv1.PersonalLink))
}

// visits goes the way of an app: it looks whose the link is, then opens the chat.
func visits(s *stage, l *line) error {
	words, as := alias(l.words)
	token := s.links[words[0]]
	req := &zolalv1.ResolveRequest{What: &zolalv1.ResolveRequest_Personal{Personal: token}}
	found := new(zolalv1.ResolveResponse)
	if err := s.call(l, "Chats/Resolve", req, found); err != nil {
		return err
	}
	info := new(zolalv1.ChatInfo)
	open := &zolalv1.OpenDirectRequest{Key: key(), Personal: token}
	if err := s.call(l, "Chats/OpenDirect", open, info); err != nil {
		return err
	}
	if of, with := found.GetPerson().GetId(), info.GetPeer().GetId(); of != with {
		return fmt.Errorf("the link is of %d, and the chat with %d", of, with)
	}
	s.chats[as] = info.GetId()
	return nil
}

func adds(s *stage, l *line) error {
	account, err := s.person(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.SetContactRequest{Key: key(), Account: account, Remove: l.verb == "drops"}
	if !req.GetRemove() {
		req.Name = l.words[1]
		s.host.Hush(req.GetName())
	}
	return s.call(l, "People/SetContact", req, new(zolalv1.Receipt))
}

// knows waits until the actor's list and the state of the account both say so.
func knows(s *stage, l *line) error {
	account, err := s.person(l.words[0])
	if err != nil {
		return err
	}
	want := "gone"
	if len(l.words) == 4 {
		want = l.words[1] + " seen " + l.words[3]
	}
	say := func(c *zolalv1.Contact) string {
		if c == nil {
			return "gone"
		}
		return c.GetName() + " seen " + c.GetSeenName()
	}
	return s.until(func() (bool, string) {
		state, list := new(zolalv1.UserState), new(zolalv1.ContactsResponse)
		if err := s.call(l, "Accounts/Me", &zolalv1.Empty{}, state); err != nil {
			return false, err.Error()
		}
		if err := s.call(l, "People/Contacts", &zolalv1.ContactsRequest{Limit: 200}, list); err != nil {
			return false, err.Error()
		}
		var inState, inList *zolalv1.Contact
		for _, c := range state.GetContacts() {
			if c.GetAccount() == account {
				inState = c
			}
		}
		for _, row := range list.GetContacts() {
			if row.GetContact().GetAccount() == account {
				inList = row.GetContact()
			}
		}
		got := []string{say(inState), say(inList)}
		return got[0] == want && got[1] == want, fmt.Sprintf("knows %q", got)
	})
}

func becomes(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	s.host.Hush(l.words[0])
	req := &zolalv1.SetProfileRequest{Key: key(), Profile: &zolalv1.Profile{Name: l.words[0], Username: d.name}}
	return s.call(l, "Sync/SetProfile", req, new(zolalv1.Receipt))
}

func claims(s *stage, l *line) error {
	name := l.words[0]
	if d := s.devices[name]; d != nil {
		name = d.name
	}
	if len(l.words) > 1 && l.words[1] == "alike" {
		name = name[:1] + "_" + name[1:] // underscores are seen past
	}
	req := &zolalv1.SetProfileRequest{Key: key(), Profile: &zolalv1.Profile{Name: "x", Username: name}}
	return s.call(l, "Sync/SetProfile", req, new(zolalv1.Receipt))
}

func shares(s *stage, l *line) error {
	account, err := s.person(l.words[0])
	if err != nil {
		return err
	}
	want, err := s.chatsOf(l.words[1:])
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		resp := new(zolalv1.MutualResponse)
		if err := s.call(l, "People/Mutual", &zolalv1.MutualRequest{Account: account}, resp); err != nil {
			return false, err.Error()
		}
		var got []uint32
		for _, c := range resp.GetChats() {
			got = append(got, c.GetId())
		}
		slices.Sort(got)
		slices.Sort(want)
		return slices.Equal(got, want), fmt.Sprintf("both are in %v", got)
	})
}

// guesses looks up names or numbers that nobody gave the actor, found or not.
func guesses(s *stage, l *line) error {
	n, err := strconv.Atoi(l.words[1])
	if err != nil {
		return err
	}
	for range n {
		s.guessed++
		if l.words[0] == "numbers" {
			req := &zolalv1.OpenDirectRequest{Key: key(), Account: 1_000_000 + uint32(s.guessed)}
			err = s.call(l, "Chats/OpenDirect", req, new(zolalv1.ChatInfo))
		} else {
			name := &zolalv1.ResolveRequest_Name{Name: fmt.Sprintf("guessed_%d_by_eve", s.guessed)}
			err = s.call(l, "Chats/Resolve", &zolalv1.ResolveRequest{What: name}, new(zolalv1.ResolveResponse))
		}
		if err != nil && zolal.CodeOf(err) != zolalv1.ErrorCode_NOT_FOUND {
			return err
		}
	}
	return nil
}
