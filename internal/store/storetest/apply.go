// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// apply does to the projections what entry e says.
func (t *txn) apply(e *chat.Entry, change chat.Change) error {
	if t.applyCase(e, change) {
		return nil
	}
	switch c := change.(type) {
	case chat.ChatAdded:
		return t.addChat(c)
	case chat.ChatPatched:
		return t.patchChat(c)
	case chat.FactsBumped:
		return t.editChat(c.Chat, func(r *chat.Chat) { r.Facts++ })
	case chat.NameClaimed:
		return t.claimName(e, c)
	case chat.DirectOpened:
		return t.openDirect(c)
	case chat.MemberSet:
		return t.setMember(e, c)
	case chat.Superseded:
		return t.supersede(e, c)
	case chat.PinSet:
		return t.setPin(e, c)
	case chat.Mentioned:
		at := place{e.Log, cmp.Or(c.Target, e.Seq)}
		put(t.undo, t.proj.mentions, mentionID{c.Account, at}, struct{}{})
	case chat.LinkSet:
		return t.setLink(c)
	case chat.LinkUsed:
		return t.useLink(e, c)
	case chat.RequestSet:
		return t.setRequest(c)
	case chat.ProfileSet:
		who := t.proj.person(c.Account)
		who.Profile = c.Profile
		put(t.undo, t.proj.people, c.Account, who)
	case chat.PrivacySet:
		who := t.proj.person(c.Account)
		who.Privacy = c.Privacy
		put(t.undo, t.proj.people, c.Account, who)
	case chat.ReadSet:
		t.setRead(c)
	case chat.DraftSet:
		t.setDraft(e, c)
	case chat.PrefsSet:
		t.mergePrefs(c)
	case chat.BlockSet:
		return t.setBlock(c)
	case chat.ContactSet:
		t.setContact(e, c)
	case chat.PersonalSet:
		return t.setPersonal(c)
	case chat.SourceSet:
		return t.setSource(e, c)
	case chat.MediaUsed:
		t.useMedia(e, c)
	case chat.PhotoSet:
		t.setPhoto(e, c)
	case chat.PhotoErased:
		t.erasePhoto(e, c)
	case chat.AccountErased:
		t.eraseAccount(e, c)
	case chat.SpentAdded:
		put(t.undo, t.proj.spent, spentID{c.Account, c.At, e.Pos}, chat.Spending{At: c.At, Spent: c.Spent})
	default:
		return chat.Errorf(chat.CodeInternal, "change %T is unknown", change)
	}
	return nil
}

func (t *txn) addChat(c chat.ChatAdded) error {
	if _, ok := t.proj.chats[c.Chat.ID]; ok {
		return chat.Errorf(chat.CodeConflict, "chat %d is there already", c.Chat.ID)
	}
	room := c.Chat
	room.Members = 0
	put(t.undo, t.proj.chats, room.ID, room)
	return nil
}

// editChat changes the row of a chat, which must be there.
func (t *txn) editChat(id chat.ChatID, edit func(*chat.Chat)) error {
	room, ok := t.proj.chats[id]
	if !ok {
		return chat.Errorf(chat.CodeNotFound, "chat %d is not there", id)
	}
	edit(&room)
	put(t.undo, t.proj.chats, id, room)
	return nil
}

