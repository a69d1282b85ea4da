// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "slices"

// move is one change of somebody's standing.
type move struct {
	before, after Member
	reason        string
	token         string // invite link it came by
	quiet         bool   // staff need no line of their own: another entry tells them
	noted         bool   // staff have one, though it is the actor's own
	aside         bool   // members read nothing of it
}

// move writes a change of standing. The member's own user log always has it, and the projection comes from
// there; who comes in has read what was said before. Who else sees it: in groups up to SmallGroup everybody,
// in the chat log, without the words about why. What was done to somebody stands in the staff log, and in
// channels and wide groups nowhere else, so that a million joins fill no log. ROOM-3
func (d *decision) move(m move) {
	m.after.Account = m.before.Account
	m.after.Version = m.before.Version + 1
	wider := d.Chat.Type == Group && !d.Chat.Wide && !m.before.Role.In() && m.after.Role.In() &&
		d.Chat.Members >= SmallGroup
	shown := d.Chat.Type == Group && !d.Chat.Wide && !wider && !m.aside &&
		(m.before.Role.In() || m.after.Role.In())
	change := &MemberChange{Member: m.after, Before: m.before.Role, Reason: m.reason}
	self := m.after.Account == d.by.Account
	if shown {
		public := *change
		public.Member.Note = ""
		d.say(Envelope{Kind: KindMember, Silent: true}, &public)
	}
	if m.noted || !m.quiet && !self && m.after.Role != RoleInvited {
		d.report(KindStaffMember, change)
	}
	d.add(m.after.Account.Log(), d.seenBy(self), Envelope{Kind: KindMyChat}, &MyChat{
		Chat: d.Chat.ID, Type: d.Chat.Type, Member: m.after, Reason: m.reason, Before: m.before.Role,
		Token: m.token,
	})
	if m.after.Role.In() && !m.before.Role.In() {
		d.add(m.after.Account.Log(), d.seenBy(self), Envelope{Kind: KindRead}, &ReadMark{
			Chat: d.Chat.ID, Seq: d.Head.Seq, Ord: d.Head.Ord,
		})
	}
	if wider {
		d.say(Envelope{Kind: KindChatWide, Silent: true}, nil)
		d.Chat.Wide = true
	}
	if m.after.Role.In() && !m.before.Role.In() {
		d.Chat.Members++
	}
	if m.before.Offered() != m.after.Offered() {
		d.offers = true
		d.standOut(m.after, self)
	}
	d.owner = d.owner || m.before.Role == RoleOwner
}

// standOut has a chat that is offered be marked as unread for whom it is offered to, on all of their devices:
// until one of them takes that back because it was looked at there, or the offer ends. So an offer that was
// seen on one device waits on none.
//
// ROOM-5
func (d *decision) standOut(to Member, self bool) {
	if to.Role.In() {
		offered := to.Offered()
		d.add(to.Account.Log(), d.seenBy(self), Envelope{Kind: KindPrefs}, &Prefs{
			Chat: d.Chat.ID, MarkedUnread: &offered,
		})
	}
}

// seenBy is the author that the user log of a member shows: a subscriber learns nothing of who runs the
// channel (R11).
func (d *decision) seenBy(self bool) AccountID {
	if self || d.Chat.Type != Channel {
		return d.by.Account
	}
	return 0
}

// entering is the standing of somebody who comes in now. What was personally taken stays taken.
func (d *decision) entering(before Member) Member {
	m := Member{Account: before.Account, Role: RoleMember, Joined: d.now}
	if taken := before.Taken(d.now); taken != 0 {
		m.Grants, m.Until, m.Note = taken, before.Until, before.Note
	}
	if d.Chat.HistoryHidden {
		m.From = d.Head.Seq + 1
	}
	return m
}

// outside is the standing of somebody who is out, and stays restricted on coming back.
func (d *decision) outside(before Member) Member {
	m := Member{Account: before.Account}
	if taken := before.Taken(d.now); taken != 0 {
		m.Grants, m.Until, m.Note = taken, before.Until, before.Note
	}
	return m
}

// room reports CodeChatFull where nobody more fits, and CodeTooMany where who comes in is in too many chats.
func (d *decision) room() error {
	if d.Chat.Type == Group && d.Chat.Members >= MaxGroup {
		return Errorf(CodeChatFull, "the group has as many members as a group may")
	}
	return d.fits()
}

