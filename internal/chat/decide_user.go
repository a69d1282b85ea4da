// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// inChat fails unless the actor is in the chat: what follows is about one's own row of it.
func (d *decision) inChat() error {
	switch {
	case d.Chat.ID == 0:
		return Errorf(CodeNotFound, "no such chat")
	case !d.Actor.Role.Reads():
		return Errorf(CodeNotMember, "not a member of this chat")
	}
	return nil
}

func decideRead(d *decision, c MarkRead) error {
	if err := d.inChat(); err != nil {
		return err
	}
	if c.Seq <= d.Read.Seq {
		return nil
	}
	d.tell(KindRead, &ReadMark{Chat: d.Chat.ID, Seq: c.Seq, Ord: c.Ord})
	return nil
}

func decideDraft(d *decision, c SetDraft) error {
	if err := d.inChat(); err != nil {
		return err
	}
	if d.Chat.Type == Service {
		return forbidden() // nobody writes to the server here
	}
	draft := &DraftText{Chat: d.Chat.ID, Text: c.Text, Reply: c.Reply, At: d.now}
	var err error
	if c.Text != "" {
		if draft.Entities, err = CheckDraft(c.Text, c.Entities); err != nil {
			return err
		}
	}
	if c.Reply != 0 { // whether the message still says it is asked when the draft is sent
		if draft.Quote, _, err = composeQuote(c.Quote, nil); err != nil {
			return err
		}
	}
	d.tell(KindDraft, draft)
	return nil
}

func decidePrefs(d *decision, c SetPrefs) error {
	if err := d.inChat(); err != nil {
		return err
	}
	p := c.Prefs
	p.Chat = d.Chat.ID
	switch {
	case p == (Prefs{Chat: p.Chat}):
		return fieldError(CodeBadRequest, "prefs", "nothing to change")
	case p.PinRank != nil && *p.PinRank > MaxPinnedChats:
		return fieldError(CodeTooMany, "prefs.pin_rank", "too many pinned chats")
	case p.MutedUntil != nil && *p.MutedUntil < NotifyAlways:
		return fieldError(CodeBadRequest, "prefs.muted_until_ms", "before time began")
	}
	d.tell(KindPrefs, &p)
	return nil
}

func decideBlock(d *decision, c SetBlock) error {
	switch {
	case c.Account == d.by.Account:
		return fieldError(CodeBadRequest, "account", "nobody blocks themselves")
	case c.Account == 0 || d.Person.ID == 0:
		return fieldError(CodeNotFound, "account", "no such account")
	}
	d.tell(KindBlock, &Block{Account: c.Account, Blocked: c.Blocked})
	return nil
}

func decidePrivacy(d *decision, c SetPrivacy) error {
	p := c.Privacy
	if c.KeepUnfindable {
		p.Unfindable = d.Me.Privacy.Unfindable
	}
	if c.KeepQuiet {
		p.QuietContacts = d.Me.Privacy.QuietContacts
	}
	if c.KeepPhoto {
		p.Photo = d.Me.Privacy.Photo
	}
	if p.Photo >= photoAudienceEnd {
		return fieldError(CodeBadRequest, "privacy.photo", "no such audience")
	}
	d.tell(KindPrivacy, &p)
	return nil
}

// decideContact writes what is private beside what is public at this moment: a client that later finds the
// public part changed can say so, on whichever device it is. Whoever is put on the list is no stranger any
// more, so what they wrote as one is accepted in the same act.
//
// STR-3
func decideContact(d *decision, c SetContact) error {
	known := c.Account != 0 && d.Contact.Account == c.Account
	switch {
	case c.Account == d.by.Account:
		return fieldError(CodeBadRequest, "account", "nobody is a contact of their own")
	case c.Remove && !known:
		return nil
	case c.Remove:
		d.tell(KindContact, &Contact{Account: c.Account, Removed: true})
		return nil
	case c.Account == 0 || d.Person.ID == 0:
		return fieldError(CodeNotFound, "account", "no such account")
	case !known && d.Contacts >= MaxContacts:
		return fieldError(CodeTooMany, "account", "too many contacts")
	}
	name, err := cleanOptional(c.Name, MaxPersonName, "name")
	if err != nil {
		return err
	}
	shown := d.Person.Profile
	contact := Contact{
		Account: c.Account, Name: name, SeenName: shown.Name, SeenUsername: shown.Username, SeenPhoto: d.Seen,
	}
	waits := d.asks(c.Account)
	if contact != d.Contact || waits {
		d.tell(KindContact, &contact) // first, since the receipt is that of the contact
	}
	if waits {
		return d.accept(d.me())
	}
	return nil
}

// asks reports whether the chat of the facts is that of the actor and somebody who waits there as a request
// that could be accepted.
func (d *decision) asks(account AccountID) bool {
	return d.Chat.Type == Direct && d.Chat.Peer(d.by.Account) == account && d.me().Role == RoleApproached &&
		!d.Blocked
}

func decidePersonal(d *decision, c SetPersonal) error {
	if d.Linked { // the link that others have leads nowhere from then on
		if err := d.hasSay("personal"); err != nil {
			return err
		}
	}
	d.tell(KindPersonal, &PersonalLink{Token: c.Token, Removed: c.Token == ""})
	return nil
}

func decideProfile(d *decision, c SetProfile) error {
	p := c.Profile
	var err error
	if p.Name, err = cleanLine(p.Name, MaxPersonName, "name"); err != nil {
		return err
	}
	if p.About, err = cleanAbout(p.About); err != nil {
		return err
	}
	if p.Username != "" {
		if err := CheckName(p.Username); err != nil {
			return err
		}
	}
	if err := d.mayGiveUp(d.Me.Profile.Username, p.Username, "profile.username"); err != nil {
		return err
	}
	d.tell(KindProfile, &p)
	if c.Told.Act == 0 {
		return nil
	}
	return decideNoteAct(d, NoteAct{c.Told})
}

// mayGiveUp refuses a device that has no say yet what takes a name from where it leads: who stole a password
// would have it. The first name, and other capitals of the same one, take it from nowhere.
//
// AUTH-6
func (d *decision) mayGiveUp(had, takes, field string) error {
	if had == "" || FoldName(had) == FoldName(takes) {
		return nil
	}
	return d.hasSay(field)
}

// hasSay refuses a device that has no say yet.
//
// AUTH-6
func (d *decision) hasSay(field string) error {
	if d.by.Waits <= 0 {
		return nil
	}
	return &Error{Code: CodeLoginTooYoung, Retry: d.by.Waits, Field: field,
		Text: "this device signed in a short time ago, and an older one is signed in"}
}

func decideDevice(d *decision, c NoteDevice) error {
	if err := d.server(); err != nil || d.Me.Deleted {
		return err
	}
	d.tell(KindDevice, &c.Notice)
	return nil
}
