// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// clientKey reads the key of a write; every write has one.
//
// SEND-1
func clientKey(b []byte) (chat.Key, error) {
	k, err := wire.KeyOf(b)
	if err == nil && k.IsZero() {
		err = &chat.Error{Code: chat.CodeKeyInvalid, Field: "key", Text: "a write needs a key of 16 bytes"}
	}
	return k, err
}

// persons encodes people as the caller may see them.
func (c *caller) persons(people []chat.Person) []*zolalv1.Person {
	if len(people) == 0 {
		return nil
	}
	ids := make([]chat.AccountID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	online := c.cfg.Hub.Online(c.actor.Account, ids...)
	out := make([]*zolalv1.Person, len(people))
	for i, p := range people {
		out[i] = wire.PersonOut(p, online[p.ID] && !p.Unseen)
	}
	return out
}

// person encodes one of people, nil where it is not among them.
func (c *caller) person(people []*zolalv1.Person, id chat.AccountID) *zolalv1.Person {
	for _, p := range people {
		if p.GetId() == uint32(id) {
			return p
		}
	}
	return nil
}

// look reads and encodes the people of these accounts; 0 and doubles are left out.
func (c *caller) look(ctx context.Context, ids ...chat.AccountID) ([]*zolalv1.Person, error) {
	return c.lookNear(ctx, ids, nil)
}

// lookNear is look where some of the accounts, near, are known to share a small group with the caller.
func (c *caller) lookNear(ctx context.Context, ids, near []chat.AccountID) ([]*zolalv1.Person, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > 0 && ids[0] == 0 {
		ids = ids[1:]
	}
	if len(ids) == 0 {
		return nil, nil
	}
	people, err := c.cfg.Engine.People(ctx, c.actor, ids, near...)
	if err != nil {
		return nil, err
	}
	return c.persons(people), nil
}

// lookIn is look for people of one chat: those of a small group that the caller is in are near to it.
func (c *caller) lookIn(ctx context.Context, h *engine.Handle, ids []chat.AccountID) (
	[]*zolalv1.Person, error) {
	var near []chat.AccountID
	if room := h.Chat(); room.Type == chat.Group && room.Close() && h.Me().Role.In() {
		near = ids
	}
	return c.lookNear(ctx, ids, near)
}

// authors are the accounts that a page names.
func authors(lists ...[]chat.Item) []chat.AccountID {
	var ids []chat.AccountID
	for _, items := range lists {
		for i := range items {
			ids = append(ids, items[i].Author)
		}
	}
	return ids
}

// info encodes a chat as the caller may see it now.
func (c *caller) info(r *engine.ListRow, people []*zolalv1.Person) *zolalv1.ChatInfo {
	i := &zolalv1.ChatInfo{
		Id: uint32(r.Chat.ID), Type: zolalv1.ChatType(r.Chat.Type), Title: r.Chat.Title, About: r.Chat.About,
		Name: r.Chat.Name, Defaults: uint32(r.Chat.Defaults), SlowSeconds: r.Chat.SlowSeconds,
		Signatures: r.Chat.Signatures, HistoryHidden: r.Chat.HistoryHidden,
		JoinApproval: r.Chat.JoinApproval, Members: r.Chat.Members, Wide: r.Chat.Wide,
		Me: wire.MemberOut(r.Me), Pinned: wire.SeqsOut(r.Pinned), Head: wire.HeadOut(r.Head),
		Facts: r.Chat.Facts, OperatorCanRead: true, CreatedMs: int64(r.Chat.Created),
		Deleted: r.Chat.Deleted, NumberBase: r.Chat.NumberBase, Waiting: r.Waiting,
		Photo: wire.PlacedPhotoOut(r.Chat.Photo),
	}
	if r.Chat.Type == chat.Direct {
		i.Members = 2 // whether the other has left, or has not accepted, is not to be seen
	}
	if id := r.Chat.Peer(c.actor.Account); id != 0 {
		i.Peer = c.person(people, id)
	}
	return i
}

// chatInfo reads and encodes a chat.
func (c *caller) chatInfo(ctx context.Context, room chat.ChatID) (*zolalv1.ChatInfo, error) {
	h, err := c.cfg.Engine.Open(ctx, c.actor, room.Log(), chat.RightRead)
	if err != nil {
		return nil, err
	}
	row, err := h.Row(ctx)
	if err != nil {
		return nil, err
	}
	info, err := c.infoOf(ctx, &row)
	if err == nil && row.Me.Role == chat.RoleApproached {
		info.Stranger, err = c.stranger(ctx, h)
	}
	if err == nil && row.Chat.SlowSeconds > 0 && row.Me.Role == chat.RoleMember {
		sent, failed := h.LastSent(ctx)
		info.SentMs, err = int64(sent), failed
	}
	return info, err
}

// infoOf encodes a row with its peer.
func (c *caller) infoOf(ctx context.Context, row *engine.ListRow) (*zolalv1.ChatInfo, error) {
	people, err := c.look(ctx, row.Chat.Peer(c.actor.Account))
	if err != nil {
		return nil, err
	}
	return c.info(row, people), nil
}

// stranger encodes what somebody who was approached may know of who did it.
func (c *caller) stranger(ctx context.Context, h *engine.Handle) (*zolalv1.Stranger, error) {
	s, err := h.Stranger(ctx)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.Stranger{SinceMs: int64(s.Born)}
	for _, room := range s.Common {
		out.Common = append(out.Common, uint32(room))
	}
	return out, nil
}

// state encodes a row of the chat list.
func (c *caller) state(r *engine.ListRow, people []*zolalv1.Person) *zolalv1.ChatState {
	s := &zolalv1.ChatState{
		Chat: c.info(r, people), Unread: r.Unread, Mentions: r.Mentions, Read: wire.ReadMarkOut(&r.Read),
		PeerReadSeq: uint32(r.PeerRead),
	}
	if r.Unread > 0 {
		s.FirstUnreadSeq = uint32(r.Read.Seq) + 1
	}
	if r.Last != nil {
		s.Last = wire.ItemOut(r.Last)
		s.LastAuthor = c.person(people, r.Last.Author)
	}
	if r.Draft.Text != "" || r.Draft.Reply != 0 {
		s.Draft = wire.DraftOut(&r.Draft)
	}
	s.Prefs = wire.PrefsOut(&r.Prefs)
	return s
}

// receipt encodes that something is on disk.
func receipt(r engine.Receipt) *zolalv1.Receipt {
	out := &zolalv1.Receipt{
		Seq: uint32(r.Seq), Ord: uint32(r.Ord), AtMs: int64(r.At), Repeated: r.Repeated, Chain: r.Chain[:],
	}
	if r.Log.Kind() != chat.UserLog {
		out.Chat = uint32(r.Log.Chat())
	}
	return out
}

// begin starts a command in a log and returns how to get its receipt.
func (c *caller) begin(ctx context.Context, log chat.LogID, cmd chat.Command, key []byte) (
	func(context.Context) (*zolalv1.Receipt, error), error) {
	k, err := clientKey(key)
	if err != nil {
		return nil, err
	}
	h, err := c.cfg.Engine.Open(ctx, c.actor, log, chat.RightSend)
	if err != nil {
		return nil, err
	}
	p, err := h.Begin(ctx, cmd, k)
	if err != nil {
		return nil, err
	}
	return receiptOf(p), nil
}

// receiptOf returns how to get the receipt of what is under way.
func receiptOf(p *engine.Pending) func(context.Context) (*zolalv1.Receipt, error) {
	return func(ctx context.Context) (*zolalv1.Receipt, error) {
		r, err := p.Wait(ctx)
		if err != nil {
			return nil, err
		}
		return receipt(r), nil
	}
}

// beginIn is begin in the log of a chat.
func (c *caller) beginIn(ctx context.Context, room uint32, cmd chat.Command, key []byte) (
	func(context.Context) (*zolalv1.Receipt, error), error) {
	return c.begin(ctx, chat.ChatID(room).Log(), cmd, key)
}

// beginOwn is begin in the caller's user log.
func (c *caller) beginOwn(ctx context.Context, cmd chat.Command, key []byte) (
	func(context.Context) (*zolalv1.Receipt, error), error) {
	return c.begin(ctx, c.actor.Account.Log(), cmd, key)
}
