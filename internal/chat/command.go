// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// Command is something an actor asks for, complete: what a client does not say (numbers of new chats,
// tokens of new links) the engine has filled in. The set is closed: every type here and no other.
type Command interface{ op() op }

// op numbers the commands for the table of handlers.
type op uint8

const (
	opSend op = iota + 1
	opForward
	opEdit
	opDelete
	opPin
	opSetInfo
	opCreate
	opDeleteChat
	opJoin
	opLeave
	opInvite
	opAnswer
	opSetMember
	opTransfer
	opAnswerOffer
	opCreateLink
	opRevokeLink
	opDecideRequest
	opMarkRead
	opSetDraft
	opSetPrefs
	opSetBlock
	opSetPrivacy
	opSetProfile
	opSetContact
	opSetPersonal
	opNoteDevice
	opImport
	opTell
	opNoteAct
	opFile
	opCloseReport
	opJudge
	opAppeal
	opKeep
	opGiveFeedback
	opSetFeedback
	opVoteFeedback
	opSetPhoto
	opRemovePhoto
	opEraseMessages
	opEraseAccount

	opEnd
)

// Send writes a message.
type Send struct {
	Text     string
	Entities []Entity
	Reply    *Reply // Author is filled by Decide
	Silent   bool
	Media    *NewMedia
	Preview  string // the address of one of its links, of which the page is shown; empty: none
	Album    AlbumID
}

// ForwardMessage writes a copy of a message. The engine has checked that the actor may read the source.
type ForwardMessage struct {
	Source     Chat
	Seq        Seq // in Source
	At         Millis
	Author     Person   // who wrote the original; the zero Person in channels and for imported lines
	Message    *Message // as it stands today
	HideSource bool
	Silent     bool
	Album      AlbumID // what the copies of one album share
}

// Edit replaces text and formatting of a message; what it replies to and where it came from stay.
type Edit struct {
	Target   Seq
	Text     string
	Entities []Entity
	Preview  string // as with Send; empty: the one that is there stays, as long as its link does
}

// Delete redacts messages for everybody. Targets that are gone already are passed over; CodeTargetGone says
// that all of them were.
type Delete struct{ Targets []Seq }

// SetPin pins or unpins a message.
type SetPin struct {
	Target Seq
	Unpin  bool
	Silent bool
}

// SetInfo changes what a chat says of itself and its settings.
type SetInfo struct{ Change InfoChange }

// Create makes a chat with a number that was never used: a group or channel owned by the actor, a direct
// chat with Peer, or saved messages (Peer is the actor). Nobody is added: Invite invites. The server's own
// hand makes the service chat of the actor, with its first message.
type Create struct {
	Chat       ChatID
	Type       ChatType
	Title      string
	About      string
	Name       string // public name, or empty
	Invite     []AccountID
	Peer       AccountID
	Imported   bool // its history comes from elsewhere; the server's own hand only
	NumberBase int64
	Source     string // which history it is made for
	Told       Tell   // the first message of a service chat
}

// DeleteChat ends a group or channel for everybody.
type DeleteChat struct{}

// Join enters a public chat, or any chat by the token of an invite link; where joining asks first, it asks.
// Facts.Link is the link of the token.
type Join struct{ Token string }

// Leave leaves a chat, takes back a request to join, or declines an invitation.
type Leave struct{}

// Invite asks somebody to join.
type Invite struct{ Account AccountID }

// AnswerInvitation accepts or declines an invitation to the actor.
type AnswerInvitation struct{ Accept bool }

// SetMember changes somebody's standing: RoleAdmin with Grants, RoleMember with Grants taken away until a
// date, RoleBanned until a date, RoleNone to remove, to unban, or to take back an invitation.
type SetMember struct {
	Account AccountID
	Role    Role
	Grants  Grants
	Until   Millis
	Title   string
	Reason  string // one of Reasons, or empty
	Note    string // why, of a restriction or ban
}

// Transfer offers the chat to an admin, in the place of an earlier offer.
type Transfer struct{ Account AccountID }

// AnswerOffer makes the actor, to whom the chat is offered, its owner and the owner an admin; or ends the
// offer, which the owner may too.
type AnswerOffer struct{ Accept bool }

// CreateLink makes an invite link of a token nobody can guess.
type CreateLink struct {
	Token    string
	Label    string
	Expires  Millis // 0 never
	Limit    uint32 // uses; 0 without limit
	Approval bool
}

// RevokeLink ends an invite link. Facts.Link is the link of the token.
type RevokeLink struct{ Token string }