// fits reports CodeTooMany where an account is in as many chats as it may.
func (d *decision) fits() error {
	if d.Held.In >= MaxRooms && !d.by.Server {
		return Errorf(CodeTooMany, "an account is in at most %d groups and channels", MaxRooms)
	}
	return nil
}

// me is the actor's standing, which for somebody who was never here lacks the account.
func (d *decision) me() Member {
	m := d.Actor
	m.Account = d.by.Account
	return m
}

func decideJoin(d *decision, c Join) error {
	if err := d.alive(); err != nil {
		return err
	}
	me := d.me()
	switch {
	case d.Chat.Peer(me.Account) != 0:
		return d.openToo(me)
	case d.Chat.Type != Group && d.Chat.Type != Channel:
		return Errorf(CodeForbidden, "this chat cannot be joined")
	case me.Barred(d.now):
		return &Error{Code: CodeBanned, Text: "banned from this chat", Retry: wait(me.Until, d.now)}
	case me.Role.In():
		return Errorf(CodeAlreadyMember, "already a member")
	case me.Role == RoleInvited:
		return d.enter(me, "")
	}
	if err := d.door(c.Token); err != nil {
		return err
	}
	if !d.Chat.JoinApproval && (c.Token == "" || !d.Link.Approval) {
		return d.enter(me, c.Token)
	}
	if me.Role == RoleRequested {
		return nil
	}
	asking := me
	asking.Role = RoleRequested
	d.report(KindJoinRequest, &JoinRequest{Account: me.Account, At: d.now, Token: c.Token})
	d.move(move{before: me, after: asking, token: c.Token, quiet: true})
	return nil
}

// openToo lets the other of a direct chat in, before anything was said.
func (d *decision) openToo(me Member) error {
	switch {
	case me.Role.Reads(): // looking at a request is not accepting it
		return Errorf(CodeAlreadyMember, "already a member")
	case d.Blocked:
		return Errorf(CodeCannotWrite, "this person does not take messages from you")
	}
	d.meet(me)
	return nil
}

// door checks that a chat can be entered: it is public, or the link is good.
func (d *decision) door(token string) error {
	switch {
	case token == "" && d.Chat.Name == "":
		return Errorf(CodeForbidden, "a private chat is joined by invitation or by link")
	case token == "":
		return nil
	case d.Link.Token != token:
		return fieldError(CodeNotFound, "invite", "no such link")
	case d.Link.Revoked || d.Link.Expires != 0 && d.Link.Expires <= d.now:
		return fieldError(CodeInviteExpired, "invite", "the link was revoked or has ended")
	case d.Link.Limit != 0 && d.Link.Uses >= d.Link.Limit:
		return fieldError(CodeInviteUsedUp, "invite", "the link was used as often as it may be")
	}
	return nil
}

// enter lets the actor in.
func (d *decision) enter(me Member, token string) error {
	if err := d.room(); err != nil {
		return err
	}
	d.move(move{before: me, after: d.entering(me), token: token})
	d.settle(me, true)
	return nil
}

// settle takes an open request off the list of the staff.
func (d *decision) settle(before Member, accepted bool) {
	if before.Role == RoleRequested {
		d.report(KindJoinRequest, &JoinRequest{
			Account: before.Account, At: d.now, Decided: true, Accepted: accepted,
		})
	}
}

func decideLeave(d *decision, _ Leave) error {
	me := d.me()
	switch {
	case d.Chat.ID == 0:
		return Errorf(CodeNotFound, "no such chat")
	case d.Chat.Type == Direct:
		return d.forget(me)
	case d.Chat.Type != Group && d.Chat.Type != Channel:
		return Errorf(CodeForbidden, "this chat cannot be left")
	case me.Barred(d.now):
		return &Error{Code: CodeBanned, Text: "banned from this chat", Retry: wait(me.Until, d.now)}
	case me.Role == RoleNone || me.Role == RoleBanned:
		return Errorf(CodeNotMember, "not a member of this chat")
	case me.Role == RoleOwner && !d.Chat.Deleted:
		return Errorf(CodeOwnerCannotLeave, "transfer or delete the chat first")
	}
	if d.Chat.Deleted {
		// What is left of the chat is the leaver's own row of it: the chat log ended with the deletion.
		d.Chat.Wide = true
	}
	d.move(move{before: me, after: d.outside(me)})
	d.settle(me, false)
	return nil
}

