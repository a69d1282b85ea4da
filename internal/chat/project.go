// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "slices"

// projections has one line for each kind that changes a projection. A handler sees the decoded body, nil
// where it was erased, and never the entry's place: "this" stands for it.
var projections = [kindEnd]func(Entry, Body) []Change{
	KindChatCreated: as(projectCreated),
	KindMessage:     as(projectMessage),
	KindEdit:        projectEdit,
	KindDelete:      projectDelete,
	KindPin:         func(e Entry, _ Body) []Change { return []Change{PinSet{e.Env.Target, true}} },
	KindUnpin:       func(e Entry, _ Body) []Change { return []Change{PinSet{e.Env.Target, false}} },
	KindChatInfo:    as(projectInfo),
	KindChatWide:    projectWide,
	KindService:     as(func(_ Entry, s *ServiceLine) []Change { return sourceOf(s.Imported, 0) }),
	KindChatDeleted: projectDeleted,

	KindChatPhoto:        projectPhoto,
	KindChatPhotoRemoved: projectPhotoRemoved,

	KindAccountPhoto:        projectPhoto,
	KindAccountPhotoRemoved: projectPhotoRemoved,

	KindAccountDeleted: projectAccountDeleted,

	KindProfile: as(projectProfile),
	KindMyChat:  as(projectMyChat),
	KindRead:    as(func(e Entry, r *ReadMark) []Change { return []Change{ReadSet{e.Log.Account(), *r}} }),
	KindDraft:   as(func(e Entry, d *DraftText) []Change { return []Change{DraftSet{e.Log.Account(), *d}} }),
	KindPrefs:   as(func(e Entry, p *Prefs) []Change { return []Change{PrefsSet{e.Log.Account(), *p}} }),
	KindBlock:   as(func(e Entry, b *Block) []Change { return []Change{BlockSet{e.Log.Account(), *b}} }),
	KindPrivacy: as(func(e Entry, p *Privacy) []Change { return []Change{PrivacySet{e.Log.Account(), *p}} }),
	KindContact: as(func(e Entry, c *Contact) []Change { return []Change{ContactSet{e.Log.Account(), *c}} }),
	KindPersonal: as(func(e Entry, l *PersonalLink) []Change {
		return []Change{PersonalSet{e.Log.Account(), *l}}
	}),
	KindSpent: as(func(e Entry, s *Spent) []Change {
		if *s == (Spent{}) {
			return nil // see Decide
		}
		return []Change{SpentAdded{e.Log.Account(), e.At, *s}}
	}),

	KindInviteLink:  as(func(e Entry, l *InviteLink) []Change { return []Change{LinkSet{e.Log.Chat(), *l}} }),
	KindJoinRequest: as(projectRequest),

	KindOperatorAct:  as(projectAct),
	KindReport:       as(projectReport),
	KindReportKept:   as(projectKept),
	KindReportClosed: projectReportClosed,
	KindDecision:     as(projectDecision),
	KindAppeal:       as(func(_ Entry, a *Appeal) []Change { return []Change{AppealMade{a.Decision}} }),
	KindAppealKept: as(func(e Entry, a *AppealKept) []Change {
		return []Change{Superseded{Target: e.Env.Target, Redact: true}, AppealErased{a.Decision}}
	}),
}

// Project returns what an entry does to projections. It is the one place where entries become changes, used
// when they are appended and when projections are rebuilt (I7), so it looks at nothing but the entry and its
// decoded body: not at its place, and not at bodies that a later edit may have erased. An entry whose body
// was erased (body is nil) gives the changes that stand without it; what else it once said has been said
// again by the entry that superseded it.
func Project(e Entry, body Body) []Change {
	if e.Env.Kind >= kindEnd {
		return nil
	}
	project := projections[e.Env.Kind]
	if project == nil {
		return nil
	}
	return project(e, body)
}

// as makes a handler of one that needs its body; an erased body changes nothing.
func as[B Body](project func(Entry, B) []Change) func(Entry, Body) []Change {
	return func(e Entry, body Body) []Change {
		b, ok := body.(B)
		if !ok {
			return nil
		}
		return project(e, b)
	}
}

// rules is a change of what one may do in a chat: it raises the facts version.
func rules(c ChatPatched) []Change { return []Change{c, FactsBumped{c.Chat}} }

