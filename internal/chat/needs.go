// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"strings"
)

// Needs says what Decide must know for a command beyond the settings of the chat, the actor's own standing
// there and the time the actor last wrote there, which the engine always fills. The engine resolves each and
// puts it into the field of Facts named beside it.
type Needs struct {
	Target   AccountID   // Target, Person and Blocked
	People   []AccountID // People
	Refs     []Seq       // Refs
	Names    []string    // Names: folded usernames
	Inside   []AccountID // Inside: which of them are in the chat
	Token    string      // Link: the link of this chat with that token
	Asked    bool        // Asked: the open request of Target
	Me       bool        // Me
	Direct   bool        // Direct: the chat of the actor and Target
	Head     bool        // Head
	Read     bool        // Read
	Held     bool        // Held
	Admins   bool        // Admins
	Owning   bool        // Owning
	Offered  bool        // Owning, where the chat is offered to the actor
	Linked   bool        // Linked; of two who set it at once, one is decided again
	Known    AccountID   // Contact and Contacts: the actor's contact of that account
	Limit    bool        // Limit
	Filed    bool        // Filed
	Board    bool        // Board
	Case     bool        // Case; what is decided upon it is conditioned on the head of the server log
	Stranger bool        // Known, and that of People
	Day      bool        // Day
	Files    []FileID    // Files
	Photos   bool        // Photos
	Preview  string      // Card
	Album    AlbumID     // AlbumSent; where slow mode is on
	// Waiting: Chat and Actor are of the direct chat with Target where Target waits there as a request, and
	// what is decided is conditioned on the head of the actor's log, where a request that comes would show.
	Waiting bool

	peer bool // Target is the other of a direct chat
}

// NeedsOf returns what Decide must know for a command of an account in a chat.
func NeedsOf(room Chat, actor AccountID, cmd Command) Needs {
	h, ok := handlerOf(cmd)
	if !ok || h.needs == nil {
		return Needs{}
	}
	n := h.needs(room, cmd)
	if n.peer {
		n.Target = room.Peer(actor)
	}
	return n
}

// needSend runs the text through the same steps as decideSend, so that both find the same names.
func needSend(room Chat, c Send) Needs {
	n := needPost(room, mayLead(c.Text, c.Entities))
	n.Names, n.Inside = namesIn(room, c.Text, c.Entities), mentionedIn(room, c.Entities)
	n.Preview, n.Album = c.Preview, slowed(room, c.Album)
	if c.Reply != nil {
		n.Refs = []Seq{c.Reply.Seq}
	}
	if m := c.Media; m != nil {
		n.Files = filesOf(m)
		if m.Kind == MediaContact && m.Contact != nil && m.Contact.Account != 0 {
			n.People = []AccountID{m.Contact.Account}
		}
	}
	return n
}

// filesOf are the uploads that a medium is made of.
func filesOf(m *NewMedia) (files []FileID) {
	for _, id := range []FileID{m.File, m.Poster} {
		if id != "" && m.Kind.Content() {
			files = append(files, id)
		}
	}
	return files
}

// needMe is what commands need that write about the actor's account alone: one that was deleted says nothing
// more.
func needMe[C Command](Chat, C) Needs { return Needs{Me: true} }

// needPost is what every message needs: whether it goes to a stranger, and what of that is left today. In
// saved messages nobody else is there who would be gone. A group that becomes a crowd between this and the
// decision has one more link than was counted, which harms nobody.
func needPost(room Chat, leads bool) Needs {
	one := room.OneSided()
	return Needs{
		Me: signed(room) || room.Type == Saved, peer: one, Stranger: one, Head: one,
		Day: one || leads && room.crowd(), Limit: room.watched(),
	}
}

// mayLead reports whether a text may turn out to lead somewhere: it is asked of every message.
func mayLead(text string, entities []Entity) bool {
	return strings.ContainsAny(text, "./@") || slices.ContainsFunc(entities, func(e Entity) bool {
		return e.Kind == EntityTextLink || e.Kind == EntityTextMention
	})
}

// mentionedIn are the accounts that entities mention by number, where it matters whether they are there.
func mentionedIn(room Chat, entities []Entity) (out []AccountID) {
	if !room.crowd() {
		return nil
	}
	for _, e := range entities {
		if e.Account != 0 && len(out) < MaxEntities && !slices.Contains(out, e.Account) {
			out = append(out, e.Account)
		}
	}
	return out
}

