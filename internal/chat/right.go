// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// Right is something one may or may not do in a chat. Who may do what is one table, rights.
type Right uint8

// The rights.
const (
	RightRead      Right = iota + 1 // see messages
	RightSend                       // write a message; in channels: publish one
	RightSendLinks                  // write messages that hold links
	RightSendMedia                  // write messages that carry media
	RightReact                      // choose reactions
	RightEditOwn                    // edit what one wrote
	RightEditAny                    // edit what others wrote
	RightDeleteOwn                  // delete what one wrote
	RightDeleteAny                  // delete what others wrote
	RightPin                        // pin and unpin
	RightInfo                       // change title and description
	RightSettings                   // change signatures, hidden history, approval of joins
	RightInvite                     // invite somebody
	RightLinks                      // make and revoke invite links, answer join requests
	RightBan                        // remove, ban, restrict; defaults and slow mode
	RightPromote                    // make and unmake admins
	RightMembers                    // see who is in
	RightStaff                      // read the staff log
	RightOwn                        // transfer, delete, choose the public name

	rightEnd
)

// rightNames are for errors and tests.
var rightNames = [rightEnd]string{
	RightRead: "read", RightSend: "send", RightSendLinks: "send links",
	RightSendMedia: "send media", RightReact: "react",
	RightEditOwn: "edit own", RightEditAny: "edit any", RightDeleteOwn: "delete own",
	RightDeleteAny: "delete any", RightPin: "pin", RightInfo: "info", RightSettings: "settings",
	RightInvite: "invite", RightLinks: "links", RightBan: "ban", RightPromote: "promote",
	RightMembers: "members", RightStaff: "staff", RightOwn: "own",
}

// String returns the name of the right.
func (r Right) String() string {
	if r < rightEnd && rightNames[r] != "" {
		return rightNames[r]
	}
	return "unknown right"
}

// who says which standing a right asks for.
type who uint8

const (
	nobody   who = iota
	readers      // everyone who is in, and everyone at all where the chat has a public name
	members      // everyone who is in
	peers        // both of a direct chat, while neither has blocked the other
	speakers     // owner, admins, and members to whom the default right is given and not personally taken
	keepers      // owner, admins with the grant, and whoever has the default right
	granted      // owner, and admins with the grant
	staff        // owner and admins
	owners       // the owner
)

// rule is one cell of the table: a standing, and the grant it looks at.
type rule struct {
	who   who
	grant Grants
}

// rights is who may do what, by right and type of chat. A missing cell is nobody.
var rights = [rightEnd][Service + 1]rule{
	RightRead: {
		Direct: {members, 0}, Group: {readers, 0}, Channel: {readers, 0}, Saved: {members, 0},
		Service: {members, 0}},
	RightSend: {
		Direct: {peers, 0}, Group: {speakers, GrantSend}, Channel: {granted, GrantPost}, Saved: {members, 0}},
	RightSendLinks: {
		Direct: {peers, 0}, Group: {speakers, GrantLinks}, Channel: {granted, GrantPost}, Saved: {members, 0}},
	RightSendMedia: {
		Direct: {peers, 0}, Group: {speakers, GrantMedia}, Channel: {granted, GrantPost}, Saved: {members, 0}},
	RightReact: {
		Direct: {peers, 0}, Group: {speakers, GrantReact}, Channel: {speakers, GrantReact}, Saved: {members, 0}},
	RightEditOwn: {
		Direct: {peers, 0}, Group: {speakers, GrantSend}, Channel: {granted, GrantPost}, Saved: {members, 0}},
	RightEditAny: {
		Channel: {granted, GrantEditAny}},
	RightDeleteOwn: {
		Direct: {members, 0}, Group: {members, 0}, Channel: {granted, GrantPost}, Saved: {members, 0}},
	RightDeleteAny: {
		Direct: {members, 0}, Group: {granted, GrantDeleteAny}, Channel: {granted, GrantDeleteAny},
		Saved: {members, 0}},
	RightPin: {
		Direct: {peers, 0}, Group: {keepers, GrantPin}, Channel: {granted, GrantPin}, Saved: {members, 0}},
	RightInfo:     {Group: {keepers, GrantInfo}, Channel: {granted, GrantInfo}},
	RightSettings: {Group: {granted, GrantInfo}, Channel: {granted, GrantInfo}},
	RightInvite:   {Group: {keepers, GrantInvite}, Channel: {granted, GrantInvite}},
	RightLinks:    {Group: {granted, GrantInvite}, Channel: {granted, GrantInvite}},
	RightBan:      {Group: {granted, GrantBan}, Channel: {granted, GrantBan}},
	RightPromote:  {Group: {granted, GrantPromote}, Channel: {granted, GrantPromote}},
	RightMembers: {
		Direct: {members, 0}, Group: {members, 0}, Channel: {staff, 0}, Saved: {members, 0}},
	RightStaff: {Group: {staff, 0}, Channel: {staff, 0}},
	RightOwn:   {Group: {owners, 0}, Channel: {owners, 0}},
}

