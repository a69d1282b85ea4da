// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import "github.com/zolal-im/zolal/internal/chat"

// ReadResult goes forward from a cursor. It is true for Head.
type ReadResult struct {
	Items []chat.Item
	Head  chat.Head
}

// PageQuery selects a page of history. Of Around, At and Number at most one is set; with none of them the
// page ends before Before (0: at the end).
type PageQuery struct {
	Before chat.Seq
	Around chat.Seq
	At     chat.Millis // from the first counted entry of that time
	Number int64       // around the entry of that imported number
	Limit  int         // 1–200
}

// Page is a part of history, ascending and contiguous, true for Head.
type Page struct {
	Items    []chat.Item
	Head     chat.Head
	Related  []chat.Item // what is replied to, outside the page
	PeerRead chat.Seq    // read by the other side, or by anyone else; 0 where it is hidden
}

// Changes names the older entries that were superseded since a cursor.
type Changes struct {
	Targets []chat.Seq
	Drop    bool // too many: forget what is cached
	Head    chat.Head
}

// MemberList is a part of a chat's members and how many there are in all.
type MemberList struct {
	Members []chat.Member
	Total   uint32
}

// NewChat is what a new group or channel begins with.
type NewChat struct {
	Type   chat.ChatType // Group or Channel
	Title  string
	About  string
	Name   string // public name, or empty
	Invite []chat.AccountID
	// The rest is set by the importer alone.
	Imported   bool
	NumberBase int64
	Source     string
}

// JoinBy says how somebody wants to join: a public chat by its number, or any chat by a link's token.
type JoinBy struct {
	Chat  chat.ChatID
	Token string
}

// Joined is what became of a wish to join.
type Joined struct {
	Chat      chat.ChatID
	Requested bool // waits for approval
	Receipt   Receipt
}

// Forward copies messages into another chat. Each has a key of its own and a fate of its own.
type Forward struct {
	From       chat.ChatID
	Seqs       []chat.Seq // at most 100, in the order they shall appear
	To         chat.ChatID
	Keys       []chat.Key
	HideSource bool
	Silent     bool
}

// SyncQuery asks for everything that moved since a position.
type SyncQuery struct {
	Incarnation chat.Incarnation // as known; zero at first
	Pos         chat.Pos         // of the last sync; 0 at first
	UserSeq     chat.Seq         // cursor of the user log
	Limit       int              // chats in one answer, 1–1,000
	Skip        int              // chats already received of this catch-up
}

// UserState is the folded user log.
type UserState struct {
	Profile     chat.Profile
	Blocked     []chat.AccountID
	Privacy     chat.Privacy
	Invitations []chat.Invitation
	Contacts    []chat.Contact
	Personal    *chat.PersonalLink // nil: there was never one
	Photos      []chat.PlacedPhoto // its own, the newest first
	Limit       chat.Limitation    // by an operator's decision; the zero one where none stands
}

// SyncResult answers a SyncQuery. State stands in place of Items where the cursor is too old. Chats are
// true for Pos; Items may go beyond it, which folding bears (a client applies entries by their seq).
type SyncResult struct {
	Incarnation chat.Incarnation
	Changed     bool // the incarnation is another: what the client knew may not be true
	Pos         chat.Pos
	Now         chat.Millis
	State       *UserState
	Items       []chat.Item
	UserHead    chat.Head
	Chats       []ListRow
	Total       int
	More        bool
	People      []chat.Person
}

// Sample is an entry as a client remembers it.
type Sample struct {
	Seq   chat.Seq
	Chain chat.Chain
}

// Growth is what a Follower gives: entries in commit order, as members may see them, and word of marks.
type Growth struct {
	Entries []chat.Entry
	Pos     chat.Pos // of the last entry, or the last position read
	// Standings are the changes of who is in which chat that Entries make, in their order. An audience as of
	// Audience.Pos and the standings after it give the audience at any later entry.
	Standings []Standing
	Marks     []MarkChange
}

// Standing says whether an account is in a chat from a position on.
type Standing struct {
	Chat    chat.ChatID
	Account chat.AccountID
	In      bool
	From    chat.Seq // what is earlier is not shown to the account; 0 all is
	Pos     chat.Pos
}

// MarkChange is word that a mark changed, to be told as a signal. It is never stored and may be lost.
type MarkChange struct {
	Chat   chat.ChatID
	Seq    chat.Seq       // reaction: of the entry; tick: how far the reader has read
	Reader chat.AccountID // of a tick; 0: the tally of Seq changed
}
