// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "slices"

// Act is something an operator did; the numbers are those of zolal.v1.Act.
type Act uint8

// Acts that are decisions, and others that touch an account.
const (
	ActDismiss  Act = iota + 1 // the report led to nothing
	ActWarn                    // told
	ActLimit                   // may reach nobody new and not write in public groups, until a date
	ActSuspend                 // signed out, until lifted
	ActTakeDown                // public messages or photos deleted, or a public name taken away
	ActReverse                 // an earlier decision taken back
	ActUphold                  // an appeal refused

	ActList         Act = 20 // seen in a list of accounts
	ActLook         Act = 21 // messages looked at that a report revealed
	ActReset        Act = 22 // given a link or another password; later acts tell which
	ActMakeOperator Act = 23
	ActImport       Act = 24 // a history imported in its name
	ActLift         Act = 25 // a suspension ended at the console

	ActResetLink        Act = 26 // its password taken away, and a link made that sets another
	ActGivePassword     Act = 27 // given a password, which the operator knows
	ActRemoveFactors    Act = 28 // its second factors taken away
	ActListInvitations  Act = 29 // the invitations it made seen in a list
	ActRevokeInvitation Act = 30 // an invitation it made taken back
	ActLookRecord       Act = 31 // what was decided about it looked at
	ActMakeAccount      Act = 32 // made by the operator, who has its first password or token
	ActLetIn            Act = 33 // its sign-up approved by the operator, who read what it said of itself
)

// actNames are for commands and errors, by act.
var actNames = map[Act]string{
	ActDismiss: "dismiss", ActWarn: "warn", ActLimit: "limit", ActSuspend: "suspend", ActTakeDown: "take-down",
	ActReverse: "reverse", ActUphold: "uphold", ActList: "list", ActLook: "look", ActReset: "reset",
	ActMakeOperator: "make-operator", ActImport: "import", ActLift: "lift",
	ActResetLink: "reset-link", ActGivePassword: "give-password", ActRemoveFactors: "remove-factors",
	ActListInvitations: "list-invitations", ActRevokeInvitation: "revoke-invitation",
	ActLookRecord: "look-record", ActMakeAccount: "make-account", ActLetIn: "let-in",
}

// String returns the name of the act.
func (a Act) String() string { return actNames[a] }

// ActOf returns the act of a name, 0 if there is none.
func ActOf(name string) Act {
	for a, n := range actNames {
		if n == name {
			return a
		}
	}
	return 0
}

// Cause is one public reason code and what it means. Reports and decisions name one.
type Cause struct {
	Code     string `json:"code"`
	English  string `json:"english"`
	Persian  string `json:"persian"`
	Report   bool   `json:"report"`   // may be named by a report
	Decision bool   `json:"decision"` // may be named by a decision
}

// Causes is the published list of reason codes.
func Causes() []Cause {
	return []Cause{
		{"spam", "Unwanted messages to many", "پیام‌های ناخواسته به بسیاری کسان", true, true},
		{"fraud", "Deceit for money or passwords", "فریب برای پول یا گذرواژه", true, true},
		{"abuse", "Harassment, threats or insults", "آزار، تهدید یا توهین", true, true},
		{"violence", "Calls for violence", "فراخوان خشونت", true, true},
		{"sexual", "Sexual content sent to who did not ask for it, or of minors",
			"محتوای جنسی برای کسی که نخواسته، یا از خردسالان", true, true},
		{"illegal", "Against the law where this server stands",
			"خلاف قانون جایی که این سرور در آن است", true, true},
		{"impersonation", "Posing as somebody else", "خود را به جای دیگری جا زدن", true, true},
		{"copyright", "The work of others without their leave", "اثر دیگران بدون اجازهٔ آنان", true, true},
		{"rules", "Against the published rules of this server", "خلاف قاعده‌های منتشرشدهٔ این سرور", true, true},
		{"false_reports", "Reporting others without cause, again and again",
			"گزارش بی‌دلیل و پیاپی از دیگران", false, true},
		{"security", "The account seems to be in the hands of others",
			"به نظر می‌رسد حساب به دست دیگران افتاده است", false, true},
		{"owner_request", "Its owner asked for it", "به خواست صاحبش", false, true},
		{"other", "Something else, as the comment says", "چیز دیگری، چنان‌که توضیح می‌گوید", true, false},
	}
}

