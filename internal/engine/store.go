// SPDX-License-Identifier: AGPL-3.0-or-later

// Package engine is the only writer and the only reader that checks rights. Everything enters through
// Open, which answers who may do what, and leaves through Append and the reads of the handle it gives.
//
// It declares what it needs of a store here. A store is native to its database; storetest holds the
// reference in memory and the suite that every store must pass.
package engine

import (
	"context"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// CondKind says what must still hold when a batch is stored.
type CondKind uint8

// The conditions.
const (
	CondNone   CondKind = iota
	CondFacts           // the chat's facts version equals Value
	CondHead            // the log's head seq equals Value
	CondRested          // what rests of the look-alike class Name was given up at the position Value; 0: nothing
)

// Cond is the condition of a batch: that what it was decided upon still holds.
type Cond struct {
	Kind  CondKind
	Log   chat.LogID
	Value uint64
	Name  string
}

// Batch is stored whole or not at all. It may touch several logs; its first entry is the primary one, which
// alone carries the Key and whose place a repeated Key returns.
type Batch struct {
	Device  chat.DeviceID
	Key     chat.Key
	Cond    []Cond
	Entries []chat.Draft
}

// Result is the fate of one batch, independent of the others it shares a commit with.
type Result struct {
	// Entries are as stored, in the order of the batch; for a repeated key only the primary one.
	Entries  []chat.Entry
	Repeated bool
	// Err is a *chat.Error: CodeConflict when a condition did not hold, the code of a unique claim that
	// failed, CodeDiskFull or CodeReadOnly. Nothing of the batch was stored then.
	Err error
}

// Log is the durable part of a store.
//
// Append applies batches in order, each seeing those before it. It assigns sequence numbers, contiguous from
// 1 in each log (I2), applies the changes of every entry in the same transaction, and when it returns, what
// it reports as stored survives a crash of process and machine (I1). An entry stored under its (device, key)
// before is reported at its earlier place (I3). An error means that the fate of every batch is unknown; the
// caller asks again with the same keys. Stores may be called from many goroutines; Append is called by one at
// a time and gains from large calls. Bodies are shared: nobody writes into one, neither given nor received.
//
// An item below the floor of its log is not there for any read but Feed, Find and Notices.
type Log interface {
	Append(ctx context.Context, batches []Batch) ([]Result, error)
	// Read goes forward: items with seq > after, at most limit, ascending.
	Read(ctx context.Context, log chat.LogID, after chat.Seq, limit int) ([]chat.Item, error)
	// Page goes backward: items with seq < before (0: from the end), at most limit, ascending, and the
	// head they are true for, both of one snapshot.
	Page(ctx context.Context, log chat.LogID, before chat.Seq, limit int) ([]chat.Item, chat.Head, error)
	// Get returns the items of the given seqs that exist, ascending.
	Get(ctx context.Context, log chat.LogID, seqs []chat.Seq) ([]chat.Item, error)
	// Changes returns the targets superseded by entries with seq > after, in the order of those entries, at
	// most limit+1 of them.
	Changes(ctx context.Context, log chat.LogID, after chat.Seq, limit int) ([]chat.Seq, error)
	// Heads returns a head for each log, the zero head (with Log set) for an empty one.
	Heads(ctx context.Context, logs []chat.LogID) ([]chat.Head, error)
	// Feed returns entries of every log in commit order with pos > after, and the pos to go on from: of the
	// last one returned, or after. With limit 0 it returns no entries and the pos of the last one there is,
	// to begin from.
	Feed(ctx context.Context, after chat.Pos, limit int) ([]chat.Entry, chat.Pos, error)
	// Find returns the entry stored under (device, key), if there is one.
	Find(ctx context.Context, device chat.DeviceID, key chat.Key) (chat.Entry, bool, error)
}

// MemberQuery selects members of a chat in the order of their account numbers.
type MemberQuery struct {
	Chat   chat.ChatID
	Roles  []chat.Role // none: everyone who is in
	Prefix string      // start of a word of the name or of the username, folded by chat.SearchFold
	After  chat.AccountID
	Limit  int
	// Restricted asks for members alone from whom something is personally taken, as of At.
	Restricted bool
	At         chat.Millis
}

// Audience is everyone who is in a chat, true for one facts version.
type Audience struct {
	Facts    uint64
	Pos      chat.Pos // commit position it was read at
	Accounts []chat.AccountID
	From     map[chat.AccountID]chat.Seq // Member.From of those to whom it hides something; nil: of nobody
}

// Owner is whom a public name belongs to; one of the two is set, or none.
type Owner struct {
	Account chat.AccountID
	Chat    chat.ChatID
}

// MaxRested is how many names of one owner may rest while it takes another: who takes names and gives them up
// keeps no more from others.
const MaxRested = 3

// NameRests is for how long a name that was given up is nobody else's, nor one that looks like it: links and
// mentions lead nowhere meanwhile, and never to an impostor. Stores keep what rests for as long.
const NameRests = chat.Millis(30 * 24 * time.Hour / time.Millisecond)

// Rested is a name that its owner gave up, and nobody has taken since.
type Rested struct {
	Owner
	Name string         // folded
	By   chat.AccountID // who gave it up
	At   chat.Millis
	Pos  chat.Pos // of the entry that did
}

// PublicPlace is where a chat stands among public ones: the most members first, and of as many the newest.
type PublicPlace struct {
	Members uint32
	Chat    chat.ChatID
}

// PublicQuery selects chats of a type that have a public name and were not deleted.
type PublicQuery struct {
	Type    chat.ChatType
	Account chat.AccountID // whose standing is told
	After   PublicPlace    // only what comes after it; the zero PublicPlace begins
	Limit   int
}

// PublicDepth is how many entries from the end of a log a public chat's last message is looked for in.
const PublicDepth = 200

// PublicRow is a public chat, the standing of an account in it, and its last counted entry that is not
// redacted; 0: there is none among the last PublicDepth.
type PublicRow struct {
	Chat chat.Chat
	Me   chat.Member
	Last chat.Seq
	At   chat.Millis
}

// Names reads whose names are, and which rest.
type Names interface {
	// Name returns the owner of a folded name, or of its look-alike class.
	Name(ctx context.Context, name, skeleton string) (Owner, error)
	// Rested returns the name of a look-alike class that rests; the zero Rested where none does.
	Rested(ctx context.Context, skeleton string) (Rested, error)
	// GivenUp returns the names of an owner that rest, and those that have rested since it last gave one up,
	// the oldest first.
	GivenUp(ctx context.Context, owner Owner) ([]Rested, error)
	// Public returns chats in the order of their places.
	Public(ctx context.Context, q PublicQuery) ([]PublicRow, error)
}

// Rooms reads the projections of chats.
type Rooms interface {
	// Facts returns what rules need; a chat that never was has the zero Chat.
	Facts(ctx context.Context, room chat.ChatID, actor, target chat.AccountID) (chat.Facts, error)
	// Lately returns what of a chat's log an account wrote last and counts, the newest first, at most limit.
	Lately(ctx context.Context, room chat.ChatID, author chat.AccountID, limit int) ([]chat.Seq, error)
	Members(ctx context.Context, q MemberQuery) ([]chat.Member, error)
	Audience(ctx context.Context, room chat.ChatID) (Audience, error)
	// Direct returns the chat of two accounts (of one: saved messages), 0 if they have none.
	Direct(ctx context.Context, a, b chat.AccountID) (chat.ChatID, error)
	// Links returns the links of a chat, the oldest first, or with a token the one link of that token and
	// its chat. The uses of a link are people; with an account, those besides it.
	Links(ctx context.Context, room chat.ChatID, token string, besides chat.AccountID) (
		[]chat.InviteLink, chat.ChatID, error)
	// Requests returns the undecided ones, the oldest first, or with an account just its own.
	Requests(ctx context.Context, room chat.ChatID, by chat.AccountID) ([]chat.JoinRequest, error)
	// Pinned returns the pinned seqs of a chat, newest pin first, at most limit.
	Pinned(ctx context.Context, room chat.ChatID, limit int) ([]chat.Seq, error)
}

// ListQuery selects rows of an account's chat list: of the chats it is in, the most recently moved first.
// A chat moves when its log grows or the account's standing in it changes.
type ListQuery struct {
	Account chat.AccountID
	Since   chat.Pos // only chats whose log or whose standing moved after; 0 all
	Skip    int
	Limit   int
	Only    chat.ChatID    // if set, just this one, whatever the account's standing in it
	With    chat.AccountID // if set, only chats in which this one is or was too
}

// ListRow is one chat of an account's list, all of one snapshot.
type ListRow struct {
	Chat     chat.Chat
	Me       chat.Member
	Head     chat.Head
	Last     *chat.Item // last counted entry that is not redacted
	Read     chat.ReadMark
	Unread   uint32 // head.ord − read.ord − own and redacted ones after read.seq
	Mentions uint32 // after the read mark
	PeerRead chat.Seq
	Draft    chat.DraftText
	Prefs    chat.Prefs
	Pinned   []chat.Seq // newest pin first, at most ListPins
	Waiting  bool       // what the account writes there waits for the other to accept; the engine fills it
}

// ListPins is how many pinned seqs a row of a list holds at most.
const ListPins = 100

// Users reads the projections of accounts.
type Users interface {
	// List returns rows, how many the query has without Skip and Limit, and the commit position they are
	// true for.
	List(ctx context.Context, q ListQuery) (rows []ListRow, total int, pos chat.Pos, err error)
	// People returns those who are known, ascending.
	People(ctx context.Context, accounts []chat.AccountID) ([]chat.Person, error)
	// Blocked returns whom an account blocks, ascending; of the others given, if any are, those with whom it
	// has a block either way round.
	Blocked(ctx context.Context, account chat.AccountID, others ...chat.AccountID) ([]chat.AccountID, error)
	// Invitations returns, for each chat an account is invited to, Chat and By: the author of the entry that
	// made its standing.
	Invitations(ctx context.Context, account chat.AccountID) ([]chat.Invitation, error)
	// Source returns the entry and digest bound to a number of an imported history.
	Source(ctx context.Context, room chat.ChatID, numbers []int64) (map[int64]Source, error)
	// NextID returns a number never given before for an account, a device or a chat.
	NextID(ctx context.Context, kind IDKind) (uint32, error)
	// FirstAt returns the first counted entry at or after a time, 0 if there is none. Where times in a log
	// go back somewhere, it may return another entry at or after the time.
	FirstAt(ctx context.Context, log chat.LogID, at chat.Millis) (chat.Seq, error)
	// Held counts the groups and channels an account has.
	Held(ctx context.Context, account chat.AccountID) (chat.Holdings, error)
}

// Notices reads what an account's log says of its devices, without the rest of it.
type Notices interface {
	// Notices returns the last entries of chat.KindDevice in an account's log, at most limit, ascending, also
	// those below its floor.
	Notices(ctx context.Context, account chat.AccountID, limit int) ([]chat.Entry, error)
}

// PersonalOwner is an account and its personal link; the zero one where there was never one.
type PersonalOwner struct {
	Account chat.AccountID
	Link    chat.PersonalLink
}

// Circle reads whom accounts know, by which links they are found, and how many they got to know lately.
type Circle interface {
	// Contacts returns contacts of an account by their account numbers, those after one and at most limit, and
	// how many it has.
	Contacts(ctx context.Context, account, after chat.AccountID, limit int) ([]chat.Contact, int, error)
	// Personal returns the personal link of an account, or with a token the one of that token.
	Personal(ctx context.Context, account chat.AccountID, token string) (PersonalOwner, error)
	// Knowing returns those of the others, ascending, who know the account: who once came into their direct
	// chat with it, or have it among their contacts.
	Knowing(ctx context.Context, account chat.AccountID, others ...chat.AccountID) ([]chat.AccountID, error)
	// Talking returns those of the others, ascending, with whom the account is in a direct chat that both
	// are in.
	Talking(ctx context.Context, account chat.AccountID, others ...chat.AccountID) ([]chat.AccountID, error)
	// Spent returns what an account used of its daily allowances after a time, the oldest first.
	Spent(ctx context.Context, account chat.AccountID, after chat.Millis) ([]chat.Spending, error)
}

// ReportQuery selects reports of one log, the newest first, at most Limit.
type ReportQuery struct {
	Log     chat.LogID
	Seqs    []chat.Seq  // if any, just these, ascending, whatever else is asked
	Closed  bool        // closed ones instead of open ones
	Before  chat.Seq    // only those with lower numbers; 0 all
	Due     chat.Millis // if set, only closed ones of then or earlier that still hold what they revealed
	About   bool        // only those about this account and chat
	Account chat.AccountID
	Chat    chat.ChatID
	In      chat.ChatID // if set, only those about this chat, or somebody in it
	Limit   int
}

// DecisionQuery selects decisions, the newest first, at most Limit; with open appeals the oldest first.
type DecisionQuery struct {
	Seqs     []chat.Seq     // if any, just these, ascending
	Account  chat.AccountID // about this one
	Standing chat.Act       // with Account: of this act, and not taken back
	Appealed bool           // against which an appeal is open
	Due      chat.Millis    // whose appeals were answered then or earlier and still say what they said
	Limit    int
}

// Cases reads the projections of reports, decisions, and what operators did.
type Cases interface {
	Reports(ctx context.Context, q ReportQuery) ([]chat.ReportState, error)
	// ReportsBy returns an account's own reports, wherever they stand, the newest first.
	ReportsBy(ctx context.Context, reporter chat.AccountID, limit int) ([]chat.ReportState, error)
	Decisions(ctx context.Context, q DecisionQuery) ([]chat.DecisionState, error)
	// Limitation returns what stands of the limits of an account: that which ends last.
	Limitation(ctx context.Context, account chat.AccountID) (chat.Limitation, error)
	// Acts returns what operators did to an account, with seq < before (0: all), the newest first.
	Acts(ctx context.Context, account chat.AccountID, before chat.Seq, limit int) ([]chat.NotedAct, error)
}

// Carrier is an entry that carries a content.
type Carrier struct {
	Log chat.LogID
	Seq chat.Seq
}

// Content is something that entries carry, and its size as they say.
type Content struct {
	Hash chat.Hash
	Size int64
}

// MediaRefs reads which entries carry which contents.
type MediaRefs interface {
	// Carriers returns entries of channels with a public name that carry a content, at most limit.
	Carriers(ctx context.Context, hash chat.Hash, limit int) ([]Carrier, error)
	// Contents returns the contents that any entry carries with greater hashes, ascending, at most limit.
	Contents(ctx context.Context, after chat.Hash, limit int) ([]Content, error)
}

// Photos reads the photos of accounts and chats. The newest of each is in what People, Facts and List return.
type Photos interface {
	// Photos returns the photos of an account's log, or the one of a chat's, the newest first.
	Photos(ctx context.Context, log chat.LogID) ([]chat.PlacedPhoto, error)
	// Portraits returns the logs of chats with a public name that are shown by a content, and of accounts that
	// have a photo of it which is for everybody, ascending, at most limit.
	Portraits(ctx context.Context, hash chat.Hash, limit int) ([]Carrier, error)
	// Regards returns how each of the others stands to the account, ascending.
	Regards(ctx context.Context, account chat.AccountID, others ...chat.AccountID) ([]chat.Regard, error)
}

// IDKind is what a number is for.
type IDKind uint8

// What NextID numbers.
const (
	AccountIDs IDKind = iota + 1
	DeviceIDs
	ChatIDs
)

// Source is the entry a number of an imported history is bound to.
type Source struct {
	Seq    chat.Seq
	Digest uint64 // 0: deleted here, whatever the source says of it
}

// ViewCount adds views to an entry.
type ViewCount struct {
	Log   chat.LogID
	Seq   chat.Seq
	Views uint32
}

// Tick says how far an account has read, for its peers to see.
type Tick struct {
	Chat    chat.ChatID
	Account chat.AccountID
	Seq     chat.Seq
}

// Reactor is an account and what it chose.
type Reactor struct {
	Account chat.AccountID
	Emojis  []string
}

// Marks holds what is not an entry: reactions, views, ticks, with running tallies. Marks are durable but
// never counted among entries.
type Marks interface {
	// React replaces all reactions of an account on an entry and returns the new tally. It fails with
	// CodeTargetGone where the entry is redacted or never was; redacting an entry drops its marks.
	React(ctx context.Context, log chat.LogID, seq chat.Seq, who Reactor) (chat.Tally, error)
	// Reactors lists who reacted, by account number.
	Reactors(ctx context.Context, log chat.LogID, seq chat.Seq, after chat.AccountID,
		limit int) ([]Reactor, error)
	// Tallies returns the tallies of the given entries that have any; Mine is filled for viewer.
	Tallies(ctx context.Context, log chat.LogID, seqs []chat.Seq, viewer chat.AccountID) ([]chat.Tally, error)
	// AddViews passes over entries that are redacted or never were.
	AddViews(ctx context.Context, views []ViewCount) error
	// SetTicks moves ticks forward; they never go back.
	SetTicks(ctx context.Context, ticks []Tick) error
	// PeerTick returns how far anyone but the account has read.
	PeerTick(ctx context.Context, room chat.ChatID, except chat.AccountID) (chat.Seq, error)
	// Readers returns who has read up to an entry or further, by account number.
	Readers(ctx context.Context, room chat.ChatID, seq chat.Seq) ([]chat.AccountID, error)
	// Seen records when accounts were last online.
	Seen(ctx context.Context, seen map[chat.AccountID]chat.Millis) error
}

// Upkeep is what start, restore and fsck need.
type Upkeep interface {
	Incarnation(ctx context.Context) (chat.Incarnation, error)
	// Renew begins another incarnation (I12).
	Renew(ctx context.Context) (chat.Incarnation, error)
	// Check looks where the reads of a store do not reach, at the database itself and what it keeps ready,
	// and returns what is wrong, one line each. The function Check of this package looks at all the rest.
	Check(ctx context.Context) ([]string, error)
	// Rebuild drops every projection, then applies the changes of every entry in commit order, as project
	// gives them (I7). Bodies that were superseded are empty then. Where it fails, nothing has changed.
	Rebuild(ctx context.Context, project func(chat.Entry) ([]chat.Change, error)) error
	// Dump writes every projection row in a canonical order, to compare a store with its rebuilt self or
	// with another store.
	Dump(ctx context.Context, row func(table string, values ...any) error) error
	// Compact raises the floor of a user log and removes the entries in erase, all of them at or below the
	// floor and superseded by later ones; what stays below the floor is met by Feed, Notices, Rebuild and
	// retried keys alone, so that projections can still be rebuilt (I7). The last entry of the log stays, and
	// so does one under a key that is remembered.
	Compact(ctx context.Context, log chat.LogID, floor chat.Seq, erase []chat.Seq) error
	// PruneKeys forgets client keys made before a time, now and of later appends.
	PruneKeys(ctx context.Context, before chat.Millis) error
	Close() error
}

// Accounts reads what belongs to accounts, and the names that they and chats have.
type Accounts interface {
	Users
	Names
	Notices
	Circle
}

// Store is everything durable that the engine stands on.
type Store interface {
	Log
	Rooms
	Accounts
	Cases
	MediaRefs
	Photos
	Marks
	Upkeep
}
