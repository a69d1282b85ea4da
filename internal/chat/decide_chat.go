// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "fmt"

// groupDefaults are what members of a new group may do; info, pins and invitations stay with its admins
// until they are given to all.
const groupDefaults = GrantSend | GrantMedia | GrantReact | GrantLinks | GrantInvite

// channelDefaults are what subscribers of a new channel may do.
const channelDefaults = GrantReact

// creators make a chat, one for each type.
var creators = [Service + 1]func(*decision, Create) error{
	Direct: createDirect, Group: createRoom, Channel: createRoom, Saved: createSaved,
	Service: createService,
}

func decideCreate(d *decision, c Create) error {
	switch {
	case c.Chat == 0:
		return Errorf(CodeInternal, "a new chat needs a number")
	case c.Type > Service || creators[c.Type] == nil:
		return fieldError(CodeBadRequest, "type", "unknown type of chat")
	case d.Chat.ID != 0:
		return Errorf(CodeConflict, "the number of the new chat is in use")
	case d.by.Account == 0:
		return Errorf(CodeUnauthenticated, "nobody asks")
	}
	if c.Imported || c.NumberBase != 0 || c.Source != "" {
		if err := d.server(); err != nil {
			return err
		}
	}
	// The rest of the decision speaks of the chat as it will be.
	d.Chat = Chat{ID: c.Chat, Type: c.Type}
	return creators[c.Type](d, c)
}

// createDirect opens the chat of two people. Only the one who opens it is in: the other comes in by opening
// it too, or with the first message, so that no list shows a chat in which nothing was said (R10).
func createDirect(d *decision, c Create) error {
	switch {
	case c.Peer == d.by.Account:
		return createSaved(d, c)
	case d.Direct != 0:
		return Errorf(CodeConflict, "the two have a chat already")
	case c.Peer == 0 || d.Person.ID == 0 || d.Person.Deleted:
		return fieldError(CodeNotFound, "account", "no such account")
	case d.Blocked:
		return Errorf(CodeCannotWrite, "this person does not take messages from you")
	}
	if err := d.unlimited(); err != nil {
		return err
	}
	a, b := min(d.by.Account, c.Peer), max(d.by.Account, c.Peer)
	d.say(Envelope{Kind: KindChatCreated}, &Created{Type: Direct, Accounts: []AccountID{a, b}})
	d.Chat.Peers = [2]AccountID{a, b}
	d.meet(Member{Account: d.by.Account})
	return nil
}

func createSaved(d *decision, c Create) error {
	if d.Direct != 0 {
		return Errorf(CodeConflict, "the account has its saved messages already")
	}
	if c.Peer != 0 && c.Peer != d.by.Account {
		return fieldError(CodeBadRequest, "account", "saved messages have one account")
	}
	me := d.by.Account
	d.say(Envelope{Kind: KindChatCreated}, &Created{Type: Saved, Owner: me, Accounts: []AccountID{me, me}})
	d.tell(KindMyChat, &MyChat{
		Chat: c.Chat, Type: Saved, Peer: me,
		Member: Member{Account: me, Role: RoleOwner, Version: 1, Joined: d.now},
	})
	return nil
}

// createRoom makes a group or a channel.
func createRoom(d *decision, c Create) error {
	if d.Held.Owned >= MaxOwned && !d.by.Server {
		return Errorf(CodeTooMany, "an account owns at most %d groups and channels", MaxOwned)
	}
	if err := d.fits(); err != nil {
		return err
	}
	if err := d.spend(AllowRooms); err != nil {
		return err
	}
	title, err := cleanLine(c.Title, MaxTitle, "title")
	if err != nil {
		return err
	}
	about, err := cleanAbout(c.About)
	if err != nil {
		return err
	}
	body := &Created{
		Type: c.Type, Title: title, About: about, Owner: d.by.Account, Defaults: groupDefaults,
		Imported: c.Imported, NumberBase: c.NumberBase, Source: label(c.Source),
	}
	if c.Type == Channel {
		body.Owner, body.Defaults = 0, channelDefaults
	}
	d.Chat.Title = title
	d.say(Envelope{Kind: KindChatCreated}, body)
	if c.Name != "" {
		if err := CheckName(c.Name); err != nil {
			return err
		}
		d.say(Envelope{Kind: KindChatInfo}, &InfoChange{Name: &c.Name})
	}
	d.tell(KindMyChat, &MyChat{
		Chat: c.Chat, Type: c.Type,
		Member: Member{Account: d.by.Account, Role: RoleOwner, Version: 1, Joined: d.now},
	})
	return d.inviteAll(c.Invite)
}

// inviteAll invites people to a chat that is being made, all or none: a refusal names its place in the list.
func (d *decision) inviteAll(accounts []AccountID) error {
	if len(accounts) > MaxInvites {
		return fieldError(CodeTooMany, "invite", "too many invitations at once")
	}
	if len(accounts) > 0 {
		if err := d.unlimited(); err != nil {
			return err
		}
	}
	seen := map[AccountID]bool{d.by.Account: true}
	for i, a := range accounts {
		if seen[a] {
			continue
		}
		seen[a] = true
		party := d.People[a]
		if err := invitable(party.Person, party.Blocked); err != nil {
			err.Field = fmt.Sprintf("invite.%d", i)
			return err
		}
		if !party.Known {
			if err := d.spend(AllowStrangers); err != nil {
				return err
			}
		}
		d.invite(Member{Account: a})
	}
	return nil
}