// signed reports whether posts carry their author's name.
func signed(room Chat) bool { return room.Type == Channel && room.Signatures }

// slowed is an album of which slow mode must know how much was sent.
func slowed(room Chat, album AlbumID) AlbumID {
	if room.SlowSeconds == 0 {
		return AlbumID{}
	}
	return album
}

func needForward(room Chat, c ForwardMessage) Needs {
	n := needPost(room, false)
	if c.Message != nil {
		inside := mentionedIn(room, c.Message.Entities)
		n = needPost(room, len(inside) > 0 || c.Message.strays())
		n.Inside = inside
	}
	n.Album = slowed(room, c.album())
	return n
}

func needEdit(room Chat, c Edit) Needs {
	n := needPost(room, mayLead(c.Text, c.Entities))
	n.Refs, n.Names = []Seq{c.Target}, namesIn(room, c.Text, c.Entities)
	n.Inside = mentionedIn(room, c.Entities)
	n.Preview = c.Preview
	return n
}

func needDelete(_ Chat, c Delete) Needs { return Needs{Refs: c.Targets} }
func needPin(room Chat, c SetPin) Needs {
	one := room.OneSided()
	return Needs{Refs: []Seq{c.Target}, peer: one, Stranger: one}
}

func needImport(_ Chat, c Import) Needs {
	if c.Target == 0 {
		return Needs{}
	}
	return Needs{Refs: []Seq{c.Target}}
}

func needCreate(_ Chat, c Create) Needs {
	made := c.Type == Group || c.Type == Channel
	n := Needs{
		People: c.Invite, Held: made, Stranger: made, Day: made,
		Limit: c.Type == Direct || len(c.Invite) > 0, Direct: c.Type == Service,
	}
	if c.Type == Direct || c.Type == Saved {
		n.Target, n.Direct = c.Peer, true
	}
	return n
}

func needJoin(_ Chat, c Join) Needs           { return Needs{Token: c.Token, Head: true, Held: true} }
func needAnswer(Chat, AnswerInvitation) Needs { return Needs{Head: true, Held: true} }
func needLeave(room Chat, _ Leave) Needs {
	return Needs{Head: room.Type == Direct, Offered: true}
}
func needInvite(_ Chat, c Invite) Needs {
	return Needs{
		Target: c.Account, Head: true, Asked: true, Held: true, Limit: true, Stranger: true, Day: true,
	}
}
func needMember(_ Chat, c SetMember) Needs {
	return Needs{Target: c.Account, Admins: c.Role == RoleAdmin}
}

// needTransfer asks for the reports that wait, where everybody may report the chat.
func needTransfer(room Chat, c Transfer) Needs {
	return Needs{Target: c.Account, Held: true, Owning: true, Case: room.Public()}
}

// needOffered asks the same, of who takes the chat over; to decline asks nothing but whose it is.
func needOffered(room Chat, c AnswerOffer) Needs {
	return Needs{Held: c.Accept, Owning: true, Case: c.Accept && room.Public()}
}

func needRevokeLink(_ Chat, c RevokeLink) Needs { return Needs{Token: c.Token} }
func needRequest(_ Chat, c DecideRequest) Needs {
	return Needs{Target: c.Account, Head: true, Asked: true, Held: true}
}
func needRead(Chat, MarkRead) Needs        { return Needs{Read: true} }
func needPersonal(Chat, SetPersonal) Needs { return Needs{Me: true, Linked: true} }
func needContact(_ Chat, c SetContact) Needs {
	if c.Remove {
		return Needs{Me: true, Known: c.Account}
	}
	return Needs{Me: true, Target: c.Account, Known: c.Account, Waiting: true}
}
func needBlock(_ Chat, c SetBlock) Needs { return Needs{Me: true, Target: c.Account} }
func needFile(_ Chat, c File) Needs      { return Needs{Target: c.Report.Account, Filed: true, Limit: true} }
func needJudge(room Chat, c Judge) Needs {
	n := Needs{Target: c.Account, Refs: c.Seqs, Case: true}
	if room.ID != 0 {
		n.Refs = slices.Concat(c.Seqs, c.Photos)
	}
	return n
}

func needAppeal(Chat, FileAppeal) Needs  { return Needs{Case: true} }
func needBoard[C Command](Chat, C) Needs { return Needs{Board: true} }
func needKeep(Chat, Keep) Needs          { return Needs{Case: true} }
