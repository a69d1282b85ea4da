// SPDX-License-Identifier: AGPL-3.0-or-later

package hub

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
)

// Frame is an update or an answer as it travels, the same bytes for every session. Data is a whole WebSocket
// message; what it carries begins at Head. Updates is how many updates it holds, 0 for an answer: answers
// are never dropped. Nobody changes a frame once it is made.
type Frame struct {
	Data    []byte
	Head    int
	Updates int
}

// Update is something that a server tells a client on its own. The set is closed and equal to
// zolal.v1.Update with its signals (R15): every type here and no other.
type Update interface{ update() }

// ChatTail says that a chat's log grew.
type ChatTail struct {
	Chat    chat.ChatID
	Entries []chat.Entry // ascending
}

// UserTail says that the account's own log grew.
type UserTail struct{ Entries []chat.Entry }

// Typing says that somebody writes in a chat or records a voice message, or stopped.
type Typing struct {
	Chat      chat.ChatID
	Account   chat.AccountID
	Stopped   bool
	Recording bool
}

// Presence says that somebody came online or left.
type Presence struct {
	Account  chat.AccountID
	Online   bool
	LastSeen chat.Millis // 0 hidden
}

// TallyChange carries tallies of a chat as they stand now.
type TallyChange struct {
	Chat    chat.ChatID
	Tallies []chat.Tally
}

// PeerRead says how far somebody else has read.
type PeerRead struct {
	Chat    chat.ChatID
	Account chat.AccountID
	Seq     chat.Seq
}

// Resync says that updates were dropped: read the logs.
type Resync struct{ Dropped uint32 }

// GoingAway is the last that a session hears: restarting, revoked, suspended or replaced.
type GoingAway struct {
	Code  string
	Retry chat.Millis // when to come back; 0 never or at once
}

func (ChatTail) update()    {}
func (UserTail) update()    {}
func (Typing) update()      {}
func (Presence) update()    {}
func (TallyChange) update() {}
func (PeerRead) update()    {}
func (Resync) update()      {}
func (GoingAway) update()   {}

// Signal is what nodes tell each other beside the logs: fleeting, never stored, lost without harm. The set is
// Typing, Presence, PeerRead and Counted.
type Signal interface{ signal() }

// Counted says that the tally of an entry changed.
type Counted struct {
	Chat chat.ChatID
	Seq  chat.Seq
}

func (Typing) signal()   {}
func (Presence) signal() {}
func (PeerRead) signal() {}
func (Counted) signal()  {}

// Source is what the hub stands on, made of the engine by whoever starts it. Next is called by one goroutine,
// the others by several.
type Source interface {
	// Next waits until something grew and returns it, complete and in commit order, after what it returned
	// before. After an error it goes on where it was.
	Next(ctx context.Context) (Growth, error)
	// Audience returns everyone who is in a chat, of one snapshot.
	Audience(ctx context.Context, room chat.ChatID) (Audience, error)
	// Tallies returns the tallies of entries, as everybody may see them.
	Tallies(ctx context.Context, room chat.ChatID, seqs []chat.Seq) ([]chat.Tally, error)
	// Seen records when accounts were last online.
	Seen(ctx context.Context, seen map[chat.AccountID]chat.Millis) error
}

// Growth is a stretch of the commit order.
type Growth struct {
	Entries   []chat.Entry
	Pos       chat.Pos // of its end
	Standings []Standing
	Privacy   []Privacy
	Blocks    []Block
	Signals   []Signal // Counted, and PeerRead where members of the chat may see that of each other
}

// Standing says whether an account is in a chat from a position on.
type Standing struct {
	Chat    chat.ChatID
	Account chat.AccountID
	In      bool
	From    chat.Seq // what is earlier is not shown to the account; 0 all is
	Pos     chat.Pos
}

// Privacy says that an account changed its switches.
type Privacy struct {
	Account chat.AccountID
	Privacy chat.Privacy
}

// Block says that an account blocks another from now on. Neither is told of the other's presence any more.
type Block struct{ Account, Other chat.AccountID }

// Audience is everyone who is in a chat, true for a commit position.
type Audience struct {
	Pos      chat.Pos
	Accounts []chat.AccountID
	From     map[chat.AccountID]chat.Seq // as in Standing, of those to whom it hides something
}