// infoRules check one field of a change each, and say which right it needs.
var infoRules = [...]struct {
	has   func(*InfoChange) bool
	right Right
	check func(*InfoChange) error
}{
	{func(i *InfoChange) bool { return i.Title != nil }, RightInfo, func(i *InfoChange) error {
		title, err := cleanLine(*i.Title, MaxTitle, "title")
		i.Title = &title
		return err
	}},
	{func(i *InfoChange) bool { return i.About != nil }, RightInfo, func(i *InfoChange) error {
		about, err := cleanAbout(*i.About)
		i.About = &about
		return err
	}},
	{func(i *InfoChange) bool { return i.Name != nil }, RightOwn, func(i *InfoChange) error {
		if *i.Name == "" {
			return nil
		}
		return CheckName(*i.Name)
	}},
	{func(i *InfoChange) bool { return i.Down != nil }, RightOwn, func(*InfoChange) error {
		return fieldError(CodeForbidden, "down", "only a decision takes a public name down")
	}},
	{func(i *InfoChange) bool { return i.Defaults != nil }, RightBan, func(i *InfoChange) error {
		if *i.Defaults&^MemberGrants != 0 {
			return fieldError(CodeBadRequest, "defaults", "not a right of members")
		}
		return nil
	}},
	{func(i *InfoChange) bool { return i.SlowSeconds != nil }, RightBan, func(i *InfoChange) error {
		if *i.SlowSeconds > MaxSlowSeconds {
			return fieldError(CodeBadRequest, "slow_seconds", "too long")
		}
		return nil
	}},
	{func(i *InfoChange) bool { return i.Signatures != nil }, RightSettings, nil},
	{func(i *InfoChange) bool { return i.HistoryHidden != nil }, RightSettings, nil},
	{func(i *InfoChange) bool { return i.JoinApproval != nil }, RightSettings, nil},
}

func decideInfo(d *decision, c SetInfo) error {
	change, some := c.Change, false
	for _, r := range infoRules {
		if !r.has(&change) {
			continue
		}
		some = true
		if err := d.may(r.right); err != nil {
			return err
		}
		if r.check == nil {
			continue
		}
		if err := r.check(&change); err != nil {
			return err
		}
	}
	switch {
	case !some:
		return fieldError(CodeBadRequest, "change", "nothing to change")
	case d.Chat.Down && change.Name != nil && *change.Name != "":
		return fieldError(CodeLimited, "change.name", "its public name was taken down")
	}
	if change = d.news(change); change == (InfoChange{}) {
		return nil
	}
	if change.Name != nil {
		if err := d.mayGiveUp(d.Chat.Name, *change.Name, "change.name"); err != nil {
			return err
		}
	}
	d.say(Envelope{Kind: KindChatInfo, Silent: true}, &change)
	d.deed(StaffDeed{Kind: KindChatInfo, Change: &change})
	return nil
}

// news leaves of a change what differs from how it is.
func (d *decision) news(c InfoChange) InfoChange {
	return InfoChange{
		Title:         unlessEqual(c.Title, d.Chat.Title),
		About:         unlessEqual(c.About, d.Chat.About),
		Name:          unlessEqual(c.Name, d.Chat.Name),
		Defaults:      unlessEqual(c.Defaults, d.Chat.Defaults),
		SlowSeconds:   unlessEqual(c.SlowSeconds, d.Chat.SlowSeconds),
		Signatures:    unlessEqual(c.Signatures, d.Chat.Signatures),
		HistoryHidden: unlessEqual(c.HistoryHidden, d.Chat.HistoryHidden),
		JoinApproval:  unlessEqual(c.JoinApproval, d.Chat.JoinApproval),
	}
}

func unlessEqual[T comparable](want *T, have T) *T {
	if want == nil || *want == have {
		return nil
	}
	return want
}

func decideDeleteChat(d *decision, _ DeleteChat) error {
	if err := d.may(RightOwn); err != nil {
		return err
	}
	d.say(Envelope{Kind: KindChatDeleted}, nil)
	return nil
}

func decideCreateLink(d *decision, c CreateLink) error {
	if err := d.may(RightLinks); err != nil {
		return err
	}
	label, err := cleanOptional(c.Label, MaxLinkLabel, "label")
	switch {
	case err != nil:
		return err
	case c.Token == "":
		return Errorf(CodeInternal, "a new link needs a token")
	case c.Expires != 0 && c.Expires <= d.now:
		return fieldError(CodeBadRequest, "expires_ms", "the link would have ended already")
	case c.Limit > MaxLinkUses:
		return fieldError(CodeBadRequest, "limit", "too many uses")
	case c.Limit != 0 && c.Approval:
		return fieldError(CodeBadRequest, "limit", "a link that asks first counts no uses")
	}
	d.report(KindInviteLink, &InviteLink{
		Token: c.Token, Label: label, Expires: c.Expires, Limit: c.Limit, Approval: c.Approval,
		Creator: d.by.Account, Created: d.now,
	})
	return nil
}

func decideRevokeLink(d *decision, c RevokeLink) error {
	if err := d.may(RightLinks); err != nil {
		return err
	}
	if c.Token == "" || d.Link.Token != c.Token {
		return fieldError(CodeNotFound, "token", "no such link")
	}
	if d.Link.Revoked {
		return nil
	}
	link := d.Link
	link.Revoked, link.Uses = true, 0
	d.report(KindInviteLink, &link)
	return nil
}
