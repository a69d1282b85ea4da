// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Acknowledged messages are kept for as long as the server remembers their keys, and not without bound, so
// that they can be offered again to a server that was restored from a backup.
const (
	keepSent = 30 * 24 * time.Hour
	maxSent  = 1000
)

// sentRow is an acknowledged message in the journal.
type sentRow struct {
	Seq     uint32 `json:"seq"`
	Chain   []byte `json:"chain"`
	Request []byte `json:"request"`
}

// sentItem is a row read back.
type sentItem struct {
	name  string // "sent/…"; what follows is the name it had in the outbox
	seq   uint32
	chain []byte
	req   *zolalv1.SendRequest
}

func decodeSent(name string, raw []byte) (*sentItem, error) {
	var row sentRow
	if err := json.Unmarshal(raw, &row); err != nil {
		return nil, fmt.Errorf("journal holds a broken message %s: %w", name, err)
	}
	req := new(zolalv1.SendRequest)
	if err := proto.Unmarshal(row.Request, req); err != nil {
		return nil, fmt.Errorf("journal holds a broken message %s: %w", name, err)
	}
	return &sentItem{name: name, seq: row.Seq, chain: row.Chain, req: req}, nil
}

// outboxName names a message by when it was written, so that names sort.
func outboxName(unixNano int64) string { return fmt.Sprintf("outbox/%020d", unixNano) }

func asSent(outboxName string) string { return "sent/" + strings.TrimPrefix(outboxName, "outbox/") }
func asOutbox(sentName string) string { return "outbox/" + strings.TrimPrefix(sentName, "sent/") }

// keep moves a message from what waits to what was sent; the caller holds mu. A failure costs that it is not
// offered again, or that it is sent twice under one key, which stores it once.
func (b *outbox) keep(it *item, r *zolalv1.Receipt) error {
	raw, err := proto.Marshal(it.req)
	if err != nil {
		return err
	}
	row, err := json.Marshal(sentRow{Seq: r.GetSeq(), Chain: r.GetChain(), Request: raw})
	if err != nil {
		return err
	}
	if err := b.c.journal.Put(asSent(it.name), row); err != nil {
		return err
	}
	b.sent = append(b.sent, asSent(it.name))
	oldest := asSent(outboxName(b.c.o.now().Add(-keepSent).UnixNano()))
	for len(b.sent) > 0 && (len(b.sent) > maxSent || b.sent[0] < oldest) {
		if err := b.c.journal.Delete(b.sent[0]); err != nil {
			return err
		}
		b.sent = b.sent[1:]
	}
	return b.c.journal.Delete(it.name)
}

// sentItems reads back what was sent.
func (b *outbox) sentItems() ([]*sentItem, error) {
	names, err := b.c.journal.Keys("sent/")
	if err != nil {
		return nil, err
	}
	items := make([]*sentItem, 0, len(names))
	for _, name := range names {
		raw, err := b.c.journal.Get(name)
		if err != nil {
			return nil, err
		}
		it, err := decodeSent(name, raw)
		if err != nil {
			return nil, err
		}
		items = append(items, it)
	}
	return items, nil
}

// rebase makes the outbox fit a server that was restored: what only this client has waits again, under the
// same keys and before what was written later, and no reply points at what is not there any more.
//
// SYNC-3
func (b *outbox) rebase(ctx context.Context, life string) error {
	commons := make(map[uint32]uint32)
	for {
		missing, err := b.move(life, commons)
		if err != nil || len(missing) == 0 {
			return err
		}
		for chat, samples := range missing {
			if commons[chat], err = b.c.common(ctx, life, chat, samples); err != nil {
				return err
			}
		}
	}
}

