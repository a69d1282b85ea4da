// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// Change is what an entry does to a projection. Every row of every projection comes from changes, and
// Project makes the same changes from the same entry, so projections can be dropped and rebuilt (I7).
// A store applies the changes of an entry in the transaction that stores it. The set is closed.
type Change interface{ change() }

// ChatAdded is a new chat.
//
// The store counts Members itself and fails the batch with CodeConflict where the chat is there already.
type ChatAdded struct{ Chat Chat }

// ChatPatched changes settings; nil means unchanged.
type ChatPatched struct {
	Chat    ChatID
	Info    InfoChange
	Wide    bool // becomes wide
	Deleted bool // becomes deleted
}

// FactsBumped raises the facts version of a chat: somebody lost something, or rules changed.
type FactsBumped struct{ Chat ChatID }

// NameClaimed gives a public name to an account or a chat and frees the one it had; empty only frees.
// A store fails the batch with CodeNameTaken where somebody else has it, and with CodeNameConfusable where
// somebody else has its look-alike. Name is folded (FoldName); Skeleton is its look-alike class, claimed with
// it.
type NameClaimed struct {
	Name     string
	Skeleton string
	Account  AccountID // one of the two is set
	Chat     ChatID
}

// DirectOpened binds two accounts (A <= B; equal for saved messages) to their one chat. A store fails the
// batch with CodeConflict where they have one.
type DirectOpened struct {
	A, B AccountID
	Chat ChatID
}

// MemberSet sets a standing where its version, from 1, is higher than the one stored; the store keeps
// Chat.Members. Changes to a chat that is not there fail the batch with CodeNotFound.
type MemberSet struct {
	Chat   ChatID
	Member Member
}

// Superseded says that this entry replaces (or redacts) the target. The store erases from disk the body of
// the target and of every earlier version of it, and forgets the mentions and media of the target; redacting
// also unpins it and drops its marks. A store fails the batch with CodeTargetGone where the target is
// redacted or never was, so that of a deletion and an edit decided at the same time the deletion stays.
type Superseded struct {
	Target Seq
	Redact bool
}

// PinSet pins or unpins the target. Pinning fails the batch with CodeTargetGone as Superseded does; pinning
// again makes it the newest pin.
type PinSet struct {
	Target Seq
	Pinned bool
}

// Mentioned says that the target mentions an account or replies to it. An edit mentions for its target, after
// Superseded has forgotten what the version before it said, so that a rebuild, which meets erased bodies,
// ends with the same mentions.
type Mentioned struct {
	Account AccountID
	Target  Seq // 0: this entry
}

// MediaUsed says that the target carries a content. An edit says it for its target, as with Mentioned. Its
// author is that of the target, whoever edits it. Where a chat is deleted, its messages carry nothing.
type MediaUsed struct {
	Hash   Hash
	Size   int64
	Target Seq // 0: this entry
}

// PhotoSet says that this entry gives the account or chat of its log a photo: a chat in place of the one
// before, which stays in its history; an account besides those it has. A chat that was deleted has none.
type PhotoSet struct{ Photo Photo }

// PhotoErased says that the target's photo is gone: the store erases its body from disk and forgets what it
// carried. A chat has none then, unless one came after the target; what came before stays in its history,
// where a rebuild, which meets erased bodies, finds it too. One that is gone already, or never was, is no
// error.
type PhotoErased struct{ Target Seq }

// LinkSet stores an invite link by its token; Uses is kept by the store.
type LinkSet struct {
	Chat ChatID
	Link InviteLink
}

// LinkUsed says that somebody came in by a link, which counts each person once, however often they leave and
// come back by it. A store fails the batch with CodeInviteUsedUp or CodeInviteExpired where the link is used
// up by others, revoked, or expired at the entry's time; but not where somebody who asked by the link while
// it was good is let in by an answer.
type LinkUsed struct {
	Chat    ChatID
	Token   string
	Account AccountID
	Let     bool // by an answer
}

// RequestSet stores a join request; a decided one is removed from the list.
type RequestSet struct {
	Chat    ChatID
	Request JoinRequest
}

