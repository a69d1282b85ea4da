// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// ProfileOut encodes a profile.
func ProfileOut(p *chat.Profile) *zolalv1.Profile {
	return &zolalv1.Profile{Name: p.Name, Username: p.Username, About: p.About}
}

// ProfileIn decodes a profile.
func ProfileIn(p *zolalv1.Profile) *chat.Profile {
	return &chat.Profile{Name: p.GetName(), Username: p.GetUsername(), About: p.GetAbout()}
}

func myChatOut(m *chat.MyChat) *zolalv1.MyChat {
	return &zolalv1.MyChat{
		Chat: uint32(m.Chat), Type: zolalv1.ChatType(m.Type), Member: MemberOut(m.Member), Peer: uint32(m.Peer),
		Reason: m.Reason, Before: zolalv1.Role(m.Before), Token: m.Token,
	}
}

func myChatIn(m *zolalv1.MyChat) *chat.MyChat {
	return &chat.MyChat{
		Chat: chat.ChatID(m.GetChat()), Type: small[chat.ChatType](m.GetType()), Member: memberIn(m.GetMember()),
		Peer: chat.AccountID(m.GetPeer()), Reason: m.GetReason(),
		Before: small[chat.Role](m.GetBefore()), Token: m.GetToken(),
	}
}

// ReadMarkOut encodes how far an account has read.
func ReadMarkOut(m *chat.ReadMark) *zolalv1.ReadMark {
	return &zolalv1.ReadMark{Chat: uint32(m.Chat), Seq: uint32(m.Seq), Ord: uint32(m.Ord)}
}

func readMarkIn(m *zolalv1.ReadMark) *chat.ReadMark {
	return &chat.ReadMark{
		Chat: chat.ChatID(m.GetChat()), Seq: chat.Seq(m.GetSeq()), Ord: chat.Ord(m.GetOrd()),
	}
}

// DraftOut encodes an unsent text.
func DraftOut(d *chat.DraftText) *zolalv1.Draft {
	return &zolalv1.Draft{
		Chat: uint32(d.Chat), Text: d.Text, Entities: EntitiesOut(d.Entities), Reply: uint32(d.Reply),
		AtMs: int64(d.At), Quote: d.Quote,
	}
}

// DraftIn decodes an unsent text.
func DraftIn(d *zolalv1.Draft) *chat.DraftText {
	return &chat.DraftText{
		Chat: chat.ChatID(d.GetChat()), Text: d.GetText(), Entities: EntitiesIn(d.GetEntities()),
		Reply: chat.Seq(d.GetReply()), Quote: d.GetQuote(), At: chat.Millis(d.GetAtMs()),
	}
}

// PrefsOut encodes an account's wishes for a chat.
func PrefsOut(p *chat.Prefs) *zolalv1.ChatPrefs {
	return &zolalv1.ChatPrefs{
		Chat:         uint32(p.Chat),
		MutedUntilMs: pointer(p.MutedUntil, func(m chat.Millis) int64 { return int64(m) }),
		Archived:     p.Archived, PinRank: p.PinRank, MarkedUnread: p.MarkedUnread,
	}
}

// PrefsIn decodes an account's wishes for a chat.
func PrefsIn(p *zolalv1.ChatPrefs) *chat.Prefs {
	if p == nil {
		return &chat.Prefs{}
	}
	return &chat.Prefs{
		Chat:       chat.ChatID(p.GetChat()),
		MutedUntil: pointer(p.MutedUntilMs, func(m int64) chat.Millis { return chat.Millis(m) }),
		Archived:   p.Archived, PinRank: p.PinRank, MarkedUnread: p.MarkedUnread,
	}
}

func blockOut(b *chat.Block) *zolalv1.Block {
	return &zolalv1.Block{Account: uint32(b.Account), Blocked: b.Blocked}
}

// BlockIn decodes whom an account blocks.
func BlockIn(b *zolalv1.Block) *chat.Block {
	return &chat.Block{Account: chat.AccountID(b.GetAccount()), Blocked: b.GetBlocked()}
}

// PrivacyOut encodes privacy switches.
func PrivacyOut(p *chat.Privacy) *zolalv1.Privacy {
	return &zolalv1.Privacy{
		HideLastSeen: p.HideLastSeen, HideTyping: p.HideTyping, HideReads: p.HideReads,
		HideForwards: p.HideForwards, RefuseInvites: p.RefuseInvites,
		Unfindable: ifSet(p.Unfindable), QuietContacts: ifSet(p.QuietContacts),
		Photo: audienceOut(p.Photo),
	}
}

// ifSet names a switch only where it is on: then all that are off encode to nothing, as ever.
func ifSet(on bool) *bool {
	if on {
		return &on
	}
	return nil
}