// DecideRequest answers a request to join.
type DecideRequest struct {
	Account AccountID
	Accept  bool
}

// MarkRead moves the actor's read mark; Ord is that of the entry Seq. Going back is no error and no event.
type MarkRead struct {
	Seq Seq
	Ord Ord
}

// SetDraft stores an unsent text; an empty one clears it.
type SetDraft struct {
	Text     string
	Entities []Entity
	Reply    Seq
	Quote    string
}

// SetPrefs changes the actor's wishes for a chat; the chat in it is that of the facts.
type SetPrefs struct{ Prefs Prefs }

// SetBlock blocks or unblocks somebody.
type SetBlock struct {
	Account AccountID
	Blocked bool
}

// SetPrivacy replaces the actor's privacy switches, but for those that the client does not know.
type SetPrivacy struct {
	Privacy        Privacy
	KeepUnfindable bool
	KeepQuiet      bool // QuietContacts
	KeepPhoto      bool
}

// SetProfile replaces what the actor shows of itself. An empty Username frees the one before.
type SetProfile struct {
	Profile Profile
	// Told is what the actor reads beside it of what an operator did, if its Act is not 0; the server's own hand
	// only.
	Told OperatorAct
}

// SetContact puts somebody on the actor's list under a private name, or removes them.
type SetContact struct {
	Account AccountID
	Name    string // empty: as they call themselves
	Remove  bool
}

// SetPersonal gives the actor a personal link of a token nobody can guess, in place of the one there is;
// without a token none.
type SetPersonal struct{ Token string }

// NoteDevice tells the actor's devices that one came or went; the server's own hand only.
type NoteDevice struct{ Notice DeviceNotice }

// Import writes one line of a history from elsewhere, with its original date and without an author; the
// server's own hand only. One of Message and Service is set; Target makes it an edit of an earlier line.
type Import struct {
	At      Millis
	Message *Message
	Service *ServiceLine
	Target  Seq
}

// SetPhoto gives the chat, or where Room is not set the actor's account, a photo.
type SetPhoto struct {
	Room      bool
	File      FileID
	Thumbhash []byte
}

// RemovePhoto erases a photo of the chat, or where Room is not set of the actor's account; Seq 0 is the one
// that is shown.
type RemovePhoto struct {
	Room bool
	Seq  Seq
}

func (Send) op() op             { return opSend }
func (ForwardMessage) op() op   { return opForward }
func (Edit) op() op             { return opEdit }
func (Delete) op() op           { return opDelete }
func (SetPin) op() op           { return opPin }
func (SetInfo) op() op          { return opSetInfo }
func (Create) op() op           { return opCreate }
func (DeleteChat) op() op       { return opDeleteChat }
func (Join) op() op             { return opJoin }
func (Leave) op() op            { return opLeave }
func (Invite) op() op           { return opInvite }
func (AnswerInvitation) op() op { return opAnswer }
func (SetMember) op() op        { return opSetMember }
func (Transfer) op() op         { return opTransfer }
func (AnswerOffer) op() op      { return opAnswerOffer }
func (CreateLink) op() op       { return opCreateLink }
func (RevokeLink) op() op       { return opRevokeLink }
func (DecideRequest) op() op    { return opDecideRequest }
func (MarkRead) op() op         { return opMarkRead }
func (SetDraft) op() op         { return opSetDraft }
func (SetPrefs) op() op         { return opSetPrefs }
func (SetBlock) op() op         { return opSetBlock }
func (SetPrivacy) op() op       { return opSetPrivacy }
func (SetProfile) op() op       { return opSetProfile }
func (SetContact) op() op       { return opSetContact }
func (SetPersonal) op() op      { return opSetPersonal }
func (NoteDevice) op() op       { return opNoteDevice }
func (Import) op() op           { return opImport }
func (Tell) op() op             { return opTell }
func (NoteAct) op() op          { return opNoteAct }
func (File) op() op             { return opFile }
func (CloseReport) op() op      { return opCloseReport }
func (Judge) op() op            { return opJudge }
func (FileAppeal) op() op       { return opAppeal }
func (Keep) op() op             { return opKeep }
func (GiveFeedback) op() op     { return opGiveFeedback }
func (SetFeedback) op() op      { return opSetFeedback }
func (VoteFeedback) op() op     { return opVoteFeedback }
func (SetPhoto) op() op         { return opSetPhoto }
func (RemovePhoto) op() op      { return opRemovePhoto }
