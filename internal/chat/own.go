// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"cmp"
	"maps"
	"slices"
)

// Own is what the entries of a user log add up to (I6). User logs are read in order: entries up to the head
// are repetitions and change nothing.
type Own struct {
	Head        Seq
	Gap         bool // news came whose forerunners did not
	Profile     Profile
	Privacy     Privacy
	Blocked     []AccountID // ascending
	Invitations []Invitation
	Contacts    []Contact // ascending
	Personal    PersonalLink
	Chats       map[ChatID]OwnChat
	Photos      []PlacedPhoto // the newest first
}

// OwnChat is an account's own side of one chat.
type OwnChat struct {
	Type   ChatType
	Peer   AccountID
	Member Member
	Read   ReadMark
	Draft  DraftText
	Prefs  Prefs
}

// FoldOwn returns the state after one more entry of the user log. It changes nothing of the one it is given.
func FoldOwn(own Own, rec Record) Own {
	if rec.Seq <= own.Head {
		return own
	}
	own.Gap = own.Gap || rec.Seq != own.Head+1
	own.Head = rec.Seq
	own.foldPhoto(rec)
	if int(rec.Env.Kind) < len(ownNews) && ownNews[rec.Env.Kind] != nil && rec.Body != nil {
		ownNews[rec.Env.Kind](&own, rec.Body)
	}
	return own
}

// ownNews is how user logs fold, by kind of entry.
var ownNews = [KindPersonal + 1]func(*Own, Body){
	KindProfile: ownAs(func(own *Own, p *Profile) { own.Profile = *p }),
	KindPrivacy: ownAs(func(own *Own, p *Privacy) { own.Privacy = *p }),
	KindBlock: ownAs(func(own *Own, b *Block) {
		own.Blocked = slices.DeleteFunc(slices.Clone(own.Blocked), func(a AccountID) bool { return a == b.Account })
		if b.Blocked {
			own.Blocked = append(own.Blocked, b.Account)
			slices.Sort(own.Blocked)
		}
	}),
	KindContact: ownAs(func(own *Own, c *Contact) {
		own.Contacts = slices.DeleteFunc(slices.Clone(own.Contacts), func(o Contact) bool {
			return o.Account == c.Account
		})
		if !c.Removed {
			own.Contacts = append(own.Contacts, *c)
			slices.SortFunc(own.Contacts, func(a, b Contact) int { return cmp.Compare(a.Account, b.Account) })
		}
	}),
	KindPersonal: ownAs(func(own *Own, l *PersonalLink) { own.Personal = *l }),
	KindInvitation: ownAs(func(own *Own, i *Invitation) {
		own.Invitations = append(own.uninvited(i.Chat), *i)
	}),
	KindMyChat: ownAs(func(own *Own, m *MyChat) {
		own.change(m.Chat, func(c *OwnChat) {
			if m.Member.Version > c.Member.Version {
				c.Type, c.Peer, c.Member = m.Type, m.Peer, m.Member
			}
		})
		if m.Member.Role != RoleInvited {
			own.Invitations = own.uninvited(m.Chat)
		}
	}),
	KindRead: ownAs(func(own *Own, r *ReadMark) {
		own.change(r.Chat, func(c *OwnChat) {
			if r.Seq > c.Read.Seq {
				c.Read = *r
			}
		})
	}),
	KindDraft: ownAs(func(own *Own, d *DraftText) {
		own.change(d.Chat, func(c *OwnChat) { c.Draft = *d })
	}),
	KindPrefs: ownAs(func(own *Own, p *Prefs) {
		own.change(p.Chat, func(c *OwnChat) { c.Prefs = c.Prefs.Merge(*p) })
	}),
}

// ownAs makes a handler of one that takes its own type of body.
func ownAs[B Body](fold func(*Own, B)) func(*Own, Body) {
	return func(own *Own, body Body) {
		if b, ok := body.(B); ok {
			fold(own, b)
		}
	}
}

// change makes a change to one chat in a copy of the map.
func (own *Own) change(id ChatID, change func(*OwnChat)) {
	chats := maps.Clone(own.Chats)
	if chats == nil {
		chats = map[ChatID]OwnChat{}
	}
	c := chats[id]
	change(&c)
	chats[id] = c
	own.Chats = chats
}

// uninvited returns the invitations other than that to a chat.
func (own *Own) uninvited(id ChatID) []Invitation {
	return slices.DeleteFunc(slices.Clone(own.Invitations), func(i Invitation) bool { return i.Chat == id })
}

// Merge returns the wishes with those of a later change in their place.
func (p Prefs) Merge(change Prefs) Prefs {
	out := p
	out.Chat = change.Chat
	if change.MutedUntil != nil {
		out.MutedUntil = change.MutedUntil
	}
	if change.Archived != nil {
		out.Archived = change.Archived
	}
	if change.PinRank != nil {
		out.PinRank = change.PinRank
	}
	if change.MarkedUnread != nil {
		out.MarkedUnread = change.MarkedUnread
	}
	return out
}
