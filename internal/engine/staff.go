// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// staffScan bounds the pages of a staff log that one call looks through for what it is asked for.
const staffScan = 5

// StaffQuery selects entries of a staff log, the newest first.
type StaffQuery struct {
	Before chat.Seq
	Limit  int            // 1–200
	Author chat.AccountID // 0: everybody
	Kinds  []chat.Kind    // of entries, and of what a deed became; none: all
}

// StaffPage is what was found, ascending, and whom it is about.
type StaffPage struct {
	Items  []chat.Item
	People []chat.AccountID // authors, and whom something was done to
	Next   chat.Seq         // Before of what comes next; 0 where there is nothing
}

// StaffLog reads what the owner and admins of the chat did; the handle is that of its staff log. A page may
// hold less than the limit, or nothing, and Next still say where to go on. ROOM-4
func (h *Handle) StaffLog(ctx context.Context, q StaffQuery) (StaffPage, error) {
	if q.Limit < 1 || q.Limit > maxPage {
		return StaffPage{}, badLimit("limit")
	}
	size := q.Limit
	if q.Author != 0 || len(q.Kinds) > 0 {
		size = maxPage
	}
	out, before := StaffPage{}, q.Before
	for range staffScan {
		p, err := h.Page(ctx, PageQuery{Before: before, Limit: size})
		if err != nil {
			return StaffPage{}, err
		}
		before = 0
		for _, item := range slices.Backward(p.Items) {
			before = item.Seq
			if h.engine.asked(&out, item, q); len(out.Items) == q.Limit {
				break
			}
		}
		if before <= 1 || len(out.Items) == q.Limit {
			break
		}
	}
	slices.Reverse(out.Items)
	if before > 1 {
		out.Next = before
	}
	return out, nil
}

// asked adds an entry to a page if it is asked for. Who wrote it counts as they are shown: a report to the
// staff has nobody.
func (e *Engine) asked(p *StaffPage, item chat.Item, q StaffQuery) {
	body, _ := e.codec.Decode(item.Env.Kind, item.Body) // what cannot be read is listed all the same
	kind, whom := item.Env.Kind, chat.AccountID(0)
	switch b := body.(type) {
	case *chat.StaffDeed:
		kind, whom = b.Kind, b.Account
	case *chat.MemberChange:
		whom = b.Member.Account
	case *chat.JoinRequest:
		whom = b.Account
	}
	if q.Author != 0 && item.Author != q.Author || len(q.Kinds) > 0 && !slices.Contains(q.Kinds, kind) {
		return
	}
	p.Items = append(p.Items, item)
	p.People = append(p.People, item.Author)
	if whom != 0 {
		p.People = append(p.People, whom)
	}
}
