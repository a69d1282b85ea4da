// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// The limits of the protocol, all in this file. docs/protocol.md prints them; a test compares.
const (
	MaxFrame      = 64 << 10  // bytes of one frame or request body from a client
	MaxHello      = 2 << 10   // bytes of a frame before the hello, and of the hello
	MaxMethod     = 64        // bytes of a method's name
	MaxQueue      = 256 << 10 // bytes of updates waiting for one session; more drops them all and says so
	MaxPending    = 256 << 10 // bytes of answers waiting for one session; more stops reading its requests
	MaxReads      = 8         // requests of one connection that only read, carried out at once
	MaxWrites     = 256       // requests of one connection that write, on their way to disk
	MaxWaits      = 16        // requests of one connection that may wait for others, carried out at once
	MaxPerAccount = 50        // connections of one account
	MaxNameless   = 256       // connections without a token of one network address
	MaxWaiting    = 2048      // connections that have not said hello of one network address
	MaxWatched    = 200       // accounts whose presence a session watches
	MaxAddresses  = 32        // addresses of a server
	MaxPollWait   = 25_000    // milliseconds
	MaxPage       = 200       // entries of a page, or seqs of a request
	MaxRead       = 500       // entries read forward
	MaxSyncChats  = 1000      // chats in one answer of Sync/Sync
	MaxSamples    = 64        // of Sync/Common

	HelloWait  = 10 * time.Second // until the first frame of a connection
	PingEvery  = 30 * time.Second // a client pings a connection idle this long
	IdleLimit  = 90 * time.Second // a connection silent this long is closed
	AskLimit   = 5 * time.Minute  // a connection without a token that asks nothing for this long is closed
	WriteLimit = 15 * time.Second // a write that does not get through in this time loses the connection
	Heartbeat  = 20 * time.Second // a stream without updates sends an empty frame
	PollKeep   = 60 * time.Second // the queue of a poll session lives this long without being asked

	RatePerConnection  = 200  // requests a second, refilled evenly
	BurstPerConnection = 4000 // requests at once
	RatePerAccount     = 400  // requests a second over all connections of an account
	BurstPerAccount    = 6000
	RatePerAddress     = 50 // open requests (sign-up, sign-in …) a second from one network address
	BurstPerAddress    = 400
)

// Limit is one row of the table of limits.
type Limit struct {
	Name    string // key in ServerInfo.limits
	Value   int64
	Unit    string
	Meaning string
}

// Limits lists the limits in the order in which docs/protocol.md prints them: those of connections, then
// those of what is said over them, which package chat sets.
//
// LIM-1
func Limits() []Limit {
	all := connectionLimits()
	for _, l := range chat.Limits() {
		all = append(all, Limit(l))
	}
	return all
}

func connectionLimits() []Limit {
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	return []Limit{
		{"frame_bytes", MaxFrame, "bytes", "one frame, or the body of one HTTP request, from a client"},
		{"hello_bytes", MaxHello, "bytes", "a frame of a connection up to its `Hello`"},
		{"method_bytes", MaxMethod, "bytes", "a method's name"},
		{"queue_bytes", MaxQueue, "bytes", "updates waiting for a session; beyond, a `Resync` takes their place"},
		{"pending_bytes", MaxPending, "bytes", "answers waiting for a session; beyond, its requests are not read"},
		{"reads_at_once", MaxReads, "requests", "reading requests of one connection, carried out at once"},
		{"writes_at_once", MaxWrites, "requests", "writing requests of one connection on their way to disk"},
		{"waits_at_once", MaxWaits, "requests", "requests of one connection that may take seconds"},
		{"connections_per_account", MaxPerAccount, "connections", "open at once; one more closes the oldest"},
		{"connections_per_address", MaxNameless, "connections",
			"open at once without a token, from one network address"},
		{"waiting_per_address", MaxWaiting, "connections", "without a `Hello` yet, from one network address"},
		{"watched", MaxWatched, "accounts", "whose presence a session watches"},
		{"addresses", MaxAddresses, "addresses", "in the signed list"},
		{"poll_wait_ms", MaxPollWait, "ms", "the longest `wait_ms` of `Sync/Poll`"},
		{"page", MaxPage, "entries", "in one page, or seqs in one request"},
		{"read", MaxRead, "entries", "in one answer of `Messages/Read`"},
		{"sync_chats", MaxSyncChats, "chats", "in one answer of `Sync/Sync`"},
		{"samples", MaxSamples, "samples", "in one request of `Sync/Common`"},
		{"hello_ms", ms(HelloWait), "ms", "until the first frame of a connection"},
		{"ping_ms", ms(PingEvery), "ms", "after which a client pings an idle connection"},
		{"idle_ms", ms(IdleLimit), "ms", "of silence that end a connection"},
		{"ask_ms", ms(AskLimit), "ms", "without a request that end a connection without a token"},
		{"write_ms", ms(WriteLimit), "ms", "for a write to get through"},
		{"heartbeat_ms", ms(Heartbeat), "ms", "between heartbeats of an idle stream"},
		{"poll_keep_ms", ms(PollKeep), "ms", "that the queue of a poll session lives without being asked"},
		{"rate_connection", RatePerConnection, "requests/s", "of one connection"},
		{"burst_connection", BurstPerConnection, "requests", "of one connection at once"},
		{"rate_account", RatePerAccount, "requests/s", "of one account"},
		{"burst_account", BurstPerAccount, "requests", "of one account at once"},
		{"rate_address", RatePerAddress, "requests/s", "without a token, from one network address"},
		{"burst_address", BurstPerAddress, "requests", "without a token, from one network address at once"},
	}
}

// LimitTable prints the limits as a table of Markdown.
func LimitTable() string {
	var b strings.Builder
	b.WriteString("| name | value | unit | of what |\n|---|---|---|---|\n")
	for _, l := range Limits() {
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s |\n", l.Name, l.Value, l.Unit, l.Meaning)
	}
	return b.String()
}

// ErrorTable prints every error code with its HTTP status and remedy as a table of Markdown.
func ErrorTable() string {
	var b strings.Builder
	b.WriteString("| code | number | HTTP | what to do |\n|---|---|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(faults)) {
		f := faults[code]
		fmt.Fprintf(&b, "| `%s` | %d | %d | %s |\n", code, int32(code), f.status, f.remedy)
	}
	return b.String()
}
