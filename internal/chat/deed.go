// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// StaffDeed is what somebody did in a group or channel, as its staff reads it: the chat log holds it too, but
// in a channel does not say who, and nowhere in one place.
type StaffDeed struct {
	Kind    Kind        // of what it became in the chat log
	Targets []Seq       // the messages it was done to
	Account AccountID   // groups: whose they were, where all are of one
	Change  *InfoChange // of KindChatInfo
}

func (*StaffDeed) body() {}

// deed tells the staff of a group or channel what the actor did. It comes last, so that the entry that bears
// the key is what the command is about. ROOM-4
func (d *decision) deed(b StaffDeed) {
	if d.Chat.Type != Group && d.Chat.Type != Channel || d.by.Server {
		return
	}
	if d.Chat.Type == Channel {
		b.Account = 0 // what a post does not say, nobody is told
	}
	d.report(KindStaffDeed, &b)
}

// undone is the deed of deleting what others wrote; in a channel all is the channel's.
type undone struct {
	targets []Seq
	authors map[AccountID]bool
}

func (u *undone) add(d *decision, seq Seq, target Ref) {
	if d.Chat.Type != Channel && target.Author == d.by.Account {
		return
	}
	if u.authors == nil {
		u.authors = make(map[AccountID]bool)
	}
	u.targets, u.authors[target.Author] = append(u.targets, seq), true
}

func (u *undone) tell(d *decision) {
	if len(u.targets) == 0 {
		return
	}
	b := StaffDeed{Kind: KindDelete, Targets: u.targets}
	if len(u.authors) == 1 {
		for a := range u.authors {
			b.Account = a
		}
	}
	d.deed(b)
}