// codesOf are the codes of the causes that something may name.
func codesOf(may func(Cause) bool) (codes []string) {
	for _, c := range Causes() {
		if may(c) {
			codes = append(codes, c.Code)
		}
	}
	return codes
}

// ReportReasons are the codes a report may name.
func ReportReasons() []string { return codesOf(func(c Cause) bool { return c.Report }) }

// DecisionReasons are the codes a decision may name.
func DecisionReasons() []string { return codesOf(func(c Cause) bool { return c.Decision }) }

// Desk is who shall look at a report; the numbers are those of zolal.v1.Desk.
type Desk uint8

// Desks.
const (
	DeskAdmins   Desk = iota + 1 // of the chat
	DeskOperator                 // of the server
)

// Report is what somebody brings before the admins of a chat or the operator: an account, a chat, or messages
// of a chat.
type Report struct {
	Account  AccountID // 0: the chat alone
	Chat     ChatID    // 0: the account alone
	Seqs     []Seq     // messages it is about
	Desk     Desk
	Reason   string
	Comment  string
	Revealed []Revealed // to the operator: the messages, as its author chose to show them

	// Of reports to the operator about a group or channel: who answered for it when it was reported. They go on
	// answering for it, and judge nobody here, whatever they are in it later.
	Owner AccountID
	Staff []AccountID // its admins

	// The rest is said where the report is kept without what it revealed, for what it said is erased then.
	Reporter AccountID
	At       Millis
	Decision Seq
	Closed   Millis
}

// Revealed is a message as it stood when it was reported.
type Revealed struct {
	Seq    Seq
	Author AccountID // 0 in channels, whose authors their readers do not see
	At     Millis
	Body   []byte // of the message
	Proof  []byte // of encrypted chats: what shows that the message is genuine; empty where the server holds it
}

// Kept returns what remains of a report once what it revealed is erased.
func (r Report) Kept(s ReportState) *Report {
	r.Comment, r.Revealed = "", nil
	r.Reporter, r.At, r.Decision, r.Closed = s.Reporter, s.At, s.Decision, s.Closed
	return &r
}

// ReportState is how a report stands.
type ReportState struct {
	Log      LogID // the server's, or the staff log of a chat
	Report   Seq   // its place there, which is its number
	At       Millis
	Reporter AccountID
	Account  AccountID
	Chat     ChatID
	Reason   string
	Decision Seq    // by which it was closed; in staff logs the entry that closed it
	Closed   Millis // 0 while it is open
	Kept     bool   // what it revealed is erased
}

// Decision is what an operator decided.
type Decision struct {
	Reports  []Seq     // that it closes
	Account  AccountID // whom it is about: who may appeal
	Chat     ChatID    // of what was taken down
	Seqs     []Seq     // messages taken down; none, nor photos: the public name
	Photos   []Seq     // photos taken down, of the chat, else of the account
	Name     string    // the public name taken down
	Act      Act
	Reason   string
	Until    Millis // of a limit
	Reversed Seq    // the decision that it takes back, or upholds
	Console  bool   // made at the console
	Appealed bool   // it answers an appeal
}

// DecisionState is how a decision stands.
type DecisionState struct {
	Decision Seq // its place in the server log, which is its number
	At       Millis
	Account  AccountID
	Chat     ChatID
	Act      Act
	Reason   string
	Until    Millis
	Name     string
	Reversed Seq // the decision that took it back; 0 while it stands
	Appeal   Appealed
	Appeals  Seq    // the entry of the appeal; 0 where there is none or it was erased
	Answered Millis // when the appeal was
}

