// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// MaxNotices is how many notices of each sort an account's log keeps however long it grows, and how many
	// are told of at once. Sorts do not push each other out: whoever got in could make and end tokens until
	// nobody is told how they came.
	MaxNotices = 50
	// maxArrivals is how many notices stay of devices that came and did not go since, beyond those: more than
	// an account may have of them.
	maxArrivals = 250
	// noticeRead is how many notices are read at first; what an account may cause in a day is bounded.
	noticeRead = 500
)

// noticeSort is what notices are counted by.
type noticeSort uint8

const (
	sortGrave   noticeSort = iota // what was done to the account; what no other sort names
	sortArrival                   // devices that came
	sortAsking                    // sign-ins that wait for a device, and those it refused
	sortToken                     // tokens made, and gone
	sortGone                      // devices gone
	sorts
)

// tokenClient is what a token's device says of its program.
const tokenClient = "token"

func sortOf(n chat.DeviceNotice) noticeSort {
	switch n.Reason {
	case "token":
		return sortToken
	case "asking", "refused":
		return sortAsking
	}
	switch {
	case n.Removed && n.Device.Client == tokenClient:
		return sortToken
	case n.Removed:
		return sortGone
	case n.Device.ID == 0:
		return sortGrave
	}
	switch n.Reason {
	case "signed_in", "linked", "recovery", "reset_used":
		return sortArrival
	}
	return sortGrave
}

// lastNotices keeps of notices, ascending, the last of each sort, and those of devices that came and are not
// told to have gone. What tells that a device went stays as long as what tells that it came, which would be
// taken for one that is still there otherwise.
func lastNotices(all []chat.Notice) []chat.Notice {
	gone := make(map[chat.DeviceID]bool)
	for _, n := range all {
		if n.Removed {
			gone[n.Device.ID] = true
		}
	}
	var left [sorts]int
	for i := range left {
		left[i] = MaxNotices
	}
	came, there := make(map[chat.DeviceID]bool), maxArrivals
	kept := make([]bool, len(all))
	for i, n := range slices.Backward(all) {
		sort := sortOf(n.DeviceNotice)
		switch {
		case left[sort] > 0:
			left[sort]--
			kept[i] = true
		case sort == sortArrival && !gone[n.Device.ID] && there > 0:
			there--
			kept[i] = true
		}
		if kept[i] && !n.Removed {
			came[n.Device.ID] = true
		}
	}
	var out []chat.Notice
	for i, n := range all {
		if kept[i] || n.Removed && came[n.Device.ID] {
			out = append(out, n)
		}
	}
	return out
}

// Notices returns what the actor's log says of devices and of what was done to the account, ascending: the
// last MaxNotices of each sort, and every device that came and is not told to have gone.
//
// AUTH-7
func (e *Engine) Notices(ctx context.Context, actor chat.Actor) ([]chat.Notice, error) {
	if err := actor.May(chat.ScopeManage); err != nil {
		return nil, err
	}
	all, err := e.allNotices(ctx, actor.Account)
	return lastNotices(all), err
}

// allNotices reads every notice there is of an account, ascending.
func (e *Engine) allNotices(ctx context.Context, account chat.AccountID) ([]chat.Notice, error) {
	var entries []chat.Entry
	var err error
	for limit := noticeRead; ; limit *= 4 {
		if entries, err = e.store.Notices(ctx, account, limit); err != nil {
			return nil, fmt.Errorf("notices: %w", err)
		}
		if len(entries) < limit {
			break
		}
	}
	out := make([]chat.Notice, 0, len(entries))
	for _, entry := range entries {
		body, err := e.bodyOf(chat.Item{Entry: entry})
		if err != nil {
			return nil, fmt.Errorf("notices: %w", err)
		}
		if n, ok := body.(*chat.DeviceNotice); ok {
			out = append(out, chat.Notice{Seq: entry.Seq, At: entry.At, DeviceNotice: *n})
		}
	}
	return out, nil
}

// supersededNotices finds the notices at or below a floor that need not be kept, those below an earlier floor
// among them.
func (e *Engine) supersededNotices(ctx context.Context, account chat.AccountID, floor chat.Seq) (
	[]chat.Seq, error) {
	all, err := e.allNotices(ctx, account)
	if err != nil {
		return nil, err
	}
	kept := make(map[chat.Seq]bool)
	for _, n := range lastNotices(all) {
		kept[n.Seq] = true
	}
	var seqs []chat.Seq
	for _, n := range all {
		if n.Seq <= floor && !kept[n.Seq] {
			seqs = append(seqs, n.Seq)
		}
	}
	return seqs, nil
}