func decideInvite(d *decision, c Invite) error {
	if err := d.may(RightInvite); err != nil {
		return err
	}
	target := d.target(c.Account)
	switch {
	case c.Account == 0:
		return fieldError(CodeNotFound, "account", "no such account")
	case target.Role.In():
		return fieldError(CodeAlreadyMember, "account", "already a member")
	case target.Role == RoleInvited:
		return nil
	case target.Barred(d.now):
		return fieldError(CodeForbidden, "account", "banned here")
	case target.Role == RoleRequested:
		// Somebody who asked has consented: an invitation is the answer, from whoever may answer.
		if err := d.may(RightLinks); err != nil {
			return err
		}
		return d.answer(target, true)
	}
	if err := invitable(d.Person, d.Blocked); err != nil {
		return err
	}
	if err := d.unlimited(); err != nil {
		return err
	}
	if !d.Known {
		if err := d.spend(AllowStrangers); err != nil {
			return err
		}
	}
	d.invite(target)
	return nil
}

// target is the standing of somebody the command names.
func (d *decision) target(a AccountID) Member {
	m := d.Target
	m.Account = a
	return m
}

// invitable reports whether somebody takes invitations from the actor.
func invitable(p Person, blocked bool) *Error {
	switch {
	case p.ID == 0 || p.Deleted:
		return fieldError(CodeNotFound, "account", "no such account")
	case blocked || p.Privacy.RefuseInvites:
		return fieldError(CodeInvitesRefused, "account", "this person takes no invitations from you")
	}
	return nil
}

// invite asks somebody in. Until they accept they see nothing of the chat, and the chat nothing of them.
func (d *decision) invite(target Member) {
	invited := d.outside(target)
	invited.Role = RoleInvited
	d.move(move{before: target, after: invited})
	notice := &Invitation{Chat: d.Chat.ID, Title: d.Chat.Title, Type: d.Chat.Type, By: d.seenBy(false)}
	d.add(target.Account.Log(), d.seenBy(false), Envelope{Kind: KindInvitation}, notice)
}

func decideAnswer(d *decision, c AnswerInvitation) error {
	me := d.me()
	if me.Role == RoleApproached && !c.Accept {
		return d.forget(me)
	}
	if me.Role == RoleApproached {
		return d.accept(me)
	}
	if d.Chat.ID == 0 || me.Role != RoleInvited {
		return Errorf(CodeNotFound, "no invitation to this chat")
	}
	if !c.Accept {
		d.move(move{before: me, after: d.outside(me)})
		return nil
	}
	if err := d.alive(); err != nil {
		return err
	}
	return d.enter(me, "")
}

func decideRequest(d *decision, c DecideRequest) error {
	if err := d.may(RightLinks); err != nil {
		return err
	}
	target := d.target(c.Account)
	if c.Account == 0 || target.Role != RoleRequested {
		return fieldError(CodeNotFound, "account", "no request to join from this account")
	}
	return d.answer(target, c.Accept)
}

// answer ends a request to join.
func (d *decision) answer(target Member, accept bool) error {
	after := d.outside(target)
	if accept {
		if err := d.room(); err != nil {
			return err
		}
		after = d.entering(target)
	}
	token := ""
	if accept {
		token = d.Asked.Token // it is let in by the link it asked by
	}
	d.move(move{before: target, after: after, quiet: true, token: token})
	d.settle(target, accept)
	return nil
}

// Reasons are the public codes of bans and removals (R20).
func Reasons() []string {
	return []string{"spam", "fraud", "abuse", "violence", "sexual", "copyright", "off_topic", "bot", "other"}
}

// settings make a member's new standing, one for each role that SetMember gives.
var settings = [RoleBanned + 1]func(*decision, Member, SetMember) (Member, error){
	RoleNone: setNone, RoleMember: setPlain, RoleAdmin: setAdmin, RoleBanned: setBanned,
}

