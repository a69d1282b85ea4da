// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// Whose own case a report is follows from the report and from what the store says of its chat and messages,
// and from nothing that an operator sends.

// staffStep is how many of those who run a chat are read at once.
const staffStep = 200

// fillStaff reads who answers for a chat that is reported to the operator: its owner and every admin.
//
// REP-8
func (e *Engine) fillStaff(ctx context.Context, r chat.Report, f *chat.Filed) error {
	if r.Chat == 0 || r.Desk != chat.DeskOperator {
		return nil
	}
	return e.eachOfStaff(ctx, r.Chat, func(m chat.Member) {
		if m.Role == chat.RoleOwner {
			f.Owner = m.Account
		} else {
			f.Staff = append(f.Staff, m.Account)
		}
	})
}

// eachOfStaff shows the owner of a chat and every admin. More than chat.MaxAdmins may be there of before.
func (e *Engine) eachOfStaff(ctx context.Context, room chat.ChatID, show func(chat.Member)) error {
	q := MemberQuery{Chat: room, Roles: []chat.Role{chat.RoleOwner, chat.RoleAdmin}, Limit: staffStep}
	for {
		staff, err := e.store.Members(ctx, q)
		if err != nil {
			return fmt.Errorf("staff: %w", err)
		}
		for _, m := range staff {
			q.After = m.Account
			show(m)
		}
		if len(staff) < staffStep {
			return nil
		}
	}
}

// readOwning reads whose a chat is and whom it is offered to, and the heads of their logs. It comes after the
// facts: what changes of either since then moves the version of the facts on, on which the batch is
// conditioned.
//
// ROOM-5
func (e *Engine) readOwning(ctx context.Context, room chat.ChatID, b *basis) error {
	err := e.eachOfStaff(ctx, room, func(m chat.Member) {
		switch {
		case m.Role == chat.RoleOwner:
			b.facts.Owning.Owner = m
		case m.Offered():
			b.facts.Owning.Offered = m
		}
	})
	if err != nil {
		return err
	}
	var logs []chat.LogID
	for _, m := range []chat.Member{b.facts.Owning.Owner, b.facts.Owning.Offered} {
		if m.Account != 0 {
			logs = append(logs, m.Account.Log())
		}
	}
	heads, err := e.store.Heads(ctx, logs)
	if err != nil {
		return fmt.Errorf("heads: %w", err)
	}
	b.heads = append(b.heads, heads...)
	return nil
}

// fillAdmins counts the admins of a chat, as far as it matters: among many members they are looked for one by
// one, and who is an admin already makes them no more.
//
// ROOM-6
func (e *Engine) fillAdmins(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) error {
	if f.Target.Role == chat.RoleAdmin {
		return nil
	}
	admins, err := e.store.Members(ctx, MemberQuery{
		Chat: r.room, Roles: []chat.Role{chat.RoleAdmin}, Limit: chat.MaxAdmins,
	})
	f.Admins = len(admins)
	if err != nil {
		return fmt.Errorf("admins: %w", err)
	}
	return nil
}

// answerer is who owned the chat of a report when it was made; where the report does not say, who owns it.
func (e *Engine) answerer(ctx context.Context, v ReportView) (chat.AccountID, error) {
	if v.Body.Owner != 0 {
		return v.Body.Owner, nil
	}
	return e.ownerOf(ctx, v.Chat)
}

// ownCase reports whether a report is the actor's own case. The console has none.
//
// REP-8
func (e *Engine) ownCase(ctx context.Context, actor chat.Actor, v ReportView) (bool, error) {
	if actor.Server || actor.Account == 0 {
		return false, nil
	}
	var k chat.Stake
	if v.Chat != 0 {
		f, err := e.store.Facts(ctx, v.Chat, actor.Account, 0)
		if err != nil {
			return false, fmt.Errorf("facts of %s: %w", v.Chat.Log(), err)
		}
		k.Chat, k.Role = f.Chat, f.Actor.Role
		if len(v.Body.Seqs) > 0 {
			items, err := e.store.Get(ctx, v.Chat.Log(), v.Body.Seqs)
			if err != nil {
				return false, fmt.Errorf("get of %s: %w", v.Chat.Log(), err)
			}
			k.Wrote = slices.ContainsFunc(items, func(it chat.Item) bool { return it.Author == actor.Account })
		}
	}
	return v.Body.Own(v.ReportState, actor.Account, k), nil
}

// notOwn leaves out the actor's own cases.
func (e *Engine) notOwn(ctx context.Context, actor chat.Actor, views []ReportView) ([]ReportView, error) {
	var left []ReportView
	for _, v := range views {
		own, err := e.ownCase(ctx, actor, v)
		if err != nil {
			return nil, err
		}
		if !own {
			left = append(left, v)
		}
	}
	return left, nil
}

// casesOfOthers lists reports but for the actor's own cases, and whether there may be more before them.
func (e *Engine) casesOfOthers(ctx context.Context, actor chat.Actor, q ReportQuery) (
	[]ReportView, bool, error) {
	var found []ReportView
	for {
		views, err := e.views(ctx, q)
		if err != nil {
			return nil, false, err
		}
		more := len(views) == q.Limit
		if more {
			q.Before = views[len(views)-1].Report
		}
		if views, err = e.notOwn(ctx, actor, views); err != nil {
			return nil, false, err
		}
		room := q.Limit - len(found)
		found = append(found, views[:min(room, len(views))]...)
		if !more || len(found) == q.Limit {
			return found, more || len(views) > room, nil
		}
	}
}

// ownRuling reports whether a decision closed a case of the actor's own.
func (e *Engine) ownRuling(ctx context.Context, actor chat.Actor, number chat.Seq) (bool, error) {
	if number == 0 || actor.Server {
		return false, nil
	}
	d, err := e.decisionAt(ctx, number)
	if err != nil || len(d.Reports) == 0 {
		return false, err
	}
	views, err := e.views(ctx, ReportQuery{Log: chat.ServerLog.ID(0), Seqs: d.Reports})
	if err != nil {
		return false, err
	}
	left, err := e.notOwn(ctx, actor, views)
	return len(left) < len(views), err
}

// appealsOfOthers lists the open appeals, but for the actor's own and those of the actor's own cases.
func (e *Engine) appealsOfOthers(ctx context.Context, actor chat.Actor) ([]AppealView, error) {
	appealed, err := e.store.Decisions(ctx, DecisionQuery{Appealed: true, Limit: maxCases})
	if err != nil {
		return nil, fmt.Errorf("appeals: %w", err)
	}
	var list []AppealView
	for _, d := range appealed {
		own, err := e.ownRuling(ctx, actor, d.Decision)
		if err != nil {
			return nil, err
		}
		if own || d.Account == actor.Account {
			continue
		}
		view, err := e.appealOf(ctx, d)
		if err != nil {
			return nil, err
		}
		list = append(list, view)
	}
	return list, nil
}