// verdicts judge somebody who is in the chat; May has dealt with everyone else.
var verdicts = [owners + 1]func(Facts, Grants, Millis) error{
	nobody:  func(Facts, Grants, Millis) error { return forbidden() },
	readers: func(Facts, Grants, Millis) error { return nil },
	members: func(Facts, Grants, Millis) error { return nil },
	peers: func(f Facts, _ Grants, _ Millis) error {
		if f.Blocked {
			return Errorf(CodeCannotWrite, "this person does not take messages from you")
		}
		return nil
	},
	speakers: func(f Facts, g Grants, now Millis) error {
		if f.Actor.Role.Staff() {
			return nil
		}
		return f.byDefault(g, now)
	},
	keepers: func(f Facts, g Grants, now Millis) error {
		if f.Actor.Role == RoleOwner || f.Actor.Role == RoleAdmin && f.Actor.Grants.Has(g) {
			return nil
		}
		return f.byDefault(g, now)
	},
	granted: func(f Facts, g Grants, _ Millis) error {
		return allow(f.Actor.Role == RoleOwner || f.Actor.Role == RoleAdmin && f.Actor.Grants.Has(g))
	},
	staff:  func(f Facts, _ Grants, _ Millis) error { return allow(f.Actor.Role.Staff()) },
	owners: func(f Facts, _ Grants, _ Millis) error { return allow(f.Actor.Role == RoleOwner) },
}

func forbidden() error { return Errorf(CodeForbidden, "one's standing in the chat does not allow it") }

func allow(ok bool) error {
	if ok {
		return nil
	}
	return forbidden()
}

// Staff reports whether the role runs the chat: its owner and its admins.
func (r Role) Staff() bool { return r == RoleOwner || r == RoleAdmin }

// May reports whether the actor may do it now: nil, or an Error that says precisely why not.
//
// The codes are CodeNotFound (no such chat), CodeChatDeleted, CodeBanned (Retry until the ban ends),
// CodeNotMember, CodeRestricted (personally, Retry until it ends), CodeCannotWrite (blocked),
// CodeRequestPending (not accepted yet) and CodeForbidden. Dates are compared with now, never with a clock.
func (f Facts) May(right Right, now Millis) error {
	if err := f.alive(); err != nil {
		return err
	}
	if f.Chat.Type > Service || right >= rightEnd {
		return forbidden()
	}
	rule := rights[right][f.Chat.Type]
	if f.Actor.Barred(now) {
		return &Error{Code: CodeBanned, Text: "banned from this chat", Retry: wait(f.Actor.Until, now)}
	}
	if !f.Actor.Role.In() {
		if rule.who == readers && f.Chat.Name != "" {
			return nil
		}
		if f.Actor.Role != RoleApproached || f.Chat.Type != Direct || rule.who == nobody {
			return Errorf(CodeNotMember, "not a member of this chat")
		}
		// Reading tells nobody anything, and writing back accepts; everything else waits for that.
		switch right {
		case RightRead, RightSend, RightSendLinks, RightSendMedia:
		default:
			return Errorf(CodeRequestPending, "accept it first")
		}
	}
	return verdicts[rule.who](f, rule.grant, now)
}

// alive fails where there is no chat to do anything in.
func (f Facts) alive() error {
	switch {
	case f.Chat.ID == 0:
		return Errorf(CodeNotFound, "no such chat")
	case f.Chat.Deleted:
		return Errorf(CodeChatDeleted, "the chat was deleted")
	}
	return nil
}

// byDefault reports whether every member may do it and it is not taken from the actor personally. Admins
// carry no restrictions.
func (f Facts) byDefault(g Grants, now Millis) error {
	if f.Actor.Role == RoleMember && f.Actor.Taken(now).Has(g) {
		return &Error{Code: CodeRestricted, Text: "restricted in this chat", Retry: wait(f.Actor.Until, now)}
	}
	return allow(f.Chat.Defaults.Has(g))
}

// Barred reports whether a ban is in force.
func (m Member) Barred(now Millis) bool {
	return m.Role == RoleBanned && (m.Until == 0 || now < m.Until)
}

// Taken returns what is personally taken from somebody who is no admin, as of now. It outlives leaving, so
// that nobody sheds a restriction by coming back.
func (m Member) Taken(now Millis) Grants {
	if m.Role.Staff() || m.Role == RoleBanned || m.Until != 0 && m.Until <= now {
		return 0
	}
	return m.Grants
}

// wait is how long until a date; 0 where there is none.
func wait(until, now Millis) Millis {
	if until == 0 {
		return 0
	}
	return max(until-now, 0)
}

// MemberGrants are the rights that members have by default, and that may be taken from one of them.
const MemberGrants = GrantSend | GrantMedia | GrantReact | GrantLinks | GrantPin | GrantInvite | GrantInfo

// adminGrants are what an admin may be given, by type of chat.
var adminGrants = [Service + 1]Grants{
	Group: GrantPin | GrantInvite | GrantInfo | GrantDeleteAny | GrantBan | GrantPromote,
	Channel: GrantPin | GrantInvite | GrantInfo | GrantPost | GrantEditAny | GrantDeleteAny | GrantBan |
		GrantPromote,
}

// takable is what may be taken from a member, by type of chat.
var takable = [Service + 1]Grants{Group: MemberGrants, Channel: GrantReact}

// AdminGrants returns what an admin may be given in a chat of the type.
func (t ChatType) AdminGrants() Grants {
	if t > Service {
		return 0
	}
	return adminGrants[t]
}

// standing orders people of a chat: nobody acts on somebody of equal or higher standing.
func standing(r Role) int {
	switch r {
	case RoleOwner:
		return 2
	case RoleAdmin:
		return 1
	default:
		return 0
	}
}