func (t *txn) patchChat(c chat.ChatPatched) error {
	if c.Deleted {
		t.forgetMedia(c.Chat.Log(), 0)
		t.forgetPhotos(c.Chat.Log(), t.heads[c.Chat.Log()].Seq)
	}
	return t.editChat(c.Chat, func(r *chat.Chat) {
		set(&r.Title, c.Info.Title)
		set(&r.About, c.Info.About)
		set(&r.Name, c.Info.Name)
		set(&r.Defaults, c.Info.Defaults)
		set(&r.SlowSeconds, c.Info.SlowSeconds)
		set(&r.Signatures, c.Info.Signatures)
		set(&r.HistoryHidden, c.Info.HistoryHidden)
		set(&r.JoinApproval, c.Info.JoinApproval)
		set(&r.Down, c.Info.Down)
		r.Wide = r.Wide || c.Wide
		r.Deleted = r.Deleted || c.Deleted
	})
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// claimName frees what the owner has, then takes the new name, so that changing only the case of one's own
// name is no conflict.
func (t *txn) claimName(e *chat.Entry, c chat.NameClaimed) error {
	p, owner := t.proj, engine.Owner{Account: c.Account, Chat: c.Chat}
	if had, ok := p.owners[owner]; ok {
		if had != c.Name {
			t.restName(e, owner, had)
		}
		remove(t.undo, p.skeletons, p.names[had].skeleton)
		remove(t.undo, p.names, had)
		remove(t.undo, p.owners, owner)
	}
	if c.Name == "" {
		return nil
	}
	if _, taken := p.names[c.Name]; taken {
		return chat.Errorf(chat.CodeNameTaken, "the name is somebody else's")
	}
	if _, taken := p.skeletons[c.Skeleton]; taken {
		return chat.Errorf(chat.CodeNameConfusable, "the name looks like somebody else's")
	}
	remove(t.undo, p.rested, c.Skeleton)
	put(t.undo, p.names, c.Name, nameRow{c.Skeleton, owner})
	put(t.undo, p.skeletons, c.Skeleton, c.Name)
	put(t.undo, p.owners, owner, c.Name)
	return nil
}

// restName keeps a name that was given up. Those of its owner that have rested are forgotten.
func (t *txn) restName(e *chat.Entry, owner engine.Owner, name string) {
	p := t.proj
	put(t.undo, p.rested, p.names[name].skeleton, engine.Rested{Owner: owner, Name: name,
		By: e.Author, At: e.At, Pos: e.Pos})
	for look, r := range p.rested {
		if r.Owner == owner && r.At <= e.At-engine.NameRests {
			remove(t.undo, p.rested, look)
		}
	}
}

func (t *txn) openDirect(c chat.DirectOpened) error {
	k := direct(c.A, c.B)
	if room, ok := t.proj.directs[k]; ok {
		return chat.Errorf(chat.CodeConflict, "the two have chat %d", room)
	}
	put(t.undo, t.proj.directs, k, c.Chat)
	return nil
}

func (t *txn) setMember(e *chat.Entry, c chat.MemberSet) error {
	k := inChat(c.Chat, c.Member.Account)
	old := t.proj.members[k]
	if c.Member.Version <= old.Version {
		return nil
	}
	put(t.undo, t.proj.members, k, memberRow{c.Member, e.Pos})
	return t.editChat(c.Chat, func(r *chat.Chat) {
		if old.Role.In() {
			r.Members--
		}
		if c.Member.Role.In() {
			r.Members++
		}
	})
}

// supersede erases every earlier body of the target. What was redacted stays redacted: a deletion and an
// edit that were decided at the same time end with the deletion. Numbers alone tell whether a target ever
// was, so that a rebuild decides alike after a log was compacted.
func (t *txn) supersede(e *chat.Entry, c chat.Superseded) error {
	target := place{e.Log, c.Target}
	before, had := t.proj.overlays[target]
	if c.Target == 0 || c.Target >= e.Seq || before.redacted {
		return chat.Errorf(chat.CodeTargetGone, "%s has no entry %d to supersede", e.Log, c.Target)
	}
	t.erase(t.places[target])
	if had {
		t.erase(t.places[place{e.Log, before.by}])
	}
	put(t.undo, t.proj.overlays, target, overlayRow{e.Seq, e.At, c.Redact})
	for id := range t.proj.mentions {
		if id.place == target {
			remove(t.undo, t.proj.mentions, id)
		}
	}
	t.forgetMedia(e.Log, c.Target)
	if c.Redact {
		remove(t.undo, t.proj.pins, target)
		t.marks.forget(t.undo, target)
	}
	return nil
}

// erase empties the body of an entry for ever; the entry keeps its place.
func (t *txn) erase(pos chat.Pos) {
	if e, ok := t.entries[pos]; ok && e.Body != nil {
		e.Erase()
		put(t.undo, t.entries, pos, e)
	}
}

func (t *txn) setPin(e *chat.Entry, c chat.PinSet) error {
	target := place{e.Log, c.Target}
	if !c.Pinned {
		remove(t.undo, t.proj.pins, target)
		return nil
	}
	if c.Target == 0 || c.Target >= e.Seq || t.proj.overlays[target].redacted {
		return chat.Errorf(chat.CodeTargetGone, "%s has no entry %d to pin", e.Log, c.Target)
	}
	put(t.undo, t.proj.pins, target, e.Seq)
	return nil
}

// setLink keeps the uses that were counted.
func (t *txn) setLink(c chat.LinkSet) error {
	old, ok := t.proj.links[c.Link.Token]
	if ok && old.room != c.Chat {
		return chat.Errorf(chat.CodeConflict, "the token is of another chat")
	}
	row := linkRow{c.Link, c.Chat}
	row.Uses = old.Uses
	put(t.undo, t.proj.links, c.Link.Token, row)
	return nil
}

// useLink counts a person once: somebody who comes back takes the place they had.
func (t *txn) useLink(e *chat.Entry, c chat.LinkUsed) error {
	use := linkUse{c.Token, c.Account}
	link, ok := t.proj.links[c.Token]
	switch {
	case ok && c.Let && link.room == c.Chat:
	case !ok, link.room != c.Chat, link.Revoked, link.Expires != 0 && e.At >= link.Expires:
		return chat.Errorf(chat.CodeInviteExpired, "the link is expired, revoked or unknown")
	case link.Limit != 0 && t.proj.without(link.InviteLink, c.Account).Uses >= link.Limit:
		return chat.Errorf(chat.CodeInviteUsedUp, "the link was used %d times", link.Uses)
	}
	if _, before := t.proj.linkUses[use]; before {
		return nil
	}
	link.Uses++
	put(t.undo, t.proj.links, c.Token, link)
	put(t.undo, t.proj.linkUses, use, struct{}{})
	return nil
}

func (t *txn) setRequest(c chat.RequestSet) error {
	k := inChat(c.Chat, c.Request.Account)
	if c.Request.Decided {
		remove(t.undo, t.proj.requests, k)
	} else {
		put(t.undo, t.proj.requests, k, c.Request)
	}
	return nil
}

func (t *txn) setRead(c chat.ReadSet) {
	k := inChat(c.Mark.Chat, c.Account)
	if c.Mark.Seq > t.proj.reads[k].Seq {
		put(t.undo, t.proj.reads, k, c.Mark)
	}
}

func (t *txn) setDraft(e *chat.Entry, c chat.DraftSet) {
	k := inChat(c.Draft.Chat, c.Account)
	if old, ok := t.proj.drafts[k]; ok {
		t.erase(old.pos)
		remove(t.undo, t.proj.drafts, k)
	}
	if !c.Draft.Empty() {
		put(t.undo, t.proj.drafts, k, draftRow{c.Draft, e.Pos})
	}
}

func (t *txn) mergePrefs(c chat.PrefsSet) {
	k := inChat(c.Prefs.Chat, c.Account)
	p := t.proj.prefs[k]
	p.Chat = c.Prefs.Chat
	merge(&p.MutedUntil, c.Prefs.MutedUntil)
	merge(&p.Archived, c.Prefs.Archived)
	merge(&p.PinRank, c.Prefs.PinRank)
	merge(&p.MarkedUnread, c.Prefs.MarkedUnread)
	put(t.undo, t.proj.prefs, k, p)
}

func merge[T any](to **T, from *T) {
	if from != nil {
		v := *from
		*to = &v
	}
}

func (t *txn) setBlock(c chat.BlockSet) error {
	k := pair{uint32(c.Account), uint32(c.Block.Account)}
	if c.Block.Blocked {
		put(t.undo, t.proj.blocks, k, struct{}{})
	} else {
		remove(t.undo, t.proj.blocks, k)
	}
	if room, ok := t.proj.directs[direct(c.Account, c.Block.Account)]; ok {
		return t.editChat(room, func(r *chat.Chat) { r.Facts++ })
	}
	return nil
}

func (t *txn) setSource(e *chat.Entry, c chat.SourceSet) error {
	seq := cmp.Or(c.Target, e.Seq)
	k := sourceID{e.Log.Chat(), c.Number}
	if old, ok := t.proj.sources[k]; ok && old.Seq != seq {
		return chat.Errorf(chat.CodeConflict, "number %d is bound to entry %d", c.Number, old.Seq)
	}
	put(t.undo, t.proj.sources, k, engine.Source{Seq: seq, Digest: c.Digest})
	return nil
}