func projectCreated(e Entry, c *Created) []Change {
	room := Chat{
		ID: e.Log.Chat(), Type: c.Type, Title: c.Title, About: c.About, Defaults: c.Defaults,
		Imported: c.Imported, NumberBase: c.NumberBase, Created: e.At,
	}
	if len(c.Accounts) != 2 {
		return []Change{ChatAdded{room}}
	}
	room.Peers = [2]AccountID{c.Accounts[0], c.Accounts[1]}
	return []Change{ChatAdded{room}, DirectOpened{A: c.Accounts[0], B: c.Accounts[1], Chat: room.ID}}
}

func projectMessage(e Entry, m *Message) []Change {
	return slices.Concat(sourceOf(m.Imported, 0), mentions(e.Author, m, 0), carried(m, 0))
}

func projectEdit(e Entry, body Body) []Change {
	changes := []Change{Superseded{Target: e.Env.Target}}
	if m, ok := body.(*Message); ok {
		changes = append(changes, sourceOf(m.Imported, e.Env.Target)...)
		changes = append(changes, mentions(e.Author, m, e.Env.Target)...)
		changes = append(changes, carried(m, e.Env.Target)...)
	}
	return changes
}

func projectDelete(e Entry, body Body) []Change {
	changes := []Change{Superseded{Target: e.Env.Target, Redact: true}}
	if r, ok := body.(*Redaction); ok {
		changes = append(changes, SourceSet{Number: r.Number, Target: e.Env.Target})
	}
	return changes
}

// sourceOf binds the number of an imported line.
func sourceOf(from *Imported, target Seq) []Change {
	if from == nil || from.Number == 0 {
		return nil
	}
	return []Change{SourceSet{Number: from.Number, Digest: from.Digest, Target: target}}
}

// mentions names everybody a message speaks to, each once: whom it mentions and whom it replies to. A
// forwarded message speaks to nobody: its words were meant for another chat.
func mentions(author AccountID, m *Message, target Seq) []Change {
	if m.Forward != nil {
		return nil
	}
	seen := map[AccountID]bool{0: true, author: true}
	var changes []Change
	mention := func(a AccountID) {
		if !seen[a] {
			seen[a] = true
			changes = append(changes, Mentioned{Account: a, Target: target})
		}
	}
	if m.Reply != nil {
		mention(m.Reply.Author)
	}
	for _, e := range m.Entities {
		if e.Kind == EntityMention || e.Kind == EntityTextMention {
			mention(e.Account)
		}
	}
	return changes
}

// carried names the contents that a message refers to.
func carried(m *Message, target Seq) []Change {
	var changes []Change
	for _, c := range m.contents() {
		changes = append(changes, MediaUsed{Hash: c.Hash, Size: c.Size, Target: target})
	}
	return changes
}

func projectInfo(e Entry, c *InfoChange) []Change {
	changes := rules(ChatPatched{Chat: e.Log.Chat(), Info: *c})
	if c.Name != nil && (c.Down == nil || !*c.Down) { // a name that was taken down is nobody else's
		changes = append(changes, NameClaimed{
			Name: FoldName(*c.Name), Skeleton: Skeleton(*c.Name), Chat: e.Log.Chat(),
		})
	}
	return changes
}

func projectWide(e Entry, _ Body) []Change {
	return rules(ChatPatched{Chat: e.Log.Chat(), Wide: true})
}

func projectRequest(e Entry, r *JoinRequest) []Change {
	return []Change{RequestSet{Chat: e.Log.Chat(), Request: *r}}
}

func projectDeleted(e Entry, _ Body) []Change {
	return append(rules(ChatPatched{Chat: e.Log.Chat(), Deleted: true}), NameClaimed{Chat: e.Log.Chat()})
}

func projectProfile(e Entry, p *Profile) []Change {
	return []Change{
		ProfileSet{Account: e.Log.Account(), Profile: *p},
		NameClaimed{Name: FoldName(p.Username), Skeleton: Skeleton(p.Username), Account: e.Log.Account()},
	}
}

// projectMyChat is where memberships come from, whatever kind of chat it is, and where the facts version is
// raised: by everything that takes something from somebody who was in, and by every change of rights, but
// not by joining, so that a crowd coming in does not make everybody's sends conflict. Nor by what becomes of
// a stranger's message, who would learn from it that it was deleted.
func projectMyChat(e Entry, m *MyChat) []Change {
	changes := []Change{MemberSet{Chat: m.Chat, Member: m.Member}}
	if m.Before.In() || m.Member.Role == RoleBanned {
		changes = append(changes, FactsBumped{m.Chat})
	}
	if m.Token != "" && m.Member.Role.In() && !m.Before.In() {
		let := m.Before == RoleRequested && e.Author != e.Log.Account()
		changes = append(changes, LinkUsed{Chat: m.Chat, Token: m.Token, Account: m.Member.Account, Let: let})
	}
	return changes
}
