// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"slices"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// send writes a message through the outbox and names it.
func (s *stage) send(l *line, req *zolalv1.SendRequest, as string, wait bool) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	req.Key = d.client.NewKey()
	done, before := make(chan sent, 1), d.client.Unsent()
	go func() {
		r, err := d.client.Send(s.ctx, req)
		done <- sent{r.GetSeq(), err}
	}()
	n := note{chat: req.GetChat(), sent: done}
	if !wait {
		s.notes[as] = n
		return s.until(func() (bool, string) { // what is queued next comes after it
			return len(done) > 0 || d.client.Unsent() > before, "it is not in the outbox"
		})
	}
	r := <-done
	if r.err != nil {
		return r.err
	}
	if as != "" {
		s.notes[as] = note{chat: req.GetChat(), seq: r.seq}
	}
	return nil
}

func says(s *stage, l *line) error {
	words, as := alias(l.words)
	if len(words) != 2 {
		return fmt.Errorf("says chat \"text\" [as alias]")
	}
	id, err := s.chat(words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.SendRequest{Chat: id, Text: words[1]}
	for i, r := range []rune(words[1]) {
		if r != '@' {
			continue
		}
		// @name of a script means the account of that name in the cast.
		name := []rune(words[1])[i+1:]
		if end := slices.Index(name, ' '); end >= 0 {
			name = name[:end]
		}
		if d := s.devices[string(name)]; d != nil {
			req.Entities = append(req.Entities, &zolalv1.Entity{
				Kind:   zolalv1.EntityKind_ENTITY_KIND_TEXT_MENTION,
				Offset: uint32(i), Length: uint32(len(name) + 1), Account: d.account,
			})
		}
	}
	return s.send(l, req, as, l.verb == "says")
}

func wasSent(s *stage, l *line) error {
	_, err := s.note(l.words[0])
	return err
}

// again sends the same request with one key twice over and wants one place for both.
func again(s *stage, l *line) error {
	words, as := alias(l.words)
	id, err := s.chat(words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.SendRequest{Chat: id, Text: words[1], Key: key()}
	first, second := new(zolalv1.Receipt), new(zolalv1.Receipt)
	if err := s.call(l, "Messages/Send", req, first); err != nil {
		return err
	}
	if err := s.call(l, "Messages/Send", req, second); err != nil {
		return err
	}
	if first.GetSeq() != second.GetSeq() || !second.GetRepeated() {
		return fmt.Errorf("the same key was stored at %d and at %d", first.GetSeq(), second.GetSeq())
	}
	s.notes[as] = note{chat: id, seq: first.GetSeq()}
	return nil
}

func replies(s *stage, l *line) error {
	words, as := alias(l.words)
	n, err := s.note(words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.SendRequest{Chat: n.chat, Text: words[1], Reply: &zolalv1.Reply{Seq: n.seq}}
	return s.send(l, req, as, true)
}

func edits(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.EditRequest{Chat: n.chat, Key: key(), Target: n.seq, Text: l.words[1]}
	return s.call(l, "Messages/Edit", req, new(zolalv1.Receipt))
}

func deletes(s *stage, l *line) error {
	req := &zolalv1.DeleteRequest{Key: key()}
	for _, word := range l.words {
		n, err := s.note(word)
		if err != nil {
			return err
		}
		req.Chat = n.chat
		req.Targets = append(req.Targets, n.seq)
	}
	return s.call(l, "Messages/Delete", req, new(zolalv1.Receipt))
}

func pins(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.PinRequest{Chat: n.chat, Key: key(), Target: n.seq}
	return s.call(l, "Messages/Pin", req, new(zolalv1.Receipt))
}

func reacts(s *stage, l *line) error {
	n, err := s.note(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.ReactRequest{Chat: n.chat, Seq: n.seq, Emojis: l.words[1:]}
	return s.call(l, "Messages/React", req, new(zolalv1.ReactResponse))
}

// reads marks a chat as read up to its head, as opening it does.
func reads(s *stage, l *line) error {
	row, err := s.row(l, l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.MarkReadRequest{
		Chat: row.GetChat().GetId(), Seq: row.GetChat().GetHead().GetSeq(), Key: key(),
	}
	return s.call(l, "Sync/MarkRead", req, new(zolalv1.ReadMark))
}

func drafts(s *stage, l *line) error {
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.SetDraftRequest{Key: key(), Draft: &zolalv1.Draft{Chat: id, Text: l.words[1]}}
	return s.call(l, "Sync/SetDraft", req, new(zolalv1.Receipt))
}

func types(s *stage, l *line) error {
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.TypingRequest{Chat: id, Recording: l.verb == "records"}
	return s.call(l, "Sync/Typing", req, new(zolalv1.Empty))
}

func passes(s *stage, l *line) error {
	words, as := alias(l.words)
	n, err := s.note(words[0])
	if err != nil {
		return err
	}
	to, err := s.chat(words[1])
	if err != nil {
		return err
	}
	req := &zolalv1.ForwardRequest{
		FromChat: n.chat, Seqs: []uint32{n.seq}, ToChat: to, Keys: [][]byte{zolal.NewKey(now())},
		HideSource: slices.Contains(words, "hidden"),
	}
	resp := new(zolalv1.ForwardResponse)
	if err := s.call(l, "Messages/Forward", req, resp); err != nil {
		return err
	}
	if as != "" {
		s.notes[as] = note{chat: to, seq: resp.GetReceipts()[0].GetSeq()}
	}
	return nil
}