// PrivacyIn decodes privacy switches.
func PrivacyIn(p *zolalv1.Privacy) *chat.Privacy {
	return &chat.Privacy{
		HideLastSeen: p.GetHideLastSeen(), HideTyping: p.GetHideTyping(), HideReads: p.GetHideReads(),
		HideForwards: p.GetHideForwards(), RefuseInvites: p.GetRefuseInvites(),
		Unfindable: p.GetUnfindable(), QuietContacts: p.GetQuietContacts(),
		Photo: audienceIn(p.GetPhoto()),
	}
}

// ContactOut encodes a contact of an account.
func ContactOut(c *chat.Contact) *zolalv1.Contact {
	return &zolalv1.Contact{
		Account: uint32(c.Account), Name: c.Name, SeenName: c.SeenName, SeenUsername: c.SeenUsername,
		Removed: c.Removed, SeenPhoto: hashOut(c.SeenPhoto),
	}
}

func contactIn(c *zolalv1.Contact) *chat.Contact {
	return &chat.Contact{
		Account: chat.AccountID(c.GetAccount()), Name: c.GetName(), SeenName: c.GetSeenName(),
		SeenUsername: c.GetSeenUsername(), Removed: c.GetRemoved(), SeenPhoto: hashIn(c.GetSeenPhoto()),
	}
}

// PersonalOut encodes an account's personal link.
func PersonalOut(l *chat.PersonalLink) *zolalv1.PersonalLink {
	return &zolalv1.PersonalLink{Token: l.Token, Removed: l.Removed}
}

func personalIn(l *zolalv1.PersonalLink) *chat.PersonalLink {
	return &chat.PersonalLink{Token: l.GetToken(), Removed: l.GetRemoved()}
}

// DeviceNoticeOut encodes a notice to an account's devices.
func DeviceNoticeOut(n *chat.DeviceNotice) *zolalv1.DeviceNotice {
	return &zolalv1.DeviceNotice{Device: DeviceOut(n.Device), Removed: n.Removed, Reason: n.Reason}
}

func deviceNoticeIn(n *zolalv1.DeviceNotice) *chat.DeviceNotice {
	return &chat.DeviceNotice{Device: deviceIn(n.GetDevice()), Removed: n.GetRemoved(), Reason: n.GetReason()}
}

// DeviceOut encodes a device as its owner sees it.
func DeviceOut(d chat.Device) *zolalv1.Device {
	return &zolalv1.Device{
		Id: uint32(d.ID), Name: d.Name, Client: d.Client, Version: d.Version, Build: d.Build,
		CreatedMs: int64(d.Created), LastUsedMs: int64(d.LastUsed), Official: d.Official,
		Scopes: d.Scopes.Words(), ExpiresMs: int64(d.Expires),
	}
}

// scopesIn passes over words of a newer program.
func scopesIn(words []string) (s chat.Scopes) {
	for _, w := range words {
		bit, _ := chat.ScopeOf(w)
		s |= bit
	}
	return s
}

func deviceIn(d *zolalv1.Device) chat.Device {
	return chat.Device{
		ID: chat.DeviceID(d.GetId()), Name: d.GetName(), Client: d.GetClient(), Version: d.GetVersion(),
		Build: d.GetBuild(), Created: chat.Millis(d.GetCreatedMs()), LastUsed: chat.Millis(d.GetLastUsedMs()),
		Official: d.GetOfficial(), Scopes: scopesIn(d.GetScopes()), Expires: chat.Millis(d.GetExpiresMs()),
	}
}

// InvitationOut encodes that an account may join a chat.
func InvitationOut(i *chat.Invitation) *zolalv1.Invitation {
	return &zolalv1.Invitation{
		Chat: uint32(i.Chat), By: uint32(i.By), Title: i.Title, Type: zolalv1.ChatType(i.Type),
	}
}

func invitationIn(i *zolalv1.Invitation) *chat.Invitation {
	return &chat.Invitation{
		Chat: chat.ChatID(i.GetChat()), By: chat.AccountID(i.GetBy()), Title: i.GetTitle(),
		Type: small[chat.ChatType](i.GetType()),
	}
}

func spentOut(s *chat.Spent) *zolalv1.Spent {
	return &zolalv1.Spent{Strangers: s.Strangers, Links: s.Links, Rooms: s.Rooms}
}

func spentIn(s *zolalv1.Spent) *chat.Spent {
	return &chat.Spent{Strangers: s.GetStrangers(), Links: s.GetLinks(), Rooms: s.GetRooms()}
}

// PersonOut encodes what others may see of an account. online is what the hub knows; who hides when he was
// last seen shows neither.
func PersonOut(p chat.Person, online bool) *zolalv1.Person {
	m := &zolalv1.Person{
		Id: uint32(p.ID), Name: p.Profile.Name, Username: p.Profile.Username, About: p.Profile.About,
		Deleted: p.Deleted, Photo: PlacedPhotoOut(p.Photo),
	}
	if !p.Privacy.HideLastSeen {
		m.LastSeenMs, m.Online = int64(p.LastSeen), online
	}
	return m
}