// Appealed is how an appeal stands; the numbers are those of zolal.v1.AppealState.
type Appealed uint8

// States of appeals.
const (
	AppealNone Appealed = iota
	AppealOpen
	AppealRefused
	AppealGranted
)

// Appeal is what the one whom a decision is about says against it.
type Appeal struct {
	Decision Seq
	Text     string
}

// AppealKept says which decision an appeal was about that is erased.
type AppealKept struct{ Decision Seq }

// OperatorAct tells an account, or the staff of a chat, what an operator did and why.
type OperatorAct struct {
	Act      Act
	Reason   string
	Until    Millis
	Decision Seq    // that can be appealed against; 0 none
	Chat     ChatID // only of a chat that everybody may read
	Messages uint32 // how many messages were looked at or taken down
	Console  bool   // at the console, not in an app
}

// NotedAct is an act as it is listed.
type NotedAct struct {
	Seq Seq // in the log of the account
	At  Millis
	Act OperatorAct
	// Decision is how the decision stands, if there was one; the engine fills it.
	Decision DecisionState
}

// Limitation is what an operator's decision takes from an account for some time.
type Limitation struct {
	Until  Millis // 0: nothing is taken
	Reason string
}

// Filed is what somebody has reported so far.
type Filed struct {
	Owner AccountID   // of the chat that is reported
	Staff []AccountID // its admins
	Day   uint32      // reports in the last 24 hours
	Free  Millis      // when the oldest of them is that old
	Same  Seq         // an open report of theirs that says all of it already; 0 none
}

// Case is what a decision or an appeal is about.
type Case struct {
	Reports  []ReportState // that the command names, those that are there
	Named    []Seq         // messages that these reveal
	Authors  []AccountID   // who wrote them
	Owned    []AccountID   // who owned the chats of these reports when they were made
	Photos   []PlacedPhoto // of the account, where some of them are to be taken down
	Decision DecisionState // that the command names; the zero one if it is not there
	Owner    AccountID     // of the chat in which something is taken down
	Own      bool          // one of these reports, or one that the decision closed, is the actor's own case
	Head     Seq           // of the server log
}

// about reports whether a case is about an account: who was reported, who wrote what was revealed, who owned
// the chat when it was reported, or who reported.
func (c Case) about(a AccountID) bool {
	return slices.Contains(c.Owned, a) || slices.Contains(c.Authors, a) || slices.ContainsFunc(c.Reports,
		func(r ReportState) bool { return r.Account == a || r.Reporter == a })
}

// Stake is what an account has to do with a report beside what the report itself says.
type Stake struct {
	Chat  Chat // the reported one
	Role  Role // the account's there, today
	Wrote bool // one of the messages: the log knows who wrote a channel's posts, though their readers do not
}

// Own reports whether a report is an account's own case: whoever is reported, wrote one of its messages, is
// one of the two of its direct chat, or owned or ran its group or channel when it was reported, or does now.
// A chat's admins are not to learn who reported (REP-1), and its posts may be theirs.
func (r Report) Own(s ReportState, a AccountID, k Stake) bool {
	return a != 0 && (a == s.Account || a == r.Owner || slices.Contains(r.Staff, a) ||
		slices.ContainsFunc(r.Revealed, func(m Revealed) bool { return m.Author == a }) ||
		k.Wrote || k.Role.Staff() || k.Chat.Peer(a) != 0)
}

// How long things stay.
const (
	// AppealWithin is how long a decision can be appealed against.
	AppealWithin Millis = 30 * 24 * 3600 * 1000
	// RevealedFor is how long what a report revealed, and an appeal said, is kept after the case is closed.
	RevealedFor Millis = 30 * 24 * 3600 * 1000
	// MaxLimit is how long an account is limited at most.
	MaxLimit Millis = 366 * 24 * 3600 * 1000
)
