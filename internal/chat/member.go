// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// ChatType is what kind of chat it is; the numbers are those of zolal.v1.ChatType.
type ChatType uint8

// Types of chats.
const (
	Direct ChatType = iota + 1
	Group
	Channel
	Saved
	Service // what the server itself tells an account; one for each, made with the first message
)

// Role is an account's standing in a chat; the numbers are those of zolal.v1.Role.
type Role uint8

// Roles.
const (
	RoleNone Role = iota
	RoleMember
	RoleAdmin
	RoleOwner
	RoleBanned
	RoleInvited
	RoleRequested
	RoleApproached // direct chats: a stranger wrote, and it was not accepted yet
)

// In reports whether an account of this role is in the chat.
func (r Role) In() bool { return r == RoleMember || r == RoleAdmin || r == RoleOwner }

// Reads reports whether an account of this role gets what is said in the chat: who is in, and who was
// approached by a stranger.
func (r Role) Reads() bool { return r.In() || r == RoleApproached }

// Grants are named rights as bits; the numbers are those of zolal.v1.Grant.
type Grants uint32

// The named rights.
const (
	GrantSend Grants = 1 << iota
	GrantMedia
	GrantReact
	GrantLinks
	GrantPin
	GrantInvite
	GrantInfo
	GrantPost
	GrantEditAny
	GrantDeleteAny
	GrantBan
	GrantPromote
	GrantOwn // take the chat over, which its owner offers to one admin
)

// Has reports whether all of want is granted.
func (g Grants) Has(want Grants) bool { return g&want == want }

// Member is one account's standing in one chat. Of two versions the higher wins.
type Member struct {
	Account AccountID
	Role    Role
	Grants  Grants // admins: what they may; members: what is taken from them personally
	Until   Millis // end of a restriction or ban; 0 without end
	Version uint32
	From    Seq // earlier history is not shown to the member; 0 all
	Title   string
	Joined  Millis // when they came in; in direct chats the first time; 0 never
	Note    string // why, of a restriction or ban; for the account itself and the staff
}

// Offered reports whether the owner of the chat offers it to the member.
func (m Member) Offered() bool { return m.Role == RoleAdmin && m.Grants.Has(GrantOwn) }

// Chat is a chat's settings: what rules need of it, and what its members see of it.
type Chat struct {
	ID            ChatID
	Type          ChatType
	Title         string
	About         string
	Name          string
	Defaults      Grants
	SlowSeconds   uint32
	Signatures    bool
	HistoryHidden bool
	JoinApproval  bool
	Members       uint32 // how many are in
	Wide          bool   // members change in their own user logs
	Deleted       bool
	Imported      bool
	NumberBase    int64
	Created       Millis
	Facts         uint64       // version; grows with every removal and change of rights or settings
	Peers         [2]AccountID // of a direct chat, the smaller first; of a service chat 0 and its account
	Down          bool         // the operator took its public name down
	Photo         *PlacedPhoto // nil: none
}

// Public reports whether everybody may read the chat.
func (c Chat) Public() bool { return c.Name != "" }

// Peer returns the other of a direct chat, 0 for whoever is not one of the two, and in any other chat.
func (c Chat) Peer(account AccountID) AccountID {
	switch {
	case c.Type != Direct:
		return 0
	case c.Peers[0] == account:
		return c.Peers[1]
	case c.Peers[1] == account:
		return c.Peers[0]
	default:
		return 0
	}
}

// Close reports whether the members of a chat see of each other when they read, type and are here.
func (c Chat) Close() bool {
	return c.Type == Direct || c.Type == Group && !c.Wide && c.Members <= SmallGroup
}

// OneSided reports whether it is a direct chat that not both are in: one was never let in, or left.
func (c Chat) OneSided() bool { return c.Type == Direct && c.Members < 2 }

// Facts are all that rules may know when they decide a command.
type Facts struct {
	Chat   Chat
	Actor  Member // the zero Role where the actor was never here
	Target Member // of commands about somebody
	// Blocked reports that the actor and the other (the peer of a direct chat, else the target) have blocked
	// one another, either way round, or that the other account is gone.
	Blocked bool
	// LastSent is when the actor last wrote here; read only where slow mode is on.
	LastSent Millis

	// What follows is filled as NeedsOf the command says; the engine does it.

	// AlbumSent is how many of the last messages the actor wrote here are of the album of what is decided.
	AlbumSent int

	Me     Person               // the actor as others see it
	Person Person               // the target as others see it; the zero Person if there is none
	People map[AccountID]Party  // invited at creation
	Refs   map[Seq]Ref          // entries the command names; those that are not in the log are missing
	Names  map[string]AccountID // folded usernames; missing where nobody has the name
	Inside map[AccountID]bool   // who of those whom a message mentions is in the chat
	Asked  JoinRequest          // the open request of the target
	Link   InviteLink           // the link of this chat that the command names; the zero link if there is none
	Direct ChatID               // the chat that the two already have
	Head   Head                 // of the chat log
	Read   ReadMark             // the actor's
	Admins int                  // how many the chat has, its owner left out; MaxAdmins for more
	Owning Owning               // whose the chat is, and whom it is offered to
	Held   Holdings             // the target's, or where the command has none the actor's
	Limit  Limitation           // the actor's
	Filed  Filed                // what the actor has reported so far
	Board  Board                // what the actor gave and voted for of the feedback
	Case   Case                 // what an operator decides, or somebody appeals against

	Photos []PlacedPhoto     // of the actor's account, the newest first
	Seen   Hash              // of the target's photo as the actor sees it, once it was accepted; zero: none
	Card   *Preview          // of the page that the command wants to show; nil where nothing is known of it
	Files  map[FileID]Upload // the actor's uploads that the command names; those that are not there are missing

	Contact  Contact // the actor's, of the account the command names; the zero contact if there is none
	Contacts uint32  // how many contacts the actor has
	Linked   bool    // the actor has a personal link
	Known    bool    // the target came into its direct chat with the actor, or has them as a contact
	Day      Day     // what the actor has used of the daily allowances
}

// Holdings are how many groups and channels an account has, deleted ones left out.
type Holdings struct {
	In    uint32
	Owned uint32
}

// Owning is who owns a chat, and the admin to whom its owner offers it; the zero Member where there is none.
type Owning struct {
	Owner   Member
	Offered Member
}

// Party is somebody a command names among others.
type Party struct {
	Person  Person
	Blocked bool // one of the two has blocked the other
	Known   bool // knows the actor, as in Facts
}

// Ref is what rules must know of an entry that a command names.
type Ref struct {
	Kind     Kind
	Author   AccountID
	At       Millis
	Redacted bool
	Body     Body // as it stands today; nil when redacted
}

// Person is what others may see of an account.
type Person struct {
	ID       AccountID
	Profile  Profile
	Privacy  Privacy
	LastSeen Millis
	Unseen   bool // whether they are online is not shown to who asks
	Deleted  bool
	Photo    *PlacedPhoto // nil: none, or not for who asks
}