// move carries the outbox over into another life, where commons says for every chat what both sides share.
// Chats that it does not say it for are returned with what is known of their logs, and nothing is done.
func (b *outbox) move(life string, commons map[uint32]uint32) (map[uint32][]*zolalv1.Sample, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	sent, err := b.sentItems()
	if err != nil {
		return nil, err
	}
	missing, err := b.unplaced(sent, commons)
	if err != nil || len(missing) > 0 {
		return missing, err
	}
	for chat, l := range b.chats {
		if err := b.rewaiting(l, commons[chat]); err != nil {
			return nil, err
		}
	}
	for _, s := range sent {
		// A server that shares nothing of a chat may have another chat under its number: nothing goes there,
		// and what was sent is kept.
		if common := commons[s.req.GetChat()]; common > 0 && s.seq > common {
			if err := b.again(s, common); err != nil {
				return nil, err
			}
		}
	}
	if err := b.c.journal.Put("incarnation", []byte(life)); err != nil {
		return nil, err
	}
	b.life = life
	return nil, nil
}

// unplaced returns what is known of the chats that something was sent to or waits for, and that are not yet
// compared; the caller holds mu.
func (b *outbox) unplaced(sent []*sentItem, commons map[uint32]uint32) (map[uint32][]*zolalv1.Sample, error) {
	known := make(map[uint32]map[uint32][]byte)
	for chat := range b.chats {
		known[chat] = make(map[uint32][]byte)
	}
	for _, s := range sent {
		chat := s.req.GetChat()
		if known[chat] == nil {
			known[chat] = make(map[uint32][]byte)
		}
		known[chat][s.seq] = s.chain
	}
	missing := make(map[uint32][]*zolalv1.Sample)
	for chat, chains := range known {
		if _, ok := commons[chat]; ok {
			continue
		}
		at, err := b.c.cursorOf(chat)
		if err != nil {
			return nil, err
		}
		for _, s := range at.samples {
			chains[s.GetSeq()] = s.GetChain()
		}
		missing[chat] = []*zolalv1.Sample{}
		for _, seq := range slices.Sorted(maps.Keys(chains)) {
			missing[chat] = append(missing[chat], &zolalv1.Sample{Seq: seq, Chain: chains[seq]})
		}
	}
	return missing, nil
}

// rewaiting fits what waits in a lane to the server's log, and refuses it where that is of another chat; the
// caller holds mu.
func (b *outbox) rewaiting(l *lane, common uint32) error {
	for _, it := range slices.Clone(l.items) {
		if common == 0 {
			if err := b.c.journal.Delete(it.name); err != nil {
				return err
			}
			b.c.o.log("the restored server does not have the chat of a message that waits", errRewound)
			l.remove(it)
			it.answer(result{err: errRewound})
			continue
		}
		req := rebased(it.req, common)
		if req == it.req {
			continue
		}
		raw, err := proto.Marshal(req)
		if err != nil {
			return err
		}
		if err := b.c.journal.Put(it.name, raw); err != nil {
			return err
		}
		it.req = req
	}
	return nil
}

// again puts a message that was sent back into the outbox, in its old place; the caller holds mu.
func (b *outbox) again(s *sentItem, common uint32) error {
	it := &item{name: asOutbox(s.name), req: rebased(s.req, common), done: make(chan result, 1)}
	raw, err := proto.Marshal(it.req)
	if err != nil {
		return err
	}
	if err := b.c.journal.Put(it.name, raw); err != nil {
		return err
	}
	if err := b.c.journal.Delete(s.name); err != nil {
		return err
	}
	if i := slices.Index(b.sent, s.name); i >= 0 {
		b.sent = slices.Delete(b.sent, i, i+1)
	}
	b.queue(it)
	return nil
}

// rebased returns a request for a log that is shared up to common: a reply to what lies beyond would be to
// nothing, or to another message.
func rebased(req *zolalv1.SendRequest, common uint32) *zolalv1.SendRequest {
	if req.GetReply().GetSeq() <= common && req.GetReadSeq() <= common {
		return req
	}
	req = proto.Clone(req).(*zolalv1.SendRequest)
	if req.GetReply().GetSeq() > common {
		req.Reply = nil
	}
	req.ReadSeq = min(req.GetReadSeq(), common)
	return req
}
