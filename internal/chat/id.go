// SPDX-License-Identifier: AGPL-3.0-or-later

// Package chat is Zolal's vocabulary and its rules, and nothing else: ids, entries, bodies, rights,
// what a command becomes (Decide), what entries add up to (Fold) and what they change in projections
// (Project). It is pure: no clock, no store, no network, no goroutine. It imports nothing of ours.
//
// Offsets and lengths of text count UTF-16 code units throughout, the unit of browsers and of every
// outside format Zolal speaks; times are Unix milliseconds.
package chat

import "fmt"

// AccountID numbers accounts densely from 1, so that sets of accounts are small bitmaps. 0 is nobody:
// the server itself, or a chat speaking as itself.
type AccountID uint32

// DeviceID numbers devices (signed-in sessions) densely from 1 across all accounts.
type DeviceID uint32

// ChatID numbers chats densely from 1.
type ChatID uint32

// Seq is the place of an entry in its log, contiguous from 1 (I2).
type Seq uint32

// Ord counts the counted entries of a log up to and including an entry.
type Ord uint32

// Pos is a place in the commit order of the whole store; it grows, with gaps allowed.
type Pos uint64

// Millis is a time in Unix milliseconds.
type Millis int64

// LogKind is the kind of a log.
type LogKind uint32

// The kinds of logs. A staff log stands beside each chat and holds what only its owner and admins may
// read: invite links, join requests, and changes of members in chats whose members do not see each other.
const (
	ChatLog LogKind = iota + 1
	UserLog
	StaffLog
	LedgerLog
	ServerLog // one, of owner 0: reports and what operators decided, which only they may read
)

// LogID names a log: its kind in the upper half, the chat or account in the lower.
type LogID uint64

// ID returns the name of the log of kind k that belongs to owner.
func (k LogKind) ID(owner uint32) LogID { return LogID(uint64(k)<<32 | uint64(owner)) }

// Kind returns the kind of the log.
func (l LogID) Kind() LogKind { return LogKind(l >> 32) }

// Owner returns the chat or account the log belongs to.
func (l LogID) Owner() uint32 { return uint32(l) }

// Chat returns the chat of a chat log or staff log.
func (l LogID) Chat() ChatID { return ChatID(l.Owner()) }

// Account returns the account of a user log.
func (l LogID) Account() AccountID { return AccountID(l.Owner()) }

// Log returns the log of the chat.
func (c ChatID) Log() LogID { return ChatLog.ID(uint32(c)) }

// Staff returns the staff log of the chat.
func (c ChatID) Staff() LogID { return StaffLog.ID(uint32(c)) }

// Log returns the user log of the account.
func (a AccountID) Log() LogID { return UserLog.ID(uint32(a)) }

// String writes a log as "chat/7", for errors and logs: ids are not content.
func (l LogID) String() string {
	names := [...]string{
		ChatLog: "chat", UserLog: "user", StaffLog: "staff", LedgerLog: "ledger", ServerLog: "server",
	}
	if k := int(l.Kind()); k > 0 && k < len(names) {
		return fmt.Sprintf("%s/%d", names[k], l.Owner())
	}
	return fmt.Sprintf("log/%d", uint64(l))
}

// Key is a client's name for one write: a UUID of version 7, so that keys sort by the time they were made.
// The zero Key means that the server itself writes and that a retry is impossible.
type Key [16]byte

// IsZero reports whether the key is absent.
func (k Key) IsZero() bool { return k == Key{} }

// Made returns when the key says it was made.
func (k Key) Made() Millis {
	var ms int64
	for _, b := range k[:6] {
		ms = ms<<8 | int64(b)
	}
	return Millis(ms)
}

// Chain is a running hash over a log; two logs that agree on it at a seq agree on everything before.
type Chain [8]byte

// Incarnation names one life of a store; a restore begins another (I12).
type Incarnation [16]byte