func decideMember(d *decision, c SetMember) error {
	if err := d.may(RightMembers); err != nil {
		return err
	}
	target := d.target(c.Account)
	switch {
	case c.Account == 0:
		return fieldError(CodeBadRequest, "account", "whose standing?")
	case c.Role > RoleBanned || settings[c.Role] == nil:
		return fieldError(CodeBadRequest, "role", "not a role that can be set")
	case c.Account == d.by.Account || standing(target.Role) >= standing(d.Actor.Role):
		return fieldError(CodeForbidden, "account", "nobody acts on somebody of equal or higher standing")
	case c.Until != 0 && c.Until <= d.now:
		return fieldError(CodeBadRequest, "until_ms", "the date has passed")
	case c.Reason != "" && !slices.Contains(Reasons(), c.Reason):
		return fieldError(CodeBadRequest, "reason", "not a published reason")
	}
	after, err := settings[c.Role](d, target, c)
	if err != nil {
		return err
	}
	if after.Note, err = noteOf(after, c.Note); err != nil {
		return err
	}
	after.Account, after.Version = target.Account, target.Version
	if after == target {
		return nil
	}
	if after.Role == RoleAdmin && (target.Role != RoleAdmin || after.Grants&^target.Grants != 0) {
		// Who stole a password would stay by it when the device is long thrown out.
		if err := d.hasSay("role"); err != nil {
			return err
		}
	}
	d.move(move{before: target, after: after, reason: c.Reason, quiet: target.Role == RoleRequested &&
		after.Role != RoleBanned})
	d.settle(target, false)
	return nil
}

// noteOf is what is said of why: of a restriction or ban alone. What stays from before without a word keeps
// that of before.
func noteOf(after Member, note string) (string, error) {
	note, err := cleanOptional(note, MaxNote, "note")
	switch {
	case err != nil:
		return "", err
	case after.Role == RoleBanned || after.Role == RoleMember && after.Grants != 0:
		return note, nil
	case note != "":
		return "", fieldError(CodeBadRequest, "note", "only a restriction or a ban is explained")
	default:
		return after.Note, nil
	}
}

// setNone removes a member, lifts a ban, declines a request, or takes back an invitation.
func setNone(d *decision, target Member, _ SetMember) (Member, error) {
	if err := d.may(RightBan); err != nil {
		return Member{}, err
	}
	if target.Role == RoleNone {
		return Member{Account: target.Account}, nil
	}
	return d.outside(target), nil
}

// setPlain demotes an admin, or restricts a member, or lifts a restriction.
func setPlain(d *decision, target Member, c SetMember) (Member, error) {
	right := RightBan
	if target.Role == RoleAdmin {
		right = RightPromote
	}
	if err := d.may(right); err != nil {
		return Member{}, err
	}
	switch {
	case !target.Role.In():
		return Member{}, fieldError(CodeForbidden, "account", "nobody is added: invite them")
	case c.Grants&^takable[d.Chat.Type] != 0:
		return Member{}, fieldError(CodeBadRequest, "grants", "not a right that can be taken from a member")
	}
	if c.Grants != 0 {
		if err := d.may(RightBan); err != nil {
			return Member{}, err
		}
	}
	m := Member{Role: RoleMember, Grants: c.Grants, From: target.From, Joined: target.Joined}
	if c.Grants != 0 {
		m.Until = c.Until
	}
	return m, nil
}

// setAdmin promotes a member, or changes what an admin may: never to more than the giver has. Where there are
// as many admins as may be, or more of before, those stay.
//
// ROOM-6
func setAdmin(d *decision, target Member, c SetMember) (Member, error) {
	if err := d.may(RightPromote); err != nil {
		return Member{}, err
	}
	title, err := cleanOptional(c.Title, MaxAdminTitle, "title")
	switch {
	case err != nil:
		return Member{}, err
	case !target.Role.In():
		return Member{}, fieldError(CodeForbidden, "account", "nobody is added: invite them")
	case c.Grants&^d.Chat.Type.AdminGrants() != 0:
		return Member{}, fieldError(CodeBadRequest, "grants", "not a right of admins here")
	case c.Until != 0:
		return Member{}, fieldError(CodeBadRequest, "until_ms", "admins are not made until a date")
	case d.Actor.Role != RoleOwner && !d.Actor.Grants.Has(c.Grants):
		return Member{}, fieldError(CodeForbidden, "grants", "nobody gives a right they do not have")
	case target.Role != RoleAdmin && d.Admins >= MaxAdmins:
		return Member{}, fieldError(CodeTooMany, "role", "a chat has at most that many admins")
	}
	return Member{
		Role: RoleAdmin, Grants: c.Grants, Title: title, From: target.From, Joined: target.Joined,
	}, nil
}

