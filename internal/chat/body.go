// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// Body is the decoded content of an entry. The set is closed: every type here and no other.
type Body interface{ body() }

// EntityKind is a kind of formatted or active range; the numbers are those of zolal.v1.EntityKind.
type EntityKind uint8

// Entity kinds as in Telegram.
const (
	EntityBold EntityKind = iota + 1
	EntityItalic
	EntityUnderline
	EntityStrikethrough
	EntitySpoiler
	EntityCode
	EntityPre
	EntityTextLink
	EntityURL
	EntityEmail
	EntityPhone
	EntityMention
	EntityTextMention
	EntityHashtag
	EntityCashtag
	EntityBotCommand
	EntityBlockquote
	EntityExpandableBlockquote
	EntityCustomEmoji
	EntityBankCard
)

// Entity marks a range of a text, in UTF-16 code units.
type Entity struct {
	Kind    EntityKind
	Offset  uint32
	Length  uint32
	Value   string    // language, address or emoji id
	Account AccountID // of a text mention; of a mention: whom Decide found under the name
}

// Message is the body of KindMessage and KindEdit.
type Message struct {
	Text        string
	Entities    []Entity
	Reply       *Reply
	Forward     *Forward
	Signature   string
	Imported    *Imported
	Attachments []Attachment
	Media       *Media // the text is its caption
	Album       AlbumID
	Preview     *Preview // of one of its links
	Wording     *Wording // service chats: what it says, for the reader's language; Text is for who knows it not
}

// Wording names what the server says in a service chat, so that an app words it in its reader's language.
type Wording struct {
	Code   string
	Values map[string]string
}

// Reply points to another message of the same chat.
type Reply struct {
	Seq           Seq // 0: what it replied to is not here
	Quote         string
	QuoteEntities []Entity
	QuoteOffset   uint32
	Author        AccountID // groups: whose message it replies to, so that Project can tell them
	Number        int64     // imported, where Seq is 0: what it waits for, should a later import bring it
}

// Forward says where a message came from.
type Forward struct {
	Name    string
	Account AccountID
	Chat    ChatID
	Seq     Seq
	At      Millis
	Signed  string // of a channel post: who signed it
}

// Imported keeps what another messenger said of an entry: labels, never accounts.
type Imported struct {
	Author   string
	AuthorID string
	Number   int64
	Edited   Millis
	ViaBot   string
	Digest   uint64 // keyed, of the source's content; edits keep it, so that importing again sees no change
}

// Attachment describes media that is not stored here.
type Attachment struct {
	Kind    string
	Name    string
	MIME    string
	Bytes   int64
	Width   uint32
	Height  uint32
	Seconds uint32
	Emoji   string
}

// Redaction is the body of KindDelete where the target came from elsewhere: its number stays taken, so that
// importing again does not bring it back, and nothing else of it stays. Other deletions have no body.
type Redaction struct {
	Number int64
}

// ServiceLine is an imported service action.
type ServiceLine struct {
	Action   string
	Values   map[string]string
	Imported *Imported
}

// Created is the body of KindChatCreated.
type Created struct {
	Type       ChatType
	Title      string
	About      string
	Owner      AccountID
	Accounts   []AccountID // the two of a direct chat
	Defaults   Grants
	Imported   bool
	NumberBase int64
	Source     string // which history it was made for: importing that one again finds the chat by it
}

// InfoChange carries only what changed.
type InfoChange struct {
	Title         *string
	About         *string
	Name          *string
	Defaults      *Grants
	SlowSeconds   *uint32
	Signatures    *bool
	HistoryHidden *bool
	JoinApproval  *bool
	Down          *bool // the operator took the public name down, or gave it back
}

// MemberChange is a change of somebody's standing, as shown to those who may see it.
type MemberChange struct {
	Member Member
	Before Role
	Reason string
}

// Profile is what an account shows of itself.
type Profile struct {
	Name     string
	Username string
	About    string
}

// MyChat is an account's own standing in a chat, in its user log.
type MyChat struct {
	Chat   ChatID
	Type   ChatType
	Member Member
	Peer   AccountID
	Reason string
	Before Role
	Token  string // invite link it came by
}

