// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "slices"

// Whoever writes first to somebody who does not know them comes with a request: what they wrote can be read,
// and nothing goes back, until it is accepted, by a word or by writing back. Nobody is a stranger to those
// who once came into the direct chat of the two, or who have them as a contact.
//
// STR-1

// pending reports whether the actor is a stranger to the other of a direct chat, who has not accepted yet.
func (d *decision) pending() bool {
	return d.Chat.OneSided() && d.Actor.Role.In() && !d.Target.Role.In() && !d.Known
}

// waiting is the refusal of what has to wait until the other accepts.
func (d *decision) waiting() error {
	return Errorf(CodeRequestPending, "not accepted by the other yet")
}

// knock lets a message to a stranger through: a few until it is accepted, and to a few new people a day. All
// that is counted in the chat was written by the actor: the other would have accepted by writing. What the
// other deletes is not taken off, so that nobody learns of it.
//
// STR-2
func (d *decision) knock() error {
	switch {
	case d.Head.Ord >= MaxUnanswered:
		return d.waiting()
	case d.Head.Ord == 0:
		return d.spend(AllowStrangers)
	}
	return nil
}

// countLinks counts a message that leads somewhere, to a stranger or into a group of many that the actor
// joined a moment ago.
//
// STR-5
func (d *decision) countLinks(msg *Message) error {
	if !d.leads(msg) || !d.pending() && !d.newcomer() {
		return nil
	}
	return d.spend(AllowLinks)
}

// leads reports whether a message holds links, or mentions somebody who is not in the chat: a name leads to a
// profile or a chat as a link does.
func (d *decision) leads(m *Message) bool {
	return m.strays() || slices.ContainsFunc(m.Entities, func(e Entity) bool {
		return e.Account != 0 && !d.present(e.Account)
	})
}

// leadsBeyond reports whether a message leads anywhere that the one it was made of did not.
func (d *decision) leadsBeyond(m, before *Message) bool {
	return m.strays() || slices.ContainsFunc(m.Entities, func(e Entity) bool {
		return e.Account != 0 && !d.present(e.Account) &&
			!slices.ContainsFunc(before.Entities, func(b Entity) bool { return b.Account == e.Account })
	})
}

// present reports whether somebody whom a message mentions is in the chat.
func (d *decision) present(a AccountID) bool {
	if d.Chat.OneSided() {
		return slices.Contains(d.Chat.Peers[:], a)
	}
	if d.Inside[a] {
		return true
	}
	for _, found := range d.Names { // of those who are there alone
		if found == a {
			return true
		}
	}
	return false
}

// strays reports whether a message leads somewhere whoever is in its chat: by a link, or by a name that is of
// nobody there.
func (m *Message) strays() bool {
	return m.Links() || slices.ContainsFunc(m.Entities, func(e Entity) bool {
		return e.Kind == EntityMention && e.Account == 0
	})
}

// Links reports whether a message holds links.
func (m *Message) Links() bool {
	return slices.ContainsFunc(m.Entities, func(e Entity) bool {
		return e.Kind == EntityURL || e.Kind == EntityTextLink
	})
}

// newcomer reports whether the actor came within a day into a group where not everybody knows everybody.
func (d *decision) newcomer() bool {
	return d.Chat.crowd() && d.Actor.Role == RoleMember && d.now-d.Actor.Joined < DayLength
}

// crowd reports whether it is a group where not everybody knows everybody: anybody may join, or there are so
// many that one who got hold of a link goes unnoticed. Families and circles of friends, who come all on one
// day and send each other what they like, are fewer.
func (c Chat) crowd() bool { return c.Type == Group && (c.Public() || c.Members > MaxCircle) }

// open reports whether it is a group that anybody may join.
func (c Chat) open() bool { return c.Type == Group && c.Public() }

// gather brings into a direct chat, after a message, who is not in it: the actor who was approached, and the
// other, where that one does not know the actor as a request.
func (d *decision) gather() {
	if !d.Chat.OneSided() {
		return
	}
	if d.Actor.Role == RoleApproached {
		d.meet(d.me())
	}
	target := d.target(d.Chat.Peer(d.by.Account))
	switch {
	case target.Role.In():
	case !d.pending():
		d.meet(target)
	case target.Role != RoleApproached:
		d.approach(target)
	}
}

// meet brings one of the two of a direct chat in. What was hidden from them by leaving stays hidden.
func (d *decision) meet(before Member) {
	after := Member{Role: RoleMember, From: before.From, Joined: before.Joined}
	if after.Joined == 0 {
		after.Joined = d.now
	}
	d.stand(before, after)
}

// approach brings a message to somebody who does not know the actor.
func (d *decision) approach(before Member) {
	d.stand(before, Member{Role: RoleApproached, From: before.From})
}

// accept lets the actor in whom a stranger approached.
//
// STR-3
func (d *decision) accept(me Member) error {
	if d.Blocked {
		return Errorf(CodeCannotWrite, "one of the two has blocked the other")
	}
	d.say(Envelope{Kind: KindAccepted, Silent: true}, nil)
	d.meet(me)
	return nil
}

// forget takes the actor out of a direct chat, or deletes a request. Nothing of before is shown to them
// again; the other keeps everything and learns nothing, and a new message brings the chat back.
//
// STR-4
func (d *decision) forget(me Member) error {
	if !me.Role.Reads() {
		return Errorf(CodeNotMember, "not a member of this chat")
	}
	d.stand(me, Member{From: d.Head.Seq + 1, Joined: me.Joined})
	d.tell(KindRead, &ReadMark{Chat: d.Chat.ID, Seq: d.Head.Seq, Ord: d.Head.Ord})
	return nil
}

// stand writes a change of standing in a direct chat: into the user log of whom it is about, nowhere else.
func (d *decision) stand(before, after Member) {
	after.Account, after.Version = before.Account, before.Version+1
	d.add(after.Account.Log(), d.by.Account, Envelope{Kind: KindMyChat}, &MyChat{
		Chat: d.Chat.ID, Type: Direct, Peer: d.Chat.Peer(after.Account), Member: after, Before: before.Role,
	})
}