// setBanned removes somebody and keeps them out, whether they are here or not.
func setBanned(d *decision, target Member, c SetMember) (Member, error) {
	if err := d.may(RightBan); err != nil {
		return Member{}, err
	}
	if target.Role == RoleNone && d.Person.ID == 0 {
		return Member{}, fieldError(CodeNotFound, "account", "no such account")
	}
	return Member{Role: RoleBanned, Until: c.Until}, nil
}

// decideTransfer offers the chat to an admin: nobody comes to answer for what they did not take. What is
// reported is not handed on, where everybody may report it: in a private chat of a few, a refusal would tell
// its owner who did. Everywhere a report keeps who owned the chat when it was made.
//
// ROOM-5
func decideTransfer(d *decision, c Transfer) error {
	if err := d.may(RightOwn); err != nil {
		return err
	}
	target := d.target(c.Account)
	switch {
	case c.Account == d.by.Account:
		return fieldError(CodeBadRequest, "account", "already the owner")
	case c.Account == 0 || !target.Role.In():
		return fieldError(CodeNotFound, "account", "only a member can become the owner")
	case d.Person.Deleted:
		return fieldError(CodeNotFound, "account", "no such account")
	case target.Role != RoleAdmin:
		return fieldError(CodeForbidden, "account", "only an admin can become the owner")
	case target.Grants.Has(GrantOwn):
		return nil
	}
	if err := d.mayOwn("account"); err != nil {
		return err
	}
	d.offer(target, true)
	if before := d.Owning.Offered; before.Account != 0 {
		d.offer(before, false)
	}
	return nil
}

// mayOwn refuses a chat that must not change hands now, and who owns too many.
func (d *decision) mayOwn(field string) error {
	switch {
	case d.Chat.Public() && len(d.Case.Reports) > 0:
		return fieldError(CodeForbidden, "chat", "a report about it waits for the operator")
	case d.Held.Owned >= MaxOwned:
		return fieldError(CodeTooMany, field, "this person owns as many groups and channels as one may")
	}
	return nil
}

// offer lets an admin take the chat over, or no longer. The offer is one of the admin's rights, so it ends
// with them, and where they are set anew.
func (d *decision) offer(to Member, open bool) {
	after := to
	after.Grants &^= GrantOwn
	if open {
		after.Grants |= GrantOwn
	}
	d.move(move{before: to, after: after, noted: true, aside: true})
}

// ownerLooks tells the owner their own standing anew where an offer began or ended, whoever ended it and how:
// nothing of it changed, but their devices look again whom the chat is offered to, for what staff reads is
// followed by nobody.
//
// ROOM-5
func (d *decision) ownerLooks() {
	owner := d.Owning.Owner
	if d.Actor.Role == RoleOwner {
		owner = d.me()
	}
	if d.offers && !d.owner && owner.Role == RoleOwner {
		d.move(move{before: owner, after: owner, quiet: true, aside: true})
	}
}

// decideOffered takes the chat over, or ends the offer, which its owner may too.
//
// ROOM-5
func decideOffered(d *decision, c AnswerOffer) error {
	if err := d.alive(); err != nil {
		return err
	}
	me, owner, offered := d.me(), d.Owning.Owner, d.Owning.Offered
	switch {
	case !c.Accept && me.Role == RoleOwner && offered.Account != 0:
		d.offer(offered, false)
		return nil
	case !me.Offered() || owner.Role != RoleOwner:
		return Errorf(CodeNotFound, "nobody offers this chat")
	case !c.Accept:
		d.offer(me, false)
		return nil
	}
	if err := d.mayOwn(""); err != nil {
		return err
	}
	d.move(move{noted: true, before: me, after: Member{
		Role: RoleOwner, From: me.From, Joined: me.Joined, Title: me.Title,
	}})
	d.move(move{quiet: true, before: owner, after: Member{
		Role: RoleAdmin, Grants: d.Chat.Type.AdminGrants(), From: owner.From, Joined: owner.Joined,
		Title: owner.Title,
	}})
	return nil
}