// ReadMark says how far an account has read.
type ReadMark struct {
	Chat ChatID
	Seq  Seq
	Ord  Ord
}

// DraftText is an unsent text, shown on all devices of an account.
type DraftText struct {
	Chat     ChatID
	Text     string
	Entities []Entity
	Reply    Seq
	Quote    string // the part that is answered
	At       Millis
}

// Empty reports whether there is nothing left of a draft: no text, and nothing that it answers.
func (d DraftText) Empty() bool { return d.Text == "" && d.Reply == 0 }

// NotifyAlways in place of the end of a silence: devices are told of the chat even where they want nothing of
// its kind.
const NotifyAlways Millis = -1

// Prefs carries only what changed of an account's wishes for one chat.
type Prefs struct {
	Chat         ChatID
	MutedUntil   *Millis
	Archived     *bool
	PinRank      *uint32
	MarkedUnread *bool
}

// Block is somebody whose messages an account does not want.
type Block struct {
	Account AccountID
	Blocked bool
}

// Privacy holds reciprocal switches: who hides, does not see. Who may see the photos is not one of them.
type Privacy struct {
	HideLastSeen  bool
	HideTyping    bool
	HideReads     bool
	HideForwards  bool
	RefuseInvites bool
	Unfindable    bool // by the username, for those who have not met the account
	QuietContacts bool // changed names and photos of contacts are not pointed out
	Photo         PhotoAudience
}

// Contact is somebody an account has put on its list. The private name and the list are the account's own.
type Contact struct {
	Account      AccountID
	Name         string // private; empty: as they call themselves
	SeenName     string // what they called themselves when it was written
	SeenUsername string
	SeenPhoto    Hash // of the photo they were shown by; zero: none
	Removed      bool
}

// PersonalLink leads to an account for whoever has it.
type PersonalLink struct {
	Token   string
	Removed bool // there is none, by the account's wish
}

// DeviceNotice tells an account's devices that one came or went.
type DeviceNotice struct {
	Device  Device
	Removed bool
	Reason  string
}

// Notice is a DeviceNotice and its place in the account's log.
type Notice struct {
	Seq Seq
	At  Millis
	DeviceNotice
}

// Device is one signed-in session as its owner sees it.
type Device struct {
	ID       DeviceID
	Name     string
	Client   string
	Version  string
	Build    string
	Created  Millis
	LastUsed Millis
	Official bool
	Scopes   Scopes
	Expires  Millis // 0 never
}

// Invitation tells an account that it may join.
type Invitation struct {
	Chat  ChatID
	By    AccountID // 0 for channels
	Title string
	Type  ChatType
}

// Spent says what the acts of one command used of an account's daily allowances.
type Spent struct {
	Strangers uint32 // contacted for the first time
	Links     uint32 // messages with links to those who do not know the account
	Rooms     uint32 // groups and channels made
}

// InviteLink lets its holder join, or ask to.
type InviteLink struct {
	Token    string
	Label    string
	Expires  Millis
	Limit    uint32
	Uses     uint32
	Approval bool
	Revoked  bool
	Creator  AccountID
	Created  Millis
}

// JoinRequest is somebody's wish to join.
type JoinRequest struct {
	Account  AccountID
	At       Millis
	Token    string
	Decided  bool
	Accepted bool
}

func (*Message) body()      {}
func (*Redaction) body()    {}
func (*ServiceLine) body()  {}
func (*Created) body()      {}
func (*InfoChange) body()   {}
func (*MemberChange) body() {}
func (*Profile) body()      {}
func (*MyChat) body()       {}
func (*ReadMark) body()     {}
func (*DraftText) body()    {}
func (*Prefs) body()        {}
func (*Block) body()        {}
func (*Privacy) body()      {}
func (*Contact) body()      {}
func (*PersonalLink) body() {}
func (*DeviceNotice) body() {}
func (*Invitation) body()   {}
func (*Spent) body()        {}
func (*InviteLink) body()   {}
func (*JoinRequest) body()  {}
func (*OperatorAct) body()  {}
func (*Report) body()       {}
func (*Decision) body()     {}
func (*Appeal) body()       {}
func (*AppealKept) body()   {}