// ProfileSet is an account's profile.
type ProfileSet struct {
	Account AccountID
	Profile Profile
}

// PrivacySet is an account's privacy switches.
type PrivacySet struct {
	Account AccountID
	Privacy Privacy
}

// ReadSet moves a read mark forward; it never goes back.
type ReadSet struct {
	Account AccountID
	Mark    ReadMark
}

// DraftSet stores or clears a draft and erases the superseded one's body.
type DraftSet struct {
	Account AccountID
	Draft   DraftText
}

// PrefsSet merges wishes for a chat.
type PrefsSet struct {
	Account AccountID
	Prefs   Prefs
}

// BlockSet blocks or unblocks. The store raises the facts version of the direct chat of the two, where they
// have one, so that nothing decided before it is stored after it.
type BlockSet struct {
	Account AccountID
	Block   Block
}

// ContactSet puts somebody on an account's list, replaces the row, or removes it. The store erases from disk
// the body of the entry before that said something of the two.
type ContactSet struct {
	Account AccountID
	Contact Contact
}

// PersonalSet gives an account its personal link in place of the one before; a removed one stays as the wish
// to have none. A store fails the batch with CodeConflict where another account has the token.
type PersonalSet struct {
	Account AccountID
	Link    PersonalLink
}

// SpentAdded says that an account used something of its daily allowances.
type SpentAdded struct {
	Account AccountID
	At      Millis
	Spent   Spent
}

// SourceSet binds a message number of an imported history to this entry, for ever; Digest is of the source's
// content, so that importing again tells unchanged from changed, and 0 once the line was deleted here. A
// store fails the batch with CodeConflict where the number is bound to another entry. An edit made by the
// importer rebinds only the digest.
type SourceSet struct {
	Number int64
	Digest uint64
	Target Seq // 0: this entry
}

// ReportSet stores how a report stands, in place of what was stored of it. Report 0 is this entry.
type ReportSet struct{ Report ReportState }

// ReportDone says that this entry closes a report, if it is there and open.
type ReportDone struct {
	Log    LogID
	Report Seq
	At     Millis
}

// DecisionMade stores a decision; its place is that of this entry.
type DecisionMade struct{ Decision DecisionState }

// DecisionReversed says that this entry takes a decision back that stands.
type DecisionReversed struct{ Decision Seq }

// AppealMade says that this entry appeals against a decision, the first to do so.
type AppealMade struct{ Decision Seq }

// AppealAnswered says what became of an appeal against a decision. That of an appeal that was erased stands
// without it.
type AppealAnswered struct {
	Decision Seq
	Granted  bool
	At       Millis
}

// AppealErased says that what an appeal said is gone.
type AppealErased struct{ Decision Seq }

// ActNoted lists what an operator did to an account; its place is that of this entry.
type ActNoted struct {
	Account AccountID
	At      Millis
	Act     OperatorAct
}

func (ReportSet) change()        {}
func (ReportDone) change()       {}
func (DecisionMade) change()     {}
func (DecisionReversed) change() {}
func (AppealMade) change()       {}
func (AppealAnswered) change()   {}
func (AppealErased) change()     {}
func (ActNoted) change()         {}

func (ChatAdded) change()    {}
func (ChatPatched) change()  {}
func (FactsBumped) change()  {}
func (NameClaimed) change()  {}
func (DirectOpened) change() {}
func (MemberSet) change()    {}
func (Superseded) change()   {}
func (PinSet) change()       {}
func (Mentioned) change()    {}
func (MediaUsed) change()    {}
func (PhotoSet) change()     {}
func (PhotoErased) change()  {}
func (LinkSet) change()      {}
func (LinkUsed) change()     {}
func (RequestSet) change()   {}
func (ProfileSet) change()   {}
func (PrivacySet) change()   {}
func (ReadSet) change()      {}
func (DraftSet) change()     {}
func (PrefsSet) change()     {}
func (BlockSet) change()     {}
func (ContactSet) change()   {}
func (PersonalSet) change()  {}
func (SourceSet) change()    {}
func (SpentAdded) change()   {}
