// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func createdOut(c *chat.Created) *zolalv1.ChatCreated {
	return &zolalv1.ChatCreated{
		Type: zolalv1.ChatType(c.Type), Title: c.Title, About: c.About, Owner: uint32(c.Owner),
		Accounts: AccountsOut(c.Accounts), Defaults: uint32(c.Defaults), Imported: c.Imported,
		NumberBase: c.NumberBase, Source: c.Source,
	}
}

func createdIn(c *zolalv1.ChatCreated) *chat.Created {
	return &chat.Created{
		Type: small[chat.ChatType](c.GetType()), Title: c.GetTitle(), About: c.GetAbout(),
		Owner: chat.AccountID(c.GetOwner()), Accounts: AccountsIn(c.GetAccounts()),
		Defaults: chat.Grants(c.GetDefaults()), Imported: c.GetImported(), NumberBase: c.GetNumberBase(),
		Source: c.GetSource(),
	}
}

func infoChangeOut(c *chat.InfoChange) *zolalv1.ChatInfoChange {
	return &zolalv1.ChatInfoChange{
		Title: c.Title, About: c.About, Name: c.Name,
		Defaults:    pointer(c.Defaults, func(g chat.Grants) uint32 { return uint32(g) }),
		SlowSeconds: c.SlowSeconds, Signatures: c.Signatures, HistoryHidden: c.HistoryHidden,
		JoinApproval: c.JoinApproval, Down: c.Down,
	}
}

func infoChangeIn(c *zolalv1.ChatInfoChange) *chat.InfoChange {
	i := InfoChangeIn(c)
	return &i
}

// InfoChangeIn decodes what shall change of a chat's settings.
func InfoChangeIn(c *zolalv1.ChatInfoChange) chat.InfoChange {
	if c == nil {
		return chat.InfoChange{}
	}
	return chat.InfoChange{
		Title: c.Title, About: c.About, Name: c.Name,
		Defaults:    pointer(c.Defaults, func(g uint32) chat.Grants { return chat.Grants(g) }),
		SlowSeconds: c.SlowSeconds, Signatures: c.Signatures, HistoryHidden: c.HistoryHidden,
		JoinApproval: c.JoinApproval, Down: c.Down,
	}
}

// MemberOut encodes a standing.
func MemberOut(m chat.Member) *zolalv1.MemberState {
	return &zolalv1.MemberState{
		Account: uint32(m.Account), Role: zolalv1.Role(m.Role), Grants: uint32(m.Grants),
		UntilMs: int64(m.Until), Version: m.Version, FromSeq: uint32(m.From), Title: m.Title,
		JoinedMs: int64(m.Joined), Note: m.Note,
	}
}

func memberIn(m *zolalv1.MemberState) chat.Member {
	return chat.Member{
		Account: chat.AccountID(m.GetAccount()), Role: RoleIn(m.GetRole()),
		Grants: chat.Grants(m.GetGrants()), Until: chat.Millis(m.GetUntilMs()), Version: m.GetVersion(),
		From: chat.Seq(m.GetFromSeq()), Title: m.GetTitle(), Joined: chat.Millis(m.GetJoinedMs()),
		Note: m.GetNote(),
	}
}

// RoleIn decodes a role; one that does not exist becomes 255, which no rule knows, and not "none".
func RoleIn(r zolalv1.Role) chat.Role {
	if r < 0 || r > 254 {
		return 255
	}
	return chat.Role(r)
}

func memberChangeOut(c *chat.MemberChange) *zolalv1.MemberChange {
	return &zolalv1.MemberChange{Member: MemberOut(c.Member), Before: zolalv1.Role(c.Before), Reason: c.Reason}
}

func memberChangeIn(c *zolalv1.MemberChange) *chat.MemberChange {
	return &chat.MemberChange{
		Member: memberIn(c.GetMember()), Before: RoleIn(c.GetBefore()), Reason: c.GetReason(),
	}
}

// LinkOut encodes an invite link.
func LinkOut(l *chat.InviteLink) *zolalv1.InviteLink {
	return &zolalv1.InviteLink{
		Token: l.Token, Label: l.Label, ExpiresMs: int64(l.Expires), Limit: l.Limit, Uses: l.Uses,
		Approval: l.Approval, Revoked: l.Revoked, Creator: uint32(l.Creator), CreatedMs: int64(l.Created),
	}
}

// LinkIn decodes an invite link.
func LinkIn(l *zolalv1.InviteLink) *chat.InviteLink {
	return &chat.InviteLink{
		Token: l.GetToken(), Label: l.GetLabel(), Expires: chat.Millis(l.GetExpiresMs()), Limit: l.GetLimit(),
		Uses: l.GetUses(), Approval: l.GetApproval(), Revoked: l.GetRevoked(),
		Creator: chat.AccountID(l.GetCreator()), Created: chat.Millis(l.GetCreatedMs()),
	}
}

func deedOut(d *chat.StaffDeed) *zolalv1.StaffDeed {
	m := &zolalv1.StaffDeed{Kind: zolalv1.Kind(d.Kind), Targets: SeqsOut(d.Targets), Account: uint32(d.Account)}
	if d.Change != nil {
		m.Change = infoChangeOut(d.Change)
	}
	return m
}

func deedIn(m *zolalv1.StaffDeed) *chat.StaffDeed {
	d := &chat.StaffDeed{
		Kind: KindIn(m.GetKind()), Targets: SeqsIn(m.GetTargets()), Account: chat.AccountID(m.GetAccount()),
	}
	if m.GetChange() != nil {
		d.Change = infoChangeIn(m.GetChange())
	}
	return d
}

func requestOut(r *chat.JoinRequest) *zolalv1.JoinRequest {
	return &zolalv1.JoinRequest{
		Account: uint32(r.Account), AtMs: int64(r.At), Token: r.Token, Decided: r.Decided, Accepted: r.Accepted,
	}
}

func requestIn(r *zolalv1.JoinRequest) *chat.JoinRequest {
	return &chat.JoinRequest{
		Account: chat.AccountID(r.GetAccount()), At: chat.Millis(r.GetAtMs()), Token: r.GetToken(),
		Decided: r.GetDecided(), Accepted: r.GetAccepted(),
	}
}

// RequestOut encodes a join request with the person who asks.
func RequestOut(r chat.JoinRequest, who *zolalv1.Person) *zolalv1.JoinRequest {
	m := requestOut(&r)
	m.Person = who
	return m
}

// AccountsOut encodes a list of accounts.
func AccountsOut(in []chat.AccountID) []uint32 {
	return some(in, func(a chat.AccountID) uint32 { return uint32(a) })
}

// AccountsIn decodes a list of accounts.
func AccountsIn(in []uint32) []chat.AccountID {
	return some(in, func(a uint32) chat.AccountID { return chat.AccountID(a) })
}

// SeqsOut encodes a list of places in a log.
func SeqsOut(in []chat.Seq) []uint32 {
	return some(in, func(s chat.Seq) uint32 { return uint32(s) })
}

// SeqsIn decodes a list of places in a log.
func SeqsIn(in []uint32) []chat.Seq {
	return some(in, func(s uint32) chat.Seq { return chat.Seq(s) })
}
