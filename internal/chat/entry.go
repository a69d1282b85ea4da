// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// Kind says what an entry is; the numbers are those of zolal.v1.Kind.
type Kind uint8

// Kinds of chat logs, user logs and staff logs.
const (
	KindChatCreated Kind = 1  // Created
	KindMessage     Kind = 2  // Message, counted
	KindEdit        Kind = 3  // Message, today's version of the target
	KindDelete      Kind = 4  // redacts the target; Redaction or no body
	KindPin         Kind = 5  // pins the target
	KindUnpin       Kind = 6  // unpins the target
	KindMember      Kind = 7  // MemberChange
	KindChatInfo    Kind = 8  // InfoChange
	KindChatWide    Kind = 9  // members change in their own user logs from here on
	KindService     Kind = 10 // ServiceLine
	KindChatDeleted Kind = 11

	// Photos of a chat.
	KindChatPhoto        Kind = 70 // Photo
	KindChatPhotoRemoved Kind = 71 // erases the target

	KindMLSCommit Kind = 20 // reserved for encrypted chats
	KindMLSReset  Kind = 21

	KindProfile    Kind = 40 // Profile
	KindMyChat     Kind = 41 // MyChat
	KindRead       Kind = 42 // ReadMark
	KindDraft      Kind = 43 // DraftText
	KindPrefs      Kind = 44 // Prefs
	KindBlock      Kind = 45 // Block
	KindPrivacy    Kind = 46 // Privacy
	KindDevice     Kind = 47 // DeviceNotice
	KindInvitation Kind = 48 // Invitation
	KindContact    Kind = 49 // Contact
	KindPersonal   Kind = 50 // PersonalLink
	KindSpent      Kind = 53 // Spent

	KindAccountPhoto        Kind = 68 // Photo
	KindAccountPhotoRemoved Kind = 69 // erases the target

	KindAccountDeleted Kind = 79 // AccountDeleted; the last of a user log

	// Of chat logs again: direct chats, where the author accepts what a stranger wrote.
	KindAccepted Kind = 54

	KindOperatorAct Kind = 51 // OperatorAct; in staff logs too, where it is about the chat

	KindInviteLink  Kind = 60 // InviteLink
	KindJoinRequest Kind = 61 // JoinRequest
	KindStaffMember Kind = 62 // MemberChange
	KindStaffDeed   Kind = 78 // StaffDeed

	KindReport       Kind = 80 // Report, in the server log; in staff logs one to the chat's admins
	KindDecision     Kind = 81 // Decision
	KindAppeal       Kind = 82 // Appeal
	KindReportKept   Kind = 83 // Report, without what it revealed: today's version of the target
	KindReportClosed Kind = 84 // staff logs: closes the target, a report
	KindAppealKept   Kind = 85 // AppealKept: erases the target, an appeal that was answered

	KindFeedback      Kind = 90 // Feedback, in the server log
	KindFeedbackState Kind = 91 // FeedbackState of the target

	KindFeedbackVote   Kind = 65 // server log: the author wants the target, feedback, too
	KindFeedbackUnvote Kind = 66 // and not any more

	// kindEnd is beyond every kind there is.
	kindEnd Kind = 100
)

// line reports whether entries of the kind stand in a chat's history by themselves, as edits and deletions do
// not. Unknown kinds do if they are counted, which only their envelope tells.
func (k Kind) line() bool {
	return k >= KindChatCreated && k <= KindChatDeleted && k != KindEdit && k != KindDelete ||
		k == KindChatPhoto || k == KindChatPhotoRemoved
}

// Envelope is the part of an entry that is always in clear, also where the body is sealed.
type Envelope struct {
	Kind    Kind
	Counted bool   // takes part in Ord and so in unread counts
	Silent  bool   // no notification
	Target  Seq    // what it edits, deletes, pins or unpins; 0 none
	Expires Millis // 0 never
}

// Entry is one record of a log as the store holds it.
type Entry struct {
	Log    LogID
	Seq    Seq
	Ord    Ord
	Pos    Pos
	At     Millis // server clock; imported entries keep their original date
	Author AccountID
	Device DeviceID // never leaves the server
	Key    Key
	Env    Envelope
	Body   []byte // encoded once (I8); empty when there is none or it was erased
	Seal   Seal   // never leaves the server
	Chain  Chain
}

// Shown returns the entry as those who may read its log see it in a chat of the type: without its device and
// seal, and in channels without its author and key, which tell who runs the channel (R11). Authors stay in
// the store, because they may edit what they wrote and do not count it as unread. Nor does a chat's staff see
// who reported something to it.
func (e Entry) Shown(t ChatType) Entry {
	e.Device, e.Seal = 0, Seal{}
	if t == Channel && e.Log.Kind() == ChatLog || e.Log.Kind() == StaffLog && e.Env.Kind == KindReport {
		e.Author, e.Key = 0, Key{}
	}
	return e
}

// Tells reports whether the entry says something of one that is not above a floor.
func (e Entry) Tells(floor Seq) bool {
	return e.Env.Target != 0 && e.Env.Target <= floor && len(e.Body) > 0
}

// Veiled returns the entry as somebody sees it who may see of its log only what is above the floor. An edit
// of what is below would show them its text, so it comes without; it comes all the same, since numbers have
// no gaps (I2).
func (e Entry) Veiled(floor Seq) Entry {
	if e.Tells(floor) {
		e.Body = nil
	}
	return e
}

// Overlay is today's version of an entry that a later one superseded.
type Overlay struct {
	By       Seq
	At       Millis
	Redacted bool
	Body     []byte
}

// Item is an entry together with its overlay, as histories show it.
type Item struct {
	Entry
	Overlay *Overlay // nil where nothing superseded it
	Tally   *Tally   // nil unless asked for
}

// Current returns the body as it stands today: empty when redacted.
func (i Item) Current() []byte {
	switch {
	case i.Overlay == nil:
		return i.Body
	case i.Overlay.Redacted:
		return nil
	default:
		return i.Overlay.Body
	}
}

// Head is where a log stands. The zero Head is that of an empty log.
type Head struct {
	Log   LogID
	Seq   Seq
	Ord   Ord
	Pos   Pos
	Floor Seq // entries up to here were compacted away (user logs only)
	Chain Chain
	Facts uint64 // facts version, chat logs only
}

// Draft is an entry before the store has given it its place.
type Draft struct {
	Log    LogID
	At     Millis
	Author AccountID
	Env    Envelope
	Body   []byte
	// Changes are what the entry does to projections. They name the entry's own place as "this".
	Changes []Change
}

// Tally counts the marks on one entry.
type Tally struct {
	Seq       Seq
	Views     uint32
	Reactions []ReactionCount // most used first
}

// ReactionCount is one emoji and how many chose it.
type ReactionCount struct {
	Emoji string
	Count uint32
	Mine  bool
}
